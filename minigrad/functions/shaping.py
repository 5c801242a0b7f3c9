"""The same elements in other shapes: views where memory allows, as in PyTorch, and copies where elements repeat.

Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from .. import table
from .._tensor.base import TensorBase, TensorT, named, wrap
from .._tensor.conversion import number
from .._tensor.declared import NotGiven, checked, explain
from .._tensor.in_place import in_place
from .._tensor.listening import constant
from .._tensor.shapes import Size, axes_of, axis_of, inferred, sizes_from
from .._tensor.writes import refuse_write
from ..core.graph import apply
from . import reductions
from .arguments import numpy_names, recorded_as, sizes_by_name
from .elementwise import clone

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
    diag = diag
    diag_embed = diag_embed
    diagflat = diagflat
    diagonal = diagonal
    expand = expand
    expand_as = expand_as
    flatten = flatten
    moveaxis = moveaxis
    movedim = movedim
    permute = permute
    ravel = ravel
    reshape = reshape
    reshape_as = reshape_as
    squeeze = squeeze
    sum_to_size = sum_to_size
    swapaxes = swapaxes  # type: ignore[assignment]
    swapdims = swapdims
    t = t
    transpose = transpose
    tril = tril
    triu = triu
    unflatten = unflatten
    unsqueeze = unsqueeze
    view = view
    view_as = view_as

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
