"""Whether operations are recorded: a switch that every thread has for itself."""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from collections.abc import Callable, Generator
from typing import Any

from ..core.graph import grad_mode as grad_mode


class _Inference(threading.local):
    enabled = False


inference = _Inference()


def is_grad_enabled() -> bool:
    """Return whether this thread's operations are recorded: everywhere but inside of `no_grad` and its like.

    Source: https://pytorch.org/docs/stable/generated/torch.is_grad_enabled.html

    Example:
        >>> is_grad_enabled()
        True
    """
    return grad_mode.enabled


def is_inference_mode_enabled() -> bool:
    """Return whether this thread is inside of `inference_mode`.

    Source: https://pytorch.org/docs/stable/generated/torch.is_inference_mode_enabled.html

    Example:
        >>> is_inference_mode_enabled()
        False
    """
    return inference.enabled


class _Switch:
    """Recording as `mode` says, for a ``with`` block or for every call of a decorated function."""

    def __init__(self, mode: bool) -> None:
        if not isinstance(mode, bool):
            raise TypeError(f"{type(self).__name__}: mode must be bool, not {type(mode).__name__}: {mode!r}")
        self.mode = mode
        self.outer = grad_mode.enabled

    def __enter__(self) -> None:
        self.outer = grad_mode.enabled
        grad_mode.enabled = self.mode

    def __exit__(self, *exc: object) -> None:
        grad_mode.enabled = self.outer

    def _again(self) -> _Switch:
        """Return a switch for one call of a decorated function: calls nest, and run in several threads."""
        switch = object.__new__(type(self))
        _Switch.__init__(switch, self.mode)
        return switch

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        if not callable(function):
            raise TypeError(f"{type(self).__name__} decorates functions, but got {function!r}")
        if isinstance(function, type):
            warnings.warn(
                "Decorating classes is deprecated: only the construction of an instance is switched. Decorate "
                f"{function.__name__}.__init__ instead.",
                FutureWarning,
                stacklevel=2,
            )
        if inspect.isgeneratorfunction(function):
            return self._generator(function)

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Any:
            switch = self._again()
            try:
                with switch:
                    return function(*args, **kwargs)
            finally:
                switch.__exit__()  # once more: an interrupt may have come before the block's own leaving began

        return switched

    def _generator(self, function: Callable[..., Generator[Any, Any, Any]]) -> Callable[..., Any]:
        """Decorate a generator function: what runs between its yields is switched, what its caller does is not."""

        @functools.wraps(function)
        def switched(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            with self._again():
                generator = function(*args, **kwargs)
            resume: Callable[[], Any] = functools.partial(next, generator)
            while True:
                try:
                    with self._again():
                        value = resume()
                except StopIteration as end:
                    return end.value
                try:
                    resume = functools.partial(generator.send, (yield value))
                except GeneratorExit:
                    with self._again():
                        generator.close()
                    raise
                except BaseException as error:
                    resume = functools.partial(generator.throw, error)

        return switched


class no_grad(_Switch):
    """Do not record: what is computed inside has ``requires_grad=False``.

    Works as a context manager and as a decorator, with or without parentheses.

    Args:
        function: to decorate, where the parentheses are left out.

    Raises:
        TypeError: what is decorated cannot be called.

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

    Works as a context manager and as a decorator, with or without parentheses.

    Source: https://pytorch.org/docs/stable/generated/torch.enable_grad.html

    Example:
        >>> with no_grad(), enable_grad():
        ...     is_grad_enabled()
        True
    """

    def __init__(self) -> None:
        _Switch.__init__(self, True)


class inference_mode(_Switch):
    """Do not record, as in `no_grad`; for code that only evaluates.

    Args:
        mode: False switches inference mode off, and recording on. Or the function to decorate.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html. It differs in that
        the tensors made inside stay usable: PyTorch refuses to write into them outside, and to train with them.

    Example:
        >>> with inference_mode():
        ...     is_inference_mode_enabled(), is_grad_enabled()
        (True, False)
    """

    def __new__(cls, mode: bool | Callable[..., Any] = True) -> Any:
        """Make the switch, or decorate the function at once."""
        switch = super().__new__(cls)
        if isinstance(mode, bool) or not callable(mode):
            return switch
        switch.__init__(True)  # type: ignore[misc]
        return switch(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__(mode)
        self.outer_inference = inference.enabled

    def _again(self) -> _Switch:
        switch = super()._again()
        vars(switch)["outer_inference"] = inference.enabled
        return switch

    def __enter__(self) -> None:
        self.outer, self.outer_inference = grad_mode.enabled, inference.enabled
        grad_mode.enabled, inference.enabled = not self.mode, self.mode

    def __exit__(self, *exc: object) -> None:
        grad_mode.enabled, inference.enabled = self.outer, self.outer_inference


class set_grad_enabled(_Switch):
    """Switch recording on or off: at once for the rest of the thread, or for a ``with`` block, or as a decorator.

    Args:
        mode: True to record, False not to.

    Raises:
        TypeError: the mode is no boolean.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html

    Example:
        >>> with set_grad_enabled(False):
        ...     is_grad_enabled()
        False
    """

    def __init__(self, mode: bool) -> None:
        super().__init__(mode)
        grad_mode.enabled = mode

    def __repr__(self) -> str:
        return f"{type(self).__module__}.{type(self).__qualname__}(mode={self.mode})"

    def __enter__(self) -> None:
        grad_mode.enabled = self.mode  # the constructor has switched already; this is for a switch that was kept

    def __call__(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorate; only the calls are meant, so the switch that the constructor threw goes back."""
        grad_mode.enabled = self.outer
        return super().__call__(function)
