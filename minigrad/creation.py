"""Tensors from values, from sizes, and from the generator."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import dtypes, random
from .dtypes import dtype as DType
from .recording import Array, as_array, wrap
from .shapes import shape_from
from .tensor import Tensor, as_values

# Every function here takes PyTorch's `device`, `layout` and `pin_memory` for scripts that pass them; there is one
# device, the CPU.


def _made(array: Array, requires_grad: bool = False) -> Tensor:
    out: Tensor = wrap(array)
    return out.requires_grad_() if requires_grad else out


def _dtype(dtype: Any) -> np.dtype[Any]:
    return (dtypes.get_default_dtype() if dtype is None else dtype).numpy


# ---- from values -----------------------------------------------------------------------------------------------------


def tensor(data: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False) -> Tensor:
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
    return _made(_array_of(data, dtype).copy(), requires_grad)


def as_tensor(data: Any, dtype: DType | None = None, device: Any = None) -> Tensor:
    """Return data as a tensor, sharing memory with an array and returning a tensor itself, where dtypes allow.

    Source: https://pytorch.org/docs/stable/generated/torch.as_tensor.html
    """
    if isinstance(data, Tensor):
        return data.to(dtype)
    return _made(_array_of(data, dtype))


def from_numpy(ndarray: Array) -> Tensor:
    """Return a tensor that shares an array's memory.

    Raises:
        TypeError: not an ndarray, or of a dtype that tensors do not know.

    Source: https://pytorch.org/docs/stable/generated/torch.from_numpy.html
    """
    if not isinstance(ndarray, np.ndarray):
        raise TypeError(f"expected np.ndarray (got {type(ndarray).__name__})")
    dtypes.from_numpy(ndarray.dtype)
    return _made(ndarray)


def _array_of(data: Any, dtype: DType | None) -> Array:
    """Return data as an array, in the dtype that PyTorch would give it."""
    if isinstance(data, list | tuple):
        data = [as_values(part) for part in data]
    array = np.asarray(as_values(data))
    if array.dtype == object:
        raise RuntimeError(f"Could not infer dtype of {type(data).__name__}: {data!r}")
    if dtype is not None:
        return array.astype(dtype.numpy, copy=False)
    if array.dtype == np.float64 and not _has_own_dtype(data):
        return array.astype(_dtype(None))
    if not array.size and isinstance(data, list | tuple):
        return array.astype(_dtype(None))
    dtypes.from_numpy(array.dtype)
    return array


def _has_own_dtype(data: Any) -> bool:
    """Say whether the data is an array, or a sequence of arrays, rather than Python floats."""
    while isinstance(data, list | tuple) and data:
        data = data[0]
    return isinstance(data, np.ndarray | np.generic | Tensor)


# ---- from sizes ------------------------------------------------------------------------------------------------------


def zeros(
    *size: Any, dtype: DType | None = None, device: Any = None, layout: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of zeros.

    Source: https://pytorch.org/docs/stable/generated/torch.zeros.html
    """
    return _made(np.zeros(shape_from(size), _dtype(dtype)), requires_grad)


