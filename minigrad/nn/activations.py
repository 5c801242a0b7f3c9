"""Activations as layers.

Source: https://pytorch.org/docs/stable/nn.html#non-linear-activations-weighted-sum-nonlinearity
"""

from __future__ import annotations

import warnings
from typing import Any

from ..core import nn as core
from ..functions.arguments import check_tensor
from ..functions.creation import empty
from ..functions.tensor import Tensor
from . import functional as F, init
from .module import Module
from .parameter import Parameter


def _described(text: str, inplace: bool) -> str:
    """Return a layer's description with "inplace=True" where it is."""
    return ", ".join(part for part in (text, "inplace=True" if inplace else "") if part)


# ---- rectifiers ------------------------------------------------------------------------------------------------------


class ReLU(core.ReLU, Module):
    """y = max(x, 0).

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ReLU.html

    Example:
        >>> ReLU()(Tensor([-1.0, 2.0]))
        tensor([0., 2.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Any) -> Tensor:
        """Return max(input, 0)."""
        if self.inplace:
            return F.relu(input, inplace=True)
        check_tensor("relu", input)
        return super().forward(input)

    def extra_repr(self) -> str:
        """Return "inplace=True", or nothing."""
        return _described("", self.inplace)


class LeakyReLU(Module):
    """y = x where x > 0, and negative_slope · x elsewhere.

    x may have any shape; y has that of x.

    Args:
        negative_slope: any number.
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.LeakyReLU.html

    Example:
        >>> LeakyReLU(0.1)(Tensor([-1.0, 2.0]))
        tensor([-0.1000,  2.0000])
    """

    def __init__(self, negative_slope: float = 1e-2, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope = negative_slope
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the leaky rectifier of the input."""
        return F.leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        """Return the slope."""
        return _described(f"negative_slope={self.negative_slope}", self.inplace)


class RReLU(Module):
    """y = x where x > 0, and a · x elsewhere, with a drawn from [lower, upper) in training, else their mean.

    x may have any shape; y has that of x.

    Args:
        lower: the least slope.
        upper: the greatest slope.
        inplace: overwrite the input.

    Raises:
        RuntimeError: at the first call, lower > upper.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.RReLU.html

    Example:
        >>> RReLU(0.1, 0.3).eval()(Tensor([-1.0, 2.0]))
        tensor([-0.2000,  2.0000])
    """

    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3, inplace: bool = False) -> None:
        super().__init__()
        self.lower = lower
        self.upper = upper
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the randomized rectifier of the input."""
        return F.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self) -> str:
        """Return the bounds."""
        return _described(f"lower={self.lower}, upper={self.upper}", self.inplace)


class PReLU(Module):
    """y = x where x > 0, and w · x elsewhere, with a w that is learned.

    x has shape (N, C, …), or any other if there is one w; y has that of x.

    Args:
        num_parameters: 1, or the number of channels.
        init: the first value of w.
        device: accepted where it is the CPU.
        dtype: of w; the default float dtype unless given.

    Attributes:
        weight: w, of shape (num_parameters,), at first `init`.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.PReLU.html

    Example:
        >>> PReLU()(Tensor([-1.0, 2.0])).detach()
        tensor([-0.2500,  2.0000])
    """

    weight: Parameter

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set every w to its first value."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        """Return the learned rectifier of the input."""
        return F.prelu(input, self.weight)

    def extra_repr(self) -> str:
        """Return the number of weights."""
        return f"num_parameters={self.num_parameters}"


class Threshold(Module):
    """y = x where x > threshold, and value elsewhere.

    x may have any shape; y has that of x.

    Args:
        threshold: any number.
        value: any number.
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Threshold.html

    Example:
        >>> Threshold(1.0, 0.0)(Tensor([-1.0, 0.5, 2.0]))
        tensor([0., 0., 2.])
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, and the value where it is not above the threshold."""
        return F.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        """Return the threshold and the value."""
        return _described(f"threshold={self.threshold}, value={self.value}", self.inplace)


# ---- exponential units -----------------------------------------------------------------------------------------------


class ELU(Module):
    """y = x where x > 0, and α · (exp(x) - 1) elsewhere.

    x may have any shape; y has that of x.

    Args:
        alpha: α.
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ELU.html

    Example:
        >>> ELU()(Tensor([-1.0, 2.0]))
        tensor([-0.6321,  2.0000])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the exponential linear unit of the input."""
        return F.elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Return α."""
        return _described(f"alpha={self.alpha}", self.inplace)


class SELU(Module):
    """y = s · x where x > 0, and s · α · (exp(x) - 1) elsewhere, with s = 1.0507 and α = 1.6733.

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.SELU.html

    Example:
        >>> SELU()(Tensor([-1.0, 2.0]))
        tensor([-1.1113,  2.1014])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the self-normalizing unit of the input."""
        return F.selu(input, self.inplace)

    def extra_repr(self) -> str:
        """Return "inplace=True", or nothing."""
        return _described("", self.inplace)


