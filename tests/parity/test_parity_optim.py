"""minigrad's optimizers walk where PyTorch's walk: 500 steps in float64, every combination of options."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import numpy as np
import pytest

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

STEPS = 500
TOLERANCE = 1e-10

GENERATOR = np.random.default_rng(0)
FEATURES = GENERATOR.normal(size=(7, 3))
WEIGHT = GENERATOR.normal(size=(3, 2))
BIAS = GENERATOR.normal(size=2)


def combinations(**options: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Every choice of one value for each option."""
    return [dict(zip(options, values, strict=True)) for values in itertools.product(*options.values())]


def is_allowed(options: dict[str, Any]) -> bool:
    return not options["nesterov"] or (options["momentum"] > 0 and options["dampening"] == 0)


SGD_OPTIONS = combinations(
    momentum=(0, 0.9), dampening=(0, 0.3), nesterov=(False, True), weight_decay=(0, 0.1), maximize=(False, True)
)
ADAM_OPTIONS = combinations(
    weight_decay=(0, 0.1),
    amsgrad=(False, True),
    maximize=(False, True),
    betas=((0.9, 0.999), (0.5, 0.8)),
    eps=(1e-8, 1e-2),
)
CASES = [
    *[("SGD", {"lr": 0.05, **options}) for options in SGD_OPTIONS if is_allowed(options)],
    *[(name, {"lr": 0.01, **options}) for name in ("Adam", "AdamW") for options in ADAM_OPTIONS],
]


def spelled(value: Any) -> str | None:
    """Return the name of a test case: the options, as they are written in a call."""
    return ",".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else None


every_case = pytest.mark.parametrize(("name", "options"), CASES, ids=spelled)


class Run:
    """A small problem in one of the two frameworks: a bounded, wavy function of a matrix and a vector."""

    def __init__(self, framework: Any) -> None:
        self.framework = framework
        self.features = framework.tensor(FEATURES)
        self.weight = framework.nn.Parameter(framework.tensor(WEIGHT))
        self.bias = framework.nn.Parameter(framework.tensor(BIAS))

    def groups(self, weight: dict[str, Any], bias: dict[str, Any]) -> list[dict[str, Any]]:
        """Two parameter groups with options of their own."""
        return [{"params": [self.weight], **weight}, {"params": [self.bias], **bias}]

    def with_optimizer(self, name: str, params: Any = None, **options: Any) -> Run:
        params = [self.weight, self.bias] if params is None else params
        self.optimizer = getattr(self.framework.optim, name)(params, **options)
        return self

    def step(self, t: int) -> np.ndarray:
        """Take one step, in which the bias has no gradient every third time, and return all parameters.

        Every step has a batch of its own: without, the gradient would vanish, and Adam divide rounding by rounding.
        """
        hidden = self.features[t % 5 : t % 5 + 3] @ self.weight
        if t % 3:
            hidden = hidden + self.bias
        self.optimizer.zero_grad()
        ((hidden * 1.5).tanh() * hidden.cos()).mean().backward()
        assert (self.bias.grad is None) == (t % 3 == 0)
        self.optimizer.step()
        return np.concatenate([p.detach().numpy().ravel() for p in (self.weight, self.bias)])

    def trajectory(self, steps: range) -> np.ndarray:
        return np.array([self.step(t) for t in steps])


def pair(name: str, **options: Any) -> tuple[Run, Run]:
    ours, theirs = (Run(framework).with_optimizer(name, **options) for framework in (minigrad, torch))
    return ours, theirs


def assert_together(ours: Run, theirs: Run, steps: range = range(STEPS)) -> None:
    """Walk both, and compare every parameter at every step; the walk must lead somewhere."""
    walked = ours.trajectory(steps)
    np.testing.assert_allclose(walked, theirs.trajectory(steps), rtol=0, atol=TOLERANCE)
    assert np.abs(walked[-1] - walked[0]).max() > 1e-3


@every_case
def test_trajectory(name: str, options: dict[str, Any]) -> None:
    assert_together(*pair(name, **options))


@pytest.mark.parametrize(
    ("name", "weight", "bias"),
    [
        ("SGD", {"lr": 0.1, "momentum": 0.5}, {"weight_decay": 0.2, "maximize": True}),
        ("Adam", {"betas": (0.5, 0.9), "amsgrad": True}, {"lr": 0.02, "weight_decay": 0.2}),
        ("AdamW", {"weight_decay": 0.0}, {"lr": 0.02, "eps": 1e-3}),
    ],
)
def test_groups_with_options_of_their_own(name: str, weight: dict[str, Any], bias: dict[str, Any]) -> None:
    ours, theirs = Run(minigrad), Run(torch)
    for run in (ours, theirs):
        run.with_optimizer(name, run.groups(weight, bias), lr=0.01)
    assert_together(ours, theirs)


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_options_changed_midway(name: str) -> None:
    ours, theirs = pair(name, lr=0.01, weight_decay=0.1)
    assert_together(ours, theirs, range(200))
    for run in (ours, theirs):
        run.optimizer.param_groups[0].update(lr=0.003, weight_decay=0.0, maximize=True)
    assert_together(ours, theirs, range(200, STEPS))


