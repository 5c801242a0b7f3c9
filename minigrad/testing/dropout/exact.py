"""Checks that need no statistics: one violation convicts.

What holds for every input is a property of a `Case`; a check runs its property over the plan's cases, the test
class over
those that Hypothesis finds, too.
"""

from __future__ import annotations

import contextlib
import math
import random
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np

from . import several_calls
from .binomial import binomial_log_p
from .kinds import Array, Shape
from .plan import Case, laid_out, same_but_for_rounding, tolerance
from .report import Broken, Remarked, Skipped
from .statistical import OLD_KIND, is_nominal, is_old_kind
from .trial import NEVER, Trial, coarser

Property: TypeAlias = Callable[[Trial, Case], None]
BAD_P: tuple[Any, ...] = (-0.1, 1.5, math.nan, math.inf, -math.inf, "a half", None)
REFUSED = (ValueError, TypeError)


def same_bits(a: Array, b: Array) -> bool:
    """Whether two arrays are equal to the bit, NaN and -0.0 included."""
    return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()


def every_case(trial: Trial, holds: Property) -> None:
    """Examine a property in all cases of the plan; a violation names its case."""
    for case in trial.plan.cases if holds is keeps_dtype_and_shape else trial.cases:
        try:
            holds(trial, case)
        except Broken as broken:
            broken.case = case
            raise


# -- evaluation and the edges of p ------------------------------------------------------------------------------------


def check_eval(trial: Trial) -> str:
    """Check that evaluation is the identity, bit for bit, twice, and draws nothing."""
    x = trial.input()
    specials = (-0.0, math.inf, math.nan, float(np.finfo(x.dtype).smallest_subnormal) * 9)[: x.size]
    x.ravel()[: len(specials)] = specials
    for p in (0.2, 0.5):
        layer = trial.build(p)
        for call in ("first", "second"):
            y, _ = trial.run(layer, x, training=False)
            if not same_bits(y.astype(x.dtype), x):
                trial.train(layer, x)
                raise Broken(_difference(trial, p, x, y, call))
        trial.train(layer, x)
    every_case(trial, evaluates_to_the_identity)
    if trial.replays and _evaluation_moves_the_masks(trial):
        raise Broken("evaluation consumes random numbers: the next training mask is another one")
    _leaves_no_trace(trial, "eval")
    draws = "draws nothing" if trial.replays else "whether it draws was not examined"
    return f"the identity, bit for bit, in {len(trial.plan.cases)} cases; {draws}"


def _leaves_no_trace(trial: Trial, id: str) -> None:
    if trial.traces is None:
        trial.traces = several_calls.traces_of_evaluation(trial)
    if id in trial.traces:
        case, evidence = trial.traces[id]
        broken = Broken(f"{case}: {evidence}")
        broken.case = case
        raise broken


def evaluates_to_the_identity(trial: Trial, case: Case) -> None:
    """Y = x, bit for bit."""
    y, _ = trial.evaluate(trial.build(case.p, case.seed), case.x)
    if not same_bits(y.astype(case.x.dtype), case.x):
        raise Broken(f"{case}: evaluation is not the identity, {np.mean(y != case.x):.2f} of the entries differ")


def _difference(trial: Trial, p: float, x: Array, y: Array, call: str) -> str:
    if is_old_kind(trial):
        return f"p = {p}: y = {1 - p:g}·x in evaluation ({OLD_KIND})"
    ratio = y.ravel()[4:].astype(np.float64) / x.ravel()[4:]
    if ratio.size and np.ptp(ratio) > 1e-3:
        return f"p = {p}: {np.mean(ratio == 0):.2f} of the entries are dropped in evaluation ({call} call)"
    if ratio.size and abs(ratio[0] - 1) > 1e-6:
        return f"p = {p}: y = {ratio[0]:.6g}·x in evaluation"
    return f"p = {p}: evaluation changes the bits of {x.ravel()[:4].tolist()} to {y.ravel()[:4].tolist()}"


def _evaluation_moves_the_masks(trial: Trial) -> bool:
    x, seed = trial.input(), trial.seed()
    expected = trial.train(trial.build(0.5, seed), x)
    layer = trial.build(0.5, seed)
    trial.run(layer, x, training=False)
    after = trial.train(layer, x)
    stuck = bool((after != 0).all())  # that is for the modes check to say
    return not stuck and several_calls.redrawn(after, expected)


