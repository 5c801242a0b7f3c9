"""What every optimizer is: groups of parameters with options, and a state for each parameter."""

from __future__ import annotations

import copy
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from .._tensor import dtypes
from .._tensor.backward import forget_gradient
from .._tensor.base import Array, wrap
from .._tensor.grad_mode import enable_grad
from .._tensor.hooks import RemovableHandle
from .._tensor.writes import note_unheard_writes
from ..core import optim as core
from ..core.optim import average as average, average_squares as average_squares
from ..functions.tensor import Tensor
from .blocks import Blocks
from .flat import Flat
from .hooks import observed
from .options import refuse_switches

NUMBERS = ("step", "mu_product")
"""What a state holds as tensors of no dimension."""

Group = dict[str, Any]
StepHook = Callable[..., Any]  # called with the optimizer, and with the args and kwargs of its step
StateHook = Callable[..., Any]  # called with the optimizer, and with a state dictionary


class Optimizer(core.Optimizer):
    """Base class of the optimizers; a subclass defines `update`, or `step` itself.

    Args:
        params: tensors, (name, tensor) pairs, or dictionaries with a "params" of these and options of their own.
        defaults: the options of groups that do not name them.

    Attributes:
        param_groups: dictionaries of "params" and options; changing an option takes effect at the next step.
        state: for each parameter what the optimizer remembers of it.
        has_stepped: whether there was a step; the schedulers of the learning rate ask.

    Raises:
        TypeError: params is a single tensor, or holds something else than tensors.
        ValueError: there are no parameters, one appears twice, one is no leaf, some have names and some have none, or
            an option is out of its range.

    Source: https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer

    Example:
        >>> import minigrad
        >>> class SignDescent(Optimizer):
        ...     @minigrad.no_grad()
        ...     def step(self, closure=None):
        ...         for group in self.param_groups:
        ...             for p in group["params"]:
        ...                 p -= group["lr"] * p.grad.sign()
        >>> w = minigrad.nn.Parameter(minigrad.tensor([1.0, -2.0]))
        >>> (w * w).sum().backward()
        >>> SignDescent([w], {"lr": 0.5}).step()
        >>> w.detach()
        tensor([ 0.5000, -1.5000])
    """

    has_stepped = False
    climbs = False  # whether the option `maximize` is on for the parameters that are being moved

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor | type) or not isinstance(params, Iterable):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{type(params).__name__}"
            )
        self.check_options(defaults)
        self._blocks = Blocks()
        self.step_pre_hooks: dict[int, StepHook] = {}
        self.step_post_hooks: dict[int, StepHook] = {}
        self.state_dict_pre_hooks: OrderedDict[int, StateHook] = OrderedDict()
        self.state_dict_post_hooks: OrderedDict[int, StateHook] = OrderedDict()
        self.load_state_dict_pre_hooks: OrderedDict[int, StateHook] = OrderedDict()
        self.load_state_dict_post_hooks: OrderedDict[int, StateHook] = OrderedDict()
        params = list(params)
        if not params:
            raise ValueError("optimizer got an empty parameter list")
        super().__init__(params, defaults)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "step" in cls.__dict__:
            cls.step = observed(cls.step)  # type: ignore[method-assign]

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with options of their own, such as layers that begin to train later.

        Args:
            param_group: "params", one tensor or several, and any options that differ from the defaults.

        Raises:
            TypeError: param_group is no dictionary, or its params are no tensors.
            ValueError: a parameter is there already, or is no leaf; some have names and some have none; or an option is
                out of range.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.add_param_group.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> optimizer.add_param_group({"params": nn.Linear(1, 1).parameters(), "lr": 0.01})
            >>> [group["lr"] for group in optimizer.param_groups]
            [0.1, 0.01]
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group).__name__}")
        named = _listed(param_group["params"])
        params = [p[1] if isinstance(p, tuple) else p for p in named]
        names = [p[0] for p in named if isinstance(p, tuple)]
        self._check_params(params)
        group = {**param_group, "params": params}
        if names:
            group["param_names"] = names
        self._check_names(group)
        self.check_options({**self.defaults, **group})
        super().add_param_group(group)

    def _check_params(self, params: list[Any]) -> None:
        seen = {p for group in self.param_groups for p in group["params"]}
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}")
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
            if p in seen:
                raise ValueError("some parameters appear in more than one parameter group, or twice in one")
            seen.add(p)

    def _check_names(self, group: Group) -> None:
        if "param_names" in group and len(group["param_names"]) != len(group["params"]):
            raise ValueError("all optimizer params should be with/without names. Some param names are missing")
        if any(("param_names" in group) != ("param_names" in other) for other in self.param_groups):
            kind = "with" if "param_names" in group else "without"
            raise ValueError(
                "all optimizer param groups should be with/without names. "
                f"cannot add param group {kind} names to the optimizer"
            )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range; a subclass adds its own to these."""
        refuse_switches(options)

    @observed
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        Args:
            closure: computes the loss again, gradients included, before the parameters move.

        Returns:
            What the closure returned, or None.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.step.html

        Example:
            >>> from minigrad import nn, optim
            >>> w = nn.Parameter(Tensor([1.0]))
            >>> optimizer = optim.SGD([w], lr=0.25)
            >>> (w * w).sum().backward()
            >>> optimizer.step()
            >>> w.detach()
            tensor([0.5000])
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        super().step()
        note_unheard_writes([p for group in self.param_groups for p in group["params"] if p.grad is not None])
        return loss

    def register_step_pre_hook(self, hook: StepHook) -> RemovableHandle:
        """Call hook(optimizer, args, kwargs) before each step; it may return others, args with the optimizer first.

        Args:
            hook: the function.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_pre_hook.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> handle = optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: print("before"))
            >>> optimizer.step()
            before
        """
        return RemovableHandle(self.step_pre_hooks, hook)

    def register_step_post_hook(self, hook: StepHook) -> RemovableHandle:
        """Call hook(optimizer, args, kwargs) after each step.

        Args:
            hook: the function; it returns None.

        Returns:
            What takes the hook off.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_step_post_hook.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> handle = optimizer.register_step_post_hook(lambda optimizer, args, kwargs: print("after"))
            >>> optimizer.step()
            after
        """
        return RemovableHandle(self.step_post_hooks, hook)

    def register_state_dict_pre_hook(self, hook: StateHook, prepend: bool = False) -> RemovableHandle:
        """Call hook(optimizer) before `state_dict` looks at anything.

        Args:
            hook: the function.
            prepend: whether it comes before the hooks that are there.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_state_dict_pre_hook.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> handle = optimizer.register_state_dict_pre_hook(lambda optimizer: print("saving"))
            >>> state = optimizer.state_dict()
            saving
        """
        return _add_hook(hook, self.state_dict_pre_hooks, prepend)

    def register_state_dict_post_hook(self, hook: StateHook, prepend: bool = False) -> RemovableHandle:
        """Call hook(optimizer, state_dict) at the end of `state_dict`; what it returns, if anything, is returned.

        Args:
            hook: the function; it may also change the dictionary.
            prepend: whether it comes before the hooks that are there.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_state_dict_post_hook.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> handle = optimizer.register_state_dict_post_hook(lambda optimizer, state: {**state, "epoch": 3})
            >>> optimizer.state_dict()["epoch"]
            3
        """
        return _add_hook(hook, self.state_dict_post_hooks, prepend)

    def register_load_state_dict_pre_hook(self, hook: StateHook, prepend: bool = False) -> RemovableHandle:
        """Call hook(optimizer, state_dict) before `load_state_dict`; what it returns, if anything, is loaded.

        Args:
            hook: the function; it gets a shallow copy, in which it may set other values.
            prepend: whether it comes before the hooks that are there.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_load_state_dict_pre_hook.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> handle = optimizer.register_load_state_dict_pre_hook(lambda optimizer, state: print(list(state)))
            >>> optimizer.load_state_dict(optimizer.state_dict())
            ['state', 'param_groups']
        """
        return _add_hook(hook, self.load_state_dict_pre_hooks, prepend)

    def register_load_state_dict_post_hook(self, hook: StateHook, prepend: bool = False) -> RemovableHandle:
        """Call hook(optimizer) once `load_state_dict` has taken over everything.

        Args:
            hook: the function.
            prepend: whether it comes before the hooks that are there.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.register_load_state_dict_post_hook.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> handle = optimizer.register_load_state_dict_post_hook(lambda optimizer: print("loaded"))
            >>> optimizer.load_state_dict(optimizer.state_dict())
            loaded
        """
        return _add_hook(hook, self.load_state_dict_post_hooks, prepend)

    def blocks(self, params: list[Tensor], *remembered: str) -> Iterator[list[Array]]:
        """Iterate over the parameters in blocks of a good size: small ones together, large ones in blocks.

        Args:
            params: parameters that have a gradient.
            *remembered: the names of tensors in their state.

        Yields:
            Arrays of one shape: values, gradients, the remembered ones, and one to compute in. All but the gradients
            may be written into.
        """
        blocks = self._blocks.of(params, self.state, remembered)
        return map(_climbing, blocks) if self.climbs else blocks

    def lay_flat(self, params: Iterable[Tensor]) -> list[Flat]:
        """Move parameters into flat buffers, one for each group and dtype, as far as nobody else holds their arrays.

        Gradients that are put into the buffer's own memory (`Flat.lease`) then meet their parameters without a copy.

        Args:
            params: those of this optimizer that are to be moved.

        Example:
            >>> from minigrad import optim
            >>> from minigrad.nn import Linear
            >>> net = Linear(2, 3)
            >>> (flat,) = optim.SGD(net.parameters(), lr=0.1).lay_flat(net.parameters())
            >>> flat.values.size
            9
        """
        wanted = set(params)
        return self._blocks.lay_flat([[p for p in group["params"] if p in wanted] for group in self.param_groups])

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros.

        Args:
            set_to_none: False fills them with zeros.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.zero_grad.html

        Example:
            >>> from minigrad import nn, optim
            >>> w = nn.Parameter(Tensor([1.0]))
            >>> (w * w).sum().backward()
            >>> optim.SGD([w], lr=0.1).zero_grad()
            >>> w.grad is None
            True
        """
        if set_to_none:
            super().zero_grad()
            return
        for group in self.param_groups:
            for p in group["params"]:
                forget_gradient(p, set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Return options and state, with numbers for the parameters, in their order.

        Returns:
            A dictionary of "state", by the numbers of the parameters, and "param_groups".

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.state_dict.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> state = optimizer.state_dict()
            >>> state["param_groups"][0]["lr"], state["param_groups"][0]["params"]
            (0.1, [0, 1])
        """
        for hook in list(self.state_dict_pre_hooks.values()):
            hook(self)
        ordered = [p for group in self.param_groups for p in group["params"]]
        number = {p: i for i, p in enumerate(ordered)}
        state_dict = {
            "state": {number[p]: dict(state) for p, state in self.state.items()},
            "param_groups": [
                {**_options(group), "params": [number[p] for p in group["params"]]} for group in self.param_groups
            ],
        }
        return self._as_hooks_left(state_dict, self.state_dict_post_hooks)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a copy of the options and the state that `state_dict` of such an optimizer returned.

        All of it, or nothing if something does not fit. PyTorch's are such state dictionaries too, once
        `minigrad.from_numpy` has taken over their tensors.

        Args:
            state_dict: what `state_dict` returned.

        Raises:
            TypeError: state_dict, or one of its parts, is no dictionary.
            KeyError: "state" or "param_groups" is missing.
            ValueError: the number of groups, or of parameters in one of them, differs; or the shape of a tensor, from
                its parameter's. (PyTorch fails at the next step there. An optimizer with a `step` of its own may
                remember tensors of any shape.)

        Source: https://pytorch.org/docs/stable/generated/torch.optim.Optimizer.load_state_dict.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.1)
            >>> state = optim.SGD(nn.Linear(2, 1).parameters(), lr=0.5).state_dict()
            >>> optimizer.load_state_dict(state)
            >>> optimizer.param_groups[0]["lr"]
            0.5
        """
        _check_kind("state_dict", state_dict)
        state_dict = self._as_hooks_left(dict(state_dict), self.load_state_dict_pre_hooks)
        for part in ("state", "param_groups"):
            if part not in state_dict:
                raise KeyError(f"state_dict has no {part!r}, but {list(state_dict)}")
        saved = copy.deepcopy(state_dict["param_groups"])
        self._check_sizes(saved)
        for loaded in saved:
            refuse_switches(loaded)
        ordered = [p for group in self.param_groups for p in group["params"]]
        numbers = [number for group in saved for number in group["params"]]
        remembered = _check_kind("state_dict['state']", state_dict["state"])
        pairs = [(p, number) for p, number in zip(ordered, numbers, strict=True) if number in remembered]
        for p, number in pairs:
            self._check_state(p, number, remembered[number])
        state = {p: {key: _loaded(key, value, p) for key, value in remembered[n].items()} for p, n in pairs}
        self.state.clear()
        self.state.update(state)
        for group, loaded in zip(self.param_groups, saved, strict=True):
            group.update(_options(loaded))
        for hook in list(self.load_state_dict_post_hooks.values()):
            hook(self)

    def _as_hooks_left(self, state_dict: dict[str, Any], hooks: dict[int, StateHook]) -> dict[str, Any]:
        """Return a state dictionary, or what hooks returned in its place."""
        for hook in list(hooks.values()):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        return state_dict

    def _check_state(self, p: Tensor, number: Any, state: Any) -> None:
        """Raise where what is remembered of a parameter cannot be its own."""
        place = f"state_dict['state'][{number!r}]"
        for key, value in _check_kind(place, state).items():
            expected = () if key in NUMBERS else p.array.shape
            is_known = key in NUMBERS or type(self).step is Optimizer.step
            if isinstance(value, Tensor) and is_known and value.array.shape != expected:
                found = list(value.array.shape)
                raise ValueError(f"{place}[{key!r}] has shape {found}, but its parameter needs {list(expected)}")

    def _check_sizes(self, saved: list[Group]) -> None:
        sizes = [[len(group["params"]) for group in groups] for groups in (saved, self.param_groups)]
        if len(sizes[0]) != len(sizes[1]):
            raise ValueError(
                f"loaded state dict has a different number of parameter groups: {len(sizes[0])}, not {len(sizes[1])}"
            )
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"loaded state dict contains parameter groups of {sizes[0]} parameters, the optimizer's have {sizes[1]}"
            )

    def __repr__(self) -> str:
        groups = [
            f"Parameter Group {i}\n"
            + "".join(f"    {key}: {value}\n" for key, value in sorted(_options(group).items()))
            for i, group in enumerate(self.param_groups)
        ]
        return f"{type(self).__name__} (\n" + "\n".join(groups) + ")"


