"""Optimizers whose weight decay is a few lines from right, each named after its mistake.

The reports that told of such mistakes: mlx#473 (ignored without momentum), bitsandbytes#2010 (after the update),
apex#1849 (the wrong learning rate), Muon#54 (decay of parameters without gradient), cs249r_book#2058 (the wrong sign).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from minigrad.testing.weight_decay import Kind, WeightDecayAdapter

Array = np.ndarray
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8


@dataclass
class Slot:
    """One parameter: what an update function gets, besides the gradient."""

    theta: Array
    lr: float
    decay: float
    momentum: float
    memory: dict[str, Any] = field(default_factory=dict)


Update = Callable[[Slot, Array], Array]  # from a slot and its gradient to the new parameter


class ArrayOptimizer(WeightDecayAdapter):
    """The adapter of an update function."""

    def __init__(self, update: Update, *, has_momentum: bool) -> None:
        self.update = update
        self.momentum_option = "momentum" if has_momentum else None

    def build(self, params: Sequence[Array], lr: float, weight_decay: float, momentum: float = 0.0) -> list[Slot]:
        return self.build_groups(params, lr, [weight_decay] * len(params), momentum)

    def build_groups(
        self, params: Sequence[Array], lr: float, weight_decays: Sequence[float], momentum: float = 0.0
    ) -> list[Slot]:
        return [Slot(p.copy(), lr, decay, momentum) for p, decay in zip(params, weight_decays, strict=True)]

    def step(self, optimizer: list[Slot], grads: Sequence[Array | None]) -> list[Array]:
        for slot, g in zip(optimizer, grads, strict=True):
            if g is not None:
                slot.theta = self.update(slot, g)
        return [slot.theta for slot in optimizer]

    def set_lr(self, optimizer: list[Slot], lr: float) -> None:
        for slot in optimizer:
            slot.lr = lr


def heavy_ball(slot: Slot, g: Array) -> Array:
    """Return SGD's change for a gradient: -γ b, b ← μ b + g."""
    slot.memory["b"] = slot.momentum * slot.memory.get("b", 0.0) + g
    return -slot.lr * slot.memory["b"]


def adaptive(slot: Slot, g: Array) -> Array:
    """Return Adam's change for a gradient."""
    t = slot.memory["t"] = slot.memory.get("t", 0) + 1
    m = slot.memory["m"] = BETA1 * slot.memory.get("m", 0.0) + (1 - BETA1) * g
    v = slot.memory["v"] = BETA2 * slot.memory.get("v", 0.0) + (1 - BETA2) * g * g
    return -slot.lr * (m / (1 - BETA1**t)) / (np.sqrt(v / (1 - BETA2**t)) + EPS)


# ---- right -----------------------------------------------------------------------------------------------------------


def sgd(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.decay * slot.theta)


def sgdw(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay) + heavy_ball(slot, g)


def adam(slot: Slot, g: Array) -> Array:
    return slot.theta + adaptive(slot, g + slot.decay * slot.theta)


def adamw(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay) + adaptive(slot, g)


def sign_descent(slot: Slot, g: Array) -> Array:
    """Decay by itself as Lion does: an optimizer that forgets how large gradients are."""
    return slot.theta * (1 - slot.lr * slot.decay) - slot.lr * np.sign(g)


def adopt(slot: Slot, g: Array) -> Array:
    """Decay from the second step on, as ADOPT does: the first only looks at the gradient (Taniguchi et al. 2024)."""
    v = slot.memory.get("v")
    slot.memory["v"] = g * g if v is None else BETA2 * v + (1 - BETA2) * g * g
    if v is None:
        return slot.theta
    m = slot.memory["m"] = BETA1 * slot.memory.get("m", 0.0) + (1 - BETA1) * g / np.maximum(np.sqrt(v), EPS)
    return slot.theta * (1 - slot.lr * slot.decay) - slot.lr * m


RIGHT: list[tuple[Kind, WeightDecayAdapter]] = [
    ("l2", ArrayOptimizer(sgd, has_momentum=True)),
    ("l2", ArrayOptimizer(sgd, has_momentum=False)),
    ("decoupled", ArrayOptimizer(sgd, has_momentum=False)),  # without momentum, the two are one
    ("decoupled", ArrayOptimizer(sgdw, has_momentum=True)),
    ("l2", ArrayOptimizer(adam, has_momentum=False)),
    ("decoupled", ArrayOptimizer(adamw, has_momentum=False)),
    ("decoupled", ArrayOptimizer(sign_descent, has_momentum=False)),
    ("decoupled", ArrayOptimizer(adopt, has_momentum=False)),
]

