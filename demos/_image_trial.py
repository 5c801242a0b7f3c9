"""One training of a network on images, in the settings that the sweeps vary."""

from __future__ import annotations

import zlib
from argparse import Namespace
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from lab.datasets import DATA, open_dataset
from lab.sweep import SCHEDULER, Settings, sweep, workers_at
from lab.training import evaluating
from lab.unavailable import Unavailable

import minigrad as mg
from minigrad import nn, optim
from minigrad.datasets import MNIST, FashionMNIST
from minigrad.nn.utils import max_norm_
from minigrad.optim.lr_scheduler import LinearLR
from minigrad.replay import TrainingStep
from minigrad.utils.data import DataLoader, TensorDataset

KINDS = {kind.__name__: kind for kind in (MNIST, FashionMNIST)}
BATCH = 50
LR = 0.002


# ---- the data --------------------------------------------------------------------------------------------------------


class Images(NamedTuple):
    """All images of a data set, as rows of 784 grey levels from 0 to 255, and their labels."""

    x: mg.Tensor
    y: mg.Tensor
    test_x: mg.Tensor
    test_y: mg.Tensor


@cache
def load(dataset: str, root: str | None) -> Images:
    """Return the images as they are on disk: as floats, which a trial needs few of, they take four times the space."""
    train, test = (open_dataset(KINDS[dataset], root, half) for half in (True, False))
    return Images(train.data.flatten(1), train.targets, test.data.flatten(1), test.targets)


def pixels(x: mg.Tensor) -> mg.Tensor:
    return x.float() / 255


@cache
def fingerprint(dataset: str, root: str | None) -> int:
    """Return a number that tells one copy of a data set from another."""
    checksum = 0
    for tensor in load(dataset, root):
        checksum = zlib.crc32(tensor.numpy(), checksum)
    return checksum


def same_images(dataset: str, root: str | None, expected: int) -> Images:
    """Return the images, if they are those that the sweep means: a worker may be on another machine."""
    if fingerprint(dataset, root) != expected:
        raise Unavailable(f"A worker has another copy of {dataset} than this process.")
    return load(dataset, root)


# ---- the network -----------------------------------------------------------------------------------------------------


def build(hidden: Sequence[int], p_input: float, p: float) -> nn.Sequential:
    """Return a ReLU network with dropout on its inputs and behind every hidden layer."""
    layers: list[nn.Module] = [nn.Dropout(p_input)]
    for fan_in, fan_out in pairwise([784, *hidden]):
        layers += [nn.Linear(fan_in, fan_out), nn.ReLU(), nn.Dropout(p)]
    return nn.Sequential(*layers, nn.Linear(hidden[-1], 10))


def bound(net: nn.Sequential, optimizer: optim.Optimizer, max_norm: float) -> None:
    """Keep the incoming weights of every hidden unit within a ball, after each step."""
    *hidden, _ = [layer.weight for layer in net if isinstance(layer, nn.Linear)]
    optimizer.register_step_post_hook(lambda *_: max_norm_(hidden, max_norm))


def error_rate(net: nn.Module, x: mg.Tensor, y: mg.Tensor) -> float:
    """Return how many percent of the images are taken for something else."""
    with evaluating(net):
        return 100 * (net(pixels(x)).argmax(1) != y).float().mean().item()


# ---- the trial -------------------------------------------------------------------------------------------------------


class ErrorRates(NamedTuple):
    """What a trial returns, in percent: of the test images, and of training images that were held out, if any were."""

    test: float
    held_out: float | None


def trial(
    *,
    dataset: str,
    root: str | None,
    copy: int,
    seed: int,
    images: int,
    hidden: Sequence[int],
    epochs: int,
    held_out: int = 0,
    p_input: float = 0.0,
    p: float = 0.0,
    weight_decay: float = 0.0,
    max_norm: float | None = None,
) -> ErrorRates:
    """Train on images that the seed draws, by Adam, whose learning rate falls to zero.

    The seed draws the images first and the weights next: settings that differ in regularization alone begin with the
    same of both.
    """
    data = same_images(dataset, root, copy)
    mg.manual_seed(seed)
    order = mg.randperm(len(data.y))
    mine, others = order[:images], order[len(order) - held_out :]
    net = build(hidden, p_input, p)
    optimizer = optim.Adam(net.parameters(), lr=LR, weight_decay=weight_decay)
    schedule = LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=epochs)
    if max_norm is not None:
        bound(net, optimizer, max_norm)
    batches = DataLoader(TensorDataset(pixels(data.x[mine]), data.y[mine]), BATCH, shuffle=True)
    training_step = TrainingStep(net, nn.CrossEntropyLoss(), optimizer)  # recorded once, then replayed
    for _ in range(epochs):
        for x, y in batches:
            training_step(x, y)
        schedule.step()
    return ErrorRates(
        test=error_rate(net, data.test_x, data.test_y),
        held_out=error_rate(net, data.x[others], data.y[others]) if held_out else None,
    )


# ---- many of them ----------------------------------------------------------------------------------------------------

OPTIONS = [DATA, SCHEDULER]


def common_settings(dataset: str, seed: int, options: Namespace) -> Settings:
    """Return the settings that every trial has."""
    return {"dataset": dataset, "root": options.data, "copy": fingerprint(dataset, options.data), "seed": seed}


def run_trials(settings: Sequence[Settings], options: Namespace) -> list[ErrorRates]:
    """Return the error rates for each of the settings, in their order."""
    found = sweep(trial, settings, options.out / "trials", "trainings", workers_at(options.scheduler))
    return [ErrorRates(*rates) for rates in found]
