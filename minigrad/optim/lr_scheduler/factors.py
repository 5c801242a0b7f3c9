"""Schedulers that multiply the learning rate by a factor that depends on the epoch."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from ..optimizer import Optimizer
from .scheduler import LRScheduler, Rate


class FactorLR(LRScheduler):
    """Base class: γₜ = ratio(t) γₜ₋₁, even if something else has changed γ in between; alone, γₜ = multiple(t) γ₀."""

    def ratio(self, t: int) -> float:
        """Return γₜ / γₜ₋₁; where 0 is divided by 0, 1."""
        raise NotImplementedError(f"{type(self).__name__} does not say by which ratio")

    def multiple(self, t: int) -> float:
        """Return γₜ / γ₀ of a scheduler that works alone."""
        raise NotImplementedError(f"{type(self).__name__} has no closed form")

    def get_lr(self) -> list[Rate]:
        """Return the rates of the last epoch times the ratio."""
        self._warn_outside_step()
        ratio = self.ratio(self.last_epoch)
        return [group["lr"] * ratio for group in self.optimizer.param_groups]

    def _get_closed_form_lr(self) -> list[Rate]:
        multiple = self.multiple(self.last_epoch)
        return [base_lr * multiple for base_lr in self.base_lrs]


class StepLR(FactorLR):
    """Multiply the learning rate by a constant every few epochs: γₜ = g^⌊t/s⌋ γ₀.

    Args:
        optimizer: whose learning rates are set.
        step_size: s > 0, in epochs.
        gamma: g.
        last_epoch: -1, or the epoch to go on after.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
        >>> scheduler = StepLR(optimizer, step_size=2)
        >>> for epoch in range(4):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5]
        [0.5]
        [0.05]
        [0.05]
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        """Return g every s epochs, else 1."""
        return self.gamma if t and t % self.step_size == 0 else 1.0

    def multiple(self, t: int) -> float:
        """Return g^⌊t/s⌋."""
        return self.gamma ** (t // self.step_size)


class MultiStepLR(FactorLR):
    """Multiply the learning rate by a constant at given epochs: γₜ = g^(how many milestones are <= t) γ₀.

    Args:
        optimizer: whose learning rates are set.
        milestones: epochs; one that is listed twice counts twice.
        gamma: g.
        last_epoch: -1, or the epoch to go on after.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = MultiStepLR(optimizer, milestones=[1, 2], gamma=0.5)
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [0.5]
        [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        """Return g at a milestone, else 1."""
        return self.gamma ** self.milestones[t]

    def multiple(self, t: int) -> float:
        """Return g^(how many milestones are <= t)."""
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), t)


class ConstantLR(FactorLR):
    """Keep the learning rate small at first: γₜ = f γ₀ if t < T, else γ₀.

    Args:
        optimizer: whose learning rates are set.
        factor: f in [0, 1].
        total_iters: T, in epochs.
        last_epoch: -1, or the epoch to go on after.

    Raises:
        ValueError: factor is not in [0, 1].

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ConstantLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5]
        [0.5]
        [1.0]
    """

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        _in_unit_interval("factor", factor)
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        """Return f at first, 1/f at T, else 1."""
        if t == 0:
            return self.factor
        return 1.0 / self.factor if t == self.total_iters else 1.0

    def multiple(self, t: int) -> float:
        """Return f before T, else 1."""
        return self.factor if t < self.total_iters else 1.0


class LinearLR(FactorLR):
    """Change the learning rate in equal steps: γₜ = (s + (e - s) min(t, T) / T) γ₀.

    Args:
        optimizer: whose learning rates are set.
        start_factor: s in (0, 1].
        end_factor: e in [0, 1].
        total_iters: T, in epochs.
        last_epoch: -1, or the epoch to go on after.

    Raises:
        ValueError: start_factor is not in (0, 1], or end_factor not in [0, 1].

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LinearLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = LinearLR(optimizer, start_factor=0.5, total_iters=2)
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5]
        [0.75]
        [1.0]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        if not 0.0 < start_factor <= 1.0:
            raise ValueError(f"start_factor expected to be greater than 0 and at most 1, but got {start_factor}")
        _in_unit_interval("end_factor", end_factor)
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        """Return multiple(t) / multiple(t - 1) until T, then 1."""
        if t == 0:
            return self.start_factor
        if self._is_initial or t > self.total_iters:
            return 1.0
        change = self.end_factor - self.start_factor
        return 1.0 + change / (self.total_iters * self.start_factor + (t - 1) * change)

    def multiple(self, t: int) -> float:
        """Return s + (e - s) min(t, T) / T."""
        change = self.end_factor - self.start_factor
        return self.start_factor + change * min(self.total_iters, t) / self.total_iters


class ExponentialLR(FactorLR):
    """Multiply the learning rate by a constant every epoch: γₜ = gᵗ γ₀.

    Args:
        optimizer: whose learning rates are set.
        gamma: g.
        last_epoch: -1, or the epoch to go on after.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ExponentialLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = ExponentialLR(optimizer, gamma=0.5)
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [0.5]
        [0.25]
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        """Return g."""
        return 1.0 if self._is_initial else self.gamma

    def multiple(self, t: int) -> float:
        """Return gᵗ."""
        return self.gamma**t


class PolynomialLR(FactorLR):
    """Let the learning rate fall to 0 as a power of the time that is left: γₜ = (1 - min(t, T) / T)^p γ₀.

    Args:
        optimizer: whose learning rates are set.
        total_iters: T, in epochs.
        power: p.
        last_epoch: -1, or the epoch to go on after.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.PolynomialLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = PolynomialLR(optimizer, total_iters=2)
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [0.5]
        [0.0]
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def ratio(self, t: int) -> float:
        """Return multiple(t) / multiple(t - 1) until T, then 1."""
        if self._is_initial or t > self.total_iters:
            return 1.0
        left, left_before = 1.0 - t / self.total_iters, 1.0 - (t - 1) / self.total_iters
        return (left / left_before) ** self.power

    def multiple(self, t: int) -> float:
        """Return (1 - min(t, T) / T)^p."""
        return (1.0 - min(self.total_iters, t) / self.total_iters) ** self.power


def _in_unit_interval(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise ValueError(f"{name} expected to be between 0 and 1, but got {value}")
