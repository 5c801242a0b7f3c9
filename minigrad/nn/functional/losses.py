"""Losses, as functions.

Every loss ends with a reduction: "mean" over all that it is made of, "sum", or "none". The arguments ``size_average``
and ``reduce`` are PyTorch's old names for it: they warn, and win over ``reduction``.

Source: https://pytorch.org/docs/stable/nn.functional.html#loss-functions
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ... import ops
from ...recording import Array, apply, named, wrap
from ...tensor import Tensor
from .activations import logsigmoid
from .arguments import check_float, check_tensors
from .distance import pairwise_distance

# ---- the reduction ---------------------------------------------------------------------------------------------------


def checked_reduction(reduction: str) -> str:
    """Return a reduction if there is one of this name; ValueError otherwise."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction: expected 'none', 'mean' or 'sum'")
    return reduction


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Return the reduction, translated from PyTorch's old arguments where one of those is given."""
    if size_average is None and reduce is None:
        return checked_reduction(reduction)
    if isinstance(size_average, str):
        raise ValueError(
            f"size_average must be a bool, but got {size_average} : a reduction is given by name, as reduction='none', "
            "'mean' or 'sum'"
        )
    averages, reduces = size_average in (None, True), reduce in (None, True)
    reduction = ("mean" if averages else "sum") if reduces else "none"
    warnings.warn(
        f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.", stacklevel=3
    )
    return reduction


def _reduced(loss: Tensor, reduction: str) -> Tensor:
    if reduction == "mean":
        return loss.mean()
    return loss.sum() if reduction == "sum" else loss


# ---- losses of numbers -----------------------------------------------------------------------------------------------


def mse_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the squared error (input - target)², averaged unless told otherwise.

    Args:
        input: of any shape.
        target: of the input's shape; one that only broadcasts with it is a UserWarning.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        weight: of the input's shape; the mean is then over the weights.

    Raises:
        ValueError: an unknown reduction, or a weight of another shape.
        RuntimeError: the shapes do not broadcast, or both are of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.mse_loss.html

    Example:
        >>> mse_loss(Tensor([1.0, 2.0]), Tensor([1.0, 4.0]))
        tensor(2.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    shape = _common_shape("mse_loss", input, target)
    _check_some_float("mse_loss", input, target)
    if weight is not None:
        return _weighted_mean(apply(ops.squared_difference, input, target), weight, input, reduction)
    if reduction == "mean":
        return apply(ops.mse, input, target, count=math.prod(shape) or math.nan)
    return named(_reduced(apply(ops.squared_difference, input, target), reduction), "MseLossBackward0")


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the absolute error |input - target|; its arguments are those of `mse_loss`.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _common_shape("l1_loss", input, target)
    loss = (input - target).abs()
    return _reduced(loss, reduction) if weight is None else _weighted_mean(loss, weight, input, reduction)


def smooth_l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Tensor:
    """Return d²/(2β) where |d| < β, and |d| - β/2 elsewhere, with d = input - target.

    Args:
        input: of any shape.
        target: of the input's shape.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        beta: β ≥ 0; 0 makes it the absolute error.

    Raises:
        RuntimeError: β is negative, the shapes do not broadcast, or both are of integers.

    Source: Girshick, "Fast R-CNN", 2015;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.smooth_l1_loss.html
    """
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    if not beta > 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, but got {beta}.")
    reduction = legacy_reduction(size_average, reduce, reduction)
    _common_shape("smooth_l1_loss", input, target)
    _check_some_float("smooth_l1_loss", input, target)
    return named(_reduced(apply(ops.huber, input, target, delta=beta) / beta, reduction), "SmoothL1LossBackward0")


def huber_loss(
    input: Tensor, target: Tensor, reduction: str = "mean", delta: float = 1.0, weight: Tensor | None = None
) -> Tensor:
    """Return d²/2 where |d| ≤ δ, and δ · (|d| - δ/2) elsewhere, with d = input - target.

    Args:
        input: of any shape.
        target: of the input's shape.
        reduction: "mean", "sum" or "none".
        delta: δ > 0.
        weight: of the input's shape; the losses are multiplied by it.

    Raises:
        RuntimeError: δ is not positive, the shapes do not broadcast, or both are of integers.
        ValueError: a weight of another shape.

    Source: Huber, "Robust Estimation of a Location Parameter", 1964;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.huber_loss.html
    """
    checked_reduction(reduction)
    if not delta > 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, but got {delta}.")
    _common_shape("huber_loss", input, target)
    _check_some_float("huber_loss", input, target)
    loss = apply(ops.huber, input, target, delta=delta)
    if weight is None:
        return named(_reduced(loss, reduction), "HuberLossBackward0")
    return _reduced(loss * _checked_weight(weight, input), reduction)


def gaussian_nll_loss(
    input: Tensor,
    target: Tensor,
    var: Tensor | float,
    full: bool = False,
    eps: float = 1e-6,
    reduction: str = "mean",
) -> Tensor:
    """Return (log v + (input - target)²/v) / 2: minus the log-likelihood of a normal distribution.

    Args:
        input: the expected value, of any shape.
        target: of the input's shape.
        var: v ≥ 0, of the input's shape, or of size 1 in one dimension, or without the last one; or a number.
        full: add the constant log(2π)/2.
        eps: v is raised to this; its gradient stays as if it were not.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: v is negative or of another shape, or an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.gaussian_nll_loss.html
    """
    check_tensors("gaussian_nll_loss", input=input, target=target)
    variance = _fitting_variance(var, input)
    variance = variance + (variance.clamp(min=eps) - variance).detach()
    loss = (variance.log() + (input - target).square() / variance) * 0.5
    return _reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, checked_reduction(reduction))


