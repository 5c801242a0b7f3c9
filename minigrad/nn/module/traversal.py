"""Traversal: what a module and those below it consist of, with dotted names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...functions.tensor import Tensor
from ..parameter import Parameter
from .registration import Registration


class Traversal(Registration):
    """The part of a module that goes through the tree of modules below it."""

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """Iterate over the modules among the attributes, each once."""
        seen: set[Any] = set()
        for name, module in self._registered("module"):
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Any]:
        """Iterate over the modules among the attributes, each once."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Iterate over this module and all below it, with dotted names.

        Args:
            memo: modules to leave out; it grows.
            prefix: what the names begin with.
            remove_duplicate: whether to give a module that is found on several paths once only.
        """
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._registered("module"):
            if module is not None:
                yield from module.named_modules(memo, _dotted(prefix, name), remove_duplicate)

    def modules(self, remove_duplicate: bool = True) -> Iterator[Any]:
        """Iterate over this module and all below it."""
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters, with dotted names.

        Args:
            prefix: what the names begin with.
            recurse: whether to go on with the modules below this one.
            remove_duplicate: whether to give tied weights once only, under their first name.
        """
        return self._named_tensors("parameter", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Iterate over the buffers, with dotted names; arguments as in `named_parameters`."""
        return self._named_tensors("buffer", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Iterate over the buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named_tensors(
        self, kind: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[int] = set()
        modules = self.named_modules(None, prefix, remove_duplicate) if recurse else iter([(prefix, self)])
        for path, module in modules:
            for name, tensor in module._registered(kind):
                if tensor is None or id(tensor) in seen:
                    continue
                if remove_duplicate:
                    seen.add(id(tensor))
                yield _dotted(path, name), tensor

    def get_submodule(self, target: str) -> Any:
        """Return the module of this dotted name; AttributeError where there is none."""
        module: Any = self
        for name in target.split(".") if target else []:
            module = _attribute(module, name)
            if not isinstance(module, Registration):
                raise AttributeError(f"`{name}` of {target!r} is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Registration, strict: bool = False) -> None:
        """Put a module in the place of the one of this dotted name, or where there was none.

        Args:
            target: the name.
            module: what is to have it.
            strict: refuse a name that is new.

        Raises:
            ValueError: an empty name, or not a module.
            AttributeError: the path does not lead to a module, or the name is that of something else.
        """
        if not target:
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Registration):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if (strict or hasattr(parent, name)) and not isinstance(_attribute(parent, name), Registration):
            raise AttributeError(f"`{name}` of {target!r} is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter of this dotted name; AttributeError where there is none."""
        path, _, name = target.rpartition(".")
        parameter = _attribute(self.get_submodule(path), name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"`{name}` of {target!r} is not an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer of this dotted name; AttributeError where there is none."""
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        buffer: Tensor = _attribute(module, name)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` of {target!r} is not a buffer")
        return buffer


def _attribute(module: Any, name: str) -> Any:
    if not hasattr(module, name):
        raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
    return getattr(module, name)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name
