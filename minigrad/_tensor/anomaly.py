"""Anomaly detection: which operation made the first NaN of a backward pass, and where it was called.

Off, it costs one comparison per operation. On, every recorded operation remembers the lines that led to it.
"""

from __future__ import annotations

import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any

from .listening import listeners

_OUR_FOLDER = str(Path(__file__).parents[1])


class _AnomalyMode:
    """What `set_detect_anomaly` sets, for all threads."""

    def __init__(self) -> None:
        self.enabled = False
        self.check_nan = True

    def set(self, enabled: bool, check_nan: bool) -> None:
        """Switch, and let every recorded operation remember its call."""
        self.enabled, self.check_nan = enabled, check_nan
        listeners.set(tracer=remember_call if enabled else None)


def remember_call(name: Any, function: Any, arrays: Any, params: Any, results: Any, out: Any) -> None:
    """Note on the node of an operation where it was called."""
    if out is not None and out.grad_fn is not None:
        out.grad_fn.trace = forward_call()


anomaly_mode = _AnomalyMode()


def is_anomaly_enabled() -> bool:
    """Return whether anomaly detection is on.

    Source: https://pytorch.org/docs/stable/autograd.html#anomaly-detection

    Example:
        >>> is_anomaly_enabled()
        False
    """
    return anomaly_mode.enabled


def is_anomaly_check_nan_enabled() -> bool:
    """Return whether anomaly detection, where it is on, raises on NaN.

    Source: https://pytorch.org/docs/stable/autograd.html#anomaly-detection

    Example:
        >>> is_anomaly_check_nan_enabled()
        True
    """
    return anomaly_mode.check_nan


class set_detect_anomaly:
    """Switch anomaly detection on or off: at once, and for a ``with`` block back at its end.

    Args:
        mode: on or off.
        check_nan: raise where a gradient becomes NaN; without it, only errors are traced to their forward call.

    Source: https://pytorch.org/docs/stable/autograd.html#torch.autograd.set_detect_anomaly

    Example:
        >>> with set_detect_anomaly(True):
        ...     is_anomaly_enabled()
        True
        >>> is_anomaly_enabled()
        False
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        self.outer = (anomaly_mode.enabled, anomaly_mode.check_nan)
        anomaly_mode.set(mode, check_nan)

    def __enter__(self) -> None:
        """Do nothing more: the constructor has switched already."""

    def __exit__(self, *exc: object) -> None:
        anomaly_mode.set(*self.outer)


class detect_anomaly:
    """Detect anomalies inside a ``with`` block: for debugging, since it is slow.

    An error in a backward pass, and a gradient that becomes NaN, comes with a warning that shows where the operation
    was called in the forward pass, if that ran inside the block too.

    Args:
        check_nan: raise RuntimeError where a gradient becomes NaN.

    Source: https://pytorch.org/docs/stable/autograd.html#torch.autograd.detect_anomaly

    Example:
        >>> import warnings
        >>> with warnings.catch_warnings(action="ignore"), detect_anomaly():
        ...     is_anomaly_enabled()
        True
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            stacklevel=2,
        )

    def __enter__(self) -> None:
        self.switch = set_detect_anomaly(True, self.check_nan)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.switch.__exit__(kind, error, trace)


def forward_call() -> str:
    """Return the lines that led here, without minigrad's own."""
    frames = [frame for frame in traceback.extract_stack() if not frame.filename.startswith(_OUR_FOLDER)]
    return "".join(traceback.format_list(frames))


def check_nan(node: Any, i: int, gradient: Any) -> None:
    """Raise where the gradient that a node gives its input i has a NaN, which alone differs from itself."""
    is_array = gradient is not None and gradient.shape is not None
    if anomaly_mode.check_nan and is_array and (gradient != gradient).any():
        raise RuntimeError(f"Function '{node.name()}' returned nan values in its {i}th output.")


def warn_of(node: Any) -> None:
    """Warn of the node of a backward pass in which an error was raised, and of where its forward was called."""
    call = getattr(node, "trace", None)
    if call is None:
        known = "No forward pass information available. Enable detect anomaly during forward pass for more information."
    else:
        known = f"Traceback of forward call that caused the error:\n{call}"
    warnings.warn(f"Error detected in {node.name()}. {known}", stacklevel=2)
