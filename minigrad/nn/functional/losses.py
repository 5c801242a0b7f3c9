"""Losses, as functions."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ... import ops
from ...recording import Array, apply, wrap
from ...tensor import Tensor


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
