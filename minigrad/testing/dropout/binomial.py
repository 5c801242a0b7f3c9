"""Exact tests of counts, in logarithms: how surprising k is, and which deviation would be noticed.

No normal approximation: at a family-wise false-alarm rate of 1e-9 a single test works at 1e-12 and below, out where the
normal tail of a small count is wrong by orders of magnitude.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

POWER = 0.999
NEGLIGIBLE = 40  # standard deviations beyond which a tail adds nothing to a float64


def binomial_log_p(k: int, n: int, p: float) -> float:
    """Return ln of the two-sided p-value of k successes in n trials of probability p: twice the tail beyond k.

    Example:
        >>> round(math.exp(binomial_log_p(0, 10, 0.5)) * 2**10, 6)
        2.0
    """
    if p in (0, 1):
        return 0.0 if k == n * p else -math.inf
    above = k > n * p
    if above:  # the upper tail of the successes is the lower tail of the failures
        k, p = n - k, 1 - p
    log_pmf = _log_choose(n, k) + k * math.log(p) + (n - k) * math.log1p(-p)
    steps = _steps(k, n * p * (1 - p))
    return _two_sided(log_pmf, steps / (n - steps + 1) * ((1 - p) / p))


def hypergeometric_log_p(k: int, n: int, successes: int, population: int) -> float:
    """Return ln of the two-sided p-value of k successes among n draws without replacement.

    Args:
        k: successes among the draws.
        n: draws.
        successes: in the whole population.
        population: its size.
    """
    rate = successes / population
    if k > n * rate:
        k, successes = n - k, population - successes
    log_pmf = (
        _log_choose(successes, k) + _log_choose(population - successes, n - k) - _log_choose(population, n)
    )  # fmt: skip
    steps = _steps(k, n * rate * (1 - rate))
    failures_left = population - successes - n + steps
    return _two_sided(log_pmf, steps * np.maximum(failures_left, 0) / ((successes - steps + 1) * (n - steps + 1)))


def _steps(k: int, variance: float) -> NDArray[np.float64]:
    """Return k, k-1, …: the places from which the lower tail goes one further down."""
    reach = min(k, int(NEGLIGIBLE * math.sqrt(variance)) + 100)
    return np.arange(k, k - reach, -1, dtype=np.float64)


def _two_sided(log_pmf: float, ratios: NDArray[np.float64]) -> float:
    """Return ln of twice the tail that starts at a pmf and whose terms shrink by these ratios."""
    return min(0.0, math.log(2) + log_pmf + math.log1p(float(np.cumprod(ratios).sum())))


def _log_choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


@cache
def smallest_effect(n: int, p: float, log_alpha: float, power: float = POWER) -> float:
    """Return the smallest d such that the rates p-d and p+d (where they exist) are noticed with this power.

    Args:
        n: trials.
        p: the rate under test.
        log_alpha: ln of the test's false-alarm rate.
        power: probability to notice.
    """

    def rejected(k: int) -> bool:
        return binomial_log_p(k, n, p) <= log_alpha

    mean = round(n * p)
    below = _last(lambda i: rejected(mean - i), mean)
    above = _last(lambda i: rejected(mean + i), n - mean)
    # a rate is noticed with this power where the last count that is not rejected cuts off a tail of 1 - power
    log_miss = math.log(2 * (1 - power))
    effects = []
    if below is not None:
        effects.append(p - _rate_with_tail(mean - below + 1, n, log_miss, 0.0))
    if above is not None:
        effects.append(_rate_with_tail(mean + above - 1, n, log_miss, 1.0) - p)
    return max(effects, default=math.nan)


def _last(condition: Callable[[int], bool], limit: int) -> int | None:
    """Return the least i up to limit from which on a monotone condition is true."""
    if not condition(limit):
        return None
    low, high = 0, limit
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if condition(middle) else (middle, high)
    return high


def _rate_with_tail(k: int, n: int, log_tail: float, far: float) -> float:
    """Find by bisection the rate between far and k/n, at which k is no surprise, where k lies just in the tail."""
    near = k / n
    for _ in range(50):
        middle = (far + near) / 2
        far, near = (middle, near) if binomial_log_p(k, n, middle) <= log_tail else (far, middle)
    return far
