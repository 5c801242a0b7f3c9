"""Tensors from values, from sizes, and from the generator.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#creation-ops.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import random
from .._tensor import dtypes
from .._tensor.base import Array, as_array, wrap
from .._tensor.conversion import array_of, element, number
from .._tensor.declared import UNCLEAR, NotGiven, checked, explained, is_number
from .._tensor.devices import check_device
from .._tensor.dtypes import dtype as DType
from .._tensor.listening import computed, constant, recorder_of_this_thread
from .._tensor.shapes import shape_from, sizes_of_new
from ..random.layout import drawn_as_laid_out, empty_as_laid_out, normals_for, uniforms_for
from .arguments import written
from .draws import normal_of_tensors
from .tensor import Tensor, same_memory


def makes_tensor(function: Callable[..., Array]) -> Callable[..., Tensor]:
    """Let a function that makes an array make a tensor, with the options that all functions of this file have.

    These are ``dtype``; ``requires_grad``; ``out``, a tensor to write into; ``device``, which must be the CPU; and
    PyTorch's ``layout``, ``pin_memory`` and ``memory_format``, which change nothing.
    """

    @functools.wraps(function)
    def making(
        *args: Any,
        dtype: Any = None,
        requires_grad: bool = False,
        out: Any = None,
        device: Any = None,
        layout: Any = None,
        pin_memory: bool = False,
        memory_format: Any = None,
        **kwargs: Any,
    ) -> Tensor:
        check_device(device)
        try:
            array = function(*args, dtype=None if dtype is None else dtypes.to_numpy(dtype), **kwargs)
        except UNCLEAR as error:
            raise explained(function, args, kwargs, error) from None
        tensor: Tensor = wrap(array)
        if out is not None:
            return written(tensor, out)
        return tensor if requires_grad is False else tensor.requires_grad_(requires_grad)

    return making


Sizes = int | Sequence[int] | NotGiven
Dtype = np.dtype[Any] | None  # as the functions below get it: NumPy's, or None where the user gave none


def _float(dtype: Dtype) -> np.dtype[Any]:
    return dtypes.get_default_dtype().numpy if dtype is None else dtype


def _shape(sizes: Any, size: Any) -> tuple[int, ...]:
    """Return the shape given as sizes one by one, or by the name `size`."""
    return shape_from(sizes if size is None else (size,))


# ---- from values -----------------------------------------------------------------------------------------------------


@makes_tensor
def tensor(data: Any, *, dtype: Dtype = None) -> Array:
    """Return a new tensor with a copy of the data.

    Args:
        data: a number, nested sequences of numbers, an array, or a tensor.
        dtype: of the elements; from the data unless given, Python floats becoming the default float dtype.
        device: the CPU.
        requires_grad: whether operations on the tensor are to be recorded.

    Raises:
        ValueError: the nested sequences are of unequal lengths.
        RuntimeError: the data are no numbers.
        TypeError: the values have no dtype that tensors know.

    Source: https://pytorch.org/docs/stable/generated/torch.tensor.html

    Example:
        >>> tensor([[1.0, 2.0], [3.0, 4.0]])
        tensor([[1., 2.],
                [3., 4.]])
    """
    array = array_of(data, dtype).copy()
    return constant(array) if recorder_of_this_thread() is not None and is_of_numbers(data) else array


def is_of_numbers(data: Any) -> bool:
    """Return whether data are a number of Python's, or nested lists or tuples of them."""
    return type(data) in (bool, int, float) or (type(data) in (list, tuple) and all(map(is_of_numbers, data)))


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """Return data as a tensor, sharing memory with an array and returning a tensor itself, where dtypes allow.

    Args:
        data: a number, nested sequences of numbers, an array, or a tensor.
        dtype: of the result; from the data unless given. Another one than the data's means a copy.
        device: the CPU.

    Raises:
        ValueError: the nested sequences are of unequal lengths.
        RuntimeError: the data are no numbers.
        TypeError: the values have no dtype that tensors know.

    Source: https://pytorch.org/docs/stable/generated/torch.as_tensor.html

    Example:
        >>> import numpy as np
        >>> array = np.zeros(2)
        >>> as_tensor(array)[0] = 1.0
        >>> array
        array([1., 0.])
    """
    check_device(device)
    return data.to(dtype=dtype) if isinstance(data, Tensor) else wrap(array_of(data, dtype))


