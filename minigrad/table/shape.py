"""The derivative table, shape and choice: values move, none is computed; the gradient moves back."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.table import _places, getitem
from .op import Op

Shape = tuple[int, ...]

# ---- the same values, laid out otherwise -----------------------------------------------------------------------------

permute = Op(lambda x, axes: x.transpose(axes),
             lambda g, y, x, axes: permute(g, axes=tuple(np.argsort(axes).tolist())), view=True)

# The same values in another dtype.
cast = Op(lambda x, dtype, old: x.astype(dtype), lambda g, y, x, dtype, old: cast(g, dtype=old, old=dtype))

clone = Op(lambda x: x.copy(), lambda g, y, x: g)

# ---- some of the values ----------------------------------------------------------------------------------------------


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
        np.add.at(out, _places(index, axis), x)
    return out

add_along = Op(_add_along, lambda g, y, x, index, axis, shape: take_along(g, index=index, axis=axis, shape=shape))

# ---- several tensors in one ------------------------------------------------------------------------------------------


def _section(g: Any, axis: int, start: int, stop: int) -> Any:
    return g[(slice(None),) * axis + (slice(start, stop),)]

# `bounds` says where along the axis each input begins, and where the last one ends.
cat = Op.variadic(lambda *xs, axis, bounds: np.concatenate(xs, axis=axis),
                  lambda i, g, axis, bounds: _section(g, axis, bounds[i], bounds[i + 1]))
