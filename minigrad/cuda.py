"""What scripts ask of `torch.cuda` before they decide for the CPU: there is none.

Source: https://pytorch.org/docs/stable/cuda.html
"""

from __future__ import annotations


def is_available() -> bool:
    """Return False: there is no CUDA device."""
    return False


def device_count() -> int:
    """Return 0."""
    return 0


def manual_seed(seed: int) -> None:
    """Seed the generators of the CUDA devices; there are none."""


def manual_seed_all(seed: int) -> None:
    """Seed the generators of the CUDA devices; there are none."""


def empty_cache() -> None:
    """Free the memory of the CUDA devices; there are none."""


def synchronize() -> None:
    """Wait for the CUDA devices; there are none."""
