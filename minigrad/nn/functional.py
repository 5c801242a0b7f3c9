"""Layers and losses as functions, without parameters of their own.

Source: https://pytorch.org/docs/stable/nn.functional.html
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from .. import ops
from ..random import Generator, default_generator
from ..recording import Array, apply, wrap
from ..tensor import Tensor


def check_tensor(function: str, input: Any) -> None:
    """Raise TypeError for an input that is no tensor."""
    if not isinstance(input, Tensor):
        raise TypeError(f"{function}(): argument 'input' must be Tensor, not {type(input).__name__}")


# ---- layers ----------------------------------------------------------------------------------------------------------


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


def dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Drop each element with probability p and scale the others by 1/(1-p); the identity unless training.

    Args:
        input: of any shape and floating-point dtype.
        p: the probability to drop, in [0, 1]; at 0 the input is returned, at 1 zeros, and nothing is drawn.
        training: whether to drop anything.
        inplace: overwrite the input.
        generator: draws the mask; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html
    """
    checked_dropout_probability(p)
    check_tensor("dropout", input)
    if p == 0 or not training or not input.array.size:
        return input
    if input.array.dtype.kind != "f":
        raise RuntimeError(f"dropout: expected a floating-point input, but got {input.dtype}")
    if p == 1:
        return input.zero_() if inplace else apply(ops.where, wrap(np.asarray(False)), input, 0.0)
    multiplier = _dropout_multiplier(input.array, p, generator or default_generator)
    return input.mul_(multiplier) if inplace else apply(ops.mul, input, multiplier)


def _dropout_multiplier(x: Array, p: float, generator: Generator) -> Array:
    """Draw 0 for what is dropped, 1/keep for what is kept: dropout is the product with a constant array."""
    keep_mask, keep = generator.keep_mask(x.shape, p)
    if x.dtype == np.float16:  # where 1/keep may be infinite, and PyTorch computes it in float32
        with np.errstate(over="ignore"):
            scale = (np.float32(1) / np.float32(keep)).astype(np.float16)
        return np.where(keep_mask, scale, np.float16(0))
    return np.multiply(keep_mask, x.dtype.type(1) / x.dtype.type(keep))


def checked_dropout_probability(p: float) -> float:
    """Return p if it is a probability; ValueError, or TypeError for what is no number, otherwise."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


# ---- losses ----------------------------------------------------------------------------------------------------------


def checked_reduction(reduction: str) -> str:
    """Return a reduction if there is one of this name; ValueError otherwise."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction: expected 'none', 'mean' or 'sum'")
    return reduction


def _reduced(loss: Tensor, reduction: str) -> Tensor:
    if reduction == "mean":
        return loss.mean()
    return loss.sum() if checked_reduction(reduction) == "sum" else loss


def mse_loss(input: Tensor, target: Tensor, reduction: str = "mean") -> Tensor:
    """Return the squared error (input - target)², averaged unless told otherwise.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html
    """
    count = input.array.size
    if input.array.shape != target.array.shape:
        count = math.prod(_broadcast_shape(input, target))
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will "
            "likely lead to incorrect results due to broadcasting. Please ensure they have the same size.",
            stacklevel=2,
        )
    if reduction == "mean":
        return apply(ops.mse, input, target, count=count or math.nan)
    return _reduced(apply(ops.squared_difference, input, target), reduction)


