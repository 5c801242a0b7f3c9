"""Initial weights, written into a tensor in place; the same seed gives PyTorch's numbers.

Source: https://pytorch.org/docs/stable/nn.init.html
"""

from __future__ import annotations

import functools
import math
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec

import numpy as np

from .. import _absent
from .._tensor.base import Array, wrap
from .._tensor.declared import check_at_once
from .._tensor.grad_mode import no_grad
from ..functions.tensor import Tensor
from ..random import Generator, default_generator
from ..random.layout import normals_for, uniforms_for

P = ParamSpec("P")

# ---- from the shape of a weight to the spread of its values ----------------------------------------------------------


def calculate_gain(nonlinearity: str, param: float | None = None) -> float:
    """Return by how much to scale the weights before this nonlinearity, so that variances are kept.

    Args:
        nonlinearity: "linear" (also "conv1d" and its like), "sigmoid", "tanh", "relu", "leaky_relu" or "selu".
        param: the negative slope of leaky_relu; 0.01 unless given.

    Raises:
        ValueError: an unknown nonlinearity, or a slope that is no number.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.calculate_gain

    Example:
        >>> calculate_gain("tanh")
        1.6666666666666667
    """
    if nonlinearity == "leaky_relu":
        return math.sqrt(2.0 / (1 + _slope(param) ** 2))
    gains = {"sigmoid": 1, "tanh": 5.0 / 3, "relu": math.sqrt(2.0), "selu": 3.0 / 4}
    linear = ["linear", *[f"conv{transpose}{n}d" for transpose in ("", "_transpose") for n in (1, 2, 3)]]
    gains.update(dict.fromkeys(linear, 1))
    if nonlinearity not in gains:
        raise ValueError(f"Unsupported nonlinearity {nonlinearity}: expected leaky_relu, {', '.join(gains)}")
    return gains[nonlinearity]


def _slope(param: float | None) -> float:
    if param is None:
        return 0.01
    if isinstance(param, bool) or not isinstance(param, int | float):
        raise ValueError(f"negative_slope {param} not a valid number")
    return param


def fan_in_and_fan_out(tensor: Tensor) -> tuple[int, int]:
    """Return how many inputs an output of this weight has, and how many outputs an input has.

    For a weight of shape (out, in, window…) these are in · Π window and out · Π window.

    Args:
        tensor: of at least two dimensions.

    Raises:
        ValueError: fewer dimensions.

    Source: https://pytorch.org/docs/stable/nn.init.html

    Example:
        >>> fan_in_and_fan_out(Tensor(3, 5))
        (5, 3)
    """
    if tensor.ndim < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    outputs, inputs, *window = tensor.array.shape
    return inputs * math.prod(window), outputs * math.prod(window)


_calculate_fan_in_and_fan_out = fan_in_and_fan_out  # PyTorch's name, by which layers of one's own call it


# ---- constants -------------------------------------------------------------------------------------------------------


@no_grad()
def constant_(tensor: Tensor, val: float) -> Tensor:
    """Fill with one value.

    Args:
        tensor: any; it is overwritten, and returned.
        val: a number.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.constant_

    Example:
        >>> constant_(Tensor(3), 0.5)
        tensor([0.5000, 0.5000, 0.5000])
    """
    return tensor.fill_(val)


def zeros_(tensor: Tensor) -> Tensor:
    """Fill with zeros.

    Args:
        tensor: any; it is overwritten, and returned.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.zeros_

    Example:
        >>> zeros_(Tensor(3))
        tensor([0., 0., 0.])
    """
    return constant_(tensor, 0.0)


def ones_(tensor: Tensor) -> Tensor:
    """Fill with ones.

    Args:
        tensor: any; it is overwritten, and returned.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.ones_

    Example:
        >>> ones_(Tensor(3))
        tensor([1., 1., 1.])
    """
    return constant_(tensor, 1.0)