def check_edge_p(trial: Trial) -> str:
    """Check that p = 0 is the identity, p = 1 gives zeros without NaN or warning, and evaluation ignores both."""
    at_0, at_1 = _refusal_of_edge(trial, 0.0), _refusal_of_edge(trial, 1.0)
    inputs: list[tuple[Array, Array | None]] = []
    if math.prod(trial.plan.large) > 2**16:
        inputs.append((trial.large_input(), None))
    for shape in dict.fromkeys([trial.plan.usual(), *trial.shapes]):
        for dtype in trial.plan.dtypes:
            inputs.append((trial.values(shape, dtype), trial.values(shape, dtype)))
    at_u_0 = ""
    for x, g in inputs:
        if not at_0:
            at_u_0 = _p_0_is_the_identity(trial, x, g) or at_u_0
        if not at_1 and g is not None:
            _p_1_gives_zeros(trial, x, g)
    x = trial.input()
    for p in (p for p, refusal in ((0.0, at_0), (1.0, at_1)) if not refusal):
        y, _ = trial.evaluate(trial.build(p), x)
        if not np.array_equal(y, x) and trial.holds("eval"):
            raise Broken(f"p = {p:g}: evaluation is not the identity ({np.mean(y == 0):.2f} of the entries are zero)")
    held = f"{at_0 or 'p = 0 is the identity'}; {at_1 or 'p = 1 gives zeros and zero gradient, no NaN, no warning'}"
    if "AssertionError" in held:
        raise Remarked(f"{held}: a ValueError would outlive python -O")
    if at_0:
        raise Remarked(f"{held}: users expect p = 0 to switch dropout off")
    if at_u_0:
        raise Remarked(at_u_0)
    return held


def _refusal_of_edge(trial: Trial, p: float) -> str:
    """Return how a layer refuses p = 0 or p = 1, when it is built or run; empty if it does not."""
    try:
        trial.train(trial.build(p), trial.input())
    except (*REFUSED, AssertionError) as error:
        return f"p = {p:g} is refused ({type(error).__name__}: {error})"
    return ""


def _p_0_is_the_identity(trial: Trial, x: Array, g: Array | None) -> str:
    """Return a remark where single units are dropped, as ``u > p`` does where u is 0: once in 2²⁴ float32 draws."""
    y, gradient = trial.run(trial.build(0.0), x, g, training=True)
    changed = y != x
    dropped = changed & (y == 0)
    few = 6 + math.ceil(4 * x.size * 2**-24)  # more have a probability below 1e-11
    if not np.array_equal(changed, dropped) or dropped.sum() > few:
        where = f"{x.dtype}{list(x.shape)}"
        raise Broken(
            f"p = 0, {where}: training changes {np.mean(changed):.5f} of the entries (drops {np.mean(y == 0):.5f})"
        )
    if gradient is not None and not np.array_equal(gradient, np.where(dropped, 0, g)):  # type: ignore[arg-type]
        raise Broken("p = 0: the gradient of the identity is not g")
    if dropped.any():
        return f"p = 0 drops {dropped.sum()} of {x.size:,} units, as u > p does where u is 0: keep where u >= p"
    return ""


def _p_1_gives_zeros(trial: Trial, x: Array, g: Array) -> None:
    with warnings.catch_warnings(record=True) as caught, np.errstate(all="warn"):
        warnings.simplefilter("always")
        y, gradient = trial.run(trial.build(1.0), x, g, training=True)
    for name, array in {"output": y, "gradient": gradient}.items():
        if array is not None and not (array == 0).all():
            found = "NaN or infinity" if not np.isfinite(array).all() else f"{np.mean(array != 0):.5f} that is not 0"
            raise Broken(f"p = 1, {x.dtype}{list(x.shape)}: the {name} in training contains {found}")
    if caught:
        raise Broken(f"p = 1: a warning, {caught[0].message}")


def check_bad_p(trial: Trial) -> str:
    """Check that a p that is no probability is refused when the layer is built, or at its first call at the latest."""
    verdicts = {repr(p): _refusal(trial, p) for p in BAD_P}
    fine = ("refused", "late", "asserted", "off")
    if accepted := [f"p = {p} {verdict}" for p, verdict in verdicts.items() if verdict not in fine]:
        raise Broken("; ".join(accepted))
    late, asserted = ([p for p, verdict in verdicts.items() if verdict == word] for word in ("late", "asserted"))
    text = f"refused: {', '.join(map(repr, BAD_P))}" + (f" (at the first call only: {', '.join(late)})" if late else "")
    remarks = []
    if asserted:
        remarks.append(
            f"p = {', '.join(asserted)} refused by an AssertionError, which python -O leaves out: ValueError is usual"
        )
    if verdicts["None"] == "off":
        text = text.replace(", None", "") + "; None switches it off"
        if not trial.adapter.none_is_off:
            remarks.append("p = None switches dropout off: say so to your users (none_is_off = True declares it)")
    if remarks:
        raise Remarked("; ".join(remarks))
    return text


