"""Losses, tested without PyTorch: against formulas written element by element, at extremes, and on bad input.

Mean squared error, cross-entropy and negative log-likelihood have more tests among the layers'.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor, nn
from minigrad.autograd import gradcheck, gradgradcheck
from minigrad.nn import functional as F

Array = np.ndarray
REDUCTIONS = ["mean", "sum", "none"]
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
seeds = st.integers(0, 2**32 - 1)


def tensor(values: Any, requires_grad: bool = False, dtype: Any = None) -> Tensor:
    values = np.asarray(values)
    kind = dtype or (minigrad.float64 if values.dtype.kind == "f" else minigrad.int64)
    return minigrad.tensor(values, dtype=kind, requires_grad=requires_grad)


def reduced(loss: Any, reduction: str) -> Any:
    return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](loss)


# ---- against their formulas ------------------------------------------------------------------------------------------


def huber(d: float, delta: float) -> float:
    return d * d / 2 if abs(d) <= delta else delta * (abs(d) - delta / 2)


def binary(p: float, t: float) -> float:
    return -t * math.log(p) - (1 - t) * math.log(1 - p)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def each(formula: Callable[..., float]) -> Callable[..., Array]:
    return np.vectorize(formula, otypes=[float])


def multi_margin(x: Array, y: Array, p: int, margin: float, w: Array) -> Array:
    return np.array([
        sum(max(0, margin - row[t] + row[c]) ** p for c in range(len(row)) if c != t) * w[t] / len(row)
        for row, t in zip(x, y, strict=True)
    ])


def multilabel_margin(x: Array, y: Array) -> Array:
    losses = []
    for row, labels in zip(x, y.tolist(), strict=True):
        own = labels[: labels.index(-1)] if -1 in labels else labels
        others = [c for c in range(len(row)) if c not in own]
        losses.append(sum(max(0, 1 - row[k] + row[c]) for k in own for c in others) / len(row))
    return np.array(losses)


def cosine(x: Array, y: Array) -> Array:
    return np.sum(x * y, -1) / np.sqrt(np.sum(x * x, -1) * np.sum(y * y, -1))


def distance(x: Array, y: Array, p: float) -> Array:
    return np.sum(np.abs(x - y + 1e-6) ** p, -1) ** (1 / p)


class Draw:
    """A source of a sample's arrays, of shape (4, 3) unless told otherwise."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)

    def reals(self, *shape: int) -> Array:
        return self.rng.normal(size=shape or (4, 3)) * 2

    def between(self, low: float, high: float) -> Array:
        return self.rng.uniform(low, high, size=(4, 3))

    def signs(self, *shape: int) -> Array:
        return self.rng.choice([-1.0, 1.0], shape or (4, 3))

    def classes(self) -> Array:
        return self.rng.integers(0, 3, 4)

    def labels(self) -> Array:
        return self.rng.integers(-1, 3, (4, 3))


Sample = tuple[list[Any], dict[str, Any], Any]  # arguments, options, the loss of each element or row

LOSSES: dict[str, Callable[[Draw], Sample]] = {}


def sample(build: Callable[[Draw], Sample]) -> Callable[[Draw], Sample]:
    LOSSES[build.__name__] = build
    return build


@sample
def mse_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.reals()
    return [x, y], {}, (x - y) ** 2


@sample
def l1_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.reals()
    return [x, y], {}, abs(x - y)


@sample
def smooth_l1_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.reals()
    return [x, y], {"beta": 0.7}, each(huber)(x - y, 0.7) / 0.7


@sample
def huber_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.reals()
    return [x, y], {"delta": 1.7}, each(huber)(x - y, 1.7)


@sample
def gaussian_nll_loss(d: Draw) -> Sample:
    x, y, v = d.reals(), d.reals(), d.between(0.1, 2.0)
    return [x, y, v], {"full": True}, (np.log(2 * math.pi * v) + (x - y) ** 2 / v) / 2


