"""Many values in, few out: sums, means, extremes, and the functions that run along a dimension.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#reduction-table. `dim` is one
dimension, several, or None for all; a reduced dimension vanishes, or stays with size 1 where `keepdim` says so. Both
may be called by NumPy's names, `axis` and `keepdims`.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from .. import table
from .._tensor import dtypes
from .._tensor.base import Array, TensorBase, TensorT, named, wrap
from .._tensor.declared import NotGiven, checked, explain
from .._tensor.in_place import in_place
from .._tensor.listening import computed
from .._tensor.promotion import converted
from .._tensor.shapes import along, axes_of, axis_of
from .._tensor.views import flattened, reshaped
from ..core.graph import apply
from ..table import Op
from . import return_types
from .arguments import check_floating, check_tensor, numpy_names, recorded_as, rounded_once, takes_out, unbiased_first
from .arithmetic import mul, pow, square
from .comparison import ne
from .elementwise import abs, clone, maximum, minimum, sign

Dim = int | Sequence[int] | None
Choice = TypeVar("Choice", bound=return_types.ValuesAndIndices[Any])

# ---- sums ------------------------------------------------------------------------------------------------------------


@numpy_names
@takes_out
@rounded_once
def sum(input: TensorT, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> TensorT:
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
    axis = axes_of(dim, len(shape))
    op = table.narrow_sum if _is_narrow(x.array, axis) else table.sum
    _check_keepdim(keepdim)
    out = apply(op, x, axis=axis, keepdims=keepdim, shape=shape)
    return out if dim is None or len(axis) < len(shape) else named(out, "SumBackward1")  # all, but by their names


def _check_keepdim(keepdim: bool) -> None:
    """Refuse what NumPy would take for a bool: ``x.sum(0, 1)`` is no sum over two dimensions."""
    if keepdim is not True and keepdim is not False:
        raise TypeError(f"argument 'keepdim' must be bool, not {type(keepdim).__name__}: {keepdim!r}")


@numpy_names
@takes_out
@rounded_once
def mean(input: TensorT, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> TensorT:
    """Return the mean over some dimensions, or over all.

    Args:
        input: a tensor of floats; of any dtype where another one is given.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        RuntimeError: the input is of integers, and no float dtype is given.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.mean.html

    Example:
        >>> import minigrad
        >>> mean(minigrad.tensor([[1.0, 2.0], [3.0, 5.0]]), dim=0)
        tensor([2.0000, 3.5000])
    """
    x = input if dtype is None else converted(input, dtypes.to_numpy(dtype))
    check_floating("mean", x)
    shape = x.array.shape
    axis = axes_of(dim, len(shape))
    op = table.narrow_mean if _is_narrow(x.array, axis) else table.mean
    _check_keepdim(keepdim)
    out = apply(op, x, axis=axis, keepdims=keepdim, shape=shape)
    return out if dim is None or len(axis) < len(shape) else named(out, "MeanBackward1")


@numpy_names
@recorded_as("NansumBackward0")
def nansum(input: TensorT, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> TensorT:
    """Return the sum of what is not NaN; 0 where all is.

    Args:
        input: a tensor; integers and booleans add up to int64.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.nansum.html

    Example:
        >>> import minigrad
        >>> nansum(minigrad.tensor([1.0, minigrad.nan, 3.0]))
        tensor(4.)
    """
    return sum(_without_nans(input), dim, keepdim, dtype=dtype)


@numpy_names
def nanmean(input: TensorT, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> TensorT:
    """Return the mean of what is not NaN; NaN where all is.

    Args:
        input: a tensor of floats.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        RuntimeError: the input is of integers.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.nanmean.html

    Example:
        >>> import minigrad
        >>> nanmean(minigrad.tensor([1.0, minigrad.nan, 3.0]))
        tensor(2.)
    """
    check_floating("nanmean", input)
    numbers = wrap(np.asarray(~np.isnan(input.array), input.array.dtype))
    return sum(_without_nans(input), dim, keepdim, dtype=dtype) / sum(numbers, dim, keepdim, dtype=dtype)


def _without_nans(x: TensorT) -> TensorT:
    return apply(table.where, wrap(np.asarray(np.isnan(x.array))), 0, x)


@numpy_names
@rounded_once
def cumsum(input: TensorT, dim: int, *, dtype: Any = None) -> TensorT:
    """Return the running sum along one dimension.

    yᵢ = x₁ + … + xᵢ

    Args:
        input: a tensor; integers and booleans add up to int64.
        dim: the dimension, from 0 or, negative, from the end.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.cumsum.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0, 3.0])
        >>> cumsum(x, 0)
        tensor([1., 3., 6.])
    """
    x = _summable(input, dtype)
    axis = axis_of(dim, x.array.ndim)
    return apply(table.cumsum, x, axis=axis) if x.array.ndim else clone(x)


@numpy_names
def count_nonzero(input: TensorT, dim: Dim = None) -> TensorT:
    """Return how many elements are not 0, over some dimensions or over all.

    Args:
        input: a tensor of any dtype.
        dim: one dimension, several, or None for all.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.count_nonzero.html

    Example:
        >>> import minigrad
        >>> count_nonzero(minigrad.tensor([[1, 0], [2, 3]]), dim=1)
        tensor([1, 2])
    """
    return sum(ne(input, 0), dim)


def trace(input: TensorT) -> TensorT:
    """Return the sum of a matrix's diagonal, Σᵢ xᵢᵢ.

    Args:
        input: a tensor of shape (n, m).

    Raises:
        RuntimeError: the tensor is no matrix.

    Source: https://pytorch.org/docs/stable/generated/torch.trace.html

    Example:
        >>> import minigrad
        >>> trace(minigrad.tensor([[1.0, 2.0], [3.0, 4.0]]))
        tensor(5.)
    """
    if input.array.ndim != 2:
        raise RuntimeError(f"trace: expected a matrix, but got tensor with dim {input.array.ndim}")
    return sum(apply(table.diagonal, input, offset=0, axis1=0, axis2=1, shape=input.array.shape))


def _is_narrow(x: Array, axis: tuple[int, ...]) -> bool:
    """Return whether a product with ones is the faster sum: of a tall matrix of float32 or float64 with few columns."""
    return x.ndim == 2 and x.shape[1] <= 64 <= x.shape[0] // 8 and len(axis) == 1 and x.dtype.char in "fd"


def _summable(x: TensorT, dtype: Any) -> TensorT:
    """Return x in the dtype given; without one, integers and booleans as int64, in which PyTorch adds them up."""
    check_tensor("sum", x)
    if dtype is not None:
        return converted(x, dtypes.to_numpy(dtype))
    return x if x.array.dtype.kind == "f" else converted(x, np.dtype(np.int64))


# ---- products --------------------------------------------------------------------------------------------------------


@numpy_names
@rounded_once
@checked
def prod(input: TensorT, dim: int | NotGiven = None, keepdim: bool = False, *, dtype: Any = None) -> TensorT:
    """Return the product over one dimension, or over all.

    It is multiplied up in pairs, then pairs of pairs: so its gradient is right where factors are 0, which a quotient
    of products would not be.

    Args:
        input: a tensor; integers and booleans multiply to int64.
        dim: a dimension, or None for all.
        keepdim: keep the reduced dimension with size 1.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.prod.html

    Example:
        >>> import minigrad
        >>> prod(minigrad.tensor([2.0, 3.0, 4.0]))
        tensor(24.)
    """
    x = _summable(input, dtype)
    if dim is None:
        out = _folded(flattened(x), 0)
        return named(reshaped(out, (1,) * x.ndim if keepdim else ()), "ProdBackward0")
    axis = axis_of(dim, x.ndim)
    if not x.ndim:
        return clone(x)
    out = _folded(x, axis)
    return named(_dropped(out, (axis,), keepdim), "ProdBackward1")


def _folded(x: TensorT, axis: int) -> TensorT:
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
def cumprod(input: TensorT, dim: int, *, dtype: Any = None) -> TensorT:
    """Return the running product along one dimension, multiplied up over distances of 1, 2, 4 and so on.

    Args:
        input: a tensor; integers and booleans multiply to int64.
        dim: the dimension, from 0 or, negative, from the end.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.cumprod.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([2.0, 3.0, 4.0])
        >>> cumprod(x, 0)
        tensor([ 2.,  6., 24.])
    """
    x = _summable(input, dtype)
    axis = axis_of(dim, x.ndim)
    n, distance = (x.array.shape[axis] if x.ndim else 1), 1
    while distance < n:
        further = mul(x[along(axis, slice(distance, None))], x[along(axis, slice(n - distance))])
        x = _joined([x[along(axis, slice(distance))], further], axis)
        distance *= 2
    return clone(x) if x is input else x


def _joined(parts: list[TensorT], axis: int) -> TensorT:
    bounds = np.cumsum([0, *[part.array.shape[axis] for part in parts]]).tolist()
    return apply(table.cat, *parts, axis=axis, bounds=bounds)


# ---- spread ----------------------------------------------------------------------------------------------------------


@unbiased_first
@numpy_names
@rounded_once
@recorded_as("VarBackward0")
@checked
def var(
    input: TensorT,
    dim: Dim = None,
    unbiased: bool | NotGiven = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> TensorT:
    """Return the variance: the sum of squared deviations over (number of values - correction).

    Args:
        input: a tensor of floats.
        dim: one dimension, several, or None for all.
        unbiased: True means correction=1, False means correction=0.
        keepdim: keep the reduced dimensions with size 1.
        correction: what is taken off the number of values; 1 unless given.

    Raises:
        RuntimeError: the input is of integers.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.var.html

    Example:
        >>> import minigrad
        >>> var(minigrad.tensor([1.0, 2.0, 3.0])), var(minigrad.tensor([1.0, 2.0, 3.0]), correction=0)
        (tensor(1.), tensor(0.6667))
    """
    return _variance(input, dim, unbiased, keepdim, correction)


def _correction(unbiased: bool | None, correction: float | None) -> float:
    """Return what is taken off the number of values."""
    if correction is not None:
        return correction
    return 1 if unbiased is None else int(unbiased)


def _variance(input: TensorT, dim: Dim, unbiased: bool | None, keepdim: bool, correction: float | None) -> TensorT:
    check_floating("std and var", input)
    correction = _correction(unbiased, correction)
    axes = axes_of(dim, input.array.ndim)
    count = math.prod([input.array.shape[i] for i in axes])
    deviations = apply(table.squared_difference, input, mean(input, axes, keepdim=True))
    return sum(deviations, axes, keepdim) / builtins.max(count - correction, 0)


@unbiased_first
@numpy_names
@rounded_once
@recorded_as("StdBackward0")
@checked
def std(
    input: TensorT,
    dim: Dim = None,
    unbiased: bool | NotGiven = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> TensorT:
    """Return the standard deviation, the square root of `var`; its slope at 0 is taken as 0.

    Args:
        input: a tensor of floats.
        dim: one dimension, several, or None for all.
        unbiased: True means correction=1, False means correction=0.
        keepdim: keep the reduced dimensions with size 1.
        correction: what is taken off the number of values; 1 unless given.

    Raises:
        RuntimeError: the input is of integers.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.std.html

    Example:
        >>> import minigrad
        >>> std(minigrad.tensor([1.0, 2.0, 3.0]))
        tensor(1.)
    """
    return apply(table.root, _variance(input, dim, unbiased, keepdim, correction))


@unbiased_first
@numpy_names
@checked
def var_mean(
    input: TensorT,
    dim: Dim = None,
    unbiased: bool | NotGiven = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[TensorT, TensorT]:
    """Return the variance and the mean, as `var` and `mean` do.

    Args:
        input: a tensor of floats.
        dim: one dimension, several, or None for all.
        unbiased: True means correction=1, False means correction=0.
        keepdim: keep the reduced dimensions with size 1.
        correction: what is taken off the number of values; 1 unless given.

    Raises:
        RuntimeError: the input is of integers.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.var_mean.html

    Example:
        >>> import minigrad
        >>> var_mean(minigrad.tensor([1.0, 2.0, 3.0]))
        (tensor(1.), tensor(2.))
    """
    correction = _correction(unbiased, correction)
    return var(input, dim, keepdim=keepdim, correction=correction), mean(input, dim, keepdim)


@unbiased_first
@numpy_names
@checked
def std_mean(
    input: TensorT,
    dim: Dim = None,
    unbiased: bool | NotGiven = None,
    keepdim: bool = False,
    *,
    correction: float | None = None,
) -> tuple[TensorT, TensorT]:
    """Return the standard deviation and the mean, as `std` and `mean` do.

    Args:
        input: a tensor of floats.
        dim: one dimension, several, or None for all.
        unbiased: True means correction=1, False means correction=0.
        keepdim: keep the reduced dimensions with size 1.
        correction: what is taken off the number of values; 1 unless given.

    Raises:
        RuntimeError: the input is of integers.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.std_mean.html

    Example:
        >>> import minigrad
        >>> std_mean(minigrad.tensor([1.0, 2.0, 3.0]))
        (tensor(1.), tensor(2.))
    """
    correction = _correction(unbiased, correction)
    return std(input, dim, keepdim=keepdim, correction=correction), mean(input, dim, keepdim)


@numpy_names
@rounded_once
@recorded_as("LinalgVectorNormBackward0")
def norm(
    input: TensorT, p: float | str | None = "fro", dim: Dim = None, keepdim: bool = False, *, dtype: Any = None
) -> TensorT:
    """Return (Σ |x|^p)^(1/p) over some dimensions, or over all; its slope at 0 is taken as 0.

    Args:
        input: a tensor of floats.
        p: a number; ∞ and -∞ give the largest and the smallest |x|, 0 counts what is not 0, "fro" means 2.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        RuntimeError: the input is of integers, or p is a string other than "fro".
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.norm.html

    Example:
        >>> import minigrad
        >>> norm(minigrad.tensor([3.0, 4.0]))
        tensor(5.)
    """
    x = input if dtype is None else converted(input, dtypes.to_numpy(dtype))
    check_floating("norm", x)
    if p in ("fro", 2, None):
        return apply(table.root, sum(square(x), dim, keepdim))
    if p == 1:
        return sum(abs(x), dim, keepdim)
    if p == 0:
        return sum(abs(sign(x)), dim, keepdim)
    if isinstance(p, str):
        raise RuntimeError(f"norm: expected p to be a number or 'fro', but got {p!r}")
    if math.isinf(p):
        return amax(abs(x), dim, keepdim) if p > 0 else amin(abs(x), dim, keepdim)
    return _flat_power(sum(_flat_power(abs(x), p), dim, keepdim), 1 / p)


def _flat_power(x: TensorT, exponent: float) -> TensorT:
    """Return x to a power, with slope 0 where x is 0: an infinite slope times 0 would be NaN."""
    is_zero = wrap(np.asarray(x.array == 0))
    at_zero = 0.0 if exponent > 0 else math.inf
    return apply(table.where, is_zero, at_zero, pow(apply(table.where, is_zero, 1.0, x), exponent))


@checked
def dist(input: TensorT, other: TensorT, p: float = 2) -> TensorT:
    """Return the p-norm of input - other: the distance of two points.

    Args:
        input: a tensor of floats.
        other: a tensor that broadcasts with it.
        p: a number, as in `norm`.

    Raises:
        RuntimeError: the difference is of integers, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.dist.html

    Example:
        >>> import minigrad
        >>> dist(minigrad.tensor([0.0, 0.0]), minigrad.tensor([3.0, 4.0]))
        tensor(5.)
    """
    return norm(apply(table.sub, input, other), p)


# ---- extremes --------------------------------------------------------------------------------------------------------


@numpy_names
@recorded_as("AmaxBackward0")
@checked
def amax(input: TensorT, dim: Dim = None, keepdim: bool = False) -> TensorT:
    """Return the largest value over some dimensions, or over all; ties share the gradient.

    Args:
        input: a tensor.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.

    Raises:
        RuntimeError: the tensor is empty.
        IndexError: the dimension is empty, or there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.amax.html

    Example:
        >>> import minigrad
        >>> amax(minigrad.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1)
        tensor([5., 4.])
    """
    return _extreme(table.amax, input, dim, keepdim)


@numpy_names
@recorded_as("AminBackward0")
@checked
def amin(input: TensorT, dim: Dim = None, keepdim: bool = False) -> TensorT:
    """Return the smallest value over some dimensions, or over all; ties share the gradient.

    Args:
        input: a tensor.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.

    Raises:
        RuntimeError: the tensor is empty.
        IndexError: the dimension is empty, or there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.amin.html

    Example:
        >>> import minigrad
        >>> amin(minigrad.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1)
        tensor([1., 2.])
    """
    return _extreme(table.amin, input, dim, keepdim)


def _extreme(op: Op, input: TensorT, dim: Dim, keepdim: bool) -> TensorT:
    shape = input.array.shape
    axes = axes_of(dim, len(shape))
    if not builtins.all(shape[i] for i in axes):
        kind = RuntimeError if dim is None else IndexError
        raise kind(f"{op.name}(): Expected reduction dim to have non-zero size, but the shape is {list(shape)}")
    return _dropped(apply(op, input, axis=axes), axes, keepdim)


def _dropped(reduced: TensorT, axes: tuple[int, ...], keepdim: bool) -> TensorT:
    """Drop the reduced dimensions, which have size 1, if they are not to be kept."""
    kept = tuple([n for i, n in enumerate(reduced.array.shape) if i not in axes])
    return reduced if keepdim else reshaped(reduced, kept)


@numpy_names
@checked
def aminmax(input: TensorT, *, dim: int | None = None, keepdim: bool = False) -> return_types.aminmax[TensorT]:
    """Return the smallest and the largest value, over one dimension or over all, as `min` and `max` of a named tuple.

    Args:
        input: a tensor.
        dim: a dimension, or None for all.
        keepdim: keep the reduced dimension with size 1.

    Raises:
        RuntimeError: the tensor is empty.
        IndexError: the dimension is empty, or there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.aminmax.html

    Example:
        >>> import minigrad
        >>> low, high = aminmax(minigrad.tensor([1.0, 5.0, 4.0]))
        >>> low, high
        (tensor(1.), tensor(5.))
    """
    return return_types.aminmax(amin(input, dim, keepdim), amax(input, dim, keepdim))


@numpy_names
@checked
def max(
    input: TensorT, dim: int | TensorT | NotGiven = None, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
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
    if other is not None:
        return maximum(input, other)
    if isinstance(dim, TensorBase):
        return maximum(input, dim)
    if dim is None:
        return named(_extreme(table.max, input, None, False), "MaxBackward1")
    return chosen(return_types.max, input, _place(np.argmax, input, dim, True), dim, keepdim, out)


@numpy_names
@checked
def min(
    input: TensorT, dim: int | TensorT | NotGiven = None, keepdim: bool = False, *, other: Any = None, out: Any = None
) -> Any:
    """Return the smallest element; along a dimension, also where it is; with another tensor, of each pair.

    Args:
        input: a tensor.
        dim: None for the smallest of all (ties share the gradient); a dimension; or a tensor, which means `minimum`.
        keepdim: keep the reduced dimension with size 1.
        other: the other tensor, by name.
        out: a pair of tensors that take values and indices.

    Raises:
        RuntimeError: the tensor is empty.
        IndexError: the dimension is empty, or there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.min.html

    Example:
        >>> import minigrad
        >>> min(minigrad.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1).indices
        tensor([0, 1])
    """
    if other is not None:
        return minimum(input, other)
    if isinstance(dim, TensorBase):
        return minimum(input, dim)
    if dim is None:
        return named(_extreme(table.min, input, None, False), "MinBackward1")
    return chosen(return_types.min, input, _place(np.argmin, input, dim, True), dim, keepdim, out)


def chosen(
    kind: type[Choice], input: TensorT, indices: TensorT, dim: int, keepdim: bool, out: Any = None
) -> Choice:
    """Take what the indices, of size 1 along `dim`, choose."""
    values = taken(input, indices.array, dim)
    if not keepdim and input.array.ndim:
        axes = (axis_of(dim, input.array.ndim),)
        values, indices = _dropped(values, axes, keepdim), _dropped(indices, axes, keepdim)
    if out is not None:
        values, indices = (target.copy_(found) for target, found in zip(out, (values, indices), strict=True))
    return kind(named(values, f"{kind.__name__.capitalize()}Backward0"), indices)


def taken(input: TensorT, index: Array, dim: int) -> TensorT:
    """Return the elements along a dimension that an integer array of the same rank names."""
    if not input.array.ndim:
        return clone(input)
    return apply(table.take_along, input, index=index, axis=axis_of(dim, input.array.ndim), shape=input.array.shape)


@numpy_names
@checked
def argmax(input: TensorT, dim: int | None = None, keepdim: bool = False) -> TensorT:
    """Return where the largest element is, counted in the flat tensor or along one dimension; of several, the first.

    Args:
        input: a tensor of any dtype but bool.
        dim: a dimension, or None for the flat tensor.
        keepdim: keep the reduced dimension with size 1.

    Raises:
        RuntimeError: the input is of booleans.
        IndexError: the tensor or the dimension is empty, or there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.argmax.html

    Example:
        >>> import minigrad
        >>> argmax(minigrad.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1)
        tensor([1, 0])
    """
    _refuse_booleans("argmax", input)
    return _place(np.argmax, input, dim, keepdim)


@numpy_names
@checked
def argmin(input: TensorT, dim: int | None = None, keepdim: bool = False) -> TensorT:
    """Return where the smallest element is, counted in the flat tensor or along one dimension; of several, the first.

    Args:
        input: a tensor of any dtype but bool.
        dim: a dimension, or None for the flat tensor.
        keepdim: keep the reduced dimension with size 1.

    Raises:
        RuntimeError: the input is of booleans.
        IndexError: the tensor or the dimension is empty, or there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.argmin.html

    Example:
        >>> import minigrad
        >>> argmin(minigrad.tensor([[1.0, 5.0], [4.0, 2.0]]), dim=1)
        tensor([0, 1])
    """
    _refuse_booleans("argmin", input)
    return _place(np.argmin, input, dim, keepdim)


def _refuse_booleans(name: str, input: TensorT) -> None:
    check_tensor(name, input)
    if input.array.dtype.kind == "b":
        raise RuntimeError(f'"{name}_cpu" not implemented for \'Bool\'')


def _place(search: Any, input: TensorT, dim: int | None, keepdim: bool) -> TensorT:
    """Return where NumPy's argmax or argmin finds the extreme element."""
    array = input.array
    axis = None if dim is None else axis_of(dim, array.ndim)
    if not (array.size if axis is None else (array.shape or (1,))[axis]):
        shape, name = list(array.shape), search.__name__
        raise IndexError(f"{name}(): Expected reduction dim {dim} to have non-zero size, but the shape is {shape}")
    return wrap(computed(_found, array, search, axis if array.ndim else None, keepdim))


