"""Adadelta."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, average_squares, filled
from .options import at_least_zero, numbers


class Adadelta(CountingOptimizer):
    """Adadelta: steps of the size of earlier steps, scaled by how the gradient compares with earlier gradients.

    For each parameter θ with gradient g (-g if `maximize`) and learning rate γ:

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        v ← ρ v + (1 - ρ) g²
        δ ← √(u + ε) / √(v + ε) · g
        u ← ρ u + (1 - ρ) δ²
        θ ← θ - γ δ

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        rho: ρ in [0, 1].
        eps: ε >= 0.
        weight_decay: λ >= 0.
        foreach, capturable, differentiable: PyTorch's; foreach changes nothing, the others must be False.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Zeiler, "ADADELTA: An Adaptive Learning Rate Method", arXiv:1212.5701;
        https://pytorch.org/docs/stable/generated/torch.optim.Adadelta.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = Adadelta([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.9996837973594666
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "rho": rho,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "capturable": capturable,
                "foreach": foreach,
                "differentiable": differentiable,
            },
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "eps", "weight_decay")
        if not 0.0 <= options["rho"] <= 1.0:
            raise ValueError(f"Invalid rho value: {options['rho']}")

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the running means before the first step."""
        return {"square_avg": filled(p), "acc_delta": filled(p)}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient."""
        lr, rho, eps, decay = numbers(group, "lr", "rho", "eps", "weight_decay")
        for theta, g, v, u, scratch in self.blocks(params, "square_avg", "acc_delta"):
            if group["maximize"]:
                g = -g
            if decay:
                g = g + theta * decay
            average_squares(v, rho, g, scratch)
            delta = np.sqrt((u + eps) / (v + eps)) * g
            average_squares(u, rho, delta, scratch)
            theta -= np.multiply(delta, lr, out=scratch)