# ---- wrong -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mutant:
    """An optimizer, what it claims, and the invariant that it breaks."""

    name: str
    kind: Kind
    breaks: str
    adapter: WeightDecayAdapter


ZOO: list[Mutant] = []


def sgd_mutant(kind: Kind, breaks: str) -> Callable[[Update], Update]:
    return _mutant(kind, breaks, has_momentum=True)


def adam_mutant(kind: Kind, breaks: str) -> Callable[[Update], Update]:
    return _mutant(kind, breaks, has_momentum=False)


def _mutant(kind: Kind, breaks: str, has_momentum: bool) -> Callable[[Update], Update]:
    def register(update: Update) -> Update:
        ZOO.append(Mutant(update.__name__, kind, breaks, ArrayOptimizer(update, has_momentum=has_momentum)))
        return update

    return register


@sgd_mutant("l2", "acts")
def decay_ignored(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g)


@sgd_mutant("l2", "momentum")
def decay_ignored_without_momentum(slot: Slot, g: Array) -> Array:
    if slot.momentum == 0:
        return slot.theta - slot.lr * g
    return sgd(slot, g)


@sgd_mutant("l2", "none")
def zero_decay_taken_for_the_default(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + (slot.decay or 0.01) * slot.theta)


@sgd_mutant("l2", "sign")
def penalty_subtracted(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g - slot.decay * slot.theta)


@sgd_mutant("l2", "strength")
def penalty_without_its_half(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + 2 * slot.decay * slot.theta)


@sgd_mutant("l2", "strength")
def penalty_averaged_over_the_weights(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.decay * slot.theta / slot.theta.size)


@sgd_mutant("l2", "lr")
def penalty_times_the_learning_rate(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.lr * slot.decay * slot.theta)


@sgd_mutant("l2", "kind")
def penalty_added_after_the_momentum(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g) - slot.lr * slot.decay * slot.theta


@sgd_mutant("l2", "kind")
def penalty_of_the_absolute_value(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.decay * np.sign(slot.theta))


@sgd_mutant("l2", "zero_gradient")
def decay_only_where_there_is_a_gradient(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.decay * slot.theta * (g != 0))


@sgd_mutant("decoupled", "kind")
def sgd_with_l2_called_decoupled(slot: Slot, g: Array) -> Array:
    return sgd(slot, g)


@sgd_mutant("decoupled", "order")
def decay_after_the_update(slot: Slot, g: Array) -> Array:
    return (slot.theta + heavy_ball(slot, g)) * (1 - slot.lr * slot.decay)


@adam_mutant("l2", "sign")
def adam_with_the_penalty_subtracted(slot: Slot, g: Array) -> Array:
    return slot.theta + adaptive(slot, g - slot.decay * slot.theta)


@adam_mutant("l2", "kind")
def adamw_called_l2(slot: Slot, g: Array) -> Array:
    return adamw(slot, g)


@adam_mutant("l2", "kind")
def penalty_in_the_first_moment_only(slot: Slot, g: Array) -> Array:
    root = np.sqrt(slot.memory.get("v", 0.0) * BETA2 + (1 - BETA2) * g * g) + EPS
    return slot.theta + adaptive(slot, g) - slot.lr * slot.decay * slot.theta / root


@adam_mutant("decoupled", "kind")
def adam_with_l2_called_adamw(slot: Slot, g: Array) -> Array:
    return adam(slot, g)


@adam_mutant("decoupled", "kind")
def decay_both_ways(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay) + adaptive(slot, g + slot.decay * slot.theta)


@adam_mutant("decoupled", "lr")
def decay_without_the_learning_rate(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.decay) + adaptive(slot, g)


@adam_mutant("decoupled", "lr")
def decay_with_the_bias_corrected_step_size(slot: Slot, g: Array) -> Array:
    change = adaptive(slot, g)
    return slot.theta * (1 - slot.lr / (1 - BETA1 ** slot.memory["t"]) * slot.decay) + change


@adam_mutant("decoupled", "order")
def adamw_with_decay_after_the_update(slot: Slot, g: Array) -> Array:
    return (slot.theta + adaptive(slot, g)) * (1 - slot.lr * slot.decay)


@adam_mutant("decoupled", "sign")
def weights_grow(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 + slot.lr * slot.decay) + adaptive(slot, g)


@adam_mutant("decoupled", "strength")
def decay_applied_twice(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay) ** 2 + adaptive(slot, g)


