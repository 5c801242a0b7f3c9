"""Layers for a stack of S networks: what they take and give has the networks as its first dimension, the samples next.

Most layers compute every element, or every row, by itself, and so need no change; those with parameters do.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .. import table
from ..core.graph import apply
from ..functions.arguments import check_tensor
from ..functions.creation import empty
from ..functions.tensor import Tensor
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
    functional as F,
    init,
)
from ..random import Generator
from ..random.layout import memory_order
from .generators import GeneratorPerNetwork

ELEMENTWISE = (
    CELU, ELU, GELU, SELU, Hardshrink, Hardsigmoid, Hardswish, Hardtanh, Identity, LeakyReLU, LogSigmoid, Mish, ReLU,
    ReLU6, Sigmoid, SiLU, Softplus, Softshrink, Softsign, Tanh, Tanhshrink, Threshold,
)  # fmt: skip

Source = Generator | GeneratorPerNetwork


def for_all(module: Module, input: Tensor, networks: int) -> Tensor:
    """Return an input of shape (S, N, features) as it is, and one of shape (N, features) S times; RuntimeError else."""
    shape = input.array.shape
    if len(shape) == 2:
        return input.expand(networks, *shape)
    if len(shape) != 3 or shape[0] != networks:
        raise RuntimeError(
            f"{type(module).__name__}: expected an input of shape (N, features), or ({networks}, N, features) with a "
            f"batch for each network, but got {list(shape)}"
        )
    return input


def _assign(layer: Module, **tensors: Any) -> None:
    """Let a layer have parameters, or other tensors in their place; None keeps the place of one."""
    for name, tensor in tensors.items():
        layer.register_parameter(name, None)
        vars(layer)[name] = tensor


class StackedLinear(Module):
    """y_s = x_s W_sᵀ + b_s for every network s.

    Args:
        networks: S.
        in_features: the size of the last dimension of x.
        out_features: the size of the last dimension of y.
        bias: whether there is a b.
        dtype: of the parameters; the default float dtype unless given.

    Attributes:
        weight: W, of shape (S, out_features, in_features), at first uniform in ±1/√in_features.
        bias: b, of shape (S, out_features), at first uniform in the same range; or None.

    Example:
        >>> import minigrad
        >>> StackedLinear(8, 2, 3)(minigrad.ones(8, 5, 2)).shape
        minigrad.Size([8, 5, 3])
    """

    weight: Parameter
    bias: Parameter | None

    def __init__(
        self, networks: int, in_features: int, out_features: int, bias: bool = True, dtype: Any = None
    ) -> None:
        super().__init__()
        weight = Parameter(empty(networks, out_features, in_features, dtype=dtype))
        self._take(weight, Parameter(empty(networks, out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def _take(self, weight: Any, bias: Any) -> None:
        """Be a layer of these parameters."""
        self.networks, self.out_features, self.in_features = weight.array.shape
        _assign(self, weight=weight, bias=bias)

    def reset_parameters(self) -> None:
        """Draw the parameters of all networks anew, from one generator."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return the maps of the inputs.

        Args:
            input: of shape (S, N, in_features); or (N, in_features), the same for all networks.

        Raises:
            RuntimeError: it has another shape.
        """
        check_tensor("StackedLinear", input)
        input = for_all(self, input, self.networks)
        if input.array.shape[2] != self.in_features:
            raise RuntimeError(
                f"StackedLinear: expected an input of shape (…, N, {self.in_features}), but got {list(input.shape)}"
            )
        if self.bias is None:
            return apply(table.stacked_linear, input, self.weight)
        return apply(table.stacked_linear, input, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return (
            f"networks={self.networks}, in_features={self.in_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class StackedLayerNorm(Module):
    """y_s = (x_s - E[x_s]) / √(Var[x_s] + ε) · w_s + b_s for every network s and sample, over the last dimension.

    Args:
        networks: S.
        features: the size of the last dimension of x.
        eps: ε.
        elementwise_affine: whether there are w and b.
        bias: whether there is a b, where there is a w.
        dtype: of the parameters; the default float dtype unless given.

    Attributes:
        weight: w, of shape (S, features), at first 1; or None.
        bias: b, of the same shape, at first 0; or None.
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        networks: int,
        features: int,
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        wanted = elementwise_affine, elementwise_affine and bias
        parameters = [Parameter(empty(networks, features, dtype=dtype)) if is_wanted else None for is_wanted in wanted]
        self._take(networks, features, eps, *parameters)
        self.reset_parameters()

    def _take(self, networks: int, features: int, eps: float, weight: Any, bias: Any) -> None:
        """Be a layer of these parameters."""
        self.networks = networks
        self.features = features
        self.eps = eps
        _assign(self, weight=weight, bias=bias)

    def reset_parameters(self) -> None:
        """Set w to 1 and b to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalize the inputs, of shape (S, N, features)."""
        y = F.layer_norm(input, (self.features,), eps=self.eps)
        y = y if self.weight is None else y * self.weight.unsqueeze(1)
        return y if self.bias is None else y + self.bias.unsqueeze(1)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"networks={self.networks}, features={self.features}, eps={self.eps}, "
            f"elementwise_affine={self.weight is not None}, bias={self.bias is not None}"
        )