def _found(array: Array, search: Any, axis: int | None, keepdims: bool) -> Array:
    return np.asarray(search(array, axis, keepdims=keepdims)).astype(np.int64, copy=False)


@numpy_names
def cummax(input: TensorT, dim: int) -> return_types.cummax[TensorT]:
    """Return the largest value so far along a dimension, and where it was last.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.

    Returns:
        A named tuple of `values` and of `indices`, int64, both of the input's shape.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.cummax.html

    Example:
        >>> import minigrad
        >>> cummax(minigrad.tensor([1.0, 3.0, 2.0]), 0).values
        tensor([1., 3., 3.])
    """
    return return_types.cummax(*_running(input, dim, np.maximum))


@numpy_names
def cummin(input: TensorT, dim: int) -> return_types.cummin[TensorT]:
    """Return the smallest value so far along a dimension, and where it was last.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.

    Returns:
        A named tuple of `values` and of `indices`, int64, both of the input's shape.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.cummin.html

    Example:
        >>> import minigrad
        >>> cummin(minigrad.tensor([3.0, 1.0, 2.0]), 0).values
        tensor([3., 1., 1.])
    """
    return return_types.cummin(*_running(input, dim, np.minimum))


def _running(input: TensorT, dim: int, extreme: np.ufunc) -> tuple[TensorT, TensorT]:
    axis = axis_of(dim, input.array.ndim)
    if not input.array.size or not input.array.ndim:
        return clone(input), wrap(np.zeros(input.array.shape, np.int64))
    best = extreme.accumulate(input.array, axis)
    is_new = (input.array == best) | np.isnan(input.array)
    places = np.arange(input.array.shape[axis]).reshape([-1 if i == axis else 1 for i in range(input.array.ndim)])
    index = np.maximum.accumulate(np.where(is_new, places, 0), axis)
    return taken(input, index, axis), wrap(index)


