"""What a recorded step depends on besides its inputs."""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import chain
from operator import attrgetter, call, is_, itemgetter
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from ..nn import Module
from ..random import Generator

kind_of = attrgetter("array.shape", "array.strides", "array.dtype", "_requires_grad", "hooks")
"""What a program takes for granted of a tensor."""

OWN = frozenset(vars(Module()))
"""The attributes that every module has: what is in their containers is known by its number."""

NOT_USERS = sys.stdlib_module_names | {"minigrad", "numpy"}
"""The packages whose functions and classes depend on nothing that changes."""


class Guards:
    """What modules and functions lead to, and the kinds of the tensors there, as they are when a step is recorded.

    What a user's attribute holds is compared as deep as it goes: in lists, tuples, sets and dictionaries, in objects,
    in modules that are kept in one of these, in NumPy arrays. So are the attributes of the users' classes, and what
    their functions find outside: in global variables, enclosed ones and defaults.

    Args:
        *parts: modules, with all modules below them, functions, and other objects.

    Attributes:
        tensors: the tensors that were found, each with a name: parameters, buffers, and any other that is a leaf.

    Raises:
        RuntimeError: one of the tensors has hooks, or two parameters are one array: that cannot be replayed.
    """

    def __init__(self, *parts: Any) -> None:
        everything = [module for part in parts if isinstance(part, Module) for module in part.modules()]
        self.attributes = [vars(module) for module in everything]
        self.values = [value for attributes in self.attributes for value in attributes.values()]
        named = [pair for attributes in self.attributes for pair in attributes.items()]
        users = [value for name, value in named if not is_own(name, value)]
        users += dict.fromkeys(cls for module in everything for cls in users_classes(module))
        for part in parts:
            if not isinstance(part, Module):
                users += part, type(part).__call__
        asked = frozenset(id(x) for part in parts for x in (part, *held_by(part)))
        held = reached_from(users, asked, everything)
        sized = [*self.attributes, *[value for name, value in named if is_own(name, value)]]
        sized += [value for value in held if isinstance(value, dict | list | set)]
        self.empty = [value for value in sized if not value]  # most of them: hooks that are not there
        self.sized = [value for value in sized if value]
        self.lengths = [*map(len, self.sized)]
        self.readers = [reader for value in held for reader in readers_of(value, asked)]
        self.contents = [*chain.from_iterable(map(call, self.readers))]
        self.arrays = [value for value in held if isinstance(value, np.ndarray)]
        self.numbers = [array.tobytes() for array in self.arrays]
        modules = [part for part in (*parts, *held) if isinstance(part, Module)]
        self.tensors, self.aliases = without_aliases([*tensors_of(modules), *[("tensor", x) for x in leaves_in(held)]])
        self.kinds = [kind_of(x) for _, x in self.tensors]
        if any(x.hooks is not None for _, x in self.tensors):
            raise RuntimeError("this step cannot be replayed: a parameter has hooks on its gradient")

    def are_as_before(self) -> bool:
        """Return whether everything found leads to the same objects, and arrays have the same values.

        This is asked before every replay, and takes as long as two or three operations on tensors.
        """
        try:
            return (
                not any(self.empty)
                and [*map(len, self.sized)] == self.lengths
                and all(map(is_, chain.from_iterable(map(dict.values, self.attributes)), self.values))
                and all(map(is_, chain.from_iterable(map(call, self.readers)), self.contents))
                and [array.tobytes() for array in self.arrays] == self.numbers
                and [kind_of(x) for _, x in self.tensors] == self.kinds
                and all(x.array is y.array for x, y in self.aliases)
            )
        except (AttributeError, KeyError, ValueError):  # an attribute, a global or an enclosed variable is no more
            return False


def tensors_of(modules: Iterable[Module]) -> Iterator[tuple[str, Tensor]]:
    """Iterate over the parameters and buffers of modules, with their names."""
    for module in modules:
        yield from module.named_parameters()
        yield from module.named_buffers()


def leaves_in(held: Iterable[Any]) -> list[Tensor]:
    """Return the tensors among values that are no results of operations."""
    return [x for x in held if isinstance(x, Tensor) and x.is_leaf]


def without_aliases(
    named: Iterable[tuple[str, Tensor]],
) -> tuple[list[tuple[str, Tensor]], list[tuple[Tensor, Tensor]]]:
    """Return each tensor once, and those that have the array of another, with the other.

    Raises:
        RuntimeError: both require a gradient.
    """
    kept: dict[int, tuple[str, Tensor]] = {}
    aliases = []
    for name, x in named:
        _, first = kept.setdefault(id(x.array), (name, x))
        if first is not x:
            if first.requires_grad and x.requires_grad:
                message = "two parameters are one array, without being one tensor"
                raise RuntimeError(f"this step cannot be replayed: {message}")
            aliases.append((x, first))
    return [*kept.values()], aliases


