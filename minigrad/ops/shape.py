"""The derivative table, shape and choice: values move, none is computed; the gradient moves back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import Op

Shape = tuple[int, ...]

# ---- the same values, laid out otherwise -----------------------------------------------------------------------------

reshape = Op(lambda x, shape, old: x.reshape(shape), lambda g, y, x, shape, old: g.reshape(old), view=True)

permute = Op(lambda x, axes: x.transpose(axes),
             lambda g, y, x, axes: permute(g, axes=tuple(np.argsort(axes).tolist())), view=True)

swapaxes = Op(lambda x, axis1, axis2: x.swapaxes(axis1, axis2),
              lambda g, y, x, axis1, axis2: g.swapaxes(axis1, axis2), view=True)



def _expand(x: np.ndarray, shape: Shape) -> np.ndarray:
    if x.ndim:
        return np.broadcast_to(x, shape)
    out = np.ndarray(shape, x.dtype, x, strides=(0,) * len(shape))  # what a total needs, in a fifth of the time
    out.flags.writeable = False
    return out


# A value used many times: the engine sums its gradients, as for every broadcast.
expand = Op(_expand, lambda g, y, x, shape: g, view=True)

# The same values in another dtype.
cast = Op(lambda x, dtype, old: x.astype(dtype), lambda g, y, x, dtype, old: cast(g, dtype=old, old=dtype))

clone = Op(lambda x: x.copy(), lambda g, y, x: g)

# ---- some of the values ----------------------------------------------------------------------------------------------

getitem = Op(lambda x, index, shape: x[index],
             lambda g, y, x, index, shape: put(g, index=index, shape=shape), view=True)


def _put(x: np.ndarray, index: Any, shape: Shape) -> np.ndarray:
    """Zeros of the shape with x added at the index; an index that names a place twice adds twice."""
    out = np.zeros(shape, x.dtype)
    if is_basic(index):
        out[index] = x
    else:
        np.add.at(out, index, x)
    return out


def is_basic(index: Any) -> bool:
    """Whether NumPy answers the index with a view, where no place can be named twice."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in parts)


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

put = Op(_put, lambda g, y, x, index, shape: getitem(g, index=index, shape=shape))

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


def _places(index: np.ndarray, axis: int) -> tuple[np.ndarray, ...]:
    """Return the full index of the places that an index along one axis means."""
    grid = [np.arange(n).reshape([-1 if i == d else 1 for i in range(index.ndim)]) for d, n in enumerate(index.shape)]
    grid[axis] = index
    return tuple(grid)


add_along = Op(_add_along, lambda g, y, x, index, axis, shape: take_along(g, index=index, axis=axis, shape=shape))

# ---- several tensors in one ------------------------------------------------------------------------------------------


def _section(g: Any, axis: int, start: int, stop: int) -> Any:
    return g[(slice(None),) * axis + (slice(start, stop),)]


# `bounds` says where along the axis each input begins, and where the last one ends.
cat = Op.variadic(lambda *xs, axis, bounds: np.concatenate(xs, axis=axis),
                  lambda i, g, axis, bounds: _section(g, axis, bounds[i], bounds[i + 1]))
