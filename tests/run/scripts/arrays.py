"""Tensors that NumPy's functions take, as where the predictions of all batches are put together."""

import numpy as np
import torch

torch.manual_seed(0)
batches = [torch.arange(6.0).view(3, 2), torch.arange(6.0, 10.0).view(2, 2)]
scores = np.concatenate(batches)
print(type(scores).__name__, scores.dtype, scores.shape, scores.astype(int).tolist())
print(np.vstack(batches).argmax(axis=1).tolist(), np.hstack([batches[0].T, batches[1].T]).copy().tolist())
print(np.concatenate([batches[0], np.ones((1, 2))]).dtype, np.stack([x.mean() for x in batches]).tolist())

x, square = torch.tensor([3.0, 1.0, 2.0]), torch.tensor([[4.0, 1.0], [2.0, 3.0]])
made = {
    "where": np.where(x > 1, x, 0),
    "dot": np.dot(square, square),
    "sort": np.sort(x),
    "outer": np.outer(x, x),
    "tile": np.tile(x, 2),
    "roll": np.roll(x, 1),
    "diag": np.diag(square),
    "einsum": np.einsum("ij,jk->ik", square, square),
    "expand_dims": np.expand_dims(x, 0),
    "ravel": np.ravel(square),
    "tril": np.tril(square),
    "broadcast_to": np.broadcast_to(x, (2, 3)),
    "argmax": np.argmax(square, 1),
    "cumsum": np.cumsum(x),
    "exp": np.exp(x),
}
for name, value in made.items():
    print(name, type(value).__name__, value.dtype, value.tolist())
print(isinstance(np.linalg.norm(x), np.floating), f"{np.linalg.norm(x):.4f}", f"{np.trace(square):.1f}")

weights = torch.ones(2, requires_grad=True)
for function in (np.concatenate, np.stack, np.vstack):
    try:
        function([weights, weights])
    except RuntimeError as error:
        print(error)
print(np.concatenate([weights.detach(), weights.data]).sum())
