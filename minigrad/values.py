"""From what users write to arrays: numbers, nested sequences, arrays and tensors."""

from __future__ import annotations

import math
from functools import reduce
from typing import Any

import numpy as np

from . import dtypes
from .listening import refuse_to_replay
from .recording import Array, TensorBase, as_array


def array_of(data: Any, dtype: Any = None) -> Array:
    """Return data as an array, in the dtype that PyTorch would give it; it may share memory with the data.

    Raises:
        ValueError: the nested sequences are of unequal lengths.
        RuntimeError: the data are no numbers, or one does not fit into the dtype.
        TypeError: the data are text, or have a dtype that tensors do not know.
    """
    own = _own_dtype(data)
    array = np.asarray(_plain(data))
    if array.dtype.kind in "USV":
        raise TypeError(f"new(): invalid data type '{type(data).__name__}': {data!r}")
    if array.dtype.kind == "O":
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}: {data!r}")
    if dtype is not None:
        target = dtypes.to_numpy(dtype)
        if own is None:
            _check_room(array, target)
        return array.astype(target, copy=False)
    if own is not None:
        return array.astype(dtypes.from_numpy(own).numpy, copy=False)
    if not array.size or array.dtype.kind == "f":
        return array.astype(dtypes.get_default_dtype().numpy)
    dtypes.from_numpy(array.dtype)
    return array.astype(np.int64, copy=False) if array.dtype.kind == "i" else array  # NumPy's own int may be shorter


def _plain(data: Any) -> Any:
    """Return nested sequences with arrays in the place of tensors."""
    if isinstance(data, list | tuple) and any(isinstance(part, TensorBase | list | tuple) for part in data):
        return [_plain(part) for part in data]
    return as_array(data)


def _own_dtype(data: Any) -> np.dtype[Any] | None:
    """Return the dtype of an array, or that of a sequence with arrays in it; None for Python numbers."""
    if isinstance(data, np.ndarray | np.generic | TensorBase):
        return as_array(data).dtype
    if not isinstance(data, list | tuple) or not data:
        return None
    first = _own_dtype(data[0])
    if first is None or isinstance(data[0], list | tuple):
        return first
    others = [_own_dtype(part) for part in data[1:]]
    return reduce(dtypes.promoted, [d for d in others if d is not None], first)


def _check_room(array: Array, dtype: np.dtype[Any]) -> None:
    """Raise RuntimeError where Python numbers do not fit into a dtype."""
    if array.size and not (has_room(dtype, array.min().item()) and has_room(dtype, array.max().item())):
        raise RuntimeError(f"value cannot be converted to type {dtype} without overflow")


def element(x: Any, dtype: np.dtype[Any]) -> Array:
    """Return a number as an array without axes, a fraction cut off; RuntimeError where the dtype has no room for it."""
    x = number(x)
    if not has_room(dtype, x):
        raise RuntimeError(f"value cannot be converted to type {dtype} without overflow: {x}")
    return np.asarray(x).astype(dtype)


def number(x: Any) -> Any:
    """Return a number as Python's own: NumPy's would decide the dtype of the result."""
    if isinstance(x, TensorBase):
        refuse_to_replay("it takes the value of a tensor as a number")
        return x.array.item()
    return x.item() if isinstance(x, np.generic) else x


def has_room(dtype: np.dtype[Any], x: float) -> bool:
    """Return whether a dtype reaches as far as a number; as in PyTorch, a negative one may wrap around to unsigned."""
    if dtype.kind == "b" or (dtype.kind == "f" and not math.isfinite(x)):
        return True
    highest = float(np.finfo(dtype).max) if dtype.kind == "f" else np.iinfo(dtype).max
    lowest = np.iinfo(dtype).min if dtype.kind == "i" else -highest
    return bool(lowest <= x <= highest)