class CELU(Module):
    """y = x where x > 0, and α · (exp(x/α) - 1) elsewhere.

    x may have any shape; y has that of x.

    Args:
        alpha: α, not 0.
        inplace: overwrite the input.

    Raises:
        RuntimeError: at the first call, α is 0.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CELU.html

    Example:
        >>> CELU(alpha=0.5)(Tensor([-1.0, 2.0]))
        tensor([-0.4323,  2.0000])
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha = alpha
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the continuously differentiable exponential linear unit of the input."""
        return F.celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        """Return α."""
        return _described(f"alpha={self.alpha}", self.inplace)


# ---- gates -----------------------------------------------------------------------------------------------------------


class GELU(Module):
    """y = x · Φ(x), where Φ is the normal distribution function.

    x may have any shape; y has that of x.

    Args:
        approximate: "none" or "tanh".

    Raises:
        RuntimeError: at the first call, another way to approximate.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.GELU.html

    Example:
        >>> GELU()(Tensor([-1.0, 0.0, 1.0]))
        tensor([-0.1587,  0.0000,  0.8413])
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        """Return the Gaussian error linear unit of the input."""
        return F.gelu(input, self.approximate)

    def extra_repr(self) -> str:
        """Return the way to approximate."""
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """y = x · sigmoid(x), also known as swish.

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.SiLU.html

    Example:
        >>> SiLU()(Tensor([-1.0, 0.0, 2.0]))
        tensor([-0.2689,  0.0000,  1.7616])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input times its sigmoid."""
        return F.silu(input, self.inplace)

    def extra_repr(self) -> str:
        """Return "inplace=True", or nothing."""
        return _described("", self.inplace)


class Mish(Module):
    """y = x · tanh(log(1 + exp(x))).

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Mish.html

    Example:
        >>> Mish()(Tensor([-1.0, 0.0, 2.0]))
        tensor([-0.3034,  0.0000,  1.9440])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the mish of the input."""
        return F.mish(input, self.inplace)

    def extra_repr(self) -> str:
        """Return "inplace=True", or nothing."""
        return _described("", self.inplace)


class Hardswish(Module):
    """y = x · min(max(x + 3, 0), 6) / 6.

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Hardswish.html

    Example:
        >>> Hardswish()(Tensor([-1.0, 1.0, 4.0]))
        tensor([-0.3333,  0.6667,  4.0000])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the input times its hard sigmoid."""
        return F.hardswish(input, self.inplace)


class GLU(Module):
    """y = a · sigmoid(b), where a and b are the halves of the input along one dimension.

    x has an even size along the dimension, y half of it.

    Args:
        dim: which dimension is halved.

    Raises:
        RuntimeError: at a call, the size is odd.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.GLU.html

    Example:
        >>> GLU()(Tensor([1.0, 2.0, 0.0, 0.0]))
        tensor([0.5000, 1.0000])
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return one half of the input, gated by the other."""
        return F.glu(input, self.dim)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"


# ---- S-shaped --------------------------------------------------------------------------------------------------------


class Sigmoid(Module):
    """y = 1 / (1 + exp(-x)).

    x may have any shape; y has that of x.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Sigmoid.html

    Example:
        >>> Sigmoid()(Tensor([-1.0, 0.0, 1.0]))
        tensor([0.2689, 0.5000, 0.7311])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the sigmoid of the input."""
        return F.sigmoid(input)


class Tanh(Module):
    """y = tanh(x) = (exp(x) - exp(-x)) / (exp(x) + exp(-x)).

    x may have any shape; y has that of x.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Tanh.html

    Example:
        >>> Tanh()(Tensor([-1.0, 0.0, 1.0]))
        tensor([-0.7616,  0.0000,  0.7616])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the hyperbolic tangent of the input."""
        return F.tanh(input)


class Hardtanh(Module):
    """y = min(max(x, min_val), max_val).

    x may have any shape; y has that of x.

    Args:
        min_val: the least value.
        max_val: the greatest value, above the least.
        inplace: overwrite the input.
        min_value: deprecated.
        max_value: deprecated.

    Raises:
        ValueError: max_val is not above min_val. (PyTorch raises AssertionError.)

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Hardtanh.html

    Example:
        >>> Hardtanh()(Tensor([-2.0, 0.5, 2.0]))
        tensor([-1.0000,  0.5000,  1.0000])
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        self.min_val = _renamed("min", min_val, min_value)
        self.max_val = _renamed("max", max_val, max_value)
        self.inplace = inplace
        if not self.max_val > self.min_val:
            raise ValueError(f"max_val must be larger than min_val, but got {self.max_val} and {self.min_val}")

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, clipped."""
        return F.hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        """Return the bounds."""
        return _described(f"min_val={self.min_val}, max_val={self.max_val}", self.inplace)


def _renamed(which: str, value: float, old: float | None) -> float:
    """Return the value of an argument, or what was given under its old name."""
    if old is None:
        return value
    warnings.warn(
        f"keyword argument `{which}_value` is deprecated and rename to `{which}_val`", FutureWarning, stacklevel=3
    )
    return old


class ReLU6(Hardtanh):
    """y = min(max(x, 0), 6).

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.ReLU6.html

    Example:
        >>> ReLU6()(Tensor([-1.0, 2.0, 8.0]))
        tensor([0., 2., 6.])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        """Return "inplace=True", or nothing."""
        return _described("", self.inplace)


