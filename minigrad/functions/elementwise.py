"""Functions of each element, and of pairs of elements.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#pointwise-ops. A function of two
tensors broadcasts them.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import dtypes, ops
from ..listening import refuse_to_replay
from ..recording import apply, as_array, as_operand, converted, is_tensor, wrap
from ..values import number
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

if TYPE_CHECKING:
    from ..tensor import Tensor


def _scaled(x: Any, alpha: Any, beside: Any) -> Any:
    """Return alpha · x, what add and sub take for their second operand; RuntimeError for integers and a float alpha."""
    x = as_operand(x)
    if alpha == 1:
        return x
    if isinstance(alpha, float) and not _is_floating(x, beside):
        raise RuntimeError(f"For integral input tensors, argument alpha must not be a floating point number: {alpha}")
    return x * alpha


def _of_tensor(op: ops.Op, input: Tensor, other: Any) -> Tensor:
    """Apply an op to a tensor and a tensor or number; TypeError for anything else."""
    check_tensor(op.name, input)
    return apply(op, input, as_operand(other))


def _of_tensors(op: ops.Op, input: Tensor, other: Tensor) -> Tensor:
    """Apply an op to two tensors; TypeError for anything else."""
    check_tensors(op.name, input, other)
    return apply(op, input, other)


# ---- arithmetic ------------------------------------------------------------------------------------------------------


@number_before("alpha", tensors=2)
@takes_out
def add(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
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
        >>> add(minigrad.tensor([1, 2]), 0.5)
        tensor([1.5000, 2.5000])
    """
    return apply(ops.add, as_operand(input), _scaled(other, alpha, input))


@number_before("alpha", tensors=2)
@takes_out
def sub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return input - alpha · other."""
    return apply(ops.sub, as_operand(input), _scaled(other, alpha, input))


def rsub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """Return other - alpha · input."""
    check_tensor("rsub", input)
    return apply(ops.sub, as_operand(other), _scaled(input, alpha, other))


@takes_out
def mul(input: Any, other: Any) -> Tensor:
    """Return input · other."""
    return apply(ops.mul, as_operand(input), as_operand(other))


@takes_out
def div(input: Any, other: Any, *, rounding_mode: str | None = None) -> Tensor:
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
        >>> div(minigrad.tensor([-7, 7]), 2, rounding_mode="trunc")
        tensor([-3,  3])
    """
    quotient = apply(ops.div, as_operand(input), as_operand(other))
    if rounding_mode is None:
        return quotient
    if rounding_mode not in ("trunc", "floor"):
        raise RuntimeError(f"div: expected rounding_mode None, 'trunc' or 'floor', but got {rounding_mode!r}")
    if _is_integer(input, other):
        whole = floor_divide(input, other)
        return whole + ((quotient < 0) & (whole * other != input)) if rounding_mode == "trunc" else whole
    return quotient.trunc() if rounding_mode == "trunc" else quotient.floor()


def floor_divide(input: Any, other: Any) -> Tensor:
    """Return the largest integers not above input / other; it has no gradient."""
    _refuse_zero_division(input, other)
    return apply(ops.floor_divide, as_operand(input), as_operand(other))


def remainder(input: Any, other: Any) -> Tensor:
    """Return what is left of input after division by other, with the sign of other."""
    _refuse_zero_division(input, other)
    check_any_tensor("remainder", input, other)
    return apply(ops.remainder, as_operand(input), as_operand(other))


def fmod(input: Any, other: Any) -> Tensor:
    """Return what is left of input after division by other, with the sign of input."""
    _refuse_zero_division(input, other)
    return _of_tensor(ops.fmod, input, other)


def _is_integer(*operands: Any) -> bool:
    return dtypes.result_type(*[as_array(x) for x in operands]).kind in "iu"


def _is_floating(*operands: Any) -> bool:
    return dtypes.result_type(*[as_array(x) for x in operands]).kind == "f"


def _refuse_zero_division(input: Any, other: Any) -> None:
    if _is_integer(input, other) and np.any(np.equal(as_array(other), 0)):
        raise RuntimeError("ZeroDivisionError: an integer was divided by zero")


