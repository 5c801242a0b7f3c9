"""What dropout is, exactly: small enough networks have few enough masks to try every one of them.

Dropout's evaluation mode claims to answer for all masked networks at once. With one hidden layer it does, exactly: the
mean of what they say, and for a softmax their normalised geometric mean. With two it is close. And linear regression
with dropout is no new method at all: it is ridge regression, with a penalty that each weight's feature sets.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import pairwise, product
from typing import NamedTuple

from lab.options import Option, at_least, checked, inner_probability
from lab.progress import progress
from lab.training import evaluating, train_steps

import numpy as np

import minigrad as mg
from minigrad import nn, optim

Array = np.ndarray

GRID = mg.linspace(-1, 1, 41).double().unsqueeze(1)
TRAINING_STEPS = 500
CLASSES = 3  # left, middle and right
MIDDLE = 1  # the one that is drawn
ROWS, FEATURES = 40, 8  # of the linear regression

few_units = checked(int, lambda n: 1 <= n <= 9, "a whole number from 1 to 9: there are 4ⁿ masks")


# ---- the networks and their data -------------------------------------------------------------------------------------


def build(sizes: Sequence[int], p: float) -> nn.Sequential:
    """Return a network in double precision that drops units of every hidden layer."""
    *hidden, last = pairwise(sizes)
    layers = [layer for a, b in hidden for layer in (nn.Linear(a, b), nn.Tanh(), nn.Dropout(p))]
    return nn.Sequential(*layers, nn.Linear(*last)).double()


def train_curve(sizes: Sequence[int], p: float) -> nn.Sequential:
    """Fit y = sin 3x."""
    net, x = build([1, *sizes, 1], p), mg.linspace(-1, 1, 60).double().unsqueeze(1)
    return train(net, nn.MSELoss(), x, (3 * x).sin())


def train_classes(sizes: Sequence[int], p: float) -> nn.Sequential:
    """Fit the thirds of [-1, 1], as seen by someone who takes x for x + 0.2 ε."""
    net, x = build([1, *sizes, CLASSES], p), mg.linspace(-1, 1, 60).double().unsqueeze(1)
    seen = x + 0.2 * mg.randn(60, 1).double()
    return train(net, nn.CrossEntropyLoss(), x, ((seen > -1 / 3).long() + (seen > 1 / 3).long()).squeeze(1))


def train(net: nn.Sequential, loss_func: nn.Module, x: mg.Tensor, y: mg.Tensor) -> nn.Sequential:
    for _ in train_steps(net, optim.Adam(net.parameters(), lr=0.02), loss_func, x, y, TRAINING_STEPS):
        pass
    return net


# ---- every mask ------------------------------------------------------------------------------------------------------


def every_mask(n: int) -> mg.Tensor:
    """Return all masks of n units, of shape (2ⁿ, n)."""
    return mg.tensor(np.array(list(product((0.0, 1.0), repeat=n))))


def probabilities(masks: mg.Tensor, p: float) -> mg.Tensor:
    """Return how likely dropout is to draw each mask: p for every 0, times 1 - p for every 1."""
    return (p * (1 - masks) + (1 - p) * masks).prod(1)


class Masked(nn.Module):
    """Inverted dropout that does not draw its masks: it was given them."""

    def __init__(self, masks: mg.Tensor, p: float) -> None:
        super().__init__()
        self.masks, self.p = masks, p

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x * self.masks / (1 - self.p)


class MaskedNets:
    """The 2ⁿ networks that dropout makes of one, with the probability of each."""

    def __init__(self, net: nn.Sequential, units: int, p: float) -> None:
        dropouts = sum(isinstance(layer, nn.Dropout) for layer in net)
        masks = every_mask(units * dropouts)
        given = iter(masks.split(units, dim=1))
        layers = [Masked(next(given), p) if isinstance(layer, nn.Dropout) else layer for layer in net]
        self.nets = nn.Sequential(*layers)
        self.probability = probabilities(masks, p)

    @mg.no_grad()
    def answers(self, x: mg.Tensor) -> mg.Tensor:
        """Return what every network says to one input, of shape (2ⁿ, outputs)."""
        return self.nets(x)


# ---- the mean of what they say ---------------------------------------------------------------------------------------


class Curve(NamedTuple):
    """What all masked networks answer, input by input, and what their network answers in evaluation."""

    answers: mg.Tensor  # (inputs, 2ⁿ)
    probability: mg.Tensor  # (2ⁿ,)
    evaluated: mg.Tensor  # (inputs,)

    @property
    def mean(self) -> mg.Tensor:
        return self.answers @ self.probability

    @property
    def std(self) -> mg.Tensor:
        return ((self.answers - self.mean.unsqueeze(1)) ** 2 @ self.probability).sqrt()

    @property
    def gaps(self) -> mg.Tensor:
        return (self.mean - self.evaluated).abs()

    @property
    def worst(self) -> int:
        """The input at which mean and evaluation differ most."""
        return int(self.gaps.argmax())


def enumerate_curve(net: nn.Sequential, units: int, p: float) -> Curve:
    masked = MaskedNets(net, units, p)
    answers = [masked.answers(x).squeeze(1) for x in progress(GRID, "masks", unit="input")]
    return Curve(mg.stack(answers), masked.probability, evaluate(net).squeeze(1))


def evaluate(net: nn.Sequential) -> mg.Tensor:
    with evaluating(net):
        return net(GRID)


@mg.no_grad()
def draw_mean(net: nn.Sequential, x: mg.Tensor, draws: int) -> float:
    """Return the mean answer to one input in training mode, with masks that nn.Dropout draws."""
    return net(x.expand(draws, 1)).mean().item()


# ---- and of their softmax --------------------------------------------------------------------------------------------


class Softmax(NamedTuple):
    """The softmax in evaluation, and two means of it over all masks, each of shape (inputs, classes)."""

    evaluated: mg.Tensor
    geometric: mg.Tensor
    arithmetic: mg.Tensor

    @property
    def geometric_gap(self) -> float:
        return (self.geometric - self.evaluated).abs().max().item()

    @property
    def arithmetic_gap(self) -> float:
        return (self.arithmetic - self.evaluated).abs().max().item()


def enumerate_softmax(net: nn.Sequential, units: int, p: float) -> Softmax:
    masked = MaskedNets(net, units, p)
    geometric, arithmetic = [], []
    for x in progress(GRID, "masks", unit="input"):
        log_each = masked.answers(x).log_softmax(1)
        geometric.append((masked.probability @ log_each).softmax(0))  # exp of the mean logarithm, normalised
        arithmetic.append(masked.probability @ log_each.exp())
    return Softmax(evaluate(net).softmax(1), mg.stack(geometric), mg.stack(arithmetic))


# ---- linear regression -----------------------------------------------------------------------------------------------


class Regression(NamedTuple):
    """The weights of four methods, and how far training with dropout was from ridge after some steps."""

    least_squares: Array
    ridge: Array
    all_masks: Array
    averaged: Array  # over the steps of SGD with dropout
    steps: list[int]
    averages_distance: list[float]  # as a fraction of the ridge weights' length
    last_distance: list[float]

    @property
    def gap(self) -> float:
        """The largest difference between ridge and dropout over all masks."""
        return float(np.abs(self.ridge - self.all_masks).max())


def draw_regression() -> tuple[Array, Array]:
    """Return inputs whose features differ in size, and noisy linear targets."""
    X = mg.linspace(0.5, 1.5, FEATURES) * mg.randn(ROWS, FEATURES)
    y = X @ mg.randn(FEATURES) + mg.randn(ROWS)
    return X.double().numpy(), y.double().numpy()


def ridge(X: Array, y: Array, p: float) -> Array:
    """Return the weights of ridge regression whose penalty on w² is p/(1-p) times the feature's sum of squares."""
    gram = X.T @ X
    return np.linalg.solve(gram + p / (1 - p) * np.diag(np.diag(gram)), X.T @ y)


