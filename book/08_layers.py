"""Chapter 8: layers, a network, a loss."""

from __future__ import annotations

import math
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from so_far import chapter

matmul, _matmul, engine = chapter(5).matmul, chapter(5)._matmul, chapter(7)
Op, Tensor, table, apply = engine.Op, engine.Tensor, engine.table, engine.apply

def _linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    y = _matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y

def _rows(x: Any) -> Any:
    return x if len(x.shape) == 2 else x.reshape((-1, x.shape[-1]))

def _times(g: Any, weight: Any) -> Any:
    return matmul(g, weight) if len(g.shape) > 1 else matmul(_rows(g), weight).reshape((weight.shape[1],))

table.linear = Op(_linear, lambda g, y, x, weight, bias=None: _times(g, weight),
                           lambda g, y, x, weight, bias=None: matmul(_rows(g).mT, _rows(x)),
                           lambda g, y, x, weight, bias=None: g)
table.mse = Op(lambda x, y, count: np.square(x - y).sum() / count,
               lambda g, z, x, y, count: (x - y) * (g * (2 / count)),
               lambda g, z, x, y, count: (y - x) * (g * (2 / count)))


class Source:
    def __init__(self, seed=0):
        self.numpy = np.random.default_rng(seed)

    def uniform(self, shape, low, high):
        return self.numpy.uniform(low, high, shape).astype(np.float32)


random = SimpleNamespace(default=Source())


class Parameter(Tensor):
    def __new__(cls, data: np.ndarray, requires_grad: bool = True) -> Self:
        out = cls.wrap(data)
        out._requires_grad = requires_grad
        return out


class Module:
    def __init__(self) -> None:
        self.training = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.forward(*args, **kwargs)

    def children(self) -> Iterator[Module]:
        return (value for value in vars(self).values() if isinstance(value, Module))

    def parameters(self) -> Iterator[Parameter]:
        own = [p for p in vars(self).values() if isinstance(p, Parameter)]
        below = [p for child in self.children() for p in child.parameters()]
        yield from dict.fromkeys(own + below)


class Sequential(Module):
    def __init__(self, *modules: Module) -> None:
        super().__init__()
        for i, module in enumerate(modules):
            setattr(self, str(i), module)

    def __iter__(self) -> Iterator[Module]:
        return iter(self.children())

    def forward(self, x: Any) -> Any:
        for module in self:
            x = module(x)
        return x


class Linear(Module):
    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        bound = 1 / math.sqrt(in_features)
        self.weight = Parameter(random.default.uniform((out_features, in_features), -bound, bound))
        self.bias = Parameter(random.default.uniform((out_features,), -bound, bound))

    def forward(self, x: Any) -> Any:
        return linear(x, self.weight, self.bias)


class ReLU(Module):
    def forward(self, x: Any) -> Any:
        return apply(table.relu, x)


def linear(x: Any, weight: Any, bias: Any = None) -> Any:
    return apply(table.linear, x, weight) if bias is None else apply(table.linear, x, weight, bias)


def mse_loss(x: Any, target: Any) -> Any:
    return apply(table.mse, x, target, count=x.array.size)


# ---- try it ----

x, y = Tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), Tensor([[0], [1], [1], [0]])
for net in (Linear(2, 1), Sequential(Linear(2, 16), ReLU(), Linear(16, 1))):
    for _ in range(2000):
        loss = mse_loss(net(x), y)
        loss.backward()
        for p in net.parameters():
            p.array -= 0.1 * p.grad.array
            p.grad = None
    print(f"{type(net).__name__:10} loss {loss.array:.4f}, answers {np.round(net(x).array.ravel(), 2) + 0.0}")
