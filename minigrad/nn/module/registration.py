"""Registration: a parameter, a buffer or a module becomes part of a module when it is assigned."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, MutableMapping, ValuesView
from typing import Any

from ...core import nn as core
from ...functions.tensor import Tensor
from ..parameter import Buffer, Parameter


class Registry(MutableMapping[str, Any]):
    """A module's attributes of one kind by name, in the order of their registration.

    The values are ordinary attributes, which Python finds in a fiftieth of the time that a ``__getattr__`` takes; the
    module only remembers the kind of each name.

    Args:
        module: whose attributes they are.
        kind: "parameter", "buffer" or "module".
    """

    def __init__(self, module: Any, kind: str) -> None:
        self._attributes = vars(module)
        self._registered_kinds = module._registered_kinds
        self._kind = kind

    def __getitem__(self, name: str) -> Any:
        if self._registered_kinds.get(name) != self._kind:
            raise KeyError(name)
        return self._attributes[name]

    def __setitem__(self, name: str, value: Any) -> None:
        if self._registered_kinds.get(name) != self._kind:
            self._registered_kinds.pop(name, None)  # so that what it becomes comes last
        self._registered_kinds[name] = self._kind
        self._attributes[name] = value

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        del self._registered_kinds[name], self._attributes[name]

    def __iter__(self) -> Iterator[str]:
        return iter([name for name, kind in self._registered_kinds.items() if kind == self._kind])

    def __len__(self) -> int:
        return list(self._registered_kinds.values()).count(self._kind)

    def keys(self) -> KeysView[str]:
        """Return the names, in a view that prints as a dictionary's."""
        return self._as_dict().keys()

    def values(self) -> ValuesView[Any]:
        """Return the values, in a view that prints as a dictionary's."""
        return self._as_dict().values()

    def items(self) -> ItemsView[str, Any]:
        """Return names and values, in a view that prints as a dictionary's."""
        return self._as_dict().items()

    def _as_dict(self) -> dict[str, Any]:
        return {name: self._attributes[name] for name in self}

    def __repr__(self) -> str:
        return repr(self._as_dict())


