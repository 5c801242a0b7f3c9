"""Chapter 17: from here to minigrad."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy import ndarray
from so_far import chapter

import minigrad

engine, points, randomness, walk, seams = chapter(7), chapter(11), chapter(13), chapter(15), chapter(16)
Node = engine.Node


class Tensor(engine.Tensor):
    @classmethod
    def wrap(cls, array: ndarray, grad_fn: Node | None = None) -> Self:
        out = object.__new__(cls)
        out.array = array
        out._grad = None
        out.grad_fn = grad_fn
        out.hooks = None
        out.base = None
        out.memory = None
        out._requires_grad = False
        return out

    @property
    def grad(self) -> Any:
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = grad

    def accumulate(self, g: Any) -> None:
        if hasattr(g, "grad_fn"):
            self._grad = g if self._grad is None else self._grad + g
        elif self._grad is None:
            self._grad = self.result.wrap(np.asarray(g))
        elif self._grad.edge() is not None:  # the old one is part of a graph
            self._grad = self.result.wrap(np.asarray(self._grad.array + g))
        else:
            np.add(self._grad.array, g, out=self._grad.array)


for name in ("wrap", "grad", "accumulate"):
    setattr(engine.Tensor, name, vars(Tensor)[name])


# ---- try it ----


def theirs():
    n = minigrad.nn
    return n.Sequential(
        n.Linear(1, 300), n.Dropout(0.5), n.ReLU(),
        n.Linear(300, 300), n.Dropout(0.5), n.ReLU(),
        n.Linear(300, 1),
    )  # fmt: skip


def train_ours(name, options, steps):
    randomness.default.start(3)
    net = points.network(0.5)
    optimizer = getattr(points.optim, name)(net.parameters(), lr=0.01, **options)
    x, y, _ = points.noisy_points()
    for _ in range(steps):
        loss = points.training_step(net, optimizer, x, y)
    return net, loss


def train_theirs(name, options, steps):
    minigrad.manual_seed(3)
    net = theirs()
    optimizer = getattr(minigrad.optim, name)(net.parameters(), lr=0.01, **options)
    x, y, _ = (minigrad.from_numpy(part.array) for part in points.noisy_points())
    for _ in range(steps):
        loss = minigrad.nn.MSELoss()(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net, loss


decay = {"weight_decay": 0.01}
for name, options in (("Adam", {}), ("Adam", decay), ("AdamW", decay), ("SGD", {"momentum": 0.9, **decay})):
    (ours, loss), (net, their_loss) = train_ours(name, options, 50), train_theirs(name, options, 50)
    pairs = [(p.array, q.detach().numpy()) for p, q in zip(ours.parameters(), net.parameters(), strict=True)]
    weights, differ = sum(p.size for p, _ in pairs), sum(int((p != q).sum()) for p, q in pairs)
    print(f"{name:5} {options!s:41} loss {loss.array:.4f} and {their_loss.item():.4f}, {differ} of {weights} differ")
