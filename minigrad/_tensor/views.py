"""Views: tensors over one memory, where a write into one is a write into all.

A view remembers its base, and its history is that of the base at the places that it shows. So when somebody writes into
the memory, the view's history is made again from its base.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import table
from ..core.graph import Node, apply
from ..core.tensor import recording
from .listening import constant
from .writes import memory_of

Array = np.ndarray[Any, Any]


def note_view(out: Any, x: Any) -> None:
    """Remember that `out` is a view of x, if it is: writes through either are writes into both."""
    if owner_of(out.array) is owner_of(x.array):
        out.base = x if x.base is None else x.base
        out.memory = memory_of(x)
        out.base_written = out.memory.written
        out.made_by = None if x.base is None else x.made_by


def owner_of(array: Array) -> Array:
    """Return the array at the end of a chain of views."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def refresh(view: Any) -> None:
    """Renew the history of a view from its base, after somebody wrote into the memory they share."""
    if view.made_by is not None:
        raise RuntimeError(
            f"Output of {view.made_by} is a view and its base or another view of its base has been modified inplace. "
            "Its history cannot be made anew, since the backward of its autograd.Function would be skipped. Please "
            "clone() the output."
        )
    base = view.base
    view.base_written = memory_of(view).written
    if base.grad_fn is not None:
        with recording(True):
            places = constant(places_in(base.array, view.array))
            renewed = apply(table.getitem, flattened(base), index=places, shape=(base.array.size,))
        give_history(view, renewed.grad_fn)


def give_history(x: Any, grad_fn: Node | None) -> None:
    """Let a tensor be the result of another operation; where it keeps its gradient, it goes on to do so."""
    hooks: Any = None if x.grad_fn is None else x.grad_fn.hooks
    x.grad_fn = grad_fn
    if hooks is not None:
        hooks.follow(x)


def view_of(x: Any) -> Any:
    """Return a view of all of x, without a history."""
    out = x.result.wrap(x.array)
    note_view(out, x)
    return out


def alias_of(x: Any) -> Any:
    """Return a tensor of the same array and history, for a graph that remembers x as it was before a write."""
    edge = x.edge()
    return x.result.wrap(x.array, edge if isinstance(edge, Node) else None)


def flattened(x: Any) -> Any:
    """Return the elements of x along one axis."""
    return reshaped(x, (x.array.size,))


def reshaped(x: Any, shape: tuple[int, ...]) -> Any:
    """Return the elements of x in another shape."""
    return apply(table.reshape, x, shape=shape, old=x.array.shape)


def places_in(base: Array, view: Array) -> Array:
    """Return for each element of a view its place in the flattened base, by where they lie in memory."""
    addresses = _addresses(base).reshape(-1)
    order = np.argsort(addresses)
    return order[np.searchsorted(addresses, _addresses(view), sorter=order)]


def _addresses(array: Array) -> Array:
    addresses = np.full(array.shape, array.ctypes.data)
    for axis, (n, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
        steps = np.arange(n) * stride
        addresses += steps.reshape(-1, *[1] * (array.ndim - axis - 1))
    return addresses