def _refusal(trial: Trial, p: Any) -> str:
    try:
        layer = trial.build(p)
    except REFUSED:
        return "refused"
    except AssertionError:
        return "asserted"
    except Exception as error:
        return f"gives {type(error).__name__}, not ValueError or TypeError"
    x = trial.input()
    try:
        y = trial.train(layer, x)
    except (*REFUSED, RuntimeError):  # as late as in torch.nn.Dropout(nan), but no wrong number
        return "late"
    except AssertionError:
        return "asserted"
    except Exception as error:
        return f"gives {type(error).__name__} at the first call, not ValueError or TypeError"
    if p is None and np.array_equal(y, x) and not np.array_equal(trial.train(trial.build(0.9), x), x):
        return "off"
    return "is accepted"


# -- the gradient -----------------------------------------------------------------------------------------------------


def check_gradient(trial: Trial) -> str:
    """Check that dL/dx = g times the very multiplier of the forward pass, also where x or g is 0."""
    every_case(trial, gradient_is_g_times_the_multiplier)
    if not trial.found.refused_backward:
        every_case(trial, gradient_of_evaluation_is_g)
    _gradient_of_other_strides(trial)
    several_calls.gradient_of_a_longer_batch(trial)
    for dtype in trial.plan.dtypes:
        _compare_gradient_at_zero(trial, dtype)
        _gradient_of_special_values(trial, dtype)
    held = f"g times the multiplier of the forward pass in {len(trial.plan.cases)} cases, also where x or g = 0"
    overflow = next((dtype for dtype in trial.plan.dtypes if _gradient_overflows(trial, dtype)), "")
    remarks = []
    if trial.found.refused_backward:
        remarks.append(f"in evaluation the backward pass raises {trial.found.refused_backward}")
    if overflow:
        remarks.append(f"where g·s overflows {overflow}, the gradient of what is dropped is NaN: mask g before scaling")
    if remarks:
        raise Remarked("; ".join([held, *remarks]))
    return f"{held}; g in evaluation"


def _with_gradient(trial: Trial, layer: Any, x: Array, g: Array, *, training: bool) -> tuple[Array, Array]:
    y, gradient = trial.run(layer, x, g, training=True) if training else trial.evaluate(layer, x, g)
    if gradient is None:
        raise Skipped("the adapter returns no gradient")
    if gradient.shape != x.shape:
        raise Broken(f"x of shape {x.shape} has a gradient of shape {gradient.shape}")
    return y, gradient


def gradient_is_g_times_the_multiplier(trial: Trial, case: Case) -> None:
    """DL/dx = g · y/x, in a layer's first call and in its second; y is the same without g."""
    alike = trial.replays and case.layout == "C"  # another layout need not outlive what a gradient is asked with
    plain = trial.train(trial.build(case.p, case.seed), case.x) if alike else None
    layer = trial.build(case.p, case.seed)
    for call in ("", ", second call"):
        y, gradient = _with_gradient(trial, layer, case.x, case.g, training=True)
        differs = plain is not None and not call and not same_but_for_rounding(y, plain)
        if differs and trial.holds("seed"):
            raise Broken(f"{case}: the output is another one when a gradient is asked for")
        multiplier, used = y.astype(np.float64) / case.x, gradient.astype(np.float64) / case.g
        wrong = ~np.isclose(used, multiplier, rtol=4 * tolerance(coarser(case.x, y)), atol=0)
        if wrong.any():
            i = int(np.argmax(wrong))
            forward, backward = multiplier.ravel()[i], used.ravel()[i]
            raise Broken(
                f"{case}{call}: forward x·{forward:.6g}, backward g·{backward:.6g} (in {wrong.mean():.2f} of all)"
            )


def gradient_of_evaluation_is_g(trial: Trial, case: Case) -> None:
    """DL/dx = g in evaluation, wherever that is the identity, in a layer that is new and in one that has trained."""
    layer = trial.build(case.p, case.seed)
    for when in ("", ", after a training call,"):
        y, gradient = _with_gradient(trial, layer, case.x, case.g, training=False)
        if np.array_equal(y, case.x) and not np.array_equal(gradient, case.g):
            raise Broken(f"{case}: in evaluation{when} the gradient is not g")


