"""Plain and inverted dropout in bare NumPy: a three-layer network, forward and backward written out.

Plain dropout scales in prediction, inverted dropout while training. They are one method in two units: a plain network
whose second and third weight matrices are larger by 1/keep computes what the inverted one computes, mask for mask. So
do minigrad's layers, with the inverted one's weights.
"""

from __future__ import annotations

import argparse
from typing import NamedTuple

from lab.options import Option, at_least
from lab.progress import progress
from lab.training import evaluating

import numpy as np

import minigrad as mg
from minigrad import nn

KEEP = 0.5  # the probability to keep a unit: 1 - p
SIZES = 2, 100, 100, 1
POINTS = 40
LR = 0.05

Array = np.ndarray
Weights = list[Array]  # W1, b1, W2, b2, W3, b3; samples are columns


# ---- plain dropout: the prediction is scaled -------------------------------------------------------------------------


def plain_train_step(weights: Weights, X: Array, Y: Array, U1: Array, U2: Array) -> tuple[Array, Weights]:
    """Return the outputs, and the gradients of the mean squared error."""
    W1, b1, W2, b2, W3, b3 = weights
    A1 = W1 @ X + b1
    H1 = np.maximum(0, A1) * U1  # drop
    A2 = W2 @ H1 + b2
    H2 = np.maximum(0, A2) * U2  # drop
    out = W3 @ H2 + b3

    d_out = 2 * (out - Y) / out.size
    d_A2 = W3.T @ d_out * U2 * (A2 > 0)
    d_A1 = W2.T @ d_A2 * U1 * (A1 > 0)
    return out, [d_A1 @ X.T, total(d_A1), d_A2 @ H1.T, total(d_A2), d_out @ H2.T, total(d_out)]


def plain_predict(weights: Weights, X: Array) -> Array:
    W1, b1, W2, b2, W3, b3 = weights
    H1 = np.maximum(0, W1 @ X + b1) * KEEP
    H2 = np.maximum(0, W2 @ H1 + b2) * KEEP
    return W3 @ H2 + b3


# ---- inverted dropout: training is scaled ----------------------------------------------------------------------------


def inverted_train_step(weights: Weights, X: Array, Y: Array, U1: Array, U2: Array) -> tuple[Array, Weights]:
    """Return the outputs, and the gradients of the mean squared error."""
    W1, b1, W2, b2, W3, b3 = weights
    U1, U2 = U1 / KEEP, U2 / KEEP  # the one difference
    A1 = W1 @ X + b1
    H1 = np.maximum(0, A1) * U1  # drop
    A2 = W2 @ H1 + b2
    H2 = np.maximum(0, A2) * U2  # drop
    out = W3 @ H2 + b3

    d_out = 2 * (out - Y) / out.size
    d_A2 = W3.T @ d_out * U2 * (A2 > 0)
    d_A1 = W2.T @ d_A2 * U1 * (A1 > 0)
    return out, [d_A1 @ X.T, total(d_A1), d_A2 @ H1.T, total(d_A2), d_out @ H2.T, total(d_out)]


def inverted_predict(weights: Weights, X: Array) -> Array:
    W1, b1, W2, b2, W3, b3 = weights
    H1 = np.maximum(0, W1 @ X + b1)
    H2 = np.maximum(0, W2 @ H1 + b2)
    return W3 @ H2 + b3


def total(d: Array) -> Array:
    """Return the gradient of a bias, which every sample was given."""
    return d.sum(axis=1, keepdims=True)


# ---- the same network in the three forms -----------------------------------------------------------------------------

IN_PLAIN_UNITS = [1, 1, 1 / KEEP, 1, 1 / KEEP, 1]  # what a plain network's weights are, in those of the inverted one


def to_plain(weights: Weights) -> Weights:
    return [w * factor for w, factor in zip(weights, IN_PLAIN_UNITS, strict=True)]


def build_layers() -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(SIZES[0], SIZES[1]),
        nn.ReLU(),
        nn.Dropout(1 - KEEP),
        nn.Linear(SIZES[1], SIZES[2]),
        nn.ReLU(),
        nn.Dropout(1 - KEEP),
        nn.Linear(SIZES[2], SIZES[3]),
    ).double()


def weights_of(net: nn.Sequential) -> Weights:
    """Return copies in the form of the bare functions, where a bias is a column."""
    return [p.detach().numpy().reshape(p.shape[0], -1).copy() for p in net.parameters()]


def draw_masks() -> tuple[Array, Array]:
    """Draw what the two dropout layers will draw from the same state of the generator."""
    U1, U2 = (nn.functional.dropout(mg.ones(POINTS, size).double(), 1 - KEEP) for size in SIZES[1:3])
    return (U1.numpy() > 0).T, (U2.numpy() > 0).T


