"""The paper: the cures of Srivastava et al. on MNIST, on a scale that a laptop manages in minutes.

Networks that do not know that pixels have neighbours, trained without a cure, with L2, with max-norm, with dropout, and
with dropout and max-norm together. Every training is a trial of a sweep, for two processes or for a Dask cluster.
"""

from __future__ import annotations

import argparse
from itertools import product
from typing import Any, NamedTuple

from lab.options import Option, at_least
from lab.sweep import Settings
from lab.training import seeds_of

from _image_trial import OPTIONS as SHARED_OPTIONS, common_settings, run_trials

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


OPTIONS = [
    Option("--seeds", at_least(2), 5, "training sets", quick=3),
    Option("--images", at_least(1), 5000, "training images", quick=1000),
    Option("--full", bool, False, "train on all 60,000 images"),
    Option("--hidden", at_least(1), 256, "units in a hidden layer", quick=64),
    Option("--layers", at_least(1), 2, "hidden layers"),
    Option("--epochs", at_least(1), 30, "passes over the training images", quick=20),
    *SHARED_OPTIONS,
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
