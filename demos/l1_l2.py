"""L1, L2, and none: what a penalty on the weights does to them, and to the test loss.

The L1 penalty has to be written into the loss; the L2 penalty is the optimizer's weight_decay. For SGD that is the same
as writing it into the loss, weight by weight; for Adam it is too, but AdamW's weight_decay is something else.
"""

from __future__ import annotations

import argparse
import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

import minigrad as mg
from minigrad import nn, optim
from minigrad.optim import Optimizer

from .dropout_overfitting import build_plain, draw_data
from .house.demo import Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import at_least, positive
from .house.statistics import Interval, interval, paired, verdict
from .house.style import INK, LINES, canvas, draw_paired, label
from .house.training import evaluating, seeds_of, spread, train_steps

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


def train(seed: int, kind: str, options: argparse.Namespace) -> Outcome:
    mg.manual_seed(seed)  # the same data and the same first weights for every kind
    (x, y, test_y), net, mse = draw_data(), build_plain(options.hidden), nn.MSELoss()
    weight_decay = options.l2 if kind == "L2" else 0.0
    optimizer = optim.SGD(net.parameters(), lr=options.lr, momentum=MOMENTUM, weight_decay=weight_decay)

    def loss_func(prediction: mg.Tensor, target: mg.Tensor) -> mg.Tensor:
        loss = mse(prediction, target)
        return loss + options.l1 * l1_norm(net) if kind == "L1" else loss

    for _ in train_steps(net, optimizer, loss_func, x, y, options.steps):
        pass
    with evaluating(net):
        losses = [mse(net(x), target).item() for target in (y, test_y)]
    return Outcome(*losses, np.concatenate([p.detach().abs().numpy().ravel() for p in net.parameters()]))


def train_all(seed: int, options: argparse.Namespace) -> list[Outcome]:
    return [train(seed, kind, options) for kind in KINDS]


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
    mg.manual_seed(seed)
    (x, y, _), net = draw_data(), build_plain(hidden).double()
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
    ends = spread(train_all, seeds_of(options), options, "data seeds")
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


# ---- the exhibit -----------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    return Exhibit(
        [claim_zeros(results), claim_losses(results), claim_pairs(results)],
        [picture_shares(results), picture_weights(results), picture_losses(results), picture_pairs(results)],
        [table_kinds(results, options), table_pairs(results, options)],
        notes=[
            "In a ReLU network L2 leaves small weights too: a unit of no use to the loss only decays, by the same "
            "fraction each step, and comes as close to zero as the steps allow. L1 takes the same amount each step, "
            "and then moves to and fro around zero by about that much.",
            f"The strengths of the penalties, {options.l1:g} for L1 and {options.l2:g} for L2, are one choice of many. "
            "Both act on the biases too, as in the notes and as weight_decay does.",
        ],
    )


def claim_zeros(results: Results) -> str:
    none, l1, l2 = (interval(near_zero(results, kind)) for kind in KINDS)
    total = len(results.outcomes["L1"][0].sizes)
    return (
        f"L1 makes {l1:.1%} of the {total:,} weights smaller than {NEAR_ZERO:g}, so that {total * (1 - l1.mean):.0f} "
        f"are left; with L2 that small are {l2:.1%}, without a penalty {none:.1%}."
    )


def listed(values: Mapping[str, float | Interval], spec: str = ".3f") -> str:
    """Return one number after the other, each with its kind: "0.151 (none), 0.124 (L1)"."""
    return ", ".join(f"{value:{spec}} ({kind})" for kind, value in values.items())


def claim_losses(results: Results) -> str:
    changes = [
        f"{kind} {verdict(paired(losses_of(results, 'none'), losses_of(results, kind)), 'the test loss')}"
        for kind in ("L1", "L2")
    ]
    return f"Against no penalty, {' and '.join(changes)}."


def claim_pairs(results: Results) -> str:
    phrases = [f"{' and '.join(pair.names)} differ {apart(max(pair.distances))}" for pair in results.comparisons]
    steps = len(results.comparisons[0].distances)
    return f"The weights over {steps:,} steps, in double precision: {'; '.join(phrases)}."


def apart(distance: float) -> str:
    return f"by up to {distance:.2g}" if distance else "in no bit"


def picture_shares(results: Results) -> Picture:
    shares = {kind: interval(near_zero(results, kind)).mean for kind in KINDS}
    return Picture(
        "near_zero",
        draw_shares(results, shares),
        alt="The share of weights below a threshold, rising with it, for the three penalties. " + claim_zeros(results),
        caption="All seeds together. The dotted line is the threshold of the table.",
    )


def draw_shares(results: Results, shares: dict[str, float]) -> Figure:
    figure, axes = canvas()
    thresholds = np.logspace(-8, 0, 201)
    for kind, style in zip(KINDS, LINES, strict=False):
        sizes = np.sort(np.concatenate([outcome.sizes for outcome in results.outcomes[kind]]))
        below = np.searchsorted(sizes, thresholds) / len(sizes)
        axes.semilogx(thresholds, below, label=kind, markevery=20, **style)
    axes.axvline(NEAR_ZERO, color=INK, linestyle=":", linewidth=1)
    axes.minorticks_off()
    label(axes, f"Weights below {NEAR_ZERO:g}: {listed(shares, '.1%')}", x="threshold", y="share of weights below it")
    axes.legend()
    return figure


