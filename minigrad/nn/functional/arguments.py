"""What the functions ask of their tensors, and how they overwrite them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec

from ..._tensor.declared import UNCLEAR, explained
from ..._tensor.in_place import as_before, overwrite
from ..._tensor.writes import refuse_write
from ...functions.arguments import check_tensor
from ...functions.tensor import Tensor

P = ParamSpec("P")


def check_tensors(function: str, **arguments: Any) -> None:
    """Raise TypeError for an argument that is no tensor."""
    for name, value in arguments.items():
        check_tensor(function, value, name)


def check_number(function: str, input: Any) -> None:
    """Raise TypeError for an input that is no tensor, NotImplementedError for one of booleans."""
    check_tensor(function, input)
    if input.array.dtype.kind == "b":
        raise NotImplementedError(f"{function}: expected numbers, but got an input of booleans")


def check_float(function: str, input: Any) -> None:
    """Raise TypeError for an input that is no tensor, NotImplementedError for one of integers or booleans."""
    check_tensor(function, input)
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"{function}: expected a floating-point input, but got {input.dtype}")


def takes_inplace(function: Callable[P, Tensor]) -> Callable[P, Tensor]:
    """Let a function overwrite its input where the argument ``inplace``, which it does not read itself, says so."""
    position = list(inspect.signature(function).parameters).index("inplace")

    @functools.wraps(function)
    def either(*args: P.args, **kwargs: P.kwargs) -> Tensor:
        if not (kwargs["inplace"] if "inplace" in kwargs else position < len(args) and args[position]):
            try:
                return function(*args, **kwargs)
            except UNCLEAR as error:
                raise explained(function, args, kwargs, error) from None
        return overwritten(function, *args, **kwargs)

    return either


def overwritten(function: Callable[..., Tensor], input: Any, *args: Any, **kwargs: Any) -> Tensor:
    """Write a function of a tensor into that tensor, unless it leaves the tensor as it is."""
    check_tensor(function.__name__, input)
    before = as_before(input, args, kwargs)
    result = function(before, *args, **kwargs)
    if result is before:
        return input
    refuse_write(input)
    return overwrite(input, result)
