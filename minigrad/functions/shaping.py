"""The same elements in other shapes: views where memory allows, as in PyTorch, and copies where elements repeat.

Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any, Self

import numpy as np

from .. import table
from .._tensor.base import TensorBase, TensorT, is_tensor, named, wrap
from .._tensor.conversion import number
from .._tensor.declared import NotGiven, checked, explain
from .._tensor.in_place import in_place
from .._tensor.listening import constant, refuse_to_replay
from .._tensor.shapes import Size, along, axes_of, axis_of, inferred, sizes_from
from .._tensor.writes import refuse_write
from ..core.graph import apply
from ..core.op import Op
from . import reductions
from .arguments import check_tensor, numpy_names, other_names, recorded_as, sizes_by_name, takes_out
from .elementwise import clone

Dim = int | Sequence[int] | None

# ---- one tensor, laid out otherwise ----------------------------------------------------------------------------------


def reshape(input: TensorT, *sizes: Any, shape: int | Sequence[int] | NotGiven = None) -> TensorT:
    """Return the same elements in another shape, one size of which may be -1; a view where possible.

    Args:
        input: a tensor.
        *sizes: the new sizes, one by one or as one sequence.
        shape: the same as one sequence, by name.

    Raises:
        RuntimeError: the sizes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.reshape.html

    Example:
        >>> import minigrad
        >>> reshape(minigrad.arange(6), (2, -1))
        tensor([[0, 1, 2],
                [3, 4, 5]])
    """
    target = sizes_from(sizes if shape is None else (shape,))
    return apply(table.reshape, input, shape=inferred(target, input.array.size), old=input.array.shape)


def view(input: TensorT, *sizes: Any) -> TensorT:
    """Return a view in another shape: the same memory, so that a write into either is a write into both.

    Args:
        input: a tensor.
        *sizes: the new sizes, one by one or as one sequence; one may be -1. Or a dtype, in which the same bytes are
            read.

    Raises:
        RuntimeError: the sizes do not fit, or the layout of the memory allows no view.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.view.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(4)
        >>> view(x, 2, 2)[0, 0] = 1.0
        >>> x
        tensor([1., 0., 0., 0.])
    """
    if len(sizes) == 1 and hasattr(sizes[0], "numpy") and not hasattr(sizes[0], "array"):
        return wrap(input.array.view(sizes[0].numpy))
    out = reshape(input, *sizes)
    if out.array.size and not np.may_share_memory(out.array, input.array):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return out


def view_as(input: TensorT, other: TensorT) -> TensorT:
    """Return a view in the shape of another tensor: the same memory.

    Args:
        input: a tensor.
        other: a tensor of as many elements, whose shape is taken.

    Raises:
        RuntimeError: the shape does not fit, or the layout of the memory allows no view.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.view_as.html

    Example:
        >>> import minigrad
        >>> view_as(minigrad.arange(4), minigrad.zeros(2, 2))
        tensor([[0, 1],
                [2, 3]])
    """
    return view(input, other.array.shape)


def reshape_as(input: TensorT, other: TensorT) -> TensorT:
    """Return the same elements in the shape of another tensor; a view where possible.

    Args:
        input: a tensor.
        other: a tensor of as many elements, whose shape is taken.

    Raises:
        RuntimeError: the numbers of elements differ.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.reshape_as.html

    Example:
        >>> import minigrad
        >>> reshape_as(minigrad.arange(4), minigrad.zeros(2, 2))
        tensor([[0, 1],
                [2, 3]])
    """
    return reshape(input, other.array.shape)


def flatten(input: TensorT, start_dim: int = 0, end_dim: int = -1) -> TensorT:
    """Return the tensor with a range of dimensions made one; a view where possible.

    Args:
        input: a tensor; one without dimensions gets one.
        start_dim: the first of them.
        end_dim: the last of them.

    Raises:
        IndexError: there is no such dimension.
        RuntimeError: start_dim comes after end_dim.

    Source: https://pytorch.org/docs/stable/generated/torch.flatten.html

    Example:
        >>> import minigrad
        >>> flatten(minigrad.zeros(2, 3, 4), 1).shape
        minigrad.Size([2, 12])
    """
    shape = input.array.shape or (1,)
    start, end = axis_of(start_dim, len(shape)), axis_of(end_dim, len(shape))
    if start > end:
        raise RuntimeError(f"flatten() has invalid args: start_dim {start_dim} comes after end_dim {end_dim}")
    if start == end and input.array.ndim:
        return input
    return reshape(input, *shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])


def ravel(input: TensorT) -> TensorT:
    """Return the elements in one dimension; a view where possible.

    Args:
        input: a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.ravel.html

    Example:
        >>> import minigrad
        >>> ravel(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([1, 2, 3, 4])
    """
    out = reshape(input, -1)
    return out if out.array.flags.c_contiguous else clone(out)


@numpy_names
def unflatten(input: TensorT, dim: int, sizes: Sequence[int]) -> TensorT:
    """Return the tensor with one dimension split into several; a view where possible.

    Args:
        input: a tensor.
        dim: the dimension to split.
        sizes: of the new dimensions; they multiply to the old size. One may be -1.

    Raises:
        IndexError: there is no such dimension.
        RuntimeError: the sizes do not fit, or there are none.

    Source: https://pytorch.org/docs/stable/generated/torch.unflatten.html

    Example:
        >>> import minigrad
        >>> unflatten(minigrad.arange(6), 0, (2, -1))
        tensor([[0, 1, 2],
                [3, 4, 5]])
    """
    axis, shape = axis_of(dim, input.array.ndim), input.array.shape
    if not sizes:
        raise RuntimeError("unflatten: sizes must be non-empty")
    return reshape(input, *shape[:axis], *inferred(tuple(sizes), shape[axis]), *shape[axis + 1 :])


@numpy_names
@checked
def squeeze(input: TensorT, dim: int | Sequence[int] | NotGiven = None) -> TensorT:
    """Return a view without the dimensions of size 1, or without the named ones of these.

    Args:
        input: a tensor.
        dim: one dimension, several, or None for all. One of another size stays.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.squeeze.html

    Example:
        >>> import minigrad
        >>> squeeze(minigrad.zeros(1, 2, 1)).shape, squeeze(minigrad.zeros(1, 2, 1), 0).shape
        (minigrad.Size([2]), minigrad.Size([2, 1]))
    """
    shape = input.array.shape
    axes = () if isinstance(dim, tuple | list) and not dim else axes_of(dim, len(shape))
    out = reshape(input, [n for i, n in enumerate(shape) if n != 1 or i not in axes])
    return named(out, f"SqueezeBackward{int(dim is not None)}")


@numpy_names
@recorded_as("UnsqueezeBackward0")
def unsqueeze(input: TensorT, dim: int) -> TensorT:
    """Return a view with one more dimension, of size 1, at this place.

    Args:
        input: a tensor.
        dim: the place, from -(ndim + 1) to ndim.

    Raises:
        IndexError: there is no such place.

    Source: https://pytorch.org/docs/stable/generated/torch.unsqueeze.html

    Example:
        >>> import minigrad
        >>> unsqueeze(minigrad.tensor([1, 2]), 1)
        tensor([[1],
                [2]])
    """
    shape = input.array.shape
    axis = axis_of(dim, len(shape) + 1)
    return reshape(input, [*shape[:axis], 1, *shape[axis:]])


def transpose(input: TensorT, dim0: int, dim1: int) -> TensorT:
    """Return a view with two dimensions exchanged.

    Args:
        input: a tensor.
        dim0: a dimension.
        dim1: another one, or the same.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.transpose.html

    Example:
        >>> import minigrad
        >>> transpose(minigrad.tensor([[1, 2], [3, 4]]), 0, 1)
        tensor([[1, 3],
                [2, 4]])
    """
    ndim = input.array.ndim
    axis1, axis2 = axis_of(dim0, ndim), axis_of(dim1, ndim)
    return apply(table.swapaxes, input, axis1=axis1, axis2=axis2) if ndim else reshape(input, ())


def swapaxes(input: TensorT, axis0: int, axis1: int) -> TensorT:
    """Return a view with two dimensions exchanged, by NumPy's name.

    Args:
        input: a tensor.
        axis0: a dimension.
        axis1: another one, or the same.

    Raises:
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.swapaxes.html

    Example:
        >>> import minigrad
        >>> swapaxes(minigrad.tensor([[1, 2], [3, 4]]), 0, 1)
        tensor([[1, 3],
                [2, 4]])
    """
    return transpose(input, axis0, axis1)


swapdims = transpose


@recorded_as("TBackward0")
def t(input: TensorT) -> TensorT:
    """Return a view of a matrix transposed; a vector as it is.

    Args:
        input: a tensor of at most two dimensions.

    Raises:
        RuntimeError: the tensor has more.

    Source: https://pytorch.org/docs/stable/generated/torch.t.html

    Example:
        >>> import minigrad
        >>> t(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([[1, 3],
                [2, 4]])
    """
    if input.array.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {input.array.ndim}D")
    return transpose(input, 0, 1) if input.array.ndim == 2 else reshape(input, input.array.shape)


def permute(input: TensorT, *order: Any, dims: int | Sequence[int] | NotGiven = None) -> TensorT:
    """Return a view with the dimensions in this order.

    Args:
        input: a tensor.
        *order: every dimension once, one by one or as one sequence.
        dims: the same as one sequence, by name.

    Raises:
        RuntimeError: the order does not name every dimension once.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.permute.html

    Example:
        >>> import minigrad
        >>> permute(minigrad.zeros(2, 3, 4), 2, 0, 1).shape
        minigrad.Size([4, 2, 3])
    """
    wanted = sizes_from(order if dims is None else (dims,))
    axes = tuple([axis_of(d, input.array.ndim) for d in wanted])
    if sorted(axes) != list(range(input.array.ndim)):
        raise RuntimeError(f"permute(dims): {list(wanted)} is no order of the {input.array.ndim} dimensions")
    return apply(table.permute, input, axes=axes)


def movedim(input: TensorT, source: int | Sequence[int], destination: int | Sequence[int]) -> TensorT:
    """Return a view with some dimensions moved to other places, the rest in their order.

    Args:
        input: a tensor.
        source: the dimensions to move, one or several.
        destination: their new places, as many.

    Raises:
        RuntimeError: source and destination are not equally many, or one names a dimension twice.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.movedim.html

    Example:
        >>> import minigrad
        >>> movedim(minigrad.zeros(2, 3, 4), 0, -1).shape
        minigrad.Size([3, 4, 2])
    """
    ndim = input.array.ndim
    start, end = [[d] if isinstance(d, int) else list(d) for d in (source, destination)]
    moved, places = [axis_of(d, ndim) for d in start], [axis_of(d, ndim) for d in end]
    if len(moved) != len(places):
        raise RuntimeError(f"movedim: Invalid source or destination dims: {start} and {end} are not equally many")
    if len(set(moved)) != len(moved) or len(set(places)) != len(places):
        raise RuntimeError(f"movedim: repeated dim in source or destination: {start}, {end}")
    order = [d for d in range(ndim) if d not in moved]
    for place, d in sorted(zip(places, moved, strict=True)):
        order.insert(place, d)
    return permute(input, order) if ndim else reshape(input, ())


moveaxis = movedim


def adjoint(input: TensorT) -> TensorT:
    """Return a view with the last two dimensions exchanged: of real matrices, the adjoint is the transpose.

    Args:
        input: a tensor of shape (*, n, m).

    Raises:
        RuntimeError: the tensor has fewer than two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.adjoint.html

    Example:
        >>> import minigrad
        >>> adjoint(minigrad.zeros(5, 2, 3)).shape
        minigrad.Size([5, 3, 2])
    """
    if input.array.ndim < 2:
        raise RuntimeError(f"adjoint() is only supported on matrices or batches of them. Got {input.ndim}-D tensor.")
    return transpose(input, -2, -1)


@sizes_by_name("size")
def expand(input: TensorT, *sizes: Any) -> TensorT:
    """Return a view in which dimensions of size 1 are repeated; -1 leaves a dimension as it is.

    Args:
        input: a tensor.
        *sizes: the new sizes, one by one or as one sequence; new dimensions come in front.

    Raises:
        RuntimeError: a dimension has neither size 1 nor the size asked for.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.expand.html

    Example:
        >>> import minigrad
        >>> expand(minigrad.tensor([[1], [2]]), -1, 3)
        tensor([[1, 1, 1],
                [2, 2, 2]])
    """
    target, own = sizes_from(sizes), input.array.shape
    new = len(target) - len(own)
    if new < 0:
        raise RuntimeError(f"expand: {list(target)} has fewer dimensions than the tensor's shape {list(own)}")
    if any(n < (-1 if i >= new else 0) for i, n in enumerate(target)):
        raise RuntimeError(f"expand: the sizes {list(target)} must be non-negative, or -1 for a dimension that exists")
    shape = tuple([own[i - new] if n == -1 else n for i, n in enumerate(target)])
    for i, n in enumerate(own):
        if n not in (1, shape[new + i]):
            raise RuntimeError(
                f"The expanded size of the tensor ({shape[new + i]}) must match the existing size ({n}) at "
                f"dimension {new + i}"
            )
    return apply(table.expand, input, shape=shape)


def expand_as(input: TensorT, other: TensorT) -> TensorT:
    """Return a view expanded to the shape of another tensor.

    Args:
        input: a tensor.
        other: the tensor whose shape is taken.

    Raises:
        RuntimeError: a dimension has neither size 1 nor the size asked for.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.expand_as.html

    Example:
        >>> import minigrad
        >>> expand_as(minigrad.tensor([[1], [2]]), minigrad.zeros(2, 3))
        tensor([[1, 1, 1],
                [2, 2, 2]])
    """
    return expand(input, other.array.shape)


def broadcast_to(input: TensorT, size: Sequence[int]) -> TensorT:
    """Return a view expanded to a shape: dimensions of size 1 are repeated.

    Args:
        input: a tensor.
        size: the new sizes, as one sequence.

    Raises:
        RuntimeError: a dimension has neither size 1 nor the size asked for.

    Source: https://pytorch.org/docs/stable/generated/torch.broadcast_to.html

    Example:
        >>> import minigrad
        >>> broadcast_to(minigrad.tensor([1, 2]), (2, 2))
        tensor([[1, 2],
                [1, 2]])
    """
    return expand(input, size)


def broadcast_tensors(*tensors: TensorT) -> tuple[TensorT, ...]:
    """Return views of the tensors expanded to the shape that they broadcast to.

    Args:
        *tensors: of shapes that broadcast.

    Raises:
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.broadcast_tensors.html

    Example:
        >>> import minigrad
        >>> x, y = broadcast_tensors(minigrad.zeros(2, 1), minigrad.zeros(3))
        >>> x.shape, y.shape
        (minigrad.Size([2, 3]), minigrad.Size([2, 3]))
    """
    shape = broadcast_shapes(*[x.array.shape for x in tensors])
    return tuple([expand(x, shape) for x in tensors])


def broadcast_shapes(*shapes: Any) -> Size:
    """Return the shape that shapes broadcast to, aligned at their ends.

    Args:
        *shapes: sequences of sizes.

    Raises:
        RuntimeError: two sizes of a dimension differ, and neither is 1.

    Source: https://pytorch.org/docs/stable/generated/torch.broadcast_shapes.html

    Example:
        >>> broadcast_shapes((2, 1), (3,))
        minigrad.Size([2, 3])
    """
    try:
        return Size(np.broadcast_shapes(*shapes))
    except ValueError:
        raise RuntimeError(f"the shapes {', '.join(str(list(s)) for s in shapes)} do not broadcast") from None


def sum_to_size(input: TensorT, *sizes: Any) -> TensorT:
    """Return the tensor summed down to a shape that broadcasts to its own: what undoes a broadcast.

    Args:
        input: a tensor.
        *sizes: the new sizes, one by one or as one sequence.

    Raises:
        RuntimeError: the sizes do not broadcast to the tensor's shape.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.sum_to_size.html

    Example:
        >>> import minigrad
        >>> sum_to_size(minigrad.ones(2, 3), 1, 3)
        tensor([[2., 2., 2.]])
    """
    target, own = sizes_from(sizes), input.array.shape
    extra = len(own) - len(target)
    if extra < 0 or broadcast_shapes(own, target) != own:
        raise RuntimeError(f"size {list(target)} is not expandable to size {list(own)}.")
    axes = [i for i, n in enumerate(own) if i < extra or target[i - extra] != n]
    if own == target and own:
        return reshape(input, target)
    return reshape(reductions.sum(input, axes) if axes else reductions.sum(unsqueeze(input, 0), 0), target)


# ---- copies in which elements repeat or change places ----------------------------------------------------------------


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


# ---- several tensors -------------------------------------------------------------------------------------------------


@numpy_names
@takes_out
def cat(tensors: Sequence[TensorT], dim: int = 0) -> TensorT:
    """Return tensors joined along a dimension that they have.

    Args:
        tensors: at least one; their other sizes are equal. Empty vectors are left out.
        dim: the dimension that grows.

    Raises:
        ValueError: no tensor is given.
        RuntimeError: one has no dimension, or their other sizes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.cat.html

    Example:
        >>> import minigrad
        >>> cat([minigrad.zeros(2), minigrad.ones(1)])
        tensor([0., 0., 1.])
    """
    _check_sequence("cat", tensors)
    if not tensors:
        raise ValueError("expected a non-empty list of Tensors, but got none")
    for i, x in enumerate(tensors):
        check_tensor("cat", x, f"tensors[{i}]")
        if x.ndim == 0:
            raise RuntimeError(f"zero-dimensional tensor (at position {i}) cannot be concatenated")
    ndim = max(x.ndim for x in tensors)
    parts = [x for x in tensors if x.array.shape != (0,) or ndim == 1]
    axis = axis_of(dim, ndim)
    others = {(*x.array.shape[:axis], *x.array.shape[axis + 1 :]) for x in parts}
    if len(others) > 1 or any(x.ndim != ndim for x in parts):
        shapes = ", ".join(str(list(x.array.shape)) for x in tensors)
        raise RuntimeError(f"Sizes of tensors must match except in dimension {dim}, but got shapes {shapes}")
    return _joined(table.cat, parts, axis=axis, bounds=[0, *accumulate(x.array.shape[axis] for x in parts)])


concat = concatenate = cat


def _joined(op: Op, tensors: Sequence[TensorT], **params: Any) -> TensorT:
    out: TensorT = apply(op, *tensors, **params)
    if out.grad_fn is not None:
        out.grad_fn.saved = (None,)  # rather than a None for each part, which the rule of every part would be handed
    return out


def _check_sequence(name: str, tensors: Any) -> None:
    if not isinstance(tensors, tuple | list):
        raise TypeError(f"{name}(): argument 'tensors' must be tuple of Tensors, not {type(tensors).__name__}")


@numpy_names
@takes_out
def stack(tensors: Sequence[TensorT], dim: int = 0) -> TensorT:
    """Return tensors of one shape joined along a new dimension.

    Args:
        tensors: at least one, all of one shape.
        dim: where the new dimension comes, from -(ndim + 1) to ndim.

    Raises:
        RuntimeError: no tensor is given, or their shapes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.stack.html

    Example:
        >>> import minigrad
        >>> stack([minigrad.tensor([1, 2]), minigrad.tensor([3, 4])])
        tensor([[1, 2],
                [3, 4]])
    """
    _check_sequence("stack", tensors)
    if not tensors:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, x in enumerate(tensors):
        check_tensor("stack", x, f"tensors[{i}]")
        if x.array.shape != tensors[0].array.shape:
            first, other = list(tensors[0].array.shape), list(x.array.shape)
            raise RuntimeError(f"stack expects equal sizes, but got {first} at entry 0 and {other} at entry {i}")
    return _joined(table.stack, tensors, axis=axis_of(dim, tensors[0].ndim + 1))


def atleast_1d(*tensors: Any) -> Any:
    """Return tensors with at least one dimension.

    Args:
        *tensors: one tensor, or several, or one sequence of them.

    Returns:
        The tensor; of several, a tuple.

    Source: https://pytorch.org/docs/stable/generated/torch.atleast_1d.html

    Example:
        >>> import minigrad
        >>> atleast_1d(minigrad.tensor(1))
        tensor([1])
    """
    return _each(tensors, lambda x: reshape(x, 1) if x.ndim == 0 else x)


def atleast_2d(*tensors: Any) -> Any:
    """Return tensors with at least two dimensions, new ones in front.

    Args:
        *tensors: one tensor, or several, or one sequence of them.

    Returns:
        The tensor; of several, a tuple.

    Source: https://pytorch.org/docs/stable/generated/torch.atleast_2d.html

    Example:
        >>> import minigrad
        >>> atleast_2d(minigrad.tensor([1, 2]))
        tensor([[1, 2]])
    """
    return _each(tensors, lambda x: reshape(x, 1, -1) if x.ndim < 2 else x)


def atleast_3d(*tensors: Any) -> Any:
    """Return tensors with at least three dimensions, a vector as (1, n, 1) and a matrix as (n, m, 1).

    Args:
        *tensors: one tensor, or several, or one sequence of them.

    Returns:
        The tensor; of several, a tuple.

    Source: https://pytorch.org/docs/stable/generated/torch.atleast_3d.html

    Example:
        >>> import minigrad
        >>> atleast_3d(minigrad.tensor([1, 2])).shape
        minigrad.Size([1, 2, 1])
    """
    return _each(tensors, lambda x: unsqueeze(atleast_2d(x), -1) if x.ndim < 3 else x)


def _each(tensors: tuple[Any, ...], change: Any) -> Any:
    """Change one tensor, or all of several."""
    if len(tensors) == 1 and isinstance(tensors[0], tuple | list):
        tensors = tuple(tensors[0])
    elif len(tensors) == 1:
        return change(tensors[0])
    return tuple([change(x) for x in tensors])


def hstack(tensors: Sequence[TensorT]) -> TensorT:
    """Return tensors joined side by side: along the second dimension, vectors along their only one.

    Args:
        tensors: at least one; their other sizes are equal. A number counts as a vector.

    Raises:
        ValueError: no tensor is given.
        RuntimeError: the other sizes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.hstack.html

    Example:
        >>> import minigrad
        >>> hstack([minigrad.tensor([1, 2]), minigrad.tensor([3])])
        tensor([1, 2, 3])
    """
    parts = _each((tuple(tensors),), atleast_1d)
    return cat(parts, 0 if parts and parts[0].ndim == 1 else 1)


def vstack(tensors: Sequence[TensorT]) -> TensorT:
    """Return tensors joined one below the other, vectors as rows.

    Args:
        tensors: at least one; their other sizes are equal.

    Raises:
        ValueError: no tensor is given.
        RuntimeError: the other sizes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.vstack.html

    Example:
        >>> import minigrad
        >>> vstack([minigrad.tensor([1, 2]), minigrad.tensor([3, 4])])
        tensor([[1, 2],
                [3, 4]])
    """
    return cat(_each((tuple(tensors),), atleast_2d), 0)


row_stack = vstack


def dstack(tensors: Sequence[TensorT]) -> TensorT:
    """Return tensors joined along the third dimension, which vectors and matrices get first.

    Args:
        tensors: at least one; their other sizes are equal.

    Raises:
        ValueError: no tensor is given.
        RuntimeError: the other sizes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.dstack.html

    Example:
        >>> import minigrad
        >>> dstack([minigrad.tensor([1, 2]), minigrad.tensor([3, 4])])
        tensor([[[1, 3],
                 [2, 4]]])
    """
    return cat(_each((tuple(tensors),), atleast_3d), 2)


def column_stack(tensors: Sequence[TensorT]) -> TensorT:
    """Return tensors joined side by side, vectors as columns.

    Args:
        tensors: at least one; their other sizes are equal.

    Raises:
        ValueError: no tensor is given.
        RuntimeError: the other sizes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.column_stack.html

    Example:
        >>> import minigrad
        >>> column_stack([minigrad.tensor([1, 2]), minigrad.tensor([3, 4])])
        tensor([[1, 3],
                [2, 4]])
    """
    return hstack([reshape(x, -1, 1) if x.ndim < 2 else x for x in tensors])


@numpy_names
@other_names(split_size_or_sections="split_size")
@recorded_as("SplitBackward0")
@checked
def split(tensor: TensorT, split_size: int | Sequence[int], dim: int = 0) -> tuple[TensorT, ...]:
    """Return views of parts along a dimension: of this size each (the last may be smaller), or of these sizes.

    Args:
        tensor: of at least one dimension.
        split_size: one size for all, or the sizes of the parts, which add up to the dimension's.
        dim: the dimension, from 0 or, negative, from the end.

    Raises:
        RuntimeError: a negative size, a size of 0, or sizes that do not add up.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.split.html

    Example:
        >>> import minigrad
        >>> split(minigrad.arange(5), 2)
        (tensor([0, 1]), tensor([2, 3]), tensor([4]))
    """
    axis = _existing_axis("split", tensor, dim)
    n = tensor.array.shape[axis]
    if not isinstance(split_size, int):
        sizes = [int(size) for size in split_size]
        if min(sizes, default=0) < 0 or sum(sizes) != n:
            raise RuntimeError(f"split_with_sizes expects split_sizes to sum exactly to {n}, but got {sizes}")
        return _sections(tensor, axis, [0, *accumulate(sizes)])
    if split_size < 0 or (split_size == 0 and n):
        raise RuntimeError(f"split expects split_size to be positive, but got split_size={split_size}")
    return _sections(tensor, axis, [*range(0, n, split_size or 1), n] if n else [0, 0])


@numpy_names
@checked
def chunk(input: TensorT, chunks: int, dim: int = 0) -> tuple[TensorT, ...]:
    """Return views of at most `chunks` parts of equal size along a dimension; the last may be smaller.

    Args:
        input: a tensor of at least one dimension.
        chunks: how many, at least 1.
        dim: the dimension, from 0 or, negative, from the end.

    Raises:
        RuntimeError: chunks is below 1, or the tensor has no dimension.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.chunk.html

    Example:
        >>> import minigrad
        >>> chunk(minigrad.arange(5), 2)
        (tensor([0, 1, 2]), tensor([3, 4]))
    """
    axis = _existing_axis("chunk", input, dim)
    if chunks < 1:
        raise RuntimeError(f"chunk expects `chunks` to be greater than 0, got: {chunks}")
    n = input.array.shape[axis]
    return split(input, -(-n // chunks), axis) if n else _sections(input, axis, [0] * (chunks + 1))


@numpy_names
@other_names(indices="indices_or_sections", sections="indices_or_sections")
@checked
def tensor_split(
    input: TensorT, indices_or_sections: int | Sequence[int] | TensorT, dim: int = 0
) -> tuple[TensorT, ...]:
    """Return views of this number of parts, of sizes that differ by at most 1; or of the parts between these places.

    Args:
        input: a tensor of at least one dimension.
        indices_or_sections: how many parts, at least 1; or the places to cut at, in a sequence or a vector.
        dim: the dimension, from 0 or, negative, from the end.

    Raises:
        RuntimeError: the number is below 1, or the tensor has no dimension.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.tensor_split.html

    Example:
        >>> import minigrad
        >>> tensor_split(minigrad.arange(5), (1, 3))
        (tensor([0]), tensor([1, 2]), tensor([3, 4]))
    """
    axis = _existing_axis("tensor_split", input, dim)
    n = input.array.shape[axis]
    if isinstance(indices_or_sections, TensorBase):
        refuse_to_replay("it takes the values of a tensor as a list")
    cuts = indices_or_sections.array.tolist() if isinstance(indices_or_sections, TensorBase) else indices_or_sections
    if isinstance(cuts, int):
        if cuts < 1:
            raise RuntimeError(f"number of sections must be larger than 0, got {cuts}")
        small, larger = divmod(n, cuts)
        return _sections(input, axis, [0, *accumulate([small + (i < larger) for i in range(cuts)])])
    places = [0, *cuts, n]
    parts = [slice(start, stop) for start, stop in pairwise(places)]
    return tuple([input[along(axis, part)] for part in parts])


def hsplit(input: TensorT, indices_or_sections: Any) -> tuple[TensorT, ...]:
    """Return views of parts side by side: along the second dimension, a vector along its only one.

    Args:
        input: a tensor of at least one dimension.
        indices_or_sections: how many parts of equal size; or the places to cut at.

    Raises:
        RuntimeError: the size is not divisible by the number, or the tensor has no dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.hsplit.html

    Example:
        >>> import minigrad
        >>> hsplit(minigrad.arange(4), 2)
        (tensor([0, 1]), tensor([2, 3]))
    """
    axis = min(1, input.ndim - 1)
    return tensor_split(input, _even("hsplit", input, indices_or_sections, axis), axis)


def vsplit(input: TensorT, indices_or_sections: Any) -> tuple[TensorT, ...]:
    """Return views of parts one below the other: along the first dimension.

    Args:
        input: a tensor of at least two dimensions.
        indices_or_sections: how many parts of equal size; or the places to cut at.

    Raises:
        RuntimeError: the size is not divisible by the number, or the tensor has fewer than two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.vsplit.html

    Example:
        >>> import minigrad
        >>> vsplit(minigrad.tensor([[1, 2], [3, 4]]), 2)
        (tensor([[1, 2]]), tensor([[3, 4]]))
    """
    if input.ndim < 2:
        raise RuntimeError(f"torch.vsplit requires a tensor with at least 2 dimension, but got {input.ndim}")
    return tensor_split(input, _even("vsplit", input, indices_or_sections, 0), 0)


def _even(name: str, x: TensorT, sections: Any, axis: int) -> Any:
    """Return sections if x can be cut so; RuntimeError otherwise."""
    if x.ndim < 1:
        raise RuntimeError(f"torch.{name} requires a tensor with at least 1 dimension, but got {x.ndim}")
    if isinstance(sections, int) and (sections < 1 or x.array.shape[axis] % sections):
        raise RuntimeError(f"torch.{name}: {x.array.shape[axis]} is not divisible by {sections}")
    return sections


def split_with_sizes(input: TensorT, split_sizes: Sequence[int], dim: int = 0) -> tuple[TensorT, ...]:
    """Return views of parts of these sizes along a dimension.

    Args:
        input: a tensor of at least one dimension.
        split_sizes: of the parts; they add up to the dimension's.
        dim: the dimension, from 0 or, negative, from the end.

    Raises:
        RuntimeError: a negative size, or sizes that do not add up.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.split.html

    Example:
        >>> import minigrad
        >>> split_with_sizes(minigrad.arange(4), [1, 3])
        (tensor([0]), tensor([1, 2, 3]))
    """
    return split(input, list(split_sizes), dim)


def _sections(x: TensorT, axis: int, bounds: Sequence[int]) -> tuple[TensorT, ...]:
    return tuple([_part(x, axis, slice(start, stop)) for start, stop in pairwise(bounds)])


def _part(x: TensorT, axis: int, part: int | slice) -> TensorT:
    """Return a view of a part along an axis."""
    out: TensorT = apply(table.getitem, x, index=(*along(axis, part), Ellipsis), shape=x.array.shape)
    return out


@numpy_names
@recorded_as("UnbindBackward0")
def unbind(input: TensorT, dim: int = 0) -> tuple[TensorT, ...]:
    """Return views of the slices along one dimension, which vanishes.

    Args:
        input: a tensor of at least one dimension.
        dim: the dimension, from 0 or, negative, from the end.

    Raises:
        RuntimeError: the tensor has no dimension.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.unbind.html

    Example:
        >>> import minigrad
        >>> unbind(minigrad.tensor([[1, 2], [3, 4]]))
        (tensor([1, 2]), tensor([3, 4]))
    """
    axis = _existing_axis("unbind", input, dim)
    return tuple([_part(input, axis, i) for i in range(input.array.shape[axis])])


def _existing_axis(name: str, x: TensorT, dim: int) -> int:
    if not x.array.ndim:
        raise RuntimeError(f"{name} expects at least a 1-dimensional tensor")
    return axis_of(dim, x.array.ndim)


def meshgrid(*tensors: TensorT, indexing: str = "ij") -> tuple[TensorT, ...]:
    """Return the coordinates of a grid: for each vector a view of the grid's shape in which it varies.

    Args:
        *tensors: vectors or numbers, or one list of them.
        indexing: "ij", or "xy" for a grid whose first two dimensions are exchanged.

    Raises:
        RuntimeError: no tensor is given, one is a matrix or more, their dtypes differ, or indexing is another word.

    Source: https://pytorch.org/docs/stable/generated/torch.meshgrid.html

    Example:
        >>> import minigrad
        >>> rows, columns = meshgrid(minigrad.arange(2), minigrad.arange(3))
        >>> rows, columns
        (tensor([[0, 0, 0],
                [1, 1, 1]]), tensor([[0, 1, 2],
                [0, 1, 2]]))
    """
    vectors = list(tensors[0]) if len(tensors) == 1 and isinstance(tensors[0], tuple | list) else list(tensors)
    if not vectors:
        raise RuntimeError("meshgrid expects a non-empty TensorList")
    if indexing not in ("ij", "xy"):
        raise RuntimeError(f"torch.meshgrid: indexing must be one of 'xy' or 'ij', but received: {indexing}")
    for x in vectors:
        if x.ndim > 1:
            raise RuntimeError(f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {list(x.shape)}")
    if len({x.array.dtype for x in vectors}) > 1:
        raise RuntimeError("torch.meshgrid expects all tensors to have the same dtype")
    exchanged = indexing == "xy" and len(vectors) > 1
    if exchanged:
        vectors[0], vectors[1] = vectors[1], vectors[0]
    shape = [x.numel() for x in vectors]
    grids = [
        expand(reshape(x, [-1 if axis == i else 1 for axis in range(len(vectors))]), shape)
        for i, x in enumerate(vectors)
    ]
    if exchanged:
        grids[0], grids[1] = grids[1], grids[0]
    return tuple(grids)


# ---- diagonals and triangles -----------------------------------------------------------------------------------------


@checked
def diagonal(input: TensorT, offset: int = 0, dim1: int = 0, dim2: int = 1) -> TensorT:
    """Return a view of the diagonals of the matrices in two dimensions, as the last dimension.

    Args:
        input: a tensor of at least two dimensions.
        offset: 0 for the main diagonal, above it for positive numbers.
        dim1: counts the rows.
        dim2: counts the columns.

    Raises:
        RuntimeError: both dimensions are the same.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.diagonal.html

    Example:
        >>> import minigrad
        >>> diagonal(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([1, 4])
    """
    axis1, axis2 = axis_of(dim1, input.array.ndim), axis_of(dim2, input.array.ndim)
    if axis1 == axis2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    return apply(table.diagonal, input, offset=offset, axis1=axis1, axis2=axis2, shape=input.array.shape)


@checked
def diag(input: TensorT, diagonal: int = 0) -> TensorT:
    """Return a matrix with this diagonal; of a matrix, its diagonal.

    Args:
        input: a vector, or a matrix.
        diagonal: which one; 0 is the main one, above it are positive numbers.

    Raises:
        RuntimeError: the tensor has neither one nor two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.diag.html

    Example:
        >>> import minigrad
        >>> diag(minigrad.tensor([1, 2])), diag(minigrad.tensor([[1, 2], [3, 4]]))
        (tensor([[1, 0],
                [0, 2]]), tensor([1, 4]))
    """
    if input.ndim not in (1, 2):
        raise RuntimeError(f"diag(): Supports 1D or 2D tensors. Got {input.ndim}D")
    if input.ndim == 1:
        return diag_embed(input, diagonal)
    return clone(apply(table.diagonal, input, offset=diagonal, axis1=0, axis2=1, shape=input.array.shape))


@checked
def diagflat(input: TensorT, offset: int = 0) -> TensorT:
    """Return a matrix with the elements of the input, flattened, as its diagonal, and 0 elsewhere.

    Args:
        input: a tensor.
        offset: which diagonal; 0 is the main one, above it are positive numbers.

    Source: https://pytorch.org/docs/stable/generated/torch.diagflat.html

    Example:
        >>> import minigrad
        >>> diagflat(minigrad.tensor([[1], [2]]))
        tensor([[1, 0],
                [0, 2]])
    """
    return diag_embed(reshape(input, -1), offset)


@checked
def diag_embed(input: TensorT, offset: int = 0, dim1: int = -2, dim2: int = -1) -> TensorT:
    """Return zeros with the last dimension of the input as the diagonal of two new dimensions.

    Args:
        input: a tensor of shape (*, n).
        offset: which diagonal; 0 is the main one, above it are positive numbers.
        dim1: the new dimension that counts the rows.
        dim2: the new dimension that counts the columns.

    Raises:
        RuntimeError: both dimensions are the same.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.diag_embed.html

    Example:
        >>> import minigrad
        >>> diag_embed(minigrad.tensor([[1, 2], [3, 4]]))
        tensor([[[1, 0],
                 [0, 2]],
        <BLANKLINE>
                [[3, 0],
                 [0, 4]]])
    """
    axis1, axis2 = axis_of(dim1, input.ndim + 1), axis_of(dim2, input.ndim + 1)
    if axis1 == axis2:
        raise RuntimeError(f"diagonal dimensions cannot be identical {dim1}, {dim2}")
    if axis1 > axis2:
        axis1, axis2, offset = axis2, axis1, -offset
    size = input.array.shape[-1] + abs(offset)
    shape = list(input.array.shape[:-1])
    shape.insert(axis1, size)
    shape.insert(axis2, size)
    return apply(table.undiagonal, input, offset=offset, axis1=axis1, axis2=axis2, shape=tuple(shape))


@recorded_as("TrilBackward0")
@checked
def tril(input: TensorT, diagonal: int = 0) -> TensorT:
    """Return matrices with 0 above a diagonal: their lower triangles.

    Args:
        input: a tensor of shape (*, n, m).
        diagonal: the last that is kept; 0 is the main one, above it are positive numbers.

    Raises:
        RuntimeError: the tensor has fewer than two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.tril.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([[1, 2], [3, 4]])
        >>> tril(x)
        tensor([[1, 0],
                [3, 4]])
    """
    return _masked(input, diagonal, lambda n, m, k: np.tri(n, m, k, np.bool_))


@recorded_as("TriuBackward0")
@checked
def triu(input: TensorT, diagonal: int = 0) -> TensorT:
    """Return matrices with 0 below a diagonal: their upper triangles.

    Args:
        input: a tensor of shape (*, n, m).
        diagonal: the first that is kept; 0 is the main one, above it are positive numbers.

    Raises:
        RuntimeError: the tensor has fewer than two dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.triu.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([[1, 2], [3, 4]])
        >>> triu(x)
        tensor([[1, 2],
                [0, 4]])
    """
    return _masked(input, diagonal, lambda n, m, k: ~np.tri(n, m, k - 1, np.bool_))


def _masked(x: TensorT, diagonal: int, triangle: Any) -> TensorT:
    if x.ndim < 2:
        raise RuntimeError(f"tril and triu: input tensor must have at least 2 dimensions, but got {x.ndim}")
    kept = triangle(*x.array.shape[-2:], number(diagonal))
    return apply(table.where, wrap(constant(kept)), x, wrap(constant(np.zeros((), x.array.dtype))))


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Shaping(TensorBase):
    """The methods of a tensor about its shape."""

    __slots__ = ()

    def __reversed__(self) -> Self:
        return flip(self, 0) if self.array.ndim else self

    @property
    def T(self) -> Self:
        """The tensor with its dimensions reversed.

        Source: https://pytorch.org/docs/stable/tensors.html#torch.Tensor.T

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).T.shape
            minigrad.Size([3, 2])
        """
        return permute(self, *range(self.array.ndim - 1, -1, -1))

    @property
    def mT(self) -> Self:
        """The tensor with its last two dimensions exchanged.

        Raises:
            RuntimeError: the tensor has fewer than two dimensions.

        Source: https://pytorch.org/docs/stable/tensors.html#torch.Tensor.mT

        Example:
            >>> import minigrad
            >>> minigrad.zeros(5, 2, 3).mT.shape
            minigrad.Size([5, 3, 2])
        """
        if self.array.ndim < 2:
            raise RuntimeError(
                f"tensor.mT is only supported on matrices or batches of matrices. Got {self.array.ndim}-D tensor."
            )
        return super().mT

    H = T
    mH = mT

    adjoint = adjoint
    broadcast_to = broadcast_to
    chunk = chunk
    diag = diag
    diag_embed = diag_embed
    diagflat = diagflat
    diagonal = diagonal
    expand = expand
    expand_as = expand_as
    flatten = flatten
    flip = flip
    fliplr = fliplr
    flipud = flipud
    hsplit = hsplit
    moveaxis = moveaxis
    movedim = movedim
    permute = permute
    ravel = ravel
    repeat = repeat
    repeat_interleave = repeat_interleave
    reshape = reshape
    reshape_as = reshape_as
    roll = roll
    rot90 = rot90
    split = split
    split_with_sizes = split_with_sizes
    squeeze = squeeze
    sum_to_size = sum_to_size
    swapaxes = swapaxes  # type: ignore[assignment]
    swapdims = swapdims
    t = t
    tensor_split = tensor_split
    tile = tile
    transpose = transpose
    tril = tril
    triu = triu
    unbind = unbind
    unflatten = unflatten
    unsqueeze = unsqueeze
    view = view
    view_as = view_as
    vsplit = vsplit

    tril_ = in_place(tril)
    triu_ = in_place(triu)

    def unsqueeze_(self, dim: int) -> Self:
        """Insert a dimension of size 1 in place, and return the tensor.

        Args:
            dim: the place, from -(ndim + 1) to ndim.

        Raises:
            IndexError: there is no such place.
            RuntimeError: the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.unsqueeze_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).unsqueeze_(0)
            tensor([[1, 2]])
        """
        return self._replaced_by(unsqueeze(self, dim))

    @checked
    def squeeze_(self, dim: int | Sequence[int] | NotGiven = None) -> Self:
        """Remove dimensions of size 1 in place, and return the tensor.

        Args:
            dim: one dimension, several, or None for all. One of another size stays.

        Raises:
            IndexError: there is no such dimension.
            RuntimeError: the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.squeeze_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([[1, 2]]).squeeze_()
            tensor([1, 2])
        """
        return self._replaced_by(squeeze(self) if dim is None else squeeze(self, dim))

    def t_(self) -> Self:
        """Transpose a matrix in place, and return it.

        Raises:
            RuntimeError: the tensor has more than two dimensions, or is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.t_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([[1, 2], [3, 4]]).t_()
            tensor([[1, 3],
                    [2, 4]])
        """
        return self._replaced_by(t(self))

    def transpose_(self, dim0: int, dim1: int) -> Self:
        """Exchange two dimensions in place, and return the tensor.

        Args:
            dim0: a dimension.
            dim1: another one, or the same.

        Raises:
            IndexError: there is no such dimension.
            RuntimeError: the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.transpose_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([[1, 2], [3, 4]]).transpose_(0, 1)
            tensor([[1, 3],
                    [2, 4]])
        """
        return self._replaced_by(transpose(self, dim0, dim1))

    def _replaced_by(self, view: TensorBase) -> Self:
        """Become a view of what this tensor was."""
        refuse_write(self)
        self.array, self.grad_fn, self.memory = view.array, view.grad_fn, view.memory
        return self
