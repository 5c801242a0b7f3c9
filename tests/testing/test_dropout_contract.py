"""The kit convicts every wrong dropout of the right crime, and no right one of any."""

from __future__ import annotations

import functools
import itertools
import json
import math
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

import numpy as np
import pytest
from dropout_zoo import (
    CHANNEL_ZOO,
    ZOO,
    BackwardWithoutMask,
    NoScale,
    PlainAdapter,
    PlainChannelDropout,
    PlainDropout,
    VanillaConvention,
    breaks,
)
from hypothesis import given, strategies as st

from minigrad import Generator, from_numpy, nn
from minigrad.nn import functional as F
from minigrad.testing.dropout import (
    CHECKS,
    DropoutAdapter,
    DropoutContract,
    FunctionDropout,
    MinigradDropout,
    NothingToExamine,
    check_dropout,
    parametrize_with_dropouts,
)
from minigrad.testing.dropout.binomial import binomial_log_p, hypergeometric_log_p, smallest_effect
from minigrad.testing.dropout.explain import explain
from minigrad.testing.dropout.statistical import noticed

Array = np.ndarray
TESTS = Path(__file__).parents[1]
SUPPORT = TESTS / "support"


def plain_function(x: Array, p: float, training: bool, rng: np.random.Generator) -> Array:
    """Drop out, right."""
    if not 0 <= p <= 1:
        raise ValueError(f"p must lie in [0, 1], got {p}")
    if not training or p == 0:
        return x.copy()
    if p == 1:
        return np.zeros_like(x)
    return np.where(rng.random(x.shape) < p, 0, x / x.dtype.type(1 - p)).astype(x.dtype)


def unscaled_function(x: Array, p: float, training: bool, rng: np.random.Generator) -> Array:
    """Drop out, but forget the scale."""
    return x * (rng.random(x.shape) >= p) if training else x


def functional_dropout(x: Array, p: float, training: bool, rng: np.random.Generator) -> Array:
    """Drop out by minigrad's own function."""
    generator = Generator(engine="fast").manual_seed(int(rng.integers(2**31))) if training else None
    return F.dropout(from_numpy(x), p, training, generator=generator).numpy()


# -- the zoo ----------------------------------------------------------------------------------------------------------

SMALL = 0.01  # power: a right dropout is acquitted by small samples as by large ones

MUTANTS = [(m, "element", *e) for m, e in ZOO.items()] + [(m, "channel", *e) for m, e in CHANNEL_ZOO.items()]


@pytest.mark.slow
@pytest.mark.parametrize(("mutant", "kind", "blamed", "follows"), MUTANTS, ids=[m[0].__name__ for m in MUTANTS])
def test_every_mutant_is_convicted_of_its_own_mistake(mutant, kind, blamed, follows):
    """By the invariants that it is blamed for; `benchmarks/false_alarms.py --zoo` runs all of them, with many seeds."""
    for power in (SMALL, 0.999):  # small samples convict most
        report = check_dropout(PlainAdapter(mutant), kind=kind, only=blamed, power=power)
        if set(report.broken) == blamed:
            return
    pytest.fail(str(report))


def test_the_zoo_is_large_and_breaks_every_invariant_on_purpose():
    assert len(MUTANTS) >= 115
    caught = set().union(*(blamed | follows for _, _, blamed, follows in MUTANTS))
    assert caught >= CHECKS.keys()
    assert breaks.__doc__


