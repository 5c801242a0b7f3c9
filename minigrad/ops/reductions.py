"""The derivative table, reductions: many values in, few out; the gradient goes back to each."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .elementwise import exp, where
from .op import Op
from .shape import expand

Axes = tuple[int, ...]
Shape = tuple[int, ...]


def _spread(g: Any, axis: Axes, shape: Shape) -> Any:
    """Undo a sum: hand the gradient of every total to each of its summands. ``axis`` is sorted and not negative."""
    if len(axis) == len(shape):
        return expand(g.reshape(()), shape=shape)
    kept = tuple([1 if i in axis else n for i, n in enumerate(shape)])
    return expand(g.reshape(kept), shape=shape)


def _count(axis: Axes, shape: Shape) -> float:
    """Say how many values one mean is taken over; NaN for none, so that the mean of nothing is NaN as in PyTorch."""
    return math.prod([shape[i] for i in axis]) or math.nan


sum = Op(lambda x, axis, keepdims, shape: x.sum(axis=axis, keepdims=keepdims, dtype=x.dtype),
         lambda g, y, x, axis, keepdims, shape: _spread(g, axis, shape))

mean = Op(lambda x, axis, keepdims, shape: x.sum(axis=axis, keepdims=keepdims) / _count(axis, shape),
          lambda g, y, x, axis, keepdims, shape: _spread(g / _count(axis, shape), axis, shape), inputs="float")

# The mean of (x - y)²: the composition of three entries that most training steps end with, in half of their time.
mse = Op(lambda x, y, count: np.square(x - y).sum() / count,
         lambda g, z, x, y, count: (x - y) * (g * (2 / count)),
         lambda g, z, x, y, count: (y - x) * (g * (2 / count)))

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


def _stable(x: np.ndarray, axis: Any) -> tuple[np.ndarray, np.ndarray]:
    """Split x into its maximum and the rest, so that no exponential overflows; an infinite maximum is left in place."""
    top = x.max(axis=axis, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    return top, x - top


def _logsumexp(x: np.ndarray, axis: Any) -> np.ndarray:
    top, rest = _stable(x, axis)
    return np.log(np.exp(rest).sum(axis=axis, keepdims=True)) + top


def _softmax(x: np.ndarray, axis: int) -> np.ndarray:
    _, rest = _stable(x, axis)
    e = np.exp(rest, out=rest)
    e /= e.sum(axis=axis, keepdims=True)
    return e


def _log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    _, rest = _stable(x, axis)
    rest -= np.log(np.exp(rest).sum(axis=axis, keepdims=True))
    return rest


logsumexp = Op(_logsumexp, lambda g, y, x, axis: g * exp(x - y), inputs="float")

softmax = Op(_softmax, lambda g, y, x, axis: (g - (g * y).sum(axis=axis, keepdims=True)) * y, inputs="float")

log_softmax = Op(_log_softmax, lambda g, y, x, axis: g - exp(y) * g.sum(axis=axis, keepdims=True), inputs="float")
