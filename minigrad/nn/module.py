"""What a layer is: parameters, buffers and layers of its own, and a forward pass."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any, NamedTuple, NoReturn, Self

from .. import dtypes
from ..backward import forget_gradient
from ..core import nn as core
from ..grad_mode import no_grad
from ..hooks import RemovableHandle
from ..tensor import Tensor
from .module_hooks import ForwardHook, call_with_hooks, hang
from .module_html import module_html
from .parameter import Buffer, Parameter

EXTRA_STATE = "_extra_state"
"""The key of what a module's own `get_extra_state` returns."""


class IncompatibleKeys(NamedTuple):
    """Which names a state dictionary lacked, and which it had too many."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"


class Registry(MutableMapping[str, Any]):
    """A module's attributes of one kind by name, in the order of their registration.

    The values are ordinary attributes, which Python finds in a fiftieth of the time that a ``__getattr__`` takes; the
    module only remembers the kind of each name.

    Args:
        module: whose attributes they are.
        kind: "parameter", "buffer" or "module".
    """

    def __init__(self, module: Module, kind: str) -> None:
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

    def __repr__(self) -> str:
        return repr(dict(self))


class Module(core.Module):
    """Base class of all layers and networks.

    A subclass calls ``super().__init__()``, assigns parameters and other modules to attributes, and defines
    ``forward``. Assignment is registration: an attribute that is a Parameter, a Buffer or a Module belongs to the
    network, in the order of first assignment.

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
    # made by the first hook: few modules have one, and every replayed step goes through all attributes
    _state_dict_pre_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})
    _state_dict_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})
    _load_state_dict_pre_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})
    _load_state_dict_post_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})

    def __init__(self) -> None:
        super().__init__()
        self._registered_kinds: dict[str, str] = {}  # of the registered attributes: "parameter", "buffer" or "module"
        self._non_persistent_buffers_set: set[str] = set()
        self._forward_pre_hooks: OrderedDict[int, ForwardHook] = OrderedDict()
        self._forward_hooks: OrderedDict[int, ForwardHook] = OrderedDict()
        self._backward_pre_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()
        self._backward_hooks: OrderedDict[int, Callable[..., Any]] = OrderedDict()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the forward pass, and the hooks around it."""
        if self._forward_pre_hooks or self._forward_hooks or self._backward_pre_hooks or self._backward_hooks:
            return call_with_hooks(self, args, kwargs)
        return self.forward(*args, **kwargs)  # not by way of super(): warnings count frames to their caller

    # ---- registration ------------------------------------------------------------------------------------------------

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
        elif isinstance(value, Module) and kind != "parameter":
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

    def add_module(self, name: str, module: Module | None) -> None:
        """Assign a module to an attribute; the name may be one that Python's syntax does not allow, such as "0".

        Raises:
            TypeError: not a module, or the name is no string.
            KeyError: the name is empty, has a dot, or is that of another attribute.
        """
        if not isinstance(module, Module | None):
            raise TypeError(f"{module!r} is not a Module subclass")
        self._check_name("module", name)
        self._modules[name] = module

    def register_module(self, name: str, module: Module | None) -> None:
        """Do what `add_module` does."""
        self.add_module(name, module)

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Assign a parameter to an attribute; None keeps its place.

        Raises:
            TypeError: not a parameter, or the name is no string.
            KeyError: the name is empty, has a dot, or is that of another attribute.
            AttributeError: before ``super().__init__()``.
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

    # ---- what belongs to it ------------------------------------------------------------------------------------------

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Iterate over the modules among the attributes, each once."""
        seen: set[Module] = set()
        for name, module in self._registered("module"):
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Module]:
        """Iterate over the modules among the attributes, each once."""
        return (module for _, module in self.named_children())

    def named_modules(
        self, memo: set[Module] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Module]]:
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

    def modules(self, remove_duplicate: bool = True) -> Iterator[Module]:
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

    def get_submodule(self, target: str) -> Module:
        """Return the module of this dotted name; AttributeError where there is none."""
        module: Any = self
        for name in target.split(".") if target else []:
            module = _attribute(module, name)
            if not isinstance(module, Module):
                raise AttributeError(f"`{name}` of {target!r} is not an nn.Module")
        return module

    def set_submodule(self, target: str, module: Module, strict: bool = False) -> None:
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
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if (strict or hasattr(parent, name)) and not isinstance(_attribute(parent, name), Module):
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

    # ---- all of it at once -------------------------------------------------------------------------------------------

    def train(self, mode: bool = True) -> Self:
        """Set this module and all below it to training, or to evaluation."""
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, but got {mode!r}")
        return super().train(mode)

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
        """Convert all floating-point parameters and buffers in place; a device is accepted where it is the CPU.

        Raises:
            TypeError: a dtype that is not floating-point.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to
        """
        for dtype in (*args, *kwargs.values()):
            if isinstance(dtype, dtypes.dtype) and not dtype.is_floating_point:
                raise TypeError(f"nn.Module.to only accepts floating point dtypes, but got desired dtype={dtype}")
        return self._apply(lambda x: x.to(*args, **kwargs) if x.dtype.is_floating_point else x)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers to a dtype, integers too."""
        return self._apply(lambda x: x.to(dst_type))

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

    def cuda(self, device: Any = None) -> NoReturn:
        """Raise AssertionError, as PyTorch without a GPU does."""
        raise AssertionError("minigrad is not compiled with CUDA enabled: its one device is the CPU")

    def _apply(self, fn: Callable[[Tensor], Tensor]) -> Self:
        """Replace the memory of every parameter, of its gradient and of every buffer by what the function returns."""
        for tensor in [*self.parameters(), *self.buffers()]:
            tensor.data = fn(tensor.data)
            if tensor.grad is not None:
                tensor.grad.data = fn(tensor.grad.data)
        return self

    # ---- saved and loaded --------------------------------------------------------------------------------------------

    def get_extra_state(self) -> Any:
        """Return what `state_dict` has of this module beside its tensors, under ``_extra_state``.

        A module that defines this defines `set_extra_state`, too.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.get_extra_state
        """
        raise RuntimeError(f"{type(self).__name__} does not define get_extra_state")

    def set_extra_state(self, state: Any) -> None:
        """Take over what `get_extra_state` returned; `load_state_dict` calls it.

        Args:
            state: the value under ``_extra_state``.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.set_extra_state
        """
        raise RuntimeError(f"{type(self).__name__} does not define set_extra_state")

    def _own_entries(self) -> Iterator[str]:
        """Iterate over the names of the parameters and buffers that a state dictionary has."""
        for name, tensor in self._registered("parameter") + self._registered("buffer"):
            if tensor is not None and name not in self._non_persistent_buffers_set:
                yield name

    def _state_entries(self, prefix: str = "") -> Iterator[tuple[str, Module, str]]:
        """Iterate over all that can be loaded: its key, and the module and the attribute that it belongs to.

        Tied weights, and those of a module that is found on several paths, come under every name.
        """
        for name in self._own_entries():
            yield prefix + name, self, name
        if _defines(self, "set_extra_state"):
            yield prefix + EXTRA_STATE, self, EXTRA_STATE
        for name, module in self._registered("module"):
            if module is not None:
                yield from module._state_entries(f"{prefix}{name}.")

    def state_dict(
        self, *, destination: OrderedDict[str, Any] | None = None, prefix: str = "", keep_vars: bool = False
    ) -> OrderedDict[str, Any]:
        """Return parameters and persistent buffers by their dotted names; the tensors share the module's memory.

        Args:
            destination: a dictionary to fill instead of a new one.
            prefix: what the names begin with, its dot included.
            keep_vars: whether to return the parameters themselves, with their gradients and hooks.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.state_dict
        """
        state: OrderedDict[str, Any] = OrderedDict() if destination is None else destination
        for hook in list(self._state_dict_pre_hooks.values()):
            hook(self, prefix, keep_vars)
        for name in self._own_entries():
            tensor = getattr(self, name)
            state[prefix + name] = tensor if keep_vars else tensor.detach()
        if _defines(self, "get_extra_state"):
            state[prefix + EXTRA_STATE] = self.get_extra_state()
        for name, module in self._registered("module"):
            if module is not None:
                module.state_dict(destination=state, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in list(self._state_dict_hooks.values()):
            if hook(self, state, prefix, {"version": getattr(self, "_version", 1)}) is not None:
                raise RuntimeError("state_dict post-hook must return None")
        return state

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy values into parameters and buffers by name; all of them, or none if something does not fit.

        Args:
            state_dict: what `state_dict` of such a module returned.
            strict: refuse missing and unexpected names.
            assign: take the tensors themselves, with their dtypes, instead of copying their values; an optimizer then
                has to be made anew.

        Raises:
            TypeError: state_dict is no dictionary.
            RuntimeError: names are missing or unexpected, values are no tensors, or shapes differ; the message lists
                them all.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict. It
            differs in that a state that does not fit changes nothing; PyTorch loads what does. Only where there are
            hooks that are called afterwards, which may forgive names, is all else loaded before names are refused.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        keys = IncompatibleKeys([], [])
        problems: list[str] = []
        state_dict = self._as_pre_hooks_left(dict(state_dict), "", keys, problems)
        own = {key: (module, name) for key, module, name in self._state_entries()}
        keys.missing_keys.extend([k for k in own if k not in state_dict])
        keys.unexpected_keys.extend([k for k in state_dict if k not in own])
        present = {key: place for key, place in own.items() if key in state_dict}
        problems += [text for key, place in present.items() if (text := _misfit(key, place, state_dict[key]))]
        may_be_forgiven = any(module._load_state_dict_post_hooks for module in self.modules())
        if problems or not may_be_forgiven:
            self._refuse([*(_named_problems(keys) if strict else []), *problems])
        for key, (module, name) in present.items():
            _load(module, name, state_dict[key], assign)
        self._call_post_hooks(keys)
        self._refuse(_named_problems(keys) if strict else [])
        return keys

    def _refuse(self, problems: list[str]) -> None:
        if problems:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(problems))

    def _as_pre_hooks_left(
        self, state: dict[str, Any], prefix: str, keys: IncompatibleKeys, problems: list[str]
    ) -> dict[str, Any]:
        """Let the hooks of this module and of all below it change a state, each the part with its own prefix."""
        for hook in list(self._load_state_dict_pre_hooks.values()):
            hook(self, state, prefix, {}, True, keys.missing_keys, keys.unexpected_keys, problems)
        for name, module in self._registered("module"):
            if module is not None and any(m._load_state_dict_pre_hooks for m in module.modules()):
                below = f"{prefix}{name}."
                part = {key: value for key, value in state.items() if key.startswith(below)}
                rest = {key: value for key, value in state.items() if key not in part}
                state = rest | module._as_pre_hooks_left(part, below, keys, problems)
        return state

    def _call_post_hooks(self, keys: IncompatibleKeys) -> None:
        """Call what was to be called once the state is loaded, from the innermost modules outwards."""
        for _, module in self._registered("module"):
            if module is not None:
                module._call_post_hooks(keys)
        for hook in list(self._load_state_dict_post_hooks.values()):
            if hook(self, keys) is not None:
                raise AssertionError(
                    "Hooks registered with `register_load_state_dict_post_hook` must return None: change the lists in "
                    "incompatible_keys instead"
                )

    # ---- hooks -------------------------------------------------------------------------------------------------------

    def register_forward_pre_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args)`` before every forward pass; what it returns, if anything, replaces args.

        Args:
            hook: the function.
            prepend: whether it comes before the hooks that are there.
            with_kwargs: call ``hook(module, args, kwargs)``, which returns None or new args and kwargs.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_pre_hook
        """
        return hang(ForwardHook(hook, with_kwargs), self._forward_pre_hooks, prepend)

    def register_forward_hook(
        self, hook: Callable[..., Any], *, prepend: bool = False, with_kwargs: bool = False, always_call: bool = False
    ) -> RemovableHandle:
        """Call ``hook(module, args, output)`` after every forward pass; what it returns replaces the output.

        Args:
            hook: the function.
            prepend: whether it comes before the hooks that are there.
            with_kwargs: call ``hook(module, args, kwargs, output)``.
            always_call: call it also where the forward pass raised an error.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_forward_hook
        """
        return hang(ForwardHook(hook, with_kwargs, always_call), self._forward_hooks, prepend)

    def register_full_backward_pre_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_output)`` in the backward pass before the module's own part of it.

        Args:
            hook: gets the gradients of the outputs as a tuple; what it returns replaces them.
            prepend: whether it comes before the hooks that are there.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_pre_hook
        """
        return hang(hook, self._backward_pre_hooks, prepend)

    def register_full_backward_hook(self, hook: Callable[..., Any], prepend: bool = False) -> RemovableHandle:
        """Call ``hook(module, grad_input, grad_output)`` in the backward pass after the module's own part of it.

        Args:
            hook: gets the gradients of the positional arguments and of the outputs as tuples, None for those that have
                none; what it returns replaces the arguments' gradients.
            prepend: whether it comes before the hooks that are there.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_full_backward_hook
        """
        return hang(hook, self._backward_hooks, prepend)

    def register_backward_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Do what `register_full_backward_hook` does.

        PyTorch's deprecated hook of this name gets the gradients of the last operation's inputs, the weights among
        them, instead of those of the module's.
        """
        return self.register_full_backward_hook(hook)

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before `state_dict` looks at this module.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_state_dict_pre_hook
        """
        return hang(hook, vars(self).setdefault("_state_dict_pre_hooks", OrderedDict()))

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` once `state_dict` has what belongs to this module.

        Args:
            hook: changes state_dict and returns None. In local_metadata is the module's ``_version``, 1 by default.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_state_dict_post_hook
        """
        return hang(hook, vars(self).setdefault("_state_dict_hooks", OrderedDict()))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call a hook before `load_state_dict` looks for what belongs to this module.

        Args:
            hook: gets (module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs),
                and may change state_dict, a copy, and the lists. local_metadata is an empty dictionary.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_load_state_dict_pre_hook
        """
        return hang(hook, vars(self).setdefault("_load_state_dict_pre_hooks", OrderedDict()))

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` once the state is loaded.

        Args:
            hook: may change the lists in incompatible_keys, so that names are forgiven, and returns None.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_load_state_dict_post_hook
        """
        return hang(hook, vars(self).setdefault("_load_state_dict_post_hooks", OrderedDict()))

    # ---- printed -----------------------------------------------------------------------------------------------------

    def _get_name(self) -> str:
        return self.__class__.__name__

    def extra_repr(self) -> str:
        """Return what stands in the parentheses of a layer without children; subclasses say what matters."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        return tree(self._get_name(), extra, [f"({name}): {module!r}" for name, module in self._registered("module")])

    def _repr_html_(self) -> str:
        return module_html(self)


def tree(name: str, extra: list[str], children: list[str]) -> str:
    """Return a module's description: on one line if it has no children and little to say of itself."""
    if len(extra) <= 1 and not children:
        return f"{name}({''.join(extra)})"
    lines = [*extra, *[child.replace("\n", "\n  ") for child in children]]
    return "\n  ".join([f"{name}(", *lines]) + "\n)"


