"""Bias, variance and noise, measured: 200 networks learn the same function from 200 fresh training sets.

The notes define the three parts of an error; here each is a number. What the average of the 200 fits misses is bias,
how far a single fit is from that average is variance, and what no fit can know is noise. Each cure of overfitting
trades some of the second for some of the first.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim
from minigrad.nn.utils import max_norm_

from ._many_linear import ManyLinear, sum_of_losses
from .house.demo import SRIVASTAVA, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least
from .house.statistics import interval, paired, verdict
from .house.style import BLUE, FAINT, INK, ORANGE, PAPER, SKY, VERMILLION, canvas, label
from .house.training import evaluating, spread, train_steps

POINTS = 20
NOISE = 0.3  # its standard deviation
HIDDEN = 50
GRID = mg.linspace(-1, 1, 101).unsqueeze(1)  # where fits are compared with the truth


def truth(x: mg.Tensor) -> mg.Tensor:
    return mg.sin(math.pi * x)


# ---- many networks at once -------------------------------------------------------------------------------------------


def build(networks: int, p: float) -> nn.Sequential:
    return nn.Sequential(
        ManyLinear(networks, 1, HIDDEN),
        nn.ReLU(),
        nn.Dropout(p),
        ManyLinear(networks, HIDDEN, HIDDEN),
        nn.ReLU(),
        nn.Dropout(p),
        ManyLinear(networks, HIDDEN, 1),
    )


def draw_sets(networks: int) -> tuple[mg.Tensor, mg.Tensor]:
    """Return x of shape (POINTS, 1), and for each network noisy observations y of shape (networks, POINTS, 1)."""
    x = mg.linspace(-1, 1, POINTS).unsqueeze(1)
    return x, truth(x) + NOISE * mg.randn(networks, POINTS, 1)


# ---- the cures -------------------------------------------------------------------------------------------------------


class Cure(NamedTuple):
    """One way not to overfit, and its strength."""

    name: str
    l1: float = 0.0
    weight_decay: float = 0.0
    p: float = 0.0
    max_norm: float | None = None


CURES = [
    Cure("none"),
    Cure("L1", l1=0.003),
    Cure("L2", weight_decay=0.006),
    Cure("dropout", p=0.2),
    Cure("max-norm", max_norm=0.5),
]


def loss_of(net: nn.Module, l1: float) -> Any:
    """Return the sum of the networks' mean squared errors and penalties: no network feels another's."""

    def loss(prediction: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
        error = sum_of_losses(prediction, y)
        return error + l1 * sum(w.abs().sum() for w in net.parameters()) if l1 else error

    return loss


def bound(net: nn.Sequential, optimizer: optim.Optimizer, max_norm: float) -> None:
    """Keep the incoming weights of every hidden unit within a ball, after each step."""
    *hidden, _ = [layer.weight.detach().flatten(0, 1) for layer in net if isinstance(layer, ManyLinear)]  # views
    optimizer.register_step_post_hook(lambda *_: max_norm_(hidden, max_norm))


def fits(cure: Cure, options: argparse.Namespace) -> np.ndarray:
    """Train all networks with one cure; return what each predicts on the grid, of shape (networks, grid)."""
    mg.manual_seed(options.seed)  # every cure sees the same training sets and begins with the same weights
    x, y = draw_sets(options.sets)
    net = build(options.sets, cure.p)
    optimizer = optim.Adam(net.parameters(), lr=0.01, weight_decay=cure.weight_decay)
    if cure.max_norm is not None:
        bound(net, optimizer, cure.max_norm)
    for _ in train_steps(net, optimizer, loss_of(net, cure.l1), x, y, options.steps):
        pass
    with evaluating(net):
        return net(GRID).squeeze(2).double().numpy()


# ---- the decomposition -----------------------------------------------------------------------------------------------


class Parts(NamedTuple):
    """The parts of the error, averaged over the grid: of each, what every network contributes to it.

    The contributions of a part have it as their mean, so `interval` says how far it can be trusted.
    """

    bias: np.ndarray
    variance: np.ndarray
    noise: np.ndarray
    error: np.ndarray  # measured on fresh noisy observations
    chance: np.ndarray  # what these have in common with the misses of the fits: 0 on average

    @property
    def total(self) -> float:
        """The sum of the three parts."""
        return float(self.bias.mean() + self.variance.mean() + self.noise.mean())


def decompose(predictions: np.ndarray, target: np.ndarray, noise: np.ndarray) -> Parts:
    """Split the error of predictions of shape (networks, grid) against a target with noise of the same shape.

    Where m is the mean of n predictions, the squared bias is the mean of (m - f)² less variance / n, which m, being a
    mean of n, misses f by itself; the variance has n - 1 in its denominator. So neither depends on n.
    """
    n = len(predictions)
    m = predictions.mean(axis=0)
    missed, strayed = m - target, predictions - m
    variance = n / (n - 1) * (strayed**2).mean(axis=1)
    return Parts(
        bias=(missed**2).mean() + 2 * (missed * strayed).mean(axis=1) - variance / n,  # the second term: its slope
        variance=variance,
        noise=(noise**2).mean(axis=1),
        error=((predictions - target - noise) ** 2).mean(axis=1),
        chance=-2 * ((predictions - target) * noise).mean(axis=1),
    )


class Results(NamedTuple):
    """For every cure its fits, and the parts of its error."""

    fits: dict[str, np.ndarray]
    parts: dict[str, Parts]


def compute(options: argparse.Namespace) -> Results:
    found = dict(zip([cure.name for cure in CURES], spread(fits, CURES, options, "cures"), strict=True))
    mg.manual_seed(2**32 + options.seed)  # the observations to test with come from another stream than those to learn
    noise = NOISE * mg.randn(options.sets, len(GRID)).double().numpy()
    target = truth(GRID).squeeze(1).double().numpy()
    return Results(found, {name: decompose(f, target, noise) for name, f in found.items()})


# ---- pictures --------------------------------------------------------------------------------------------------------


def draw_parts(results: Results, title: str) -> Figure:
    figure, axes = canvas(height=3.9)
    names = list(results.parts)
    left = np.zeros(len(names))
    looks = {"noise": (FAINT, ""), "variance": (SKY, "//"), "bias": (VERMILLION, "xx")}
    for part, (color, hatch) in looks.items():
        widths = np.array([getattr(parts, part).mean() for parts in results.parts.values()])
        name = "bias²" if part == "bias" else part
        axes.barh(names, widths, left=left, color=color, hatch=hatch, edgecolor=PAPER, label=name)
        left += widths
    means, margins = zip(*(interval(parts.error) for parts in results.parts.values()), strict=True)
    axes.errorbar(means, names, xerr=margins, fmt="D", color=INK, capsize=4, markersize=4, linewidth=1.2, label="error")
    axes.invert_yaxis()
    figure.legend(loc="outside lower center", ncols=4, fontsize=9)
    label(axes, title, x="mean squared error", y="")
    return figure


def draw_fits(results: Results, names: tuple[str, str], title: str) -> Figure:
    figure, rows = canvas(rows=2, height=5.2, sharex=True, sharey=True)
    x, target = GRID.numpy().ravel(), truth(GRID).numpy().ravel()
    for axes, name in zip(rows, names, strict=True):
        predictions = results.fits[name]
        mean, deviation = predictions.mean(axis=0), predictions.std(axis=0, ddof=1)
        axes.fill_between(x, mean - 2 * deviation, mean + 2 * deviation, color=SKY, alpha=0.4, label="± 2 deviations")
        axes.plot(x, target, color=INK, linestyle=":", label="truth")
        axes.plot(x, mean, color=BLUE, label="mean fit")
        axes.plot(x, predictions[0], color=ORANGE, linestyle=(0, (4, 1.5)), linewidth=1.4, label="one fit")
        axes.set(ylabel=f"y, {name}")
    rows[0].legend(loc="upper left", fontsize=8.5, ncols=2)
    rows[0].set_title(title)
    rows[1].set_xlabel("x")
    return figure


# ---- what it shows ---------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    parts = results.parts
    plain = parts["none"]
    best, *rivals = leaders(parts)
    furthest = max(parts, key=lambda name: abs(parts[name].chance.mean()))
    gap = interval(parts[furthest].chance)
    means = {name: [interval(values) for values in (p.bias, p.variance, p.noise, p.error)] for name, p in parts.items()}
    other = best if best != "none" else "L2"
    share = plain.variance.mean() / plain.total
    return Exhibit(
        claims=[
            f"Over {options.sets} training sets {best} has {rank(rivals)}: {means[best][3]:.4f}, against "
            f"{means['none'][3]:.4f} with no cure, of which {100 * share:.0f}% is variance.",
            f"Variance: {effects(parts, 'variance')}. Squared bias: {effects(parts, 'bias')}.",
            "The three parts add up to the measured error, but for what the noise of the observations it was measured "
            f"on happens to share with the fits: {gap.mean:+.4f} ± {gap.margin:.4f} with {furthest}, at most.",
        ],
        pictures=[
            Picture(
                "parts",
                draw_parts(results, f"{best} has {rank(rivals)};\n{count_of_cures(parts)}"),
                alt="Stacked bars of noise, variance and squared bias: "
                + "; ".join(f"{name} {v[2]:.4f}, {v[1]:.4f} and {v[0]:.4f}" for name, v in means.items())
                + ".",
                caption="Diamonds are the errors measured on observations that no network saw, with their intervals.",
            ),
            Picture(
                "fits",
                draw_fits(
                    results,
                    ("none", other),
                    f"With {other} the variance is {parts[other].variance.mean():.3f}, "
                    f"without a cure {plain.variance.mean():.3f}",
                ),
                alt=f"The mean of {options.sets} fits and a band of two deviations around it, above without a cure, "
                f"below with {other}, whose band is of mean squared half-width {parts[other].variance.mean():.4f} "
                f"against {plain.variance.mean():.4f}.",
                caption="Bias is the distance of the two lines, variance the width of the band.",
            ),
        ],
        tables=[
            Table(
                f"Parts of the error over {options.sets} training sets, mean and 95% interval",
                ["cure", "bias²", "variance", "noise", "sum", "measured"],
                [
                    [name, *(f"{v:.4f}" for v in values[:3]), f"{parts[name].total:.4f}", f"{values[3]:.4f}"]
                    for name, values in means.items()
                ],
            )
        ],
        notes=[
            f"Each training set has {POINTS} points of y = sin(πx) with noise of deviation {NOISE}, at the same x; "
            f"the networks are 1-{HIDDEN}-{HIDDEN}-1, trained for {options.steps:,} steps of Adam. The error is an "
            f"average over {len(GRID)} points from -1 to 1. The strengths are one choice of many: "
            + ", ".join(strength(cure) for cure in CURES[1:])
            + ".",
            "The squared bias is estimated without its own bias, so it may come out a little below zero where there is "
            "none. Part of the variance is that of the first weights, which differ from network to network, too.",
        ],
    )


def leaders(parts: dict[str, Parts]) -> list[str]:
    """Return the cure with the smallest mean error, and those whose errors are not clearly larger."""
    best, *others = sorted(parts, key=lambda name: parts[name].error.mean())
    more = {name: paired(parts[best].error, parts[name].error) for name in others}
    return [best, *(name for name in others if not more[name].clear_of_zero)]


def rank(rivals: Sequence[str]) -> str:
    """Say how far the smallest mean error stands alone."""
    return f"the smallest error, not clearly below {' and '.join(rivals)}" if rivals else "the smallest error"


def effects(parts: dict[str, Parts], part: str) -> str:
    """Say what each cure does to a part of the error."""
    before = getattr(parts["none"], part)
    changes = {name: paired(before, getattr(p, part)) for name, p in parts.items() if name != "none"}
    return "; ".join(f"{name} {verdict(change, 'it', '.4f')}" for name, change in changes.items())


def count_of_cures(parts: dict[str, Parts]) -> str:
    """Say how many of the cures clearly lower the variance."""
    changes = [paired(parts["none"].variance, p.variance) for name, p in parts.items() if name != "none"]
    lower = sum(change.clear_of_zero and change.mean < 0 for change in changes)
    return f"{lower} of {len(changes)} cures clearly lower the variance"


def strength(cure: Cure) -> str:
    """Return what a cure was set to: "dropout p = 0.2"."""
    fields = {"l1": "λ", "weight_decay": "λ", "p": "p", "max_norm": "c"}
    ((field, symbol),) = [item for item in fields.items() if getattr(cure, item[0])]
    return f"{cure.name} {symbol} = {getattr(cure, field):g}"


DEMO = Demo(
    order=7,
    title="Bias, variance, noise",
    question="Of what is a test error made, and which part of it does each cure of overfitting take away?",
    formula=r"\text{error} = \text{bias}^2 + \text{variance} + \text{noise} \\"
    r"E[(y - \hat{f}(x))^2] = (E[\hat{f}(x)] - f(x))^2 \\ + E[(\hat{f}(x) - E[\hat{f}(x)])^2] + σ^2",
    source="Zhang Xian, PyTorch notes 6.1, “weight decay and dropout”, which defines the three parts",
    references=[
        Reference(
            "Geman, Bienenstock and Doursat, Neural Networks and the Bias/Variance Dilemma, 1992",
            "https://doi.org/10.1162/neco.1992.4.1.1",
        ),
        SRIVASTAVA,
    ],
    options=[
        Option("--sets", at_least(2), 200, "training sets, and networks", quick=50),
        Option("--steps", at_least(1), 1000, "training steps", quick=300),
    ],
    code=[ManyLinear, decompose],
    compute=compute,
    present=present,
)