def _gradient_of_other_strides(trial: Trial) -> None:
    """Let x, then g, lie in memory in another order than the shape's."""
    x, g = trial.input(), trial.input()
    for name, input, grad_output in (("x", np.asfortranarray(x), g), ("g", x, np.asfortranarray(g))):
        y, gradient = _with_gradient(trial, trial.build(0.3), input, grad_output, training=True)
        used, multiplier = gradient.astype(np.float64) / g, y.astype(np.float64) / x
        if not np.allclose(used, multiplier, rtol=4 * tolerance(coarser(x, y)), atol=0):
            raise Broken(f"Fortran-ordered {name}: the gradient is not g times the multiplier of the forward pass")


def _compare_gradient_at_zero(trial: Trial, dtype: str) -> None:
    """Where x = 0 the output does not show the mask; the gradient has to know it."""
    p, x, g = 0.3, trial.input(dtype), trial.input(dtype)
    hidden = np.zeros(x.shape, bool)
    hidden[..., ::3] = True
    x[hidden] = 0
    y, gradient = _with_gradient(trial, trial.build(p), x, g, training=True)
    seen = trial.kind.units(hidden).size >= 200 and not hidden.all()
    multiplier, used = y[~hidden].astype(np.float64) / x[~hidden], gradient[hidden].astype(np.float64) / g[hidden]
    scale = float(np.abs(multiplier).max(initial=0))
    dropped, kept = used == 0, np.isclose(used, scale, rtol=4 * tolerance(dtype))
    # some are dropped and some are kept, unless the mask itself is wrong
    mixed = seen and (multiplier == 0).any() and all(trial.holds(id) for id in ("fresh", "linear", "independent"))
    if (trial.holds("value") and not (dropped | kept).all()) or (mixed and (dropped.all() or kept.all())):
        found = "always 0" if dropped.all() else "never 0" if kept.all() else "neither 0 nor g·s"
        raise Broken(
            f"p = {p}, {dtype}: where x = 0 the gradient is {found}; the mask is not visible in the output there"
        )


def _gradient_of_special_values(trial: Trial, dtype: str) -> None:
    seed, x, g = trial.seed(), trial.input(dtype), trial.input(dtype)
    _, usual = _with_gradient(trial, trial.build(0.5, seed), x, g, training=True)
    _, zero = _with_gradient(trial, trial.build(0.5, seed), x, np.zeros_like(g), training=True)
    if not (zero == 0).all():
        raise Broken(f"{dtype}: where g = 0 the gradient is {zero[zero != 0].ravel()[0]}, not 0")
    big = np.full_like(g, float(np.finfo(dtype).max) * 0.375)  # g·s is finite
    _, large = _with_gradient(trial, trial.build(0.5, seed), x, big, training=True)
    if np.isnan(large).any() or (trial.replays and ((large == 0) != (usual == 0)).any()):
        raise Broken(f"{dtype}: where g is large, {big.ravel()[0]:.4g}, the gradient is not 0 or g·s")


def _gradient_overflows(trial: Trial, dtype: str) -> bool:
    """Whether ∞·0 turns up where g·s is infinite, as of g / (1-p) * mask."""
    x = trial.input(dtype)
    big = np.full_like(x, float(np.finfo(dtype).max) * 0.75)
    return bool(np.isnan(_with_gradient(trial, trial.build(0.5), x, big, training=True)[1]).any())


def check_gradcheck(trial: Trial) -> str:
    """Check that the gradient is the slope with a frozen mask; with a live mask it must not be (the control)."""
    trial.needs("value")
    trial.needs_replay()
    trial.needs("linear")
    for shape in dict.fromkeys([trial.plan.usual(), *trial.shapes]):
        p = trial.plan.p[0] if trial.plan.p else trial.plan.drawn_p[2]
        x, g, seed = trial.values(shape), trial.values(shape), trial.seed()
        _, gradient = _with_gradient(trial, trial.build(p, seed), x, g, training=True)
        # the function is linear, so a wide step costs no accuracy
        step = trial.values(shape) / 2
        ahead, behind = (trial.train(trial.build(p, seed), np.asarray(x + sign * step)) for sign in (1, -1))
        slope, claimed = (ahead - behind) / 2, gradient * step / g
        if not np.allclose(slope, claimed, rtol=1e-3, atol=1e-3):
            differ = np.mean(~np.isclose(slope, claimed, 1e-3, 1e-3))
            raise Broken(f"frozen mask, shape {shape}: {differ:.2f} of the slopes differ")
    layer, x = trial.build(0.5, seed := trial.seed()), trial.input()
    _, gradient = _with_gradient(trial, trial.build(0.5, seed), x, np.ones_like(x), training=True)
    ahead, behind = (trial.train(layer, x + sign * x / 2) for sign in (1, -1))
    live = trial.verdict("fresh") == "held" and trial.holds("independent") and trial.kind.units(x).size > 50
    if live and np.allclose(ahead - behind, gradient * x, rtol=1e-3, atol=1e-3):
        raise Broken("the control passes: with a live mask finite differences should disagree")
    return "agrees with finite differences of a frozen mask, disagrees with those of a live one"


