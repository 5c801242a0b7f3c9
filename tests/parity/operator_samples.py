"""PyTorch's operator samples, called in every form that an operator has: function, method, in place, operator.

An operator goes by several names: `div` has the aliases `divide` and `true_divide`, and one name may have several sets
of samples, as `div` with each rounding mode.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

import samples
import torch
from samples import LeftOut, Outcome, Tally
from surface import exists
from torch.testing._internal.common_methods_invocations import op_db
from torch.testing._internal.opinfo.core import ErrorInput, OpInfo, SampleInput

import minigrad

UNINITIALISED = {"empty", "empty_like", "empty_permuted", "empty_strided", "new_empty", "new_empty_strided", "resize_"}


@dataclass(frozen=True)
class Spelling:
    """An operator under one of its names, with PyTorch's functions of that name."""

    name: str
    samples_name: str
    info: OpInfo
    functions: Any


def spellings() -> dict[str, list[Spelling]]:
    """Return every name of every operator that PyTorch has samples for."""
    found: dict[str, list[Spelling]] = defaultdict(list)
    for info in op_db:
        found[info.name].append(Spelling(info.name, info.full_name, info, info))
        for alias in info.aliases:
            found[alias.name].append(Spelling(alias.name, info.full_name, info, alias))
    return dict(found)


SPELLINGS = spellings()


def present(name: str) -> bool:
    """Whether minigrad has a function or a method of the name."""
    return any(exists(path) for path in (name, f"Tensor.{name}", f"Tensor.{name}_"))


# ---- the forms of a call ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Form:
    """One way to call an operator, in both frameworks."""

    label: str
    theirs: Callable[..., Any]
    name: str
    is_function: bool = False
    in_place: bool = False
    is_operator: bool = False

    def outcomes(self, sample: SampleInput) -> tuple[Outcome, Outcome]:
        """Return minigrad's outcome and PyTorch's; LeftOut for a sample that has no such form."""
        if (not self.is_function or self.name.startswith("__")) and not isinstance(sample.input, torch.Tensor):
            raise LeftOut("numbers have no such methods")
        if self.is_operator and (sample.kwargs or len(sample.args) != 1):
            raise LeftOut("operators have no keywords")
        call = (sample.input, *sample.args), sample.kwargs
        theirs = samples.outcome(torch, self.run(self.theirs), *call)
        if isinstance(theirs.error, NotImplementedError) and "derivative" in str(theirs.error):
            raise LeftOut("PyTorch has no such derivative")
        return samples.outcome(minigrad, self.run(samples.counterpart(self.theirs, self.name)), *call), theirs

    def run(self, function: Callable[..., Any]) -> Callable[..., dict[str, Any]]:
        """Return what calls the function on a sample's copies and returns its results."""
        return partial(samples.traced, on_a_clone(function) if self.in_place else function)


def on_a_clone(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that writes into a clone of its first argument: a leaf that requires grad would refuse."""
    return lambda x, *args, **kwargs: function(x.clone(), *args, **kwargs)


def forms(spelling: Spelling) -> Iterator[Form]:
    """Yield the ways to call an operator that PyTorch has; the function first."""
    name, has = spelling.name, spelling.functions
    yield Form("", has.op, name, is_function=True)
    if has.method_variant:
        yield Form("method", has.method_variant, name)
    if has.inplace_variant:
        yield Form("in place", has.inplace_variant, name, in_place=True)
    if getattr(has, "operator_variant", None):
        yield Form("operator", has.operator_variant, name, is_operator=True)
    if getattr(has, "inplace_operator_variant", None):
        yield Form("operator=", has.inplace_operator_variant, name, in_place=True, is_operator=True)


# ---- measuring -------------------------------------------------------------------------------------------------------


def made(info: OpInfo, dtype: str, reference: bool) -> Iterator[SampleInput]:
    """Yield PyTorch's samples of one dtype, or its larger set of reference samples, which want no gradients."""
    torch_dtype = getattr(torch, dtype)
    if torch_dtype not in info.supported_dtypes("cpu"):
        return
    requires_grad = info.supports_autograd and torch_dtype in info.supported_backward_dtypes("cpu") and not reference
    # not info.sample_inputs(): for each call it looks through the stack for the test that it is in
    make = info.reference_inputs_func if reference and info.reference_inputs_func else info.sample_inputs_func
    yield from make(info, "cpu", torch_dtype, requires_grad)
    if dtype == "float16" and info.full_name in LARGE and not reference:
        yield from large(info.full_name, requires_grad)


LARGE: dict[str, tuple[Any, ...]] = {
    **dict.fromkeys(("amax", "amin", "mean", "median", "std", "std_mean", "sum", "var", "var_mean"), ()),
    **dict.fromkeys(("max.reduction_no_dim", "min.reduction_no_dim", "nansum", "nanmean", "norm", "prod"), ()),
    **dict.fromkeys(("cumsum", "log_softmax", "logsumexp", "softmax"), (0,)),
    **dict.fromkeys(("nn.functional.l1_loss", "nn.functional.mse_loss", "nn.functional.smooth_l1_loss"), ()),
}
"""Operators that add many values up, and what they are given beside a tensor; losses get a target of zeros besides."""


def large(name: str, requires_grad: bool) -> Iterator[SampleInput]:
    """Yield float16 values of which there are, or whose squares sum to, more than float16 reaches, which is 65,504."""
    waves = torch.full((100,), 250.0).mul(torch.tensor([1.0, -1.0]).repeat(50))
    for values in (torch.zeros(70_000), torch.ones(5_000), waves):
        x = values.to(torch.float16).requires_grad_(requires_grad)
        yield SampleInput(x, args=(torch.zeros_like(x),) if name.endswith("loss") else LARGE[name])


def refused(info: OpInfo) -> Iterator[ErrorInput]:
    """Yield PyTorch's calls that must raise."""
    if info.error_inputs_func:
        yield from info.error_inputs_func(info, "cpu")


def measure(
    name: str,
    dtypes: tuple[str, ...] = samples.DTYPES,
    most: int | None = None,
    reference: bool = False,
    functions_only: bool = False,
) -> Tally:
    """Compare all samples and errors of an operator's name, or at most so many of each dtype."""
    tally = Tally()
    with samples.quiet_and_repeatable():
        for spelling in SPELLINGS[name]:
            ways = list(islice(forms(spelling), 1 if functions_only else None))
            for dtype in dtypes:
                for i, sample in enumerate(islice(made(spelling.info, dtype, reference), most)):
                    for form in ways:
                        count(tally, form, sample, f"{spelling.samples_name} {dtype} #{i}")
            for error in refused(spelling.info):
                label = f"error ({arguments(error.sample_input)})"
                tally.count_error(label, partial(ways[0].outcomes, error.sample_input))
    return tally


def count(tally: Tally, form: Form, sample: SampleInput, label: str) -> None:
    """Count one call, unless PyTorch itself refuses its own sample."""

    def outcomes() -> tuple[Outcome, Outcome]:
        ours, theirs = form.outcomes(sample)
        if form.is_function and theirs.error:
            raise LeftOut("PyTorch refuses its own sample")
        return ours, theirs

    kind = "function" if form.is_function else "other form"
    values = form.name not in UNINITIALISED
    tally.count(kind, f"{label} {form.label} ({arguments(sample)})".replace("  ", " "), outcomes, values=values)


def arguments(sample: SampleInput) -> str:
    """Return the arguments on one short line."""
    return samples.signature((sample.input, *sample.args), sample.kwargs)