def picture_weights(results: Results) -> Picture:
    first = {kind: outcomes[0].sizes for kind, outcomes in results.outcomes.items()}
    typical = listed({kind: float(np.sqrt(np.mean(sizes**2))) for kind, sizes in first.items()})
    largest = listed({kind: float(sizes.max()) for kind, sizes in first.items()})
    return Picture(
        "weights",
        draw_weights(first, f"Typical weight: {typical}"),
        alt=f"Histograms of the sizes of weights. Root mean squares: {typical}; largest: {largest}.",
        caption="The first seed; the typical weight is the root mean square. Both axes are logarithmic; what is "
        "smaller than the axis stands in its first bin.",
    )


def draw_weights(sizes: dict[str, np.ndarray], title: str) -> Figure:
    figure, rows = canvas(rows=len(KINDS), height=5.4, sharex=True, sharey=True)
    bins = np.logspace(-7, 1, 65)
    for axes, kind, style in zip(rows, KINDS, LINES, strict=False):
        axes.hist(np.clip(sizes[kind], bins[0], None), bins, color=style["color"])
        axes.axvline(NEAR_ZERO, color=INK, linestyle=":", linewidth=1)
        axes.set(xscale="log", yscale="log", ylabel=f"{kind}\nweights")
        axes.minorticks_off()
    rows[-1].set_xlabel("|weight|")
    rows[0].set_title(title)
    return figure


def picture_losses(results: Results) -> Picture:
    means = listed({kind: interval(losses_of(results, kind)).mean for kind in KINDS})
    return Picture(
        "test_loss",
        draw_losses(results, f"Mean test loss: {means}"),
        alt=f"Test losses by data seed for the three penalties. Means: {means}. {claim_losses(results)}",
        caption="Each grey line is one data set: the same points and the same first weights for all three.",
    )


def draw_losses(results: Results, title: str) -> Figure:
    figure, axes = canvas()
    samples = {kind: losses_of(results, kind) for kind in KINDS}
    draw_paired(axes, samples)
    label(axes, title, x=f"{len(samples['none'])} data seeds; bars: mean and 95% interval", y="test loss")
    return figure


def picture_pairs(results: Results) -> Picture:
    return Picture(
        "recipes",
        draw_pairs(results.comparisons),
        alt=f"The largest difference of a weight, step by step, for three pairs of recipes. {claim_pairs(results)}",
        caption="Two copies of a network, trained side by side in double precision.",
    )


def draw_pairs(comparisons: Sequence[Comparison]) -> Figure:
    figure, axes = canvas()
    for pair, style in zip(comparisons, LINES, strict=False):
        steps = range(1, len(pair.distances) + 1)
        axes.plot(steps, pair.distances, label=" and ".join(pair.names), markevery=max(1, len(steps) // 8), **style)
    same, _, other = (apart(max(pair.distances)) for pair in comparisons)
    title = f"SGD's weight_decay and L2 in the loss differ {same};\nAdam's and AdamW's {other}"
    label(axes, title, x="step", y="largest difference of a weight")
    axes.set_yscale("symlog", linthresh=1e-17)  # logarithmic, with a place for zero
    axes.set(ylim=(-1e-17, 1e3), yticks=[0, *(10.0**k for k in range(-16, 1, 4))])
    axes.minorticks_off()
    axes.legend(fontsize=8.5, loc="center right")
    return figure


def table_kinds(results: Results, options: argparse.Namespace) -> Table:
    rows = []
    for kind in KINDS:
        sides = [losses_of(results, kind, "train_loss"), losses_of(results, kind), near_zero(results, kind)]
        rows.append([kind, *(f"{interval(side):.3f}" for side in sides)])
    caption = f"After {options.steps:,} steps, over {options.seeds} data seeds: mean and 95% interval"
    return Table(caption, ["penalty", "training loss", "test loss", f"share of weights below {NEAR_ZERO:g}"], rows)


def table_pairs(results: Results, options: argparse.Namespace) -> Table:
    rows = [
        [" and ".join(pair.names), f"{pair.distances[0]:.1g}", f"{pair.distances[-1]:.1g}"]
        for pair in results.comparisons
    ]
    caption = "Largest difference of a weight, in double precision"
    return Table(caption, ["", "after step 1", f"after step {options.pair_steps:,}"], rows)


DEMO = Demo(
    order=4,
    title="L1, L2, and none",
    question="Which penalty makes weights zero, which helps, and is weight_decay the L2 penalty?",
    formula=r"L_1 = L + λ ∑_i |θ_i| \\ L_2 = L + \frac{λ}{2} ∑_i θ_i^2",
    source="“Dropout regularization (PyTorch)”, notes on L1, L2 and dropout",
    references=[
        Reference("torch.optim.SGD", "https://pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
        Reference(
            "Loshchilov and Hutter, Decoupled weight decay regularization, 2019", "https://arxiv.org/abs/1711.05101"
        ),
        Reference("CS231n, Neural networks 2", "https://cs231n.github.io/neural-networks-2/"),
    ],
    options=[
        Option("--l1", positive, 1e-3, "λ of the L1 penalty"),
        Option("--l2", positive, 1e-2, "λ of the L2 penalty"),
        Option("--lr", positive, 0.05, "learning rate of SGD; its momentum is 0.9"),
        Option("--steps", at_least(1), 1500, "training steps", quick=300),
        Option("--pair-steps", at_least(1), 200, "steps over which recipes are compared", quick=60),
        Option("--hidden", at_least(1), 100, "units in a hidden layer", quick=40),
        Option("--seeds", at_least(2), 8, "data seeds", quick=3),
    ],
    code=[l1_norm, train, distances],
    compute=compute,
    present=present,
)
