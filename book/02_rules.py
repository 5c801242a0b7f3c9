"""Chapter 2: the derivative table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Rule = Callable[..., Any]


class Op:
    def __init__(self, forward: Callable[..., Any], *rules: Rule | None, byproduct: bool = False) -> None:
        self.name = "unnamed"  # until the table names its entries
        self.forward = forward
        self.rules: Sequence[Rule | None] = rules
        self.byproduct = byproduct

    def __call__(self, *inputs, **params):
        return self.forward(*inputs, **params)


add = Op(np.add, lambda g, z, x, y: g,
                 lambda g, z, x, y: g)

sub = Op(np.subtract, lambda g, z, x, y: g,
                      lambda g, z, x, y: -g)

mul = Op(np.multiply, lambda g, z, x, y: g * y,
                      lambda g, z, x, y: g * x)

div = Op(np.true_divide, lambda g, z, x, y: g / y,
                         lambda g, z, x, y: -g * x / (y * y))

neg = Op(np.negative, lambda g, y, x: -g)

exp = Op(np.exp, lambda g, y, x: g * y)

log = Op(np.log, lambda g, y, x: g / x)

tanh = Op(np.tanh, lambda g, y, x: g * (1 - y * y))


class Number:
    def __init__(self, array, op=None, inputs=()):
        self.array = array
        self.grad = 0.0
        self.op = op
        self.inputs = inputs

    def backward(self, g=1.0):
        self.grad += g
        if self.op is not None:
            values = [x.array for x in self.inputs]
            for x, rule in zip(self.inputs, self.op.rules, strict=True):
                x.backward(rule(g, self.array, *values))

    def __add__(self, other):
        return apply(add, self, other)

    def __mul__(self, other):
        return apply(mul, self, other)


def apply(op, *inputs):
    array = op(*[x.array for x in inputs])
    return Number(array, op, inputs)


# ---- try it ----

TABLE = {"add": add, "sub": sub, "mul": mul, "div": div, "neg": neg}
TABLE |= {"exp": exp, "log": log, "tanh": tanh}
step = 1e-6
for name, op in TABLE.items():
    point = [0.8, 1.7][: len(op.rules)]
    for i, rule in enumerate(op.rules):
        up, down = list(point), list(point)
        up[i] += step
        down[i] -= step
        slope = (op(*up) - op(*down)) / (2 * step)
        says = rule(1.0, op(*point), *point)
        print(f"{name:5} input {i}: the rule says {says:8.5f}, differences say {slope:8.5f}")

x = Number(0.8)
y = apply(log, apply(exp, x) * x + x)
y.backward()
print(f"y = {y.array:.6f}, dy/dx = {x.grad:.6f}")
