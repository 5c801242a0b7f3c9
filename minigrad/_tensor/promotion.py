"""Promotion: the dtype in which PyTorch computes an operation on inputs of several dtypes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy import ndarray

from .. import table
from ..core.graph import apply
from ..core.tensor import Tensor
from ..table import Op
from . import dtypes
from .listening import constant


def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
    """Return the inputs in the dtype that PyTorch computes this op in; RuntimeError where it refuses to mix them."""
    if op.inputs == "arrays" and all(type(x) is ndarray and x.dtype is arrays[0].dtype for x in arrays):
        return inputs
    if len(inputs) == 1 and not isinstance(arrays[0], np.ndarray):
        raise TypeError(f"{op.name}(): argument 'input' must be Tensor, not {type(inputs[0]).__name__}")
    first = 1 if op.inputs == "condition" else 0
    if first and np.asarray(arrays[0]).dtype != np.bool_:
        raise RuntimeError(f"{op.name} expected condition to be a boolean tensor, but got {arrays[0]!r}")
    target = dtypes.result_type(*arrays[first:])
    if op.inputs == "numbers" and (target.kind == "b" or (op is table.sub and any(map(is_boolean, arrays)))):
        raise NotImplementedError(f"{op.name} is not supported for bool tensors: convert them to numbers first")
    if op.inputs == "same" and len({x.dtype for x in arrays}) > 1:
        found = " != ".join(str(x.dtype) for x in arrays)
        raise RuntimeError(f"{op.name}: expected all inputs to have the same dtype, but got: {found}")
    if op.inputs == "float" and target.kind != "f":
        target = dtypes.get_default_dtype().numpy
    return (*inputs[:first], *[converted(x, target) for x in inputs[first:]])


def is_boolean(x: Any) -> bool:
    """Return whether an operand is a bool, or an array of them."""
    return isinstance(x, bool) or getattr(x, "dtype", None) == np.bool_


def converted(x: Any, target: np.dtype[Any]) -> Any:
    """Return a tensor, an array or a number in the dtype; the gradient of a tensor flows through the conversion."""
    if not isinstance(x, Tensor):
        array = np.asarray(x).astype(target)  # not asarray(x, target), which refuses what wraps around in PyTorch
        return array if isinstance(x, ndarray) else constant(array)
    return apply(table.cast, x, dtype=target, old=x.array.dtype) if x.array.dtype != target else x
