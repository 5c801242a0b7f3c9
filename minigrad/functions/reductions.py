"""Many values in, few out: sums, means, extremes, and the functions that run along a dimension.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#reduction-ops. `dim` is one
dimension, several, or None for all; a reduced dimension vanishes, or stays with size 1 where `keepdim` says so. Both
may be called by NumPy's names, `axis` and `keepdims`.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from .. import dtypes, ops
from ..ops import Op
from ..recording import Array, apply, converted, is_tensor, named, wrap, wrap_indices
from ..shapes import along, axes_of, axis_of
from . import return_types
from .arguments import check_floating, check_tensor, numpy_names, recorded_as, rounded_once, takes_out
from .elementwise import abs, clone, maximum, minimum, mul, ne, pow, sign, square

if TYPE_CHECKING:
    from ..tensor import Tensor

Dim = int | Sequence[int] | None
Choice = TypeVar("Choice", bound=return_types.ValuesAndIndices)


# ---- sums ------------------------------------------------------------------------------------------------------------


@numpy_names
@takes_out
@rounded_once
def sum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the sum over some dimensions, or over all.

    Args:
        input: a tensor; integers and booleans add up to int64.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.sum.html

    Example:
        >>> import minigrad
        >>> sum(minigrad.ones(2, 3), dim=1)
        tensor([3., 3.])
    """
    x = _summable(input, dtype)
    shape = x.array.shape
    return apply(ops.sum, x, axis=axes_of(dim, len(shape)), keepdims=keepdim, shape=shape)


