"""Ten noisy points of y = 1.5x, and two networks that are watched while they learn them.

What the experiments with weight decay and with dropout share: the data, training with a look at every parameter and its
gradient now and then, and the pictures and event files made of that.
"""

from __future__ import annotations

import shutil
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn
from minigrad.optim import Optimizer

from .house.demo import Animation, Option, Table, Unavailable
from .house.options import at_least, positive
from .house.statistics import Interval, interval, paired, verdict
from .house.style import BLUE, FAINT, INK, PAPER, VERMILLION, canvas
from .house.training import evaluating, seeds_of, spread, train_steps

N_POINTS = 10
SLOPE = 1.5
MOMENTUM = 0.9
GRID = mg.linspace(-1, 1, 201).unsqueeze(1)  # where a fit is drawn and its bends are counted

Arrays = dict[str, np.ndarray]  # one for each parameter, by name


# ---- the data --------------------------------------------------------------------------------------------------------


class Data(NamedTuple):
    """Inputs, and two noisy observations of y = 1.5x at each of them: one to train on, one to test."""

    x: mg.Tensor
    y: mg.Tensor
    test_y: mg.Tensor


def draw_data() -> Data:
    x = mg.linspace(-1, 1, N_POINTS).unsqueeze(1)
    y = SLOPE * x + mg.normal(0, 0.5, x.size())
    test_y = SLOPE * x + mg.normal(0, 0.3, x.size())
    return Data(x, y, test_y)


# ---- training, and looking on ----------------------------------------------------------------------------------------


class Snapshot(NamedTuple):
    """A network after some steps: its parameters, their last gradients, its fit on the grid and its losses."""

    step: int
    values: Arrays
    gradients: Arrays
    curve: np.ndarray
    train_loss: float
    test_loss: float

    @property
    def bend(self) -> float:
        """How much the slope of the fit changes from left to right, all turns added up: 0 for a line."""
        slopes = np.diff(self.curve) / np.diff(GRID.numpy().ravel())
        return float(np.abs(np.diff(slopes)).sum())


def look(step: int, net: nn.Module, data: Data) -> Snapshot:
    """Take down everything, in evaluation mode; the gradients are those that the last step went by."""
    with evaluating(net):
        curve, fitted = net(GRID), net(data.x)
        losses = [nn.MSELoss()(fitted, target).item() for target in (data.y, data.test_y)]
    values = {name: p.detach().numpy().copy() for name, p in net.named_parameters()}
    gradients = {name: p.grad.numpy().copy() for name, p in net.named_parameters()}
    return Snapshot(step, values, gradients, curve.numpy().ravel(), *losses)


def watch(net: nn.Module, optimizer: Optimizer, data: Data, steps: int, every: int) -> Iterator[Snapshot]:
    """Train, and look after the first step, after every so many, and after the last."""
    for step in train_steps(net, optimizer, nn.MSELoss(), data.x, data.y, steps):
        if step in (1, steps) or step % every == 0:
            yield look(step, net, data)


class Pair(NamedTuple):
    """The same moments of two networks: without the cure, and with it."""

    without: list[Snapshot]
    treated: list[Snapshot]


BuildBoth = Callable[[Namespace], Iterable[tuple[nn.Module, Optimizer]]]


def train_both(build_both: BuildBoth, seed: int, options: Namespace, every: int) -> tuple[Data, Pair]:
    """Train both networks on the data of one seed, and return what was seen every so many steps."""
    mg.manual_seed(seed)
    data, networks = draw_data(), list(build_both(options))
    return data, Pair(*(list(watch(*network, data, options.steps, every)) for network in networks))


def weights(values: Arrays) -> list[np.ndarray]:
    """Return the weights of every Linear, first to last, as flat arrays; the biases are left out."""
    return [array.ravel() for name, array in values.items() if name.endswith("weight")]


def size(array: np.ndarray) -> float:
    """Return the root mean square: the typical distance from zero."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


# ---- over many seeds -------------------------------------------------------------------------------------------------


class End(NamedTuple):
    """How a network ended: its losses, the bends of its fit, and every layer's weights, at first and then."""

    train_loss: float
    test_loss: float
    bend: float
    first: list[np.ndarray]
    last: list[np.ndarray]


def ends_of(build_both: BuildBoth, seed: int, options: Namespace) -> list[End]:
    _, pair = train_both(build_both, seed, options, every=options.steps)
    return [
        End(last.train_loss, last.test_loss, last.bend, weights(first.values), weights(last.values))
        for first, *_, last in pair
    ]


