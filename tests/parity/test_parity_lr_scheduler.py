"""minigrad's schedulers set the learning rates that PyTorch's set: over long runs, in groups, and with interference."""

from __future__ import annotations

import copy
import inspect
import math
import warnings
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

STEPS = 300
TOLERANCE = 1e-12  # relative
Make = Callable[[ModuleType, Any], Any]  # from a module of schedulers and an optimizer to a scheduler

NAMES = minigrad.optim.lr_scheduler.__all__

SIMPLE: dict[str, Make] = {
    "StepLR": lambda s, o: s.StepLR(o, 7),
    "StepLR, every step": lambda s, o: s.StepLR(o, 1, gamma=0.99),
    "MultiStepLR": lambda s, o: s.MultiStepLR(o, [3, 10, 10, 50], gamma=0.5),
    "ConstantLR": lambda s, o: s.ConstantLR(o, total_iters=20),
    "LinearLR": lambda s, o: s.LinearLR(o, total_iters=100),
    "LinearLR, to 0": lambda s, o: s.LinearLR(o, 1.0, 0.0, total_iters=50),
    "ExponentialLR": lambda s, o: s.ExponentialLR(o, 0.97),
    "PolynomialLR": lambda s, o: s.PolynomialLR(o, total_iters=90, power=2.5),
    "CosineAnnealingLR": lambda s, o: s.CosineAnnealingLR(o, 40),
    "CosineAnnealingLR, above 0": lambda s, o: s.CosineAnnealingLR(o, T_max=25, eta_min=0.01),
    "CosineAnnealingWarmRestarts": lambda s, o: s.CosineAnnealingWarmRestarts(o, 10),
    "CosineAnnealingWarmRestarts, longer": lambda s, o: s.CosineAnnealingWarmRestarts(o, 10, T_mult=2, eta_min=0.01),
    "LambdaLR": lambda s, o: s.LambdaLR(o, lambda t: 1 / (1 + t)),
    "LambdaLR, two": lambda s, o: s.LambdaLR(o, [lambda t: 0.95**t, lambda t: 1 + math.sin(t)]),
    "MultiplicativeLR": lambda s, o: s.MultiplicativeLR(o, lambda t: 1 - 1 / (t + 10)),
}
CYCLIC: dict[str, Make] = {
    "OneCycleLR": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=STEPS + 5),
    "OneCycleLR, linear": lambda s, o: s.OneCycleLR(o, [0.5, 0.1], total_steps=STEPS + 5, anneal_strategy="linear"),
    "OneCycleLR, three phases": lambda s, o: s.OneCycleLR(
        o, 0.5, epochs=31, steps_per_epoch=10, pct_start=0.25, three_phase=True, div_factor=10, final_div_factor=100
    ),
    "OneCycleLR, momentum": lambda s, o: s.OneCycleLR(o, 0.5, 310, base_momentum=0.5, max_momentum=[0.75, 0.8]),
    "OneCycleLR, without momentum": lambda s, o: s.OneCycleLR(o, 0.5, total_steps=310, cycle_momentum=False),
    "CyclicLR": lambda s, o: s.CyclicLR(o, 0.01, [0.1, 0.2], step_size_up=13),
    "CyclicLR, triangular2": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 20, 7, mode="triangular2", base_momentum=0.5),
    "CyclicLR, exp_range": lambda s, o: s.CyclicLR(o, 0.01, 0.1, 20, mode="exp_range", gamma=0.99),
    "CyclicLR, own scale": lambda s, o: s.CyclicLR(
        o, 0.01, 0.1, 20, scale_fn=lambda t: 1 / (1 + t), scale_mode="iterations", cycle_momentum=False
    ),
}
COMPOSED: dict[str, Make] = {
    "SequentialLR": lambda s, o: s.SequentialLR(
        o, [s.LinearLR(o, 0.1, total_iters=20), s.CosineAnnealingLR(o, 80), s.ExponentialLR(o, 0.9)], [20, 100]
    ),
    "SequentialLR of all kinds": lambda s, o: s.SequentialLR(
        o,
        [
            s.ConstantLR(o, 0.1, total_iters=4),
            s.CosineAnnealingWarmRestarts(o, 6),
            s.LambdaLR(o, lambda t: 1 / (1 + t)),
            s.StepLR(o, 5),
            s.MultiStepLR(o, [3, 5]),
            s.PolynomialLR(o, 9),
        ],
        [10, 33, 40, 60, 80],
    ),
    "SequentialLR from the second": lambda s, o: s.SequentialLR(o, [s.StepLR(o, 5), s.ExponentialLR(o, 0.9)], [0]),
    "SequentialLR in SequentialLR": lambda s, o: s.SequentialLR(
        o,
        [
            s.SequentialLR(o, [s.ConstantLR(o, 0.5), s.ExponentialLR(o, 0.9)], [5]),
            s.ExponentialLR(o, 0.99),
        ],
        [20],
    ),
    "ChainedScheduler": lambda s, o: s.ChainedScheduler(
        [s.ConstantLR(o, 0.1, total_iters=9), s.ExponentialLR(o, 0.9), s.StepLR(o, 20, 0.5)]
    ),
    "ChainedScheduler with an optimizer": lambda s, o: s.ChainedScheduler(
        [s.LinearLR(o), s.CosineAnnealingLR(o, 50, 0.01)], optimizer=o
    ),
}
ALL = {**SIMPLE, **CYCLIC, **COMPOSED}


