"""State dictionaries: the parameters and buffers of a module by name, saved and loaded."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from ..._tensor.grad_mode import no_grad
from ..._tensor.hooks import RemovableHandle
from ...functions.tensor import Tensor
from ..parameter import Parameter
from .hooks import add_hook
from .traversal import Traversal

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


class State(Traversal):
    """The part of a module that is saved and loaded."""

    # made by the first hook: few modules have one, and every replayed step goes through all attributes
    _state_dict_pre_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})
    _state_dict_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})
    _load_state_dict_pre_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})
    _load_state_dict_post_hooks: Mapping[int, Callable[..., Any]] = MappingProxyType({})

    def get_extra_state(self) -> Any:
        """Return what `state_dict` has of this module beside its tensors, under ``_extra_state``.

        A module that defines this defines `set_extra_state`, too.

        Raises:
            RuntimeError: the module does not define it.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.get_extra_state

        Example:
            >>> from minigrad import nn
            >>> class Counter(nn.Module):
            ...     count = 3
            ...     def get_extra_state(self):
            ...         return self.count
            ...     def set_extra_state(self, state):
            ...         self.count = state
            >>> Counter().state_dict()
            OrderedDict([('_extra_state', 3)])
        """
        raise RuntimeError(f"{type(self).__name__} does not define get_extra_state")

    def set_extra_state(self, state: Any) -> None:
        """Take over what `get_extra_state` returned; `load_state_dict` calls it.

        Args:
            state: the value under ``_extra_state``.

        Raises:
            RuntimeError: the module does not define it.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.set_extra_state

        Example:
            >>> from minigrad import nn
            >>> class Counter(nn.Module):
            ...     count = 0
            ...     def get_extra_state(self):
            ...         return self.count
            ...     def set_extra_state(self, state):
            ...         self.count = state
            >>> counter = Counter()
            >>> counter.load_state_dict({"_extra_state": 3})
            <All keys matched successfully>
            >>> counter.count
            3
        """
        raise RuntimeError(f"{type(self).__name__} does not define set_extra_state")

    def _own_entries(self) -> Iterator[str]:
        """Iterate over the names of the parameters and buffers that a state dictionary has."""
        for name, tensor in self._registered("parameter") + self._registered("buffer"):
            if tensor is not None and name not in self._non_persistent_buffers_set:
                yield name

    def _state_entries(self, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
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

        Example:
            >>> from minigrad import nn
            >>> list(nn.Sequential(nn.Linear(2, 1)).state_dict())
            ['0.weight', '0.bias']
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
                has to be made again.

        Raises:
            TypeError: state_dict is no dictionary.
            RuntimeError: names are missing or unexpected, values are no tensors, or shapes differ; the message lists
                them all.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict. It
            differs in that a state that does not fit changes nothing; PyTorch loads what does. Only where there are
            hooks that are called afterwards, which may forgive names, is all else loaded before names are refused.

        Example:
            >>> from minigrad import nn
            >>> net, other = nn.Linear(2, 1), nn.Linear(2, 1)
            >>> net.load_state_dict(other.state_dict())
            <All keys matched successfully>
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

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, prefix, keep_vars)`` before `state_dict` looks at this module.

        Args:
            hook: the function.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_state_dict_pre_hook

        Example:
            >>> from minigrad import nn
            >>> net = nn.Linear(2, 1)
            >>> handle = net.register_state_dict_pre_hook(lambda module, prefix, keep_vars: print("saving"))
            >>> state = net.state_dict()
            saving
        """
        return add_hook(hook, vars(self).setdefault("_state_dict_pre_hooks", OrderedDict()))

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, state_dict, prefix, local_metadata)`` once `state_dict` has what belongs to this module.

        Args:
            hook: changes state_dict and returns None. In local_metadata is the module's ``_version``, 1 by default.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_state_dict_post_hook

        Example:
            >>> from minigrad import nn
            >>> net = nn.Linear(2, 1)
            >>> def without_bias(module, state_dict, prefix, local_metadata):
            ...     del state_dict[prefix + "bias"]
            >>> handle = net.register_state_dict_post_hook(without_bias)
            >>> list(net.state_dict())
            ['weight']
        """
        return add_hook(hook, vars(self).setdefault("_state_dict_hooks", OrderedDict()))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call a hook before `load_state_dict` looks for what belongs to this module.

        Args:
            hook: gets (module, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs),
                and may change state_dict, a copy, and the lists. local_metadata is an empty dictionary.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_load_state_dict_pre_hook

        Example:
            >>> from minigrad import nn
            >>> net = nn.Linear(2, 1, bias=False)
            >>> def rename(module, state, prefix, *rest):
            ...     state[prefix + "weight"] = state.pop(prefix + "kernel")
            >>> handle = net.register_load_state_dict_pre_hook(rename)
            >>> net.load_state_dict({"kernel": Tensor([[1.0, 2.0]])})
            <All keys matched successfully>
        """
        return add_hook(hook, vars(self).setdefault("_load_state_dict_pre_hooks", OrderedDict()))

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(module, incompatible_keys)`` once the state is loaded.

        Args:
            hook: may change the lists in incompatible_keys, so that names are forgiven, and returns None.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.register_load_state_dict_post_hook

        Example:
            >>> from minigrad import nn
            >>> net = nn.Linear(2, 1)
            >>> handle = net.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
            >>> net.load_state_dict({"weight": Tensor([[1.0, 2.0]])})
            <All keys matched successfully>
        """
        return add_hook(hook, vars(self).setdefault("_load_state_dict_post_hooks", OrderedDict()))


def _named_problems(keys: IncompatibleKeys) -> list[str]:
    """Return which names are missing and which are unexpected."""
    problems = []
    for kind, names in (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys)):
        if names:
            problems.append(f"{kind} key(s) in state_dict: " + ", ".join([f'"{name}"' for name in names]) + ". ")
    return problems


def _defines(module: State, method: str) -> bool:
    """Return whether a class of layers has replaced a method of Module by its own."""
    return getattr(type(module), method) is not getattr(State, method)


def _misfit(key: str, place: tuple[State, str], value: Any) -> str | None:
    """Return why a value cannot be loaded; None if it can."""
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
def _load(module: State, name: str, value: Any, assign: bool) -> None:
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