def asarray(obj: Any, *, dtype: Any = None, device: Any = None, copy: bool = False) -> Tensor:
    """Return obj as a tensor: a copy if asked; otherwise as `as_tensor`, sharing memory where dtypes allow.

    Args:
        obj: a number, nested sequences of numbers, an array, or a tensor.
        dtype: of the result; from the data unless given.
        device: the CPU.
        copy: copy the data in any case.

    Raises:
        ValueError: the nested sequences are of unequal lengths.
        RuntimeError: the data are no numbers.

    Source: https://pytorch.org/docs/stable/generated/torch.asarray.html

    Example:
        >>> import minigrad
        >>> asarray([1, 2], dtype=minigrad.float32)
        tensor([1., 2.])
    """
    return as_tensor(obj, dtype, device).clone() if copy else as_tensor(obj, dtype, device)


def from_numpy(ndarray: Array) -> Tensor:
    """Return a tensor that shares an array's memory.

    Args:
        ndarray: an array of floats, integers or booleans. A write into either is a write into both.

    Raises:
        TypeError: not an ndarray, or of a dtype that tensors do not know.

    Source: https://pytorch.org/docs/stable/generated/torch.from_numpy.html

    Example:
        >>> import numpy as np
        >>> from_numpy(np.array([1.0, 2.0]))
        tensor([1., 2.], dtype=minigrad.float64)
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    dtypes.from_numpy(ndarray.dtype)
    return wrap(ndarray)


@makes_tensor
def scalar_tensor(s: Any, *, dtype: Dtype = None) -> Array:
    """Return a number as a tensor without dimensions, of the default float dtype unless another is given.

    Args:
        s: a number.
        dtype: of the elements; the default float dtype unless given.

    Source: https://pytorch.org/docs/stable/torch.html#creation-ops

    Example:
        >>> scalar_tensor(2)
        tensor(2.)
    """
    return constant(np.asarray(number(s)).astype(_float(dtype)))


class TensorType:
    """PyTorch's older way to make a tensor of one dtype, such as ``FloatTensor([1, 2])`` or ``FloatTensor(2, 3)``.

    Args:
        *data: of a call, values (nested sequences, an array) or sizes, as ``Tensor(...)`` takes them; the values are
            converted.

    Raises:
        TypeError: at a call, the only argument is neither a size nor values.

    Source: https://pytorch.org/docs/stable/tensors.html

    Example:
        >>> LongTensor([1, 2]), isinstance(LongTensor(3), FloatTensor)
        (tensor([1, 2]), False)
    """

    def __init__(self, dtype: DType) -> None:
        self.dtype = dtype
        self.__name__ = dtypes.TYPE_NAMES[dtype]

    def __call__(self, *data: Any) -> Tensor:
        """Make a tensor of values or of sizes, or another of the memory of a tensor, which has this dtype."""
        if len(data) == 1 and isinstance(data[0], Tensor):
            if data[0].dtype is not self.dtype:
                raise TypeError(f"{self.__name__}(): expected a tensor of {self.dtype}, but got {data[0].dtype}")
            return same_memory(data[0], type(data[0]))
        sizes = sizes_of_new(data)
        return tensor(data[0], dtype=self.dtype) if sizes is None else empty(sizes, dtype=self.dtype)

    def __instancecheck__(self, obj: object) -> bool:
        return isinstance(obj, Tensor) and obj.dtype is self.dtype

    def __repr__(self) -> str:
        return f"<class 'minigrad.{self.__name__}'>"


HalfTensor = TensorType(dtypes.float16)
FloatTensor = TensorType(dtypes.float32)
DoubleTensor = TensorType(dtypes.float64)
CharTensor = TensorType(dtypes.int8)
ShortTensor = TensorType(dtypes.int16)
IntTensor = TensorType(dtypes.int32)
LongTensor = TensorType(dtypes.int64)
ByteTensor = TensorType(dtypes.uint8)
BoolTensor = TensorType(dtypes.bool_)


def set_default_tensor_type(t: Any) -> None:
    """Set the default float dtype by the older name of a type, such as ``FloatTensor`` or "torch.DoubleTensor".

    Args:
        t: the type, or its name; one of floats.

    Raises:
        ValueError: no type has this name.
        TypeError: the type is not one of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.set_default_tensor_type.html

    Example:
        >>> import minigrad
        >>> set_default_tensor_type(FloatTensor)
        >>> minigrad.get_default_dtype()
        minigrad.float32
    """
    dtypes.set_default_dtype(t.dtype if isinstance(t, TensorType) else dtypes.from_type_name(str(t)))


# ---- from sizes ------------------------------------------------------------------------------------------------------


@makes_tensor
@checked
def zeros(*sizes: int | Sequence[int], size: Sizes = None, dtype: Dtype = None) -> Array:
    """Return a tensor of zeros.

    Args:
        *sizes: of the result, one by one or as one sequence, each at least 0.
        size: the same as one sequence, by name.
        dtype: of the elements; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.zeros.html

    Example:
        >>> zeros(2, 3)
        tensor([[0., 0., 0.],
                [0., 0., 0.]])
    """
    return constant(np.zeros(_shape(sizes, size), _float(dtype)))


@makes_tensor
@checked
def ones(*sizes: int | Sequence[int], size: Sizes = None, dtype: Dtype = None) -> Array:
    """Return a tensor of ones.

    Args:
        *sizes: of the result, one by one or as one sequence, each at least 0.
        size: the same as one sequence, by name.
        dtype: of the elements; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.ones.html

    Example:
        >>> ones(2, 3)
        tensor([[1., 1., 1.],
                [1., 1., 1.]])
    """
    return constant(np.ones(_shape(sizes, size), _float(dtype)))


@makes_tensor
@checked
def empty(*sizes: int | Sequence[int], size: Sizes = None, dtype: Dtype = None) -> Array:
    """Return a tensor whose values are not initialised.

    Args:
        *sizes: of the result, one by one or as one sequence, each at least 0.
        size: the same as one sequence, by name.
        dtype: of the elements; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.empty.html

    Example:
        >>> empty(2, 3).shape
        minigrad.Size([2, 3])
    """
    return constant(np.empty(_shape(sizes, size), _float(dtype)))


@makes_tensor
@checked
def full(size: int | Sequence[int], fill_value: float, *, dtype: Dtype = None) -> Array:
    """Return a tensor of one value, in the dtype of that value unless another is given.

    Args:
        size: the sizes of the result, as one sequence.
        fill_value: a number.
        dtype: of the elements; int64 for an integer, bool for a boolean, and the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative, or the dtype has no room for the value.

    Source: https://pytorch.org/docs/stable/generated/torch.full.html

    Example:
        >>> full((2, 3), 7)
        tensor([[7, 7, 7],
                [7, 7, 7]])
    """
    value = array_of(number(fill_value)) if dtype is None else element(fill_value, dtype)
    return constant(np.full(shape_from((size,)), value))


@makes_tensor
@checked
def eye(n: int, m: int | NotGiven = None, *, dtype: Dtype = None) -> Array:
    """Return the n×m identity matrix, square unless m is given: 1 on the diagonal, 0 elsewhere.

    Args:
        n: the number of rows.
        m: the number of columns; n unless given.
        dtype: of the elements; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.eye.html

    Example:
        >>> eye(2)
        tensor([[1., 0.],
                [0., 1.]])
    """
    return constant(np.eye(*shape_from((n, n if m is None else m)), dtype=_float(dtype)))


@makes_tensor
@checked
def arange(start: Any = 0, end: float | NotGiven = None, step: float = 1, *, dtype: Dtype = None) -> Array:
    """Return start, start + step, … before end; integers where all three are.

    Args:
        start: the first value; 0 where one number is given, which is the end.
        end: where to stop; it is not among the values.
        step: from one value to the next, not 0.
        dtype: of the elements; int64 where all three are integers, the default float dtype otherwise.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: the step is 0, or leads away from the end; or an end is infinite.
        TypeError: an argument is no number.

    Source: https://pytorch.org/docs/stable/generated/torch.arange.html

    Example:
        >>> arange(4), arange(1.0, 2.0, 0.25)
        (tensor([0, 1, 2, 3]), tensor([1.0000, 1.2500, 1.5000, 1.7500]))
    """
    if end is None:
        start, end = 0, start
    for name, value in (("start", start), ("end", end)):
        if not is_number(value):
            raise TypeError(f"arange(): argument '{name}' must be float, not {type(value).__name__}: {value!r}")
    start, end, step = number(start), number(end), number(step)
    if dtype == np.int64:
        start, end, step = int(start), int(end), int(step)
    if step == 0:
        raise RuntimeError("arange: step must be nonzero, but got 0")
    if not (np.isfinite(start) and np.isfinite(end)):
        raise RuntimeError(f"arange: unsupported range: {start} -> {end}")
    if (end - start) * step < 0:
        raise RuntimeError(f"arange: upper bound and lower bound inconsistent with step sign: {start}, {end}, {step}")
    integers = all(isinstance(x, int) for x in (start, end, step))
    target = np.dtype(np.int64) if integers and dtype is None else _float(dtype)
    values = np.arange(start, end, step)
    if target.kind in "iu" and not integers:  # PyTorch counts in whole numbers, but as many as the fractions allow
        values = int(start) + int(step) * np.arange(len(values))
    if target.kind == "f" and not integers:
        values = _counted(start, step, len(values), target)
    return constant(values.astype(target))


def _counted(start: float, step: float, n: int, target: np.dtype[Any]) -> Array:
    """Return start + i·step for i < n, rounded as in PyTorch, which counts from the first number in a CPU register.

    In the widest type, so that each result is rounded once, as by the fused multiply-add in PyTorch.
    """
    i, lanes = np.arange(n), 32 // target.itemsize
    lane = np.where(i < n - n % (2 * lanes), i % lanes, 0)  # two registers at a time, and the rest one by one
    first = (np.longdouble(start) + np.longdouble(step) * (i - lane)).astype(np.float64).astype(target)
    return (first + np.longdouble(step) * lane).astype(np.float64).astype(target)


@makes_tensor
@checked
def linspace(start: float, end: float, steps: int, *, dtype: Dtype = None) -> Array:
    """Return `steps` values from start to end, both included, evenly spaced.

    xᵢ = start + i · (end - start) / (steps - 1), each counted from the nearer end, as in PyTorch.

    Args:
        start: the first value.
        end: the last one.
        steps: how many values, at least 0.
        dtype: of the elements; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: steps is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.linspace.html

    Example:
        >>> linspace(0.0, 1.0, 5)
        tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000])
    """
    start, end, steps = number(start), number(end), operator.index(steps)
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, but got {steps}")
    target = _float(dtype)
    if target.kind != "f":
        start, end = int(start), int(end)
    if steps == 1:
        return constant(np.full(1, start, target))
    kind = target.type if target.kind == "f" else np.float32
    step = (kind(end) - kind(start)) / kind(max(steps - 1, 1))
    # In the widest type, so that the result is rounded once, as by the fused multiply-add in PyTorch.
    i, step, first, last = np.arange(steps), *(np.longdouble(kind(x)) for x in (step, start, end))
    values = np.where(i < steps // 2, first + step * i, last - step * (steps - 1 - i))
    return constant(values.astype(kind).astype(target))


@makes_tensor
@checked
def logspace(start: float, end: float, steps: int, base: float = 10.0, *, dtype: Dtype = None) -> Array:
    """Return `steps` powers of the base, their exponents from start to end, both included, evenly spaced.

    xᵢ = base ** (start + i · (end - start) / (steps - 1))

    Args:
        start: the first exponent.
        end: the last one.
        steps: how many values, at least 0.
        base: of the powers.
        dtype: of the elements; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: steps is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.logspace.html

    Example:
        >>> logspace(0, 2, 3)
        tensor([  1.,  10., 100.])
    """
    target = _float(dtype)
    if target.kind != "f":
        start, end = int(number(start)), int(number(end))
    exponents: Array = linspace(start, end, steps, dtype=dtypes.float64).array
    return constant(np.power(float(base), exponents).astype(target))


@makes_tensor
@checked
def tril_indices(row: int, col: int, offset: int = 0, *, dtype: Dtype = None) -> Array:
    """Return the indices of the lower triangle of a matrix: rows in the first row of the result, columns in the second.

    Args:
        row: the number of the matrix's rows.
        col: the number of its columns.
        offset: which diagonal is the last; 0 is the main one, above it are positive numbers.
        dtype: int64 unless given.

    Source: https://pytorch.org/docs/stable/generated/torch.tril_indices.html

    Example:
        >>> tril_indices(2, 2)
        tensor([[0, 1, 1],
                [0, 0, 1]])
    """
    return constant(np.array(np.tril_indices(row, offset, col), np.int64 if dtype is None else dtype))


@makes_tensor
@checked
def triu_indices(row: int, col: int, offset: int = 0, *, dtype: Dtype = None) -> Array:
    """Return the indices of the upper triangle of a matrix: rows in the first row of the result, columns in the second.

    Args:
        row: the number of the matrix's rows.
        col: the number of its columns.
        offset: which diagonal is the first; 0 is the main one, above it are positive numbers.
        dtype: int64 unless given.

    Source: https://pytorch.org/docs/stable/generated/torch.triu_indices.html

    Example:
        >>> triu_indices(2, 2)
        tensor([[0, 0, 1],
                [0, 1, 1]])
    """
    return constant(np.array(np.triu_indices(row, offset, col), np.int64 if dtype is None else dtype))


@makes_tensor
def zeros_like(input: Tensor, *, dtype: Dtype = None) -> Array:
    """Return zeros of the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Source: https://pytorch.org/docs/stable/generated/torch.zeros_like.html

    Example:
        >>> import minigrad
        >>> zeros_like(minigrad.tensor([1, 2]))
        tensor([0, 0])
    """
    return _filled_like(input.array, dtype, 0)


@makes_tensor
def ones_like(input: Tensor, *, dtype: Dtype = None) -> Array:
    """Return ones of the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Source: https://pytorch.org/docs/stable/generated/torch.ones_like.html

    Example:
        >>> import minigrad
        >>> ones_like(minigrad.tensor([1, 2]))
        tensor([1, 1])
    """
    return _filled_like(input.array, dtype, 1)


@makes_tensor
def empty_like(input: Tensor, *, dtype: Dtype = None) -> Array:
    """Return uninitialised values of the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Source: https://pytorch.org/docs/stable/generated/torch.empty_like.html

    Example:
        >>> import minigrad
        >>> empty_like(minigrad.tensor([1, 2])).dtype
        minigrad.int64
    """
    return constant(empty_as_laid_out(input.array, dtype))


@makes_tensor
def full_like(input: Tensor, fill_value: float, *, dtype: Dtype = None) -> Array:
    """Return one value in the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        fill_value: a number.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: the dtype has no room for the value.

    Source: https://pytorch.org/docs/stable/generated/torch.full_like.html

    Example:
        >>> import minigrad
        >>> full_like(minigrad.tensor([1, 2]), 7)
        tensor([7, 7])
    """
    return _filled_like(input.array, dtype, element(fill_value, dtype or input.array.dtype))


def _filled_like(array: Array, dtype: Dtype, value: Any) -> Array:
    filled = empty_as_laid_out(array, dtype)
    filled.fill(value)
    return constant(filled)


# ---- from the generator ----------------------------------------------------------------------------------------------


def _source(generator: random.Generator | None) -> random.Generator:
    return generator or random.default_generator


@makes_tensor
@checked
def rand(
    *sizes: int | Sequence[int],
    size: Sizes = None,
    generator: random.Generator | None = None,
    dtype: Dtype = None,
) -> Array:
    """Return draws from [0, 1), all values equally likely.

    Args:
        *sizes: of the result, one by one or as one sequence, each at least 0.
        size: the same as one sequence, by name.
        generator: draws; the default generator unless given.
        dtype: float16, float32 or float64; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative.
        NotImplementedError: the dtype is none of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.rand.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> rand(3)
        tensor([0.4963, 0.7682, 0.0885])
    """
    return computed(_source(generator).uniform, _shape(sizes, size), _float(dtype))


@makes_tensor
@checked
def randn(
    *sizes: int | Sequence[int],
    size: Sizes = None,
    generator: random.Generator | None = None,
    dtype: Dtype = None,
) -> Array:
    """Return draws from the standard normal distribution, N(0, 1).

    Args:
        *sizes: of the result, one by one or as one sequence, each at least 0.
        size: the same as one sequence, by name.
        generator: draws; the default generator unless given.
        dtype: float16, float32 or float64; the default float dtype unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: a size is negative.
        NotImplementedError: the dtype is none of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.randn.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> randn(3)
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    return computed(_source(generator).normal, _shape(sizes, size), _float(dtype))


