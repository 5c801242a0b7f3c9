"""A recording: a program, what it needs besides its inputs, and what it leaves besides its results."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np

from .._tensor.base import Array
from .._tensor.writes import date_writes
from ..functions.tensor import Tensor
from ..optim import Optimizer
from ..optim.flat import Flat
from .guards import Guards
from .program import Diverged, Program

Result = TypeVar("Result")

MOST_PATHS = 8
"""The recordings that are kept for inputs of one kind."""


class Recording:
    """What was recorded, as a program.

    Attributes:
        program: from the arrays of the inputs and of the tensors to the results; it writes the gradients.
        tensors: the parameters and buffers that it takes.
        leaves: those that get a gradient, in the program's order.
        guards: what must be as it was for the program to hold.
        in_use: held while the program runs.
    """

    def __init__(self, program: Program, tensors: list[Tensor], leaves: list[Tensor], guards: Guards) -> None:
        self.program = program
        self.tensors = tensors
        self.leaves = leaves
        self.guards = guards
        self.in_use = threading.Lock()
        self.flat: list[tuple[Flat, int] | None] | None = None

    def places(self, optimizer: Optimizer) -> list[Array]:
        """Return arrays for the gradients: in flat buffers, if the optimizer's parameters lie in such."""
        if self.flat is None:
            found = {p: (flat, i) for flat in optimizer.lay_flat(self.leaves) for i, p in enumerate(flat.params)}
            self.flat = [found.get(leaf) for leaf in self.leaves]
        leased = {flat: flat.lease().places for flat in {place[0] for place in self.flat if place}}
        return [
            leased[place[0]][place[1]] if place else np.empty_like(leaf.array)
            for leaf, place in zip(self.leaves, self.flat, strict=True)
        ]

    def run(self, inputs: Sequence[Tensor], gradients: Sequence[Array]) -> tuple[Array, ...]:
        """Run the program for a batch, and return its results.

        Raises:
            Diverged: the batch takes another path; generators and tensors are as they were before.
        """
        given = [*inputs, *self.tensors]
        arrays = [x.array for x in given]
        generators, overwritten = self.program.spent
        states = [generator.get_state() for generator in generators]
        values = [arrays[i].copy() for i in overwritten]
        try:
            results = self.program.run(*arrays, *gradients)
        except Diverged:
            for generator, state in zip(generators, states, strict=True):
                generator.set_state(state)
            for i, value in zip(overwritten, values, strict=True):
                arrays[i][...] = value
            raise
        if self.program.written:
            date_writes([given[i] for i in self.program.written])
        return results


class Recordings:
    """What was recorded for inputs of several kinds: for each kind one recording, or one for each path that Python took.

    They are listed with the one that was used last in front.
    """

    def __init__(self) -> None:
        self.by_kind: dict[Any, list[Recording]] = {}

    def __iter__(self) -> Iterator[Recording]:
        return iter([recording for paths in self.by_kind.values() for recording in paths])

    def __len__(self) -> int:
        return sum(map(len, self.by_kind.values()))

    def add(self, kind: Any, recording: Recording) -> None:
        """Keep a recording, unless what it takes for granted has changed while it was made."""
        if recording.guards.are_as_before():
            self.by_kind[kind] = [recording, *self.by_kind.get(kind, ())][:MOST_PATHS]

    def replay(self, kind: Any, run: Callable[[Recording], Result]) -> Result | None:
        """Return what `run` makes of the recording whose path the inputs take; None if there is none.

        Raises:
            InUse: another thread runs it.
        """
        paths = self.by_kind.get(kind, [])
        for recording in [*paths]:
            if not recording.guards.are_as_before():
                paths.remove(recording)
                continue
            if not recording.in_use.acquire(blocking=False):  # its buffers are another thread's
                raise InUse
            try:
                result = run(recording)
            except Diverged:
                continue
            finally:
                recording.in_use.release()
            if recording is not paths[0]:
                paths.remove(recording)
                paths.insert(0, recording)
            return result
        return None


class InUse(Exception):
    """A recording is in use by another thread."""
