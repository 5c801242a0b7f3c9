"""The affine map, the bilinear map, and the identity."""

from __future__ import annotations

import math
from typing import Any

from .._tensor.dtypes import dtype as DType
from ..core import nn as core
from ..functions.arguments import check_tensor
from ..functions.creation import empty
from ..functions.tensor import Tensor
from . import functional as F, init
from .module import Module
from .parameter import Parameter, UninitializedParameter, is_lazy


class Linear(core.Linear, Module):
    """y = x Wᵀ + b.

    Args:
        in_features: the size of the last dimension of x.
        out_features: the size of the last dimension of y.
        bias: whether there is a b.
        device: accepted where it is the CPU.
        dtype: of the parameters; the default float dtype unless given.

    Attributes:
        weight: W, of shape (out_features, in_features), at first uniform in ±1/√in_features.
        bias: b, of shape (out_features,), at first uniform in the same range; or None.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Linear.html

    Example:
        >>> import minigrad
        >>> Linear(20, 30)(minigrad.randn(128, 20)).shape
        minigrad.Size([128, 30])
    """

    weight: Parameter
    bias: Parameter | None  # type: ignore[assignment]

    def __init__(
        self, in_features: int, out_features: int, bias: bool = True, device: Any = None, dtype: DType | None = None
    ) -> None:
        Module.__init__(self)
        self.in_features = in_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))  # which comes to ±1/√in_features
        if self.bias is not None:
            bound = 1 / math.sqrt(self.in_features) if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input: Any) -> Tensor:
        """Return input Wᵀ + b."""
        check_tensor("linear", input)
        return super().forward(input)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class LazyLinear(Linear):
    """A Linear whose in_features is the last size of its first input; with that input it becomes a Linear.

    A state dictionary that is loaded tells the size, too.

    Args:
        out_features: the size of the last dimension of y.
        bias: whether there is a b.
        device: accepted where it is the CPU.
        dtype: of the parameters; the default float dtype unless given.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.LazyLinear.html

    Example:
        >>> import minigrad
        >>> layer = LazyLinear(3)
        >>> layer(minigrad.ones(5, 2)).shape, layer
        (minigrad.Size([5, 3]), Linear(in_features=2, out_features=3, bias=True))
    """

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: DType | None = None) -> None:
        Module.__init__(self)
        self.in_features = 0
        self.out_features = out_features
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        waiting = UninitializedParameter(device=device, dtype=dtype) if bias else None
        self.register_parameter("bias", waiting)
        self._size_of_state = self.register_load_state_dict_pre_hook(_take_size_of_state)

    def reset_parameters(self) -> None:
        """Draw the parameters anew, once there are any."""
        if not is_lazy(self.weight):
            super().reset_parameters()

    def forward(self, input: Any) -> Tensor:
        """Become a Linear for inputs of this size, and return input Wᵀ + b."""
        check_tensor("linear", input)
        self.initialize_parameters(input)
        return self.forward(input)

    def initialize_parameters(self, input: Tensor) -> None:
        """Become a Linear for inputs of this size, with parameters drawn anew."""
        self._become_linear(input.shape[-1])
        self.reset_parameters()

    def has_uninitialized_params(self) -> bool:
        """Return whether the size is still unknown."""
        return is_lazy(self.weight)

    def _become_linear(self, in_features: int) -> None:
        self.in_features = in_features
        for waiting, shape in ((self.weight, (self.out_features, in_features)), (self.bias, (self.out_features,))):
            if isinstance(waiting, UninitializedParameter):
                waiting.materialize(shape)
        self._size_of_state.remove()
        del self._size_of_state
        self.__class__ = Linear  # type: ignore[assignment]


def _take_size_of_state(module: LazyLinear, state: dict[str, Any], prefix: str, *rest: Any) -> None:
    weight = state.get(f"{prefix}weight")
    if isinstance(weight, Tensor) and not is_lazy(weight) and weight.ndim == 2:
        module._become_linear(weight.shape[1])


class Bilinear(Module):
    """y_k = x₁ᵀ W_k x₂ + b_k.

    Args:
        in1_features: the size of the last dimension of x₁, above 0.
        in2_features: the size of the last dimension of x₂.
        out_features: the size of the last dimension of y.
        bias: whether there is a b.
        device: accepted where it is the CPU.
        dtype: of the parameters; the default float dtype unless given.

    Attributes:
        weight: W, of shape (out_features, in1_features, in2_features), at first uniform in ±1/√in1_features.
        bias: b, of shape (out_features,), at first uniform in the same range; or None.

    Raises:
        ValueError: in1_features is not positive.
        RuntimeError: at a call, shapes that do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html

    Example:
        >>> import minigrad
        >>> Bilinear(20, 30, 40)(minigrad.randn(128, 20), minigrad.randn(128, 30)).shape
        minigrad.Size([128, 40])
    """

    bias: Parameter | None

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: DType | None = None,
    ) -> None:
        super().__init__()
        if in1_features <= 0:
            raise ValueError(f"in1_features must be > 0, but got (in1_features={in1_features})")
        self.in1_features = in1_features
        self.in2_features = in2_features
        self.out_features = out_features
        self.weight = Parameter(empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        self.register_parameter("bias", Parameter(empty(out_features, device=device, dtype=dtype)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the parameters anew."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        """Return the bilinear map of the inputs, of shapes (*, in1_features) and (*, in2_features)."""
        return F.bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        """Return the sizes."""
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


class Identity(Module):
    """y = x; takes and ignores any arguments, so that it can stand for any layer.

    Args:
        *args, **kwargs: ignored.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Identity.html

    Example:
        >>> import minigrad
        >>> Identity()(minigrad.tensor([1.0, 2.0]))
        tensor([1., 2.])
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        """Return the input."""
        return input
