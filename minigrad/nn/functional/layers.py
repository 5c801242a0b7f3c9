"""The affine map and the activations, as functions."""

from __future__ import annotations

import math
from typing import Any

from ... import ops
from ...recording import apply
from ...tensor import Tensor


def check_tensor(function: str, input: Any) -> None:
    """Raise TypeError for an input that is no tensor."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{function}(): argument 'input' must be Tensor, not {type(input).__name__}")


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return input Wᵀ + b.

    Args:
        input: of shape (*, in_features).
        weight: W, of shape (out_features, in_features).
        bias: b, of shape (out_features,), or None.

    Raises:
        RuntimeError: the shapes do not fit; the message has both.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html
    """
    check_tensor("linear", input)
    try:
        return apply(ops.linear, input, weight) if bias is None else apply(ops.linear, input, weight, bias)
    except RuntimeError as error:
        raise _misfit(input, weight, bias, error) from None


def _misfit(input: Tensor, weight: Tensor, bias: Tensor | None, error: RuntimeError) -> RuntimeError:
    """Say why there is no input Wᵀ + b, if it is for the shapes."""
    x, w = input.array.shape, weight.array.shape
    if x and x[-1] == w[-1]:
        if bias is None or bias.array.shape in ((), (1,), w[:1]):
            return error
        return RuntimeError(f"linear: a bias of shape {list(bias.shape)} does not fit a weight of shape {list(w)}")
    return RuntimeError(
        f"linear: an input of shape {list(x)} does not fit a weight of shape {list(w)}: mat1 and mat2 shapes cannot be "
        f"multiplied ({math.prod(x[:-1])}x{x[-1] if x else 1} and {w[-1]}x{w[0]})"
    )


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return max(input, 0).

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html
    """
    check_tensor("relu", input)
    return input.relu_() if inplace else input.relu()


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-input))."""
    check_tensor("sigmoid", input)
    return input.sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of the input."""
    check_tensor("tanh", input)
    return input.tanh()


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return exp(input) / sum(exp(input)) along one dimension."""
    return input.softmax(dim)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return log(softmax(input)) along one dimension."""
    return input.log_softmax(dim)
