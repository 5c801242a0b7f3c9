"""Schedulers that let the learning rate rise and fall, and momentum fall and rise."""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from typing import Any

from ..optimizer import Group, Optimizer
from .scheduler import LRScheduler, Rate, must_be_optimizer, per_group, set_value, with_last

Scale = Callable[[float], float]


class _MomentumLR(LRScheduler):
    """Base class: momentum moves against the learning rate, between bounds that its group holds."""

    cycle_momentum: bool
    use_beta1: bool

    def _begin_momentum(self, base_momentum: Any, max_momentum: Any, last_epoch: int) -> tuple[list[Any], list[Any]]:
        """Check that there is a momentum, and set it to its upper bound; return the bounds for each group."""
        defaults = self.optimizer.defaults
        if "momentum" not in defaults and "betas" not in defaults:
            raise ValueError("optimizer must support momentum or beta1 with `cycle_momentum` option enabled")
        self.use_beta1 = "betas" in defaults
        lows = per_group("base_momentum", self.optimizer, base_momentum)
        highs = per_group("max_momentum", self.optimizer, max_momentum)
        if last_epoch == -1:
            for group, low, high in zip(self.optimizer.param_groups, lows, highs, strict=True):
                self._set_momentum(group, high)
                group.update(base_momentum=low, max_momentum=high)
        return lows, highs

    def _set_momentum(self, group: Group, momentum: Any) -> None:
        if self.use_beta1:
            group["betas"] = (momentum, *group["betas"][1:])
        else:
            group["momentum"] = momentum


