"""Dropout, layer by layer: whether it gathers the weights around zero.

The notes look at the third layer in TensorBoard and find its weights closer to zero with dropout. A histogram reaches
from the smallest weight to the largest, though, so it looks narrower when a few weights have grown. Here the weights
are measured both ways.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim

from ._ten_points import (
    CURVES,
    MOMENTUM,
    OPTIONS,
    End,
    Results,
    animate_fits,
    claim_losses,
    compute_both,
    draw_gradients,
    draw_weights,
    size,
    table_losses,
    train_both,
    weights,
    write_events,
)
from .house.demo import SRIVASTAVA, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import probability
from .house.statistics import Interval, verdict
from .house.style import canvas, label

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


# ---- the exhibit -----------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    if options.tensorboard:
        write_events(options.out / "dropout_layers" / "events", results.pair, ("without", "with"))
    return Exhibit(
        [claim_losses(results, f"Dropout of {options.p:g}"), claim_third(results), claim_output(results)],
        [
            animate_fits(results.data, results.pair, "dropout"),
            picture_third(results),
            picture_weights(results),
            picture_gradients(results),
        ],
        [table_losses(results, "dropout", options), table_weights(results, options)],
        notes=[
            "The third layer is the second of the two square ones, the fourth is the output.",
            "Each network has its own first weights, as in the notes. Losses are taken in evaluation mode; gradients "
            "are those of the last training step, with its masks.",
        ],
    )


def claim_third(results: Results) -> str:
    sizes, extremes, shares = (difference(results, measure, THIRD) for measure in (size, largest, gathered))
    return (
        f"In the third layer it {verdict(sizes, 'the typical weight', '.4f')}, "
        f"{verdict(extremes, 'the largest one')}, "
        f"and {verdict(shares, 'the share of weights below a tenth of the largest')}."
    )


def claim_output(results: Results) -> str:
    sizes, extremes = (difference(results, measure, OUTPUT) for measure in (size, largest))
    return f"In the output layer it {verdict(sizes, 'the typical weight')} and {verdict(extremes, 'the largest')}."


def picture_third(results: Results) -> Picture:
    return Picture(
        "third_layer",
        draw_third(results, means(results, gathered, THIRD), means(results, size, THIRD)),
        alt=f"Histograms of the third layer's weights at the end. {claim_third(results)}",
        caption="All seeds: above as a histogram from end to end shows the weights, below with their rare large ones.",
    )


def draw_third(results: Results, shares: list[float], sizes: list[float]) -> Figure:
    figure, (relative, absolute) = canvas(rows=2, height=5.8)
    layers = [[end.last[THIRD] for end in ends] for ends in (results.without, results.treated)]
    draw_outlines(relative, [np.concatenate([layer / largest(layer) for layer in side]) for side in layers])
    label(
        relative,
        f"Below a tenth of the largest weight: {shares[0]:.0%} of layer 3\nwithout dropout, {shares[1]:.0%} with it",
        x="weight / largest weight",
        y="weights in a bin",
    )
    draw_outlines(absolute, [np.concatenate(side) for side in layers])
    absolute.set_yscale("log")
    label(
        absolute,
        f"On one scale the typical weight is {sizes[0]:.4f} without dropout\nand {sizes[1]:.4f} with it",
        x="weight",
        y="weights in a bin",
    )
    return figure


def draw_outlines(axes: Axes, layers: list[np.ndarray]) -> None:
    """Draw both histograms over each other, in the same 80 bins."""
    limit = max(map(largest, layers))
    bins = np.linspace(-limit, limit, 81)
    for layer, style, name in zip(layers, CURVES, ("without dropout", "with dropout"), strict=True):
        axes.hist(layer, bins, histtype="step", linewidth=1.8, label=name, **style)
    axes.legend(fontsize=8.5, loc="lower center")


def picture_weights(results: Results) -> Picture:
    without, dropped = means(results, size, OUTPUT)
    title = f"The output layer's typical weight ends at {without:.3f} without dropout\nand at {dropped:.3f} with it"
    return Picture(
        "weights",
        draw_weights(results.pair, "dropout", title),
        alt=f"Histograms of every layer's weights over time, in two columns. {claim_output(results)}",
        caption="The first seed. Every histogram is drawn as high as the others; a row has one scale.",
    )


def picture_gradients(results: Results) -> Picture:
    without, dropped = (size(np.concatenate(weights(snapshots[-1].gradients))) for snapshots in results.pair)
    title = f"The typical gradient ends at {without:.1e} without dropout,\nat {dropped:.1e} with it"
    return Picture(
        "gradients",
        draw_gradients(results.pair, "dropout", title),
        alt=f"Histograms of how large every layer's gradients are, over time. {title}.",
        caption="The first seed. Gradients that are exactly 0, those of dropped units among them, are left out.",
    )


def table_weights(results: Results, options: argparse.Namespace) -> Table:
    rows = []
    for layer in range(OUTPUT + 1):
        for measure, name in ((size, "root mean square"), (largest, "largest"), (gathered, "below a tenth of that")):
            sides = (f"{mean:.4f}" for mean in means(results, measure, layer))
            rows.append([f"layer {layer + 1}, {name}", *sides, f"{difference(results, measure, layer):.4f}"])
    caption = f"Weights at the end, means over {options.seeds} data seeds; the difference with its 95% interval"
    return Table(caption, ["", "without", "with dropout", "paired difference"], rows)


DEMO = Demo(
    order=6,
    title="Dropout, layer by layer",
    question="Does dropout gather the weights of a layer around zero?",
    formula=r"h_{l+1} = ReLU(W_l \frac{ξ_l}{1 - p} h_l + b_l)",
    source="Zhang Xian, PyTorch notes 6.1, “weight decay and dropout”",
    references=[
        Reference(
            "The notes' code",
            "https://github.com/zhangxiann/PyTorch_Practice/blob/master/lesson6/dropout_regularization.py",
        ),
        SRIVASTAVA,
    ],
    options=[Option("--p", probability, 0.5, "probability to drop"), *OPTIONS],
    code=[MLP, build_both, train_both, gathered],
    compute=compute,
    present=present,
)
