"""What NumPy's functions make of a script's tensors: arrays, where they make arrays of PyTorch's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..functions.numpy_interop import FUNCTIONS

GIVING_ARRAYS: list[Callable[..., Any]] = [
    np.broadcast_to, np.concatenate, np.diag, np.dot, np.einsum, np.expand_dims, np.hstack, np.linalg.norm, np.outer,
    np.ravel, np.roll, np.sort, np.stack, np.tensordot, np.tile, np.trace, np.tril, np.triu, np.vstack, np.where,
]  # fmt: skip
"""The functions that turn PyTorch's tensors into arrays first. The others ask the tensor itself, and give tensors."""


def give_arrays() -> None:
    """Let these functions of tensors give arrays from now on, and refuse tensors that require a gradient."""
    for function in GIVING_ARRAYS:
        FUNCTIONS.pop(function, None)
