"""Uncertainty: dropout left on at test time gives a different curve every pass, and their spread is a band.

Gal and Ghahramani read it as the network's doubt. Here it stands beside the doubt of 50 networks that were trained on
the same 20 noisy points of y = x, each from its own random weights; and since the truth is known here, both bands can
be asked how often they hold it.
"""

from __future__ import annotations

import argparse
from functools import partial
from itertools import pairwise
from typing import NamedTuple

from lab.options import Option, at_least, inner_probability, positive
from lab.statistics import Interval, interval
from lab.training import seeds_of, spread, train_steps

import numpy as np

import minigrad as mg
from dropout_overfitting import Data, build_dropped
from minigrad import nn, optim
from minigrad.func import StackedLinear, StackedLoss

Array = np.ndarray

N_SAMPLES = 20
NOISE = 0.3  # standard deviation of the observations
MORE = 1, 4, 16  # times as many points
GRID = mg.linspace(-2, 2, 161).unsqueeze(1)  # the data lies in its inner half
X = GRID.numpy().ravel()
INSIDE = abs(X) <= 1
Z = 1.96  # a normal variable is within that many standard deviations with probability 0.95


def draw_data(n: int) -> Data:
    """Return n noisy points of y = x to train on, and n new observations at the same inputs."""
    x = mg.linspace(-1, 1, n).unsqueeze(1)
    y, test_y = (x + NOISE * mg.normal(mg.zeros(n, 1), mg.ones(n, 1)) for _ in range(2))
    return Data(x, y, test_y)


# ---- fifty networks in one -------------------------------------------------------------------------------------------


def build_many(networks: int, hidden: int) -> nn.Sequential:
    """Return networks that take (n, 1) and answer (networks, n, 1)."""
    first, second, last = (StackedLinear(networks, *sizes) for sizes in pairwise((1, hidden, hidden, 1)))
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)


def train(net: nn.Module, loss_func: nn.Module, data: Data, options: argparse.Namespace) -> nn.Module:
    # Adam looks at every weight by itself, so a step of all networks is a step of each.
    optimizer = optim.Adam(net.parameters(), lr=options.lr)
    for _ in train_steps(net, optimizer, loss_func, data.x, data.y, options.steps):
        pass
    return net


# ---- bands -----------------------------------------------------------------------------------------------------------


class Band(NamedTuple):
    """Mean and standard deviation of many curves, input by input."""

    mean: Array
    std: Array

    @property
    def low(self) -> Array:
        return self.mean - Z * self.std

    @property
    def high(self) -> Array:
        return self.mean + Z * self.std

    def holds(self, y: Array) -> Array:
        return (self.low <= y) & (y <= self.high)


def band_of(curves: mg.Tensor) -> Band:
    """Return the band of curves (how many, inputs, 1)."""
    return Band(curves.mean(0).numpy().ravel(), curves.std(0).numpy().ravel())


@mg.no_grad()
def dropout_band(net: nn.Module, x: mg.Tensor, passes: int) -> Band:
    """Leave dropout on, and look many times."""
    net.train()
    return band_of(mg.stack([net(x) for _ in range(passes)]))


@mg.no_grad()
def networks_band(nets: nn.Module, x: mg.Tensor) -> Band:
    """Look once at every network."""
    return band_of(nets(x))


# ---- what they are worth ---------------------------------------------------------------------------------------------


class Measures(NamedTuple):
    """How a band does where the data lies, and how wide it is there and beyond."""

    truth: float  # the fraction of inputs at which it holds y = x
    observations: float  # the fraction of new observations that it holds
    with_noise: float  # the same, if the noise is added to it
    error: float  # root mean square distance of its mean from y = x
    width: float
    width_beyond: float


def measure(on_grid: Band, at_data: Band, data: Data) -> Measures:
    seen = data.test_y.numpy().ravel()
    noisy = Band(at_data.mean, np.sqrt(at_data.std**2 + NOISE**2))
    return Measures(
        truth=float(on_grid.holds(X)[INSIDE].mean()),
        observations=float(at_data.holds(seen).mean()),
        with_noise=float(noisy.holds(seen).mean()),
        error=error(on_grid),
        width=width(on_grid, INSIDE),
        width_beyond=width(on_grid, ~INSIDE),
    )


def width(band: Band, where: Array) -> float:
    return float((band.high - band.low)[where].mean())


def error(band: Band) -> float:
    """Return how far the band's mean is from y = x where the data lies: the root mean square."""
    return float(np.sqrt(np.mean((band.mean - X)[INSIDE] ** 2)))


class Trial(NamedTuple):
    """One data set: both bands on the grid, dropout's first, and what they are worth; and dropout's with more data."""

    data: Data
    bands: list[Band]
    measures: list[Measures]
    growth: list[Band]


def run_trial(seed: int, options: argparse.Namespace) -> Trial:
    mg.manual_seed(seed)
    data = draw_data(N_SAMPLES)
    dropped = train(build_dropped(options.hidden, options.p), nn.MSELoss(), data, options)
    many = train(build_many(options.networks, options.hidden), StackedLoss(nn.MSELoss()), data, options)
    looks = partial(dropout_band, dropped, passes=options.passes), partial(networks_band, many)
    bands = [look(GRID) for look in looks]
    measures = [measure(band, look(data.x), data) for band, look in zip(bands, looks, strict=True)]
    return Trial(data, bands, measures, [bands[0], *(band_of_more(times, options) for times in MORE[1:])])


def band_of_more(times: int, options: argparse.Namespace) -> Band:
    """Return dropout's band after training on so many times as much data."""
    net = train(build_dropped(options.hidden, options.p), nn.MSELoss(), draw_data(N_SAMPLES * times), options)
    return dropout_band(net, GRID, options.passes)


Results = list[Trial]


def compute(options: argparse.Namespace) -> Results:
    return spread(run_trial, seeds_of(options), options, "data sets")


def summarise(results: Results, band: int) -> dict[str, Interval]:
    """Return the mean of each measure over the data sets, with its interval; of dropout's band (0) or the other (1)."""
    columns = zip(*(trial.measures[band] for trial in results), strict=True)
    return dict(zip(Measures._fields, map(interval, columns), strict=True))


class Growth(NamedTuple):
    """Of dropout's band with more and more data, over the data sets."""

    widths: list[Interval]
    errors: list[Interval]


def summarise_growth(results: Results) -> Growth:
    by_size = list(zip(*(trial.growth for trial in results), strict=True))
    widths = [interval([width(band, INSIDE) for band in bands]) for bands in by_size]
    return Growth(widths, [interval([error(band) for band in bands]) for bands in by_size])


OPTIONS = [
    Option("--p", inner_probability, 0.5, "probability to drop"),
    Option("--lr", positive, 0.01, "learning rate of Adam"),
    Option("--steps", at_least(1), 500, "training steps", quick=150),
    Option("--hidden", at_least(1), 100, "units in a hidden layer", quick=30),
    Option("--networks", at_least(2), 50, "networks without dropout"),
    Option("--passes", at_least(2), 500, "passes with dropout", quick=100),
    Option("--seeds", at_least(2), 8, "data sets", quick=3),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
