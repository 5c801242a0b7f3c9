"""What copies and pickles of tensors are made of: tensors over the same memory stay so."""

from __future__ import annotations

import copyreg
from typing import Any

import numpy as np

from .base import Array, TensorBase
from .views import owner_of
from .writes import Memory

Place = tuple[np.dtype[Any], tuple[int, ...], int, tuple[int, ...]]
"""Where an array lies in another one's memory: its dtype, its shape, its first byte and its strides in bytes."""

# a copy is a new memory, and in another process its dates mean nothing
copyreg.pickle(Memory, lambda memory: (Memory, ()))


def memory_parts(x: TensorBase) -> tuple[Array, Place | None, Memory | None]:
    """Return the array that owns a tensor's memory, the tensor's place in it, and what dates the writes into it.

    `copy.deepcopy` and `pickle` take one object once, however often they meet it: so views of one array are views of
    one array again. As in PyTorch, all of the memory comes with a view.
    """
    owner = owner_of(x.array)
    if owner is x.array or not x.array.size or not is_dense(owner):
        return x.array, None, x.memory
    return owner, place_of(x.array, owner), x.memory


def is_dense(array: Array) -> bool:
    """Return whether an array's elements lie side by side, in an order that pickle keeps."""
    return array.flags.c_contiguous or array.flags.f_contiguous


def place_of(array: Array, owner: Array) -> Place:
    """Return where an array lies in its owner."""
    return array.dtype, array.shape, array.ctypes.data - owner.ctypes.data, array.strides


def placed(owner: Array, dtype: np.dtype[Any], shape: tuple[int, ...], begin: int, strides: tuple[int, ...]) -> Array:
    """Return the array at a place in a dense array; ValueError where it would reach beyond."""
    memory = owner.reshape(-1, order="A").view(np.uint8)
    array: Array = np.ndarray(shape, dtype, memory, begin, strides)
    if any(stride == 0 and n > 1 for stride, n in zip(strides, shape, strict=True)):
        array.flags.writeable = False  # it is expanded
    return array
