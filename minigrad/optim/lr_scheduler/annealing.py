"""Schedulers that follow a cosine."""

from __future__ import annotations

import math

from ..optimizer import Optimizer
from .scheduler import LRScheduler, Rate, switched_on


class CosineAnnealingLR(LRScheduler):
    """Let the learning rate follow a cosine, down and up again: γₜ = γₘᵢₙ + ½ (γ₀ - γₘᵢₙ) (1 + cos(π t / T)).

    Each rate is computed from the one before, so that changes by others last:
    γₜ = γₘᵢₙ + (γₜ₋₁ - γₘᵢₙ) (1 + cos(π t / T)) / (1 + cos(π (t - 1) / T)).

    Args:
        optimizer: whose learning rates are set.
        T_max: T, half the period in epochs.
        eta_min: γₘᵢₙ.
        last_epoch: -1, or the epoch to go on after.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017;
        https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = CosineAnnealingLR(optimizer, T_max=2)
        >>> for epoch in range(3):
        ...     print([round(lr, 4) for lr in scheduler.get_last_lr()])
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [0.5]
        [0.0]
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """Return the rates of the epoch, from those of the last one."""
        self._warn_outside_step()
        rates = [group["lr"] for group in self.optimizer.param_groups]
        if self._is_initial:
            return rates
        before = self.last_epoch - 1
        if before % (2 * self.T_max) == self.T_max:  # at γₘᵢₙ, where the ratio would be 0 / 0
            rise = (1 - math.cos(math.pi / self.T_max)) / 2
            return [lr + (base_lr - self.eta_min) * rise for lr, base_lr in zip(rates, self.base_lrs, strict=True)]
        ratio = self._share(self.last_epoch) / self._share(before)
        return [ratio * (lr - self.eta_min) + self.eta_min for lr in rates]

    def _get_closed_form_lr(self) -> list[Rate]:
        share = self._share(self.last_epoch)
        return [self.eta_min + (base_lr - self.eta_min) * share for base_lr in self.base_lrs]

    def _share(self, t: int) -> float:
        return (1 + math.cos(math.pi * t / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """Let the learning rate fall along half a cosine, then start again: γₜ = γₘᵢₙ + ½ (γ₀ - γₘᵢₙ) (1 + cos(π c / T)).

    c counts the epochs since the last start. T is the length of a fall: T_0 at first, T_mult times as long each time.

    Args:
        optimizer: whose learning rates are set.
        T_0: length of the first fall in epochs, > 0.
        T_mult: an integer >= 1.
        eta_min: γₘᵢₙ.
        last_epoch: -1, or the epoch to go on after.

    Raises:
        ValueError: T_0 or T_mult is no such integer, or eta_min no number.

    Source: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017;
        https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CosineAnnealingWarmRestarts.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = CosineAnnealingWarmRestarts(optimizer, T_0=2)
        >>> for epoch in range(4):
        ...     print([round(lr, 4) for lr in scheduler.get_last_lr()])
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [0.5]
        [1.0]
        [0.5]
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        if not isinstance(T_0, int) or T_0 <= 0:
            raise ValueError(f"Expected positive integer T_0, but got {T_0}")
        if not isinstance(T_mult, int) or T_mult < 1:
            raise ValueError(f"Expected integer T_mult >= 1, but got {T_mult}")
        if not isinstance(eta_min, float | int):
            raise ValueError(f"Expected float or int eta_min, but got {eta_min} of type {type(eta_min).__name__}")
        self.T_0 = T_0
        self.T_i: float = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """Return the rates of the epoch."""
        self._warn_outside_step()
        share = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base_lr - self.eta_min) * share for base_lr in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Set the rates of the next epoch, or of the one given, which may be a fraction: epoch + batch / batches."""
        if epoch is None and self.last_epoch < 0:
            epoch = 0
        if epoch is None:
            epoch = self.last_epoch + 1
            self._go_on()
        else:
            self._go_to(epoch)
        with switched_on(self, "_get_lr_called_within_step"):
            self.last_epoch = math.floor(epoch)
            self._set_lr(self.get_lr())

    def _go_on(self) -> None:
        self.T_cur += 1
        if self.T_cur >= self.T_i:
            self.T_cur %= self.T_i
            self.T_i *= self.T_mult

    def _go_to(self, epoch: float) -> None:
        if epoch < 0:
            raise ValueError(f"Expected non-negative epoch, but got {epoch}")
        restarts = self._restarts(epoch)
        begin = restarts if self.T_mult == 1 or not restarts else (self.T_mult**restarts - 1) / (self.T_mult - 1)
        self.T_cur = epoch - self.T_0 * begin
        self.T_i = self.T_0 * self.T_mult**restarts

    def _restarts(self, epoch: float) -> int:
        """Return how many falls are over: the n with 1 + T_mult + ... + T_mult^(n-1) <= epoch / T_0."""
        if self.T_mult == 1 or epoch < self.T_0:
            return int(epoch // self.T_0)
        return int(math.log(epoch / self.T_0 * (self.T_mult - 1) + 1, self.T_mult))