def scheduled(make: Make, framework: Any, lr: Any = None) -> tuple[Any, Any]:
    """Return an optimizer of two groups and its scheduler; an SGD, whose momentum may be cycled."""
    weight, bias = framework.nn.Linear(2, 1).parameters()
    lr = lr or (lambda value: value)
    groups = [{"params": [weight]}, {"params": [bias], "lr": lr(0.05), "momentum": 0.5}]
    optimizer = framework.optim.SGD(groups, lr=lr(0.2), momentum=0.9)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Detected call of")  # as both say of a sequence that is put into another
        return optimizer, make(framework.optim.lr_scheduler, optimizer)


def walked(optimizer: Any, scheduler: Any, steps: int = STEPS) -> np.ndarray:
    """Take steps, and return the rates and momenta of both groups before each."""
    rows = []
    for _ in range(steps):
        rates = [float(lr) for lr in scheduler.get_last_lr()]
        assert rates == [float(group["lr"]) for group in optimizer.param_groups]
        rows.append([*rates, *(group["momentum"] for group in optimizer.param_groups)])
        optimizer.step()
        scheduler.step()
    return np.array(rows)


def assert_alike(ours: np.ndarray, theirs: np.ndarray) -> None:
    """Compare; a rate that has come to 0 but for rounding is 0."""
    np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=1e-17)


def over(makes: dict[str, Make]) -> Any:
    return pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in makes.items()])


every_scheduler = over(ALL)


@every_scheduler
def test_rates(make: Make) -> None:
    ours, theirs = (walked(*scheduled(make, framework)) for framework in (minigrad, torch))
    assert_alike(ours, theirs)
    assert len(np.unique(ours[:, 0])) > 1


@over({**ALL, "ReduceLROnPlateau": lambda s, o: s.ReduceLROnPlateau(o, min_lr=[0.1, 0.2])})
def test_states_are_printed_alike(make: Make) -> None:
    ours, theirs = (scheduled(make, framework)[1].state_dict() for framework in (minigrad, torch))
    assert repr(ours) == repr(theirs)


def test_every_scheduler_is_compared() -> None:
    assert {make.split(",")[0].split(" ")[0] for make in ALL} == {*NAMES} - {"LRScheduler", "ReduceLROnPlateau"}


@every_scheduler
def test_rates_changed_by_hand_in_between(make: Make) -> None:
    walks = []
    for framework in (minigrad, torch):
        optimizer, scheduler = scheduled(make, framework)
        walks.append([walked(optimizer, scheduler, 60)])
        optimizer.param_groups[0]["lr"] *= 3
        optimizer.step()
        scheduler.step()
        walks[-1].append(walked(optimizer, scheduler, 100))
    for ours, theirs in zip(*walks, strict=True):
        assert_alike(ours, theirs)


@over({**SIMPLE, **CYCLIC})
def test_rates_in_tensors(make: Make) -> None:
    walks = []
    for framework in (minigrad, torch):
        optimizer, scheduler = scheduled(
            make, framework, lr=lambda value, framework=framework: framework.tensor(value, dtype=framework.float64)
        )
        tensors = [group["lr"] for group in optimizer.param_groups]
        walks.append(walked(optimizer, scheduler, 60))
        assert all(group["lr"] is lr for group, lr in zip(optimizer.param_groups, tensors, strict=True))
    assert_alike(*walks)