# ---- truths ----------------------------------------------------------------------------------------------------------


@numpy_names
def all(input: TensorT, dim: Dim = None, keepdim: bool = False) -> TensorT:
    """Return whether every element is nonzero, over some dimensions or over all.

    Args:
        input: a tensor of any dtype.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.

    Returns:
        Booleans, or uint8 where the input is uint8; True where there is nothing.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.all.html

    Example:
        >>> import minigrad
        >>> all(minigrad.tensor([[1, 0], [2, 3]]), dim=1)
        tensor([False,  True])
    """
    return _answer(input, np.logical_and, dim, keepdim)


@numpy_names
def any(input: TensorT, dim: Dim = None, keepdim: bool = False) -> TensorT:
    """Return whether any element is nonzero, over some dimensions or over all.

    Args:
        input: a tensor of any dtype.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.

    Returns:
        Booleans, or uint8 where the input is uint8; False where there is nothing.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.any.html

    Example:
        >>> import minigrad
        >>> any(minigrad.tensor([[0, 0], [2, 0]]), dim=1)
        tensor([False,  True])
    """
    return _answer(input, np.logical_or, dim, keepdim)


def _answer(input: TensorT, question: np.ufunc, dim: Dim, keepdim: bool) -> TensorT:
    _check_keepdim(keepdim)
    return wrap(computed(_answered, input.array, question, axes_of(dim, input.array.ndim), keepdim))


