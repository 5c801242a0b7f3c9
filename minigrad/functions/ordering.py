"""What stands where in order: sorting, the largest and the smallest few, medians, different elements.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#comparison-ops.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import table
from .._tensor.base import Array, TensorBase, TensorT, wrap, wrap_indices
from .._tensor.declared import NotGiven, checked, explain
from .._tensor.listening import computed
from .._tensor.shapes import along, axis_of
from .._tensor.views import flattened
from ..core.graph import apply
from . import return_types
from .arguments import numpy_names, recorded_as
from .reductions import Choice, chosen, taken


@numpy_names
@checked
def argsort(input: TensorT, dim: int = -1, descending: bool = False, *, stable: bool = False) -> TensorT:
    """Return the indices that sort along a dimension; equal elements keep their order.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        descending: sort the largest first.
        stable: accepted; the order of equal elements is kept in any case.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.argsort.html

    Example:
        >>> import minigrad
        >>> argsort(minigrad.tensor([3.0, 1.0, 2.0]))
        tensor([1, 2, 0])
    """
    return wrap(computed(_order, input.array, axis_of(dim, input.array.ndim), bool(descending)))


def _order(array: Array, axis: int, descending: bool) -> Array:
    if not array.ndim:
        return np.zeros((), np.int64)
    if not descending:
        return np.argsort(array, axis, kind="stable").astype(np.int64, copy=False)
    backwards = np.argsort(np.flip(array, axis), axis, kind="stable")
    return np.flip(array.shape[axis] - 1 - backwards, axis).astype(np.int64, copy=False)


@numpy_names
@recorded_as("SortBackward0")
@checked
def sort(
    input: TensorT, dim: int = -1, descending: bool = False, *, stable: bool = False
) -> return_types.sort[TensorT]:
    """Return the elements in order along a dimension, and where they were; equal ones keep their order.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        descending: sort the largest first.
        stable: accepted; the order of equal elements is kept in any case.

    Returns:
        A named tuple of `values` and of `indices`, int64, both of the input's shape.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.sort.html

    Example:
        >>> import minigrad
        >>> sort(minigrad.tensor([3.0, 1.0, 2.0]))[1]
        tensor([1, 2, 0])
    """
    indices = argsort(input, dim, descending)
    return return_types.sort(taken(input, indices.array, dim), indices)


def msort(input: TensorT) -> TensorT:
    """Return the elements in order along the first dimension, the smallest first.

    Args:
        input: a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.msort.html

    Example:
        >>> import minigrad
        >>> msort(minigrad.tensor([[3, 1], [2, 4]]))
        tensor([[2, 1],
                [3, 4]])
    """
    return sort(input, 0).values


@numpy_names
@recorded_as("TopkBackward0")
@checked
def topk(
    input: TensorT, k: int, dim: int = -1, largest: bool = True, sorted: bool = True
) -> return_types.topk[TensorT]:
    """Return the k largest (or smallest) elements along a dimension, in order, and where they were.

    Args:
        input: a tensor.
        k: how many, from 0 to the dimension's size.
        dim: the dimension, from 0 or, negative, from the end.
        largest: False for the smallest.
        sorted: accepted; they are always in order.

    Returns:
        A named tuple of `values` and of `indices`, int64; both have size k along the dimension.

    Raises:
        RuntimeError: k is negative, or larger than the dimension.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.topk.html

    Example:
        >>> import minigrad
        >>> topk(minigrad.tensor([1.0, 3.0, 2.0]), 2).values
        tensor([3., 2.])
    """
    axis = axis_of(dim, input.array.ndim)
    size = input.array.shape[axis] if input.array.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(f"selected index k out of range: k is {k}, and the dimension has size {size}")
    indices = computed(_first_in_order, input.array, k, axis, bool(largest))
    return return_types.topk(taken(input, indices, axis), wrap(indices))


def _first_in_order(array: Array, k: int, axis: int, descending: bool) -> Array:
    """Return the first k indices of `_order`; of a long dimension, without sorting the others."""
    if not array.ndim:
        return np.zeros((), np.int64)
    if not 0 < 8 * k <= array.shape[axis] or not _choice_pays(array):
        return _order(array, axis, descending)[along(axis, slice(k))]
    rows = np.moveaxis(array, axis, -1)
    last = _at_rank(rows, -k if descending else k - 1)
    before, equal = rows > last if descending else rows < last, rows == last
    equal &= np.cumsum(equal, -1) <= k - before.sum(-1, keepdims=True)  # the first of them, as in a stable sort
    indices = np.nonzero(before | equal)[-1].reshape(*rows.shape[:-1], k)
    order = _order(np.take_along_axis(rows, indices, -1), -1, descending)
    return np.moveaxis(np.take_along_axis(indices, order, -1), -1, axis)


def _choice_pays(array: Array) -> bool:
    """Return whether to find values by rank sooner than by sorting: in large arrays without NaN, which has no rank."""
    return array.size >= 4096 and not (array.dtype.kind == "f" and np.isnan(array).any())


def _at_rank(rows: Array, rank: int) -> Array:
    """Return of each row the value that is at this rank when sorted, with the last axis of size 1."""
    return np.partition(rows, rank, -1)[..., rank, None]


@numpy_names
@checked
def kthvalue(input: TensorT, k: int, dim: int = -1, keepdim: bool = False) -> return_types.kthvalue[TensorT]:
    """Return the k-th smallest element along a dimension, k from 1 on, and where it was.

    Args:
        input: a tensor.
        k: from 1 for the smallest to the dimension's size.
        dim: the dimension, from 0 or, negative, from the end.
        keepdim: keep the reduced dimension with size 1.

    Returns:
        A named tuple of `values` and of `indices`, int64.

    Raises:
        RuntimeError: k is out of this range.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.kthvalue.html

    Example:
        >>> import minigrad
        >>> kthvalue(minigrad.tensor([1.0, 3.0, 2.0]), 2).values
        tensor(2.)
    """
    axis = axis_of(dim, input.array.ndim)
    size = input.array.shape[axis] if input.array.ndim else 1
    if not 1 <= k <= size:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}: k is {k}, size {size}")
    return _ranked(return_types.kthvalue, input, k - 1, axis, keepdim)


@numpy_names
@checked
def median(input: TensorT, dim: int | NotGiven = None, keepdim: bool = False) -> Any:
    """Return the median, the lower one of two; along a dimension, also where it is. A NaN makes it NaN.

    Args:
        input: a tensor.
        dim: a dimension, or None for all.
        keepdim: keep the reduced dimension with size 1.

    Returns:
        The median; along a dimension, a named tuple of `values` and of `indices`, int64.

    Raises:
        IndexError: the dimension is empty, or there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.median.html

    Example:
        >>> import minigrad
        >>> median(minigrad.tensor([1.0, 4.0, 2.0, 3.0]))
        tensor(2.)
    """
    if dim is None:
        return apply(table.median, flattened(input))
    axis = axis_of(dim, input.array.ndim)
    size = input.array.shape[axis] if input.array.ndim else 1
    if not size:
        raise IndexError(f"median(): Expected reduction dim {dim} to have non-zero size.")
    return _ranked(return_types.median, input, (size - 1) // 2, axis, keepdim, first_nan=True)


def _ranked(
    kind: type[Choice], input: TensorT, rank: int, axis: int, keepdim: bool, first_nan: bool = False
) -> Choice:
    """Choose along an axis the element that is at this rank when sorted, or the first NaN if there is one."""
    indices = computed(_index_at_rank, input.array, rank, axis, first_nan)
    return chosen(kind, input, wrap(indices), axis, keepdim)


def _index_at_rank(array: Array, rank: int, axis: int, first_nan: bool) -> Array:
    """Return the index that `_order` has at a rank, with the axis of size 1; or that of the first NaN."""
    if not array.ndim:
        return np.zeros((), np.int64)
    if _choice_pays(array):
        rows = np.moveaxis(array, axis, -1)
        value = _at_rank(rows, rank)
        before = (rows < value).sum(-1, keepdims=True)
        return np.moveaxis(np.argmax(np.cumsum(rows == value, -1) > rank - before, -1, keepdims=True), -1, axis)
    indices = _order(array, axis, False)[along(axis, slice(rank, rank + 1))]
    if first_nan and array.dtype.kind == "f":
        is_nan = np.isnan(array)
        indices = np.where(is_nan.any(axis, keepdims=True), is_nan.argmax(axis, keepdims=True), indices)
    return indices


@numpy_names
@checked
def unique(
    input: TensorT,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Return the different elements (or slices along a dimension) in order, once each.

    Args:
        input: a tensor.
        sorted: accepted; they are always in order.
        return_inverse: return also where each element of the input is among them.
        return_counts: return also how often each occurs.
        dim: compare whole slices along this dimension.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.unique.html

    Example:
        >>> import minigrad
        >>> unique(minigrad.tensor([3, 1, 3]), return_counts=True)
        (tensor([1, 3]), tensor([1, 2]))
    """
    options: dict[str, Any] = {"return_inverse": return_inverse, "return_counts": return_counts}
    found = np.unique(input.array, axis=dim, equal_nan=False, **options)
    if not isinstance(found, tuple):
        return wrap(found)
    values, *indices = found
    return (wrap(values), *map(wrap_indices, indices))


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Ordering(TensorBase):
    """The methods of a tensor that sort."""

    __slots__ = ()

    argsort = argsort
    kthvalue = kthvalue
    median = median
    msort = msort
    sort = sort
    topk = topk
    unique = unique
