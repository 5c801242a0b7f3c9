"""Large arrays in memory that is used again."""

from __future__ import annotations

import numpy as np

LARGEST_THRESHOLD = (32 << 20) - (1 << 13)
"""The largest array, in bytes, that glibc takes as a lesson: a little less than its limit of 32 MiB."""


def keep_freed_memory() -> None:
    """Let the C library keep the memory of large arrays when they are freed, instead of giving it back to the system.

    What is given back has to be fetched again page by page: dropout of a million values, forward and backward, then
    takes twice its time. glibc gives back from 128 KiB on, until it sees a larger array freed, and learns from its
    size. So one is freed that was never touched. Up to twice its size then stays with the process.

    Source: M_MMAP_THRESHOLD in https://man7.org/linux/man-pages/man3/mallopt.3.html
    """
    np.empty(LARGEST_THRESHOLD, np.uint8)
