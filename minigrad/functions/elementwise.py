"""Functions of each element, and of pairs of elements.

A function of two tensors broadcasts them. Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#pointwise-ops.
"""

from __future__ import annotations

import builtins
from typing import Any, Self

import numpy as np

from .. import table
from .._tensor import dtypes
from .._tensor.base import Array, TensorBase, TensorT, as_array, as_operand, is_operand, is_tensor, named, wrap
from .._tensor.conversion import number
from .._tensor.declared import checked, explain
from .._tensor.in_place import in_place
from .._tensor.listening import computed, decided
from .._tensor.promotion import converted
from ..core.graph import apply
from .arguments import (
    check_any_tensor,
    check_floating,
    check_tensor,
    check_tensors,
    number_before,
    recorded_as,
    rounded_once,
    takes_out,
)


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


def _of_tensor(op: table.Op, input: TensorT, other: Any) -> TensorT:
    """Apply an op to a tensor and a tensor or number; TypeError for anything else."""
    check_tensor(op.name, input)
    return apply(op, input, as_operand(other))


def _of_tensors(op: table.Op, input: TensorT, other: TensorT) -> TensorT:
    """Apply an op to two tensors; TypeError for anything else."""
    check_tensors(op.name, input, other)
    return apply(op, input, other)


# ---- arithmetic ------------------------------------------------------------------------------------------------------


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
    return _of_tensor(table.fmod, input, other)


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


# ---- exponentials and logarithms -------------------------------------------------------------------------------------


@takes_out
def exp(input: TensorT) -> TensorT:
    """Return e to the power of input, eˣ.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.exp.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> exp(x)
        tensor([1.0000, 2.7183])
    """
    return apply(table.exp, input)


@takes_out
def exp2(input: TensorT) -> TensorT:
    """Return 2 to the power of input, 2ˣ.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.exp2.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 3.0])
        >>> exp2(x)
        tensor([1., 8.])
    """
    return apply(table.exp2, input)


@takes_out
def expm1(input: TensorT) -> TensorT:
    """Return eˣ - 1, exact for a small x, where e to the power of x rounds to 1.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.expm1.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1e-10])
        >>> expm1(x)
        tensor([1.0000e-10])
    """
    return apply(table.expm1, input)


@takes_out
def log(input: TensorT) -> TensorT:
    """Return the natural logarithm; -∞ for 0, NaN for a negative element.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.log.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 10.0])
        >>> log(x)
        tensor([0.0000, 2.3026])
    """
    return apply(table.log, input)


@takes_out
def log1p(input: TensorT) -> TensorT:
    """Return log(1 + input), exact for a small input, where 1 + input rounds to 1.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.log1p.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1e-10])
        >>> log1p(x)
        tensor([1.0000e-10])
    """
    return apply(table.log1p, input)


@takes_out
def log2(input: TensorT) -> TensorT:
    """Return the logarithm to base 2; -∞ for 0, NaN for a negative element.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.log2.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 8.0])
        >>> log2(x)
        tensor([0., 3.])
    """
    return apply(table.log2, input)


@takes_out
def log10(input: TensorT) -> TensorT:
    """Return the logarithm to base 10; -∞ for 0, NaN for a negative element.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.log10.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 1000.0])
        >>> log10(x)
        tensor([0., 3.])
    """
    return apply(table.log10, input)


def logaddexp(input: TensorT, other: TensorT) -> TensorT:
    """Return log(eˣ + eʸ) of x = input and y = other, without overflow.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.logaddexp.html

    Example:
        >>> import minigrad
        >>> logaddexp(minigrad.tensor([1000.0]), minigrad.tensor([1000.0]))
        tensor([1000.6932])
    """
    return _of_tensors(table.logaddexp, input, other)


def logaddexp2(input: TensorT, other: TensorT) -> TensorT:
    """Return log₂(2ˣ + 2ʸ) of x = input and y = other, without overflow.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.logaddexp2.html

    Example:
        >>> import minigrad
        >>> logaddexp2(minigrad.tensor([1000.0]), minigrad.tensor([1000.0]))
        tensor([1001.])
    """
    return _of_tensors(table.logaddexp2, input, other)