@sample
def poisson_nll_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.between(0.0, 5.0)
    stirling = each(lambda n: n * math.log(n) - n + math.log(2 * math.pi * n) / 2 if n > 1 else 0)(y)
    return [x, y], {"full": True}, np.exp(x) - y * x + stirling


@sample
def binary_cross_entropy(d: Draw) -> Sample:
    p, t, w = d.between(0.01, 0.99), d.between(0, 1), d.between(0.5, 2)
    return [p, t, w], {}, each(binary)(p, t) * w


@sample
def binary_cross_entropy_with_logits(d: Draw) -> Sample:
    x, t, w, q = d.reals(), d.between(0, 1), d.between(0.5, 2), np.array([0.5, 1.0, 3.0])
    loss = each(lambda x, t, q: -q * t * math.log(sigmoid(x)) - (1 - t) * math.log(1 - sigmoid(x)))(x, t, q)
    return [x, t, w], {"pos_weight": q}, loss * w


@sample
def soft_margin_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.signs()
    return [x, y], {}, np.log(1 + np.exp(-x * y))


@sample
def hinge_embedding_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.signs()
    return [x, y], {"margin": 0.8}, np.where(y == 1, x, np.maximum(0, 0.8 - x))


@sample
def margin_ranking_loss(d: Draw) -> Sample:
    x, z, y = d.reals(), d.reals(), d.signs()
    return [x, z, y], {"margin": 0.3}, np.maximum(0, -y * (x - z) + 0.3)


@sample
def cosine_embedding_loss(d: Draw) -> Sample:
    x, z, y = d.reals(), d.reals(), d.signs(4)
    return [x, z, y], {"margin": 0.1}, np.where(y == 1, 1 - cosine(x, z), np.maximum(0, cosine(x, z) - 0.1))


@sample
def multi_margin_loss(d: Draw) -> Sample:
    x, y, w = d.reals(), d.classes(), np.array([0.5, 1.0, 2.0])
    return [x, y], {"p": 2, "margin": 0.6, "weight": w}, multi_margin(x, y, 2, 0.6, w)


@sample
def multilabel_margin_loss(d: Draw) -> Sample:
    x, y = d.reals(), d.labels()
    return [x, y], {}, multilabel_margin(x, y)


@sample
def multilabel_soft_margin_loss(d: Draw) -> Sample:
    x, t, w = d.reals(), d.between(0, 1), np.array([0.5, 1.0, 2.0])
    return [x, t, w], {}, (each(lambda x, t: binary(sigmoid(x), t))(x, t) * w).mean(-1)


@sample
def kl_div(d: Draw) -> Sample:
    x, t = d.reals(), d.between(0.1, 1)
    return [x, t], {}, t * (np.log(t) - x)


@sample
def triplet_margin_loss(d: Draw) -> Sample:
    a, x, y = d.reals(), d.reals(), d.reals()
    far = np.minimum(distance(a, y, 3), distance(x, y, 3))
    return [a, x, y], {"p": 3, "swap": True}, np.maximum(0, 1 + distance(a, x, 3) - far)


every_loss = pytest.mark.parametrize("name", LOSSES)


def as_tensors(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: as_tensors(value) for name, value in values.items()}
    return tensor(values) if isinstance(values, np.ndarray) else values


@every_loss
@every_reduction
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
@given(seed=seeds)
def test_values(name: str, reduction: str, seed: int) -> None:
    arguments, options, expected = LOSSES[name](Draw(seed))
    loss = getattr(F, name)(*map(as_tensors, arguments), **as_tensors(options), reduction=reduction)
    np.testing.assert_allclose(loss.numpy(), reduced(expected, reduction), rtol=1e-9, atol=1e-9)


@every_loss
def test_first_and_second_derivatives_of_all_inputs(name: str) -> None:
    arguments, options, _ = LOSSES[name](Draw(0))
    fixed = 2 if name in ("cosine_embedding_loss", "margin_ranking_loss") else 1 if "embedding" in name else 3
    inputs = [tensor(a, a.dtype.kind == "f" and i < fixed) for i, a in enumerate(arguments)]

    def loss(*inputs: Tensor) -> Tensor:
        return getattr(F, name)(*inputs, **as_tensors(options), reduction="sum")

    assert gradcheck(loss, inputs)
    assert gradgradcheck(loss, inputs)


