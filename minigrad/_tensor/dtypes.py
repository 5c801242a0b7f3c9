"""Number types under PyTorch's names, and PyTorch's rules for mixing them."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np


class dtype:
    """A number type, such as `minigrad.float32`.

    Args:
        name: what NumPy calls it, such as "float32".

    Attributes:
        numpy: NumPy's dtype.
        itemsize: the size of a number in bytes.
        is_floating_point: whether it is one of floats.
        is_signed: whether a number may be negative.
        is_complex: False.

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.dtype

    Example:
        >>> float32.is_floating_point, float32.itemsize
        (True, 4)
    """

    __slots__ = ("is_complex", "is_floating_point", "is_signed", "itemsize", "name", "numpy")

    def __init__(self, name: str) -> None:
        self.name = name
        self.numpy = np.dtype(name)
        self.itemsize = self.numpy.itemsize
        self.is_floating_point = self.numpy.kind == "f"
        self.is_signed = self.numpy.kind in "fi"
        self.is_complex = False

    def __repr__(self) -> str:
        return f"minigrad.{self.name}"

    def __reduce__(self) -> str:
        return "bool_" if self is bool_ else self.name  # pickled by its name in this module: there is one of each


float16 = dtype("float16")
float32 = dtype("float32")
float64 = dtype("float64")
int8 = dtype("int8")
int16 = dtype("int16")
int32 = dtype("int32")
int64 = dtype("int64")
uint8 = dtype("uint8")
bool_ = dtype("bool")

_BY_NUMPY = {d.numpy: d for d in (float16, float32, float64, int8, int16, int32, int64, uint8, bool_)}


def from_numpy(numpy_dtype: Any) -> dtype:
    """Return minigrad's name of a NumPy dtype; TypeError for one that PyTorch's tutorials do not know either."""
    try:
        return _BY_NUMPY[numpy_dtype]
    except KeyError:
        supported = ", ".join(d.name for d in _BY_NUMPY.values())
        raise TypeError(
            f"can't convert an array of dtype {numpy_dtype} to a tensor: the supported types are {supported}"
        ) from None


def to_numpy(dtype_like: Any) -> np.dtype[Any]:
    """Return the NumPy dtype of a minigrad dtype, or of anything that NumPy takes for a supported dtype."""
    if isinstance(dtype_like, dtype):
        return dtype_like.numpy
    if isinstance(dtype_like, str) and dtype_like.endswith("Tensor"):
        return from_type_name(dtype_like).numpy
    return from_numpy(np.dtype(dtype_like)).numpy


TYPE_NAMES = {
    float16: "HalfTensor", float32: "FloatTensor", float64: "DoubleTensor", int8: "CharTensor", int16: "ShortTensor",
    int32: "IntTensor", int64: "LongTensor", uint8: "ByteTensor", bool_: "BoolTensor",
}  # fmt: skip
"""PyTorch's older names of tensors by their dtypes."""


def from_type_name(name: str) -> dtype:
    """Return the dtype of a type's older name, such as "torch.FloatTensor"; ValueError where there is none."""
    for d, type_name in TYPE_NAMES.items():
        if name.rpartition(".")[2] == type_name:
            return d
    raise ValueError(f"invalid type: {name!r}")


# ---- the default float dtype -----------------------------------------------------------------------------------------

_default = float32


def get_default_dtype() -> dtype:
    """Return the float dtype of tensors made from Python floats, and of integers divided; float32 unless set.

    Source: https://pytorch.org/docs/stable/generated/torch.get_default_dtype.html

    Example:
        >>> get_default_dtype()
        minigrad.float32
    """
    return _default


def set_default_dtype(d: dtype) -> None:
    """Set the default float dtype.

    Args:
        d: float16, float32 or float64.

    Raises:
        TypeError: anything else.

    Source: https://pytorch.org/docs/stable/generated/torch.set_default_dtype.html

    Example:
        >>> import minigrad
        >>> set_default_dtype(float64)
        >>> minigrad.tensor([1.0])
        tensor([1.])
        >>> set_default_dtype(float32)
    """
    global _default
    if not (isinstance(d, dtype) and d.is_floating_point):
        raise TypeError(f"only floating-point types are supported as the default type, but got {d}")
    _default = d


# ---- the limits of numbers -------------------------------------------------------------------------------------------


