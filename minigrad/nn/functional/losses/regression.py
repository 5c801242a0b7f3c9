"""Losses of numbers: how far a prediction is from its target."""

from __future__ import annotations

import math

import numpy as np

from .... import table
from ...._tensor.base import Array, named, wrap
from ...._tensor.declared import checked, explain
from ...._tensor.errors import warn_caller
from ...._tensor.listening import computed
from ....core.graph import apply
from ....functions.tensor import Tensor
from ..arguments import check_tensors
from .reduction import checked_reduction, legacy_reduction, reduced


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
        return _weighted_mean(apply(table.squared_difference, input, target), weight, input, reduction)
    if reduction == "mean" and input.array.dtype != np.float16:  # whose squares are to be added in float32
        return apply(table.mse, input, target, count=math.prod(shape) or math.nan)
    return named(reduced(apply(table.squared_difference, input, target), reduction), "MseLossBackward0")


def l1_loss(
    input: Tensor,
    target: Tensor,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    weight: Tensor | None = None,
) -> Tensor:
    """Return the absolute error |input - target|, averaged unless told otherwise.

    Args:
        input: of any shape.
        target: of the input's shape; one that only broadcasts with it is a UserWarning.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        weight: of the input's shape; the mean is then over the weights.

    Raises:
        ValueError: an unknown reduction, or a weight of another shape.
        RuntimeError: the shapes do not broadcast, or both are of integers and averaged.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.l1_loss.html

    Example:
        >>> l1_loss(Tensor([1.0, 2.0]), Tensor([1.0, 4.0]))
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    _common_shape("l1_loss", input, target)
    loss = (input - target).abs()
    return reduced(loss, reduction) if weight is None else _weighted_mean(loss, weight, input, reduction)


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

    Example:
        >>> smooth_l1_loss(Tensor([0.0, 0.0]), Tensor([0.5, 2.0]), reduction="none")
        tensor([0.1250, 1.5000])
    """
    if beta == 0:
        return l1_loss(input, target, size_average, reduce, reduction)
    if not beta > 0:
        raise RuntimeError(f"smooth_l1_loss does not support negative values for beta, but got {beta}.")
    reduction = legacy_reduction(size_average, reduce, reduction)
    _common_shape("smooth_l1_loss", input, target)
    _check_some_float("smooth_l1_loss", input, target)
    return named(reduced(apply(table.huber, input, target, delta=beta) / beta, reduction), "SmoothL1LossBackward0")


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

    Example:
        >>> huber_loss(Tensor([0.0, 0.0]), Tensor([0.5, 2.0]), reduction="none", delta=1.0)
        tensor([0.1250, 1.5000])
    """
    checked_reduction(reduction)
    if not delta > 0:
        raise RuntimeError(f"huber_loss does not support non-positive values for delta, but got {delta}.")
    _common_shape("huber_loss", input, target)
    _check_some_float("huber_loss", input, target)
    loss = apply(table.huber, input, target, delta=delta)
    if weight is None:
        return named(reduced(loss, reduction), "HuberLossBackward0")
    return reduced(loss * _checked_weight(weight, input), reduction)


@checked
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

    Example:
        >>> gaussian_nll_loss(Tensor([0.0]), Tensor([2.0]), 1.0)
        tensor(2.)
    """
    check_tensors("gaussian_nll_loss", input=input, target=target)
    variance = _fitting_variance(var, input)
    variance = variance + (variance.clamp(min=eps) - variance).detach()
    loss = (variance.log() + (input - target).square() / variance) * 0.5
    return reduced(loss + 0.5 * math.log(2 * math.pi) if full else loss, checked_reduction(reduction))


def _check_variance(variance: Array) -> None:
    if (variance < 0).any():
        raise ValueError("var has negative entry/entries")


def _fitting_variance(var: Tensor | float, input: Tensor) -> Tensor:
    """Return the variance in a shape that broadcasts to the input's."""
    if isinstance(var, bool):
        raise TypeError(f"gaussian_nll_loss(): argument 'var' must be Tensor or float, not bool: {var}")
    variance: Tensor = var if isinstance(var, Tensor) else wrap(np.full(input.array.shape, var, input.array.dtype))
    computed(_check_variance, variance.array)
    shape, own = input.array.shape, variance.array.shape
    if own == shape[:-1] != shape:
        return variance.unsqueeze(-1)
    odd = [n for n, size in zip(own, shape, strict=False) if n != size]
    if len(own) != len(shape) or odd not in ([], [1]):
        raise ValueError(f"var is of incorrect size: {list(own)} for an input of shape {list(shape)}")
    return variance


@checked
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

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.poisson_nll_loss.html

    Example:
        >>> poisson_nll_loss(Tensor([0.0]), Tensor([2.0]))
        tensor(1.)
    """
    reduction = legacy_reduction(size_average, reduce, reduction)
    check_tensors("poisson_nll_loss", input=input, target=target)
    loss = input.exp() - target * input if log_input else input - target * (input + eps).log()
    return reduced(loss + _stirling(target) if full else loss, reduction)


def _stirling(n: Tensor) -> Tensor:
    """Return n log n - n + log(2πn)/2 where n > 1, else 0."""
    many = n > 1
    safe = apply(table.where, many, n, 1.0)
    return apply(table.where, many, safe * safe.log() - safe + (safe * (2 * math.pi)).log() * 0.5, 0.0)


def _common_shape(name: str, input: Tensor, target: Tensor) -> tuple[int, ...]:
    """Return the shape that both broadcast to, with a warning where it is not their own."""
    check_tensors(name, input=input, target=target)
    if input.array.shape == target.array.shape:
        return input.array.shape
    warn_caller(
        f"Using a target size ({target.shape}) that is different to the input size ({input.shape}). This will likely "
        "lead to incorrect results due to broadcasting. Please ensure they have the same size."
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
    return loss.sum() / weight.sum() if reduction == "mean" else reduced(loss, reduction)


explain(globals())
