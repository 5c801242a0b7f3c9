"""A trace: the calls on arrays that a computation consists of, in their order, noted down while it runs.

What is noted can be replayed (`minigrad.replay`) if nothing went past the trace. So a trace accepts an array only if it
was given at the beginning, or came out of a call that it has noted. Writes into tensors are calls, and so are questions
by whose answers Python goes one way or another. Code that takes a number from a tensor tells the trace and is refused:
Python might do anything with it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, NamedTuple, Self

from numpy import ndarray

from .._tensor.in_place import copied
from .._tensor.listening import listeners, recorder_of_this_thread


class Call(NamedTuple):
    """One call: the name to show, the function, its arguments and keyword arguments, and what it returned.

    The function is pure if the same arguments always give the same results, which a draw's do not. Where Python went
    the one way or the other by what the function returned, that is `decision`.
    """

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    results: tuple[ndarray | None, ...]
    is_pure: bool
    decision: bool | None = None

    @property
    def written(self) -> ndarray | None:
        """The array that the function writes into, if it does."""
        return self.arguments[0] if getattr(self.function, "writes", False) else None

    def given(self) -> Iterator[ndarray]:
        """Iterate over the arrays that the function is handed, in tuples too."""
        return _arrays_in((*self.arguments, *self.keywords.values()))


def _arrays_in(values: Iterable[Any]) -> Iterator[ndarray]:
    for x in values:
        if isinstance(x, ndarray):
            yield x
        elif isinstance(x, tuple | list):
            yield from _arrays_in(x)


class Trace:
    """Notes the calls of one thread, inside of a ``with`` block.

    Args:
        given: the arrays that there are at the beginning.

    Attributes:
        calls: what was noted.
        gradients: what backward() added to the ``.grad`` of leaves: each leaf and its gradient, in this order.

    Raises:
        RuntimeError: something happens that a replay would not repeat.
    """

    only_one: ClassVar[Any] = threading.RLock()  # which knows whose it is

    def __init__(self, given: Iterable[ndarray]) -> None:
        self.calls: list[Call] = []
        self.gradients: list[tuple[Any, ndarray]] = []
        self.known: dict[int, ndarray] = {}  # by their ids, which no other array gets, since they are kept
        self.thread = threading.get_ident()
        for array in given:
            self.give(array)

    def give(self, array: ndarray) -> None:
        """Let an array be known."""
        self.known[id(array)] = array

    def __enter__(self) -> Self:
        if recorder_of_this_thread() is not None:
            raise RuntimeError("a step is being recorded already: one cannot be recorded inside of another")
        try:
            Trace.only_one.acquire()
            listeners.set(recorder=self)
        except BaseException:  # an interrupt
            self.leave()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self.leave()

    def leave(self) -> None:
        """Stop, unless it has stopped already: who fears an interrupt at the end of the block calls this once more."""
        if listeners.recorder is self or listeners.recorder is None:  # None: an interrupt came before the core heard
            listeners.set(recorder=None)
            with contextlib.suppress(RuntimeError):  # it is released
                Trace.only_one.release()

    def refuse(self, what: str) -> None:
        """Refuse what a replay would not repeat."""
        raise RuntimeError(f"this step cannot be replayed: {what}")

    def note(
        self,
        name: str,
        function: Callable[..., Any],
        arguments: Iterable[Any],
        keywords: dict[str, Any],
        results: tuple[Any, ...],
        out: Any = None,
    ) -> None:
        """Note a call; RuntimeError where one of its arrays comes from nowhere."""
        if threading.get_ident() != self.thread:
            return
        self._add(Call(name, function, tuple(arguments), keywords, results, is_pure=out is not None))

    def note_decision(self, function: Callable[..., bool], arguments: tuple[Any, ...], value: bool) -> None:
        """Note that Python goes the one way or the other by what a function of arrays returned."""
        self._add(Call(function.__name__.strip("_"), function, arguments, {}, (None,), True, value))

    def note_constant(self, array: ndarray) -> None:
        """Note an array that is the same at every replay, until somebody writes into it."""
        values = array.copy()
        self.give(values)
        self._add(Call("copied", copied, (values,), {}, (array,), True))

    def note_gradient(self, leaf: Any, g: Any) -> ndarray:
        """Note that backward() adds a gradient to the ``.grad`` of a leaf, and return it in memory of its own."""
        if not isinstance(g, ndarray):
            self.refuse("backward(create_graph=True) keeps the history of a .grad; see autograd.grad")
        self.gradients.append((leaf, g))
        return g.copy()

    def check(self, who: str, arrays: Iterable[ndarray]) -> None:
        """Refuse an array that comes from nowhere."""
        for array in arrays:
            if id(array) not in self.known:
                self.refuse(
                    f"{who} takes an array of shape {list(array.shape)} that was neither given nor computed by a "
                    "recorded operation, so that nobody knows what it would be the next time"
                )

    def _add(self, call: Call) -> None:
        self.check(call.name, call.given())
        if call.name == "getitem" and any(x.dtype == bool for x in _arrays_in([call.keywords["index"]])):
            self.refuse("how much a mask selects depends on values; see where() and masked_fill()")
        self.calls.append(call)
        for result in call.results:
            if result is not None:
                self.give(result)


def _after_fork_in_child() -> None:
    """Forget what another thread was recording when the process forked: that thread is not here to end it."""
    if listeners.recorder is not None and recorder_of_this_thread() is None:
        listeners.set(recorder=None)
        Trace.only_one = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
