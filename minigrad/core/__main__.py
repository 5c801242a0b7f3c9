"""Two networks learn the same 20 noisy points of y = x, one of them with dropout.

Run it as ``python -m minigrad.core``; with ``--trace`` it prints the functions of one training step as they are
called.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np

from . import nn, optim, random
from .tensor import Tensor

HIDDEN, STEPS = 300, 500


def network(p: float = 0.0) -> nn.Sequential:
    """Return a network that is large enough to learn the noise by heart, with dropout before each activation."""
    layers: list[nn.Module] = []
    for n, m in itertools.pairwise((1, HIDDEN, HIDDEN)):
        layers += [nn.Linear(n, m), *([nn.Dropout(p)] if p else []), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(HIDDEN, 1))


def noisy_points() -> tuple[Tensor, Tensor, Tensor]:
    """Return 20 points x, and two noisy observations of y = x: one to train on, one to test."""
    x = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    noise = np.random.default_rng(1).normal(0, 0.3, (2, 20, 1)).astype(np.float32)
    return Tensor(x), Tensor(x + noise[0]), Tensor(x + noise[1])


def training_step(net: nn.Module, optimizer: optim.Optimizer, x: Tensor, y: Tensor) -> Tensor:
    """Compute the loss, its gradients, and move the weights."""
    loss = nn.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


def trained(net: nn.Module, x: Tensor, y: Tensor) -> nn.Module:
    """Return the network after its training, set to evaluation."""
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    for _ in range(STEPS):
        training_step(net, optimizer, x, y)
    return net.eval()


def print_losses() -> None:
    """Train both networks and print their losses."""
    x, y, test_y = noisy_points()
    print(f"{'':18}train loss   test loss")
    for name, p in (("without dropout", 0.0), ("with dropout", 0.5)):
        random.default.start(1)
        net = trained(network(p), x, y)
        print(f"{name:18}{nn.mse_loss(net(x), y).item():10.3f}{nn.mse_loss(net(x), test_y).item():12.3f}")


def print_calls(function: Callable[..., Any], *args: Any) -> None:
    """Call a function and print each call inside of it to a function of this folder, indented by its depth."""
    depth = 0

    def follow(frame: FrameType, event: str, _: object) -> None:
        nonlocal depth
        code = frame.f_code
        if Path(code.co_filename).parent == Path(__file__).parent and not code.co_name.startswith("<"):
            if event == "call":
                print(f"{'  ' * depth}{Path(code.co_filename).name}:{code.co_firstlineno:<4} {code.co_qualname}")
            depth += {"call": 1, "return": -1}.get(event, 0)

    sys.setprofile(follow)
    try:
        function(*args)
    finally:
        sys.setprofile(None)


def print_step() -> None:
    """Print one training step of the network with dropout, call by call."""
    random.default.start(1)
    x, y, _ = noisy_points()
    net = network(p=0.5)
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    training_step(net, optimizer, x, y)  # the first one also finds out what each rule reads
    print_calls(training_step, net, optimizer, x, y)


if __name__ == "__main__":
    if sys.argv[1:] == ["--trace"]:
        print_step()
    elif sys.argv[1:]:
        sys.exit(f"python -m minigrad.core takes --trace or nothing, not {' '.join(sys.argv[1:])}")
    else:
        print_losses()
