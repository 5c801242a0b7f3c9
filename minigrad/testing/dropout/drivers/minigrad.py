"""Modules and functions of minigrad's tensors that draw from its own generator: they are driven as PyTorch's are."""

from __future__ import annotations

from .torch import TorchDropout, TorchFunctionDropout


class MinigradModuleDropout(TorchDropout):
    """Drives a module of minigrad that takes p, and no generator.

    Args:
        layer: a class, or a module whose attribute p can be set.

    Example:
        >>> import minigrad
        >>> from minigrad.testing.dropout import check_dropout
        >>> class Unscaled(minigrad.nn.Module):
        ...     def __init__(self, p):
        ...         super().__init__()
        ...         self.p = p
        ...     def forward(self, x):
        ...         return x * (minigrad.rand(x.shape) >= self.p) if self.training else x
        >>> check_dropout(Unscaled, p=[0.3], shapes=[(8, 16)], only=["scale", "gradient"]).broken
        ['scale']
    """

    framework = "minigrad"


class MinigradFunctionDropout(TorchFunctionDropout):
    """Drives a function of minigrad's tensors, such as `minigrad.nn.functional.dropout`.

    Args:
        function: f(input, p, training); its parameters are known by their names.
    """

    framework = "minigrad"