def draw_data() -> tuple[Array, Array]:
    X = mg.rand(SIZES[0], POINTS).double().numpy() * 2 - 1
    noise = mg.randn(1, POINTS).double().numpy()
    return X, np.sin(3 * X[:1]) * X[1:] + 0.1 * noise


# ---- training all three on the same masks ----------------------------------------------------------------------------


class Training(NamedTuple):
    """The mean squared errors of prediction, step by step, and how far the three ever were apart."""

    plain: list[float]
    inverted: list[float]
    layers: list[float]
    output_gap: float  # of plain and layers from inverted, in training
    gradient_gap: float
    prediction_gap: float


def train_all(net: nn.Sequential, X: Array, Y: Array, steps: int) -> Training:
    """Take gradient steps with all three; masks are drawn once and dropped thrice."""
    inverted = weights_of(net)
    plain = to_plain(inverted)
    optimizer = mg.optim.SGD(net.parameters(), lr=LR)
    losses, gaps = [], []
    for _ in progress(range(steps), "training"):
        state = mg.get_rng_state()
        masks = draw_masks()
        mg.set_rng_state(state)

        plain_out, d_plain = plain_train_step(plain, X, Y, *masks)
        inverted_out, d_inverted = inverted_train_step(inverted, X, Y, *masks)
        layers_out, d_layers = layers_train_step(net, X, Y)
        d_rescaled = [d * factor for d, factor in zip(d_plain, IN_PLAIN_UNITS, strict=True)]

        # In larger units a gradient is smaller by the same factor, and the step that it asks for larger: hence twice.
        descend(plain, d_plain, [LR * factor**2 for factor in IN_PLAIN_UNITS])
        descend(inverted, d_inverted, [LR] * len(inverted))
        optimizer.step()

        predictions = [plain_predict(plain, X), inverted_predict(inverted, X), layers_predict(net, X)]
        losses.append([float(np.mean((prediction - Y) ** 2)) for prediction in predictions])
        outputs = apart([plain_out, layers_out], [inverted_out] * 2)
        gradients = apart([*d_rescaled, *d_layers], d_inverted * 2)
        gaps.append([outputs, gradients, apart(predictions, [predictions[1]] * 3)])
    return Training(*np.transpose(losses).tolist(), *np.max(gaps, axis=0).tolist())


def layers_train_step(net: nn.Sequential, X: Array, Y: Array) -> tuple[Array, Weights]:
    out = net(mg.from_numpy(X.T))
    net.zero_grad()
    nn.MSELoss()(out, mg.from_numpy(Y.T)).backward()
    return out.detach().numpy().T, [p.grad.numpy().reshape(p.shape[0], -1) for p in net.parameters()]


def layers_predict(net: nn.Sequential, X: Array) -> Array:
    with evaluating(net):
        return net(mg.from_numpy(X.T)).numpy().T


def descend(weights: Weights, gradients: Weights, rates: list[float]) -> None:
    for w, d, rate in zip(weights, gradients, rates, strict=True):
        w -= rate * d


def apart(these: list[Array], those: list[Array]) -> float:
    """Return the largest difference between corresponding elements."""
    return max(float(np.abs(a - b).max()) for a, b in zip(these, those, strict=True))


# ---- in expectation --------------------------------------------------------------------------------------------------


class Expectation(NamedTuple):
    """The second layer's inputs A2 at one point: means over the draws of masks, and what prediction uses for them."""

    plain: Array
    inverted: Array
    predicted: Array
    worst_z: float  # the largest deviation of a mean from the prediction, in standard errors


def expect(weights: Weights, x: Array, draws: int) -> Expectation:
    """Average over masks: one set for each method, so that nothing agrees by construction."""
    W1, b1, W2, b2, *_ = weights
    h = np.maximum(0, W1 @ x + b1)
    predicted = (W2 @ h + b2).ravel()
    means, worst = [], 0.0
    for units, scale in (1 / KEEP, 1), (1, 1 / KEEP):  # plain, inverted
        masks = (mg.rand(SIZES[1], draws) < KEEP).numpy()
        A2 = (W2 * units) @ (h * masks * scale) + b2
        means.append(A2.mean(axis=1))
        errors = A2.std(axis=1, ddof=1) / np.sqrt(draws)
        worst = max(worst, float(np.abs((means[-1] - predicted) / errors).max()))
    return Expectation(*means, predicted, worst)


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """Both halves of the comparison."""

    training: Training
    expectation: Expectation


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    X, Y = draw_data()
    net = build_layers()
    expectation = expect(weights_of(net), X[:, :1], options.draws)
    return Results(train_all(net, X, Y, options.steps), expectation)


OPTIONS = [
    Option("--steps", at_least(1), 1000, "training steps", quick=100),
    Option("--draws", at_least(2), 20_000, "masks to average over", quick=2_000),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
