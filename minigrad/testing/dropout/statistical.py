"""Checks of what is random: exact tests of counts, sharing one false-alarm rate.

Each check first asks whether a right dropout could have given the counts, a question whose false-alarm rate is exact.
Only where it could not does it look for the reason, to blame the invariant at fault and no other.
"""

from __future__ import annotations

import math

import numpy as np

from .binomial import binomial_log_p, hypergeometric_log_p, smallest_effect
from .report import Broken, Skipped
from .trial import CALLS, COLUMNS, LARGE, RATES, ROWS, Mask, Trial

COARSE = 1 / 128  # a threshold of 8 bits misses p by less
DEEPER_SHAPES = [(16, 8, 8), (8, 4, 4, 8)]  # of element dropouts, beside matrices
OLD_KIND = "the old, not inverted kind: no scale in training, times 1-p in evaluation"
COMPOSED = ((0.5, 0.5), (0.2, 0.05), (0.5, 0.2))
HALF_P = (0.001, 0.2)


def check_value(trial: Trial) -> str:
    """Check that a training output is 0 or x·s, one s for all that is kept."""
    for p in RATES:
        draw = trial.draw(p)
        if not draw.worst <= 1e-5:
            raise Broken(
                f"p = {p}: kept entries are not x·s with one s, y/x differs from its median {draw.scale:.6g} "
                f"by up to {draw.worst:.1%}"
            )
    return f"every output is 0 or x·s, one s per call, at p = {', '.join(map(str, RATES))}"


def check_scale(trial: Trial) -> str:
    """Check that s = 1/(1-p) for the p that is really used."""
    trial.needs("value")
    nominal, at_a_small_p = True, ""
    for p in RATES:
        draw = trial.draw(p)
        again = trial.read(p, x := trial.input(ROWS, COLUMNS), trial.train(trial.build(p), x)).scale
        expected = 1 / (1 - p)
        if abs(draw.scale / expected - 1) <= 2e-4:
            # 1 is what a call that kept nothing, or dropped nothing, may show
            if abs(again / draw.scale - 1) > 1e-5 and again != 1:
                raise Broken(f"p = {p}: s is {draw.scale:.6g} in one call and {again:.6g} in another")
            if not _rate_is(trial, draw.dropped, p) and not trial.holds("rate") and _is_coarse(trial):
                rate = draw.dropped.mean()
                raise Broken(f"p = {p}: s = {draw.scale:.6g} is made for p, but {rate:.5f} is dropped (coarse)")
            continue
        nominal = False
        effective = 1 - 1 / draw.scale if draw.scale else math.nan
        if not (0 < effective < 1 and _rate_is(trial, draw.dropped, effective)):
            evidence = f"p = {p}: kept entries are x·{draw.scale:.6g}, expected x·{expected:.6g}"
            if p > 0.01:
                raise Broken(evidence + _scale_name(trial, p))
            at_a_small_p = evidence  # a wrong scale is named best at a larger p, but one little off shows here alone
    if at_a_small_p:
        raise Broken(at_a_small_p)
    return "s = 1/(1-p)" if nominal else "s = 1/(1-q) for the rate q that is really dropped (which is not p: see rate)"


def _is_coarse(trial: Trial) -> bool:
    """Whether the rates are those of a rounded threshold: wrong, but nowhere by much."""
    return all(abs(trial.draw(p).dropped.mean() - p) < COARSE for p in RATES)


def _scale_name(trial: Trial, p: float) -> str:
    scale = trial.draw(p).scale
    names = {1.0: "no scale", 1 / p: "1/p", 1 / (1 - p) ** 2: "scaled twice", 1 - p: "times 1-p"}
    name = next((name for value, name in names.items() if abs(scale / value - 1) < 1e-4), "")
    if name == "no scale" and is_old_kind(trial):
        name = OLD_KIND
    return f" ({name})" if name else ""


def is_old_kind(trial: Trial) -> bool:
    """Whether this is the dropout of 2012: kept as they are in training, times 1-p in evaluation."""
    p, x = 0.2, trial.input(ROWS, COLUMNS)
    y, _ = trial.evaluate(trial.build(p), x)
    return abs(trial.draw(p).scale - 1) < 1e-5 and np.allclose(y, x * (1 - p), rtol=1e-3, atol=0)


