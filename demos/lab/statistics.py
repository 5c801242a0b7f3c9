"""A mean, and how far it can be trusted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np

Direction = Literal["lower", "same", "higher"]


class Interval(NamedTuple):
    """A mean and the half-width of its 95% interval; f"{it:.3f}" is "0.118 ± 0.025"."""

    mean: float
    margin: float

    @property
    def clear_of_zero(self) -> bool:
        """Whether the interval leaves zero out, so that a claim may name a direction."""
        return abs(self.mean) > self.margin

    @property
    def direction(self) -> Direction:
        """Which way a difference went, as far as the interval lets one tell."""
        if not self.clear_of_zero:
            return "same"
        return "higher" if self.mean > 0 else "lower"

    def __format__(self, spec: str) -> str:
        return f"{self.mean:z{spec}} ± {self.margin:{spec}}"  # z: zero has no sign


def interval(sample: Sequence[float]) -> Interval:
    """Return the mean of at least two values with its 95% interval, by Student's t."""
    n = len(sample)
    return Interval(float(np.mean(sample)), t_quantile(n - 1) * float(np.std(sample, ddof=1)) / math.sqrt(n))


def paired(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the mean of second - first, pair by pair, with its 95% interval."""
    return interval([b - a for a, b in zip(first, second, strict=True)])


def t_quantile(dof: int) -> float:
    """Return the t that |T| stays below with probability 0.95.

    T = √dof·tan θ, where the density of θ is proportional to cosᵈᵒᶠ⁻¹ θ on ±π/2.
    """
    theta = np.linspace(0, math.pi / 2, 100_001)
    middle = (theta[1:] + theta[:-1]) / 2
    probability = np.cumsum(np.cos(middle) ** (dof - 1))
    return math.sqrt(dof) * math.tan(np.interp(0.95, probability / probability[-1], theta[1:]))
