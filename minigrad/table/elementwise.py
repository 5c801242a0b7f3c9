"""The derivative table, elementwise: y = f(x) and z = f(x, y).

No rule mentions broadcasting: the engine sums a gradient down to the shape of its input.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.table import exp, log, where
from .op import Op

# ---- arithmetic ------------------------------------------------------------------------------------------------------

abs = Op(np.abs, lambda g, y, x: g * sign(x), inputs="numbers")

# What is left of x when y has been taken away as often as possible; `remainder` has y's sign, `fmod` x's.
remainder = Op(np.remainder, lambda g, z, x, y: g,
                             lambda g, z, x, y: -g * floor(x / y), inputs="numbers")

fmod = Op(np.fmod, lambda g, z, x, y: g,
                   lambda g, z, x, y: -g * trunc(x / y), inputs="numbers")

reciprocal = Op(lambda x: 1 / x, lambda g, y, x: -g * y * y, inputs="float")

square = Op(np.square, lambda g, y, x: g * x * 2)

sqrt = Op(np.sqrt, lambda g, y, x: g / (y * 2), inputs="float")

# The square root at the end of a norm or of a deviation, whose slope at 0 is taken as 0.
root = Op(np.sqrt, lambda g, y, x: where(y == 0, 0.0, g / (where(y == 0, 1.0, y) * 2)), inputs="float")

rsqrt = Op(lambda x: 1 / np.sqrt(x), lambda g, y, x: g * y * y * y * -0.5, inputs="float")

squared_difference = Op(lambda x, y: np.square(x - y), lambda g, z, x, y: g * (x - y) * 2,
                                                       lambda g, z, x, y: g * (y - x) * 2)

# x to the power of a tensor. `where` keeps the two corners finite: y = 0, and x = 0.
def _pow(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return x to the power of y; of integers with a negative exponent the whole part, 0 but for 1 and -1."""
    if np.result_type(x, y).kind == "f" or not (np.asarray(y) < 0).any():
        return np.power(x, y)
    unit = np.where(x == -1, np.where(y % 2 == 0, 1, -1), x == 1).astype(np.result_type(x, y))
    return np.where(y < 0, unit, np.power(x, np.where(y < 0, 0, y)))

pow = Op(_pow, lambda g, z, x, y: g * y * x ** where(y == 0, 1.0, y - 1),
               lambda g, z, x, y: g * z * log(where(x == 0, 1.0, x)), inputs="arrays")

# ---- exponentials and logarithms -------------------------------------------------------------------------------------

exp2 = Op(np.exp2, lambda g, y, x: g * y * 0.6931471805599453, inputs="float")  # ln 2

expm1 = Op(np.expm1, lambda g, y, x: g * (y + 1), inputs="float")


log1p = Op(np.log1p, lambda g, y, x: g / (x + 1), inputs="float")

log2 = Op(np.log2, lambda g, y, x: g / (x * 0.6931471805599453), inputs="float")  # ln 2

log10 = Op(np.log10, lambda g, y, x: g / (x * 2.302585092994046), inputs="float")  # ln 10

# log(eˣ + eʸ) and log₂(2ˣ + 2ʸ); the share of each summand is its slope
logaddexp = Op(np.logaddexp, lambda g, z, x, y: g * exp(_below(x, z)),
                             lambda g, z, x, y: g * exp(_below(y, z)), inputs="float")

logaddexp2 = Op(np.logaddexp2, lambda g, z, x, y: g * exp2(_below(x, z)),
                               lambda g, z, x, y: g * exp2(_below(y, z)), inputs="float")


def _below(x: Any, z: Any) -> Any:
    """Return x - z, and 0 where both are the same infinity."""
    return where(x == z, 0.0, x - where(x == z, 0.0, z))

# x · log y, and 0 wherever x is 0
xlogy = Op(lambda x, y: np.where((x == 0) & ~np.isnan(y), x * 0, x * np.log(y)),
           lambda g, z, x, y: where((x == 0) & (y <= 0), 0.0, g * log(y)),
           lambda g, z, x, y: g * x / y, inputs="float")

# ---- circular and hyperbolic functions -------------------------------------------------------------------------------

sin = Op(np.sin, lambda g, y, x: g * cos(x), inputs="float")

cos = Op(np.cos, lambda g, y, x: -g * sin(x), inputs="float")

tan = Op(np.tan, lambda g, y, x: g * (y * y + 1), inputs="float")

sinh = Op(np.sinh, lambda g, y, x: g * cosh(x), inputs="float")

cosh = Op(np.cosh, lambda g, y, x: g * sinh(x), inputs="float")

asin = Op(np.arcsin, lambda g, y, x: g * rsqrt(1 - x * x), inputs="float")

