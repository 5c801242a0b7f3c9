"""Chapter 11: twenty points, overfitting, and looking without recording."""

from __future__ import annotations

import functools
import itertools
import threading
from typing import Any

import numpy as np
from so_far import chapter

tensor, second, engine, nn, optim = chapter(5), chapter(6), chapter(7), chapter(8), chapter(10)
Tensor, record = engine.Tensor, engine.record


class _GradMode(threading.local):
    enabled = True


grad_mode = _GradMode()  # each thread has its own


class recording:
    def __init__(self, mode: bool) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        self.outer, grad_mode.enabled = grad_mode.enabled, self.mode

    def __exit__(self, *exc: object) -> None:
        grad_mode.enabled = self.outer


no_grad = functools.partial(recording, False)

default: Any = None  # the class of a result of numbers and arrays alone


def taken_apart(inputs: tuple[Any, ...]) -> tuple[list[Any], tuple[Any, ...], Any]:
    arrays: list[Any] = []
    edges: list[Any] = []
    cls, tracked, recording = default, False, grad_mode.enabled
    for x in inputs:
        edge = None
        if hasattr(x, "grad_fn"):
            arrays.append(x.array)
            cls = x.result
            if recording:
                edge = x.grad_fn if x.base is None else x.edge()  # nearly always without a call
                if edge is not None:
                    tracked = True
                elif x._requires_grad:
                    edge, tracked = x, True
        else:
            arrays.append(x)
        edges.append(edge)
    return arrays, tuple(edges) if tracked else (), cls


def apply(op, *inputs, **params):
    arrays, edges, cls = taken_apart(inputs)
    out = cls.wrap(np.asarray(op.forward(*arrays, **params)))
    if edges and out.array.dtype.kind == "f":
        out.grad_fn = record(op, params, edges, inputs, out, arrays)
    return out


tensor.apply = second.apply = engine.apply = nn.apply = apply

HIDDEN, STEPS = 300, 500


def network(p: float = 0.0) -> nn.Sequential:
    layers: list[nn.Module] = []
    for n, m in itertools.pairwise((1, HIDDEN, HIDDEN)):
        layers += [nn.Linear(n, m), *([nn.Dropout(p)] if p else []), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(HIDDEN, 1))


def noisy_points() -> tuple[Tensor, Tensor, Tensor]:
    x = np.linspace(-1, 1, 20, dtype=np.float32)[:, None]
    noise = np.random.default_rng(1).normal(0, 0.3, (2, 20, 1)).astype(np.float32)
    return Tensor(x), Tensor(x + noise[0]), Tensor(x + noise[1])


def training_step(net: nn.Module, optimizer: optim.Optimizer, x: Tensor, y: Tensor) -> Tensor:
    loss = nn.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss


# ---- try it ----

x, y, test_y = noisy_points()


def losses_of(net):
    with no_grad():
        return [float(nn.mse_loss(net(x), target).array) for target in (y, test_y)]


def train(show=(), **options):
    nn.random.default = nn.Source(1)
    net = network()
    optimizer = optim.Adam(net.parameters(), lr=0.01, **options)
    for step in range(STEPS):
        if step in show:
            print("{:<12}{:10.2f}{:12.2f}".format(step, *losses_of(net)))
        training_step(net, optimizer, x, y)
    return losses_of(net)


print(f"{'step':12}train loss   test loss")
print("{:<12}{:10.2f}{:12.2f}".format(STEPS, *train(show=(0, 10, 20, 50, 100, 200))))
print("{:<12}{:10.2f}{:12.2f}".format("decay 0.01", *train(weight_decay=0.01)))
print("{:<12}{:10.2f}{:12.2f}".format("y = x", *losses_of(lambda x: x)))
