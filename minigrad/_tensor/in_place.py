"""Writing in place: into a tensor's own memory, with its new history.

A value is computed out of place, by the same function, and copied. So every function has an in-place form at no
cost in text, and the gradient is that of the function.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

from .. import table
from ..core.graph import apply
from . import dtypes
from .base import Array, TensorBase, as_array, as_operand
from .declared import UNCLEAR, explained
from .errors import refusal
from .grad_mode import grad_mode
from .listening import computed, constant
from .promotion import converted
from .views import alias_of, flattened, give_history, places_in, refresh, reshaped
from .writes import assign_to, refuse_write, write_into

P = ParamSpec("P")
Result = TypeVar("Result")

REFUSED = "the tensor is a leaf that requires a gradient, or cannot hold the result's shape or dtype."


def in_place(function: Callable[P, Result]) -> Callable[P, Result]:
    """Return the method that writes a function of a tensor into that tensor: ``exp_`` of ``exp``.

    The method takes the function's arguments and returns the tensor. It raises RuntimeError where the tensor is a leaf
    that requires a gradient, where the result has another shape, or a dtype that the tensor's does not hold.
    """

    @functools.wraps(function)
    def method(self: Any, *args: Any, **kwargs: Any) -> Result:
        refuse_write(self)
        try:
            result = function(as_before(self, args, kwargs), *args, **kwargs)
        except UNCLEAR as error:
            raise explained(function, (self, *args), kwargs, error) from None
        return overwrite(self, result)

    method.__name__ = f"{function.__name__}_"
    method.__doc__ = told_in_place(function.__name__, function.__doc__ or "")
    return method  # type: ignore[return-value]  # self is the function's first argument


def told_in_place(name: str, doc: str) -> str:
    """Return a function's docstring for its in-place version: ``name(x)`` in the example becomes ``x.name_()``."""
    summary, _, rest = doc.partition("\n")
    told = f"In-place version of `{name}`: overwrite the tensor, which is the input, and return it."
    before, source, after = rest.partition("Source:")
    if not source:
        return told
    indent = before[before.rindex("\n") + 1 :]
    raises = "" if "Raises:" in before else f"\n{indent}Raises:\n"
    refused = f"{raises}{indent}    RuntimeError: {REFUSED}\n\n{indent}"
    for page in (f"torch.{name}.html", f"torch.Tensor.{name}.html"):
        after = after.replace(f"generated/{page}", f"generated/torch.Tensor.{name}_.html")
    after = after.replace(f">>> {name}(x, ", f">>> x.{name}_(").replace(f">>> {name}(x)", f">>> x.{name}_()")
    written = f"\n\n{indent}It writes, in its own dtype: {summary.removeprefix('Return ')}\n"
    return f"{told}{written}{before.rstrip()}\n{refused}Source:{after}"


def as_before(x: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Return x as it is before the write; with values of its own where the backward pass may read them."""
    operands = (x, *args, *kwargs.values())
    tracked = grad_mode.enabled and any(isinstance(y, TensorBase) and y.edge() is not None for y in operands)
    before = alias_of(x)
    if tracked:
        before.array = computed(copied, x.array)
    return before


def copied(array: Array) -> Array:
    """Return a copy of an array."""
    return array.copy()


def overwrite(x: Any, result: Any) -> Any:
    """Write a result into x's memory and take over its history."""
    if result.array.shape != x.array.shape:
        own, broadcast = list(x.array.shape), list(result.array.shape)
        raise RuntimeError(f"output with shape {own} doesn't match the broadcast shape {broadcast}")
    if not dtypes.can_cast(result.array.dtype, x.array.dtype):
        raise RuntimeError(f"result type {result.dtype} can't be cast to the desired output type {x.dtype}")
    result = converted(result, x.array.dtype)
    if grad_mode.enabled and result.edge() is None and x.edge() is not None:
        result = apply(table.setitem, alias_of(x), result, index=...)  # a constant cuts x's history off
    write_into(x, assign_to, ..., result.array)
    if result.grad_fn is not None:
        rebase(x, result)
    return x


def rebase(x: Any, result: Any) -> None:
    """Let x's history be that of `result`, whose values were just written there; a view passes it to its base."""
    x._requires_grad = False
    if x.base is None:
        give_history(x, result.grad_fn)
        return
    places = constant(places_in(x.base.array, x.array).reshape(-1))
    flat = apply(table.setitem, flattened(alias_of(x.base)), flattened(result), index=places)
    rebase(x.base, reshaped(flat, x.base.array.shape))
    refresh(x)


def assign(x: Any, index: Any, value: Any) -> None:
    """Write a value, broadcast and converted, to an index that NumPy takes in one step."""
    value = as_operand(value)
    refuse_write(x)
    tracked = x.requires_grad or (isinstance(value, TensorBase) and value.edge() is not None)
    if grad_mode.enabled and tracked and x.array.dtype.kind == "f":
        value = _without_leading_ones(value, x.array[index].ndim)
        overwrite(x, apply(table.setitem, as_before(x, (value,), {}), value, index=index))
    else:
        try:
            write_into(x, assign_to, index, as_array(value))
        except (ValueError, OverflowError) as error:
            raise refusal(table.setitem, [x.array, as_array(value)], error) from None


def _without_leading_ones(value: Any, ndim: int) -> Any:
    """Return a value without the leading dimensions of size 1 that it has beyond those of the place it goes to."""
    if not isinstance(value, TensorBase) or value.array.ndim <= ndim:
        return value
    extra = value.array.shape[: value.array.ndim - ndim]
    return value if any(n != 1 for n in extra) else reshaped(value, value.array.shape[len(extra) :])
