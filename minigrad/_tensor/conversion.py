"""From what users write to arrays: numbers, nested sequences, arrays and tensors."""

from __future__ import annotations

import itertools
import math
from functools import reduce
from typing import Any

import numpy as np

from . import dtypes
from .base import Array, TensorBase, as_array
from .listening import constant, refuse_to_replay

SEQUENCES = (list, tuple, range)
NESTED = (*SEQUENCES, np.ndarray, TensorBase)
MOST_DIMENSIONS = 64  # NumPy's, and PyTorch's


def array_of(data: Any, dtype: Any = None) -> Array:
    """Return data as an array, in the dtype that PyTorch would give it; it may share memory with the data.

    Of numbers, Python's or with dtypes of their own, and however nested, the common dtype is that of promotion. A
    tensor of one element among them is a number, too.

    Raises:
        ValueError: the nested sequences are of unequal lengths, or a tensor in them has several elements.
        RuntimeError: the data are no numbers, or one does not fit into the dtype.
        TypeError: numbers stand beside sequences; or the data are text, or have a dtype that tensors do not know.
    """
    target = None if dtype is None else dtypes.to_numpy(dtype)
    if isinstance(data, np.ndarray | TensorBase):
        array = _numbers(as_array(data), data)
        return array.astype(target or dtypes.from_numpy(array.dtype).numpy, copy=False)
    shape, parts = _unnested(data)
    kinds = set(map(type, parts))
    if kinds <= {bool, int, float}:
        array, own = np.array(parts), None
    elif kinds == {np.ndarray} and parts[0].ndim:
        array, own = np.stack(parts), _common_dtype(parts)
        shape += array.shape[1:]
    elif all(map(_is_number, parts)):
        array, own = np.array([_only_number(x) for x in parts]), _common_dtype(parts)
    elif any(isinstance(x, (*SEQUENCES, np.ndarray)) for x in parts):
        raise TypeError(f"expected numbers, or sequences of numbers of one depth, but got both: {data!r:.200}")
    else:  # whatever NumPy can read
        array, own = _numbers(np.asarray(data), data), None
        shape = array.shape
    if target is not None:
        if target.kind != "f":
            _check_room(array, target)
    else:
        target = own or _inferred(array)
    return array.astype(target, copy=False).reshape(shape)


def _unnested(data: Any) -> tuple[tuple[int, ...], list[Any]]:
    """Return what nested sequences are nested around, in one list, and the shape of the nesting."""
    if not isinstance(data, SEQUENCES):
        return (), [data]
    shape, parts = [len(data)], list(data)
    while any(issubclass(kind, SEQUENCES) for kind in set(map(type, parts))):
        if isinstance(parts[0], TensorBase) or not all(isinstance(x, NESTED) for x in parts):
            break  # numbers beside sequences, and a tensor that comes first is taken for a number
        sizes = {len(part) for part in parts}
        if len(sizes) > 1:
            lengths = " and ".join(map(str, sorted(sizes)))
            raise ValueError(f"expected sequences of one length at dim {len(shape)}, but got lengths {lengths}")
        if len(shape) == MOST_DIMENSIONS:
            raise ValueError(f"too many dimensions '{type(data).__name__}'")
        shape += sizes
        parts = list(itertools.chain.from_iterable(parts))
    return tuple(shape), parts


def _numbers(array: Array, data: Any) -> Array:
    """Return an array if it is one of numbers; the error that PyTorch raises otherwise."""
    if array.dtype.kind in "USV":
        raise TypeError(f"new(): invalid data type '{type(data).__name__}': {data!r:.200}")
    if array.dtype.kind == "O":
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}: {data!r:.200}")
    return array


def _inferred(array: Array) -> np.dtype[Any]:
    """Return the dtype of Python's numbers: the default one for floats and for nothing at all, int64 for integers."""
    if not array.size or array.dtype.kind == "f":
        return dtypes.get_default_dtype().numpy
    if array.dtype.kind == "i":
        return np.dtype(np.int64)
    if array.dtype.kind in "uO":
        raise ValueError(f"Overflow when unpacking long long: {array.max()}")
    return dtypes.from_numpy(array.dtype).numpy


def _common_dtype(parts: list[Any]) -> np.dtype[Any]:
    """Return the dtype that numbers and arrays have together, where all have an equal say."""
    parts = [as_array(x) for x in parts]
    typed = {dtypes.from_numpy(x.dtype) for x in parts if hasattr(x, "dtype")}
    numbers = {dtypes.number_type(x) for x in parts if not hasattr(x, "dtype")}
    return reduce(dtypes.promoted, [*[d.numpy for d in typed], *numbers])


def _is_number(x: Any) -> bool:
    return isinstance(x, TensorBase | np.generic | int | float) or (isinstance(x, np.ndarray) and not x.ndim)


def _only_number(x: Any) -> Any:
    """Return a number, also that of a tensor of one element, as Python's own."""
    if isinstance(x, TensorBase) and x.array.size != 1:
        raise ValueError(
            f"only one element tensors can be converted to Python scalars, but got one of shape {list(x.array.shape)} "
            "in a sequence: minigrad.stack makes one tensor of several"
        )
    return x.item() if isinstance(x, np.ndarray) else number(x)


def _check_room(array: Array, dtype: np.dtype[Any]) -> None:
    """Raise RuntimeError where numbers do not fit into a dtype."""
    if array.size and not (has_room(dtype, array.min().item()) and has_room(dtype, array.max().item())):
        raise RuntimeError(f"value cannot be converted to type {dtype} without overflow")


def element(x: Any, dtype: np.dtype[Any]) -> Array:
    """Return a number as an array without axes, a fraction cut off; RuntimeError where the dtype has no room for it."""
    x = number(x)
    if not has_room(dtype, x):
        raise RuntimeError(f"value cannot be converted to type {dtype} without overflow: {x}")
    return constant(np.asarray(x).astype(dtype))


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
