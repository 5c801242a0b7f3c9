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
        """Iterate over the modules among the attributes, each once, with their names.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_children

        Example:
            >>> from minigrad import nn
            >>> dict(nn.Sequential(nn.Linear(2, 1), nn.ReLU()).named_children())
            {'0': Linear(in_features=2, out_features=1, bias=True), '1': ReLU()}
        """
        seen: set[Any] = set()
        for name, module in self._registered("module"):
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Any]:
        """Iterate over the modules among the attributes, each once.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.children

        Example:
            >>> from minigrad import nn
            >>> list(nn.Sequential(nn.Linear(2, 1), nn.ReLU()).children())
            [Linear(in_features=2, out_features=1, bias=True), ReLU()]
        """
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """Iterate over this module and all below it, with dotted names.

        Args:
            memo: modules to leave out; it grows.
            prefix: what the names begin with.
            remove_duplicate: whether to give a module that is found on several paths once only.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_modules

        Example:
            >>> from minigrad import nn
            >>> [name for name, _ in nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh()).named_modules()]
            ['', '0', '0.0', '1']
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
        """Iterate over this module and all below it.

        Args:
            remove_duplicate: whether to give a module that is found on several paths once only.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.modules

        Example:
            >>> from minigrad import nn
            >>> len(list(nn.Sequential(nn.Sequential(nn.ReLU()), nn.Tanh()).modules()))
            4
        """
        return (module for _, module in self.named_modules(remove_duplicate=remove_duplicate))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters, with dotted names.

        Args:
            prefix: what the names begin with.
            recurse: whether to go on with the modules below this one.
            remove_duplicate: whether to give tied weights once only, under their first name.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_parameters

        Example:
            >>> from minigrad import nn
            >>> [name for name, _ in nn.Sequential(nn.Linear(2, 1), nn.ReLU()).named_parameters()]
            ['0.weight', '0.bias']
        """
        return self._named_tensors("parameter", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, each once.

        Args:
            recurse: whether to go on with the modules below this one.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.parameters

        Example:
            >>> from minigrad import nn
            >>> sum(p.numel() for p in nn.Linear(2, 3).parameters())
            9
        """
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Iterate over the buffers, with dotted names.

        Args:
            prefix: what the names begin with.
            recurse: whether to go on with the modules below this one.
            remove_duplicate: whether to give a buffer that is found on several paths once only.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.named_buffers

        Example:
            >>> from minigrad import nn
            >>> [name for name, _ in nn.BatchNorm1d(2).named_buffers()]
            ['running_mean', 'running_var', 'num_batches_tracked']
        """
        return self._named_tensors("buffer", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Iterate over the buffers, each once.

        Args:
            recurse: whether to go on with the modules below this one.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.buffers

        Example:
            >>> from minigrad import nn
            >>> len(list(nn.BatchNorm1d(2).buffers()))
            3
        """
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
        """Return the module of this dotted name; this one for an empty name.

        Args:
            target: the name.

        Raises:
            AttributeError: there is no module of the name.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.get_submodule

        Example:
            >>> from minigrad import nn
            >>> nn.Sequential(nn.Sequential(nn.ReLU())).get_submodule("0.0")
            ReLU()
        """
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

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.set_submodule

        Example:
            >>> from minigrad import nn
            >>> net = nn.Sequential(nn.ReLU())
            >>> net.set_submodule("0", nn.Tanh())
            >>> net
            Sequential(
              (0): Tanh()
            )
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
        """Return the parameter of this dotted name.

        Args:
            target: the name.

        Raises:
            AttributeError: there is no parameter of the name.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.get_parameter

        Example:
            >>> from minigrad import nn
            >>> nn.Sequential(nn.Linear(2, 1)).get_parameter("0.weight").shape
            minigrad.Size([1, 2])
        """
        path, _, name = target.rpartition(".")
        parameter = _attribute(self.get_submodule(path), name)
        if not isinstance(parameter, Parameter):
            raise AttributeError(f"`{name}` of {target!r} is not an nn.Parameter")
        return parameter

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer of this dotted name.

        Args:
            target: the name.

        Raises:
            AttributeError: there is no buffer of the name.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.get_buffer

        Example:
            >>> from minigrad import nn
            >>> nn.Sequential(nn.BatchNorm1d(2)).get_buffer("0.running_var")
            tensor([1., 1.])
        """
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
