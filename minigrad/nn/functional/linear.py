"""The affine map and the bilinear map, as functions."""

from __future__ import annotations

import math

from ..._tensor.declared import explain
from ...core import nn as core
from ...functions.arguments import check_tensor
from ...functions.tensor import Tensor
from .arguments import check_tensors


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return input Wᵀ + b.

    Args:
        input: of shape (*, in_features).
        weight: W, of shape (out_features, in_features), or (in_features,) for one output without a dimension.
        bias: b, of shape (out_features,), or None.

    Raises:
        RuntimeError: the shapes do not fit; the message has both.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.linear.html

    Example:
        >>> linear(Tensor([[1.0, 2.0]]), Tensor([[1.0, 1.0], [0.0, 1.0]]), Tensor([0.5, 0.5]))
        tensor([[3.5000, 2.5000]])
    """
    check_tensor("linear", input)
    if bias is not None:
        check_tensor("linear", bias, "bias")
    if weight.ndim == 1:
        return _with_one_output(input, weight, bias)
    return core.linear(input, weight, bias)


def _with_one_output(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    y = linear(input, weight.unsqueeze(0)).squeeze(-1)
    return y if bias is None else y + bias


def bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """Return x₁ᵀ W_k x₂ + b_k for every k.

    Args:
        input1: x₁, of shape (*, in1_features).
        input2: x₂, of shape (*, in2_features), the leading dimensions those of x₁.
        weight: W, of shape (out_features, in1_features, in2_features).
        bias: b, of shape (out_features,), or None.

    Returns:
        A tensor of shape (*, out_features).

    Raises:
        RuntimeError: the shapes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.bilinear.html

    Example:
        >>> bilinear(Tensor([1.0, 2.0]), Tensor([3.0, 4.0]), Tensor([[[1.0, 0.0], [0.0, 1.0]]]))
        tensor([11.])
    """
    check_tensors("bilinear", input1=input1, input2=input2, weight=weight)
    _check_bilinear(input1, input2, weight, bias)
    outputs, in1, in2 = weight.array.shape
    rows = math.prod(input1.array.shape[:-1])
    maps = input1.reshape(rows, in1) @ weight.permute(1, 0, 2).reshape(in1, outputs * in2)
    y = maps.reshape(rows, outputs, in2) @ input2.reshape(rows, in2, 1)
    y = y.reshape(*input1.array.shape[:-1], outputs)
    return y if bias is None else y + bias


def _check_bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | None) -> None:
    shape1, shape2, w = input1.array.shape, input2.array.shape, weight.array.shape
    if len(w) != 3:
        raise RuntimeError(f"bilinear(): expected a weight of shape (out, in1, in2), but got {list(w)}")
    if shape1[:-1] != shape2[:-1] or len(shape1) != len(shape2):
        raise RuntimeError(f"bilinear(): input batch dimensions do not match: got {list(shape1)} and {list(shape2)}")
    for name, shape, size in (("input1", shape1, w[1]), ("input2", shape2, w[2])):
        if not shape or shape[-1] != size:
            raise RuntimeError(
                f"bilinear(): {name} size does not match weight size: got {list(shape)} for a weight of {list(w)}"
            )
    if bias is not None and bias.array.shape not in ((), (1,), w[:1]):
        raise RuntimeError(f"bilinear(): a bias of shape {list(bias.shape)} does not fit a weight of {list(w)}")


explain(globals())