def _broadcast_shape(input: Tensor, target: Tensor) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(input.array.shape, target.array.shape)
    except ValueError:
        raise RuntimeError(
            f"an input of shape {list(input.array.shape)} does not fit a target of shape {list(target.array.shape)}"
        ) from None


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Tensor:
    """Return the cross-entropy of logits with class indices, or with class probabilities.

    -Σ_c t_c · w_c · log softmax(input)_c, where t is one at the target class, or the given probabilities; with label
    smoothing ε, t becomes (1-ε)·t + ε/C. The mean over indices is weighted by the targets' w.

    Args:
        input: logits of shape (C,), (N, C) or (N, C, d₁, …).
        target: integers of shape (), (N,) or (N, d₁, …), each in [0, C); or floats of the input's shape.
        weight: w, of shape (C,), or None for ones.
        ignore_index: an index that contributes nothing.
        reduction: "mean", "sum" or "none".
        label_smoothing: ε in [0, 1].

    Raises:
        IndexError: a target is not in [0, C).
        ValueError: batch sizes differ, or an unknown reduction.
        RuntimeError: shapes do not fit, or ε is outside of [0, 1].

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html

    Example:
        >>> cross_entropy(Tensor([[2.0, 0.0]]), wrap(np.array([0])))
        tensor(0.1269)
    """
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    axis = _class_axis(input)
    log_probabilities = input.log_softmax(axis)
    if target.dtype.is_floating_point:
        return _soft_cross_entropy(log_probabilities, target, weight, axis, reduction, label_smoothing)
    loss = nll_loss(log_probabilities, target, weight, ignore_index, reduction)
    if label_smoothing == 0:
        return loss
    spread = _spread_loss(log_probabilities, target, weight, axis, ignore_index, reduction)
    return loss * (1 - label_smoothing) + spread * (label_smoothing / input.array.shape[axis])


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood: minus the entry of each target class, weighted.

    Args:
        input: log-probabilities of shape (C,), (N, C) or (N, C, d₁, …).
        target: integers of shape (), (N,) or (N, d₁, …), each in [0, C).
        weight: of shape (C,), or None for ones.
        ignore_index: an index that contributes nothing.
        reduction: "mean" (weighted), "sum" or "none".

    Raises:
        IndexError: a target is not in [0, C).
        ValueError: batch sizes differ, or an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
    """
    axis = _class_axis(input)
    _check_targets(input, target, weight, ignore_index, axis)
    ignored = target.array == ignore_index
    plain = weight is None and not ignored.any()
    index = target.array if plain else np.where(ignored, 0, target.array)
    picked = input.take_along_dim(wrap(np.expand_dims(index, axis)), axis).squeeze(axis)
    if plain:
        return -_reduced(picked, reduction)
    weights = _target_weights(index, ignored, weight, input)
    return _reduced_over_kept(-picked, ignored, weights, weights, reduction)


def _class_axis(input: Tensor) -> int:
    if input.ndim == 0:
        raise ValueError("Expected more than 0 dimensions (got an input of shape [])")
    return 0 if input.ndim == 1 else 1


def _check_targets(input: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, axis: int) -> None:
    shape, classes = input.array.shape, input.array.shape[axis]
    if target.array.dtype.kind not in "iu":
        raise RuntimeError(f"expected class indices of an integer dtype, but got target of dtype {target.dtype}")
    if axis == 1 and target.ndim and shape[0] != target.array.shape[0]:
        raise ValueError(
            f"Expected input batch_size ({shape[0]}) to match target batch_size ({target.array.shape[0]})."
        )
    if target.array.shape != shape[:axis] + shape[axis + 1 :]:
        raise RuntimeError(
            f"expected a target of shape {list(shape[:axis] + shape[axis + 1 :])} for an input of shape {list(shape)}, "
            f"but got {list(target.array.shape)}"
        )
    if weight is not None and weight.array.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.array.shape)}"
        )
    wrong = (target.array != ignore_index) & ((target.array < 0) | (target.array >= classes))
    if wrong.any():
        raise IndexError(f"Target {target.array[wrong][0]} is out of bounds for {classes} classes.")


def _target_weights(index: Array, ignored: Array, weight: Tensor | None, like: Tensor) -> Tensor:
    """Return the weight of every target: its class's, or 0 if it is ignored."""
    weights = np.ones(index.shape, like.array.dtype) if weight is None else weight.array[index]
    out: Tensor = wrap(np.where(ignored, 0, weights).astype(like.array.dtype))
    return out


def _reduced_over_kept(loss: Tensor, ignored: Array, factor: Any, weights: Tensor, reduction: str) -> Tensor:
    """Leave the ignored targets out, whatever their loss is, and reduce the others, times a factor.

    The mean is over the targets' weights; the mean of nothing is NaN.
    """
    loss = loss.masked_fill(wrap(ignored), 0.0) * factor
    if reduction == "mean":
        return loss.sum() / (weights.sum().item() or math.nan)
    return _reduced(loss, reduction)


def _weighted(log_probabilities: Tensor, weight: Tensor | None, axis: int) -> Tensor:
    if weight is None:
        return log_probabilities
    return log_probabilities * weight.reshape([-1 if i == axis else 1 for i in range(log_probabilities.ndim)])


def _spread_loss(
    log_probabilities: Tensor, target: Tensor, weight: Tensor | None, axis: int, ignore_index: int, reduction: str
) -> Tensor:
    """Return minus the sum over all classes, the part of the loss that label smoothing spreads over them."""
    ignored = target.array == ignore_index
    weights = _target_weights(np.where(ignored, 0, target.array), ignored, weight, log_probabilities)
    return _reduced_over_kept(-_weighted(log_probabilities, weight, axis).sum(axis), ignored, 1.0, weights, reduction)


def _soft_cross_entropy(
    log_probabilities: Tensor,
    target: Tensor,
    weight: Tensor | None,
    axis: int,
    reduction: str,
    label_smoothing: float,
) -> Tensor:
    """Return the cross-entropy with class probabilities; its mean is over samples, whatever their weights."""
    shape = log_probabilities.array.shape
    if target.array.shape != shape:
        raise RuntimeError(
            f"expected class probabilities of the input's shape {list(shape)}, but got {list(target.array.shape)}"
        )
    if label_smoothing:
        target = target * (1 - label_smoothing) + label_smoothing / shape[axis]
    return _reduced(-(_weighted(log_probabilities, weight, axis) * target).sum(axis), reduction)
