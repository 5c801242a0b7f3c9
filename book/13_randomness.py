"""Chapter 13: the same seed, PyTorch's numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from so_far import chapter

nn, dropping = chapter(8), chapter(12)

WORDS, WORD32, WORD64 = 624, 2**32 - 1, 2**64 - 1


def seeded_key(seed: int) -> np.ndarray:
    key = [seed & WORD32]
    for i in range(1, WORDS):
        key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + i) & WORD32)
    return np.array(key, dtype=np.uint32)


class Source:
    def __init__(self, seed: int = 67280421310721) -> None:  # PyTorch's c10::detail::default_rng_seed_val
        self.bits = np.random.MT19937(0)
        self.numpy = np.random.Generator(self.bits)
        self.start(seed)

    def start(self, seed: int) -> None:
        self.bits.state = {"bit_generator": "MT19937", "state": {"key": seeded_key(seed), "pos": WORDS}}

    def uniform(self, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        u = (self.bits.random_raw(math.prod(shape)) & (2**24 - 1)).astype(np.float32) * np.float32(2**-24)
        start, end = np.float32(low), np.float32(high)
        values = u * np.float64(end - start) + np.float64(start)  # rounded once, below, as the CPU's FMA does
        return values.astype(np.float32).reshape(shape)

    def keep_mask(self, shape: tuple[int, ...], p: float) -> tuple[Any, float]:
        words = self.numpy.integers(0, WORD64, math.prod(shape), np.uint64, endpoint=True) & np.uint64(2**53 - 1)
        keep = 1.0 - p
        return (words < math.ceil(math.ldexp(keep, 53))).reshape(shape), keep  # k · 2⁻⁵³ < keep, without making floats


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
