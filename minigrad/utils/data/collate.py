"""How samples become a batch.

Source: https://pytorch.org/docs/stable/data.html#dataloader-collate-fn
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, MutableSequence, Sequence
from copy import copy
from typing import Any

import numpy as np

from ..._tensor import dtypes
from ...functions.creation import as_tensor, tensor
from ...functions.joining import stack
from ...functions.tensor import Tensor


def default_collate(batch: Sequence[Any]) -> Any:
    """Make one batch of samples, which have one more dimension together: the first.

    Tensors and arrays are stacked. Numbers become a tensor: NumPy's of their own dtype, Python's floats float64,
    integers int64 and booleans bool. Strings and bytes stay a list. Dicts, lists, tuples and named tuples are collated
    part by part; the batch has the type of a sample, but a plain tuple becomes a list.

    Args:
        batch: the samples, at least one, all like the first.

    Raises:
        TypeError: samples of another kind.
        RuntimeError: tensors of different shapes, or sequences of different lengths.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.default_collate

    Example:
        >>> default_collate([{"x": 1.5, "name": "a"}, {"x": 2.5, "name": "b"}])
        {'x': tensor([1.5000, 2.5000], dtype=minigrad.float64), 'name': ['a', 'b']}
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return stack(batch)
    if isinstance(first, np.ndarray) and first.dtype.kind in "biuf":
        return stack([as_tensor(array) for array in batch])
    if isinstance(first, np.bool_ | np.number):
        return as_tensor(np.array(batch))
    if isinstance(first, float):
        return tensor(batch, dtype=dtypes.float64)
    if isinstance(first, int):
        return tensor(batch)
    if isinstance(first, str | bytes):
        return batch
    if isinstance(first, Mapping):
        return _like(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if isinstance(first, Sequence):
        if len({len(sample) for sample in batch}) > 1:
            lengths = [len(sample) for sample in batch]
            raise RuntimeError(f"each element in list of batch should be of equal size, but got {lengths}")
        return _like(first, [default_collate(parts) for parts in zip(*batch, strict=True)])
    found = first.dtype if isinstance(first, np.ndarray) else type(first)
    raise TypeError(
        f"default_collate: batch must contain tensors, arrays, numbers, strings, dicts or lists; found {found}"
    )


def default_convert(data: Any) -> Any:
    """Make tensors of the arrays in a sample, and of NumPy's numbers; all else stays as it is.

    Args:
        data: a sample: an array, a number, or dicts, lists and tuples of these.

    Source: https://pytorch.org/docs/stable/data.html#torch.utils.data.default_convert

    Example:
        >>> default_convert([np.array([0, 1]), 2, "three"])
        [tensor([0, 1]), 2, 'three']
    """
    if isinstance(data, Tensor | str | bytes):
        return data
    if isinstance(data, np.ndarray | np.generic):
        return as_tensor(data) if data.dtype.kind in "biuf" else data
    if isinstance(data, Mapping):
        return _like(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, Sequence):
        return _like(data, [default_convert(part) for part in data])
    return data


def _like(container: Any, parts: Any) -> Any:
    """Return parts in a container of the same type, but a plain tuple's in a list, and a range's, too."""
    kind: Callable[..., Any] = type(container)
    if isinstance(container, tuple):
        return kind(*parts) if hasattr(container, "_fields") else parts
    try:
        if isinstance(container, MutableMapping):
            filled: Any = copy(container)  # it may carry more than its parts, as a defaultdict does
            filled.update(parts)
            return filled
        if isinstance(container, MutableSequence):
            filled = copy(container)
            filled[:] = parts
            return filled
        return kind(parts)
    except TypeError:
        return parts
