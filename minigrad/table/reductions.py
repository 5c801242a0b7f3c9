"""The derivative table, reductions: many values in, few out; the gradient goes back to each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core import table as core
from ..core.table import _count, _stable, exp
from .op import Op

Axes = tuple[int, ...]
Shape = tuple[int, ...]

cumsum = Op(lambda x, axis: np.cumsum(x, axis=axis, dtype=x.dtype),
            lambda g, y, x, axis: flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis))

flip = Op(lambda x, axis: np.flip(x, axis).copy(), lambda g, y, x, axis: flip(g, axis=axis))

# Along one axis of a tall matrix with few columns. NumPy's sum begins anew with every row; a product with ones takes a
# tenth to a third of its time. The rules are those of every sum and mean.
narrow_sum = Op(lambda x, axis, keepdims, shape: _product_with_ones(x, axis[0], keepdims), core.sum.rules[0])

narrow_mean = Op(lambda x, axis, keepdims, shape: _product_with_ones(x, axis[0], keepdims) / _count(axis, shape),
                 core.mean.rules[0])

# The reductions below keep the axes they reduce, with size 1.

amax = Op(lambda x, axis: x.max(axis=axis, keepdims=True), lambda g, y, x, axis: share(x == y, g, axis=axis))

amin = Op(lambda x, axis: x.min(axis=axis, keepdims=True), lambda g, y, x, axis: share(x == y, g, axis=axis))

# The same over all axes, where the gradient of a NaN goes to the NaNs.
max = Op(lambda x, axis: x.max(axis=axis, keepdims=True), lambda g, y, x, axis: share(_same(x, y), g, axis=axis))

min = Op(lambda x, axis: x.min(axis=axis, keepdims=True), lambda g, y, x, axis: share(_same(x, y), g, axis=axis))

median = Op(lambda x: _lower_median(x), lambda g, y, x: share(_same(x, y), g, axis=0))

# g in equal shares for the places that are marked along the axis; none of it for the others.
share = Op(lambda at, g, axis: _share(at, g, axis), None, lambda h, y, at, g, axis: share(at, h, axis=axis),
           inputs="condition")


def _product_with_ones(x: np.ndarray, axis: int, keepdims: bool) -> np.ndarray:
    ones = np.ones(x.shape[axis], x.dtype)
    y: np.ndarray = x.dot(ones) if axis else ones.dot(x)
    return np.expand_dims(y, axis) if keepdims else y


def _same(x: Any, y: Any) -> Any:
    """Return where x is y, also where both are NaN."""
    return (x == y) | ((x != x) & (y != y))


def _share(at: np.ndarray, g: np.ndarray, axis: Any) -> np.ndarray:
    count = at.sum(axis=axis, keepdims=True, dtype=np.promote_types(g.dtype, np.float32))  # float16 ends at 65,504
    return (np.where(at, g, g.dtype.type(0)) / count).astype(g.dtype, copy=False)


def _lower_median(x: np.ndarray) -> np.ndarray:
    """Return the median of a vector, the lower one of two; NaN where there is a NaN, or nothing."""
    if x.dtype.kind == "f" and (not x.size or np.isnan(x).any()):
        return np.asarray(math.nan, x.dtype)
    return np.sort(x)[(x.size - 1) // 2]


def _logsumexp(x: np.ndarray, axis: Any) -> np.ndarray:
    top, rest = _stable(x, axis)
    return np.log(np.exp(rest).sum(axis=axis, keepdims=True)) + top


def _log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    _, rest = _stable(x, axis)
    rest -= np.log(np.exp(rest).sum(axis=axis, keepdims=True))
    return rest

logsumexp = Op(_logsumexp, lambda g, y, x, axis: g * exp(x - y), inputs="float")

log_softmax = Op(_log_softmax, lambda g, y, x, axis: g - exp(y) * g.sum(axis=axis, keepdims=True), inputs="float")