class Hardsigmoid(Module):
    """y = min(max(x + 3, 0), 6) / 6.

    x may have any shape; y has that of x.

    Args:
        inplace: overwrite the input.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Hardsigmoid.html

    Example:
        >>> Hardsigmoid()(Tensor([-4.0, 0.0, 4.0]))
        tensor([0.0000, 0.5000, 1.0000])
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        """Return the hard sigmoid of the input."""
        return F.hardsigmoid(input, self.inplace)


class Softsign(Module):
    """y = x / (1 + |x|).

    x may have any shape; y has that of x.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Softsign.html

    Example:
        >>> Softsign()(Tensor([-1.0, 0.0, 3.0]))
        tensor([-0.5000,  0.0000,  0.7500])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the soft sign of the input."""
        return F.softsign(input)


# ---- smooth bends ----------------------------------------------------------------------------------------------------


class Softplus(Module):
    """y = log(1 + exp(β x)) / β.

    x may have any shape; y has that of x.

    Args:
        beta: β, which sharpens the bend.
        threshold: of β x, above which the function is taken to be linear.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Softplus.html

    Example:
        >>> Softplus()(Tensor([-1.0, 0.0, 30.0]))
        tensor([ 0.3133,  0.6931, 30.0000])
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta = beta
        self.threshold = threshold

    def forward(self, input: Tensor) -> Tensor:
        """Return the smooth rectifier of the input."""
        return F.softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        """Return β and the threshold."""
        return f"beta={self.beta}, threshold={self.threshold}"


class LogSigmoid(Module):
    """y = log(1 / (1 + exp(-x))).

    x may have any shape; y has that of x.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.LogSigmoid.html

    Example:
        >>> LogSigmoid()(Tensor([-1.0, 0.0]))
        tensor([-1.3133, -0.6931])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithm of the input's sigmoid."""
        return F.logsigmoid(input)


# ---- shrinkage -------------------------------------------------------------------------------------------------------


class Tanhshrink(Module):
    """y = x - tanh(x).

    x may have any shape; y has that of x.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Tanhshrink.html

    Example:
        >>> Tanhshrink()(Tensor([-1.0, 0.0, 1.0]))
        tensor([-0.2384,  0.0000,  0.2384])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Return the input minus its hyperbolic tangent."""
        return F.tanhshrink(input)


class Softshrink(Module):
    """y is x brought nearer to 0 by λ, and 0 where |x| ≤ λ.

    x may have any shape; y has that of x.

    Args:
        lambd: λ ≥ 0.

    Raises:
        RuntimeError: at the first call, λ is negative.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Softshrink.html

    Example:
        >>> Softshrink()(Tensor([-1.0, 0.25, 2.0]))
        tensor([-0.5000,  0.0000,  1.5000])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, shrunk."""
        return F.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return λ."""
        return str(self.lambd)


class Hardshrink(Module):
    """y = x, and 0 where |x| ≤ λ.

    x may have any shape; y has that of x.

    Args:
        lambd: λ ≥ 0; with a negative one, y is x.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Hardshrink.html

    Example:
        >>> Hardshrink()(Tensor([-1.0, 0.25, 2.0]))
        tensor([-1.,  0.,  2.])
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def forward(self, input: Tensor) -> Tensor:
        """Return the input without its small values."""
        return F.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        """Return λ."""
        return str(self.lambd)


# ---- probabilities ---------------------------------------------------------------------------------------------------


class Softmax(Module):
    """y = exp(x) / Σ exp(x) along one dimension.

    x holds logits, of any shape; y has that of x.

    Args:
        dim: which dimension; without it one is guessed, with a warning.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Softmax.html

    Example:
        >>> Softmax(dim=0)(Tensor([0.0, 0.0, 1.0]))
        tensor([0.2119, 0.2119, 0.5761])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmax of the input."""
        return F.softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """y = log(softmax(x)) along one dimension.

    x holds logits, of any shape; y has that of x.

    Args:
        dim: which dimension; without it one is guessed, with a warning.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.LogSoftmax.html

    Example:
        >>> LogSoftmax(dim=0)(Tensor([0.0, 0.0, 1.0]))
        tensor([-1.5514, -1.5514, -0.5514])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the logarithm of the input's softmax."""
        return F.log_softmax(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"


class Softmin(Module):
    """y = softmax(-x) along one dimension.

    x holds logits, of any shape; y has that of x.

    Args:
        dim: which dimension; without it one is guessed, with a warning.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Softmin.html

    Example:
        >>> Softmin(dim=0)(Tensor([0.0, 0.0, 1.0]))
        tensor([0.4223, 0.4223, 0.1554])
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the softmin of the input."""
        return F.softmin(input, self.dim, _stacklevel=5)

    def extra_repr(self) -> str:
        """Return the dimension."""
        return f"dim={self.dim}"
