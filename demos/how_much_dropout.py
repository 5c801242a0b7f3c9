"""How much dropout? Its probability against the size of the training set.

A small network learns Fashion-MNIST from a few images or from thousands, with every probability to drop, from several
seeds. What dropout is worth is measured as one would use it: each seed picks its p on images that were held out, and
the test images say what that p saves. Every training is a trial of its own, for two processes or for a Dask cluster:

    python -m dask scheduler               both in this folder, the second
    python -m dask worker ADDRESS          on as many machines as there are
    python -m demos how_much_dropout --scheduler ADDRESS

Name only a scheduler that you trust, in a network that you trust: what it sends back is unpickled, which can run any
code, and whoever reaches it can run code on its workers.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from matplotlib.figure import Figure

from ._image_trial import BATCH, OPTIONS, ErrorRates, common_settings, run_trials, trial
from .house.demo import SRIVASTAVA, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least
from .house.statistics import Interval, interval, paired, verdict
from .house.style import FAINT, LINES, canvas, label
from .house.sweep import Settings, sweep
from .house.training import seeds_of

DATASET = "FashionMNIST"
HIDDEN = 128, 128
HELD_OUT = 5000
SIZES = 20, 100, 500, 2000, 5000
PROBABILITIES = 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9


# ---- the sweep -------------------------------------------------------------------------------------------------------


class Grid(NamedTuple):
    """What is varied."""

    sizes: tuple[int, ...]
    probabilities: tuple[float, ...]
    seeds: range

    def points(self) -> list[tuple[int, float, int]]:
        """Return every size with every p and every seed; the largest first, so that no core waits long at the end."""
        return list(product(self.sizes[::-1], self.probabilities, self.seeds))


def grid_of(options: argparse.Namespace) -> Grid:
    if options.quick:
        return Grid((20, 1000), (0.0, 0.5, 0.9), seeds_of(options))
    return Grid(SIZES, PROBABILITIES, seeds_of(options))


def settings_of(images: int, p: float, seed: int, options: argparse.Namespace) -> Settings:
    """Return one trial's settings; small training sets are passed over more often, up to some number of steps."""
    steps_of_an_epoch = -(-images // BATCH)
    return {
        **common_settings(DATASET, seed, options),
        "images": images,
        "hidden": HIDDEN,
        "epochs": max(options.epochs, options.steps // steps_of_an_epoch),
        "held_out": HELD_OUT,
        "p": p,
    }


class Results(NamedTuple):
    """The error rates of each size and p, seed by seed."""

    grid: Grid
    rates: dict[tuple[int, float], list[ErrorRates]]

    def tests(self, images: int, p: float) -> list[float]:
        """Return the test errors, seed by seed."""
        return [rates.test for rates in self.rates[images, p]]

    def chosen(self, images: int) -> list[float]:
        """Return the p that each seed picks by its held-out images."""
        candidates = [[rates.held_out for rates in self.rates[images, p]] for p in self.grid.probabilities]
        columns = zip(*candidates, strict=True)
        return [self.grid.probabilities[column.index(min(column))] for column in columns]

    def saved(self, images: int) -> Interval:
        """Return what the chosen p takes off the test error of p = 0, seed by seed, in percentage points."""
        with_choice = [self.tests(images, p)[i] for i, p in enumerate(self.chosen(images))]
        return paired(with_choice, self.tests(images, 0.0))

    def pays_from(self) -> int | None:
        """Return the size from which on dropout clearly saves something, if there is one."""
        size = None
        for images in self.grid.sizes[::-1]:
            saved = self.saved(images)
            if not (saved.clear_of_zero and saved.mean > 0):
                break
            size = images
        return size


def compute(options: argparse.Namespace) -> Results:
    grid = grid_of(options)
    points = grid.points()
    found = run_trials([settings_of(*point, options) for point in points], options)
    rates: dict[tuple[int, float], list[ErrorRates]] = {}
    for (images, p, _), result in zip(points, found, strict=True):
        rates.setdefault((images, p), []).append(result)
    return Results(grid, rates)


# ---- pictures --------------------------------------------------------------------------------------------------------


def draw_errors(results: Results, title: str) -> Figure:
    figure, axes = canvas(height=4.2)
    grid = results.grid
    for images, style in zip(grid.sizes, LINES, strict=False):
        means = [interval(results.tests(images, p)) for p in grid.probabilities]
        heights, margins = zip(*means, strict=True)
        axes.errorbar(grid.probabilities, heights, margins, capsize=3, label=f"{images:,}", **style)
    axes.set(ylim=(0, 100), xticks=grid.probabilities)
    axes.legend(title="training images", ncols=3, loc="upper left", fontsize=9)
    label(axes, title, x="p, the probability to drop", y="test error, %")
    return figure


def draw_saved(results: Results, title: str) -> Figure:
    figure, axes = canvas()
    sizes = results.grid.sizes
    means, margins = zip(*map(results.saved, sizes), strict=True)
    axes.axhline(0, color=FAINT, linewidth=1.2)
    axes.errorbar(sizes, means, margins, capsize=4, **LINES[0])
    axes.set_xscale("log")
    axes.set_xticks(sizes, [f"{images:,}" for images in sizes])
    axes.minorticks_off()
    label(axes, title, x="training images", y="test error saved, points")
    return figure


def finding(results: Results) -> str:
    """Say from which size on dropout pays."""
    size = results.pays_from()
    if size is None:
        return "At no size up to the largest does dropout clearly save anything"
    if size == results.grid.sizes[0]:
        return f"Dropout pays at every size, from {size:,} training images on"
    if size == results.grid.sizes[-1]:
        return f"Dropout clearly pays only with the most training images, {size:,}"
    return f"Dropout pays from {size:,} training images on"


def gain(results: Results, images: int) -> str:
    """Say what the p that each seed chooses is worth."""
    if not any(results.chosen(images)):
        return f"with {images:,} images every seed chooses p = 0, which saves nothing"
    return f"with {images:,} images the p that each seed chooses saves {results.saved(images):.2f} points of test error"


def listed(probabilities: Sequence[float]) -> str:
    return ", ".join(f"{p:g}" for p in probabilities)


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    sizes, probabilities = results.grid.sizes, results.grid.probabilities
    small, large, most = sizes[0], sizes[-1], probabilities[-1]
    saved = {images: results.saved(images) for images in sizes}
    harm = verdict(paired(results.tests(large, 0.0), results.tests(large, most)), "the test error", ".1f", " points")
    plain = {images: interval(results.tests(images, 0.0)) for images in sizes}
    rows = [
        [
            f"{images:,}",
            f"{plain[images]:.2f}",
            f"{interval([rates.test for rates in results.rates[images, most]]):.2f}",
            listed(results.chosen(images)),
            f"{saved[images]:.2f}",
        ]
        for images in sizes
    ]
    return Exhibit(
        claims=[
            f"{finding(results)}: {gain(results, small)}; {gain(results, large)} (means and 95% intervals over "
            f"{options.seeds} seeds).",
            f"With {large:,} images the seeds choose, by images held out, p = {listed(results.chosen(large))}; "
            f"p = {most:g} {harm}.",
        ],
        pictures=[
            Picture(
                "saved",
                draw_saved(results, finding(results)),
                alt="Test error saved by dropout against the number of training images: "
                + ", ".join(f"{interval:.2f} points with {images:,}" for images, interval in saved.items())
                + ".",
                caption="Each seed chooses its p on held-out images; bars are 95% intervals of the paired difference.",
            ),
            Picture(
                "errors",
                draw_errors(results, f"With {large:,} images, p = {most:g}\n{harm}"),
                alt="Test error against p, a line for each number of training images. At p = 0: "
                + ", ".join(f"{interval:.1f}% with {images:,}" for images, interval in plain.items())
                + ".",
                caption="More data lowers every line; what dropout adds to that depends on p.",
            ),
        ],
        tables=[
            Table(
                f"Test error in %, mean and 95% interval over {options.seeds} seeds",
                ["training images", "p = 0", f"p = {most:g}", "p chosen by each seed", "points saved"],
                rows,
            )
        ],
        notes=[
            f"There are {len(sizes)} intervals, and each leaves zero out by mere chance once in 20 times: a gain near "
            "its margin asks for more --seeds.",
            f"The network is {'-'.join(map(str, (784, *HIDDEN, 10)))} with dropout behind both hidden layers, trained "
            f"by Adam in batches of {BATCH} for {options.epochs} epochs or {options.steps:,} steps, whichever is more. "
            "All p share this recipe, which is short for the largest p: some of what they lose is training time.",
        ],
    )


DEMO = Demo(
    order=8,
    title="How much dropout?",
    question="Which probability to drop is best, and from how many training images on does dropout pay?",
    formula=r"\hat{p} = \text{argmin}_p \text{ error}_{\text{held out}}(p) \\"
    r"\text{saved} = \text{error}_{\text{test}}(0) - \text{error}_{\text{test}}(\hat{p})",
    source="Srivastava et al. 2014, sections 7.3 and 7.4, on Fashion-MNIST",
    references=[
        SRIVASTAVA,
        Reference("Fashion-MNIST", "https://arxiv.org/abs/1708.07747"),
    ],
    options=[
        Option("--seeds", at_least(2), 4, "training sets for each size and p", quick=3),
        Option("--epochs", at_least(1), 30, "passes over the training set", quick=5),
        Option("--steps", at_least(1), 400, "steps of training at least", quick=60),
        *OPTIONS,
    ],
    code=[trial, sweep],
    compute=compute,
    present=present,
)