class finfo:
    """What a float dtype can hold: ``finfo(float32).eps``.

    Args:
        dtype: float16, float32 or float64; the default float dtype unless given.

    Attributes:
        eps: the distance from 1 to the next number.
        max: the largest finite number; min is its negative.
        tiny: the smallest positive number of full precision.
        resolution: a power of ten that the decimal digits reach.

    Raises:
        ValueError: the dtype is not of floats.

    Source: https://pytorch.org/docs/stable/type_info.html

    Example:
        >>> finfo(float32).eps, finfo(float16).max
        (1.1920928955078125e-07, 65504.0)
    """

    def __init__(self, dtype: Any = None) -> None:
        limits = np.finfo(to_numpy(dtype or _default))
        self.dtype = limits.dtype.name
        self.bits = limits.bits
        self.eps, self.max, self.min = float(limits.eps), float(limits.max), float(limits.min)
        self.tiny = self.smallest_normal = float(limits.tiny)
        self.resolution = float(limits.resolution)


class iinfo:
    """What an integer dtype can hold: ``iinfo(int8).max``.

    Args:
        dtype: of integers.

    Attributes:
        bits: of one number.
        max: the largest number.
        min: the smallest one.

    Raises:
        ValueError: the dtype is not of integers.

    Source: https://pytorch.org/docs/stable/type_info.html

    Example:
        >>> iinfo(int8).min, iinfo(int8).max
        (-128, 127)
    """

    def __init__(self, dtype: Any) -> None:
        limits = np.iinfo(to_numpy(dtype))
        self.dtype = limits.dtype.name
        self.bits = limits.bits
        self.max, self.min = int(limits.max), int(limits.min)


# ---- type promotion --------------------------------------------------------------------------------------------------

_RANK = {"b": 0, "u": 1, "i": 1, "f": 2}  # bool < integer < float


def result_type(*operands: Any) -> np.dtype[Any]:
    """Return the dtype that arrays and Python numbers have together in one operation.

    Arrays with axes decide; arrays without come next, Python numbers last. A weaker operand has a say only where it is
    of a higher category (bool < integer < float).

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#type-promotion-doc

    Example:
        >>> result_type(np.zeros(3, np.int64), np.zeros((), np.float64), 1.5)
        dtype('float64')
    """
    arrays = [x for x in operands if isinstance(x, np.ndarray)]
    strengths = (
        [x.dtype for x in arrays if x.ndim],
        [x.dtype for x in arrays if not x.ndim],
        [number_type(x) for x in operands if not isinstance(x, np.ndarray)],
    )
    decided = np.dtype(np.bool_)
    nothing_yet = True
    for candidates in strengths:
        if not candidates:
            continue
        candidate = reduce(_join, candidates)
        if nothing_yet or _RANK[candidate.kind] > _RANK[decided.kind]:
            decided, nothing_yet = candidate, False
    return decided


def float_type(d: np.dtype[Any]) -> np.dtype[Any]:
    """Return a float dtype itself, and the default one for integers: what functions such as exp compute in."""
    return d if d.kind == "f" else _default.numpy


def promoted(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """Return the dtype that two dtypes have together, both of tensors with axes."""
    return _join(a, b)


def promote_types(type1: dtype, type2: dtype) -> dtype:
    """Return the smallest dtype that both promote to.

    Args:
        type1: a dtype.
        type2: another one, or the same.

    Source: https://pytorch.org/docs/stable/generated/torch.promote_types.html

    Example:
        >>> promote_types(int64, float16)
        minigrad.float16
    """
    return from_numpy(_join(type1.numpy, type2.numpy))


def can_cast(source: np.dtype[Any], target: np.dtype[Any]) -> bool:
    """Return whether a result of one dtype may be written into a tensor of another: not into a lower category."""
    return _RANK[source.kind] <= _RANK[target.kind]


def number_type(x: Any) -> np.dtype[Any]:
    """Return the dtype that stands for a number in promotion: for one of NumPy's that of its kind."""
    if isinstance(x, bool | np.bool_):
        return bool_.numpy
    if isinstance(x, int | np.integer):
        return int64.numpy
    if isinstance(x, float | np.floating):
        return _default.numpy
    raise TypeError(f"expected a Tensor, an ndarray or a number, but got {type(x).__name__}: {x!r}")


def _join(a: np.dtype[Any], b: np.dtype[Any]) -> np.dtype[Any]:
    """Join two dtypes of equal strength. NumPy would make int64 and float32 a float64."""
    if _RANK[a.kind] != _RANK[b.kind]:
        return a if _RANK[a.kind] > _RANK[b.kind] else b
    return np.promote_types(a, b)
