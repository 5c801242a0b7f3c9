"""Normalizations of each sample by itself, as layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .._tensor.dtypes import dtype as DType
from ..functions.creation import empty
from ..functions.tensor import Tensor
from . import functional as F, init
from .module import Module
from .parameter import Parameter


class LayerNorm(Module):
    """y = (x - E[x]) / √(Var[x] + ε) · w + b for every sample, over its last dimensions.

    Args:
        normalized_shape: the sizes of the dimensions to normalize over; an integer for the last one.
        eps: ε.
        elementwise_affine: whether there are w and b.
        bias: whether there is a b, where there is a w.
        device: accepted where it is the CPU.
        dtype: of the parameters; the default float dtype unless given.

    Attributes:
        weight: w, of shape normalized_shape, at first 1; or None.
        bias: b, of the same shape, at first 0; or None.

    Source: Ba et al., "Layer Normalization", 2016;
        https://pytorch.org/docs/stable/generated/torch.nn.LayerNorm.html

    Example:
        >>> import minigrad
        >>> LayerNorm(2)(minigrad.tensor([[1.0, 3.0], [20.0, 10.0]])).detach()
        tensor([[-1.0000,  1.0000],
                [ 1.0000, -1.0000]])
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        _register_affine(self, self.normalized_shape, elementwise_affine, elementwise_affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set w to 1 and b to 0."""
        _reset_affine(self)

    def forward(self, input: Tensor) -> Tensor:
        """Normalize the input."""
        return F.layer_norm(input, self.normalized_shape, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )


class GroupNorm(Module):
    """y = (x - E[x]) / √(Var[x] + ε) · w + b for every sample, over groups of channels.

    Args:
        num_groups: a divisor of num_channels.
        num_channels: C, of an input (N, C, …).
        eps: ε.
        affine: whether there are w and b.
        device: accepted where it is the CPU.
        dtype: of the parameters; the default float dtype unless given.
        bias: whether there is a b, where there is a w.

    Attributes:
        weight: w, of shape (C,), at first 1; or None.
        bias: b, of shape (C,), at first 0; or None.

    Raises:
        ValueError: the channels cannot be divided into this number of groups.

    Source: Wu and He, "Group Normalization", 2018;
        https://pytorch.org/docs/stable/generated/torch.nn.GroupNorm.html

    Example:
        >>> import minigrad
        >>> GroupNorm(2, 4)(minigrad.tensor([[1.0, 3.0, 20.0, 10.0]])).detach()
        tensor([[-1.0000,  1.0000,  1.0000, -1.0000]])
    """

    weight: Parameter | None
    bias: Parameter | None

    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        if num_channels % num_groups:
            raise ValueError(f"num_channels ({num_channels}) must be divisible by num_groups ({num_groups})")
        self.num_groups = num_groups
        self.num_channels = num_channels
        self.eps = eps
        self.affine = affine
        _register_affine(self, (num_channels,), affine, affine and bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set w to 1 and b to 0."""
        _reset_affine(self)

    def forward(self, input: Tensor) -> Tensor:
        """Normalize the input."""
        return F.group_norm(input, self.num_groups, self.weight, self.bias, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )


class RMSNorm(Module):
    """y = x / √(E[x²] + ε) · w for every sample, over its last dimensions.

    Args:
        normalized_shape: the sizes of the dimensions to normalize over; an integer for the last one.
        eps: ε; the dtype's machine epsilon unless given.
        elementwise_affine: whether there is a w.
        device: accepted where it is the CPU.
        dtype: of w; the default float dtype unless given.

    Attributes:
        weight: w, of shape normalized_shape, at first 1; or None.

    Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019;
        https://pytorch.org/docs/stable/generated/torch.nn.RMSNorm.html

    Example:
        >>> import minigrad
        >>> RMSNorm(2)(minigrad.tensor([[1.0, 7.0]])).detach()
        tensor([[0.2000, 1.4000]])
    """

    weight: Parameter | None

    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        self.normalized_shape = _as_shape(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        shape = self.normalized_shape
        self.register_parameter(
            "weight", Parameter(empty(shape, device=device, dtype=dtype)) if elementwise_affine else None
        )
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set w to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        """Normalize the input."""
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"


def _as_shape(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    return (normalized_shape,) if isinstance(normalized_shape, int) else tuple(normalized_shape)


def _register_affine(module: Module, shape: tuple[int, ...], weight: bool, bias: bool, device: Any, dtype: Any) -> None:
    """Register a weight and a bias, or None for one that is left out."""
    for name, wanted in (("weight", weight), ("bias", bias)):
        module.register_parameter(name, Parameter(empty(shape, device=device, dtype=dtype)) if wanted else None)


def _reset_affine(module: LayerNorm | GroupNorm) -> None:
    if module.weight is not None:
        init.ones_(module.weight)
    if module.bias is not None:
        init.zeros_(module.bias)