# -- the mask ---------------------------------------------------------------------------------------------------------


def check_linear(trial: Trial) -> str:
    """Check that the mask does not depend on x: a·x in, a·y out, and another x gives the same multipliers."""
    trial.needs("value")
    trial.needs_replay()
    every_case(trial, is_linear)
    return f"same seed: -2·x gives -2·y, another x the same mask, in {len(trial.plan.cases)} cases"


def is_linear(trial: Trial, case: Case) -> None:
    """One seed: a·x gives a·y, another x has the same multipliers, also a constant, and small values beside zeros."""
    x, other = case.x, case.g
    small = laid_out(x, case.layout)
    small *= x.dtype.type(2**-12 if x.dtype.itemsize == 2 else 2**-30)
    if small.ndim:
        small[..., ::3] = 0
    inputs = {
        "-2·x": laid_out(-2 * x, case.layout),
        "another x": other,
        "a constant x": laid_out(np.full_like(x, 1.5), case.layout),
        "small x with zeros": small,
    }
    y = trial.train(trial.build(case.p, case.seed), x)
    multiplier = y.astype(np.float64) / x
    for name, input in inputs.items():
        found = trial.train(trial.build(case.p, case.seed), input).astype(np.float64) / input
        finite = np.isfinite(found) & np.isfinite(multiplier)
        if not np.allclose(found[finite], multiplier[finite], rtol=4 * tolerance(coarser(x, y)), atol=0):
            raise Broken(
                f"{case}, same seed, {name}: {np.mean((found == 0) != (multiplier == 0)):.2f} of the mask changes"
            )


def check_fresh(trial: Trial) -> str:
    """Check that two training calls draw two masks, at every p and rank where chance would not repeat one."""
    judged = [calls for calls in trial.calls if calls.dropped.any() and not calls.dropped.all()]
    if not judged:
        raise Skipped("nothing is dropped")
    for calls in judged:
        if calls.is_one_mask:
            raise Broken(f"{calls}: all calls drop the same units")
    if not any(calls.repeats for calls in judged):  # masks out of a pool, or that alternate, are not kept
        _large_masks_are_fresh(trial)
        several_calls.masks_of_other_shapes_are_fresh(trial)
    return f"two training calls drop different units, in {len(judged)} streams of calls"


def _large_masks_are_fresh(trial: Trial) -> None:
    p, x = 0.3, trial.large_input()
    layer = trial.build(p)
    certain = trial.kind.units(x).size * math.log(p * p + (1 - p) ** 2) < math.log(NEVER)
    first, second = (trial.train(layer, x) for _ in range(2))
    if certain and 0 < np.mean(first == 0) < 1 and np.array_equal(first, second):
        raise Broken(f"p = {p}: two calls of {x.size:,} entries drop the same units")


def check_seed(trial: Trial) -> str:
    """Check that the same seed gives the same masks, another seed others; no global generator is read or moved."""
    overlaps = [
        _check_seed_of(trial, calls.stream.p, trial.values(calls.stream.shape))
        for calls in trial.calls
        if calls.stream.seed is None
    ]
    every_case(trial, replays_its_seed)
    _every_bit_matters(trial)
    held = "same seed, same masks; no global generator read or moved; " + _check_state(trial, trial.input())
    if any(overlaps):
        raise Remarked(f"{held}; neighbouring seeds overlap: a call of one drops what the next call of another drops")
    return held


def replays_its_seed(trial: Trial, case: Case) -> None:
    """One seed gives one mask."""
    first, second = (trial.train(trial.build(case.p, case.seed), case.x) for _ in range(2))
    if not np.array_equal(first, second, equal_nan=True):
        raise Broken(f"{case}: the same seed gives different masks")


