"""Sums, products, quotients and powers.

A function of two tensors broadcasts them. Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#pointwise-ops.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .. import table
from .._tensor import dtypes
from .._tensor.base import TensorBase, TensorT, as_array, as_operand, is_operand, is_tensor, named, wrap
from .._tensor.conversion import number
from .._tensor.declared import checked, explain
from .._tensor.in_place import in_place
from .._tensor.promotion import converted
from ..core.graph import apply
from .arguments import (
    check_any_tensor,
    check_floating,
    check_tensor,
    number_before,
    of_tensor,
    recorded_as,
    rounded_once,
    takes_out,
)
from .comparison import logical_or


def _scaled(x: Any, alpha: Any, beside: Any) -> Any:
    """Return alpha · x, what add and sub take for their second operand; RuntimeError for integers and a float alpha."""
    x = as_operand(x)
    if alpha == 1 and alpha is not True:
        return x
    if isinstance(alpha, bool) and dtypes.result_type(*[as_array(y) for y in (x, beside)]).kind != "b":
        raise RuntimeError("Boolean alpha only supported for Boolean results.")
    if isinstance(alpha, float) and not _is_floating(x, beside):
        raise RuntimeError(f"For integral input tensors, argument alpha must not be a floating point number: {alpha}")
    return x * alpha



@number_before("alpha", tensors=2)
@takes_out
def add(input: TensorT, other: Any, *, alpha: float = 1) -> TensorT:
    """Return input + alpha · other.

    Args:
        input: a tensor of any dtype, or a number.
        other: the same, of a shape that broadcasts with the input's.
        alpha: a number.

    Raises:
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.add.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0])
        >>> add(x, minigrad.tensor([1.0, 1.0]), alpha=0.5)
        tensor([1.5000, 2.5000])
    """
    return apply(table.add, as_operand(input), _scaled(other, alpha, input))


@number_before("alpha", tensors=2)
@takes_out
def sub(input: TensorT, other: Any, *, alpha: float = 1) -> TensorT:
    """Return input - alpha · other.

    Args:
        input: a tensor, or a number.
        other: the same, of a shape that broadcasts with the input's.
        alpha: a number; an integer where both have integers.

    Raises:
        RuntimeError: the shapes do not broadcast, or alpha is a float and both have integers.
        NotImplementedError: both are of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.sub.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([3.0, 4.0])
        >>> sub(x, minigrad.tensor([1.0, 2.0]), alpha=2)
        tensor([1., 0.])
    """
    taken = other if isinstance(other, bool) else _scaled(other, alpha, input)  # which no subtraction takes
    return apply(table.sub, as_operand(input), taken)


def rsub(input: TensorT, other: Any, *, alpha: float = 1) -> TensorT:
    """Return other - alpha · input, the operands of `sub` exchanged.

    Args:
        input: a tensor.
        other: a tensor that broadcasts with it, or a number.
        alpha: a number; an integer where both have integers.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast, or alpha is a float and both have integers.

    Source: https://pytorch.org/docs/stable/torch.html#pointwise-ops

    Example:
        >>> import minigrad
        >>> rsub(minigrad.tensor([1.0, 2.0]), 10)
        tensor([9., 8.])
    """
    check_tensor("rsub", input)
    return apply(table.sub, as_operand(other), _scaled(input, alpha, other))


@takes_out
def mul(input: TensorT, other: Any) -> TensorT:
    """Return input · other, element by element.

    Args:
        input: a tensor, or a number.
        other: the same, of a shape that broadcasts with the input's.

    Raises:
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.mul.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0, 3.0])
        >>> mul(x, 2)
        tensor([2., 4., 6.])
    """
    return apply(table.mul, as_operand(input), as_operand(other))


@takes_out
def div(input: TensorT, other: Any, *, rounding_mode: str | None = None) -> TensorT:
    """Return input / other.

    Args:
        input: a tensor or a number; integers give a float.
        other: the same.
        rounding_mode: None; or "trunc" or "floor", which round towards 0 or downwards and keep integers.

    Raises:
        RuntimeError: another rounding_mode, or integers divided by 0 with one.

    Source: https://pytorch.org/docs/stable/generated/torch.div.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-7, 7])
        >>> div(x, 2, rounding_mode="trunc")
        tensor([-3,  3])
    """
    quotient = apply(table.div, as_operand(input), as_operand(other))
    if rounding_mode is None:
        return quotient
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(f"div: expected rounding_mode None, 'trunc' or 'floor', but got {rounding_mode!r}")
    if _is_integer(input, other):
        whole = floor_divide(input, other)
        return whole + ((quotient < 0) & (whole * other != input)) if rounding_mode == "trunc" else whole
    return quotient.trunc() if rounding_mode == "trunc" else quotient.floor()


def floor_divide(input: TensorT, other: Any) -> TensorT:
    """Return the largest integers not above input / other; it has no gradient.

    Args:
        input: a tensor, or a number.
        other: the same, of a shape that broadcasts with the input's.

    Raises:
        RuntimeError: an integer is divided by 0, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.floor_divide.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-7, 7])
        >>> floor_divide(x, 2)
        tensor([-4,  3])
    """
    _refuse_zero_division(input, other)
    return apply(table.floor_divide, as_operand(input), as_operand(other))


def remainder(input: TensorT, other: Any) -> TensorT:
    """Return what is left of input after division by other, with the sign of other.

    remainder(x, y) = x - y · floor(x / y)

    Args:
        input: a tensor, or a number where other is a tensor.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: neither is a tensor.
        RuntimeError: an integer is divided by 0, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.remainder.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-7, 7])
        >>> remainder(x, 3)
        tensor([2, 1])
    """
    _refuse_zero_division(input, other)
    check_any_tensor("remainder", input, other)
    return apply(table.remainder, as_operand(input), as_operand(other))


def fmod(input: TensorT, other: Any) -> TensorT:
    """Return what is left of input after division by other, with the sign of input.

    fmod(x, y) = x - y · trunc(x / y)

    Args:
        input: a tensor.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: an integer is divided by 0, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.fmod.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-7, 7])
        >>> fmod(x, 3)
        tensor([-1,  1])
    """
    _refuse_zero_division(input, other)
    return of_tensor(table.fmod, input, other)


def _is_integer(*operands: Any) -> bool:
    return dtypes.result_type(*[as_array(x) for x in operands]).kind in "iu"


def _is_floating(*operands: Any) -> bool:
    return dtypes.result_type(*[as_array(x) for x in operands]).kind == "f"


def _refuse_zero_division(input: Any, other: Any) -> None:
    if _is_integer(input, other) and np.any(np.equal(as_array(other), 0)):
        raise RuntimeError("ZeroDivisionError: an integer was divided by zero")


@takes_out
def pow(input: TensorT, exponent: Any) -> TensorT:
    """Return input to the power of exponent.

    Args:
        input: a tensor, or a number where the exponent is a tensor.
        exponent: a number or a tensor; where both have integers, none of these may be negative.

    Raises:
        RuntimeError: integers to a negative integer power.

    Source: https://pytorch.org/docs/stable/generated/torch.pow.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0, 3.0])
        >>> pow(x, 2)
        tensor([1., 4., 9.])
    """
    if is_tensor(exponent) or isinstance(exponent, np.ndarray):
        if dtypes.result_type(as_array(input), as_array(exponent)).kind == "b":
            raise NotImplementedError("pow is not supported for bool tensors: convert them to numbers first")
        return apply(table.pow, as_operand(input), exponent)
    check_tensor("pow", input)
    exponent = number(as_operand(exponent))
    if input.array.dtype.kind == "b" and isinstance(exponent, bool):
        return logical_or(input, wrap(np.asarray(not exponent)))  # b¹ is b, b⁰ is 1
    if input.array.dtype.kind != "f":
        input = converted(input, dtypes.result_type(input.array, exponent))
    return apply(table.power, input, exponent=exponent)


def float_power(input: TensorT, exponent: Any) -> TensorT:
    """Return input to the power of exponent, computed in float64.

    Args:
        input: a tensor, or a number where other is a tensor.
        exponent: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: neither is a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.float_power.html

    Example:
        >>> import minigrad
        >>> float_power(minigrad.tensor([1, 2, 3]), -1)
        tensor([1.0000, 0.5000, 0.3333], dtype=minigrad.float64)
    """
    check_any_tensor("float_power", input, exponent)
    return pow(_doubled(input), _doubled(exponent))


def _doubled(x: Any) -> Any:
    return converted(x, np.dtype(np.float64)) if is_tensor(x) else float(x)


@takes_out
def neg(input: TensorT) -> TensorT:
    """Return -input.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.neg.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, -2.0])
        >>> neg(x)
        tensor([-1.,  2.])
    """
    return apply(table.neg, input)


def positive(input: TensorT) -> TensorT:
    """Return the input itself, as `+x` does.

    Args:
        input: a tensor of any dtype but bool.

    Raises:
        RuntimeError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.positive.html

    Example:
        >>> import minigrad
        >>> positive(minigrad.tensor([1.0, -2.0]))
        tensor([ 1., -2.])
    """
    if input.array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


@takes_out
def reciprocal(input: TensorT) -> TensorT:
    """Return 1 / input; infinity for 0.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.reciprocal.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([2.0, 4.0])
        >>> reciprocal(x)
        tensor([0.5000, 0.2500])
    """
    return apply(table.reciprocal, input)


@takes_out
def square(input: TensorT) -> TensorT:
    """Return input².

    Args:
        input: a tensor of any shape; booleans give int64.

    Source: https://pytorch.org/docs/stable/generated/torch.square.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([2.0, -3.0])
        >>> square(x)
        tensor([4., 9.])
    """
    return pow(input, 2) if input.array.dtype.kind == "b" else apply(table.square, input)


@takes_out
def sqrt(input: TensorT) -> TensorT:
    """Return the square root, √input; NaN for a negative element.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.sqrt.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([4.0, 9.0])
        >>> sqrt(x)
        tensor([2., 3.])
    """
    return apply(table.sqrt, input)


@takes_out
def rsqrt(input: TensorT) -> TensorT:
    """Return 1 / √input; infinity for 0, NaN for a negative element.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.rsqrt.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([4.0, 16.0])
        >>> rsqrt(x)
        tensor([0.5000, 0.2500])
    """
    return apply(table.rsqrt, input)


@rounded_once
@recorded_as("LerpBackward0")
def lerp(input: TensorT, end: TensorT, weight: Any) -> TensorT:
    """Return input + weight · (end - input): the point a fraction `weight` of the way from input to end.

    Args:
        input: a tensor of floats.
        end: of the same dtype, and of a shape that broadcasts.
        weight: a number, or a tensor that broadcasts; outside of [0, 1] it leads beyond the two points.

    Raises:
        RuntimeError: the input is not of floats, the dtypes differ, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.lerp.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 10.0])
        >>> lerp(x, minigrad.tensor([10.0, 20.0]), 0.5)
        tensor([ 5., 15.])
    """
    check_floating("lerp", input)
    if input.dtype != end.dtype:
        raise RuntimeError(f"expected dtype {input.dtype} for `end` but got dtype {end.dtype}")
    return apply(table.add, input, apply(table.mul, apply(table.sub, end, input), as_operand(weight)))


@number_before("value", tensors=3)
@rounded_once
@recorded_as("AddcmulBackward0")
@checked
def addcmul(input: TensorT, tensor1: TensorT, tensor2: TensorT, *, value: float = 1) -> TensorT:
    """Return input + value · tensor1 · tensor2.

    Args:
        input: a tensor.
        tensor1: a tensor that broadcasts with it.
        tensor2: a tensor that broadcasts with both.
        value: a number; an integer where all have integers.

    Raises:
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.addcmul.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 1.0])
        >>> addcmul(x, minigrad.tensor([1.0, 2.0]), minigrad.tensor([3.0, 4.0]), value=2)
        tensor([ 7., 17.])
    """
    return add(input, mul(tensor1, tensor2), alpha=+value)


@number_before("value", tensors=3)
@rounded_once
@recorded_as("AddcdivBackward0")
@checked
def addcdiv(input: TensorT, tensor1: TensorT, tensor2: TensorT, *, value: float = 1) -> TensorT:
    """Return input + value · tensor1 / tensor2.

    Args:
        input: a tensor.
        tensor1: a tensor that broadcasts with it.
        tensor2: a tensor that broadcasts with both.
        value: a number.

    Raises:
        RuntimeError: tensor1 and tensor2 are both of integers, or the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.addcdiv.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 1.0])
        >>> addcdiv(x, minigrad.tensor([1.0, 2.0]), minigrad.tensor([2.0, 4.0]), value=2)
        tensor([2., 2.])
    """
    if _is_integer(tensor1, tensor2):
        raise RuntimeError("Integer division with addcdiv is not supported: cast a tensor to float first")
    return add(input, div(tensor1, tensor2), alpha=+value)


# ---- PyTorch's second names ------------------------------------------------------------------------------------------

divide = true_divide = div
multiply = mul
negative = neg
subtract = sub


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Arithmetic(TensorBase):
    """The methods of a tensor that calculate, and its operators."""

    __slots__ = ()

    def __rsub__(self, other: Any) -> Any:
        out = super().__rsub__(other)
        return out if out is NotImplemented else named(out, "RsubBackward1")

    def __pow__(self, exponent: Any) -> Any:
        return pow(self, exponent) if is_operand(exponent) else NotImplemented

    def __rpow__(self, base: Any) -> Any:
        return pow(base, self) if is_operand(base) else NotImplemented

    def __pos__(self) -> Any:
        return positive(self)

    def __floordiv__(self, other: Any) -> Any:
        return floor_divide(self, other) if is_operand(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return floor_divide(other, self) if is_operand(other) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return remainder(self, other) if is_operand(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return remainder(other, self) if is_operand(other) else NotImplemented

    __rdiv__ = TensorBase.__rtruediv__

    add = add
    addcdiv = addcdiv
    addcmul = addcmul
    div = div
    divide = divide
    float_power = float_power
    floor_divide = floor_divide
    fmod = fmod
    lerp = lerp
    mul = mul
    multiply = multiply
    neg = neg
    negative = negative
    positive = positive
    pow = pow
    reciprocal = reciprocal
    remainder = remainder
    rsqrt = rsqrt
    sqrt = sqrt
    square = square
    sub = sub
    subtract = subtract
    true_divide = true_divide

    add_ = in_place(add)
    addcdiv_ = in_place(addcdiv)
    addcmul_ = in_place(addcmul)
    div_ = in_place(div)
    divide_ = in_place(divide)
    floor_divide_ = in_place(floor_divide)
    fmod_ = in_place(fmod)
    lerp_ = in_place(lerp)
    mul_ = in_place(mul)
    multiply_ = in_place(multiply)
    neg_ = in_place(neg)
    negative_ = in_place(negative)
    pow_ = in_place(pow)
    reciprocal_ = in_place(reciprocal)
    remainder_ = in_place(remainder)
    rsqrt_ = in_place(rsqrt)
    sqrt_ = in_place(sqrt)
    square_ = in_place(square)
    sub_ = in_place(sub)
    subtract_ = in_place(subtract)
    true_divide_ = in_place(true_divide)

    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_
    __ifloordiv__ = floor_divide_
    __imod__ = remainder_
    __ipow__ = pow_

    def float_power_(self, exponent: Any) -> Self:
        """Raise to a power in place, and return the tensor.

        Args:
            exponent: a number, or a tensor that broadcasts.

        Raises:
            RuntimeError: the tensor is not float64, in which `float_power` computes; or a leaf that requires a
                gradient.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.float_power_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([2.0, 3.0], dtype=minigrad.float64).float_power_(2)
            tensor([4., 9.], dtype=minigrad.float64)
        """
        if self.array.dtype != np.float64:
            raise RuntimeError(f"float_power_: the base has dtype {self.dtype}, but the result requires float64")
        return self.pow_(exponent)