@takes_out
def pow(input: Any, exponent: Any) -> Tensor:
    """Return input to the power of exponent.

    Args:
        input: a tensor, or a number where the exponent is a tensor.
        exponent: a number or a tensor; where both have integers, none of these may be negative.

    Raises:
        RuntimeError: integers to a negative integer power.

    Source: https://pytorch.org/docs/stable/generated/torch.pow.html

    Example:
        >>> import minigrad
        >>> pow(minigrad.tensor([1.0, 2.0, 3.0]), 2)
        tensor([1., 4., 9.])
    """
    if is_tensor(exponent) or isinstance(exponent, np.ndarray):
        return apply(ops.pow, as_operand(input), exponent)
    check_tensor("pow", input)
    exponent = number(exponent)
    if input.array.dtype.kind != "f":
        input = converted(input, dtypes.result_type(input.array, exponent))
    return apply(ops.power, input, exponent=exponent)


def float_power(input: Any, exponent: Any) -> Tensor:
    """Return input to the power of exponent, computed in float64."""
    check_any_tensor("float_power", input, exponent)
    return pow(_doubled(input), _doubled(exponent))


def _doubled(x: Any) -> Any:
    return converted(x, np.dtype(np.float64)) if is_tensor(x) else float(x)


@takes_out
def neg(input: Tensor) -> Tensor:
    """Return -input."""
    return apply(ops.neg, input)


def positive(input: Tensor) -> Tensor:
    """Return the input itself; RuntimeError for booleans."""
    if input.array.dtype.kind == "b":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return input


@takes_out
def reciprocal(input: Tensor) -> Tensor:
    """Return 1 / input."""
    return apply(ops.reciprocal, input)


@takes_out
def square(input: Tensor) -> Tensor:
    """Return input²."""
    return pow(input, 2) if input.array.dtype.kind == "b" else apply(ops.square, input)


@takes_out
def sqrt(input: Tensor) -> Tensor:
    """Return the square root."""
    return apply(ops.sqrt, input)


@takes_out
def rsqrt(input: Tensor) -> Tensor:
    """Return 1 / √input."""
    return apply(ops.rsqrt, input)


@rounded_once
@recorded_as("LerpBackward0")
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
    """Return input + weight · (end - input): the point a fraction `weight` of the way from input to end."""
    check_floating("lerp", input)
    if input.dtype != end.dtype:
        raise RuntimeError(f"expected dtype {input.dtype} for `end` but got dtype {end.dtype}")
    return apply(ops.add, input, apply(ops.mul, apply(ops.sub, end, input), as_operand(weight)))


