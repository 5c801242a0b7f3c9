"""Neighbours in a flat buffer, updated as one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import is_

from .._tensor.base import Array
from ..functions.tensor import Tensor
from .flat import Flat, aligned, cut

Row = tuple[Tensor, ...]
"""A parameter, and what is remembered of it: tensors of one shape."""


class Run:
    """Rows whose parameters are neighbours in a flat buffer. What is remembered of them moves into buffers like it.

    Nothing is copied at a step.
    """

    def __init__(self, flat: Flat, first: int, rows: list[Row], size: int) -> None:
        self.flat, self.rows = flat, rows
        self.params, *remembered = zip(*rows, strict=True)
        self.numbers = slice(first, first + len(rows))
        arrays = [p.array for p in self.params]
        start = sum([x.size for x in flat.places[:first]])
        self.end = start + sum([x.size for x in arrays])
        columns = [flat.values[start : self.end]]
        for tensors in remembered:
            columns.append(aligned(self.end - start, columns[0].dtype))
            for x, place in zip(tensors, cut(columns[-1], arrays), strict=True):
                place[...] = x.array
                x.array = place
        scratch = aligned(min(size, self.end - start), columns[0].dtype)
        self.cuts = [
            ([column[i : i + size] for column in columns], slice(start + i, start + i + size), scratch)
            for i in range(0, self.end - start, size)
        ]

    def blocks(self) -> Iterator[list[Array]] | None:
        """Hand out the rows block by block; None where their gradients are not neighbours in the flat buffer's own."""
        gradients = [p.grad.array for p in self.params]
        for buffer in self.flat.gradients:
            if all(map(is_, gradients, buffer.places[self.numbers])):
                return self._blocks(buffer.flat[: self.end])
        return None

    def _blocks(self, gradients: Array) -> Iterator[list[Array]]:
        for (theta, *remembered), part, scratch in self.cuts:
            yield [theta, gradients[part], *remembered, scratch[: theta.size]]


def runs_in(flat: Flat, rows: Sequence[Row], size: int) -> Iterator[Run]:
    """Find the rows that are neighbours in a flat buffer, to be handed out in blocks of a size."""
    number = {p: i for i, p in enumerate(flat.params) if p.array is flat.places[i]}
    found: list[Row] = []
    following = -1
    for row in rows:
        i = number.get(row[0]) if all(x.array.flags.c_contiguous for x in row) else None
        if found and i != following:
            yield Run(flat, following - len(found), found, size)
            found = []
        if i is not None:
            found.append(row)
            following = i + 1
    if found:
        yield Run(flat, following - len(found), found, size)
