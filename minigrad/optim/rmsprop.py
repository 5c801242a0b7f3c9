"""RMSprop."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, average, average_squares, filled
from .options import at_least_zero, numbers


class RMSprop(CountingOptimizer):
    """RMSprop: the gradient, divided by the root of the running mean of its square.

    For each parameter θ with gradient g (-g if `maximize`) and learning rate γ:

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        v ← α v + (1 - α) g²
        m ← α m + (1 - α) g                   if centered, else m = 0
        b ← μ b + g / (√(v - m²) + ε)         momentum μ
        θ ← θ - γ b

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        alpha: α >= 0.
        eps: ε >= 0.
        weight_decay: λ >= 0.
        momentum: μ >= 0.
        centered: divide by the standard deviation of the gradient rather than by its root mean square.
        capturable, foreach, differentiable: PyTorch's; foreach changes nothing, the others must be False.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Hinton, "Neural Networks for Machine Learning", lecture 6; centered: Graves, arXiv:1308.0850;
        https://pytorch.org/docs/stable/generated/torch.optim.RMSprop.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = RMSprop([w], lr=0.1, alpha=0.75)
        >>> (w * w).sum().backward()
        >>> optimizer.step()  # by γ / √(1 - α), whatever the gradient
        >>> round(w.item(), 6)
        0.8
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "capturable": capturable,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
            },
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "eps", "momentum", "weight_decay", "alpha")

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the running means before the first step."""
        return {name: filled(p) for name in ["square_avg", *_optional(group)]}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient."""
        lr, alpha, eps, decay, momentum = numbers(group, "lr", "alpha", "eps", "weight_decay", "momentum")
        for theta, g, v, *optional, scratch in self.blocks(params, "square_avg", *_optional(group)):
            if group["maximize"]:
                g = -g
            if decay:
                g = g + theta * decay
            average_squares(v, alpha, g, scratch)
            if group["centered"]:
                m = optional[-1]
                average(m, alpha, g, scratch)
                v = v - m * m
            denominator = np.sqrt(v, out=scratch)
            denominator += eps
            change = np.divide(g, denominator, out=scratch)
            if momentum:
                b = optional[0]
                b *= momentum
                b += change
                change = b
            theta -= np.multiply(change, lr, out=scratch)


def _optional(group: Group) -> list[str]:
    """Return the names of what is only remembered where an option asks for it."""
    return ["momentum_buffer"] * bool(group["momentum"]) + ["grad_avg"] * group["centered"]
