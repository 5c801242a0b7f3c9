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

import numpy as np
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim

from ._many_linear import ManyLinear, sum_of_losses
from .dropout_overfitting import Data, build_dropped
from .house.demo import Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least, inner_probability, positive
from .house.statistics import Interval, interval
from .house.style import BLUE, INK, LINES, VERMILLION, canvas, label
from .house.training import seeds_of, spread, train_steps

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
    first, second, last = (ManyLinear(networks, *sizes) for sizes in pairwise((1, hidden, hidden, 1)))
    return nn.Sequential(first, nn.ReLU(), second, nn.ReLU(), last)


def train(net: nn.Module, data: Data, options: argparse.Namespace) -> nn.Module:
    # Adam looks at every weight by itself, so a step of all networks is a step of each.
    optimizer = optim.Adam(net.parameters(), lr=options.lr)
    for _ in train_steps(net, optimizer, sum_of_losses, data.x, data.y, options.steps):
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
    dropped = train(build_dropped(options.hidden, options.p), data, options)
    many = train(build_many(options.networks, options.hidden), data, options)
    looks = partial(dropout_band, dropped, passes=options.passes), partial(networks_band, many)
    bands = [look(GRID) for look in looks]
    measures = [measure(band, look(data.x), data) for band, look in zip(bands, looks, strict=True)]
    return Trial(data, bands, measures, [bands[0], *(band_of_more(times, options) for times in MORE[1:])])


def band_of_more(times: int, options: argparse.Namespace) -> Band:
    """Return dropout's band after training on so many times as much data."""
    net = train(build_dropped(options.hidden, options.p), draw_data(N_SAMPLES * times), options)
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


# ---- pictures --------------------------------------------------------------------------------------------------------


def draw_band(trial: Trial, band: int, name: str) -> Figure:
    figure, axes = canvas(height=3.8)
    middle, holds = trial.bands[band], trial.measures[band].truth
    color = (BLUE, VERMILLION)[band]
    axes.fill_between(X, middle.low, middle.high, color=color, alpha=0.22, linewidth=0, label="mean ± 1.96 deviations")
    axes.plot(X, middle.mean, color=color, label="mean")
    axes.plot(X, X, color=INK, linestyle=":", linewidth=1.2, label="y = x")
    axes.scatter(trial.data.x, trial.data.y, s=22, color=INK, label="train", zorder=3)
    label(axes, f"{name} holds y = x\nat {holds:.0%} of the inputs from -1 to 1", x="x", y="y")
    axes.set(xlim=(-2, 2), ylim=(-5, 5))
    axes.legend(loc="upper left", fontsize=8.5)
    return figure


CRITERIA = {"truth": "y = x", "observations": "new observations", "with_noise": "new observations,\nband with noise"}


def draw_coverage(summaries: list[dict[str, Interval]], networks: int) -> Figure:
    figure, axes = canvas()
    for name, summary, style, offset in zip(names(networks), summaries, LINES, (-0.08, 0.08), strict=False):
        means, margins = zip(*(summary[criterion] for criterion in CRITERIA), strict=True)
        style = style | {"linestyle": "none"}
        axes.errorbar(np.arange(3) + offset, means, margins, capsize=4, label=name, **style)
    axes.axhline(0.95, color=INK, linestyle=":", linewidth=1.2, label="what 95% would be")
    dropout, trained = (summary["truth"].mean for summary in summaries)
    title = f"The bands hold the truth at {dropout:.0%} (dropout)\nand {trained:.0%} (networks) of the inputs"
    label(axes, title, x="", y="held")
    axes.set(xlim=(-0.5, 2.5), ylim=(0, 1.15), xticks=range(3), xticklabels=CRITERIA.values())
    axes.set_yticks(np.linspace(0, 1, 5), ["0%", "25%", "50%", "75%", "100%"])
    axes.legend(fontsize=8.5, loc="lower right")
    return figure


def draw_growth(growth: Growth) -> Figure:
    figure, axes = canvas()
    points = [N_SAMPLES * times for times in MORE]
    for name, intervals, style in zip(("width of the band", "error of its mean"), growth, LINES, strict=False):
        means, margins = zip(*intervals, strict=True)
        axes.errorbar(points, means, margins, capsize=4, label=name, **style)
    widths, errors = growth
    title = (
        f"With {MORE[-1]} times the data, dropout's band is {widths[-1].mean / widths[0].mean:.0%} as wide,\n"
        f"the error of its mean {errors[-1].mean / errors[0].mean:.0%} of what it was"
    )
    label(axes, title, x="training points", y="in units of y")
    axes.set(xscale="log", ylim=(0, None))
    axes.set_xticks(points, map(str, points))
    axes.minorticks_off()
    axes.legend(fontsize=9)
    return figure


