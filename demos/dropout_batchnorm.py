"""Dropout before or after BatchNorm: the variance that training has seen is not the one that evaluation has.

In training, dropout adds variance; in evaluation it adds none. A BatchNorm behind it keeps the variance of training as
its running statistics, and divides by it in evaluation. How large is that shift, and does it cost anything?
"""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

from lab.options import Option, at_least, positive, probability
from lab.progress import progress
from lab.statistics import Interval, interval
from lab.training import evaluating, seeds_of, spread, train_steps

import minigrad as mg
from dropout_overfitting import draw_data
from minigrad import nn, optim

# ---- the shift by itself ---------------------------------------------------------------------------------------------

CHANNELS, BATCH = 64, 1000
PROBABILITIES = 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8


def centred(x: mg.Tensor) -> mg.Tensor:
    """Return standard normal inputs as they are: their mean is 0."""
    return x


INPUTS = {"normal": centred, "ReLU of normal": mg.relu}


def predicted_shift(p: float, mean: float, variance: float) -> float:
    """Return (E[x²] / (1 - p) - E[x]²) / Var[x]: 1 / (1 - p) where the mean is 0, more elsewhere."""
    return ((variance + mean**2) / (1 - p) - mean**2) / variance


@mg.no_grad()
def measured_shift(p: float, name: str, batches: int) -> Interval:
    """Return by how much a BatchNorm behind dropout sees more variance in training, over its channels."""
    dropout, training, evaluation = nn.Dropout(p), *(nn.BatchNorm1d(CHANNELS, momentum=None) for _ in range(2))
    for _ in range(batches):
        x = INPUTS[name](mg.randn(BATCH, CHANNELS))
        training(dropout(x))
        evaluation(x)  # in evaluation, dropout hands on what it gets
    return interval((training.running_var / evaluation.running_var).tolist())


def moments(name: str) -> tuple[float, float]:
    """Return mean and variance of an input."""
    if name == "normal":
        return 0.0, 1.0
    return 1 / math.sqrt(2 * math.pi), 0.5 - 0.5 / math.pi  # of max(0, x)


# ---- and in a network ------------------------------------------------------------------------------------------------

ORDERS = {  # by name, what dropout's place is in a sentence
    "no dropout": "",
    "before": "before each BatchNorm",
    "after": "after each BatchNorm",
    "after the last": "after the last BatchNorm alone",
}
WITH_DROPOUT = list(ORDERS)[1:]


def block(inputs: int, outputs: int, order: str, p: float) -> list[nn.Module]:
    """Return the modules of a hidden layer."""
    linear, norm, relu, dropout = nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(p)
    if order == "before":
        return [linear, dropout, norm, relu]
    if order == "after":
        return [linear, norm, relu, dropout]
    return [linear, norm, relu]


def build(hidden: int, order: str, p: float) -> nn.Sequential:
    first, second = ("no dropout", "after") if order == "after the last" else (order, order)
    return nn.Sequential(*block(1, hidden, first, p), *block(hidden, hidden, second, p), nn.Linear(hidden, 1))


class Outcome(NamedTuple):
    """The shift at each BatchNorm, and the test loss with statistics of training, then with those of evaluation."""

    shifts: list[float]
    test_loss: float
    corrected_test_loss: float


def train(seed: int, order: str, options: argparse.Namespace) -> Outcome:
    mg.manual_seed(seed)  # the same data and the same first weights in every order
    (x, y, test_y), net, mse = draw_data(), build(options.hidden, order, options.p), nn.MSELoss()
    for _ in train_steps(net, optim.Adam(net.parameters(), lr=options.lr), mse, x, y, options.steps):
        pass
    with evaluating(net):
        test_loss = mse(net(x), test_y).item()
    shifts = correct_statistics(net, x)
    with evaluating(net):
        return Outcome(shifts, test_loss, mse(net(x), test_y).item())


@mg.no_grad()
def correct_statistics(net: nn.Module, x: mg.Tensor) -> list[float]:
    """Take the running statistics anew, without dropout; return how much larger those of training were."""
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm1d)]
    before = [norm.running_var.clone() for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # take the next batch as it is
    with evaluating(net):
        for norm in norms:
            norm.train()
        net(x)
    return [(old / norm.running_var).median().item() for old, norm in zip(before, norms, strict=True)]


def train_all(seed: int, options: argparse.Namespace) -> list[Outcome]:
    return [train(seed, order, options) for order in ORDERS]


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """The shift by kind of input and probability, and how every seed ended by order."""

    shifts: dict[str, list[Interval]]
    outcomes: dict[str, list[Outcome]]


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    settings = [(name, p) for name in INPUTS for p in PROBABILITIES]
    found = [measured_shift(p, name, options.batches) for name, p in progress(settings, "shifts", unit="setting")]
    shifts = {name: found[i * len(PROBABILITIES) :][: len(PROBABILITIES)] for i, name in enumerate(INPUTS)}
    ends = spread(train_all, seeds_of(options), options, "data seeds")
    return Results(shifts, dict(zip(ORDERS, map(list, zip(*ends, strict=True)), strict=True)))


def test_losses(results: Results, order: str) -> list[float]:
    return [outcome.test_loss for outcome in results.outcomes[order]]


def corrected_losses(results: Results, order: str) -> list[float]:
    return [outcome.corrected_test_loss for outcome in results.outcomes[order]]


OPTIONS = [
    Option("--p", probability, 0.5, "probability to drop, in the network"),
    Option("--lr", positive, 0.01, "learning rate of Adam"),
    Option("--steps", at_least(1), 300, "training steps", quick=60),
    Option("--hidden", at_least(1), 100, "units in a hidden layer", quick=30),
    Option("--seeds", at_least(2), 8, "data seeds", quick=3),
    Option("--batches", at_least(1), 30, "batches of 1,000 for the shift by itself", quick=2),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
