"""Layers for a stack of S networks: their inputs and outputs have the networks as the first dimension."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .. import table
from ..core.graph import apply
from ..functions.arguments import check_tensor
from ..functions.creation import empty
from ..functions.tensor import Tensor
from ..nn import Module, Parameter, functional as F, init
from ..random import Generator
from ..random.layout import memory_order
from .generators import GeneratorPerNetwork

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


def assign(layer: Module, **tensors: Any) -> None:
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
        self.take(weight, Parameter(empty(networks, out_features, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def take(self, weight: Any, bias: Any) -> None:
        """Be a layer of these parameters."""
        self.networks, self.out_features, self.in_features = weight.array.shape
        assign(self, weight=weight, bias=bias)

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
        self.take(networks, features, eps, *parameters)
        self.reset_parameters()

    def take(self, networks: int, features: int, eps: float, weight: Any, bias: Any) -> None:
        """Be a layer of these parameters."""
        self.networks = networks
        self.features = features
        self.eps = eps
        assign(self, weight=weight, bias=bias)

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
