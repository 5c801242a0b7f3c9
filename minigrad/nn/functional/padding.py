"""Values put around a tensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ... import table
from ..._tensor.base import Array, wrap
from ..._tensor.declared import checked, explain
from ..._tensor.listening import constant
from ..._tensor.shapes import along
from ...core.graph import apply
from ...functions.arguments import check_tensor
from ...functions.tensor import Tensor

Width = tuple[int, int]

NUMPY_MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""What NumPy calls the modes that repeat the tensor's own values."""


@checked
def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """Return the input with values put in front of and behind some of its last dimensions.

    Args:
        input: of any shape; for modes other than "constant", with one or two dimensions before those that are padded.
        pad: how many values before and after: first for the last dimension, then for the one before it, and so on. A
            negative number takes values away.
        mode: "constant"; or "reflect", "replicate" or "circular", for up to three dimensions.
        value: the constant; 0 unless given.

    Raises:
        RuntimeError: pad has an odd length or is too long, more is taken away than there is, or a value is given for
            another mode than "constant".
        NotImplementedError: an unknown mode, or one that does not take this number of dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pad.html

    Example:
        >>> pad(Tensor([[1.0, 2.0, 3.0]]), (2, 1), mode="reflect")
        tensor([[3., 2., 1., 2., 3., 2.]])
    """
    check_tensor("pad", input)
    _check_pad(input, pad)
    first = input.ndim - len(pad) // 2
    widths = list(zip(pad[::2], pad[1::2], strict=True))[::-1]
    if mode == "constant":
        return _with_constant(input, [(0, 0)] * first + widths, 0.0 if value is None else value)
    _check_mode(input, mode, value, first, widths)
    for axis, width in enumerate(widths, start=first):
        index = constant(_places(input.array.shape[axis], width, mode))
        input = apply(table.getitem, input, index=along(axis, index), shape=input.array.shape)
    return input


def _check_pad(input: Tensor, pad: Sequence[int]) -> None:
    if len(pad) % 2:
        raise RuntimeError(f"Padding length must be divisible by 2, but got {len(pad)}: {list(pad)}")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{len(pad)} and input of dimension {input.ndim}"
        )


def _with_constant(input: Tensor, widths: list[Width], value: float) -> Tensor:
    """Return the input in the middle of a tensor of one value, less what negative widths take away."""
    shape = [n + before + after for n, (before, after) in zip(input.array.shape, widths, strict=True)]
    if min(shape, default=0) < 0:
        raise RuntimeError(f"padding {widths} of an input of shape {list(input.shape)} leaves a negative size")
    kept = _middle(input.array.shape, [(-before, -after) for before, after in widths])
    place = _middle(tuple(shape), widths)
    return apply(table.setitem, wrap(constant(np.full(shape, value, input.array.dtype))), input[kept], index=place)


def _middle(shape: tuple[int, ...], widths: list[Width]) -> tuple[slice, ...]:
    """Return where in a shape lies what has these widths around it; negative ones count as 0."""
    return tuple([slice(max(before, 0), n - max(after, 0)) for n, (before, after) in zip(shape, widths, strict=True)])


def _check_mode(input: Tensor, mode: str, value: float | None, first: int, widths: list[Width]) -> None:
    """Raise where a mode that repeats values cannot be used."""
    if mode not in NUMPY_MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}: expected constant, {', '.join(NUMPY_MODES)}")
    if value is not None and value != 0:
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument, but got value={value}')
    if first not in (1, 2) or not 1 <= len(widths) <= 3:
        raise NotImplementedError(
            f"padding mode {mode} pads the last 1 to 3 dimensions of an input that has one or two more, but got an "
            f"input of {input.ndim} dimensions and a padding of {len(widths)}"
        )
    for n, width in zip(input.array.shape[first:], widths, strict=True):
        limit = {"reflect": n - 1, "circular": n}.get(mode, max(width))
        if max(width) > limit or n + sum(width) < 1 or n == 0:
            raise RuntimeError(
                f"padding mode {mode} takes at most {limit} values for a dimension of size {n}, got {width}"
            )


def _places(n: int, width: Width, mode: str) -> Array:
    """Return for every place along a padded dimension where its value comes from."""
    added: Any = (max(width[0], 0), max(width[1], 0))
    if mode == "circular":  # goes round what is left; the others take from the whole
        return np.pad(_cut(np.arange(n), width), added, mode="wrap")
    return _cut(np.pad(np.arange(n), added, mode=NUMPY_MODES[mode]), width)  # type: ignore[call-overload]


def _cut(places: Array, width: Width) -> Array:
    """Return the places without those that negative widths take away."""
    before, after = width
    return places[max(-before, 0) : len(places) - max(-after, 0)]


explain(globals())