RIGHT = {
    "plain": (PlainAdapter(), "element"),
    "plain channels": (PlainAdapter(PlainChannelDropout), "channel"),
    "minigrad": (MinigradDropout(), "element"),
    "minigrad, fast engine": (MinigradDropout(engine="fast"), "element"),
    "minigrad, channels of a sequence": (MinigradDropout(nn.Dropout1d), "channel"),
    "minigrad, channels of an image": (MinigradDropout(nn.Dropout2d), "channel"),
    "minigrad, the function": (FunctionDropout(functional_dropout), "element"),
    "function": (FunctionDropout(plain_function), "element"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("adapter", "kind"), RIGHT.values(), ids=RIGHT)
def test_right_dropouts_are_convicted_of_nothing(adapter, kind):
    """In samples of a quarter; `benchmarks/false_alarms.py` makes a thousand full runs."""
    report = check_dropout(adapter, kind=kind, power=SMALL)
    assert report.ok, str(report)
    assert len(report.results) == len(CHECKS)


def test_the_old_kind_is_named():
    report = check_dropout(PlainAdapter(VanillaConvention), only=["scale", "eval"])
    assert "old, not inverted kind" in str(report.notes)
    assert "old, not inverted kind" in report["scale"].evidence
    assert "old, not inverted kind" in report["eval"].evidence


# -- the report -------------------------------------------------------------------------------------------------------


def test_without_a_gradient_the_checks_that_need_one_are_skipped_with_the_reason():
    report = check_dropout(FunctionDropout(plain_function), only=["gradient", "gradcheck", "eval"])
    assert set(report.skipped) == {"gradient", "gradcheck"}
    assert "no gradient" in report["gradient"].evidence


def test_known_failures_do_not_count_but_one_that_holds_does():
    subject, only = FunctionDropout(unscaled_function), ["value", "scale"]
    report = check_dropout(subject, only=only, known_failures=["scale"])
    assert report.ok
    assert report["scale"].status == "known"
    report = check_dropout(subject, only=only, known_failures=["scale", "value"])
    assert not report.ok
    assert (report.broken, report.fixed) == ([], ["value"])
    assert check_dropout(subject, only=only).broken == ["scale"]


def test_what_raises_in_its_first_run_is_nothing_to_examine():
    class Raises(PlainAdapter):
        def run(self, layer, x, grad_output=None, *, training=True):
            if grad_output is not None:
                raise ZeroDivisionError("no gradient today")
            return super().run(layer, x, training=training)

    with pytest.raises(NothingToExamine, match="ZeroDivisionError: no gradient today") as caught:
        check_dropout(Raises())
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


def test_an_adapter_that_returns_y_alone_is_told_so():
    class Alone(PlainAdapter):
        def run(self, layer, x, grad_output=None, *, training=True):
            return super().run(layer, x, grad_output, training=training)[0]

    with pytest.raises(NothingToExamine, match="must return a pair"):
        check_dropout(Alone())


def test_random_numbers_must_not_depend_on_grad_output():
    class Draws(PlainAdapter):
        def run(self, layer, x, grad_output=None, *, training=True):
            if grad_output is not None:
                layer.rng.random()
            return super().run(layer, x, grad_output, training=training)

    with pytest.raises(NothingToExamine, match="when a gradient is asked for"):
        check_dropout(Draws())


def test_what_drops_nothing_is_no_dropout():
    with pytest.raises(NothingToExamine, match="drops nothing"):
        check_dropout(FunctionDropout(lambda x, p, training, rng: x.copy()))


def test_a_dropout_that_refuses_every_dtype_is_nothing_to_examine():
    class RefusesAll(PlainDropout):
        def forward(self, x):
            raise TypeError(f"{x.dtype} is not supported")

    with pytest.raises(NothingToExamine, match="the first run fails: TypeError: float32 is not supported"):
        check_dropout(PlainAdapter(RefusesAll))


def test_an_error_of_any_type_is_evidence():
    class ForgetsItsMask(PlainDropout):
        def forward(self, x):
            return super().forward(x) if self.p else {}["mask"]

    report = check_dropout(PlainAdapter(ForgetsItsMask), only=["edge_p"])
    assert report.broken == ["edge_p"]
    assert report["edge_p"].evidence == "raises KeyError: 'mask'"


# -- manners of right dropouts ----------------------------------------------------------------------------------------


class RefusesOne(PlainDropout):
    def forward(self, x):
        if self.p == 1:
            raise ValueError("p must be below 1")
        return super().forward(x)


class RefusesZero(PlainDropout):
    def checked(self, p):
        if not 0 < p < 1:
            raise ValueError("p must lie in (0, 1)")
        return p


class Asserts(PlainDropout):
    def checked(self, p):
        if not 0 <= p <= 1:
            raise AssertionError("p")  # as assert does, but also under python -O
        return p


class NoneIsOff(PlainDropout):
    def checked(self, p):
        return 0.0 if p is None else super().checked(p)


class RefusesHalves(PlainDropout):
    def forward(self, x):
        if x.dtype == np.float16:
            raise RuntimeError("not implemented for Half")
        return super().forward(x)


class InPlace(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        if self.training:
            x[...] = y
            return x
        return y


class InPlaceBothWays(InPlace):
    def backward(self, g):
        g *= self.m
        return g


class TakesMatricesAlone(PlainDropout):
    def forward(self, x):
        if x.ndim != 2:
            raise ValueError("expected (N, D)")
        return super().forward(x)


class HasNoMaskInEvaluation(PlainDropout):
    def evaluation(self, x):
        self.m = None
        return x

    def backward(self, g):
        if self.m is None:
            raise RuntimeError("backward before forward")
        return super().backward(g)


class DividesWhatItMasked(PlainDropout):
    """As mask * x / (1 - p), whose derivative divides before it masks."""

    def backward(self, g):
        return (g / g.dtype.type(1 - self.p) if self.training and self.p < 1 else g) * (self.m != 0)


class CountsFromItsSeed(PlainDropout):
    calls = 0

    def dropped(self, x):
        self.calls += 1
        return np.random.default_rng(self.seed + self.calls).random(x.shape) < self.p


class PerSample(PlainDropout):
    def dropped(self, x):
        return np.broadcast_to(self.rng.random(x.shape[:1] + (1,) * (x.ndim - 1)) < self.p, x.shape)


class Locked(PlainDropout):
    def dropped(self, x):
        if x.ndim != 3:
            raise ValueError("expected (T, N, C)")
        return np.broadcast_to(self.rng.random((1, *x.shape[1:])) < self.p, x.shape)


def adapter_of(layer, **declared):
    adapter = PlainAdapter(layer)
    for name, value in declared.items():
        setattr(adapter, name, value)
    return adapter


@pytest.mark.slow
@pytest.mark.parametrize(
    ("adapter", "remarks"),
    [
        (adapter_of(RefusesOne), []),
        (adapter_of(RefusesZero), ["edge_p"]),
        (adapter_of(Asserts), ["bad_p"]),
        (adapter_of(NoneIsOff), ["bad_p"]),
        (adapter_of(NoneIsOff, none_is_off=True), []),
        (adapter_of(RefusesHalves), []),
        (adapter_of(InPlace, inplace=True), ["pure"]),
        (adapter_of(InPlace), ["pure"]),
        (adapter_of(InPlaceBothWays), ["pure"]),
        (adapter_of(TakesMatricesAlone), ["dtype"]),
        (adapter_of(HasNoMaskInEvaluation), ["gradient"]),
        (adapter_of(DividesWhatItMasked), ["gradient"]),
        (adapter_of(CountsFromItsSeed), ["seed"]),
        (adapter_of(PerSample, kind="sample"), []),
        (adapter_of(Locked, shared_axes=(0,)), []),
    ],
    ids=lambda value: value.layer_class.__name__ if isinstance(value, PlainAdapter) else "",
)
def test_right_dropouts_have_many_manners(adapter, remarks):
    report = check_dropout(adapter, power=SMALL)
    assert report.ok, str(report)
    assert report.remarks == remarks


@pytest.mark.parametrize(("layer", "declaration"), [(PerSample, "kind='sample'"), (Locked, "shared_axes=(0,)")])
def test_what_shares_a_mask_undeclared_is_told_how_to_declare_it_and_of_nothing_else(layer, declaration):
    report = check_dropout(adapter_of(layer), shapes=[(23, 5, 31)])
    assert report.broken == ["independent"], str(report)
    assert f"declare {declaration}" in report["independent"].evidence


def test_a_dropout_that_takes_one_rank_is_not_convicted_for_the_others_but_a_wrong_shape_is():
    class FlattensSequences(PlainDropout):
        def forward(self, x):
            return super().forward(x.reshape(-1) if x.ndim == 3 else x)

    report = check_dropout(PlainAdapter(FlattensSequences), power=SMALL)
    assert report.broken == ["dtype"], str(report)
    assert "x of shape (11, 5, 13) gives y of shape (715,)" in report["dtype"].evidence


def test_dropouts_of_other_kinds_are_named_and_not_judged():
    class Blocks(PlainDropout):
        def dropped(self, x):
            if x.ndim != 4 or x.shape[2] < 8:
                return super().dropped(x)
            height, width = x.shape[2] - 2, x.shape[3] - 2
            corners = self.rng.random((*x.shape[:2], height, width)) < self.p / 9
            dropped = np.zeros(x.shape, bool)
            for i, j in itertools.product(range(3), range(3)):
                dropped[..., i : i + height, j : j + width] |= corners
            return dropped

    class Alpha(PlainDropout):
        def forward(self, x):
            self.m = np.ones(x.shape, x.dtype)
            if not self.training:
                return x
            a = ((1 - self.p) * (1 + self.p * 1.7580993408473766**2)) ** -0.5
            dropped = self.dropped(x)
            self.m = (a * ~dropped).astype(x.dtype)
            kept = np.where(dropped, -1.7580993408473766, x)
            return (a * kept + a * self.p * 1.7580993408473766).astype(x.dtype)

    for layer, name in ((Blocks, "blocks"), (Alpha, "alpha dropout")):
        report = check_dropout(PlainAdapter(layer))
        assert report.ok
        assert not report.examined
        assert name in report.notes[0]


# -- what the kit takes -----------------------------------------------------------------------------------------------


class HandWritten:
    """The commonest kind on the net: keep_prob, forward(x, train), backward(g)."""

    def __init__(self, keep_prob=0.5, seed=0):
        if not 0 <= keep_prob <= 1:
            raise ValueError("keep_prob")
        self.keep_prob, self.rng = keep_prob, np.random.default_rng(seed)

    def forward(self, x, train=True):
        self.m = np.ones_like(x)
        if train:
            kept = self.rng.random(x.shape) < self.keep_prob
            self.m = (kept / max(self.keep_prob, 1e-300)).astype(x.dtype)
        return x * self.m

    def backward(self, g):
        return g * self.m


class LeavesItInAttributes(HandWritten):
    """As the textbooks do: other names, and results that are left in attributes instead of returned."""

    forward = backward = None

    def forward_pass(self, inputs, training):
        self.output = HandWritten.forward(self, inputs, training)

    def backward_pass(self, dvalues):
        self.dinputs = HandWritten.backward(self, dvalues)


class SpatialDropout1D(HandWritten):
    """Channels last, as Keras' layer of this name."""

    def forward(self, x, train=True):
        if x.ndim != 3:
            raise ValueError("expected (N, T, C)")
        self.m = np.ones_like(x)
        if train:
            kept = self.rng.random((x.shape[0], 1, x.shape[2])) < self.keep_prob
            self.m = np.broadcast_to(kept / max(self.keep_prob, 1e-300), x.shape).astype(x.dtype)
        return x * self.m


def drop_with_mask(X, keep_prob, rng):
    kept = rng.random(X.shape) < keep_prob
    return (X * kept / keep_prob).astype(X.dtype) if keep_prob else np.zeros_like(X), kept


def drop_by_name(h, rate, rng, deterministic=False):
    return h.copy() if deterministic else plain_function(h, rate, True, rng)


@pytest.mark.slow
@pytest.mark.parametrize(
    "subject",
    [
        HandWritten,
        LeavesItInAttributes,
        SpatialDropout1D,
        drop_by_name,
        drop_with_mask,
        nn.Dropout,
        functools.partial(nn.Dropout, inplace=True),
        lambda p=0.5: HandWritten(1 - p),
        "minigrad.nn:Dropout",
    ],
    ids=["array", "results", "channels_last", "function", "tuple", "class", "partial", "factory", "path"],
)
def test_the_kit_takes_classes_functions_and_paths(subject):
    report = check_dropout(subject, only=["scale", "eval", "rate", "gradient", "edge_p"], power=SMALL)
    assert report.ok, str(report)


def test_what_fails_on_empty_inputs_is_told_of_that_alone():
    class IndexesTheFirst(PlainDropout):
        def forward(self, x):
            _ = x.ravel()[0]
            return super().forward(x)

    report = check_dropout(PlainAdapter(IndexesTheFirst), power=SMALL)
    assert report.broken == ["dtype"], str(report)
    assert "IndexError" in report["dtype"].evidence


def test_a_scale_that_is_little_off_is_shown_with_the_digits_that_differ():
    class OffInTheNinthPlace(PlainDropout):
        def scale(self):
            return super().scale() * (1 + 3e-10)

    evidence = check_dropout(PlainAdapter(OffInTheNinthPlace), dtypes=["float64"], only=["scale"])["scale"].evidence
    found, expected = re.findall(r"x·([\d.]+)", evidence)
    assert found != expected, evidence


def test_a_function_whose_parameters_say_nothing_is_told_so():
    def dropout_forward(x, dropout_param):
        return x

    with pytest.raises(TypeError, match=r"dropout_forward\(x, dropout_param\) cannot be called as f\(x, p, training"):
        check_dropout(dropout_forward)


def test_what_is_no_dropout_is_refused():
    with pytest.raises(TypeError, match="no DropoutAdapter"):
        check_dropout(3.14)


def test_options_narrow_a_run():
    report = check_dropout(PlainAdapter(), p=[0.3], shapes=[(40, 50)], dtypes=["float32"], only=["rate", "eval"])
    assert [result.id for result in report.results] == ["rate", "eval"]
    assert report.ok
    assert "p = 0.3" in report["rate"].evidence


def test_a_snippet_shows_the_violation():
    report = check_dropout(PlainAdapter(BackwardWithoutMask), only=["gradient"])
    program = report["gradient"].snippet
    printed = []
    exec(program, {"subject": PlainAdapter(BackwardWithoutMask), "print": lambda *values: printed.append(values)})
    multiplier, used = printed[0]
    assert not np.allclose(multiplier, used)


@pytest.mark.slow
@pytest.mark.parametrize("format", ["json", "markdown", "junit"])
def test_every_format_names_what_is_broken(format):
    report = check_dropout(PlainAdapter(NoScale), only=["scale", "eval"])
    text = report.to(format)
    assert "scale" in text
    if format == "junit":
        assert ElementTree.fromstring(text).get("failures") == "1"


def test_every_invariant_is_explained():
    for id in CHECKS:
        assert explain(id).startswith(id)


@parametrize_with_dropouts([PlainAdapter()], only=["value", "eval"])
def test_parametrized(check):
    check()


@pytest.mark.slow
def test_a_report_is_the_same_for_the_same_seed_and_leaves_global_generators_alone():
    before = np.random.get_state()[1].tobytes()
    assert str(check_dropout(PlainAdapter(), seed=3)) == str(check_dropout(PlainAdapter(), seed=3))
    assert np.random.get_state()[1].tobytes() == before


@pytest.mark.parametrize(
    ("arguments", "error", "named"),
    [
        ({"subject": 3.14}, TypeError, "DropoutAdapter"),
        ({"kind": "row"}, ValueError, "kind"),
        ({"false_alarm": 0.0}, ValueError, "false_alarm"),
        ({"known_failures": ["scales"]}, ValueError, "scales"),
    ],
)
def test_bad_arguments_are_named(arguments, error, named):
    with pytest.raises(error, match=named):
        check_dropout(**{"subject": PlainAdapter(), **arguments})


def test_an_adapter_must_define_its_methods():
    with pytest.raises(NotImplementedError, match="build"):
        DropoutAdapter().build(0.5, 0)
    with pytest.raises(NotImplementedError, match="run"):
        DropoutAdapter().run(None, np.ones(1))


# -- the statistics ---------------------------------------------------------------------------------------------------


@given(st.integers(1, 40), st.floats(0.01, 0.99), st.data())
def test_binomial_tails_are_exact(n, p, data):
    k = data.draw(st.integers(0, n))
    pmf = [math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(n + 1)]
    tail = math.fsum(pmf[k:]) if k > n * p else math.fsum(pmf[: k + 1])
    assert math.exp(binomial_log_p(k, n, p)) == pytest.approx(min(1, 2 * tail), rel=1e-9)


@given(st.integers(2, 40), st.data())
def test_hypergeometric_tails_are_exact(population, data):
    successes, n = data.draw(st.integers(0, population)), data.draw(st.integers(1, population))
    k = data.draw(st.integers(max(0, n + successes - population), min(n, successes)))
    choose = math.comb
    pmf = {i: choose(successes, i) * choose(population - successes, n - i) for i in range(min(n, successes) + 1)}
    above = k > n * successes / population
    tail = sum(weight for i, weight in pmf.items() if (i >= k if above else i <= k)) / choose(population, n)
    assert math.exp(hypergeometric_log_p(k, n, successes, population)) == pytest.approx(min(1, 2 * tail), rel=1e-9)


@pytest.mark.parametrize(("n", "p"), [(1000, 0.2), (20, 0.2), (31, 0.5), (45, 0.5), (50, 0.5), (60, 0.9)])
def test_the_stated_power_is_the_real_one(n, p):
    log_alpha = math.log(1e-9)
    effect = smallest_effect(n, p, log_alpha)
    noticed = [k for k in range(n + 1) if binomial_log_p(k, n, p) <= log_alpha]

    def power(rate: float) -> float:
        return math.fsum(math.comb(n, k) * rate**k * (1 - rate) ** (n - k) for k in noticed)

    sides = [rate for rate in (p - effect, p + effect) if 0 <= rate <= 1]
    assert min(map(power, sides)) == pytest.approx(0.999, abs=1e-6)


def test_of_a_few_calls_nothing_is_noticed():
    assert math.isnan(smallest_effect(10, 0.5, math.log(1e-9)))
    assert noticed((math.nan, "in one position"), (0.125, "in a call")) == "0.12 in a call"


# -- the test class ---------------------------------------------------------------------------------------------------


class TestMinigradKeepsTheContract(DropoutContract):
    adapter = MinigradDropout()


class TestPlainChannelsKeepTheContract(DropoutContract):
    adapter = PlainAdapter(PlainChannelDropout)
    kind = "channel"
    options: ClassVar = {"power": SMALL}


def test_the_class_has_a_test_for_every_invariant():
    assert {name for name in vars(DropoutContract) if name.startswith("test_")} == {f"test_{id}" for id in CHECKS}


WRONG_CONTRACT = """
from dropout_zoo import BackwardWithoutMask, NoScale, PlainAdapter
from minigrad.testing.dropout import DropoutContract

class TestNoScale(DropoutContract):
    adapter = PlainAdapter(NoScale)
    known_failures = ["variance"]

class TestNoMask(DropoutContract):
    adapter = PlainAdapter(BackwardWithoutMask)
"""


@pytest.mark.slow
def test_a_wrong_dropout_fails_the_tests_of_its_mistakes(tmp_path):
    (tmp_path / "test_wrong.py").write_text(WRONG_CONTRACT)
    # -O takes asserts away, and must take no verdict with them
    command = [sys.executable, "-O", "-m", "pytest", "-q", "-rfxs", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {"PYTHONPATH": f"{TESTS.parent}{os.pathsep}{SUPPORT}", "PATH": ""}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment)
    assert done.returncode == 1
    failed = {line.split(" ")[1].split("::", 1)[1] for line in done.stdout.splitlines() if line.startswith("FAILED")}
    assert failed >= {"TestNoScale::test_scale", "TestNoScale::test_mean", "TestNoMask::test_gradient"}
    assert "TestNoScale::test_variance" not in failed
    assert "TestNoMask::test_scale" not in failed


# -- the command ------------------------------------------------------------------------------------------------------


def command(*arguments: str, cwd: Path = SUPPORT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "minigrad.testing.dropout", *arguments], capture_output=True, text=True, cwd=cwd
    )


@pytest.mark.slow
def test_the_command_prints_a_report_and_exits_0():
    done = command("minigrad.nn:Dropout")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("minigrad.nn.Dropout: 20 held, 1 skipped")


@pytest.mark.slow
def test_the_command_exits_1_for_a_wrong_dropout_and_speaks_json(tmp_path):
    (tmp_path / "mine.py").write_text("def drop(x, p, training, rng):\n    return x * (rng.random(x.shape) >= p)\n")
    done = command(f"{tmp_path}/mine.py:drop", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert not report["ok"]
    assert {"scale", "eval", "bad_p"} <= set(report["broken"])
    assert [result["id"] for result in report["results"]] == list(CHECKS)


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("nothing", "expected module:Class"),
        ("no.such.module:Dropout", "cannot load no.such.module"),
        ("minigrad.nn:Dropuot", "has no Dropuot"),
        ("math:pi", "is no DropoutAdapter"),
        ("no/such/file.py:Mine", "cannot load no/such/file.py"),
    ],
)
def test_what_cannot_be_loaded_is_said_in_one_sentence(target, sentence):
    done = command(target)
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1


