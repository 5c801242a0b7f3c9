"""Losses of yes or no."""

from __future__ import annotations

from .... import table
from ...._tensor.base import Array, named
from ...._tensor.declared import explain
from ...._tensor.listening import computed
from ....core.graph import apply
from ....functions.tensor import Tensor
from ..activations import logsigmoid
from ..arguments import check_float, check_tensors
from .reduction import legacy_reduction, reduced


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
        computed(_check_probabilities, x.array, name)
    loss = apply(table.binary_cross_entropy, input, target)
    return named(reduced(loss if weight is None else loss * weight, reduction), "BinaryCrossEntropyBackward0")


def _check_probabilities(x: Array, name: str) -> None:
    if not ((x >= 0) & (x <= 1)).all():
        raise RuntimeError(f"all elements of {name} should be between 0 and 1")


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
    return named(reduced(loss, reduction), "BinaryCrossEntropyWithLogitsBackward0")


def soft_margin_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return log(1 + exp(-target · input)), for targets of -1 and 1.

    Where PyTorch's exponential overflows, beyond 88 in float32, this stays finite.

    Args:
        input: scores of any shape.
        target: 1 or -1, of the input's shape.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.soft_margin_loss.html

    Example:
        >>> soft_margin_loss(Tensor([2.0, -2.0]), Tensor([1.0, 1.0]), reduction="none")
        tensor([0.1269, 2.1269])
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("soft_margin_loss", input=input, target=target)
    return named(reduced(-logsigmoid(input * target), reduction), "SoftMarginLossBackward0")


def hinge_embedding_loss(
    input: Tensor,
    target: Tensor,
    margin: float = 1.0,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Tensor:
    """Return the input where the target is 1, and max(0, margin - input) where it is -1.

    Args:
        input: distances of any shape.
        target: 1 or -1, of the input's shape.
        margin: what distances of a target of -1 should reach.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hinge_embedding_loss.html

    Example:
        >>> hinge_embedding_loss(Tensor([0.25, 0.25]), Tensor([1.0, -1.0]), reduction="none")
        tensor([0.2500, 0.7500])
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("hinge_embedding_loss", input=input, target=target)
    near = apply(table.where, target != -1, input, 0.0)
    far = apply(table.where, target != 1, (margin - input).clamp(min=0), 0.0)
    return reduced(near + far, reduction)


explain(globals())