@number_before("value", tensors=3)
@rounded_once
@recorded_as("AddcmulBackward0")
def addcmul(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """Return input + value · tensor1 · tensor2."""
    return add(input, mul(tensor1, tensor2), alpha=value)


@number_before("value", tensors=3)
@rounded_once
@recorded_as("AddcdivBackward0")
def addcdiv(input: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """Return input + value · tensor1 / tensor2; RuntimeError for the quotient of integers."""
    if _is_integer(tensor1, tensor2):
        raise RuntimeError("Integer division with addcdiv is not supported: cast a tensor to float first")
    return add(input, div(tensor1, tensor2), alpha=value)


# ---- exponentials and logarithms -------------------------------------------------------------------------------------


@takes_out
def exp(input: Tensor) -> Tensor:
    """Return e to the power of input."""
    return apply(ops.exp, input)


@takes_out
def exp2(input: Tensor) -> Tensor:
    """Return 2 to the power of input."""
    return apply(ops.exp2, input)


@takes_out
def expm1(input: Tensor) -> Tensor:
    """Return exp(input) - 1, exact for a small input."""
    return apply(ops.expm1, input)


@takes_out
def log(input: Tensor) -> Tensor:
    """Return the natural logarithm."""
    return apply(ops.log, input)


@takes_out
def log1p(input: Tensor) -> Tensor:
    """Return log(1 + input), exact for a small input."""
    return apply(ops.log1p, input)


@takes_out
def log2(input: Tensor) -> Tensor:
    """Return the logarithm to base 2."""
    return apply(ops.log2, input)


@takes_out
def log10(input: Tensor) -> Tensor:
    """Return the logarithm to base 10."""
    return apply(ops.log10, input)


def logaddexp(input: Tensor, other: Tensor) -> Tensor:
    """Return log(exp(input) + exp(other)), without overflow."""
    return _of_tensors(ops.logaddexp, input, other)


def logaddexp2(input: Tensor, other: Tensor) -> Tensor:
    """Return log₂(2^input + 2^other), without overflow."""
    return _of_tensors(ops.logaddexp2, input, other)


def xlogy(input: Any, other: Any) -> Tensor:
    """Return input · log(other), and 0 where input is 0."""
    check_any_tensor("xlogy", input, other)
    target = dtypes.float_type(dtypes.result_type(as_array(input), as_array(other)))
    return apply(ops.xlogy, converted(input, target), converted(other, target))


def logit(input: Tensor, eps: float | None = None) -> Tensor:
    """Return log(x / (1 - x)), where x is the input moved into [eps, 1 - eps] if eps is given."""
    x = converted(input, dtypes.float_type(input.array.dtype))
    if eps is not None:
        x = clamp(x, eps, 1 - eps)
    return log(div(x, rsub(x, 1)))


@takes_out
def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-input))."""
    return apply(ops.sigmoid, input)


@takes_out
def erf(input: Tensor) -> Tensor:
    """Return the error function, 2/√π · ∫₀ˣ exp(-t²) dt."""
    return apply(ops.erf, input)


@takes_out
def erfc(input: Tensor) -> Tensor:
    """Return 1 - erf(input), exact for a large input."""
    return apply(ops.erfc, input)


@takes_out
def erfinv(input: Tensor) -> Tensor:
    """Return the inverse of the error function."""
    return apply(ops.erfinv, input)


# ---- circular and hyperbolic functions -------------------------------------------------------------------------------


@takes_out
def sin(input: Tensor) -> Tensor:
    """Return the sine of an angle in radians."""
    return apply(ops.sin, input)


@takes_out
def cos(input: Tensor) -> Tensor:
    """Return the cosine of an angle in radians."""
    return apply(ops.cos, input)


@takes_out
def tan(input: Tensor) -> Tensor:
    """Return the tangent of an angle in radians."""
    return apply(ops.tan, input)


@takes_out
def asin(input: Tensor) -> Tensor:
    """Return the angle in [-π/2, π/2] whose sine the input is."""
    return apply(ops.asin, input)


@takes_out
def acos(input: Tensor) -> Tensor:
    """Return the angle in [0, π] whose cosine the input is."""
    return apply(ops.acos, input)


@takes_out
def atan(input: Tensor) -> Tensor:
    """Return the angle in (-π/2, π/2) whose tangent the input is."""
    return apply(ops.atan, input)


@takes_out
def atan2(input: Tensor, other: Tensor) -> Tensor:
    """Return the angle in (-π, π] of the point (other, input)."""
    return _of_tensors(ops.atan2, input, other)


@takes_out
def sinh(input: Tensor) -> Tensor:
    """Return the hyperbolic sine."""
    return apply(ops.sinh, input)


@takes_out
def cosh(input: Tensor) -> Tensor:
    """Return the hyperbolic cosine."""
    return apply(ops.cosh, input)


@takes_out
def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent."""
    return apply(ops.tanh, input)


@takes_out
def asinh(input: Tensor) -> Tensor:
    """Return the inverse hyperbolic sine."""
    return apply(ops.asinh, input)


@takes_out
def acosh(input: Tensor) -> Tensor:
    """Return the inverse hyperbolic cosine."""
    return apply(ops.acosh, input)


@takes_out
def atanh(input: Tensor) -> Tensor:
    """Return the inverse hyperbolic tangent."""
    return apply(ops.atanh, input)


@takes_out
def sinc(input: Tensor) -> Tensor:
    """Return sin(πx) / (πx), and 1 at 0."""
    return apply(ops.sinc, input)


def hypot(input: Tensor, other: Tensor) -> Tensor:
    """Return √(input² + other²), without overflow."""
    return _of_tensors(ops.hypot, input, other)


def deg2rad(input: Tensor) -> Tensor:
    """Return degrees as radians."""
    return mul(input, np.pi / 180)


def rad2deg(input: Tensor) -> Tensor:
    """Return radians as degrees."""
    return mul(input, 180 / np.pi)


# ---- signs, roundings, choices ---------------------------------------------------------------------------------------


@takes_out
def abs(input: Tensor) -> Tensor:
    """Return the absolute value; its slope at 0 is 0."""
    return apply(ops.abs, input)


@takes_out
def sign(input: Tensor) -> Tensor:
    """Return -1, 0 or 1."""
    return clone(input) if input.array.dtype.kind == "b" else apply(ops.sign, input)


sgn = sign


def copysign(input: Tensor, other: Any) -> Tensor:
    """Return the magnitude of input with the sign of other."""
    return _of_tensor(ops.copysign, input, other)


