"""What scripts ask of `torch.multiprocessing`, and set, before they begin; Python's own module has the rest.

Source: https://pytorch.org/docs/stable/multiprocessing.html
"""

from __future__ import annotations

from multiprocessing import (
    cpu_count as cpu_count,
    current_process as current_process,
    freeze_support as freeze_support,
    get_all_start_methods as get_all_start_methods,
    get_start_method as get_start_method,
    set_start_method as set_start_method,
)
from typing import TYPE_CHECKING

from . import _absent

STRATEGIES = {"file_descriptor", "file_system"}


def get_all_sharing_strategies() -> set[str]:
    """Return PyTorch's names of ways to share memory between processes; here all of them change nothing.

    Source: https://pytorch.org/docs/stable/multiprocessing.html

    Example:
        >>> sorted(get_all_sharing_strategies())
        ['file_descriptor', 'file_system']
    """
    return set(STRATEGIES)


def get_sharing_strategy() -> str:
    """Return "file_descriptor", PyTorch's default.

    Source: https://pytorch.org/docs/stable/multiprocessing.html

    Example:
        >>> get_sharing_strategy()
        'file_descriptor'
    """
    return "file_descriptor"


def set_sharing_strategy(new_strategy: str) -> None:
    """Accept a way to share memory between processes, which changes nothing.

    Args:
        new_strategy: one of `get_all_sharing_strategies`.

    Raises:
        AssertionError: there is none of this name.

    Source: https://pytorch.org/docs/stable/multiprocessing.html

    Example:
        >>> set_sharing_strategy("file_system")
    """
    if new_strategy not in STRATEGIES:
        raise AssertionError(f"sharing strategy must be one of {sorted(STRATEGIES)}, but got {new_strategy!r}")


if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
