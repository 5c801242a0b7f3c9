"""Losses of one class among several."""

from __future__ import annotations

from typing import Any

import numpy as np

from .... import table
from ...._tensor.base import Array, named, wrap
from ...._tensor.declared import checked, explain
from ...._tensor.in_place import copied
from ...._tensor.listening import computed, constant, decided
from ....core.graph import apply
from ....functions.reductions import taken
from ....functions.tensor import Tensor
from ..arguments import check_float, check_tensors
from .reduction import legacy_reduction, reduced


@checked
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
    loss = apply(table.cross_entropy, input, index=computed(_with_axis, index, axis), axis=axis)
    loss = _reduced_over_classes(loss, index, ignored, weight, reduction)
    if label_smoothing == 0:
        return named(loss, "NllLossBackward0")
    spread = _spread_loss(input.log_softmax(axis), index, ignored, weight, axis, reduction)
    return loss * (1 - label_smoothing) + spread * (label_smoothing / input.array.shape[axis])


@checked
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

    Example:
        >>> nll_loss(Tensor([[-0.5, -1.0], [-2.0, -0.25]]), wrap(np.array([0, 1])))
        tensor(0.3750)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("nll_loss", input=input, target=target)
    axis = _class_axis(input)
    _check_class_weight(input, weight, axis)
    index, ignored = _class_indices(input, target, ignore_index, axis)
    if target.array.dtype != np.int64:
        raise RuntimeError(f"nll_loss: expected a target of int64, but got {target.dtype}")
    picked = taken(input, computed(_with_axis, index, axis), axis).squeeze(axis)
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

    Example:
        >>> multi_margin_loss(Tensor([[0.5, 1.0, 0.0]]), wrap(np.array([1])))
        tensor(0.1667)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("multi_margin_loss", input=input, target=target)
    check_float("multi_margin_loss", input)
    if p not in (1, 2):
        raise ValueError(f"only p == 1 and p == 2 supported, but got {p}")
    if weight is not None and weight.ndim != 1:
        raise ValueError(f"weight must be one-dimensional, but got a shape of {list(weight.shape)}")
    scores, index = rows_of_scores("multi_margin_loss", input, target)
    rows, classes = scores.array.shape
    if index.shape != (rows,):
        raise RuntimeError(f"multi_margin_loss: expected a target of shape [{rows}], but got {list(target.shape)}")
    if weight is not None and weight.array.shape != (classes,):
        raise RuntimeError(f"inconsistent weight size, expected {classes} but got {list(weight.shape)}")
    column = computed(_column_of_classes, index, classes)
    excess = (scores - taken(scores, column, 1) + margin).relu()
    excess = excess.masked_fill(wrap(computed(np.equal, column, constant(np.arange(classes)))), 0.0)
    loss = (excess if p == 1 else excess.square()).sum(1) / classes
    if weight is not None:
        loss = loss * _target_weights(index, None, weight, loss)
    return named(reduced(loss.reshape(target.array.shape), reduction), "MultiMarginLossBackward0")


def _column_of_classes(index: Array, classes: int) -> Array:
    if ((index < 0) | (index >= classes)).any():
        raise RuntimeError(f"multi_margin_loss: target out of range: expected classes in [0, {classes})")
    return index[:, None].copy()


def rows_of_scores(name: str, input: Tensor, target: Tensor) -> tuple[Tensor, Array]:
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
    classes = shape[axis]
    if not 0 <= ignore_index < classes and decided(_are_classes, index, classes):
        return computed(copied, index), None  # what becomes of the target must not matter later
    ignored = computed(_ignored, index, classes, ignore_index)
    if not decided(np.any, ignored):
        return computed(copied, index), None
    return computed(np.where, ignored, 0, index), ignored


def _are_classes(index: Array, classes: int) -> bool:
    return not index.size or bool(index.min() >= 0 and index.max() < classes)


def _ignored(index: Array, classes: int, ignore_index: int) -> Array:
    """Return which targets are to be ignored; IndexError where another is no class."""
    ignored = np.asarray(index == ignore_index)
    wrong = ~ignored & ((index < 0) | (index >= classes))
    if wrong.any():
        raise IndexError(f"Target {index[wrong][0]} is out of bounds for {classes} classes.")
    return ignored


def _with_axis(index: Array, axis: int) -> Array:
    """Return the indices with an axis of size 1 where the classes were."""
    return index.reshape((*index.shape[:axis], 1, *index.shape[axis:]))


def _reduced_over_classes(
    loss: Tensor, index: Array, ignored: Array | None, weight: Tensor | None, reduction: str
) -> Tensor:
    """Weigh every loss by its target's class, leave the ignored ones out, and reduce."""
    if weight is None and ignored is None:
        return reduced(loss, reduction)
    weights = _target_weights(index, ignored, weight, loss)
    return _reduced_over_kept(loss, ignored, weights, weights, reduction)


def _target_weights(index: Array, ignored: Array | None, weight: Tensor | None, like: Tensor) -> Tensor:
    """Return the weight of every target: its class's, or 0 if it is ignored."""
    per_class = None if weight is None else weight.array
    weights: Tensor = wrap(computed(_weights_of_targets, index, ignored, per_class, like.array.dtype))
    return weights


def _weights_of_targets(index: Array, ignored: Array | None, per_class: Array | None, dtype: np.dtype[Any]) -> Array:
    weights = np.ones(index.shape, dtype) if per_class is None else per_class[index]
    return np.asarray(weights if ignored is None else np.where(ignored, 0, weights), dtype)


def _reduced_over_kept(loss: Tensor, ignored: Array | None, factor: Any, weights: Tensor, reduction: str) -> Tensor:
    """Leave the ignored targets out, whatever their loss is, and reduce the others, times a factor.

    The mean is over the targets' weights; the mean of nothing is 0/0, NaN.
    """
    loss = (loss if ignored is None else loss.masked_fill(wrap(ignored), 0.0)) * factor
    if reduction == "mean":
        return loss.sum() / weights.sum()
    return reduced(loss, reduction)


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
    return reduced(-(_weighted(log_probabilities, weight, axis) * target).sum(axis), reduction)


explain(globals())
