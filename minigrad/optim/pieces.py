"""What a step runs over: arrays neither so small that Python takes the time, nor so large that they leave the cache.

An optimizer's update is the same for every element, so it may be applied to any cut of the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..recording import Array
from ..tensor import Tensor

BLOCK = 1 << 17
"""How many elements of a large parameter are updated at a time, so that an update's many passes stay in the cache: an
Adam step over 8 million float32 weights then takes 0.7 of its time."""

SMALL = 1 << 12
"""Up to how many elements a parameter counts as small. An Adam step over six small ones, updated as one, then takes
half of its time."""

Row = list[Tensor]
"""A parameter, its gradient, and what is remembered of it: tensors of one shape."""


class Workbench:
    """Memory in which small parameters' rows lie end to end, so that they can be updated as one.

    Values and gradients are copied to and fro; what is remembered moves here for good.

    Args:
        shapes: the parameters'.
        columns: how many tensors a row has.
        dtype: of all of them.
    """

    def __init__(self, shapes: tuple[tuple[int, ...], ...], columns: int, dtype: np.dtype[Any]) -> None:
        self.like = (shapes, columns, dtype)
        ends = np.cumsum([math.prod(shape) for shape in shapes])
        self.columns = list(np.empty((columns + 1, ends[-1]), dtype))
        self.places = [
            [part.reshape(shape) for part, shape in zip(np.split(column, ends[:-1]), shapes, strict=True)]
            for column in self.columns[:-1]
        ]

    def __reduce__(self) -> tuple[Any, ...]:
        return Workbench, self.like  # the places of a copy are in the copy's columns

    def joined(self, rows: list[Row]) -> Iterator[list[Array]]:
        """Hand out the rows end to end, and bring the values back."""
        values, gradients, *remembered = zip(*rows, strict=True)
        for tensors, places in zip((values, gradients), self.places, strict=False):
            for x, place in zip(tensors, places, strict=True):
                place[...] = x.array
        for tensors, places in zip(remembered, self.places[2:], strict=True):
            for x, place in zip(tensors, places, strict=True):
                if x.array is not place:
                    place[...] = x.array
                    x.array = place
        yield self.columns
        for x, place in zip(values, self.places[0], strict=True):
            x.array[...] = place


class Pieces:
    """Cuts parameters into pieces of a good size, and remembers how, since the next step's are the same."""

    def __init__(self) -> None:
        self.workbenches: dict[Any, Workbench] = {}

    def of(self, rows: list[Row]) -> Iterator[list[Array]]:
        """Iterate over the rows: small ones together, large ones in blocks.

        Yields:
            The arrays of a row, and behind them one of the same shape to compute in.
        """
        small: dict[Any, list[Row]] = {}
        for row in rows:
            array = row[0].array
            if array.size <= SMALL:
                small.setdefault(array.dtype, []).append(row)
            else:
                yield from cut([x.array for x in row])
        for dtype, together in small.items():
            if len(together) > 1 and are_apart(together):
                yield from self.workbench(together, dtype).joined(together)
            else:
                yield from (whole([x.array for x in row]) for row in together)

    def workbench(self, rows: list[Row], dtype: np.dtype[Any]) -> Workbench:
        """Return the memory for rows of these shapes."""
        shapes, columns = tuple([row[0].array.shape for row in rows]), len(rows[0])
        found = self.workbenches.get((shapes, columns, dtype))
        if found is None:
            found = self.workbenches[shapes, columns, dtype] = Workbench(shapes, columns, dtype)
        return found


def whole(arrays: list[Array]) -> list[Array]:
    """Return the arrays as they are, and one to compute in."""
    return [*arrays, np.empty_like(arrays[0])]


def cut(arrays: list[Array]) -> Iterator[list[Array]]:
    """Hand out arrays block by block; as a whole where they do not lie in order."""
    if arrays[0].size <= BLOCK or not all(array.flags.c_contiguous for array in arrays):
        yield whole(arrays)
        return
    flat = [array.reshape(-1) for array in arrays]
    scratch = np.empty(BLOCK, flat[0].dtype)  # the same for every block, so that it stays in the cache
    for start in range(0, flat[0].size, BLOCK):
        block = [array[start : start + BLOCK] for array in flat]
        yield [*block, scratch[: block[0].size]]


def are_apart(rows: list[Row]) -> bool:
    """Say whether no two parameters lie in the memory of one array, where to change one may be to change both."""
    arrays = [row[0].array for row in rows]
    return len({id(array if array.base is None else array.base) for array in arrays}) == len(arrays)
