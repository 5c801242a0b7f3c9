"""Dropout and its relatives, as functions: each is a product with a constant that is drawn, not differentiated."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ..._tensor.base import Array, named
from ..._tensor.errors import warn_caller
from ..._tensor.listening import computed
from ...core import nn as core
from ...functions.arguments import check_tensor
from ...functions.shaping import permute
from ...functions.tensor import Tensor
from ...random import Generator, default_generator
from ...random.layout import memory_order
from .arguments import takes_inplace

Shape = tuple[int, ...]
Noise = Callable[[Array, float, np.dtype[Any]], tuple[Array, Array | None]]

ALPHA = 1.7580993408473766
"""-α′ of SELU: what its units tend to at minus infinity, and what alpha dropout sets them to."""


@takes_inplace
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
        TypeError: the input is no tensor, or p no number.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout.html

    Example:
        >>> dropout(Tensor([1.0, 2.0]), p=0.5, training=False)
        tensor([1., 2.])
    """
    return _dropped("dropout", input, p, training, generator)


@takes_inplace
def dropout1d(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Drop whole channels of a sequence with probability p, and scale the others by 1/(1-p).

    Args:
        input: of shape (N, C, L), or (C, L) without a batch.
        p: the probability to drop a channel, in [0, 1].
        training: whether to drop anything.
        inplace: overwrite the input.
        generator: draws the mask; the default generator unless given.

    Raises:
        ValueError: p is outside of [0, 1] or NaN.
        RuntimeError: the input has another number of dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout1d.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> dropout1d(minigrad.ones(1, 3, 2), p=0.5)
        tensor([[[0., 0.],
                 [0., 0.],
                 [2., 2.]]])
    """
    check_tensor("dropout1d", input)
    if input.ndim not in (2, 3):
        raise RuntimeError(f"dropout1d: Expected 2D or 3D input, but received a {input.ndim}D input.")
    return _dropped("dropout1d", input, p, training, generator, input.ndim - 1)


@takes_inplace
def dropout2d(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Drop whole channels of an image with probability p, and scale the others by 1/(1-p).

    Args:
        input: of shape (N, C, H, W); also (N, C, L), as in PyTorch.
        p: the probability to drop a channel, in [0, 1].
        training: whether to drop anything.
        inplace: overwrite the input.
        generator: draws the mask; the default generator unless given.

    Raises:
        ValueError: p is outside of [0, 1] or NaN.
        RuntimeError: the input has fewer than two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout2d.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> dropout2d(minigrad.ones(1, 3, 1, 2), p=0.5).squeeze()
        tensor([[0., 0.],
                [0., 0.],
                [2., 2.]])
    """
    check_tensor("dropout2d", input)
    if input.ndim not in (3, 4):
        warn_caller(
            f"dropout2d: Received a {input.ndim}-D input to dropout2d, which is deprecated and will result in an error "
            "in a future release."
        )
    return _dropped("dropout2d", input, p, training, generator, 2)


@takes_inplace
def dropout3d(
    input: Tensor,
    p: float = 0.5,
    training: bool = True,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Drop whole channels of a volume with probability p, and scale the others by 1/(1-p).

    Args:
        input: of shape (N, C, D, H, W), or (C, D, H, W), whose first dimension is then the one of channels.
        p: the probability to drop a channel, in [0, 1].
        training: whether to drop anything.
        inplace: overwrite the input.
        generator: draws the mask; the default generator unless given.

    Raises:
        ValueError: p is outside of [0, 1] or NaN.
        RuntimeError: the input has no dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.dropout3d.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> dropout3d(minigrad.ones(1, 3, 1, 1, 2), p=0.5).squeeze()
        tensor([[0., 0.],
                [0., 0.],
                [2., 2.]])
    """
    check_tensor("dropout3d", input)
    if input.ndim not in (4, 5):
        warn_caller(
            f"dropout3d: Received a {input.ndim}-D input to dropout3d, which is deprecated and will result in an error "
            "in a future release."
        )
    return _dropped("dropout3d", input, p, training, generator, 2 if input.ndim == 5 else 1)


@takes_inplace
def alpha_dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Drop elements to SELU's lower limit, so that mean 0 and variance 1 are kept.

    y = a · (x·m + α·(m - 1)) + a·α·p with α = 1.7581 and a = 1 / √((1-p)(1 + p·α²)), where m is 0 with probability p.

    Args:
        input: of any shape and floating-point dtype.
        p: the probability to drop, in [0, 1]; at 1 the result is zeros, as in PyTorch.
        training: whether to drop anything.
        inplace: overwrite the input.
        generator: draws the mask; the default generator unless given.

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.alpha_dropout.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> alpha_dropout(Tensor([0.0, 1.0, 2.0]), p=0.5, training=True)
        tensor([-0.7792, -0.7792,  2.5520])
    """
    return _dropped("alpha_dropout", input, p, training, generator, noise=_alpha_noise)


@takes_inplace
def feature_alpha_dropout(
    input: Tensor,
    p: float = 0.5,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Drop whole channels to SELU's lower limit; `alpha_dropout` of dimensions (N, C, …), one draw for each channel.

    Args:
        input: of shape (N, C, …).
        p: the probability to drop a channel, in [0, 1].
        training: whether to drop anything.
        inplace: overwrite the input.
        generator: draws the mask; the default generator unless given.

    Raises:
        ValueError: p is outside of [0, 1] or NaN.
        RuntimeError: the input has fewer than two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.feature_alpha_dropout.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> feature_alpha_dropout(minigrad.ones(1, 3, 2), p=0.5, training=True)
        tensor([[[-0.7792, -0.7792],
                 [-0.7792, -0.7792],
                 [ 1.6656,  1.6656]]])
    """
    return _dropped("feature_alpha_dropout", input, p, training, generator, 2, _alpha_noise)


# ---- what they share -------------------------------------------------------------------------------------------------


def checked_dropout_probability(p: float) -> float:
    """Return p if it is a probability; ValueError, or TypeError for what is no number, otherwise."""
    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    return p


def _mask_shape(name: str, input: Tensor, leading: int | None) -> Shape:
    """Return the shape of a mask: the input's, or with one element for each index of its leading dimensions."""
    if leading is None:
        return input.array.shape
    if input.ndim < leading:
        raise RuntimeError(
            f"{name}: Feature dropout requires at least {leading} dimensions in the input, got {input.ndim}"
        )
    return (*input.array.shape[:leading], *[1] * (input.ndim - leading))


def _alpha_noise(keep_mask: Array, keep: float, dtype: np.dtype[Any]) -> tuple[Array, Array | None]:
    """Return what alpha dropout multiplies the input by, and what it adds."""
    p = 1 - keep
    a = 1 / math.sqrt((ALPHA * ALPHA * p + 1) * keep)
    noise = keep_mask.astype(dtype)
    return noise * a, (noise - 1) * (ALPHA * a) + ALPHA * a * p


def _drawn(noise: Noise, source: Generator, shape: Shape, p: float, dtype: np.dtype[Any]) -> tuple[Array, Array | None]:
    """Draw a mask and return the noise that is made of it."""
    keep_mask, keep = source.keep_mask(shape, p)
    return noise(keep_mask, keep, dtype)


def _dropped(
    name: str,
    input: Tensor,
    p: float,
    training: bool,
    generator: Generator | None,
    leading: int | None = None,
    noise: Noise | None = None,
) -> Tensor:
    """Draw a mask, for every element or for every channel, and multiply and add what is made of it."""
    checked_dropout_probability(p)
    check_tensor(name, input)
    if training is not True and training is not False and not isinstance(training, np.bool_):
        raise TypeError(f"{name}(): argument 'training' must be bool, not {type(training).__name__}: {training!r}")
    if p == 0 or not training or not input.array.size:
        return input
    if input.array.dtype.kind != "f":
        raise RuntimeError(f"{name}: expected a floating-point input, but got {input.dtype}")
    source, shape = generator or default_generator, _mask_shape(name, input, leading)
    is_whole = leading is None and noise is None
    if is_whole and not input.array.flags.c_contiguous and (axes := memory_order(input.array)):
        # the mask goes through the input as it lies in memory
        dropped = core.dropout(permute(input, axes), p, source, tuple([shape[axis] for axis in axes]))
        return named(permute(dropped, np.argsort(axes).tolist()), "MulBackward0")
    if noise is None or p == 1:
        return core.dropout(input, p, source, shape)
    factor, summand = computed(_drawn, noise, source, shape, p, input.array.dtype)
    return input * factor + summand
