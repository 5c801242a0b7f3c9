"""Chapter 13: the same seed, PyTorch's numbers."""

from __future__ import annotations

import math

import numpy as np
from so_far import chapter

nn, dropping = chapter(8), chapter(12)

DEFAULT_SEED = 67280421310721  # PyTorch's c10::detail::default_rng_seed_val
WORD32, WORD64 = 2**32 - 1, 2**64 - 1


class Source:
    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self.bits = np.random.MT19937(0)
        self.numpy = np.random.Generator(self.bits)
        self.start(seed)

    def start(self, seed: int) -> None:
        np.random.RandomState(self.bits).seed(seed & WORD32)

    def words32(self, n: int) -> np.ndarray:
        return self.bits.random_raw(n)

    def words64(self, n: int) -> np.ndarray:
        return self.numpy.integers(0, WORD64, n, np.uint64, endpoint=True)

    def unit(self, n: int) -> np.ndarray:
        return (self.words32(n) & (2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def coin(self, n: int, p: float) -> tuple[np.ndarray, float]:
        words = self.words64(n)
        words &= np.uint64(2**53 - 1)
        return words < math.ceil(math.ldexp(p, 53)), p  # k · 2⁻⁵³ < p, without making floats

    def uniform(self, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        start, end = np.float32(low), np.float32(high)
        values = self.unit(math.prod(shape)) * np.float64(end - start) + np.float64(start)
        return values.astype(np.float32).reshape(shape)  # rounded once, as the CPU's fused multiply-add does

    def keep_mask(self, shape: tuple[int, ...], p: float) -> tuple[np.ndarray, float]:
        mask, keep = self.coin(math.prod(shape), 1.0 - p)
        return mask.reshape(shape), keep


default = Source()

nn.random.default = default


# ---- try it ----

WEIGHTS = [0.5152631998062134, -0.44137823581695557, -0.1938614845275879]
BIAS = [0.46936893463134766, -0.9414368867874146, 0.5997172594070435]
DROPPED = [2.0, 0.0, 2.0, 2.0, 0.0, 0.0, 2.0, 0.0]

default.start(1)
layer, ones = nn.Linear(1, 3), nn.Tensor(np.ones(8, np.float32))
dropped = dropping.Dropout(0.5)(ones)
print("weights:", layer.weight.array.ravel(), "PyTorch's, bit for bit:", layer.weight.array.ravel().tolist() == WEIGHTS)
print("bias:   ", layer.bias.array, "PyTorch's, bit for bit:", layer.bias.array.tolist() == BIAS)
print("dropout:", dropped.array, "PyTorch's:", dropped.array.tolist() == DROPPED)

default.start(1)
dropping.Dropout(0.5)(ones)
print("weights after a mask:", nn.Linear(1, 3).weight.array.ravel())
default.start(1)
print("weights at once:     ", nn.Linear(1, 3).weight.array.ravel())

own = Source(7)
default.start(1)
own.keep_mask((1000,), 0.5)
print("another source disturbs nothing:", nn.Linear(1, 3).weight.array.ravel().tolist() == WEIGHTS)
