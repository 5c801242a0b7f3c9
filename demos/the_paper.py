"""The paper: the cures of Srivastava et al. on MNIST, on a scale that a laptop manages in minutes.

Networks that do not know that pixels have neighbours, trained without a cure, with L2, with max-norm, with dropout, and
with dropout and max-norm together. Every training is a trial of a sweep, for two processes or for a Dask cluster.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from ._image_trial import BATCH, LR, ErrorRates, fingerprint, trial
from ._verdict import paired, verdict
from .house import (
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

DATASET = "MNIST"
ALL_IMAGES = 60_000


class Method(NamedTuple):
    """A cure: its settings here, and the paper's test error in %, with what it was measured on."""

    settings: dict[str, Any]
    published: float
    where: str


DROPOUT = {"p_input": 0.2, "p": 0.5}
MAX_NORM = {"max_norm": 1.0}
METHODS = {
    "none": Method({}, 1.60, "Table 2: two layers of 800 logistic units (Simard et al. 2003)"),
    "L2": Method({"weight_decay": 1e-3}, 1.62, "Table 9: L2"),
    "max-norm": Method(MAX_NORM, 1.35, "Table 9: max-norm"),
    "dropout": Method(DROPOUT, 1.25, "Table 2: three layers of 1024 ReLU units"),
    "dropout + max-norm": Method(DROPOUT | MAX_NORM, 1.06, "Table 2: three layers of 1024 ReLU units"),
}


# ---- the sweep -------------------------------------------------------------------------------------------------------


def settings_of(method: Method, seed: int, options: argparse.Namespace) -> Settings:
    """Return one trial's settings."""
    return {
        "dataset": DATASET,
        "root": options.data,
        "copy": fingerprint(DATASET, options.data),
        "seed": seed,
        "images": images_of(options),
        "hidden": [options.hidden] * options.layers,
        "epochs": options.epochs,
        **method.settings,
    }


def images_of(options: argparse.Namespace) -> int:
    return ALL_IMAGES if options.full else options.images


Results = dict[str, list[float]]  # of each method, for each seed, the test error in %


def compute(options: argparse.Namespace) -> Results:
    seeds = range(options.seed, options.seed + options.seeds)
    settings = [settings_of(method, seed, options) for method in METHODS.values() for seed in seeds]
    found = sweep(trial, settings, options.out / "trials", "trainings", workers_at(options.scheduler))
    errors = [ErrorRates(*result).test for result in found]
    return {name: errors[i * len(seeds) : (i + 1) * len(seeds)] for i, name in enumerate(METHODS)}


# ---- what it shows ---------------------------------------------------------------------------------------------------


def changes(results: Results) -> dict[str, Interval]:
    """Return what each cure adds to the test error of the network without one, seed by seed."""
    return {name: paired(results["none"], errors) for name, errors in results.items() if name != "none"}


