"""Checks of what is random: exact tests of counts, sharing one false-alarm rate.

Each check first asks whether a right dropout could have given the counts, a question whose false-alarm rate is exact.
Only where it could not does it look for the reason, to blame the invariant at fault and no other.
"""

from __future__ import annotations

import math

import numpy as np

from . import dependence
from .binomial import binomial_log_p, hypergeometric_log_p, smallest_effect
from .kinds import Shape
from .plan import tolerance
from .report import Broken, Skipped
from .trial import NEVER, Calls, Draw, Mask, Trial

COARSE = 1 / 128  # a threshold of 8 bits misses p by less
GRIDS = range(8, 17)  # bits of the thresholds whose own p the scale may be made for
OLD_KIND = "the old, not inverted kind: no scale in training, times 1-p in evaluation"
COMPOSED = ((0.5, 0.5), (0.2, 0.05), (0.5, 0.2))
HALF_P = (0.001, 0.2)
BLOCK = 2**16
LANES = (2, 4, 8, 16, 32, 64)


def listed(numbers: tuple[float, ...]) -> str:
    """Write probabilities as they read best."""
    return ", ".join(f"{p:.4g}" for p in numbers)


def check_value(trial: Trial) -> str:
    """Check that a training output is 0 or x·s, one s for all that is kept, also for special values."""
    for draw in trial.draws():
        _one_scale(f"p = {draw.p:.6g}", draw)
    for case in trial.cases:
        draw = trial.case_draw(case)
        try:
            _one_scale(str(case), draw)
        except Broken as broken:
            broken.case = case
            raise
    for calls in trial.calls:
        if not calls.worst <= 4 * tolerance(calls.stream.dtype):
            raise Broken(f"{calls}: kept entries are not x·s with one s, they differ by up to {calls.worst:.2g}")
    for dtype in trial.plan.dtypes:
        _special_values(trial, dtype)
    return (
        f"every output is 0 or x·s, one s per call, in {len(trial.plan.every_p)} p and "
        f"{len(trial.plan.cases)} cases"
    )


def _one_scale(name: str, draw: Draw) -> None:
    if not draw.worst <= 4 * tolerance(draw.dtype):
        raise Broken(
            f"{name}: kept entries are not x·s with one s, y/x differs from its median {draw.scale:.6g} "
            f"by up to {draw.worst:.2g} (relative)"
        )


