"""What one layer does in several calls: of other shapes, dtypes and modes, none of which may leave a trace.

A layer that keeps a mask, a buffer or a scale from call to call is right in its first one, and in all that are alike.
"""

from __future__ import annotations

import math
from itertools import permutations

import numpy as np

from .kinds import Array
from .plan import Case, tolerance
from .report import Broken
from .statistical import is_nominal
from .trial import NEVER, Trial, coarser

P = 0.3
SMALL = 2**16  # entries; what is larger is run no more often than it must be


def traces_of_evaluation(trial: Trial) -> dict[str, tuple[Case, str]]:
    """Train, evaluate, train: return the first case in which the second training is another one than without, and how.

    Under "eval" where the masks are drawn anew, under "modes" where the rate or the scale is another one.
    """
    if not trial.replays:
        return {}
    found: dict[str, tuple[Case, str]] = {}
    for case in trial.cases:  # one that shows a new draw decides: few units may look like another rate
        if case.x.size > SMALL:
            continue
        without = trial.build(case.p, case.seed)
        trial.train(without, case.x)
        expected = trial.train(without, case.x)
        layer = trial.build(case.p, case.seed)  # only now: both may draw from the same global generator
        trial.train(layer, case.x)
        trial.run(layer, case.x, training=False)
        y = trial.train(layer, case.x)
        stuck = np.array_equal(y, case.x)  # in evaluation, which the modes check says
        if stuck or np.array_equal(y, expected, equal_nan=True):
            continue
        if not trial.holds("seed"):
            return {}  # no case may replay but those that were looked at first
        if redrawn(y, expected):
            return {"eval": (case, "after an evaluation other units are dropped than without it")}
        rates = f"{np.mean(y == 0):.4f} are dropped, and without it {np.mean(expected == 0):.4f}"
        scales = f"an entry is {np.abs(y).max():.6g} at most, and without it {np.abs(expected).max():.6g}"
        found.setdefault("modes", (case, f"after an evaluation {rates}; {scales}"))
    return found


def redrawn(y: Array, expected: Array) -> bool:
    """Whether units are dropped that were kept, and units kept that were dropped: no other rate alone does that."""
    dropped, before = y == 0, expected == 0
    return bool((dropped & ~before).any() and (before & ~dropped).any())


def masks_of_other_shapes_are_fresh(trial: Trial) -> None:
    """Train on a batch, on one twice as long, and on the first again: no mask may be a part of another."""
    shape = trial.plan.usual()
    if not _may_change_the_batch(trial) or 0 in trial.kind.shared(len(shape)):
        return
    layer, x = trial.build(P, trial.plan.other_seed()), _batch(trial, shape)
    short, long, again = (trial.kind.units(trial.train(layer, part)) == 0 for part in (x, np.concatenate([x, x]), x))
    shared = bool((long == long[:1]).all())  # along the batch, which is for the independent check to say
    if shared or short.size * math.log(P * P + (1 - P) ** 2) > math.log(NEVER) or not 0 < short.mean() < 1:
        return
    first, second = long[: len(short)], long[len(short) :]
    for one, other, names in (
        (first, second, f"both halves of a batch of {2 * len(short)}, after one of {len(short)},"),
        (short, first, f"a batch of {len(short)} and the longer one that follows"),
        (again, first, f"a batch of {2 * len(short)} and the shorter one that follows"),
    ):
        if np.array_equal(one, other):
            raise Broken(f"p = {P}: {names} drop the same units")


def gradient_of_a_longer_batch(trial: Trial) -> None:
    """DL/dx = g · y/x in a layer whose last batch was shorter, or longer."""
    shape = trial.plan.usual()
    if not _may_change_the_batch(trial) or not trial.holds("fresh"):
        return
    layer, x = trial.build(P, trial.plan.other_seed()), _batch(trial, shape)
    for name, part in (("the first", x), ("twice as long", np.concatenate([x, x])), ("shorter again", x)):
        y, gradient = trial.run(layer, part, part[::-1].copy(), training=True)
        if gradient is None:
            return
        if gradient.shape != part.shape:
            raise Broken(f"x of shape {part.shape} has a gradient of shape {gradient.shape}")
        multiplier, used = y.astype(np.float64) / part, gradient.astype(np.float64) / part[::-1]
        if not np.allclose(used, multiplier, rtol=4 * tolerance(coarser(part, y)), atol=0):
            raise Broken(f"p = {P}: of a batch that is {name} the gradient is not g times the multiplier of y")


def dtypes_leave_no_trace(trial: Trial) -> None:
    """Give a layer one dtype, then another: the second is kept, and scaled as in a layer that knows no other."""
    if trial.plan.few:
        return
    for first, second in permutations(trial.plan.dtypes, 2):
        seed = trial.plan.other_seed()
        case = Case(P, trial.plan.usual(), second, seed)
        layer = trial.build(P, seed)
        trial.train(layer, case.x.astype(first))
        y = trial.train(layer, case.x)
        if y.dtype != case.x.dtype:
            raise Broken(f"{second} in, {y.dtype} out, after a {first} input")
        draw, usual = trial.read(P, case.x, y), trial.case_draw(case)
        if not is_nominal(draw) and abs(draw.scale / usual.scale - 1) > 4 * tolerance(second):
            expected = f"not {usual.scale:.12g}"
            raise Broken(f"after a {first} input, a {second} one is multiplied by {draw.scale:.12g}, {expected}")


def outputs_stay_what_they_are(trial: Trial, case: Case) -> None:
    """Call a layer again: what the first call returned is still the same."""
    if case.x.size > SMALL:
        return
    layer = trial.build(case.p, case.seed)
    for training in (True, False):
        g = None if trial.found.refused_backward and not training else case.g.copy()
        first = trial.adapter.run(layer, case.x.copy(), g, training=training)
        before = [None if array is None else np.array(array) for array in first]
        other = np.negative(case.x, out=case.x.copy())
        trial.adapter.run(layer, other, None if g is None else other.copy(), training=training)
        for name, array, was in zip(("output", "gradient"), first, before, strict=True):
            if array is not None and not np.array_equal(np.asarray(array), was, equal_nan=True):  # type: ignore[arg-type]
                mode = "training" if training else "evaluation"
                raise Broken(f"{case}: the {name} of a call in {mode} changes when the next call is made")
    trial.train(layer, case.x)  # as a mode may be kept in the wrong place


def _may_change_the_batch(trial: Trial) -> bool:
    """Whether inputs have a batch, and other sizes of it are neither ruled out nor too dear."""
    return bool(trial.plan.usual()) and not trial.plan.few and trial.plan.shapes is None


def _batch(trial: Trial, shape: tuple[int, ...]) -> Array:
    return Case(P, shape, trial.plan.dtype, trial.plan.other_seed()).x
