"""Copies in which elements repeat, or change places.

Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from .. import table
from .._tensor.base import TensorBase, TensorT, is_tensor
from .._tensor.declared import NotGiven, checked, explain
from .._tensor.shapes import along, axes_of, axis_of, sizes_from
from ..core.graph import apply
from .arguments import numpy_names, recorded_as, sizes_by_name
from .elementwise import clone
from .joining import cat
from .shaping import expand, reshape, transpose


@sizes_by_name("repeats")
@recorded_as("RepeatBackward0")
def repeat(input: TensorT, *repeats: Any) -> TensorT:
    """Return copies of the tensor laid side by side, this number of times along each dimension.

    Args:
        input: a tensor.
        *repeats: a count for every dimension, and for new ones in front of these.

    Raises:
        RuntimeError: there are fewer counts than dimensions, or a negative one.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.repeat.html

    Example:
        >>> import minigrad
        >>> repeat(minigrad.tensor([1, 2]), 2, 2)
        tensor([[1, 2, 1, 2],
                [1, 2, 1, 2]])
    """
    counts, own = sizes_from(repeats), input.array.shape
    new = len(counts) - len(own)
    if new < 0:
        raise RuntimeError("Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor")
    if min(counts, default=0) < 0:
        raise RuntimeError(f"Trying to create tensor with negative dimension: repeat counts {list(counts)}")
    own = (1,) * new + own
    apart = reshape(input, [size for n in own for size in (1, n)])  # (n, m) as (1, n, 1, m)
    copies = expand(apart, [size for c, n in zip(counts, own, strict=True) for size in (c, n)])
    return reshape(clone(copies), [c * n for c, n in zip(counts, own, strict=True)])


@checked
def tile(input: TensorT, *counts: Any, dims: Sequence[int] | NotGiven = None) -> TensorT:
    """Return copies of the tensor laid side by side, as `repeat`; counts that lack in front are 1.

    Args:
        input: a tensor.
        *counts: a count for every dimension, one by one or as one sequence.
        dims: the same as one sequence, by name.

    Raises:
        RuntimeError: a negative count.

    Source: https://pytorch.org/docs/stable/generated/torch.tile.html

    Example:
        >>> import minigrad
        >>> tile(minigrad.tensor([[1, 2], [3, 4]]), 2)
        tensor([[1, 2, 1, 2],
                [3, 4, 3, 4]])
    """
    repeats = sizes_from(counts if dims is None else dims)
    return repeat(input, (1,) * (input.array.ndim - len(repeats)) + repeats)


@numpy_names
def repeat_interleave(
    input: TensorT, repeats: Any, dim: int | None = None, *, output_size: int | None = None
) -> TensorT:
    """Return the tensor with every element (or slice along a dimension) repeated this number of times in a row.

    Args:
        input: a tensor.
        repeats: one count, or a tensor with a count for each.
        dim: None for the flat tensor.
        output_size: accepted.

    Raises:
        RuntimeError: a negative count, or another number of counts than slices.

    Source: https://pytorch.org/docs/stable/generated/torch.repeat_interleave.html

    Example:
        >>> import minigrad
        >>> repeat_interleave(minigrad.tensor([1, 2]), 3)
        tensor([1, 1, 1, 2, 2, 2])
    """
    x = reshape(input, -1) if dim is None or not input.array.ndim else input
    axis = axis_of(0 if dim is None else dim, x.array.ndim)
    counts = np.asarray(repeats.array if is_tensor(repeats) else repeats)
    if counts.size not in (1, x.array.shape[axis]) or counts.ndim > 1:
        raise RuntimeError(f"repeats must have the same size as input along dim {axis}, but got {counts.size}")
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise RuntimeError(f"repeats must be integers and can not be negative, but got {repeats}")
    places = np.repeat(np.arange(x.array.shape[axis]), counts)
    return apply(table.getitem, x, index=along(axis, places), shape=x.array.shape)


@checked
def flip(input: TensorT, *axes: Any, dims: int | Sequence[int] | NotGiven = None) -> TensorT:
    """Return a copy reversed along some dimensions.

    Args:
        input: a tensor.
        *axes: the dimensions, one by one or as one sequence.
        dims: the same by name.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.flip.html

    Example:
        >>> import minigrad
        >>> flip(minigrad.tensor([[1, 2], [3, 4]]), 0, 1)
        tensor([[4, 3],
                [2, 1]])
    """
    wanted = sizes_from(axes if dims is None else (dims,))
    axes = axes_of(wanted, input.array.ndim) if wanted and input.array.ndim else ()
    return apply(table.flip, input, axis=axes)


def fliplr(input: TensorT) -> TensorT:
    """Return a copy reversed along the second dimension: left and right of a matrix exchanged.

    Args:
        input: a tensor of at least two dimensions.

    Raises:
        RuntimeError: the tensor has fewer.

    Source: https://pytorch.org/docs/stable/generated/torch.fliplr.html

    Example:
        >>> import minigrad
        >>> fliplr(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([[2, 1],
                [4, 3]])
    """
    if input.array.ndim < 2:
        raise RuntimeError("Input must be >= 2-d.")
    return flip(input, 1)


def flipud(input: TensorT) -> TensorT:
    """Return a copy reversed along the first dimension: the rows of a matrix upside down.

    Args:
        input: a tensor of at least one dimension.

    Raises:
        RuntimeError: the tensor has none.

    Source: https://pytorch.org/docs/stable/generated/torch.flipud.html

    Example:
        >>> import minigrad
        >>> flipud(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([[3, 4],
                [1, 2]])
    """
    if input.array.ndim < 1:
        raise RuntimeError("Input must be >= 1-d.")
    return flip(input, 0)


@numpy_names
@recorded_as("RollBackward0")
@checked
def roll(input: TensorT, shifts: int | Sequence[int], dims: int | Sequence[int] | None = None) -> TensorT:
    """Return a copy whose elements are moved along some dimensions, those beyond the end coming in at the beginning.

    Args:
        input: a tensor.
        shifts: by how many places, one number or one for each dimension; a negative one moves back.
        dims: the dimensions; unless given, the flat tensor is moved, and gets its shape back.

    Raises:
        RuntimeError: not as many shifts as dimensions.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.roll.html

    Example:
        >>> import minigrad
        >>> roll(minigrad.tensor([1, 2, 3, 4]), 1)
        tensor([4, 1, 2, 3])
    """
    steps = [shifts] if isinstance(shifts, int) else list(shifts)
    if dims is None or (isinstance(dims, list | tuple) and not dims):
        if len(steps) != 1:
            raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims: 0")
        return reshape(_rolled(reshape(input, -1), steps[0], 0), input.array.shape)
    axes = [axis_of(d, input.array.ndim) for d in ([dims] if isinstance(dims, int) else dims)]
    if len(steps) != len(axes):
        raise RuntimeError(f"shifts and dimensions must align. shifts: {len(steps)}, dims: {len(axes)}")
    if not input.array.ndim:
        raise IndexError(f"Dimension specified as {dims} but tensor has no dimensions")
    out = clone(input)
    for step, axis in zip(steps, axes, strict=True):
        out = _rolled(out, step, axis)
    return out


def _rolled(x: TensorT, step: int, axis: int) -> TensorT:
    n = x.array.shape[axis]
    cut = n - step % n if n else 0
    return cat([x[along(axis, slice(cut, None))], x[along(axis, slice(cut))]], axis)


@checked
def rot90(input: TensorT, k: int = 1, dims: Sequence[int] = (0, 1)) -> TensorT:
    """Return the tensor turned by k · 90° in the plane of two dimensions, from the first towards the second.

    Args:
        input: a tensor of at least two dimensions.
        k: how many quarter turns; a negative number turns the other way.
        dims: the two dimensions of the plane.

    Raises:
        RuntimeError: there are not two dimensions, or both are the same.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.rot90.html

    Example:
        >>> import minigrad
        >>> rot90(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([[2, 4],
                [1, 3]])
    """
    if len(dims) != 2 or input.array.ndim < 2:
        raise RuntimeError(f"expected total rotation dims == 2 of at least 2, but got dims = {list(dims)}")
    first, second = (axis_of(d, input.array.ndim) for d in dims)
    if first == second:
        raise RuntimeError(f"expected rotation dims to be different, but got dim0 = {dims[0]} and dim1 = {dims[1]}")
    match k % 4:
        case 1:
            return transpose(flip(input, second), first, second)
        case 2:
            return flip(input, first, second)
        case 3:
            return flip(transpose(input, first, second), second)
    return clone(input)


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Repeating(TensorBase):
    """The methods of a tensor that repeat its elements, or let them change places."""

    __slots__ = ()

    def __reversed__(self) -> Self:
        return flip(self, 0) if self.array.ndim else self

    flip = flip
    fliplr = fliplr
    flipud = flipud
    repeat = repeat
    repeat_interleave = repeat_interleave
    roll = roll
    rot90 = rot90
    tile = tile
