"""The contract as a test class: subclass it in a test file, and every invariant is a test with a name."""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from ..verdicts import extra, verdict
from .check import CHECKS, check_dropout, start
from .exact import PROPERTIES
from .plan import Case
from .report import DropoutReport, Skipped
from .trial import Trial


class DropoutContract:
    """Every promise of a right dropout as one test; subclass it and set `adapter`.

    Example::

        class TestMyDropout(DropoutContract):
            adapter = MyAdapter()

    Attributes:
        adapter: drives the dropout, or anything that `adapter_for` takes.
        kind: "element", "channel" or "sample"; the adapter's own unless given.
        shared_axes: as for `check_dropout`.
        false_alarm: of all statistical tests together.
        known_failures: ids of invariants that are known to be broken: their tests are expected to fail, and fail
        if they
            do not.
        settings: Hypothesis' settings; there is no deadline, as a first call may compile, unless they set one.
        examples: cases that are tried before those that Hypothesis finds.
        options: more of `check_dropout`'s, such as {"shapes": [(8, 16)], "dtypes": ["float32"]}.
    """

    adapter: ClassVar[Any] = None
    kind: ClassVar[str | None] = None
    shared_axes: ClassVar[Sequence[int]] = ()
    false_alarm: ClassVar[float] = 1e-9
    known_failures: ClassVar[Collection[str]] = ()
    settings: ClassVar[Any] = None
    examples: ClassVar[Sequence[Case]] = ()
    options: ClassVar[Mapping[str, Any]] = {}
    _trials: ClassVar[dict[type, tuple[DropoutReport, Trial]]] = {}

    def test_value(self) -> None:
        """A training output is 0 or x·s, one s for all that is kept."""
        self._holds("value")

    def test_scale(self) -> None:
        """S = 1/(1-p) for the p that is really used."""
        self._holds("scale")

    def test_rate(self) -> None:
        """P(drop) = p."""
        self._holds("rate")

    def test_uniform(self) -> None:
        """Every position and every call has the same rate."""
        self._holds("uniform")

    def test_mean(self) -> None:
        """E[y] = x, from value, scale and rate."""
        self._holds("mean")

    def test_variance(self) -> None:
        """Var[y] = x²·p/(1-p), from value, scale and rate."""
        self._holds("variance")

    def test_eval(self) -> None:
        """Evaluation is the identity, bit for bit, twice, and draws nothing."""
        self._holds("eval")
        self._for_every_input("eval")

    def test_edge_p(self) -> None:
        """P = 0 is the identity, p = 1 gives zeros without NaN or warning; evaluation is the identity in both."""
        self._holds("edge_p")

    def test_bad_p(self) -> None:
        """A p that is no probability is refused when the layer is built, or at its first call at the latest."""
        self._holds("bad_p")

    def test_gradient(self) -> None:
        """DL/dx = g times the very multiplier of the forward pass, also where x = 0."""
        self._holds("gradient")
        self._for_every_input("gradient")

    def test_gradcheck(self) -> None:
        """With a frozen mask the gradient is the slope of the output; with a live mask it must not be (the control)."""
        self._holds("gradcheck")

    def test_linear(self) -> None:
        """The mask does not depend on x: a·x in, a·y out, and another x gives the same multipliers."""
        self._holds("linear")
        self._for_every_input("linear")

    def test_fresh(self) -> None:
        """Two training calls draw two masks."""
        self._holds("fresh")

    def test_independent(self) -> None:
        """Units drop independently of each other, within a call and across calls."""
        self._holds("independent")

    def test_seed(self) -> None:
        """The same seed gives the same masks, another seed others; no global generator is read or moved."""
        self._holds("seed")
        self._for_every_input("seed")

    def test_dtype(self) -> None:
        """Dtypes are kept; empty, scalar, strided, Fortran-ordered and read-only inputs work."""
        self._holds("dtype")
        self._for_every_input("dtype")

    def test_precision(self) -> None:
        """The draw does not depend on the dtype of x."""
        self._holds("precision")

    def test_pure(self) -> None:
        """The input is not written to, and a training output does not share its memory."""
        self._holds("pure")
        self._for_every_input("pure")

    def test_modes(self) -> None:
        """Training and evaluation restore each other, in one layer, beside another layer, and after an exception."""
        self._holds("modes")

    def test_compose(self) -> None:
        """Dropping with p, then with q, keeps (1-p)(1-q)."""
        self._holds("compose")

    def test_channel(self) -> None:
        """Channels drop as a whole, and an input without channels is refused."""
        self._holds("channel")
        self._for_every_input("channel")

    def _trial(self) -> tuple[DropoutReport, Trial]:
        """Examine the dropout once for all tests of a class."""
        cls = type(self)
        if cls.adapter is None:
            extra("pytest").fail(f"{cls.__name__} must set adapter, such as: adapter = MyAdapter()", pytrace=False)
        if cls not in self._trials:
            of_inputs: dict[str, Any] = {"p": None, "shapes": None, "dtypes": None, "power": 0.999, "seed": 0}
            of_inputs |= {"kind": self.kind, "shared_axes": self.shared_axes, "false_alarm": self.false_alarm}
            options = {**of_inputs, **self.options}
            report = check_dropout(self.adapter, known_failures=self.known_failures, **options)
            trial = start(self.adapter, **{name: options[name] for name in of_inputs})[0]
            self._trials[cls] = report, trial
        return self._trials[cls]

    def _holds(self, id: str) -> None:
        report = self._trial()[0]
        if id not in [result.id for result in report.results]:
            extra("pytest").skip("not asked for (options)")
        verdict(report[id])

    def _for_every_input(self, id: str) -> None:
        """Let Hypothesis look for p, seed, shape and dtype that break a property which the kit has found to hold."""
        hypothesis = extra("hypothesis")
        st = hypothesis.strategies
        trial = self._trial()[1]
        plan, holds = trial.plan, PROPERTIES[id]
        settings = self.settings or hypothesis.settings(deadline=None)
        given = plan.few or plan.shapes is not None  # as each costs a compilation, or no other was asked for

        def shapes(rank: int) -> Any:
            units = st.lists(st.integers(0, 5), min_size=plan.kind.free_dims(rank), max_size=plan.kind.free_dims(rank))
            return units.map(lambda sides: plan.kind.shape(rank, sides))

        cases = st.builds(
            Case,
            st.floats(0.001, 0.99),
            st.sampled_from(plan.small_shapes) if given else st.sampled_from(plan.ranks).flatmap(shapes),
            st.sampled_from(plan.dtypes),
            st.integers(0, 2**31 - 2),
        )

        def every(case: Case) -> None:
            with contextlib.suppress(Skipped), np.errstate(all="ignore"):
                holds(trial, case)

        test = hypothesis.given(cases)(every)
        for case in self.examples:
            test = hypothesis.example(case)(test)
        settings(test)()


