"""What dropout saves, against the number of training images."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from lab.statistics import interval, paired

from matplotlib.figure import Figure

from _image_trial import BATCH
from gallery.exhibit import SRIVASTAVA, Demo, Exhibit, Picture, Reference, Table
from gallery.figures import FAINT, LINES, canvas
from gallery.texts import Listed, Verdict
from how_much_dropout import HIDDEN, OPTIONS, Results, compute


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    sizes, probabilities = results.grid.sizes, results.grid.probabilities
    small, large, most = sizes[0], sizes[-1], probabilities[-1]
    saved = {images: results.saved(images) for images in sizes}
    plain = {images: interval(results.tests(images, 0.0)) for images in sizes}
    harm = Verdict(paired(results.tests(large, 0.0), results.tests(large, most)), "the test error", ".1f", " points")
    rows = [
        [
            f"{images:,}",
            f"{plain[images]:.2f}",
            f"{interval(results.tests(images, most)):.2f}",
            listed(results.chosen(images)),
            f"{saved[images]:.2f}",
        ]
        for images in sizes
    ]
    return Exhibit(
        answer=finding(results),
        values={
            "size": results.pays_from() or 0,
            "small": small,
            "large": large,
            "most": most,
            "saved_small": saved[small],
            "saved_large": saved[large],
            "chosen": listed(results.chosen(large)),
            "harm": harm,
            "seeds": options.seeds,
            "savings": Listed("how_much_dropout.saving", [{"images": n, "saved": s} for n, s in saved.items()]),
            "errors": Listed("how_much_dropout.error", [{"images": n, "error": e} for n, e in plain.items()]),
            "count": len(sizes),
            "network": "-".join(map(str, (784, *HIDDEN, 10))),
            "batch": BATCH,
            "epochs": options.epochs,
            "steps": options.steps,
        },
        pictures=[Picture("saved", draw_saved(results)), Picture("errors", draw_errors(results))],
        tables=[
            Table(
                "errors",
                ["training images", "p = 0", f"p = {most:g}", "p chosen by each seed", "points saved"],
                rows,
            )
        ],
    )


def finding(results: Results) -> str:
    """Return from which size on dropout pays, as one of the guesses."""
    size = results.pays_from()
    if size is None:
        return "never"
    if size == results.grid.sizes[0]:
        return "everywhere"
    return "most" if size == results.grid.sizes[-1] else "middle"


def listed(probabilities: Sequence[float]) -> str:
    return ", ".join(f"{p:g}" for p in probabilities)


def draw_errors(results: Results) -> Figure:
    figure, axes = canvas(height=4)
    grid = results.grid
    for images, style in zip(grid.sizes, LINES, strict=False):
        means = [interval(results.tests(images, p)) for p in grid.probabilities]
        heights, margins = zip(*means, strict=True)
        axes.errorbar(grid.probabilities, heights, margins, capsize=3, label=f"{images:,}", **style)
    axes.set(ylim=(0, 100), xticks=grid.probabilities, xlabel="p, the probability to drop", ylabel="test error, %")
    axes.legend(title="training images", ncols=3, loc="upper left")
    return figure


def draw_saved(results: Results) -> Figure:
    figure, axes = canvas()
    sizes = results.grid.sizes
    means, margins = zip(*map(results.saved, sizes), strict=True)
    axes.axhline(0, color=FAINT, linewidth=1.2)
    axes.errorbar(sizes, means, margins, capsize=4, **LINES[0])
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{images:,}" for images in sizes])
    axes.minorticks_off()
    axes.set(xlabel="training images", ylabel="test error saved, points")
    return figure


DEMO = Demo(
    number="8",
    compute=compute,
    present=present,
    excerpt=Results.chosen,
    options=OPTIONS,
    references=[
        SRIVASTAVA,
        Reference("Xiao, Rasul, Vollgraf, Fashion-MNIST, 2017", "https://arxiv.org/abs/1708.07747"),
    ],
    playground="play?a=data:moons,points:100,noise:0.2,p:0&b=data:moons,points:100,noise:0.2,p:0.5",
)
