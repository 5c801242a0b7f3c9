"""Chapter 6: the same rules on tensors give second derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray
from so_far import chapter

rules, order, sums, tensor = chapter(2), chapter(3), chapter(4), chapter(5)
Node, apply, table = order.Node, tensor.apply, tensor.table


class Op(rules.Op):
    def __call__(self, *inputs: Any, **params: Any) -> Any:
        for x in inputs:
            if type(x) is not ndarray and hasattr(x, "__record__"):
                return x.__record__(self, *inputs, **params)
        return self.forward(*inputs, **params)[0] if self.byproduct else self.forward(*inputs, **params)


for entry in vars(table).values():
    entry.__class__ = Op  # those that exist learn it, too


power = Op(lambda x, exponent: x**exponent,
           lambda g, y, x, exponent: g * x ** (exponent - 1) * exponent if exponent else g * 0.0)

eq, ne, lt, le, gt, ge = map(Op, (np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal))
table.power, table.ne = power, ne


class Tensor(tensor.Tensor):
    base = None  # deliver asks for it; an array's says whose memory it shares
    def __record__(self, op: Op, *inputs: Any, **params: Any) -> Any:
        return apply(op, *inputs, **params)

    def __rsub__(self, other: Any) -> Any:
        return apply(table.sub, other, self) if isinstance(other, self.operands) else NotImplemented

    def __pow__(self, exponent: Any) -> Any:
        return apply(table.power, self, exponent=exponent)

    def __neg__(self) -> Any:
        return apply(table.neg, self)

    def __ne__(self, other: Any) -> Any:
        return apply(table.ne, self, other) if isinstance(other, self.operands) else NotImplemented

    @property
    def shape(self) -> tuple[int, ...]:
        return self.array.shape

    @property
    def mT(self) -> Any:
        return self.swapaxes(-2, -1)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        return apply(table.swapaxes, self, axis1=axis1, axis2=axis2)

    def reshape(self, shape: tuple[int, ...]) -> Any:
        return apply(table.reshape, self, shape=shape, old=self.array.shape)

    def backward(self, gradient=None, create_graph=False):
        roots = [self.root(gradient, create_graph)]
        for leaf, g in gradients(roots, lift=lifted if create_graph else None).items():
            leaf.accumulate(g)

    def root(self, gradient: Any, create_graph: bool) -> tuple[Any, Any]:
        g = self.result.wrap(np.ones_like(self.array)) if gradient is None else gradient
        return self.edge(), g if create_graph else g.array

    def accumulate(self, g: Any) -> None:
        if hasattr(g, "grad_fn"):
            self.grad = g if self.grad is None else self.grad + g
        elif self.grad is None:
            self.grad = self.result.wrap(np.asarray(g))
        elif self.grad.edge() is not None:  # the old one is part of a graph
            self.grad = self.result.wrap(np.asarray(self.grad.array + g))
        else:
            np.add(self.grad.array, g, out=self.grad.array)


Tensor.result = tensor.Tensor = Tensor  # what chapter 5 makes is this one from now on


def lifted(node):
    return (Tensor.wrap(node.saved[0], grad_fn=node), *node.inputs)


def gradients(roots, lift=None):
    flowing = dict(roots)
    for node in order.newest_first(flowing):
        g = flowing.pop(node)
        values = node.saved if lift is None else lift(node)
        for i, edge in enumerate(node.edges):
            if edge is not None:
                sums.deliver(node.op.rules[i](g, *values, **node.params), edge, flowing, g, node.op)
    return flowing


# ---- try it ----

x = Tensor([0.0], requires_grad=True)
y = table.exp(-(x**2))
for degree in range(1, 5):
    y.sum().backward(create_graph=True)
    y, x.grad = x.grad, None
    print(f"derivative {degree}: {y.array[0] + 0.0:g}")

w = Tensor(np.array([2.0]), requires_grad=True)
for step in range(5):
    loss = (w * w - 2.0) ** 2
    loss.sum().backward(create_graph=True)
    slope, w.grad = w.grad, None
    slope.sum().backward()
    w = Tensor(w.array - slope.array / w.grad.array, requires_grad=True)
    print(f"step {step + 1}: w = {w.array[0]:.12f}")
