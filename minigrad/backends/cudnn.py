"""Switches of NVIDIA's library; they may be set, and change nothing."""

from __future__ import annotations

enabled = False
benchmark = False
deterministic = True


def is_available() -> bool:
    """Return False."""
    return False