@makes_tensor
def rand_like(input: Tensor, *, generator: random.Generator | None = None, dtype: Dtype = None) -> Array:
    """Return draws from [0, 1) in the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        generator: draws; the default generator unless given.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        NotImplementedError: the dtype is none of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.rand_like.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> rand_like(minigrad.zeros(3))
        tensor([0.4963, 0.7682, 0.0885])
    """
    return computed(uniforms_for, constant(empty_as_laid_out(input.array, dtype)), _source(generator))


@makes_tensor
def randn_like(input: Tensor, *, generator: random.Generator | None = None, dtype: Dtype = None) -> Array:
    """Return standard normal draws in the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        generator: draws; the default generator unless given.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        NotImplementedError: the dtype is none of floats.

    Source: https://pytorch.org/docs/stable/generated/torch.randn_like.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> randn_like(minigrad.zeros(3))
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    return computed(normals_for, constant(empty_as_laid_out(input.array, dtype)), _source(generator))


@checked
def normal(
    mean: float | Tensor = 0.0,
    std: float | Tensor = 1.0,
    size: Sizes = None,
    *,
    generator: random.Generator | None = None,
    out: Any = None,
    **options: Any,
) -> Tensor:
    """Return draws from N(mean, std²), of the given size or of the shape of the tensors mean and std together.

    Args:
        mean: a number or a tensor.
        std: a number or a tensor, at least 0.
        size: of the result, if mean and std are numbers.
        generator: draws; the default generator unless given.
        out: a tensor to write into.
        **options: dtype, device and requires_grad, if mean and std are numbers.

    Raises:
        RuntimeError: a negative std.

    Source: https://pytorch.org/docs/stable/generated/torch.normal.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> normal(10.0, 0.1, (3,))
        tensor([10.1541,  9.9707,  9.7821])
    """
    if isinstance(mean, Tensor) or isinstance(std, Tensor):
        drawn = normal_of_tensors(mean, std, generator=generator)
        return drawn if out is None else written(drawn, out)
    if std < 0:
        raise RuntimeError(f"normal expects std >= 0.0, but found std {std}")
    return _normal(float(mean), float(std), () if size is None else size, generator=generator, out=out, **options)


@makes_tensor
def _normal(
    mean: float, std: float, size: Any, *, generator: random.Generator | None = None, dtype: Dtype = None
) -> Array:
    return computed(_source(generator).normal, shape_from((size,)), _float(dtype), mean, std)


@makes_tensor
@checked
def randint(
    low: int = 0,
    high: Sizes = None,
    size: Sizes = None,
    *,
    generator: random.Generator | None = None,
    dtype: Dtype = None,
) -> Array:
    """Return integers from low (0 unless given) to high - 1, all equally likely.

    Args:
        low: the lowest; ``randint(high, size)`` and ``randint(high=high, size=size)`` mean 0.
        high: one more than the highest.
        size: the sizes of the result, as one sequence.
        generator: draws; the default generator unless given.
        dtype: of the elements; int64 unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: no integer lies in [low, high), the dtype does not hold it, or a size is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.randint.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> randint(1, 7, (5,))
        tensor([3, 4, 6, 1, 2])
    """
    if high is None or not isinstance(high, int):  # randint(high, size)
        low, high, size = 0, low, size if high is None else high
    if not low < high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    source, kind = _source(generator), np.dtype(np.int64) if dtype is None else dtype
    return computed(source.integers, low, high, shape_from((size,)), kind)


@makes_tensor
def randint_like(
    input: Tensor,
    low: int = 0,
    high: int | None = None,
    *,
    generator: random.Generator | None = None,
    dtype: Dtype = None,
) -> Array:
    """Return integers from low (0 unless given) to high - 1 in the shape and dtype of another tensor.

    Args:
        input: a tensor, whose shape and memory layout the result takes.
        low: the lowest; ``randint_like(x, high)`` and ``randint_like(x, high=high)`` mean 0.
        high: one more than the highest.
        generator: draws; the default generator unless given.
        dtype: that of the result; the input's unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: no integer lies in [low, high), or the dtype does not hold it.

    Source: https://pytorch.org/docs/stable/generated/torch.randint_like.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> randint_like(minigrad.zeros(5), 1, 7)
        tensor([3., 4., 6., 1., 2.])
    """
    low, high = (0, low) if high is None else (low, high)
    target = dtypes.from_numpy(dtype or input.array.dtype)
    like = empty_as_laid_out(input.array, target.numpy)
    return drawn_as_laid_out(like, lambda shape: randint(low, high, shape, generator=generator, dtype=target).array)


@makes_tensor
@checked
def randperm(n: int, *, generator: random.Generator | None = None, dtype: Dtype = None) -> Array:
    """Return the integers 0 … n - 1 in a random order, all orders equally likely.

    Args:
        n: how many, at least 0.
        generator: draws; the default generator unless given.
        dtype: of the elements; int64 unless given.
        requires_grad, out, device: as in `tensor`; out is a tensor to write into.

    Raises:
        RuntimeError: n is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.randperm.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> randperm(5)
        tensor([4, 0, 1, 3, 2])
    """
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    return computed(_source(generator).permutation, n).astype(dtype or np.int64, copy=False)


def get_rng_state() -> Tensor:
    """Return the state of the default generator, a uint8 tensor in PyTorch's own layout.

    Returns:
        A uint8 tensor of shape (5056,); with the fast engine of another size.

    Source: https://pytorch.org/docs/stable/generated/torch.get_rng_state.html

    Example:
        >>> state = get_rng_state()
        >>> first = rand(3)
        >>> set_rng_state(state)
        >>> bool((rand(3) == first).all())
        True
    """
    return wrap(random.default_generator.get_state())


def set_rng_state(new_state: Tensor) -> None:
    """Put the default generator into a state that `get_rng_state` returned, here or in PyTorch.

    Args:
        new_state: what `get_rng_state` returned, of the same engine.

    Raises:
        TypeError: not of dtype uint8.
        RuntimeError: of another size, or no state at all.

    Source: https://pytorch.org/docs/stable/generated/torch.set_rng_state.html

    Example:
        >>> state = get_rng_state()
        >>> set_rng_state(state)
    """
    random.default_generator.set_state(as_array(new_state))