def _fitting_variance(var: Tensor | float, input: Tensor) -> Tensor:
    """Return the variance in a shape that broadcasts to the input's."""
    variance: Tensor = var if isinstance(var, Tensor) else wrap(np.full(input.array.shape, var, input.array.dtype))
    if (variance.array < 0).any():
        raise ValueError("var has negative entry/entries")
    shape, own = input.array.shape, variance.array.shape
    if own == shape[:-1] != shape:
        return variance.unsqueeze(-1)
    odd = [n for n, size in zip(own, shape, strict=False) if n != size]
    if len(own) != len(shape) or odd not in ([], [1]):
        raise ValueError(f"var is of incorrect size: {list(own)} for an input of shape {list(shape)}")
    return variance


def poisson_nll_loss(
    input: Tensor,
    target: Tensor,
    log_input: bool = True,
    full: bool = False,
    size_average: bool | None = None,
    eps: float = 1e-8,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return exp(input) - target · input: minus the log-likelihood of a Poisson distribution, but for a constant.

    Args:
        input: the logarithm of the expected count; or the count itself, for input - target · log(input + eps).
        target: the counts.
        log_input: which of the two the input is.
        full: add Stirling's approximation of log(target!), where target > 1.
        size_average: deprecated.
        reduce: deprecated.
        eps: keeps the logarithm finite.
        reduction: "mean", "sum" or "none".

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("poisson_nll_loss", input=input, target=target)
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    return _reduced(loss + _stirling(target) if full else loss, reduction)


def _stirling(n: Tensor) -> Tensor:
    """Return n log n - n + log(2πn)/2 where n > 1, else 0."""
    many = n > 1
    safe = apply(ops.where, many, n, 1.0)
    return apply(ops.where, many, safe * safe.log() - safe + (safe * (2 * math.pi)).log() * 0.5, 0.0)


def _common_shape(name: str, input: Tensor, target: Tensor) -> tuple[int, ...]:
    """Return the shape that both broadcast to, with a warning where it is not their own."""
    check_tensors(name, input=input, target=target)
    if input.array.shape == target.array.shape:
        return input.array.shape
    warnings.warn(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
        "lead to incorrect results due to broadcasting. Please ensure they have the same size.",
        stacklevel=3,
    )
    try:
        return np.broadcast_shapes(input.array.shape, target.array.shape)
    except ValueError:
        raise RuntimeError(
            f"an input of shape {list(input.array.shape)} does not fit a target of shape {list(target.array.shape)}"
        ) from None


def _check_some_float(name: str, input: Tensor, target: Tensor) -> None:
    if input.array.dtype.kind != "f" != target.array.dtype.kind:
        raise NotImplementedError(f"{name}: expected floating-point tensors, but got {input.dtype} and {target.dtype}")


def _checked_weight(weight: Tensor, input: Tensor) -> Tensor:
    if weight.array.shape != input.array.shape:
        raise ValueError(f"Weights and input must have the same size: {list(weight.shape)} is not {list(input.shape)}")
    return weight


def _weighted_mean(loss: Tensor, weight: Tensor, input: Tensor, reduction: str) -> Tensor:
    """Reduce a weighted loss; its mean is over the weights."""
    loss = loss * _checked_weight(weight, input)
    return loss.sum() / weight.sum() if reduction == "mean" else _reduced(loss, reduction)


# ---- losses of one class among several -------------------------------------------------------------------------------


def cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
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
        size_average: deprecated.
        reduce: deprecated.
        ignore_index: an index that contributes nothing.
        reduction: "mean", "sum" or "none".
        label_smoothing: ε in [0, 1].

    Raises:
        IndexError: a target is not in [0, C).
        ValueError: batch sizes differ, or an unknown reduction.
        RuntimeError: shapes or dtypes do not fit, or ε is outside of [0, 1].

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cross_entropy.html

    Example:
        >>> cross_entropy(Tensor([[2.0, 0.0]]), wrap(np.array([0])))
        tensor(0.1269)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing}")
    check_tensors("cross_entropy", input=input, target=target)
    check_float("cross_entropy", input)
    axis = _class_axis(input)
    _check_class_weight(input, weight, axis)
    if target.array.dtype.kind == "f":
        if ignore_index >= 0:
            raise RuntimeError("ignore_index is not supported for floating point target")
        return _soft_cross_entropy(input.log_softmax(axis), target, weight, axis, reduction, label_smoothing)
    index, ignored = _class_indices(input, target, ignore_index, axis)
    loss = apply(ops.cross_entropy, input, index=np.expand_dims(index, axis), axis=axis)
    loss = _reduced_over_classes(loss, index, ignored, weight, reduction)
    if label_smoothing == 0:
        return named(loss, "NllLossBackward0")
    spread = _spread_loss(input.log_softmax(axis), index, ignored, weight, axis, reduction)
    return loss * (1 - label_smoothing) + spread * (label_smoothing / input.array.shape[axis])


