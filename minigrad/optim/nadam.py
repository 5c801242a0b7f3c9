"""NAdam."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, average, average_squares, filled, scalar
from .options import at_least_zero, fractions, numbers


class NAdam(CountingOptimizer):
    """NAdam: Adam with Nesterov's momentum, which looks one step ahead.

    For each parameter θ with gradient g (-g if `maximize`), learning rate γ, and t counting the steps from 1:

        g ← g + λ θ                           weight_decay λ; or θ ← θ - γ λ θ if decoupled
        μₜ = β₁ (1 - ½ 0.96^(t ψ))            momentum_decay ψ
        π ← μₜ π                              from π = 1
        m ← β₁ m + (1 - β₁) g
        v ← β₂ v + (1 - β₂) g²
        s ← √(v / (1 - β₂ᵗ)) + ε
        θ ← θ - γ (1 - μₜ) / (1 - π) · g / s - γ μₜ₊₁ / (1 - μₜ₊₁ π) · m / s

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε >= 0.
        weight_decay: λ >= 0.
        momentum_decay: ψ >= 0.
        decoupled_weight_decay: decay the weights themselves, as AdamW does.
        foreach, capturable, differentiable: PyTorch's; foreach changes nothing, the others must be False.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop;
        https://pytorch.org/docs/stable/generated/torch.optim.NAdam.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = NAdam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.8943548202514648
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 2e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
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
                "momentum_decay": momentum_decay,
                "decoupled_weight_decay": decoupled_weight_decay,
                "maximize": maximize,
                "foreach": foreach,
                "capturable": capturable,
                "differentiable": differentiable,
            },
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "eps", "weight_decay", "momentum_decay")
        fractions(options["betas"])

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the product of all μ and the running means before the first step."""
        return {"mu_product": scalar(1.0), "exp_avg": filled(p), "exp_avg_sq": filled(p)}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient, for the t-th time."""
        beta1, _, psi = numbers(group, "betas", "momentum_decay")
        mu, mu_next = (beta1 * (1 - 0.5 * 0.96 ** (step * psi)) for step in (t, t + 1))
        for p in params:
            product = self.state[p]["mu_product"].array
            product *= mu
            pi = product.item()
            self._descend(p, t, (1 - mu) / (1 - pi), mu_next / (1 - mu_next * pi), group)

    def _descend(self, p: Tensor, t: float, share_of_g: float, share_of_m: float, group: Group) -> None:
        lr, decay, eps, beta1, beta2 = numbers(group, "lr", "weight_decay", "eps", "betas")
        for theta, g, m, v, scratch in self.blocks([p], "exp_avg", "exp_avg_sq"):
            if group["maximize"]:
                g = -g
            if decay and group["decoupled_weight_decay"]:
                theta *= 1 - lr * decay
            elif decay:
                g = g + theta * decay
            average(m, beta1, g, scratch)
            average_squares(v, beta2, g, scratch)
            denominator = np.sqrt(v / (1 - beta2**t)) + eps
            theta -= lr * share_of_g * g / denominator
            theta -= lr * share_of_m * m / denominator
