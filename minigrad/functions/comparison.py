"""Questions about elements, and what is answered as a truth: comparisons, logic, bits.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#comparison-ops.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import table
from .._tensor.base import Array, TensorBase, TensorT, as_operand, is_operand, wrap
from .._tensor.declared import checked, explain
from .._tensor.in_place import in_place
from .._tensor.listening import computed, decided
from ..core.graph import apply
from .arguments import check_any_tensor, of_tensor, of_tensors, takes_out


@takes_out
def eq(input: TensorT, other: Any) -> TensorT:
    """Return where input = other, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.eq.html

    Example:
        >>> import minigrad
        >>> eq(minigrad.tensor([1, 2, 3]), 2)
        tensor([False,  True, False])
    """
    return of_tensor(table.eq, input, other)


@takes_out
def ne(input: TensorT, other: Any) -> TensorT:
    """Return where input ≠ other, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.ne.html

    Example:
        >>> import minigrad
        >>> ne(minigrad.tensor([1, 2, 3]), 2)
        tensor([ True, False,  True])
    """
    return of_tensor(table.ne, input, other)


@takes_out
def lt(input: TensorT, other: Any) -> TensorT:
    """Return where input < other, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.lt.html

    Example:
        >>> import minigrad
        >>> lt(minigrad.tensor([1, 2, 3]), 2)
        tensor([ True, False, False])
    """
    return of_tensor(table.lt, input, other)


@takes_out
def le(input: TensorT, other: Any) -> TensorT:
    """Return where input <= other, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.le.html

    Example:
        >>> import minigrad
        >>> le(minigrad.tensor([1, 2, 3]), 2)
        tensor([ True,  True, False])
    """
    return of_tensor(table.le, input, other)


@takes_out
def gt(input: TensorT, other: Any) -> TensorT:
    """Return where input > other, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.gt.html

    Example:
        >>> import minigrad
        >>> gt(minigrad.tensor([1, 2, 3]), 2)
        tensor([False, False,  True])
    """
    return of_tensor(table.gt, input, other)


@takes_out
def ge(input: TensorT, other: Any) -> TensorT:
    """Return where input >= other, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.ge.html

    Example:
        >>> import minigrad
        >>> ge(minigrad.tensor([1, 2, 3]), 2)
        tensor([False,  True,  True])
    """
    return of_tensor(table.ge, input, other)


@takes_out
def logical_and(input: TensorT, other: TensorT) -> TensorT:
    """Return where both are nonzero, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.logical_and.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([True, True, False])
        >>> logical_and(x, minigrad.tensor([1, 0, 0]))
        tensor([ True, False, False])
    """
    return of_tensors(table.logical_and, input, other)


@takes_out
def logical_or(input: TensorT, other: TensorT) -> TensorT:
    """Return where at least one is nonzero, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.logical_or.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([True, True, False])
        >>> logical_or(x, minigrad.tensor([1, 0, 0]))
        tensor([ True,  True, False])
    """
    return of_tensors(table.logical_or, input, other)


@takes_out
def logical_xor(input: TensorT, other: TensorT) -> TensorT:
    """Return where exactly one is nonzero, as booleans.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.logical_xor.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([True, True, False])
        >>> logical_xor(x, minigrad.tensor([1, 0, 0]))
        tensor([False,  True, False])
    """
    return of_tensors(table.logical_xor, input, other)


@takes_out
def logical_not(input: TensorT) -> TensorT:
    """Return where the input is 0, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.logical_not.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([True, False])
        >>> logical_not(x)
        tensor([False,  True])
    """
    return apply(table.logical_not, input)


def bitwise_and(input: TensorT, other: Any) -> TensorT:
    """Return input AND other, bit by bit, of integers or booleans.

    Args:
        input: a tensor, or a number where other is a tensor; integers or booleans.
        other: the same, of a shape that broadcasts.

    Raises:
        TypeError: neither is a tensor.
        RuntimeError: one has floats, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.bitwise_and.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([5, 6])
        >>> bitwise_and(x, 3)
        tensor([1, 2])
    """
    check_any_tensor("bitwise_and", input, other)
    return apply(table.bitwise_and, as_operand(input), as_operand(other))


def bitwise_or(input: TensorT, other: Any) -> TensorT:
    """Return input OR other, bit by bit, of integers or booleans.

    Args:
        input: a tensor, or a number where other is a tensor; integers or booleans.
        other: the same, of a shape that broadcasts.

    Raises:
        TypeError: neither is a tensor.
        RuntimeError: one has floats, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.bitwise_or.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([5, 6])
        >>> bitwise_or(x, 3)
        tensor([7, 7])
    """
    check_any_tensor("bitwise_or", input, other)
    return apply(table.bitwise_or, as_operand(input), as_operand(other))


def bitwise_xor(input: TensorT, other: Any) -> TensorT:
    """Return input XOR other, bit by bit, of integers or booleans.

    Args:
        input: a tensor, or a number where other is a tensor; integers or booleans.
        other: the same, of a shape that broadcasts.

    Raises:
        TypeError: neither is a tensor.
        RuntimeError: one has floats, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.bitwise_xor.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([5, 6])
        >>> bitwise_xor(x, 3)
        tensor([6, 5])
    """
    check_any_tensor("bitwise_xor", input, other)
    return apply(table.bitwise_xor, as_operand(input), as_operand(other))


def bitwise_not(input: TensorT) -> TensorT:
    """Return the complement, bit by bit: -1 - input of integers, and NOT of booleans.

    Args:
        input: a tensor of integers or booleans.

    Raises:
        RuntimeError: the input has floats.

    Source: https://pytorch.org/docs/stable/generated/torch.bitwise_not.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0, 5])
        >>> bitwise_not(x)
        tensor([-1, -6])
    """
    return apply(table.bitwise_not, input)


def isnan(input: TensorT) -> TensorT:
    """Return where the elements are NaN, not a number, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.isnan.html

    Example:
        >>> import minigrad
        >>> isnan(minigrad.tensor([1.0, minigrad.nan]))
        tensor([False,  True])
    """
    return apply(table.isnan, input)


def isinf(input: TensorT) -> TensorT:
    """Return where the elements are +∞ or -∞, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.isinf.html

    Example:
        >>> import minigrad
        >>> isinf(minigrad.tensor([1.0, -minigrad.inf]))
        tensor([False,  True])
    """
    return apply(table.isinf, input)


def isfinite(input: TensorT) -> TensorT:
    """Return where the elements are neither infinite nor NaN, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.isfinite.html

    Example:
        >>> import minigrad
        >>> isfinite(minigrad.tensor([1.0, minigrad.inf, minigrad.nan]))
        tensor([ True, False, False])
    """
    return apply(table.isfinite, input)


def isposinf(input: TensorT) -> TensorT:
    """Return where the elements are +∞, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.isposinf.html

    Example:
        >>> import minigrad
        >>> isposinf(minigrad.tensor([minigrad.inf, -minigrad.inf]))
        tensor([ True, False])
    """
    return wrap(input.array == np.inf)


def isneginf(input: TensorT) -> TensorT:
    """Return where the elements are -∞, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.isneginf.html

    Example:
        >>> import minigrad
        >>> isneginf(minigrad.tensor([minigrad.inf, -minigrad.inf]))
        tensor([False,  True])
    """
    return wrap(input.array == -np.inf)


def isreal(input: TensorT) -> TensorT:
    """Return where the elements have no imaginary part, as booleans: everywhere, for no tensor is complex.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.isreal.html

    Example:
        >>> import minigrad
        >>> isreal(minigrad.tensor([1.0, 2.0]))
        tensor([True, True])
    """
    return wrap(np.ones(input.array.shape, np.bool_))


def signbit(input: TensorT) -> TensorT:
    """Return where the sign bit is set, for negative elements and -0.0, as booleans.

    Args:
        input: a tensor of any dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.signbit.html

    Example:
        >>> import minigrad
        >>> signbit(minigrad.tensor([-1.0, -0.0, 2.0]))
        tensor([ True,  True, False])
    """
    array = input.array
    return wrap(np.signbit(array) if array.dtype.kind == "f" else np.less(array, 0))


def heaviside(input: TensorT, values: TensorT) -> TensorT:
    """Return 0 below 0, 1 above 0, and `values` at 0; it has no gradient.

    Args:
        input: a tensor.
        values: of the same dtype, and of a shape that broadcasts.

    Raises:
        RuntimeError: the dtypes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.heaviside.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.0, 0.0, 2.0])
        >>> heaviside(x, minigrad.tensor([0.5]))
        tensor([0.0000, 0.5000, 1.0000])
    """
    if input.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    x = input.array
    return wrap(np.where(x == 0, values.array, (x > 0).astype(x.dtype)).astype(x.dtype))


@checked
def isclose(
    input: TensorT, other: TensorT, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> TensorT:
    """Return where |input - other| <= atol + rtol · |other|, as booleans.

    Args:
        input: a tensor.
        other: of the same dtype, and of a shape that broadcasts.
        rtol: the tolerance relative to other, at least 0.
        atol: the absolute tolerance, at least 0.
        equal_nan: let NaN be close to NaN.

    Raises:
        RuntimeError: the dtypes differ, or a tolerance is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.isclose.html

    Example:
        >>> import minigrad
        >>> isclose(minigrad.tensor([1.0, 2.0]), minigrad.tensor([1.000001, 2.1]))
        tensor([ True, False])
    """
    if input.dtype != other.dtype:
        raise RuntimeError(f"{input.dtype} did not match {other.dtype}")
    if rtol < 0 or atol < 0:
        raise RuntimeError(f"rtol and atol must be greater than or equal to zero, but got {rtol} and {atol}")
    return wrap(computed(_isclose, input.array, other.array, rtol, atol, equal_nan))


def _isclose(x: Array, y: Array, rtol: float, atol: float, equal_nan: bool) -> Array:
    return np.asarray(np.isclose(x, y, rtol, atol, equal_nan))


@checked
def allclose(input: TensorT, other: TensorT, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Return whether |input - other| <= atol + rtol · |other| everywhere.

    Args:
        input: a tensor.
        other: of the same dtype, and of a shape that broadcasts.
        rtol: the tolerance relative to other, at least 0.
        atol: the absolute tolerance, at least 0.
        equal_nan: let NaN be close to NaN.

    Raises:
        RuntimeError: the dtypes differ, or a tolerance is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.allclose.html

    Example:
        >>> import minigrad
        >>> allclose(minigrad.tensor([1.0, 2.0]), minigrad.tensor([1.000001, 2.0]))
        True
    """
    return decided(np.all, isclose(input, other, rtol, atol, equal_nan).array)


