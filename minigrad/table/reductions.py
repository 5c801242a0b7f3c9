"""The derivative table, reductions: many values in, few out; the gradient goes back to each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.table import _stable, exp, where
from .op import Op

Axes = tuple[int, ...]
Shape = tuple[int, ...]

cumsum = Op(lambda x, axis: np.cumsum(x, axis=axis, dtype=x.dtype),
            lambda g, y, x, axis: flip(cumsum(flip(g, axis=axis), axis=axis), axis=axis))

flip = Op(lambda x, axis: np.flip(x, axis).copy(), lambda g, y, x, axis: flip(g, axis=axis))

# The reductions below keep the axes they reduce, with size 1.

amax = Op(lambda x, axis: x.max(axis=axis, keepdims=True),
          lambda g, y, x, axis: where(x == y, g, 0.0) / (x == y).sum(axis=axis, keepdims=True, dtype=g.dtype))

amin = Op(lambda x, axis: x.min(axis=axis, keepdims=True),
          lambda g, y, x, axis: where(x == y, g, 0.0) / (x == y).sum(axis=axis, keepdims=True, dtype=g.dtype))

median = Op(lambda x: _lower_median(x),
            lambda g, y, x: where(x == y, g, 0.0) / (x == y).sum(axis=0, keepdims=True, dtype=g.dtype))


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
