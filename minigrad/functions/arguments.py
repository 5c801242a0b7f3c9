"""The other ways in which PyTorch lets an argument be written, and its checks of kinds."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

from .._tensor.base import TensorBase, TensorT, as_operand, named
from .._tensor.declared import kind_of, spelt
from .._tensor.errors import warn_caller
from .._tensor.promotion import converted
from .._tensor.writes import assign_to, write_into
from ..core.graph import apply
from ..core.op import Op

P = ParamSpec("P")
Result = TypeVar("Result")


def other_names(**names: str) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Let the arguments of a function that is explained be called by other names, too: ``other_names(axis="dim")``."""

    def decorate(function: Callable[P, Result]) -> Callable[P, Result]:
        return spelt(function, names=names)

    return decorate


# Source: https://pytorch.org/docs/stable/notes/numpy_compatibility.html
numpy_names = other_names(axis="dim", keepdims="keepdim", x="input", a="input", x1="input", x2="other")


def sizes_by_name(keyword: str) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Let the sizes that come last, one by one or as one sequence, be given as a sequence by name, too."""

    def decorate(function: Callable[P, Result]) -> Callable[P, Result]:
        @functools.wraps(function)
        def naming(*args: Any, **kwargs: Any) -> Result:
            if keyword not in kwargs:
                return function(*args, **kwargs)
            sizes = kwargs.pop(keyword)
            if not isinstance(sizes, list | tuple):
                name = function.__name__
                raise TypeError(f"{name}(): argument '{keyword}' must be tuple of ints, not {kind_of(sizes)}")
            call: Any = function
            return call(*args, sizes, **kwargs)

        return naming

    return decorate


def number_before(keyword: str, tensors: int) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Let a number stand before the last of a number of tensors, as PyTorch allowed until 1.5, with a warning.

    ``add(x, alpha, y)`` then means ``add(x, y, alpha=alpha)``.
    """

    def decorate(function: Callable[P, Result]) -> Callable[P, Result]:
        @functools.wraps(function)
        def reordering(*args: P.args, **kwargs: P.kwargs) -> Result:
            if len(args) != tensors + 1 or isinstance(args[1], TensorBase):
                return function(*args, **kwargs)
            input, value, *others = args
            warn_caller(f"This overload of {function.__name__} is deprecated: give {keyword}={value} last, by its name")
            call: Any = function
            return call(input, *others, **{keyword: value}, **kwargs)

        return reordering

    return decorate


def unbiased_first(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let `unbiased` stand where the dimension does, as in ``var(x, True)``, the older form."""

    @functools.wraps(function)
    def reordering(*args: P.args, **kwargs: P.kwargs) -> Result:
        if len(args) == 2 and isinstance(args[1], bool):
            call: Any = function
            return call(args[0], unbiased=args[1], **kwargs)
        return function(*args, **kwargs)

    return reordering


def takes_out(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a function that is explained write its result into a tensor, ``out=``, which it then returns."""
    return spelt(function, afterwards={"out": written})


def written(result: Any, out: Any) -> Any:
    """Return `out`, made to hold a result; RuntimeError where a gradient would be lost, or a dtype does not fit."""
    if out.requires_grad or result.requires_grad:
        raise RuntimeError("out=... arguments don't support automatic differentiation, but one of them requires grad.")
    if result.dtype.is_floating_point > out.dtype.is_floating_point:
        raise RuntimeError(f"result type {result.dtype} can't be cast to the desired output type {out.dtype}")
    if not out.array.flags.writeable:
        raise RuntimeError("out: the tensor cannot be written into, for several of its elements share one place")
    if out.array.shape != result.array.shape:
        out.array = np.empty(result.array.shape, out.array.dtype)
    write_into(out, assign_to, ..., result.array)
    return out


def recorded_as(name: str) -> Callable[[Callable[P, Result]], Callable[P, Result]]:
    """Let the results of a function that is composed of several operations go by PyTorch's name of it."""

    def decorate(function: Callable[P, Result]) -> Callable[P, Result]:
        @functools.wraps(function)
        def naming(*args: P.args, **kwargs: P.kwargs) -> Result:
            result = function(*args, **kwargs)
            given = [id(x) for x in (*args, *kwargs.values())]
            for part in result if isinstance(result, tuple) else (result,):
                if id(part) not in given:
                    named(part, name)
            return result

        return naming

    return decorate


def rounded_once(function: Callable[P, Result]) -> Callable[P, Result]:
    """Let a function of several steps compute float16 in float32 and round its result once, as PyTorch does."""

    @functools.wraps(function)
    def computing(*args: P.args, **kwargs: P.kwargs) -> Result:
        floats = ""
        for x in (*args, *kwargs.values()) if kwargs else args:
            if isinstance(x, TensorBase) and x.array.dtype.kind == "f":
                floats += x.array.dtype.char
        if floats.strip(HALF) or not floats:
            return function(*args, **kwargs)
        result = function(*map(_widened, args), **{name: _widened(x) for name, x in kwargs.items()})
        return converted(result, np.dtype(HALF)) if kwargs.get("dtype") is None else result

    return computing


HALF = "e"  # NumPy's letter for float16


def _widened(x: Any) -> Any:
    is_half = isinstance(x, TensorBase) and x.array.dtype.char == HALF
    return converted(x, np.dtype(np.float32)) if is_half else x


def check_tensor(function: str, x: Any, argument: str = "input") -> None:
    """Raise TypeError for an argument that is no tensor."""
    if not isinstance(x, TensorBase):
        raise TypeError(f"{function}(): argument '{argument}' must be Tensor, not {type(x).__name__}")


def check_tensors(function: str, input: Any, other: Any) -> None:
    """Raise TypeError where one of two arguments is no tensor."""
    check_tensor(function, input)
    check_tensor(function, other, "other")


def check_any_tensor(function: str, input: Any, other: Any) -> None:
    """Raise TypeError where neither of two arguments is a tensor."""
    if not isinstance(other, TensorBase):
        check_tensor(function, input)


def check_floating(function: str, x: Any) -> None:
    """Raise RuntimeError for a tensor of integers."""
    if x.array.dtype.kind != "f":
        raise RuntimeError(f"{function}(): Input dtype must be floating point. Got: {x.dtype}")


def of_tensor(op: Op, input: TensorT, other: Any) -> TensorT:
    """Apply an op to a tensor and a tensor or number; TypeError for anything else."""
    check_tensor(op.name, input)
    return apply(op, input, as_operand(other))


def of_tensors(op: Op, input: TensorT, other: TensorT) -> TensorT:
    """Apply an op to two tensors; TypeError for anything else."""
    check_tensors(op.name, input, other)
    return apply(op, input, other)
