"""minigrad's optimizers walk where PyTorch's walk: 200 steps in float64, every combination of options."""

from __future__ import annotations

import copy
import inspect
import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of PyTorch's own, about itself
    from torch.testing._internal.common_optimizers import ErrorOptimizerInput, OptimizerInfo, OptimizerInput, optim_db

STEPS = 200
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
RMSPROP_OPTIONS = combinations(momentum=(0, 0.9), centered=(False, True), weight_decay=(0, 0.1), alpha=(0.99, 0.5))
ADAGRAD_OPTIONS = combinations(lr_decay=(0, 0.1), initial_accumulator_value=(0, 0.1), weight_decay=(0, 0.1))
NADAM_OPTIONS = combinations(weight_decay=(0, 0.1), decoupled_weight_decay=(False, True), momentum_decay=(4e-3, 0.1))
RADAM_OPTIONS = combinations(
    weight_decay=(0, 0.1), decoupled_weight_decay=(False, True), betas=((0.9, 0.999), (0.5, 0.6))
)
RPROP_OPTIONS = combinations(etas=((0.5, 1.2), (0.2, 2)), step_sizes=((1e-6, 50), (1e-3, 0.1)))
CASES = [
    *[("SGD", {"lr": 0.05, **options}) for options in SGD_OPTIONS if is_allowed(options)],
    *[(name, {"lr": 0.01, **options}) for name in ("Adam", "AdamW") for options in ADAM_OPTIONS],
    *[("RMSprop", {"lr": 0.01, **options}) for options in RMSPROP_OPTIONS],
    *[("Adagrad", {"lr": 0.1, **options}) for options in ADAGRAD_OPTIONS],
    *[("Adadelta", options) for options in combinations(rho=(0.9, 0.5), weight_decay=(0, 0.1))],
    *[("Adamax", options) for options in combinations(betas=((0.9, 0.999), (0.5, 0.8)), weight_decay=(0, 0.1))],
    *[("NAdam", options) for options in NADAM_OPTIONS],
    *[("RAdam", {"lr": 0.01, **options}) for options in RADAM_OPTIONS],
    *[("Rprop", options) for options in RPROP_OPTIONS],
]
NAMES = list(dict.fromkeys(name for name, _ in CASES))


def spelled(value: Any) -> str | None:
    """Return the name of a test case: the options, as they are written in a call."""
    return ",".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else None


every_optimizer = pytest.mark.parametrize("name", NAMES)
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


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Rprop"])
def test_options_changed_midway(name: str) -> None:
    ours, theirs = pair(name, lr=0.1)
    assert_together(ours, theirs, range(100))
    for run in (ours, theirs):
        run.optimizer.param_groups[0].update(lr=0.03, weight_decay=0.1, maximize=True)
    assert_together(ours, theirs, range(100, STEPS))


@every_optimizer
def test_a_group_added_midway(name: str) -> None:
    ours, theirs = Run(minigrad), Run(torch)
    for run in (ours, theirs):
        run.with_optimizer(name, [run.weight], lr=0.01)
    assert_together(ours, theirs, range(1, STEPS, 3))
    for run in (ours, theirs):
        run.bias.grad = None
        run.optimizer.add_param_group({"params": run.bias, "lr": 0.05})
    assert_together(ours, theirs, range(100))


def with_switches(*choices: dict[str, bool]) -> list[tuple[str, dict[str, bool]]]:
    """Return each optimizer with each choice of switches that it has."""
    known = {name: inspect.signature(getattr(torch.optim, name)).parameters.keys() for name in NAMES}
    return [(name, switches) for name in NAMES for switches in choices if switches.keys() <= known[name]]


@pytest.mark.parametrize(("name", "switches"), with_switches({"foreach": True}, {"fused": True}), ids=spelled)
def test_foreach_and_fused_change_nothing(name: str, switches: dict[str, bool]) -> None:
    ours, theirs = pair(name, lr=0.01, **switches)
    assert_together(ours, theirs, range(100))


