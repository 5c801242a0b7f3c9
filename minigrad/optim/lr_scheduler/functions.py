"""Schedulers that ask a function for the learning rate."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

from ..optimizer import Optimizer
from .scheduler import LRScheduler, Rate, must_be_optimizer, with_last

Law = Callable[[int], float]


class _FunctionLR(LRScheduler):
    """Base class: a function of the epoch for each group. The state has those that are objects, by their attributes."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Law | list[Law], last_epoch: int = -1) -> None:
        groups = len(must_be_optimizer(optimizer).param_groups)
        laws = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * groups
        if len(laws) != groups:
            raise ValueError(f"Expected {groups} lr_lambdas, but got {len(laws)}")
        for law in laws:
            if not callable(law):
                raise TypeError(f"lr_lambda should be a function, but got {type(law).__name__}")
        self.lr_lambdas = laws
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return all attributes but the optimizer; None for a function, which cannot be saved."""
        laws = [None if isinstance(law, types.FunctionType) else law.__dict__.copy() for law in self.lr_lambdas]
        return with_last(super().state_dict(), "lr_lambdas", laws)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state; functions stay what they are."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "lr_lambdas"})
        for law, saved in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if saved is not None:
                law.__dict__.update(saved)


class LambdaLR(_FunctionLR):
    """Let functions say the multiple of the first learning rate: γₜ = f(t) γ₀.

    Args:
        optimizer: whose learning rates are set.
        lr_lambda: f, of the epoch; or a list of them, one for each group.
        last_epoch: -1, or the epoch to go on after.

    Raises:
        ValueError: there are not as many functions as groups.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LambdaLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = LambdaLR(optimizer, lambda epoch: 1 / (1 + epoch))
        >>> optimizer.step()
        >>> scheduler.step()
        >>> scheduler.get_last_lr()
        [0.5]
    """

    def get_lr(self) -> list[Rate]:
        """Return the first rates times the functions' values."""
        self._warn_outside_step()
        return [lr * law(self.last_epoch) for law, lr in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_FunctionLR):
    """Let functions say the factor between two learning rates: γₜ = f(t) γₜ₋₁.

    Args:
        optimizer: whose learning rates are set.
        lr_lambda: f, of the epoch; or a list of them, one for each group.
        last_epoch: -1, or the epoch to go on after.

    Raises:
        ValueError: there are not as many functions as groups.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiplicativeLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> scheduler = MultiplicativeLR(optimizer, lambda epoch: 0.5)
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [1.0]
        [0.5]
        [0.25]
    """

    def get_lr(self) -> list[Rate]:
        """Return the last rates times the functions' values."""
        self._warn_outside_step()
        groups = zip(self.lr_lambdas, self.optimizer.param_groups, strict=True)
        return [group["lr"] * (1.0 if self._is_initial else law(self.last_epoch)) for law, group in groups]
