"""Weight decay, layer by layer: what it does to a fit, to the weights of every layer, and to their gradients.

Two networks of 80,000 weights learn ten points, one of them with weight decay. The plain one comes to reach every
point, and its gradients die out. In the other they live on: they must hold the weights up against the decay.
"""

from __future__ import annotations

import argparse
from functools import partial
from typing import NamedTuple

import numpy as np

import minigrad as mg
from minigrad import nn, optim

from ._ten_points import (
    MOMENTUM,
    Arrays,
    Data,
    Pair,
    Snapshot,
    animate_fits,
    draw_data,
    draw_gradients,
    draw_weights,
    size,
    summary_writer,
    watch,
    weights,
    write_events,
)
from ._verdict import paired, verdict
from .house import Demo, Exhibit, Interval, Option, Picture, Reference, Table, at_least, interval, positive, spread

# ---- two networks, and their optimizers ------------------------------------------------------------------------------


class MLP(nn.Module):
    """Three hidden layers of the same width."""

    def __init__(self, neural_num: int) -> None:
        super().__init__()
        self.linears = nn.Sequential(
            nn.Linear(1, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, neural_num),
            nn.ReLU(inplace=True),
            nn.Linear(neural_num, 1),
        )

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return self.linears(x)


def train_both(seed: int, options: argparse.Namespace, every: int) -> tuple[Data, Pair]:
    """Train without and with weight decay on the data of one seed, and return what was seen every so many steps."""
    mg.manual_seed(seed)
    data, nets = draw_data(), [MLP(options.hidden), MLP(options.hidden)]
    histories = []
    for net, weight_decay in zip(nets, (0.0, options.weight_decay), strict=True):
        optimizer = optim.SGD(net.parameters(), lr=options.lr, momentum=MOMENTUM, weight_decay=weight_decay)
        histories.append(list(watch(net, optimizer, data, options.steps, every)))
    return data, Pair(*histories)


class Outcome(NamedTuple):
    """A network at the end: its losses, the bends of its fit, and the size of every layer at first and then."""

    train_loss: float
    test_loss: float
    bend: float
    first_sizes: list[float]
    sizes: list[float]


def outcomes(seed: int, options: argparse.Namespace) -> list[Outcome]:
    _, pair = train_both(seed, options, every=options.steps)
    return [summary(snapshots[0], snapshots[-1]) for snapshots in pair]


def summary(first: Snapshot, last: Snapshot) -> Outcome:
    sizes = [[size(w) for w in weights(snapshot.values)] for snapshot in (first, last)]
    return Outcome(last.train_loss, last.test_loss, last.bend, *sizes)


# ---- results ---------------------------------------------------------------------------------------------------------


class Results(NamedTuple):
    """The first seed's data and both histories, and how every seed ended, without weight decay and with it."""

    data: Data
    pair: Pair
    without: list[Outcome]
    decayed: list[Outcome]


def compute(options: argparse.Namespace) -> Results:
    if options.tensorboard:
        summary_writer()  # if it is not there, say so before the work
    data, pair = train_both(options.seed, options, options.every)
    seeds = range(options.seed, options.seed + options.seeds)
    ends = spread(partial(outcomes, options=options), seeds, "data seeds")
    without, decayed = map(list, zip(*ends, strict=True))
    return Results(data, pair, without, decayed)


def growth(ends: list[Outcome], layer: int) -> Interval:
    """Return by which factor the size of a layer's weights has changed."""
    return interval([end.sizes[layer] / end.first_sizes[layer] for end in ends])


def norm(arrays: Arrays) -> float:
    """Return the Euclidean length of all of them as one vector."""
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays.values())))


# ---- the exhibit -----------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    if options.tensorboard:
        write_events(options.out / "weight_decay" / "events", results.pair, ("without", "with"))
    return Exhibit(
        [claim_losses(results, options), claim_weights(results), claim_gradients(results, options)],
        [
            animate_fits(results.data, results.pair, "weight decay"),
            picture_weights(results),
            picture_gradients(results, options),
        ],
        [table_losses(results, options), table_weights(results, options)],
        notes=[
            "PyTorch's SGD adds λθ to the gradient, biases included, so without momentum a step leaves 1 - ηλ of "
            "them: the notes write 1 - λ, without the learning rate.",
            "Where loss and penalty together are least, the loss alone still has the gradient -λθ.",
            "Each network has its own first weights, as in the notes; losses are taken in evaluation mode.",
        ],
    )


def claim_losses(results: Results, options: argparse.Namespace) -> str:
    verdicts = [
        verdict(difference(results, field), what)
        for field, what in (("train_loss", "the training loss"), ("test_loss", "the test loss"), ("bend", "the bends"))
    ]
    return f"Weight decay of {options.weight_decay:g} {verdicts[0]}, {verdicts[1]}, and {verdicts[2]}."


