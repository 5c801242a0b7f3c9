"""Schedulers made of schedulers: one after the other, or all at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from ..optimizer import Optimizer
from .plateau import ReduceLROnPlateau
from .scheduler import LRScheduler, set_value, values_of, with_last


class _ComposedLR(LRScheduler):
    """Base class: the state holds the states of the schedulers."""

    _schedulers: Sequence[LRScheduler]

    def _check(self, optimizer: Optimizer) -> None:
        """Raise unless there are schedulers, all of this optimizer, that step without a measure."""
        name = type(self).__name__
        for i, scheduler in enumerate(self._schedulers):
            if not isinstance(scheduler, LRScheduler):
                raise TypeError(f"{name} expects schedulers, but got a {type(scheduler).__name__} at index {i}")
            if isinstance(scheduler, ReduceLROnPlateau):
                raise ValueError(f"{name} does not support ReduceLROnPlateau, whose step needs a measure: index {i}")
            if scheduler.optimizer is not optimizer:
                raise ValueError(f"{name} expects all schedulers to belong to the same optimizer: index {i} does not")

    def state_dict(self) -> dict[str, Any]:
        """Return all attributes but the optimizer, and the states of the schedulers."""
        states = [scheduler.state_dict() for scheduler in self._schedulers]
        return with_last(super().state_dict(), "_schedulers", states)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state, and those of the schedulers in it."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_schedulers"})
        for scheduler, saved in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            scheduler.load_state_dict(saved)


class SequentialLR(_ComposedLR):
    """Let one scheduler after the other set the learning rate, each from its own beginning.

    Args:
        optimizer: whose learning rates are set.
        schedulers: of this optimizer.
        milestones: the epochs at which the second, the third, ... takes over.
        last_epoch: -1, or the epoch to go on after.

    Raises:
        ValueError: there is no scheduler, one is of another optimizer or a ReduceLROnPlateau, or the milestones are not
            one fewer than the schedulers.
        TypeError: one is no scheduler.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.SequentialLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
        >>> warm_up = optim.lr_scheduler.ConstantLR(optimizer, factor=0.1, total_iters=2)
        >>> decay = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = SequentialLR(optimizer, [warm_up, decay], milestones=[2])
        >>> for epoch in range(4):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.05]
        [0.05]
        [0.5]
        [0.25]
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: list[LRScheduler], milestones: list[int], last_epoch: int = -1
    ) -> None:
        if not schedulers:
            raise ValueError("SequentialLR expects at least one scheduler, but got no scheduler")
        self._schedulers = schedulers
        self._check(optimizer)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                "SequentialLR expects one more scheduler than milestones, but got "
                f"{len(schedulers)} schedulers and {len(milestones)} milestones"
            )
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        self._begin_again()

    def _begin_again(self) -> None:
        """Undo the first steps of all schedulers, then take that of the one whose turn it is."""
        for group in self.optimizer.param_groups:
            set_value(group, "lr", group["initial_lr"])
        _go_back(self)
        first = self._schedulers[bisect_right(self._milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:  # type: ignore[override]
        """Let the scheduler whose turn it is set the rates of the next epoch."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        scheduler = self._schedulers[turn]
        if turn > 0 and self._milestones[turn - 1] == self.last_epoch:
            scheduler._update_lr(0)
        else:
            scheduler.step()
        self._last_lr = scheduler.get_last_lr()


class ChainedScheduler(_ComposedLR):
    """Let several schedulers change the learning rate at each step, one on top of the other.

    Args:
        schedulers: of one optimizer.
        optimizer: that of the first scheduler, unless given.

    Raises:
        ValueError: there is no scheduler, or one is of another optimizer or a ReduceLROnPlateau.
        TypeError: one is no scheduler.

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.ChainedScheduler.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=1.0)
        >>> warm_up = optim.lr_scheduler.ConstantLR(optimizer, factor=0.5, total_iters=2)
        >>> decay = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
        >>> scheduler = ChainedScheduler([warm_up, decay])
        >>> for epoch in range(3):
        ...     print(scheduler.get_last_lr())
        ...     optimizer.step()
        ...     scheduler.step()
        [0.5]
        [0.25]
        [0.25]
    """

    def __init__(self, schedulers: Sequence[LRScheduler], optimizer: Optimizer | None = None) -> None:
        if len(schedulers) < 1:
            raise ValueError("ChainedScheduler expects at least one scheduler to be chained, but got no scheduler")
        self._schedulers = schedulers
        self.optimizer = optimizer or schedulers[0].optimizer
        self._check(self.optimizer)
        self._last_lr = values_of(self.optimizer, "lr")

    def step(self) -> None:  # type: ignore[override]
        """Let all schedulers take a step."""
        for scheduler in self._schedulers:
            scheduler.step()
        self._last_lr = values_of(self.optimizer, "lr")


def _go_back(scheduler: LRScheduler) -> None:
    """Let a scheduler forget one epoch, and all schedulers in it."""
    if isinstance(scheduler, _ComposedLR):
        for inner in scheduler._schedulers:
            _go_back(inner)
    else:
        scheduler.last_epoch -= 1
