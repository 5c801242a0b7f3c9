"""Rprop."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, filled
from .options import at_least_zero, numbers


class Rprop(CountingOptimizer):
    """Rprop: steps whose size depends only on whether the gradient keeps its sign; for full batches.

    For each element of a parameter θ with gradient g (-g if `maximize`), and g' the gradient before:

        Δ ← η₊ Δ                              if g g' > 0
        Δ ← η₋ Δ,  g ← 0                      if g g' < 0: the step went too far
        Δ ← Δ, but in [Δmin, Δmax]            from Δ = lr
        θ ← θ - Δ sign(g)

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: the first step size, >= 0.
        etas: η₋ and η₊, with 0 < η₋ < 1 < η₊.
        step_sizes: Δmin and Δmax.
        capturable, foreach, differentiable: PyTorch's; foreach changes nothing, the others must be False.
        maximize: climb rather than descend.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning", ICNN 1993;
        https://pytorch.org/docs/stable/generated/torch.optim.Rprop.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = Rprop([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.8999999761581421
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        super().__init__(
            params,
            {
                "lr": lr,
                "etas": etas,
                "step_sizes": step_sizes,
                "foreach": foreach,
                "maximize": maximize,
                "differentiable": differentiable,
                "capturable": capturable,
            },
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr")
        low, high = options["etas"]
        if not 0.0 < low < 1.0 < high:
            raise ValueError(f"Invalid eta values: {low}, {high}")

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the gradient and the step sizes before the first step."""
        return {"prev": filled(p), "step_size": filled(p, *numbers(group, "lr"))}

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient."""
        eta_minus, eta_plus, smallest, largest = numbers(group, "etas", "step_sizes")
        for theta, g, previous, delta, scratch in self.blocks(params, "prev", "step_size"):
            if group["maximize"]:
                g = -g
            agreement = np.multiply(g, previous, out=scratch)
            np.multiply(delta, eta_plus, out=delta, where=agreement > 0)
            np.multiply(delta, eta_minus, out=delta, where=agreement < 0)
            np.clip(delta, smallest, largest, out=delta)
            previous[...] = np.where(agreement < 0, 0.0, g)
            theta -= delta * np.sign(previous)