acos = Op(np.arccos, lambda g, y, x: -g * rsqrt(1 - x * x), inputs="float")

atan = Op(np.arctan, lambda g, y, x: g / (x * x + 1), inputs="float")

asinh = Op(np.arcsinh, lambda g, y, x: g * rsqrt(x * x + 1), inputs="float")

acosh = Op(np.arccosh, lambda g, y, x: g * rsqrt(x * x - 1), inputs="float")

atanh = Op(np.arctanh, lambda g, y, x: g / (1 - x * x), inputs="float")

# The angle of the point (y, x).
atan2 = Op(np.arctan2, lambda g, z, y, x: g * x / (x * x + y * y),
                       lambda g, z, y, x: -g * y / (x * x + y * y), inputs="float")

hypot = Op(np.hypot, lambda g, z, x, y: g * x / z,
                     lambda g, z, x, y: g * y / z, inputs="float")

sinc = Op(np.sinc, lambda g, y, x: g * _sinc_slope(x), inputs="float")


def _sinc_slope(x: Any) -> Any:
    """Return the derivative of sin(πx) / (πx), which is 0 at 0."""
    away = where(x == 0, 1.0, x)
    angle = away * 3.141592653589793
    return where(x == 0, 0.0, (angle * cos(angle) - sin(angle)) / (angle * away))

# ---- activations -----------------------------------------------------------------------------------------------------


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e⁻ˣ) = eˣ / (1 + eˣ), whichever of the two cannot overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, np.ones_like(e)) / (1 + e)

sigmoid = Op(_sigmoid, lambda g, y, x: g * y * (1 - y), inputs="float")

# ---- choices. Where two inputs tie, each gets half of the gradient; a NaN passes it to both --------------------------

copysign = Op(np.copysign, lambda g, z, x, y: g * sign(x) * sign(z),
                           lambda g, z, x, y: g * 0.0, inputs="float")

maximum = Op(np.maximum, lambda g, z, x, y: where(x < y, 0.0, where(x == y, g * 0.5, g)),
                         lambda g, z, x, y: where(x > y, 0.0, where(x == y, g * 0.5, g)))

minimum = Op(np.minimum, lambda g, z, x, y: where(x > y, 0.0, where(x == y, g * 0.5, g)),
                         lambda g, z, x, y: where(x < y, 0.0, where(x == y, g * 0.5, g)))

# The same, but a NaN gives way to a number, and a tie, of two NaNs too, goes to x.
fmax = Op(np.fmax, lambda g, z, x, y: g * ((x >= y) | (y != y)),
                   lambda g, z, x, y: g * ((x < y) | ((x != x) & (y == y))))

fmin = Op(np.fmin, lambda g, z, x, y: g * ((x <= y) | (y != y)),
                   lambda g, z, x, y: g * ((x > y) | ((x != x) & (y == y))))

# A value on the bound itself counts as inside: its gradient passes.
clamp_min = Op(lambda x, bound: np.maximum(x, bound), lambda g, y, x, bound: g * (x >= bound))

clamp_max = Op(lambda x, bound: np.minimum(x, bound), lambda g, y, x, bound: g * (x <= bound))

# ---- steps: flat wherever they have a derivative ---------------------------------------------------------------------

sign = Op(lambda x: np.greater(x, 0).astype(x.dtype) - np.less(x, 0), lambda g, y, x: g * 0.0)  # of NaN 0

floor = Op(np.floor, lambda g, y, x: g * 0.0, inputs="numbers")

ceil = Op(np.ceil, lambda g, y, x: g * 0.0, inputs="numbers")

trunc = Op(np.trunc, lambda g, y, x: g * 0.0, inputs="numbers")

floor_divide = Op(np.floor_divide, lambda g, z, x, y: g * 0.0,
                                   lambda g, z, x, y: g * 0.0, inputs="numbers")

round = Op(np.round, lambda g, y, x: g * 0.0, inputs="numbers")

# Values drawn at random: what described their distribution does not move them.
drawn = Op(lambda x, values: values.astype(x.dtype, copy=False), lambda g, y, x, values: g * 0.0)

# ---- questions: booleans have no derivative --------------------------------------------------------------------------

eq, le, ge = Op(np.equal), Op(np.less_equal), Op(np.greater_equal)

logical_and = Op(np.logical_and)
logical_or = Op(np.logical_or)
logical_xor = Op(np.logical_xor)
logical_not = Op(np.logical_not)
isnan = Op(np.isnan)
isinf = Op(np.isinf)
isfinite = Op(np.isfinite)
bitwise_and = Op(np.bitwise_and)
bitwise_or = Op(np.bitwise_or)
bitwise_xor = Op(np.bitwise_xor)
bitwise_not = Op(np.bitwise_not)
