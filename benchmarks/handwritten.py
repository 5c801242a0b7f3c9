"""Training steps in bare NumPy, without any autograd: what a framework on NumPy can at best come close to.

Written for these networks alone, and as well as they can be: every result goes into memory that is there already, all
parameters are views of one buffer and all gradients of another, masks are cut from raw words, and the optimizers'
constants are multiplied out, so that each step makes as few passes over memory as it can.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from .workloads import Array, Workload

BLOCK = 1 << 17  # so many parameters are moved at a time, and their moments stay in the cache meanwhile


class Network:
    """Linear layers, and between them dropout where p > 0, and ReLU."""

    def __init__(self, work: Workload, masks: Iterator[Array] | None = None) -> None:
        layers = work.weights()
        self.flat = np.concatenate([a.ravel() for layer in layers for a in layer])
        self.flat_grad = np.zeros_like(self.flat)
        self.layers, self.grads = views(self.flat, layers), views(self.flat_grad, layers)
        self.outputs = [np.empty((work.batch, n), np.float32) for n in work.sizes[1:]]
        self.flows = [np.empty((work.batch, n), np.float32) for n in work.sizes[1:-1]]  # gradients, on their way back
        self.positive = [np.empty(a.shape, np.bool_) for a in self.flows]
        self.zeros = [np.zeros_like(a) for a in self.flows]  # np.maximum is three times as fast on arrays as on 0
        self.ones = np.ones(work.batch, np.float32)
        self.dropouts = [Dropout(a.shape, p, masks) if p else None for a, p in zip(self.flows, work.drop, strict=True)]

    def forward(self, x: Array) -> Array:
        """Compute the output, and keep what the backward pass will need."""
        self.x = x
        for i, ((weight, bias), y) in enumerate(zip(self.layers, self.outputs, strict=True)):
            np.dot(x, weight.T, out=y)
            y += bias
            if i < len(self.dropouts):
                np.maximum(y, self.zeros[i], out=y)
                dropout = self.dropouts[i]
                if dropout is not None:
                    y *= dropout.draw()
            x = y
        return x

    def backward(self, g: Array) -> None:
        """Write the gradients, from that of the output."""
        for i in reversed(range(len(self.layers))):
            x = self.outputs[i - 1] if i else self.x
            weight_grad, bias_grad = self.grads[i]
            np.dot(g.T, x, out=weight_grad)
            np.dot(self.ones, g, out=bias_grad)  # the sum over the batch, in a third of np.sum's time
            if i:
                g = np.dot(g, self.layers[i][0], out=self.flows[i - 1])
                g *= self.slope(i - 1)

    def slope(self, i: int) -> Array:
        """Return the slope of dropout and ReLU together: what was dropped or cut off is 0, and only that."""
        positive = np.greater(self.outputs[i], 0, out=self.positive[i])
        dropout = self.dropouts[i]
        return positive if dropout is None else np.multiply(positive, dropout.scale, out=dropout.multiplier)


def views(flat: Array, like: list[tuple[Array, ...]]) -> list[list[Array]]:
    """Cut a flat buffer into arrays of the shapes of others."""
    start, cut = 0, []
    for arrays in like:
        cut.append([])
        for a in arrays:
            cut[-1].append(flat[start : start + a.size].reshape(a.shape))
            start += a.size
    return cut


class Dropout:
    """Draws multipliers: 0 with probability p, else the inverse of the probability to keep."""

    def __init__(self, shape: tuple[int, ...], p: float, masks: Iterator[Array] | None) -> None:
        self.multiplier = np.empty(shape, np.float32)
        self.kept = np.empty(shape, np.bool_)
        self.masks, self.scale = masks, np.float32(1 / (1 - p))
        self.words = np.random.SFC64(0).random_raw
        self.word = np.uint8 if (p * 256).is_integer() else np.uint16  # the narrowest in which p is p
        levels = 1 << 8 * self.word().itemsize
        self.threshold = round((1 - p) * levels)
        if masks is None:
            self.scale = np.float32(levels / self.threshold)

    def draw(self) -> Array:
        """Return new multipliers."""
        kept = next(self.masks) if self.masks else self.cut()
        return np.multiply(kept, self.scale, out=self.multiplier)

    def cut(self) -> Array:
        """Cut random words into thresholds."""
        size = self.kept.size
        words = self.words(-(-size * self.word().itemsize // 8)).view(self.word)[:size]
        return np.less(words.reshape(self.kept.shape), self.threshold, out=self.kept)


# ---- losses: the value, and its gradient -----------------------------------------------------------------------------


def squared_error(y: Array, target: Array) -> tuple[np.float32, Array]:
    g = np.subtract(y, target, out=y)
    flat = g.reshape(-1)
    loss = flat.dot(flat) / np.float32(g.size)
    g *= 2 / g.size
    return loss, g


def cross_entropy(logits: Array, target: Array) -> tuple[np.float32, Array]:
    rows = np.arange(len(logits))
    g = np.subtract(logits, logits.max(axis=1, keepdims=True), out=logits)
    at_target = g[rows, target]
    np.exp(g, out=g)
    total = g.sum(axis=1, keepdims=True)
    loss = (np.log(total[:, 0]) - at_target).mean()
    total *= len(g)
    g /= total
    g[rows, target] -= np.float32(1 / len(g))
    return loss, g


LOSSES = {"mse": squared_error, "cross_entropy": cross_entropy}

# ---- optimizers ------------------------------------------------------------------------------------------------------


class Adam:
    """Adam with its constants multiplied out: m and v here are m / (1 - β₁) and v / (1 - β₂)."""

    def __init__(self, p: Array, lr: float, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> None:
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0
        self.m, self.v, self.scratch = np.zeros_like(p), np.zeros_like(p), np.empty_like(p[:BLOCK])

    def step(self, p: Array, g: Array) -> None:
        """Move flat parameters, block by block."""
        self.t += 1
        root = math.sqrt((1 - self.beta2) / (1 - self.beta2**self.t))
        eps, rate = self.eps / root, self.lr / root * (1 - self.beta1) / (1 - self.beta1**self.t)
        for start in range(0, p.size, BLOCK):
            block = slice(start, start + BLOCK)
            self.move(p[block], g[block], self.m[block], self.v[block], eps, rate)

    def move(self, p: Array, g: Array, m: Array, v: Array, eps: float, rate: float) -> None:
        """Move one block: ten passes."""
        scratch = self.scratch[: p.size]
        m *= self.beta1
        m += g
        v *= self.beta2
        v += np.multiply(g, g, out=scratch)
        np.sqrt(v, out=scratch)
        scratch += eps
        np.divide(m, scratch, out=scratch)
        scratch *= rate
        p -= scratch


class AdamW(Adam):
    """Adam, and weights that shrink by themselves."""

    def __init__(self, p: Array, lr: float, weight_decay: float) -> None:
        super().__init__(p, lr)
        self.shrink = 1 - lr * weight_decay

    def step(self, p: Array, g: Array) -> None:
        """Move flat parameters."""
        p *= self.shrink
        super().step(p, g)


class SGD:
    """Stochastic gradient descent; it computes in the gradient's memory."""

    def __init__(self, p: Array, lr: float, momentum: float = 0.0, weight_decay: float = 0.0) -> None:
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay
        self.buffer = np.zeros_like(p) if momentum else None
        self.scratch = np.empty_like(p)

    def step(self, p: Array, g: Array) -> None:
        """Move flat parameters."""
        if self.weight_decay:
            g += np.multiply(p, self.weight_decay, out=self.scratch)
        if self.buffer is not None:
            self.buffer *= self.momentum
            g = np.add(self.buffer, g, out=self.buffer)
        p -= np.multiply(g, self.lr, out=self.scratch)


OPTIMIZERS = {"Adam": Adam, "AdamW": AdamW, "SGD": SGD}


def training_step(work: Workload, masks: Iterator[Array] | None = None) -> Callable[[], np.float32]:
    """Return a step of the workload, which returns its loss."""
    network, loss_func = Network(work, masks), LOSSES[work.loss]
    optimizer = OPTIMIZERS[work.optimizer](network.flat, **work.options)
    x, target = work.data()

    def step() -> np.float32:
        loss, g = loss_func(network.forward(x), target)
        network.backward(g)
        optimizer.step(network.flat, network.flat_grad)
        return loss

    return step
