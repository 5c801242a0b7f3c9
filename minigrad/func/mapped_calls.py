"""What a function that is mapped over networks gets in the place of tensors, and what can be done with it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np

from ..functions.tensor import Tensor
from ..nn import Module
from ..random import Generator, default_generator
from ..random.generator import Mask, Shape
from .losses import OF_ELEMENTS, OF_SAMPLES, losses_of
from .stacking import STACKED, Stacking, check_stackable, is_chain, stacked_layer


class Mapped:
    """A tensor of each of S networks, seen as the one of a network: `functional_call` takes it, and nothing else.

    Args:
        stack: the tensors, of shape (S, …).
    """

    __slots__ = ("stack",)

    def __init__(self, stack: Tensor) -> None:
        self.stack = stack

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a tensor that vmap maps has no {name!r}: {ONLY_CALLS}")

    def __repr__(self) -> str:
        return f"Mapped({self.stack!r})"


ONLY_CALLS = (
    "minigrad's vmap maps what functional_call does with a Sequential or with a loss, and nothing else. Let the "
    "function return the outputs, and go on with them outside"
)


class _Mapping(threading.local):
    randomness: str | None = None  # of the vmap that is under way, if one is


mapping = _Mapping()


class OneMask:
    """Draws one mask for all networks."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def keep_mask(self, shape: Shape, p: float) -> tuple[Mask, float]:
        """Draw a mask of shape (S, …), the same for each of S networks."""
        mask, keep = self.generator.keep_mask(shape[1:], p)
        return np.broadcast_to(mask, shape), keep


def mapped_call(module: Module, values: dict[str, Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Mapped:
    """Call a module for S networks at once: a Sequential or one of its layers, or a loss.

    Raises:
        RuntimeError: nothing is known of S calls of this module at once.
        AttributeError: the module has no such parameter.
    """
    if kwargs:
        raise RuntimeError(f"functional_call in vmap: keyword arguments ({', '.join(kwargs)}) are not mapped")
    if type(module) in OF_ELEMENTS + OF_SAMPLES and len(args) == 2:
        return _mapped_loss(module, *args)
    if not (is_chain(module) or type(module) in STACKED):
        raise RuntimeError(f"functional_call in vmap: {type(module).__name__} cannot be mapped: {ONLY_CALLS}")
    if len(args) != 1:
        raise RuntimeError(f"functional_call in vmap: expected one argument, but got {len(args)}")
    own = dict(module.named_parameters(remove_duplicate=False))
    for name in values.keys() - own.keys():
        raise AttributeError(f"functional_call in vmap: {type(module).__name__} has no parameter {name!r}")
    missing = [name for name in own if not isinstance(values.get(name), Mapped)]
    if missing:
        raise RuntimeError(f"functional_call in vmap: all parameters must be mapped, but {', '.join(missing)} are not")
    return _mapped_network(module, {name: value.stack for name, value in values.items()}, args[0])


def _mapped_network(module: Module, values: dict[str, Tensor], input: Any) -> Mapped:
    """Return what a network makes of an input, for S sets of parameters."""
    stacks = [*values.values(), *([input.stack] if isinstance(input, Mapped) else [])]
    networks = stacks[0].array.shape[0]
    check_stackable([module])
    for name, parameter in module.named_parameters():
        if values[name].array.shape != (networks, *parameter.array.shape):
            raise RuntimeError(
                f"functional_call in vmap: expected {name} of shape {list(parameter.shape)}, but got "
                f"{list(values[name].shape[1:])}"
            )
    stacked = stacked_layer([module], Stacking(networks, values, None))
    for layer in stacked.modules():
        if hasattr(layer, "generator"):
            layer.generator = _masks(layer)
    x = input.stack if isinstance(input, Mapped) else input
    if not isinstance(x, Tensor) or x.ndim != 2 + isinstance(input, Mapped):
        raise RuntimeError("functional_call in vmap: expected an input of shape (N, features) for each network")
    return Mapped(stacked(x if isinstance(input, Mapped) else x.expand(networks, *x.shape)))


def _masks(dropout: Any) -> Any:
    """Return where a mapped dropout has its masks from, as vmap's argument randomness says."""
    own = dropout.generator
    generator = default_generator if own is None else own.generators[0]
    if mapping.randomness == "error" and dropout.training and 0 < dropout.p < 1:
        raise RuntimeError(
            "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
            "randomness flags on vmap, or put the network into evaluation"
        )
    return OneMask(generator) if mapping.randomness == "same" else generator


def _mapped_loss(loss: Any, output: Any, target: Any) -> Mapped:
    """Return the losses of S networks."""
    if loss.reduction == "none":
        raise RuntimeError("functional_call in vmap: a loss must reduce to one number, but its reduction is 'none'")
    if not isinstance(output, Mapped):
        raise RuntimeError(f"functional_call in vmap: {type(loss).__name__} needs an output that is mapped")
    if isinstance(target, Mapped):
        return Mapped(losses_of(loss, output.stack, target.stack))
    return Mapped(losses_of(loss, output.stack, target.expand(output.stack.array.shape[0], *target.shape)))