@pytest.mark.parametrize("steps", [0, 1, 30])
@every_scheduler
def test_a_state_goes_to_pytorch_and_back(make: Make, steps: int) -> None:
    sources = {framework: scheduled(make, framework) for framework in (minigrad, torch)}
    for optimizer, scheduler in sources.values():
        walked(optimizer, scheduler, steps)
    ahead = {}
    for source, goal in ((minigrad, torch), (torch, minigrad), (minigrad, minigrad)):
        optimizer, scheduler = scheduled(make, goal)
        scheduler.load_state_dict(copy.deepcopy(sources[source][1].state_dict()))
        for group, saved in zip(optimizer.param_groups, sources[source][0].param_groups, strict=True):
            group.update({key: value for key, value in saved.items() if key != "params"})
        ahead[source, goal] = walked(optimizer, scheduler, 60)
    there, back, own = ahead.values()
    assert_alike(there, own)
    assert_alike(back, own)
    np.testing.assert_array_equal(own, walked(*sources[minigrad], 60))


@pytest.mark.parametrize("last_epoch", [0, 4, 6, 19, 30])
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("StepLR", [7]),
        ("MultiStepLR", [[5, 7, 20]]),
        ("ConstantLR", [0.1, 5]),
        ("LinearLR", [0.1, 0.5, 20]),
        ("ExponentialLR", [0.9]),
        ("PolynomialLR", [25, 2.0]),
        ("CosineAnnealingLR", [20]),
        ("CosineAnnealingWarmRestarts", [31]),
        ("LambdaLR", [lambda t: 1 / (1 + t)]),
        ("MultiplicativeLR", [lambda t: 0.9]),
        ("OneCycleLR", [0.5, 100]),
        ("CyclicLR", [0.01, 0.1, 20]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_going_on_after_an_epoch(name: str, args: list[Any], last_epoch: int) -> None:
    def make(schedulers: ModuleType, optimizer: Any) -> Any:
        for group in optimizer.param_groups:
            group.update(initial_lr=0.3, max_lr=0.5, min_lr=0.001, base_momentum=0.5, max_momentum=0.75)
        return getattr(schedulers, name)(optimizer, *args, last_epoch=last_epoch)

    assert_alike(*(walked(*scheduled(make, framework), steps=40) for framework in (minigrad, torch)))


@pytest.mark.filterwarnings("ignore:.*epoch parameter")
@over(SIMPLE)
def test_stepping_to_an_epoch(make: Make) -> None:
    walks = []
    for framework in (minigrad, torch):
        optimizer, scheduler = scheduled(make, framework)
        optimizer.step()
        walks.append([])
        for epoch in (0, 3, 9, 10, 10, 25, 2, 70):
            scheduler.step(epoch)
            walks[-1].append(scheduler.get_last_lr())
    assert_alike(*map(np.array, walks))


@pytest.mark.parametrize("T_mult", [1, 2, 3])
def test_warm_restarts_at_fractions_of_an_epoch(T_mult: int) -> None:
    walks = []
    for framework in (minigrad, torch):
        _, scheduler = scheduled(lambda s, o: s.CosineAnnealingWarmRestarts(o, 3, T_mult), framework)
        walks.append([])
        for epoch in np.arange(0, 50, 0.125).tolist():
            scheduler.step(epoch)
            walks[-1].append([*scheduler.get_last_lr(), scheduler.T_cur, scheduler.T_i, scheduler.last_epoch])
    np.testing.assert_allclose(*walks, rtol=TOLERANCE, atol=1e-15)


PLATEAU = [
    {},
    {"mode": "max", "patience": 2},
    {"patience": 0, "factor": 0.5, "cooldown": 3},
    {"threshold": 0.3, "patience": 1},
    {"threshold": 0.3, "patience": 1, "mode": "max"},
    {"threshold": 0.3, "patience": 1, "threshold_mode": "abs"},
    {"threshold": 0.3, "patience": 1, "threshold_mode": "abs", "mode": "max"},
    {"patience": 0, "min_lr": [0.01, 0.02]},
    {"patience": 0, "min_lr": 0.01, "eps": 0.03},
]


@pytest.mark.parametrize("options", PLATEAU, ids=str)
def test_plateaus(options: dict[str, Any]) -> None:
    losses = np.abs(np.random.default_rng(0).normal(size=STEPS) + np.linspace(3, 0, STEPS)).tolist()
    losses[7] = math.nan
    walks = []
    for framework in (minigrad, torch):
        optimizer, scheduler = scheduled(lambda s, o: s.ReduceLROnPlateau(o, **options), framework)
        rows = []
        for i, loss in enumerate(losses):
            scheduler.step(framework.tensor(loss, dtype=framework.float64) if i % 2 else loss)
            rows.append([*scheduler.get_last_lr(), scheduler.best, scheduler.num_bad_epochs])
            assert scheduler.get_last_lr() == [group["lr"] for group in optimizer.param_groups]
            if i == 20:
                state = copy.deepcopy(scheduler.state_dict())
                optimizer, scheduler = scheduled(lambda s, o: s.ReduceLROnPlateau(o), framework)
                scheduler.load_state_dict(state)
                for group, lr in zip(optimizer.param_groups, state["_last_lr"], strict=True):
                    group["lr"] = lr
        walks.append(rows)
    np.testing.assert_array_equal(*walks)
    assert walks[0][0][0] > walks[0][-1][0]


def test_a_plateau_after_a_group_was_added() -> None:
    for framework in (minigrad, torch):
        optimizer, scheduler = scheduled(lambda s, o: s.ReduceLROnPlateau(o, patience=0), framework)
        optimizer.add_param_group({"params": framework.nn.Linear(2, 1).weight, "lr": 0.5})
        scheduler.step(1.0)
        scheduler.step(1.0)
        assert scheduler.get_last_lr() == pytest.approx([0.02, 0.005, 0.05])
        optimizer, scheduler = scheduled(lambda s, o: s.ReduceLROnPlateau(o, patience=0, min_lr=[0, 0]), framework)
        optimizer.add_param_group({"params": framework.nn.Linear(2, 1).weight, "lr": 0.5})
        scheduler.step(1.0)
        with pytest.raises(RuntimeError, match="min_lr"):
            scheduler.step(1.0)


@pytest.mark.parametrize("name", ["Adam", "RMSprop", "SGD"])
@over(CYCLIC)
def test_groups_look_the_same(make: Make, name: str) -> None:
    """Including β₁ that is cycled in place of momentum."""
    texts = []
    for framework in (minigrad, torch):
        weight, bias = framework.nn.Linear(2, 1).parameters()
        optimizer = getattr(framework.optim, name)([{"params": weight}, {"params": bias, "lr": 0.5}])
        scheduler = make(framework.optim.lr_scheduler, optimizer)
        for _ in range(3):
            optimizer.step()
            scheduler.step()
        texts.append(repr(optimizer))
    assert rounded(texts[0]) == rounded(texts[1])


def rounded(text: str) -> list[Any]:
    """Return the words of a text, with numbers to 12 digits."""

    def words() -> Iterator[Any]:
        for word in text.replace(",", "").replace("(", "").replace(")", "").split():
            try:
                yield float(f"{float(word):.12g}")
            except ValueError:
                yield word

    return list(words())


@pytest.mark.parametrize("name", NAMES)
def test_signature(name: str) -> None:
    ours, theirs = (
        [
            (p.name, p.kind, p.default)
            for p in inspect.signature(getattr(framework.optim.lr_scheduler, name)).parameters.values()
        ]
        for framework in (minigrad, torch)
    )
    assert ours == theirs


def stepped(scheduler: Any, times: int) -> None:
    for _ in range(times):
        scheduler.step()


REFUSED: dict[str, Make] = {
    "no optimizer": lambda s, o: s.StepLR(3, 5),
    "no optimizer to wait for": lambda s, o: s.ReduceLROnPlateau(3),
    "no optimizer to cycle": lambda s, o: s.OneCycleLR(3, 0.1, 10),
    "an epoch to go on after": lambda s, o: s.StepLR(o, 5, last_epoch=3),
    "one function for two groups": lambda s, o: s.LambdaLR(o, [lambda t: 1.0]),
    "no function": lambda s, o: s.LambdaLR(o, 0.5),
    "no factor function": lambda s, o: s.MultiplicativeLR(o, 0.5),
    "factor above 1": lambda s, o: s.ConstantLR(o, 1.5),
    "factor below 0": lambda s, o: s.ConstantLR(o, -0.5),
    "start factor of 0": lambda s, o: s.LinearLR(o, 0.0),
    "start factor above 1": lambda s, o: s.LinearLR(o, 1.5),
    "end factor above 1": lambda s, o: s.LinearLR(o, 0.5, 1.5),
    "plateau factor of 1": lambda s, o: s.ReduceLROnPlateau(o, factor=1.0),
    "plateau mode": lambda s, o: s.ReduceLROnPlateau(o, mode="most"),
    "plateau threshold mode": lambda s, o: s.ReduceLROnPlateau(o, threshold_mode="most"),
    "plateau bounds": lambda s, o: s.ReduceLROnPlateau(o, min_lr=[0.1]),
    "warm restarts after 0": lambda s, o: s.CosineAnnealingWarmRestarts(o, 0),
    "warm restarts after a half": lambda s, o: s.CosineAnnealingWarmRestarts(o, 0.5),
    "warm restarts ever faster": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, 0),
    "warm restarts above a text": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2, eta_min="0"),
    "warm restarts before 0": lambda s, o: s.CosineAnnealingWarmRestarts(o, 2).step(-1),
    "one cycle of no length": lambda s, o: s.OneCycleLR(o, 0.1),
    "one cycle of 0 steps": lambda s, o: s.OneCycleLR(o, 0.1, 0),
    "one cycle of a half": lambda s, o: s.OneCycleLR(o, 0.1, 0.5),
    "one cycle of -1 epochs": lambda s, o: s.OneCycleLR(o, 0.1, epochs=-1, steps_per_epoch=5),
    "one cycle of 0 steps per epoch": lambda s, o: s.OneCycleLR(o, 0.1, epochs=5, steps_per_epoch=0),
    "one cycle, share": lambda s, o: s.OneCycleLR(o, 0.1, 10, pct_start=1.5),
    "one cycle, integer share": lambda s, o: s.OneCycleLR(o, 0.1, 10, pct_start=1),
    "one cycle, strategy": lambda s, o: s.OneCycleLR(o, 0.1, 10, anneal_strategy="spline"),
    "one cycle, one rate for two groups": lambda s, o: s.OneCycleLR(o, [0.1], 10),
    "one cycle, one momentum for two groups": lambda s, o: s.OneCycleLR(o, 0.1, 10, max_momentum=[0.5]),
    "one cycle, one step too many": lambda s, o: stepped(s.OneCycleLR(o, 0.1, 10), 11),
    "cyclic mode": lambda s, o: s.CyclicLR(o, 0.1, 0.2, mode="square"),
    "cyclic, one rate for two groups": lambda s, o: s.CyclicLR(o, [0.1], 0.2),
    "a sequence of none": lambda s, o: s.SequentialLR(o, [], []),
    "a sequence without milestones": lambda s, o: s.SequentialLR(o, [s.StepLR(o, 5), s.StepLR(o, 5)], []),
    "a sequence of numbers": lambda s, o: s.SequentialLR(o, [3], []),
    "a sequence with a plateau": lambda s, o: s.SequentialLR(o, [s.ReduceLROnPlateau(o)], []),
    "a chain of none": lambda s, o: s.ChainedScheduler([]),
    "a chain with a plateau": lambda s, o: s.ChainedScheduler([s.StepLR(o, 5), s.ReduceLROnPlateau(o)]),
    "a chain with a number": lambda s, o: s.ChainedScheduler([s.StepLR(o, 5), 3]),
    "a chain of another optimizer": lambda s, o: s.ChainedScheduler(
        [s.StepLR(o, 5), s.StepLR(type(o)([o.param_groups[0]["params"][0]], lr=0.1), 5)]
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_same_type_of_error(case: str) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)) as theirs:
        scheduled(lambda s, o: REFUSED[case](s, o), torch)
    with pytest.raises(theirs.type):
        scheduled(lambda s, o: REFUSED[case](s, o), minigrad)


@pytest.mark.parametrize("name", ["OneCycleLR", "CyclicLR"])
def test_a_cycle_of_momentum_needs_one(name: str) -> None:
    for framework in (minigrad, torch):
        optimizer = framework.optim.Adagrad(framework.nn.Linear(2, 1).parameters())
        with pytest.raises(ValueError, match="must support momentum or beta1"):
            getattr(framework.optim.lr_scheduler, name)(optimizer, 0.1, 10)


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda optimizer, scheduler: scheduler.step(), r"`lr_scheduler.step\(\)` before `optimizer.step\(\)`"),
        (lambda optimizer, scheduler: scheduler.get_lr(), r"please use `get_last_lr\(\)`"),
        (lambda optimizer, scheduler: (optimizer.step(), scheduler.step(5)), "epoch parameter"),
    ],
)
def test_warnings(act: Callable[[Any, Any], Any], message: str) -> None:
    for framework in (minigrad, torch):
        pair = scheduled(SIMPLE["StepLR"], framework)
        with pytest.warns(UserWarning, match=message):
            act(*pair)
