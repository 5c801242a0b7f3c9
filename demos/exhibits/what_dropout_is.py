"""What all masked networks say together, and the ridge regression that dropout is."""

from __future__ import annotations

import argparse

import numpy as np
from matplotlib.figure import Figure

from gallery.exhibit import SRIVASTAVA, Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, FAINT, INK, LINES, ORANGE, VERMILLION, canvas, label_powers
from what_dropout_is import (
    FEATURES,
    GRID,
    MIDDLE,
    OPTIONS,
    Curve,
    Regression,
    Results,
    Softmax,
    apart,
    compute,
    minimise_over_all_masks,
)


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    (shallow, deep), (flat, nested), drawn_mean, regression = results
    mean, std = deep.mean[deep.worst].item(), deep.std[deep.worst].item()
    gap = shallow.gaps.max().item()
    return Exhibit(
        answer="exact" if gap < 1e-9 else "near" if gap < 0.1 else "far",
        values={
            "masks": len(shallow.probability),
            "gap": gap,
            "deep_masks": len(deep.probability),
            "deep_gap": deep.gaps.max().item(),
            "deep_input": GRID[deep.worst].item(),
            "mean": mean,
            "std": std,
            "largest_std": deep.std.max().item(),
            "evaluated": deep.evaluated[deep.worst].item(),
            "draws": options.draws,
            "drawn": drawn_mean,
            "errors": abs(drawn_mean - mean) / (std / options.draws**0.5),
            "geometric": flat.geometric_gap,
            "arithmetic": flat.arithmetic_gap,
            "deep_geometric": nested.geometric_gap,
            "deep_arithmetic": nested.arithmetic_gap,
            "ridge_gap": regression.gap,
            "steps": options.steps,
            "average": regression.averages_distance[-1],
            "last": regression.last_distance[-1],
            "least_squares": apart(regression.least_squares, regression.ridge),
            "features": FEATURES,
            "inputs": len(GRID),
        },
        pictures=[
            Picture("curve", draw_curve(deep)),
            Picture("weights", draw_weights(regression)),
            Picture("answers", draw_answers(deep)),
            Picture("softmax", draw_softmax(flat)),
            Picture("deeper_softmax", draw_softmax(nested)),
            Picture("approach", draw_approach(regression)),
        ],
        tables=tables(results),
    )


def draw_answers(curve: Curve) -> Figure:
    figure, axes = canvas()
    mean, evaluated = curve.mean[curve.worst].item(), curve.evaluated[curve.worst].item()
    answers = curve.answers[curve.worst].numpy()
    axes.hist(answers, bins=60, weights=curve.probability.numpy(), color=BLUE, alpha=0.6)
    axes.axvline(mean, color=INK, label="their mean")
    axes.axvline(evaluated, color=VERMILLION, linestyle="--", label="weight-scaled network")
    axes.set(xlabel="answer of a masked network", ylabel="probability")
    axes.legend()
    return figure


def draw_curve(curve: Curve) -> Figure:
    figure, axes = canvas(height=3.9)
    x, mean, std = GRID.numpy().ravel(), curve.mean.numpy(), curve.std.numpy()
    axes.fill_between(x, mean - std, mean + std, color=BLUE, alpha=0.18, linewidth=0, label="± standard deviation")
    axes.plot(x, mean, color=BLUE, label="mean over all masks")
    axes.plot(x, curve.evaluated.numpy(), color=VERMILLION, linestyle="--", label="weight-scaled network")
    axes.plot(x, np.sin(3 * x), color=INK, linestyle=":", linewidth=1.2, label="sin 3x")
    axes.set(xlabel="x", ylabel="answer")
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def draw_softmax(softmax: Softmax) -> Figure:
    figure, axes = canvas(height=3.7)
    names = "weight-scaled network", "normalised geometric mean", "arithmetic mean"
    for name, values, style, width in zip(names, softmax, LINES, (5, 2, 1.6), strict=False):
        axes.plot(GRID, values[:, MIDDLE], label=name, **style, linewidth=width, markevery=4)
    axes.set(ylim=(0, 1.05), yticks=np.linspace(0, 1, 5), xlabel="x", ylabel="probability of the middle class")
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def draw_weights(regression: Regression) -> Figure:
    figure, axes = canvas(height=3.9)
    places = np.arange(FEATURES) + 1
    axes.bar(places - 0.2, regression.ridge, 0.4, color=BLUE, label="ridge, in closed form")
    axes.bar(places + 0.2, regression.all_masks, 0.4, color=ORANGE, label="dropout, over all masks")
    axes.scatter(places, regression.averaged, marker="D", s=22, color=VERMILLION, label="dropout, average of SGD")
    axes.scatter(places, regression.least_squares, marker="_", s=260, color=INK, label="least squares")
    axes.axhline(0, color=FAINT, linewidth=1, zorder=0)
    axes.set(xlabel="feature, from the smallest to the largest", ylabel="weight", xticks=places)
    figure.legend(loc="outside lower center", ncols=1)
    return figure


def draw_approach(regression: Regression) -> Figure:
    figure, axes = canvas()
    distances = regression.averages_distance, regression.last_distance
    for name, distance, style in zip(("average of all steps", "last step"), distances, LINES, strict=False):
        axes.loglog(regression.steps, distance, label=name, **style, markevery=6)
    axes.axhline(apart(regression.least_squares, regression.ridge), color=INK, linestyle=":", label="least squares")
    label_powers(axes.xaxis)
    label_powers(axes.yaxis)
    axes.set(xlabel="step", ylabel="distance from ridge")
    axes.legend()
    return figure


def tables(results: Results) -> list[Table]:
    enumerated = [
        [
            depth,
            f"{len(curve.probability):,}",
            f"{curve.gaps.max().item():.1e}",
            f"{softmax.geometric_gap:.1e}",
            f"{softmax.arithmetic_gap:.1e}",
        ]
        for depth, curve, softmax in zip(("one", "two"), results.curves, results.softmaxes, strict=True)
    ]
    methods = results.regression[:4]
    weights = [[str(i), *(f"{w:.3f}" for w in row)] for i, row in enumerate(zip(*methods, strict=True), 1)]
    return [
        Table("distances", ["hidden layers", "masks", "mean", "geometric mean", "arithmetic mean"], enumerated),
        Table("weights", ["feature", "least squares", "ridge", "all masks", "average of SGD"], weights),
    ]


DEMO = Demo(
    number="10",
    compute=compute,
    present=present,
    excerpt=minimise_over_all_masks,
    options=OPTIONS,
    references=[
        SRIVASTAVA,
        Reference(
            "Wager, Wang and Liang, Dropout training as adaptive regularization, NIPS 2013",
            "https://arxiv.org/abs/1307.1493",
        ),
        Reference(
            "Baldi and Sadowski, Understanding dropout, NIPS 2013",
            "https://papers.nips.cc/paper/2013/hash/71f6278d140af599e06ad9bf1ba03cb0-Abstract.html",
        ),
    ],
    playground="play?a=p:0,width:8,depth:1&b=p:0.5,width:8,depth:1",
)
