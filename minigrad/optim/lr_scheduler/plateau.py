"""A scheduler that waits for a measure to get no better."""

from __future__ import annotations

import math
from typing import SupportsFloat

from ..optimizer import Optimizer
from .scheduler import LRScheduler, must_be_optimizer, set_value, values_of, warn_of_epoch


class ReduceLROnPlateau(LRScheduler):
    """Multiply the learning rate by a factor when a measure has not improved for some epochs.

    A measure a is better than the best b so far where a < b (1 - τ), with mode "max" where a > b (1 + τ); with
    threshold_mode "abs" where a < b - τ, or a > b + τ.

    Args:
        optimizer: whose learning rates are set.
        mode: "min" for a measure that should fall, "max" for one that should rise.
        factor: below 1; new lr = max(factor · lr, min_lr).
        patience: how many epochs without improvement are borne.
        threshold: τ.
        threshold_mode: "rel" or "abs".
        cooldown: how many epochs after a reduction are not counted.
        min_lr: a lower bound, or a list of them, one for each group.
        eps: a reduction by not more than this is not made.

    Raises:
        ValueError: factor >= 1, mode or threshold_mode is neither, or there are not as many bounds as groups.
        TypeError: the optimizer is none.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ReduceLROnPlateau.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
        >>> scheduler = ReduceLROnPlateau(optimizer, patience=1)
        >>> for loss in (3.0, 2.0, 2.0, 2.0):
        ...     scheduler.step(loss)
        >>> scheduler.get_last_lr()
        [0.05]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: str = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0,
        eps: float = 1e-8,
    ) -> None:
        if not factor < 1.0:
            raise ValueError(f"Factor should be < 1.0, but got {factor}")
        if mode not in ("min", "max"):
            raise ValueError(f"mode {mode} is unknown: it must be 'min' or 'max'")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold mode {threshold_mode} is unknown: it must be 'rel' or 'abs'")
        self.factor = factor
        self.optimizer = must_be_optimizer(optimizer)
        groups = len(optimizer.param_groups)
        self.default_min_lr = None if isinstance(min_lr, list | tuple) else min_lr
        self.min_lrs = list(min_lr) if isinstance(min_lr, list | tuple) else [min_lr] * groups
        if len(self.min_lrs) != groups:
            raise ValueError(f"expected {groups} min_lrs, got {len(self.min_lrs)}")
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.last_epoch = 0
        self._last_lr = values_of(optimizer, "lr")
        self.mode_worse = math.inf if mode == "min" else -math.inf
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self._reset()

    def _reset(self) -> None:
        """Forget the best measure."""
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0

    @property
    def in_cooldown(self) -> bool:
        """Whether epochs without improvement are not counted now."""
        return self.cooldown_counter > 0

    def step(self, metrics: SupportsFloat, epoch: int | None = None) -> None:  # type: ignore[override]
        """Take in the measure of an epoch, and reduce the rates where patience is over.

        Args:
            metrics: a number, or a tensor of one element.
            epoch: deprecated: the epoch to go to.
        """
        measure = float(metrics)
        if epoch is not None:
            warn_of_epoch()
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch

        self.num_bad_epochs += 1
        if self._is_better(measure, self.best):
            self.best = measure
            self.num_bad_epochs = 0
        if self.in_cooldown:
            self.cooldown_counter -= 1
            self.num_bad_epochs = 0
        if self.num_bad_epochs > self.patience:
            self._reduce_lr()
            self.cooldown_counter = self.cooldown
            self.num_bad_epochs = 0
        self._last_lr = values_of(self.optimizer, "lr")

    def _is_better(self, measure: float, best: float) -> bool:
        margin = self.threshold if self.mode == "max" else -self.threshold
        bound = best * (1.0 + margin) if self.threshold_mode == "rel" else best + margin
        return measure > bound if self.mode == "max" else measure < bound

    def _reduce_lr(self) -> None:
        for group, min_lr in zip(self.optimizer.param_groups, self._bounds(), strict=True):
            old = float(group["lr"])
            new = max(old * self.factor, min_lr)
            if old - new > self.eps:
                set_value(group, "lr", new)

    def _bounds(self) -> list[float]:
        """Return a lower bound for each group, those too that were added meanwhile."""
        groups = len(self.optimizer.param_groups)
        if len(self.min_lrs) != groups:
            if self.default_min_lr is None:
                raise RuntimeError(
                    f"the optimizer has {groups} param groups now, but min_lr was given for {len(self.min_lrs)}: "
                    "set `min_lrs` to a list of as many"
                )
            self.min_lrs = [self.default_min_lr] * groups
        return self.min_lrs
