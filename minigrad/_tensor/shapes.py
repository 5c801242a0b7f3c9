"""Shapes and axes as PyTorch takes them, checked at the door."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any, SupportsIndex, overload

import numpy as np


class Size(tuple[int, ...]):
    """The shape of a tensor: a tuple that says what it is. Its slices and sums are shapes, too.

    Args:
        sizes: integers.

    Raises:
        TypeError: a size is no integer.

    Source: https://pytorch.org/docs/stable/size.html

    Example:
        >>> Size((20, 1))
        minigrad.Size([20, 1])
        >>> Size((20, 1))[:1] + (3,)
        minigrad.Size([20, 3])
    """

    __slots__ = ()

    def __new__(cls, sizes: Iterable[SupportsIndex] = ()) -> Size:
        """Return the shape with these sizes."""
        sizes = tuple(sizes)
        try:
            return tuple.__new__(cls, [operator.index(n) for n in sizes])
        except TypeError:
            raise TypeError(f"Size() takes sizes, which are integers, but got {sizes}") from None

    @overload
    def __getitem__(self, index: SupportsIndex) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> Size: ...
    def __getitem__(self, index: Any) -> Any:
        sizes = tuple.__getitem__(self, index)
        return Size(sizes) if isinstance(index, slice) else sizes

    def __add__(self, other: Any) -> Any:
        sizes = tuple.__add__(self, other)
        return sizes if sizes is NotImplemented else Size(sizes)

    def __radd__(self, other: Any) -> Any:
        return Size(other) + self if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex) -> Size:
        return Size(tuple.__mul__(self, times))

    __rmul__ = __mul__

    def numel(self) -> int:
        """Return the number of elements of a tensor of this shape."""
        return math.prod(self)

    def __repr__(self) -> str:
        return f"minigrad.Size({list(self)})"


def shape_from(sizes: Iterable[Any]) -> tuple[int, ...]:
    """Return a shape given as ``(2, 3)``, as ``((2, 3),)`` or as ``([2, 3],)``; RuntimeError for a negative size."""
    shape = sizes_from(sizes)
    for n in shape:
        if n < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {n}: {list(shape)}")
    return shape


def sizes_from(sizes: Iterable[Any]) -> tuple[int, ...]:
    """Return integers given as ``(2, -1)``, as ``((2, -1),)`` or as ``([2, -1],)``."""
    sizes = tuple(sizes)
    if len(sizes) == 1 and isinstance(sizes[0], tuple | list):
        sizes = tuple(sizes[0])
    if not any(n is True or n is False for n in sizes):
        try:
            return tuple([operator.index(n) for n in sizes])
        except TypeError:
            pass
    raise TypeError(f"expected sizes, which are integers, but got {sizes}")


def sizes_of_new(data: tuple[Any, ...]) -> tuple[int, ...] | None:
    """Return the sizes that ``Tensor(2, 3)`` or ``Tensor(x.size())`` asks for; None where values are given.

    Raises:
        TypeError: the only argument is no integer, and no sequence or array of values either.
    """
    if len(data) != 1 or isinstance(data[0], Size):
        return shape_from(data or (0,))
    if isinstance(data[0], bool | float):
        raise TypeError(f"new(): data must be a sequence (got {type(data[0]).__name__}: {data[0]!r})")
    return shape_from(data) if isinstance(data[0], int | np.integer) else None


def axis_of(dim: int, ndim: int) -> int:
    """Return the axis from 0 that ``dim`` means; IndexError where there is none."""
    span = max(ndim, 1)  # a 0-d tensor answers to dim 0 and -1
    if type(dim) is int and -span <= dim < span:  # nearly always
        return dim % span
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"argument 'dim' must be int, not {type(dim).__name__}: {dim!r}")
    dim = operator.index(dim)
    if not -span <= dim < span:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dim})")
    return dim % span


def axes_of(dim: int | Iterable[int] | None, ndim: int) -> tuple[int, ...]:
    """Return the axes from 0, in order, that ``dim`` means: one, several, or all of them for None and for ()."""
    if ndim == 0 or dim is None:
        if isinstance(dim, int):  # a bool, too, which is none
            axis_of(dim, ndim)
        return tuple(range(ndim))
    if isinstance(dim, int):
        return (axis_of(dim, ndim),)
    if not isinstance(dim, Iterable) or isinstance(dim, dict):
        raise TypeError(f"argument 'dim' must be int or tuple of ints, not {type(dim).__name__}: {dim!r}")
    axes = sorted([axis_of(d, ndim) for d in dim])
    if len(set(axes)) != len(axes):
        raise RuntimeError(f"dim {list(dim)} names a dimension more than once")
    return tuple(axes) or tuple(range(ndim))


def along(axis: int, part: Any) -> tuple[Any, ...]:
    """Return the index of a part along an axis: all of the axes before it, and after it."""
    return (*(slice(None),) * axis, part)


def inferred(shape: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """Return the shape with its one -1 worked out; RuntimeError where the sizes do not fit."""
    known = math.prod(n for n in shape if n != -1)
    unknown = shape.count(-1)
    if unknown > 1:
        raise RuntimeError(f"only one dimension can be inferred, but got {list(shape)}")
    if any(n < -1 for n in shape):
        raise RuntimeError(f"invalid shape dimension {min(shape)} in {list(shape)}")
    if unknown and known == 0:
        raise RuntimeError(f"cannot reshape tensor of {numel} elements into shape {list(shape)}: -1 could be any value")
    if (numel % known if unknown else numel != known):
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return tuple([numel // known if n == -1 else n for n in shape])
