"""Chapter 5: a Tensor, and checking it by differences."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Self

import numpy as np
from numpy import ndarray
from so_far import chapter

rules, order, sums = chapter(2), chapter(3), chapter(4)
Op, Node = rules.Op, order.Node

swapaxes = Op(lambda x, axis1, axis2: x.swapaxes(axis1, axis2),
              lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2))


def _matmul(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x.dot(y) if x.ndim == 2 == y.ndim else np.matmul(x, y)  # on thin matrices, dot takes a third of the time


matmul = Op(_matmul, lambda g, z, x, y: matmul(g, y.mT),
                     lambda g, z, x, y: matmul(x.mT, g))

relu = Op(lambda x: np.maximum(x, np.zeros(x.shape[-1:], x.dtype)), lambda g, y, x: g * (y != 0))

table = SimpleNamespace()  # all entries so far, each of which learns its name
for part in (vars(rules), vars(sums), dict(globals())):
    for name, entry in part.items():
        if isinstance(entry, Op):
            entry.name = name
            setattr(table, name, entry)


class Tensor:
    def __new__(cls, data: Any, requires_grad: bool = False) -> Self:
        out = cls.wrap(np.asarray(data, dtype=getattr(data, "dtype", np.float32)))
        out._requires_grad = requires_grad
        return out

    @classmethod
    def wrap(cls, array: ndarray, grad_fn: Node | None = None) -> Self:
        out = object.__new__(cls)
        out.array, out.grad_fn, out.grad, out._requires_grad = array, grad_fn, None, False
        return out

    def edge(self) -> Any:
        if self.grad_fn is not None:
            return self.grad_fn
        return self if self._requires_grad else None

    def backward(self, gradient=None):
        g = np.ones_like(self.array) if gradient is None else gradient.array
        for leaf, found in sums.gradients([(self.edge(), g)]).items():
            leaf.accumulate(found)

    def accumulate(self, g):
        self.grad = Tensor.wrap(g if self.grad is None else self.grad.array + g)

    def __add__(self, other: Any) -> Any:
        return apply(table.add, self, other) if isinstance(other, self.operands) else NotImplemented

    def __sub__(self, other: Any) -> Any:
        return apply(table.sub, self, other) if isinstance(other, self.operands) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return apply(table.mul, self, other) if isinstance(other, self.operands) else NotImplemented

    def __matmul__(self, other: Any) -> Any:
        return apply(table.matmul, self, other)

    def sum(self, axis: tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
        axis = tuple(range(self.array.ndim)) if axis is None else axis
        return apply(table.sum, self, axis=axis, keepdims=keepdims, shape=self.array.shape)


Tensor.operands = (Tensor, int, float, ndarray)


def apply(op, *inputs, **params):
    arrays = [x.array if hasattr(x, "grad_fn") else x for x in inputs]
    edges = [x.edge() if hasattr(x, "grad_fn") else None for x in inputs]
    out = Tensor.wrap(np.asarray(op(*arrays, **params)))
    if any(edge is not None for edge in edges) and out.array.dtype.kind == "f":
        out.grad_fn = Node(op, params, edges, (out.array, *arrays))
        out.grad_fn.inputs = inputs  # the tensors themselves: chapter 6 wants them
    return out


# ---- try it ----


def gradcheck(f, arrays, g, step=1e-6):
    tensors = [Tensor(array, requires_grad=True) for array in arrays]
    (f(*tensors) * g).sum().backward()
    worst = 0.0
    for array, x in zip(arrays, tensors, strict=True):
        for place in np.ndindex(array.shape):
            kept, ends = array[place], []
            for moved in (kept + step, kept - step):
                array[place] = moved
                ends.append((f(*map(Tensor, arrays)).array * g).sum())
            array[place] = kept
            worst = max(worst, abs((ends[0] - ends[1]) / (2 * step) - x.grad.array[place]))
    return worst


rng = np.random.default_rng(5)
x, w, b = rng.normal(size=(4, 3)), rng.normal(size=(3, 2)), rng.normal(size=2)
worst = gradcheck(lambda x, w, b: apply(relu, x @ w + b), [x, w, b], rng.normal(size=(4, 2)))
print("a layer with bias and ReLU", "passes" if worst < 1e-8 else f"is off by {worst}")

turned = Op(lambda x: x.T, lambda g, y, x: g.reshape(x.shape))
for name, g in (("ones", np.ones((3, 4))), ("random", rng.normal(size=(3, 4)))):
    worst = gradcheck(lambda x: apply(turned, x), [x], g)
    print(f"the wrong rule, checked with {name:6}: {'passes' if worst < 1e-8 else 'is caught'}")
