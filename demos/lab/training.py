"""Training, evaluating, and doing both with many seeds."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import minigrad as mg
from minigrad import nn
from minigrad.optim import Optimizer
from minigrad.replay import TrainingStep

from .progress import progress
from .workers import processes

Item, Result = TypeVar("Item"), TypeVar("Result")
Loss = Callable[[mg.Tensor, mg.Tensor], mg.Tensor]


def train_steps(
    net: nn.Module, optimizer: Optimizer, loss_func: Loss, x: mg.Tensor, y: mg.Tensor, steps: int
) -> Iterator[int]:
    """Train on all the data at once, and yield after every step how many were made."""
    training_step = TrainingStep(net, loss_func, optimizer)  # loss, zero_grad, backward, step: recorded, then replayed
    for step in range(1, steps + 1):
        training_step(x, y)
        yield step


@contextmanager
def evaluating(*nets: nn.Module) -> Iterator[None]:
    """Put networks into evaluation for a while, and record no gradients; afterwards they are in training again."""
    for net in nets:
        net.eval()
    try:
        with mg.no_grad():
            yield
    finally:
        for net in nets:
            net.train()


def seeds_of(options: Namespace) -> range:
    """Return the seeds that --seed and --seeds ask for."""
    return range(options.seed, options.seed + options.seeds)


def spread(
    function: Callable[[Item, Namespace], Result], items: Sequence[Item], options: Namespace, what: str
) -> list[Result]:
    """Return function(item, options) of each item, in their order, computed in two processes.

    The function must be one of a module (`functools.partial` of one will do), and start its own generator with
    `mg.manual_seed`, so that the results do not depend on who computed what. Under --quick one process does it all:
    the others would take longer to start than to compute.
    """
    show = partial(progress, what=what, total=len(items), unit="run")
    one = partial(call, function, options)
    if len(items) == 1 or options.quick:
        return list(show(map(one, items)))
    with processes(2) as pool:
        # Not `pool.map`, which cancels the rest when it is interrupted: before 3.12, the thread that learns of the
        # workers' end stumbles over a cancelled future (https://github.com/python/cpython/pull/108974).
        futures = [pool.submit(one, item) for item in items]
        return list(show(future.result() for future in futures))


def spread_at_once(
    function: Callable[[Sequence[int], Namespace], list[Result]], options: Namespace, what: str
) -> list[Result]:
    """Return what a function finds for each seed, where it trains the networks of many seeds as one.

    Each of the two processes gets half of the seeds.
    """
    seeds = seeds_of(options)
    half = len(seeds) if options.quick else (len(seeds) + 1) // 2
    parts = spread(function, [part for part in (seeds[:half], seeds[half:]) if part], options, what)
    return [result for part in parts for result in part]


def call(function: Callable[[Item, Namespace], Result], options: Namespace, item: Item) -> Result:
    """Hand over the item last, which `map` brings last."""
    return function(item, options)
