"""Adam, and Adam with decoupled weight decay."""

from __future__ import annotations

from typing import Any

from ..core import optim as core
from ..functions.tensor import Tensor
from .optimizer import CountingOptimizer, Group, filled
from .options import at_least_zero, fractions, numbers


class Adam(core.Adam, CountingOptimizer):
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
        foreach, capturable, differentiable, fused: PyTorch's; change nothing, but capturable=True and
            differentiable=True are refused.
        decoupled_weight_decay: decay the weights themselves, as AdamW does.

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
        0.9000000357627869
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        super().__init__(
            params,
            lr,
            tuple(beta.squeeze() if isinstance(beta, Tensor) else beta for beta in betas),
            eps,
            weight_decay,
            decoupled_weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            foreach=foreach,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
        )

    def check_options(self, options: dict[str, Any]) -> None:
        """Raise ValueError for an option out of its range."""
        super().check_options(options)
        at_least_zero(options, "lr", "eps", "weight_decay")
        lr, betas = options["lr"], options["betas"]
        fractions(betas)
        if not any(all(isinstance(beta, kind) for beta in betas) for kind in (float, Tensor)):
            raise ValueError(f"betas must be either both floats or both Tensors, but got {betas}")
        for name, value in (("lr", lr), ("betas[0]", betas[0]), ("betas[1]", betas[1])):
            if options["foreach"] and isinstance(value, Tensor):
                raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")

    def initial_state(self, p: Tensor, group: Group) -> dict[str, Tensor]:
        """Return the running means before the first step."""
        return {name: filled(p) for name in self._means(group)}

    def _means(self, group: Group) -> tuple[str, ...]:
        return (*self.means, "max_exp_avg_sq") if group["amsgrad"] else self.means

    def descend(self, params: list[Tensor], t: float, group: Group) -> None:
        """Move parameters that have a gradient, for the t-th time."""
        lr, decay, eps, beta1, beta2 = numbers(group, "lr", "weight_decay", "eps", "betas")
        self.climbs = group["maximize"]
        self.move(
            params,
            t,
            lr=lr,
            betas=(beta1, beta2),
            eps=eps,
            weight_decay=decay,
            decoupled_weight_decay=group["decoupled_weight_decay"],
            means=self._means(group),
        )


class AdamW(core.AdamW, Adam):
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
        foreach, capturable, differentiable, fused: as in Adam.

    Raises:
        ValueError: an option is out of its range, or there are no parameters.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019;
        https://pytorch.org/docs/stable/generated/torch.optim.AdamW.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(Tensor([1.0]))
        >>> optimizer = AdamW([w], lr=0.1, weight_decay=0.5)
        >>> (w * w).sum().backward()
        >>> optimizer.step()
        >>> w.item()
        0.8500000238418579
    """

    def __init__(
        self,
        params: Any,
        lr: float | Tensor = 1e-3,
        betas: tuple[float | Tensor, float | Tensor] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        super().__init__(
            params,
            lr,
            betas,
            eps,
            weight_decay,
            amsgrad=amsgrad,
            foreach=foreach,
            maximize=maximize,
            capturable=capturable,
            differentiable=differentiable,
            fused=fused,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a copy of options and state, those of an Adam too; the decay stays decoupled."""
        super().load_state_dict(state_dict)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True
