"""Training, looking at a network, and doing both many times."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

from tqdm import tqdm

import minigrad as mg
from minigrad import nn
from minigrad.optim import Optimizer

Item, Result = TypeVar("Item"), TypeVar("Result")
Loss = Callable[[mg.Tensor, mg.Tensor], mg.Tensor]


def progress(items: Iterable[Item], what: str, total: int | None = None, unit: str = "step") -> Iterable[Item]:
    """Show how far a loop is, for loops of more than two seconds; the bar goes when it is done."""
    return tqdm(items, what, total, unit=unit, leave=False)


def train_steps(
    net: nn.Module, optimizer: Optimizer, loss_func: Loss, x: mg.Tensor, y: mg.Tensor, steps: int
) -> Iterator[int]:
    """Train on all the data at once, and yield after every step how many were made."""
    for step in range(1, steps + 1):
        loss = loss_func(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        yield step


def train_epoch(net: nn.Module, optimizer: Optimizer, loss_func: Loss, batches: Iterable[Sequence[mg.Tensor]]) -> float:
    """Pass once over batches of (x, y), and return the mean of their losses."""
    losses = []
    for x, y in batches:
        loss = loss_func(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return sum(losses) / len(losses)


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


def spread(function: Callable[[Item], Result], items: Sequence[Item], what: str, processes: int = 2) -> list[Result]:
    """Return the function of each item, in their order, computed in several processes.

    The function must be one of a module (`functools.partial` of one will do), and start its own generator with
    `mg.manual_seed`, so that the results do not depend on who computed what.
    """
    show = partial(tqdm, desc=what, total=len(items), unit="run", leave=False)
    if len(items) == 1 or processes == 1:
        return list(show(map(function, items)))
    spawn = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, spawn, initializer=ignore_ctrl_c)
    try:
        return list(show(pool.map(function, items)))
    finally:
        pool.shutdown(cancel_futures=True)  # Ctrl-C does not wait for what has not begun


def ignore_ctrl_c() -> Any:
    """Leave the answer to the parent, who gives it once."""
    return signal.signal(signal.SIGINT, signal.SIG_IGN)
