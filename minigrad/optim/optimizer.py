"""What every optimizer is: groups of parameters with options, and a state for each parameter."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..backward import forget_gradient
from ..grad_mode import enable_grad
from ..recording import Array, wrap
from ..tensor import Tensor

BLOCK = 1 << 17
"""How many elements of a large parameter are updated at a time, so that an update's many passes stay in the cache: an
Adam step over 8 million float32 weights then takes 0.7 of its time."""


class Optimizer:
    """Base class of the optimizers; a subclass defines `update`.

    Args:
        params: tensors, (name, tensor) pairs, or dictionaries with a "params" of tensors and options of their own.
        defaults: the options of groups that do not name them.

    Attributes:
        param_groups: dictionaries of "params" and options; changing an option takes effect at the next step.
        state: for each parameter what the optimizer remembers of it.

    Raises:
        TypeError: params is a single tensor, or holds something else than tensors.
        ValueError: there are no parameters, one appears twice, one is no leaf, or an option is out of its range.

    Source: https://pytorch.org/docs/stable/optim.html#torch.optim.Optimizer
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                f"{type(params).__name__}"
            )
        self.defaults = defaults
        self.state: dict[Tensor, dict[str, Any]] = {}
        self.param_groups: list[dict[str, Any]] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            if not isinstance(group, dict):
                raise TypeError(f"param group must be a dict, but got {type(group).__name__}")
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own, such as layers that begin to train later.

        Args:
            param_group: "params", one tensor or several, and any options that differ from the defaults.
        """
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError("optimizer parameters need to be organized in ordered collections, but got a set")
        listed = [params] if isinstance(params, Tensor) else list(params)
        listed = [p[1] if isinstance(p, tuple) else p for p in listed]
        seen = {p for group in self.param_groups for p in group["params"]}
        for p in listed:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer can only optimize Tensors, but one of the params is {type(p).__name__}")
            if not p.is_leaf:
                raise ValueError("can't optimize a non-leaf Tensor")
            if p in seen:
                raise ValueError("some parameters appear in more than one parameter group, or twice in one")
            seen.add(p)
        group = {"params": listed, **self.defaults, **{k: v for k, v in param_group.items() if k != "params"}}
        self.check_options(group)
        self.param_groups.append(group)

    def check_options(self, group: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range; a subclass adds its own to these."""
        at_least_zero("learning rate", group["lr"])
        at_least_zero("weight_decay value", group["weight_decay"])

    def update(self, params: list[Tensor], group: dict[str, Any]) -> None:
        """Move parameters that have a gradient; what a subclass is about."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it moves parameters")

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Move every parameter that has a gradient.

        Args:
            closure: computes the loss anew, gradients included, before the parameters move.

        Returns:
            What the closure returned, or None.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                self.update(params, group)
            for p in params:
                p.note_write()
        return loss

    def pieces(self, params: list[Tensor], *remembered: str) -> Iterator[list[Array]]:
        """Iterate over the parameters, large ones in blocks that fit into the cache.

        Args:
            params: parameters that have a gradient.
            *remembered: the names of tensors in their state.

        Yields:
            Arrays of one shape: values, gradients, the remembered ones, and one to compute in. All but the gradients
            may be written into.
        """
        for p in params:
            row = [p.array, p.grad.array]
            if remembered:
                state = self.state[p]
                row += [state[name].array for name in remembered]
            if p.array.size <= BLOCK:
                yield [*row, np.empty_like(p.array)]
            else:
                yield from _cut(row)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for group in self.param_groups:
            for p in group["params"]:
                forget_gradient(p, set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Return options and state, with numbers for the parameters, in their order."""
        ordered = [p for group in self.param_groups for p in group["params"]]
        number = {p: i for i, p in enumerate(ordered)}
        return {
            "state": {number[p]: dict(state) for p, state in self.state.items()},
            "param_groups": [
                {**group, "params": [number[p] for p in group["params"]]} for group in self.param_groups
            ],
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over the options and a copy of the state that `state_dict` of such an optimizer returned.

        Raises:
            ValueError: the number of groups, or of parameters in one of them, differs.
        """
        saved = state_dict["param_groups"]
        sizes = [[len(group["params"]) for group in groups] for groups in (saved, self.param_groups)]
        if len(sizes[0]) != len(sizes[1]):
            raise ValueError(
                f"loaded state dict has a different number of parameter groups: {len(sizes[0])}, not {len(sizes[1])}"
            )
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"loaded state dict contains parameter groups of {sizes[0]} parameters, the optimizer's have {sizes[1]}"
            )
        ordered = [p for group in self.param_groups for p in group["params"]]
        numbers = [number for group in saved for number in group["params"]]
        self.state = {
            p: {key: _copied(value, p) for key, value in state_dict["state"][number].items()}
            for p, number in zip(ordered, numbers, strict=True)
            if number in state_dict["state"]
        }
        for group, loaded in zip(self.param_groups, saved, strict=True):
            group.update({key: value for key, value in loaded.items() if key != "params"})

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for i, group in enumerate(self.param_groups):
            lines.append(f"Parameter Group {i}")
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join([*lines, ")"])


def _copied(value: Any, p: Tensor) -> Any:
    """Return a copy of a value of the state; a tensor of the parameter's shape in the parameter's dtype."""
    if not isinstance(value, Tensor):
        return value
    if value.array.ndim == 0 and p.array.ndim:
        return value.item()  # PyTorch counts steps in tensors
    return wrap(value.array.astype(p.array.dtype))


def at_least_zero(name: str, value: float) -> None:
    """Raise ValueError unless value >= 0."""
    if not value >= 0.0:
        raise ValueError(f"Invalid {name}: {value}")


def zeros_of(p: Tensor) -> Tensor:
    """Return zeros of a parameter's shape and dtype, for its state."""
    out: Tensor = wrap(np.zeros(p.array.shape, p.array.dtype))
    return out


def _cut(row: list[Array]) -> Iterator[list[Array]]:
    """Hand out one parameter's arrays block by block; as a whole where they do not lie in order."""
    if not all(array.flags.c_contiguous for array in row):
        yield [*row, np.empty_like(row[0])]
        return
    flat = [array.reshape(-1) for array in row]
    scratch = np.empty(BLOCK, row[0].dtype)  # the same for every block, so that it stays in the cache
    for start in range(0, flat[0].size, BLOCK):
        block = [array[start : start + BLOCK] for array in flat]
        yield [*block, scratch[: block[0].size]]