def ones(
    *size: Any, dtype: DType | None = None, device: Any = None, layout: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of ones.

    Source: https://pytorch.org/docs/stable/generated/torch.ones.html
    """
    return _made(np.ones(shape_from(size), _dtype(dtype)), requires_grad)


def empty(
    *size: Any, dtype: DType | None = None, device: Any = None, layout: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor whose values are not initialised.

    Source: https://pytorch.org/docs/stable/generated/torch.empty.html
    """
    return _made(np.empty(shape_from(size), _dtype(dtype)), requires_grad)


def full(
    size: Any, fill_value: Any, *, dtype: DType | None = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Return a tensor of one value, in the dtype of that value unless another is given.

    Source: https://pytorch.org/docs/stable/generated/torch.full.html
    """
    value = _array_of(fill_value, dtype)
    return _made(np.full(shape_from((size,)), value, value.dtype), requires_grad)


def eye(n: int, m: int | None = None, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return the n×m identity matrix, square unless m is given.

    Source: https://pytorch.org/docs/stable/generated/torch.eye.html
    """
    return _made(np.eye(n, m, dtype=_dtype(dtype)), requires_grad)


def arange(
    start: Any, end: Any = None, step: Any = 1, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Return start, start + step, … before end; integers where all three are.

    Source: https://pytorch.org/docs/stable/generated/torch.arange.html
    """
    if end is None:
        start, end = 0, start
    if step == 0:
        raise RuntimeError("arange: step must be nonzero, but got 0")
    if (end - start) * step < 0:
        raise RuntimeError(f"arange: upper bound and lower bound inconsistent with step sign: {start}, {end}, {step}")
    integers = all(isinstance(x, int) for x in (start, end, step))
    target = np.dtype(np.int64) if integers and dtype is None else _dtype(dtype)
    return _made(np.arange(start, end, step).astype(target), requires_grad)


def linspace(
    start: float, end: float, steps: int, *, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Return `steps` values from start to end, both included, evenly spaced.

    Each is counted from the nearer end, as in PyTorch.

    Source: https://pytorch.org/docs/stable/generated/torch.linspace.html
    """
    if steps < 0:
        raise RuntimeError(f"number of steps must be non-negative, but got {steps}")
    target = _dtype(dtype)
    if steps == 1:
        return _made(np.full(1, start, target), requires_grad)
    number = target.type
    step = (number(end) - number(start)) / number(max(steps - 1, 1))
    # In the widest type, so that the result is rounded once, as by the fused multiply-add in PyTorch.
    i, step, first, last = np.arange(steps), *(np.longdouble(number(x)) for x in (step, start, end))
    values = np.where(i < steps // 2, first + step * i, last - step * (steps - 1 - i))
    return _made(values.astype(target), requires_grad)


def zeros_like(input: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return zeros of the shape and dtype of another tensor."""
    return _made(np.zeros(input.array.shape, (dtype or input.dtype).numpy), requires_grad)


def ones_like(input: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return ones of the shape and dtype of another tensor."""
    return _made(np.ones(input.array.shape, (dtype or input.dtype).numpy), requires_grad)


def empty_like(input: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return uninitialised values of the shape and dtype of another tensor."""
    return _made(np.empty(input.array.shape, (dtype or input.dtype).numpy), requires_grad)


def full_like(input: Tensor, fill_value: Any, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return one value in the shape and dtype of another tensor."""
    return _made(np.full(input.array.shape, fill_value, (dtype or input.dtype).numpy), requires_grad)


# ---- from the generator ----------------------------------------------------------------------------------------------


def rand(
    *size: Any, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Return draws from [0, 1).

    Source: https://pytorch.org/docs/stable/generated/torch.rand.html
    """
    source = generator or random.default_generator
    return _made(source.uniform(shape_from(size), _dtype(dtype)), requires_grad)


def randn(
    *size: Any, generator: random.Generator | None = None, dtype: DType | None = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Return draws from the standard normal distribution.

    Source: https://pytorch.org/docs/stable/generated/torch.randn.html
    """
    source = generator or random.default_generator
    return _made(source.normal(shape_from(size), _dtype(dtype)), requires_grad)


def rand_like(input: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return draws from [0, 1) in the shape and dtype of another tensor."""
    return rand(input.array.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def randn_like(input: Tensor, *, dtype: DType | None = None, requires_grad: bool = False) -> Tensor:
    """Return standard normal draws in the shape and dtype of another tensor."""
    return randn(input.array.shape, dtype=dtype or input.dtype, requires_grad=requires_grad)


def normal(
    mean: Any, std: Any = 1.0, size: Any = None, *, generator: random.Generator | None = None,
    dtype: DType | None = None,
) -> Tensor:  # fmt: skip
    """Return draws from N(mean, std²), of the given size or of the shape of the tensors mean and std together.

    Raises:
        RuntimeError: a negative std.

    Source: https://pytorch.org/docs/stable/generated/torch.normal.html
    """
    source = generator or random.default_generator
    if (np.asarray(as_array(std)) < 0).any():
        raise RuntimeError(f"normal expects all elements of std >= 0.0, but got {std}")
    if not isinstance(mean, Tensor) and not isinstance(std, Tensor):
        shape = () if size is None else shape_from((size,))
        return _made(source.normal(shape, _dtype(dtype), float(mean), float(std)))
    shape = np.broadcast_shapes(np.shape(as_array(mean)), np.shape(as_array(std)))
    like = mean if isinstance(mean, Tensor) else std
    z = source.normal(shape, like.array.dtype)
    return _made(z * as_array(std) + as_array(mean))


def randint(
    low: int, high: Any = None, size: Any = None, *, generator: random.Generator | None = None,
    dtype: DType | None = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """Return integers from low (0 unless given) to high - 1, all equally likely.

    Raises:
        RuntimeError: no integer lies in [low, high).

    Source: https://pytorch.org/docs/stable/generated/torch.randint.html
    """
    if size is None:
        low, high, size = 0, low, high
    if not low < high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    source = generator or random.default_generator
    target = (dtype or dtypes.int64).numpy
    return _made(source.integers(low, high, shape_from((size,)), target), requires_grad)


def randperm(n: int, *, generator: random.Generator | None = None) -> Tensor:
    """Return the integers below n in a random order.

    Source: https://pytorch.org/docs/stable/generated/torch.randperm.html
    """
    if n < 0:
        raise RuntimeError(f"n must be non-negative, got {n}")
    return _made((generator or random.default_generator).permutation(n))


def bernoulli(input: Tensor, *, generator: random.Generator | None = None) -> Tensor:
    """Return 1 with the probability that each element names, else 0.

    Source: https://pytorch.org/docs/stable/generated/torch.bernoulli.html
    """
    p = input.array
    if not ((p >= 0) & (p <= 1)).all():
        raise RuntimeError("Expected p_in >= 0 && p_in <= 1 to be true, but got values outside of [0, 1]")
    return _made((generator or random.default_generator).bernoulli(p, p.shape).astype(p.dtype))


def get_rng_state() -> Tensor:
    """Return the state of the default generator, a uint8 tensor in PyTorch's own layout."""
    return _made(random.default_generator.get_state())


def set_rng_state(new_state: Tensor) -> None:
    """Put the default generator into a state that `get_rng_state` returned, here or in PyTorch."""
    random.default_generator.set_state(as_array(new_state))