def check_rate(trial: Trial) -> str:
    """Check that P(drop) = p."""
    trial.needs("value")
    for p in RATES:
        dropped = trial.draw(p).dropped
        if not _rate_is(trial, dropped, p):
            _explain_rate(trial, p, float(dropped.mean()))
    found = ", ".join(f"{trial.draw(p).dropped.mean():.5f}" for p in RATES)
    return f"dropped {found} at p = {', '.join(map(str, RATES))}"


def _rate_is(trial: Trial, dropped: Mask, p: float) -> bool:
    return binomial_log_p(int(dropped.sum()), dropped.size, p) > trial.log_alpha("rate", len(RATES))


def _explain_rate(trial: Trial, p: float, rate: float) -> None:
    """Raise, unless it is dependence that makes the count improbable."""
    swapped = f"; {1 - p:g} is kept and dropped the wrong way round" if abs(rate - (1 - p)) < 0.01 and p != 0.5 else ""
    if trial.holds("independent") and trial.holds("fresh") and trial.holds("linear"):
        after = "" if trial.holds("uniform") else " (follows from uniform)"
        raise Broken(f"p = {p}: {rate:.5f} of {trial.draw(p).dropped.size:,} are dropped{swapped}{after}")
    units = trial.one_unit_of_many_layers(p)
    if trial.holds("linear") and not _rate_is(trial, units, p):
        raise Broken(f"p = {p}: one unit of {units.size} layers is dropped in {units.mean():.3f} of them{swapped}")


def check_mean(trial: Trial) -> str:
    """Check that E[y] = x, from value, scale and rate."""
    trial.needs("value")
    for p in reversed(RATES):
        draw = trial.draw(p)
        expectation = draw.scale * (1 - draw.dropped.mean())
        wrong = not trial.holds("scale") or (not trial.holds("rate") and abs(draw.scale * (1 - p) - 1) < 2e-4)
        effective = 1 - 1 / draw.scale if draw.scale else math.nan
        if wrong and not (0 < effective < 1 and _rate_is(trial, draw.dropped, effective)):
            cause = "rate" if trial.holds("scale") else "scale"
            raise Broken(f"p = {p}: E[y] = {expectation:.4f}·x (follows from {cause})")
    return "E[y] = s·P(keep)·x = x, derived from scale and rate"


def check_variance(trial: Trial) -> str:
    """Check that Var[y] = x²·p/(1-p), from value, scale and rate."""
    trial.needs("value")
    wrong = [id for id in ("scale", "rate") if not trial.holds(id)]
    if wrong:
        p = max(RATES, key=lambda p: abs(_variance(trial, p) * (1 - p) / p - 1))
        expected = p / (1 - p)
        raise Broken(f"p = {p}: Var[y] = {_variance(trial, p):.4g}·x², not {expected:.4g}·x² (follows from {wrong[0]})")
    return "Var[y] = s²·p(1-p)·x² = x²·p/(1-p), derived from scale and rate"


def _variance(trial: Trial, p: float) -> float:
    draw = trial.draw(p)
    rate = float(draw.dropped.mean())
    return draw.scale**2 * rate * (1 - rate)


# -- every unit and every call alike ----------------------------------------------------------------------------------


def check_uniform(trial: Trial) -> str:
    """Check that every position and every call has the same rate."""
    trial.needs("value", "fresh", "linear")
    deviations = _deviations(trial.calls, trial.log_alpha("uniform", 6))
    if not deviations:
        return f"every position, row, column and call of {CALLS} × {ROWS} × {COLUMNS} units drops alike"
    if not trial.holds("independent"):
        raise Skipped("cannot be judged while independent is broken")
    raise Broken("; ".join(deviations[:2]))


def _deviations(dropped: Mask, log_alpha: float) -> list[str]:
    """Compare each group of units with the whole, given the whole's count: hypergeometric."""
    calls = dropped.reshape(len(dropped), -1)
    groups = {
        "position": calls.sum(axis=0),
        "row": dropped.sum(axis=(0, 2)),
        "column": dropped.sum(axis=(0, 1)),
        "call": calls.sum(axis=1),
        "parity of calls": np.array([calls[0::2].sum(), calls[1::2].sum()]),
        "end (first, last position)": calls[:, [0, -1]].sum(axis=0),
    }
    sizes = {name: dropped.size // len(counts) for name, counts in groups.items()} | {
        "end (first, last position)": len(calls)
    }
    found = []
    total = int(dropped.sum())
    for name, counts in groups.items():
        n = sizes[name]
        worst = int(np.argmax(np.abs(counts - n * total / dropped.size)))
        log_p = hypergeometric_log_p(int(counts[worst]), n, total, dropped.size)
        if log_p <= log_alpha - math.log(len(counts)):
            found.append(f"{name} {worst}: {counts[worst] / n:.4f} dropped, over all {total / dropped.size:.4f}")
    return found


