"""What moves the weights, and what weight decay does to them: formula and code, line by line."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np


class Optimizer:
    """Base class: groups of parameters with options, and a state for each parameter; a subclass defines `move`.

    Attributes:
        param_groups: dictionaries of "params" and options: no weight decay for biases, for instance.
        state: for each parameter what is remembered of it.
    """

    def __init__(self, params: Iterable[Any], defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self.t = 0
        groups = list(params)
        for group in groups if groups and isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, group: dict[str, Any]) -> None:
        """Add parameters, with any options that differ from the defaults."""
        self.param_groups.append({**group, **{name: x for name, x in self.defaults.items() if name not in group}})

    def zero_grad(self) -> None:
        """Forget the gradients."""
        for group in self.param_groups:
            for p in group["params"]:
                p.grad = None

    def step(self) -> None:
        """Move every parameter that has a gradient."""
        self.t += 1
        for group in self.param_groups:
            params = [p for p in group["params"] if p.grad is not None]
            if params:
                self.update(params, group)

    def update(self, params: list[Any], group: dict[str, Any]) -> None:
        """Move parameters with the options of their group."""
        self.move(params, self.t, **{name: x for name, x in group.items() if name != "params"})

    def move(self, params: list[Any], t: float, **options: Any) -> None:
        """Move parameters for the t-th time; what a subclass is about."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it moves parameters")

    def blocks(self, params: list[Any], *remembered: str) -> Iterator[list[np.ndarray]]:
        """Iterate over values, gradients, what is remembered (zeros at first), and an array to compute in.

        An update is the same for every element, so it may run over any cut of the parameters.
        """
        for p in params:
            state = self.state[p]
            for name in remembered:
                if name not in state:
                    state[name] = np.zeros_like(p.array)
            yield [p.array, p.grad.array, *[state[name] for name in remembered], np.empty_like(p.array)]


class SGD(Optimizer):
    """Stochastic gradient descent with momentum and weight decay.

    g ← g + λ θ        weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
    b ← μ b + g        momentum μ, from b = 0
    θ ← θ - γ b        learning rate γ
    """

    def __init__(
        self, params: Any, lr: Any = 1e-3, momentum: float = 0.0, weight_decay: Any = 0.0, **more: Any
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, **more})

    def move(  # type: ignore[override]
        self, params: list[Any], t: float, *, lr: float, momentum: float, weight_decay: float, **more: Any
    ) -> None:
        for theta, g, *buffer, scratch in self.blocks(params, *(["momentum_buffer"] if momentum else [])):
            if weight_decay:
                g = np.add(np.multiply(theta, weight_decay, out=scratch), g, out=scratch)
            for b in buffer:
                g = self.smoothed(g, b, momentum, **more)
            theta -= np.multiply(g, lr, out=scratch)

    def smoothed(self, g: np.ndarray, b: np.ndarray, momentum: float) -> np.ndarray:
        """Let the momentum take in a gradient, and return where to go."""
        b *= momentum
        b += g
        return b


class Adam(Optimizer):
    """Adam: steps scaled by running means of the gradient and of its square; t counts them from 1.

        g ← g + λ θ                           weight_decay λ: the gradient of the L2 penalty λ/2 ‖θ‖²
        m ← β₁ m + (1 - β₁) g
        v ← β₂ v + (1 - β₂) g²
        θ ← θ - γ / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + ε)

    With `decoupled_weight_decay`, as in AdamW, the weights shrink by themselves instead: θ ← θ - γ λ θ.

    Source: Kingma and Ba, "Adam", ICLR 2015; Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    means = ("exp_avg", "exp_avg_sq")

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False, **more: Any,
    ) -> None:  # fmt: skip
        options = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay, **more}
        super().__init__(params, {**options, "decoupled_weight_decay": decoupled_weight_decay})

    def move(  # type: ignore[override]
        self, params: list[Any], t: float, *, lr: float, betas: tuple[float, float], eps: float, weight_decay: float,
        decoupled_weight_decay: bool, means: tuple[str, ...] = means,
    ) -> None:  # fmt: skip
        beta1, beta2 = betas
        root = math.sqrt(1 - beta2**t)  # which numerator and denominator are multiplied by: that saves a pass
        step_size, epsilon = lr / (1 - beta1**t) * root, eps * root
        for theta, g, m, v, *v_max, scratch in self.blocks(params, *means):
            if weight_decay and decoupled_weight_decay:
                theta *= 1 - lr * weight_decay
            elif weight_decay:
                g = g + theta * weight_decay
            average(m, beta1, g, scratch)
            average_squares(v, beta2, g, scratch)
            for largest in v_max:
                v = np.maximum(largest, v, out=largest)
            denominator = np.sqrt(v, out=scratch)
            denominator += epsilon
            change = np.divide(m, denominator, out=scratch)
            change *= step_size
            theta -= change


class AdamW(Adam):
    """Adam with decoupled weight decay: θ ← θ - γ λ θ, and Adam's update without λ θ in g."""

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 1e-2,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, decoupled_weight_decay=True, **more)


def average(mean: np.ndarray, beta: float, new: np.ndarray, scratch: np.ndarray) -> None:
    """Let a running mean take in a new value: mean ← β mean + (1 - β) new, computed in `scratch`.

    It moves by (1 - β) (new - mean), which rounds as PyTorch does.
    """
    change = np.subtract(new, mean, out=scratch)
    change *= 1 - beta
    mean += change


def average_squares(mean: np.ndarray, beta: float, new: np.ndarray, scratch: np.ndarray) -> None:
    """Let a running mean of squares take in a new value: mean ← β mean + (1 - β) new², in PyTorch's order."""
    mean *= beta
    share = np.multiply(new, 1 - beta, out=scratch)
    share *= new
    mean += share
