"""The contract as a test class: subclass it in a test file, and every invariant is a test with a name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from .adapters import DropoutAdapter
from .check import check_dropout
from .exact import same_bits
from .report import DropoutReport
from .trial import Trial, tolerance


class DropoutContract:
    """Every promise of a right dropout as one test; subclass it and set `adapter`.

    Example::

        class TestMyDropout(DropoutContract):
            adapter = MyAdapter()

    Attributes:
        adapter: drives the dropout.
        kind: "element" or "channel".
        false_alarm: of all statistical tests together.
        known_failures: ids of invariants that are known to be broken: their tests are expected to fail.
    """

    adapter: ClassVar[DropoutAdapter]
    kind: ClassVar[str] = "element"
    false_alarm: ClassVar[float] = 1e-9
    known_failures: ClassVar[Collection[str]] = ()
    _reports: ClassVar[dict[type, DropoutReport]] = {}

    def test_value(self) -> None:
        """A training output is 0 or x·s, one s for all that is kept."""
        self._holds("value")
        self._for_every_input(_value)

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
        self._for_every_input(_eval)

    def test_edge_p(self) -> None:
        """P = 0 is the identity, p = 1 gives zeros without NaN or warning; evaluation is the identity in both."""
        self._holds("edge_p")
        self._for_every_input(_edge_p)

    def test_bad_p(self) -> None:
        """A p that is no probability is refused when the layer is built, or at its first call at the latest."""
        self._holds("bad_p")

    def test_gradient(self) -> None:
        """DL/dx = g times the very multiplier of the forward pass, also where x = 0."""
        self._holds("gradient")
        self._for_every_input(_gradient)

    def test_gradcheck(self) -> None:
        """With a frozen mask the gradient is the slope of the output; with a live mask it must not be (the control)."""
        self._holds("gradcheck")

    def test_linear(self) -> None:
        """The mask does not depend on x: a·x in, a·y out, and another x gives the same multipliers."""
        self._holds("linear")
        self._for_every_input(_linear)

    def test_fresh(self) -> None:
        """Two training calls draw two masks."""
        self._holds("fresh")

    def test_independent(self) -> None:
        """Units drop independently of each other, within a call and across calls."""
        self._holds("independent")

    def test_seed(self) -> None:
        """The same seed gives the same masks, another seed others; no global generator is read or moved."""
        self._holds("seed")
        self._for_every_input(_seed)

    def test_dtype(self) -> None:
        """Dtypes are kept; empty, scalar, strided, Fortran-ordered and read-only inputs work."""
        self._holds("dtype")
        self._for_every_input(_dtype)

    def test_precision(self) -> None:
        """The draw does not depend on the dtype of x."""
        self._holds("precision")

    def test_pure(self) -> None:
        """The input is not written to, and a training output does not share its memory."""
        self._holds("pure")
        self._for_every_input(_pure)

    def test_modes(self) -> None:
        """Training and evaluation restore each other, in one layer, beside another layer, and after an exception."""
        self._holds("modes")

    def test_compose(self) -> None:
        """Dropping with p, then with q, keeps (1-p)(1-q)."""
        self._holds("compose")

    def test_channel(self) -> None:
        """Channels drop as a whole, and an input without channels is refused."""
        self._holds("channel")

    def _holds(self, id: str) -> None:
        pytest, cls = _extra("pytest"), type(self)
        if cls not in self._reports:
            self._reports[cls] = check_dropout(
                self.adapter, kind=self.kind, false_alarm=self.false_alarm, known_failures=self.known_failures
            )
        result = self._reports[cls][id]
        if result.status == "skipped":
            pytest.skip(result.evidence)
        if result.status == "known":
            pytest.xfail(result.evidence)
        if result.status == "broken":
            pytest.fail(f"{result.evidence}\n{result.meaning}", pytrace=False)

    def _for_every_input(self, property: Callable[[DropoutAdapter, float, int, Any], None]) -> None:
        """Let Hypothesis look for p, seed, shape and dtype that break a property."""
        hypothesis = _extra("hypothesis")
        st = hypothesis.strategies
        trial = Trial(self.adapter, self.kind, self.false_alarm, 0)
        shapes = st.lists(st.integers(0, 5), min_size=2 if self.kind == "channel" else 0, max_size=2)
        dtypes = st.sampled_from([np.float16, np.float32, np.float64])

        seeds = st.integers(0, 2**31 - 1)

        def every(p: float, seed: int, shape: list[int], dtype: Any, values: int) -> None:
            trial.rng = np.random.default_rng(values)
            x = trial.values((*shape, *trial.spatial), dtype)
            try:
                property(self.adapter, p, seed, x)
            except (TypeError, NotImplementedError):
                if dtype == np.float32:
                    raise
                hypothesis.reject()  # a dtype that is refused in so many words is no wrong number

        hypothesis.given(st.floats(0.001, 0.99), seeds, shapes, dtypes, seeds)(every)()


def _extra(name: str) -> ModuleType:
    try:
        return __import__(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"DropoutContract needs {name}: pip install 'minigrad-nn[test]'") from error


def _value(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    y = np.asarray(adapter.run(adapter.build(p, seed), x.copy())[0])
    multiplier = y.astype(np.float64) / x
    kept = multiplier[multiplier != 0]
    assert np.allclose(kept, kept[:1], rtol=tolerance(x, y)), f"kept entries are not x·s with one s: {kept}"


def _eval(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    y = np.asarray(adapter.run(adapter.build(p, seed), x.copy(), training=False)[0])
    assert same_bits(y, x), "evaluation is not the identity"


def _edge_p(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    assert np.array_equal(adapter.run(adapter.build(0.0, seed), x.copy())[0], x), "p = 0 is not the identity"


def _gradient(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    g = np.ones_like(x)
    y, gradient = adapter.run(adapter.build(p, seed), x.copy(), g)
    assert gradient is not None
    same = np.allclose(gradient, y / x, rtol=2 * tolerance(x, gradient), atol=0)
    assert same, f"forward {y / x}, backward {gradient}"


def _linear(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    twice = np.asarray(2 * x, x.dtype)
    y, doubled = (np.asarray(adapter.run(adapter.build(p, seed), v)[0]) for v in (x.copy(), twice))
    assert np.array_equal(doubled, 2 * y), f"2·x gives {doubled}, not 2·{y}"


def _seed(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    first, second = (np.asarray(adapter.run(adapter.build(p, seed), x.copy())[0]) for _ in range(2))
    assert np.array_equal(first, second), f"the same seed gives {first} and {second}"


def _dtype(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    y = np.asarray(adapter.run(adapter.build(p, seed), x.copy())[0])
    assert (y.dtype, y.shape) == (x.dtype, x.shape), f"{x.dtype}{x.shape} in, {y.dtype}{y.shape} out"


def _pure(adapter: DropoutAdapter, p: float, seed: int, x: Any) -> None:
    before = x.copy()
    y = np.asarray(adapter.run(adapter.build(p, seed), x)[0])
    assert np.array_equal(x, before), "the input is written to"
    assert not np.shares_memory(x, y), "the output shares the input's memory"