@every_optimizer
def test_a_learning_rate_in_a_tensor(name: str) -> None:
    """It is read at each step; in float64, since PyTorch computes with a tensor of float32 in float32."""
    ours, theirs = (
        Run(framework).with_optimizer(name, lr=framework.tensor([0.01], dtype=framework.float64))
        for framework in (minigrad, torch)
    )
    assert_together(ours, theirs, range(100))
    for run in (ours, theirs):
        run.optimizer.param_groups[0]["lr"].fill_(0.05)
    assert_together(ours, theirs, range(100))


@pytest.mark.parametrize("name", ["Adam", "AdamW"])
def test_betas_in_tensors(name: str) -> None:
    ours, theirs = (
        Run(framework).with_optimizer(
            name, lr=0.01, betas=[framework.tensor([beta], dtype=framework.float64) for beta in (0.5, 0.8)]
        )
        for framework in (minigrad, torch)
    )
    assert repr(ours.optimizer).replace("minigrad.", "torch.") == repr(theirs.optimizer)
    assert_together(ours, theirs, range(100))


# -- PyTorch's own samples --------------------------------------------------------------------------------------------

INFOS = [info for info in optim_db if info.optim_cls.__name__ in NAMES]


def samples() -> Iterator[Any]:
    for info in INFOS:
        for sample in info.optim_inputs_func("cpu", torch.float64):
            yield pytest.param(info, sample, id=f"{info.name}, {sample.desc}")


def error_samples() -> Iterator[Any]:
    for info in INFOS:
        for error in info.optim_error_inputs_func("cpu", torch.float64):
            yield pytest.param(info, error, id=f"{info.name}, {error.optimizer_error_input.desc}")


