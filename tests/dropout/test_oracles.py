"""What theory says of dropout, checked to rounding: all masks are enumerated, so there is no chance in the answer."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest

import minigrad
from minigrad import Tensor, nn, optim
from minigrad.nn import functional as F
from minigrad.testing.comparison import assert_close

Array = np.ndarray
every_rate = pytest.mark.parametrize("p", [0.1, 0.5, 0.8])

X = minigrad.tensor(
    [[1.0, -0.5, 2.0], [0.3, 1.5, -1.0], [-2.0, 0.7, 0.4], [0.9, -1.2, 0.1]], dtype=minigrad.float64
)
Y = minigrad.tensor([1.0, -2.0, 0.5, 3.0], dtype=minigrad.float64)
W = minigrad.tensor([0.8, -0.6, 0.3], dtype=minigrad.float64)


class AllMasks:
    """Stands in for a generator: for an input of shape (2ⁿ, ...), the masks of n elements, each one once."""

    def keep_mask(self, shape: tuple[int, ...], p: float) -> tuple[Array, float]:
        return _all_masks(math.prod(shape[1:])).reshape(shape), 1 - p


def _all_masks(n: int) -> Array:
    return np.array(list(itertools.product([False, True], repeat=n)))


def mask_probabilities(n: int, p: float) -> Tensor:
    """Return the probability of each mask of n elements."""
    return minigrad.from_numpy(np.where(_all_masks(n), 1 - p, p).prod(1))


def over_all_masks(x: Tensor, p: float) -> tuple[Tensor, Tensor]:
    """Return an input's dropout with every mask, of shape (2ⁿ, *x.shape), and the masks' probabilities."""
    layer = nn.Dropout(p, generator=AllMasks())
    return layer(x.expand(2 ** x.numel(), *x.shape)), mask_probabilities(x.numel(), p)


def expectation(values: Tensor, probability: Tensor) -> Tensor:
    """Return the mean over masks, the first dimension, weighted by their probabilities."""
    return (values * probability.reshape(-1, *[1] * (values.ndim - 1))).sum(0)


def float64(*values: Any) -> Tensor:
    return minigrad.tensor(*values, dtype=minigrad.float64)


# ---- enumeration: dropout changes nothing in expectation -------------------------------------------------------------


@every_rate
def test_the_mean_over_all_masks_is_the_input(p: float) -> None:
    dropped, probability = over_all_masks(X, p)
    assert_close(probability.sum(), float64(1.0))
    assert_close(expectation(dropped, probability), X)


@every_rate
def test_the_variance_over_all_masks_is_x2_p_by_1_minus_p(p: float) -> None:
    dropped, probability = over_all_masks(X, p)
    assert_close(expectation((dropped - X).square(), probability), X.square() * (p / (1 - p)))


def hidden_dropout_network(p: float) -> nn.Sequential:
    """Make a network with dropout between two linear layers, and nothing nonlinear after it."""
    hidden = nn.Dropout(p, generator=AllMasks())
    network = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), hidden, nn.Linear(5, 2))
    for parameter in network.parameters():
        parameter.data = parameter.detach().to(minigrad.float64)
    return network


@every_rate
def test_the_mean_of_a_network_over_all_masks_is_the_network_in_evaluation(p: float) -> None:
    network = hidden_dropout_network(p)
    probability = mask_probabilities(5, p)
    for x in X:
        outputs = network.train()(x.expand(len(probability), 3))
        assert_close(expectation(outputs, probability), network.eval()(x))


@every_rate
def test_the_mean_gradient_of_a_network_over_all_masks_is_the_gradient_in_evaluation(p: float) -> None:
    """Test the mean of an output's gradient by every weight, which is linear in the mask."""
    network = hidden_dropout_network(p)
    probability = mask_probabilities(5, p)
    parameters = list(network.parameters())
    mean_output = expectation(network.train()(X[0].expand(len(probability), 3)), probability).sum()
    training = minigrad.autograd.grad(mean_output, parameters)
    evaluation = minigrad.autograd.grad(network.eval()(X[0]).sum(), parameters)
    assert_close(list(training), list(evaluation))


# ---- linear regression: dropout is ridge (Wager, Wang and Liang 2013) ------------------------------------------------


def expected_squared_loss(w: Tensor, p: float) -> Tensor:
    """Return the mean over all masks of ‖y - dropout(X) w‖²."""
    dropped, probability = over_all_masks(X, p)
    return expectation((dropped @ w - Y).square().sum(-1), probability)


def ridge_loss(w: Tensor, p: float) -> Tensor:
    """Return ‖y - X w‖² + p/(1-p) Σⱼ wⱼ² ‖xⱼ‖², with xⱼ the columns of X."""
    return (X @ w - Y).square().sum() + p / (1 - p) * (w.square() * X.square().sum(0)).sum()


def ridge_solution(p: float) -> Tensor:
    """Return the w with (XᵀX + p/(1-p) diag(XᵀX)) w = Xᵀy."""
    gram = (X.t() @ X).numpy()
    return minigrad.from_numpy(
        np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), (X.t() @ Y).numpy())
    )


@every_rate
def test_the_expected_loss_with_dropout_is_the_ridge_loss(p: float) -> None:
    for w in (W, -2 * W, minigrad.zeros_like(W)):
        assert_close(expected_squared_loss(w, p), ridge_loss(w, p))