class Results(NamedTuple):
    """The first seed's data and both histories, and how every seed ended, without the cure and with it."""

    data: Data
    pair: Pair
    without: list[End]
    treated: list[End]

    def both(self, measure: Callable[[End], float]) -> list[list[float]]:
        """Return a number for every end: first those without the cure, then those with it."""
        return [[measure(end) for end in ends] for ends in (self.without, self.treated)]

    def change(self, measure: Callable[[End], float]) -> Interval:
        """Return what the cure does to a number."""
        return paired(*self.both(measure))


def compute_both(build_both: BuildBoth, options: Namespace) -> Results:
    if options.tensorboard:
        summary_writer()  # if it is not there, say so before the work
    data, pair = train_both(build_both, options.seed, options, options.every)
    ends = spread(partial(ends_of, build_both), seeds_of(options), options, "data seeds")
    return Results(data, pair, *map(list, zip(*ends, strict=True)))


MEASURES = {
    "training loss": attrgetter("train_loss"),
    "test loss": attrgetter("test_loss"),
    "bends of the fit": attrgetter("bend"),
}


def claim_losses(results: Results, cure: str) -> str:
    first, second, third = (verdict(results.change(measure), f"the {name}") for name, measure in MEASURES.items())
    return f"{cure} {first}, {second}, and {third}."


def table_losses(results: Results, cure: str, options: Namespace) -> Table:
    rows = [
        [name, *(f"{interval(side):.3f}" for side in results.both(measure)), f"{results.change(measure):.3f}"]
        for name, measure in MEASURES.items()
    ]
    caption = f"After {options.steps:,} steps, over {options.seeds} data seeds: mean and 95% interval"
    return Table(caption, ["", "without", f"with {cure}", "paired difference"], rows)


OPTIONS = [
    Option("--lr", positive, 0.01, "learning rate η of SGD; its momentum μ is 0.9"),
    Option("--steps", at_least(1), 2000, "training steps", quick=400),
    Option("--every", at_least(1), 200, "steps between two looks", quick=100),
    Option("--hidden", at_least(1), 200, "units in a hidden layer", quick=50),
    Option("--seeds", at_least(2), 8, "data seeds of the table", quick=3),
    Option("--tensorboard", bool, False, "write the histograms as event files too"),
]


# ---- pictures --------------------------------------------------------------------------------------------------------

COLORS = VERMILLION, BLUE
CURVES: list[dict[str, Any]] = [{"color": VERMILLION, "linestyle": "-"}, {"color": BLUE, "linestyle": (0, (4, 1.5))}]


def animate_fits(data: Data, pair: Pair, cure: str) -> Animation:
    """Show both fits as they are trained."""
    names = f"without {cure}", f"with {cure}"
    figure, axes = canvas(height=4.05)
    x, limit = GRID.numpy().ravel(), 2.5
    axes.plot([-1, 1], [-SLOPE, SLOPE], color=FAINT, linewidth=1.2, label="y = 1.5x")
    axes.scatter(data.x, data.y, s=40, color=INK, label="train")
    axes.scatter(data.x, data.test_y, s=36, facecolors="none", edgecolors=INK, marker="D", label="test")
    curves = [
        axes.plot([], [], linewidth=2.6, label=name, **style)[0] for name, style in zip(names, CURVES, strict=True)
    ]
    title = axes.set_title("\n")
    axes.set(xlim=(-1.08, 1.08), ylim=(-limit, limit), xlabel="x", ylabel="y", xticks=(-1, -0.5, 0, 0.5, 1))
    axes.legend(loc="upper left", fontsize=9)

    def draw(i: int) -> str:
        moment = [snapshots[i] for snapshots in pair]
        for curve, snapshot in zip(curves, moment, strict=True):
            curve.set_data(x, snapshot.curve)
        losses = [snapshot.test_loss for snapshot in moment]
        verdicts = [f"{loss:.3f} {name}" for loss, name in zip(losses, names, strict=True)]
        step = moment[0].step
        title.set_text(f"After step {step:,} on {N_POINTS} points of y = 1.5x, the test loss is\n{', '.join(verdicts)}")
        return f"step {step:,}: test loss {', '.join(verdicts)}"

    first, last = pair.without[0], [snapshots[-1] for snapshots in pair]
    alt = (
        f"Two curves move through {N_POINTS} noisy points from step {first.step} to step {last[0].step:,}. At the end "
        f"the slope turns by {last[0].bend:.1f} in all {names[0]} and by {last[1].bend:.1f} {names[1]}; "
        f"the test losses are {last[0].test_loss:.3f} and {last[1].test_loss:.3f}."
    )
    return Animation("fits", figure, draw, len(pair.without), alt, "The data of the first seed.")


