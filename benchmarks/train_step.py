"""Time one training step against PyTorch and against bare NumPy.

    python benchmarks/train_step.py [--rounds 60]

All run in one process, on one BLAS thread, a few steps of each in turn, so that whatever else the machine does hits all
alike. What counts are the ratios: each is the median over the rounds of the quotient within a round.
"""

from __future__ import annotations

import os

for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ[variable] = "1"  # before NumPy is imported

import argparse
import importlib.metadata
import importlib.util
import itertools
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import handwritten
import numpy as np

import minigrad

Step = Callable[[], Any]


@dataclass(frozen=True)
class Workload:
    """A network, a batch and an optimizer."""

    name: str
    batch: int
    sizes: tuple[int, ...]
    drop: tuple[float, ...]
    loss: str  # "mse" or "cross_entropy"
    optimizer: str  # "Adam" or "SGD"
    options: dict[str, float]
    steps: int  # in one measurement

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw a batch and its targets."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch, self.sizes[0])).astype(np.float32)
        if self.loss == "cross_entropy":
            return x, rng.integers(0, self.sizes[-1], self.batch)
        return x, rng.standard_normal((self.batch, self.sizes[-1])).astype(np.float32)


WORKLOADS = [
    Workload("20x(1-300-300-1), MSE, Adam", 20, (1, 300, 300, 1), (0, 0), "mse", "Adam", {"lr": 0.01}, 20),
    Workload("the same, Dropout(0.5) twice", 20, (1, 300, 300, 1), (0.5, 0.5), "mse", "Adam", {"lr": 0.01}, 20),
    Workload(
        "10x(1-200-200-200-1), MSE, SGD 0.9, decay",
        10, (1, 200, 200, 200, 1), (0, 0, 0), "mse", "SGD", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.01}, 20,
    ),
    Workload(
        "256x(784-256-256-10), dropout, cross-entropy, SGD",
        256, (784, 256, 256, 10), (0.2, 0.5), "cross_entropy", "SGD", {"lr": 0.5}, 4,
    ),
]  # fmt: skip


def framework_step(lib: Any, work: Workload, generator: Any = None) -> Step:
    """Build the step in minigrad or in PyTorch: the text is the same."""
    lib.manual_seed(0)
    dropout_options = {} if generator is None else {"generator": generator}
    layers: list[Any] = []
    for i, (n_in, n_out) in enumerate(itertools.pairwise(work.sizes)):
        layers.append(lib.nn.Linear(n_in, n_out))
        if i < len(work.drop):
            if work.drop[i]:
                layers.append(lib.nn.Dropout(work.drop[i], **dropout_options))
            layers.append(lib.nn.ReLU())
    net = lib.nn.Sequential(*layers)
    optimizer = getattr(lib.optim, work.optimizer)(net.parameters(), **work.options)
    loss_func = lib.nn.MSELoss() if work.loss == "mse" else lib.nn.CrossEntropyLoss()
    x, y = (lib.from_numpy(a) for a in work.data())

    def step() -> None:
        optimizer.zero_grad()
        loss_func(net(x), y).backward()
        optimizer.step()

    return step


def handwritten_step(kind: type[handwritten.MLP], work: Workload) -> Step:
    net = kind(work.sizes, work.drop, seed=0)
    update = getattr(handwritten, work.optimizer.lower())(net, **work.options)
    loss_grad = handwritten.squared_error_grad if work.loss == "mse" else handwritten.cross_entropy_grad
    x, y = work.data()

    def step() -> None:
        net.backward(loss_grad(net.forward(x), y))
        update()

    return step


def peers(work: Workload) -> dict[str, Step]:
    """Return the step of every framework that is installed."""
    steps = {
        "minigrad": framework_step(minigrad, work),
        "minigrad, fast": framework_step(minigrad, work, minigrad.Generator(engine="fast")),
        "NumPy": handwritten_step(handwritten.MLP, work),
        "NumPy, flat": handwritten_step(handwritten.Flat, work),
    }
    if importlib.util.find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        steps["PyTorch"] = framework_step(torch, work)
    return steps


def timed(step: Step, repetitions: int) -> float:
    """Return microseconds per step."""
    start = time.perf_counter()
    for _ in range(repetitions):
        step()
    return (time.perf_counter() - start) / repetitions * 1e6


def measure(work: Workload, rounds: int) -> dict[str, list[float]]:
    """Run all peers in turn, round after round, and return the microseconds of each; the first rounds warm up."""
    steps = peers(work)
    warm_up = 3
    times: dict[str, list[float]] = {name: [] for name in steps}
    for i in range(warm_up + rounds):
        for name, step in steps.items():
            t = timed(step, work.steps)
            if i >= warm_up:
                times[name].append(t)
    return times


def ratio(times: dict[str, list[float]], name: str, peer: str) -> str:
    """Return the median quotient within a round, and its quartiles."""
    if peer not in times:
        return "not installed"
    quotients = [a / b for a, b in zip(times[name], times[peer], strict=True)]
    low, middle, high = statistics.quantiles(quotients, n=4)
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


def torch_version() -> str:
    return importlib.metadata.version("torch") if importlib.util.find_spec("torch") else "not installed"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=60, help="measurements of each (default: %(default)s)")
    rounds = parser.parse_args().rounds

    print(f"{platform.machine()}, Python {platform.python_version()}, NumPy {np.__version__}, PyTorch", torch_version())
    print(f"one BLAS thread, float32; medians of {rounds} rounds (quartiles)\n")
    header = [
        "training step", "minigrad", "/ PyTorch", "fast / NumPy", "fast / NumPy flat", "fast / PyTorch",
        "NumPy flat / PyTorch",
    ]  # fmt: skip
    table = [header]
    for work in WORKLOADS:
        times = measure(work, rounds)
        table.append([
            work.name,
            f"{statistics.median(times['minigrad']):.0f} µs",
            ratio(times, "minigrad", "PyTorch"),
            ratio(times, "minigrad, fast", "NumPy"),
            ratio(times, "minigrad, fast", "NumPy, flat"),
            ratio(times, "minigrad, fast", "PyTorch"),
            ratio(times, "NumPy, flat", "PyTorch"),
        ])  # fmt: skip
    widths = [max(len(row[i]) for row in table) for i in range(len(header))]
    for row in table:
        print("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
