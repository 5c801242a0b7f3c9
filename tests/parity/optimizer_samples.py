"""PyTorch's optimizer samples: trajectories, state dictionaries, schedules and repr."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import ModuleType
from typing import Any

import numpy as np
import samples
import torch
from samples import Copies, Outcome, Tally
from torch.testing._internal.common_optimizers import (
    OptimizerErrorEnum,
    OptimizerInfo,
    _get_optim_inputs_including_global_cliquey_kwargs,
    optim_db,
)

import minigrad

INFOS: dict[str, OptimizerInfo] = {info.name: info for info in optim_db}
STEPS = 30
TOLERANCES = {"float64": (1e-10, 1e-10), "float32": (1e-5, 1e-6)}

# what the samples above do not ask of an optimizer on a CPU, and scripts do
MORE_OPTIONS: list[dict[str, Any]] = [
    {"lr": torch.tensor(0.01, dtype=torch.float64)},
    {"capturable": True},
    {"maximize": True},
]


def measure(name: str, dtypes: tuple[str, ...] = ("float64", "float32"), most: int | None = None, **_: Any) -> Tally:
    """Compare an optimizer's trajectories with every set of options and every scheduler, and its errors."""
    info, tally = INFOS[name], Tally()
    with samples.quiet_and_repeatable():
        for dtype in [dtype for dtype in dtypes if dtype in TOLERANCES]:
            for options in list(sets_of_options(info))[:most]:
                label = f"{dtype} ({samples.signature((), options)})"
                compare = partial(outcomes, name, options, (), dtype)
                tally.count("optimizer", label, compare, tolerances=TOLERANCES)
        for i, schedulers in enumerate(info.scheduler_inputs):
            compare = partial(outcomes, name, {"lr": 0.01}, schedulers, "float64")
            tally.count("scheduler", f"schedulers #{i}", compare, tolerances=TOLERANCES)
        for error in info.optim_error_inputs_func("cpu", torch.float64):
            # the other kind of error, in a step, is about sparse gradients
            if error.error_on is OptimizerErrorEnum.CONSTRUCTION_ERROR:
                sample = error.optimizer_error_input
                tally.count_error(f"error {sample.desc}", partial(built, name, sample.params, sample.kwargs))
    return tally


def sets_of_options(info: OptimizerInfo) -> Iterator[dict[str, Any]]:
    """Yield PyTorch's sets of options, each also with foreach, fused and differentiable where there is such a flag."""
    for sample in _get_optim_inputs_including_global_cliquey_kwargs("cpu", torch.float64, info):
        yield sample.kwargs
    yield from MORE_OPTIONS


# ---- one trajectory --------------------------------------------------------------------------------------------------


def outcomes(
    name: str, options: dict[str, Any], schedulers: Iterable[Callable[..., Any]], dtype: str
) -> tuple[Outcome, Outcome]:
    """Return minigrad's outcome and PyTorch's."""
    samples.seed(torch)
    weights = [torch.nn.Parameter(torch.randn(shape, dtype=getattr(torch, dtype))) for shape in [(3, 2), (3,), (1,)]]
    ours, theirs = (
        samples.outcome(framework, partial(trajectory, framework, name, schedulers), weights, options)
        for framework in (minigrad, torch)
    )
    return ours, theirs


def trajectory(
    framework: ModuleType, name: str, schedulers: Iterable[Callable[..., Any]], copies: Copies, *sample: Any
) -> dict[str, Any]:
    """Take steps on a valley whose floor moves; return the weights and learning rates after each, and the state."""
    weights, options = sample
    if options.get("differentiable"):
        weights = [w.clone() for w in weights]  # a leaf may not be written in a step that is recorded
    optimizer = samples.found(f"optim.{name}", framework)(weights, **options)
    plans = [in_framework(framework, make)(optimizer) for make in schedulers]
    results: dict[str, Any] = {"repr": repr(optimizer)}
    for step in range(STEPS):
        loss = optimizer.step(partial(closure, framework, optimizer, weights, step))
        for plan in plans:
            plan.step(*([float(loss)] if type(plan).__name__ == "ReduceLROnPlateau" else []))
        results |= {f"weight {i} after step {step}": samples.plain(w) for i, w in enumerate(weights)}
        results |= {f"lr after step {step}": samples.plain(optimizer.param_groups[0].get("lr"))}
    return results | {path: samples.plain(x) for path, x in samples.laid_out(optimizer.state_dict(), "state").items()}


def closure(framework: ModuleType, optimizer: Any, weights: list[Any], step: int) -> Any:
    """Return the loss of a step, and leave its gradients in the weights."""
    draw = np.random.default_rng(step).normal
    optimizer.zero_grad()
    floors = [framework.from_numpy(np.array(draw(size=w.shape), samples.name_of(w.dtype))) for w in weights]
    loss = sum(((w - floor) ** 2).sum() for w, floor in zip(weights, floors, strict=True))
    grads = framework.autograd.grad(loss, weights)
    for w, g in zip(weights, grads, strict=True):
        w.grad = g
    return loss.detach()


def in_framework(framework: ModuleType, make: Callable[..., Any]) -> Callable[..., Any]:
    """Return a maker of schedulers that makes the framework's."""
    if framework is torch:
        return make
    names = {name: getattr(minigrad.optim.lr_scheduler, name, None) for name in torch.optim.lr_scheduler.__all__}
    return samples.rehomed(make, **names)


# ---- errors ----------------------------------------------------------------------------------------------------------


def built(name: str, params: Any, options: dict[str, Any]) -> tuple[Outcome, Outcome]:
    """Return what becomes of building an optimizer in minigrad and in PyTorch."""
    params = [torch.nn.Parameter(torch.randn(2, 3))] if params is None else params

    def build(framework: ModuleType, copies: Copies, *sample: Any) -> dict[str, Any]:
        samples.found(f"optim.{name}", framework)(sample[0], **sample[1])
        return {}

    with samples.warnings_raised():
        ours = samples.outcome(minigrad, partial(build, minigrad), params, options)
        theirs = samples.outcome(torch, partial(build, torch), params, options)
    return ours, theirs
