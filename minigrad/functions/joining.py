"""Several tensors to one, and one to several: concatenating, stacking, splitting.

Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-ops.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

from .. import table
from .._tensor.base import TensorBase, TensorT
from .._tensor.declared import checked, explain
from .._tensor.listening import refuse_to_replay
from .._tensor.shapes import along, axis_of
from ..core.graph import apply
from ..core.op import Op
from .arguments import check_tensor, numpy_names, other_names, recorded_as, takes_out
from .shaping import expand, reshape, unsqueeze


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


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Joining(TensorBase):
    """The methods of a tensor that take it apart."""

    __slots__ = ()

    chunk = chunk
    hsplit = hsplit
    split = split
    split_with_sizes = split_with_sizes
    tensor_split = tensor_split
    unbind = unbind
    vsplit = vsplit
