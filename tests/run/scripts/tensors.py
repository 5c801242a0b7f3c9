"""Tensors, from making them to indexing: what the first page of a tutorial prints."""

import numpy as np
import torch

x = torch.tensor([[1, 2], [3, 4]])
print(x, x.shape, x.size(), x.dtype, x.device, x.type(), type(x), sep="\n")
print(torch.ones_like(x), torch.zeros(2, 0), torch.rand(1).dtype)
print(torch.from_numpy(np.arange(3.0)), torch.arange(3, dtype=torch.half), x.float().mean())
print(f"Shape of tensor: {x.shape}", "Datatype: {}".format(x.dtype), "Device: %s" % x.device)
print(x.numel(), x.dim(), x.stride(), x.is_contiguous(), x.t().is_contiguous(), x.element_size())
print(x.float().max(1), x.sort(descending=True), x.float().topk(1), x.min(dim=0), sep="\n")
print(x > 2, x[x > 2], x[:, 1], x[-1], x.view(-1), x.reshape(1, 4).squeeze(0).shape)
print(torch.cat([x, x], dim=1), torch.stack([x, x]).shape, x @ x, x * x, x.float() @ torch.ones(2))
print(torch.is_tensor(x), isinstance(x, torch.Tensor), isinstance(x, torch.LongTensor), torch.FloatTensor)
print(torch.finfo(torch.float32), torch.iinfo(torch.int8), torch.get_default_dtype())
print(torch.Size([2, 3]), torch.Size([2, 3]).numel(), type(x.shape), list(x.shape), [torch.int64, torch.bool])
print(torch.device("cpu"), repr(torch.device("cpu")), torch.tensor(3.14159).item(), torch.tensor([True]))
print(torch.iinfo(torch.int32), torch.iinfo(torch.int64), torch.iinfo(torch.uint8))
