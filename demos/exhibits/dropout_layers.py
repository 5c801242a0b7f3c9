"""Whether dropout gathers the weights of a layer around zero: looked at twice, and measured."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from lab.events import write_events

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from _ten_points import Results, size, weights
from dropout_layers import MLP, OPTIONS, OUTPUT, THIRD, compute, difference, gathered, largest, means
from exhibits._ten_points import (
    CURVES,
    animate_fits,
    draw_gradients,
    draw_weights,
    loss_values,
    settings,
    table_losses,
)
from gallery.exhibit import SRIVASTAVA, Demo, Exhibit, Picture, Reference, Table
from gallery.figures import canvas, label_powers
from gallery.texts import Verdict

MEASURES: dict[str, Callable[[np.ndarray], float]] = {
    "root mean square": size,
    "largest": largest,
    "below a tenth of that": gathered,
}


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    if options.tensorboard:
        write_events(options.out / "dropout_layers" / "events", results.pair._asdict())
    share = difference(results, gathered, THIRD)
    shares, sizes, outputs = (means(results, *of) for of in ((gathered, THIRD), (size, THIRD), (size, OUTPUT)))
    gradients = [size(np.concatenate(weights(snapshots[-1].gradients))) for snapshots in results.pair]
    return Exhibit(
        answer=share.direction,
        values={
            **loss_values(results),
            **settings(options),
            "p": options.p,
            "share": Verdict(share, "the share of weights below a tenth of the largest"),
            "typical": Verdict(difference(results, size, THIRD), "the typical weight", ".4f"),
            "extreme": Verdict(difference(results, largest, THIRD), "the largest one"),
            "output_typical": Verdict(difference(results, size, OUTPUT), "the typical weight"),
            "output_extreme": Verdict(difference(results, largest, OUTPUT), "the largest one"),
            **pair("share", shares),
            **pair("size", sizes),
            **pair("output", outputs),
            **pair("gradient", gradients),
        },
        pictures=[
            animate_fits(results.data, results.pair, "dropout"),
            Picture("third_layer", draw_third(results)),
            Picture("weights", draw_weights(results.pair, "dropout")),
            Picture("gradients", draw_gradients(results.pair, "dropout")),
        ],
        tables=[table_losses(results, "dropout"), table_weights(results)],
    )


def pair(name: str, values: list[float]) -> dict[str, float]:
    return dict(zip((f"{name}_without", f"{name}_with"), values, strict=True))


def draw_third(results: Results) -> Figure:
    figure, (relative, absolute) = canvas(rows=2, height=5.6)
    layers = [[end.last[THIRD] for end in ends] for ends in (results.without, results.treated)]
    draw_outlines(relative, [np.concatenate([layer / largest(layer) for layer in side]) for side in layers])
    relative.set(xlabel="weight / largest weight", ylabel="weights in a bin")
    draw_outlines(absolute, [np.concatenate(side) for side in layers])
    absolute.set(xlabel="weight", ylabel="weights in a bin", yscale="log")
    label_powers(absolute.yaxis)
    figure.legend(*relative.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def draw_outlines(axes: Axes, layers: list[np.ndarray]) -> None:
    """Draw both histograms over each other, in the same 80 bins."""
    limit = max(map(largest, layers))
    bins = np.linspace(-limit, limit, 81)
    for layer, style, name in zip(layers, CURVES, ("without dropout", "with dropout"), strict=True):
        axes.hist(layer, bins, histtype="step", linewidth=1.8, label=name, **style)


def table_weights(results: Results) -> Table:
    rows = []
    for layer in range(OUTPUT + 1):
        for name, measure in MEASURES.items():
            sides = (f"{mean:.4f}" for mean in means(results, measure, layer))
            rows.append([f"layer {layer + 1}, {name}", *sides, f"{difference(results, measure, layer):.4f}"])
    return Table("weights", ["", "without dropout", "with dropout", "paired difference"], rows)


DEMO = Demo(
    number="6",
    compute=compute,
    present=present,
    excerpt=MLP,
    options=OPTIONS,
    references=[
        Reference(
            "The notes' code",
            "https://github.com/zhangxiann/PyTorch_Practice/blob/master/lesson6/dropout_regularization.py",
        ),
        SRIVASTAVA,
    ],
    playground="play?a=p:0,depth:3&b=p:0.5,depth:3",
)
