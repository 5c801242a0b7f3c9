"""Adagrad."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, filled
from .options import at_least_zero, numbers


class Adagrad(CountingOptimizer):
    """Adagrad: the gradient, divided by the root of the sum of all its squares.

    For each parameter θ with gradient g (-g if `maximize`), learning rate γ, and t counting the steps from 1:

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        v ← v + g²                            from v = initial_accumulator_value
        θ ← θ - γ / (1 + (t - 1) η) · g / (√v + ε)

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        lr_decay: η >= 0.
        weight_decay: λ >= 0.
        initial_accumulator_value: >= 0; as in PyTorch, the same for all groups.
        eps: ε >= 0.
        foreach, differentiable, fused: PyTorch's; change nothing, but differentiable=True is refused.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Duchi, Hazan and Singer, "Adaptive Subgradient Methods", JMLR 12, 2011;
        https://pytorch.org/docs/stable/generated/torch.optim.Adagrad.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = Adagrad([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> round(w.item(), 6)
        0.9
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "fused": fused,
            },
        )
        for group in self.param_groups:
            for p in group["params"]:
                self.start(p, group)

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "lr_decay", "weight_decay", "initial_accumulator_value", "eps")

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the sum of squares before the first step."""
        return {"sum": filled(p, self.defaults["initial_accumulator_value"])}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient, for the t-th time."""
        lr, lr_decay, decay, eps = numbers(group, "lr", "lr_decay", "weight_decay", "eps")
        step_size = lr / (1 + (t - 1) * lr_decay)
        for theta, g, v, scratch in self.blocks(params, "sum"):
            if group["maximize"]:
                g = -g
            if decay:
                g = g + theta * decay
            v += np.multiply(g, g, out=scratch)
            denominator = np.sqrt(v, out=scratch)
            denominator += eps
            change = np.divide(g, denominator, out=scratch)
            change *= step_size
            theta -= change