@pytest.mark.slow
@every_rate
def test_the_minimiser_with_dropout_is_the_ridge_solution(p: float) -> None:
    """Test that gradient descent on the dropout loss ends at the closed form, and not at least squares'."""
    w = minigrad.zeros(3, dtype=minigrad.float64, requires_grad=True)
    largest_curvature = float(np.linalg.eigvalsh(_ridge_hessian(p)).max())
    optimizer = optim.SGD([w], lr=1 / largest_curvature)
    for _ in range(200):
        optimizer.zero_grad()
        expected_squared_loss(w, p).backward()
        optimizer.step()
    assert_close(w.detach(), ridge_solution(p))
    assert (w.detach() - ridge_solution(0.0)).abs().max() > 1e-2


def _ridge_hessian(p: float) -> Array:
    gram = (X.t() @ X).numpy()
    return 2 * (gram + p / (1 - p) * np.diag(np.diag(gram)))


# ---- logistic regression: dropout is ridge to first order (Wager, Wang and Liang 2013) -------------------------------

LABELS = minigrad.tensor([0, 1, 1, 0])


def logistic_losses(logit: Tensor) -> Tensor:
    """Return the loss of the labels, summed over the samples; the samples are the last dimension."""
    logits = minigrad.stack([minigrad.zeros_like(logit), logit], -1).reshape(-1, 2)
    labels = LABELS.expand(*logit.shape).reshape(-1)
    return F.cross_entropy(logits, labels, reduction="none").reshape(*logit.shape).sum(-1)


def dropout_penalty(w: Tensor, p: float) -> Tensor:
    """Return by how much dropout raises the expected loss."""
    dropped, probability = over_all_masks(X, p)
    return expectation(logistic_losses(dropped @ w), probability) - logistic_losses(X @ w)


def quadratic_penalty(w: Tensor, p: float) -> Tensor:
    """Return ½ p/(1-p) Σᵢⱼ σ'(xᵢ·w) xᵢⱼ² wⱼ²."""
    probability = (X @ w).sigmoid()
    slope = probability * (1 - probability)
    return 0.5 * p / (1 - p) * (slope.unsqueeze(1) * X.square() * w.square()).sum()


@every_rate
def test_the_penalty_of_logistic_regression_tends_to_ridges_as_the_weights_shrink(p: float) -> None:
    """Test that the ratio is 1 up to a term that is at most linear in the weights."""
    errors = [
        abs((dropout_penalty(W * scale, p) / quadratic_penalty(W * scale, p)).item() - 1)
        for scale in (1e-1, 1e-2, 1e-3)
    ]
    assert errors[1] < errors[0] / 5
    assert errors[2] < errors[1] / 5
    assert errors[2] < 1e-2


# ---- softmax: the normalised geometric mean (Baldi and Sadowski 2013) ------------------------------------------------


def geometric_mean(probabilities: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted geometric mean over masks of distributions, normalised to be one."""
    product = expectation(probabilities.log(), weight).exp()
    return product / product.sum()


@every_rate
def test_the_geometric_mean_over_all_masks_of_a_softmax_is_the_softmax_of_the_mean(p: float) -> None:
    network = hidden_dropout_network(p)
    probability = mask_probabilities(5, p)
    for x in X:
        with_masks = F.softmax(network.train()(x.expand(len(probability), 3)), -1)
        in_evaluation = F.softmax(network.eval()(x), -1)
        assert_close(geometric_mean(with_masks, probability), in_evaluation)


@every_rate
def test_the_arithmetic_mean_of_a_softmax_is_another(p: float) -> None:
    """Test the oracle's sharpness: the mean that comes to mind first is told from the right one."""
    weight = float64([[0.8, -0.6, 0.3], [-1.0, 0.4, 0.5]])
    dropped, probability = over_all_masks(X[0], p)
    with_masks = F.softmax(F.linear(dropped, weight), -1)
    in_evaluation = F.softmax(F.linear(X[0], weight), -1)
    assert_close(geometric_mean(with_masks, probability), in_evaluation)
    assert (expectation(with_masks, probability) - in_evaluation).abs().max() > 1e-2


# ---- the variance shift (Li, Chen, Hu and Yang 2018) -----------------------------------------------------------------


@every_rate
def test_training_has_1_by_1_minus_p_times_the_variance_of_evaluation(p: float) -> None:
    """Test it exactly, over all masks and a population of mean zero."""
    population = X - X.mean()
    dropped, probability = over_all_masks(population, p)
    mean = expectation(dropped.mean((1, 2)), probability)
    training = expectation((dropped - mean).square().mean((1, 2)), probability)
    evaluation = population.var(correction=0)
    assert_close(training / evaluation, float64(1 / (1 - p)))


SAMPLES = 1_000_000
FALSE_ALARM = 1e-9
MARGIN = math.sqrt(math.log(2 / FALSE_ALARM) / (2 * SAMPLES))
"""Hoeffding: the share of kept elements is further than this from 1 - p with probability 1e-9 at most.

So a layer whose rate is off by twice as much, 0.0066, is noticed with probability 1 - 1e-9 at least."""


@every_rate
@pytest.mark.parametrize("engine", ["torch", "fast"])
def test_the_variance_shift_of_a_sample(engine: str, p: float) -> None:
    """Test it on signs, of variance 1: there, the variance in training is the share that is kept, by (1-p)²."""
    minigrad.set_default_engine(engine)
    minigrad.manual_seed(0)
    signs = minigrad.tensor([1.0, -1.0], dtype=minigrad.float64).expand(SAMPLES // 2, 2)
    layer = nn.Dropout(p)
    training, evaluation = layer.train()(signs).square().mean(), layer.eval()(signs).square().mean()
    assert evaluation == 1
    coarseness = 1e-4 if engine == "fast" else 0.0  # of the fast engine's keep probability, cubed
    assert abs(training.item() * (1 - p) ** 2 - (1 - p)) <= MARGIN + 3 * coarseness