def _check_replacement(name: str, registered: str | None, value: Any) -> None:
    """Raise TypeError where a value that nobody trains or finds would take the place of one that is registered."""
    if registered is None or value is None or (registered == "buffer" and isinstance(value, Tensor)):
        return
    kind = {"parameter": "parameter", "buffer": "buffer", "module": "child module"}[registered]
    expected = {"parameter": "Parameter", "buffer": "Tensor", "module": "Module"}[registered]
    raise TypeError(f"cannot assign '{type(value).__name__}' as {kind} '{name}' ({expected} or None expected)")


def _attribute(module: Any, name: str) -> Any:
    if not hasattr(module, name):
        raise AttributeError(f"{module._get_name()} has no attribute `{name}`")
    return getattr(module, name)


def _dotted(prefix: str, name: str) -> str:
    return f"{prefix}.{name}" if prefix else name


def _named_problems(keys: IncompatibleKeys) -> list[str]:
    """Say which names are missing and which are unexpected."""
    problems = []
    for kind, names in (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys)):
        if names:
            problems.append(f"{kind} key(s) in state_dict: " + ", ".join([f'"{name}"' for name in names]) + ". ")
    return problems


def _defines(module: Module, method: str) -> bool:
    """Return whether a class of layers has replaced a method of Module by its own."""
    return getattr(type(module), method) is not getattr(Module, method)


def _misfit(key: str, place: tuple[Module, str], value: Any) -> str | None:
    """Say why a value cannot be loaded, if it cannot."""
    module, name = place
    if name == EXTRA_STATE:
        return None
    own = getattr(module, name)
    if not isinstance(value, Tensor):
        return (
            f'While copying the parameter named "{key}", expected Tensor or Tensor-like object from checkpoint but '
            f"received {type(value)}"
        )
    if value.shape == own.shape or (own.shape == () and value.shape == (1,)):
        return None
    return (
        f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in current "
        f"model is {own.shape}."
    )


@no_grad()
def _load(module: Module, name: str, value: Any, assign: bool) -> None:
    """Copy a value into a parameter or buffer, or put it in its place."""
    if name == EXTRA_STATE:
        module.set_extra_state(value)
        return
    own = getattr(module, name)
    value = value if value.shape == own.shape else value.reshape(own.shape)
    if not assign:
        own.copy_(value)
    elif isinstance(own, Parameter):
        parameter = value if isinstance(value, Parameter) else Parameter(value)
        setattr(module, name, parameter.requires_grad_(own.requires_grad))
    else:
        setattr(module, name, value)