class CountingOptimizer(Optimizer):
    """An optimizer that counts the steps of each parameter; a subclass defines `initial_state` and `descend`."""

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return what is remembered of a parameter before its first step, besides the count of steps."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it remembers")

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient, for the t-th time."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it moves parameters")

    def start(self, p: Tensor, group: Group) -> dict[str, Any]:
        """Begin to remember a parameter."""
        self.state[p] = {"step": scalar(0.0), **self.initial_state(p, group)}
        return self.state[p]

    def update(self, params: list[Tensor], group: Group) -> None:
        """Move parameters that have a gradient, together those that have taken equally many steps."""
        states = [self.state.get(p) or self.start(p, group) for p in params]
        times = [state["step"].array.item() + 1 for state in states]
        for t, state in zip(times, states, strict=True):
            state["step"].array.fill(t)
        for t in dict.fromkeys(times):
            self.descend([p for p, own in zip(params, times, strict=True) if own == t], t, group)


def _listed(params: Any) -> list[Any]:
    """Return the parameters of a group, with their names if they have any, in their order."""
    if isinstance(params, set):
        raise TypeError("optimizer parameters need to be organized in ordered collections, but got a set")
    return [params] if isinstance(params, Tensor) else list(params)


def _options(group: Group) -> dict[str, Any]:
    """Return what a group says apart from its parameters."""
    return {key: value for key, value in group.items() if key != "params"}


