"""Scripts of 2017: Variable, .data, typed constructors, methods with an underscore."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable

torch.manual_seed(1)
dtype = torch.FloatTensor
x = Variable(torch.randn(8, 5).type(dtype), requires_grad=False)
y = Variable(torch.randn(8, 2).type(dtype))
w1 = Variable(torch.randn(5, 4).type(dtype), requires_grad=True)
w2 = Variable(torch.randn(4, 2).type(dtype), requires_grad=True)
for t in range(5):
    y_pred = x.mm(w1).clamp(min=0).mm(w2)
    loss = (y_pred - y).pow(2).sum()
    print(t, round(loss.data.item(), 3))
    loss.backward()
    w1.data -= 1e-3 * w1.grad.data
    w2.data -= 1e-3 * w2.grad.data
    w1.grad.data.zero_()
    w2.grad.data.zero_()
print(torch.LongTensor([1, 2]), torch.FloatTensor(2, 3).zero_(), torch.ByteTensor([1]), torch.Tensor([1, 2]).type())
print(y_pred.data.max(1, keepdim=True)[1].size(), F.log_softmax(y_pred, dim=1).exp().sum(1).data.round())
target = Variable(torch.LongTensor([0, 1, 1, 0, 0, 1, 0, 1]))
criterion = nn.CrossEntropyLoss()
print(criterion, "%.3f" % criterion(y_pred, target).item(), type(x), type(x.data))
pred = y_pred.data.max(1)[1]
print(pred.eq(target.data).cpu().sum().item() <= 8, pred.type(), x.size(0), x.data.numpy().dtype)
