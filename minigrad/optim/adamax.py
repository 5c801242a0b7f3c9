"""Adamax."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, average, filled
from .options import at_least_zero, fractions, numbers


class Adamax(CountingOptimizer):
    """Adamax: Adam with the largest gradient of late in place of the root mean square.

    For each parameter θ with gradient g (-g if `maximize`), learning rate γ, and t counting the steps from 1:

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        m ← β₁ m + (1 - β₁) g
        u ← max(β₂ u, |g| + ε)
        θ ← θ - γ / (1 - β₁ᵗ) · m / u

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε >= 0.
        weight_decay: λ >= 0.
        foreach, differentiable, capturable: PyTorch's; foreach changes nothing, the others must be False.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 7;
        https://pytorch.org/docs/stable/generated/torch.optim.Adamax.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = Adamax([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.8999999761581421
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "eps", "weight_decay")
        fractions(options["betas"])

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the running mean and the running maximum before the first step."""
        return {"exp_avg": filled(p), "exp_inf": filled(p)}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient, for the t-th time."""
        lr, decay, eps, beta1, beta2 = numbers(group, "lr", "weight_decay", "eps", "betas")
        step_size = lr / (1 - beta1**t)
        for theta, g, m, u, scratch in self.blocks(params, "exp_avg", "exp_inf"):
            if group["maximize"]:
                g = -g
            if decay:
                g = g + theta * decay
            average(m, beta1, g, scratch)
            u *= beta2
            np.maximum(u, np.abs(g) + eps, out=u)
            change = np.divide(m, u, out=scratch)
            change *= step_size
            theta -= change
