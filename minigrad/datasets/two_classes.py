"""Two classes of points in the plane that no line separates: moons, circles, spirals, drawn with Gaussian noise."""

from __future__ import annotations

import math
from collections.abc import Callable

from .._tensor.dtypes import float64
from ..functions.creation import linspace, ones, randn, zeros
from ..functions.joining import cat, stack
from ..functions.tensor import Tensor
from ..random import Generator

Curve = Callable[[Tensor], Tensor]


def make_moons(
    n_samples: int = 100, *, noise: float = 0.0, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Return two interleaving half circles: points and their classes.

    (cos t, sin t) for class 0 and (1 - cos t, 1/2 - sin t) for class 1, t evenly from 0 to π.

    Args:
        n_samples: how many points, at least 2; half of them in each class, and one more in class 1 where it is odd.
        noise: standard deviation of what is added to every coordinate, at least 0.
        generator: draws the noise; the default generator unless given.

    Returns:
        Points, float32, of shape (n_samples, 2), class 0 first; classes, int64, of shape (n_samples,).

    Raises:
        TypeError: n_samples is no whole number, or noise no number.
        ValueError: n_samples is less than 2, or noise negative or not finite.

    Source: scikit-learn's ``make_moons`` without its shuffle.

    Example:
        >>> x, y = make_moons(4)
        >>> x.round(decimals=3) + 0.0, y
        (tensor([[ 1.0000,  0.0000],
                [-1.0000,  0.0000],
                [ 0.0000,  0.5000],
                [ 2.0000,  0.5000]]), tensor([0, 0, 1, 1]))
    """

    def arm(sign: float, count: int) -> Tensor:
        t = linspace(0, math.pi, count, dtype=float64)
        along, across = t.cos(), t.sin()
        return stack([along, across] if sign > 0 else [1 - along, 0.5 - across], 1)

    return _two_classes("make_moons", arm, n_samples, noise, generator)


def make_circles(
    n_samples: int = 100, *, noise: float = 0.0, factor: float = 0.5, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Return a circle of radius 1, class 0, and one of radius `factor` inside of it, class 1.

    Args:
        n_samples: how many points, at least 2; half of them in each class, and one more in class 1 where it is odd.
        noise: standard deviation of what is added to every coordinate, at least 0.
        factor: the radius of the inner circle, in [0, 1).
        generator: draws the noise; the default generator unless given.

    Returns:
        Points, float32, of shape (n_samples, 2), class 0 first; classes, int64, of shape (n_samples,).

    Raises:
        TypeError: n_samples is no whole number, or noise or factor no number.
        ValueError: n_samples is less than 2, noise negative or not finite, or factor outside of [0, 1).

    Source: scikit-learn's ``make_circles`` without its shuffle.

    Example:
        >>> x, y = make_circles(200, factor=0.25)
        >>> x[:100].norm(dim=1).mean(), x[100:].norm(dim=1).mean()
        (tensor(1.), tensor(0.2500))
    """
    if not 0 <= _number("make_circles", "factor", factor) < 1:
        raise ValueError(f"make_circles: factor must lie in [0, 1), got {factor}")

    def arm(sign: float, count: int) -> Tensor:
        t = linspace(0, 2 * math.pi, count + 1, dtype=float64)[:-1]  # the end of the circle is its beginning
        return stack([t.cos(), t.sin()], 1) * (1 if sign > 0 else factor)

    return _two_classes("make_circles", arm, n_samples, noise, generator)


def make_spirals(
    n_samples: int = 100, *, noise: float = 0.0, turns: float = 1.5, generator: Generator | None = None
) -> tuple[Tensor, Tensor]:
    """Return two spirals around the origin, each the other one turned by half a circle.

    ±r (cos φ, sin φ) with r evenly from 0.1 to 1 and φ = 2π · turns · r.

    Args:
        n_samples: how many points, at least 2; half of them in each class, and one more in class 1 where it is odd.
        noise: standard deviation of what is added to every coordinate, at least 0.
        turns: how often each spiral would go around on its way from the origin to radius 1, above 0.
        generator: draws the noise; the default generator unless given.

    Returns:
        Points, float32, of shape (n_samples, 2), class 0 first; classes, int64, of shape (n_samples,).

    Raises:
        TypeError: n_samples is no whole number, or noise or turns no number.
        ValueError: n_samples is less than 2, noise negative or not finite, or turns not above 0 and finite.

    Source: after Lang and Witbrock, "Learning to Tell Two Spirals Apart", 1988.

    Example:
        >>> x, y = make_spirals(6)
        >>> (x[:3] == -x[3:]).all()
        tensor(True)
    """
    if not 0 < _number("make_spirals", "turns", turns) < math.inf:
        raise ValueError(f"make_spirals: turns must be above 0 and finite, got {turns}")

    def arm(sign: float, count: int) -> Tensor:
        r = linspace(0.1, 1, count, dtype=float64)
        angle = 2 * math.pi * turns * r
        return stack([r * angle.cos(), r * angle.sin()], 1) * sign

    return _two_classes("make_spirals", arm, n_samples, noise, generator)


def _two_classes(
    function: str, arm: Callable[[float, int], Tensor], n_samples: int, noise: float, generator: Generator | None
) -> tuple[Tensor, Tensor]:
    """Return the points of both arms with noise, and their classes."""
    if isinstance(n_samples, bool) or not isinstance(n_samples, int):
        raise TypeError(f"{function}: n_samples must be an int, got {n_samples!r}")
    if n_samples < 2:
        raise ValueError(f"{function}: n_samples must be at least 2, got {n_samples}")
    if not 0 <= _number(function, "noise", noise) < math.inf:
        raise ValueError(f"{function}: noise must be at least 0 and finite, got {noise}")
    first = n_samples // 2
    points = cat([arm(1, first), arm(-1, n_samples - first)]).float()  # in which sines are the same on every machine
    classes = cat([zeros(first), ones(n_samples - first)]).long()
    if noise:
        points = points + noise * randn(n_samples, 2, generator=generator)
    return points, classes


def _number(function: str, name: str, value: float) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{function}: {name} must be a number, got {value!r}")
    return value