def xlogy(input: TensorT, other: Any) -> TensorT:
    """Return input · log(other), and 0 where input is 0, even if other is 0 there.

    Args:
        input: a tensor, or a number where other is a tensor.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: neither is a tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.xlogy.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 2.0])
        >>> xlogy(x, minigrad.tensor([0.0, 1.0]))
        tensor([0., 0.])
    """
    check_any_tensor("xlogy", input, other)
    target = dtypes.float_type(dtypes.result_type(as_array(input), as_array(other)))
    return apply(table.xlogy, converted(input, target), converted(other, target))


def logit(input: TensorT, eps: float | None = None) -> TensorT:
    """Return log(x / (1 - x)), the inverse of `sigmoid`.

    Args:
        input: probabilities in [0, 1]; NaN outside of it, and ±∞ at its ends.
        eps: move the input into [eps, 1 - eps] first, so that the result is finite.

    Source: https://pytorch.org/docs/stable/generated/torch.logit.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.25, 0.5])
        >>> logit(x)
        tensor([-1.0986,  0.0000])
    """
    x = converted(input, dtypes.float_type(input.array.dtype))
    if eps is not None:
        x = clamp(x, eps, 1 - eps)
    return log(div(x, rsub(x, 1)))


@takes_out
def sigmoid(input: TensorT) -> TensorT:
    """Return 1 / (1 + e⁻ˣ), in [0, 1].

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.sigmoid.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.0, 0.0, 1.0])
        >>> sigmoid(x)
        tensor([0.2689, 0.5000, 0.7311])
    """
    return apply(table.sigmoid, input)


@takes_out
def erf(input: TensorT) -> TensorT:
    """Return the error function, 2/√π · ∫₀ˣ exp(-t²) dt.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.erf.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> erf(x)
        tensor([0.0000, 0.8427])
    """
    return apply(table.erf, input)


@takes_out
def erfc(input: TensorT) -> TensorT:
    """Return 1 - erf(input), exact for a large input, where erf rounds to 1.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.erfc.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> erfc(x)
        tensor([1.0000, 0.1573])
    """
    return apply(table.erfc, input)


@takes_out
def erfinv(input: TensorT) -> TensorT:
    """Return the inverse of the error function; ±∞ at ±1, NaN outside of [-1, 1].

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.erfinv.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 0.5])
        >>> erfinv(x)
        tensor([0.0000, 0.4769])
    """
    return apply(table.erfinv, input)


# ---- circular and hyperbolic functions -------------------------------------------------------------------------------


@takes_out
def sin(input: TensorT) -> TensorT:
    """Return the sine of an angle in radians.

    Args:
        input: angles in radians, of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.sin.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, minigrad.pi / 2])
        >>> sin(x)
        tensor([0., 1.])
    """
    return apply(table.sin, input)


@takes_out
def cos(input: TensorT) -> TensorT:
    """Return the cosine of an angle in radians.

    Args:
        input: angles in radians, of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.cos.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, minigrad.pi / 3])
        >>> cos(x)
        tensor([1.0000, 0.5000])
    """
    return apply(table.cos, input)


@takes_out
def tan(input: TensorT) -> TensorT:
    """Return the tangent of an angle in radians.

    Args:
        input: angles in radians, of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.tan.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, minigrad.pi / 4])
        >>> tan(x)
        tensor([0., 1.])
    """
    return apply(table.tan, input)


@takes_out
def asin(input: TensorT) -> TensorT:
    """Return the angle in [-π/2, π/2] whose sine the input is; NaN outside of [-1, 1].

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.asin.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> asin(x)
        tensor([0.0000, 1.5708])
    """
    return apply(table.asin, input)


@takes_out
def acos(input: TensorT) -> TensorT:
    """Return the angle in [0, π] whose cosine the input is; NaN outside of [-1, 1].

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.acos.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 0.0])
        >>> acos(x)
        tensor([0.0000, 1.5708])
    """
    return apply(table.acos, input)


@takes_out
def atan(input: TensorT) -> TensorT:
    """Return the angle in (-π/2, π/2) whose tangent the input is.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.atan.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> atan(x)
        tensor([0.0000, 0.7854])
    """
    return apply(table.atan, input)


