"""Some of the elements: by index, by mask, and along a dimension.

Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#indexing-slicing-joining-mutating-table.
"""

from __future__ import annotations

import operator
from typing import Any, Self

import numpy as np

from .. import table
from .._tensor.base import Array, TensorBase, TensorT, as_operand, is_tensor, wrap, wrap_indices
from .._tensor.conversion import element, number
from .._tensor.declared import NotGiven, checked, explain, explaining
from .._tensor.in_place import assign, in_place
from .._tensor.listening import computed, constant, refuse_to_replay
from .._tensor.shapes import along, axis_of
from .._tensor.writes import repeated
from ..core.graph import apply
from ..table.indexing import is_basic
from .arguments import check_tensor, numpy_names, other_names, recorded_as
from .arithmetic import add, mul
from .elementwise import clone
from .reductions import taken
from .shaping import broadcast_shapes, expand, reshape

# ---- x[index] --------------------------------------------------------------------------------------------------------


def getitem(input: TensorT, index: Any) -> TensorT:
    """Return ``input[index]``: a view for integers, slices, None and …; a copy for tensors, lists and masks."""
    for step in steps_of(index):
        input = apply(table.getitem, input, index=step, shape=input.array.shape)
    return input


def steps_of(index: Any) -> list[Any]:
    """Return an index as NumPy takes it, in one step or two.

    Where integers stand beside arrays, PyTorch takes the integers first, as views; NumPy would broadcast them all.
    """
    if isinstance(index, slice):
        return [_forward(index)]
    parts = index if isinstance(index, tuple) else (index,)
    if {*map(type, parts)} == {int}:  # most often
        return [(*parts, Ellipsis)]
    parts = tuple([_part(part) for part in parts])
    if any(isinstance(part, np.ndarray) for part in parts) and int in map(type, parts):
        return [_complete(_without_arrays(parts)), _complete(_arrays_alone(parts))]
    return [_complete(parts)]


