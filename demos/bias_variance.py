"""Bias, variance and noise, measured: 200 networks learn the same function from 200 fresh training sets.

The notes define the three parts of an error; here each is a number. What the average of the 200 fits misses is bias,
how far a single fit is from that average is variance, and what no fit can know is noise. Each cure of overfitting
trades some of the second for some of the first.
"""

from __future__ import annotations

import argparse
import math
from typing import Any, NamedTuple

from lab.options import Option, at_least
from lab.training import evaluating, spread, train_steps

import numpy as np

import minigrad as mg
from minigrad import nn, optim
from minigrad.func import StackedLinear, StackedLoss
from minigrad.nn.utils import max_norm_

POINTS = 20
NOISE = 0.3  # its standard deviation
HIDDEN = 50
GRID = mg.linspace(-1, 1, 101).unsqueeze(1)  # where fits are compared with the truth


def truth(x: mg.Tensor) -> mg.Tensor:
    return mg.sin(math.pi * x)


# ---- many networks at once -------------------------------------------------------------------------------------------


def build(networks: int, p: float) -> nn.Sequential:
    return nn.Sequential(
        StackedLinear(networks, 1, HIDDEN),
        nn.ReLU(),
        nn.Dropout(p),
        StackedLinear(networks, HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Dropout(p),
        StackedLinear(networks, HIDDEN, 1),
    )


def draw_sets(networks: int) -> tuple[mg.Tensor, mg.Tensor]:
    """Return x of shape (POINTS, 1), and for each network noisy observations y of shape (networks, POINTS, 1)."""
    x = mg.linspace(-1, 1, POINTS).unsqueeze(1)
    return x, truth(x) + NOISE * mg.randn(networks, POINTS, 1)


# ---- the cures -------------------------------------------------------------------------------------------------------


class Cure(NamedTuple):
    """One way not to overfit, and its strength."""

    name: str
    l1: float = 0.0
    weight_decay: float = 0.0
    p: float = 0.0
    max_norm: float | None = None


CURES = [
    Cure("none"),
    Cure("L1", l1=0.003),
    Cure("L2", weight_decay=0.006),
    Cure("dropout", p=0.2),
    Cure("max-norm", max_norm=0.5),
]


def loss_of(net: nn.Module, l1: float) -> Any:
    """Return the sum of the networks' mean squared errors and penalties: no network feels another's."""
    sum_of_losses = StackedLoss(nn.MSELoss())

    def loss(prediction: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        error = sum_of_losses(prediction, y)
        return error + l1 * sum(w.abs().sum() for w in net.parameters()) if l1 else error

    return loss


def bound(net: nn.Sequential, optimizer: optim.Optimizer, max_norm: float) -> None:
    """Keep the incoming weights of every hidden unit within a ball, after each step."""
    *hidden, _ = [layer.weight.detach().flatten(0, 1) for layer in net if isinstance(layer, StackedLinear)]  # views
    optimizer.register_step_post_hook(lambda *_: max_norm_(hidden, max_norm))


def fits(cure: Cure, options: argparse.Namespace) -> np.ndarray:
    """Train all networks with one cure; return what each predicts on the grid, of shape (networks, grid)."""
    mg.manual_seed(options.seed)  # every cure sees the same training sets and begins with the same weights
    x, y = draw_sets(options.sets)
    net = build(options.sets, cure.p)
    optimizer = optim.Adam(net.parameters(), lr=0.01, weight_decay=cure.weight_decay)
    if cure.max_norm is not None:
        bound(net, optimizer, cure.max_norm)
    for _ in train_steps(net, optimizer, loss_of(net, cure.l1), x, y, options.steps):
        pass
    with evaluating(net):
        return net(GRID).squeeze(2).double().numpy()


# ---- the decomposition -----------------------------------------------------------------------------------------------


class Parts(NamedTuple):
    """The parts of the error, averaged over the grid: of each, what every network contributes to it.

    The contributions of a part have it as their mean, so `interval` says how far it can be trusted.
    """

    bias: np.ndarray
    variance: np.ndarray
    noise: np.ndarray
    error: np.ndarray  # measured on fresh noisy observations
    chance: np.ndarray  # what these have in common with the misses of the fits: 0 on average

    @property
    def total(self) -> float:
        """The sum of the three parts."""
        return float(self.bias.mean() + self.variance.mean() + self.noise.mean())


def decompose(predictions: np.ndarray, target: np.ndarray, noise: np.ndarray) -> Parts:
    """Split the error of predictions of shape (networks, grid) against a target with noise of the same shape.

    Where m is the mean of n predictions, the squared bias is the mean of (m - f)² less variance / n, which m, being a
    mean of n, misses f by itself; the variance has n - 1 in its denominator. So neither depends on n.
    """
    n = len(predictions)
    m = predictions.mean(axis=0)
    missed, strayed = m - target, predictions - m
    variance = n / (n - 1) * (strayed**2).mean(axis=1)
    return Parts(
        bias=(missed**2).mean() + 2 * (missed * strayed).mean(axis=1) - variance / n,  # the second term: its slope
        variance=variance,
        noise=(noise**2).mean(axis=1),
        error=((predictions - target - noise) ** 2).mean(axis=1),
        chance=-2 * ((predictions - target) * noise).mean(axis=1),
    )


class Results(NamedTuple):
    """For every cure its fits, and the parts of its error."""

    fits: dict[str, np.ndarray]
    parts: dict[str, Parts]


def compute(options: argparse.Namespace) -> Results:
    found = dict(zip([cure.name for cure in CURES], spread(fits, CURES, options, "cures"), strict=True))
    mg.manual_seed(2**32 + options.seed)  # the observations to test with come from another stream than those to learn
    noise = NOISE * mg.randn(options.sets, len(GRID)).double().numpy()
    target = truth(GRID).squeeze(1).double().numpy()
    return Results(found, {name: decompose(f, target, noise) for name, f in found.items()})


OPTIONS = [
    Option("--sets", at_least(2), 200, "training sets, and networks", quick=50),
    Option("--steps", at_least(1), 1000, "training steps", quick=300),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
