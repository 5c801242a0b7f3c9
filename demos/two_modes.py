"""Two modes: what dropout does in training, what in evaluation, and that grad mode has no part in it.

A layer that drops half of 10,000 ones and then adds them up gives 10,000 in evaluation, and in training twice the
number of ones that were kept: a binomial variable, seen here over a thousand draws.
"""

from __future__ import annotations

import argparse
import math
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn

from .house.demo import SRIVASTAVA, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least
from .house.statistics import Interval, interval
from .house.style import BLUE, ORANGE, VERMILLION, canvas, label
from .house.training import progress

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


def draw_histogram(results: Results, mean: Interval) -> Figure:
    figure, axes = canvas()
    kept = np.arange(ONES // 2 - 250, ONES // 2 + 251)
    width = 25  # of a bar, in units of the sum
    axes.hist(results.sums, bins=np.arange(9487.5, 10513, width), color=BLUE, alpha=0.75, label="training, drawn")
    expected = len(results.sums) * binomial(kept, ONES, 1 - P) * width * (1 - P)
    axes.plot(kept / (1 - P), expected, color=ORANGE, linestyle="--", label="binomial, computed")
    axes.axvline(results.evaluation, color=VERMILLION, linestyle=":", label="evaluation")
    title = f"Training adds up to {mean:,.1f}, evaluation to {results.evaluation:,.0f}"
    label(axes, title, x=f"sum of {ONES:,} ones", y="draws")
    axes.legend(loc="upper left", fontsize=8.5)
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    mean, deviation = interval(results.sums), float(np.std(results.sums, ddof=1))
    expected = math.sqrt(ONES * P / (1 - P))
    low, high = min(results.sums), max(results.sums)
    training, evaluation = results.states[:2], results.states[2:]
    return Exhibit(
        claims=[
            f"Over {len(results.sums):,} training passes {ONES:,} ones add up to {mean:,.1f} (mean and 95% interval), "
            f"with a standard deviation of {deviation:.1f} where the binomial has {expected:.1f}; "
            f"in evaluation to exactly {results.evaluation:,.0f}.",
            f"Two passes of the network over the same inputs differ by up to {max(s.change for s in training):.2f} in "
            f"training and by {max(s.change for s in evaluation):g} in evaluation, with gradients recorded or not.",
        ],
        pictures=[
            Picture(
                "sums",
                draw_histogram(results, mean),
                alt=f"Histogram of {options.draws:,} sums in training, from {low:,.0f} to {high:,.0f}, on average "
                f"{mean:,.1f}; it follows the binomial curve. A line marks evaluation's, {results.evaluation:,.0f}.",
                caption="Kept ones count twice, so the sum is right on average; only evaluation gives it every time.",
            )
        ],
        tables=[
            Table(
                "SimpleMLP, 784-256-256-10, on 100 inputs",
                ["mode", "gradients", "two passes differ by", "graph"],
                [
                    [s.mode, "on" if s.grad else "off", f"{s.change:.3f}", "recorded" if s.has_graph else "none"]
                    for s in results.states
                ],
            )
        ],
        notes=["The mode decides what is dropped; grad mode decides what is recorded. Neither asks the other."],
    )


DEMO = Demo(
    order=2,
    title="Two modes",
    question="What does a network with dropout answer in training, and what in evaluation?",
    formula=r"y = \frac{ξ}{1 - p} x \quad E[y] = x \\ ξ = 0 \text{ with probability } p, \text{ else } 1",
    source="Zhang Xian, PyTorch notes 6.1, “weight decay and dropout”, and “Dropout regularization (PyTorch)”, 2024",
    references=[
        Reference("torch.nn.Dropout", "https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html"),
        SRIVASTAVA,
    ],
    options=[Option("--draws", at_least(2), 1000, "passes in training", quick=200)],
    code=[draw_sums, SimpleMLP],
    compute=compute,
    present=present,
)
