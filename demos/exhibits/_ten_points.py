"""What the experiments with ten points draw: fits that move, and histograms of every layer over time."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterable, Sequence
from typing import Any

from lab.statistics import interval

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from _ten_points import GRID, MEASURES, SLOPE, Data, Pair, Results, weights
from gallery.exhibit import Animation, Moving, Table
from gallery.figures import BLUE, FAINT, INK, PAPER, VERMILLION, canvas
from gallery.texts import Verdict

COLORS = VERMILLION, BLUE
CURVES: list[dict[str, Any]] = [{"color": VERMILLION, "linestyle": "-"}, {"color": BLUE, "linestyle": (0, (4, 1.5))}]


def loss_values(results: Results) -> dict[str, Any]:
    """Return what the sentences about losses and fits tell."""
    ends = [snapshots[-1] for snapshots in results.pair]
    names = "training_loss", "test_loss", "roughness"
    verdicts = {
        key: Verdict(results.change(measure), f"the {name}")
        for key, (name, measure) in zip(names, MEASURES.items(), strict=True)
    }
    return {
        **verdicts,
        "points": len(results.data.x),
        "first": results.pair.without[0].step,
        "last": ends[0].step,
        "last_without": ends[0].test_loss,
        "last_with": ends[1].test_loss,
        "rough_without": ends[0].roughness,
        "rough_with": ends[1].roughness,
    }


def table_losses(results: Results, cure: str) -> Table:
    rows = [
        [name, *(f"{interval(side):.3f}" for side in results.both(measure)), f"{results.change(measure):.3f}"]
        for name, measure in MEASURES.items()
    ]
    return Table("losses", ["", f"without {cure}", f"with {cure}", "paired difference"], rows)


def animate_fits(data: Data, pair: Pair, cure: str) -> Animation:
    """Show both fits as they are trained."""
    figure, axes = canvas(height=3.5)
    x, limit = GRID.numpy().ravel(), 2.5
    axes.plot([-1, 1], [-SLOPE, SLOPE], color=FAINT, linewidth=1.2, label="y = 1.5x")
    axes.scatter(data.x, data.y, s=40, color=INK, label="train")
    axes.scatter(data.x, data.test_y, s=36, facecolors="none", edgecolors=INK, marker="D", label="test")
    moving = []
    for snapshots, name, style in zip(pair, (f"without {cure}", f"with {cure}"), CURVES, strict=True):
        curves = [snapshot.curve for snapshot in snapshots]
        (line,) = axes.plot(x, curves[-1], linewidth=2.6, label=name, **style)
        moving.append(Moving(line, x, curves))
    axes.set(xlim=(-1.08, 1.08), ylim=(-limit, limit), xlabel="x", ylabel="y", xticks=(-1, -0.5, 0, 0.5, 1))
    axes.legend(loc="upper left")
    labels = [
        {"step": without.step, "without": without.test_loss, "with_": treated.test_loss}
        for without, treated in zip(*pair, strict=True)
    ]
    return Animation("fits", figure, moving, labels)


def draw_weights(pair: Pair, cure: str) -> Figure:
    """Draw the weights of every layer over time, each row on one scale."""
    history = [[weights(snapshot.values) for snapshot in snapshots] for snapshots in pair]
    return draw_ridges(pair, history, cure, "weight")


def draw_gradients(pair: Pair, cure: str) -> Figure:
    """Draw how large the gradients are, over time; those that are exactly zero are left out."""
    history = [[[magnitudes(g) for g in weights(snapshot.gradients)] for snapshot in side] for side in pair]
    return draw_ridges(pair, history, cure, "log₁₀ |gradient|")


def magnitudes(gradient: np.ndarray) -> np.ndarray:
    """Return log₁₀|g|, where there is one."""
    return np.log10(np.abs(gradient[gradient != 0]))


def draw_ridges(pair: Pair, history: Sequence[Sequence[Sequence[np.ndarray]]], cure: str, unit: str) -> Figure:
    """Draw history[network][moment][layer] as histograms, time going up; a column for each network."""
    layers = len(history[0][0])
    figure, grid = canvas(rows=layers, height=1.5 * layers + 0.6, ncols=2, sharex="row", sharey=True)
    steps = [snapshot.step for snapshot in pair.without]
    for layer, row in enumerate(grid):
        bins = shared_bins([moment[layer] for moments in history for moment in moments])
        for axes, moments, color in zip(row, history, COLORS, strict=True):
            stack_histograms(axes, [moment[layer] for moment in moments], bins, color)
        row[0].set_ylabel(f"layer {layer + 1}\nstep")
        row[0].set(yticks=[0, len(steps) - 1], yticklabels=[f"{steps[0]:,}", f"{steps[-1]:,}"])
    for axes, name in zip(grid[0], (f"without {cure}", f"with {cure}"), strict=True):
        axes.set_title(name, fontsize=11)
    for axes in grid[-1]:
        axes.set_xlabel(unit)
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


def settings(options: Namespace) -> dict[str, Any]:
    """Return the settings that captions tell."""
    return {"steps": options.steps, "seeds": options.seeds}