def _check_seed_of(trial: Trial, p: float, x: Array) -> bool:
    """Return whether the next seed draws what this one draws a call later or earlier."""
    seed = trial.seed()
    with _globals_kept():
        before = _global_state()
        first = _two_masks(trial, p, seed, x)
        if _global_state() != before:
            raise Broken("a global generator (numpy.random or random) is moved")
        np.random.seed(1)  # noqa: NPY002
        random.seed(1)
        if not np.array_equal(_two_masks(trial, p, seed, x), first):
            raise Broken("the same seed gives different masks")
    rate = float(np.mean(first == 0))  # a wrong one is for the rate check to say
    tells = trial.kind.units(x).size * math.log(rate * rate + (1 - rate) ** 2) < math.log(NEVER)
    if not tells or not trial.holds("independent"):
        return False
    overlap = False
    for neighbour in {seed + 1, seed ^ 1}:  # of which one is the other half of an even and an odd seed
        other = _two_masks(trial, p, neighbour, x)
        if any(map(np.array_equal, first, other)):
            raise Broken(f"p = {p:.6g}: different seeds give the same masks")
        fair = all(trial.holds(id) for id in ("rate", "uniform", "linear"))  # else the same units stand out in both
        if fair and _are_dependent(trial, p, first, other):
            raise Broken(f"p = {p:.6g}: layers of seeds {seed} and {neighbour} drop units together, or in turn")
        overlap = overlap or any(map(np.array_equal, first, other[::-1]))
    return trial.holds("fresh") and overlap


def _are_dependent(trial: Trial, p: float, first: Array, other: Array) -> bool:
    """Whether units of two layers are rare (dropped, or kept where p > 1/2) together as chance never has it."""
    rare, both_kept = min(p, 1 - p), p > 0.5
    units = [trial.kind.units(y[0]) for y in (first, other)]
    together = np.logical_and(*((unit != 0) == both_kept for unit in units))
    return binomial_log_p(int(together.sum()), together.size, rare * rare) < math.log(NEVER)


def _every_bit_matters(trial: Trial) -> None:
    """Seeds that differ in one bit give other masks: none is cut off, or lost in another type of number."""
    x, p, seed = trial.input(), 0.5, trial.plan.other_seed()
    if trial.kind.units(x).size * math.log(p * p + (1 - p) ** 2) > math.log(NEVER) or not trial.holds("independent"):
        return
    mask = trial.train(trial.build(p, seed), x)
    for bit in range(30):
        if np.array_equal(trial.train(trial.build(p, seed ^ 2**bit), x), mask):
            raise Broken(f"seeds {seed} and {seed ^ 2**bit}, which differ in bit {bit}, give the same masks")


def _two_masks(trial: Trial, p: float, seed: int, x: Array) -> Array:
    layer = trial.build(p, seed)
    return np.stack([trial.train(layer, x), trial.train(layer, x)])


def _check_state(trial: Trial, x: Array) -> str:
    if not trial.adapter.saves_rng_state:
        return "replay of a saved state skipped (the adapter has no get_rng_state)"
    layer = trial.build(0.5)
    state = trial.adapter.get_rng_state(layer)
    first = trial.train(layer, x)
    trial.adapter.set_rng_state(layer, state)
    if not np.array_equal(trial.train(layer, x), first):
        raise Broken("a generator state that is put back does not replay the mask")
    state = trial.adapter.get_rng_state(layer)  # with what may be left over from an odd number of units
    following = [trial.train(layer, x) for _ in range(2)]
    trial.adapter.set_rng_state(layer, state)
    if not np.array_equal([trial.train(layer, x) for _ in range(2)], following):
        raise Broken("a generator state from between two calls, put back, does not replay the masks")
    return "a saved state replays the mask"


def _global_state() -> tuple[Any, ...]:
    name, key, *rest = np.random.get_state()  # noqa: NPY002
    return name, np.asarray(key).tobytes(), *rest, random.getstate()


@contextlib.contextmanager
def _globals_kept() -> Iterator[None]:
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


# -- arrays -----------------------------------------------------------------------------------------------------------


