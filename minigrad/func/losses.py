"""A loss of its own for each network of a stack."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from .._tensor.base import Array, wrap
from .._tensor.listening import computed
from ..functions.arguments import check_tensor
from ..functions.joining import stack
from ..functions.tensor import Tensor
from ..nn import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    HuberLoss,
    L1Loss,
    Module,
    MSELoss,
    NLLLoss,
    SmoothL1Loss,
    SoftMarginLoss,
)

LossFunc = Callable[[Any, Any], Tensor]

OF_ELEMENTS = (BCELoss, BCEWithLogitsLoss, HuberLoss, L1Loss, MSELoss, SmoothL1Loss, SoftMarginLoss)
"""Losses that reduce a loss of every element, so that all networks' are computed at once."""

OF_SAMPLES = (CrossEntropyLoss, NLLLoss)
"""Losses that reduce a loss of every sample, without class weights and label smoothing."""


class StackedLoss(Module):
    """The loss of each network of a stack, or the sum of all, by whose gradient each network learns as alone.

    In the sum's gradient, every network has that of its own loss: no network feels another's. Losses are those of the
    networks' own runs: the mean over a network's elements is not one over all networks'.

    Args:
        loss_func: the loss of one network: a module or a function of its output and target. Of the losses of elements,
            of cross-entropy and of NLLLoss, those of all networks are computed at once; others network by network,
            which takes longer.
        reduction: "sum" for the sum of the networks' losses, "none" for a vector of S losses.

    Raises:
        TypeError: loss_func cannot be called.
        ValueError: another reduction, or a loss_func that reduces nothing.
        RuntimeError: the shapes do not fit.

    Example:
        >>> import minigrad
        >>> from minigrad import nn
        >>> output = minigrad.tensor([[[1.0], [2.0]], [[3.0], [5.0]]])  # of two networks, for two samples
        >>> target = minigrad.tensor([[1.0], [1.0]])
        >>> StackedLoss(nn.MSELoss())(output, target), StackedLoss(nn.MSELoss(), reduction="none")(output, target)
        (tensor(10.5000), tensor([ 0.5000, 10.0000]))
    """

    def __init__(self, loss_func: LossFunc, reduction: str = "sum") -> None:
        super().__init__()
        if not callable(loss_func):
            raise TypeError(f"StackedLoss: loss_func must be callable, but got {type(loss_func).__name__}")
        if reduction not in ("none", "sum"):
            raise ValueError(
                f"StackedLoss: reduction must be 'sum' or 'none', but got {reduction!r} (a mean over networks would "
                "shrink the gradient of each)"
            )
        if getattr(loss_func, "reduction", "mean") == "none":
            raise ValueError(f"StackedLoss: {loss_func!r} must reduce to one number: give it reduction='mean' or 'sum'")
        self.loss_func = loss_func
        self.reduction = reduction

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """Return the losses.

        Args:
            output: of shape (S, N, …), of S networks for N samples.
            target: what loss_func takes for one network, of shape (N, …) or (N,), the same for all; or S such targets,
                with the networks as the first dimension.
        """
        check_tensor("StackedLoss", output)
        check_tensor("StackedLoss", target, "target")
        losses = losses_of(self.loss_func, output, for_each(output, target))
        return losses if self.reduction == "none" else losses.sum()


def for_each(output: Tensor, target: Tensor) -> Tensor:
    """Return targets with the networks as their first dimension, the given ones or as many times the given one."""
    shape, given = output.array.shape, target.array.shape
    of_one = (shape[1:], shape[1:2]) if target.array.dtype.kind == "f" else (shape[1:2], shape[1:])
    for expected in of_one:
        if len(shape) > 1 and given == (shape[0], *expected):
            return target
        if len(shape) > 1 and given == expected:
            return target.expand(shape[0], *given)
    raise RuntimeError(
        f"StackedLoss: expected a target of shape {' or '.join(str(list(one)) for one in of_one)}, or {shape[:1]} of "
        f"them, for an output of shape {list(shape)}, but got {list(given)}"
    )


def losses_of(loss_func: Any, output: Tensor, target: Tensor) -> Tensor:
    """Return a vector of the networks' losses, all at once if the loss is known to allow it."""
    kind, shape = type(loss_func), output.array.shape
    if kind in OF_ELEMENTS and target.array.shape == shape:
        parts = unreduced(loss_func)(output, target).flatten(1)
        return parts.sum(1) if loss_func.reduction == "sum" else parts.mean(1)
    if kind in OF_SAMPLES and is_of_classes(loss_func, output, target):
        parts = unreduced(loss_func)(output.flatten(0, 1), target.flatten()).reshape(shape[:2])
        kept = computed(number_kept, target.array, loss_func.ignore_index, output.array.dtype)
        return parts.sum(1) if loss_func.reduction == "sum" else parts.sum(1) / wrap(kept)
    return stack([loss_func(output[s], target[s]) for s in range(shape[0])])


def unreduced(loss_func: Any) -> Any:
    """Return the loss of all parts that a loss reduces."""
    of_parts = copy.copy(loss_func)
    of_parts.reduction = "none"
    return of_parts


def is_of_classes(loss_func: Any, output: Tensor, target: Tensor) -> bool:
    """Return whether the targets are classes, and all of them count alike."""
    is_plain = loss_func.weight is None and not getattr(loss_func, "label_smoothing", 0.0)
    return is_plain and output.ndim == 3 and target.ndim == 2 and target.array.dtype.kind in "iu"


def number_kept(target: Array, ignore_index: int, dtype: np.dtype[Any]) -> Array:
    """Return how many targets of each network are not to be ignored."""
    kept: Array = (target != ignore_index).sum(1).astype(dtype)
    return kept
