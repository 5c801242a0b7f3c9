"""minigrad's losses beside PyTorch's: every option, gradients of every input, old arguments, and what is refused."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import nn
from minigrad.nn import functional as F

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

TF = torch.nn.functional
Array = np.ndarray
TOLERANCE = {"float32": 1e-4, "float64": 1e-10}


class Draw:
    """A source of one call's arguments: the same arrays for both frameworks."""

    def __init__(self, data: Any) -> None:
        self.data = data
        self.rows, self.columns = data.draw(st.integers(1, 4)), data.draw(st.integers(2, 4))
        self.rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))

    def choose(self, *options: Any) -> Any:
        return self.data.draw(st.sampled_from(options))

    def reals(self) -> Array:
        """Draw numbers that fall on kinks now and then."""
        x = self.rng.normal(size=(self.rows, self.columns)) * self.choose(0.5, 2.0, 8.0)
        return np.round(x) if self.choose(True, False) else x

    def between(self, low: float, high: float, *shape: int) -> Array:
        return self.rng.uniform(low, high, shape or (self.rows, self.columns))

    def signs(self, *shape: int) -> Array:
        return self.rng.choice([-1.0, 1.0], shape or (self.rows, self.columns))

    def classes(self, low: int, *shape: int) -> Array:
        return self.rng.integers(low, self.columns, shape or self.rows)

    def maybe(self, array: Array) -> Array | None:
        return self.choose(array, None)


Call = tuple[list[Any], dict[str, Any]]  # arguments and options
CALLS: dict[str, Callable[[Draw], Call]] = {
    "mse_loss": lambda d: ([d.reals(), d.reals()], {"weight": d.maybe(d.between(0.5, 2))}),
    "l1_loss": lambda d: ([d.reals(), d.reals()], {"weight": d.maybe(d.between(0.5, 2))}),
    "smooth_l1_loss": lambda d: ([d.reals(), d.reals()], {"beta": d.choose(0.0, 0.5, 1.0, 2.0)}),
    "huber_loss": lambda d: (
        [d.reals(), d.reals()],
        {"delta": d.choose(0.5, 1.0, 2.0), "weight": d.maybe(d.between(0.5, 2))},
    ),
    "gaussian_nll_loss": lambda d: (
        [d.reals(), d.reals(), d.choose(d.between(0, 2), d.between(0, 2, d.rows), d.between(0, 2, d.rows, 1), 1.5)],
        {"full": d.choose(True, False), "eps": d.choose(1e-6, 0.5)},
    ),
    "poisson_nll_loss": lambda d: (
        [d.between(0.0, 3.0), np.round(d.between(0.6, 5))],
        {"log_input": d.choose(True, False), "full": d.choose(True, False)},
    ),
    "cross_entropy": lambda d: (
        [d.reals(), d.classes(0)],
        {
            "weight": d.maybe(d.between(0.5, 2, d.columns)),
            "ignore_index": d.choose(-100, 1),
            "label_smoothing": d.choose(0.0, 0.3, 1.0),
        },
    ),
    "cross_entropy of probabilities": lambda d: (
        [d.reals(), d.between(0, 1)],
        {"weight": d.maybe(d.between(0.5, 2, d.columns)), "label_smoothing": d.choose(0.0, 0.3)},
    ),
    "nll_loss": lambda d: (
        [d.reals(), d.classes(0)],
        {"weight": d.maybe(d.between(0.5, 2, d.columns)), "ignore_index": d.choose(-100, 1)},
    ),
    "binary_cross_entropy": lambda d: (
        [d.between(0.01, 0.99), np.round(d.between(0, 1))],
        {"weight": d.choose(None, d.between(0.5, 2), d.between(0.5, 2, d.columns))},
    ),
    "binary_cross_entropy_with_logits": lambda d: (
        [d.reals(), d.between(0, 1)],
        {"weight": d.maybe(d.between(0.5, 2)), "pos_weight": d.maybe(d.between(0.5, 2, d.columns))},
    ),
    "kl_div": lambda d: ([d.reals(), d.between(0.1, 1)], {"log_target": d.choose(True, False)}),
    "soft_margin_loss": lambda d: ([d.reals(), d.signs()], {}),
    "hinge_embedding_loss": lambda d: ([d.reals(), d.signs()], {"margin": d.choose(0.5, 1.0)}),
    "margin_ranking_loss": lambda d: ([d.reals(), d.reals(), d.signs()], {"margin": d.choose(0, 1.0)}),
    "cosine_embedding_loss": lambda d: (
        [d.between(-2, 2), d.between(-2, 2), d.signs(d.rows)],
        {"margin": d.choose(0, 0.3)},
    ),
    "multi_margin_loss": lambda d: (
        [d.reals(), d.classes(0)],
        {"p": d.choose(1, 2), "margin": d.choose(0.5, 1.0), "weight": d.maybe(d.between(0.5, 2, d.columns))},
    ),
    "multilabel_margin_loss": lambda d: ([d.reals(), d.classes(-1, d.rows, d.columns)], {}),
    "multilabel_soft_margin_loss": lambda d: (
        [d.reals(), d.between(0, 1)],
        {"weight": d.maybe(d.between(0.5, 2, d.columns))},
    ),
    "triplet_margin_loss": lambda d: (
        [d.between(-2, 2), d.between(-2, 2), d.between(-2, 2)],
        {"margin": d.choose(0.5, 1.0), "p": d.choose(1, 2, 3.0), "swap": d.choose(True, False)},
    ),
}
CONSTANT_TARGET = {
    "nll_loss", "soft_margin_loss", "hinge_embedding_loss", "margin_ranking_loss", "cosine_embedding_loss",
    "multi_margin_loss", "multilabel_margin_loss", "cross_entropy",
}  # fmt: skip


