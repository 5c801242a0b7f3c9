"""Ten noisy points of y = 1.5x, and two networks that are watched while they learn them.

What the experiments with weight decay and with dropout share: the data, and training with a look at every parameter and
its gradient now and then.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from operator import attrgetter
from typing import NamedTuple

from lab.events import summary_writer
from lab.options import Option, at_least, positive
from lab.statistics import Interval, paired
from lab.training import evaluating, spread_at_once, train_steps

import numpy as np

import minigrad as mg
from minigrad import nn
from minigrad.func import Stacked, StackedLoss
from minigrad.optim import Optimizer

N_POINTS = 10
SLOPE = 1.5
MOMENTUM = 0.9
GRID = mg.linspace(-1, 1, 201).unsqueeze(1)  # where a fit is drawn and its roughness is measured

Arrays = dict[str, np.ndarray]  # one for each parameter, by name


# ---- the data --------------------------------------------------------------------------------------------------------


class Data(NamedTuple):
    """Inputs, and two noisy observations of y = 1.5x at each of them: one to train on, one to test."""

    x: mg.Tensor
    y: mg.Tensor
    test_y: mg.Tensor


def draw_data() -> Data:
    x = mg.linspace(-1, 1, N_POINTS).unsqueeze(1)
    y = SLOPE * x + mg.normal(0, 0.5, x.size())
    test_y = SLOPE * x + mg.normal(0, 0.3, x.size())
    return Data(x, y, test_y)


# ---- training, and looking on ----------------------------------------------------------------------------------------


class Snapshot(NamedTuple):
    """A network after some steps: its parameters, their last gradients, its fit on the grid and its losses."""

    step: int
    values: Arrays
    gradients: Arrays
    curve: np.ndarray
    train_loss: float
    test_loss: float

    @property
    def roughness(self) -> float:
        """How much the slope of the fit changes from left to right, all turns added up: 0 for a line."""
        return roughness(self.curve)


def look(step: int, net: nn.Module, data: Data) -> Snapshot:
    """Take down everything, in evaluation mode; the gradients are those that the last step went by."""
    with evaluating(net):
        curve, fitted = net(GRID), net(data.x)
        losses = [nn.MSELoss()(fitted, target).item() for target in (data.y, data.test_y)]
    values = {name: p.detach().numpy().copy() for name, p in net.named_parameters()}
    gradients = {name: p.grad.numpy().copy() for name, p in net.named_parameters()}
    return Snapshot(step, values, gradients, curve.numpy().ravel(), *losses)


def watch(net: nn.Module, optimizer: Optimizer, data: Data, steps: int, every: int) -> Iterator[Snapshot]:
    """Train, and look after the first step, after every so many, and after the last."""
    for step in train_steps(net, optimizer, nn.MSELoss(), data.x, data.y, steps):
        if step in (1, steps) or step % every == 0:
            yield look(step, net, data)


class Pair(NamedTuple):
    """The same moments of two networks: without the cure, and with it."""

    without: list[Snapshot]
    treated: list[Snapshot]


BuildBoth = Callable[[Namespace], Iterable[tuple[nn.Module, Optimizer]]]


def start(build_both: BuildBoth, seed: int, options: Namespace) -> tuple[Data, list[tuple[nn.Module, Optimizer]]]:
    """Draw the data of one seed, and both networks."""
    mg.manual_seed(seed)
    return draw_data(), list(build_both(options))


def train_both(build_both: BuildBoth, seed: int, options: Namespace, every: int) -> tuple[Data, Pair]:
    """Train both networks on the data of one seed, and return what was seen every so many steps."""
    data, networks = start(build_both, seed, options)
    return data, Pair(*(list(watch(*network, data, options.steps, every)) for network in networks))


def weights(values: Arrays) -> list[np.ndarray]:
    """Return the weights of every Linear, first to last, as flat arrays; the biases are left out."""
    return [array.ravel() for name, array in values.items() if name.endswith("weight")]


def roughness(curve: np.ndarray) -> float:
    """Return the sum of all turns of a fit's slope."""
    slopes = np.diff(curve) / np.diff(GRID.numpy().ravel())
    return float(np.abs(np.diff(slopes)).sum())