def check_dtype(trial: Trial) -> str:
    """Check that dtypes and shapes are kept; empty, scalar, strided, Fortran-ordered and read-only inputs work."""
    if trial.found.wrong_shape:
        raise Broken(trial.found.wrong_shape)
    every_case(trial, keeps_dtype_and_shape)
    if trial.holds("edge_p"):
        _edges_keep_dtypes(trial)
    for name, x in _unusual_inputs(trial):
        before = x.copy()  # a layer that writes into it is for the pure check to find
        seed = trial.seed()
        try:
            y, _ = trial.adapter.run(trial.build(0.3, seed), x)
        except Exception as error:
            raise Broken(f"{name} input: {type(error).__name__}: {error}") from error
        y = np.asarray(y)
        if y.shape != x.shape or y.dtype != x.dtype:
            raise Broken(f"{name} input {x.dtype}{x.shape} gives {y.dtype}{y.shape}")
        if trial.holds("value") and not (draw := trial.read(0.3, before, y)).worst <= 4 * tolerance(y.dtype):
            raise Broken(f"{name} input: kept entries are not x·s with one s")
        elif trial.holds("value") and draw.dropped.size >= 200 and not draw.dropped.any() and trial.holds("rate"):
            raise Broken(f"{name} input: nothing is dropped")  # by chance, once in 10³⁰
        elif trial.holds("value") and trial.holds("scale") and trial.holds("rate") and not is_nominal(draw):
            usual = trial.draw(0.3).scale  # may be made for the p of a threshold
            if abs(draw.scale / usual - 1) > 4 * tolerance(y.dtype):
                raise Broken(f"{name} input: kept entries are x·{draw.scale:.6g}, those of a matrix x·{usual:.6g}")
    if trial.holds("value") and trial.holds("scale"):
        several_calls.dtypes_leave_no_trace(trial)
    dtypes = ", ".join(trial.plan.dtypes)
    held = f"{dtypes} kept; shapes of {_listed_ranks(trial)} dimensions, and unusual strides, work"
    if trial.found.refused_ranks:
        raise Remarked(f"{held}; {trial.found.refused_ranks}")
    return held


def _listed_ranks(trial: Trial) -> str:
    return ", ".join(map(str, trial.plan.ranks))


def keeps_dtype_and_shape(trial: Trial, case: Case) -> None:
    """Give outputs and gradients the dtype and shape of the input, in both modes."""
    for training in (True, False):
        layer = trial.build(case.p, case.seed)
        try:
            g = case.g if training or not trial.found.refused_backward else None
            outputs = trial.run(layer, case.x, g, training=training)
        except Broken:
            raise
        except Exception as error:
            raise Broken(f"{case}: {type(error).__name__}: {error}") from error
        finally:
            if not training:
                trial.train(layer, trial.input())
        for name, array in zip(("output", "gradient"), outputs, strict=True):
            if array is not None and array.dtype != case.dtype:
                mode = "training" if training else "evaluation"
                hint = f'; where that is the policy, declare dtypes=("{array.dtype}",)'
                raise Broken(f"{case.dtype} in, {array.dtype} out ({name}, {mode}, shape {case.shape}){hint}")


def _edges_keep_dtypes(trial: Trial) -> None:
    for p in (0.0, 1.0):
        if not _refusal_of_edge(trial, p):
            for dtype in trial.plan.dtypes:
                keeps_dtype_and_shape(trial, Case(p, trial.plan.usual(), dtype, trial.plan.other_seed()))


def _unusual_inputs(trial: Trial) -> Iterator[tuple[str, Array]]:
    shape: Shape = trial.plan.usual()
    if trial.plan.shapes is None and not trial.plan.few and shape:
        yield "non-contiguous", trial.values((*shape[:-1], 2 * shape[-1]))[..., ::2]
    x = trial.values(shape)
    yield "Fortran-ordered", np.asfortranarray(x)
    x.flags.writeable = False
    if not trial.found.inplace:
        yield "read-only", x


def check_pure(trial: Trial) -> str:
    """Check that the input is not written to, and a training output does not share its memory."""
    every_case(trial, leaves_its_input_alone)
    every_case(trial, several_calls.outputs_stay_what_they_are)
    for p in (0.001, 0.5):
        for _ in range(8):  # some of them drop nothing
            case = Case(p, trial.kind.shape(trial.plan.matrix_rank, (1,) * 9), trial.plan.dtype, trial.seed())
            if trial.plan.shapes is None:
                leaves_its_input_alone(trial, case)
    if trial.found.inplace:
        declared = "as declared" if trial.adapter.inplace else "inplace = True declares it, if that is meant"
        raise Remarked(f"works in place: the output is written into the input ({declared})")
    return "input and gradient are left alone; the output has memory of its own"


