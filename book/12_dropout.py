"""Chapter 12: dropout, a mask, a scale, two modes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Self

import numpy as np
from so_far import chapter

engine, nn, points = chapter(7), chapter(8), chapter(11)
Op, table, random, optim, Tensor = engine.Op, engine.table, nn.random, points.optim, points.Tensor
apply, STEPS, training_step = points.apply, points.STEPS, points.training_step


class Module(nn.Module):
    def train(self, mode: bool = True) -> Self:
        self.training = mode
        for child in self.children():
            child.train(mode)
        return self

    def eval(self) -> Self:
        return self.train(False)


nn.Module.train, nn.Module.eval = Module.train, Module.eval  # for the layers of chapter 8

listener: Callable[..., None] | None = None  # hears of every operation: what records a step to replay it, for instance


def drawn(function: Callable[..., Any], *args: Any) -> Any:
    result = function(*args)
    if (hear := listener) is not None:
        results = result if isinstance(result, tuple) else (result,)
        hear(function.__name__.strip("_"), function, args, {}, results, None)
    return result


class Source(nn.Source):
    def keep_mask(self, shape, p):
        return self.numpy.random(shape) >= p, 1.0 - p


random.default = Source(1)


def scaled_mask(source: Any, shape: tuple[int, ...], p: float, dtype: np.dtype[Any]) -> np.ndarray:
    mask, keep = source.keep_mask(shape, p)
    if dtype == np.float16:  # where 1/keep may be infinite, and PyTorch computes it in float32
        with np.errstate(over="ignore"):
            return np.where(mask, (np.float32(1) / np.float32(keep)).astype(np.float16), np.float16(0))
    return np.multiply(mask, dtype.type(1) / dtype.type(keep))


where = Op(np.where, None, lambda g, z, condition, x, y: where(condition, g, 0.0),
                           lambda g, z, condition, x, y: where(condition, 0.0, g))
table.where = where


def dropout(x: Any, p: float, source: Any = None, shape: tuple[int, ...] | None = None) -> Any:
    if p == 1:
        return apply(table.where, False, x, 0.0)
    return x * drawn(scaled_mask, source or random.default, x.array.shape if shape is None else shape, p, x.array.dtype)


class Dropout(nn.Module):
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Any) -> Any:
        return dropout(x, self.p) if self.training else x


nn.Dropout = Dropout


def trained(net: nn.Module, x: Tensor, y: Tensor) -> nn.Module:
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    for _ in range(STEPS):
        training_step(net, optimizer, x, y)
    return net.eval()


# ---- try it ----

layer, ones = Dropout(0.8), Tensor(np.ones(10))
print("training:  ", layer(ones).array.round(2))
print("mean of 10,000 calls:", np.mean([layer(ones).array for _ in range(10_000)]).round(1))
print("evaluation:", layer.eval()(ones).array)

x, p = np.array([1.0, 2.0, 3.0, 4.0]), 0.8
total = np.zeros(4)
for mask in itertools.product((0, 1), repeat=4):
    probability = (1 - p) ** np.sum(mask) * p ** (4 - np.sum(mask))
    total += probability * x * mask / (1 - p)
print("mean over all 16 masks:", total.round(12))

x, y, test_y = points.noisy_points()
print(f"{'':18}train loss   test loss")
for name, p in (("without dropout", 0.0), ("with dropout", 0.5)):
    losses = []
    for seed in range(5):
        random.default = Source(seed)
        net = trained(points.network(p), x, y)
        losses.append([nn.mse_loss(net(x), target).array for target in (y, test_y)])
    print("{:18}{:10.2f}{:12.2f}".format(name, *np.mean(losses, axis=0)))
