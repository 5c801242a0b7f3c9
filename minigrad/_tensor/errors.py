"""Errors of NumPy in PyTorch's words and types."""

from __future__ import annotations

import math
import sys
import warnings
from typing import Any

import numpy as np

from .. import table
from ..table import Op


def refusal(op: Op, arrays: list[Any], error: Exception) -> RuntimeError:
    """Return the error in which PyTorch says what NumPy has refused."""
    shapes = [np.shape(a) for a in arrays]
    if op is table.linear and (misfit := _misfit(*shapes)) is not None:
        return misfit
    if "broadcast" in str(error):
        sizes = " and ".join(str(list(shape)) for shape in shapes)
        return RuntimeError(f"{op.name}: the sizes of tensors must match or be 1 in each dimension, but got {sizes}")
    return RuntimeError(f"{op.name}: {error}")


def _misfit(x: tuple[int, ...], w: tuple[int, ...], bias: tuple[int, ...] = ()) -> RuntimeError | None:
    """Return why there is no x Wᵀ + b of these shapes; None if the last dimensions are not the reason."""
    if x and w and x[-1] == w[-1]:
        if bias in ((), (1,), w[:1]):
            return None
        return RuntimeError(f"linear: a bias of shape {list(bias)} does not fit a weight of shape {list(w)}")
    return RuntimeError(
        f"linear: an input of shape {list(x)} does not fit a weight of shape {list(w)}: mat1 and mat2 shapes cannot be "
        f"multiplied ({math.prod(x[:-1])}x{x[-1] if x else 1} and {w[-1] if w else 1}x{w[0] if w else 1})"
    )


def warn_caller(message: str, category: type[Warning] = UserWarning) -> None:
    """Warn at the line of the user's that called, however many of minigrad's own lines lie between."""
    frame, level = sys._getframe(1), 2
    while frame.f_globals.get("__name__", "").partition(".")[0] == __package__.partition(".")[0] and frame.f_back:
        frame, level = frame.f_back, level + 1
    warnings.warn(message, category, stacklevel=level)