def minimise_over_all_masks(X: Array, y: Array, p: float) -> Array:
    """Return the weights of least expected loss: every row under every mask is a row of its own."""
    masks = every_mask(FEATURES)
    importance = probabilities(masks, p).sqrt().numpy()[:, None]
    rows = importance[:, :, None] * X * masks.numpy()[:, None] / (1 - p)  # (masks, rows, features)
    return np.linalg.lstsq(rows.reshape(-1, FEATURES), (importance * y).ravel())[0]


def regress(p: float, steps: int) -> Regression:
    X, y = draw_regression()
    target = ridge(X, y, p)
    net = nn.Sequential(nn.Dropout(p), nn.Linear(FEATURES, 1, bias=False)).double()
    weights = net[1].weight.detach().numpy()[0]  # a view: it follows the training
    optimizer = optim.SGD(net.parameters(), lr=stable_rate(X, p))
    training = train_steps(net, optimizer, nn.MSELoss(), mg.from_numpy(X), mg.from_numpy(y[:, None]), steps)

    shown = set(np.geomspace(1, steps, 60).round().astype(int).tolist())
    average, distances = np.zeros(FEATURES), []
    for step in progress(training, "SGD", steps):
        average += (weights - average) / step
        if step in shown:
            distances.append((step, apart(average, target), apart(weights, target)))
    trace = map(list, zip(*distances, strict=True))
    return Regression(np.linalg.lstsq(X, y)[0], target, minimise_over_all_masks(X, y, p), average, *trace)


def stable_rate(X: Array, p: float) -> float:
    """Return a learning rate that is small beside the curvature that dropout's 1/(1-p) gives the loss."""
    return float(0.2 * (1 - p) / np.linalg.eigvalsh(X.T @ X / len(X))[-1])


def apart(these: Array, those: Array) -> float:
    """Return the distance of the first from the second, as a fraction of the second's length."""
    return float(np.linalg.norm(these - those) / np.linalg.norm(those))


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """What was enumerated, with one hidden layer and with two; what was drawn; and the regression."""

    curves: list[Curve]
    softmaxes: list[Softmax]
    drawn_mean: float  # of the deeper network, at its worst input
    regression: Regression


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    p, units = options.p, options.units
    depths = [units], [units, units]
    nets = [train_curve(sizes, p) for sizes in depths]
    curves = [enumerate_curve(net, units, p) for net in nets]
    softmaxes = [enumerate_softmax(train_classes(sizes, p), units, p) for sizes in depths]
    drawn_mean = draw_mean(nets[1], GRID[curves[1].worst], options.draws)
    return Results(curves, softmaxes, drawn_mean, regress(p, options.steps))


OPTIONS = [
    Option("--p", inner_probability, 0.5, "probability to drop"),
    Option("--units", few_units, 8, "units in a hidden layer", quick=5),
    Option("--draws", at_least(2), 20_000, "masks that nn.Dropout draws", quick=2_000),
    Option("--steps", at_least(2), 50_000, "steps of SGD on the regression", quick=2_000),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