def size(array: np.ndarray) -> float:
    """Return the root mean square: the typical distance from zero."""
    return float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))


# ---- over many seeds -------------------------------------------------------------------------------------------------


class End(NamedTuple):
    """How a network ended: its losses, the roughness of its fit, and every layer's weights, at first and then."""

    train_loss: float
    test_loss: float
    roughness: float
    first: Sequence[np.ndarray]
    last: Sequence[np.ndarray]


def ends_of(build_both: BuildBoth, seeds: Sequence[int], options: Namespace) -> list[tuple[End, ...]]:
    """Train the networks of all seeds at once; return for each seed how both ended, without the cure first."""
    all_data, all_networks, generators = [], [], []
    for seed in seeds:
        data, networks = start(build_both, seed, options)
        all_data.append(data)
        all_networks.append(networks)
        generators.append(mg.default_generator.clone_state())  # it draws this seed's masks
    data = Data(all_data[0].x, *(mg.stack([getattr(one, name) for one in all_data]) for name in ("y", "test_y")))
    without, treated = zip(*all_networks, strict=True)
    return list(zip(*(ends_of_one_kind(kind, generators, data, options) for kind in (without, treated)), strict=True))


def ends_of_one_kind(
    networks: Sequence[tuple[nn.Module, Optimizer]], generators: list[mg.Generator], data: Data, options: Namespace
) -> list[End]:
    """Train networks of one kind as one, and return how each ended."""
    nets, (optimizer, *_) = zip(*networks, strict=True)
    stack = Stacked([net.linears for net in nets], generators)
    optimizer = type(optimizer)(stack.parameters(), **optimizer.defaults)
    first, last = (
        [w.detach().flatten(1).numpy().copy() for name, w in stack.named_parameters() if name.endswith("weight")]
        for step in train_steps(stack, optimizer, StackedLoss(nn.MSELoss()), data.x, data.y, options.steps)
        if step in (1, options.steps)
    )
    with evaluating(stack):
        curves, fitted = stack(GRID).squeeze(2).numpy(), stack(data.x)
        losses_of = StackedLoss(nn.MSELoss(), reduction="none")
        losses = [losses_of(fitted, targets).tolist() for targets in (data.y, data.test_y)]
    return list(map(End, *losses, map(roughness, curves), zip(*first, strict=True), zip(*last, strict=True)))


class Results(NamedTuple):
    """The first seed's data and both histories, and how every seed ended, without the cure and with it."""

    data: Data
    pair: Pair
    without: list[End]
    treated: list[End]

    def both(self, measure: Callable[[End], float]) -> list[list[float]]:
        """Return a number for every end: first those without the cure, then those with it."""
        return [[measure(end) for end in ends] for ends in (self.without, self.treated)]

    def change(self, measure: Callable[[End], float]) -> Interval:
        """Return what the cure does to a number."""
        return paired(*self.both(measure))


def compute_both(build_both: BuildBoth, options: Namespace) -> Results:
    if options.tensorboard:
        summary_writer()  # if it is not there, say so before the work
    data, pair = train_both(build_both, options.seed, options, options.every)
    ends = spread_at_once(partial(ends_of, build_both), options, "data seeds")
    return Results(data, pair, *map(list, zip(*ends, strict=True)))


MEASURES = {
    "training loss": attrgetter("train_loss"),
    "test loss": attrgetter("test_loss"),
    "roughness of the fit": attrgetter("roughness"),
}


OPTIONS = [
    Option("--lr", positive, 0.01, "learning rate η of SGD; its momentum μ is 0.9"),
    Option("--steps", at_least(1), 2000, "training steps", quick=400),
    Option("--every", at_least(1), 200, "steps between two looks", quick=100),
    Option("--hidden", at_least(1), 200, "units in a hidden layer", quick=50),
    Option("--seeds", at_least(2), 8, "data seeds of the table", quick=3),
    Option("--tensorboard", bool, False, "write the histograms as event files too"),
]
