"""Curves and histograms in TensorBoard's files, by tensorboardX, which comes with an extra.

Source: https://pytorch.org/docs/stable/tensorboard.html
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .._tensor.base import TensorBase

try:
    import tensorboardX
except ImportError as error:
    raise ImportError(
        "minigrad.utils.tensorboard needs tensorboardX, which comes with an extra: "
        "pip install 'minigrad-nn[tensorboard]'"
    ) from error


class SummaryWriter(tensorboardX.SummaryWriter):  # type: ignore[misc]
    """tensorboardX's writer, which takes tensors wherever it takes arrays.

    Args:
        log_dir: the folder to write to; a new one in ``runs/`` unless given.
        **options: tensorboardX's own, such as `comment` and `flush_secs`.

    Source: https://tensorboardx.readthedocs.io
    """

    def __init__(self, log_dir: str | None = None, *args: Any, **options: Any) -> None:
        super().__init__(log_dir, *args, **options)

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        return taking_tensors(value) if name.startswith("add_") else value


def taking_tensors(method: Callable[..., Any]) -> Callable[..., Any]:
    """Return a method that is called with arrays in the place of tensors."""

    @functools.wraps(method)
    def converting(*args: Any, **kwargs: Any) -> Any:
        return method(*map(as_arrays, args), **{name: as_arrays(value) for name, value in kwargs.items()})

    return converting


def as_arrays(value: Any) -> Any:
    """Return a value with arrays in the place of tensors, in lists and dictionaries, too."""
    if isinstance(value, TensorBase):
        return value.detach().array
    if isinstance(value, dict):
        return {key: as_arrays(part) for key, part in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(as_arrays, value))
    return value