def given_to(framework: Any, x: Any, dtype: str, requires_grad: bool) -> Any:
    if not isinstance(x, np.ndarray):
        return x
    if x.dtype.kind != "f":
        return framework.tensor(x)
    return framework.tensor(x, dtype=getattr(framework, dtype), requires_grad=requires_grad)


def value_and_gradients(framework: Any, name: str, call: Call, reduction: str, dtype: str) -> list[Array]:
    last = len(call[0]) - (name in CONSTANT_TARGET)
    inputs = [given_to(framework, x, dtype, i < last) for i, x in enumerate(call[0])]
    options = {key: given_to(framework, x, dtype, False) for key, x in call[1].items()}
    loss = getattr(framework.nn.functional, name.split()[0])(*inputs, **options, reduction=reduction)
    g = np.random.default_rng(0).normal(size=tuple(loss.shape))
    loss.backward(framework.tensor(g, dtype=getattr(framework, dtype)))
    trained = [x for x in inputs if getattr(x, "requires_grad", False)]
    return [loss.detach().numpy(), *[x.grad.numpy() for x in trained]]


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@given(
    data=st.data(), reduction=st.sampled_from(["mean", "sum", "none"]), dtype=st.sampled_from(["float32", "float64"])
)
def test_values_and_gradients(name: str, data: Any, reduction: str, dtype: str) -> None:
    call = CALLS[name](Draw(data))
    ours, theirs = (value_and_gradients(m, name, call, reduction, dtype) for m in (minigrad, torch))
    for found, expected in zip(ours, theirs, strict=True):
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
        np.testing.assert_allclose(found, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@given(st.data(), st.sampled_from(["mean", "sum", "none"]), st.sampled_from([0.0, 0.2]))
def test_cross_entropy_of_pictures(data: Any, reduction: str, label_smoothing: float) -> None:
    d = Draw(data)
    x, y = d.between(-3, 3, d.rows, d.columns, 2, 3), d.classes(0, d.rows, 2, 3)
    call = ([x, y], {"label_smoothing": label_smoothing, "weight": d.maybe(d.between(0.5, 2, d.columns))})
    ours, theirs = (value_and_gradients(m, "cross_entropy", call, reduction, "float64") for m in (minigrad, torch))
    for found, expected in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10)


