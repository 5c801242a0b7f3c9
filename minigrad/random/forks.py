"""Forks: a child process starts while no generator is in the midst of a draw."""

from __future__ import annotations

import os
import threading
import weakref
from typing import Any

GENERATORS: weakref.WeakSet[Any] = weakref.WeakSet()
"""All that are alive: a fork waits until none of them is in the midst of a draw, which its child could never end."""

_forking = threading.Lock()
_held: list[Any] = []


def _before_fork() -> None:
    _forking.acquire()
    _held[:] = GENERATORS
    for generator in _held:
        generator._lock.acquire()


def _after_fork() -> None:
    while _held:
        _held.pop()._lock.release()
    _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
