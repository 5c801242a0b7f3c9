"""Draws in the order of memory: PyTorch fills a tensor as its elements lie there, whatever its axes are called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .generator import Generator

Array = np.ndarray[Any, Any]
BLOCK = 16  # fewer normals than these are drawn one by one


def memory_order(array: Array) -> tuple[int, ...] | None:
    """Return the axes from the longest stride to the shortest; None where that is the order that they have.

    An axis along which an array is expanded has no stride: it keeps its place as far as the others let it.

    Source: https://github.com/pytorch/pytorch/blob/v2.13.0/aten/src/ATen/ExpandUtils.cpp, infer_dense_strides
    """
    if array.flags.c_contiguous:
        return None
    axes: list[int] = []
    for axis in reversed(range(array.ndim)):  # from the shortest stride to the longest
        axes.append(axis)
        place = len(axes) - 1
        for i in reversed(range(place)):
            order = _compared(array, axes[i], axes[place])
            if order > 0:
                axes[i], axes[place] = axes[place], axes[i]
                place = i
            elif order < 0:
                break
    axes.reverse()
    return None if axes == [*range(array.ndim)] else tuple(axes)


def _compared(array: Array, first: int, second: int) -> int:
    """Return the sign of the difference of two axes' strides; 0 where it means nothing."""
    strides = abs(array.strides[first]), abs(array.strides[second])
    if 0 in strides:
        return 0
    if strides[0] == strides[1]:
        return int(array.shape[first] > array.shape[second])
    return 1 if strides[0] > strides[1] else -1


def drawn_as_laid_out(array: Array, draw: Callable[[tuple[int, ...]], Array]) -> Array:
    """Return ``draw(shape)`` in an array's shape, the first value where the array's memory begins, and so on."""
    axes = memory_order(array)
    if axes is None:
        return draw(array.shape)
    return draw(tuple([array.shape[axis] for axis in axes])).transpose(np.argsort(axes))


def empty_as_laid_out(array: Array, dtype: Any) -> Array:
    """Return an array to fill, whose axes lie in memory in the order of another's. NumPy's `empty_like` differs."""
    return drawn_as_laid_out(array, lambda shape: np.empty(shape, dtype or array.dtype))


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