def is_own(name: str, value: Any) -> bool:
    """Return whether an attribute is one of those that every module has, a dictionary of hooks for instance."""
    return name in OWN and isinstance(value, dict | list | set)


def users_classes(module: Module) -> list[type]:
    """Return the classes of a module that the user wrote."""
    return [cls for cls in type(module).__mro__ if is_users(cls)]


def is_users(written: Any) -> bool:
    """Return whether a class or a function is neither minigrad's, nor NumPy's, nor Python's."""
    return package_of(written) not in NOT_USERS


def package_of(written: Any) -> str:
    """Return the name of the package that a class or a function is written in."""
    return (written.__module__ or "").partition(".")[0]


@cache
def is_installed(package: str) -> bool:
    """Return whether a package was installed with others: its functions may find thousands of things, all its own."""
    path = getattr(sys.modules.get(package), "__file__", None) or ""
    return "site-packages" in path or "dist-packages" in path


def reached_from(values: Iterable[Any], asked: frozenset[int], known: Iterable[Any]) -> list[Any]:
    """Return the tensors and arrays that values lead to, and whatever may come to hold something else.

    Functions whose ids are among those asked for are looked into, whoever wrote them; what is known is not.
    """
    found: dict[int, Any] = {}
    seen = {*map(id, known)}
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if id(value) not in seen:
            seen.add(id(value))
            found[id(value)] = value
            waiting += held_by(value)
            waiting += chain.from_iterable(map(call, readers_of(value, asked)))
    return [*found.values()]


def held_by(value: Any) -> Iterable[Any]:
    """Return what a value holds for as long as it lives."""
    if isinstance(value, tuple):
        return value
    if isinstance(value, partial):
        return value.func, value.args, value.keywords
    if isinstance(value, MethodType):
        return value.__func__, value.__self__
    if isinstance(value, property):
        return value.fget, value.fset
    return (value.__func__,) if isinstance(value, staticmethod | classmethod) else ()


CLOSED = (
    BuiltinFunctionType, MethodType, ModuleType, classmethod, partial, property, staticmethod, Generator, Tensor,
    np.ndarray,
)  # fmt: skip
"""What has no readers: it does not change, it may change, or it is guarded otherwise."""


def readers_of(value: Any, asked: frozenset[int]) -> list[Callable[[], Iterable[Any]]]:
    """Return functions that return what a container, an object, a class or a function holds or finds now."""
    if isinstance(value, CLOSED):
        return []
    if isinstance(value, list | set):
        return [value.__iter__]
    if isinstance(value, dict):
        return [value.__iter__, value.values]
    if isinstance(value, type):
        names = [name for name in vars(value) if name[:2] != "__"]
        return [partial(itemgetter("__module__", *names), vars(value))] if names and is_users(value) else []
    if isinstance(value, FunctionType):
        is_open = id(value) in asked or (is_users(value) and not is_installed(package_of(value)))
        return readers_of_function(value) if is_open else []
    slots = [name for name in slots_of(value) if hasattr(value, name)]
    readers: list[Callable[[], Iterable[Any]]] = [partial(attrgetter("__class__", *slots), value)] if slots else []
    return [*readers, vars(value).values] if hasattr(value, "__dict__") else readers


def readers_of_function(function: FunctionType) -> list[Callable[[], Iterable[Any]]]:
    """Return functions that return what a function finds outside: defaults, enclosed variables and global ones."""
    names = [name for name in dict.fromkeys(global_names(function.__code__)) if name in function.__globals__]
    cells = [cell for cell in function.__closure__ or () if not is_empty(cell)]
    return [
        partial(attrgetter("__code__", "__defaults__", "__kwdefaults__"), function),
        partial(map, function.__globals__.__getitem__, names),
        partial(map, attrgetter("cell_contents"), cells),
    ]


def global_names(code: CodeType) -> Iterator[str]:
    """Iterate over the global names that code reads, and the functions in it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from global_names(part)


def is_empty(cell: Any) -> bool:
    """Return whether an enclosed variable has no value yet."""
    try:
        cell.cell_contents  # noqa: B018
    except ValueError:
        return True
    return False


def slots_of(value: Any) -> list[str]:
    """Return the names of an object's attributes that are not in a dictionary."""
    declared = [vars(cls).get("__slots__", ()) for cls in type(value).__mro__ if is_users(cls)]
    return [name for slots in declared for name in ([slots] if isinstance(slots, str) else slots) if name[:2] != "__"]