class Registration(core.Module):
    """The part of a module that knows which of its attributes are parameters, buffers and modules."""

    def __init__(self) -> None:
        super().__init__()
        self._registered_kinds: dict[str, str] = {}  # of the registered attributes: "parameter", "buffer" or "module"
        self._non_persistent_buffers_set: set[str] = set()

    @property
    def _parameters(self) -> Registry:
        """The module's own parameters by name; None for one that is left out, such as a bias."""
        return Registry(self, "parameter")

    @property
    def _buffers(self) -> Registry:
        """The module's own buffers by name."""
        return Registry(self, "buffer")

    @property
    def _modules(self) -> Registry:
        """The modules among its attributes by name."""
        return Registry(self, "module")

    def _registered(self, kind: str) -> list[tuple[str, Any]]:
        """Return names and values of the attributes of a kind, "parameter", "buffer" or "module"; None among them."""
        return [(name, self.__dict__[name]) for name, k in self._registered_kinds.items() if k == kind]

    def __setattr__(self, name: str, value: Any) -> None:
        kinds = self.__dict__.get("_registered_kinds", {})
        kind = kinds.get(name)
        if isinstance(value, Parameter):
            self._registry("parameter", name)[name] = value
            self._non_persistent_buffers_set.discard(name)
        elif isinstance(value, Registration) and kind != "parameter":
            self._registry("module", name)[name] = value
            self._non_persistent_buffers_set.discard(name)
        elif isinstance(value, Buffer) and kind not in ("parameter", "module"):
            self.register_buffer(name, value, value.persistent)
        else:
            _check_replacement(name, kind, value)
            object.__setattr__(self, name, value)

    def _registry(self, kind: str, name: str) -> Registry:
        if "_registered_kinds" not in self.__dict__:
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call: {type(self).__name__}.{name}")
        return Registry(self, kind)

    def __delattr__(self, name: str) -> None:
        object.__delattr__(self, name)
        self._registered_kinds.pop(name, None)
        self._non_persistent_buffers_set.discard(name)

    def __dir__(self) -> list[str]:
        return [name for name in super().__dir__() if name.isidentifier()]

    def add_module(self, name: str, module: Registration | None) -> None:
        """Assign a module to an attribute; the name may be one that Python's syntax does not allow, such as "0".

        Args:
            name: of the attribute.
            module: or None, which keeps its place.

        Raises:
            TypeError: not a module, or the name is no string.
            KeyError: the name is empty, has a dot, or is that of another attribute.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.add_module

        Example:
            >>> from minigrad import nn
            >>> net = nn.Module()
            >>> net.add_module("0", nn.ReLU())
            >>> net
            Module(
              (0): ReLU()
            )
        """
        if not isinstance(module, Registration | None):
            raise TypeError(f"{module!r} is not a Module subclass")
        self._check_name("module", name)
        self._modules[name] = module

    def register_module(self, name: str, module: Registration | None) -> None:
        """Do what `add_module` does.

        Args:
            name: of the attribute.
            module: or None, which keeps its place.

        Raises:
            TypeError: not a module, or the name is no string.
            KeyError: the name is empty, has a dot, or is that of another attribute.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_module

        Example:
            >>> from minigrad import nn
            >>> net = nn.Module()
            >>> net.register_module("act", nn.ReLU())
            >>> net
            Module(
              (act): ReLU()
            )
        """
        self.add_module(name, module)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Assign a parameter to an attribute; None keeps its place.

        Args:
            name: of the attribute.
            param: a parameter, or None.

        Raises:
            TypeError: not a parameter, or the name is no string.
            KeyError: the name is empty, has a dot, or is that of another attribute.
            ValueError: the parameter is the result of an operation.
            AttributeError: before ``super().__init__()``.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_parameter

        Example:
            >>> from minigrad import nn
            >>> net = nn.Module()
            >>> net.register_parameter("w", nn.Parameter(Tensor([1.0])))
            >>> [name for name, _ in net.named_parameters()]
            ['w']
        """
        parameters = self._registry("parameter", name)
        self._check_name("parameter", name)
        if not isinstance(param, Parameter | None):
            kind = type(param).__name__
            raise TypeError(f"cannot assign '{kind}' object to parameter '{name}' (Parameter or None required)")
        if param is not None and param.grad_fn is not None:
            raise ValueError(f"Cannot assign non-leaf Tensor to parameter '{name}': compute it in forward() instead")
        parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Assign a tensor that is not trained but belongs to the state, such as a running mean.

        Args:
            name: of the attribute.
            tensor: or None, which keeps its place.
            persistent: whether `state_dict` has it.

        Raises:
            TypeError: not a tensor, or the name is no string.
            KeyError: the name is empty, has a dot, or is that of another attribute.
            AttributeError: before ``super().__init__()``.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_buffer

        Example:
            >>> from minigrad import nn
            >>> net = nn.Module()
            >>> net.register_buffer("mean", Tensor([0.5]))
            >>> net.state_dict()
            OrderedDict([('mean', tensor([0.5000]))])
        """
        buffers = self._registry("buffer", name)
        self._check_name("buffer", name)
        if not isinstance(tensor, Tensor | None):
            kind = type(tensor).__name__
            raise TypeError(f"cannot assign '{kind}' object to buffer '{name}' (Tensor or None required)")
        buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def _check_name(self, kind: str, name: str) -> None:
        if not isinstance(name, str):
            raise TypeError(f"{kind} name should be a string. Got {type(name).__name__}: {name!r}")
        if not name or "." in name:
            raise KeyError(f'{kind} name can\'t be empty string "" or contain ".", got: {name!r}')
        if hasattr(self, name) and self._registered_kinds.get(name) != kind:
            raise KeyError(f"attribute '{name}' already exists")


def _check_replacement(name: str, registered: str | None, value: Any) -> None:
    """Raise TypeError where a value that is not registered would take the place of one that is."""
    if registered is None or value is None or (registered == "buffer" and isinstance(value, Tensor)):
        return
    kind = {"parameter": "parameter", "buffer": "buffer", "module": "child module"}[registered]
    expected = {"parameter": "Parameter", "buffer": "Tensor", "module": "Module"}[registered]
    raise TypeError(f"cannot assign '{type(value).__name__}' as {kind} '{name}' ({expected} or None expected)")
