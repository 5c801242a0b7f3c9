"""RAdam."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, average, average_squares, filled
from .options import at_least_zero, fractions, numbers


class RAdam(CountingOptimizer):
    """RAdam: Adam that does without the mean of squares while too few gradients are in it.

    For each parameter θ with gradient g (-g if `maximize`), learning rate γ, and t counting the steps from 1:

        g ← g + λ θ                           weight_decay λ; or θ ← θ - γ λ θ if decoupled
        m ← β₁ m + (1 - β₁) g
        v ← β₂ v + (1 - β₂) g²
        ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)          how many gradients v is a mean of; ρ∞ = 2 / (1 - β₂) - 1
        r = √[(ρ - 4) (ρ - 2) ρ∞ / ((ρ∞ - 4) (ρ∞ - 2) ρ)]
        θ ← θ - γ / (1 - β₁ᵗ) · m · r √(1 - β₂ᵗ) / (√v + ε)    if ρ > 5, else
        θ ← θ - γ / (1 - β₁ᵗ) · m

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε >= 0.
        weight_decay: λ >= 0.
        decoupled_weight_decay: decay the weights themselves, as AdamW does.
        foreach, capturable, differentiable: PyTorch's; foreach changes nothing, the others must be False.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", ICLR 2020;
        https://pytorch.org/docs/stable/generated/torch.optim.RAdam.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = RAdam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.800000011920929
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "decoupled_weight_decay": decoupled_weight_decay,
                "differentiable": differentiable,
            },
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "eps", "weight_decay")
        fractions(options["betas"])

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the running means before the first step."""
        return {"exp_avg": filled(p), "exp_avg_sq": filled(p)}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient, for the t-th time."""
        lr, decay, eps, beta1, beta2 = numbers(group, "lr", "weight_decay", "eps", "betas")
        step_size = lr / (1 - beta1**t)
        rectification = _rectification(t, beta2)
        for theta, g, m, v, scratch in self.blocks(params, "exp_avg", "exp_avg_sq"):
            if group["maximize"]:
                g = -g
            if decay and group["decoupled_weight_decay"]:
                theta *= 1 - lr * decay
            elif decay:
                g = g + theta * decay
            average(m, beta1, g, scratch)
            average_squares(v, beta2, g, scratch)
            change = np.multiply(m, step_size, out=scratch)
            if rectification is not None:
                change *= rectification / (np.sqrt(v) + eps)
            theta -= change


def _rectification(t: float, beta2: float) -> float | None:
    """Return r √(1 - β₂ᵗ), or None while there is no telling the variance."""
    correction = 1 - beta2**t
    longest = 2 / (1 - beta2) - 1
    length = longest - 2 * t * beta2**t / correction
    if length <= 5:
        return None
    r = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    return math.sqrt(r) * math.sqrt(correction)
