"""Layers for a stack of S networks: what they take and give has the networks as its first dimension, the samples next.

Most layers compute every element, or every row, by itself, and so need no change; those with parameters do.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from typing import Any

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

    bias: Parameter | None

    def __init__(
        self, networks: int, in_features: int, out_features: int, bias: bool = True, dtype: Any = None
    ) -> None:
        super().__init__()
        self.networks = networks
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(networks, out_features, in_features, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(networks, out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters of all networks anew, from one generator."""
        bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def forward(self, input: Tensor) -> Tensor:
        """Return the maps of the inputs, of shape (S, N, in_features)."""
        check_tensor("StackedLinear", input)
        self._check_shape(input)
        if self.bias is None:
            return apply(table.stacked_linear, input, self.weight)
        return apply(table.stacked_linear, input, self.weight, self.bias)

    def _check_shape(self, input: Tensor) -> None:
        shape = input.array.shape
        if len(shape) != 3 or shape[0] != self.networks or shape[2] != self.in_features:
            raise RuntimeError(
                f"StackedLinear: expected an input of shape [{self.networks}, N, {self.in_features}], but got "
                f"{list(shape)}"
            )

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
        self.networks = networks
        self.features = features
        self.eps = eps
        for name, wanted in (("weight", elementwise_affine), ("bias", elementwise_affine and bias)):
            self.register_parameter(name, Parameter(empty(networks, features, dtype=dtype)) if wanted else None)
        self.reset_parameters()

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


def stacked_layer(layers: Sequence[Any], generator: Source | None) -> Module:
    """Return the layer that does for S networks what these do for one each; its parameters are still to be set.

    Args:
        layers: the same layer of every network.
        generator: where masks come from.

    Raises:
        TypeError: a layer of this kind cannot be stacked.
        ValueError: the layers differ, or one has settings that cannot be stacked.
    """
    first = layers[0]
    for s, layer in enumerate(layers):
        _check_alike(first, layer, s)
    if is_chain(first):
        names = list(first._modules)
        parts = {name: stacked_layer([layer._modules[name] for layer in layers], generator) for name in names}
        stacked: Module = Sequential(parts)
    elif type(first) in STACKED:
        stacked = STACKED[type(first)](layers, generator)
    else:
        raise TypeError(
            f"{type(first).__name__} cannot be stacked: it may look at other samples, or keep an account of them, and "
            f"nobody knows what it would do to several networks at once. Those that can are Sequential, "
            f"{', '.join(sorted(kind.__name__ for kind in STACKED))}"
        )
    stacked.training = first.training
    return stacked


def is_chain(layer: Any) -> bool:
    """Return whether a module is a Sequential without a forward of its own."""
    return isinstance(layer, Sequential) and type(layer).forward is Sequential.forward


def _check_alike(first: Any, layer: Any, s: int) -> None:
    """Raise ValueError unless layer s is the first one but for the values of its parameters."""
    if settings(layer) != settings(first):
        raise ValueError(
            f"networks cannot be stacked that differ in more than their parameters: networks 0 and {s} have {first!r} "
            f"and {layer!r}, in {_mode(first)} and {_mode(layer)}"
        )
    if any(len(getattr(layer, hooks)) for hooks in HOOKS):
        raise ValueError(f"{type(layer).__name__} of network {s} has hooks, which a stack would not call")


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


def _linear(layers: Sequence[Linear], generator: Source | None) -> Module:
    one = layers[0]
    return StackedLinear(len(layers), one.in_features, one.out_features, one.bias is not None, one.weight.dtype)


def _layer_norm(layers: Sequence[LayerNorm], generator: Source | None) -> Module:
    one = layers[0]
    if len(one.normalized_shape) != 1:
        raise ValueError(f"{one!r} cannot be stacked: it must normalize over the last dimension alone")
    dtype = None if one.weight is None else one.weight.dtype
    return StackedLayerNorm(
        len(layers), one.normalized_shape[0], one.eps, one.weight is not None, one.bias is not None, dtype
    )


def _dropout(layers: Sequence[Dropout], generator: Source | None) -> Module:
    one = layers[0]
    if one.inplace:
        raise ValueError(f"{one!r} cannot be stacked: drop inplace=True, which saves nothing here")
    own = [layer.generator for layer in layers]
    if generator is None and any(own):
        generator = GeneratorPerNetwork(own)  # type: ignore[arg-type]  # it refuses None
    return StackedDropout(one.p, generator)


def _softmax(layers: Sequence[Softmax | LogSoftmax], generator: Source | None) -> Module:
    one = layers[0]
    if one.dim not in (-1, 1):
        raise ValueError(f"{one!r} cannot be stacked: dim must be 1 or -1, that of the features")
    return type(one)(dim=-1)


def _unchanged(layers: Sequence[Module], generator: Source | None) -> Module:
    return copy.deepcopy(layers[0])


STACKED: dict[type, Callable[[Sequence[Any], Source | None], Module]] = {
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
        single = Linear(layer.in_features, layer.out_features, layer.bias is not None, dtype=layer.weight.dtype)
    elif isinstance(layer, StackedLayerNorm):
        dtype = None if layer.weight is None else layer.weight.dtype
        single = LayerNorm(layer.features, layer.eps, layer.weight is not None, layer.bias is not None, dtype=dtype)
    elif isinstance(layer, StackedDropout):
        source = layer.generator
        single = Dropout(layer.p, generator=source.generators[s] if isinstance(source, GeneratorPerNetwork) else source)
    else:
        single = copy.deepcopy(layer)
    for name, stack in layer._registered("parameter"):
        if stack is not None:
            setattr(single, name, Parameter(stack.detach()[s].clone(), stack.requires_grad))
    single.training = layer.training
    return single
