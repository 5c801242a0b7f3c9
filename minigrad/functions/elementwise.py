"""Functions of each element, and of pairs of elements.

A function of two tensors broadcasts them. Names, arguments and meaning are PyTorch's:
https://pytorch.org/docs/stable/torch.html#pointwise-ops.
"""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np

from .. import table
from .._tensor import dtypes
from .._tensor.base import TensorBase, TensorT, as_array, is_tensor, wrap
from .._tensor.conversion import number
from .._tensor.declared import checked, explain
from .._tensor.in_place import in_place
from .._tensor.promotion import converted
from ..core.graph import apply
from .arguments import check_any_tensor, of_tensor, of_tensors, recorded_as, takes_out
from .arithmetic import div, mul, rsub, sub
from .comparison import isnan, isneginf, isposinf

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
    return of_tensors(table.logaddexp, input, other)


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
    return of_tensors(table.logaddexp2, input, other)


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
    return of_tensors(table.atan2, input, other)


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
    return of_tensors(table.hypot, input, other)


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
    return of_tensor(table.copysign, input, other)


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
    return of_tensors(table.maximum, input, other)


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
    return of_tensors(table.minimum, input, other)


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
    return of_tensors(table.fmax, input, other)


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
    return of_tensors(table.fmin, input, other)


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


# ---- PyTorch's second names ------------------------------------------------------------------------------------------

absolute = abs
arccos = acos
arccosh = acosh
arcsin = asin
arcsinh = asinh
arctan = atan
arctan2 = atan2
arctanh = atanh


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Elementwise(TensorBase):
    """The methods of a tensor that are functions of each element."""

    __slots__ = ()

    def __abs__(self) -> Any:
        return apply(table.abs, self)

    abs = abs
    absolute = absolute
    acos = acos
    acosh = acosh
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
    erf = erf
    erfc = erfc
    erfinv = erfinv
    exp = exp
    exp2 = exp2
    expm1 = expm1
    fix = fix
    floor = floor
    fmax = fmax
    fmin = fmin
    frac = frac
    hypot = hypot
    log = log
    log10 = log10
    log1p = log1p
    log2 = log2
    logaddexp = logaddexp
    logaddexp2 = logaddexp2
    logit = logit
    maximum = maximum
    minimum = minimum
    nan_to_num = nan_to_num
    rad2deg = rad2deg
    relu = relu
    round = round
    sgn = sgn
    sigmoid = sigmoid
    sign = sign
    sin = sin
    sinc = sinc
    sinh = sinh
    tan = tan
    tanh = tanh
    trunc = trunc
    xlogy = xlogy

    abs_ = in_place(abs)
    acos_ = in_place(acos)
    acosh_ = in_place(acosh)
    asin_ = in_place(asin)
    asinh_ = in_place(asinh)
    atan_ = in_place(atan)
    atan2_ = in_place(atan2)
    atanh_ = in_place(atanh)
    ceil_ = in_place(ceil)
    clamp_ = in_place(clamp)
    clamp_max_ = in_place(clamp_max)
    clamp_min_ = in_place(clamp_min)
    clip_ = in_place(clip)
    copysign_ = in_place(copysign)
    cos_ = in_place(cos)
    cosh_ = in_place(cosh)
    deg2rad_ = in_place(deg2rad)
    erf_ = in_place(erf)
    erfc_ = in_place(erfc)
    erfinv_ = in_place(erfinv)
    exp_ = in_place(exp)
    exp2_ = in_place(exp2)
    expm1_ = in_place(expm1)
    fix_ = in_place(fix)
    floor_ = in_place(floor)
    frac_ = in_place(frac)
    hypot_ = in_place(hypot)
    log_ = in_place(log)
    log10_ = in_place(log10)
    log1p_ = in_place(log1p)
    log2_ = in_place(log2)
    logit_ = in_place(logit)
    nan_to_num_ = in_place(nan_to_num)
    rad2deg_ = in_place(rad2deg)
    relu_ = in_place(relu)
    round_ = in_place(round)
    sgn_ = in_place(sgn)
    sigmoid_ = in_place(sigmoid)
    sign_ = in_place(sign)
    sin_ = in_place(sin)
    sinc_ = in_place(sinc)
    sinh_ = in_place(sinh)
    tan_ = in_place(tan)
    tanh_ = in_place(tanh)
    trunc_ = in_place(trunc)
    xlogy_ = in_place(xlogy)
