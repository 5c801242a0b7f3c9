"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from ..core import optim as core
from ..functions.tensor import Tensor
from .optimizer import Group, Optimizer, filled
from .options import at_least_zero, numbers


class SGD(core.SGD, Optimizer):
    """Stochastic gradient descent with momentum and weight decay.

    For each parameter θ with gradient g (-g if `maximize`) and learning rate γ:

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        b ← μ b + (1 - τ) g                   momentum μ, dampening τ; from b = 0, and the first time τ is 0
        g ← g + μ b if nesterov, else b
        θ ← θ - γ g

    Args:
        params: tensors, or dictionaries of tensors and options.
        lr: γ >= 0.
        momentum: μ >= 0.
        dampening: τ.
        weight_decay: λ >= 0.
        nesterov: needs momentum, and no dampening.
        maximize: climb rather than descend.
        foreach, differentiable, fused: PyTorch's; change nothing, but differentiable=True is refused.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.SGD.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = SGD([w], lr=0.1)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.800000011920929
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float | Tensor = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        options = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        Optimizer.__init__(self, params, options)  # in PyTorch's order, which a state dictionary shows

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "momentum", "weight_decay")
        if options["nesterov"] and (options["momentum"] <= 0 or options["dampening"] != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")

    def update(self, params: list[Tensor], group: Group) -> None:
        """Move parameters that have a gradient."""
        if not group["momentum"]:
            self._descend(params, group)
            return
        started: list[Tensor] = []
        fresh: list[Tensor] = []
        for p in params:
            (fresh if self.state[p].get("momentum_buffer") is None else started).append(p)
        if started:
            self._descend(started, group, "momentum_buffer")
        if fresh:
            for p in fresh:
                self.state[p]["momentum_buffer"] = filled(p)
            self._descend(fresh, {**group, "dampening": 0}, "momentum_buffer")

    def _descend(self, params: list[Tensor], group: Group, *remembered: str) -> None:
        lr, momentum, dampening, decay = numbers(group, "lr", "momentum", "dampening", "weight_decay")
        self.climbs = group["maximize"]
        more = {"dampening": dampening, "nesterov": group["nesterov"]}
        super().move(params, 0, lr=lr, momentum=momentum, weight_decay=decay, **more)

    def smoothed(  # type: ignore[override]
        self, g: Any, b: Any, momentum: float, *, dampening: float, nesterov: bool
    ) -> Any:
        """Let the momentum take in a gradient, and return where to go."""
        b = super().smoothed(g * (1 - dampening) if dampening else g, b, momentum)
        return g + b * momentum if nesterov else b