WEIGHTED = {
    "mse_loss": lambda d, w: (w * d * d, w.sum()),
    "l1_loss": lambda d, w: (w * abs(d), w.sum()),
    "huber_loss": lambda d, w: (w * each(huber)(d, 1.0), w.size),
}


@every_reduction
@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_of_elements(name: str, reduction: str) -> None:
    d = Draw(0)
    x, y, w = d.reals(), d.reals(), d.between(0.5, 2)
    loss = getattr(F, name)(tensor(x), tensor(y), weight=tensor(w), reduction=reduction)
    terms, weights = WEIGHTED[name](x - y, w)
    expected = terms.sum() / weights if reduction == "mean" else reduced(terms, reduction)
    np.testing.assert_allclose(loss.numpy(), expected, rtol=1e-12)


def test_kl_div_is_the_divergence_with_batchmean() -> None:
    p, q = np.random.default_rng(0).dirichlet(np.ones(5), (2, 7))
    expected = (p * np.log(p / q)).sum() / 7
    loss = F.kl_div(tensor(np.log(q)), tensor(p), reduction="batchmean")
    assert loss.item() == pytest.approx(expected, rel=1e-12)
    loss = F.kl_div(tensor(np.log(q)), tensor(np.log(p)), reduction="batchmean", log_target=True)
    assert loss.item() == pytest.approx(expected, rel=1e-12)


def test_kl_div_of_a_probability_of_0_is_0() -> None:
    log_q = tensor([math.log(0.5), math.log(0.5)], requires_grad=True)
    loss = F.kl_div(log_q, tensor([0.0, 1.0]), reduction="sum")
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert log_q.grad.tolist() == [0.0, -1.0]


def test_kl_div_warns_that_its_mean_is_over_elements() -> None:
    with pytest.warns(UserWarning, match="'batchmean' divides only by the batch size"):
        assert F.kl_div(tensor([0.0, 0.0]), tensor([1.0, 1.0])).item() == 0.0


def test_poisson_nll_of_a_count() -> None:
    loss = F.poisson_nll_loss(tensor([2.0, 0.0]), tensor([3.0, 0.0]), log_input=False, reduction="none")
    np.testing.assert_allclose(loss.numpy(), [2 - 3 * math.log(2), 0.0], rtol=1e-6)  # eps tells


@pytest.mark.parametrize("shape", [(4, 3), (4, 1), (4,), ()])
def test_a_variance_for_each_row(shape: tuple[int, ...]) -> None:
    x, y = tensor(np.zeros((4, 3))), tensor(np.ones((4, 3)))
    var: Any = 2.0 if shape == () else tensor(np.full(shape, 2.0))
    assert F.gaussian_nll_loss(x, y, var).item() == pytest.approx((math.log(2) + 0.5) / 2)


def test_the_gradient_passes_a_variance_that_is_raised() -> None:
    var = tensor([0.0], requires_grad=True)
    loss = F.gaussian_nll_loss(tensor([0.0]), tensor([1.0]), var, eps=0.5)
    loss.backward()
    assert loss.item() == pytest.approx((math.log(0.5) + 2) / 2)
    assert var.grad.item() == pytest.approx((1 / 0.5 - 1 / 0.25) / 2)


def test_one_sample_without_a_batch() -> None:
    x = tensor([1.0, 2.0, 4.0])
    assert F.multi_margin_loss(x, tensor(1), reduction="none").item() == pytest.approx((0 + 3) / 3)
    assert F.multilabel_margin_loss(x, tensor([2, -1, 0]), reduction="none").shape == ()
    assert F.cosine_embedding_loss(x, x, tensor(1)).item() == pytest.approx(0, abs=1e-12)
    assert F.triplet_margin_loss(x, x, x + 10, reduction="none").shape == ()
    assert F.multilabel_soft_margin_loss(x, x * 0, reduction="none").shape == ()
    assert F.cross_entropy(x, tensor([1])).equal(F.cross_entropy(x, tensor(1)))