def converted(value: Any, framework: Any, tensors: dict[int, Any]) -> Any:
    """Return a framework's counterpart of a value of the other: one tensor for a tensor that occurs twice."""
    if isinstance(value, dict):
        return {key: converted(v, framework, tensors) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(converted(v, framework, tensors) for v in value)
    if not isinstance(value, torch.Tensor | minigrad.Tensor):
        return value
    tensor = framework.from_numpy(value.detach().numpy().copy())
    is_parameter = isinstance(value, torch.nn.Parameter | minigrad.nn.Parameter)
    return tensors.setdefault(id(value), framework.nn.Parameter(tensor) if is_parameter else tensor)


def taken_over(value: Any) -> Any:
    return converted(value, minigrad, {})


def handed_back(value: Any) -> Any:
    return converted(value, torch, {})


def test_no_optimizer_is_without_samples() -> None:
    assert sorted(info.name for info in INFOS) == sorted(NAMES)


@pytest.mark.parametrize(("info", "sample"), list(samples()))
def test_pytorchs_samples(info: OptimizerInfo, sample: OptimizerInput) -> None:
    assert sample.params is None
    theirs = Run(torch).with_optimizer(info.name, **sample.kwargs)
    ours = Run(minigrad).with_optimizer(info.name, **taken_over(sample.kwargs))
    assert_together(ours, theirs)
    assert repr(ours.optimizer) == repr(theirs.optimizer)


@pytest.mark.parametrize(("info", "error"), list(error_samples()))
def test_pytorchs_error_samples(info: OptimizerInfo, error: ErrorOptimizerInput) -> None:
    """Raise the same type of error in the same words; where PyTorch warns of an error to come, raise a ValueError."""
    sample = error.optimizer_error_input
    params = [torch.nn.Parameter(torch.zeros(1, 1))] if sample.params is None else sample.params
    is_warning = issubclass(error.error_type, Warning)
    expected = ValueError if is_warning else error.error_type
    with pytest.raises(expected, match="appear" if is_warning else error.error_regex):
        getattr(minigrad.optim, info.name)(taken_over(params), **taken_over(sample.kwargs))


# -- the same text ----------------------------------------------------------------------------------------------------


@every_optimizer
def test_signature(name: str) -> None:
    ours, theirs = (
        [(p.name, p.kind, p.default) for p in inspect.signature(getattr(optim, name)).parameters.values()]
        for optim in (minigrad.optim, torch.optim)
    )
    assert ours == theirs


@every_optimizer
def test_repr_and_groups(name: str) -> None:
    ours, theirs = Run(minigrad), Run(torch)
    for run in (ours, theirs):
        run.with_optimizer(name, run.groups({"lr": 0.25}, {}), lr=0.125)
        run.optimizer.param_groups[1]["extra"] = "kept"
    assert repr(ours.optimizer) == repr(theirs.optimizer)
    options, their_options = (
        [{k: v for k, v in group.items() if k != "params"} for group in run.optimizer.param_groups]
        for run in (ours, theirs)
    )
    assert options == their_options
    assert ours.optimizer.defaults == theirs.optimizer.defaults


def test_names_of_parameters_are_kept() -> None:
    described = []
    for framework in (minigrad, torch):
        optimizer = framework.optim.Adam(framework.nn.Linear(3, 2).named_parameters())
        optimizer.add_param_group({"params": framework.nn.Linear(2, 2).named_parameters(prefix="more"), "lr": 0.5})
        described.append((repr(optimizer), optimizer.state_dict()))
    assert described[0] == described[1]
    assert described[0][1]["param_groups"][1]["param_names"] == ["more.weight", "more.bias"]


# -- state that goes back and forth -----------------------------------------------------------------------------------


def with_state_of(source: Run, framework: Any, name: str, convert: Any) -> Run:
    """Return a run in the other framework that goes on where the source is."""
    run = Run(framework)
    run.weight, run.bias = (framework.nn.Parameter(convert(p.detach().clone())) for p in (source.weight, source.bias))
    run.with_optimizer(name, lr=9.0)
    run.optimizer.load_state_dict(convert(source.optimizer.state_dict()))
    return run


ALL_THERE_IS_TO_REMEMBER = [
    ("SGD", {"lr": 0.05}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    ("SGD", {"lr": 0.05, "momentum": 0.9, "nesterov": True, "maximize": True}),
    ("Adam", {"lr": 0.01, "weight_decay": 0.1}),
    ("Adam", {"lr": 0.01, "amsgrad": True}),
    ("AdamW", {"lr": 0.01, "amsgrad": True}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "momentum": 0.9, "centered": True}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.1, "eps": 0.1}),
    ("Adadelta", {"weight_decay": 0.1, "eps": 1e-3}),
    ("Adamax", {"weight_decay": 0.1, "eps": 0.1}),
    ("NAdam", {"weight_decay": 0.1, "decoupled_weight_decay": True, "eps": 0.1}),
    ("RAdam", {"betas": (0.5, 0.8), "eps": 0.1}),
    ("Rprop", {"etas": (0.2, 2)}),
]


@pytest.mark.parametrize(("name", "options"), ALL_THERE_IS_TO_REMEMBER, ids=spelled)
def test_a_state_dict_goes_to_pytorch_and_back(name: str, options: dict[str, Any]) -> None:
    ours, theirs = pair(name, **options)
    assert_together(ours, theirs, range(20))
    saved, their_saved = ours.optimizer.state_dict(), theirs.optimizer.state_dict()
    assert saved["param_groups"] == their_saved["param_groups"]
    assert described(saved["state"]) == described(their_saved["state"])

    there = with_state_of(ours, torch, name, handed_back)
    back = with_state_of(theirs, minigrad, name, taken_over)
    ahead = ours.trajectory(range(20, 50))
    np.testing.assert_allclose(there.trajectory(range(20, 50)), ahead, rtol=0, atol=TOLERANCE)
    np.testing.assert_allclose(back.trajectory(range(20, 50)), ahead, rtol=0, atol=TOLERANCE)


def described(state: dict[int, Any]) -> dict[int, Any]:
    """Return the names, dtypes and shapes of what is remembered."""
    return {
        i: {key: (str(x.dtype).split(".")[-1], tuple(x.shape)) for key, x in values.items()}
        for i, values in state.items()
    }