def _add_hook(hook: StateHook, hooks: OrderedDict[int, StateHook], prepend: bool) -> RemovableHandle:
    """Add a hook behind the others, or before them; return what takes it off."""
    handle = RemovableHandle(hooks, hook)
    if prepend:
        hooks.move_to_end(handle.id, last=False)
    return handle


def _check_kind(name: str, value: Any) -> Any:
    """Return a dictionary; TypeError for anything else."""
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a dict, but got {type(value).__name__}")
    return value


def _loaded(key: str, value: Any, p: Tensor) -> Any:
    """Return a copy of a value of the state: tensors in the parameter's dtype, numbers in their own."""
    if isinstance(value, Tensor):
        return wrap(np.array(value.array, value.array.dtype if key in NUMBERS else p.array.dtype))
    return scalar(value) if key in NUMBERS else copy.deepcopy(value)


def scalar(value: float) -> Tensor:
    """Return a number of the state as PyTorch keeps it: in float32, or in float64 where that is the default."""
    is_double = dtypes.get_default_dtype() is dtypes.float64
    out: Tensor = wrap(np.array(value, np.float64 if is_double else np.float32))
    return out


def filled(p: Tensor, value: float = 0.0) -> Tensor:
    """Return a tensor of a parameter's shape and dtype, for its state."""
    out: Tensor = wrap(np.full(p.array.shape, value, p.array.dtype))
    return out


def _climbing(block: list[Array]) -> list[Array]:
    """Return a block with the gradient the other way round."""
    theta, g, *others = block
    return [theta, -g, *others]
