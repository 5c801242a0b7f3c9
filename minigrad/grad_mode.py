"""Whether operations are recorded: a switch that every thread has for itself."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any


class _GradMode(threading.local):
    enabled = True


grad_mode = _GradMode()


def is_grad_enabled() -> bool:
    """Return whether this thread's operations are recorded."""
    return grad_mode.enabled


class _Switch:
    """Recording as `mode` says, for a ``with`` block or for every call of a decorated function."""

    def __init__(self, mode: bool) -> None:
        self.mode = mode
        self.outer = grad_mode.enabled

    def __enter__(self) -> None:
        self.outer = grad_mode.enabled
        grad_mode.enabled = self.mode

    def __exit__(self, *exc: object) -> None:
        grad_mode.enabled = self.outer

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            with _Switch(self.mode):  # one of its own for each call: calls nest, and run in several threads
                return function(*args, **kwargs)

        return switched


class no_grad(_Switch):
    """Do not record: what is computed inside has ``requires_grad=False``.

    Works as a context manager and as a decorator, with or without parentheses.

    Source: https://pytorch.org/docs/stable/generated/torch.no_grad.html

    Example:
        >>> with no_grad():
        ...     is_grad_enabled()
        False
    """

    def __new__(cls, function: Callable[..., Any] | None = None) -> Any:
        """Make the switch, or decorate the function at once."""
        switch = super().__new__(cls)
        if function is None:
            return switch
        switch.__init__()  # type: ignore[misc]
        return switch(function)

    def __init__(self) -> None:
        super().__init__(False)


class enable_grad(no_grad):
    """Record, also inside of `no_grad`.

    Source: https://pytorch.org/docs/stable/generated/torch.enable_grad.html

    Example:
        >>> with no_grad(), enable_grad():
        ...     is_grad_enabled()
        True
    """

    def __init__(self) -> None:
        _Switch.__init__(self, True)


class set_grad_enabled(_Switch):
    """Switch recording on or off: at once for the rest of the thread, or for a ``with`` block, or as a decorator.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html

    Example:
        >>> with set_grad_enabled(False):
        ...     is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        grad_mode.enabled = mode

    def __enter__(self) -> None:
        """Do nothing more: the constructor has switched already, and remembers what to go back to."""

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate; only the calls are meant, so the switch that the constructor threw goes back."""
        grad_mode.enabled = self.outer
        return super().__call__(function)