def parametrize_with_dropouts(subjects: Sequence[Any], **options: Any) -> Callable[..., Any]:
    """Decorate a test of one argument, a zero-argument check: one named test for each subject and invariant.

    Args:
        subjects: anything that `check_dropout` takes.
        **options: of `check_dropout`.

    Example::

        @parametrize_with_dropouts(["torch.nn:Dropout", MyAdapter()])
        def test_dropout(check):
            check()
    """
    pytest = extra("pytest")
    ids = [
        id for id in CHECKS if (not options.get("only") or id in options["only"]) and id not in options.get("skip", ())
    ]
    reports: dict[int, DropoutReport] = {}

    def check(index: int, id: str) -> None:
        if index not in reports:
            reports[index] = check_dropout(subjects[index], **options)
        verdict(reports[index][id])

    cases = [
        pytest.param(functools.partial(check, index, id), id=f"{_name(subject)}-{id}")
        for index, subject in enumerate(subjects)
        for id in ids
    ]

    def decorate(test: Callable[..., Any]) -> Callable[..., Any]:
        argument = next(iter(inspect.signature(test).parameters))
        return pytest.mark.parametrize(argument, cases)(test)

    return decorate


def _name(subject: Any) -> str:
    return subject if isinstance(subject, str) else getattr(subject, "__name__", str(subject))
