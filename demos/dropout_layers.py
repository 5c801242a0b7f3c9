"""Dropout, layer by layer: whether it gathers the weights around zero.

The notes look at the third layer in TensorBoard and find its weights closer to zero with dropout. A histogram reaches
from the smallest weight to the largest, though, so it looks narrower when a few weights have grown. Here the weights
are measured both ways.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

from lab.options import Option, probability
from lab.statistics import Interval

import numpy as np

import minigrad as mg
from _ten_points import (
    MOMENTUM,
    OPTIONS as SHARED_OPTIONS,
    End,
    Results,
    compute_both,
)
from minigrad import nn, optim

THIRD, OUTPUT = 2, 3  # of the layers with weights, counted from 0

# ---- two networks ----------------------------------------------------------------------------------------------------


class MLP(nn.Module):
    """Three hidden layers of the same width, with dropout before each Linear but the first."""

    def __init__(self, neural_num: int, d_prob: float) -> None:
        super().__init__()
        self.linears = nn.Sequential(
            nn.Linear(1, neural_num),
            nn.ReLU(inplace=True),
            nn.Dropout(d_prob),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Dropout(d_prob),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Dropout(d_prob),
            nn.Linear(neural_num, 1),
        )

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.linears(x)


def build_both(options: argparse.Namespace) -> Iterator[tuple[nn.Module, optim.Optimizer]]:
    """Yield two networks of their own first weights, without and with dropout, and their optimizers."""
    for net in [MLP(options.hidden, 0.0), MLP(options.hidden, options.p)]:
        yield net, optim.SGD(net.parameters(), lr=options.lr, momentum=MOMENTUM)


def compute(options: argparse.Namespace) -> Results:
    return compute_both(build_both, options)


# ---- how close to zero? ----------------------------------------------------------------------------------------------

Measure = Callable[[np.ndarray], float]


def largest(layer: np.ndarray) -> float:
    return float(np.abs(layer).max())


def gathered(layer: np.ndarray) -> float:
    """Return the share of weights below a tenth of the largest: what a histogram from end to end makes one see."""
    return float(np.mean(np.abs(layer) < largest(layer) / 10))


def of_layer(measure: Measure, layer: int) -> Callable[[End], float]:
    """Return the measure of one layer at the end."""
    return lambda end: measure(end.last[layer])


def difference(results: Results, measure: Measure, layer: int) -> Interval:
    return results.change(of_layer(measure, layer))


def means(results: Results, measure: Measure, layer: int) -> list[float]:
    """Return the mean measure of a layer, without dropout and with it."""
    return [float(np.mean(side)) for side in results.both(of_layer(measure, layer))]


OPTIONS = [Option("--p", probability, 0.5, "probability to drop"), *SHARED_OPTIONS]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
