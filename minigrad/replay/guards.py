"""What a recorded step depends on besides its inputs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from operator import attrgetter, is_
from typing import Any

from ..functions.tensor import Tensor
from ..nn import Module

kind_of = attrgetter("array.shape", "array.dtype", "_requires_grad", "hooks")
"""What a program takes for granted of a tensor."""

OWN = frozenset(vars(Module()))
"""The attributes that every module has: what is in their containers is known by its number."""


class Guards:
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
        self.users_containers = [
            value
            for attributes in self.attributes
            for name, value in attributes.items()
            if name not in OWN and is_container(value)
        ]
        self.contents = [*chain.from_iterable(map(contents_of, self.users_containers))]

    def are_as_before(self) -> bool:
        """Return whether all attributes, and what is in lists and dictionaries among them, are the same objects.

        This is asked before every replay, and takes as long as two or three operations on tensors.
        """
        return (
            [*map(len, self.containers)] == self.lengths
            and all(map(is_, chain.from_iterable(map(dict.values, self.attributes)), self.values))
            and all(map(is_, chain.from_iterable(map(contents_of, self.users_containers)), self.contents))
            and [*map(kind_of, self.tensors)] == self.kinds
        )


def is_container(value: Any) -> bool:
    """Return whether a value may change without becoming another, as a dictionary of hooks does."""
    return isinstance(value, dict | list | set)


def contents_of(container: Any) -> Iterable[Any]:
    """Return what is in a list, a set or a dictionary, keys included."""
    return [*container, *container.values()] if isinstance(container, dict) else container
