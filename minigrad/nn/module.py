"""What a layer is: parameters, buffers and layers of its own, and a forward pass."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import numpy as np

from .. import dtypes
from ..backward import forget_gradient
from ..recording import wrap
from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that a module trains: a leaf that requires a gradient and is found among the module's attributes.

    Args:
        data: a tensor, whose memory the parameter shares.
        requires_grad: whether a gradient is wanted.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        """Make a parameter on the memory of a tensor."""
        array = np.empty(0, dtypes.get_default_dtype().numpy) if data is None else data.array
        out: Self = wrap(array, cls)
        return out.requires_grad_(requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class IncompatibleKeys(NamedTuple):
    """Which names a state dictionary lacked, and which it had too many."""

    missing_keys: list[str]
    unexpected_keys: list[str]


class RemovableHandle:
    """What a hook is taken off with."""

    def __init__(self, hooks: dict[Any, Any]) -> None:
        self.hooks = hooks

    def remove(self) -> None:
        """Take the hook off; nothing happens the second time."""
        self.hooks.pop(self, None)


class Module:
    """Base class of all layers and networks.

    A subclass calls ``super().__init__()``, assigns parameters and other modules to attributes, and defines
    ``forward``. Assignment is registration: an attribute that is a Parameter or a Module belongs to the network, in the
    order of first assignment.

    Attributes:
        training: whether the module behaves as in training; each module has its own.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html

    Example:
        >>> from minigrad import nn
        >>> class Net(nn.Module):
        ...     def __init__(self):
        ...         super().__init__()
        ...         self.out = nn.Linear(2, 1)
        ...     def forward(self, x):
        ...         return self.out(x)
        >>> [name for name, _ in Net().named_parameters()]
        ['out.weight', 'out.bias']
    """

    training: bool

    def __init__(self) -> None:
        self.training = True
        self._buffers: dict[str, bool] = {}  # the names of the buffers, and whether state_dict has them
        self._forward_pre_hooks: dict[RemovableHandle, Callable[..., Any]] = {}
        self._forward_hooks: dict[RemovableHandle, Callable[..., Any]] = {}

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, Parameter | Module) and "_buffers" not in self.__dict__:
            kind = "parameters" if isinstance(value, Parameter) else "module"
            raise AttributeError(f"cannot assign {kind} before Module.__init__() call: {type(self).__name__}.{name}")
        self._check_kind(name, value)
        object.__setattr__(self, name, value)

    def _check_kind(self, name: str, value: Any) -> None:
        """Raise TypeError where a value that nobody trains or finds would take the place of one that is registered."""
        registered = self.__dict__.get(name)
        for kind in (Parameter, Module):
            if isinstance(registered, kind) and not isinstance(value, kind | None):
                raise TypeError(
                    f"cannot assign '{type(value).__name__}' object to '{name}', which is a {kind.__name__} "
                    f"({kind.__name__} or None expected)"
                )

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output; every subclass defines its own."""
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the forward pass, and the hooks around it."""
        if not self._forward_pre_hooks and not self._forward_hooks:
            return self.forward(*args, **kwargs)
        for pre_hook in self._forward_pre_hooks.values():
            changed = pre_hook(self, args)
            if changed is not None:
                args = changed if isinstance(changed, tuple) else (changed,)
        output = self.forward(*args, **kwargs)
        for hook in self._forward_hooks.values():
            changed = hook(self, args, output)
            output = output if changed is None else changed
        return output

    def register_forward_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args)`` before every forward pass; what it returns, if anything, replaces args."""
        return self._registered(hook, self._forward_pre_hooks)

    def register_forward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every forward pass; what it returns replaces the output."""
        return self._registered(hook, self._forward_hooks)

    def _registered(self, hook: Callable[..., Any], hooks: dict[RemovableHandle, Any]) -> RemovableHandle:
        handle = RemovableHandle(hooks)
        hooks[handle] = hook
        return handle

    # ---- registration by name ----------------------------------------------------------------------------------------

    def add_module(self, name: str, module: Module | None) -> None:
        """Assign a module to an attribute; the name may be one that Python's syntax does not allow, such as "0"."""
        if not isinstance(module, Module | None):
            raise TypeError(f"{module!r} is not a Module subclass")
        self._assign_new(name, module)

    register_module = add_module

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Assign a parameter to an attribute; None keeps its place."""
        if not isinstance(param, Parameter | None):
            kind = type(param).__name__
            raise TypeError(f"cannot assign '{kind}' object to parameter '{name}' (Parameter or None required)")
        self._assign_new(name, param)

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Assign a tensor that is not trained but belongs to the state, such as a running mean.

        Args:
            name: of the attribute.
            tensor: or None, which keeps its place.
            persistent: whether `state_dict` has it.
        """
        if not isinstance(tensor, Tensor | None):
            kind = type(tensor).__name__
            raise TypeError(f"cannot assign '{kind}' object to buffer '{name}' (Tensor or None required)")
        self._assign_new(name, tensor)
        self._buffers[name] = persistent

    def _assign_new(self, name: str, value: Any) -> None:
        if not name or "." in name:
            raise KeyError(f'the name of a parameter, buffer or module can\'t be empty or contain ".", got: {name!r}')
        if hasattr(self, name):
            raise KeyError(f"attribute '{name}' already exists")
        setattr(self, name, value)

    # ---- what belongs to it ------------------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the modules among the attributes, each once."""
        seen: set[Module] = set()
        for name, value in vars(self).items():
            if isinstance(value, Module) and value not in seen:
                seen.add(value)
                yield name, value

    def children(self) -> Iterator[Module]:
        """Iterate over the modules among the attributes, each once."""
        return (module for _, module in self.named_children())

    def named_modules(self, memo: set[Module] | None = None, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Iterate over this module and all below it, each once, with dotted names."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        memo.add(self)
        yield prefix, self
        for name, value in vars(self).items():
            if isinstance(value, Module):
                yield from value.named_modules(memo, _dotted(prefix, name))

    def modules(self) -> Iterator[Module]:
        """Iterate over this module and all below it, each once."""
        return (module for _, module in self.named_modules())

    def named_parameters(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Parameter]]:
        """Iterate over the parameters, each once (tied weights under their first name), with dotted names."""
        return self._named(Parameter, lambda module, name: True, prefix, recurse)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Iterate over the parameters, each once."""
        return (parameter for _, parameter in self.named_parameters(recurse=recurse))

    def named_buffers(self, prefix: str = "", recurse: bool = True) -> Iterator[tuple[str, Tensor]]:
        """Iterate over the buffers, each once, with dotted names."""
        return self._named(Tensor, lambda module, name: name in module._buffers, prefix, recurse)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Iterate over the buffers, each once."""
        return (buffer for _, buffer in self.named_buffers(recurse=recurse))

    def _named(
        self, kind: type[Any], belongs: Callable[[Module, str], bool], prefix: str, recurse: bool
    ) -> Iterator[tuple[str, Any]]:
        seen: set[Any] = set()
        for path, module in self.named_modules(prefix=prefix) if recurse else [(prefix, self)]:
            for name, value in vars(module).items():
                if isinstance(value, kind) and value not in seen and belongs(module, name):
                    seen.add(value)
                    yield _dotted(path, name), value

    def get_submodule(self, target: str) -> Module:
        """Return the module of this dotted name; AttributeError where there is none."""
        module = self
        for name in target.split(".") if target else []:
            module = getattr(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` of {target!r} is not an nn.Module")
        return module

    # ---- all of it at once -------------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Set this module and all below it to training, or to evaluation."""
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, but got {mode!r}")
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Set this module and all below it to evaluation."""
        return self.train(False)

    def apply(self, fn: Callable[[Module], Any]) -> Self:
        """Call a function on every module below this one, then on this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for parameter in self.parameters():
            forget_gradient(parameter, set_to_none)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Say for all parameters whether a gradient is wanted."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert all floating-point parameters and buffers in place; a device is accepted where it is the CPU."""
        for tensor in [*self.parameters(), *self.buffers()]:
            if tensor.dtype.is_floating_point:
                tensor.data = tensor.data.to(*args, **kwargs)
                if tensor.grad is not None:
                    tensor.grad = tensor.grad.to(*args, **kwargs)
        return self

    def half(self) -> Self:
        """Convert all floating-point parameters and buffers to float16."""
        return self.to(dtypes.float16)

    def float(self) -> Self:
        """Convert all floating-point parameters and buffers to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """Convert all floating-point parameters and buffers to float64."""
        return self.to(dtypes.float64)

    def cpu(self) -> Self:
        """Return the module itself: it is on the CPU already."""
        return self

    # ---- saved and loaded --------------------------------------------------------------------------------------------

    def _state(self) -> Iterator[tuple[str, Tensor]]:
        """Iterate over all that a state dictionary has, under every name, so that tied weights appear twice."""
        for path, module in _all_paths(self):
            for name, value in vars(module).items():
                if isinstance(value, Parameter) or (isinstance(value, Tensor) and module._buffers.get(name)):
                    yield _dotted(path, name), value

    def state_dict(self) -> OrderedDict[str, Tensor]:
        """Return parameters and persistent buffers by their dotted names; the tensors share the module's memory."""
        return OrderedDict((name, tensor.detach()) for name, tensor in self._state())

    def load_state_dict(self, state_dict: dict[str, Tensor], strict: bool = True) -> IncompatibleKeys:
        """Copy values into parameters and buffers by name; all of them, or none if something does not fit.

        Args:
            state_dict: what `state_dict` of such a module returned.
            strict: refuse missing and unexpected names.

        Raises:
            RuntimeError: names are missing or unexpected, or shapes differ; the message lists them all.
        """
        own = dict(self._state())
        keys = IncompatibleKeys([k for k in own if k not in state_dict], [k for k in state_dict if k not in own])
        for name in own:
            if name in state_dict and not isinstance(state_dict[name], Tensor):
                raise RuntimeError(f"load_state_dict: expected a Tensor for {name!r}, but got {state_dict[name]!r}")
        problems = [
            f"size mismatch for {name}: copying a param with shape {list(state_dict[name].shape)} from checkpoint, "
            f"the shape in current model is {list(tensor.shape)}."
            for name, tensor in own.items()
            if name in state_dict and state_dict[name].shape != tensor.shape
        ]
        if strict and keys.missing_keys:
            problems.append(f"Missing key(s) in state_dict: {', '.join(map(repr, keys.missing_keys))}.")
        if strict and keys.unexpected_keys:
            problems.append(f"Unexpected key(s) in state_dict: {', '.join(map(repr, keys.unexpected_keys))}.")
        if problems:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(problems))
        for name, tensor in own.items():
            if name in state_dict:
                tensor.detach().copy_(state_dict[name])
        return keys

    # ---- printed -----------------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """Return what stands in the parentheses of a layer without children; subclasses say what matters."""
        return ""

    def __repr__(self) -> str:
        children = [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]
        lines = [f"({name}): " + repr(module).replace("\n", "\n  ") for name, module in children]
        extra = self.extra_repr()
        if not lines:
            return f"{type(self).__name__}({extra})"
        return "\n  ".join([f"{type(self).__name__}(", *([extra] if extra else []), *lines]) + "\n)"


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _all_paths(module: Module, prefix: str = "") -> Iterator[tuple[str, Module]]:
    """Iterate over a module and all below it, a shared one under every path that leads to it."""
    yield prefix, module
    for name, value in vars(module).items():
        if isinstance(value, Module):
            yield from _all_paths(value, _dotted(prefix, name))
