"""Chapter 9: SGD, with momentum and weight decay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from so_far import chapter

nn = chapter(8)


class Optimizer:
    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self.t = 0
        groups = list(params)
        for group in groups if groups and isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, group: dict[str, Any]) -> None:
        self.param_groups.append({**group, **{name: x for name, x in self.defaults.items() if name not in group}})

    def zero_grad(self) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        self.t += 1
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                self.update(params, group)

    def update(self, params: list[Any], group: dict[str, Any]) -> None:
        self.move(params, self.t, **{name: x for name, x in group.items() if name != "params"})

    def move(self, params: list[Any], t: float, **options: Any) -> None:
        raise NotImplementedError(f"{type(self).__name__} does not say how it moves parameters")

    def blocks(self, params: list[Any], *remembered: str) -> Iterator[list[np.ndarray]]:
        for p in params:
            state = self.state[p]
            for name in remembered:
                if name not in state:
                    state[name] = np.zeros_like(p.array)
            yield [p.array, p.grad.array, *[state[name] for name in remembered], np.empty_like(p.array)]


class SGD(Optimizer):
    def __init__(
        self, params: Any, lr: Any = 1e-3, momentum: float = 0.0, weight_decay: Any = 0.0, **more: Any
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, **more})

    def move(  # type: ignore[override]
        self, params: list[Any], t: float, *, lr: float, momentum: float, weight_decay: float, **more: Any
    ) -> None:
        for theta, g, *buffer, scratch in self.blocks(params, *(["momentum_buffer"] if momentum else [])):
            if weight_decay:
                g = np.add(np.multiply(theta, weight_decay, out=scratch), g, out=scratch)
            for b in buffer:
                g = self.smoothed(g, b, momentum, **more)
            theta -= np.multiply(g, lr, out=scratch)

    def smoothed(self, g: np.ndarray, b: np.ndarray, momentum: float) -> np.ndarray:
        b *= momentum
        b += g
        return b


# ---- try it ----

curvature = np.array([2.0, 0.1])


def descend(steps, **options):
    theta = nn.Parameter(np.array([5.0, 5.0]))
    optimizer = SGD([theta], lr=0.4, **options)
    for _ in range(steps):
        optimizer.zero_grad()
        away = theta - 1.0
        (away * away * curvature).sum().backward(nn.Tensor(np.array(0.5)))
        optimizer.step()
    return theta.array


for options in ({}, {"weight_decay": 0.1}, {"momentum": 0.9}):
    early, late = descend(60, **options).round(2), descend(900, **options).round(2)
    print(f"{options!s:22} after 60 steps: {early}, at the end: {late}")


def trained(penalty, decay):
    nn.random.default = nn.Source(9)
    net = nn.Sequential(nn.Linear(1, 20), nn.ReLU(), nn.Linear(20, 1))
    x = nn.Tensor(np.linspace(-1, 1, 20)[:, None].astype(np.float32))
    optimizer = SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=decay)
    for _ in range(100):
        loss = nn.mse_loss(net(x), x * x)
        for p in net.parameters():
            loss = loss + (p * p).sum() * (penalty / 2)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.concatenate([p.array.ravel() for p in net.parameters()])


l2, decayed, neither = trained(0.01, 0.0), trained(0.0, 0.01), trained(0.0, 0.0)
print(f"penalty and decay differ by at most {abs(l2 - decayed).max():.5f}")
print(f"length of all weights: {np.linalg.norm(decayed):.3f} with decay, {np.linalg.norm(neither):.3f} without")
