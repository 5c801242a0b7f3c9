"""From what users write to arrays: numbers, nested sequences, arrays and tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes
from .recording import Array, TensorBase, as_array


def array_of(data: Any, dtype: Any = None) -> Array:
    """Return data as an array, in the dtype that PyTorch would give it; it may share memory with the data.

    Raises:
        ValueError: the nested sequences are of unequal lengths.
        RuntimeError: the data are no numbers.
        TypeError: the values have no dtype that tensors know.
    """
    array = np.asarray(_plain(data))
    if array.dtype.kind in "OUSV":
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}: {data!r}")
    if dtype is not None:
        return array.astype(dtypes.to_numpy(dtype), copy=False)
    is_empty_list = not array.size and isinstance(data, list | tuple)
    if is_empty_list or (array.dtype == np.float64 and not _has_own_dtype(data)):
        return array.astype(dtypes.get_default_dtype().numpy)
    dtypes.from_numpy(array.dtype)
    return array


def _plain(data: Any) -> Any:
    """Return nested sequences with arrays in the place of tensors."""
    if isinstance(data, list | tuple) and data and isinstance(data[0], TensorBase | list | tuple):
        return [_plain(part) for part in data]
    return as_array(data)


def _has_own_dtype(data: Any) -> bool:
    """Say whether the data is an array, or a sequence of arrays, rather than Python floats."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return isinstance(data, np.ndarray | np.generic | TensorBase)
