"""Training steps in bare NumPy, without any autograd: what a framework on NumPy can at best come close to.

Written as one writes them for these networks alone: nothing is computed twice, most results go into memory that is
there already, and masks are cut from raw words. `Flat` goes one step further than most people would: all parameters are
views of one buffer and all gradients of another, so that the optimizer is a handful of passes over two arrays.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np

Array = np.ndarray
Step = Callable[[], None]


class MLP:
    """Linear layers with ReLU between them, and dropout before each ReLU where p > 0."""

    def pairs(self) -> list[tuple[Array, Array]]:
        """Return what the optimizer moves, with its gradients."""
        return list(zip(self.params, self.grads, strict=True))

    def __init__(self, sizes: Sequence[int], drop: Sequence[float], seed: int) -> None:
        self.rng = np.random.Generator(np.random.SFC64(seed))
        self.drop = drop
        shapes = [s for n_in, n_out in itertools.pairwise(sizes) for s in ((n_out, n_in), (n_out,))]
        total = sum(math.prod(s) for s in shapes)
        self.flat, self.flat_grad = np.empty(total, np.float32), np.empty(total, np.float32)
        self.params, self.grads, start = [], [], 0
        for shape in shapes:
            stop = start + math.prod(shape)
            bound = 1 / math.sqrt(shape[-1] if len(shape) == 2 else self.params[-1].shape[1])
            self.flat[start:stop] = self.rng.uniform(-bound, bound, stop - start)
            self.params.append(self.flat[start:stop].reshape(shape))
            self.grads.append(self.flat_grad[start:stop].reshape(shape))
            start = stop

    def multiplier(self, shape: tuple[int, ...], p: float) -> Array:
        """Draw 0 with probability p, else 1/(1-p), from 16 random bits a value."""
        size = math.prod(shape)
        words = self.rng.bit_generator.random_raw(-(-size // 4)).view(np.uint16)[:size].reshape(shape)
        keep = round((1 - p) * 65536)
        return np.multiply(words < keep, np.float32(65536 / keep))

    def forward(self, x: Array) -> Array:
        """Compute the output, and keep what the backward pass will need."""
        self.inputs, self.multipliers = [], []
        last = len(self.params) // 2 - 1
        for i in range(last + 1):
            self.inputs.append(x)
            x = x.dot(self.params[2 * i].T)  # faster than @ on thin matrices
            x += self.params[2 * i + 1]
            if i < last:
                if self.drop[i]:
                    self.multipliers.append(self.multiplier(x.shape, self.drop[i]))
                    x *= self.multipliers[-1]
                np.maximum(x, 0, out=x)
        return x

    def backward(self, g: Array) -> None:
        """Write the gradients, from that of the output."""
        for i in reversed(range(len(self.params) // 2)):
            x = self.inputs[i]
            np.dot(g.T, x, out=self.grads[2 * i])
            np.sum(g, axis=0, out=self.grads[2 * i + 1])
            if i:
                g = g.dot(self.params[2 * i])
                g *= x > 0
                if self.drop[i - 1]:
                    g *= self.multipliers[i - 1]


def squared_error_grad(y: Array, target: Array) -> Array:
    return (y - target) * (2 / y.size)


def cross_entropy_grad(logits: Array, target: Array) -> Array:
    g = logits - logits.max(axis=1, keepdims=True)
    np.exp(g, out=g)
    g /= g.sum(axis=1, keepdims=True)
    g[np.arange(len(g)), target] -= 1
    g *= 1 / len(g)
    return g


class Flat(MLP):
    """The same, moved as one array."""

    def pairs(self) -> list[tuple[Array, Array]]:
        """Return the two buffers."""
        return [(self.flat, self.flat_grad)]


def adam(net: MLP, lr: float) -> Step:
    memory = [(p, g, np.zeros_like(p), np.zeros_like(p), np.empty_like(p)) for p, g in net.pairs()]
    t = 0

    def step() -> None:
        nonlocal t
        t += 1
        for p, g, m, v, scratch in memory:
            m *= 0.9
            m += np.multiply(g, 0.1, out=scratch)
            np.multiply(g, g, out=scratch)
            scratch *= 0.001
            v *= 0.999
            v += scratch
            np.sqrt(v, out=scratch)
            scratch *= 1 / math.sqrt(1 - 0.999**t)
            scratch += 1e-8
            np.divide(m, scratch, out=scratch)
            scratch *= lr / (1 - 0.9**t)
            p -= scratch

    return step


def sgd(net: MLP, lr: float, momentum: float = 0.0, weight_decay: float = 0.0) -> Step:
    memory = [(p, g, np.zeros_like(p), np.empty_like(p)) for p, g in net.pairs()]

    def step() -> None:
        for p, g, buffer, scratch in memory:
            if weight_decay:
                g += np.multiply(p, weight_decay, out=scratch)
            if momentum:
                buffer *= momentum
                buffer += g
            p -= np.multiply(buffer if momentum else g, lr, out=scratch)

    return step
