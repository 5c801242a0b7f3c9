"""Dropout, the layer that this project is about, and its relatives."""

from __future__ import annotations

from typing import Any

from ..core import nn as core
from ..functions.tensor import Tensor
from ..random import Generator
from . import functional as F
from .functional.dropout import checked_dropout_probability
from .module import Module


class _Dropout(Module):
    """What every dropout is: a probability and a generator, and a function that uses them while training."""

    def __init__(self, p: float = 0.5, inplace: bool = False, *, generator: Generator | None = None) -> None:
        super().__init__()
        self.p = checked_dropout_probability(p)
        self.inplace = inplace
        self.generator = generator

    def extra_repr(self) -> str:
        """Return the settings."""
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(core.Dropout, _Dropout):
    """While training, drop each element with probability p and scale the others up; in evaluation, the identity.

    y = x · m / (1 - p), where m is 0 with probability p and 1 otherwise, drawn for every element and every call.
    Since E[m / (1 - p)] = 1, the expectation of y is x, and evaluation needs no correction ("inverted" dropout). The
    gradient is dL/dx = dL/dy · m / (1 - p), with the m of the forward pass.

    Args:
        p: the probability to drop, in [0, 1].
        inplace: overwrite the input.
        generator: draws the masks; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.
        TypeError: p is no number.

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 2014;
        https://pytorch.org/docs/stable/generated/torch.nn.Dropout.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> layer = Dropout(p=0.5)
        >>> layer(minigrad.ones(6)), layer.eval()(minigrad.ones(6))
        (tensor([0., 0., 2., 0., 0., 0.]), tensor([1., 1., 1., 1., 1., 1.]))
    """

    __init__ = _Dropout.__init__

    def forward(self, input: Any) -> Tensor:
        """Drop elements of the input while training."""
        return F.dropout(input, self.p, self.training, self.inplace, generator=self.generator)


class Dropout1d(_Dropout):
    """While training, drop whole channels of a sequence (N, C, L) or (C, L) with probability p, and scale the others.

    Args:
        p: the probability to drop a channel, in [0, 1].
        inplace: overwrite the input.
        generator: draws the masks; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: Tompson et al., "Efficient Object Localization Using Convolutional Networks", 2015;
        https://pytorch.org/docs/stable/generated/torch.nn.Dropout1d.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> Dropout1d(p=0.5)(minigrad.ones(1, 3, 2))
        tensor([[[0., 0.],
                 [0., 0.],
                 [2., 2.]]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of the input while training."""
        return F.dropout1d(input, self.p, self.training, self.inplace, generator=self.generator)


class Dropout2d(_Dropout):
    """While training, drop whole channels of an image (N, C, H, W) with probability p, and scale the others.

    Args:
        p: the probability to drop a channel, in [0, 1].
        inplace: overwrite the input.
        generator: draws the masks; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout2d.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> Dropout2d(p=0.5)(minigrad.ones(1, 3, 1, 2)).squeeze()
        tensor([[0., 0.],
                [0., 0.],
                [2., 2.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of the input while training."""
        return F.dropout2d(input, self.p, self.training, self.inplace, generator=self.generator)


class Dropout3d(_Dropout):
    """While training, drop whole channels of a volume (N, C, D, H, W) with probability p, and scale the others.

    Args:
        p: the probability to drop a channel, in [0, 1].
        inplace: overwrite the input.
        generator: draws the masks; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Dropout3d.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> Dropout3d(p=0.5)(minigrad.ones(1, 3, 1, 1, 2)).squeeze()
        tensor([[0., 0.],
                [0., 0.],
                [2., 2.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of the input while training."""
        return F.dropout3d(input, self.p, self.training, self.inplace, generator=self.generator)


class AlphaDropout(_Dropout):
    """While training, drop elements to SELU's lower limit, so that mean 0 and variance 1 are kept.

    y = a · (x·m + α·(m - 1)) + a·α·p with α = 1.7581 and a = 1 / √((1-p)(1 + p·α²)), where m is 0 with probability p.

    Args:
        p: the probability to drop, in [0, 1].
        inplace: overwrite the input.
        generator: draws the masks; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: Klambauer et al., "Self-Normalizing Neural Networks", 2017;
        https://pytorch.org/docs/stable/generated/torch.nn.AlphaDropout.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> AlphaDropout(p=0.5)(minigrad.tensor([0.0, 1.0, 2.0]))
        tensor([-0.7792, -0.7792,  2.5520])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop elements of the input while training."""
        return F.alpha_dropout(input, self.p, self.training, self.inplace, generator=self.generator)


class FeatureAlphaDropout(_Dropout):
    """While training, drop whole channels (N, C, …) to SELU's lower limit, so that mean 0 and variance 1 are kept.

    Args:
        p: the probability to drop a channel, in [0, 1].
        inplace: overwrite the input.
        generator: draws the masks; the default generator unless given. (PyTorch has no such argument.)

    Raises:
        ValueError: p is outside of [0, 1] or NaN.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.FeatureAlphaDropout.html

    Example:
        >>> import minigrad
        >>> _ = minigrad.manual_seed(0)
        >>> FeatureAlphaDropout(p=0.5)(minigrad.ones(1, 3, 2))
        tensor([[[-0.7792, -0.7792],
                 [-0.7792, -0.7792],
                 [ 1.6656,  1.6656]]])
    """

    def forward(self, input: Tensor) -> Tensor:
        """Drop channels of the input while training."""
        return F.feature_alpha_dropout(input, self.p, self.training, self.inplace, generator=self.generator)