def _special_values(trial: Trial, dtype: str) -> None:
    """Raise where large, infinite, NaN, subnormal or negative zeros come out as anything but kept or dropped."""
    p, info, usual = 0.5, np.finfo(dtype), trial.plan.usual()
    seed = trial.seed()
    with np.errstate(all="ignore"):
        for name, number in {"large": float(info.max) * 0.75, "subnormal": float(info.smallest_subnormal) * 9}.items():
            x = np.full(usual, number, dtype)
            y = trial.train(trial.build(p, seed), x)
            if np.isnan(y).any() or ((y != 0) & (np.abs(y) < np.abs(x))).any():
                wrong = y.ravel()[int(np.argmax(np.isnan(y) | (np.abs(y) < np.abs(x))))]
                raise Broken(f"{name} {dtype} values: {number:.4g} becomes {wrong}, neither 0 nor x·s")
            if name == "large" and trial.replays:
                plain, other = (trial.train(trial.build(p, seed), np.full_like(x, value)) == 0 for value in (1, 1.75))
                # a mask that depends on x is for the linear check to find
                if np.array_equal(plain, other) and not np.array_equal(plain, y == 0):
                    raise Broken(f"{name} {dtype} values: other entries are dropped than of ones")
        for special in (math.inf, math.nan, -0.0):
            x = trial.values(usual, dtype)
            x.ravel()[:: max(x.size // 4, 1)] = special
            rest = np.isfinite(x) & (x != 0)
            y = trial.train(trial.build(p, seed), x)
            if not np.isfinite(y[rest]).all():
                raise Broken(f"an entry of {special} in a {dtype} input makes other entries NaN or infinite")
            if special == 0 and (y[~rest] != 0).any():
                raise Broken(f"-0.0 in a {dtype} input becomes {y[~rest].max()}")


# -- the scale --------------------------------------------------------------------------------------------------------


def check_scale(trial: Trial) -> str:
    """Check that s = 1/(1-p) for the p that is really used, to the precision of the dtype."""
    trial.needs("value")
    nominal, at_a_small_p = True, ""
    for draw in trial.draws():
        if is_nominal(draw):
            if (
                not math.isnan(draw.scale)
                and not _rate_is(trial, draw.dropped, draw.p)
                and not trial.holds("rate")
                and trial.holds("uniform")
                and _is_coarse(trial)
            ):
                raise Broken(
                    f"p = {draw.p:.6g}: s = {draw.scale:.6g} is made for p, but {draw.rate:.5f} is dropped (coarse)"
                )
            continue
        nominal = False
        if not _fits_the_real_rate(trial, draw):
            evidence = f"p = {draw.p:.6g}: {_kept(draw)}"
            if draw.p > 0.01:
                raise Broken(evidence + _scale_name(trial, draw))
            at_a_small_p = evidence  # a wrong scale is named best at a larger p, but one little off shows here alone
    if at_a_small_p:
        raise Broken(at_a_small_p)
    for case in trial.cases:
        draw = trial.case_draw(case)
        if draw.dropped.any() and not is_nominal(draw) and not _is_on_a_grid(draw) and nominal:
            broken = Broken(f"{case}: {_kept(draw)}")
            broken.case = case
            raise broken
    for calls in trial.calls:
        _one_scale_for_all_calls(trial, calls, nominal)
    exact = f"s = 1/(1-p) to the precision of the dtype, at {len(trial.plan.every_p)} p"
    return exact if nominal else "s = 1/(1-q) for the rate q that is really dropped"


def _kept(draw: Draw) -> str:
    """Write a wrong scale and the right one with as many digits as tell them apart."""
    expected = 1 / (1 - draw.p)
    digits = next((n for n in (9, 12, 15) if f"{draw.scale:.{n}g}" != f"{expected:.{n}g}"), 17)
    return f"kept entries are x·{draw.scale:.{digits}g}, expected x·{expected:.{digits}g}"


def is_nominal(draw: Draw) -> bool:
    """Whether the scale is 1/(1-p), or there is nothing to see it by."""
    if math.isnan(draw.scale):
        return True
    if draw.scale == 1 and not draw.dropped.any():
        return True  # nothing was dropped: a right layer may say so by returning x
    return abs(draw.scale * (1 - draw.p) - 1) <= tolerance(draw.dtype, draw.p)


def _effective(draw: Draw) -> float:
    return 1 - 1 / draw.scale if draw.scale else math.nan


def _is_on_a_grid(draw: Draw) -> bool:
    """Whether the scale is made for a p next to p that a threshold of 8 to 16 bits can have."""
    effective = _effective(draw)
    if not 0 < effective < 1:
        return False
    error = 2 * float(np.finfo(draw.dtype).eps)
    levels = [2**bits for bits in GRIDS if abs(effective - draw.p) * 2**bits <= 1]
    return any(abs(effective * n - round(effective * n)) <= error * n for n in levels)


def _fits_the_real_rate(trial: Trial, draw: Draw) -> bool:
    """Whether the scale is right for the rate that is really dropped, if that is not p."""
    effective = _effective(draw)
    if not 0 < effective < 1 or not _rate_is(trial, draw.dropped, effective):
        return False
    return _is_on_a_grid(draw) or not _rate_is(trial, draw.dropped, draw.p)


def _one_scale_for_all_calls(trial: Trial, calls: Calls, nominal: bool) -> None:
    scales = calls.scales[~np.isnan(calls.scales)]
    if not scales.size or not calls.dropped.any():
        return  # s = 1 is right for a rate of 0
    off = np.abs(scales / np.median(scales) - 1)
    if off.max() > 2 * tolerance(calls.stream.dtype, calls.stream.p):
        worst = scales[int(np.argmax(off))]
        raise Broken(f"{calls}: s is {np.median(scales):.6g} in one call and {worst:.6g} in another")
    draw = Draw(calls.stream.p, float(np.median(scales)), 0, calls.dropped, np.dtype(calls.stream.dtype))
    if nominal and not is_nominal(draw) and not _is_on_a_grid(draw):
        raise Broken(f"{calls}: {_kept(draw)}")


def _is_coarse(trial: Trial) -> bool:
    """Whether the rates are those of a rounded threshold: wrong, but nowhere by much."""
    return all(abs(draw.rate - draw.p) < COARSE for draw in trial.draws())


def _scale_name(trial: Trial, draw: Draw) -> str:
    p = draw.p
    names = {1.0: "no scale", 1 / p: "1/p", 1 / (1 - p) ** 2: "scaled twice", 1 - p: "times 1-p"}
    name = next((name for value, name in names.items() if abs(draw.scale / value - 1) < 1e-4), "")
    if name == "no scale" and is_old_kind(trial):
        name = OLD_KIND
    return f" ({name})" if name else ""


def is_old_kind(trial: Trial) -> bool:
    """Whether this is the dropout of 2012: kept as they are in training, times 1-p in evaluation."""
    p, x = 0.2, trial.input()
    y, _ = trial.evaluate(trial.build(p), x)
    z = trial.train(trial.build(p), x)
    return bool(np.isclose(z, x)[z != 0].all()) and np.allclose(y, x * (1 - p), rtol=1e-3, atol=0)


# -- the rate ---------------------------------------------------------------------------------------------------------


def _rate_tests(trial: Trial) -> int:
    return len(trial.plan.every_p) + len(trial.plan.streams) + 1


def check_rate(trial: Trial) -> str:
    """Check that P(drop) = p, over all p, ranks and sizes."""
    trial.needs("value")
    for draw in trial.draws():
        if not _rate_is(trial, draw.dropped, draw.p):
            _explain_rate(trial, f"p = {draw.p:.6g}", draw.dropped, draw.p, trial.plan.usual())
    for calls in trial.calls:
        if not _rate_is(trial, calls.dropped, calls.stream.p):
            _explain_rate(trial, str(calls), calls.dropped, calls.stream.p, calls.stream.shape)
    huge = huge_draw(trial)
    if huge is not None and not _rate_is(trial, huge.dropped, huge.p):
        _explain_rate(
            trial,
            f"p = {huge.p:.6g}, one call of {huge.dropped.size:,} units",
            huge.dropped,
            huge.p,
            trial.plan.usual(),
        )
    return (
        f"P(drop) = p at p = {listed(trial.plan.every_p)}; in {len(trial.calls)} streams of calls of "
        f"{_ranks(trial)} dimensions"
    )


def _ranks(trial: Trial) -> str:
    return ", ".join(map(str, sorted({len(calls.stream.shape) for calls in trial.calls})))


def _rate_is(trial: Trial, dropped: Mask, p: float) -> bool:
    return binomial_log_p(int(dropped.sum()), dropped.size, p) > trial.log_alpha("rate", _rate_tests(trial))


def _explain_rate(trial: Trial, where: str, dropped: Mask, p: float, shape: Shape) -> None:
    """Raise, unless it is dependence that makes the count improbable."""
    rate = float(dropped.mean())
    swapped = ""
    if abs(rate - (1 - p)) < 0.01 and p != 0.5:
        swapped = f"; {1 - p:g} is kept and dropped the wrong way round (or p is the probability to keep)"
    if trial.holds("independent") and trial.holds("fresh") and trial.holds("linear"):
        after = "" if trial.holds("uniform") else " (follows from uniform)"
        raise Broken(f"{where}: {rate:.5f} of {dropped.size:,} are dropped{swapped}{after}")
    units = trial.one_unit_of_many_layers(p, shape)
    if trial.holds("linear") and not _rate_is(trial, units, p):
        raise Broken(f"{where}: one unit of {units.size} layers is dropped in {units.mean():.3f} of them{swapped}")


def huge_draw(trial: Trial) -> Draw | None:
    """Make one call beyond 2²⁰ entries, or return that of before."""
    shape = trial.plan.huge
    if shape is None:
        return None
    if "huge" not in trial.__dict__:
        p = trial.plan.rates[0] if trial.plan.p else trial.plan.drawn_p[2]
        x = trial.values((1024,)).repeat(math.prod(shape) // 1024 + 1)[: math.prod(shape)].reshape(shape)
        trial.__dict__["huge"] = trial.read(p, x, trial.train(trial.build(p), x))
    return trial.__dict__["huge"]


def check_mean(trial: Trial) -> str:
    """Check that E[y] = x, from value, scale and rate."""
    trial.needs("value")
    wrong = next((id for id in ("scale", "rate") if not trial.holds(id)), "")
    if wrong:
        draw = max(trial.draws(), key=lambda draw: _bias(trial, draw))
        if _bias(trial, draw):
            raise Broken(f"p = {draw.p:.6g}: E[y] = {draw.scale * (1 - draw.rate):.4f}·x (follows from {wrong})")
    return "E[y] = s·P(keep)·x = x, derived from scale and rate"


def _bias(trial: Trial, draw: Draw) -> float:
    """Return |E[y]/x - 1| where it is not what the scale that was used is made for."""
    effective = _effective(draw)
    fits = 0 < effective < 1 and _rate_is(trial, draw.dropped, effective)
    return 0.0 if math.isnan(draw.scale) or fits else abs(draw.scale * (1 - draw.rate) - 1)


def check_variance(trial: Trial) -> str:
    """Check that Var[y] = x²·p/(1-p), from value, scale and rate."""
    trial.needs("value")
    wrong = [id for id in ("scale", "rate") if not trial.holds(id)]
    if wrong:
        draw = max(trial.draws(), key=lambda draw: abs(np.nan_to_num(_variance(draw)) * (1 - draw.p) / draw.p - 1))
        found, expected = _variance(draw), draw.p / (1 - draw.p)
        raise Broken(f"p = {draw.p:.6g}: Var[y] = {found:.4g}·x², not {expected:.4g}·x² (follows from {wrong[0]})")
    return "Var[y] = s²·p(1-p)·x² = x²·p/(1-p), derived from scale and rate"


def _variance(draw: Draw) -> float:
    return draw.scale**2 * draw.rate * (1 - draw.rate)


# -- every unit and every call alike ----------------------------------------------------------------------------------


def check_uniform(trial: Trial) -> str:
    """Check that every position and every call has the same rate."""
    trial.needs("value", "fresh", "linear")
    log_alpha = trial.log_alpha("uniform", 8 * (len(trial.calls) + 1))
    for calls in trial.calls:
        if deviations := deviating_groups(calls, log_alpha):
            if not trial.holds("independent"):
                raise Skipped("cannot be judged while independent is broken")
            raise Broken(f"{calls}: " + "; ".join(deviations[:2]))
    huge = huge_draw(trial)
    if huge is not None and (part := _deviating_block(huge, log_alpha) or _deviating_lane(huge, log_alpha)):
        trial.needs("independent")
        raise Broken(part)
    return (
        f"every position, row, column and call of {len(trial.calls)} streams, every block of {_size(trial)} "
        "units drops alike"
    )


def _size(trial: Trial) -> str:
    huge = huge_draw(trial)
    return f"{huge.dropped.size:,}" if huge else "0"


def deviating_groups(calls: Calls, log_alpha: float) -> list[str]:
    """Compare each group of units with the whole, given the whole's count: hypergeometric."""
    dropped, flat = calls.dropped, calls.flat
    groups = {
        "position": flat.sum(axis=0),
        "call": flat.sum(axis=1),
        "parity of calls": np.array([flat[0::2].sum(), flat[1::2].sum()]),
        "end (first, last position)": flat[:, [0, -1]].sum(axis=0),
    }
    sizes = {name: dropped.size // len(counts) for name, counts in groups.items()}
    sizes["end (first, last position)"] = len(flat)
    for axis in range(1, dropped.ndim if dropped.ndim > 2 else 1):
        name = f"index of axis {axis - 1}"
        groups[name] = dropped.sum(axis=tuple(other for other in range(dropped.ndim) if other != axis))
        sizes[name] = dropped.size // dropped.shape[axis]
    found = []
    total = int(dropped.sum())
    for name, counts in groups.items():
        n = sizes[name]
        for worst in {int(np.argmax(counts)), int(np.argmin(counts))}:
            log_p = hypergeometric_log_p(int(counts[worst]), n, total, dropped.size)
            if log_p <= log_alpha - math.log(2 * len(counts)):
                found.append(f"{name} {worst}: {counts[worst] / n:.4f} dropped, over all {total / dropped.size:.4f}")
    return found


def _deviating_block(huge: Draw, log_alpha: float) -> str:
    flat = huge.dropped.ravel()
    starts = range(0, flat.size, BLOCK)
    for start in starts:
        block = flat[start : start + BLOCK]
        log_p = hypergeometric_log_p(int(block.sum()), block.size, int(flat.sum()), flat.size)
        if log_p <= log_alpha - math.log(len(starts)):
            return (
                f"p = {huge.p:.6g}: units {start:,} to {start + block.size:,} of {flat.size:,}: "
                f"{block.mean():.4f} dropped"
            )
    return ""


def _deviating_lane(huge: Draw, log_alpha: float) -> str:
    """Compare the lanes of vectors of 2, 4, … 64 units, given the whole's count."""
    flat = huge.dropped.ravel()
    total = int(flat.sum())
    for width in LANES:
        vectors = flat[: flat.size // width * width].reshape(-1, width)
        counts = vectors.sum(axis=0)
        for lane in {int(np.argmax(counts)), int(np.argmin(counts))}:
            log_p = hypergeometric_log_p(int(counts[lane]), len(vectors), total, flat.size)
            if log_p <= log_alpha - math.log(2 * width * len(LANES)):
                return (
                    f"p = {huge.p:.6g}: of {flat.size:,} units those at {lane} + {width}·k: "
                    f"{counts[lane] / len(vectors):.4f} dropped, over all {total / flat.size:.4f}"
                )
    return ""


# -- independence -----------------------------------------------------------------------------------------------------


def check_independent(trial: Trial) -> str:
    """Check that units drop independently of each other, within a call and across calls."""
    trial.needs("value")
    if not any(calls.dropped.any() for calls in trial.calls):
        raise Skipped("nothing is dropped")
    judged = [calls for calls in trial.calls if not calls.is_one_mask]
    log_alpha = trial.log_alpha("independent", 5 * (len(trial.calls) + 1))
    for calls in judged:
        if shared := _shared_axes(trial, calls):
            raise Broken(shared)
        if calls.repeats:
            if trial.holds("fresh") and trial.holds("linear"):
                raise Broken(
                    f"{calls}: only {calls.distinct} different masks are drawn: the masks have a period, or are kept"
                )
            continue
        if calls.dropped.all() or not calls.dropped.any():
            continue  # that is for the rate check to say
        if alarm := dependence.alarm(calls, log_alpha):
            if not trial.holds("linear"):
                raise Skipped("cannot be judged while linear is broken")
            if _is_fair(trial, calls) or (alarm := dependence.centred_alarm(calls)):
                raise Broken(f"{calls}: {alarm}")
    huge = huge_draw(trial)
    if huge is not None and (dependent := dependence.dependence_in_one_call(huge, log_alpha)):
        fair = _rate_is(trial, huge.dropped, huge.p) and not _deviating_block(huge, log_alpha)
        if fair and trial.holds("linear"):
            raise Broken(dependent)
    large = trial.draw(trial.plan.every_p[len(trial.plan.every_p) // 2])
    if 0 < large.rate < 1:
        dependent, repeats = dependence.distance_in_one_call(large, log_alpha)
        if dependent and (repeats or _rate_is(trial, large.dropped, large.p)) and trial.holds("linear"):
            raise Broken(dependent)
    if not judged:
        raise Skipped("cannot be judged while fresh is broken")
    units = sum(calls.dropped.size for calls in trial.calls)
    return (
        f"no pair of units or calls, no distance, no count of drops stands out ({units:,} units, "
        f"{_ranks(trial)} dimensions)"
    )


def _shared_axes(trial: Trial, calls: Calls) -> str:
    """Name the axes along which all units of a call are dropped together, which by chance never happens."""
    dropped, ndim = calls.dropped, len(calls.stream.shape)
    likelier = max(max(rate, 1 - rate) for rate in calls.rates)
    free = [axis for axis in range(ndim) if axis not in trial.kind.shared(ndim)]
    axes = []
    for axis, of_x in enumerate(free, start=1):
        pairs = dropped.size - dropped.size // dropped.shape[axis]
        certain = pairs * math.log(likelier) < math.log(NEVER)
        if certain and (dropped == dropped.take([0], axis)).all():
            axes.append(of_x)
    if not axes:
        return ""
    kinds = {tuple(range(2, ndim)): "kind='channel'", tuple(range(1, ndim)): "kind='sample'"}
    declare = kinds.get(tuple(axes)) if ndim > 2 else None
    listed = " and ".join(map(str, axes))
    return (
        f"{calls}: one mask is shared along {'axis' if len(axes) == 1 else 'axes'} {listed} "
        f"(declare {declare or f'shared_axes={tuple(axes)}'} if that is meant)"
    )


def _is_fair(trial: Trial, calls: Calls) -> bool:
    """Whether rates explain nothing: p is dropped, everywhere."""
    if not _rate_is(trial, calls.dropped, calls.stream.p):
        return False
    return not deviating_groups(calls, trial.log_alpha("uniform", 8 * (len(trial.calls) + 1)))


# -- the same in other precisions, and twice --------------------------------------------------------------------------


def check_precision(trial: Trial) -> str:
    """Check that the draw does not depend on the dtype of x."""
    trial.needs("value")
    if not trial.holds("rate"):
        raise Skipped("cannot be judged while rate is broken")
    if not all(trial.holds(id) for id in ("independent", "fresh", "linear")):
        raise Skipped("cannot be judged while units are not independent")
    others = [dtype for dtype in trial.plan.dtypes if dtype != trial.plan.dtype]
    if not others:
        raise Skipped(f"{trial.plan.dtype} alone is taken")
    chosen = trial.plan.p or (*HALF_P, *trial.plan.drawn_p[::2])
    for dtype in others:
        for p in chosen:
            dropped = trial.draw(p, dtype).dropped
            tests = len(chosen) * len(others)
            if binomial_log_p(int(dropped.sum()), dropped.size, p) <= trial.log_alpha("precision", tests):
                raise Broken(
                    f"p = {p:.6g}: {dropped.mean():.5f} are dropped of a {dtype} input (of a "
                    f"{trial.plan.dtype} one {p:.6g})"
                )
    return f"{' and '.join(others)} inputs are dropped at the same rate, at p = {listed(chosen)}"


def check_compose(trial: Trial) -> str:
    """Check that dropping with p, then with q, keeps (1-p)(1-q)."""
    trial.needs("value")
    for id in ("rate", "independent", "fresh", "linear"):
        trial.needs(id)
    pairs = (
        [(p, q) for p in trial.plan.p for q in trial.plan.p] if trial.plan.p else [*COMPOSED, trial.plan.drawn_p[1:3]]
    )
    for p, q in pairs:
        x = trial.large_input()
        kept = trial.kind.units(trial.train(trial.build(q), trial.train(trial.build(p), x)) != 0)
        expected = (1 - p) * (1 - q)
        if binomial_log_p(int(kept.sum()), kept.size, expected) <= trial.log_alpha("compose", len(pairs)):
            trial.needs("seed")
            raise Broken(f"p = {p:.4g}, then q = {q:.4g}: {kept.mean():.5f} are kept, expected {expected:.5f}")
    return f"(1-p)(1-q) are kept, for {len(pairs)} pairs"


def noticed(*effects: tuple[float, str]) -> str:
    """Tell deviations and where each is noticed, without those that never are (NaN): few calls do not show them."""
    return ", ".join(f"{effect:.2g} {where}" for effect, where in effects if not math.isnan(effect))


def power(trial: Trial) -> dict[str, str]:
    """Return the smallest deviation that each statistical check notices with the wanted power."""
    plan, kind = trial.plan, trial.kind
    units = math.prod(kind.units(np.broadcast_to(np.float32(0), plan.large)).shape)
    rate = trial.log_alpha("rate", _rate_tests(trial))
    uniform = trial.log_alpha("uniform", 8 * (len(plan.streams) + 1))
    independent = trial.log_alpha("independent", 5 * (len(plan.streams) + 1))
    first = plan.streams[0]
    per_call = math.prod(kind.units(np.broadcast_to(np.float32(0), first.shape)).shape)
    stream, p = first.calls * per_call, first.p

    def effect(n: int, p: float, log_alpha: float) -> float:
        return smallest_effect(n, p, log_alpha, plan.power)

    rates = ", ".join(f"{effect(units, p, rate):.2g} at p = {p:.4g}" for p in plan.every_p)
    agree = p * p + (1 - p) ** 2
    half = trial.log_alpha("precision", 2 * (len(HALF_P) + 3))
    return {
        "rate": f"P(drop) off by {rates}",
        "scale": f"s off by a relative {tolerance(plan.dtype):.1g}/(1-p) in {plan.dtype}; for a threshold of "
        "up to 16 bits, "
        "s made for its own rate is right",
        "uniform": f"at p = {p:.4g}, P(drop) off by "
        + noticed(
            (effect(first.calls, p, uniform - math.log(2 * per_call)), "in one position"),
            (effect(per_call, p, uniform - math.log(2 * first.calls)), "in a call"),
            (effect(stream // 2, p, uniform - math.log(4)), "in odd or even calls"),
        ),
        "independent": f"at p = {p:.4g}, P(two units agree) off by "
        + noticed(
            (
                effect(stream // 2, agree, independent - math.log(stream)),
                f"at any one distance up to half of {stream:,} units",
            ),
            (effect(first.calls, agree, independent - 2 * math.log(per_call)), "for any one pair of positions"),
        ),
        "precision": ", ".join(f"P(drop) off by {effect(units, p, half):.2g} at p = {p:.4g}" for p in plan.p or HALF_P),
        "compose": f"P(keep) off by {effect(units, 0.25, trial.log_alpha('compose', 4)):.2g} at p = q = 0.5",
    }
