"""Losses of several labels at once."""

from __future__ import annotations

import numpy as np

from ...._tensor.base import wrap
from ...._tensor.declared import explain
from ....functions.tensor import Tensor
from ..activations import logsigmoid
from ..arguments import check_float, check_tensors
from .classification import rows_of_scores
from .reduction import legacy_reduction, reduced


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

    Example:
        >>> multilabel_margin_loss(Tensor([0.5, 1.0, 0.0, 0.0]), wrap(np.array([1, 0, -1, 0])))
        tensor(0.2500)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("multilabel_margin_loss", input=input, target=target)
    check_float("multilabel_margin_loss", input)
    if target.array.shape != input.array.shape:
        raise RuntimeError(f"inconsistent target size: {list(target.shape)} for input of size: {list(input.shape)}")
    scores, labels = rows_of_scores("multilabel_margin_loss", input, target)
    labels = labels.reshape(scores.array.shape)
    classes = labels.shape[1]
    if ((labels < -1) | (labels >= classes)).any():
        raise RuntimeError(f"multilabel_margin_loss: target is out of range: expected labels in [-1, {classes})")
    counts = np.logical_and.accumulate(labels >= 0, axis=1)
    labels = np.where(counts, labels, 0)
    is_label = ((labels[:, :, None] == np.arange(classes)) & counts[:, :, None]).any(1)
    excess = (scores.unsqueeze(1) - scores.take_along_dim(wrap(labels), 1).unsqueeze(2) + 1).relu()
    excess = excess.masked_fill(wrap(~counts[:, :, None] | is_label[:, None, :]), 0.0)
    return reduced(excess.sum((1, 2)).reshape(input.array.shape[:-1]) / classes, reduction)


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

    Raises:
        ValueError: an unknown reduction.
        IndexError: the input has no dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.multilabel_soft_margin_loss.html

    Example:
        >>> multilabel_soft_margin_loss(Tensor([[2.0, -2.0]]), Tensor([[1.0, 0.0]]))
        tensor(0.1269)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("multilabel_soft_margin_loss", input=input, target=target)
    if input.ndim == 0:
        raise IndexError("multilabel_soft_margin_loss: expected an input of shape (N, C) or (C,), but got []")
    loss = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input))
    if weight is not None:
        loss = loss * weight
    return reduced(loss.mean(-1), reduction)


explain(globals())
