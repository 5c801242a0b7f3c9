"""Chapter 10: Adam, and where L2 and weight decay part."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from so_far import chapter

nn, Optimizer, SGD = chapter(8), chapter(9).Optimizer, chapter(9).SGD


def average(mean: np.ndarray, beta: float, new: np.ndarray, scratch: np.ndarray) -> None:
    change = np.subtract(new, mean, out=scratch)
    change *= 1 - beta
    mean += change


def average_squares(mean: np.ndarray, beta: float, new: np.ndarray, scratch: np.ndarray) -> None:
    mean *= beta
    share = np.multiply(new, 1 - beta, out=scratch)
    share *= new
    mean += share


class Adam(Optimizer):
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
    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, weight_decay: float = 1e-2,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(params, lr, betas, eps, weight_decay, decoupled_weight_decay=True, **more)


# ---- try it ----

for g in (1e-4, 1.0, 1e4):
    theta = nn.Parameter(np.array([1.0]))
    theta.grad = nn.Tensor(np.array([g]))
    Adam([theta], lr=0.01).step()
    print(f"gradient {g:<7g} moves the weight by {1.0 - theta.array[0]:.4f}")


def mean_weights(optimizer_class):
    rng = np.random.default_rng(10)
    theta = nn.Parameter(np.ones((2, 2000)))
    optimizer = optimizer_class([theta], lr=0.01, weight_decay=0.1)
    for _ in range(1000):
        theta.grad = nn.Tensor(np.array([[10.0], [0.1]]) * rng.normal(size=theta.shape))
        optimizer.step()
    return theta.array.mean(axis=1)


print(f"{'':24}large gradients  small gradients")
for name, optimizer_class in (("L2 in the gradient", Adam), ("decoupled decay", AdamW)):
    large, small = mean_weights(optimizer_class)
    print(f"{name:24}{large:15.2f}{small:17.2f}")
print(f"1000 times the factor 1 - 0.01 * 0.1:    {(1 - 0.01 * 0.1) ** 1000:.2f}")