@numpy_names
@takes_out
@rounded_once
def mean(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the mean over some dimensions, or over all; RuntimeError for integers, unless a float dtype is given."""
    x = input if dtype is None else converted(input, dtypes.to_numpy(dtype))
    check_floating("mean", x)
    shape = x.array.shape
    return apply(ops.mean, x, axis=axes_of(dim, len(shape)), keepdims=keepdim, shape=shape)


@numpy_names
def nansum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the sum of what is not NaN."""
    return sum(_without_nans(input), dim, keepdim, dtype=dtype)


@numpy_names
def nanmean(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the mean of what is not NaN."""
    check_floating("nanmean", input)
    numbers = wrap(np.asarray(~np.isnan(input.array), input.array.dtype))
    return sum(_without_nans(input), dim, keepdim, dtype=dtype) / sum(numbers, dim, keepdim, dtype=dtype)


def _without_nans(x: Tensor) -> Tensor:
    return apply(ops.where, wrap(np.asarray(np.isnan(x.array))), 0, x)


@numpy_names
@rounded_once
def cumsum(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the running sum along one dimension."""
    x = _summable(input, dtype)
    axis = axis_of(dim, x.array.ndim)
    return apply(ops.cumsum, x, axis=axis) if x.array.ndim else clone(x)


@numpy_names
def count_nonzero(input: Tensor, dim: Dim = None) -> Tensor:
    """Return how many elements are not 0."""
    return sum(ne(input, 0), dim)


def trace(input: Tensor) -> Tensor:
    """Return the sum of a matrix's diagonal."""
    if input.array.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.array.ndim}")
    return sum(apply(ops.diagonal, input, offset=0, axis1=0, axis2=1, shape=input.array.shape))


def _summable(x: Tensor, dtype: Any) -> Tensor:
    """Return x in the dtype given; without one, integers and booleans as int64, in which PyTorch adds them up."""
    check_tensor("sum", x)
    if dtype is not None:
        return converted(x, dtypes.to_numpy(dtype))
    return x if x.array.dtype.kind == "f" else converted(x, np.dtype(np.int64))


# ---- products --------------------------------------------------------------------------------------------------------


@numpy_names
@rounded_once
def prod(input: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the product over one dimension, or over all.

    It is multiplied up in pairs, then pairs of pairs: so its gradient is right where factors are 0, which a quotient
    of products would not be.

    Source: https://pytorch.org/docs/stable/generated/torch.prod.html
    """
    x = _summable(input, dtype)
    if dim is None:
        out = _folded(x.reshape(-1), 0).reshape(())
        return named(out.reshape([1] * x.ndim) if keepdim else out, "ProdBackward0")
    axis = axis_of(dim, x.ndim)
    if not x.ndim:
        return clone(x)
    out = _folded(x, axis)
    return named(out if keepdim else out.squeeze(axis), "ProdBackward1")


def _folded(x: Tensor, axis: int) -> Tensor:
    """Multiply the halves along an axis with each other until one factor is left."""
    n = x.array.shape[axis]
    if n < 2:
        return clone(x) if n else sum(x, axis, keepdim=True) + 1
    while n > 1:
        half = n // 2
        folded = mul(x[along(axis, slice(half))], x[along(axis, slice(half, 2 * half))])
        x = folded if n == 2 * half else _joined([folded, x[along(axis, slice(n - 1, n))]], axis)
        n -= half
    return x


@numpy_names
@rounded_once
@recorded_as("CumprodBackward0")
def cumprod(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return the running product along one dimension, multiplied up over distances of 1, 2, 4 and so on.

    Source: https://pytorch.org/docs/stable/generated/torch.cumprod.html
    """
    x = _summable(input, dtype)
    axis = axis_of(dim, x.ndim)
    n, distance = (x.array.shape[axis] if x.ndim else 1), 1
    while distance < n:
        further = mul(x[along(axis, slice(distance, None))], x[along(axis, slice(n - distance))])
        x = _joined([x[along(axis, slice(distance))], further], axis)
        distance *= 2
    return clone(x) if x is input else x


def _joined(parts: list[Tensor], axis: int) -> Tensor:
    bounds = np.cumsum([0, *[part.array.shape[axis] for part in parts]]).tolist()
    return apply(ops.cat, *parts, axis=axis, bounds=bounds)


# ---- spread ----------------------------------------------------------------------------------------------------------


@numpy_names
@rounded_once
@recorded_as("VarBackward0")
def var(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Return the variance: the sum of squared deviations over (number of values - correction).

    Args:
        input: a tensor of floats.
        dim: one dimension, several, or None for all.
        unbiased: True means correction=1, False means correction=0.
        keepdim: keep the reduced dimensions with size 1.
        correction: what is taken off the number of values; 1 unless given.

    Source: https://pytorch.org/docs/stable/generated/torch.var.html

    Example:
        >>> import minigrad
        >>> var(minigrad.tensor([1.0, 2.0, 3.0])), var(minigrad.tensor([1.0, 2.0, 3.0]), correction=0)
        (tensor(1.), tensor(0.6667))
    """
    check_floating("std and var", input)
    if isinstance(dim, bool):  # var(input, unbiased), the older form
        dim, unbiased = None, dim
    if correction is None:
        correction = 1 if unbiased is None else int(unbiased)
    axes = axes_of(dim, input.array.ndim)
    count = math.prod([input.array.shape[i] for i in axes])
    deviations = apply(ops.squared_difference, input, mean(input, axes, keepdim=True))
    return sum(deviations, axes, keepdim) / builtins.max(count - correction, 0)


@numpy_names
@recorded_as("StdBackward0")
def std(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> Tensor:
    """Return the standard deviation, the square root of `var`; its slope at 0 is taken as 0."""
    return apply(ops.root, var(input, dim, unbiased, keepdim, correction=correction))


@numpy_names
def var_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, Tensor]:
    """Return the variance and the mean."""
    dims = None if isinstance(dim, bool) else dim
    return var(input, dim, unbiased, keepdim, correction=correction), mean(input, dims, keepdim)


@numpy_names
def std_mean(
    input: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *, correction: Any = None
) -> tuple[Tensor, Tensor]:
    """Return the standard deviation and the mean."""
    dims = None if isinstance(dim, bool) else dim
    return std(input, dim, unbiased, keepdim, correction=correction), mean(input, dims, keepdim)


@numpy_names
@rounded_once
@recorded_as("LinalgVectorNormBackward0")
def norm(input: Tensor, p: Any = "fro", dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return (Σ |x|^p)^(1/p) over some dimensions, or over all; its slope at 0 is taken as 0.

    Args:
        input: a tensor of floats.
        p: a number; ∞ and -∞ give the largest and the smallest |x|, 0 counts what is not 0, "fro" means 2.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Source: https://pytorch.org/docs/stable/generated/torch.norm.html

    Example:
        >>> import minigrad
        >>> norm(minigrad.tensor([3.0, 4.0]))
        tensor(5.)
    """
    x = input if dtype is None else converted(input, dtypes.to_numpy(dtype))
    check_floating("norm", x)
    if p in ("fro", 2, None):
        return apply(ops.root, sum(square(x), dim, keepdim))
    if p == 1:
        return sum(abs(x), dim, keepdim)
    if p == 0:
        return sum(abs(sign(x)), dim, keepdim)
    if isinstance(p, str):
        raise RuntimeError(f"norm: expected p to be a number or 'fro', but got {p!r}")
    if math.isinf(p):
        return amax(abs(x), dim, keepdim) if p > 0 else amin(abs(x), dim, keepdim)
    return _flat_power(sum(_flat_power(abs(x), p), dim, keepdim), 1 / p)


def _flat_power(x: Tensor, exponent: float) -> Tensor:
    """Return x to a power, with slope 0 where x is 0: an infinite slope times 0 would be NaN."""
    is_zero = wrap(np.asarray(x.array == 0))
    at_zero = 0.0 if exponent > 0 else math.inf
    return apply(ops.where, is_zero, at_zero, pow(apply(ops.where, is_zero, 1.0, x), exponent))


def dist(input: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """Return the p-norm of input - other."""
    return norm(apply(ops.sub, input, other), p)


# ---- extremes --------------------------------------------------------------------------------------------------------


@numpy_names
@recorded_as("AmaxBackward0")
def amax(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return the largest value over some dimensions, or over all; ties share the gradient."""
    return _extreme(ops.amax, input, dim, keepdim)


@numpy_names
@recorded_as("AminBackward0")
def amin(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return the smallest value over some dimensions, or over all; ties share the gradient."""
    return _extreme(ops.amin, input, dim, keepdim)


def _extreme(op: Op, input: Tensor, dim: Dim, keepdim: bool) -> Tensor:
    shape = input.array.shape
    axes = axes_of(dim, len(shape))
    if not builtins.all(shape[i] for i in axes):
        kind = RuntimeError if dim is None else IndexError
        raise kind(f"{op.name}(): Expected reduction dim to have non-zero size, but the shape is {list(shape)}")
    return _dropped(apply(op, input, axis=axes), axes, keepdim)


def _dropped(reduced: Tensor, axes: tuple[int, ...], keepdim: bool) -> Tensor:
    """Drop the reduced dimensions, which have size 1, if they are not to be kept."""
    return reduced if keepdim else reduced.reshape([n for i, n in enumerate(reduced.array.shape) if i not in axes])


@numpy_names
def aminmax(input: Tensor, *, dim: int | None = None, keepdim: bool = False) -> return_types.aminmax:
    """Return the smallest and the largest value."""
    return return_types.aminmax(amin(input, dim, keepdim), amax(input, dim, keepdim))


@numpy_names
def max(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None) -> Any:
    """Return the largest element; along a dimension, also where it is; with another tensor, of each pair.

    Args:
        input: a tensor.
        dim: None for the largest of all (ties share the gradient); a dimension; or a tensor, which means `maximum`.
        keepdim: keep the reduced dimension with size 1.
        other: the other tensor, by name.
        out: a pair of tensors that take values and indices.

    Raises:
        RuntimeError: the tensor is empty.
        IndexError: the dimension is empty, or there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.max.html

    Example:
        >>> import minigrad
        >>> max(minigrad.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1).indices
        tensor([1, 0])
    """
    other = dim if is_tensor(dim) else other
    if other is not None:
        return maximum(input, other)
    if dim is None:
        return named(amax(input), "MaxBackward1")
    return _chosen(return_types.max, input, _place(np.argmax, input, dim, True), dim, keepdim, out)


@numpy_names
def min(input: Tensor, dim: Any = None, keepdim: bool = False, *, other: Any = None, out: Any = None) -> Any:
    """Return the smallest element; along a dimension, also where it is; with another tensor, of each pair."""
    other = dim if is_tensor(dim) else other
    if other is not None:
        return minimum(input, other)
    if dim is None:
        return named(amin(input), "MinBackward1")
    return _chosen(return_types.min, input, _place(np.argmin, input, dim, True), dim, keepdim, out)


def _chosen(
    kind: type[Choice], input: Tensor, indices: Tensor, dim: int, keepdim: bool, out: Any = None
) -> Choice:
    """Take what the indices, of size 1 along `dim`, choose."""
    values = taken(input, indices.array, dim)
    if not keepdim and input.array.ndim:
        values, indices = values.squeeze(dim), indices.squeeze(dim)
    if out is not None:
        values, indices = (target.copy_(found) for target, found in zip(out, (values, indices), strict=True))
    return kind(named(values, f"{kind.__name__.capitalize()}Backward0"), indices)


def taken(input: Tensor, index: Array, dim: int) -> Tensor:
    """Return the elements along a dimension that an integer array of the same rank names."""
    if not input.array.ndim:
        return clone(input)
    return apply(ops.take_along, input, index=index, axis=axis_of(dim, input.array.ndim), shape=input.array.shape)


@numpy_names
def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return where the largest element is, counted in the flat tensor or along one dimension."""
    _refuse_booleans("argmax", input)
    return _place(np.argmax, input, dim, keepdim)


@numpy_names
def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return where the smallest element is, counted in the flat tensor or along one dimension."""
    _refuse_booleans("argmin", input)
    return _place(np.argmin, input, dim, keepdim)


def _refuse_booleans(name: str, input: Tensor) -> None:
    check_tensor(name, input)
    if input.array.dtype.kind == "b":
        raise RuntimeError(f'"{name}_cpu" not implemented for \'Bool\'')


def _place(search: Any, input: Tensor, dim: int | None, keepdim: bool) -> Tensor:
    """Return where NumPy's argmax or argmin finds the extreme element."""
    array = input.array
    axis = None if dim is None else axis_of(dim, array.ndim)
    if not (array.size if axis is None else (array.shape or (1,))[axis]):
        shape, name = list(array.shape), search.__name__
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size, but the shape is {shape}")
    return wrap_indices(search(array, axis if array.ndim else None, keepdims=keepdim))


@numpy_names
def cummax(input: Tensor, dim: int) -> return_types.cummax:
    """Return the largest value so far along a dimension, and where it was last."""
    return return_types.cummax(*_running(input, dim, np.maximum))


@numpy_names
def cummin(input: Tensor, dim: int) -> return_types.cummin:
    """Return the smallest value so far along a dimension, and where it was last."""
    return return_types.cummin(*_running(input, dim, np.minimum))


def _running(input: Tensor, dim: int, extreme: np.ufunc) -> tuple[Tensor, Tensor]:
    axis = axis_of(dim, input.array.ndim)
    if not input.array.size or not input.array.ndim:
        return clone(input), wrap(np.zeros(input.array.shape, np.int64))
    best = extreme.accumulate(input.array, axis)
    is_new = (input.array == best) | np.isnan(input.array)
    places = np.arange(input.array.shape[axis]).reshape([-1 if i == axis else 1 for i in range(input.array.ndim)])
    index = np.maximum.accumulate(np.where(is_new, places, 0), axis)
    return taken(input, index, axis), wrap(index)


# ---- order -----------------------------------------------------------------------------------------------------------


@numpy_names
def argsort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> Tensor:
    """Return the indices that sort along a dimension; equal elements keep their order."""
    axis, array = axis_of(dim, input.array.ndim), input.array
    if not array.ndim:
        return wrap(np.zeros((), np.int64))
    if not descending:
        return wrap_indices(np.argsort(array, axis, kind="stable"))
    backwards = np.argsort(np.flip(array, axis), axis, kind="stable")
    return wrap_indices(np.flip(array.shape[axis] - 1 - backwards, axis))


@numpy_names
@recorded_as("SortBackward0")
def sort(input: Tensor, dim: int = -1, descending: bool = False, *, stable: bool = False) -> return_types.sort:
    """Return the elements in order along a dimension, and where they were; equal ones keep their order.

    Source: https://pytorch.org/docs/stable/generated/torch.sort.html

    Example:
        >>> import minigrad
        >>> sort(minigrad.tensor([3.0, 1.0, 2.0]))[1]
        tensor([1, 2, 0])
    """
    indices = argsort(input, dim, descending)
    return return_types.sort(taken(input, indices.array, dim), indices)


def msort(input: Tensor) -> Tensor:
    """Return the elements in order along the first dimension."""
    return sort(input, 0).values


@numpy_names
@recorded_as("TopkBackward0")
def topk(input: Tensor, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> return_types.topk:
    """Return the k largest (or smallest) elements along a dimension, in order, and where they were.

    Raises:
        RuntimeError: k is negative, or larger than the dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.topk.html
    """
    axis = axis_of(dim, input.array.ndim)
    size = input.array.shape[axis] if input.array.ndim else 1
    if not 0 <= k <= size:
        raise RuntimeError(f"selected index k out of range: k is {k}, and the dimension has size {size}")
    indices = argsort(input, axis, descending=largest)
    if input.array.ndim:
        indices = indices[along(axis, slice(k))]
    return return_types.topk(taken(input, indices.array, axis), indices)


@numpy_names
def kthvalue(input: Tensor, k: int, dim: int = -1, keepdim: bool = False) -> return_types.kthvalue:
    """Return the k-th smallest element along a dimension, k from 1 on, and where it was."""
    axis = axis_of(dim, input.array.ndim)
    size = input.array.shape[axis] if input.array.ndim else 1
    if not 1 <= k <= size:
        raise RuntimeError(f"kthvalue(): selected number k out of range for dimension {dim}: k is {k}, size {size}")
    return _ranked(return_types.kthvalue, input, k - 1, axis, keepdim)


@numpy_names
def median(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """Return the median, the lower one of two; along a dimension, also where it is. A NaN makes it NaN.

    Source: https://pytorch.org/docs/stable/generated/torch.median.html
    """
    if dim is None:
        return apply(ops.median, input.reshape(-1))
    axis = axis_of(dim, input.array.ndim)
    size = input.array.shape[axis] if input.array.ndim else 1
    if not size:
        raise IndexError(f"median(): Expected reduction dim {dim} to have non-zero size.")
    return _ranked(return_types.median, input, (size - 1) // 2, axis, keepdim, first_nan=True)


def _ranked(
    kind: type[Choice], input: Tensor, rank: int, axis: int, keepdim: bool, first_nan: bool = False
) -> Choice:
    """Choose along an axis the element that is at this rank when sorted, or the first NaN if there is one."""
    indices = argsort(input, axis)
    if input.array.ndim:
        indices = indices[along(axis, slice(rank, rank + 1))]
        if first_nan and input.array.dtype.kind == "f":
            is_nan = np.isnan(input.array)
            index = np.where(is_nan.any(axis, keepdims=True), is_nan.argmax(axis, keepdims=True), indices.array)
            indices = wrap(index)
    return _chosen(kind, input, indices, axis, keepdim)


@numpy_names
def unique(
    input: Tensor,
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

    Source: https://pytorch.org/docs/stable/generated/torch.unique.html
    """
    options: dict[str, Any] = {"return_inverse": return_inverse, "return_counts": return_counts}
    found = np.unique(input.array, axis=dim, equal_nan=False, **options)
    if not isinstance(found, tuple):
        return wrap(found)
    values, *indices = found
    return (wrap(values), *map(wrap_indices, indices))


# ---- truths ----------------------------------------------------------------------------------------------------------


@numpy_names
def all(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return whether every element is nonzero, over some dimensions or over all."""
    return _answer(input, np.logical_and, dim, keepdim)


@numpy_names
def any(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return whether any element is nonzero, over some dimensions or over all."""
    return _answer(input, np.logical_or, dim, keepdim)


def _answer(input: Tensor, question: np.ufunc, dim: Dim, keepdim: bool) -> Tensor:
    array = input.array
    answer = question.reduce(array, axes_of(dim, array.ndim), keepdims=keepdim)
    return wrap(np.asarray(answer, np.uint8 if array.dtype == np.uint8 else np.bool_))


# ---- exponentials ----------------------------------------------------------------------------------------------------


@numpy_names
@recorded_as("LogsumexpBackward0")
def logsumexp(input: Tensor, dim: Dim, keepdim: bool = False) -> Tensor:
    """Return log(Σ exp(x)) over some dimensions, without overflow."""
    axes = axes_of(dim, input.array.ndim)
    return _dropped(apply(ops.logsumexp, input, axis=axes), axes, keepdim)


@numpy_names
def softmax(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return exp(x) / Σ exp(x) along one dimension, without overflow."""
    return _along(ops.softmax, input, dim, dtype)


@numpy_names
def log_softmax(input: Tensor, dim: int, *, dtype: Any = None) -> Tensor:
    """Return log(softmax(x)) along one dimension, without overflow."""
    return _along(ops.log_softmax, input, dim, dtype)


def _along(op: Op, input: Tensor, dim: int, dtype: Any) -> Tensor:
    x = input if dtype is None else converted(input, dtypes.to_numpy(dtype))
    axis = axis_of(dim, x.array.ndim)
    return apply(op, x, axis=axis) if x.array.ndim else apply(op, x.reshape(1), axis=0).reshape(())
