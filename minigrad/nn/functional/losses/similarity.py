"""Losses of distributions, pairs and triples: how alike two things are."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from .... import table
from ...._tensor.declared import checked, explain
from ...._tensor.errors import warn_caller
from ....core.graph import apply
from ....functions.tensor import Tensor
from ..arguments import check_float, check_tensors
from ..distance import pairwise_distance
from .reduction import checked_reduction, legacy_reduction, reduced


@checked
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

    Example:
        >>> p, q = Tensor([[0.5, 0.5]]), Tensor([[0.25, 0.75]])
        >>> kl_div(p.log(), q, reduction="batchmean")
        tensor(0.1308)
    """
    check_tensors("kl_div", input=input, target=target)
    check_float("kl_div", input)
    check_float("kl_div", target)
    loss = target.exp() * (target - input) if log_target else _times_own_log(target) - target * input
    if size_average is None and reduce is None:
        if reduction == "batchmean":
            return loss.sum() / (input.size(0) or math.nan) if input.ndim else loss.sum()
        if reduction == "mean":
            warn_caller(
                "reduction: 'mean' divides the total loss by both the batch size and the support size. 'batchmean' "
                "divides only by the batch size, and aligns with the KL div math definition. 'mean' will be changed to "
                "behave the same as 'batchmean' in the next major release."
            )
    return reduced(loss, legacy_reduction(size_average, reduce, reduction))


def _times_own_log(p: Tensor) -> Tensor:
    """Return p log p, which is 0 at 0, and NaN for what is no probability."""
    with np.errstate(invalid="ignore"):
        return p * apply(table.where, p == 0, 1.0, p).log()


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

    Args:
        input1: scores of any shape.
        input2: others, with as many dimensions, of a shape that broadcasts.
        target: 1 or -1, likewise.
        margin: by how much the larger should be larger.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        RuntimeError: the numbers of dimensions differ, or the shapes do not broadcast.
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.margin_ranking_loss.html

    Example:
        >>> margin_ranking_loss(Tensor([1.0]), Tensor([3.0]), Tensor([1.0]))
        tensor(2.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("margin_ranking_loss", input1=input1, input2=input2, target=target)
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss: all input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape}"
        )
    return reduced((-target * (input1 - input2) + margin).clamp(min=0), reduction)


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

    Example:
        >>> cosine_embedding_loss(Tensor([[3.0, 4.0]]), Tensor([[4.0, 3.0]]), Tensor([1.0]))
        tensor(0.0400)
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
    near = apply(table.where, target == 1, 1 - cosine, 0.0)
    far = apply(table.where, target == -1, (cosine - margin).clamp(min=0), 0.0)
    return reduced(near + far, reduction)


def _cosine(x: Tensor, y: Tensor) -> Tensor:
    """Return the cosine of the angle between vectors; that with a zero vector is 0."""
    squares = (x.square().sum(-1) + 1e-12) * (y.square().sum(-1) + 1e-12)
    return (x * y).sum(-1) / squares.sqrt()


@checked
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

    Example:
        >>> triplet_margin_loss(Tensor([[0.0, 0.0]]), Tensor([[3.0, 0.0]]), Tensor([[0.0, 2.0]]))
        tensor(2.)
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

    Args:
        anchor: of any shape that d takes.
        positive: what should be near the anchor, of the same number of dimensions.
        negative: what should be far from it, likewise.
        distance_function: d, of two tensors; |x - y| of the last dimension unless given.
        margin: by how much farther, above 0.
        swap: take the distance of positive and negative where it is less than that of anchor and negative.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: a margin that is not positive, or an unknown reduction.
        RuntimeError: the numbers of dimensions differ.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.triplet_margin_with_distance_loss.html

    Example:
        >>> x, near, far = Tensor([[0.0]]), Tensor([[3.0]]), Tensor([[2.0]])
        >>> triplet_margin_with_distance_loss(x, near, far, distance_function=lambda a, b: (a - b).abs().sum(-1))
        tensor(2.)
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
    return reduced((distance(anchor, positive) - far + margin).clamp(min=0), reduction)


explain(globals())
