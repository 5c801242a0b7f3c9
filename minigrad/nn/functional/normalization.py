"""Normalizations: values shifted to mean 0 and scaled to variance 1, or vectors to norm 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import table
from ..._tensor.base import Array, as_array, named
from ..._tensor.declared import checked, explain
from ..._tensor.listening import writes
from ..._tensor.writes import refuse_write, write_into
from ...core.graph import apply
from ...functions.arguments import check_tensor
from ...functions.tensor import Tensor
from .arguments import check_float

Axes = tuple[int, ...]


@checked
def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float | Tensor = 0.1,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize every channel over the batch: y = (x - E[x]) / √(Var[x] + ε) · w + b.

    Args:
        input: of shape (N, C, …).
        running_mean: of shape (C,), E[x] unless training; None while training to keep no account of it.
        running_var: of shape (C,), Var[x] unless training; likewise.
        weight: w, of shape (C,), or None for 1.
        bias: b, of shape (C,), or None for 0.
        training: take mean and variance from this batch, and move the running ones towards them.
        momentum: how far: running = (1 - momentum) · running + momentum · batch. The batch's variance is then that with
            N - 1 in its denominator. A number, or a tensor of one.
        eps: ε.

    Raises:
        ValueError: one value per channel while training, or eps out of range.
        RuntimeError: the shapes do not fit, or running statistics are missing.

    Source: Ioffe and Szegedy, "Batch Normalization", 2015;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.batch_norm.html

    Example:
        >>> batch_norm(Tensor([[0.0, 10.0], [2.0, 30.0]]), None, None, training=True)
        tensor([[-1.0000, -1.0000],
                [ 1.0000,  1.0000]])
    """
    check_float("batch_norm", input)
    _check_batch_norm(input, training, eps)
    channels = input.array.shape[1]
    _check_vectors(channels, running_mean=running_mean, running_var=running_var, weight=weight, bias=bias)
    shape = (1, channels, *[1] * (input.ndim - 2))
    if training:
        axes = (0, *range(2, input.ndim))
        normalized = _standardized(input, axes, eps)
        _follow(running_mean, running_var, input.array, axes, momentum)
    elif running_mean is None or running_var is None:
        raise RuntimeError("batch_norm: expected running_mean and running_var to be defined when training=False")
    else:
        normalized = (input - running_mean.reshape(shape)) * (running_var.reshape(shape) + eps).rsqrt()
    return named(_affine(normalized, weight, bias, shape), "NativeBatchNormBackward0")


def _check_batch_norm(input: Tensor, training: bool, eps: float) -> None:
    if input.ndim < 2:
        raise RuntimeError(f"batch_norm: expected an input of shape (N, C, …), but got {list(input.shape)}")
    samples, _, *window = input.array.shape
    if training and samples * math.prod(window) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {input.shape}")
    if training and eps == 0:
        raise ValueError(f"batch_norm eps must be positive during training, but got {eps}")
    if eps < 0:
        raise ValueError(f"batch_norm eps must be non-negative, but got {eps}")


def _check_vectors(channels: int, **vectors: Tensor | None) -> None:
    for name, x in vectors.items():
        if x is not None and x.array.shape != (channels,):
            raise RuntimeError(f"{name} should contain {channels} elements, one for each channel, not {list(x.shape)}")


def _follow(
    running_mean: Tensor | None, running_var: Tensor | None, batch: Array, axes: Axes, momentum: float | Tensor
) -> None:
    """Move the running statistics towards those of a batch, in place; one without values has none."""
    for running, follow in ((running_mean, _follow_mean), (running_var, _follow_var)):
        if running is not None and batch.size:
            refuse_write(running.detach())
            write_into(running, follow, batch, axes, as_array(momentum))


@writes
def _follow_mean(running: Array, batch: Array, axes: Axes, momentum: float | Array) -> None:
    _move(running, batch.mean(axes, dtype=_precise(batch)), float(momentum))


@writes
def _follow_var(running: Array, batch: Array, axes: Axes, momentum: float | Array) -> None:
    _move(running, batch.var(axes, dtype=_precise(batch), ddof=1), float(momentum))


def _move(running: Array, statistic: Array, momentum: float) -> None:
    running *= 1 - momentum
    running[...] = running + statistic * momentum


def _precise(x: Array) -> np.dtype[Any]:
    """Return the dtype to compute in: that of the values, but float32 for float16, whose sums are too rough."""
    return np.promote_types(x.dtype, np.float32)


def _standardized(x: Tensor, axes: Axes, eps: float) -> Tensor:
    """Return (x - E[x]) / √(Var[x] + ε) over some dimensions."""
    return apply(table.standardize, x.to(_precise(x.array)), axis=axes, eps=eps).to(x.dtype)


def _affine(x: Tensor, weight: Tensor | None, bias: Tensor | None, shape: Sequence[int]) -> Tensor:
    """Return x · weight + bias, both in a shape that broadcasts to x."""
    x = x if weight is None else x * weight.reshape(shape)
    return x if bias is None else x + bias.reshape(shape)