def _answered(array: Array, question: np.ufunc, axes: Any, keepdims: bool) -> Array:
    answer = question.reduce(array, axes, keepdims=keepdims)
    return np.asarray(answer, np.uint8 if array.dtype == np.uint8 else np.bool_)


# ---- exponentials ----------------------------------------------------------------------------------------------------


@numpy_names
@recorded_as("LogsumexpBackward0")
@checked
def logsumexp(input: TensorT, dim: int | Sequence[int], keepdim: bool = False) -> TensorT:
    """Return log(Σ exp(x)) over some dimensions, without overflow.

    Args:
        input: a tensor; integers give the default float dtype.
        dim: one dimension, or several.
        keepdim: keep the reduced dimensions with size 1.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.logsumexp.html

    Example:
        >>> import minigrad
        >>> logsumexp(minigrad.tensor([1000.0, 1000.0]), 0)
        tensor(1000.6932)
    """
    if isinstance(dim, list | tuple) and not dim and input.array.ndim:
        raise RuntimeError("logsumexp(): argument 'dim' must name a dimension, but got none")
    axes = axes_of(dim, input.array.ndim)
    return _dropped(apply(table.logsumexp, input, axis=axes), axes, keepdim)


@numpy_names
def softmax(input: TensorT, dim: int, *, dtype: Any = None) -> TensorT:
    """Return exp(x) / Σ exp(x) along one dimension, without overflow.

    They are positive and add up to 1 along the dimension: probabilities, if the input has logits.

    Args:
        input: logits, a tensor of any shape; integers give the default float dtype.
        dim: the dimension, from 0 or, negative, from the end.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.softmax.html

    Example:
        >>> import minigrad
        >>> softmax(minigrad.tensor([0.0, 0.0, 1.0]), 0)
        tensor([0.2119, 0.2119, 0.5761])
    """
    if input.array.dtype == np.float16 and dtype is None:  # the sum may be out of its range
        wide = _along(table.softmax, converted(input, np.dtype(np.float32)), dim, None)
        return named(converted(wide, input.array.dtype), "SoftmaxBackward0")
    return _along(table.softmax, input, dim, dtype)


