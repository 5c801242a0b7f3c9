"""Schedulers against the formulas of their docstrings, step by step, together, and interrupted."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad.nn import Parameter
from minigrad.optim import SGD, Adam, Optimizer
from minigrad.optim.lr_scheduler import (
    ChainedScheduler,
    ConstantLR,
    CosineAnnealingLR,
    CosineAnnealingWarmRestarts,
    CyclicLR,
    ExponentialLR,
    LambdaLR,
    LinearLR,
    LRScheduler,
    MultiplicativeLR,
    MultiStepLR,
    OneCycleLR,
    PolynomialLR,
    ReduceLROnPlateau,
    SequentialLR,
    StepLR,
)

Make = Callable[[Optimizer], LRScheduler]


def optimizer_of(*lrs: Any, momentum: float = 0.9) -> SGD:
    """Return an optimizer with a group for each learning rate."""
    return SGD([{"params": Parameter(minigrad.ones(1)), "lr": lr} for lr in lrs], momentum=momentum)


def rates(make: Make, steps: int, lr: float = 1.0) -> list[float]:
    """Return the learning rates of the first epochs."""
    optimizer = optimizer_of(lr)
    scheduler = make(optimizer)
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


# -- the formulas -----------------------------------------------------------------------------------------------------

shares = st.floats(0.1, 1.0)
lengths = st.integers(1, 30)
EPOCHS = range(70)


def assert_follows(make: Make, formula: Callable[[int], float]) -> None:
    np.testing.assert_allclose(rates(make, len(EPOCHS)), [formula(t) for t in EPOCHS], rtol=1e-9, atol=1e-12)


@given(size=lengths, gamma=shares)
def test_step(size: int, gamma: float) -> None:
    assert_follows(lambda o: StepLR(o, size, gamma), lambda t: gamma ** (t // size))


@given(milestones=st.lists(st.integers(1, 60)), gamma=shares)
def test_multi_step(milestones: list[int], gamma: float) -> None:
    assert_follows(lambda o: MultiStepLR(o, milestones, gamma), lambda t: gamma ** sum(m <= t for m in milestones))


@given(factor=shares, total=lengths)
def test_constant(factor: float, total: int) -> None:
    assert_follows(lambda o: ConstantLR(o, factor, total), lambda t: factor if t < total else 1.0)


@given(start=shares, end=st.floats(0.0, 1.0), total=lengths)
def test_linear(start: float, end: float, total: int) -> None:
    assert_follows(lambda o: LinearLR(o, start, end, total), lambda t: start + (end - start) * min(t, total) / total)


@given(gamma=shares)
def test_exponential(gamma: float) -> None:
    assert_follows(lambda o: ExponentialLR(o, gamma), lambda t: gamma**t)


@given(total=lengths, power=st.floats(0.5, 3.0))
def test_polynomial(total: int, power: float) -> None:
    assert_follows(lambda o: PolynomialLR(o, total, power), lambda t: (1 - min(t, total) / total) ** power)


@given(half=st.integers(2, 30), low=st.floats(0.0, 0.5))
def test_cosine(half: int, low: float) -> None:
    """Down in T epochs, and up again in T."""
    assert_follows(
        lambda o: CosineAnnealingLR(o, half, low),
        lambda t: low + (1 - low) * (1 + math.cos(math.pi * t / half)) / 2,
    )


@given(first=lengths, times=st.integers(1, 3))
def test_warm_restarts(first: int, times: int) -> None:
    def formula(t: int) -> float:
        length = first
        while t >= length:
            t, length = t - length, length * times
        return (1 + math.cos(math.pi * t / length)) / 2

    assert_follows(lambda o: CosineAnnealingWarmRestarts(o, first, times), formula)


def test_functions() -> None:
    assert_follows(lambda o: LambdaLR(o, lambda t: 1 / (1 + t)), lambda t: 1 / (1 + t))
    assert_follows(lambda o: MultiplicativeLR(o, lambda t: t / (1 + t)), lambda t: 1 / (1 + t))


def test_one_cycle_by_hand() -> None:
    """Up from 1/25 in 0.3·10 - 1 = 2 steps, down to 1/25/10000 in 7; momentum the other way."""
    optimizer = optimizer_of(0.5)
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10, anneal_strategy="linear")
    seen = []
    for _ in range(10):
        seen.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        optimizer.step()
        scheduler.step()
    last = 1 / 25 / 1e4
    up = [(1 / 25, 0.95), (0.52, 0.9), (1.0, 0.85)]
    down = [(1 + (last - 1) * i / 7, 0.85 + 0.1 * i / 7) for i in range(1, 8)]
    np.testing.assert_allclose(seen, up + down, rtol=1e-12)
    with pytest.raises(ValueError, match=r"Tried to step 11 times\. The specified number of total steps is 10"):
        scheduler.step()


def test_one_cycle_moves_the_first_beta_of_an_adam() -> None:
    optimizer = Adam([Parameter(minigrad.ones(1))])
    scheduler = OneCycleLR(optimizer, max_lr=1.0, total_steps=10, pct_start=0.2)
    assert optimizer.param_groups[0]["betas"] == (0.95, 0.999)
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["betas"] == (0.85, 0.999)


def test_a_zigzag_by_hand() -> None:
    seen = rates(lambda o: CyclicLR(o, 1.0, 3.0, step_size_up=2, step_size_down=1), 7)
    np.testing.assert_allclose(seen, [1, 2, 3, 1, 2, 3, 1], rtol=1e-12)
    halved = rates(lambda o: CyclicLR(o, 1.0, 3.0, step_size_up=1, mode="triangular2"), 6)
    np.testing.assert_allclose(halved, [1, 3, 1, 2, 1, 1.5], rtol=1e-12)


def test_a_plateau_by_hand() -> None:
    """Two epochs without improvement are borne; after a reduction, two are not counted."""
    optimizer = optimizer_of(1.0)
    scheduler = ReduceLROnPlateau(optimizer, factor=0.5, patience=2, cooldown=2)
    measures = [5.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0, 4.0]
    seen = []
    for measure in measures:
        scheduler.step(minigrad.tensor(measure))
        seen.append(optimizer.param_groups[0]["lr"])
    assert seen == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]
    assert scheduler.best == 4.0


# -- together with others ---------------------------------------------------------------------------------------------

RELATIVE = [
    lambda o: StepLR(o, 3),
    lambda o: MultiStepLR(o, [2, 4]),
    lambda o: ConstantLR(o, 0.5, 4),
    lambda o: LinearLR(o, 0.5, 1.0, 6),
    lambda o: ExponentialLR(o, 0.9),
    lambda o: PolynomialLR(o, 20),
    lambda o: CosineAnnealingLR(o, 20),
    lambda o: MultiplicativeLR(o, lambda t: 0.9),
]


@pytest.mark.parametrize("make", RELATIVE)
def test_a_rate_doubled_by_hand_stays_doubled(make: Make) -> None:
    plain = rates(make, 12)
    optimizer = optimizer_of(1.0)
    scheduler = make(optimizer)
    seen = []
    for t in range(12):
        if t == 5:
            optimizer.param_groups[0]["lr"] *= 2
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    np.testing.assert_allclose(seen[:5], plain[:5], rtol=1e-12)
    np.testing.assert_allclose(seen[5:], 2 * np.array(plain[5:]), rtol=1e-12)


@pytest.mark.parametrize("make", RELATIVE)
def test_groups_keep_their_proportion(make: Make) -> None:
    optimizer = optimizer_of(1.0, 0.25)
    scheduler = make(optimizer)
    for _ in range(10):
        large, small = (group["lr"] for group in optimizer.param_groups)
        assert small == pytest.approx(large / 4, rel=1e-12)
        optimizer.step()
        scheduler.step()


@pytest.mark.parametrize("make", RELATIVE)
def test_a_chain_multiplies(make: Make) -> None:
    chained = rates(lambda o: ChainedScheduler([make(o), ExponentialLR(o, 0.5)]), 10)
    np.testing.assert_allclose(chained, np.array(rates(make, 10)) * 0.5 ** np.arange(10), rtol=1e-12)


def test_a_sequence_is_one_after_the_other() -> None:
    seen = rates(lambda o: SequentialLR(o, [ConstantLR(o, 0.1, 3), ExponentialLR(o, 0.5)], milestones=[3]), 6)
    np.testing.assert_allclose(seen, [0.1, 0.1, 0.1, 1.0, 0.5, 0.25], rtol=1e-12)


def test_a_tensor_of_a_rate_stays_the_same_tensor() -> None:
    lr = minigrad.tensor(1.0)
    optimizer = optimizer_of(lr)
    scheduler = ExponentialLR(optimizer, 0.5)
    first = scheduler.get_last_lr()
    optimizer.step()
    scheduler.step()
    assert optimizer.param_groups[0]["lr"] is lr
    assert lr.item() == 0.5
    assert [rate.item() for rate in first] == [1.0]
    assert [rate.item() for rate in scheduler.base_lrs] == [1.0]


def test_it_is_the_rate_of_the_epoch_that_the_weights_move_by() -> None:
    optimizer = optimizer_of(0.5, momentum=0.0)
    (w,) = optimizer.param_groups[0]["params"]
    scheduler = ExponentialLR(optimizer, 0.5)
    places = []
    for _ in range(3):
        w.grad = minigrad.ones(1)
        optimizer.step()
        scheduler.step()
        places.append(w.item())
    assert places == [0.5, 0.25, 0.125]


# -- interrupted ------------------------------------------------------------------------------------------------------

ALL = [
    *RELATIVE,
    lambda o: LambdaLR(o, lambda t: 1 / (1 + t)),
    lambda o: CosineAnnealingWarmRestarts(o, 3, 2),
    lambda o: OneCycleLR(o, 1.0, 30),
    lambda o: CyclicLR(o, 0.1, 1.0, 3),
    lambda o: ChainedScheduler([StepLR(o, 2), ExponentialLR(o, 0.9)]),
    lambda o: SequentialLR(o, [ConstantLR(o), ExponentialLR(o, 0.5)], [8]),
]


@pytest.mark.parametrize("make", ALL)
def test_a_saved_state_continues_bit_for_bit(make: Make) -> None:
    expected = rates(make, 20)
    optimizer = optimizer_of(1.0)
    scheduler = make(optimizer)
    for _ in range(6):
        optimizer.step()
        scheduler.step()
    saved = copy.deepcopy((scheduler.state_dict(), optimizer.state_dict()))

    fresh = optimizer_of(1.0)
    other = make(fresh)
    before = copy.deepcopy(saved[0])
    other.load_state_dict(saved[0])
    assert saved[0] == before
    fresh.load_state_dict(saved[1])
    for lr in expected[6:]:
        assert fresh.param_groups[0]["lr"] == lr
        assert other.get_last_lr() == [lr]
        fresh.step()
        other.step()


@pytest.mark.parametrize("make", ALL)
def test_a_state_has_neither_the_optimizer_nor_functions(make: Make) -> None:
    def leaves(value: Any) -> list[Any]:
        if isinstance(value, dict):
            return [leaf for v in value.values() for leaf in leaves(v)]
        return [leaf for v in value for leaf in leaves(v)] if isinstance(value, list | tuple) else [value]

    assert {type(leaf) for leaf in leaves(make(optimizer_of(1.0)).state_dict())} <= {int, float, bool, str, type(None)}


RATES = ["base_lrs", "last_epoch", "_step_count", "_is_initial", "_get_lr_called_within_step", "_last_lr"]
KEYS = {
    "StepLR": (lambda o: StepLR(o, 2), ["step_size", "gamma", *RATES]),
    "LambdaLR": (lambda o: LambdaLR(o, lambda t: 1.0), [*RATES, "lr_lambdas"]),
    "OneCycleLR": (
        lambda o: OneCycleLR(o, 1.0, 30),
        ["total_steps", "_schedule_phases", "_anneal_func_type", "cycle_momentum", "use_beta1", *RATES],
    ),
    "CyclicLR": (
        lambda o: CyclicLR(o, 0.1, 1.0, 3),
        ["max_lrs", "total_size", "step_ratio", "mode", "gamma", "scale_mode", "cycle_momentum", "use_beta1",
         "base_momentums", "max_momentums", *RATES, "_scale_fn_custom"],
    ),
    "ChainedScheduler": (lambda o: ChainedScheduler([StepLR(o, 2)]), ["_last_lr", "_schedulers"]),
    "ReduceLROnPlateau": (
        lambda o: ReduceLROnPlateau(o),
        ["factor", "default_min_lr", "min_lrs", "patience", "cooldown", "eps", "last_epoch", "_last_lr", "mode_worse",
         "mode", "threshold", "threshold_mode", "best", "cooldown_counter", "num_bad_epochs"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", KEYS)
def test_a_state_is_printed_in_pytorchs_order(name: str) -> None:
    make, keys = KEYS[name]
    assert list(make(optimizer_of(1.0)).state_dict()) == keys


class Decay:
    """A function of the epoch with a parameter to be saved."""

    def __init__(self, base: float) -> None:
        self.base = base

    def __call__(self, t: float) -> float:
        return self.base**t


def test_functions_that_are_objects_are_saved() -> None:
    for make in (
        lambda o, law: LambdaLR(o, law),
        lambda o, law: CyclicLR(o, 0.1, 1.0, 3, scale_fn=law),
    ):
        optimizer = optimizer_of(1.0)
        saved = make(optimizer, Decay(0.5)).state_dict()
        law = Decay(0.9)
        make(optimizer, law).load_state_dict(saved)
        assert law.base == 0.5


# -- warned of and refused --------------------------------------------------------------------------------------------


def test_stepping_before_the_optimizer() -> None:
    optimizer = optimizer_of(1.0)
    scheduler = StepLR(optimizer, 5)
    with pytest.warns(UserWarning, match="the first value of the learning rate schedule is skipped"):
        scheduler.step()
    scheduler.step()  # once is enough


def test_asking_for_the_rate_to_come() -> None:
    scheduler = ExponentialLR(optimizer_of(1.0), 0.5)
    with pytest.warns(UserWarning, match=r"please use `get_last_lr\(\)`"):
        scheduler.get_lr()


def test_a_scheduler_that_does_not_say_how() -> None:
    with pytest.raises(NotImplementedError, match="LRScheduler does not say how it sets the learning rate"):
        LRScheduler(optimizer_of(1.0))


def test_going_on_without_the_state_of_the_optimizer() -> None:
    with pytest.raises(KeyError, match=r"param 'initial_lr' is not specified in param_groups\[0\].*last_epoch=3"):
        StepLR(optimizer_of(1.0), 5, last_epoch=3)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda o: StepLR(3, 5), TypeError, "int is not an Optimizer"),
        (lambda o: ConstantLR(o, 1.5), ValueError, "factor expected to be between 0 and 1, but got 1.5"),
        (lambda o: LinearLR(o, 0.0), ValueError, "start_factor expected to be greater than 0 and at most 1, but got 0"),
        (lambda o: LinearLR(o, 0.5, -1), ValueError, "end_factor expected to be between 0 and 1, but got -1"),
        (lambda o: LambdaLR(o, [abs, abs]), ValueError, "Expected 1 lr_lambdas, but got 2"),
        (lambda o: LambdaLR(o, 0.5), TypeError, "argument 'lr_lambda' must be callable"),
        (lambda o: OneCycleLR(o, 1.0), ValueError, "You must define either total_steps OR"),
        (lambda o: OneCycleLR(o, [1.0, 2.0], 5), ValueError, "max_lr has 2 values, param_groups has 1"),
        (lambda o: CyclicLR(o, 0.1, 1.0, mode="square"), ValueError, "mode 'square' is invalid"),
        (lambda o: ReduceLROnPlateau(o, "most"), ValueError, "mode most is unknown: it must be 'min' or 'max'"),
        (lambda o: ReduceLROnPlateau(o, factor=2.0), ValueError, "Factor should be < 1.0, but got 2.0"),
        (lambda o: ChainedScheduler([]), ValueError, "at least one scheduler"),
        (lambda o: ChainedScheduler([ReduceLROnPlateau(o)]), ValueError, "does not support ReduceLROnPlateau.*index 0"),
        (lambda o: SequentialLR(o, [StepLR(o, 1)], [3]), ValueError, "1 schedulers and 1 milestones"),
        (lambda o: SequentialLR(o, [StepLR(optimizer_of(1.0), 1)], []), ValueError, "belong to the same optimizer"),
    ],
)
def test_arguments_that_are_refused(make: Make, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make(optimizer_of(1.0))