class StackedDropout(Module):
    """Dropout whose masks come from the generators of the networks, or from one for all.

    Args:
        p: the probability to drop, in [0, 1].
        generator: where masks come from; None where there is none, which is an error while training.
    """

    def __init__(self, p: float, generator: Source | None) -> None:
        super().__init__()
        self.p = p
        self.generator = generator

    def forward(self, input: Tensor) -> Tensor:
        """Drop elements of the inputs, of shape (S, N, …), while training."""
        if self.generator is None and self.training and 0 < self.p < 1:
            raise RuntimeError(
                "Dropout of a stack: no generators were given, and the default one cannot draw for several networks "
                "what it would draw for each alone. Give generators=, one for each network, or one for all of them"
            )
        generator: Any = self.generator
        if input.array.flags.c_contiguous:
            return F.dropout(input, self.p, self.training, generator=generator)
        # a mask goes through each network's input as that lies in memory
        order = memory_order(input.array[0]) or range(input.ndim - 1)
        axes = (0, *[axis + 1 for axis in order])
        dropped = F.dropout(input.permute(axes).contiguous(), self.p, self.training, generator=generator)
        return dropped.permute(np.argsort(axes).tolist())

    def extra_repr(self) -> str:
        """Return the probability."""
        return f"p={self.p}"


# ---- from single layers to stacked ones, and back --------------------------------------------------------------------


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
        ValueError: the layers differ in more than the values of their parameters, or one has hooks.
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
        if any(len(getattr(layer, hooks)) for hooks in HOOKS):
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
    stacked._take(*[stacking.value(name, layers[0], attribute) for attribute in ("weight", "bias")])
    return stacked


def _layer_norm(layers: Sequence[LayerNorm], stacking: Stacking, name: str) -> Module:
    one = layers[0]
    if len(one.normalized_shape) != 1:
        raise ValueError(f"{one!r} cannot be stacked: it must normalize over the last dimension alone")
    parameters = [stacking.value(name, one, attribute) for attribute in ("weight", "bias")]
    stacked = bare(StackedLayerNorm)
    stacked._take(stacking.networks, one.normalized_shape[0], one.eps, *parameters)
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
        _assign(single, **{name: None if stack is None else Parameter(stack.detach()[s].clone(), stack.requires_grad)})
    single.training = layer.training
    return single


def bare(kind: Any, **attributes: Any) -> Any:
    """Return a layer without parameters, so that none are drawn."""
    layer = kind.__new__(kind)
    Module.__init__(layer)
    for name, value in attributes.items():
        setattr(layer, name, value)
    return layer
