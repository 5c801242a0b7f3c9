"""What a step runs over: arrays neither so small that Python takes the time, nor so large that they leave the cache.

An optimizer's update is the same for every element, so it may be applied to any cut of the parameters.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from operator import is_
from typing import Any

import numpy as np
from numpy.lib.array_utils import byte_bounds

from .._tensor.base import Array
from ..functions.tensor import Tensor
from .flat import Flat, by_dtype, can_move
from .runs import runs_in

BLOCK = 1 << 17
"""How many elements of a large parameter are updated at a time, so that an update's many passes stay in the cache: an
Adam step over 8 million float32 weights then takes 0.7 of its time."""

SMALL = 1 << 12
"""Up to how many elements a parameter counts as small. Adam's step over six such parameters, updated as one, takes
half of its time."""

PLANS = 100
"""How many selections of parameters, which have a gradient together, are remembered at most."""

State = Mapping[Tensor, dict[str, Any]]

Row = tuple[Tensor, ...]
"""A parameter, and what is remembered of it: tensors of one shape."""


class Blocks:
    """Cuts parameters into blocks of a good size, and remembers how, for the next step cuts the same ones."""

    def __init__(self) -> None:
        self.plans: dict[Any, Plan] = {}
        self.flats: list[Flat] = []

    def __reduce__(self) -> tuple[Any, ...]:
        return Blocks, ()  # a copied optimizer makes plans of its own, for its own tensors

    def of(self, params: Sequence[Tensor], state: State, remembered: tuple[str, ...]) -> Iterator[list[Array]]:
        """Iterate over parameters that have a gradient: small ones together, large ones in blocks.

        Yields:
            Arrays of one shape: values, gradients, the remembered ones, and one to compute in. All but the gradients
            may be written into.
        """
        selection = (remembered, *map(id, params))
        plan = self.plans.get(selection)
        if plan is None or not plan.fits(state):
            if len(self.plans) == PLANS:
                self.plans.clear()
            plan = self.plans[selection] = Plan(params, state, remembered, self.flats)
        return plan.blocks()

    def lay_flat(self, groups: Sequence[Sequence[Tensor]]) -> list[Flat]:
        """Move the parameters of each group into one buffer for each dtype, unless they lie in one or are held."""
        self.plans.clear()  # they hold the arrays
        self.flats = [flat for flat in self.flats if flat.is_whole()]
        settled = {p for flat in self.flats for p in flat.params}
        for group in groups:
            for params in by_dtype([p for p in group if p not in settled and can_move(p)]):
                self.flats.append(Flat(params))
        return self.flats


class Plan:
    """Which of some parameters are cut, and which are joined on a workbench."""

    def __init__(
        self, params: Sequence[Tensor], state: State, names: tuple[str, ...], flats: Sequence[Flat] = ()
    ) -> None:
        self.params, self.names = params, names
        rows = [(p, *[state[p][name] for name in names]) for p in params]
        small: dict[Any, list[Row]] = {}
        self.large: list[Row] = []
        self.runs = [run for flat in flats for run in runs_in(flat, rows, BLOCK)]
        in_runs = {row[0] for run in self.runs for row in run.rows}
        for row in rows:
            if row[0] in in_runs:
                continue
            array = row[0].array
            (small.setdefault(array.dtype, []) if array.size <= SMALL else self.large).append(row)
        self.workbenches: list[Workbench] = []
        for together in small.values():
            if len(together) > 1 and are_apart(together):
                self.workbenches.append(Workbench(together))
            else:
                self.large += together
        self.remembered = [x for _, *remembered in rows for x in remembered]
        self.arrays = [x.array for x in (*params, *self.remembered)]

    def fits(self, state: State) -> bool:
        """Return whether what is remembered is in the same tensors as before, and all tensors have the same arrays."""
        remembered = [state[p][name] for p in self.params for name in self.names]
        arrays = [x.array for x in (*self.params, *remembered)]
        return all(map(is_, remembered, self.remembered)) and all(map(is_, arrays, self.arrays))

    def blocks(self) -> Iterator[list[Array]]:
        """Iterate over the blocks."""
        for run in self.runs:
            yield from run.blocks() or chain.from_iterable(map(cut_row, run.rows))
        for row in self.large:
            yield from cut_row(row)
        for workbench in self.workbenches:
            yield from workbench.joined()


class Workbench:
    """Memory in which the rows of small parameters lie end to end, so that they can be updated as one.

    Values and gradients are copied here and back at every step; what is remembered stays here.
    """

    def __init__(self, rows: list[Row]) -> None:
        self.params, *remembered = zip(*rows, strict=True)
        shapes = [p.array.shape for p in self.params]
        ends = np.cumsum([math.prod(shape) for shape in shapes])
        self.columns = list(np.empty((len(remembered) + 3, ends[-1]), rows[0][0].array.dtype))
        self.values, self.gradients, *places = [
            [part.reshape(shape) for part, shape in zip(np.split(column, ends[:-1]), shapes, strict=True)]
            for column in self.columns[:-1]
        ]
        for tensors, column in zip(remembered, places, strict=True):
            for x, place in zip(tensors, column, strict=True):
                place[...] = x.array
                x.array = place

    def joined(self) -> Iterator[list[Array]]:
        """Hand out the rows end to end, and bring the values back."""
        for p, value, gradient in zip(self.params, self.values, self.gradients, strict=True):
            value[...] = p.array
            gradient[...] = p.grad.array
        yield self.columns
        for p, value in zip(self.params, self.values, strict=True):
            p.array[...] = value


def cut_row(row: Row) -> Iterator[list[Array]]:
    """Hand out one parameter's arrays block by block; as a whole where they are short, or do not lie in order."""
    p, *remembered = row
    arrays = [p.array, p.grad.array, *[x.array for x in remembered]]
    if p.array.size <= BLOCK or not all(array.flags.c_contiguous for array in arrays):
        yield [*arrays, np.empty_like(p.array)]
        return
    flat = [array.reshape(-1) for array in arrays]
    scratch = np.empty(BLOCK, flat[0].dtype)  # the same for every block, so that it stays in the cache
    for start in range(0, flat[0].size, BLOCK):
        block = [array[start : start + BLOCK] for array in flat]
        yield [*block, scratch[: block[0].size]]


def are_apart(rows: list[Row]) -> bool:
    """Return whether no two parameters lie in the same stretch of memory, where to change one may be to change both."""
    stretches = sorted(byte_bounds(p.array) for p, *_ in rows)
    return all(end <= start for (_, end), (start, _) in pairwise(stretches))
