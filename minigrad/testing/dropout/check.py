"""Run every check on one dropout."""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

import numpy as np

from ..report import Result, with_known_failures
from . import exact, statistical
from .drivers import adapter_for
from .kinds import Shape, make_kind
from .plan import DTYPES, Case, Plan
from .preflight import own_shared_axes, preflight
from .report import MEANINGS, Broken, DropoutReport, Remarked, Skipped, WrongShape
from .trial import Trial

Check = Callable[[Trial], str]

CHECKS: dict[str, Check] = {
    "value": statistical.check_value,
    "scale": statistical.check_scale,
    "rate": statistical.check_rate,
    "uniform": statistical.check_uniform,
    "mean": statistical.check_mean,
    "variance": statistical.check_variance,
    "eval": exact.check_eval,
    "edge_p": exact.check_edge_p,
    "bad_p": exact.check_bad_p,
    "gradient": exact.check_gradient,
    "gradcheck": exact.check_gradcheck,
    "linear": exact.check_linear,
    "fresh": exact.check_fresh,
    "independent": statistical.check_independent,
    "seed": exact.check_seed,
    "dtype": exact.check_dtype,
    "precision": statistical.check_precision,
    "pure": exact.check_pure,
    "modes": exact.check_modes,
    "compose": statistical.check_compose,
    "channel": exact.check_channel,
}


def check_dropout(
    subject: Any,
    *,
    kind: str | None = None,
    shared_axes: Sequence[int] = (),
    p: Sequence[float] | None = None,
    shapes: Sequence[Shape] | None = None,
    dtypes: Sequence[str] | None = None,
    false_alarm: float = 1e-9,
    power: float = 0.999,
    only: Collection[str] = (),
    skip: Collection[str] = (),
    known_failures: Collection[str] = (),
    seed: int = 0,
) -> DropoutReport:
    """Examine a dropout, and say which of the promises of a right dropout it breaks.

    Args:
        subject: an adapter, or anything that `adapter_for` makes one of: a layer class of a framework, a function,
        a path.
        kind: "element", "channel" (of (N, C, ...)) or "sample"; the adapter's own unless given.
        shared_axes: axes along which one draw holds, for a kind that has no name.
        p: probabilities in (0, 1) to look at, instead of fixed ones and ones drawn from the seed.
        shapes: of inputs, instead of those of all ranks.
        dtypes: names of floating dtypes to look at; those that the subject takes unless given.
        false_alarm: the chance, in (0, 1), that a right dropout is called broken anywhere in the report.
        power: the chance, in (0, 1), that the deviations in the report are noticed; samples grow with it.
        only: ids of invariants to examine; all unless given.
        skip: ids of invariants to leave out.
        known_failures: ids of invariants that are known to be broken, and do not count; one that holds is "fixed".
        seed: where the layers' seeds come from; the same seed gives the same report.

    Raises:
        TypeError: subject is nothing that can be driven.
        ValueError: an argument is outside of its range.
        NothingToExamine: the subject fails in its first run, or drops nothing.

    Example:
        >>> from minigrad.testing.dropout import MinigradDropout
        >>> check_dropout(MinigradDropout()).ok
        True
    """
    trial, notes, other_kind = start(
        subject, kind=kind, shared_axes=shared_axes, p=p, shapes=shapes, dtypes=dtypes, false_alarm=false_alarm,
        power=power,
        seed=seed,
    )  # fmt: skip
    for name, ids in {"only": only, "skip": skip, "known_failures": known_failures}.items():
        if unknown := set(ids) - CHECKS.keys():
            raise ValueError(f"check_dropout: unknown ids in {name}: {', '.join(sorted(unknown))}")
    wanted = [id for id in CHECKS if (not only or id in only) and id not in skip]
    if other_kind:
        reason = f"not this kind: {other_kind}"
        skipped = [Result(id, "skipped", reason, MEANINGS[id]) for id in wanted]
        return DropoutReport(str(trial.adapter), skipped, false_alarm, {}, [f"{reason}. Nothing was judged."], power)
    with _quiet_and_repeatable(seed):
        results = _Verdicts(trial).all(wanted)
    if any(statistical.OLD_KIND in result.evidence for result in results):
        notes.append(f"this is {statistical.OLD_KIND}.")
    listed = with_known_failures(results, list(known_failures))
    effects = {id: text for id, text in statistical.power(trial).items() if id in wanted}
    return DropoutReport(str(trial.adapter), listed, false_alarm, effects, notes, power)


