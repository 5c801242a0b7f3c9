"""Errors of NumPy in PyTorch's words and types."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..table import Op


def refusal(op: Op, arrays: list[Any], error: Exception) -> RuntimeError:
    """Return the error in which PyTorch says what NumPy has refused."""
    shapes = [np.shape(a) for a in arrays]
    if "broadcast" in str(error):
        sizes = " and ".join(str(list(shape)) for shape in shapes)
        return RuntimeError(f"{op.name}: the sizes of tensors must match or be 1 in each dimension, but got {sizes}")
    return RuntimeError(f"{op.name}: {error}")