def check_independent(trial: Trial) -> str:
    """Check that units drop independently of each other, within a call and across calls."""
    trial.needs("value")
    dropped = trial.calls
    if not dropped.any():
        raise Skipped("nothing is dropped at p = 0.5")
    distinct = np.unique(dropped.reshape(len(dropped), -1), axis=0, return_index=True)[1]
    if len(distinct) < len(dropped):
        if trial.holds("fresh") and trial.holds("linear"):
            raise Broken(f"{len(dropped)} calls draw only {len(distinct)} different masks: the masks have a period")
        dropped = dropped[np.sort(distinct)]  # the repeats are another invariant's; judge what is left
    same_rows = (dropped == dropped[:, :1]).all()
    if same_rows or (dropped == dropped[:, :, :1]).all():
        raise Broken(f"one mask is shared by all {'rows (samples)' if same_rows else 'columns of a row'}")
    if trial.kind == "element":
        for shape in DEEPER_SHAPES:
            _check_no_axis_shares_a_mask(trial, shape)
    alarm = _dispersion_alarm(trial, dropped) or _lag_alarm(trial, dropped, uniform=True)
    if not alarm:
        return f"no pair of units at any distance, no count of drops stands out ({dropped.size:,} units)"
    if not trial.holds("linear"):
        raise Skipped("cannot be judged while linear is broken")
    if _is_fair(trial, dropped):
        raise Broken(alarm)
    centred = _lag_alarm(trial, dropped, uniform=False)
    if centred:
        raise Broken(centred)
    return "units are independent, each at its own rate (the rates are wrong: see rate and uniform)"


def _check_no_axis_shares_a_mask(trial: Trial, shape: tuple[int, ...]) -> None:
    """Raise where all slices along an axis drop the same units; by chance, less than once in 10¹⁰⁰."""
    x = trial.values(shape)
    try:
        dropped = trial.train(trial.build(0.5), x) == 0
    except Exception:
        return  # that shapes are taken at all is for the dtype check to say
    if dropped.all() or not dropped.any():
        return
    for axis in range(x.ndim):
        if (dropped == dropped.take([0], axis)).all():
            raise Broken(f"one mask is shared along axis {axis} of an input of shape {shape}")


def _is_fair(trial: Trial, dropped: Mask) -> bool:
    """Whether rates explain nothing: half is dropped, everywhere."""
    half = binomial_log_p(int(dropped.sum()), dropped.size, 0.5) > trial.log_alpha("rate", len(RATES))
    return half and not _deviations(dropped, trial.log_alpha("uniform", 6))


def _dispersion_alarm(trial: Trial, dropped: Mask) -> str:
    """Compare the number of counts near their mean with what binomial counts give: "exactly k" gives too many."""
    log_alpha = trial.log_alpha("independent", 4)
    for name, axes in {"call": (1, 2), "row": (2,), "column": (1,)}.items():
        counts = dropped.sum(axis=axes).ravel()
        n = dropped.size // counts.size
        radius = math.sqrt(n) / 3  # two thirds of a standard deviation: about half of the counts are nearer
        inside = [math.exp(_log_pmf(k, n)) for k in range(n + 1) if abs(k - n / 2) <= radius]
        near = int((np.abs(counts - n / 2) <= radius).sum())
        if binomial_log_p(near, counts.size, math.fsum(inside)) <= log_alpha:
            spread = counts.std() / math.sqrt(n / 4)
            return f"the number of drops in a {name} has {spread:.2f} times the standard deviation of a binomial count"
    return ""


def _log_pmf(k: int, n: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) - n * math.log(2)