@takes_out
def atan2(input: TensorT, other: TensorT) -> TensorT:
    """Return the angle in [-π, π] from the x-axis to the point with x = other and y = input.

    Args:
        input: the points' y; integers and booleans give the default float dtype.
        other: their x, a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.atan2.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 1.0])
        >>> atan2(x, minigrad.tensor([1.0, -1.0]))
        tensor([0.7854, 2.3562])
    """
    return _of_tensors(table.atan2, input, other)


@takes_out
def sinh(input: TensorT) -> TensorT:
    """Return the hyperbolic sine, (eˣ - e⁻ˣ) / 2.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.sinh.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> sinh(x)
        tensor([0.0000, 1.1752])
    """
    return apply(table.sinh, input)


@takes_out
def cosh(input: TensorT) -> TensorT:
    """Return the hyperbolic cosine, (eˣ + e⁻ˣ) / 2.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.cosh.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> cosh(x)
        tensor([1.0000, 1.5431])
    """
    return apply(table.cosh, input)


@takes_out
def tanh(input: TensorT) -> TensorT:
    """Return the hyperbolic tangent, (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ), in [-1, 1].

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.tanh.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> tanh(x)
        tensor([0.0000, 0.7616])
    """
    return apply(table.tanh, input)


@takes_out
def asinh(input: TensorT) -> TensorT:
    """Return the inverse hyperbolic sine, log(x + √(x² + 1)).

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.asinh.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 1.0])
        >>> asinh(x)
        tensor([0.0000, 0.8814])
    """
    return apply(table.asinh, input)


@takes_out
def acosh(input: TensorT) -> TensorT:
    """Return the inverse hyperbolic cosine, log(x + √(x² - 1)); NaN below 1.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.acosh.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0])
        >>> acosh(x)
        tensor([0.0000, 1.3170])
    """
    return apply(table.acosh, input)


@takes_out
def atanh(input: TensorT) -> TensorT:
    """Return the inverse hyperbolic tangent, log((1 + x) / (1 - x)) / 2; ±∞ at ±1, NaN beyond.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.atanh.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 0.5])
        >>> atanh(x)
        tensor([0.0000, 0.5493])
    """
    return apply(table.atanh, input)


@takes_out
def sinc(input: TensorT) -> TensorT:
    """Return sin(πx) / (πx), and 1 at 0.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.sinc.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, 0.5])
        >>> sinc(x)
        tensor([1.0000, 0.6366])
    """
    return apply(table.sinc, input)


def hypot(input: TensorT, other: TensorT) -> TensorT:
    """Return √(input² + other²), without overflow: the longest side of a right triangle.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.hypot.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([3.0, 5.0])
        >>> hypot(x, minigrad.tensor([4.0, 12.0]))
        tensor([ 5., 13.])
    """
    return _of_tensors(table.hypot, input, other)


def deg2rad(input: TensorT) -> TensorT:
    """Return degrees as radians, input · π / 180.

    Args:
        input: angles in degrees, of any shape; integers give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.deg2rad.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([90.0, 180.0])
        >>> deg2rad(x)
        tensor([1.5708, 3.1416])
    """
    return mul(input, np.pi / 180)


def rad2deg(input: TensorT) -> TensorT:
    """Return radians as degrees, input · 180 / π.

    Args:
        input: angles in radians, of any shape; integers give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.rad2deg.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.0, minigrad.pi])
        >>> rad2deg(x)
        tensor([  0., 180.])
    """
    return mul(input, 180 / np.pi)


# ---- signs, roundings, choices ---------------------------------------------------------------------------------------


@takes_out
def abs(input: TensorT) -> TensorT:
    """Return the absolute value, |input|; its slope at 0 is 0.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.abs.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.5, 2.0])
        >>> abs(x)
        tensor([1.5000, 2.0000])
    """
    return apply(table.abs, input)


@takes_out
def sign(input: TensorT) -> TensorT:
    """Return -1, 0 or 1: the sign of each element, and 0 for 0 and NaN; its slope is 0.

    Args:
        input: a tensor of any shape and dtype, which the result keeps.

    Source: https://pytorch.org/docs/stable/generated/torch.sign.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.5, 0.0, 2.0])
        >>> sign(x)
        tensor([-1.,  0.,  1.])
    """
    return clone(input) if input.array.dtype.kind == "b" else apply(table.sign, input)


