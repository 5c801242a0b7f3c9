"""How much dropout? Its probability against the size of the training set.

A small network learns Fashion-MNIST from a few images or from thousands, with every probability to drop, from several
seeds. What dropout is worth is measured as one would use it: each seed picks its p on images that were held out, and
the test images say what that p saves. Every training is a trial of its own, for two processes or for a Dask cluster:

    python -m dask scheduler               both in the folder demos, the second
    python -m dask worker ADDRESS          on as many machines as there are
    python -m demos how_much_dropout --scheduler ADDRESS

Name only a scheduler that you trust, in a network that you trust: what it sends back is unpickled, which can run any
code, and whoever reaches it can run code on its workers.
"""

from __future__ import annotations

import argparse
from itertools import product
from typing import NamedTuple

from lab.options import Option, at_least
from lab.statistics import Interval, paired
from lab.sweep import Settings
from lab.training import seeds_of

from _image_trial import BATCH, OPTIONS as SHARED_OPTIONS, ErrorRates, common_settings, run_trials

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


OPTIONS = [
    Option("--seeds", at_least(2), 4, "training sets for each size and p", quick=3),
    Option("--epochs", at_least(1), 30, "passes over the training set", quick=5),
    Option("--steps", at_least(1), 400, "steps of training at least", quick=60),
    *SHARED_OPTIONS,
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
