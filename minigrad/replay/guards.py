"""What a recorded step depends on besides its inputs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter, call, is_
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from ..nn import Module

kind_of = attrgetter("array.shape", "array.strides", "array.dtype", "_requires_grad", "hooks")
"""What a program takes for granted of a tensor."""

OWN = frozenset(vars(Module()))
"""The attributes that every module has: what is in their containers is known by its number."""


class Guards:
    """The attributes of modules, and the kinds of their tensors, as they are when a step is recorded.

    What a user's attribute holds is compared as deep as it goes: in lists, tuples, sets and dictionaries, in objects,
    in modules that are kept in one of these, in NumPy arrays. So are the attributes of the users' classes.

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
        everything = [module for part in modules for module in part.modules()]
        self.attributes = [vars(module) for module in everything]
        self.values = [value for attributes in self.attributes for value in attributes.values()]
        named = [pair for attributes in self.attributes for pair in attributes.items()]
        users = [value for name, value in named if not is_own(name, value)]
        held = reached_from([*users, *dict.fromkeys(cls for module in everything for cls in users_classes(module))])
        self.sized = [*self.attributes, *[value for name, value in named if is_own(name, value)]]
        self.sized += [value for value in held if isinstance(value, dict | list | set)]
        self.lengths = [*map(len, self.sized)]
        self.readers = [reader for value in held for reader in readers_of(value)]
        self.contents = [*chain.from_iterable(map(call, self.readers))]
        self.arrays = [value for value in held if isinstance(value, np.ndarray)]
        self.numbers = [array.tobytes() for array in self.arrays]

    def are_as_before(self) -> bool:
        """Return whether all attributes, and what they hold, are the same objects, and arrays have the same values.

        This is asked before every replay, and takes as long as two or three operations on tensors.
        """
        return (
            [*map(len, self.sized)] == self.lengths
            and all(map(is_, chain.from_iterable(map(dict.values, self.attributes)), self.values))
            and all(map(is_, chain.from_iterable(map(call, self.readers)), self.contents))
            and [array.tobytes() for array in self.arrays] == self.numbers
            and [*map(kind_of, self.tensors)] == self.kinds
        )


def is_own(name: str, value: Any) -> bool:
    """Return whether an attribute is one of those that every module has, a dictionary of hooks for instance."""
    return name in OWN and isinstance(value, dict | list | set)


def users_classes(module: Module) -> list[type]:
    """Return the classes of a module that the user wrote."""
    return [cls for cls in type(module).__mro__ if is_users(cls)]


def is_users(cls: type) -> bool:
    """Return whether a class is neither minigrad's nor built in."""
    return cls is not object and cls.__module__.partition(".")[0] not in ("minigrad", "builtins")


def reached_from(values: Iterable[Any]) -> list[Any]:
    """Return the arrays, and whatever may hold another value without becoming another, that values lead to."""
    found: dict[int, Any] = {}
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if id(value) not in found and not isinstance(value, CODE):
            found[id(value)] = value
            waiting += value if isinstance(value, tuple) else chain.from_iterable(map(call, readers_of(value)))
    return [*found.values()]


CODE = (FunctionType, MethodType, BuiltinFunctionType, ModuleType, property, staticmethod, classmethod, Tensor)
"""What does not change, and tensors, which are guarded otherwise."""


def readers_of(value: Any) -> list[Callable[[], Iterable[Any]]]:
    """Return functions that return what a container holds now, or the attributes of an object or of a class."""
    if isinstance(value, list | set):
        return [value.__iter__]
    if isinstance(value, dict):
        return [value.__iter__, value.values]
    if isinstance(value, type):
        names = [name for name, part in vars(value).items() if not (name.startswith("__") or isinstance(part, CODE))]
        return [partial(attrgetter("__name__", *names), value)] if names and is_users(value) else []
    slots = [name for name in slots_of(value) if hasattr(value, name)]
    readers: list[Callable[[], Iterable[Any]]] = [partial(attrgetter("__class__", *slots), value)] if slots else []
    return [*readers, vars(value).values] if hasattr(value, "__dict__") else readers


def slots_of(value: Any) -> list[str]:
    """Return the names of an object's attributes that are not in a dictionary."""
    declared = [vars(cls).get("__slots__", ()) for cls in type(value).__mro__ if is_users(cls)]
    return [name for slots in declared for name in ([slots] if isinstance(slots, str) else slots) if name[:2] != "__"]
