"""How values are distributed: counts, histograms and quantiles.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#reduction-ops.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._tensor.base import TensorBase, TensorT, as_array, wrap
from .._tensor.declared import checked
from .._tensor.listening import refuse_to_replay
from .._tensor.shapes import axis_of
from . import return_types
from .arguments import check_floating, check_tensor
from .arithmetic import lerp
from .indexing import take_along_dim
from .ordering import sort
from .shaping import movedim


@checked
def bincount(input: TensorT, weights: TensorT | None = None, minlength: int = 0) -> TensorT:
    """Return how often each of the numbers 0, 1, 2, … occurs, or the sum of its weights.

    Args:
        input: of shape (n,), integers of at least 0.
        weights: of the same shape; float32 stays, all else becomes float64.
        minlength: the least length of the result, of at least 0.

    Raises:
        RuntimeError: other shapes or values, or no integers.

    Source: https://pytorch.org/docs/stable/generated/torch.bincount.html

    Example:
        >>> import minigrad
        >>> bincount(minigrad.tensor([0, 2, 2]))
        tensor([1, 0, 2])
    """
    check_tensor("bincount", input)
    refuse_to_replay("it counts values")
    array = input.array
    if array.dtype.kind not in "iu":
        raise RuntimeError(f"bincount: expected a tensor of integers, but got {input.dtype}")
    if minlength < 0:
        raise RuntimeError(f"bincount: minlength should be >= 0, but got {minlength}")
    if array.ndim != 1 or (array.size and array.min() < 0):
        raise RuntimeError("bincount only supports 1-d non-negative integral inputs.")
    if weights is None:
        return wrap(np.bincount(array, minlength=minlength).astype(np.int64))
    check_tensor("bincount", weights, "weights")
    if weights.array.shape != array.shape:
        raise RuntimeError("bincount: weights should be 1-d and have the same length as input")
    dtype = np.float32 if weights.array.dtype == np.float32 else np.float64
    return wrap(np.bincount(array, weights.array, minlength).astype(dtype))


@checked
def histc(input: TensorT, bins: int = 100, min: float = 0, max: float = 0) -> TensorT:
    """Return how many values lie in each of `bins` equal parts of [min, max]; all else is not counted.

    Args:
        input: a tensor of floats, of any shape.
        bins: how many parts, at least 1.
        min: where the first begins.
        max: where the last ends; where both are 0, the least and the largest value.

    Raises:
        RuntimeError: bins is below 1, min above max, or one of them is not finite.

    Source: https://pytorch.org/docs/stable/generated/torch.histc.html

    Example:
        >>> import minigrad
        >>> histc(minigrad.tensor([1.0, 2.0, 1.0]), bins=4, min=0, max=3)
        tensor([0., 2., 1., 0.])
    """
    check_tensor("histc", input)
    check_floating("histc", input)
    low, high = _range("histc", input.array, bins, float(min), float(max))
    return wrap(_counts(input.array, bins, low, high, None).astype(input.array.dtype))


@checked
def histogram(
    input: TensorT,
    bins: int | TensorT,
    *,
    range: Sequence[float] | None = None,
    weight: TensorT | None = None,
    density: bool = False,
) -> return_types.histogram[TensorT]:
    """Return how many values lie in each bin, and the bins' edges.

    Args:
        input: a tensor of floats, of any shape.
        bins: how many equal bins, or their edges, in increasing order.
        range: the leftmost and the rightmost edge; the least and the largest value unless given.
        weight: how much each value counts; of the input's shape.
        density: return a density, whose integral is 1, instead of counts.

    Raises:
        RuntimeError: no bins, edges that decrease, or shapes that do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.histogram.html

    Example:
        >>> import minigrad
        >>> histogram(minigrad.tensor([1.0, 2.0, 1.0]), bins=3, range=(0.0, 3.0)).hist
        tensor([0., 2., 1.])
    """
    check_tensor("histogram", input)
    check_floating("histogram", input)
    if weight is not None and weight.array.shape != input.array.shape:
        raise RuntimeError("histogram(): the weight tensor should have the same shape as the input tensor")
    weights = None if weight is None else weight.array.reshape(-1)
    if isinstance(bins, TensorBase):
        edges = bins.array.copy()
        if np.any(np.diff(edges) < 0):
            raise RuntimeError("histogram(): bins must be edges in increasing order")
        counts = np.histogram(input.array.reshape(-1), edges, weights=weights)[0]
    else:
        low, high = (0.0, 0.0) if range is None else map(float, range)
        if low == high == 0 and not input.array.size:
            high = 1.0
        low, high = _range("histogram", input.array, bins, low, high, margin=0.5)
        edges = np.linspace(low, high, bins + 1).astype(input.array.dtype)
        counts = _counts(input.array, bins, low, high, weights)
    if density:
        counts = counts / counts.sum() / np.diff(edges)
    return return_types.histogram(wrap(counts.astype(input.array.dtype)), wrap(edges))


def _range(
    function: str, array: Any, bins: int, low: float, high: float, margin: float = 1.0
) -> tuple[float, float]:
    """Return where the first bin begins and the last one ends: by a margin around values that are all one."""
    refuse_to_replay("it counts values")
    if bins < 1:
        raise RuntimeError(f"{function}(): bins must be > 0, but got {bins}")
    if low == high and array.size:
        low, high = (float(array.min()), float(array.max())) if low == 0 else (low, high)
    if low == high:
        low, high = low - margin, high + margin
    if not (math.isfinite(low) and math.isfinite(high)):
        raise RuntimeError(f"{function}(): range of [{low}, {high}] is not finite")
    if low > high:
        raise RuntimeError(f"{function}(): max must be larger than min, but got {low} and {high}")
    return low, high


def _counts(array: Any, bins: int, low: float, high: float, weights: Any) -> Any:
    """Return the counts of equal bins, into which a value falls by division, as in PyTorch."""
    flat = array.reshape(-1)
    inside = (flat >= low) & (flat <= high)
    places = np.minimum(((flat[inside].astype(np.float64) - low) / (high - low) * bins).astype(np.int64), bins - 1)
    return np.bincount(places, None if weights is None else weights[inside], bins)


@checked
def quantile(
    input: TensorT, q: float | TensorT, dim: int | None = None, keepdim: bool = False, *, interpolation: str = "linear"
) -> TensorT:
    """Return the values below which the fraction q of all values lies; of a row with NaN, NaN.

    Args:
        input: float32 or float64.
        q: a number in [0, 1]; or a tensor of them, of shape (k,), whose results come in a first dimension.
        dim: over which dimension; all unless given.
        keepdim: keep it with size 1.
        interpolation: between two values: "linear", "lower", "higher", "midpoint" or "nearest".

    Raises:
        RuntimeError: other dtypes, a q outside of [0, 1], or no values.

    Source: https://pytorch.org/docs/stable/generated/torch.quantile.html

    Example:
        >>> import minigrad
        >>> quantile(minigrad.tensor([0.0, 1.0, 2.0, 4.0]), 0.5)
        tensor(1.5000)
    """
    check_tensor("quantile", input)
    if input.array.dtype not in (np.float32, np.float64):
        raise RuntimeError("quantile() input tensor must be either float or double dtype")
    fractions = np.asarray(as_array(q), np.float64)
    if fractions.ndim > 1 or not np.all((fractions >= 0) & (fractions <= 1)):
        raise RuntimeError(f"quantile() q values must be in the range [0, 1], in a number or a 1D tensor, but got {q}")
    if interpolation not in ("linear", "lower", "higher", "midpoint", "nearest"):
        raise RuntimeError(
            f"quantile() interpolation must be linear, lower, higher, midpoint or nearest, but got {interpolation}"
        )
    if not input.array.size:
        raise RuntimeError("quantile() input tensor must be non-empty")
    axis = -1 if dim is None else axis_of(dim, input.array.ndim)
    dim = dim if input.array.ndim else None  # a number has one row
    rows = input.reshape((-1,)) if dim is None else movedim(input, axis, -1)
    out = _at_fractions(sort(rows, -1).values, fractions.reshape(-1), interpolation)
    kept = [1] * input.array.ndim if dim is None else [*out.array.shape[:-1]]
    if keepdim and dim is not None:
        kept.insert(axis, 1)
    out = movedim(out, -1, 0)
    if keepdim:
        out = out.reshape((-1, *kept))
    return out if fractions.ndim else out[0]


def _at_fractions(rows: TensorT, fractions: Any, interpolation: str) -> TensorT:
    """Return the values of sorted rows at fractions of their length, in a last dimension."""
    n = rows.array.shape[-1]
    places = fractions * (n - 1)
    places = np.where(np.isnan(rows.array).any(-1, keepdims=True), n - 1, places)  # NaN comes last
    below, above = np.floor(places).astype(np.int64), np.ceil(places).astype(np.int64)
    if interpolation == "nearest":
        below = above = np.rint(places).astype(np.int64)
    shape = (*rows.array.shape[:-1], len(fractions))
    low, high = (take_along_dim(rows, wrap(np.broadcast_to(i, shape).copy()), -1) for i in (below, above))
    if interpolation in ("lower", "nearest"):
        return low
    if interpolation == "higher":
        return high
    weight = 0.5 if interpolation == "midpoint" else places - below
    return lerp(low, high, wrap(np.broadcast_to(weight, shape).astype(rows.array.dtype)))


class Counting(TensorBase):
    """The methods of a tensor that count its values."""

    __slots__ = ()

    bincount = bincount
    histc = histc
    histogram = histogram
    quantile = quantile
