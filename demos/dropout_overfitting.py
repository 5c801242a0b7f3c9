"""Dropout against overfitting: two networks see the same 20 noisy points of y = x, one of them with dropout.

The animation shows both fits as they are trained. One data seed proves nothing, so twelve are trained on, and the
paired difference says what dropout is worth. The first seed draws the numbers of the tutorial.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lab.options import Option, at_least, positive, probability
from lab.progress import progress
from lab.statistics import Interval, paired
from lab.training import Loss, evaluating, spread_at_once

import minigrad as mg
from minigrad import nn, optim
from minigrad.func import Stacked, StackedLoss

N_SAMPLES = 20
EVERY = 10  # steps between two frames
GRID = mg.linspace(-1, 1, 201).unsqueeze(1)  # where a fit is drawn


# ---- the data --------------------------------------------------------------------------------------------------------


class Data(NamedTuple):
    """Inputs, and two noisy observations of y = x at each of them: one to train on, one to test."""

    x: mg.Tensor
    y: mg.Tensor
    test_y: mg.Tensor


def draw_data() -> Data:
    x = mg.linspace(-1, 1, N_SAMPLES).unsqueeze(1)
    y, test_y = (x + 0.3 * mg.normal(mg.zeros(N_SAMPLES, 1), mg.ones(N_SAMPLES, 1)) for _ in range(2))
    return Data(x, y, test_y)


def of_all(data: Sequence[Data]) -> Data:
    """Return the data of many networks, whose inputs are the same."""
    return Data(data[0].x, *(mg.stack([getattr(one, name) for one in data]) for name in ("y", "test_y")))


# ---- the two networks ------------------------------------------------------------------------------------------------


def build_plain(hidden: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(1, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, 1),
    )


def build_dropped(hidden: int, p: float) -> nn.Sequential:
    return nn.Sequential(
        nn.Linear(1, hidden),
        nn.Dropout(p),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.Dropout(p),
        nn.ReLU(),
        nn.Linear(hidden, 1),
    )


# ---- training --------------------------------------------------------------------------------------------------------


def start(seed: int, options: argparse.Namespace) -> tuple[Data, list[nn.Sequential]]:
    mg.manual_seed(seed)
    return draw_data(), [build_plain(options.hidden), build_dropped(options.hidden, options.p)]


def training(net: nn.Module, loss_func: Loss, data: Data, options: argparse.Namespace) -> Iterator[int]:
    """Train, and yield after every step how many were made."""
    optimizer = optim.Adam(net.parameters(), lr=options.lr)
    for step in range(1, options.steps + 1):
        loss = loss_func(net(data.x), data.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield step


def test_loss(net: nn.Module, data: Data) -> float:
    with evaluating(net):
        return nn.MSELoss()(net(data.x), data.test_y).item()


class Frame(NamedTuple):
    """Both fits after some steps: the plain network first, then the one with dropout."""

    step: int
    curves: list[mg.Tensor]
    test_losses: list[float]


def look(step: int, nets: list[nn.Sequential], data: Data) -> Frame:
    with evaluating(*nets):
        curves = [net(GRID) for net in nets]
    return Frame(step, curves, [test_loss(net, data) for net in nets])


def watch(seed: int, options: argparse.Namespace) -> tuple[Data, list[Frame]]:
    """Train both networks on the data of one seed side by side, and look at them every few steps."""
    data, nets = start(seed, options)
    both = zip(*(training(net, nn.MSELoss(), data, options) for net in nets), strict=True)
    frames = []
    for step, _ in progress(both, "training", options.steps):
        if step % EVERY == 0 or step == options.steps:
            frames.append(look(step, nets, data))
    return data, frames


def final_test_losses(seeds: Sequence[int], options: argparse.Namespace) -> list[tuple[float, ...]]:
    """Train the networks of all seeds at once; return for each seed the test losses without and with dropout."""
    started, generators = [], []
    for seed in seeds:
        started.append(start(seed, options))
        generators.append(mg.default_generator.clone_state())  # it draws this seed's masks
    all_data, pairs = zip(*started, strict=True)
    data, losses = of_all(all_data), []
    for nets in map(Stacked, zip(*pairs, strict=True), (generators, generators)):
        for _ in training(nets, StackedLoss(nn.MSELoss()), data, options):
            pass
        with evaluating(nets):
            losses.append(StackedLoss(nn.MSELoss(), reduction="none")(nets(data.x), data.test_y).tolist())
    return list(zip(*losses, strict=True))


class Results(NamedTuple):
    """The fits of the first seed, and the final test losses of every seed, without and with dropout."""

    data: Data
    frames: list[Frame]
    plain: list[float]
    dropped: list[float]

    @property
    def change(self) -> Interval:
        """What dropout does to the test loss."""
        return paired(self.plain, self.dropped)


def compute(options: argparse.Namespace) -> Results:
    data, frames = watch(options.seed, options)
    losses = spread_at_once(final_test_losses, options, "data seeds")
    return Results(data, frames, *map(list, zip(*losses, strict=True)))


OPTIONS = [
    Option("--p", probability, 0.5, "probability to drop"),
    Option("--lr", positive, 0.01, "learning rate of Adam"),
    Option("--steps", at_least(1), 500, "training steps", quick=150),
    Option("--hidden", at_least(1), 300, "units in a hidden layer", quick=100),
    Option("--seeds", at_least(2), 12, "data seeds of the table", quick=6),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
