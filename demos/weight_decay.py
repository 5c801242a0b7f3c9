"""Weight decay, layer by layer: what it does to a fit, to the weights of every layer, and to their gradients.

Two networks of 80,000 weights learn ten points, one of them with weight decay. The plain one comes to reach every
point, and its gradients die out. In the other they live on: they must hold the weights up against the decay.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from lab.options import Option, positive
from lab.statistics import Interval, interval

import numpy as np

import minigrad as mg
from _ten_points import (
    MOMENTUM,
    OPTIONS as SHARED_OPTIONS,
    Arrays,
    End,
    Results,
    compute_both,
    size,
)
from minigrad import nn, optim

# ---- two networks, and their optimizers ------------------------------------------------------------------------------


class MLP(nn.Module):
    """Three hidden layers of the same width."""

    def __init__(self, neural_num: int) -> None:
        super().__init__()
        self.linears = nn.Sequential(
            nn.Linear(1, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, 1),
        )

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.linears(x)


def build_both(options: argparse.Namespace) -> Iterator[tuple[nn.Module, optim.Optimizer]]:
    """Yield two networks of their own first weights, with optimizers without and with weight decay."""
    for net, weight_decay in [(MLP(options.hidden), 0.0), (MLP(options.hidden), options.weight_decay)]:
        yield net, optim.SGD(net.parameters(), lr=options.lr, momentum=MOMENTUM, weight_decay=weight_decay)


# ---- results ---------------------------------------------------------------------------------------------------------


def compute(options: argparse.Namespace) -> Results:
    return compute_both(build_both, options)


def growth(ends: list[End], layer: int) -> Interval:
    """Return by which factor the size of a layer's weights has changed."""
    return interval([size(end.last[layer]) / size(end.first[layer]) for end in ends])


def factors(ends: list[End]) -> list[float]:
    """Return the mean growth of every layer but the last."""
    return [growth(ends, layer).mean for layer in range(len(ends[0].last) - 1)]


def norm(arrays: Arrays) -> float:
    """Return the Euclidean length of all of them as one vector."""
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays.values())))


OPTIONS = [Option("--weight-decay", positive, 0.01, "λ"), *SHARED_OPTIONS]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
