"""The derivative table, elementwise: y = f(x) and z = f(x, y).

No rule mentions broadcasting: the engine sums a gradient down to the shape of its input.
"""

from __future__ import annotations

import numpy as np

from .op import Op

# ---- arithmetic ------------------------------------------------------------------------------------------------------

add = Op(np.add, lambda g, z, x, y: g,
                 lambda g, z, x, y: g)

sub = Op(np.subtract, lambda g, z, x, y: g,
                      lambda g, z, x, y: -g)

mul = Op(np.multiply, lambda g, z, x, y: g * y,
                      lambda g, z, x, y: g * x)

div = Op(np.true_divide, lambda g, z, x, y: g / y,
                         lambda g, z, x, y: -g * x / (y * y), inputs="float")

neg = Op(np.negative, lambda g, y, x: -g)

reciprocal = Op(lambda x: 1 / x, lambda g, y, x: -g * y * y, inputs="float")

square = Op(np.square, lambda g, y, x: g * x * 2)

sqrt = Op(np.sqrt, lambda g, y, x: g / (y * 2), inputs="float")

rsqrt = Op(lambda x: 1 / np.sqrt(x), lambda g, y, x: g * y * y * y * -0.5, inputs="float")

squared_difference = Op(lambda x, y: np.square(x - y), lambda g, z, x, y: g * (x - y) * 2,
                                                       lambda g, z, x, y: g * (y - x) * 2)

# x to the power of a number; x⁰ has slope 0 even at x = 0, where x⁻¹ would make it NaN.
power = Op(lambda x, exponent: x**exponent,
           lambda g, y, x, exponent: g * x ** (exponent - 1) * exponent if exponent else g * 0.0)

# x to the power of a tensor. `where` keeps the two corners finite: y = 0, and x = 0.
pow = Op(np.power, lambda g, z, x, y: g * y * x ** where(y == 0, 1.0, y - 1),
                   lambda g, z, x, y: g * z * log(where(x == 0, 1.0, x)), inputs="arrays")

# ---- exponentials and logarithms -------------------------------------------------------------------------------------

exp = Op(np.exp, lambda g, y, x: g * y, inputs="float")

expm1 = Op(np.expm1, lambda g, y, x: g * (y + 1), inputs="float")

log = Op(np.log, lambda g, y, x: g / x, inputs="float")

log1p = Op(np.log1p, lambda g, y, x: g / (x + 1), inputs="float")

log2 = Op(np.log2, lambda g, y, x: g / (x * 0.6931471805599453), inputs="float")  # ln 2

log10 = Op(np.log10, lambda g, y, x: g / (x * 2.302585092994046), inputs="float")  # ln 10

# ---- circular and hyperbolic functions -------------------------------------------------------------------------------

sin = Op(np.sin, lambda g, y, x: g * cos(x), inputs="float")

cos = Op(np.cos, lambda g, y, x: -g * sin(x), inputs="float")

tan = Op(np.tan, lambda g, y, x: g * (y * y + 1), inputs="float")

sinh = Op(np.sinh, lambda g, y, x: g * cosh(x), inputs="float")

cosh = Op(np.cosh, lambda g, y, x: g * sinh(x), inputs="float")

tanh = Op(np.tanh, lambda g, y, x: g * (1 - y * y), inputs="float")

# ---- activations -----------------------------------------------------------------------------------------------------


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + e⁻ˣ) = eˣ / (1 + eˣ), whichever of the two cannot overflow."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, np.ones_like(e)) / (1 + e)


sigmoid = Op(_sigmoid, lambda g, y, x: g * y * (1 - y), inputs="float")

relu = Op(lambda x: np.maximum(x, 0), lambda g, y, x: g * (y > 0))

# ---- choices. Where two inputs tie, each gets half of the gradient ---------------------------------------------------

abs = Op(np.abs, lambda g, y, x: g * sign(x))

maximum = Op(np.maximum, lambda g, z, x, y: g * (x > y) + g * (x == y) * 0.5,
                         lambda g, z, x, y: g * (x < y) + g * (x == y) * 0.5)

minimum = Op(np.minimum, lambda g, z, x, y: g * (x < y) + g * (x == y) * 0.5,
                         lambda g, z, x, y: g * (x > y) + g * (x == y) * 0.5)

# A value on the bound itself counts as inside: its gradient passes.
clamp_min = Op(lambda x, bound: np.maximum(x, bound), lambda g, y, x, bound: g * (x >= bound))

clamp_max = Op(lambda x, bound: np.minimum(x, bound), lambda g, y, x, bound: g * (x <= bound))

where = Op(np.where, None, lambda g, z, condition, x, y: where(condition, g, 0.0),
                           lambda g, z, condition, x, y: where(condition, 0.0, g), inputs="condition")

# ---- steps: flat wherever they have a derivative ---------------------------------------------------------------------

sign = Op(np.sign, lambda g, y, x: g * 0.0)

floor = Op(np.floor, lambda g, y, x: g * 0.0)

ceil = Op(np.ceil, lambda g, y, x: g * 0.0)

trunc = Op(np.trunc, lambda g, y, x: g * 0.0)

round = Op(np.round, lambda g, y, x: g * 0.0)

# ---- questions: booleans have no derivative --------------------------------------------------------------------------

eq = Op(np.equal)
ne = Op(np.not_equal)
lt = Op(np.less)
le = Op(np.less_equal)
gt = Op(np.greater)
ge = Op(np.greater_equal)
logical_and = Op(np.logical_and)
logical_or = Op(np.logical_or)
logical_xor = Op(np.logical_xor)
logical_not = Op(np.logical_not)
isnan = Op(np.isnan)
isinf = Op(np.isinf)
isfinite = Op(np.isfinite)
