"""Layers made of layers, and lists and dictionaries whose contents a module finds."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, KeysView, Mapping
from itertools import groupby
from typing import Any, NoReturn, Self

from ..core import nn as core
from ..functions.tensor import Tensor
from .module import Module, tree
from .parameter import Parameter


class _Row(Module):
    """Modules in a row, named by their positions."""

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        attributes = self.__dict__
        return iter([attributes[name] for name, kind in self._registered_kinds.items() if kind == "module"])

    def __getitem__(self, idx: Any) -> Any:
        return self._modules[self._name_at(idx)]

    def __setitem__(self, idx: int, module: Module) -> None:
        setattr(self, self._name_at(idx), module)

    def __delitem__(self, idx: int | slice) -> None:
        names = list(self._modules)
        for name in names[idx] if isinstance(idx, slice) else [self._name_at(idx)]:
            delattr(self, name)
        self._renumber(list(self))

    def _name_at(self, idx: int) -> str:
        names, i = list(self._modules), operator.index(idx)
        if not -len(names) <= i < len(names):
            raise IndexError(f"index {i} is out of range")
        return names[i]

    def _renumber(self, modules: list[Any]) -> None:
        """Let the modules be these, named "0", "1" and so on."""
        self._modules.clear()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def append(self, module: Module) -> Self:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def extend(self, modules: Iterable[Module]) -> Self:
        """Add several modules at the end; TypeError for what cannot be iterated over."""
        if not isinstance(modules, Iterable):
            raise TypeError(f"extend should be called with an iterable, but got {type(modules).__name__}")
        for module in list(modules):  # which may be this row itself
            self.append(module)
        return self

    def pop(self, key: int | slice) -> Any:
        """Take a module, or several, out and return it."""
        module = self[key]
        del self[key]
        return module


class Sequential(core.Sequential, _Row):
    """A chain of modules, each fed with the output of the one before.

    Args:
        *args: modules in order, or one dictionary of them by name.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html

    Example:
        >>> from minigrad import nn
        >>> Sequential(nn.Linear(1, 8), nn.ReLU())
        Sequential(
          (0): Linear(in_features=1, out_features=8, bias=True)
          (1): ReLU()
        )
    """

    def __init__(self, *args: Any) -> None:
        Module.__init__(self)
        named = args[0] if len(args) == 1 and isinstance(args[0], dict) else dict(enumerate(args))
        for name, module in named.items():
            self.add_module(str(name), module)

    __iter__ = _Row.__iter__

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(OrderedDict(list(self._modules.items())[idx]))
        return super().__getitem__(idx)

    def insert(self, index: int, module: Module) -> Self:
        """Put a module before the one at a position.

        Raises:
            AssertionError: not a module.
            IndexError: there is no such position.
        """
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}, but got {module!r}")
        if not -len(self) <= index <= len(self):
            raise IndexError(f"Index out of range: {index}")
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)
        return self

    def __add__(self, other: Sequential) -> Sequential:
        return Sequential(*self, *_chain(other))

    def __iadd__(self, other: Sequential) -> Self:
        return self.extend(_chain(other))

    def __mul__(self, other: int) -> Sequential:
        return Sequential(*list(self) * _times(other))

    __rmul__ = __mul__

    def __imul__(self, other: int) -> Self:
        return self.extend(list(self) * (_times(other) - 1))


def _chain(other: Any) -> Sequential:
    if not isinstance(other, Sequential):
        raise ValueError(f"add operator supports only objects of Sequential class, but {type(other)} is given.")
    return other


def _times(factor: Any) -> int:
    if not isinstance(factor, int):
        raise TypeError(f"unsupported operand type(s) for *: {Sequential} and {type(factor)}")
    if factor <= 0:
        raise ValueError(f"Non-positive multiplication factor {factor} for {Sequential}")
    return factor


class ModuleList(_Row):
    """A list whose modules belong to the network.

    Args:
        modules: any iterable of modules.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ModuleList.html

    Example:
        >>> from minigrad import nn
        >>> ModuleList(nn.Linear(4, 4) for _ in range(3))
        ModuleList(
          (0-2): 3 x Linear(in_features=4, out_features=4, bias=True)
        )
    """

    def __init__(self, modules: Iterable[Module] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(list(self)[idx])
        return super().__getitem__(idx)

    def insert(self, index: int, module: Module) -> None:
        """Put a module before the one at a position, as a list does."""
        modules = list(self)
        modules.insert(index, module)
        self._renumber(modules)

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList([*self, *other])

    def __iadd__(self, modules: Iterable[Module]) -> Self:
        return self.extend(modules)

    def __repr__(self) -> str:
        lines, start = [], 0
        for text, run in groupby(map(repr, self)):
            n = len(list(run))
            lines.append(f"({start}): {text}" if n == 1 else f"({start}-{start + n - 1}): {n} x {text}")
            start += n
        return tree(self._get_name(), [], lines)


class ModuleDict(Module):
    """A dictionary whose modules belong to the network, in the order of insertion.

    Args:
        modules: a dictionary of modules by name, or pairs of name and module.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ModuleDict.html

    Example:
        >>> from minigrad import nn
        >>> layers = ModuleDict({"hidden": nn.Linear(2, 4), "act": nn.ReLU()})
        >>> list(layers), layers["act"]
        (['hidden', 'act'], ReLU())
    """

    def __init__(self, modules: Any = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take a module out and return it; KeyError where there is none."""
        module = self[key]
        del self[key]
        return module

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._modules.keys()

    def items(self) -> Any:
        """Return pairs of name and module."""
        return self._modules.items()

    def values(self) -> Any:
        """Return the modules."""
        return self._modules.values()

    def update(self, modules: Any) -> None:
        """Put in the modules of a dictionary, or of pairs of name and module."""
        for key, module in _pairs("ModuleDict", modules):
            self[key] = module