def leaves_its_input_alone(trial: Trial, case: Case) -> None:
    """X and g are what they were, and y is elsewhere; what works in place writes y into x, and dL/dx into g."""
    x, g = case.x.copy(), case.g.copy()
    y = np.asarray(trial.adapter.run(trial.build(case.p, case.seed), x)[0])
    gradient = trial.adapter.run(trial.build(case.p, case.seed), case.x.copy(), g)[1]
    if not np.array_equal(g, case.g) and not (trial.found.inplace and np.array_equal(g, gradient)):  # type: ignore[arg-type]
        raise Broken(f"{case}: the output's gradient is written to")
    if trial.found.inplace:
        if not np.array_equal(x, case.x) and not np.array_equal(x, y):
            raise Broken(f"{case}: the input is written to, but not with the output")
        return
    if not np.array_equal(x, case.x):
        raise Broken(f"{case}: the input is written to")
    if np.shares_memory(y, x):
        raise Broken(f"{case}: the output of a training call shares the input's memory")
    layer = trial.build(case.p, case.seed)
    trial.adapter.run(layer, x, training=False)
    trial.train(layer, case.x)  # as a mode may be kept in the wrong place
    if not np.array_equal(x, case.x):
        raise Broken(f"{case}: the input is written to in evaluation")


# -- modes ------------------------------------------------------------------------------------------------------------


def check_modes(trial: Trial) -> str:
    """Check that modes restore each other, in one layer, beside another layer, and after an exception."""
    x = trial.input()
    layer = trial.build(0.5)
    if (trial.train(layer, x) == x).all():
        raise Skipped("nothing is dropped at p = 0.5")
    _alternate(trial, layer, x, "after evaluation")
    _leaves_no_trace(trial, "modes")
    other = trial.build(0.5)
    try:
        trial.run(layer, x, training=False)
        _trains(trial, other, x, "while another layer is in evaluation")
        _evaluates(trial, layer, x, "while another layer is training")
        for training in (False, True):
            for name, bad in _bad_calls(x):
                with contextlib.suppress(Exception):
                    trial.adapter.run(layer, *bad, training=training)
                _alternate(trial, layer, x, f"after a call with {name}")
    finally:
        trial.run(layer, x, training=True)
    return "train, evaluate, train restores everything: one layer, two layers, after a failing call"


def _bad_calls(x: Array) -> Iterator[tuple[str, tuple[Any, ...]]]:
    yield "text for an input", (np.array(["no", "number"]),)
    yield "None for an input", (None,)
    yield "a gradient of the wrong shape", (x, np.ones((1, 2, 3), x.dtype))


def _alternate(trial: Trial, layer: Any, x: Array, when: str) -> None:
    _trains(trial, layer, x, when)
    _evaluates(trial, layer, x, when)
    _trains(trial, layer, x, "after evaluation")


def _trains(trial: Trial, layer: Any, x: Array, when: str) -> None:
    if (trial.train(layer, x) == x).all():
        raise Broken(f"{when}, a training call is the identity")


def _evaluates(trial: Trial, layer: Any, x: Array, when: str) -> None:
    y, _ = trial.run(layer, x, training=False)
    if trial.holds("eval") and not np.array_equal(y, x):
        raise Broken(f"{when}, an evaluation is not the identity")


def check_channel(trial: Trial) -> str:
    """Check that channels (samples, what lies along shared axes) drop as a whole, and no input lacks them."""
    if trial.kind.drops_elements:
        raise Skipped("this is a dropout of elements")
    every_case(trial, drops_units_as_a_whole)
    if trial.kind.name != "channel" or trial.plan.shapes is not None:
        return f"constant inside each unit (kind: {trial.kind})"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            trial.adapter.run(trial.build(0.5), trial.values((5,)))
    except Exception:
        return "constant inside each channel; an input of one dimension is refused (see independent for the rest)"
    raise Broken("an input of shape (5,) has no channels, but is not refused")


def drops_units_as_a_whole(trial: Trial, case: Case) -> None:
    """Keep the multiplier constant along the shared axes."""
    y = trial.train(trial.build(case.p, case.seed), case.x)
    multiplier = y.astype(np.float64) / case.x
    same = np.isclose(multiplier, trial.kind.spread(multiplier), rtol=4 * tolerance(coarser(case.x, y)), atol=0)
    if not same.all():
        wrong = np.mean(~same.all(axis=trial.kind.shared(same.ndim)))
        raise Broken(f"{case}: {wrong:.2f} of the {trial.kind.name}s are dropped in part")


PROPERTIES: dict[str, Property] = {
    "eval": evaluates_to_the_identity,
    "gradient": gradient_is_g_times_the_multiplier,
    "linear": is_linear,
    "seed": replays_its_seed,
    "dtype": keeps_dtype_and_shape,
    "pure": leaves_its_input_alone,
    "channel": drops_units_as_a_whole,
}
"""What holds in every case, by invariant."""