def start(
    subject: Any,
    *,
    kind: str | None,
    shared_axes: Sequence[int],
    p: Sequence[float] | None,
    shapes: Sequence[Shape] | None,
    dtypes: Sequence[str] | None,
    false_alarm: float,
    power: float,
    seed: int,
) -> tuple[Trial, list[str], str]:
    """Return a trial of a subject that was run once, notes, and what it is if it is not of this kind."""
    _check_arguments(p, dtypes, false_alarm, power)
    adapter = adapter_for(subject)
    chosen_shapes = None if shapes is None else tuple(tuple(int(side) for side in shape) for shape in shapes)
    with _quiet_and_repeatable(seed):
        axes = shared_axes or (own_shared_axes(adapter) if kind in (None, "shared") else ())
        chosen = make_kind("shared" if axes and kind is None else kind or adapter.kind, axes)
        found = preflight(adapter, chosen, chosen_shapes, None if dtypes is None else tuple(dtypes))
    plan = Plan(
        chosen, seed, found.ranks, found.dtypes, None if p is None else tuple(p), chosen_shapes, false_alarm, power,
        adapter.few_shapes,
    )  # fmt: skip
    return Trial(adapter, plan, found), list(found.notes), found.other_kind


def _check_arguments(p: Sequence[float] | None, dtypes: Sequence[str] | None, false_alarm: float, power: float) -> None:
    for name, value in {"false_alarm": false_alarm, "power": power}.items():
        if not 0 < value < 1:
            raise ValueError(f"check_dropout: {name} must lie in (0, 1), got {value}")
    if p is not None and (not p or not all(0 < value < 1 for value in p)):
        raise ValueError(f"check_dropout: p must be probabilities in (0, 1), got {p!r}; 0 and 1 are always examined")
    if dtypes is not None and (not dtypes or not set(dtypes) <= set(DTYPES)):
        raise ValueError(f"check_dropout: dtypes must be among {', '.join(DTYPES)}, got {dtypes!r}")


class _Verdicts:
    """Results of checks, each examined when it is first asked for: some blame depends on what else holds."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.results: dict[str, Result] = {}
        self.under_way: list[str] = []
        trial.verdict = self.verdict

    def all(self, ids: Sequence[str]) -> list[Result]:
        for id in ids:
            self.verdict(id)
        return [self.results[id] for id in ids]

    def verdict(self, id: str) -> str:
        if id in self.under_way:  # two checks that ask for each other: the one asked first speaks for itself
            return "held"
        if id not in self.results:
            self.under_way.append(id)
            self.results[id] = self._examine(id)
            self.under_way.remove(id)
        return self.results[id].status

    def _examine(self, id: str) -> Result:
        try:
            return Result(id, "held", CHECKS[id](self.trial), MEANINGS[id])
        except Skipped as reason:
            return Result(id, "skipped", str(reason), MEANINGS[id])
        except Remarked as remark:
            return Result(id, "remark", str(remark), MEANINGS[id])
        except WrongShape as evidence:
            if id != "dtype":
                return Result(id, "skipped", f"cannot be judged while dtype is broken: {evidence}", MEANINGS[id])
            return Result(id, "broken", str(evidence), MEANINGS[id], self._snippet(id, evidence.case))
        except Broken as evidence:
            return Result(id, "broken", str(evidence), MEANINGS[id], self._snippet(id, evidence.case))
        except Exception as error:
            return Result(
                id, "broken", f"raises {type(error).__name__}: {error}", MEANINGS[id], self._snippet(id, None)
            )

    def _snippet(self, id: str, case: Case | None) -> str:
        """Return a program that shows the violation, where `subject` is what was examined."""
        if case is None:
            seed = self.trial.plan.seed
            return (
                f"from minigrad.testing import check_dropout\n\nprint(check_dropout(subject, seed={seed}, "
                f"only=[{id!r}]))"
            )
        return (
            "from minigrad.testing.dropout import Case, adapter_for\n\n"
            f"adapter, case = adapter_for(subject), {case!r}\n"
            "layer = adapter.build(case.p, case.seed)\n"
            f"y, gradient = adapter.run(layer, case.x, case.g, training={id != 'eval'})\n"
            "print(y / case.x, None if gradient is None else gradient / case.g)"
        )


@contextlib.contextmanager
def _quiet_and_repeatable(seed: int) -> Iterator[None]:
    """Keep a dropout's warnings out of sight, and start the global generators, which it may read, from the seed."""
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    np.random.seed(seed % 2**32)  # noqa: NPY002
    random.seed(seed)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)
