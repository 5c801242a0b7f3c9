"""Run every check on one dropout."""

from __future__ import annotations

import contextlib
import random
import warnings
from collections.abc import Callable, Collection, Iterator

import numpy as np

from ..report import Result
from . import exact, statistical
from .adapters import DropoutAdapter
from .report import MEANINGS, Broken, DropoutReport, Skipped
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
    adapter: DropoutAdapter,
    *,
    kind: str = "element",
    false_alarm: float = 1e-9,
    known_failures: Collection[str] = (),
    seed: int = 0,
) -> DropoutReport:
    """Examine a dropout, and say which of the promises of a right dropout it breaks.

    Args:
        adapter: drives the dropout.
        kind: "element" where single elements are dropped, "channel" where whole channels of (N, C, ...) are.
        false_alarm: the chance, in (0, 1), that a right dropout is called broken anywhere in the report.
        known_failures: ids of invariants that are known to be broken, and do not count.
        seed: where the layers' seeds come from; the same seed gives the same report.

    Raises:
        TypeError: adapter is no DropoutAdapter.
        ValueError: an unknown kind or id, or a false_alarm outside of (0, 1).

    Example:
        >>> from minigrad.testing.dropout import MinigradDropout
        >>> check_dropout(MinigradDropout()).ok
        True
    """
    if not isinstance(adapter, DropoutAdapter):
        raise TypeError(f"check_dropout: adapter must be an instance of a DropoutAdapter, got {adapter!r}")
    if kind not in ("element", "channel"):
        raise ValueError(f"check_dropout: kind must be 'element' or 'channel', got {kind!r}")
    if not 0 < false_alarm < 1:
        raise ValueError(f"check_dropout: false_alarm must lie in (0, 1), got {false_alarm}")
    if unknown := set(known_failures) - CHECKS.keys():
        raise ValueError(f"check_dropout: unknown ids in known_failures: {', '.join(sorted(unknown))}")
    trial = Trial(adapter, kind, false_alarm, seed)
    with _quiet_and_repeatable(seed):
        results = _Verdicts(trial).all()
    listed = [_as_known(result) if result.id in known_failures else result for result in results]
    notes = [f"this is {statistical.OLD_KIND}."] if any(statistical.OLD_KIND in r.evidence for r in results) else []
    return DropoutReport(str(adapter), listed, false_alarm, statistical.power(trial), notes)


class _Verdicts:
    """Results of checks, each examined when it is first asked for: some blame depends on what else holds."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial
        self.results: dict[str, Result] = {}
        self.under_way: list[str] = []
        trial.verdict = self.verdict

    def all(self) -> list[Result]:
        for id in CHECKS:
            self.verdict(id)
        return [self.results[id] for id in CHECKS]

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
        except Broken as evidence:
            return Result(id, "broken", str(evidence), MEANINGS[id])
        except Exception as error:
            return Result(id, "broken", f"raises {type(error).__name__}: {error}", MEANINGS[id])


def _as_known(result: Result) -> Result:
    if result.status != "broken":
        return result
    return Result(result.id, "known", result.evidence, result.meaning)


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
