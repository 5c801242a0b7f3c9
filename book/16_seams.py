"""Chapter 16: seams, how the heart grows and stays short."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray
from so_far import chapter

tensor, second, engine, points, dropping = chapter(5), chapter(6), chapter(7), chapter(11), chapter(12)
record, taken_apart, listener = engine.record, points.taken_apart, None


class Op(engine.Op):
    kinds = "f"
    inputs = "promote"
    view = False

    @cached_property
    def noted(self) -> bool:
        return self.view or self.keeps_output

for name, entry in vars(engine.table).items():
    entry.name, entry.__class__ = name, Op


class Tensor(engine.Tensor):
    @staticmethod
    def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
        return inputs

    @staticmethod
    def refusal(op: Op, arrays: list[Any], error: Exception) -> Exception:
        return RuntimeError(f"{op.name}: {error}")

    def finish(self, op: Op, inputs: tuple[Any, ...]) -> None:
        """Take note of being a result: nothing, here."""

    def edge(self) -> Any:
        if self.base is not None:
            self.refresh()
        if self.grad_fn is not None:
            return self.grad_fn
        return self if self._requires_grad else None


def apply(op: Op, *inputs: Any, **params: Any) -> Any:
    arrays, edges, cls = taken_apart(inputs)
    if not alike(arrays, op.kinds):  # dtypes differ: the class of tensors says what happens
        inputs = cls.conform(op, inputs, arrays)
        arrays, edges, _ = taken_apart(inputs)
    try:
        array = op.forward(*arrays, **params)
    except (ValueError, TypeError) as error:
        raise cls.refusal(op, arrays, error) from None
    byproducts: Any = ()
    if op.byproduct:
        array, *byproducts = array
    if type(array) is not ndarray:
        array = np.asarray(array)  # a full reduction gives a NumPy scalar
    out = cls.wrap(array)
    if edges and array.dtype.kind == "f":
        out.grad_fn = record(op, params, edges, inputs, out, [*arrays, *byproducts] if byproducts else arrays)
    if (hear := listener) is not None:  # read once: another thread may take it away
        hear(op.name, op.forward, arrays, params, (array, *byproducts), out)
    if op.noted:
        out.finish(op, inputs)
    return out


def alike(arrays: list[Any], kinds: str) -> bool:
    dtype, number = None, False
    for x in arrays:
        if type(x) is ndarray:
            if dtype is None:
                dtype = x.dtype
            elif x.dtype is not dtype:
                return False
        elif type(x) is float or type(x) is int:
            number = True
        else:
            return False
    if dtype is None:
        return False
    kind = dtype.kind
    return kind in kinds and (kind == "f" or not number)


for name in ("conform", "refusal", "finish", "edge"):
    setattr(engine.Tensor, name, vars(Tensor)[name])
tensor.apply = second.apply = engine.apply = dropping.nn.apply = dropping.apply = apply


# ---- try it ----

heard = []
listener = dropping.listener = lambda name, *rest: heard.append(name)
dropping.nn.Sequential(dropping.nn.Linear(1, 2), dropping.Dropout(0.5))(engine.Tensor([[1.0]]))
listener = dropping.listener = None
print("heard:", ", ".join(heard))

print("float32 + float64 =", (engine.Tensor([1.0, 2.0]) + np.array([0.1])).array.dtype)
try:
    engine.Tensor([1.0, 2.0]) + np.ones(3)
except RuntimeError as error:
    print(str(error).strip())
