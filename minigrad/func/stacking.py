"""From single layers to stacked ones, and back: what can be stacked, and how."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from ..nn import (
    CELU,
    ELU,
    GELU,
    SELU,
    Dropout,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    Identity,
    LayerNorm,
    LeakyReLU,
    Linear,
    LogSigmoid,
    LogSoftmax,
    Mish,
    Module,
    Parameter,
    ReLU,
    ReLU6,
    Sequential,
    Sigmoid,
    SiLU,
    Softmax,
    Softplus,
    Softshrink,
    Softsign,
    Tanh,
    Tanhshrink,
    Threshold,
)
from .generators import GeneratorPerNetwork
from .layers import StackedDropout, StackedLayerNorm, StackedLinear, assign

ELEMENTWISE = (
    CELU, ELU, GELU, SELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, Identity, LeakyReLU, LogSigmoid, Mish, ReLU,
    ReLU6, Sigmoid, SiLU, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
)  # fmt: skip


class Stacking(NamedTuple):
    """What stacked layers are made of, besides the layers of the networks.

    Attributes:
        networks: S.
        values: the stacked parameters, by their names in a network.
        source: where masks come from; None for the generators of the dropouts.
    """

    networks: int
    values: Mapping[str, Any]
    source: Any

    def value(self, name: str, layer: Module, attribute: str) -> Any:
        """Return a stacked parameter; None where the layer has none."""
        if getattr(layer, attribute) is None:
            return None
        if name + attribute not in self.values:
            raise ValueError(f"{name}{attribute} cannot be stacked: it is tied to another parameter of its network")
        return self.values[name + attribute]


def stacked_layer(layers: Sequence[Any], stacking: Stacking, name: str = "") -> Module:
    """Return the layer that does for S networks what these do for one each.

    Args:
        layers: the same layer of every network, or of one that stands for all; `check_stackable` has seen them.
        stacking: what else it takes.
        name: the layer's own, with a dot behind it.

    Raises:
        ValueError: a layer has settings that cannot be stacked.
    """
    first = layers[0]
    if is_chain(first):
        parts = {
            part: stacked_layer([layer._modules[part] for layer in layers], stacking, f"{name}{part}.")
            for part in first._modules
        }
        stacked: Module = Sequential(parts)
    else:
        stacked = STACKED[type(first)](layers, stacking, name)
    stacked.training = first.training
    return stacked


def check_stackable(layers: Sequence[Any]) -> None:
    """Look at the same layer of every network.

    Raises:
        TypeError: a layer of this kind cannot be stacked.
        ValueError: the layers differ in more than the values of their parameters; or one has hooks, or a parameter of
            it has.
    """
    first = layers[0]
    if not is_chain(first) and type(first) not in STACKED:
        raise TypeError(
            f"{type(first).__name__} cannot be stacked: it may look at other samples, or keep an account of them, and "
            f"nobody knows what it would do to several networks at once. Those that can are Sequential, "
            f"{', '.join(sorted(kind.__name__ for kind in STACKED))}"
        )
    for s, layer in enumerate(layers):
        if settings(layer) != settings(first):
            raise ValueError(
                f"networks cannot be stacked that differ in more than their parameters: networks 0 and {s} have "
                f"{first!r} and {layer!r}, in {_mode(first)} and {_mode(layer)}"
            )
        if any(len(getattr(layer, hooks)) for hooks in HOOKS) or any(
            x is not None and x.hooks is not None for _, x in layer._registered("parameter")
        ):
            raise ValueError(f"{type(layer).__name__} of network {s} has hooks, which a stack would not call")
    if is_chain(first):
        for name in first._modules:
            check_stackable([layer._modules[name] for layer in layers])


def is_chain(layer: Any) -> bool:
    """Return whether a module is a Sequential without a forward of its own."""
    return isinstance(layer, Sequential) and type(layer).forward is Sequential.forward


HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")


def _mode(layer: Module) -> str:
    return "training" if layer.training else "evaluation"


def settings(layer: Module) -> dict[str, Any]:
    """Return all of a layer but the values of its tensors, what is below it, its hooks and its generator."""
    own = {name: value for name, value in vars(layer).items() if name not in layer._registered_kinds}
    tensors = {
        name: None if x is None else (x.array.shape, x.array.dtype, x.requires_grad)
        for kind in ("parameter", "buffer")
        for name, x in layer._registered(kind)
    }
    for name in (*HOOKS, "generator"):
        own.pop(name, None)
    return {**own, **tensors, "": type(layer)}


def _linear(layers: Sequence[Linear], stacking: Stacking, name: str) -> Module:
    stacked = bare(StackedLinear)
    stacked.take(*[stacking.value(name, layers[0], attribute) for attribute in ("weight", "bias")])
    return stacked


def _layer_norm(layers: Sequence[LayerNorm], stacking: Stacking, name: str) -> Module:
    one = layers[0]
    if len(one.normalized_shape) != 1:
        raise ValueError(f"{one!r} cannot be stacked: it must normalize over the last dimension alone")
    parameters = [stacking.value(name, one, attribute) for attribute in ("weight", "bias")]
    stacked = bare(StackedLayerNorm)
    stacked.take(stacking.networks, one.normalized_shape[0], one.eps, *parameters)
    return stacked


def _dropout(layers: Sequence[Dropout], stacking: Stacking, name: str) -> Module:
    one = layers[0]
    if one.inplace:
        raise ValueError(f"{one!r} cannot be stacked: drop inplace=True, which saves nothing here")
    own: Any = [layer.generator for layer in layers]
    if stacking.source is None and any(own):
        return StackedDropout(one.p, GeneratorPerNetwork(own))
    return StackedDropout(one.p, stacking.source)


def _softmax(layers: Sequence[Softmax | LogSoftmax], stacking: Stacking, name: str) -> Module:
    one = layers[0]
    if one.dim not in (-1, 1):
        raise ValueError(f"{one!r} cannot be stacked: dim must be 1 or -1, that of the features")
    return type(one)(dim=-1)


def _unchanged(layers: Sequence[Module], stacking: Stacking, name: str) -> Module:
    return copy.deepcopy(layers[0])


STACKED: dict[type, Callable[[Sequence[Any], Stacking, str], Module]] = {
    Linear: _linear,
    LayerNorm: _layer_norm,
    Dropout: _dropout,
    Softmax: _softmax,
    LogSoftmax: _softmax,
    **dict.fromkeys(ELEMENTWISE, _unchanged),
}
"""What makes the stacked layer of each kind."""


def single_layer(layer: Any, s: int) -> Module:
    """Return network s's own of a stacked layer, with a copy of its parameters' values."""
    if isinstance(layer, Sequential):
        single: Module = Sequential({name: single_layer(part, s) for name, part in layer._modules.items()})
    elif isinstance(layer, StackedLinear):
        single = bare(Linear, in_features=layer.in_features, out_features=layer.out_features)
    elif isinstance(layer, StackedLayerNorm):
        affine = layer.weight is not None
        single = bare(LayerNorm, normalized_shape=(layer.features,), eps=layer.eps, elementwise_affine=affine)
    elif isinstance(layer, StackedDropout):
        source = layer.generator
        single = Dropout(layer.p, generator=source.generators[s] if isinstance(source, GeneratorPerNetwork) else source)
    else:
        single = copy.deepcopy(layer)
    for name, stack in layer._registered("parameter"):
        assign(single, **{name: None if stack is None else Parameter(stack.detach()[s].clone(), stack.requires_grad)})
    single.training = layer.training
    return single


def bare(kind: Any, **attributes: Any) -> Any:
    """Return a layer without parameters, so that none are drawn."""
    layer = kind.__new__(kind)
    Module.__init__(layer)
    for name, value in attributes.items():
        setattr(layer, name, value)
    return layer
