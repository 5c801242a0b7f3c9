"""What is told to those who listen to computations: the operations, and looks at values, writes, draws, constants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from numpy import ndarray

from ..core import graph


class _Listeners:
    """A recorder of one thread's calls, and what hears of every operation besides."""

    recorder: Any = None
    tracer: Callable[..., None] | None = None

    def set(self, **which: Any) -> None:
        """Set one of them, and with it what the core calls."""
        vars(self).update(which)
        hearing = [f for f in (self.tracer, self.recorder and self.recorder.note) if f is not None]
        graph.listener = None if not hearing else hearing[0] if len(hearing) == 1 else self.both

    def both(self, *args: Any) -> None:
        """Tell both of an operation."""
        self.tracer(*args)  # type: ignore[misc]
        self.recorder.note(*args)


listeners = _Listeners()

computed = graph.drawn


def recorder_of_this_thread() -> Any:
    """Return what records this thread's calls, or None."""
    recorder = listeners.recorder
    return recorder if recorder is not None and recorder.thread == threading.get_ident() else None


def refuse_to_replay(what: str) -> None:
    """Tell the recorder that something happens which a replay would not repeat."""
    if (recorder := recorder_of_this_thread()) is not None:
        recorder.refuse(what)


def writes(function: Callable[..., None]) -> Callable[..., None]:
    """Mark a function of arrays that writes into its first argument, and into no other."""
    function.writes = True  # type: ignore[attr-defined]
    return function


def constant(array: ndarray) -> ndarray:
    """Return an array, and let the recorder take it as the same at every replay."""
    if (recorder := recorder_of_this_thread()) is not None:
        recorder.note_constant(array)
    return array


def decided(function: Callable[..., bool], *args: Any) -> bool:
    """Return a truth value of arrays by which Python may go one way or another; a recorder hears which."""
    value = bool(function(*args))
    if (recorder := recorder_of_this_thread()) is not None:
        recorder.note_decision(function, args, value)
    return value
