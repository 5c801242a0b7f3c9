"""Parameters, and their gradients, end to end in buffers of their own: an update then runs over whole buffers."""

from __future__ import annotations

from collections.abc import Sequence
from sys import getrefcount
from typing import Any

import numpy as np

from .._tensor.base import Array, wrap
from ..functions.tensor import Tensor

ALIGNMENT = 64
"""The bytes of a cache line. NumPy's own arrays begin at multiples of 16."""


def aligned(size: int, dtype: Any) -> Array:
    """Return an array of one dimension that begins at a cache line."""
    dtype = np.dtype(dtype)
    room = np.empty(size + ALIGNMENT // dtype.itemsize, dtype)
    start = -room.ctypes.data % ALIGNMENT // dtype.itemsize
    return room[start : start + size]


def cut(flat: Array, like: Sequence[Array]) -> list[Array]:
    """Cut a flat buffer into arrays of the shapes of others."""
    ends = np.cumsum([x.size for x in like]).tolist()
    return [flat[end - x.size : end].reshape(x.shape) for x, end in zip(like, ends, strict=True)]


class Flat:
    """Parameters of one dtype in one buffer, and two buffers for their gradients.

    Two, so that a step which fails on the way leaves the gradients of the one before.

    Args:
        params: parameters whose arrays nobody else holds; their arrays become views of the buffer.
    """

    def __init__(self, params: Sequence[Tensor]) -> None:
        arrays = [p.array for p in params]
        self.params = params
        self.values = aligned(sum([x.size for x in arrays]), arrays[0].dtype)
        self.places = cut(self.values, arrays)
        for p, place in zip(params, self.places, strict=True):
            place[...] = p.array
            p.array = place
        self.gradients = [Gradients(self) for _ in range(2)]

    def is_whole(self) -> bool:
        """Return whether all parameters still have their values here, and not in another array."""
        return all(p.array is place for p, place in zip(self.params, self.places, strict=True))

    def lease(self) -> Gradients:
        """Return a buffer for gradients that nobody looks at, not even as those of the step before."""
        self.gradients.reverse()
        if not self.gradients[0].are_free():
            self.gradients[0] = Gradients(self)
        return self.gradients[0]


class Gradients:
    """A buffer for the gradients of parameters that are flat."""

    def __init__(self, flat: Flat) -> None:
        self.flat = aligned(flat.values.size, flat.values.dtype)
        self.places = cut(self.flat, flat.places)
        self.holders = self._holders()

    def are_free(self) -> bool:
        """Return whether nobody holds one of the gradients, or a part of one."""
        return self._holders() == self.holders

    def _holders(self) -> list[int]:
        return [getrefcount(self.flat.base), *map(getrefcount, self.places)]


def by_dtype(params: Sequence[Tensor]) -> list[list[Tensor]]:
    """Return parameters dtype by dtype."""
    found: dict[Any, list[Tensor]] = {}
    for p in params:
        found.setdefault(p.array.dtype, []).append(p)
    return list(found.values())


def can_move(x: Tensor) -> bool:
    """Return whether a tensor's values may be moved to other memory without anybody noticing."""
    is_plain = x.array.flags.c_contiguous and x.array.flags.writeable and x.array.size > 0
    return is_plain and not is_held_elsewhere(x)


def is_held_elsewhere(x: Tensor) -> bool:
    """Return whether somebody besides the tensor may look at its memory, so that it must stay where it is."""
    base = x.array.base
    if base is not None and (type(base) is not np.ndarray or base.base is not None):
        return True
    del base
    return holders(x) not in ALONE


def holders(x: Tensor) -> tuple[int, int]:
    """Return how often Python counts a tensor's array as held, and the array that this one is a view of, if any."""
    array = x.array
    return getrefcount(array), 0 if array.base is None else getrefcount(array.base)


ALONE = [holders(wrap(np.empty(1))), holders(wrap(np.empty(2)[:1]))]
"""What is counted where nobody else holds them: it depends on the version of Python."""