def nll_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the negative log-likelihood: minus the entry of each target class, weighted.

    Args:
        input: log-probabilities of shape (C,), (N, C) or (N, C, d₁, …).
        target: integers of shape (), (N,) or (N, d₁, …), each in [0, C).
        weight: of shape (C,), or None for ones.
        size_average: deprecated.
        reduce: deprecated.
        ignore_index: an index that contributes nothing.
        reduction: "mean" (weighted), "sum" or "none".

    Raises:
        IndexError: a target is not in [0, C).
        ValueError: batch sizes differ, or an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.nll_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("nll_loss", input=input, target=target)
    axis = _class_axis(input)
    _check_class_weight(input, weight, axis)
    index, ignored = _class_indices(input, target, ignore_index, axis)
    picked = input.take_along_dim(wrap(np.expand_dims(index, axis)), axis).squeeze(axis)
    return named(_reduced_over_classes(-picked, index, ignored, weight, reduction), "NllLossBackward0")


def multi_margin_loss(
    input: Tensor,
    target: Tensor,
    p: int = 1,
    margin: float = 1.0,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the hinge loss of several classes: Σ_c max(0, margin - x_target + x_c)^p · w_target / C over the others.

    Args:
        input: x, scores of shape (N, C) or (C,).
        target: integers of shape (N,) or (), each in [0, C).
        p: 1 or 2.
        margin: by how much the target's score should be the highest.
        weight: w, of shape (C,), or None for ones.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: another p, or an unknown reduction.
        RuntimeError: a target is not in [0, C), or shapes or dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multi_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("multi_margin_loss", input=input, target=target)
    check_float("multi_margin_loss", input)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, but got {p}")
    if weight is not None and weight.ndim != 1:
        raise ValueError(f"weight must be one-dimensional, but got a shape of {list(weight.shape)}")
    scores, index = _rows_of_scores("multi_margin_loss", input, target)
    rows, classes = scores.array.shape
    if index.shape != (rows,):
        raise RuntimeError(f"multi_margin_loss: expected a target of shape [{rows}], but got {list(target.shape)}")
    if ((index < 0) | (index >= classes)).any():
        raise RuntimeError(f"multi_margin_loss: target out of range: expected classes in [0, {classes})")
    if weight is not None and weight.array.shape != (classes,):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    column = index[:, None]
    excess = (scores - scores.take_along_dim(wrap(column), 1) + margin).relu()
    excess = excess.masked_fill(wrap(column == np.arange(classes)), 0.0)
    loss = (excess if p == 1 else excess.square()).sum(1) / classes
    if weight is not None:
        loss = loss * wrap(weight.array[index])
    return named(_reduced(loss.reshape(target.array.shape), reduction), "MultiMarginLossBackward0")


def _rows_of_scores(name: str, input: Tensor, target: Tensor) -> tuple[Tensor, Array]:
    """Return scores as a matrix with a row for each sample, and the target with as many."""
    if input.ndim > 2 or 0 in input.array.shape[-1:]:
        raise RuntimeError(f"{name}: expected an input of shape (N, C) or (C,), but got {list(input.shape)}")
    if target.array.dtype != np.int64:
        raise RuntimeError(f"{name}: expected a target of int64, but got {target.dtype}")
    if input.ndim == 2:
        return input, target.array
    return input.reshape(1, -1), target.array.reshape(1, *target.array.shape) if target.ndim == 0 else target.array


def _class_axis(input: Tensor) -> int:
    if input.ndim == 0:
        raise ValueError("Expected more than 0 dimensions (got an input of shape [])")
    return 0 if input.ndim == 1 else 1


def _check_class_weight(input: Tensor, weight: Tensor | None, axis: int) -> None:
    if weight is None:
        return
    classes = input.array.shape[axis]
    if weight.array.shape != (classes,):
        raise RuntimeError(
            f"weight tensor should be defined either for all {classes} classes or no classes but got weight tensor of "
            f"shape: {list(weight.array.shape)}"
        )
    if weight.dtype != input.dtype:
        raise RuntimeError(f"expected a weight of the input's dtype {input.dtype}, but got {weight.dtype}")


def _class_indices(input: Tensor, target: Tensor, ignore_index: int, axis: int) -> tuple[Array, Array | None]:
    """Return the class indices, with 0 for those that are ignored, and which are; None for none."""
    shape, index = input.array.shape, target.array
    if index.dtype.kind not in "iu":
        raise RuntimeError(f"expected class indices of an integer dtype, but got target of dtype {target.dtype}")
    if axis == 1 and index.ndim and shape[0] != index.shape[0]:
        raise ValueError(f"Expected input batch_size ({shape[0]}) to match target batch_size ({index.shape[0]}).")
    expected = shape[:axis] + shape[axis + 1 :]
    if expected == () and index.shape == (1,):
        index = index.reshape(())
    if index.shape != expected:
        raise RuntimeError(
            f"expected a target of shape {list(expected)} for an input of shape {list(shape)}, "
            f"but got {list(index.shape)}"
        )
    ignored = index == ignore_index
    ignores = ignored.any()
    index = np.where(ignored, 0, index) if ignores else index
    _check_range(index if not ignores else index[~ignored], shape[axis])
    return index, ignored if ignores else None


def _check_range(index: Array, classes: int) -> None:
    wrong = (index < 0) | (index >= classes)
    if wrong.any():
        raise IndexError(f"Target {index[wrong][0]} is out of bounds for {classes} classes.")


def _reduced_over_classes(
    loss: Tensor, index: Array, ignored: Array | None, weight: Tensor | None, reduction: str
) -> Tensor:
    """Weigh every loss by its target's class, leave the ignored ones out, and reduce."""
    if weight is None and ignored is None:
        return _reduced(loss, reduction)
    weights = _target_weights(index, ignored, weight, loss)
    return _reduced_over_kept(loss, ignored, weights, weights, reduction)


def _target_weights(index: Array, ignored: Array | None, weight: Tensor | None, like: Tensor) -> Tensor:
    """Return the weight of every target: its class's, or 0 if it is ignored."""
    weights = np.ones(index.shape, like.array.dtype) if weight is None else weight.array[index]
    out: Tensor = wrap(np.asarray(weights if ignored is None else np.where(ignored, 0, weights), like.array.dtype))
    return out


def _reduced_over_kept(loss: Tensor, ignored: Array | None, factor: Any, weights: Tensor, reduction: str) -> Tensor:
    """Leave the ignored targets out, whatever their loss is, and reduce the others, times a factor.

    The mean is over the targets' weights; the mean of nothing is NaN.
    """
    loss = (loss if ignored is None else loss.masked_fill(wrap(ignored), 0.0)) * factor
    if reduction == "mean":
        return loss.sum() / (weights.sum().item() or math.nan)
    return _reduced(loss, reduction)


def _weighted(log_probabilities: Tensor, weight: Tensor | None, axis: int) -> Tensor:
    if weight is None:
        return log_probabilities
    return log_probabilities * weight.reshape([-1 if i == axis else 1 for i in range(log_probabilities.ndim)])


def _spread_loss(
    log_probabilities: Tensor, index: Array, ignored: Array | None, weight: Tensor | None, axis: int, reduction: str
) -> Tensor:
    """Return minus the sum over all classes, the part of the loss that label smoothing spreads over them."""
    weights = _target_weights(index, ignored, weight, log_probabilities)
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


# ---- losses of yes or no ---------------------------------------------------------------------------------------------


def binary_cross_entropy(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return -t · log p - (1 - t) · log(1 - p), where no logarithm is taken to be below -100.

    Args:
        input: p, probabilities of any shape.
        target: t in [0, 1], of the input's shape.
        weight: what the losses are multiplied by, or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: shapes differ, or an unknown reduction.
        RuntimeError: p or t is outside of [0, 1] or NaN, or dtypes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy.html

    Example:
        >>> binary_cross_entropy(Tensor([0.9, 0.0]), Tensor([1.0, 1.0]), reduction="none")
        tensor([  0.1054, 100.0000])
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("binary_cross_entropy", input=input, target=target)
    check_float("binary_cross_entropy", input)
    if target.array.shape != input.array.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size ({input.shape}) is deprecated. "
            "Please ensure they have the same size."
        )
    if target.dtype != input.dtype:
        raise RuntimeError(f"binary_cross_entropy: found target of dtype {target.dtype} but expected {input.dtype}")
    for name, x in (("input", input), ("target", target)):
        if not ((x.array >= 0) & (x.array <= 1)).all():
            raise RuntimeError(f"all elements of {name} should be between 0 and 1")
    loss = apply(ops.binary_cross_entropy, input, target)
    return named(_reduced(loss if weight is None else loss * weight, reduction), "BinaryCrossEntropyBackward0")


def binary_cross_entropy_with_logits(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:
    """Return -q·t · log sigmoid(x) - (1 - t) · log(1 - sigmoid(x)), without overflow.

    Args:
        input: x, logits of any shape.
        target: t, floats of the input's shape.
        weight: what the losses are multiplied by, or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        pos_weight: q, the weight of a yes against a no, which broadcasts to the input's shape, or None for 1.

    Raises:
        ValueError: shapes differ, or an unknown reduction.
        RuntimeError: weights do not broadcast, or the target is not of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.binary_cross_entropy_with_logits.html

    Example:
        >>> binary_cross_entropy_with_logits(Tensor([1e4, -1e4]), Tensor([1.0, 1.0]), reduction="none")
        tensor([    0., 10000.])
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("binary_cross_entropy_with_logits", input=input, target=target)
    if target.array.shape != input.array.shape:
        raise ValueError(f"Target size ({target.shape}) must be the same as input size ({input.shape})")
    check_float("binary_cross_entropy_with_logits", target)
    log_p = logsigmoid(input)
    if pos_weight is not None:
        log_p = log_p * ((pos_weight - 1) * target + 1)
    loss = (1 - target) * input - log_p
    if loss.array.shape != input.array.shape:
        raise RuntimeError(
            f"a pos_weight of shape {list(pos_weight.shape)} does not broadcast to {list(input.shape)}"  # type: ignore[union-attr]
        )
    loss = loss if weight is None else loss * weight
    return named(_reduced(loss, reduction), "BinaryCrossEntropyWithLogitsBackward0")


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return log(1 + exp(-target · input)), for targets of -1 and 1.

    Where PyTorch's exponential overflows, beyond 88 in float32, this stays finite.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("soft_margin_loss", input=input, target=target)
    return named(_reduced(-logsigmoid(input * target), reduction), "SoftMarginLossBackward0")


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the input where the target is 1, and max(0, margin - input) where it is -1.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("hinge_embedding_loss", input=input, target=target)
    near = apply(ops.where, target != -1, input, 0.0)
    far = apply(ops.where, target != 1, (margin - input).clamp(min=0), 0.0)
    return _reduced(near + far, reduction)


# ---- losses of several labels at once --------------------------------------------------------------------------------


def multilabel_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return Σ max(0, 1 - x_l + x_c) / C over every label l of a sample and every class c that is none of them.

    Args:
        input: x, scores of shape (N, C) or (C,).
        target: integers of the input's shape: a sample's labels, in [0, C), end at the first -1.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        RuntimeError: shapes differ, or a label is not in [-1, C).

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("multilabel_margin_loss", input=input, target=target)
    check_float("multilabel_margin_loss", input)
    if target.array.shape != input.array.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    scores, labels = _rows_of_scores("multilabel_margin_loss", input, target)
    labels = labels.reshape(scores.array.shape)
    classes = labels.shape[1]
    if ((labels < -1) | (labels >= classes)).any():
        raise RuntimeError(f"multilabel_margin_loss: target is out of range: expected labels in [-1, {classes})")
    counts = np.logical_and.accumulate(labels >= 0, axis=1)
    labels = np.where(counts, labels, 0)
    is_label = ((labels[:, :, None] == np.arange(classes)) & counts[:, :, None]).any(1)
    excess = (scores.unsqueeze(1) - scores.take_along_dim(wrap(labels), 1).unsqueeze(2) + 1).relu()
    excess = excess.masked_fill(wrap(~counts[:, :, None] | is_label[:, None, :]), 0.0)
    return _reduced(excess.sum((1, 2)).reshape(input.array.shape[:-1]) / classes, reduction)


def multilabel_soft_margin_loss(
    input: Tensor,
    target: Tensor,
    weight: Tensor | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the binary cross-entropy of logits with 0 or 1 for each class, averaged over the classes.

    Args:
        input: logits of shape (N, C) or (C,).
        target: of the same shape.
        weight: of shape (C,), or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("multilabel_soft_margin_loss", input=input, target=target)
    if input.ndim == 0:
        raise IndexError("multilabel_soft_margin_loss: expected an input of shape (N, C) or (C,), but got []")
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    return _reduced(loss.mean(-1), reduction)


# ---- losses of distributions, pairs and triples ----------------------------------------------------------------------


def kl_div(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Tensor:
    """Return target · (log target - input), whose sum is the Kullback-Leibler divergence.

    Args:
        input: log-probabilities.
        target: probabilities, or their logarithms.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "batchmean" (the sum over the first dimension's size, which is what the divergence is), "mean" over
            all elements, "sum" or "none".
        log_target: whether the target is of logarithms.

    Raises:
        ValueError: an unknown reduction.
        NotImplementedError: tensors of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.kl_div.html
    """
    check_tensors("kl_div", input=input, target=target)
    check_float("kl_div", input)
    check_float("kl_div", target)
    loss = target.exp() * (target - input) if log_target else _times_own_log(target) - target * input
    if size_average is None and reduce is None:
        if reduction == "batchmean":
            return loss.sum() / (input.size(0) or math.nan) if input.ndim else loss.sum()
        if reduction == "mean":
            warnings.warn(
                "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' "
                "divides only by the batch size, and aligns with the KL div math definition. 'mean' will be changed to "
                "behave the same as 'batchmean' in the next major release.",
                stacklevel=2,
            )
    return _reduced(loss, legacy_reduction(size_average, reduce, reduction))


def _times_own_log(p: Tensor) -> Tensor:
    """Return p log p, which is 0 at 0, and NaN for what is no probability."""
    with np.errstate(invalid="ignore"):
        return p * apply(ops.where, p == 0, 1.0, p).log()


def margin_ranking_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin - target · (input1 - input2)): a target of 1 wants the first to be larger, -1 the second.

    Raises:
        RuntimeError: the numbers of dimensions differ, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("margin_ranking_loss", input1=input1, input2=input2, target=target)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss: all input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape}"
        )
    return _reduced((-target * (input1 - input2) + margin).clamp(min=0), reduction)


def cosine_embedding_loss(
    input1: Tensor,
    input2: Tensor,
    target: Tensor,
    margin: float = 0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return 1 - cos(input1, input2) where the target is 1, and max(0, cos(input1, input2) - margin) where it is -1.

    Args:
        input1: vectors, of shape (N, D) or (D,).
        input2: of the same shape.
        target: 1 or -1, of shape (N,) or ().
        margin: in [-1, 1].
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        RuntimeError: the numbers of dimensions do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_embedding_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("cosine_embedding_loss", input1=input1, input2=input2, target=target)
    if target.ndim > 1:
        raise RuntimeError(f"0D or 1D target tensor expected, multi-target not supported: got {list(target.shape)}")
    if not input1.ndim == input2.ndim == target.ndim + 1:
        raise RuntimeError(
            f"{target.ndim}D target tensor expects {target.ndim + 1}D input tensors, but found inputs with sizes "
            f"{list(input1.shape)} and {list(input2.shape)}."
        )
    cosine = _cosine(input1, input2)
    near = apply(ops.where, target == 1, 1 - cosine, 0.0)
    far = apply(ops.where, target == -1, (cosine - margin).clamp(min=0), 0.0)
    return _reduced(near + far, reduction)


def _cosine(x: Tensor, y: Tensor) -> Tensor:
    """Return the cosine of the angle between vectors; that with a zero vector is 0."""
    squares = (x.square().sum(-1) + 1e-12) * (y.square().sum(-1) + 1e-12)
    return (x * y).sum(-1) / squares.sqrt()


def triplet_margin_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-6,
    swap: bool = False,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin + |anchor - positive| - |anchor - negative|).

    Args:
        anchor: vectors, of shape (N, D) or (D,).
        positive: what should be near the anchor, of the same shape.
        negative: what should be far from it, of the same shape.
        margin: by how much farther, above 0.
        p: which norm.
        eps: added to the differences.
        swap: take the distance of positive and negative where it is less than that of anchor and negative.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: a margin that is not positive, or an unknown reduction.
        RuntimeError: the numbers of dimensions differ.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_loss.html
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    distance = partial(pairwise_distance, p=p, eps=eps)
    return triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=distance, margin=margin, swap=swap, reduction=reduction
    )


def triplet_margin_with_distance_loss(
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    *,
    distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
    margin: float = 1.0,
    swap: bool = False,
    reduction: str = "mean",
) -> Tensor:
    """Return max(0, margin + d(anchor, positive) - d(anchor, negative)) for any distance d.

    Its arguments are those of `triplet_margin_loss`, and d, which is |x - y| unless given.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html
    """
    checked_reduction(reduction)
    check_tensors("triplet_margin_loss", anchor=anchor, positive=positive, negative=negative)
    if not margin > 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of dimensions, but got: "
            f"anchor {anchor.ndim}D, positive {positive.ndim}D, and negative {negative.ndim}D inputs"
        )
    distance = distance_function or pairwise_distance
    far = distance(anchor, negative)
    if swap:
        far = far.minimum(distance(positive, negative))
    return _reduced((distance(anchor, positive) - far + margin).clamp(min=0), reduction)