@no_grad()
def eye_(tensor: Tensor) -> Tensor:
    """Fill a matrix with ones on the diagonal and zeros elsewhere, the identity on as many inputs as possible.

    Args:
        tensor: a matrix; it is overwritten, and returned.

    Raises:
        ValueError: no matrix.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.eye_

    Example:
        >>> eye_(Tensor(2, 3))
        tensor([[1., 0., 0.],
                [0., 1., 0.]])
    """
    _check_matrix(tensor)
    return tensor.copy_(wrap(np.eye(*tensor.array.shape, dtype=tensor.array.dtype)))


def _check_matrix(tensor: Tensor) -> None:
    if tensor.ndim != 2:
        raise ValueError(f"Only tensors with 2 dimensions are supported, but got {tensor.ndim}")


# ---- draws -----------------------------------------------------------------------------------------------------------


@no_grad()
def uniform_(tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with draws from [a, b).

    Args:
        tensor: any; it is overwritten, and returned.
        a: the lower bound.
        b: the upper bound, not below a.
        generator: draws the values; the default generator unless given.

    Raises:
        RuntimeError: b is below a.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.uniform_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> uniform_(Tensor(3))
        tensor([0.4963, 0.7682, 0.0885])
    """
    return tensor.uniform_(a, b, generator=generator)


@no_grad()
def normal_(tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with draws from N(mean, std²).

    Args:
        tensor: any; it is overwritten, and returned.
        mean: of the distribution.
        std: its standard deviation, at least 0.
        generator: draws the values; the default generator unless given.

    Raises:
        RuntimeError: std is negative.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.normal_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> normal_(Tensor(3))
        tensor([ 1.5410, -0.2934, -2.1788])
    """
    return tensor.normal_(mean, std, generator=generator)


@no_grad()
def trunc_normal_(
    tensor: Tensor,
    mean: float = 0.0,
    std: float = 1.0,
    a: float = -2.0,
    b: float = 2.0,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with draws from N(mean, std²) that fall into [a, b].

    Args:
        tensor: of floats.
        mean: of the distribution before it is truncated; a warning where it is more than 2 std outside of [a, b].
        std: likewise.
        a: the least value.
        b: the largest.
        generator: draws the values; the default generator unless given.

    Source: https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.trunc_normal_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> trunc_normal_(Tensor(3), a=-1.0, b=1.0)
        tensor([ 0.5684, -0.2934, -0.7193])
    """
    if mean < a - 2 * std or mean > b + 2 * std:
        warnings.warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. "
            "The distribution of values may be incorrect.",
            stacklevel=3,
        )
    source = generator or default_generator
    share_inside = _normal_cdf((b - mean) / std) - _normal_cdf((a - mean) / std)
    draw = _redrawn_until_inside if share_inside > 0.3 else _rejected_by_density
    return tensor.copy_(wrap(draw(source, tensor.array, mean, std, a, b)))


def _normal_cdf(x: float) -> float:
    return (1 + math.erf(x / math.sqrt(2))) / 2


def _redrawn_until_inside(source: Generator, like: Array, mean: float, std: float, a: float, b: float) -> Array:
    """Draw normals, and draw all of them again as long as some are outside, to take those that are needed."""
    low, high = like.dtype.type(a), like.dtype.type(b)
    values = normals_for(like, source, mean, std)
    while (outside := (values < low) | (values > high)).any():
        values = np.where(outside, normals_for(like, source, mean, std), values)
    return values


def _rejected_by_density(source: Generator, like: Array, mean: float, std: float, a: float, b: float) -> Array:
    """Draw uniforms from [a, b), and accept each with a probability in proportion to the normal density there."""
    mode = max(a, min(mean, b))
    log_peak = -0.5 * ((mode - mean) / std) ** 2
    values, pending = like, np.ones(like.shape, np.bool_)
    while pending.any():
        candidates = uniforms_for(like, source, a, b)
        values = np.where(pending, candidates, values)
        log_density = ((candidates - mean) / std) ** 2 * -0.5 - log_peak
        with np.errstate(divide="ignore"):  # a uniform may be 0
            pending = pending & (np.log(uniforms_for(like, source)) > log_density)
    return values


def xavier_uniform_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with draws from ±gain·√(6 / (fan_in + fan_out)), which keeps variances where units are linear.

    Args:
        tensor: a weight of shape (out, in, …); it is overwritten, and returned.
        gain: what the bound is multiplied by, as `calculate_gain` gives it.
        generator: draws the values; the default generator unless given.

    Raises:
        ValueError: fewer than two dimensions.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010;
        https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_uniform_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> xavier_uniform_(Tensor(1, 3))
        tensor([[-0.0092,  0.6570, -1.0080]])
    """
    bound = math.sqrt(3.0) * _xavier_std(tensor, gain)
    return uniform_(tensor, -bound, bound, generator)


def xavier_normal_(tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor:
    """Fill with draws from N(0, gain²·2 / (fan_in + fan_out)), which keeps variances where units are linear.

    Args:
        tensor: a weight of shape (out, in, …); it is overwritten, and returned.
        gain: what the standard deviation is multiplied by, as `calculate_gain` gives it.
        generator: draws the values; the default generator unless given.

    Raises:
        ValueError: fewer than two dimensions.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010;
        https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.xavier_normal_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> xavier_normal_(Tensor(1, 3))
        tensor([[ 1.0896, -0.2075, -1.5406]])
    """
    return normal_(tensor, 0.0, _xavier_std(tensor, gain), generator)


def _xavier_std(tensor: Tensor, gain: float) -> float:
    return gain * math.sqrt(2.0 / sum(fan_in_and_fan_out(tensor)))


def kaiming_uniform_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill with draws from ±gain·√(3 / fan).

    Args:
        tensor: a weight of shape (out, in, …); one without elements is left alone, with a warning.
        a: the negative slope of leaky_relu.
        mode: "fan_in" keeps the variance of the forward pass, "fan_out" that of the backward pass.
        nonlinearity: as in `calculate_gain`.
        generator: draws the values; the default generator unless given.

    Raises:
        ValueError: an unknown mode or nonlinearity, or fewer than two dimensions.

    Source: He et al., "Delving Deep into Rectifiers", 2015;
        https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_uniform_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> kaiming_uniform_(Tensor(1, 3), nonlinearity="relu")
        tensor([[-0.0106,  0.7586, -1.1640]])
    """
    if _nothing_to_fill(tensor):
        return tensor
    bound = math.sqrt(3.0) * _kaiming_std(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


def kaiming_normal_(
    tensor: Tensor,
    a: float = 0.0,
    mode: str = "fan_in",
    nonlinearity: str = "leaky_relu",
    generator: Generator | None = None,
) -> Tensor:
    """Fill with draws from N(0, gain² / fan).

    Args:
        tensor: a weight of shape (out, in, …); one without elements is left alone, with a warning.
        a: the negative slope of leaky_relu.
        mode: "fan_in" keeps the variance of the forward pass, "fan_out" that of the backward pass.
        nonlinearity: as in `calculate_gain`.
        generator: draws the values; the default generator unless given.

    Raises:
        ValueError: an unknown mode or nonlinearity, or fewer than two dimensions.

    Source: He et al., "Delving Deep into Rectifiers", 2015;
        https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.kaiming_normal_

    Example:
        >>> _ = default_generator.manual_seed(0)
        >>> kaiming_normal_(Tensor(1, 3), nonlinearity="relu")
        tensor([[ 1.2582, -0.2396, -1.7790]])
    """
    if _nothing_to_fill(tensor):
        return tensor
    return normal_(tensor, 0.0, _kaiming_std(tensor, a, mode, nonlinearity), generator)


def _nothing_to_fill(tensor: Tensor) -> bool:
    """Warn of a tensor without elements, and say whether this is one."""
    if not tensor.array.size:
        warnings.warn("Initializing zero-element tensors is a no-op", stacklevel=3)
    return not tensor.array.size


def _kaiming_std(tensor: Tensor, a: float, mode: str, nonlinearity: str) -> float:
    if mode.lower() not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    fan = fan_in_and_fan_out(tensor)[mode.lower() == "fan_out"]
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


@no_grad()
def orthogonal_(tensor: Tensor, gain: float = 1, generator: Generator | None = None) -> Tensor:
    """Fill with a (semi-)orthogonal matrix: its rows or its columns, whichever are fewer, are orthonormal.

    Args:
        tensor: of two dimensions; of more, those behind the first are taken as one.
        gain: what the matrix is multiplied by.
        generator: draws the values; the default generator unless given.

    Raises:
        ValueError: fewer than two dimensions.
        RuntimeError: another dtype than float32 or float64.

    Source: Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear neural networks", 2013;
        https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.orthogonal_

    Example:
        >>> w = orthogonal_(Tensor(2, 3))
        >>> (w @ w.T).round(decimals=3).abs()
        tensor([[1., 0.],
                [0., 1.]])
    """
    if tensor.ndim < 2:
        raise ValueError(f"Only tensors with 2 or more dimensions are supported, but got {tensor.ndim}")
    if tensor.array.dtype not in (np.float32, np.float64):
        raise RuntimeError(f"orthogonal_: expected a tensor of float32 or float64, but got {tensor.dtype}")
    if not tensor.array.size:
        return tensor
    rows = tensor.array.shape[0]
    source = generator or default_generator
    normals = source.normal((rows, tensor.array.size // rows), tensor.array.dtype, 0.0, 1.0)
    tall = normals if rows >= normals.shape[1] else normals.T
    q, r = np.linalg.qr(tall)
    q = q * np.sign(np.diag(r))  # makes every orthogonal matrix equally likely (Mezzadri 2007)
    q = q if tall is normals else q.T
    return tensor.copy_(wrap(q.reshape(tensor.array.shape) * tensor.array.dtype.type(gain)))


@no_grad()
def sparse_(tensor: Tensor, sparsity: float, std: float = 0.01, generator: Generator | None = None) -> Tensor:
    """Fill a matrix with draws from N(0, std²), and then a part of every column with zeros.

    Args:
        tensor: a matrix.
        sparsity: which part of a column becomes zero, rounded up to a whole number of rows.
        std: the standard deviation of the others.
        generator: draws the values; the default generator unless given. The rows are drawn by the default generator.

    Raises:
        ValueError: no matrix.

    Source: Martens, "Deep learning via Hessian-free optimization", 2010;
        https://pytorch.org/docs/stable/nn.init.html#torch.nn.init.sparse_

    Example:
        >>> (sparse_(Tensor(4, 2), sparsity=0.5) == 0).sum(0)
        tensor([2, 2])
    """
    _check_matrix(tensor)
    rows, columns = tensor.array.shape
    zeros = math.ceil(sparsity * rows)
    tensor.normal_(0, std, generator=generator)
    for column in range(columns):
        tensor[default_generator.permutation(rows)[:zeros], column] = 0
    return tensor


check_at_once(globals(), [name for name in globals() if name.endswith("_") and not name.startswith("_")])
check_at_once(globals(), ["calculate_gain"])


# ---- PyTorch's older names -------------------------------------------------------------------------------------------


def _deprecated(function: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Return a function under its older name, without the underscore at its end, that warns as PyTorch does."""
    new_name = function.__name__
    old_name = new_name.removesuffix("_")

    @functools.wraps(function)
    def deprecated(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        message = f"`nn.init.{old_name}` is now deprecated in favor of `nn.init.{new_name}`."
        warnings.warn(message, FutureWarning, stacklevel=2)
        return function(*args, **kwargs)

    deprecated.__name__ = deprecated.__qualname__ = old_name
    deprecated.__doc__ = f"Do what `{new_name}` does, and warn that this name is deprecated."
    return deprecated


uniform = _deprecated(uniform_)
normal = _deprecated(normal_)
constant = _deprecated(constant_)
eye = _deprecated(eye_)
xavier_uniform = _deprecated(xavier_uniform_)
xavier_normal = _deprecated(xavier_normal_)
kaiming_uniform = _deprecated(kaiming_uniform_)
kaiming_normal = _deprecated(kaiming_normal_)
orthogonal = _deprecated(orthogonal_)
sparse = _deprecated(sparse_)

if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
