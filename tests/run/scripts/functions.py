"""A function with a gradient of its own, and the gradients checked."""

import torch
from torch.autograd import Function, Variable, gradcheck


class Exp(Function):
    @staticmethod
    def forward(ctx, i):
        result = i.exp()
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx, grad_output):
        (result,) = ctx.saved_tensors
        return grad_output * result


class MyReLU(Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        grad = grad_output.clone()
        grad[x < 0] = 0
        return grad


x = Variable(torch.tensor([-1.0, 0.5, 2.0], dtype=torch.double), requires_grad=True)
y = Exp.apply(x)
print(y, MyReLU.apply(x))
y.sum().backward()
print(x.grad, gradcheck(Exp.apply, (x,)), isinstance(x, Variable))
h = x.register_hook(lambda grad: grad * 2)
x.grad = None
MyReLU.apply(x).sum().backward()
print(x.grad)
h.remove()
