"""The paper: the cures of Srivastava et al. on MNIST, on a scale that a laptop manages in minutes.

Networks that do not know that pixels have neighbours, trained without a cure, with L2, with max-norm, with dropout, and
with dropout and max-norm together. Every training is a trial of a sweep, for two processes or for a Dask cluster.
"""

from __future__ import annotations

import argparse
from itertools import pairwise, product
from typing import Any, NamedTuple

from matplotlib.figure import Figure

from ._image_trial import BATCH, LR, OPTIONS, common_settings, run_trials, trial
from .house.demo import SRIVASTAVA, Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least
from .house.statistics import Interval, interval, paired, verdict
from .house.style import LINES, canvas, label
from .house.sweep import Settings, sweep
from .house.training import seeds_of

DATASET = "MNIST"
ALL_IMAGES = 60_000


class Method(NamedTuple):
    """A cure: its settings here, and its row of the paper's table, if there is one."""

    settings: dict[str, Any]
    row: str | None = None


PUBLISHED = {  # test errors in %: Table 2
    "standard neural net (Simard et al. 2003)": 1.60,
    "SVM, Gaussian kernel": 1.40,
    "dropout, logistic, 3 layers of 1024": 1.35,
    "dropout, ReLU, 3 layers of 1024": 1.25,
    "dropout + max-norm, ReLU, 3 layers of 1024": 1.06,
    "dropout + max-norm, ReLU, 3 layers of 2048": 1.04,
    "dropout + max-norm, ReLU, 2 layers of 4096": 1.01,
    "dropout + max-norm, ReLU, 2 layers of 8192": 0.95,
}

DROPOUT = {"p_input": 0.2, "p": 0.5}
MAX_NORM = {"max_norm": 1.0}
METHODS = {
    "none": Method({}, "standard neural net (Simard et al. 2003)"),
    "L2": Method({"weight_decay": 1e-3}),
    "max-norm": Method(MAX_NORM),
    "dropout": Method(DROPOUT, "dropout, ReLU, 3 layers of 1024"),
    "dropout + max-norm": Method(DROPOUT | MAX_NORM, "dropout + max-norm, ReLU, 3 layers of 1024"),
}
IN_BOTH = {name: PUBLISHED[method.row] for name, method in METHODS.items() if method.row}


# ---- the sweep -------------------------------------------------------------------------------------------------------


def settings_of(method: Method, seed: int, options: argparse.Namespace) -> Settings:
    """Return one trial's settings."""
    return {
        **common_settings(DATASET, seed, options),
        "images": images_of(options),
        "hidden": [options.hidden] * options.layers,
        "epochs": options.epochs,
        **method.settings,
    }


def images_of(options: argparse.Namespace) -> int:
    return ALL_IMAGES if options.full else options.images


Results = dict[str, list[float]]  # of each method, for each seed, the test error in %


def compute(options: argparse.Namespace) -> Results:
    runs = list(product(METHODS, seeds_of(options)))
    rates = run_trials([settings_of(METHODS[name], seed, options) for name, seed in runs], options)
    results: Results = {name: [] for name in METHODS}
    for (name, _), rate in zip(runs, rates, strict=True):
        results[name].append(rate.test)
    return results


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
    rows = [list(results).index(name) for name in IN_BOTH]
    axes.plot(list(IN_BOTH.values()), rows, "s", color=paper["color"], markerfacecolor="none", label="the paper")
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
    dropout = verdict(added["dropout"], "the test error", ".2f", " points")
    more = verdict(paired(results["dropout"], results["dropout + max-norm"]), "it", ".2f", " points")
    return Exhibit(
        claims=[
            f"On {images:,} images dropout {dropout}, from {means['none']:.2f}% to {means['dropout']:.2f}%; "
            f"max-norm beside it {more}.",
            f"From the largest mean error to the smallest: {ranking(results)}, where > is a paired difference whose "
            f"interval leaves zero out, and ≈ one whose interval does not. The paper has three of these: "
            f"{', '.join(f'{name} {error:.2f}' for name, error in IN_BOTH.items())}.",
        ],
        pictures=[
            Picture(
                "errors",
                draw(results, f"On {images:,} digits, dropout\n{dropout}"),
                alt="Test errors here and in the paper: "
                + "; ".join(f"{name} {mean:.2f}%, {in_the_paper(name)}" for name, mean in means.items())
                + ".",
                caption="Pale dots are seeds. The paper's networks saw all 60,000 images; compare the order, not the "
                "numbers.",
            )
        ],
        tables=[
            Table(
                f"Test error in % on {images:,} images, over {options.seeds} seeds: mean and 95% interval",
                ["cure", "here", "against none", "in the paper"],
                [
                    [name, f"{mean:.2f}", f"{added[name]:.2f}" if name in added else "", in_the_paper(name)]
                    for name, mean in means.items()
                ],
            ),
            Table(
                "The paper's Table 2: test error in %, on all 60,000 images",
                ["network", "error"],
                [[name, f"{error:.2f}"] for name, error in PUBLISHED.items()],
            ),
        ],
        notes=[
            f"Here: ReLU networks of {layers}, {options.epochs} epochs of Adam in batches of {BATCH}, the learning "
            f"rate falling from {LR:g} to zero. Each seed draws its own {images:,} training images and first weights, "
            "the same for all cures. Their strengths are one choice each, from a few trials with other seeds.",
            f"Not comparable: the numbers themselves. The paper trains larger networks on all {ALL_IMAGES:,} images, "
            "and for longer. Its rows come from different networks, the first from another paper, and have no "
            "intervals.",
            "Comparable: the order of the cures, and the sign of a difference where its interval leaves zero out. "
            f"--full takes all {ALL_IMAGES:,} images; with --hidden 1024 --layers 3, too, the network is the paper's, "
            "which takes hours on a laptop.",
        ],
    )


def ranking(results: Results) -> str:
    """Return the methods from the largest mean error to the smallest, and say which neighbours clearly differ."""
    first, *others = sorted(results, key=lambda name: -interval(results[name]).mean)
    words = [first]
    for a, b in pairwise([first, *others]):
        words += [">" if paired(results[b], results[a]).clear_of_zero else "≈", b]
    return " ".join(words)


def in_the_paper(name: str) -> str:
    return f"{IN_BOTH[name]:.2f}" if name in IN_BOTH else "–"


DEMO = Demo(
    order=9,
    title="The paper",
    question="Do the cures of the dropout paper stand in the same order here, on MNIST?",
    formula=r"h' = \frac{ξ}{1 - p} h \quad w ← w \frac{c}{\text{max}(c, |w|)} \quad L + \frac{λ}{2} |w|^2",
    source="Srivastava et al. 2014, section 6.1.1, Table 2",
    references=[
        SRIVASTAVA,
        Reference("MNIST", "https://yann.lecun.org/exdb/mnist/"),
    ],
    options=[
        Option("--seeds", at_least(2), 5, "training sets", quick=3),
        Option("--images", at_least(1), 5000, "training images", quick=1000),
        Option("--full", bool, False, "train on all 60,000 images"),
        Option("--hidden", at_least(1), 256, "units in a hidden layer", quick=64),
        Option("--layers", at_least(1), 2, "hidden layers"),
        Option("--epochs", at_least(1), 30, "passes over the training images", quick=20),
        *OPTIONS,
    ],
    code=[trial, sweep],
    compute=compute,
    present=present,
)
