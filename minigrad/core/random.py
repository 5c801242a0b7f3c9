"""Random numbers: the same seed gives PyTorch's own uniforms, and so its first weights and its dropout masks.

w is a 32-bit word of MT19937, W = (w₁ << 32) | w₂ is two of them:

    uniform, float32       u = (w mod 2²⁴) · 2⁻²⁴, one word a value
    a coin of probability  true where (W mod 2⁵³) · 2⁻⁵³ < p; dropout keeps with probability 1 - p
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

WORDS, WORD32, WORD64 = 624, 2**32 - 1, 2**64 - 1


def seeded_key(seed: int) -> np.ndarray:
    """MT19937's first state (Matsumoto and Nishimura 2002): kᵢ = 1812433253 · (kᵢ₋₁ xor (kᵢ₋₁ >> 30)) + i."""
    key = [seed & WORD32]
    for i in range(1, WORDS):
        key.append((1812433253 * (key[-1] ^ (key[-1] >> 30)) + i) & WORD32)
    return np.array(key, dtype=np.uint32)


class Source:
    """A stream of random words that starts from a seed."""

    def __init__(self, seed: int = 67280421310721) -> None:  # PyTorch's c10::detail::default_rng_seed_val
        self.bits = np.random.MT19937(0)
        self.numpy = np.random.Generator(self.bits)
        self.start(seed)

    def start(self, seed: int) -> None:
        """Start again from a seed."""
        self.bits.state = {"bit_generator": "MT19937", "state": {"key": seeded_key(seed), "pos": WORDS}}

    def uniform(self, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        """Draw float32 values from [low, high)."""
        u = (self.bits.random_raw(math.prod(shape)) & (2**24 - 1)).astype(np.float32) * np.float32(2**-24)
        start, end = np.float32(low), np.float32(high)
        values = u * np.float64(end - start) + np.float64(start)  # rounded once, below, as the CPU's FMA does
        return values.astype(np.float32).reshape(shape)

    def keep_mask(self, shape: tuple[int, ...], p: float) -> tuple[Any, float]:
        """Draw a dropout mask, true where a value is kept, and return it with the probability of that."""
        words = self.numpy.integers(0, WORD64, math.prod(shape), np.uint64, endpoint=True) & np.uint64(2**53 - 1)
        keep = 1.0 - p
        return (words < math.ceil(math.ldexp(keep, 53))).reshape(shape), keep  # k · 2⁻⁵³ < keep, without making floats


default = Source()