def _without_arrays(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the first step, which leaves the dimensions alone that arrays index: a mask its own number, others one."""
    step: list[Any] = []
    for part in parts:
        if not isinstance(part, np.ndarray):
            step.append(part)
        else:
            step += [slice(None)] * (part.ndim if part.dtype == np.bool_ else 1)
    return tuple(step)


def _arrays_alone(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return the second step: the arrays, where the integers have gone and the other parts have had their turn."""
    left = [part for part in parts if type(part) is not int]
    return tuple([part if isinstance(part, np.ndarray) or part is Ellipsis else slice(None) for part in left])


def _complete(parts: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return an index with an ellipsis, so that an element is picked as a 0-d view rather than as a NumPy scalar."""
    return parts if any(part is Ellipsis for part in parts) else (*parts, Ellipsis)


def _part(part: Any) -> Any:
    if isinstance(part, slice):
        return _forward(part)
    if part is None or part is Ellipsis or type(part) is int:
        return part
    if isinstance(part, TensorBase):
        if not part.ndim and part.array.dtype.kind in "iu":
            refuse_to_replay("it takes the value of a tensor as an index")
        array = computed(_index_of, part.array, True)
    else:
        array = _index_of(part, False)
        if isinstance(part, list):
            constant(array)
    return int(array) if array.ndim == 0 and array.dtype.kind in "iu" else array


def _index_of(part: Any, of_tensor: bool) -> Array:
    """Return integers or booleans in an array of its own: what becomes of the part must not matter later."""
    array = np.array(part)
    if not array.size and array.dtype.kind == "f" and not of_tensor:
        array = array.astype(np.intp)  # an empty list
    if array.dtype == np.uint8:
        array = array.astype(np.bool_)
    if array.dtype.kind not in "biu":
        raise IndexError(f"tensors used as indices must be long, int, byte or bool tensors, but got {array.dtype}")
    return array


def _forward(part: slice) -> slice:
    if part.step is not None and operator.index(part.step) <= 0:
        raise ValueError(f"step must be greater than zero, but got {part.step}")
    return slice(*[None if bound is None else operator.index(bound) for bound in (part.start, part.stop, part.step)])


# ---- along a dimension -----------------------------------------------------------------------------------------------


@checked
def select(input: TensorT, dim: int, index: int) -> TensorT:
    """Return a view of the slice at this index of a dimension, which vanishes.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        index: of the slice, from 0 or, negative, from the end.

    Raises:
        IndexError: the tensor has no dimension, or there is no such slice or dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.select.html

    Example:
        >>> import minigrad
        >>> select(minigrad.tensor([[1, 2], [3, 4]]), 0, 1)
        tensor([3, 4])
    """
    if not input.ndim:
        raise IndexError("select() cannot be applied to a 0-dim tensor.")
    axis = axis_of(dim, input.ndim)
    if not -input.array.shape[axis] <= index < input.array.shape[axis]:
        shape = list(input.shape)
        raise IndexError(f"select(): index {index} out of range for tensor of size {shape} at dimension {dim}")
    return input[along(axis, index)]


@checked
def narrow(input: TensorT, dim: int, start: int | TensorT, length: int) -> TensorT:
    """Return a view of `length` slices along a dimension, beginning at `start`.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        start: of the first slice, from 0 or, negative, from the end; an integer or a tensor of one.
        length: how many, at least 0.

    Raises:
        RuntimeError: the slices reach beyond the end, the length is negative, or the tensor has no dimension.
        IndexError: the start is out of range, or there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.narrow.html

    Example:
        >>> import minigrad
        >>> narrow(minigrad.arange(5), 0, 1, 3)
        tensor([1, 2, 3])
    """
    if not input.ndim:
        raise RuntimeError("narrow() cannot be applied to a 0-dim tensor.")
    if isinstance(start, TensorBase) and (start.ndim or start.array.dtype.kind not in "iu"):
        raise RuntimeError(f"start must be an 0-dim integral Tensor, but got {start!r}")
    axis, start = axis_of(dim, input.ndim), number(start)
    n = input.array.shape[axis]
    if length < 0:
        raise RuntimeError(f"narrow(): length must be non-negative, but got {length}")
    if not -n <= start <= n:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-n}, {n}], but got {start})")
    start = start + n if start < 0 else start
    if start + length > n:
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({n}).")
    return input[along(axis, slice(start, start + length))]


@numpy_names
@recorded_as("IndexSelectBackward0")
def index_select(input: TensorT, dim: int, index: TensorT) -> TensorT:
    """Return the slices along a dimension that a vector of integers names.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        index: a vector of integers, int32 or int64.

    Raises:
        IndexError: an index is out of range.
        RuntimeError: the index is no vector of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.index_select.html

    Example:
        >>> import minigrad
        >>> index_select(minigrad.tensor([[1, 2], [3, 4]]), 0, minigrad.tensor([1, 1]))
        tensor([[3, 4],
                [3, 4]])
    """
    axis, places = _slices("index_select", input, dim, index)
    if not input.ndim:
        if places.size != 1:
            raise RuntimeError(f"index_select(): Index to scalar can have only 1 value, got {places.size}")
        return clone(reshape(input, ()))
    return apply(table.getitem, input, index=along(axis, places), shape=input.array.shape)


@numpy_names
@checked
def index_add(input: TensorT, dim: int, index: TensorT, source: TensorT, *, alpha: float = 1) -> TensorT:
    """Return the input with alpha · source added to the slices along a dimension that the index names.

    out[index[i]] += alpha · source[i] along the dimension; an index that occurs twice adds twice.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        index: a vector of integers, int32 or int64.
        source: of the input's dtype and shape, but for the dimension, where it has the index's size.
        alpha: a number.

    Raises:
        IndexError: an index is out of range, or there is no such dimension.
        RuntimeError: the index is not of integers, or the shape or the dtype of the source does not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.index_add.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(3)
        >>> index_add(x, 0, minigrad.tensor([0, 2, 2]), minigrad.tensor([1.0, 2.0, 3.0]))
        tensor([1., 0., 5.])
    """
    axis, places = _slices("index_add", input, dim, index)
    _check_source("index_add", input, axis, places, source)
    x = reshape(input, -1) if not input.ndim else input
    at = along(axis, places)
    added = apply(table.put, reshape(source, -1) if not source.ndim else source, index=at, shape=x.array.shape)
    factor = alpha if x.array.dtype.kind == "b" else +alpha  # beside numbers, True is 1
    return reshape(add(x, added, alpha=factor), input.array.shape)


@numpy_names
def index_copy(input: TensorT, dim: int, index: TensorT, source: TensorT) -> TensorT:
    """Return the input with the slices along a dimension that the index names replaced by those of the source.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        index: a vector of integers, int32 or int64; one that occurs twice leaves open which slice gets there.
        source: of the input's dtype and shape, but for the dimension, where it has the index's size.

    Raises:
        IndexError: an index is out of range, or there is no such dimension.
        RuntimeError: the index is not of integers, or the shape or the dtype of the source does not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.index_copy.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(3)
        >>> index_copy(x, 0, minigrad.tensor([0, 2]), minigrad.tensor([1.0, 2.0]))
        tensor([1., 0., 2.])
    """
    axis, places = _slices("index_copy", input, dim, index)
    _check_source("index_copy", input, axis, places, source)
    x = reshape(input, -1) if not input.ndim else input
    at = along(axis, places)
    out = apply(table.setitem, x, reshape(source, -1) if not source.ndim else source, index=at)
    return reshape(out, input.array.shape)


@numpy_names
def index_fill(input: TensorT, dim: int, index: TensorT, value: float | TensorT) -> TensorT:
    """Return the input with one value in the slices along a dimension that the index names.

    Args:
        input: a tensor.
        dim: the dimension, from 0 or, negative, from the end.
        index: a vector of integers, int32 or int64, from 0 or, negative, from the end.
        value: a number, or a tensor without dimensions.

    Raises:
        IndexError: an index is out of range, or there is no such dimension.
        RuntimeError: the index is not of integers, the value has dimensions, or the dtype has no room for it.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.index_fill.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(3)
        >>> index_fill(x, 0, minigrad.tensor([0, -1]), 5.0)
        tensor([5., 0., 5.])
    """
    axis, places = _slices("index_fill", input, dim, index, from_the_end=True)
    if isinstance(value, TensorBase) and value.ndim:
        raise RuntimeError(f"index_fill: expected a value without dimensions, but got a tensor with {value.ndim}")
    chosen = np.zeros(input.array.shape or (1,), np.bool_)
    np.moveaxis(chosen, axis, 0)[places] = True
    filling = value if isinstance(value, TensorBase) else wrap(element(value, input.array.dtype))
    return apply(table.where, wrap(chosen.reshape(input.array.shape)), filling, input)


def _slices(
    name: str, input: TensorT, dim: int, index: TensorT, from_the_end: bool = False
) -> tuple[int, Array]:
    """Return the axis and the places along it, negative ones if allowed; errors where the index is not fit for that."""
    check_tensor(name, index, "index")
    axis, places = axis_of(dim, input.ndim), index.array
    if places.dtype not in (np.int32, np.int64):
        raise RuntimeError(f"{name}(): Expected dtype int32/int64 for index, but got {index.dtype}")
    if places.ndim > 1:
        raise IndexError(f"{name}(): Index is supposed to be a vector, but got {list(places.shape)}")
    n = input.array.shape[axis] if input.ndim else 1
    return axis, computed(_within, places, name, -n if from_the_end else 0, n)


def _within(places: Array, name: str, lowest: int, n: int) -> Array:
    """Return places along a dimension of size n, in a vector of their own; IndexError where there is none."""
    if places.size and not (lowest <= places.min() and places.max() < n):
        raise IndexError(f"{name}(): index out of range: {places.min()} to {places.max()} for a dimension of size {n}")
    return places.reshape(-1).copy()


def _check_source(name: str, input: TensorT, axis: int, places: Array, source: TensorT) -> None:
    check_tensor(name, source, "source")
    if input.dtype != source.dtype:
        raise RuntimeError(f"{name}(): self ({input.dtype}) and source ({source.dtype}) must have the same dtype")
    expected = list(input.array.shape) or [1]
    expected[axis] = places.size
    if list(source.array.shape or (1,)) != expected:
        raise RuntimeError(f"{name}(): expected a source of shape {expected}, but got {list(source.array.shape)}")


@numpy_names
@recorded_as("GatherBackward0")
def gather(input: TensorT, dim: int, index: TensorT, *, sparse_grad: bool = False) -> TensorT:
    """Return for each place of the index the element of the input there, but for `dim`, where the index says which.

    out[i][j][k] = input[index[i][j][k]][j][k] for dim 0.

    Args:
        input: a tensor.
        dim: the dimension along which the index counts.
        index: integers, with the input's number of dimensions, none larger than the input's but `dim`.
        sparse_grad: accepted.

    Raises:
        RuntimeError: an index is out of range, or its shape does not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.gather.html

    Example:
        >>> import minigrad
        >>> gather(minigrad.tensor([[1, 2], [3, 4]]), 1, minigrad.tensor([[1], [0]]))
        tensor([[2],
                [3]])
    """
    axis = axis_of(dim, input.ndim)
    x, places = _aligned("gather", input, axis, index)
    out = taken(x, places, axis)
    return out if out.array.shape == index.array.shape else reshape(out, index.array.shape)


@numpy_names
def take_along_dim(input: TensorT, indices: TensorT, dim: int | None = None) -> TensorT:
    """Return the elements along a dimension that integers name, both broadcast over the other dimensions.

    Args:
        input: a tensor.
        indices: int64, with as many dimensions as the input; a negative one counts from the end.
        dim: the dimension; unless given, both are flattened.

    Raises:
        RuntimeError: the indices are not int64 or out of range, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.take_along_dim.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([[3, 1], [2, 4]])
        >>> take_along_dim(x, x.argsort(1), 1)
        tensor([[1, 3],
                [2, 4]])
    """
    check_tensor("take_along_dim", indices, "indices")
    if indices.array.dtype != np.int64:
        raise RuntimeError(f"torch.take_along_dim(): dtype of indices should be Long but got {indices.dtype}")
    if dim is None:
        return gather(reshape(input, -1), 0, reshape(indices, -1))
    if input.ndim != indices.ndim:
        raise RuntimeError(
            "torch.take_along_dim(): input and indices should have the same number of dimensions, but got "
            f"{input.ndim} dimensions for input, and {indices.ndim} dimensions for indices"
        )
    axis, own, index = axis_of(dim, input.ndim), list(input.array.shape), indices.array
    others = [[*shape[:axis], 1, *shape[axis + 1 :]] for shape in (own, index.shape)]
    wanted = broadcast_shapes(*others)
    index = computed(_from_the_start, index, own[axis], (*wanted[:axis], index.shape[axis], *wanted[axis + 1 :]))
    return gather(expand(input, [*wanted[:axis], own[axis], *wanted[axis + 1 :]]), axis, wrap(index))


def _from_the_start(index: Array, n: int, shape: tuple[int, ...]) -> Array:
    """Return indices, broadcast, with those from the end of a dimension of size n counted from its start."""
    index = np.broadcast_to(index, shape)
    return np.where((-n <= index) & (index < 0), index + n, index)


@numpy_names
@recorded_as("ScatterBackward0")
@checked
def scatter(
    input: TensorT,
    dim: int,
    index: TensorT,
    src: float | TensorT | NotGiven = None,
    *,
    value: float | NotGiven = None,
    reduce: str | None = None,
) -> TensorT:
    """Return the input with elements replaced, at the places where `gather` would have read them.

    Args:
        input: a tensor.
        dim: the dimension along which the index counts.
        index: integers; names of a place twice leave open which element gets there.
        src: a tensor at least as large as the index, or a number.
        value: a number, by name.
        reduce: None; "add" or "multiply" combine with what is there.

    Raises:
        RuntimeError: an index is out of range, or a shape or the dtype does not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.scatter.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(2, 2)
        >>> scatter(x, 1, minigrad.tensor([[1], [0]]), 5.0)
        tensor([[0., 5.],
                [5., 0.]])
    """
    src = value if src is None else src
    axis = axis_of(dim, input.ndim)
    if isinstance(src, TensorBase) and src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if not index.array.size:
        return clone(input)
    source = _source(input, index, src)
    at = _places("scatter", input, axis, index)
    x = reshape(input, input.array.shape or (1,))
    if reduce == "add":
        out = add(x, apply(table.put, source, index=at, shape=x.array.shape))
    elif reduce == "multiply":
        factors = np.ones(x.array.shape, x.array.dtype)
        np.multiply.at(factors, at, source.array)
        out = mul(x, wrap(factors))
    elif reduce is None:
        out = apply(table.setitem, x, source, index=at)
    else:
        raise RuntimeError(f"reduce argument must be either add or multiply, but got {reduce!r}")
    return reshape(out, input.array.shape)


@numpy_names
@recorded_as("ScatterAddBackward0")
def scatter_add(input: TensorT, dim: int, index: TensorT, src: TensorT) -> TensorT:
    """Return the input with elements of the source added, at the places where `gather` would have read them.

    out[index[i][j]][j] += src[i][j] for dim 0; a place that occurs twice gets both.

    Args:
        input: a tensor.
        dim: the dimension along which the index counts.
        index: integers, with the input's number of dimensions, none larger than the input's but `dim`.
        src: of the input's dtype, at least as large as the index.

    Raises:
        RuntimeError: an index is out of range, or a shape or the dtype does not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.scatter_add.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(3)
        >>> scatter_add(x, 0, minigrad.tensor([0, 0, 2]), minigrad.tensor([1.0, 2.0, 3.0]))
        tensor([3., 0., 3.])
    """
    axis = axis_of(dim, input.ndim)
    check_tensor("scatter_add", src, "src")
    if src.dtype != input.dtype:
        raise RuntimeError("scatter(): Expected self.dtype to be equal to src.dtype")
    if not index.array.size:
        return clone(input)
    source, x = _source(input, index, src), reshape(input, input.array.shape or (1,))
    added = apply(table.put, source, index=_places("scatter_add", input, axis, index), shape=x.array.shape)
    return reshape(add(x, added), input.array.shape)


def _source(input: TensorT, index: TensorT, src: Any) -> TensorT:
    """Return the part of the source that the index has a place for."""
    if not is_tensor(src):
        return wrap(constant(np.full(index.array.shape or (1,), src, input.array.dtype)))
    if src.ndim != index.ndim or any(n > m for n, m in zip(index.array.shape, src.array.shape, strict=True)):
        shapes = f"{list(index.array.shape)} and {list(src.array.shape)}"
        raise RuntimeError(f"Expected index to be no larger than src in any dimension, but the shapes are {shapes}")
    return src[tuple([slice(n) for n in index.array.shape])] if index.ndim else reshape(src, 1)


def _places(name: str, input: TensorT, axis: int, index: TensorT) -> tuple[Array, ...]:
    """Return NumPy's index of the places that an index along an axis means."""
    _, along = _aligned(name, input, axis, index)
    places = [constant(grid) for grid in np.ogrid[tuple([slice(n) for n in along.shape])]]
    places[axis] = along
    return tuple(places)


def _aligned(name: str, input: TensorT, axis: int, index: TensorT) -> tuple[TensorT, Array]:
    """Return the part of the input that an index of its rank reads, and the index as an array of at least one axis."""
    check_tensor(name, index, "index")
    places, own = index.array, input.array.shape or (1,)
    if places.dtype not in (np.int64, np.int32) and places.size:
        raise RuntimeError(f"{name}(): Expected dtype int64 for index, but got {index.dtype}")
    if max(index.ndim, 1) != len(own) and places.size:
        raise RuntimeError(f"{name}(): the index must have {len(own)} dimensions, but has {index.ndim}")
    if not places.size:
        empty = (0,) * len(own)
        return reshape(input, own)[tuple([slice(0)] * len(own))], constant(np.zeros(empty, np.int64))
    if any(n > m for i, (n, m) in enumerate(zip(places.shape or (1,), own, strict=True)) if i != axis):
        raise RuntimeError(
            f"Size does not match at dimension: expected index {list(places.shape)} to be no larger than self "
            f"{list(own)} apart from dimension {axis}"
        )
    places = computed(_in_bounds, places, axis, own[axis])
    x = input if input.array.ndim else reshape(input, own)
    if places.shape == (*own[:axis], places.shape[axis], *own[axis + 1 :]):
        return x, places
    return x[tuple([slice(None) if i == axis else slice(n) for i, n in enumerate(places.shape)])], places


def _in_bounds(places: Array, axis: int, n: int) -> Array:
    """Return places along an axis of size n, in an array of at least one axis; RuntimeError where there is none."""
    if places.min() < 0 or places.max() >= n:
        wrong = places[(places < 0) | (places >= n)][0]
        raise RuntimeError(f"index {wrong} is out of bounds for dimension {axis} with size {n}")
    return places.reshape(places.shape or (1,)).copy()


def take(input: TensorT, index: TensorT) -> TensorT:
    """Return the elements of the flat tensor that an index names, in the index's shape.

    Args:
        input: a tensor.
        index: int64, of any shape, from 0 or, negative, from the end.

    Raises:
        IndexError: an index is out of range.
        RuntimeError: the index is not int64.

    Source: https://pytorch.org/docs/stable/generated/torch.take.html

    Example:
        >>> import minigrad
        >>> take(minigrad.tensor([[1, 2], [3, 4]]), minigrad.tensor([0, 3]))
        tensor([1, 4])
    """
    check_tensor("take", index, "index")
    if index.array.dtype != np.int64:
        raise RuntimeError(f"take(): Expected a long tensor for index, but got {index.dtype}")
    n, places = input.array.size, index.array
    if places.size and not (-n <= places.min() and places.max() < n):
        raise IndexError(f"take(): index out of range: found {places.min()} to {places.max()} for {n} elements")
    return apply(table.getitem, reshape(input, -1), index=(places.copy(), Ellipsis), shape=(n,))


# ---- by mask ---------------------------------------------------------------------------------------------------------


def where(condition: TensorT, input: Any = None, other: Any = None) -> Any:
    """Return input where the condition holds, and other elsewhere; the condition alone gives the places where it holds.

    Args:
        condition: booleans.
        input: a tensor or a number that broadcasts.
        other: the same.

    Raises:
        RuntimeError: the condition is not boolean, or shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.where.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.0, 2.0])
        >>> where(x > 0, x, 0.0)
        tensor([0., 2.])
    """
    check_tensor("where", condition, "condition")
    if input is None and other is None:
        return nonzero(condition, as_tuple=True)
    return apply(table.where, condition, as_operand(input), as_operand(other))


@recorded_as("MaskedFillBackward0")
def masked_fill(input: TensorT, mask: TensorT, value: float | TensorT) -> TensorT:
    """Return the input with one value where the mask is true.

    Args:
        input: a tensor.
        mask: booleans that broadcast with it.
        value: a number, or a tensor without dimensions.

    Raises:
        RuntimeError: the mask is not boolean, the value has dimensions, or the input's dtype has no room for it.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.masked_fill.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0, 3.0])
        >>> masked_fill(x, x > 1.5, 0.0)
        tensor([1., 0., 0.])
    """
    _check_mask("masked_fill", mask)
    if isinstance(value, TensorBase) and value.ndim:
        raise RuntimeError(f"masked_fill: expected a value without dimensions, but got a tensor with {value.ndim}")
    filling = value if isinstance(value, TensorBase) else wrap(element(value, input.array.dtype))
    return apply(table.where, mask, filling, input).to(input.dtype)


@recorded_as("MaskedSelectBackward0")
def masked_select(input: TensorT, mask: TensorT) -> TensorT:
    """Return the elements where the mask is true, in one dimension; both broadcast.

    Args:
        input: a tensor.
        mask: booleans that broadcast with it.

    Raises:
        RuntimeError: the mask is not boolean, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.masked_select.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([[1, 2], [3, 4]])
        >>> masked_select(x, x > 1)
        tensor([2, 3, 4])
    """
    _check_mask("masked_select", mask)
    shape = broadcast_shapes(input.array.shape, mask.array.shape)
    x, chosen = expand(input, shape), np.broadcast_to(mask.array, shape).copy()
    return apply(table.getitem, reshape(x, -1), index=(chosen.reshape(-1),), shape=(x.array.size,))


@recorded_as("MaskedScatterBackward0")
def masked_scatter(input: TensorT, mask: TensorT, source: TensorT) -> TensorT:
    """Return the input with its elements where the mask is true replaced by those of the source, one after another.

    Args:
        input: a tensor.
        mask: booleans that broadcast with it.
        source: of the input's dtype, with at least as many elements as the mask has trues.

    Raises:
        RuntimeError: the mask is not boolean, the dtypes differ, or the source has too few elements.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.masked_scatter.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(3)
        >>> masked_scatter(x, minigrad.tensor([True, False, True]), minigrad.tensor([1.0, 2.0]))
        tensor([1., 0., 2.])
    """
    _check_mask("masked_scatter", mask)
    if input.dtype != source.dtype:
        raise RuntimeError(f"masked_scatter: expected a source of dtype {input.dtype}, but got {source.dtype}")
    shape = broadcast_shapes(input.array.shape, mask.array.shape)
    chosen = np.broadcast_to(mask.array, shape).copy()
    count = int(chosen.sum())
    if count > source.array.size:
        raise RuntimeError(f"masked_scatter: expected {count} elements in the source, but got {source.array.size}")
    return apply(table.setitem, expand(input, shape), reshape(source, -1)[:count], index=chosen)


def _check_mask(name: str, mask: TensorT) -> None:
    check_tensor(name, mask, "mask")
    if mask.array.dtype != np.bool_:
        raise RuntimeError(f"{name}: expected BoolTensor for mask, but got {mask.dtype}")


def nonzero(input: TensorT, *, as_tuple: bool = False) -> Any:
    """Return the indices of the elements that are not 0, a row for each; or a vector for each dimension.

    Args:
        input: a tensor of any dtype.
        as_tuple: return a vector for each dimension, with which the tensor can be indexed.

    Returns:
        int64 of shape (count, ndim); or ndim vectors of shape (count,).

    Source: https://pytorch.org/docs/stable/generated/torch.nonzero.html

    Example:
        >>> import minigrad
        >>> nonzero(minigrad.tensor([[1, 0], [0, 2]]))
        tensor([[0, 0],
                [1, 1]])
    """
    if as_tuple:
        return tuple([wrap_indices(places) for places in np.nonzero(np.atleast_1d(input.array))])
    return wrap_indices(np.argwhere(input.array))


def argwhere(input: TensorT) -> TensorT:
    """Return the indices of the elements that are not 0, a row for each.

    Args:
        input: a tensor of any dtype.

    Returns:
        int64 of shape (count, ndim).

    Source: https://pytorch.org/docs/stable/generated/torch.argwhere.html

    Example:
        >>> import minigrad
        >>> argwhere(minigrad.tensor([[1, 0], [0, 2]]))
        tensor([[0, 0],
                [1, 1]])
    """
    return wrap(np.argwhere(input.array))


# ---- one value everywhere --------------------------------------------------------------------------------------------


def fill(input: TensorT, value: Any) -> TensorT:
    """Return a tensor of the input's shape and dtype whose elements all have one value.

    Args:
        input: a tensor.
        value: a number, or a tensor without dimensions.

    Raises:
        RuntimeError: the value has dimensions.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.fill_.html

    Example:
        >>> import minigrad
        >>> fill(minigrad.zeros(2), 3.0)
        tensor([3., 3.])
    """
    if isinstance(value, TensorBase) and value.ndim:
        raise RuntimeError(f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    out = clone(input)
    assign(out, ..., value)
    return out


def zero_(input: TensorT) -> TensorT:
    """Overwrite every element with 0, and return the tensor.

    Args:
        input: a tensor.

    Raises:
        RuntimeError: the tensor is a leaf that requires a gradient.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.zero_.html

    Example:
        >>> import minigrad
        >>> zero_(minigrad.ones(2))
        tensor([0., 0.])
    """
    assign(input, ..., 0)
    return input


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Indexing(TensorBase):
    """The methods of a tensor that choose elements, and write to a choice of them."""

    __slots__ = ()

    def __getitem__(self, index: Any) -> Self:
        return getitem(self, index)

    def __setitem__(self, index: Any, value: Any) -> None:
        *before, last = steps_of(index)
        if not self.array.flags.writeable and is_basic(last):
            before, last = [*before, last], ...  # a part of an expanded tensor may be writeable where the whole is not
        place = self
        for step in before:
            place = apply(table.getitem, place, index=step, shape=place.array.shape)
        assign(place, last, value)

    def __delitem__(self, index: Any) -> None:
        raise TypeError("Tensor does not support deleting items")

    @explaining
    @other_names(src="other")
    def copy_(self, other: TensorBase, non_blocking: bool = False) -> Self:
        """Overwrite with the values of `other`, broadcast and converted; the gradient goes to these. Return the tensor.

        Args:
            other: a tensor that broadcasts to this one's shape.
            non_blocking: PyTorch's; changes nothing.

        Raises:
            RuntimeError: the shape does not fit, or the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.copy_.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).copy_(minigrad.tensor([1, 2]))
            tensor([1., 2.])
        """
        self[...] = other
        return self

    def fill_(self, value: Any) -> Self:
        """Overwrite every element with one value, and return the tensor.

        Args:
            value: a number, or a tensor without dimensions.

        Raises:
            RuntimeError: the value has dimensions, or the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.fill_.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).fill_(3.0)
            tensor([3., 3.])
        """
        if isinstance(value, TensorBase) and value.ndim:
            raise RuntimeError(f"fill_ only supports a 0-dimension value tensor, but got {value.ndim} dimensions")
        once = tuple([slice(1) if is_repeated else slice(None) for is_repeated in repeated(self.array)])
        (self[once] if slice(1) in once else self)[...] = value
        return self

    def zero_(self) -> Self:
        """Overwrite every element with 0, and return the tensor.

        Raises:
            RuntimeError: the tensor is a leaf that requires a gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.zero_.html

        Example:
            >>> import minigrad
            >>> minigrad.ones(2).zero_()
            tensor([0., 0.])
        """
        return self.fill_(0)

    argwhere = argwhere
    gather = gather
    index_add = index_add
    index_copy = index_copy
    index_fill = index_fill
    index_select = index_select
    masked_fill = masked_fill
    masked_scatter = masked_scatter
    masked_select = masked_select
    narrow = narrow
    nonzero = nonzero
    scatter = scatter
    scatter_add = scatter_add
    select = select
    take = take
    take_along_dim = take_along_dim

    index_add_ = in_place(index_add)
    index_copy_ = in_place(index_copy)
    index_fill_ = in_place(index_fill)
    masked_fill_ = in_place(masked_fill)
    masked_scatter_ = in_place(masked_scatter)
    scatter_ = in_place(scatter)
    scatter_add_ = in_place(scatter_add)

    def where(self, condition: TensorBase, other: Any) -> Self:
        """Return self where the condition holds, and other elsewhere.

        Args:
            condition: booleans that broadcast with the tensor.
            other: a tensor that broadcasts, or a number.

        Raises:
            RuntimeError: the condition is not boolean, or shapes do not broadcast.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.where.html

        Example:
            >>> import minigrad
            >>> x = minigrad.tensor([-1.0, 2.0])
            >>> x.where(x > 0, 0.0)
            tensor([0., 2.])
        """
        return where(condition, self, other)