def difference(results: Results, field: str) -> Interval:
    without, decayed = ([getattr(end, field) for end in ends] for ends in (results.without, results.decayed))
    return paired(without, decayed)


def factors(ends: list[Outcome]) -> list[float]:
    """Return the mean growth of every layer but the last."""
    return [growth(ends, layer).mean for layer in range(len(ends[0].sizes) - 1)]


def claim_weights(results: Results) -> str:
    without, decayed = (", ".join(f"{factor:.2f}" for factor in factors(ends)) for ends in results[2:])
    last = [growth(ends, len(ends[0].sizes) - 1) for ends in results[2:]]
    return (
        f"The weights of the hidden layers end at {without} times their first size without weight decay, and at "
        f"{decayed} times with it; those of the output layer at {last[0]:.2f} and {last[1]:.2f} times."
    )


def claim_gradients(results: Results, options: argparse.Namespace) -> str:
    without, decayed = (norm(snapshots[-1].gradients) for snapshots in results.pair)
    pull = options.weight_decay * norm(results.pair.treated[-1].values)
    return (
        f"On the first seed the gradient's norm ends at {without:.2g} without weight decay and at {decayed:.2g} with "
        f"it, where the decay itself pulls with {pull:.2g}."
    )


def picture_weights(results: Results) -> Picture:
    without, decayed = (f"{min(all_):.2f} to {max(all_):.2f}" for all_ in map(factors, results[2:]))
    title = f"Hidden layers' weights end at {decayed} of their first size\nwith weight decay, at {without} without"
    return Picture(
        "weights",
        draw_weights(results.pair, "weight decay", title),
        alt=f"Histograms of every layer's weights over time, in two columns. {claim_weights(results)}",
        caption="The first seed. Every histogram is drawn as high as the others; a row has one scale.",
    )


def picture_gradients(results: Results, options: argparse.Namespace) -> Picture:
    without, decayed = (norm(snapshots[-1].gradients) for snapshots in results.pair)
    title = f"The gradient's norm ends at {without:.2g} without weight decay,\nat {decayed:.2g} with it"
    return Picture(
        "gradients",
        draw_gradients(results.pair, "weight decay", title),
        alt=f"Histograms of how large every layer's gradients are, over time. {claim_gradients(results, options)}",
        caption="The first seed. Gradients that are exactly 0, those of units that are off, are left out.",
    )


def table_losses(results: Results, options: argparse.Namespace) -> Table:
    rows = []
    for field, name in (("train_loss", "training loss"), ("test_loss", "test loss"), ("bend", "bends of the fit")):
        sides = [interval([getattr(end, field) for end in ends]) for ends in (results.without, results.decayed)]
        rows.append([name, *(f"{side:.3f}" for side in sides), f"{difference(results, field):.3f}"])
    caption = f"After {options.steps} steps, over {options.seeds} data seeds: mean and 95% interval"
    return Table(caption, ["", "without", "with weight decay", "paired difference"], rows)


def table_weights(results: Results, options: argparse.Namespace) -> Table:
    rows = [
        [str(layer + 1), *(f"{growth(ends, layer):.3f}" for ends in (results.without, results.decayed))]
        for layer in range(len(results.without[0].sizes))
    ]
    caption = f"Root mean square of the weights, at the end over at first, {options.seeds} data seeds"
    return Table(caption, ["layer", "without", "with weight decay"], rows)


DEMO = Demo(
    order=5,
    title="Weight decay",
    question="What does weight decay do to a fit, and to the weights and gradients of every layer?",
    formula=r"v ← μ v + \frac{∂L}{∂θ} + λ θ \\ θ ← θ - η v",
    source="Zhang Xian, PyTorch notes 6.1, “weight decay and dropout”",
    references=[
        Reference(
            "The notes' code", "https://github.com/zhangxiann/PyTorch_Practice/blob/master/lesson6/L2_regularization.py"
        ),
        Reference("torch.optim.SGD", "https://pytorch.org/docs/stable/generated/torch.optim.SGD.html"),
        Reference("Krogh and Hertz, A simple weight decay can improve generalization, 1991"),
    ],
    options=[
        Option("--weight-decay", positive, 0.01, "λ"),
        Option("--lr", positive, 0.01, "learning rate η of SGD; its momentum μ is 0.9"),
        Option("--steps", at_least(1), 2000, "training steps", quick=400),
        Option("--every", at_least(1), 200, "steps between two looks", quick=100),
        Option("--hidden", at_least(1), 200, "units in a hidden layer", quick=50),
        Option("--seeds", at_least(2), 8, "data seeds of the table", quick=3),
        Option("--tensorboard", bool, False, "write the histograms as event files too"),
    ],
    code=[MLP, train_both],
    compute=compute,
    present=present,
)
