"""The derivative table, special functions: the error function, its complement and its inverse.

All are computed in float64 and rounded once, by rational approximations: a fraction of two polynomials for each range.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from ..core.table import exp
from .elementwise import square
from .op import Op

TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)

# The fractions of erf and erfc: W. J. Cody, "Rational Chebyshev Approximations for the Error Function", Mathematics of
# Computation 23 (1969), as in his CALERF. Coefficients of the highest power come first.
ERF_NEAR_ZERO = (
    (1.85777706184603153e-1, 3.16112374387056560e0, 1.13864154151050156e2, 3.77485237685302021e2,
     3.20937758913846947e3),
    (1.0, 2.36012909523441209e1, 2.44024637934444173e2, 1.28261652607737228e3, 2.84423683343917062e3),
)  # fmt: skip
ERFCX_MIDDLE = (
    (2.15311535474403846e-8, 5.64188496988670089e-1, 8.88314979438837594e0, 6.61191906371416295e1,
     2.98635138197400131e2, 8.81952221241769090e2, 1.71204761263407058e3, 2.05107837782607147e3,
     1.23033935479799725e3),
    (1.0, 1.57449261107098347e1, 1.17693950891312499e2, 5.37181101862009858e2, 1.62138957456669019e3,
     3.29079923573345963e3, 4.36261909014324716e3, 3.43936767414372164e3, 1.23033935480374942e3),
)  # fmt: skip
ERFCX_FAR = (
    (1.63153871373020978e-2, 3.05326634961232344e-1, 3.60344899949804439e-1, 1.25781726111229246e-1,
     1.60837851487422766e-2, 6.58749161529837803e-4),
    (1.0, 2.56852019228982242e0, 1.87295284992346725e0, 5.27905102951428412e-1, 6.05183413124413191e-2,
     2.33520497626869185e-3),
)  # fmt: skip

# The fractions of the normal quantile: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal
# Distribution", Applied Statistics 37 (1988).
QUANTILE_CENTER = (
    (2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4, 4.5921953931549871457e4,
     1.3731693765509461125e4, 1.9715909503065514427e3, 1.3314166789178437745e2, 3.3871328727963666080e0),
    (5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4, 2.1213794301586595867e4,
     5.3941960214247511077e3, 6.8718700749205790830e2, 4.2313330701600911252e1, 1.0),
)  # fmt: skip
QUANTILE_TAIL = (
    (7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1, 1.27045825245236838258e0,
     3.64784832476320460504e0, 5.76949722146069140550e0, 4.63033784615654529590e0, 1.42343711074968357734e0),
    (1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2, 1.48103976427480074590e-1,
     6.89767334985100004550e-1, 1.67638483018380384940e0, 2.05319162663775882187e0, 1.0),
)  # fmt: skip
QUANTILE_FAR_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3, 2.65321895265761230930e-2,
     2.96560571828504891230e-1, 1.78482653991729133580e0, 5.46378491116411436990e0, 6.65790464350110377720e0),
    (2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5, 7.86869131145613259100e-4,
     1.48753612908506148525e-2, 1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0),
)  # fmt: skip

Coefficients = tuple[float, ...]
Branch = Callable[[np.ndarray], np.ndarray]

BLOCK = 12_000  # float64 values that stay in the cache from one pass to the next: large arrays take half of the time


def _polynomial(x: np.ndarray, coefficients: Coefficients) -> np.ndarray:
    """Return the polynomial by Horner's rule."""
    y = coefficients[0] * x
    for c in coefficients[1:-1]:
        y += c
        y *= x
    return y + coefficients[-1]


def _fraction(x: np.ndarray, fraction: tuple[Coefficients, Coefficients]) -> np.ndarray:
    above, below = fraction
    return _polynomial(x, above) / _polynomial(x, below)


def _where_it_holds(holds: np.ndarray, x: np.ndarray, first: Branch, second: Branch) -> np.ndarray:
    """Return one function of x where the condition holds and another elsewhere, computing each only where needed."""
    if holds.all():
        return first(x)
    y = np.empty_like(x)
    for places, function in ((np.flatnonzero(holds), first), (np.flatnonzero(~holds), second)):
        y[places] = function(x[places])  # integer places take a third of the time of boolean ones
    return y