sgn = sign


def copysign(input: TensorT, other: Any) -> TensorT:
    """Return the magnitude of input with the sign of other; -0.0 counts as negative.

    Args:
        input: a tensor of any shape; integers and booleans give the default float dtype.
        other: a tensor that broadcasts with the input, or a number.

    Raises:
        TypeError: the input is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.copysign.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, -2.0])
        >>> copysign(x, -1.0)
        tensor([-1., -2.])
    """
    return _of_tensor(table.copysign, input, other)


@takes_out
def floor(input: TensorT) -> TensorT:
    """Return the largest integer not above each element, in the input's dtype; its slope is 0.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.floor.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.5, 1.5])
        >>> floor(x)
        tensor([-2.,  1.])
    """
    return apply(table.floor, input)


@takes_out
def ceil(input: TensorT) -> TensorT:
    """Return the smallest integer not below each element, in the input's dtype; its slope is 0.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.ceil.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.5, 1.5])
        >>> ceil(x)
        tensor([-1.,  2.])
    """
    return apply(table.ceil, input)


@takes_out
def trunc(input: TensorT) -> TensorT:
    """Return each element without its fraction, rounded towards 0; its slope is 0.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.trunc.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.5, 1.5])
        >>> trunc(x)
        tensor([-1.,  1.])
    """
    return apply(table.trunc, input)


fix = trunc


@takes_out
def frac(input: TensorT) -> TensorT:
    """Return the fraction of each element, with its sign: input - trunc(input).

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.frac.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.5, 1.25])
        >>> frac(x)
        tensor([-0.5000,  0.2500])
    """
    return sub(input, trunc(input))


@takes_out
@checked
def round(input: TensorT, *, decimals: int = 0) -> TensorT:
    """Return the nearest number with `decimals` decimals, halves to even; its slope is 0.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.
        decimals: digits after the point; -1 rounds to tens, -2 to hundreds.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.round.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([0.5, 1.5, 2.6])
        >>> round(x)
        tensor([0., 2., 3.])
    """
    if decimals == 0:
        return apply(table.round, input)
    scale = 10.0 ** builtins.abs(decimals)
    if decimals > 0:
        return div(apply(table.round, mul(input, scale)), scale)
    return mul(apply(table.round, div(input, scale)), scale)


@takes_out
def relu(input: TensorT) -> TensorT:
    """Return max(input, 0); its slope at 0 is 0.

    Args:
        input: a tensor of any shape and dtype but bool, which the result keeps.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-1.0, 2.0])
        >>> relu(x)
        tensor([0., 2.])
    """
    return apply(table.relu, input)


@takes_out
def maximum(input: TensorT, other: TensorT) -> TensorT:
    """Return the larger of each pair of elements; a tie shares the gradient, and NaN wins.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.maximum.html

    Example:
        >>> import minigrad
        >>> maximum(minigrad.tensor([1.0, 4.0]), minigrad.tensor([3.0, 2.0]))
        tensor([3., 4.])
    """
    return _of_tensors(table.maximum, input, other)


@takes_out
def minimum(input: TensorT, other: TensorT) -> TensorT:
    """Return the smaller of each pair of elements; a tie shares the gradient, and NaN wins.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.minimum.html

    Example:
        >>> import minigrad
        >>> minimum(minigrad.tensor([1.0, 4.0]), minigrad.tensor([3.0, 2.0]))
        tensor([1., 2.])
    """
    return _of_tensors(table.minimum, input, other)


def fmax(input: TensorT, other: TensorT) -> TensorT:
    """Return the larger of each pair of elements; a NaN gives way to a number.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.fmax.html

    Example:
        >>> import minigrad
        >>> fmax(minigrad.tensor([1.0, minigrad.nan]), minigrad.tensor([3.0, 2.0]))
        tensor([3., 2.])
    """
    return _of_tensors(table.fmax, input, other)