def draw_weights(pair: Pair, cure: str, title: str) -> Figure:
    """Draw the weights of every layer over time, each row on one scale."""
    history = [[weights(snapshot.values) for snapshot in snapshots] for snapshots in pair]
    return draw_ridges(pair, history, cure, title, "weight")


def draw_gradients(pair: Pair, cure: str, title: str) -> Figure:
    """Draw how large the gradients are, over time; those that are exactly zero are left out."""
    history = [[[magnitudes(g) for g in weights(snapshot.gradients)] for snapshot in side] for side in pair]
    return draw_ridges(pair, history, cure, title, "log₁₀ |gradient|")


def magnitudes(gradient: np.ndarray) -> np.ndarray:
    """Return log₁₀|g|, where there is one."""
    return np.log10(np.abs(gradient[gradient != 0]))


def draw_ridges(
    pair: Pair, history: Sequence[Sequence[Sequence[np.ndarray]]], cure: str, title: str, unit: str
) -> Figure:
    """Draw history[network][moment][layer] as histograms, time going up; a column for each network."""
    layers = len(history[0][0])
    figure, grid = canvas(rows=layers, height=1.75 * layers + 0.6, ncols=2, sharex="row", sharey=True)
    steps = [snapshot.step for snapshot in pair.without]
    for layer, row in enumerate(grid):
        bins = shared_bins([moment[layer] for moments in history for moment in moments])
        for axes, moments, color in zip(row, history, COLORS, strict=True):
            stack_histograms(axes, [moment[layer] for moment in moments], bins, color)
        row[0].set_ylabel(f"layer {layer + 1}\nstep")
        row[0].set(yticks=[0, len(steps) - 1], yticklabels=[f"{steps[0]:,}", f"{steps[-1]:,}"])
    for axes, name in zip(grid[0], (f"without {cure}", f"with {cure}"), strict=True):
        axes.set_title(name, fontsize=10)
    for axes in grid[-1]:
        axes.set_xlabel(unit)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def shared_bins(arrays: Iterable[np.ndarray]) -> np.ndarray:
    """Return the edges of 50 bins that hold all but the outermost thousandth on either side."""
    low, high = np.quantile(np.concatenate(list(arrays)), [0.001, 0.999])
    return np.linspace(low, high, 51)


def stack_histograms(axes: Axes, arrays: Sequence[np.ndarray], bins: np.ndarray, color: str) -> None:
    """Draw one histogram behind the other, each as high as the others."""
    middles = (bins[1:] + bins[:-1]) / 2
    for i, array in reversed(list(enumerate(arrays))):
        counts, _ = np.histogram(array, bins)
        heights = i + 2.2 * counts / max(counts.max(), 1)
        axes.fill_between(middles, i, heights, facecolor=color, edgecolor=PAPER, linewidth=0.7, zorder=-i)


# ---- event files -----------------------------------------------------------------------------------------------------


def summary_writer() -> Any:
    """Return tensorboardX's SummaryWriter.

    Raises:
        Unavailable: tensorboardX is not installed.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise Unavailable("--tensorboard needs the extra: pip install 'minigrad-nn[demos]'") from error
    return SummaryWriter


def write_events(folder: Path, pair: Pair, names: tuple[str, str]) -> None:
    """Write what was seen as event files, a run for each network, for `tensorboard --logdir`."""
    shutil.rmtree(folder, ignore_errors=True)  # TensorBoard would show the files of earlier runs as one with these
    for name, snapshots in zip(names, pair, strict=True):
        with summary_writer()(str(folder / name)) as writer:
            for snapshot in snapshots:
                writer.add_scalar("loss/train", snapshot.train_loss, snapshot.step)
                writer.add_scalar("loss/test", snapshot.test_loss, snapshot.step)
                for parameter in snapshot.values:
                    writer.add_histogram(f"{parameter}/value", snapshot.values[parameter], snapshot.step)
                    writer.add_histogram(f"{parameter}/gradient", snapshot.gradients[parameter], snapshot.step)
        print(f"wrote {folder / name}")
