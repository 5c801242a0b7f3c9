"""A tape: the calls on arrays that a computation consists of, in their order, noted down while it runs.

What is noted can be replayed (`minigrad.replay`), provided that nothing went past the tape. So a tape accepts an array
only if it was given at the beginning, or came out of a call that it has noted; and whoever looks at values, or writes
into a tensor, says so and is refused, for what Python decides by a value it might decide otherwise the next time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar, NamedTuple, Self

from numpy import ndarray


class Call(NamedTuple):
    """One call: the name to show, the function, its arguments and keyword arguments, and what it returned.

    The function is pure if the same arguments always give the same results, which a draw's do not.
    """

    name: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: dict[str, Any]
    results: tuple[ndarray | None, ...]
    is_pure: bool

    def given(self) -> Iterator[ndarray]:
        """Iterate over the arrays that the function is handed, in tuples too."""
        return _arrays_in((*self.arguments, *self.keywords.values()))


def _arrays_in(values: Iterable[Any]) -> Iterator[ndarray]:
    for x in values:
        if isinstance(x, ndarray):
            yield x
        elif isinstance(x, tuple | list):
            yield from _arrays_in(x)


class Tape:
    """Notes the calls of one thread, inside of a ``with`` block.

    Args:
        given: the arrays that there are at the beginning.

    Attributes:
        calls: what was noted.

    Raises:
        RuntimeError: something happens that a replay would not repeat.
    """

    current: ClassVar[Tape | None] = None
    only_one: ClassVar[threading.Lock] = threading.Lock()

    def __init__(self, given: Iterable[ndarray]) -> None:
        self.calls: list[Call] = []
        self.known: dict[int, ndarray] = {}  # by their ids, which no other array gets, since they are kept
        self.thread = threading.get_ident()
        for array in given:
            self.give(array)

    def give(self, array: ndarray) -> None:
        """Let an array be known."""
        self.known[id(array)] = array

    def __enter__(self) -> Self:
        if tape_of_this_thread() is not None:
            raise RuntimeError("a step is being recorded already: one cannot be recorded inside of another")
        Tape.only_one.acquire()
        Tape.current = self
        return self

    def __exit__(self, *exc: object) -> None:
        Tape.current = None
        Tape.only_one.release()

    def note(self, call: Call) -> None:
        """Note a call; RuntimeError where one of its arrays comes from nowhere."""
        if threading.get_ident() != self.thread:
            return
        for array in call.given():
            if id(array) not in self.known:
                raise RuntimeError(
                    f"this step cannot be replayed: {call.name} takes an array of shape {list(array.shape)} that was "
                    "neither given nor computed by a recorded operation, so that nobody knows what it would be the "
                    "next time"
                )
        self.calls.append(call)
        for result in call.results:
            if result is not None:
                self.give(result)


def tape_of_this_thread() -> Tape | None:
    """Return the tape that this thread's step is being recorded on, if it is."""
    tape = Tape.current
    return tape if tape is not None and tape.thread == threading.get_ident() else None


def refuse_to_replay(what: str) -> None:
    """Say that something happens which a replay would not repeat; RuntimeError if this thread's step is recorded."""
    if tape_of_this_thread() is not None:
        raise RuntimeError(f"this step cannot be replayed: {what}")


def constant(array: ndarray) -> ndarray:
    """Return an array, of which a tape may take it that it is the same at every replay."""
    if (tape := tape_of_this_thread()) is not None:
        tape.give(array)
    return array


def computed(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function of arrays that is no entry of the derivative table, the draw of a mask for instance.

    The function returns an array, or a tuple of arrays and None.
    """
    result = function(*args)
    if (tape := Tape.current) is not None:
        results = result if isinstance(result, tuple) else (result,)
        tape.note(Call(function.__name__.strip("_"), function, args, {}, results, is_pure=False))
    return result
