"""Dropout before or after BatchNorm: the variance that training has seen is not the one that evaluation has.

In training, dropout adds variance; in evaluation it adds none. A BatchNorm behind it keeps the variance of training as
its running statistics, and divides by it in evaluation. How large is that shift, and does it cost anything?
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim

from .dropout_overfitting import draw_data
from .house.demo import Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least, positive, probability
from .house.statistics import Interval, interval, paired, verdict
from .house.style import BLUE, INK, LINES, VERMILLION, canvas, label
from .house.training import evaluating, progress, seeds_of, spread, train_steps

# ---- the shift by itself ---------------------------------------------------------------------------------------------

CHANNELS, BATCH = 64, 1000
PROBABILITIES = 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8


def centred(x: mg.Tensor) -> mg.Tensor:
    """Return standard normal inputs as they are: their mean is 0."""
    return x


INPUTS = {"normal": centred, "ReLU of normal": mg.relu}


def predicted_shift(p: float, mean: float, variance: float) -> float:
    """Return (E[x²] / (1 - p) - E[x]²) / Var[x]: 1 / (1 - p) where the mean is 0, more elsewhere."""
    return ((variance + mean**2) / (1 - p) - mean**2) / variance


@mg.no_grad()
def measured_shift(p: float, name: str, batches: int) -> Interval:
    """Return by how much a BatchNorm behind dropout sees more variance in training, over its channels."""
    dropout, training, evaluation = nn.Dropout(p), *(nn.BatchNorm1d(CHANNELS, momentum=None) for _ in range(2))
    for _ in range(batches):
        x = INPUTS[name](mg.randn(BATCH, CHANNELS))
        training(dropout(x))
        evaluation(x)  # in evaluation, dropout hands on what it gets
    return interval((training.running_var / evaluation.running_var).tolist())


def moments(name: str) -> tuple[float, float]:
    """Return mean and variance of an input."""
    if name == "normal":
        return 0.0, 1.0
    return 1 / math.sqrt(2 * math.pi), 0.5 - 0.5 / math.pi  # of max(0, x)


# ---- and in a network ------------------------------------------------------------------------------------------------

ORDERS = {  # by name, what dropout's place is in a sentence
    "no dropout": "",
    "before": "before each BatchNorm",
    "after": "after each BatchNorm",
    "after the last": "after the last BatchNorm alone",
}
WITH_DROPOUT = list(ORDERS)[1:]


def block(inputs: int, outputs: int, order: str, p: float) -> list[nn.Module]:
    """Return the modules of a hidden layer."""
    linear, norm, relu, dropout = nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs), nn.ReLU(), nn.Dropout(p)
    if order == "before":
        return [linear, dropout, norm, relu]
    if order == "after":
        return [linear, norm, relu, dropout]
    return [linear, norm, relu]


def build(hidden: int, order: str, p: float) -> nn.Sequential:
    first, second = ("no dropout", "after") if order == "after the last" else (order, order)
    return nn.Sequential(*block(1, hidden, first, p), *block(hidden, hidden, second, p), nn.Linear(hidden, 1))


class Outcome(NamedTuple):
    """The shift at each BatchNorm, and the test loss with statistics of training, then with those of evaluation."""

    shifts: list[float]
    test_loss: float
    corrected_test_loss: float


def train(seed: int, order: str, options: argparse.Namespace) -> Outcome:
    mg.manual_seed(seed)  # the same data and the same first weights in every order
    (x, y, test_y), net, mse = draw_data(), build(options.hidden, order, options.p), nn.MSELoss()
    for _ in train_steps(net, optim.Adam(net.parameters(), lr=options.lr), mse, x, y, options.steps):
        pass
    with evaluating(net):
        test_loss = mse(net(x), test_y).item()
    shifts = correct_statistics(net, x)
    with evaluating(net):
        return Outcome(shifts, test_loss, mse(net(x), test_y).item())


@mg.no_grad()
def correct_statistics(net: nn.Module, x: mg.Tensor) -> list[float]:
    """Take the running statistics anew, without dropout; return how much larger those of training were."""
    norms = [module for module in net.modules() if isinstance(module, nn.BatchNorm1d)]
    before = [norm.running_var.clone() for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # take the next batch as it is
    with evaluating(net):
        for norm in norms:
            norm.train()
        net(x)
    return [(old / norm.running_var).median().item() for old, norm in zip(before, norms, strict=True)]


def train_all(seed: int, options: argparse.Namespace) -> list[Outcome]:
    return [train(seed, order, options) for order in ORDERS]


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """The shift by kind of input and probability, and how every seed ended by order."""

    shifts: dict[str, list[Interval]]
    outcomes: dict[str, list[Outcome]]


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    settings = [(name, p) for name in INPUTS for p in PROBABILITIES]
    found = [measured_shift(p, name, options.batches) for name, p in progress(settings, "shifts", unit="setting")]
    shifts = {name: found[i * len(PROBABILITIES) :][: len(PROBABILITIES)] for i, name in enumerate(INPUTS)}
    ends = spread(train_all, seeds_of(options), options, "data seeds")
    return Results(shifts, dict(zip(ORDERS, map(list, zip(*ends, strict=True)), strict=True)))


def test_losses(results: Results, order: str) -> list[float]:
    return [outcome.test_loss for outcome in results.outcomes[order]]


def corrected_losses(results: Results, order: str) -> list[float]:
    return [outcome.corrected_test_loss for outcome in results.outcomes[order]]


# ---- the exhibit -----------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    return Exhibit(
        [claim_shift(results), claim_orders(results), claim_correction(results)],
        [picture_shift(results), picture_orders(results)],
        [table_orders(results, options), table_shift(results)],
        notes=[
            "With several hidden layers, dropout after one BatchNorm is dropout before the next, behind a Linear that "
            "adds up many units. Only dropout after the last BatchNorm leaves every one alone.",
            "A larger variance is not a larger signal: dropout leaves the mean of every unit as it is, and the layers "
            "behind were trained on that mean, divided by the standard deviation of training. Li et al. report harm, "
            "and better results with the statistics taken anew, for deep networks on images: this is a small one.",
        ],
    )


def claim_shift(results: Results) -> str:
    i = PROBABILITIES.index(0.5)
    shift, shifted = (shifts[i] for shifts in results.shifts.values())
    expected, elsewhere = (predicted_shift(0.5, *moments(name)) for name in INPUTS)
    return (
        f"Behind dropout of 0.5, BatchNorm sees {shift:.4f} times the variance in training that it sees in evaluation, "
        f"for inputs of mean 0, where 1 / (1 - p) is {expected:g}; behind a ReLU, whose mean is not 0, {shifted:.4f} "
        f"times, where the formula with the mean gives {elsewhere:.4f}."
    )


def claim_orders(results: Results) -> str:
    plain = test_losses(results, "no dropout")
    changes = [
        f"dropout {ORDERS[order]} {verdict(paired(plain, test_losses(results, order)), 'the test loss')}"
        for order in WITH_DROPOUT
    ]
    against = paired(test_losses(results, "after"), test_losses(results, "before"))
    return (
        f"Against BatchNorm without dropout, {'; '.join(changes)}. "
        f"Dropout before each instead of after each {verdict(against, 'it')}."
    )


def claim_correction(results: Results) -> str:
    changes = [
        f"{verdict(correction(results, order), 'the test loss')} where dropout is {ORDERS[order]}"
        for order in WITH_DROPOUT
    ]
    return f"Taking the running statistics anew, with dropout off, {', '.join(changes)}."


def correction(results: Results, order: str) -> Interval:
    """Return what it does to the test loss to take the running statistics anew."""
    return paired(test_losses(results, order), corrected_losses(results, order))


def picture_shift(results: Results) -> Picture:
    worst = max(
        abs(shift.mean / predicted_shift(p, *moments(name)) - 1)
        for name, shifts in results.shifts.items()
        for p, shift in zip(PROBABILITIES, shifts, strict=True)
    )
    return Picture(
        "shift",
        draw_shift(
            results, f"The shift is as computed, within {worst:.1%}:\n1 / (1 - p) for mean 0, more behind a ReLU"
        ),
        alt=f"Two rising curves of the variance ratio over p, with measured points on them. {claim_shift(results)}",
        caption="Points are measured, lines computed from mean and variance of the inputs.",
    )


def draw_shift(results: Results, title: str) -> Figure:
    figure, axes = canvas()
    curve = np.linspace(0, 0.82, 100)
    for (name, shifts), style in zip(results.shifts.items(), LINES, strict=False):
        line, marker = {**style, "marker": ""}, {**style, "linestyle": ""}
        axes.plot(curve, predicted_shift(curve, *moments(name)), **line)
        axes.plot(PROBABILITIES, [shift.mean for shift in shifts], label=name, **marker)
    label(axes, title, x="p", y="variance in training / evaluation")
    axes.legend()
    return figure


def picture_orders(results: Results) -> Picture:
    means = [f"{np.mean(test_losses(results, order)):.3f} {order}" for order in ORDERS]
    effect = verdict(correction(results, "before"), "the test loss")
    title = f"Behind dropout, taking BatchNorm's statistics anew\n{effect}"
    return Picture(
        "orders",
        draw_orders(results, title),
        alt=f"Test losses by place of dropout: {', '.join(means)}. {claim_correction(results)}",
        caption="Small points are data seeds, bars the mean with its 95% interval.",
    )


def draw_orders(results: Results, title: str) -> Figure:
    figure, axes = canvas()
    sides: Sequence = (
        (test_losses, -0.14, VERMILLION, "s", "running statistics of training"),
        (corrected_losses, 0.14, BLUE, "o", "taken anew, without dropout"),
    )
    for found, offset, color, marker, name in sides:
        for i, order in enumerate(ORDERS):
            sample = found(results, order)
            axes.scatter([i + offset] * len(sample), sample, s=12, color=color, alpha=0.5, marker=marker, linewidths=0)
            mean, margin = interval(sample)
            key = {"label": name} if i == 0 else {}
            axes.errorbar(i + offset, mean, margin, color=color, marker=marker, markeredgecolor=INK, capsize=4, **key)
    axes.set(ylim=(0, None), xticks=range(len(ORDERS)), xticklabels=ORDERS)
    label(axes, title, x="place of dropout, before or after BatchNorm", y="test loss")
    axes.legend(fontsize=8.5)
    return figure


def table_orders(results: Results, options: argparse.Namespace) -> Table:
    rows = []
    for order in ORDERS:
        outcomes = results.outcomes[order]
        first, second = (interval([outcome.shifts[i] for outcome in outcomes]) for i in range(2))
        losses = [interval(found(results, order)) for found in (test_losses, corrected_losses)]
        rows.append([order, f"{first:.2f}", f"{second:.2f}", *(f"{loss:.3f}" for loss in losses)])
    return Table(
        f"Dropout of {options.p:g} by its place, after {options.steps:,} steps, over {options.seeds} data seeds: "
        "mean and 95% interval",
        ["", "shift at BatchNorm 1", "at BatchNorm 2", "test loss", "with statistics anew"],
        rows,
    )


def table_shift(results: Results) -> Table:
    rows = []
    for i, p in enumerate(PROBABILITIES):
        cells = [(f"{predicted_shift(p, *moments(name)):.3f}", f"{results.shifts[name][i]:.3f}") for name in INPUTS]
        rows.append([f"{p:g}", *(cell for pair in cells for cell in pair)])
    columns = ["p", *(heading for name in INPUTS for heading in (f"{name}: computed", "measured"))]
    return Table(
        f"Variance in training over that in evaluation: mean of {CHANNELS} channels, 95% interval", columns, rows
    )


DEMO = Demo(
    order=12,
    title="Dropout before or after BatchNorm",
    question="What does dropout do to the statistics of BatchNorm, and does its place matter to the test loss?",
    formula=r"\frac{Var_{train}}{Var_{eval}} = \frac{1}{1 - p} + \frac{p}{1 - p} \frac{E[x]^2}{Var[x]}",
    source="“Dropout regularization (PyTorch)”, whose title asks, and does not say",
    references=[
        Reference(
            "Li et al., Understanding the disharmony between dropout and batch normalization by variance shift, 2018",
            "https://arxiv.org/abs/1801.05134",
        ),
        Reference("Ioffe and Szegedy, Batch normalization, 2015", "https://arxiv.org/abs/1502.03167"),
        Reference("torch.nn.BatchNorm1d", "https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html"),
    ],
    options=[
        Option("--p", probability, 0.5, "probability to drop, in the network"),
        Option("--lr", positive, 0.01, "learning rate of Adam"),
        Option("--steps", at_least(1), 300, "training steps", quick=60),
        Option("--hidden", at_least(1), 100, "units in a hidden layer", quick=30),
        Option("--seeds", at_least(2), 8, "data seeds", quick=3),
        Option("--batches", at_least(1), 30, "batches of 1,000 for the shift by itself", quick=2),
    ],
    code=[measured_shift, block, correct_statistics],
    compute=compute,
    present=present,
)
