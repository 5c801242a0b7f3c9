"""What scripts ask of `torch.cuda` before they decide for the CPU: there is none.

Source: https://pytorch.org/docs/stable/cuda.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _absent
from ._tensor import devices


def is_available() -> bool:
    """Return False: there is no CUDA device.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.is_available.html

    Example:
        >>> is_available()
        False
    """
    return False


def device_count() -> int:
    """Return 0, the number of CUDA devices.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.device_count.html

    Example:
        >>> device_count()
        0
    """
    return 0


def manual_seed(seed: int) -> None:
    """Seed the generators of the CUDA devices; there are none.

    Args:
        seed: PyTorch's; changes nothing.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.manual_seed.html

    Example:
        >>> manual_seed(0)
    """


def manual_seed_all(seed: int) -> None:
    """Seed the generators of the CUDA devices; there are none.

    Args:
        seed: PyTorch's; changes nothing.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.manual_seed_all.html

    Example:
        >>> manual_seed_all(0)
    """


def empty_cache() -> None:
    """Free the memory of the CUDA devices; there are none.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.empty_cache.html

    Example:
        >>> empty_cache()
    """


class device:
    """A block in which a CUDA device is current: there is none, so None and negative numbers alone may be entered.

    Args:
        device: a number, a name or a device.

    Raises:
        AssertionError: the block of another device is entered.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.device.html

    Example:
        >>> with device(None):
        ...     print("on the CPU")
        on the CPU
    """

    def __init__(self, device: Any) -> None:
        self.idx = device if device is None or isinstance(device, int) else devices.device(device).index or 0

    def __enter__(self) -> None:
        if self.idx is not None and self.idx >= 0:
            devices.check_device(f"cuda:{self.idx}")

    def __exit__(self, *exc: object) -> None:
        """End the block."""


def synchronize() -> None:
    """Wait for the CUDA devices; there are none.

    Source: https://pytorch.org/docs/stable/generated/torch.cuda.synchronize.html

    Example:
        >>> synchronize()
    """


if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
