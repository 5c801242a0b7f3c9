"""What scripts ask of `torch.accelerator` before they decide for the CPU: there is none.

Source: https://pytorch.org/docs/stable/accelerator.html
"""

from __future__ import annotations

from typing import Any


def is_available() -> bool:
    """Return False: there is no accelerator, only the CPU.

    Source: https://pytorch.org/docs/stable/generated/torch.accelerator.is_available.html

    Example:
        >>> is_available()
        False
    """
    return False


def current_accelerator(check_available: bool = False) -> Any:
    """Return None: there is no accelerator, only the CPU.

    Args:
        check_available: PyTorch's; changes nothing.

    Source: https://pytorch.org/docs/stable/generated/torch.accelerator.current_accelerator.html

    Example:
        >>> print(current_accelerator())
        None
    """
    return None


def device_count() -> int:
    """Return 0, the number of accelerators.

    Source: https://pytorch.org/docs/stable/generated/torch.accelerator.device_count.html

    Example:
        >>> device_count()
        0
    """
    return 0