@checked
def layer_norm(
    input: Tensor,
    normalized_shape: Sequence[int],
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    eps: float = 1e-5,
) -> Tensor:
    """Normalize every sample over its last dimensions: y = (x - E[x]) / √(Var[x] + ε) · w + b.

    Args:
        input: of shape (*, *normalized_shape).
        normalized_shape: the sizes of the dimensions to normalize over.
        weight: w, of shape normalized_shape, or None for 1.
        bias: b, of the same shape, or None for 0.
        eps: ε.

    Raises:
        RuntimeError: the shapes do not fit.

    Source: Ba et al., "Layer Normalization", 2016;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.layer_norm.html

    Example:
        >>> layer_norm(Tensor([[1.0, 3.0], [20.0, 10.0]]), (2,))
        tensor([[-1.0000,  1.0000],
                [ 1.0000, -1.0000]])
    """
    check_float("layer_norm", input)
    shape = _normalized_shape("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    normalized = _standardized(input, tuple(range(input.ndim))[-len(shape) :], eps)
    return named(_affine(normalized, weight, bias, shape), "NativeLayerNormBackward0")


def rms_norm(
    input: Tensor, normalized_shape: Sequence[int], weight: Tensor | None = None, eps: float | None = None
) -> Tensor:
    """Scale every sample by its root mean square over the last dimensions: y = x / √(E[x²] + ε) · w.

    Args:
        input: of shape (*, *normalized_shape).
        normalized_shape: the sizes of the dimensions to normalize over.
        weight: w, of shape normalized_shape, or None for 1.
        eps: ε; the dtype's machine epsilon unless given.

    Raises:
        RuntimeError: the shapes do not fit.

    Source: Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.rms_norm.html

    Example:
        >>> rms_norm(Tensor([[1.0, 7.0]]), (2,))
        tensor([[0.2000, 1.4000]])
    """
    check_float("rms_norm", input)
    shape = _normalized_shape("rms_norm", input, normalized_shape, weight=weight)
    x = input.to(_precise(input.array))
    eps = float(np.finfo(x.array.dtype).eps) if eps is None else eps
    squares = x.square().mean(tuple(range(-len(shape), 0)), keepdim=True)
    return _affine(x * (squares + eps).rsqrt(), weight, None, shape).to(input.dtype)


def _normalized_shape(
    function: str, input: Tensor, normalized_shape: Sequence[int], **parameters: Tensor | None
) -> tuple[int, ...]:
    """Return the shape if it is that of the input's last dimensions, and that of the parameters."""
    shape = tuple(normalized_shape)
    if not shape:
        raise RuntimeError(f"{function}: expected normalized_shape to have at least one dimension, but got {shape}")
    for name, x in parameters.items():
        if x is not None and x.array.shape != shape:
            raise RuntimeError(f"{function}: expected {name} to be of shape {list(shape)}, but got {list(x.shape)}")
    if input.array.shape[-len(shape) :] != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape [*, {', '.join(map(str, shape))}], but "
            f"got input of size {list(input.shape)}"
        )
    return shape


@checked
def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None, eps: float = 1e-5
) -> Tensor:
    """Normalize every sample over groups of channels: y = (x - E[x]) / √(Var[x] + ε) · w + b.

    Args:
        input: of shape (N, C, …).
        num_groups: a divisor of C.
        weight: w, of shape (C,), or None for 1.
        bias: b, of shape (C,), or None for 0.
        eps: ε.

    Raises:
        RuntimeError: the shapes do not fit, or the channels cannot be divided into this number of groups.
        ValueError: a group of one value.

    Source: Wu and He, "Group Normalization", 2018;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.group_norm.html

    Example:
        >>> group_norm(Tensor([[1.0, 3.0, 20.0, 10.0]]), num_groups=2)
        tensor([[-1.0000,  1.0000,  1.0000, -1.0000]])
    """
    check_float("group_norm", input)
    if input.ndim < 2:
        raise RuntimeError(f"Expected at least 2 dimensions for input tensor but received {input.ndim}")
    samples, channels, *rest = input.array.shape
    if num_groups <= 0 or channels % num_groups:
        raise RuntimeError(
            f"Expected number of channels in input to be divisible by num_groups, but got {channels} and {num_groups}"
        )
    if samples * channels // num_groups * math.prod(rest) == 1:
        raise ValueError(f"Expected more than 1 value per channel when training, got input size {list(input.shape)}")
    _check_vectors(channels, weight=weight, bias=bias)
    groups = input.reshape(samples, num_groups, channels // num_groups * math.prod(rest))
    normalized = _standardized(groups, (2,), eps).reshape(input.array.shape)
    return named(_affine(normalized, weight, bias, (1, channels, *[1] * len(rest))), "NativeGroupNormBackward0")


@checked
def normalize(
    input: Tensor, p: float | None = 2.0, dim: Any = 1, eps: float = 1e-12, out: Tensor | None = None
) -> Tensor:
    """Return x / max(|x|_p, ε), vectors of norm 1 along one dimension.

    Args:
        input: x, of any shape.
        p: which norm.
        dim: the vectors' dimension, or several.
        eps: ε.
        out: a tensor to write the result into; then no gradient flows.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.normalize.html

    Example:
        >>> normalize(Tensor([[3.0, 4.0]]))
        tensor([[0.6000, 0.8000]])
    """
    check_tensor("normalize", input)
    unit = input / input.norm(p, dim, keepdim=True).clamp(min=eps)
    return unit if out is None else out.copy_(unit)


explain(globals())
