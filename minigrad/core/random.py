"""Random numbers: the same seed gives PyTorch's own uniforms, and so its first weights and its dropout masks.

w is a 32-bit word of MT19937, W = (w₁ << 32) | w₂ is two of them:

    uniform, float32       u = (w mod 2²⁴) · 2⁻²⁴, one word a value
    a coin of probability  true where (W mod 2⁵³) · 2⁻⁵³ < p; dropout keeps with probability 1 - p
"""

from __future__ import annotations

import math

import numpy as np

DEFAULT_SEED = 67280421310721  # PyTorch's c10::detail::default_rng_seed_val
WORD32, WORD64 = 2**32 - 1, 2**64 - 1


class Source:
    """A stream of random words that starts from a seed."""

    def __init__(self, seed: int = DEFAULT_SEED) -> None:
        self.bits = np.random.MT19937(0)
        self.numpy = np.random.Generator(self.bits)
        self.start(seed)

    def start(self, seed: int) -> None:
        """Start again from a seed; RandomState fills the 624 words of the state as PyTorch does."""
        np.random.RandomState(self.bits).seed(seed & WORD32)

    def words32(self, n: int) -> np.ndarray:
        """Draw n words of 32 bits."""
        return self.bits.random_raw(n)

    def words64(self, n: int) -> np.ndarray:
        """Draw n words of 64 bits: over its full range NumPy returns the bare (w₁ << 32) | w₂."""
        return self.numpy.integers(0, WORD64, n, np.uint64, endpoint=True)

    def unit(self, n: int) -> np.ndarray:
        """Draw n float32 values from [0, 1)."""
        return (self.words32(n) & (2**24 - 1)).astype(np.float32) * np.float32(2**-24)

    def coin(self, n: int, p: float) -> tuple[np.ndarray, float]:
        """Draw n values that are true with probability p, and return them with that probability."""
        words = self.words64(n)
        words &= np.uint64(2**53 - 1)
        return words < math.ceil(math.ldexp(p, 53)), p  # k · 2⁻⁵³ < p, without making floats

    def uniform(self, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
        """Draw float32 values from [low, high)."""
        start, end = np.float32(low), np.float32(high)
        values = self.unit(math.prod(shape)) * np.float64(end - start) + np.float64(start)
        return values.astype(np.float32).reshape(shape)  # rounded once, as the CPU's fused multiply-add does

    def keep_mask(self, shape: tuple[int, ...], p: float) -> tuple[np.ndarray, float]:
        """Draw a dropout mask, true where a value is kept, and return it with the probability of that."""
        mask, keep = self.coin(math.prod(shape), 1.0 - p)
        return mask.reshape(shape), keep


default = Source()