@numpy_names
def log_softmax(input: TensorT, dim: int, *, dtype: Any = None) -> TensorT:
    """Return log(softmax(x)) = x - log(Σ exp(x)) along one dimension, without overflow.

    Args:
        input: logits, a tensor of any shape; integers give the default float dtype.
        dim: the dimension, from 0 or, negative, from the end.
        dtype: convert the input to this one first.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html

    Example:
        >>> import minigrad
        >>> log_softmax(minigrad.tensor([0.0, 0.0, 1.0]), 0)
        tensor([-1.5514, -1.5514, -0.5514])
    """
    return _along(table.log_softmax, input, dim, dtype)


def _along(op: Op, input: TensorT, dim: int, dtype: Any) -> TensorT:
    x = input if dtype is None else converted(input, dtypes.to_numpy(dtype))
    axis = axis_of(dim, x.array.ndim)
    return apply(op, x, axis=axis) if x.array.ndim else reshaped(apply(op, reshaped(x, (1,)), axis=0), ())


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Reductions(TensorBase):
    """The methods of a tensor that reduce it, or look along a dimension."""

    __slots__ = ()

    all = all
    amax = amax
    amin = amin
    aminmax = aminmax
    any = any
    argmax = argmax
    argmin = argmin
    count_nonzero = count_nonzero
    cummax = cummax
    cummin = cummin
    cumprod = cumprod
    cumsum = cumsum
    dist = dist
    log_softmax = log_softmax
    logsumexp = logsumexp
    max = max
    mean = mean
    min = min
    nanmean = nanmean
    nansum = nansum
    norm = norm
    prod = prod
    softmax = softmax
    std = std

    if TYPE_CHECKING:  # or pyright takes the signature from the core

        def sum(self, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None, out: Any = None) -> Self: ...  # noqa: D102

    else:
        sum = sum

    trace = trace
    var = var

    cumprod_ = in_place(cumprod)
    cumsum_ = in_place(cumsum)
