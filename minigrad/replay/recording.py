"""A recording: a program, what it needs besides its inputs, and what it leaves besides its results."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np

from .._tensor.base import Array, wrap
from .._tensor.writes import date_writes
from ..functions.tensor import Tensor
from ..optim import Optimizer
from ..optim.flat import Flat
from .guards import Guards
from .program import Diverged, Program, identifier
from .trace import Trace

Result = TypeVar("Result")

kind_of_input = attrgetter("shape", "strides", "dtype")
"""What a program takes for granted of an input: the order of a sum may follow from the strides."""

MOST_PATHS, MOST_KINDS = 8, 256
"""The recordings that are kept for inputs of one kind, and the kinds."""


class Recording:
    """What was recorded, as a program.

    Attributes:
        program: from the arrays of the inputs and of the tensors to the results; it writes the gradients.
        tensors: those that it takes besides, the guards'.
        leaves: those of them that get a gradient, in the program's order.
        guards: what must be as it was for the program to hold.
        in_use: held while the program runs.
    """

    def __init__(self, program: Program, leaves: list[Tensor], guards: Guards) -> None:
        self.program = program
        self.tensors = [x for _, x in guards.tensors]
        self.leaves = leaves
        self.guards = guards
        self.in_use = threading.Lock()
        self.aliases: list[int] = []
        self.answer: Any = None  # of a function: its result, with tensors to be replaced by those of a replay
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
        if aliases_of(inputs, self.program) != self.aliases:
            raise Diverged
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
        self.note_writes(given)
        return results

    def note_writes(self, given: Sequence[Tensor]) -> None:
        """Date the writes of the program into tensors, so that a graph which needs the old values says so."""
        if self.program.written:
            date_writes([given[i] for i in self.program.written])


def aliases_of(inputs: Sequence[Tensor], program: Program) -> list[int]:
    """Return for each input of a program that writes into one the first that shares memory with it; [] for others."""
    if min(program.written, default=len(inputs)) >= len(inputs):
        return []
    arrays = [x.array for x in inputs]
    return [next(i for i, y in enumerate(arrays) if np.may_share_memory(x, y)) for x in arrays]


def record(
    compute: Callable[[list[Tensor]], tuple[list[Array], list[tuple[Tensor, Array]] | None]],
    inputs: Sequence[Tensor],
    guards: Guards,
) -> tuple[Recording, list[Array], list[Array]]:
    """Compute once, and return what was recorded, the results and the gradients.

    Args:
        compute: takes tensors over the inputs' memory, and returns the arrays of the results, and leaves with their
            gradients; None for the gradients that its calls of backward() noted.
        inputs: those that replays will be given others for.
        guards: on all else.
    """
    stand_ins = [wrap(x.array.view()) for x in inputs]  # two arrays, where one tensor is given twice
    arrays = {f"x{i}": x.array for i, x in enumerate(stand_ins)}
    arrays |= {identifier(f"p{i}_{name}"): x.array for i, (name, x) in enumerate(guards.tensors)}
    trace = Trace(arrays.values())
    try:
        with trace:
            results, found = compute(stand_ins)
    finally:
        trace.leave()  # an interrupt may have come between the end of the block and its own leaving
    if found is not None and trace.gradients:
        trace.refuse("it calls backward() within; see replay.record")
    kept = {x for _, x in guards.tensors}
    found = [(leaf, g) for leaf, g in (trace.gradients if found is None else found) if leaf in kept]
    gradients = [g for _, g in found]
    trace.check("the result", results)
    program = Program(trace.calls, arrays, results, gradients)
    recording = Recording(program, [leaf for leaf, _ in found], guards)
    recording.aliases = aliases_of(inputs, program)
    recording.note_writes([*inputs, *recording.tensors])
    return recording, results, gradients


class Recordings:
    """What was recorded for inputs of several kinds: of each kind one recording, or one for each path that Python took.

    They are listed with the one that was used last in front.
    """

    __slots__ = ("by_kind",)  # guards do not look into it

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
            if len(self.by_kind) > MOST_KINDS:
                del self.by_kind[next(iter(self.by_kind))]

    def replay(self, kind: Any, run: Callable[[Recording], Result]) -> list[Result]:
        """Return in a list what `run` makes of the recording whose path the inputs take; an empty one if there is none.

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
            return [result]
        return []


class InUse(Exception):
    """A recording is in use by another thread."""
