"""Memory for a program's results: buffers that are kept from step to step, and used again within one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from .._tensor.base import Array
from .._tensor.views import owner_of
from ..optim.flat import aligned
from .forms import form_of
from .trace import Call


class Memory:
    """Lays out results that are dead before the step ends.

    A buffer is free again after the last use of what lies in it, views of it included. With few buffers, which are used
    again soon, small networks' activations and their gradients stay in the cache.

    Args:
        calls: of the program, in their order.
        kept: arrays that must outlive the step.

    Attributes:
        buffers: what was laid out.
    """

    def __init__(self, calls: Sequence[Call], kept: Iterable[Array]) -> None:
        self.kept = {id(owner_of(x)) for x in kept}
        self.last_use: dict[int, int] = {}
        for i, call in enumerate(calls):
            for x in (*call.given(), *[x for x in call.results if x is not None]):
                self.last_use[id(owner_of(x))] = i
        self.places: dict[int, Array] = {}  # of the results in buffers, by their ids
        self.free: dict[tuple[tuple[int, ...], np.dtype[Any]], list[Array]] = {}
        self.buffers: list[Array] = []

    def place(self, i: int, call: Call) -> Array | None:
        """Return where the i-th call is to write its result, or None; and set free what nobody needs after it."""
        form = form_of(call)
        dying = [x for x in call.given() if self.last_use.get(id(owner_of(x))) == i]
        if form is not None and form.elementwise:
            self._release(dying)
        place = None
        if form is not None and id(call.results[0]) not in self.kept:
            result: Any = call.results[0]
            place = self.places[id(result)] = self._buffer(result.shape, result.dtype)
            if self.last_use[id(result)] == i:
                dying.append(result)
        self._release(dying)
        return place

    def view(self, call: Call) -> Array | None:
        """Return the result of a call that is a view of a buffer, and so the same at every step; None for others."""
        given = list(call.given())
        if not call.is_pure or len(given) != 1 or id(given[0]) not in self.places or len(call.results) != 1:
            return None
        (result,) = call.results
        if result is None or result is given[0] or owner_of(result) is not owner_of(given[0]):
            return None
        place = self.places[id(given[0])]
        found = call.function(*[place if x is given[0] else x for x in call.arguments], **call.keywords)
        if not np.shares_memory(found, place):
            return None
        self.places[id(result)] = found
        return found

    def number_of(self, buffer: Array) -> int:
        """Return the number of a buffer, counted from 1."""
        return next(i for i, x in enumerate(self.buffers, 1) if x is buffer)

    def _buffer(self, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        waiting = self.free.get((shape, dtype))
        if not waiting:
            self.buffers.append(aligned(math.prod(shape), dtype).reshape(shape))
            waiting = [self.buffers[-1]]
        return waiting.pop()

    def _release(self, arrays: list[Array]) -> None:
        """Set free the buffers of results, each once."""
        for x in map(owner_of, arrays):
            place = self.places.get(id(x))
            if place is not None and self.last_use.pop(id(x), None) is not None:
                self.free.setdefault((place.shape, place.dtype), []).append(place)