def names(networks: int) -> tuple[str, str]:
    return "dropout", f"{networks} networks"


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    dropout, trained = summaries = [summarise(results, band) for band in (0, 1)]
    growth = summarise_growth(results)
    first = results[0]
    claims = [
        f"Where the data lies, dropout's 95% band holds the truth at {dropout['truth']:.0%} of the inputs, the band of "
        f"{options.networks} networks at {trained['truth']:.0%} (means and 95% intervals over {options.seeds} data "
        f"sets).",
        f"New observations fall into them {dropout['observations']:.0%} and {trained['observations']:.0%} of the time; "
        f"with the noise added, which only we know, {dropout['with_noise']:.0%} and {trained['with_noise']:.0%}.",
        f"Beyond the data, up to |x| = 2, dropout's band is {dropout['width_beyond']:.2f} wide instead of "
        f"{dropout['width']:.2f}, the networks' {trained['width_beyond']:.2f} instead of {trained['width']:.2f}.",
        f"With {MORE[-1]} times the data, dropout's band is {growth.widths[-1]:.2f} wide, where it was "
        f"{growth.widths[0]:.2f}; the error of its mean is {growth.errors[-1]:.3f}, where it was "
        f"{growth.errors[0]:.3f}.",
    ]
    pictures = [
        Picture(
            "dropout",
            draw_band(first, 0, "Dropout's band"),
            alt=f"A band around a curve through {N_SAMPLES} points; on average {first.measures[0].width:.2f} wide "
            f"between -1 and 1, {first.measures[0].width_beyond:.2f} beyond.",
            caption=f"One network, {options.passes:,} passes in training mode; the first data set.",
        ),
        Picture(
            "networks",
            draw_band(first, 1, f"The band of {options.networks} networks"),
            alt=f"A band around a curve through the same points; on average {first.measures[1].width:.2f} wide "
            f"between -1 and 1, {first.measures[1].width_beyond:.2f} beyond.",
            caption="The same data, from other random weights each; no dropout.",
        ),
        Picture(
            "coverage",
            draw_coverage(summaries, options.networks),
            alt=f"Fractions held by dropout's band and by that of the networks: the truth {dropout['truth']:.0%} and "
            f"{trained['truth']:.0%}, new observations {dropout['observations']:.0%} and "
            f"{trained['observations']:.0%}, with noise {dropout['with_noise']:.0%} and {trained['with_noise']:.0%}.",
            caption=f"Means and 95% intervals over {options.seeds} data sets.",
        ),
        Picture(
            "more_data",
            draw_growth(growth),
            alt=f"Over {', '.join(str(N_SAMPLES * times) for times in MORE)} points the width is "
            f"{', '.join(f'{each:.2f}' for each in growth.widths)} and the error "
            f"{', '.join(f'{each:.3f}' for each in growth.errors)}.",
            caption=f"The same p and the same {options.steps:,} steps at every size; {options.seeds} data sets each.",
        ),
    ]
    rows = {
        "holds y = x": ("truth", ".0%"),
        "new observations": ("observations", ".0%"),
        "with noise added": ("with_noise", ".0%"),
        "error of its mean": ("error", ".2f"),
        "width from -1 to 1": ("width", ".2f"),
        "width beyond, to ±2": ("width_beyond", ".2f"),
    }
    table = Table(
        f"Bands over {options.seeds} data sets, mean and 95% interval",
        ["", *names(options.networks)],
        [[row, *(format(summary[key], spec) for summary in summaries)] for row, (key, spec) in rows.items()],
    )
    return Exhibit(claims, pictures, [table], NOTES)


NOTES = [
    "What the bands are: how much the answer depends on which units are kept, and on where training began. What they "
    "are not: a statement about other data. Networks that agree with each other can be wrong together, as they have "
    "seen the same noise; trained without dropout, they follow it.",
    "Gal and Ghahramani derive dropout's band for networks with weight decay, and choose p and the level of the noise "
    "by likelihood. The tutorial's network has no weight decay, and its p was chosen by hand.",
    "Neighbouring inputs are held or missed together, so a single data set says little: the intervals are over data "
    "sets.",
]

DEMO = Demo(
    order=11,
    title="Uncertainty",
    question="If dropout is left on, does the spread of the answers say how far off they are?",
    formula=r"\bar{y}(x) ± 1.96 s(x) \\ \bar{y} = \frac{1}{T} ∑_t^T \hat{y}_t \\ "
    r"s^2 = \frac{1}{T - 1} ∑_t^T (\hat{y}_t - \bar{y})^2 \\ \text{with noise: } ± 1.96 \sqrt{s^2 + 0.3^2}",
    source="Gal and Ghahramani 2016, on the data of M. Zhou’s PyTorch tutorial 503, 2017",
    references=[
        Reference(
            "Gal and Ghahramani, Dropout as a Bayesian approximation, ICML 2016", "https://arxiv.org/abs/1506.02142"
        ),
        Reference(
            "Lakshminarayanan, Pritzel and Blundell, Deep ensembles, NIPS 2017", "https://arxiv.org/abs/1612.01474"
        ),
    ],
    options=[
        Option("--p", inner_probability, 0.5, "probability to drop"),
        Option("--lr", positive, 0.01, "learning rate of Adam"),
        Option("--steps", at_least(1), 500, "training steps", quick=150),
        Option("--hidden", at_least(1), 100, "units in a hidden layer", quick=30),
        Option("--networks", at_least(2), 50, "networks without dropout"),
        Option("--passes", at_least(2), 500, "passes with dropout", quick=100),
        Option("--seeds", at_least(2), 8, "data sets", quick=3),
    ],
    code=[dropout_band, ManyLinear, measure],
    compute=compute,
    present=present,
)