def fmin(input: TensorT, other: TensorT) -> TensorT:
    """Return the smaller of each pair of elements; a NaN gives way to a number.

    Args:
        input: a tensor of any dtype.
        other: a tensor that broadcasts with it.

    Raises:
        TypeError: one of them is no tensor.
        RuntimeError: the shapes do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.fmin.html

    Example:
        >>> import minigrad
        >>> fmin(minigrad.tensor([1.0, minigrad.nan]), minigrad.tensor([3.0, 2.0]))
        tensor([1., 2.])
    """
    return _of_tensors(table.fmin, input, other)


@takes_out
def clamp(input: TensorT, min: Any = None, max: Any = None) -> TensorT:
    """Return each element moved into [min, max]; a value on a bound passes its gradient on.

    Args:
        input: a tensor.
        min: a number, a tensor that broadcasts, or None for no lower bound.
        max: the same for the upper bound, which wins where it is below the lower one.

    Raises:
        RuntimeError: no bound is given.

    Source: https://pytorch.org/docs/stable/generated/torch.clamp.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-2.0, 0.5, 3.0])
        >>> clamp(x, 0.0, 1.0)
        tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    bounds = [as_array(bound) for bound in (min, max) if bound is not None]
    out = converted(input, dtypes.result_type(input.array, *bounds))
    if min is not None:
        out = _clamped(out, min, table.clamp_min, table.lt)
    return out if max is None else _clamped(out, max, table.clamp_max, table.gt)


def _clamped(x: TensorT, bound: Any, by_number: table.Op, beyond: table.Op) -> TensorT:
    if is_tensor(bound):
        is_beyond = apply(beyond, x, bound).array | np.isnan(bound.array)
        return apply(table.where, wrap(is_beyond), bound, x)
    return apply(by_number, x, bound=number(bound))


clip = clamp


@recorded_as("ClampMinBackward0")
def clamp_min(input: TensorT, min: Any) -> TensorT:
    """Return each element, or min where that is larger: max(input, min).

    Args:
        input: a tensor.
        min: a number, or a tensor that broadcasts.

    Source: https://pytorch.org/docs/stable/generated/torch.clamp.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-2.0, 3.0])
        >>> clamp_min(x, 0.0)
        tensor([0., 3.])
    """
    return clamp(input, min=min)


@recorded_as("ClampMaxBackward0")
def clamp_max(input: TensorT, max: Any) -> TensorT:
    """Return each element, or max where that is smaller: min(input, max).

    Args:
        input: a tensor.
        max: a number, or a tensor that broadcasts.

    Source: https://pytorch.org/docs/stable/generated/torch.clamp.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([-2.0, 3.0])
        >>> clamp_max(x, 0.0)
        tensor([-2.,  0.])
    """
    return clamp(input, max=max)


def nan_to_num(
    input: TensorT, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> TensorT:
    """Return the input with numbers in the place of NaN and of infinities.

    Args:
        input: a tensor; one of integers is copied, for it has neither.
        nan: what NaN becomes; 0 unless given.
        posinf: what ∞ becomes; the largest number of the dtype unless given.
        neginf: what -∞ becomes; the lowest number of the dtype unless given.

    Source: https://pytorch.org/docs/stable/generated/torch.nan_to_num.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([minigrad.nan, minigrad.inf, 1.0])
        >>> nan_to_num(x, posinf=9.0)
        tensor([0., 9., 1.])
    """
    if input.array.dtype.kind != "f":
        return clone(input)
    limits = np.finfo(input.array.dtype)
    out = apply(table.where, isnan(input), 0.0 if nan is None else nan, input)
    out = apply(table.where, isposinf(input), float(limits.max) if posinf is None else posinf, out)
    return apply(table.where, isneginf(input), float(limits.min) if neginf is None else neginf, out)


def detach(input: TensorT) -> TensorT:
    """Return the same memory without the history: a constant to the backward pass.

    Args:
        input: a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([2.0], requires_grad=True)
        >>> detach(x * x)
        tensor([4.])
    """
    return input.detach()


def clone(input: TensorT, *, memory_format: Any = None) -> TensorT:
    """Return a copy through which the gradient flows.

    Args:
        input: a tensor of any dtype.
        memory_format: PyTorch's; changes nothing.

    Source: https://pytorch.org/docs/stable/generated/torch.clone.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0])
        >>> y = clone(x)
        >>> y[0] = 9.0
        >>> x
        tensor([1., 2.])
    """
    return apply(table.clone, input)


# ---- questions -------------------------------------------------------------------------------------------------------


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
    return _of_tensor(table.eq, input, other)


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
    return _of_tensor(table.ne, input, other)


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
    return _of_tensor(table.lt, input, other)


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
    return _of_tensor(table.le, input, other)


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
    return _of_tensor(table.gt, input, other)


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
    return _of_tensor(table.ge, input, other)


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
    return _of_tensors(table.logical_and, input, other)


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
    return _of_tensors(table.logical_or, input, other)


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
    return _of_tensors(table.logical_xor, input, other)


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

absolute = abs
arccos = acos
arccosh = acosh
arcsin = asin
arcsinh = asinh
arctan = atan
arctan2 = atan2
arctanh = atanh
divide = true_divide = div
greater = gt
greater_equal = ge
less = lt
less_equal = le
multiply = mul
negative = neg
not_equal = ne
subtract = sub


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Elementwise(TensorBase):
    """The methods of a tensor that work on each element, and its operators."""

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

    def __abs__(self) -> Any:
        return apply(table.abs, self)

    def __floordiv__(self, other: Any) -> Any:
        return floor_divide(self, other) if is_operand(other) else NotImplemented

    def __rfloordiv__(self, other: Any) -> Any:
        return floor_divide(other, self) if is_operand(other) else NotImplemented

    def __mod__(self, other: Any) -> Any:
        return remainder(self, other) if is_operand(other) else NotImplemented

    def __rmod__(self, other: Any) -> Any:
        return remainder(other, self) if is_operand(other) else NotImplemented

    def __and__(self, other: Any) -> Any:
        return apply(table.bitwise_and, self, other) if is_operand(other) else NotImplemented

    def __or__(self, other: Any) -> Any:
        return apply(table.bitwise_or, self, other) if is_operand(other) else NotImplemented

    def __xor__(self, other: Any) -> Any:
        return apply(table.bitwise_xor, self, other) if is_operand(other) else NotImplemented

    __rdiv__ = TensorBase.__rtruediv__
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

    abs = abs
    absolute = absolute
    acos = acos
    acosh = acosh
    add = add
    addcdiv = addcdiv
    addcmul = addcmul
    allclose = allclose
    arccos = arccos
    arccosh = arccosh
    arcsin = arcsin
    arcsinh = arcsinh
    arctan = arctan
    arctan2 = arctan2
    arctanh = arctanh
    asin = asin
    asinh = asinh
    atan = atan
    atan2 = atan2
    atanh = atanh
    bitwise_and = bitwise_and
    bitwise_not = bitwise_not
    bitwise_or = bitwise_or
    bitwise_xor = bitwise_xor
    ceil = ceil
    clamp = clamp
    clamp_max = clamp_max
    clamp_min = clamp_min
    clip = clip
    clone = clone
    copysign = copysign
    cos = cos
    cosh = cosh
    deg2rad = deg2rad
    div = div
    divide = divide
    eq = eq
    equal = equal
    erf = erf
    erfc = erfc
    erfinv = erfinv
    exp = exp
    exp2 = exp2
    expm1 = expm1
    fix = fix
    float_power = float_power
    floor = floor
    floor_divide = floor_divide
    fmax = fmax
    fmin = fmin
    fmod = fmod
    frac = frac
    ge = ge
    greater = greater
    greater_equal = greater_equal
    gt = gt
    heaviside = heaviside
    hypot = hypot
    isclose = isclose
    isfinite = isfinite
    isinf = isinf
    isnan = isnan
    isneginf = isneginf
    isposinf = isposinf
    isreal = isreal
    le = le
    lerp = lerp
    less = less
    less_equal = less_equal
    log = log
    log10 = log10
    log1p = log1p
    log2 = log2
    logaddexp = logaddexp
    logaddexp2 = logaddexp2
    logical_and = logical_and
    logical_not = logical_not
    logical_or = logical_or
    logical_xor = logical_xor
    logit = logit
    lt = lt
    maximum = maximum
    minimum = minimum
    mul = mul
    multiply = multiply
    nan_to_num = nan_to_num
    ne = ne
    neg = neg
    negative = negative
    not_equal = not_equal
    positive = positive
    pow = pow
    rad2deg = rad2deg
    reciprocal = reciprocal
    relu = relu
    remainder = remainder
    round = round
    rsqrt = rsqrt
    sgn = sgn
    sigmoid = sigmoid
    sign = sign
    signbit = signbit
    sin = sin
    sinc = sinc
    sinh = sinh
    sqrt = sqrt
    square = square
    sub = sub
    subtract = subtract
    tan = tan
    tanh = tanh
    true_divide = true_divide
    trunc = trunc
    xlogy = xlogy

    abs_ = in_place(abs)
    acos_ = in_place(acos)
    acosh_ = in_place(acosh)
    add_ = in_place(add)
    addcdiv_ = in_place(addcdiv)
    addcmul_ = in_place(addcmul)
    asin_ = in_place(asin)
    asinh_ = in_place(asinh)
    atan_ = in_place(atan)
    atan2_ = in_place(atan2)
    atanh_ = in_place(atanh)
    bitwise_and_ = in_place(bitwise_and)
    bitwise_not_ = in_place(bitwise_not)
    bitwise_or_ = in_place(bitwise_or)
    bitwise_xor_ = in_place(bitwise_xor)
    ceil_ = in_place(ceil)
    clamp_ = in_place(clamp)
    clamp_max_ = in_place(clamp_max)
    clamp_min_ = in_place(clamp_min)
    clip_ = in_place(clip)
    copysign_ = in_place(copysign)
    cos_ = in_place(cos)
    cosh_ = in_place(cosh)
    deg2rad_ = in_place(deg2rad)
    div_ = in_place(div)
    divide_ = in_place(divide)
    eq_ = in_place(eq)
    erf_ = in_place(erf)
    erfc_ = in_place(erfc)
    erfinv_ = in_place(erfinv)
    exp_ = in_place(exp)
    exp2_ = in_place(exp2)
    expm1_ = in_place(expm1)
    fix_ = in_place(fix)
    floor_ = in_place(floor)
    floor_divide_ = in_place(floor_divide)
    fmod_ = in_place(fmod)
    frac_ = in_place(frac)
    ge_ = in_place(ge)
    gt_ = in_place(gt)
    heaviside_ = in_place(heaviside)
    hypot_ = in_place(hypot)
    le_ = in_place(le)
    lerp_ = in_place(lerp)
    log_ = in_place(log)
    log10_ = in_place(log10)
    log1p_ = in_place(log1p)
    log2_ = in_place(log2)
    logical_and_ = in_place(logical_and)
    logical_not_ = in_place(logical_not)
    logical_or_ = in_place(logical_or)
    logical_xor_ = in_place(logical_xor)
    logit_ = in_place(logit)
    lt_ = in_place(lt)
    mul_ = in_place(mul)
    multiply_ = in_place(multiply)
    nan_to_num_ = in_place(nan_to_num)
    ne_ = in_place(ne)
    neg_ = in_place(neg)
    negative_ = in_place(negative)
    pow_ = in_place(pow)
    rad2deg_ = in_place(rad2deg)
    reciprocal_ = in_place(reciprocal)
    relu_ = in_place(relu)
    remainder_ = in_place(remainder)
    round_ = in_place(round)
    rsqrt_ = in_place(rsqrt)
    sgn_ = in_place(sgn)
    sigmoid_ = in_place(sigmoid)
    sign_ = in_place(sign)
    sin_ = in_place(sin)
    sinc_ = in_place(sinc)
    sinh_ = in_place(sinh)
    sqrt_ = in_place(sqrt)
    square_ = in_place(square)
    sub_ = in_place(sub)
    subtract_ = in_place(subtract)
    tan_ = in_place(tan)
    tanh_ = in_place(tanh)
    true_divide_ = in_place(true_divide)
    trunc_ = in_place(trunc)
    xlogy_ = in_place(xlogy)

    __iadd__ = add_
    __isub__ = sub_
    __imul__ = mul_
    __itruediv__ = div_
    __ifloordiv__ = floor_divide_
    __imod__ = remainder_
    __ipow__ = pow_
    __iand__ = bitwise_and_
    __ior__ = bitwise_or_
    __ixor__ = bitwise_xor_

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
