"""Gradients of small formulas, accumulated, switched off, and of gradients."""

import torch

x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x**2 + 2
out = (y * y * 3).mean()
print(x, y, out, x.is_leaf, y.is_leaf, x.grad)
out.backward()
print(x.grad, type(x.grad))
x.grad.zero_()
(x**2).sum().backward()
print(x.grad)
with torch.no_grad():
    print((x**2).requires_grad)
print(x.detach(), y.detach().requires_grad)
try:
    x.numpy()
except RuntimeError as error:
    print(type(error).__name__, str(error)[:40])
try:
    (x * 2).backward()
except RuntimeError as error:
    print(type(error).__name__, str(error)[:40])
z = torch.tensor(2.0, requires_grad=True)
(first,) = torch.autograd.grad(z**4, z, create_graph=True)
(second,) = torch.autograd.grad(first, z)
print(first, second)
v = torch.tensor([0.1, 1.0, 0.0001])
w = x * 2
w.backward(v)
print(x.grad)
print(torch.autograd.functional.hessian(lambda t: (t**3).sum(), torch.tensor([1.0, 2.0])))
print(torch.set_grad_enabled(False), torch.is_grad_enabled(), torch.set_grad_enabled(True))
