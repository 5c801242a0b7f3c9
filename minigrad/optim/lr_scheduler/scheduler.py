"""What every scheduler of the learning rate is: a count of epochs, and a rate for each group of an optimizer."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ...functions.tensor import Tensor
from ..optimizer import Group, Optimizer

Rate = Any  # a float, or a Tensor of one element


class LRScheduler:
    """Base class of the schedulers; a subclass defines `get_lr`.

    Args:
        optimizer: whose groups' "lr" is set, at once and at each step.
        last_epoch: -1 to begin; to go on after epoch k of an earlier run, k.

    Attributes:
        base_lrs: the rates of the groups at the beginning, their "initial_lr".
        last_epoch: how many steps were taken.

    Raises:
        TypeError: the optimizer is none.
        KeyError: last_epoch is not -1, and a group has no "initial_lr".

    Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html

    Example:
        >>> from minigrad import nn, optim
        >>> class HalfLR(LRScheduler):
        ...     def get_lr(self):
        ...         return [lr * 0.5**self.last_epoch for lr in self.base_lrs]
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.8)
        >>> scheduler = HalfLR(optimizer)
        >>> for epoch in range(2):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> scheduler.get_last_lr()
        [0.2]
    """

    _is_initial = False
    _get_lr_called_within_step = False

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        self.optimizer = must_be_optimizer(optimizer)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", copied(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param 'initial_lr' is not specified in param_groups[{i}]: to go on with last_epoch={last_epoch}, "
                    "first load the state of the optimizer"
                )
        self.base_lrs = values_of(optimizer, "initial_lr")
        self.last_epoch = last_epoch
        self._initial_step()

    def _initial_step(self) -> None:
        """Set the rates of the first epoch."""
        self._step_count = 0
        with switched_on(self, "_is_initial"):
            self.step()

    def get_lr(self) -> list[Rate]:
        """Return the rates of epoch `last_epoch`, one for each group; what a subclass is about."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it sets the learning rate")

    def get_last_lr(self) -> list[Rate]:
        """Return the rates that were set last, one for each group.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
            >>> optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5).get_last_lr()
            [0.5]
        """
        return self._last_lr

    def step(self, epoch: int | None = None) -> None:
        """Set the rates of the next epoch; to be called after the optimizer's step.

        Args:
            epoch: deprecated: the epoch to go to.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
            >>> scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
            >>> optimizer.step()
            >>> scheduler.step()
            >>> optimizer.param_groups[0]["lr"]
            0.25
        """
        if self._step_count == 1 and not self.optimizer.has_stepped:
            warnings.warn(
                "Detected call of `lr_scheduler.step()` before `optimizer.step()`: call them in the opposite order, or "
                "the first value of the learning rate schedule is skipped",
                UserWarning,
                stacklevel=2,
            )
        self._step_count += 1
        if epoch is not None:
            warn_of_epoch()
        self._update_lr(epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        """Go to the next epoch, or to the one given, and set the rates."""
        with switched_on(self, "_get_lr_called_within_step"):
            if epoch is None:
                self.last_epoch += 1
                rates = self.get_lr()
            else:
                self.last_epoch = epoch
                rates = self._get_closed_form_lr()
        self._set_lr(rates)

    def _get_closed_form_lr(self) -> list[Rate]:
        """Return the rates of epoch `last_epoch` by a formula that does without those of the epoch before."""
        return self.get_lr()

    def _set_lr(self, rates: list[Rate]) -> None:
        for group, rate in zip(self.optimizer.param_groups, rates, strict=True):
            set_value(group, "lr", rate)
        self._last_lr = values_of(self.optimizer, "lr")

    def _warn_outside_step(self) -> None:
        """Warn that `get_lr` returns the next rate, not the present one."""
        if not self._get_lr_called_within_step:
            warnings.warn(
                "To get the last learning rate computed by the scheduler, please use `get_last_lr()`.",
                UserWarning,
                stacklevel=3,
            )

    def state_dict(self) -> dict[str, Any]:
        """Return all attributes but the optimizer.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
            >>> optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5).state_dict()["last_epoch"]
            0
        """
        return {key: value for key, value in self.__dict__.items() if key != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` of such a scheduler returned; load the state of the optimizer after it.

        Args:
            state_dict: the attributes by name.

        Source: https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html

        Example:
            >>> from minigrad import nn, optim
            >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.5)
            >>> scheduler = optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.5)
            >>> scheduler.load_state_dict({"last_epoch": 3})
            >>> scheduler.last_epoch
            3
        """
        self.__dict__.update(state_dict)


@contextmanager
def switched_on(scheduler: LRScheduler, flag: str) -> Iterator[None]:
    """Keep a flag of the scheduler True for a while."""
    setattr(scheduler, flag, True)
    try:
        yield
    finally:
        setattr(scheduler, flag, False)


def must_be_optimizer(optimizer: Any) -> Optimizer:
    """Return the optimizer; TypeError if it is none."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"scheduler: argument 'optimizer' must be Optimizer, but {type(optimizer).__name__} is not an Optimizer"
        )
    return optimizer


def warn_of_epoch() -> None:
    """Warn of the epoch argument of `step`."""
    warnings.warn(
        "the epoch parameter of `scheduler.step()` is deprecated: call `scheduler.step()` once an epoch",
        UserWarning,
        stacklevel=3,
    )


def copied(value: Any) -> Any:
    """Return a value that stays what it is when a tensor in a group is written into."""
    return value.clone() if isinstance(value, Tensor) else value


def with_last(state: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    """Return a state with another value of a key, which comes last: where PyTorch puts what it saves otherwise."""
    return {**{name: x for name, x in state.items() if name != key}, key: value}


def values_of(optimizer: Optimizer, key: str) -> list[Any]:
    """Return an option of every group."""
    return [copied(group[key]) for group in optimizer.param_groups]


def set_value(group: Group, key: str, value: Any) -> None:
    """Set an option of a group; a tensor stays the same tensor, with another value."""
    if isinstance(group[key], Tensor):
        group[key].fill_(value)
    else:
        group[key] = value


def per_group(name: str, optimizer: Optimizer, value: Any) -> list[Any]:
    """Return a value for each group, out of a list of them or of one for all; ValueError if the lengths differ."""
    groups = len(must_be_optimizer(optimizer).param_groups)
    if not isinstance(value, list | tuple):
        return [copied(value) for _ in range(groups)]
    if len(value) != groups:
        raise ValueError(
            f"{name} must have the same length as optimizer.param_groups: {name} has {len(value)} values, "
            f"param_groups has {groups}"
        )
    return [copied(v) for v in value]
