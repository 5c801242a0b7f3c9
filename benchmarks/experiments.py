"""Whole experiments, start to end: the training of two demos, the same script with minigrad and with PyTorch.

With the same seed both draw the same numbers (on Intel's processors PyTorch draws other masks), so both come to the
same end but for rounding; the table has it beside the time.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from typing import Any

import numpy as np

from .harness import Settings, Table, Times, duration, told
from .parts import frameworks
from .peers import DEFAULT, TORCH

Script = Callable[[Any], float]


def overfitting(torch: Any) -> float:
    """Train a network without dropout and one with it on 20 points, and return the test loss of the second."""
    torch.manual_seed(1)
    nn, optim = torch.nn, torch.optim
    x = torch.unsqueeze(torch.linspace(-1, 1, 20), 1)
    y = x + 0.3 * torch.normal(torch.zeros(20, 1), torch.ones(20, 1))
    test_y = x + 0.3 * torch.normal(torch.zeros(20, 1), torch.ones(20, 1))
    plain = nn.Sequential(
        nn.Linear(1, 300), nn.ReLU(),
        nn.Linear(300, 300), nn.ReLU(),
        nn.Linear(300, 1),
    )  # fmt: skip
    dropped = nn.Sequential(
        nn.Linear(1, 300), nn.Dropout(0.5), nn.ReLU(),
        nn.Linear(300, 300), nn.Dropout(0.5), nn.ReLU(),
        nn.Linear(300, 1),
    )  # fmt: skip
    loss_func = nn.MSELoss()
    for net in plain, dropped:
        optimizer = optim.Adam(net.parameters(), lr=0.01)
        for _ in range(500):
            loss = loss_func(net(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    dropped.eval()
    return loss_func(dropped(x), test_y).item()


def images(torch: Any, n: int = 60_000) -> float:
    """Train 784-256-256-10 with dropout for one epoch on images that are drawn, and return the last loss."""
    torch.manual_seed(0)
    nn, optim = torch.nn, torch.optim
    rng = np.random.default_rng(0)
    data = torch.from_numpy(rng.random((n, 1, 28, 28), np.float32))
    labels = torch.from_numpy(rng.integers(0, 10, n))
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(data, labels), 256, shuffle=True)
    net = nn.Sequential(
        nn.Flatten(),
        nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2),
        nn.Linear(256, 256), nn.ReLU(), nn.Dropout(0.5),
        nn.Linear(256, 10),
    )  # fmt: skip
    loss_func, optimizer = nn.CrossEntropyLoss(), optim.SGD(net.parameters(), lr=0.1)
    for x, y in loader:
        loss = loss_func(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


EXPERIMENTS: dict[str, Script] = {
    "dropout against overfitting, 500 steps of two networks": overfitting,
    "784-256-256-10 with dropout, one epoch of 60,000 images": images,
}

Result = tuple[Times, dict[str, float]]


def measure(settings: Settings) -> dict[str, Result]:
    rounds = 1 if settings.rounds <= 5 else 3
    return {name: compared(script, settings, rounds) for name, script in EXPERIMENTS.items()}


def compared(script: Script, settings: Settings, rounds: int) -> Result:
    """Run a script with each framework in turn; return the times, and what it ended with."""
    libs = frameworks()
    times, ends = Times({name: [] for name in libs}), {}
    for _ in range(rounds):
        for name, lib in libs.items():
            start = settings.clock()
            ends[name] = script(lib)
            times.seconds[name].append(settings.clock() - start)
    return times, ends


def tables(results: dict[str, Result]) -> list[Table]:
    rows = []
    for experiment, (times, ends) in results.items():
        for name, end in ends.items():
            rows.append([experiment, name, duration(statistics.median(times.seconds[name])), f"{end:.4f}"])
        rows[-len(ends)] += [told(times.ratio(DEFAULT, TORCH))]
    return [Table("Whole experiments, the same script", ["", "", "time", "last loss", "minigrad / PyTorch"], rows, [])]
