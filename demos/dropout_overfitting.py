"""Dropout against overfitting: two networks see the same 20 noisy points of y = x, one of them with dropout.

The animation shows both fits as they are trained. One data seed proves nothing, so twelve are trained on, and the
paired difference says what dropout is worth. The first seed draws the numbers of the tutorial.
"""

from __future__ import annotations

import argparse
from typing import Any, NamedTuple

from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim

from .house.demo import SRIVASTAVA, Animation, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least, positive, probability
from .house.statistics import Interval, interval, paired, verdict
from .house.style import BLUE, FAINT, INK, LINES, VERMILLION, canvas, draw_paired, label
from .house.training import evaluating, progress, seeds_of, spread, train_steps

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
    both = zip(*(training(net, data, options) for net in nets), strict=True)
    frames = []
    for step, _ in progress(both, "training", options.steps):
        if step % EVERY == 0 or step == options.steps:
            frames.append(look(step, nets, data))
    return data, frames


def training(net: nn.Module, data: Data, options: argparse.Namespace) -> Any:
    optimizer = optim.Adam(net.parameters(), lr=options.lr)
    return train_steps(net, optimizer, nn.MSELoss(), data.x, data.y, options.steps)


def final_test_losses(seed: int, options: argparse.Namespace) -> list[float]:
    data, nets = start(seed, options)
    for net in nets:
        for _ in training(net, data, options):
            pass
    return [test_loss(net, data) for net in nets]


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
    losses = spread(final_test_losses, seeds_of(options), options, "data seeds")
    return Results(data, frames, *map(list, zip(*losses, strict=True)))


# ---- pictures --------------------------------------------------------------------------------------------------------

CURVES: list[dict[str, Any]] = [
    {"color": VERMILLION, "linestyle": "-", "label": "without dropout"},
    {"color": BLUE, "linestyle": (0, (4, 1.5)), "label": "with dropout"},
]


class Fits:
    """The points and both fits: drawn once, then moved from frame to frame."""

    def __init__(self, data: Data, frames: list[Frame]) -> None:
        self.frames = frames
        self.figure, axes = canvas(height=4.05)
        axes.plot([-1, 1], [-1, 1], color=FAINT, linewidth=1.2, label="y = x")
        axes.scatter(data.x, data.y, s=40, color=INK, label="train")
        axes.scatter(data.x, data.test_y, s=36, facecolors="none", edgecolors=INK, marker="D", label="test")
        self.curves = [axes.plot([], [], linewidth=2.6, **style)[0] for style in CURVES]
        self.title = axes.set_title("\n")
        axes.set(xlim=(-1.08, 1.08), ylim=(-2, 2), xlabel="x", ylabel="y", xticks=(-1, -0.5, 0, 0.5, 1))
        axes.legend(loc="upper left", fontsize=9)

    def draw(self, i: int) -> str:
        """Move the curves to where frame i has them."""
        step, curves, (plain, dropped) = self.frames[i]
        for line, y in zip(self.curves, curves, strict=True):
            line.set_data(GRID.numpy().ravel(), y.numpy().ravel())
        self.title.set_text(
            f"After {step} steps on {N_SAMPLES} points of y = x, the test loss is\n"
            f"{plain:.3f} without dropout and {dropped:.3f} with it"
        )
        return f"step {step}: test loss {plain:.3f} without dropout, {dropped:.3f} with it"


def animate(results: Results) -> Animation:
    fits, last = Fits(results.data, results.frames), results.frames[-1]
    first = results.frames[0]
    alt = (
        f"Two curves move through {N_SAMPLES} noisy points from step {first.step} to step {last.step}. At the end the "
        f"network without dropout bends to single points, with a test loss of {last.test_losses[0]:.3f}; the one with "
        f"dropout has {last.test_losses[1]:.3f}."
    )
    return Animation("fits", fits.figure, fits.draw, len(results.frames), alt, "The data of the first seed.")


def draw_seeds(results: Results, title: str) -> Figure:
    figure, axes = canvas()
    samples = {"without dropout": results.plain, "with dropout": results.dropped}
    draw_paired(axes, samples, styles=LINES[1::-1])  # in the colours of the fits
    label(axes, title, x=f"{len(results.plain)} data seeds; bars: mean and 95% interval", y="test loss")
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    plain, dropped = map(interval, (results.plain, results.dropped))
    wins = sum(b < a for a, b in zip(results.plain, results.dropped, strict=True))
    finding = f"Dropout {verdict(results.change, 'the test loss')}"
    pairs = Picture(
        "seeds",
        draw_seeds(results, finding),
        alt=f"Test losses of {options.seeds} data seeds in pairs: {plain:.3f} without dropout, {dropped:.3f} with it; "
        f"dropout is lower in {wins}.",
        caption="Each grey line is one data set: the same points for both networks.",
    )
    table = Table(
        f"Test loss over {options.seeds} data seeds, mean and 95% interval",
        ["", "test loss"],
        [
            ["without dropout", f"{plain:.3f}"],
            ["with dropout", f"{dropped:.3f}"],
            ["paired difference", f"{results.change:.3f}"],
            ["dropout won", f"{wins} of {options.seeds}"],
        ],
    )
    claim = f"{finding}: from {plain:.3f} to {dropped:.3f}, means and 95% intervals over {options.seeds} data seeds."
    return Exhibit([claim], [animate(results), pairs], [table])


DEMO = Demo(
    order=1,
    part="a",
    title="Overfitting and dropout",
    question="Does dropout keep a large network from learning the noise of 20 points?",
    formula=r"y_i = x_i + 0.3 ε_i \quad ε_i ∼ N(0, 1) \\ h' = \frac{ξ}{1 - p} h",
    source="M. Zhou, PyTorch tutorial 503, “Dropout against overfitting”, 2017, and notes that repeat it",
    references=[
        Reference("The tutorial's code", "https://github.com/MorvanZhou/PyTorch-Tutorial"),
        SRIVASTAVA,
    ],
    options=[
        Option("--p", probability, 0.5, "probability to drop"),
        Option("--lr", positive, 0.01, "learning rate of Adam"),
        Option("--steps", at_least(1), 500, "training steps", quick=150),
        Option("--hidden", at_least(1), 300, "units in a hidden layer", quick=100),
        Option("--seeds", at_least(2), 12, "data seeds of the table", quick=6),
    ],
    code=[build_dropped, watch],
    compute=compute,
    present=present,
)
