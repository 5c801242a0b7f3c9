"""How much dropout? Its probability against the size of the training set.

A small network learns Fashion-MNIST from a few images or from thousands, with every probability to drop, from several
seeds. What dropout is worth is measured as one would use it: each seed picks its p on images that were held out, and
the test images say what that p saves. Every training is a trial of its own, for two processes or for a Dask cluster:

    python -m dask scheduler               both in this folder, the second
    python -m dask worker ADDRESS          on as many machines as there are
    python -m demos how_much_dropout --scheduler ADDRESS
"""

from __future__ import annotations

import argparse
from itertools import product
from typing import NamedTuple

from matplotlib.figure import Figure

from ._image_trial import BATCH, ErrorRates, fingerprint, trial
from ._verdict import paired, verdict
from .house import (
    FAINT,
    LINES,
    Demo,
    Exhibit,
    Interval,
    Option,
    Picture,
    Reference,
    Table,
    at_least,
    canvas,
    interval,
    label,
)
from .house.sweep import Settings, sweep, workers_at

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
    seeds = range(options.seed, options.seed + options.seeds)
    if options.quick:
        return Grid((20, 1000), (0.0, 0.5, 0.9), seeds)
    return Grid(SIZES, PROBABILITIES, seeds)


def settings_of(images: int, p: float, seed: int, options: argparse.Namespace) -> Settings:
    """Return one trial's settings; small training sets are passed over more often, up to some number of steps."""
    steps_of_an_epoch = -(-images // BATCH)
    return {
        "dataset": DATASET,
        "root": options.data,
        "copy": fingerprint(DATASET, options.data),
        "seed": seed,
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
    settings = [settings_of(*point, options) for point in points]
    found = sweep(trial, settings, options.out / "trials", "trainings", workers_at(options.scheduler))
    rates: dict[tuple[int, float], list[ErrorRates]] = {}
    for (images, p, _), result in zip(points, found, strict=True):
        rates.setdefault((images, p), []).append(ErrorRates(*result))
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


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    sizes, probabilities = results.grid.sizes, results.grid.probabilities
    small, large, most = sizes[0], sizes[-1], probabilities[-1]
    saved = {images: results.saved(images) for images in sizes}
    harm = verdict(paired(results.tests(large, 0.0), results.tests(large, most)), "the test error", ".1f")
    plain = {images: interval(results.tests(images, 0.0)) for images in sizes}
    rows = [
        [
            f"{images:,}",
            f"{plain[images]:.2f}",
            f"{interval([rates.test for rates in results.rates[images, most]]):.2f}",
            " ".join(f"{p:g}" for p in results.chosen(images)),
            f"{saved[images]:.2f}",
        ]
        for images in sizes
    ]
    return Exhibit(
        claims=[
            f"{finding(results)}: the p that held-out images choose takes {saved[small]:.2f} points off the test error "
            f"with {small:,} images and {saved[large]:.2f} with {large:,} (95% intervals over {options.seeds} seeds).",
            f"With {large:,} images the seeds choose p = {', '.join(f'{p:g}' for p in results.chosen(large))}; "
            f"p = {most:g} {harm} points.",
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
                draw_errors(results, f"With {large:,} images, p = {most:g}\n{harm} points"),
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
            f"by Adam in batches of {BATCH} for {options.epochs} epochs or {options.steps} steps, whichever is more. "
            "All p share this recipe, which is short for the largest p: some of what they lose is training time.",
            "The paper's figure 10 asks this of MNIST with larger networks, and finds no gain at 100 or 500 images.",
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
        Reference("Srivastava et al., Dropout, JMLR 15, 2014", "https://jmlr.org/papers/v15/srivastava14a.html"),
        Reference("Fashion-MNIST", "https://arxiv.org/abs/1708.07747"),
    ],
    options=[
        Option("--seeds", at_least(2), 4, "training sets for each size and p", quick=2),
        Option("--epochs", at_least(1), 30, "passes over the training set", quick=5),
        Option("--steps", at_least(1), 400, "steps of training at least", quick=60),
        Option("--data", str, None, "folder of the images ($MINIGRAD_DATA, else the user's cache)"),
        Option("--scheduler", str, None, "address of a Dask scheduler, whose workers run the trials"),
    ],
    code=[trial, sweep],
    compute=compute,
    present=present,
)