class ParameterList(Module):
    """A list whose tensors become parameters of the network; other values are kept as they are.

    Args:
        values: any iterable.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ParameterList.html

    Example:
        >>> weights = ParameterList([Tensor([1.0, 2.0]), Tensor([3.0])])
        >>> [name for name, _ in weights.named_parameters()]
        ['0', '1']
    """

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, idx: Any) -> Any:
        if isinstance(idx, slice):
            return type(self)(self[i] for i in range(len(self))[idx])
        return getattr(self, self._name_at(idx))

    def __setitem__(self, idx: int, param: Any) -> None:
        setattr(self, self._name_at(idx), _as_parameter(param))

    def _name_at(self, idx: int) -> str:
        i = operator.index(idx)
        if not -len(self) <= i < len(self):
            raise IndexError(f"index {i} is out of range")
        return str(i % len(self))

    def append(self, value: Any) -> Self:
        """Add a value at the end."""
        self._size += 1
        self[-1] = value
        return self

    def extend(self, values: Iterable[Any]) -> Self:
        """Add several values at the end; TypeError for a tensor, which is one."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError(f"ParameterList.extend should be called with an iterable, but got {type(values).__name__}")
        for value in list(values):  # which may be this list itself
            self.append(value)
        return self

    def __iadd__(self, values: Iterable[Any]) -> Self:
        return self.extend(values)

    def extra_repr(self) -> str:
        """Return a line for each value."""
        lines = [f"  ({i}): {_described(value, operator.attrgetter('dtype'))}" for i, value in enumerate(self)]
        return "\n".join(lines)

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise RuntimeError: a list is no layer."""
        raise RuntimeError("ParameterList should not be called.")


class ParameterDict(Module):
    """A dictionary whose tensors become parameters of the network; other values are kept as they are.

    Args:
        parameters: a dictionary of values by name, or pairs of name and value.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ParameterDict.html

    Example:
        >>> weights = ParameterDict({"left": Tensor([1.0]), "right": Tensor([2.0, 3.0])})
        >>> [name for name, _ in weights.named_parameters()]
        ['left', 'right']
    """

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def __getitem__(self, key: str) -> Any:
        return getattr(self, _text(key))

    def __setitem__(self, key: str, value: Any) -> None:
        setattr(self, _text(key), _as_parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def copy(self) -> ParameterDict:
        """Return another dictionary of the same values."""
        return ParameterDict(OrderedDict(self.items()))

    def setdefault(self, key: str, default: Any = None) -> Any:
        """Return the value of a name, which becomes the default if it has none."""
        if key not in self:
            self[key] = default
        return self[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value of a name, or the default if it has none."""
        return self[key] if key in self else default  # noqa: SIM401

    def clear(self) -> None:
        """Take all values out."""
        for key in list(self):
            del self[key]

    def pop(self, key: str) -> Any:
        """Take a value out and return it."""
        value = self[key]
        del self[key]
        return value

    def popitem(self) -> tuple[str, Any]:
        """Take out and return the last name and its value; KeyError where there is none."""
        if not self._keys:
            raise KeyError("popitem(): the ParameterDict is empty")
        key = next(reversed(self))
        return key, self.pop(key)

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> ParameterDict:
        """Return another dictionary, of these names with one value."""
        return ParameterDict((key, default) for key in keys)

    def keys(self) -> KeysView[str]:
        """Return the names."""
        return self._keys.keys()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return pairs of name and value."""
        return ((key, self[key]) for key in self._keys)

    def values(self) -> Iterable[Any]:
        """Return the values."""
        return (self[key] for key in self._keys)

    def update(self, parameters: Any) -> None:
        """Put in the values of a dictionary, or of pairs of name and value; a plain dictionary's in sorted order."""
        pairs = _pairs("ParameterDict", parameters)
        ordered = not isinstance(parameters, Mapping) or isinstance(parameters, OrderedDict)
        for key, value in pairs if ordered else sorted(pairs):
            self[key] = value

    def __or__(self, other: ParameterDict) -> ParameterDict:
        union = self.copy()
        union.update(other)
        return union

    def __ior__(self, other: ParameterDict) -> Self:
        self.update(other)
        return self

    def extra_repr(self) -> str:
        """Return a line for each value."""
        return "\n".join([f"  ({key}): {_described(value, Tensor.type)}" for key, value in self.items()])

    def __call__(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Raise RuntimeError: a dictionary is no layer."""
        raise RuntimeError("ParameterDict should not be called.")


def _as_parameter(value: Any) -> Any:
    return Parameter(value) if isinstance(value, Tensor) and not isinstance(value, Parameter) else value


def _text(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"ParameterDict takes names that are strings, but got {type(key).__name__}: {key!r}")
    return key


def _described(value: Any, kind: Callable[[Tensor], Any]) -> str:
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    name = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"{name} containing: [{kind(value)} of size {'x'.join(map(str, value.shape))}]"


def _pairs(container: str, values: Any) -> list[tuple[str, Any]]:
    """Return pairs of name and value, from a dictionary or from an iterable of such pairs."""
    if hasattr(values, "items"):
        return list(values.items())
    if not isinstance(values, Iterable):
        raise TypeError(
            f"{container}.update should be called with an iterable of key/value pairs, but got {type(values).__name__}"
        )
    pairs = list(values)
    for i, pair in enumerate(pairs):
        if not isinstance(pair, Iterable):
            raise TypeError(f"{container} update sequence element #{i} should be Iterable; is {type(pair).__name__}")
        if len(list(pair)) != 2:
            raise ValueError(f"{container} update sequence element #{i} has length {len(list(pair))}; 2 is required")
    return pairs
