"""The derivative table: each primitive with its gradient rules, like the inside cover of a calculus book.

A rule may use operators, comparisons, ``.mT``, ``.swapaxes``, ``.reshape(shape)``, ``.sum(axis=, keepdims=)``
and entries of this table: all of them mean the same on ndarrays and on Tensors. No rule mentions broadcasting: the
graph sums a gradient down to the shape of its input.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .op import Op

Axes = tuple[int, ...]
Shape = tuple[int, ...]

# ---- arithmetic, and functions of each element ---------------------------------------------------------------------

add = Op(np.add, lambda g, z, x, y: g,
                 lambda g, z, x, y: g)
sub = Op(np.subtract, lambda g, z, x, y: g,
                      lambda g, z, x, y: -g)
mul = Op(np.multiply, lambda g, z, x, y: g * y,
                      lambda g, z, x, y: g * x)
div = Op(np.true_divide, lambda g, z, x, y: g / y,
                         lambda g, z, x, y: -g * x / (y * y))
neg = Op(np.negative, lambda g, y, x: -g)

# x to the power of a number; x⁰ has slope 0 even at x = 0, where x⁻¹ would make it NaN.
power = Op(lambda x, exponent: x**exponent,
           lambda g, y, x, exponent: g * x ** (exponent - 1) * exponent if exponent else g * 0.0)

exp = Op(np.exp, lambda g, y, x: g * y)
log = Op(np.log, lambda g, y, x: g / x)
tanh = Op(np.tanh, lambda g, y, x: g * (1 - y * y))

# NumPy compares with a row of zeros in a third of the time that it takes with a number. A NaN passes its gradient on.
relu = Op(lambda x: np.maximum(x, np.zeros(x.shape[-1:], x.dtype)), lambda g, y, x: g * (y != 0))

where = Op(np.where, None, lambda g, z, condition, x, y: where(condition, g, 0.0),
                           lambda g, z, condition, x, y: where(condition, 0.0, g))

lt, gt, ne = Op(np.less), Op(np.greater), Op(np.not_equal)

# ---- the same values, laid out otherwise ---------------------------------------------------------------------------

reshape = Op(lambda x, shape, old: x.reshape(shape), lambda g, y, x, shape, old: g.reshape(old))

swapaxes = Op(lambda x, axis1, axis2: x.swapaxes(axis1, axis2),
              lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2))

def _expand(x: np.ndarray, shape: Shape) -> np.ndarray:
    if x.ndim:
        return np.broadcast_to(x, shape)
    out = np.ndarray(shape, x.dtype, x, strides=(0,) * len(shape))  # what a total needs, in a fifth of the time
    out.flags.writeable = False
    return out

# A value used many times: the engine sums its gradients, as for every broadcast.
expand = Op(_expand, lambda g, y, x, shape: g)

# ---- sums ----------------------------------------------------------------------------------------------------------

def _spread(g: Any, axis: Axes, shape: Shape) -> Any:
    """Undo a sum: hand the gradient of every total to each of its summands. ``axis`` is sorted and not negative."""
    if len(axis) == len(shape):
        return expand(g.reshape(()), shape=shape)
    kept = tuple([1 if i in axis else n for i, n in enumerate(shape)])
    return expand(g.reshape(kept), shape=shape)

def _count(axis: Axes, shape: Shape) -> float:
    """Return how many values a mean is taken over; NaN for none, so that the mean of nothing is NaN, as in PyTorch."""
    return math.prod([shape[i] for i in axis]) or math.nan

sum = Op(lambda x, axis, keepdims, shape: x.sum(axis=axis, keepdims=keepdims, dtype=x.dtype),
         lambda g, y, x, axis, keepdims, shape: _spread(g, axis, shape))

mean = Op(lambda x, axis, keepdims, shape: x.sum(axis=axis, keepdims=keepdims) / _count(axis, shape),
          lambda g, y, x, axis, keepdims, shape: _spread(g / _count(axis, shape), axis, shape))

# The mean of (x - y)²: the composition of three entries that most training steps end with, in half of their time.
mse = Op(lambda x, y, count: np.square(x - y).sum() / count,
         lambda g, z, x, y, count: (x - y) * (g * (2 / count)),
         lambda g, z, x, y, count: (y - x) * (g * (2 / count)))

def _stable(x: np.ndarray, axis: Any) -> tuple[np.ndarray, np.ndarray]:
    """Split x into its maximum and the rest, so that no exponential overflows; an infinite maximum is left in place."""
    top = x.max(axis=axis, keepdims=True, initial=-math.inf)
    top = np.where(np.isfinite(top), top, 0.0)
    return top, x - top

def _softmax(x: np.ndarray, axis: int) -> np.ndarray:
    _, rest = _stable(x, axis)
    e = np.exp(rest, out=rest)
    e /= e.sum(axis=axis, keepdims=True)
    return e

softmax = Op(_softmax, lambda g, y, x, axis: (g - (g * y).sum(axis=axis, keepdims=True)) * y)

# ---- products ------------------------------------------------------------------------------------------------------

def _matmul(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x.dot(y) if x.ndim == 2 == y.ndim else np.matmul(x, y)  # on thin matrices, dot takes a third of the time

# The last two axes are the matrices', those before them broadcast.
matmul = Op(_matmul, lambda g, z, x, y: matmul(g, y.mT),
                     lambda g, z, x, y: matmul(x.mT, g))

def _linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    y = _matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y

def _rows(x: Any) -> Any:
    """X as one matrix, a row for each sample, however many axes the samples were laid out in."""
    return x if len(x.shape) == 2 else x.reshape((-1, x.shape[-1]))

def _times(g: Any, weight: Any) -> Any:
    """G W, also for a single sample's g."""
    return matmul(g, weight) if len(g.shape) > 1 else matmul(_rows(g), weight).reshape((weight.shape[1],))