@takes_out
def floor(input: Tensor) -> Tensor:
    """Return the largest integer not above each element."""
    return apply(ops.floor, input)


@takes_out
def ceil(input: Tensor) -> Tensor:
    """Return the smallest integer not below each element."""
    return apply(ops.ceil, input)


@takes_out
def trunc(input: Tensor) -> Tensor:
    """Return each element without its fraction."""
    return apply(ops.trunc, input)


fix = trunc


@takes_out
def frac(input: Tensor) -> Tensor:
    """Return the fraction of each element, with its sign."""
    return sub(input, trunc(input))


@takes_out
def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """Return the nearest number with so many decimals, halves to even."""
    if decimals == 0:
        return apply(ops.round, input)
    scale = 10.0 ** builtins.abs(decimals)
    if decimals > 0:
        return div(apply(ops.round, mul(input, scale)), scale)
    return mul(apply(ops.round, div(input, scale)), scale)


@takes_out
def relu(input: Tensor) -> Tensor:
    """Return max(input, 0); its slope at 0 is 0."""
    return apply(ops.relu, input)


@takes_out
def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Return the larger of each pair of elements; a tie shares the gradient."""
    return _of_tensors(ops.maximum, input, other)


@takes_out
def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Return the smaller of each pair of elements; a tie shares the gradient."""
    return _of_tensors(ops.minimum, input, other)


def fmax(input: Tensor, other: Tensor) -> Tensor:
    """Return the larger of each pair of elements; a NaN gives way to a number."""
    return _of_tensors(ops.fmax, input, other)


def fmin(input: Tensor, other: Tensor) -> Tensor:
    """Return the smaller of each pair of elements; a NaN gives way to a number."""
    return _of_tensors(ops.fmin, input, other)


@takes_out
def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
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
        >>> clamp(minigrad.tensor([-2.0, 0.5, 3.0]), 0.0, 1.0)
        tensor([0.0000, 0.5000, 1.0000])
    """
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    bounds = [as_array(bound) for bound in (min, max) if bound is not None]
    out = converted(input, dtypes.result_type(input.array, *bounds))
    if min is not None:
        out = _clamped(out, min, ops.clamp_min, ops.lt)
    return out if max is None else _clamped(out, max, ops.clamp_max, ops.gt)


def _clamped(x: Tensor, bound: Any, by_number: ops.Op, beyond: ops.Op) -> Tensor:
    if is_tensor(bound):
        is_beyond = apply(beyond, x, bound).array | np.isnan(bound.array)
        return apply(ops.where, wrap(is_beyond), bound, x)
    return apply(by_number, x, bound=number(bound))


clip = clamp


@recorded_as("ClampMinBackward0")
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """Return each element, or min where that is larger."""
    return clamp(input, min=min)


@recorded_as("ClampMaxBackward0")
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """Return each element, or max where that is smaller."""
    return clamp(input, max=max)


def nan_to_num(
    input: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Return the input with 0 for NaN, and the largest finite numbers for infinities, or what is given for these."""
    if input.array.dtype.kind != "f":
        return clone(input)
    limits = np.finfo(input.array.dtype)
    out = apply(ops.where, isnan(input), 0.0 if nan is None else nan, input)
    out = apply(ops.where, isposinf(input), float(limits.max) if posinf is None else posinf, out)
    return apply(ops.where, isneginf(input), float(limits.min) if neginf is None else neginf, out)


def fill(input: Tensor, value: Any) -> Tensor:
    """Return a tensor of the input's shape and dtype whose elements all have one value."""
    if is_tensor(value) and value.ndim:
        raise RuntimeError(f"fill only supports 0-dimension value tensor but got tensor with {value.ndim} dimensions.")
    return clone(input).fill_(value)


def zero_(input: Tensor) -> Tensor:
    """Overwrite every element with 0, and return the tensor."""
    return input.zero_()


def detach(input: Tensor) -> Tensor:
    """Return the same memory without the history."""
    return input.detach()