EXTREMES: dict[str, Any] = {
    "cross_entropy": lambda m, f, x: f.cross_entropy(x, m.tensor([1, 0]), reduction="none"),
    "binary_cross_entropy_with_logits": lambda m, f, x: f.binary_cross_entropy_with_logits(
        x, m.tensor([[0.0, 1.0], [1.0, 0.0]]), reduction="none", pos_weight=m.tensor([2.0, 3.0])
    ),
    "multilabel_soft_margin_loss": lambda m, f, x: f.multilabel_soft_margin_loss(x, m.tensor([[0.0, 1.0], [1.0, 0.0]])),
    "binary_cross_entropy": lambda m, f, x: f.binary_cross_entropy(x / 2e4 + 0.5, m.tensor([[0.0, 1.0], [1.0, 0.0]])),
    "smooth_l1_loss": lambda m, f, x: f.smooth_l1_loss(x, m.zeros(2, 2)),
    "huber_loss": lambda m, f, x: f.huber_loss(x, m.zeros(2, 2), delta=3.0),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_logits_in_float32(name: str) -> None:
    results = []
    for framework in (minigrad, torch):
        x = framework.tensor([[1e4, -1e4], [-1e4, 1e4]], requires_grad=True)
        loss = EXTREMES[name](framework, framework.nn.functional, x)
        loss.sum().backward()
        results.append((loss.detach().numpy(), x.grad.numpy()))
    for found, expected in zip(*results, strict=True):
        assert np.isfinite(found).all()
        np.testing.assert_allclose(found, expected, rtol=1e-6)


OLD = [(None, True), (None, False), (True, None), (False, None), (True, True), (True, False), (False, True)]


@pytest.mark.parametrize(("size_average", "reduce"), OLD)
@pytest.mark.parametrize("name", ["mse_loss", "cross_entropy", "binary_cross_entropy", "kl_div"])
def test_the_old_arguments(name: str, size_average: bool | None, reduce: bool | None) -> None:
    results = []
    for framework in (minigrad, torch):
        x = framework.tensor([[0.5, 0.25], [0.75, 1.0]])
        y = framework.tensor([0, 1]) if name == "cross_entropy" else framework.tensor([[0.5, 0.5], [1.0, 0.125]])
        with pytest.warns(UserWarning, match="will be deprecated, please use reduction") as caught:
            loss = getattr(framework.nn.functional, name)(x, y, size_average=size_average, reduce=reduce)
        results.append((loss.numpy(), [str(w.message) for w in caught]))
    np.testing.assert_allclose(results[0][0], results[1][0], rtol=1e-6)
    assert results[0][1] == results[1][1]


LAYERS = [
    "MSELoss", "L1Loss", "SmoothL1Loss", "HuberLoss", "CrossEntropyLoss", "NLLLoss", "BCELoss", "BCEWithLogitsLoss",
    "KLDivLoss", "GaussianNLLLoss", "PoissonNLLLoss", "HingeEmbeddingLoss", "MarginRankingLoss", "SoftMarginLoss",
    "CosineEmbeddingLoss", "MultiMarginLoss", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "TripletMarginLoss",
    "TripletMarginWithDistanceLoss",
]  # fmt: skip


def arguments(function: Any) -> list[tuple[str, Any, Any]]:
    return [(p.name, p.default, p.kind) for p in inspect.signature(function).parameters.values()]


@pytest.mark.parametrize("name", LAYERS)
def test_layers_take_the_same_arguments(name: str) -> None:
    ours, theirs = getattr(nn, name), getattr(torch.nn, name)
    assert arguments(ours.__init__) == arguments(theirs.__init__)
    assert arguments(ours.forward) == arguments(theirs.forward)
    assert repr(ours()) == repr(theirs())
    assert list(ours().state_dict()) == list(theirs().state_dict())


NAMES = sorted({"triplet_margin_with_distance_loss", *[name.split()[0] for name in CALLS]})


@pytest.mark.parametrize("name", NAMES)
def test_functions_take_the_same_arguments(name: str) -> None:
    assert arguments(getattr(F, name)) == arguments(getattr(TF, name))


REFUSED: dict[str, Any] = {
    "integers to square": lambda m, f: f.mse_loss(m.arange(3), m.arange(3)),
    "the mean of integers": lambda m, f: f.l1_loss(m.arange(3), m.arange(3)),
    "weights of another size": lambda m, f: f.mse_loss(m.ones(3), m.ones(3), weight=m.ones(1)),
    "beta below 0": lambda m, f: f.smooth_l1_loss(m.ones(3), m.ones(3), beta=-1.0),
    "delta of 0": lambda m, f: f.huber_loss(m.ones(3), m.ones(3), delta=0.0),
    "a negative variance": lambda m, f: f.gaussian_nll_loss(m.ones(3), m.ones(3), -m.ones(3)),
    "a negative variance for all": lambda m, f: f.gaussian_nll_loss(m.ones(3), m.ones(3), -1.0),
    "variances of another size": lambda m, f: f.gaussian_nll_loss(m.ones(3), m.ones(3), m.ones(5)),
    "logits that are integers": lambda m, f: f.cross_entropy(m.ones(2, 3, dtype=m.int64), m.tensor([0, 1])),
    "a list of classes": lambda m, f: f.cross_entropy(m.ones(2, 3), [0, 1]),
    "weights of another dtype": lambda m, f: f.cross_entropy(
        m.ones(2, 3), m.tensor([0, 1]), m.ones(3, dtype=m.float64)
    ),
    "a class that is ignored among probabilities": lambda m, f: f.cross_entropy(m.ones(2), m.ones(2), ignore_index=1),
    "no class at all": lambda m, f: f.cross_entropy(m.ones(2, 0), m.tensor([0, 0])),
    "a target of integers": lambda m, f: f.binary_cross_entropy(m.ones(2), m.tensor([0, 1])),
    "a target of another shape": lambda m, f: f.binary_cross_entropy(m.ones(2), m.ones(2, 1)),
    "a probability above 1": lambda m, f: f.binary_cross_entropy(m.full((2,), 1.5), m.ones(2)),
    "a probability that is NaN": lambda m, f: f.binary_cross_entropy(m.full((2,), float("nan")), m.ones(2)),
    "a target below 0": lambda m, f: f.binary_cross_entropy(m.ones(2), -m.ones(2)),
    "weights that do not broadcast": lambda m, f: f.binary_cross_entropy(m.ones(2), m.ones(2), m.ones(3)),
    "a target of logits of another shape": lambda m, f: f.binary_cross_entropy_with_logits(m.ones(2), m.ones(1)),
    "a target of logits of integers": lambda m, f: f.binary_cross_entropy_with_logits(m.ones(2), m.tensor([0, 1])),
    "logits of a yes that are integers": lambda m, f: f.binary_cross_entropy_with_logits(m.arange(2), m.ones(2)),
    "pos_weight that is too large": lambda m, f: f.binary_cross_entropy_with_logits(
        m.ones(3), m.ones(3), pos_weight=m.ones(2, 3)
    ),
    "a divergence of integers": lambda m, f: f.kl_div(m.ones(2), m.tensor([0, 1]), reduction="sum"),
    "a ranking of two shapes": lambda m, f: f.margin_ranking_loss(m.ones(2, 3), m.ones(2, 3), m.ones(2)),
    "several targets of a pair": lambda m, f: f.cosine_embedding_loss(m.ones(2, 3), m.ones(2, 3), m.ones(2, 3)),
    "a pair of two shapes": lambda m, f: f.cosine_embedding_loss(m.ones(2, 3), m.ones(3), m.ones(2)),
    "one target of two pairs": lambda m, f: f.cosine_embedding_loss(m.ones(2, 3), m.ones(2, 3), m.tensor(1)),
    "a cube": lambda m, f: f.multi_margin_loss(m.ones(2, 3), m.tensor([0, 1]), p=3),
    "a class out of range": lambda m, f: f.multi_margin_loss(m.ones(2, 3), m.tensor([0, 3])),
    "a class of int32": lambda m, f: f.multi_margin_loss(m.ones(2, 3), m.tensor([0, 1], dtype=m.int32)),
    "too few class weights": lambda m, f: f.multi_margin_loss(m.ones(2, 3), m.tensor([0, 1]), weight=m.ones(2)),
    "scores of three dimensions": lambda m, f: f.multi_margin_loss(m.ones(2, 3, 1), m.tensor([0, 1])),
    "a label out of range": lambda m, f: f.multilabel_margin_loss(m.ones(2), m.tensor([0, 2])),
    "a label below -1": lambda m, f: f.multilabel_margin_loss(m.ones(2), m.tensor([0, -2])),
    "labels of another shape": lambda m, f: f.multilabel_margin_loss(m.ones(2, 2), m.tensor([0, 1])),
    "labels of no class": lambda m, f: f.multilabel_soft_margin_loss(m.tensor(1.0), m.tensor(1.0)),
    "a margin of 0": lambda m, f: f.triplet_margin_loss(m.ones(2, 3), m.ones(2, 3), m.ones(2, 3), margin=0),
    "a triple of two shapes": lambda m, f: f.triplet_margin_loss(m.ones(2, 3), m.ones(3), m.ones(2, 3)),
    "a layer with a margin of 0": lambda m, f: m.nn.TripletMarginLoss(margin=0),
    "a layer with a cube": lambda m, f: m.nn.MultiMarginLoss(p=3),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_same_type_of_error(case: str) -> None:
    with pytest.raises((RuntimeError, ValueError, LookupError, TypeError)) as theirs:
        REFUSED[case](torch, TF)
    with pytest.raises(RuntimeError if issubclass(theirs.type, RuntimeError) else theirs.type):
        REFUSED[case](minigrad, F)


@pytest.mark.parametrize("name", NAMES)
def test_an_unknown_reduction(name: str) -> None:
    arguments = [minigrad.full((2, 2), 0.5)] * (3 if name.startswith(("gaussian", "triplet")) else 2)
    if name in ("margin_ranking_loss", "cosine_embedding_loss"):
        arguments.append(minigrad.ones(2, 2))
    with warnings.catch_warnings(), pytest.raises(ValueError, match="avg"):
        getattr(F, name)(*arguments, reduction="avg")