def _lag_alarm(trial: Trial, dropped: Mask, *, uniform: bool) -> str:
    """Count the pairs that agree, at every lag of the stream of all calls.

    The products of a fair ±1 sequence with itself, shifted, are fair and independent: each count is binomial.
    """
    signs = np.where(dropped, 1.0, -1.0)
    if not uniform:  # leave each position its own rate
        signs -= signs.mean(axis=0)
        signs /= np.maximum(signs.std(axis=0), 0.1)
    stream = signs.ravel()
    n = stream.size
    lags = np.arange(1, n // 2)
    spectrum = np.fft.rfft(stream, 1 << (2 * n - 1).bit_length())
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)[1 : n // 2]
    pairs = n - lags
    worst = int(np.argmax(np.abs(correlation) / np.sqrt(pairs)))
    agreeing = round((pairs[worst] + correlation[worst]) / 2)
    log_alpha = trial.log_alpha("independent", 4) - math.log(lags.size)
    if binomial_log_p(int(np.clip(agreeing, 0, pairs[worst])), int(pairs[worst]), 0.5) > log_alpha:
        return ""
    lag, size = int(lags[worst]), dropped[0].size
    where = f"{lag // size} call(s) and {lag % size} unit(s)" if lag >= size else f"{lag} unit(s)"
    return f"units {where} apart agree in {agreeing / pairs[worst]:.3f} of all pairs, expected 0.500"


# -- the same in half precision, and twice ----------------------------------------------------------------------------


def check_precision(trial: Trial) -> str:
    """Check that the draw does not depend on the dtype of x."""
    trial.needs("value")
    if not trial.holds("rate"):
        raise Skipped("cannot be judged while rate is broken")
    if not all(trial.holds(id) for id in ("independent", "fresh", "linear")):
        raise Skipped("cannot be judged while units are not independent")
    for p in HALF_P:
        try:
            dropped = trial.draw(p, np.float16).dropped
        except (TypeError, NotImplementedError) as error:
            raise Skipped(f"float16 is refused ({error})") from error
        if binomial_log_p(int(dropped.sum()), dropped.size, p) <= trial.log_alpha("precision", len(HALF_P)):
            raise Broken(f"p = {p}: {dropped.mean():.5f} are dropped of a float16 input (of a float32 one {p})")
    return f"a float16 input is dropped at the same rate, at p = {' and '.join(map(str, HALF_P))}"


def check_compose(trial: Trial) -> str:
    """Check that dropping with p, then with q, keeps (1-p)(1-q)."""
    trial.needs("value")
    for id in ("rate", "independent", "fresh", "linear"):
        trial.needs(id)
    for p, q in COMPOSED:
        x = trial.input(*LARGE[trial.kind])
        kept = trial.units(trial.train(trial.build(q), trial.train(trial.build(p), x)) != 0)
        expected = (1 - p) * (1 - q)
        if binomial_log_p(int(kept.sum()), kept.size, expected) <= trial.log_alpha("compose", len(COMPOSED)):
            trial.needs("seed")
            raise Broken(f"p = {p}, then q = {q}: {kept.mean():.5f} are kept, expected {expected:.5f}")
    return f"(1-p)(1-q) are kept, for {len(COMPOSED)} pairs"


def power(trial: Trial) -> dict[str, str]:
    """Say the smallest deviation that each statistical check notices with power 0.999."""
    units = math.prod(LARGE[trial.kind])
    rate = trial.log_alpha("rate", len(RATES))
    uniform, independent = trial.log_alpha("uniform", 6), trial.log_alpha("independent", 4)
    stream = CALLS * ROWS * COLUMNS
    groups = {"a call": CALLS, "a column": COLUMNS, "a row": ROWS, "odd or even calls": 2}
    rates = ", ".join(f"{smallest_effect(units, p, rate):.5f} at p = {p}" for p in RATES)
    groups_text = ", ".join(
        f"{smallest_effect(stream // n, 0.5, uniform - math.log(n)):.4f} in {name}" for name, n in groups.items()
    )
    position = smallest_effect(CALLS, 0.5, uniform - math.log(ROWS * COLUMNS))
    lag = smallest_effect(stream // 2, 0.5, independent - math.log(stream // 2))
    half = trial.log_alpha("precision", len(HALF_P))
    compose = trial.log_alpha("compose", len(COMPOSED))
    return {
        "rate": f"P(drop) off by {rates}",
        "scale": "s off by a relative 0.0002; where s is made for another rate than p, that rate off as in rate",
        "uniform": f"P(drop) at p = 0.5 off by {position:.3f} in one position, {groups_text}",
        "independent": f"P(two units agree) off by {lag:.4f} at any one distance up to half of {stream:,} units",
        "precision": ", ".join(f"P(drop) off by {smallest_effect(units, p, half):.5f} at p = {p}" for p in HALF_P),
        "compose": f"P(keep) off by {max(smallest_effect(units, (1 - p) * (1 - q), compose) for p, q in COMPOSED):.4f}",
    }