@every_optimizer
def test_a_state_has_what_pytorchs_has_before_and_after_a_step(name: str) -> None:
    ours, theirs = pair(name, lr=0.01)
    for t in (0, 1):  # without, then with a gradient of the bias
        before, their_before = (run.optimizer.state_dict()["state"] for run in (ours, theirs))
        assert described(before) == described(their_before)
        ours.step(t), theirs.step(t)
    assert described(ours.optimizer.state_dict()["state"]) == described(theirs.optimizer.state_dict()["state"])


def test_adamw_stays_decoupled_with_the_state_of_an_adam() -> None:
    for framework in (minigrad, torch):
        adam, adamw = (Run(framework).with_optimizer(name, weight_decay=0.1).optimizer for name in ("Adam", "AdamW"))
        adamw.load_state_dict(adam.state_dict())
        assert adamw.param_groups[0]["decoupled_weight_decay"] is True


@every_case
def test_a_saved_state_continues_bit_for_bit(name: str, options: dict[str, Any]) -> None:
    original, _ = pair(name, **options)
    original.trajectory(range(20))

    fresh = Run(minigrad)
    fresh.weight, fresh.bias = copy.deepcopy((original.weight, original.bias))
    fresh.with_optimizer(name, lr=9.0)
    fresh.optimizer.load_state_dict(copy.deepcopy(original.optimizer.state_dict()))
    np.testing.assert_array_equal(fresh.trajectory(range(20, 40)), original.trajectory(range(20, 40)))


REFUSED_SWITCHES = with_switches(
    {"capturable": True},
    {"differentiable": True},
    {"differentiable": True, "fused": True},
    {"foreach": True, "fused": True},
)


@pytest.mark.parametrize(("name", "switches"), REFUSED_SWITCHES, ids=spelled)
def test_switches_that_pytorch_refuses_on_the_cpu(name: str, switches: dict[str, bool]) -> None:
    """PyTorch does so at the latest at the first step."""
    with pytest.raises((AssertionError, RuntimeError)) as theirs:
        Run(torch).with_optimizer(name, **switches).step(1)
    with pytest.raises(theirs.type):
        Run(minigrad).with_optimizer(name, **switches)


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


def with_hooks_of_state_dictionaries(framework: Any) -> list[Any]:
    """Return what the hooks see and what comes out, in either framework."""
    optimizer = framework.optim.SGD([framework.nn.Parameter(framework.ones(2))], lr=0.5)
    calls: list[Any] = []
    optimizer.register_state_dict_pre_hook(lambda o: calls.append("pre"))
    optimizer.register_state_dict_pre_hook(lambda o: calls.append("before pre"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, d: {**d, "extra": 1})
    optimizer.register_state_dict_post_hook(lambda o, d: calls.append(sorted(d)))
    optimizer.register_load_state_dict_pre_hook(lambda o, d: d.pop("extra") and None)
    handle = optimizer.register_load_state_dict_pre_hook(lambda o, d: {**d, "state": {}})
    optimizer.register_load_state_dict_post_hook(lambda o: calls.append(len(o.state)))
    saved = optimizer.state_dict()
    optimizer.param_groups[0]["params"][0].grad = framework.ones(2)
    optimizer.step()
    optimizer.load_state_dict(saved)
    handle.remove()
    return [*calls, sorted(saved), optimizer.param_groups[0]["lr"]]


def test_hooks_of_state_dictionaries() -> None:
    assert with_hooks_of_state_dictionaries(minigrad) == with_hooks_of_state_dictionaries(torch)


@pytest.mark.parametrize("part", ["state", "param_groups"])
def test_a_state_without_one_of_its_parts(part: str) -> None:
    for framework in (minigrad, torch):
        optimizer = framework.optim.SGD([framework.nn.Parameter(framework.ones(2))], lr=0.5)
        state_dict = optimizer.state_dict()
        del state_dict[part]
        with pytest.raises(KeyError, match=part):
            optimizer.load_state_dict(state_dict)