def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return a copy through which the gradient flows."""
    return apply(ops.clone, input)


# ---- questions -------------------------------------------------------------------------------------------------------


@takes_out
def eq(input: Tensor, other: Any) -> Tensor:
    """Return where input = other."""
    return _of_tensor(ops.eq, input, other)


@takes_out
def ne(input: Tensor, other: Any) -> Tensor:
    """Return where input ≠ other."""
    return _of_tensor(ops.ne, input, other)


@takes_out
def lt(input: Tensor, other: Any) -> Tensor:
    """Return where input < other."""
    return _of_tensor(ops.lt, input, other)


@takes_out
def le(input: Tensor, other: Any) -> Tensor:
    """Return where input <= other."""
    return _of_tensor(ops.le, input, other)


@takes_out
def gt(input: Tensor, other: Any) -> Tensor:
    """Return where input > other."""
    return _of_tensor(ops.gt, input, other)


@takes_out
def ge(input: Tensor, other: Any) -> Tensor:
    """Return where input >= other."""
    return _of_tensor(ops.ge, input, other)


@takes_out
def logical_and(input: Tensor, other: Tensor) -> Tensor:
    """Return where both are nonzero."""
    return _of_tensors(ops.logical_and, input, other)


@takes_out
def logical_or(input: Tensor, other: Tensor) -> Tensor:
    """Return where at least one is nonzero."""
    return _of_tensors(ops.logical_or, input, other)


@takes_out
def logical_xor(input: Tensor, other: Tensor) -> Tensor:
    """Return where exactly one is nonzero."""
    return _of_tensors(ops.logical_xor, input, other)


@takes_out
def logical_not(input: Tensor) -> Tensor:
    """Return where the input is 0."""
    return apply(ops.logical_not, input)


def bitwise_and(input: Any, other: Any) -> Tensor:
    """Return input AND other, bit by bit, of integers or booleans."""
    check_any_tensor("bitwise_and", input, other)
    return apply(ops.bitwise_and, as_operand(input), as_operand(other))


def bitwise_or(input: Any, other: Any) -> Tensor:
    """Return input OR other, bit by bit, of integers or booleans."""
    check_any_tensor("bitwise_or", input, other)
    return apply(ops.bitwise_or, as_operand(input), as_operand(other))


def bitwise_xor(input: Any, other: Any) -> Tensor:
    """Return input XOR other, bit by bit, of integers or booleans."""
    check_any_tensor("bitwise_xor", input, other)
    return apply(ops.bitwise_xor, as_operand(input), as_operand(other))


def bitwise_not(input: Tensor) -> Tensor:
    """Return the complement, bit by bit, of integers or booleans."""
    return apply(ops.bitwise_not, input)


def isnan(input: Tensor) -> Tensor:
    """Return where the elements are not a number."""
    return apply(ops.isnan, input)


def isinf(input: Tensor) -> Tensor:
    """Return where the elements are infinite."""
    return apply(ops.isinf, input)


def isfinite(input: Tensor) -> Tensor:
    """Return where the elements are finite."""
    return apply(ops.isfinite, input)


def isposinf(input: Tensor) -> Tensor:
    """Return where the elements are +∞."""
    return wrap(input.array == np.inf)


def isneginf(input: Tensor) -> Tensor:
    """Return where the elements are -∞."""
    return wrap(input.array == -np.inf)


def isreal(input: Tensor) -> Tensor:
    """Return where the elements have no imaginary part: everywhere."""
    return wrap(np.ones(input.array.shape, np.bool_))


def signbit(input: Tensor) -> Tensor:
    """Return where the sign bit is set: for negative elements and -0."""
    array = input.array
    return wrap(np.signbit(array) if array.dtype.kind == "f" else np.less(array, 0))


def heaviside(input: Tensor, values: Tensor) -> Tensor:
    """Return 0 below 0, 1 above 0, and `values` at 0."""
    if input.dtype != values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    x = input.array
    return wrap(np.where(x == 0, values.array, (x > 0).astype(x.dtype)).astype(x.dtype))


def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False
) -> Tensor:
    """Return where |input - other| <= atol + rtol · |other|."""
    if input.dtype != other.dtype:
        raise RuntimeError(f"{input.dtype} did not match {other.dtype}")
    if rtol < 0 or atol < 0:
        raise RuntimeError(f"rtol and atol must be greater than or equal to zero, but got {rtol} and {atol}")
    return wrap(np.asarray(np.isclose(input.array, other.array, rtol, atol, equal_nan)))


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Return whether |input - other| <= atol + rtol · |other| everywhere."""
    refuse_to_replay("it compares the values of two tensors")
    return bool(isclose(input, other, rtol, atol, equal_nan).array.all())


def equal(input: Tensor, other: Tensor) -> bool:
    """Return whether both tensors have the same shape and the same elements."""
    refuse_to_replay("it compares the values of two tensors")
    return np.array_equal(input.array, other.array)


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