def test_triplets_by_any_distance() -> None:
    a, x, y = (tensor(v) for v in np.random.default_rng(0).normal(size=(3, 5, 2)))
    loss = F.triplet_margin_with_distance_loss(a, x, y, margin=0.5, swap=True)
    assert loss.equal(F.triplet_margin_loss(a, x, y, margin=0.5, swap=True))
    layer = nn.TripletMarginWithDistanceLoss(distance_function=lambda u, v: (u - v).abs().amax(-1), reduction="none")
    expected = np.maximum(0, 1 + abs(a - x).numpy().max(1) - abs(a - y).numpy().max(1))
    np.testing.assert_allclose(layer(a, x, y).numpy(), expected, rtol=1e-12)


# ---- extremes: float32 logits of ±1e4, and probabilities of 0 and 1 --------------------------------------------------

LOGITS = [-1e4, -1e4, 1e4, 1e4]


def test_binary_cross_entropy_with_logits_at_extremes() -> None:
    x = minigrad.tensor(LOGITS, requires_grad=True)
    loss = F.binary_cross_entropy_with_logits(x, minigrad.tensor([0.0, 1.0, 0.0, 1.0]), reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [0.0, 1e4, 1e4, 0.0]
    assert x.grad.tolist() == [0.0, -1.0, 1.0, 0.0]


def test_soft_margin_loss_at_extremes() -> None:
    x = minigrad.tensor(LOGITS, requires_grad=True)
    loss = F.soft_margin_loss(x, minigrad.tensor([-1.0, 1.0, -1.0, 1.0]), reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [0.0, 1e4, 1e4, 0.0]
    assert x.grad.tolist() == [0.0, -1.0, 1.0, 0.0]


def test_multilabel_soft_margin_loss_at_extremes() -> None:
    x = minigrad.tensor(LOGITS, requires_grad=True)
    loss = F.multilabel_soft_margin_loss(x, minigrad.tensor([0.0, 1.0, 0.0, 1.0]))
    loss.backward()
    assert loss.item() == 5e3
    assert x.grad.tolist() == [0.0, -0.25, 0.25, 0.0]


def test_cross_entropy_frees_the_softmax_that_it_kept() -> None:
    loss = F.cross_entropy(minigrad.randn(4, 3).requires_grad_(), minigrad.tensor([0, 1, 2, 0]), reduction="none")
    assert any(isinstance(a, np.ndarray) and a.shape == (4, 3) for a in loss.grad_fn.saved)
    loss.sum().backward()
    assert loss.grad_fn.saved is None
    assert not any(isinstance(a, np.ndarray) and a.shape == (4, 3) for a in loss.grad_fn.params.values())


def test_cross_entropy_at_extremes() -> None:
    z = minigrad.tensor([[1e4, -1e4], [1e4, -1e4]], requires_grad=True)
    loss = F.cross_entropy(z, minigrad.tensor([0, 1]), reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [0.0, 2e4]
    assert z.grad.tolist() == [[0.0, 0.0], [1.0, -1.0]]


def test_cross_entropy_of_large_logits_keeps_small_losses() -> None:
    """The difference to log Σ exp is taken before the logits' size is added, where float32 would lose it."""
    loss = F.cross_entropy(minigrad.tensor([[1e4, 9993.0]]), minigrad.tensor([0]))
    assert loss.item() == pytest.approx(math.log1p(math.exp(-7)), rel=1e-4)


def test_a_logarithm_is_at_least_minus_100() -> None:
    p = minigrad.tensor([0.0, 0.0, 1.0, 1.0], requires_grad=True)
    loss = F.binary_cross_entropy(p, minigrad.tensor([0.0, 1.0, 0.0, 1.0]), reduction="none")
    loss.sum().backward()
    assert loss.tolist() == [0.0, 100.0, 100.0, 0.0]
    np.testing.assert_allclose(p.grad.numpy(), [0.0, -1e12, 1e12, 0.0])


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_large_errors(name: str) -> None:
    x = minigrad.tensor([1e4], requires_grad=True)
    loss = getattr(F, name)(x, minigrad.tensor([-1e4]))
    loss.backward()
    value, slope = {"mse_loss": (4e8, 4e4), "l1_loss": (2e4, 1)}.get(name, (2e4 - 0.5, 1))
    assert (loss.item(), x.grad.item()) == (pytest.approx(value), slope)


def test_identical_vectors_have_a_gradient() -> None:
    x = minigrad.tensor([[0.0, 0.0]], requires_grad=True)
    F.cosine_embedding_loss(x, minigrad.zeros(1, 2), minigrad.tensor([1])).backward()
    F.triplet_margin_loss(x, x, x, eps=0.0).backward()
    assert np.isfinite(x.grad.numpy()).all()


KINKS: list[tuple[Any, float]] = [  # PyTorch's slopes at the very kink
    (lambda x: F.l1_loss(x, tensor([1.0])), 0.0),
    (lambda x: F.smooth_l1_loss(x, tensor([0.0])), 1.0),
    (lambda x: F.huber_loss(x, tensor([0.0])), 1.0),
    (lambda x: F.hinge_embedding_loss(x, tensor([-1.0])), -1.0),
    (lambda x: F.margin_ranking_loss(x, tensor([0.0]), tensor([1.0]), margin=1.0), -1.0),
    (lambda x: F.multi_margin_loss(minigrad.stack([x, x - 1], 1), tensor([0])), 0.0),
]


@pytest.mark.parametrize(("loss", "slope"), KINKS)
def test_slopes_at_kinks(loss: Any, slope: float) -> None:
    x = tensor([1.0], requires_grad=True)
    loss(x).backward()
    assert x.grad.item() == slope


# ---- nothing, and the old arguments ----------------------------------------------------------------------------------

OF_TWO = [
    "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "soft_margin_loss", "hinge_embedding_loss", "multilabel_soft_margin_loss",
]  # fmt: skip


@pytest.mark.parametrize("name", OF_TWO)
def test_the_mean_of_no_losses_is_nan(name: str) -> None:
    x = minigrad.zeros(0, 3, requires_grad=True)
    loss = getattr(F, name)(x, minigrad.zeros(0, 3))
    assert math.isnan(loss.item())
    loss.backward()
    assert x.grad.shape == (0, 3)


def test_the_divergence_over_no_rows_is_nan() -> None:
    assert math.isnan(F.kl_div(minigrad.zeros(0, 3), minigrad.zeros(0, 3), reduction="batchmean").item())


@pytest.mark.parametrize(
    ("size_average", "reduce", "reduction"),
    [(None, True, "mean"), (True, None, "mean"), (False, None, "sum"), (True, False, "none"), (False, False, "none")],
)
def test_the_old_arguments_warn_and_win(size_average: bool | None, reduce: bool | None, reduction: str) -> None:
    x, y = tensor([1.0, 2.0]), tensor([0.0, 0.0])
    expected = F.mse_loss(x, y, reduction=reduction).tolist()
    message = f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead"
    with pytest.warns(UserWarning, match=message) as caught:
        assert F.mse_loss(x, y, size_average, reduce, "sum").tolist() == expected
    assert caught[0].filename == __file__
    with pytest.warns(UserWarning, match=message):
        layer = nn.MSELoss(size_average, reduce)
    assert (layer.reduction, layer(x, y).tolist()) == (reduction, expected)


OLD = [(None, True, "mean"), (True, None, "mean"), (False, None, "sum"), (True, False, "none"), (False, False, "none")]
WITH_OLD_ARGUMENTS = [name for name in LOSSES if name not in ("huber_loss", "gaussian_nll_loss")]


@pytest.mark.parametrize(("size_average", "reduce", "reduction"), OLD)
@pytest.mark.parametrize("name", WITH_OLD_ARGUMENTS)
def test_the_old_arguments_of_every_loss(name: str, size_average: Any, reduce: Any, reduction: str) -> None:
    arguments, options, expected = LOSSES[name](Draw(1))
    loss: Callable[..., Tensor] = getattr(F, name)
    with pytest.warns(UserWarning, match=f"please use reduction='{reduction}' instead"):
        found = loss(*map(as_tensors, arguments), **as_tensors(options), size_average=size_average, reduce=reduce)
    np.testing.assert_allclose(found.numpy(), reduced(expected, reduction), rtol=1e-9)


@pytest.mark.parametrize("name", ["cross_entropy", "nll_loss"])
@pytest.mark.parametrize(("size_average", "reduce", "reduction"), OLD)
def test_the_old_arguments_of_a_loss_of_classes(name: str, size_average: Any, reduce: Any, reduction: str) -> None:
    loss: Callable[..., Tensor] = getattr(F, name)
    x, y = tensor([[0.5, -1.0], [2.0, 0.25]]), tensor([1, 0])
    with pytest.warns(UserWarning, match=f"please use reduction='{reduction}' instead"):
        found = loss(x, y, size_average=size_average, reduce=reduce)
    assert found.tolist() == loss(x, y, reduction=reduction).tolist()


def test_the_weights_of_probabilities_belong_to_the_classes_whatever_follows_them() -> None:
    """The classes are the second of the dimensions (N, C, d), and the only one of (C,)."""
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=(2, 3, 4)), np.array([0.5, 1.0, 4.0])
    t = rng.dirichlet(np.ones(3), size=(2, 4)).transpose(0, 2, 1)
    log_p = x - np.log(np.exp(x).sum(1, keepdims=True))
    expected = -(t * w[:, None] * log_p).sum(1)
    found = F.cross_entropy(tensor(x), tensor(t), tensor(w), reduction="none")
    np.testing.assert_allclose(found.numpy(), expected)
    mean = F.cross_entropy(tensor(x), tensor(t), tensor(w))
    np.testing.assert_allclose(mean.item(), expected.sum() / 8)
    alone = F.cross_entropy(tensor(x[0, :, 0]), tensor(t[0, :, 0]), tensor(w))
    np.testing.assert_allclose(alone.item(), expected[0, 0])


@pytest.mark.parametrize(
    "name", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "soft_margin_loss", "hinge_embedding_loss"]
)
def test_a_binary_loss_is_one_of_two_tensors(name: str) -> None:
    loss: Callable[..., Tensor] = getattr(F, name)
    with pytest.raises(TypeError, match=rf"{name}\(\): argument 'input' must be Tensor, not float"):
        loss(0.5, tensor([1.0]))
    with pytest.raises(TypeError, match=rf"{name}\(\): argument 'target' must be Tensor, not float"):
        loss(tensor([0.5]), 1.0)


def test_soft_margin_loss_takes_the_product_with_the_target() -> None:
    x, t = np.array([0.5, -2.0, 3.0]), np.array([-1.0, 1.0, 1.0])
    found = F.soft_margin_loss(tensor(x), tensor(t), reduction="none")
    np.testing.assert_allclose(found.numpy(), np.log1p(np.exp(-t * x)))


# ---- layers ----------------------------------------------------------------------------------------------------------

LAYERS: dict[str, Callable[[str], nn.Module]] = {
    "mse_loss": lambda r: nn.MSELoss(reduction=r),
    "l1_loss": lambda r: nn.L1Loss(reduction=r),
    "smooth_l1_loss": lambda r: nn.SmoothL1Loss(reduction=r, beta=0.7),
    "huber_loss": lambda r: nn.HuberLoss(r, 1.7),
    "gaussian_nll_loss": lambda r: nn.GaussianNLLLoss(full=True, reduction=r),
    "poisson_nll_loss": lambda r: nn.PoissonNLLLoss(full=True, reduction=r),
    "binary_cross_entropy": lambda r: nn.BCELoss(reduction=r),
    "binary_cross_entropy_with_logits": lambda r: nn.BCEWithLogitsLoss(
        reduction=r, pos_weight=tensor([0.5, 1.0, 3.0])
    ),
    "soft_margin_loss": lambda r: nn.SoftMarginLoss(reduction=r),
    "hinge_embedding_loss": lambda r: nn.HingeEmbeddingLoss(0.8, reduction=r),
    "margin_ranking_loss": lambda r: nn.MarginRankingLoss(0.3, reduction=r),
    "cosine_embedding_loss": lambda r: nn.CosineEmbeddingLoss(0.1, reduction=r),
    "multi_margin_loss": lambda r: nn.MultiMarginLoss(2, 0.6, tensor([0.5, 1.0, 2.0]), reduction=r),
    "multilabel_margin_loss": lambda r: nn.MultiLabelMarginLoss(reduction=r),
    "multilabel_soft_margin_loss": lambda r: nn.MultiLabelSoftMarginLoss(tensor([0.5, 1.0, 2.0]), reduction=r),
    "kl_div": lambda r: nn.KLDivLoss(reduction=r),
    "triplet_margin_loss": lambda r: nn.TripletMarginLoss(p=3, swap=True, reduction=r),
}
THE_LAYER_HAS_THE_WEIGHT = {"binary_cross_entropy", "binary_cross_entropy_with_logits", "multilabel_soft_margin_loss"}


@every_loss
@every_reduction
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_a_layer_is_its_function(name: str, reduction: str) -> None:
    arguments, _, expected = LOSSES[name](Draw(0))
    layer = LAYERS[name](reduction)
    if name in THE_LAYER_HAS_THE_WEIGHT:
        layer.weight = tensor(arguments.pop())
    assert repr(layer) == f"{type(layer).__name__}()"
    np.testing.assert_allclose(layer(*map(as_tensors, arguments)).numpy(), reduced(expected, reduction), rtol=1e-9)


def test_weights_are_saved_with_the_layer() -> None:
    layer = nn.BCEWithLogitsLoss(minigrad.ones(3), pos_weight=minigrad.ones(3))
    assert list(layer.state_dict()) == ["weight", "pos_weight"]
    assert not list(layer.parameters())


# ---- bad input -------------------------------------------------------------------------------------------------------

X, T = minigrad.full((2, 3), 0.5), minigrad.tensor([0, 1])
INTEGERS = minigrad.ones(2, 3, dtype=minigrad.int64)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.mse_loss(X, [1.0]), TypeError, r"mse_loss\(\): argument 'target' must be Tensor, not list"),
        (lambda: F.mse_loss(X, X, weight=minigrad.ones(3)), ValueError, r"same size: .*\[3\].* is not .*\[2, 3\]"),
        (lambda: F.mse_loss(INTEGERS, INTEGERS), NotImplementedError, "int64 and minigrad.int64"),
        (lambda: F.mse_loss(X, X, "sum"), ValueError, "size_average must be a bool, but got sum"),
        (lambda: nn.MSELoss("sum"), ValueError, "size_average must be a bool, but got sum"),
        (lambda: nn.KLDivLoss(reduction="avg"), ValueError, "avg .*'none', 'mean' or 'sum'"),
        (lambda: F.smooth_l1_loss(X, X, beta=-1.0), RuntimeError, r"negative values for beta, but got -1\.0"),
        (lambda: F.huber_loss(X, X, delta=0.0), RuntimeError, r"non-positive values for delta, but got 0\.0"),
        (lambda: F.huber_loss(X, X, "avg"), ValueError, "avg"),
        (lambda: F.gaussian_nll_loss(X, X, -X), ValueError, "negative"),
        (lambda: F.gaussian_nll_loss(X, X, minigrad.ones(5)), ValueError, r"\[5\] for an input of shape \[2, 3\]"),
        (lambda: F.cross_entropy(X, [0, 1]), TypeError, "'target' must be Tensor, not list"),
        (lambda: F.cross_entropy(INTEGERS, T), NotImplementedError, "int64"),
        (lambda: F.cross_entropy(X, X, ignore_index=1), RuntimeError, "ignore_index is not supported"),
        (lambda: F.cross_entropy(X, T, minigrad.ones(3, dtype=minigrad.float64)), RuntimeError, "float32.*float64"),
        (lambda: F.multi_margin_loss(X, T, p=3), ValueError, "p == 1 and p == 2 supported, but got 3"),
        (lambda: F.multi_margin_loss(X, T + 2), RuntimeError, r"out of range: expected classes in \[0, 3\)"),
        (lambda: F.multi_margin_loss(X, T[:1]), RuntimeError, r"shape \[2\], but got .*\[1\]"),
        (lambda: F.multi_margin_loss(X, T, weight=minigrad.ones(2)), RuntimeError, "expected 3 but got"),
        (lambda: F.multi_margin_loss(X, T, weight=minigrad.ones(1, 3)), ValueError, "one-dimensional"),
        (lambda: F.multi_margin_loss(minigrad.zeros(2, 0), T), RuntimeError, r"but got .*\[2, 0\]"),
        (lambda: F.binary_cross_entropy(X, X[0]), ValueError, r"\[3\].* different to the input size .*\[2, 3\]"),
        (lambda: F.binary_cross_entropy(X * 3, X), RuntimeError, "elements of input should be between 0 and 1"),
        (lambda: F.binary_cross_entropy(X, X * 3), RuntimeError, "elements of target should be between 0 and 1"),
        (lambda: F.binary_cross_entropy(X * math.nan, X), RuntimeError, "elements of input"),
        (lambda: F.binary_cross_entropy(X, INTEGERS), RuntimeError, "int64 but expected minigrad.float32"),
        (lambda: F.binary_cross_entropy_with_logits(X, X[0]), ValueError, r"\[3\].*same as input size .*\[2, 3\]"),
        (lambda: F.binary_cross_entropy_with_logits(X, INTEGERS), RuntimeError, "int64"),
        (
            lambda: F.binary_cross_entropy_with_logits(X[0], X[0], pos_weight=X),
            RuntimeError,
            r"\[2, 3\].* does not broadcast to .*\[3\]",
        ),
        (lambda: F.multilabel_margin_loss(X, INTEGERS[0]), RuntimeError, r"\[3\].* for input of size: .*\[2, 3\]"),
        (lambda: F.multilabel_margin_loss(X, INTEGERS + 2), RuntimeError, r"labels in \[-1, 3\)"),
        (lambda: F.multilabel_margin_loss(X, X), RuntimeError, "int64, but got minigrad.float32"),
        (lambda: F.multilabel_soft_margin_loss(minigrad.tensor(1.0), minigrad.tensor(1.0)), IndexError, r"\[\]"),
        (lambda: F.kl_div(X, INTEGERS), NotImplementedError, "int64"),
        (lambda: F.margin_ranking_loss(X, X, X[0]), RuntimeError, r"same dimension"),
        (lambda: F.cosine_embedding_loss(X, X, X), RuntimeError, "multi-target not supported"),
        (lambda: F.cosine_embedding_loss(X, X, minigrad.tensor(1)), RuntimeError, "0D target tensor expects 1D input"),
        (lambda: F.triplet_margin_loss(X, X, X, margin=0), ValueError, "greater than 0, got 0"),
        (lambda: nn.TripletMarginLoss(margin=-1.0), ValueError, r"greater than 0, got -1\.0"),
        (lambda: nn.MultiMarginLoss(p=3), ValueError, "but got 3"),
        (lambda: F.triplet_margin_loss(X, X[0], X), RuntimeError, "anchor 2D, positive 1D, and negative 2D"),
    ],
)
def test_bad_input_is_refused_by_name_and_value(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize("name", ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss"])
def test_shapes_that_differ_warn_and_those_that_do_not_broadcast_raise(name: str) -> None:
    loss = getattr(F, name)
    with pytest.warns(UserWarning, match="that is different to the input size") as caught:
        assert loss(minigrad.zeros(3, 1), minigrad.ones(3), reduction="none").shape == (3, 3)
    assert caught[0].filename == __file__
    with (
        pytest.warns(UserWarning, match="different"),
        pytest.raises(RuntimeError, match=r"shape \[3\] does not fit a target of shape \[4\]"),
    ):
        loss(minigrad.zeros(3), minigrad.zeros(4))
