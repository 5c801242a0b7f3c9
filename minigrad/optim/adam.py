"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..tensor import Tensor
from .optimizer import Optimizer, at_least_zero, zeros_of


class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square.

    For each parameter θ with gradient g (-g if `maximize`), learning rate γ, and t counting the steps from 1:

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        m ← β₁ m + (1 - β₁) g
        v ← β₂ v + (1 - β₂) g²
        v̂ ← max(v̂, v) if amsgrad, else v
        θ ← θ - γ / (1 - β₁ᵗ) · m / (√v̂ / √(1 - β₂ᵗ) + ε)

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε >= 0.
        weight_decay: λ >= 0.
        amsgrad: divide by the largest v so far (Reddi et al. 2018).
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015;
        https://pytorch.org/docs/stable/generated/torch.optim.Adam.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = Adam([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.8999999761581421
    """

    decoupled = False

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
            },
        )

    def check_options(self, group: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(group)
        at_least_zero("epsilon value", group["eps"])
        for i, beta in enumerate(group["betas"]):
            if not 0.0 <= beta < 1.0:
                raise ValueError(f"Invalid beta parameter at index {i}: {beta}")

    def update(self, params: list[Tensor], group: dict[str, Any]) -> None:
        """Move parameters that have a gradient, together those that have taken equally many steps."""
        by_step: dict[int, list[Tensor]] = {}
        for p in params:
            state = self.state.get(p) or self._start(p, group)
            state["step"] += 1
            by_step.setdefault(state["step"], []).append(p)
        for step, peers in by_step.items():
            self._descend(peers, step, group)

    def _start(self, p: Tensor, group: dict[str, Any]) -> dict[str, Any]:
        state = {"step": 0, "exp_avg": zeros_of(p), "exp_avg_sq": zeros_of(p)}
        if group["amsgrad"]:
            state["max_exp_avg_sq"] = zeros_of(p)
        self.state[p] = state
        return state

    def _descend(self, params: list[Tensor], step: int, group: dict[str, Any]) -> None:
        lr, decay, eps, (beta1, beta2) = group["lr"], group["weight_decay"], group["eps"], group["betas"]
        step_size = lr / (1 - beta1**step)
        root_correction = math.sqrt(1 - beta2**step)
        means = ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"][: 3 if group["amsgrad"] else 2]

        for theta, g, m, v, *v_max, scratch in self.pieces(params, *means):
            if group["maximize"]:
                g = -g
            if decay and self.decoupled:
                theta *= 1 - lr * decay
            elif decay:
                g = g + theta * decay
            m *= beta1
            m += np.multiply(g, 1 - beta1, out=scratch)
            v *= beta2
            square = np.multiply(g, g, out=scratch)
            square *= 1 - beta2
            v += square
            for largest in v_max:
                v = np.maximum(largest, v, out=largest)
            denominator = np.sqrt(v, out=scratch)
            denominator *= 1 / root_correction
            denominator += eps
            change = np.divide(m, denominator, out=scratch)
            change *= step_size
            theta -= change


class AdamW(Adam):
    """Adam with decoupled weight decay: the weights shrink by themselves, not by way of the gradient.

    For each parameter θ: θ ← θ - γ λ θ, then Adam's update without the decay.

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        betas: β₁ and β₂, each in [0, 1).
        eps: ε >= 0.
        weight_decay: λ >= 0.
        amsgrad: divide by the largest v so far (Reddi et al. 2018).
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019;
        https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    decoupled = True

    def __init__(
        self,
        params: Any,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize)
