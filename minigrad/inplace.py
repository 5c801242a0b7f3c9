"""Writing in place: into a tensor's own memory, with its new history.

A value is computed out of place, by the same function as ever, and copied. So every function has an in-place form at no
cost in text, and the gradient is that of the function.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from . import dtypes, ops
from .grad_mode import grad_mode
from .recording import (
    TensorBase,
    apply,
    as_array,
    as_operand,
    converted,
    edge_of,
    places_in,
    refresh,
    refusal,
    refuse_write,
    twin,
)

Result = TypeVar("Result")


def in_place(function: Callable[..., Result]) -> Callable[..., Result]:
    """Return the method that writes a function of a tensor into that tensor: ``exp_`` of ``exp``.

    The method takes the function's arguments and returns the tensor. It raises RuntimeError where the tensor is a leaf
    that requires a gradient, where the result has another shape, or a dtype that the tensor's does not hold.
    """

    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Result:
        refuse_write(self)
        result = function(_before(self, args, kwargs), *args, **kwargs)
        return overwrite(self, result)

    method.__name__ = f"{function.__name__}_"
    method.__doc__ = f"In-place version of `{function.__name__}`."
    return method


def _before(x: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return x as it is before the write; with values of its own where the backward pass may read them."""
    operands = (x, *args, *kwargs.values())
    tracked = grad_mode.enabled and any(isinstance(y, TensorBase) and edge_of(y) is not None for y in operands)
    before = twin(x)
    if tracked:
        before.array = x.array.copy()
    return before


def overwrite(x: Any, result: Any) -> Any:
    """Write a result into x's memory and take over its history."""
    if result.array.shape != x.array.shape:
        own, broadcast = list(x.array.shape), list(result.array.shape)
        raise RuntimeError(f"output with shape {own} doesn't match the broadcast shape {broadcast}")
    if not dtypes.can_cast(result.array.dtype, x.array.dtype):
        raise RuntimeError(f"result type {result.dtype} can't be cast to the desired output type {x.dtype}")
    result = converted(result, x.array.dtype)
    if grad_mode.enabled and edge_of(result) is None and edge_of(x) is not None:
        result = apply(ops.setitem, twin(x), result, index=...)  # a constant, through which x's history gets zeros
    x.array[...] = result.array
    x.note_write()
    if result.grad_fn is not None:
        rebase(x, result)
    return x


def rebase(x: Any, result: Any) -> None:
    """Let x's history be that of `result`, whose values were just written there; a view passes it to its base."""
    x._requires_grad = False
    if x.base is None:
        retains_grad = x.retains_grad
        x.grad_fn = result.grad_fn
        if retains_grad:
            x.retain_grad()
        return
    places = places_in(x.base.array, x.array)
    flat = apply(ops.setitem, twin(x.base).reshape(-1), result.reshape(-1), index=places.reshape(-1))
    rebase(x.base, flat.reshape(x.base.array.shape))
    refresh(x)


def assign(x: Any, index: Any, value: Any) -> None:
    """Write a value, broadcast and converted, to an index that NumPy takes in one step."""
    value = as_operand(value)
    refuse_write(x)
    tracked = x.requires_grad or (isinstance(value, TensorBase) and edge_of(value) is not None)
    if grad_mode.enabled and tracked and x.array.dtype.kind == "f":
        value = _without_leading_ones(value, x.array[index].ndim)
        overwrite(x, apply(ops.setitem, _before(x, (value,), {}), value, index=index))
    else:
        try:
            x.array[index] = as_array(value)
        except (ValueError, OverflowError) as error:
            raise refusal(ops.setitem, [x.array, as_array(value)], error) from None
        x.note_write()


def _without_leading_ones(value: Any, ndim: int) -> Any:
    """Return a value without the leading dimensions of size 1 that it has beyond those of the place it goes to."""
    while isinstance(value, TensorBase) and value.array.ndim > ndim and value.array.shape[0] == 1:
        value = value.squeeze(0)  # type: ignore[attr-defined]
    return value