def test_what_a_module_raises_while_it_is_imported_is_shown(tmp_path):
    broken = tmp_path / "broken.py"
    broken.write_text("import no_such_library\n")
    done = command(f"{broken}:Mine")
    assert done.returncode == 2
    assert "Traceback" in done.stderr
    assert done.stderr.splitlines()[-1].endswith("ModuleNotFoundError: No module named 'no_such_library'")


def test_a_reader_that_goes_away_is_no_error():
    script = f"{sys.executable} -m minigrad.testing.dropout --list | head -1"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.startswith("value")


@pytest.mark.slow
def test_an_encoding_without_our_signs_is_no_error():
    environment = os.environ | {"PYTHONIOENCODING": "gbk"}
    command = [sys.executable, "-m", "minigrad.testing.dropout", "minigrad.nn:Dropout", "--only", "gradient"]
    done = subprocess.run(command, capture_output=True, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_page_shows_what_the_command_prints(tmp_path):
    page = (TESTS.parent / "docs" / "dropout_contract.md").read_text(encoding="utf-8")
    wrong, adapter, fixed, *_ = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    reports = re.findall(r"```\n(MyAdapter: .*?)```", page, re.DOTALL)
    (tmp_path / "my_adapter.py").write_text(adapter)
    for code, report in zip((wrong, fixed), reports, strict=True):
        (tmp_path / "my_dropout.py").write_text(code)
        command = [sys.executable, "-B", "-m", "minigrad.testing.dropout", "my_adapter.py:MyAdapter"]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
        assert ran.stdout.startswith(report.rstrip()), ran.stdout + ran.stderr
        assert ran.returncode == (1 if code is wrong else 0)


@pytest.mark.slow
def test_a_draw_that_is_exactly_p_is_a_remark_and_no_crime():
    class Strict(PlainDropout):
        def dropped(self, x):
            u = self.rng.random(x.shape, np.float32)
            if not self.p and u.size > 1000:
                u.ravel()[7] = 0.0  # which comes once in 2²⁴ draws
            return ~(u > self.p)

    report = check_dropout(PlainAdapter(Strict))
    assert report.ok
    assert report["edge_p"].status == "remark"
    assert "p = 0 drops 1 of" in report["edge_p"].evidence
