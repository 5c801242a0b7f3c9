"""Both fits as they are trained, and what twelve data seeds say about them."""

from __future__ import annotations

import argparse
from typing import Any

from lab.statistics import interval

from matplotlib.figure import Figure

from dropout_overfitting import GRID, N_SAMPLES, OPTIONS, Data, Frame, Results, build_dropped, compute
from gallery.exhibit import SRIVASTAVA, Animation, Demo, Exhibit, Moving, Picture, Reference, Table
from gallery.figures import BLUE, FAINT, INK, LINES, VERMILLION, canvas, draw_paired
from gallery.texts import Verdict

CURVES: list[dict[str, Any]] = [
    {"color": VERMILLION, "linestyle": "-", "label": "without dropout"},
    {"color": BLUE, "linestyle": (0, (4, 1.5)), "label": "with dropout"},
]


def animate(data: Data, frames: list[Frame]) -> Animation:
    figure, axes = canvas(height=3.5)
    axes.plot([-1, 1], [-1, 1], color=FAINT, linewidth=1.2, label="y = x")
    axes.scatter(data.x, data.y, s=40, color=INK, label="train")
    axes.scatter(data.x, data.test_y, s=36, facecolors="none", edgecolors=INK, marker="D", label="test")
    x = GRID.numpy().ravel()
    moving = []
    for i, style in enumerate(CURVES):
        curves = [frame.curves[i].numpy().ravel() for frame in frames]
        (line,) = axes.plot(x, curves[-1], linewidth=2.6, **style)
        moving.append(Moving(line, x, curves))
    axes.set(xlim=(-1.08, 1.08), ylim=(-2, 2), xlabel="x", ylabel="y", xticks=(-1, -0.5, 0, 0.5, 1))
    axes.legend(loc="upper left")
    labels = [dict(zip(("without", "with_"), frame.test_losses, strict=True), step=frame.step) for frame in frames]
    return Animation("fits", figure, moving, labels)


def draw_seeds(results: Results) -> Figure:
    figure, axes = canvas()
    samples = {"without dropout": results.plain, "with dropout": results.dropped}
    draw_paired(axes, samples, styles=LINES[1::-1])  # in the colours of the fits
    axes.set_ylabel("test loss")
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    plain, dropped = map(interval, (results.plain, results.dropped))
    wins = sum(b < a for a, b in zip(results.plain, results.dropped, strict=True))
    first, last = results.frames[0], results.frames[-1]
    rows = [
        ["without dropout", f"{plain:.3f}"],
        ["with dropout", f"{dropped:.3f}"],
        ["paired difference", f"{results.change:.3f}"],
        ["dropout won", f"{wins} of {options.seeds}"],
    ]
    return Exhibit(
        answer=results.change.direction,
        values={
            "change": Verdict(results.change, "the test loss"),
            "plain": plain,
            "dropped": dropped,
            "wins": wins,
            "seeds": options.seeds,
            "points": N_SAMPLES,
            "first": first.step,
            "last": last.step,
            "last_plain": last.test_losses[0],
            "last_dropped": last.test_losses[1],
        },
        pictures=[animate(results.data, results.frames), Picture("seeds", draw_seeds(results))],
        tables=[Table("losses", ["", "test loss"], rows)],
    )


DEMO = Demo(
    number="1a",
    compute=compute,
    present=present,
    excerpt=build_dropped,
    options=OPTIONS,
    references=[Reference("The tutorial's code", "https://github.com/MorvanZhou/PyTorch-Tutorial"), SRIVASTAVA],
    playground="play?a=p:0&b=p:0.5",
)