@adam_mutant("decoupled", "zero_gradient")
def cautious_even_of_zero(slot: Slot, g: Array) -> Array:
    return np.where(g == 0, slot.theta, slot.theta * (1 - slot.lr * slot.decay)) + adaptive(slot, g)


@adam_mutant("decoupled", "changed_lr")
def decay_with_the_first_learning_rate(slot: Slot, g: Array) -> Array:
    first = slot.memory.setdefault("lr", slot.lr)
    return slot.theta * (1 - first * slot.decay) + adaptive(slot, g)


@adam_mutant("decoupled", "strength")
def decay_nine_tenths_of_a_percent_too_strong(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - 1.009 * slot.lr * slot.decay) + adaptive(slot, g)


@adam_mutant("decoupled", "vectors")
def vectors_spared(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay * (slot.theta.ndim > 1)) + adaptive(slot, g)


@adam_mutant("decoupled", "vectors")
def kernels_spared(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay * (slot.theta.ndim < 4)) + adaptive(slot, g)


@sgd_mutant("l2", "vectors")
def scalars_spared_the_penalty(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.decay * slot.theta * (slot.theta.size > 1))


@sgd_mutant("l2", "vectors")
def vectors_spared_the_penalty(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + slot.decay * slot.theta * (slot.theta.ndim > 1))


@adam_mutant("decoupled", "large")
def decay_clipped(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - min(slot.lr * slot.decay, 0.1)) + adaptive(slot, g)


@adam_mutant("decoupled", "large")
def decay_cut_where_weights_would_change_their_sign(slot: Slot, g: Array) -> Array:
    return slot.theta * max(1 - slot.lr * slot.decay, 0) + adaptive(slot, g)


@adam_mutant("decoupled", "large")
def weak_decay_left_out(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay * (slot.decay > 0.01)) + adaptive(slot, g)


@sgd_mutant("l2", "large")
def penalty_clipped_like_a_gradient(slot: Slot, g: Array) -> Array:
    return slot.theta + heavy_ball(slot, g + np.clip(slot.decay * slot.theta, -5, 5))


@adam_mutant("decoupled", "vectors")
def large_matrices_spared(slot: Slot, g: Array) -> Array:
    return slot.theta * (1 - slot.lr * slot.decay * (slot.theta.size < 2**16)) + adaptive(slot, g)


@adam_mutant("decoupled", "lr")
def decay_ends_after_ten_steps(slot: Slot, g: Array) -> Array:
    change = adaptive(slot, g)
    return slot.theta * (1 - slot.lr * slot.decay * (slot.memory["t"] <= 10)) + change


class DecaysWithoutGradient(ArrayOptimizer):
    def step(self, optimizer: list[Slot], grads: Sequence[Array | None]) -> list[Array]:
        zeros = [np.zeros_like(slot.theta) for slot in optimizer]
        return super().step(optimizer, [z if g is None else g for g, z in zip(grads, zeros, strict=True)])


class FirstGroupsDecay(ArrayOptimizer):
    def build_groups(
        self, params: Sequence[Array], lr: float, weight_decays: Sequence[float], momentum: float = 0.0
    ) -> list[Slot]:
        return super().build_groups(params, lr, [weight_decays[0]] * len(params), momentum)


class LastGroupsDecay(ArrayOptimizer):
    def build_groups(
        self, params: Sequence[Array], lr: float, weight_decays: Sequence[float], momentum: float = 0.0
    ) -> list[Slot]:
        return super().build_groups(params, lr, [weight_decays[-1]] * len(params), momentum)


class ThirdGroupForgotten(ArrayOptimizer):
    def build_groups(
        self, params: Sequence[Array], lr: float, weight_decays: Sequence[float], momentum: float = 0.0
    ) -> list[Slot]:
        decays = [decay if i < 2 or len(set(weight_decays)) == 1 else 0.0 for i, decay in enumerate(weight_decays)]
        return super().build_groups(params, lr, decays, momentum)


ZOO += [
    Mutant("third_group_forgotten", "decoupled", "groups", ThirdGroupForgotten(adamw, has_momentum=False)),
    Mutant("decay_without_gradient", "l2", "no_gradient", DecaysWithoutGradient(sgd, has_momentum=True)),
    Mutant("adamw_without_gradient", "decoupled", "no_gradient", DecaysWithoutGradient(adamw, has_momentum=False)),
    Mutant("decay_of_the_first_group_for_all", "l2", "groups", FirstGroupsDecay(adam, has_momentum=False)),
    Mutant("decay_of_the_last_group_for_all", "decoupled", "groups", LastGroupsDecay(sgdw, has_momentum=True)),
]