# y = x Wᵀ + b
linear = Op(_linear, lambda g, y, x, weight, bias=None: _times(g, weight),
                     lambda g, y, x, weight, bias=None: matmul(_rows(g).mT, _rows(x)),
                     lambda g, y, x, weight, bias=None: g)

# ---- losses --------------------------------------------------------------------------------------------------------

def _places(index: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """Return the full index of the places that an index along one axis means."""
    grid = [np.arange(n).reshape([-1 if i == d else 1 for i in range(index.ndim)]) for d, n in enumerate(index.shape)]
    grid[axis] = index
    return tuple(grid)

def _cross_entropy(x: np.ndarray, index: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Return log Σ eˣ - x[index] along the axis, which goes; the index has it, with size 1. And the softmax of x."""
    _, rest = _stable(x, axis)
    at_target = rest[_places(index, axis)]
    e = np.exp(rest, out=rest)
    total = e.sum(axis=axis, keepdims=True)
    e /= total
    return (np.log(total) - at_target).squeeze(axis), e

def _cross_entropy_slope(
    x: np.ndarray, g: Any, index: np.ndarray, axis: int, known_softmax: np.ndarray | None = None
) -> np.ndarray:
    """Return (softmax(x) - 1 at the target) · g."""
    p = _softmax(x, axis) if known_softmax is None else known_softmax
    target = _places(index, axis)
    slope = p * g
    slope[target] = (p[target] - 1) * g
    return slope

cross_entropy = Op(
    _cross_entropy,
    lambda g, y, x, known_softmax=None, *, index, axis: (
        cross_entropy_slope(x, g.reshape(index.shape), index=index, axis=axis, known_softmax=known_softmax)
    ),
    byproduct=True,
)

# The gradient of the cross-entropy, an entry of its own, so that it has derivatives, too.
cross_entropy_slope = Op(
    _cross_entropy_slope,
    lambda h, y, x, g, index, axis, known_softmax=None: (
        softmax.rules[0](h * g, softmax(x, axis=axis), x, axis=axis)  # type: ignore[misc]
    ),
    lambda h, y, x, g, index, axis, known_softmax=None: (
        (h * cross_entropy_slope(x, 1.0, index=index, axis=axis)).sum(axis=(axis,), keepdims=True)
    ),
)

for _name, _entry in list(globals().items()):
    if isinstance(_entry, Op):
        _entry.name = _name
