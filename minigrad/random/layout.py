"""Draws in the order of memory: PyTorch fills a tensor as its elements lie there, whatever its axes are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .generator import Generator

Array = np.ndarray[Any, Any]
BLOCK = 16  # fewer normals than these are drawn one by one


def memory_order(array: Array) -> tuple[int, ...] | None:
    """Return the axes from the longest stride to the shortest; None where that is the order that they have."""
    if array.flags.c_contiguous:
        return None
    axes = tuple(sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis])))
    return None if axes == tuple(range(array.ndim)) else axes


def drawn_as_laid_out(array: Array, draw: Callable[[tuple[int, ...]], Array]) -> Array:
    """Return ``draw(shape)`` in an array's shape, the first value where the array's memory begins, and so on."""
    axes = memory_order(array)
    if axes is None:
        return draw(array.shape)
    return draw(tuple([array.shape[axis] for axis in axes])).transpose(np.argsort(axes))


def uniforms_for(array: Array, source: Generator, low: float = 0.0, high: float = 1.0) -> Array:
    """Draw from [low, high) what an array is filled with."""
    return drawn_as_laid_out(array, lambda shape: source.uniform(shape, array.dtype, low, high))


def normals_for(array: Array, source: Generator, mean: float = 0.0, std: float = 1.0) -> Array:
    """Draw from N(mean, std²) what an array is filled with; where there are gaps in it, PyTorch draws one by one."""

    def draw(shape: tuple[int, ...]) -> Array:
        if array.flags.c_contiguous or array.size < BLOCK:
            return source.normal(shape, array.dtype, mean, std)
        sizes = [min(BLOCK - 2, array.size - i) for i in range(0, array.size, BLOCK - 2)]
        return np.concatenate([source.normal((n,), array.dtype, mean, std) for n in sizes]).reshape(shape)

    return drawn_as_laid_out(array, draw)