@pytest.mark.parametrize("name", ["SGD", "Adam", "AdamW"])
def test_a_group_added_midway(name: str) -> None:
    ours, theirs = Run(minigrad), Run(torch)
    for run in (ours, theirs):
        run.with_optimizer(name, [run.weight], lr=0.01)
    assert_together(ours, theirs, range(1, STEPS, 3))
    for run in (ours, theirs):
        run.bias.grad = None
        run.optimizer.add_param_group({"params": run.bias, "lr": 0.05})
    assert_together(ours, theirs, range(100))


@every_case
def test_a_saved_state_continues_bit_for_bit(name: str, options: dict[str, Any]) -> None:
    original, _ = pair(name, **options)
    original.trajectory(range(20))

    fresh = Run(minigrad)
    fresh.weight, fresh.bias = copy.deepcopy((original.weight, original.bias))
    fresh.with_optimizer(name, lr=9.0)
    fresh.optimizer.load_state_dict(copy.deepcopy(original.optimizer.state_dict()))
    np.testing.assert_array_equal(fresh.trajectory(range(20, 40)), original.trajectory(range(20, 40)))


REFUSED = {
    "negative lr": lambda optim, w, v: optim.SGD([w], lr=-0.1),
    "lr of another type": lambda optim, w, v: optim.SGD([w], lr="0.1"),
    "negative momentum": lambda optim, w, v: optim.SGD([w], lr=0.1, momentum=-0.1),
    "negative weight decay": lambda optim, w, v: optim.SGD([w], lr=0.1, weight_decay=-0.1),
    "nesterov without momentum": lambda optim, w, v: optim.SGD([w], lr=0.1, nesterov=True),
    "nesterov with dampening": lambda optim, w, v: optim.SGD([w], 0.1, momentum=0.9, dampening=0.1, nesterov=True),
    "negative lr of Adam": lambda optim, w, v: optim.Adam([w], lr=-0.1),
    "negative eps": lambda optim, w, v: optim.Adam([w], eps=-0.1),
    "first beta too large": lambda optim, w, v: optim.Adam([w], betas=(1.0, 0.9)),
    "second beta negative": lambda optim, w, v: optim.AdamW([w], betas=(0.9, -0.1)),
    "negative weight decay of AdamW": lambda optim, w, v: optim.AdamW([w], weight_decay=-0.1),
    "no parameters": lambda optim, w, v: optim.SGD([], lr=0.1),
    "a single tensor": lambda optim, w, v: optim.SGD(w, lr=0.1),
    "numbers": lambda optim, w, v: optim.SGD([1.0, 2.0], lr=0.1),
    "a number": lambda optim, w, v: optim.SGD(3, lr=0.1),
    "no leaf": lambda optim, w, v: optim.SGD([w * 2], lr=0.1),
    "in two groups": lambda optim, w, v: optim.SGD([{"params": [w]}, {"params": w}], lr=0.1),
    "a group without params": lambda optim, w, v: optim.SGD([{"lr": 0.1}], lr=0.1),
    "a set, which has no order": lambda optim, w, v: optim.SGD([{"params": {w, v}}], lr=0.1),
    "a group that is a list": lambda optim, w, v: optim.SGD([w], lr=0.1).add_param_group([v]),
    "a tensor among groups": lambda optim, w, v: optim.SGD([{"params": [w]}, v], lr=0.1),
    "a group among tensors": lambda optim, w, v: optim.SGD([w, {"params": [v]}], lr=0.1),
    "a state of two parameters": lambda optim, w, v: optim.SGD([w], lr=0.1).load_state_dict(
        optim.SGD([w, v], lr=0.1).state_dict()
    ),
    "a state of two groups": lambda optim, w, v: optim.SGD([w], lr=0.1).load_state_dict(
        optim.SGD([{"params": [w]}, {"params": [v]}], lr=0.1).state_dict()
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_the_same_type_of_error(case: str) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)) as theirs:
        REFUSED[case](torch.optim, *[torch.nn.Parameter(torch.zeros(2)) for _ in range(2)])
    with pytest.raises(theirs.type):
        REFUSED[case](minigrad.optim, *[minigrad.nn.Parameter(minigrad.zeros(2)) for _ in range(2)])


def test_a_parameter_twice_in_one_group_is_refused() -> None:
    """PyTorch warns that this "in future will cause an error"."""
    theirs, ours = torch.nn.Parameter(torch.zeros(2)), minigrad.nn.Parameter(minigrad.zeros(2))
    with pytest.warns(UserWarning, match="duplicate parameters"):
        torch.optim.SGD([theirs, theirs], lr=0.1)
    with pytest.raises(ValueError, match="appear"):
        minigrad.optim.SGD([ours, ours], lr=0.1)
