"""What a recorded step depends on besides its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from ..nn import Module
from ..tensor import Tensor

kind_of = attrgetter("array.shape", "array.dtype", "_requires_grad", "hooks")
"""What a program takes for granted of a tensor."""


class Surroundings:
    """The attributes of modules, and the kinds of their tensors, as they are when a step is recorded.

    Args:
        modules: with all modules below them.
        tensors: their parameters and buffers.

    Raises:
        RuntimeError: one of the tensors has hooks, or two are one array: that cannot be replayed.
    """

    def __init__(self, modules: Iterable[Module], tensors: Sequence[Tensor]) -> None:
        if any(x.hooks is not None for x in tensors):
            raise RuntimeError("this step cannot be replayed: a parameter has hooks on its gradient")
        if len({id(x.array) for x in tensors}) < len(tensors):
            raise RuntimeError("this step cannot be replayed: two parameters are one array, without being one tensor")
        self.tensors = tensors
        self.kinds = [*map(kind_of, tensors)]
        self.attributes = [vars(module) for part in modules for module in part.modules()]
        self.values = [value for attributes in self.attributes for value in attributes.values()]
        self.containers = [*self.attributes, *filter(is_container, self.values)]
        self.lengths = [*map(len, self.containers)]

    def are_as_before(self) -> bool:
        """Say whether the attributes are the same objects, containers as long, and tensors of the same kinds.

        This is asked before every replay, and takes as long as two or three operations on tensors.
        """
        values = chain.from_iterable(map(dict.values, self.attributes))
        return (
            [*map(len, self.containers)] == self.lengths
            and all(map(is_, values, self.values))
            and [*map(kind_of, self.tensors)] == self.kinds
        )


def is_container(value: Any) -> bool:
    """Say whether a value may grow without becoming another, as a dictionary of hooks does."""
    return isinstance(value, Sized) and not isinstance(value, Module | Tensor | str)
