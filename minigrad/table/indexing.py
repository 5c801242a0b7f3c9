"""The derivative table, indexing: some of the values; their gradient goes back to their places, the others get 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..core.table import _places
from .op import Op

Shape = tuple[int, ...]

# ---- by an index -----------------------------------------------------------------------------------------------------

getitem = Op(lambda x, index, shape: x[index],
             lambda g, y, x, index, shape: put(g, index=index, shape=shape), view=True)


def _put(x: np.ndarray, index: Any, shape: Shape) -> np.ndarray:
    """Zeros of the shape with x added at the index; an index that names a place twice adds twice."""
    out = np.zeros(shape, x.dtype)
    if is_basic(index):
        out[index] = x
    else:
        _add_at(out, index, x)
    return out

put = Op(_put, lambda g, y, x, index, shape: getitem(g, index=index, shape=shape))


def _add_part(whole: np.ndarray, g: np.ndarray, index: Any, shape: Shape) -> bool:
    """Add to the gradient of x that of x[index], in place, so that many parts of one x take the time of one."""
    if part := is_basic(index):
        whole[index] += g
    return part

getitem.adds = _add_part


def is_basic(index: Any) -> bool:
    """Whether NumPy answers the index with a view, where no place can be named twice."""
    return BASIC.issuperset(map(type, index if isinstance(index, tuple) else (index,)))

BASIC = {int, slice, type(None), type(Ellipsis)}


def _add_at(out: np.ndarray, index: Any, x: np.ndarray) -> None:
    """Add x to the places of an index, one after the other."""
    places = _counted_through(index, out.shape)
    if places is None:
        np.add.at(out, index, x)
    else:  # the same sums in the same order, in a quarter of the time
        np.add.at(out.reshape(-1), places.reshape(-1), np.broadcast_to(x, places.shape).reshape(-1))


def _counted_through(index: Any, shape: Shape) -> np.ndarray | None:
    """Return the places of an index as numbers in the flattened array; None unless the first axes have arrays alone."""
    parts = index if isinstance(index, tuple) else (index,)
    arrays = parts[:-1] if parts[-1] is Ellipsis else parts
    if not all(isinstance(part, np.ndarray) and part.dtype.kind in "iu" for part in arrays):
        return None
    places: Any = 0
    for part, n in zip(arrays, shape, strict=False):
        places = places * n + np.where(part < 0, part + n, part)
    rest = shape[len(arrays) :]
    numbers = np.arange(math.prod(rest)).reshape(rest)
    return np.add.outer(places * numbers.size, numbers)


# ---- otherwise -----------------------------------------------------------------------------------------------------

def _diagonal(x: np.ndarray, offset: int, axis1: int, axis2: int, shape: Shape) -> np.ndarray:
    out = x.diagonal(offset, axis1, axis2)  # a view, which NumPy marks as read-only
    out.flags.writeable = x.flags.writeable
    return out

# The diagonals of the matrices in two axes, as the last axis; and a tensor that is 0 but for these.
diagonal = Op(_diagonal, lambda g, y, x, offset, axis1, axis2, shape:
              undiagonal(g, offset=offset, axis1=axis1, axis2=axis2, shape=shape), view=True)


def _undiagonal(x: np.ndarray, offset: int, axis1: int, axis2: int, shape: Shape) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    _diagonal(out, offset, axis1, axis2, shape)[...] = x
    return out

undiagonal = Op(_undiagonal, lambda g, y, x, offset, axis1, axis2, shape:
                diagonal(g, offset=offset, axis1=axis1, axis2=axis2, shape=shape))

# setitem(x, v): x with the values at the index replaced by v.


def _setitem(x: np.ndarray, value: Any, index: Any) -> np.ndarray:
    out = np.array(x)
    out[index] = value
    return out

setitem = Op(_setitem, lambda g, y, x, value, index: setitem(g, 0.0, index=index),
                       lambda g, y, x, value, index: getitem(g, index=index, shape=g.shape))

# One value along the axis for each place of an integer array of the same rank.
take_along = Op(lambda x, index, axis, shape: np.take_along_axis(x, index, axis),
                lambda g, y, x, index, axis, shape: add_along(g, index=index, axis=axis, shape=shape))


def _add_along(x: np.ndarray, index: np.ndarray, axis: int, shape: Shape) -> np.ndarray:
    out = np.zeros(shape, x.dtype)
    if index.shape[axis] == 1:  # no place is named twice, and plain assignment is several times faster
        np.put_along_axis(out, index, x, axis)
    else:
        _add_at(out, _places(index, axis), x)
    return out

add_along = Op(_add_along, lambda g, y, x, index, axis, shape: take_along(g, index=index, axis=axis, shape=shape))