def draw(results: Results, title: str) -> Figure:
    figure, axes = canvas(height=3.9)
    heights = range(len(results))
    ours, paper = LINES[0], LINES[1]
    for y, errors in zip(heights, results.values(), strict=True):
        axes.plot(errors, [y + 0.18] * len(errors), "o", color=ours["color"], alpha=0.4, markersize=4)
    means, margins = zip(*map(interval, results.values()), strict=True)
    axes.errorbar(
        means, heights, xerr=margins, fmt="o", color=ours["color"], capsize=4, label="here: mean, 95% interval"
    )
    published = [method.published for method in METHODS.values()]
    axes.plot(published, heights, "s", color=paper["color"], markerfacecolor="none", label="the paper")
    axes.set_yticks(heights, list(results))
    axes.set(xlim=(0, None), ylim=(-0.6, len(results) - 0.4))
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    label(axes, title, x="test error, %", y="")
    return figure


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    means = {name: interval(errors) for name, errors in results.items()}
    added = changes(results)
    images, layers = images_of(options), "-".join(map(str, [784, *[options.hidden] * options.layers, 10]))
    order = ranking(means)
    dropout = verdict(added["dropout"], "the test error", ".2f")
    more = verdict(paired(results["dropout"], results["dropout + max-norm"]), "it", ".2f")
    return Exhibit(
        claims=[
            f"On {images:,} images dropout {dropout} points, from {means['none']:.2f}% to {means['dropout']:.2f}%; "
            f"max-norm beside it {more} points.",
            f"From the largest error to the smallest: {', '.join(order)}; "
            f"in the paper: {', '.join(published_ranking())}.",
        ],
        pictures=[
            Picture(
                "errors",
                draw(results, f"On {images:,} digits, dropout\n{dropout} points"),
                alt="Test errors here and in the paper: "
                + "; ".join(f"{name} {mean:.2f}%, {METHODS[name].published:.2f}%" for name, mean in means.items())
                + ".",
                caption="Pale dots are seeds. The paper's networks saw all 60,000 images; compare the order, not the "
                "numbers.",
            )
        ],
        tables=[
            Table(
                f"Test error in % over {options.seeds} seeds; published: by Srivastava et al. on all 60,000 images",
                ["cure", "here", "against none", "published", "published in"],
                [
                    [
                        name,
                        f"{mean:.2f}",
                        f"{added[name]:.2f}" if name in added else "",
                        f"{METHODS[name].published:.2f}",
                        METHODS[name].where,
                    ]
                    for name, mean in means.items()
                ],
            )
        ],
        notes=[
            f"Here: ReLU networks of {layers}, {options.epochs} epochs of Adam in batches of {BATCH}, the learning "
            f"rate falling from {LR:g} to zero. Each seed draws its own {images:,} training images and first weights, "
            "the same for all cures. Their strengths were set on training images of other seeds.",
            "Not comparable: the numbers themselves. The paper trains on all 60,000 images, with 800 to 8192 units in "
            "a layer and up to a million steps of SGD, and chooses its settings on 10,000 of the images. Its rows come "
            "from different networks, the first from another paper, and these tables have no intervals.",
            "Comparable: the order of the cures, and the sign of a difference where its interval leaves zero out. "
            f"--full takes all {ALL_IMAGES:,} images; with --hidden 1024 --layers 3, too, the network is the paper's, "
            "which takes hours on a laptop.",
        ],
    )


def ranking(means: dict[str, Interval]) -> Sequence[str]:
    """Return the methods from the largest mean error to the smallest."""
    return sorted(means, key=lambda name: -means[name].mean)


def published_ranking() -> Sequence[str]:
    return sorted(METHODS, key=lambda name: -METHODS[name].published)


DEMO = Demo(
    order=9,
    title="The paper",
    question="Do the cures of the dropout paper stand in the same order here, on MNIST?",
    formula=r"h' = \frac{ξ}{1 - p} h \quad w ← w \frac{c}{\text{max}(c, |w|)} \quad L + \frac{λ}{2} |w|^2",
    source="Srivastava et al. 2014, section 6.1.1 (Table 2) and section 6.5 (Table 9)",
    references=[
        Reference("Srivastava et al., Dropout, JMLR 15, 2014", "https://jmlr.org/papers/v15/srivastava14a.html"),
        Reference("MNIST", "https://yann.lecun.org/exdb/mnist/"),
    ],
    options=[
        Option("--seeds", at_least(2), 5, "training sets", quick=2),
        Option("--images", at_least(1), 5000, "training images", quick=1000),
        Option("--full", bool, False, "train on all 60,000 images"),
        Option("--hidden", at_least(1), 256, "units in a hidden layer", quick=64),
        Option("--layers", at_least(1), 2, "hidden layers"),
        Option("--epochs", at_least(1), 30, "passes over the training images", quick=20),
        Option("--data", str, None, "folder of the data sets, instead of $MINIGRAD_DATA or a cache"),
        Option("--scheduler", str, None, "address of a Dask scheduler, whose workers run the trials"),
    ],
    code=[trial, sweep],
    compute=compute,
    present=present,
)
