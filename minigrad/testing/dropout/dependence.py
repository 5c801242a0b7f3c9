"""Do units drop together? Exact tests of pairs and counts, at any p.

"Rare" is what happens with probability ρ = min(p, 1-p): a drop or a keep. All tests count rare events, and each
count is
binomial if units are independent:

- at each distance d of the stream of all calls, pairs (i, i+d) that are rare together, of every second run of d units,
  so that no unit is in two pairs: ρ²;
- for every two positions, calls in which both are rare: ρ²; for every two calls, positions;
- the number of groups (calls, rows, columns, lines) whose count of drops is one of its likeliest values.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from .binomial import binomial_log_p
from .kinds import Array
from .trial import Calls, Draw, Mask

SIGMAS = 8.0  # beyond which a deviation, found impossible by an exact test, is not explained by unequal rates
ENOUGH = 2000  # drops and keeps, for which the approximation is good
ENOUGH_CALLS = 96  # to compare two positions, or to know the rate of each
SUSPECTS = 4  # distances that look worst are tested exactly


def alarm(calls: Calls, log_alpha: float) -> str:
    """Return what a right dropout would not do, at a false-alarm rate of five times alpha; or nothing."""
    return (
        _pairs_of_positions(calls, log_alpha)
        or _pairs_of_calls(calls, log_alpha)
        or _distances(calls, log_alpha)
        or _dispersion(calls, log_alpha)
    )


def _rare(calls: Calls) -> tuple[Mask, float]:
    p = calls.stream.p
    return (calls.flat, p) if p <= 0.5 else (~calls.flat, 1 - p)


def _distances(calls: Calls, log_alpha: float) -> str:
    rare, rho = _rare(calls)
    size = rare.shape[1]
    where, both, expected = _related_distance(rare.ravel(), rho, log_alpha)
    if not where:
        return ""
    name = f"{where // size} call(s) and {where % size} unit(s)" if where >= size else f"{where} unit(s)"
    event = "dropped" if calls.stream.p <= 0.5 else "kept"
    return f"units {name} apart are {event} together in {both:.4g} of all pairs, expected {expected:.4g}"


def _related_distance(stream: Mask, rho: float, log_alpha: float) -> tuple[int, float, float]:
    """Return the distance of units that are rare together too often or too seldom, how often, and how often is right.

    Distance 0 if there is none.
    """
    correlation, lags = _autocorrelation(stream - rho)
    if not lags.size:
        return 0, 0.0, 0.0
    strength = np.abs(correlation) / np.sqrt(stream.size - lags)
    suspects = min(SUSPECTS, lags.size)
    for lag in lags[np.argpartition(strength, -suspects)[-suspects:]].tolist():
        for chosen in _every_second_run(stream[:-lag] & stream[lag:], lag):
            log_p = binomial_log_p(int(chosen.sum()), chosen.size, rho * rho)
            if log_p <= log_alpha - math.log(2 * lags.size):
                return lag, float(chosen.mean()), rho * rho
    return 0, 0.0, 0.0


def _every_second_run(values: Array, length: int) -> tuple[Array, Array]:
    """Return the values of the first, third, … run of a length, and those of the others."""
    whole = values.size // (2 * length) * 2 * length
    runs, rest = values[:whole].reshape(-1, 2, length), values[whole:]
    return np.append(runs[:, 0], rest[:length]), np.append(runs[:, 1], rest[length:])


def _autocorrelation(stream: Array) -> tuple[Array, Array]:
    n = stream.size
    lags = np.arange(1, n // 2)
    spectrum = np.fft.rfft(stream.astype(np.float32), _smooth(n + n // 2))
    return np.fft.irfft(np.abs(spectrum) ** 2, _smooth(n + n // 2))[1 : n // 2], lags


def _smooth(n: int) -> int:
    """Return an even number of at least n without large prime factors."""
    sizes = [2 * 2**a * 3**b for a, b in product(range(40), range(4)) if 2 * 2**a * 3**b >= n]
    return min(sizes)


def _pairs_of_positions(calls: Calls, log_alpha: float) -> str:
    rare, rho = _rare(calls)
    if len(rare) < ENOUGH_CALLS:
        return ""  # even two positions that always agree are rare together too seldom to tell
    return _pairs(rare.T, rho, log_alpha, "positions", "calls")


def _pairs_of_calls(calls: Calls, log_alpha: float) -> str:
    rare, rho = _rare(calls)
    return _pairs(rare, rho, log_alpha, "calls", "positions")


def _pairs(rows: Mask, rho: float, log_alpha: float, name: str, among: str) -> str:
    """Compare every two rows: the numbers of columns in which both are rare are binomial."""
    if len(rows) < 2:
        return ""
    n = rows.shape[1]
    numbers = rows.astype(np.float32)
    together = numbers @ numbers.T
    np.fill_diagonal(together, n * rho * rho)
    log_alpha -= math.log(len(rows) * (len(rows) - 1))
    for worst in (int(np.argmax(together)), int(np.argmin(together))):
        a, b = divmod(worst, len(rows))
        count = round(float(together[a, b]))
        if a != b and binomial_log_p(count, n, rho * rho) <= log_alpha:
            return (
                f"{name} {a} and {b} agree: {count} of {n} {among} are alike and rare in both, expected "
                f"{n * rho * rho:.3g}"
            )
    return ""


def _dispersion(calls: Calls, log_alpha: float) -> str:
    """Compare how many groups have one of the likeliest counts with what binomial counts give."""
    dropped, p = calls.dropped, calls.stream.p
    axes = tuple(range(1, dropped.ndim))
    groupings = {"call": axes}
    if len(axes) > 1:
        groupings |= {f"slice across axis {axis - 1} of a call": tuple(a for a in axes if a != axis) for axis in axes}
        groupings |= {f"line along axis {axis - 1}": (axis,) for axis in axes}
    for name, summed in groupings.items():
        counts = dropped.sum(axis=summed).ravel()
        n = dropped.size // counts.size
        if n < 2:
            continue
        pmf = np.exp(_log_pmf(n, p))
        order = np.argsort(-pmf, kind="stable")
        likely = order[: int(np.searchsorted(np.cumsum(pmf[order]), 0.45)) + 1]
        near = int(np.isin(counts, likely).sum())
        if binomial_log_p(near, counts.size, float(pmf[likely].sum())) <= log_alpha - math.log(len(groupings)):
            spread = counts.std() / math.sqrt(n * p * (1 - p))
            return f"the number of drops in a {name} has {spread:.2f} times the standard deviation of a binomial count"
    return ""


def _log_pmf(n: int, p: float) -> NDArray[np.float64]:
    """Return ln of the probabilities of 0 … n successes."""
    k = np.arange(n + 1)
    choose = np.append(0, np.cumsum(np.log((n - k[1:] + 1) / k[1:])))
    return choose + k * math.log(p) + (n - k) * math.log1p(-p)


def centred_alarm(calls: Calls) -> str:
    """Look for dependence when each position, and odd and even calls, have rates of their own.

    Asked only after an exact test has failed, so that an approximation in standard deviations will do.
    """
    flat = calls.flat.astype(np.float64)
    if min(flat.sum(), flat.size - flat.sum()) < ENOUGH or len(flat) < ENOUGH_CALLS:
        return ""
    rates = flat.mean(axis=0) * np.where(np.arange(len(flat)) % 2, flat[1::2].mean(), flat[0::2].mean())[:, None]
    rates = np.clip(rates / max(flat.mean(), 1e-9), 1e-6, 1 - 1e-6)
    residual = flat - rates
    variances = rates * (1 - rates)
    residual[:, (flat == flat[:1]).all(axis=0)] = 0  # a position that never changes tells nothing
    correlation, lags = _autocorrelation(residual.ravel())
    sigma = np.sqrt(np.maximum((variances**2).mean() * (flat.size - lags), 1e-9))
    worst = int(np.argmax(np.abs(correlation) / sigma))
    if abs(correlation[worst]) > SIGMAS * sigma[worst]:
        return f"units {lags[worst]} apart are correlated beyond what their rates explain"
    sums = residual.sum(axis=1)
    ratio = (sums**2).mean() / max(variances.sum(axis=1).mean(), 1e-9)
    if abs(ratio - 1) > SIGMAS * math.sqrt(2 / len(flat)):
        return (
            f"the number of drops in a call has {math.sqrt(ratio):.2f} times the standard deviation of "
            "independent units"
        )
    return ""


def dependence_in_one_call(huge: Draw, log_alpha: float) -> str:
    """Compare a large call with itself at near distances and at powers of two: a mask drawn in blocks repeats."""
    flat, rate = huge.dropped.ravel(), huge.p
    distances = [1, 2, 3, *(2**k for k in range(2, 23) if 2**k < flat.size)]
    for distance in distances:
        first, second = _disjoint_pairs(flat, distance)
        both = int((first & second).sum())
        if binomial_log_p(both, first.size, rate * rate) <= log_alpha - math.log(len(distances)):
            return (
                f"p = {rate:.6g}: of {flat.size:,} units those {distance:,} apart are dropped together in "
                f"{both / first.size:.4g} of all pairs, expected {rate * rate:.4g}"
            )
    return ""


def distance_in_one_call(large: Draw, log_alpha: float) -> tuple[str, bool]:
    """Compare a large call with itself at every distance: a mask that is drawn in tiles repeats.

    Return what a right dropout would not do, and whether nearly all pairs agree, which unequal rates do not explain.
    """
    flat, p = large.dropped.ravel(), large.p
    rare = flat if p <= 0.5 else ~flat
    distance, both, expected = _related_distance(rare, min(p, 1 - p), log_alpha)
    if not distance:
        return "", False
    evidence = (
        f"p = {p:.6g}: of {flat.size:,} units in one call those {distance:,} apart are "
        f"{'dropped' if p <= 0.5 else 'kept'} together in {both:.4g} of all pairs, expected {expected:.4g}"
    )
    return evidence, both > 0.9 * float(rare.mean())


def _disjoint_pairs(flat: Mask, distance: int) -> tuple[Mask, Mask]:
    """Return the units i and i + distance, of every second run of so many."""
    whole = flat.size // (2 * distance)
    if not whole:
        n = flat.size - distance
        return flat[:n], flat[distance:]
    runs = flat[: whole * 2 * distance].reshape(whole, 2, distance)
    return runs[:, 0], runs[:, 1]
