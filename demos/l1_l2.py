"""L1, L2, and none: what a penalty on the weights does to them, and to the test loss.

The L1 penalty has to be written into the loss; the L2 penalty is the optimizer's weight_decay. For SGD that is the same
as writing it into the loss, weight by weight; for Adam it is too, but AdamW's weight_decay is something else.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

from lab.options import Option, at_least, positive
from lab.training import evaluating, spread_at_once, train_steps

import numpy as np

import minigrad as mg
from dropout_overfitting import Data, build_plain, draw_data, of_all
from minigrad import nn, optim
from minigrad.func import Stacked, StackedLoss
from minigrad.optim import Optimizer

MOMENTUM = 0.9
NEAR_ZERO = 1e-3
KINDS = "none", "L1", "L2"


# ---- one network, three ways to train it -----------------------------------------------------------------------------


def l1_norm(net: nn.Module) -> mg.Tensor:
    return sum(p.abs().sum() for p in net.parameters())


def l2_penalty(net: nn.Module) -> mg.Tensor:
    return sum((p**2).sum() for p in net.parameters()) / 2


class Outcome(NamedTuple):
    """A network at the end: its losses, and the sizes of all its parameters."""

    train_loss: float
    test_loss: float
    sizes: np.ndarray

    def share_below(self, threshold: float) -> float:
        return float(np.mean(self.sizes < threshold))


def start(seed: int, hidden: int) -> tuple[Data, nn.Sequential]:
    mg.manual_seed(seed)
    return draw_data(), build_plain(hidden)


def train(seeds: Sequence[int], kind: str, options: argparse.Namespace) -> list[Outcome]:
    """Train the networks of all seeds at once; they begin with the same data and weights for every kind of penalty."""
    all_data, starts = zip(*(start(seed, options.hidden) for seed in seeds), strict=True)
    (x, y, test_y), nets, sum_of_losses = of_all(all_data), Stacked(starts), StackedLoss(nn.MSELoss())
    weight_decay = options.l2 if kind == "L2" else 0.0
    optimizer = optim.SGD(nets.parameters(), lr=options.lr, momentum=MOMENTUM, weight_decay=weight_decay)

    def loss_func(predictions: mg.Tensor, targets: mg.Tensor) -> mg.Tensor:
        loss = sum_of_losses(predictions, targets)
        return loss + options.l1 * l1_norm(nets) if kind == "L1" else loss

    for _ in train_steps(nets, optimizer, loss_func, x, y, options.steps):
        pass
    with evaluating(nets):
        losses_of = StackedLoss(nn.MSELoss(), reduction="none")
        losses = [losses_of(nets(x), targets).tolist() for targets in (y, test_y)]
    sizes = np.concatenate([p.detach().abs().flatten(1).numpy() for p in nets.parameters()], axis=1)
    return list(map(Outcome, *losses, sizes))


def train_all(seeds: Sequence[int], options: argparse.Namespace) -> list[tuple[Outcome, ...]]:
    """Return for each seed the outcomes under all kinds of penalty."""
    return list(zip(*(train(seeds, kind, options) for kind in KINDS), strict=True))


# ---- the same, or not the same ---------------------------------------------------------------------------------------


class Recipe(NamedTuple):
    """An optimizer, and whether the penalty is in the loss."""

    name: str
    build: Callable[[list[nn.Parameter]], Optimizer]
    penalty: float = 0.0


def recipe_pairs(options: argparse.Namespace) -> list[tuple[Recipe, Recipe]]:
    """Return the pairs of recipes to compare, at learning rates usual for each optimizer."""
    sgd, adam, adamw = partial(optim.SGD, lr=options.lr, momentum=MOMENTUM), partial(optim.Adam, lr=0.01), optim.AdamW
    decay = {"weight_decay": options.l2}
    sgd_decay, adam_decay = (
        Recipe("SGD's weight_decay", partial(sgd, **decay)),
        Recipe("Adam's weight_decay", partial(adam, **decay)),
    )
    return [
        (sgd_decay, Recipe("L2 in the loss", sgd, options.l2)),
        (adam_decay, Recipe("L2 in the loss", adam, options.l2)),
        (adam_decay, Recipe("AdamW's", partial(adamw, lr=0.01, **decay))),
    ]


def distances(seed: int, recipes: tuple[Recipe, Recipe], hidden: int, steps: int) -> Iterator[float]:
    """Train two copies of a network in double precision; yield after each step the largest difference of a weight."""
    (x, y, _), net = start(seed, hidden)
    net.double()
    nets = net, copy.deepcopy(net)
    runs = [training(net, recipe, x.double(), y.double(), steps) for net, recipe in zip(nets, recipes, strict=True)]
    for _ in zip(*runs, strict=True):
        a, b = ([p.detach() for p in net.parameters()] for net in nets)
        yield max((p - q).abs().max().item() for p, q in zip(a, b, strict=True))


def training(net: nn.Module, recipe: Recipe, x: mg.Tensor, y: mg.Tensor, steps: int) -> Iterator[int]:
    mse = nn.MSELoss()

    def loss_func(prediction: mg.Tensor, target: mg.Tensor) -> mg.Tensor:
        loss = mse(prediction, target)
        return loss + recipe.penalty * l2_penalty(net) if recipe.penalty else loss

    return train_steps(net, recipe.build(list(net.parameters())), loss_func, x, y, steps)


# ---- results ---------------------------------------------------------------------------------------------------------


class Comparison(NamedTuple):
    """The names of two recipes, and the largest difference of a weight after each step."""

    names: tuple[str, str]
    distances: list[float]


class Results(NamedTuple):
    """How every seed ended under each kind of penalty, and how far pairs of recipes drift apart."""

    outcomes: dict[str, list[Outcome]]
    comparisons: list[Comparison]


def compute(options: argparse.Namespace) -> Results:
    ends = spread_at_once(train_all, options, "data seeds")
    outcomes = dict(zip(KINDS, map(list, zip(*ends, strict=True)), strict=True))
    comparisons = [
        Comparison((a.name, b.name), list(distances(options.seed, (a, b), options.hidden, options.pair_steps)))
        for a, b in recipe_pairs(options)
    ]
    return Results(outcomes, comparisons)


def losses_of(results: Results, kind: str, which: str = "test_loss") -> list[float]:
    return [getattr(outcome, which) for outcome in results.outcomes[kind]]


def near_zero(results: Results, kind: str) -> list[float]:
    return [outcome.share_below(NEAR_ZERO) for outcome in results.outcomes[kind]]


OPTIONS = [
    Option("--l1", positive, 1e-3, "λ of the L1 penalty"),
    Option("--l2", positive, 1e-2, "λ of the L2 penalty"),
    Option("--lr", positive, 0.05, "learning rate of SGD; its momentum is 0.9"),
    Option("--steps", at_least(1), 1500, "training steps", quick=300),
    Option("--pair-steps", at_least(1), 200, "steps over which recipes are compared", quick=60),
    Option("--hidden", at_least(1), 100, "units in a hidden layer", quick=40),
    Option("--seeds", at_least(2), 8, "data seeds", quick=3),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
