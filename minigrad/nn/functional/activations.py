"""Activations, as functions: the bends between linear layers, and what turns outputs into probabilities.

Source: https://pytorch.org/docs/stable/nn.functional.html#non-linear-activation-functions
"""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np

from ... import table
from ..._tensor.base import Array, wrap
from ..._tensor.declared import checked
from ..._tensor.listening import computed
from ...core.graph import apply
from ...functions.arguments import check_tensor, recorded_as
from ...functions.tensor import Tensor
from ...random import Generator, default_generator
from .arguments import check_float, check_number, check_tensors, takes_inplace

SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805
"""With these two, SELU keeps mean 0 and variance 1 from layer to layer (Klambauer et al., 2017)."""

# ---- rectifiers ------------------------------------------------------------------------------------------------------


@takes_inplace
def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return max(x, 0).

    Args:
        input: x, of any shape.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu.html

    Example:
        >>> relu(Tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """
    check_number("relu", input)
    return input.relu()


@takes_inplace
@checked
def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return x where x > 0, and negative_slope · x elsewhere.

    Args:
        input: x, of any shape and floating-point dtype.
        negative_slope: any number.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.leaky_relu.html

    Example:
        >>> leaky_relu(Tensor([-1.0, 2.0]), 0.1)
        tensor([-0.1000,  2.0000])
    """
    check_float("leaky_relu", input)
    return apply(table.leaky_relu, input, slope=negative_slope)


@takes_inplace
@checked
def rrelu(
    input: Tensor,
    lower: float = 1 / 8,
    upper: float = 1 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return x where x > 0, and a · x elsewhere: a is drawn from [lower, upper) in training, else their mean.

    Args:
        input: x, of any shape and floating-point dtype.
        lower: the least slope.
        upper: the greatest slope.
        training: whether to draw the slopes, one for each element that is not positive.
        inplace: overwrite the input.
        generator: draws the slopes; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        RuntimeError: lower > upper.
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.rrelu.html

    Example:
        >>> rrelu(Tensor([-1.0, 2.0]), lower=0.1, upper=0.3)
        tensor([-0.2000,  2.0000])
    """
    if not lower <= upper:
        raise RuntimeError(f"rrelu: Lower bound should be less than or equal to the upper bound: {lower} > {upper}")
    if not training:
        return leaky_relu(input, (lower + upper) / 2)
    check_float("rrelu", input)
    return input * wrap(computed(_drawn_slopes, input.array, generator or default_generator, lower, upper))


def _drawn_slopes(x: Array, source: Generator, lower: float, upper: float) -> Array:
    slopes = np.ones_like(x)
    bent = x <= 0
    slopes[bent] = source.uniform((int(bent.sum()),), np.float64, lower, upper)
    return slopes


@recorded_as("PreluKernelBackward0")
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Return x where x > 0, and w · x elsewhere, with a w that is learned.

    Args:
        input: x, of shape (N, C, …) or any other if there is one w.
        weight: w, of shape (C,) or (1,).

    Raises:
        RuntimeError: there are neither C weights nor one, or the dtypes differ.

    Source: He et al., "Delving Deep into Rectifiers", 2015;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.prelu.html

    Example:
        >>> prelu(Tensor([-1.0, 2.0]), Tensor([0.25]))
        tensor([-0.2500,  2.0000])
    """
    check_tensors("prelu", input=input, weight=weight)
    if input.dtype != weight.dtype:
        raise RuntimeError(f"prelu: Type promoting not supported. Got {input.dtype} and {weight.dtype}")
    check_float("prelu", input)
    return apply(table.where, input > 0, input, _along_channels(weight, input) * input)


def _along_channels(weight: Tensor, input: Tensor) -> Tensor:
    """Return the weights in a shape that broadcasts along the input's channels, its second dimension."""
    if weight.ndim > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}")
    channels = input.array.shape[1] if input.ndim > 1 else 1
    if weight.array.size not in (1, channels) or (weight.array.size != 1 and input.ndim < 2):
        raise RuntimeError(
            "prelu: Mismatch of parameter numbers and input channel size. Found parameter numbers = "
            f"{weight.array.size} and channel size = {channels}."
        )
    return weight.reshape((-1,) + (1,) * max(input.ndim - 2, 0)) if input.ndim else weight.reshape(())


@takes_inplace
def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return min(max(x, 0), 6).

    Args:
        input: x, of any shape.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.relu6.html

    Example:
        >>> relu6(Tensor([-1.0, 2.0, 8.0]))
        tensor([0., 2., 6.])
    """
    return hardtanh(input, 0.0, 6.0)


@takes_inplace
@recorded_as("ThresholdBackward0")
def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return x where x > threshold, and value elsewhere.

    Args:
        input: x, of any shape.
        threshold: any number.
        value: any number; a fraction is cut off for an input of integers.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.threshold.html

    Example:
        >>> threshold(Tensor([-1.0, 0.5, 2.0]), 1.0, 0.0)
        tensor([0., 0., 2.])
    """
    check_number("threshold", input)
    value = value if input.array.dtype.kind == "f" else int(value)
    return input.masked_fill(input <= threshold, value)


# ---- exponential units -----------------------------------------------------------------------------------------------


@takes_inplace
@checked
def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where x > 0, and α · (exp(x) - 1) elsewhere.

    Args:
        input: x, of any shape and floating-point dtype.
        alpha: α; the least value is -α.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.elu.html

    Example:
        >>> elu(Tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """
    check_float("elu", input)
    return apply(table.elu, input, alpha=alpha, scale=1.0, rate=1.0)


@takes_inplace
def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return s · x where x > 0, and s · α · (exp(x) - 1) elsewhere, with s = 1.0507 and α = 1.6733.

    Args:
        input: x, of any shape and floating-point dtype.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.selu.html

    Example:
        >>> selu(Tensor([-1.0, 2.0]))
        tensor([-1.1113,  2.1014])
    """
    constants = {"alpha": SELU_ALPHA, "scale": SELU_SCALE, "rate": 1.0}
    check_float("selu", input)
    return apply(table.elu, input, **constants)


@takes_inplace
@recorded_as("CeluBackward0")
@checked
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return x where x > 0, and α · (exp(x/α) - 1) elsewhere, whose slope has no jump.

    Args:
        input: x, of any shape and floating-point dtype.
        alpha: α, not 0.
        inplace: overwrite the input.

    Raises:
        RuntimeError: α is 0.
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.celu.html

    Example:
        >>> celu(Tensor([-1.0, 2.0]), alpha=0.5)
        tensor([-0.4323,  2.0000])
    """
    if alpha == 0:
        raise RuntimeError("celu: ZeroDivisionError: alpha cannot be 0 for CELU")
    check_float("celu", input)
    return apply(table.elu, input, alpha=alpha, scale=1.0, rate=1 / alpha)


# ---- gates: x times something between 0 and 1 ------------------------------------------------------------------------


@recorded_as("GeluBackward0")
def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return x · Φ(x), where Φ is the normal distribution function.

    Args:
        input: x, of any shape and floating-point dtype.
        approximate: "none", or "tanh" for Φ(x) ≈ (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2.

    Raises:
        RuntimeError: another way to approximate.
        NotImplementedError: the input is of integers.

    Source: Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.gelu.html

    Example:
        >>> gelu(Tensor([-1.0, 0.0, 1.0]))
        tensor([-0.1587,  0.0000,  0.8413])
    """
    check_float("gelu", input)
    if approximate == "none":
        return input * apply(table.ndtr, input)
    if approximate == "tanh":
        bend = input * (input * input * 0.044715 + 1) * math.sqrt(8 / math.pi)  # (1 + tanh z)/2 = sigmoid(2 z)
        return input * bend.sigmoid()
    raise RuntimeError(f"gelu: approximate argument must be either none or tanh, but got {approximate!r}.")


@takes_inplace
@recorded_as("SiluBackward0")
def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x · sigmoid(x), also known as swish.

    Args:
        input: x, of any shape and floating-point dtype.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.silu.html

    Example:
        >>> silu(Tensor([-1.0, 0.0, 2.0]))
        tensor([-0.2689,  0.0000,  1.7616])
    """
    check_float("silu", input)
    return input * input.sigmoid()


@takes_inplace
@recorded_as("MishBackward0")
def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x · tanh(log(1 + exp(x))).

    Args:
        input: x, of any shape and floating-point dtype.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019;
        https://pytorch.org/docs/stable/generated/torch.nn.functional.mish.html

    Example:
        >>> mish(Tensor([-1.0, 0.0, 2.0]))
        tensor([-0.3034,  0.0000,  1.9440])
    """
    check_float("mish", input)
    return input * softplus(input).tanh()


@takes_inplace
@recorded_as("HardswishBackward0")
def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return x · min(max(x + 3, 0), 6) / 6.

    Args:
        input: x, of any shape and floating-point dtype.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardswish.html

    Example:
        >>> hardswish(Tensor([-4.0, 1.0, 4.0]))
        tensor([-0.0000, 0.6667, 4.0000])
    """
    check_float("hardswish", input)
    return apply(table.hardswish, input)


@recorded_as("GluBackward0")
@checked
def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Return a · sigmoid(b), where a and b are the halves of the input along one dimension.

    Args:
        input: of even size along the dimension, and floating-point dtype.
        dim: which dimension is halved.

    Raises:
        RuntimeError: the size is odd, or there is no dimension at all.
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.glu.html

    Example:
        >>> glu(Tensor([1.0, 2.0, 0.0, 0.0]))
        tensor([0.5000, 1.0000])
    """
    check_float("glu", input)
    if input.ndim == 0:
        raise RuntimeError("glu does not support 0-dimensional tensors")
    size = input.size(dim)
    if size % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {dim} is size {size}")
    before = (slice(None),) * (dim % input.ndim)
    a, b = input[(*before, slice(size // 2))], input[(*before, slice(size // 2, None))]
    return a * b.sigmoid()


# ---- S-shaped --------------------------------------------------------------------------------------------------------


def sigmoid(input: Tensor) -> Tensor:
    """Return 1 / (1 + exp(-x)).

    Args:
        input: x, of any shape; integers give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.sigmoid.html

    Example:
        >>> sigmoid(Tensor([-1.0, 0.0, 1.0]))
        tensor([0.2689, 0.5000, 0.7311])
    """
    check_tensor("sigmoid", input)
    return input.sigmoid()


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent of x, (exp(x) - exp(-x)) / (exp(x) + exp(-x)).

    Args:
        input: x, of any shape; integers give the default float dtype.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.tanh.html

    Example:
        >>> tanh(Tensor([-1.0, 0.0, 1.0]))
        tensor([-0.7616,  0.0000,  0.7616])
    """
    check_tensor("tanh", input)
    return input.tanh()


@takes_inplace
def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Return min(max(x, min_val), max_val); on the bounds, the slope is 0.

    Args:
        input: x, of any shape.
        min_val: the least value.
        max_val: the greatest value.
        inplace: overwrite the input.

    Raises:
        ValueError: min_val > max_val.
        RuntimeError: a negative bound for a uint8.
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardtanh.html

    Example:
        >>> hardtanh(Tensor([-2.0, 0.5, 2.0]))
        tensor([-1.0000,  0.5000,  1.0000])
    """
    check_number("hardtanh", input)
    if min_val > max_val:
        raise ValueError(f"min_val cannot be greater than max_val, but got {min_val} > {max_val}")
    if input.array.dtype.kind == "u" and min_val < 0:
        raise RuntimeError(f"cannot do hardtanh on an unsigned type with negative limits, but got {min_val}")
    return apply(table.hardtanh, input, low=min_val, high=max_val)


@takes_inplace
@recorded_as("HardsigmoidBackward0")
def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return min(max(x + 3, 0), 6) / 6.

    Args:
        input: x, of any shape and floating-point dtype.
        inplace: overwrite the input.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardsigmoid.html

    Example:
        >>> hardsigmoid(Tensor([-4.0, 0.0, 4.0]))
        tensor([0.0000, 0.5000, 1.0000])
    """
    check_float("hardsigmoid", input)
    return apply(table.hardsigmoid, input)


def softsign(input: Tensor) -> Tensor:
    """Return x / (1 + |x|).

    Args:
        input: x, of any shape; integers give the default float dtype.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softsign.html

    Example:
        >>> softsign(Tensor([-1.0, 0.0, 3.0]))
        tensor([-0.5000,  0.0000,  0.7500])
    """
    check_number("softsign", input)
    return input / (input.abs() + 1)


# ---- smooth bends ----------------------------------------------------------------------------------------------------


@checked
def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return log(1 + exp(β x)) / β, and x itself where β x is above a threshold.

    Args:
        input: x, of any shape and floating-point dtype.
        beta: β, which sharpens the bend.
        threshold: where the function is taken to be linear.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softplus.html

    Example:
        >>> softplus(Tensor([-1.0, 0.0, 30.0]))
        tensor([ 0.3133,  0.6931, 30.0000])
    """
    check_float("softplus", input)
    return apply(table.softplus, input, beta=beta, threshold=threshold)


def logsigmoid(input: Tensor) -> Tensor:
    """Return log(1 / (1 + exp(-x))), without overflow.

    Args:
        input: x, of any shape and floating-point dtype.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.logsigmoid.html

    Example:
        >>> logsigmoid(Tensor([-1000.0, 0.0]))
        tensor([-1.0000e+03, -6.9315e-01])
    """
    check_float("logsigmoid", input)
    return apply(table.logsigmoid, input)


# ---- shrinkage: small values become 0 --------------------------------------------------------------------------------


def tanhshrink(input: Tensor) -> Tensor:
    """Return x - tanh(x).

    Args:
        input: x, of any shape; integers give the default float dtype.

    Raises:
        NotImplementedError: the input is of booleans.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.tanhshrink.html

    Example:
        >>> tanhshrink(Tensor([-1.0, 0.0, 1.0]))
        tensor([-0.2384,  0.0000,  0.2384])
    """
    check_number("tanhshrink", input)
    return input - input.tanh()


@recorded_as("SoftshrinkBackward0")
@checked
def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return x brought nearer to 0 by λ, and 0 where |x| ≤ λ.

    Args:
        input: x, of any shape and floating-point dtype.
        lambd: λ ≥ 0.

    Raises:
        RuntimeError: λ is negative.
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softshrink.html

    Example:
        >>> softshrink(Tensor([-1.0, 0.25, 2.0]))
        tensor([-0.5000,  0.0000,  1.5000])
    """
    check_float("softshrink", input)
    if not lambd >= 0:
        raise RuntimeError(f"lambda must be greater or equal to 0, but found to be {lambd}.")
    return input - input.clamp(-lambd, lambd)


@recorded_as("HardshrinkBackward0")
@checked
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return x, and 0 where |x| ≤ λ.

    Args:
        input: x, of any shape and floating-point dtype.
        lambd: λ ≥ 0; with a negative one, the result is x.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.hardshrink.html

    Example:
        >>> hardshrink(Tensor([-1.0, 0.25, 2.0]))
        tensor([-1.,  0.,  2.])
    """
    check_float("hardshrink", input)
    return input.masked_fill((input >= -lambd) & (input <= lambd), 0.0)


# ---- probabilities ---------------------------------------------------------------------------------------------------


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return exp(x) / Σ exp(x) along one dimension.

    Args:
        input: x, of floating-point dtype.
        dim: which dimension; without it one is guessed as by PyTorch, with a warning.
        dtype: what the input is converted to first.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html

    Example:
        >>> softmax(Tensor([0.0, 0.0]), dim=0)
        tensor([0.5000, 0.5000])
    """
    x, dim = _prepared("softmax", input, dim, _stacklevel, dtype)
    return x.softmax(dim)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return softmax(-x) along one dimension: the smallest value gets the largest probability.

    A uint8 is converted to the given dtype before its sign changes; in PyTorch it wraps around.

    Args:
        input: x, of floating-point dtype.
        dim: which dimension; without it one is guessed as by PyTorch, with a warning.
        dtype: what the input is converted to first.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.softmin.html

    Example:
        >>> softmin(Tensor([0.0, 0.0, 1.0]), dim=0)
        tensor([0.4223, 0.4223, 0.1554])
    """
    x, dim = _prepared("softmin", input, dim, _stacklevel, dtype)
    return (-x).softmax(dim)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Return log(softmax(x)) = x - log(Σ exp(x)) along one dimension, without overflow.

    Args:
        input: x, of floating-point dtype.
        dim: which dimension; without it one is guessed as by PyTorch, with a warning.
        dtype: what the input is converted to first.

    Raises:
        NotImplementedError: the input is of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.log_softmax.html

    Example:
        >>> log_softmax(Tensor([0.0, 0.0]), dim=0)
        tensor([-0.6931, -0.6931])
    """
    x, dim = _prepared("log_softmax", input, dim, _stacklevel, dtype)
    return x.log_softmax(dim)


def _prepared(name: str, input: Tensor, dim: int | None, stacklevel: int, dtype: Any) -> tuple[Tensor, int]:
    """Return the input in the wanted dtype, and the dimension."""
    check_tensor(name, input)
    x = input if dtype is None else input.to(dtype)
    check_float(name, x)
    return x, _guessed_dim(name, x.ndim, stacklevel + 1) if dim is None else dim


def _guessed_dim(name: str, ndim: int, stacklevel: int) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
        stacklevel=stacklevel,
    )
    return 0 if ndim in (0, 1, 3) else 1


# ---- what they share -------------------------------------------------------------------------------------------------
