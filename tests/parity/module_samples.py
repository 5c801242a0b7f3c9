"""PyTorch's module samples: the same seed, then the same weights; outputs, gradients, buffers, names and repr."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from types import ModuleType
from typing import Any

import samples
import torch
from samples import Copies, Outcome, Tally
from torch.testing._internal.common_modules import FunctionInput, ModuleErrorEnum, ModuleInfo, ModuleInput, module_db

import minigrad

INFOS: dict[str, ModuleInfo] = {info.name: info for info in module_db}


def measure(name: str, dtypes: tuple[str, ...] = samples.DTYPES, most: int | None = None, **_: Any) -> Tally:
    """Compare a module's samples, or at most so many of each dtype, in training and evaluation; and its errors."""
    info, tally = INFOS[name], Tally()
    with samples.quiet_and_repeatable():
        for dtype in dtypes:
            for training in (True, False):
                mode = "train" if training else "eval"
                for i, sample in enumerate(made(info, info.module_inputs_func, dtype, training)[:most]):
                    label = f"{dtype} {mode} #{i} {sample.desc} {described(sample)}"
                    tally.count("module", label, partial(outcomes, name, sample, dtype, training))
        if info.module_error_inputs_func:
            for error in made(info, info.module_error_inputs_func, "float64", True):
                sample, forward = error.module_error_input, error.error_on is ModuleErrorEnum.FORWARD_ERROR
                label = f"error {described(sample)}"
                tally.count_error(label, partial(outcomes, name, sample, "float64", True, forward))
    return tally


def made(info: ModuleInfo, make: Callable[..., Iterable[Any]], dtype: str, training: bool) -> list[Any]:
    """Return the samples of one dtype and mode."""
    if getattr(torch, dtype) not in info.dtypes:
        return []
    samples.seed(torch)
    return list(make(info, device="cpu", dtype=getattr(torch, dtype), requires_grad=True, training=training))


def outcomes(
    name: str, sample: ModuleInput, dtype: str, training: bool, forward: bool = True
) -> tuple[Outcome, Outcome]:
    """Return minigrad's outcome and PyTorch's."""
    built, called = sample.constructor_input, sample.forward_input or FunctionInput()
    inputs = (built.args, built.kwargs, called.args, called.kwargs, initial_state(name, built, dtype))
    ours, theirs = (
        samples.outcome(framework, partial(built_and_called, framework, name, training, forward), *inputs)
        for framework in (minigrad, torch)
    )
    return ours, theirs


def initial_state(name: str, built: FunctionInput, dtype: str) -> dict[str, torch.Tensor]:
    """Return the weights that PyTorch gives a module, in a dtype; none where PyTorch refuses to build it."""
    samples.seed(torch)
    try:
        module = samples.found(name, torch)(*built.args, **built.kwargs)
    except Exception:
        return {}
    return {key: x.detach() for key, x in module.to(getattr(torch, dtype)).state_dict().items()}


def built_and_called(
    framework: ModuleType, name: str, training: bool, forward: bool, copies: Copies, *sample: Any
) -> dict[str, Any]:
    """Build a module, note what it began with, load PyTorch's weights, call it, and return everything it shows."""
    args, kwargs, call_args, call_kwargs, state = sample
    module = samples.found(name, framework)(*args, **kwargs).train(training)
    results = {"repr": repr(module), **drawn(module)}
    if not forward:
        return results
    module = module.to(next(iter(x.dtype for x in copies.tensors if x.is_floating_point()), None))
    module.load_state_dict(state)
    parameters = {f"weight {key}": x for key, x in module.named_parameters()}
    samples.seed(framework)
    outputs = samples.laid_out(module(*call_args, **call_kwargs))
    wanted = {f"argument {i}": x for i, x in enumerate(copies.tensors) if x.requires_grad}
    return {
        **results,
        **{path: samples.plain(x) for path, x in outputs.items()},
        **samples.gradients_of(outputs, {**wanted, **parameters}),
        **{f"state {key}": samples.plain(x) for key, x in module.state_dict().items()},
    }


def drawn(module: Any) -> dict[str, Any]:
    """Return the initial state of a module by its names."""
    return {f"initial {key}": samples.plain(x) for key, x in module.state_dict().items()}


def described(sample: ModuleInput) -> str:
    """Return the arguments of a module and of its call on one short line."""
    built, called = sample.constructor_input, sample.forward_input or FunctionInput()
    return f"({samples.signature(built.args, built.kwargs)})({samples.signature(called.args, called.kwargs)})"
