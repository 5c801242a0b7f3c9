"""Writes into memory: when they happened, and which of them autograd cannot allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..core.graph import grad_mode, tick
from .listening import computed, refuse_to_replay, writes


class Clock:
    """One counter dates the nodes and the writes into memory.

    A node's inputs are older than it is, so newest-first is an order that the chain rule allows. And an array was
    overwritten since a node saved it exactly where its last write is younger than the node.
    """

    def __init__(self) -> None:
        self.last_write = 0

    def write(self) -> int:
        """Date a write into the memory of some tensor."""
        self.last_write = tick()
        return self.last_write


clock = Clock()


class Memory:
    """Memory that several tensors may share, a tensor and its views for instance, and the date of the last write."""

    written = 0


def memory_of(x: Any) -> Memory:
    """Return what dates the writes into a tensor's memory."""
    if x.memory is None:
        x.memory = Memory()
    memory: Memory = x.memory
    return memory


def date_writes(tensors: Iterable[Any]) -> None:
    """Date a write into the memory of several tensors."""
    date = clock.write()
    for x in tensors:
        (x.memory or memory_of(x)).written = date


@writes
def assign_to(array: Any, index: Any, values: Any) -> None:
    """Write values to an index of an array."""
    array[index] = values


def write_into(x: Any, function: Callable[..., None], *args: Any) -> None:
    """Let a function that `writes` change a tensor's array, in the hearing of a recorder, and date the write."""
    computed(function, x.array, *args)
    date_writes((x,))


def note_unheard_writes(tensors: Iterable[Any]) -> None:
    """Date a write into the memory of several tensors that no recorder can hear of."""
    refuse_to_replay("it writes into a tensor")
    date_writes(tensors)


def is_one_place_each(x: Any) -> bool:
    """Make a part of an expanded tensor writeable where none of its elements share a place; return whether it is."""
    if x.base is None or not x.base.array.flags.writeable or any(repeated(x.array)):
        return False
    x.array.flags.writeable = True
    return True


def repeated(array: Any) -> list[bool]:
    """Return for each axis whether all of it is in one place."""
    places = zip(array.strides, array.shape, strict=True)
    return [stride == 0 and n > 1 and array.size > 0 for stride, n in places]  # an empty array has strides of 0, too


def refuse_write(x: Any) -> None:
    """Raise where a write would go to several places at once, or overwrite values whose gradient is asked for."""
    if not x.array.flags.writeable and not is_one_place_each(x):
        raise RuntimeError(
            "unsupported operation: the tensor cannot be written into: it is expanded, so that several elements share "
            "one place in memory, or made from a read-only array. Please clone() it first."
        )
    if not grad_mode.enabled:
        return
    if x._requires_grad and x.grad_fn is None:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if x.base is None:
        return
    if x.made_by is not None:
        raise RuntimeError(
            f"Output of {x.made_by} is a view and is being modified inplace. The write would change tensors whose "
            "history leads past the backward of its autograd.Function. Please clone() the output."
        )
    if x.base._requires_grad and x.base.grad_fn is None:
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")
    if x.edge() is None and x.base.edge() is not None:
        raise RuntimeError("a view that was made in no_grad mode is being modified in place with grad mode enabled.")