def _in_float64(compute: Branch) -> Branch:
    """Make a function of flat float64 arrays one of any float array, whose dtype and shape it keeps."""

    def forward(x: np.ndarray) -> np.ndarray:
        flat = x.reshape(-1)
        y = np.empty_like(flat)
        for start in range(0, flat.size, BLOCK):
            part = slice(start, start + BLOCK)
            y[part] = compute(flat[part].astype(np.float64))
        return y.reshape(x.shape)

    return forward

# ---- erf and erfc ----------------------------------------------------------------------------------------------------

NEAR = 0.46875  # below it erf is computed directly, above it erfc is
GONE = 28.0  # erfc is 0 in float64 from 27.3 on


def _erf_near_zero(x: np.ndarray) -> np.ndarray:
    return x * _fraction(x * x, ERF_NEAR_ZERO)


def _erfc_away(x: np.ndarray) -> np.ndarray:
    """Return erfc(x) for x > NEAR."""
    x = np.minimum(x, GONE)
    return _gauss(x) * _where_it_holds(x <= 4, x, lambda x: _fraction(x, ERFCX_MIDDLE), _erfcx_far)


def _erfcx_far(x: np.ndarray) -> np.ndarray:
    """Return exp(x²) erfc(x) for x > 4, from its asymptotic form 1/(x √π) · (1 - …)."""
    z = 1 / (x * x)
    return (TWO_OVER_SQRT_PI / 2 - z * _fraction(z, ERFCX_FAR)) / x


def _gauss(x: np.ndarray) -> np.ndarray:
    """Return exp(-x²) for x ≥ 0. The square of x to four binary places is exact, and the rest of x² is small."""
    head = np.floor(x * 16) / 16
    return np.exp(-head * head) * np.exp((head - x) * (head + x))


def _erf(x: np.ndarray) -> np.ndarray:
    size = np.abs(x)
    return _where_it_holds(size <= NEAR, x, _erf_near_zero, lambda x: np.copysign(1 - _erfc_away(np.abs(x)), x))


def _erfc(x: np.ndarray) -> np.ndarray:
    size = np.abs(x)
    return _where_it_holds(size <= NEAR, x, lambda x: 1 - _erf_near_zero(x), _erfc_both_sides)


def _erfc_both_sides(x: np.ndarray) -> np.ndarray:
    y = _erfc_away(np.abs(x))
    return np.where(x < 0, 2 - y, y)

# ---- erfinv: the normal quantile of (1 + x)/2, over √2 ---------------------------------------------------------------


def _erfinv(x: np.ndarray) -> np.ndarray:
    """Return the inverse of erf: infinite at ±1, NaN beyond."""
    x = np.where(np.abs(x) <= 1, x, math.nan)
    return _where_it_holds(np.abs(x) <= 0.85, x, _erfinv_center, _erfinv_tails) * math.sqrt(0.5)


def _erfinv_center(x: np.ndarray) -> np.ndarray:
    half = x / 2
    return half * _fraction(0.180625 - half * half, QUANTILE_CENTER)


def _erfinv_tails(x: np.ndarray) -> np.ndarray:
    size = np.abs(x)
    with np.errstate(divide="ignore"):
        r = np.sqrt(-np.log((1 - size) / 2))
    finite = np.minimum(r, 27.0)  # the least tail of a float64 gives 6.1
    y = _where_it_holds(
        finite <= 5, finite, lambda r: _fraction(r - 1.6, QUANTILE_TAIL), lambda r: _fraction(r - 5, QUANTILE_FAR_TAIL)
    )
    return np.copysign(np.where(size == 1, math.inf, y), x)

# ---- the entries -----------------------------------------------------------------------------------------------------

erf = Op(_in_float64(_erf), lambda g, y, x: g * exp(-square(x)) * TWO_OVER_SQRT_PI, inputs="float")

erfc = Op(_in_float64(_erfc), lambda g, y, x: g * exp(-square(x)) * -TWO_OVER_SQRT_PI, inputs="float")

# The normal distribution function, P(Z ≤ x).
ndtr = Op(_in_float64(lambda x: _erfc(x * -math.sqrt(0.5)) / 2),
          lambda g, y, x: g * exp(square(x) * -0.5) * (TWO_OVER_SQRT_PI * 0.3535533905932738), inputs="float")  # 1/√8

erfinv = Op(_in_float64(_erfinv), lambda g, y, x: g * exp(square(y)) * (1 / TWO_OVER_SQRT_PI), inputs="float")