def equal(input: TensorT, other: TensorT) -> bool:
    """Return whether both tensors have the same shape and the same elements; NaN equals nothing.

    Args:
        input: a tensor.
        other: another one.

    Source: https://pytorch.org/docs/stable/generated/torch.equal.html

    Example:
        >>> import minigrad
        >>> equal(minigrad.tensor([1, 2]), minigrad.tensor([1, 2]))
        True
    """
    return decided(np.array_equal, input.array, other.array)


# ---- PyTorch's second names ------------------------------------------------------------------------------------------

greater = gt
greater_equal = ge
less = lt
less_equal = le
not_equal = ne


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Comparison(TensorBase):
    """The methods of a tensor that compare, and their operators."""

    __slots__ = ()

    def __and__(self, other: Any) -> Any:
        return apply(table.bitwise_and, self, other) if is_operand(other) else NotImplemented

    def __or__(self, other: Any) -> Any:
        return apply(table.bitwise_or, self, other) if is_operand(other) else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return apply(table.bitwise_xor, self, other) if is_operand(other) else NotImplemented

    __rand__ = __and__
    __ror__ = __or__
    __rxor__ = __xor__

    def __invert__(self) -> Any:
        return apply(table.bitwise_not, self)

    def __eq__(self, other: object) -> Any:
        return apply(table.eq, self, other) if is_operand(other) else NotImplemented

    def __le__(self, other: Any) -> Any:
        return apply(table.le, self, other) if is_operand(other) else NotImplemented

    def __ge__(self, other: Any) -> Any:
        return apply(table.ge, self, other) if is_operand(other) else NotImplemented

    __hash__ = object.__hash__  # which Python takes away beside __eq__

    allclose = allclose
    bitwise_and = bitwise_and
    bitwise_not = bitwise_not
    bitwise_or = bitwise_or
    bitwise_xor = bitwise_xor
    eq = eq
    equal = equal
    ge = ge
    greater = greater
    greater_equal = greater_equal
    gt = gt
    heaviside = heaviside
    isclose = isclose
    isfinite = isfinite
    isinf = isinf
    isnan = isnan
    isneginf = isneginf
    isposinf = isposinf
    isreal = isreal
    le = le
    less = less
    less_equal = less_equal
    logical_and = logical_and
    logical_not = logical_not
    logical_or = logical_or
    logical_xor = logical_xor
    lt = lt
    ne = ne
    not_equal = not_equal
    signbit = signbit

    bitwise_and_ = in_place(bitwise_and)
    bitwise_not_ = in_place(bitwise_not)
    bitwise_or_ = in_place(bitwise_or)
    bitwise_xor_ = in_place(bitwise_xor)
    eq_ = in_place(eq)
    ge_ = in_place(ge)
    gt_ = in_place(gt)
    heaviside_ = in_place(heaviside)
    le_ = in_place(le)
    logical_and_ = in_place(logical_and)
    logical_not_ = in_place(logical_not)
    logical_or_ = in_place(logical_or)
    logical_xor_ = in_place(logical_xor)
    lt_ = in_place(lt)
    ne_ = in_place(ne)

    __iand__ = bitwise_and_
    __ior__ = bitwise_or_
    __ixor__ = bitwise_xor_