class CyclicLR(_MomentumLR):
    """Let the learning rate rise and fall in a zigzag between two bounds, cycle after cycle.

    Args:
        optimizer: whose learning rates are set; with cycle_momentum, their momentum or β₁ too.
        base_lr: lower bound, or a list of them, one for each group.
        max_lr: upper bound, or a list of them.
        step_size_up: how many steps a rise takes.
        step_size_down: how many a fall takes; as many unless given.
        mode: "triangular": all cycles alike; "triangular2": each half as high as the one before; "exp_range": the
            height at step t is gamma^t.
        gamma: of "exp_range".
        scale_fn: the height of a cycle, in place of mode: a function of the cycle, counted from 1, or of the step.
        scale_mode: "cycle" or "iterations": what scale_fn is a function of.
        cycle_momentum: let momentum fall where the learning rate rises.
        base_momentum: lower bound, or a list of them.
        max_momentum: upper bound, or a list of them.
        last_epoch: -1, or the step to go on after.

    Raises:
        ValueError: mode is none of the three, a list is not as long as there are groups, or there is no momentum.

    Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017;
        https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.CyclicLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1)
        >>> scheduler = CyclicLR(optimizer, 0.25, 1.0, step_size_up=2, cycle_momentum=False)
        >>> for epoch in range(5):
        ...     print([round(lr, 4) for lr in scheduler.get_last_lr()])
        ...     optimizer.step()
        ...     scheduler.step()
        [0.25]
        [0.625]
        [1.0]
        [0.625]
        [0.25]
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: str = "triangular",
        gamma: float = 1.0,
        scale_fn: Scale | None = None,
        scale_mode: str = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = must_be_optimizer(optimizer)
        base_lrs = per_group("base_lr", optimizer, base_lr)
        self.max_lrs = per_group("max_lr", optimizer, max_lr)
        if mode not in ("triangular", "triangular2", "exp_range") and scale_fn is None:
            raise ValueError(f"mode {mode!r} is invalid and scale_fn is None")
        if last_epoch == -1:
            for group, lr in zip(optimizer.param_groups, base_lrs, strict=True):
                set_value(group, "lr", lr)
        self.total_size = float(step_size_up) + float(step_size_up if step_size_down is None else step_size_down)
        self.step_ratio = step_size_up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self.scale_mode = scale_mode if scale_fn else "iterations" if mode == "exp_range" else "cycle"
        self._scale_fn_custom = scale_fn
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self.base_momentums, self.max_momentums = self._begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)
        self.base_lrs = base_lrs

    def scale_fn(self, x: float) -> float:
        """Return the height of cycle x, counted from 1, or at step x."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        if self.mode == "triangular":
            return 1.0
        return 1 / 2.0 ** (x - 1) if self.mode == "triangular2" else self.gamma**x

    def get_lr(self) -> list[Rate]:
        """Return the rates of the step, and set its momentum."""
        self._warn_outside_step()
        height = self._height()
        if self.cycle_momentum:
            bounds = zip(self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True)
            for group, low, high in bounds:
                self._set_momentum(group, high - (high - low) * height)
        return [low + (high - low) * height for low, high in zip(self.base_lrs, self.max_lrs, strict=True)]

    def _height(self) -> float:
        """Return where between the bounds the step is: 0 at the lower one, 1 at the upper one."""
        t = self.last_epoch / self.total_size
        cycle = math.floor(1 + t)
        x = 1.0 + t - cycle
        height = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        return height * self.scale_fn(cycle if self.scale_mode == "cycle" else self.last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Return all attributes but the optimizer; of a scale_fn its attributes, or None for a function."""
        scale = self._scale_fn_custom
        saved = None if scale is None or isinstance(scale, types.FunctionType) else scale.__dict__.copy()
        return with_last(super().state_dict(), "_scale_fn_custom", saved)

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state; a scale_fn that is a function stays what it is."""
        super().load_state_dict({key: value for key, value in state_dict.items() if key != "_scale_fn_custom"})
        if state_dict["_scale_fn_custom"] is not None:
            self._scale_fn_custom.__dict__.update(state_dict["_scale_fn_custom"])


class OneCycleLR(_MomentumLR):
    """Let the learning rate rise once, from max_lr / div_factor to max_lr, then fall far below; a step is a batch.

    Args:
        optimizer: whose learning rates are set; with cycle_momentum, their momentum or β₁ too.
        max_lr: the upper bound, or a list of them, one for each group.
        total_steps: how many steps there are; or
        epochs, steps_per_epoch: two numbers whose product is total_steps.
        pct_start: the share of the steps in which the rate rises, a float in [0, 1].
        anneal_strategy: "cos" or "linear".
        cycle_momentum: let momentum fall where the learning rate rises.
        base_momentum: lower bound, or a list of them.
        max_momentum: upper bound, or a list of them.
        div_factor: the first rate is max_lr / div_factor.
        final_div_factor: the last rate is the first / final_div_factor.
        three_phase: fall to the first rate in as many steps as the rise took, and only then below.
        last_epoch: -1, or the step to go on after.

    Raises:
        ValueError: an option is out of its range, a list is not as long as there are groups, there is no momentum, or
            (at a step) there were total_steps steps already.

    Source: Smith and Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large
        Learning Rates", 2019;
        https://pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.OneCycleLR.html

    Example:
        >>> from minigrad import nn, optim
        >>> optimizer = optim.SGD(nn.Linear(1, 1).parameters(), lr=0.1, momentum=0.9)
        >>> scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10)
        >>> for batch in range(9):
        ...     optimizer.step()
        ...     scheduler.step()
        >>> round(scheduler.get_last_lr()[0], 6), optimizer.param_groups[0]["momentum"]
        (4e-06, 0.95)
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: str = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        self.optimizer = must_be_optimizer(optimizer)
        self.total_steps = _total_steps(total_steps, epochs, steps_per_epoch)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:
            raise ValueError(f"Expected float between 0 and 1 pct_start, but got {pct_start}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be one of 'cos' or 'linear', instead got {anneal_strategy}")
        self._schedule_phases = _phases(pct_start * self.total_steps, self.total_steps, three_phase)
        self._anneal_func_type = anneal_strategy
        max_lrs = per_group("max_lr", optimizer, max_lr)
        if last_epoch == -1:
            for group, high in zip(optimizer.param_groups, max_lrs, strict=True):
                low = high / div_factor
                group.update(initial_lr=low, max_lr=high, min_lr=low / final_div_factor)
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            self._begin_momentum(base_momentum, max_momentum, last_epoch)
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Rate]:
        """Return the rates of the step, and set its momentum."""
        self._warn_outside_step()
        t = self.last_epoch
        if t > self.total_steps:
            raise ValueError(f"Tried to step {t} times. The specified number of total steps is {self.total_steps}")
        phase, share = self._phase(t)
        groups = self.optimizer.param_groups
        if self.cycle_momentum:
            for group in groups:
                momentum = self._between(group[phase["start_momentum"]], group[phase["end_momentum"]], share)
                self._set_momentum(group, momentum)
        return [self._between(group[phase["start_lr"]], group[phase["end_lr"]], share) for group in groups]

    def _phase(self, t: int) -> tuple[dict[str, Any], float]:
        """Return the phase that a step is in, and the share of the phase that is over."""
        start = 0.0
        for phase in self._schedule_phases[:-1]:
            if t <= phase["end_step"]:
                break
            start = phase["end_step"]
        else:
            phase = self._schedule_phases[-1]
        return phase, (t - start) / (phase["end_step"] - start)

    def _between(self, start: Any, end: Any, share: float) -> Any:
        if self._anneal_func_type == "linear":
            return (end - start) * share + start
        return end + (start - end) / 2.0 * (math.cos(math.pi * share) + 1)


def _total_steps(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is not None:
        return _positive("total_steps", total_steps)
    if epochs is None or steps_per_epoch is None:
        raise ValueError("You must define either total_steps OR (epochs AND steps_per_epoch)")
    return _positive("epochs", epochs) * _positive("steps_per_epoch", steps_per_epoch)


def _positive(name: str, value: int) -> int:
    if not isinstance(value, int) or value <= 0:
        raise ValueError(f"Expected positive integer {name}, but got {value}")
    return value


def _phases(rise: float, total_steps: int, three_phase: bool) -> list[dict[str, Any]]:
    """Return for each phase its last step, and where the rate and the momentum go from and to."""
    up = ("initial_lr", "max_lr", "max_momentum", "base_momentum")
    down = ("max_lr", "initial_lr", "base_momentum", "max_momentum")
    if three_phase:
        out = ("initial_lr", "min_lr", "max_momentum", "max_momentum")
        ends = [(rise - 1, up), (2 * rise - 2, down), (total_steps - 1, out)]
    else:
        ends = [(rise - 1, up), (total_steps - 1, ("max_lr", "min_lr", "base_momentum", "max_momentum"))]
    keys = ("end_step", "start_lr", "end_lr", "start_momentum", "end_momentum")
    return [dict(zip(keys, (end, *way), strict=True)) for end, way in ends]
