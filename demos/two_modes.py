"""Two modes: what dropout does in training, what in evaluation, and that grad mode has no part in it.

A layer that drops half of 10,000 ones and then adds them up gives 10,000 in evaluation, and in training twice the
number of ones that were kept: a binomial variable, seen here over a thousand draws.
"""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

from lab.options import Option, at_least
from lab.progress import progress

import numpy as np

import minigrad as mg
from minigrad import nn

ONES = 10_000
P = 0.5


# ---- a layer that adds up what dropout leaves ------------------------------------------------------------------------


class Sum(nn.Module):
    """Dropout, then a Linear whose weights are all one: it counts."""

    def __init__(self) -> None:
        super().__init__()
        self.linears = nn.Sequential(nn.Dropout(P), nn.Linear(ONES, 1, bias=False), nn.ReLU())
        self.linears[1].weight.detach().fill_(1.0)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.linears(x)


@mg.no_grad()
def draw_sums(draws: int) -> tuple[list[float], float]:
    """Return the sums of many passes in training mode, and that of one in evaluation."""
    net, x = Sum(), mg.ones(ONES)
    in_training = [net(x).item() for _ in progress(range(draws), "draws", unit="draw")]
    return in_training, net.eval()(x).item()


def binomial(k: np.ndarray, n: int, keep: float) -> np.ndarray:
    """Return the probability that k of n are kept."""
    log_factorial = np.cumsum(np.log(np.maximum(np.arange(n + 1), 1)))
    choices = log_factorial[n] - log_factorial[k] - log_factorial[n - k]
    return np.exp(choices + k * math.log(keep) + (n - k) * math.log(1 - keep))


# ---- a network in each of its four states ----------------------------------------------------------------------------


class SimpleMLP(nn.Module):
    """784-256-256-10, with dropout behind both hidden layers."""

    def __init__(self, input_size: int = 784, hidden_size: int = 256, output_size: int = 10) -> None:
        super().__init__()
        self.hidden_layer1 = nn.Linear(input_size, hidden_size)
        self.dropout1 = nn.Dropout(P)
        self.hidden_layer2 = nn.Linear(hidden_size, hidden_size)
        self.dropout2 = nn.Dropout(P)
        self.output_layer = nn.Linear(hidden_size, output_size)

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        x = self.dropout1(mg.relu(self.hidden_layer1(x)))
        x = self.dropout2(mg.relu(self.hidden_layer2(x)))
        return self.output_layer(x)


class State(NamedTuple):
    """A network's answers in one mode, with gradients recorded or not."""

    mode: str
    grad: bool
    change: float  # the largest difference between two passes over the same inputs
    has_graph: bool


def four_states() -> list[State]:
    model, inputs = SimpleMLP(), mg.randn(100, 784)
    states = []
    for training in True, False:
        model.train(training)
        for grad in True, False:
            with mg.set_grad_enabled(grad):
                first, second = model(inputs), model(inputs)
            change = (first - second).abs().max().item()
            states.append(State("training" if training else "evaluation", grad, change, first.grad_fn is not None))
    return states


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """What was measured: sums in training, the sum in evaluation, and the network's four states."""

    sums: list[float]
    evaluation: float
    states: list[State]


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    return Results(*draw_sums(options.draws), four_states())


OPTIONS = [Option("--draws", at_least(2), 1000, "passes in training", quick=200)]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
