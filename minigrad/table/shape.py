"""The derivative table, shape: values move, none is computed; the gradient moves back."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import Op

Shape = tuple[int, ...]

# ---- the same values, laid out otherwise -----------------------------------------------------------------------------

permute = Op(lambda x, axes: x.transpose(axes),
             lambda g, y, x, axes: permute(g, axes=tuple(np.argsort(axes).tolist())), view=True)

# The same values in another dtype.
cast = Op(lambda x, dtype, old: x.astype(dtype), lambda g, y, x, dtype, old: cast(g, dtype=old, old=dtype))

clone = Op(lambda x: x.copy(), lambda g, y, x: g)

# ---- several tensors in one ------------------------------------------------------------------------------------------


def _part(g: Any, axis: int, part: int | slice) -> Any:
    return g[(*(slice(None),) * axis, part)]

# `bounds` says where along the axis each input begins, and where the last one ends.
cat = Op.variadic(lambda *xs, axis, bounds: np.concatenate(xs, axis=axis),
                  lambda i, g, *_, axis, bounds: _part(g, axis, slice(bounds[i], bounds[i + 1])))

# The inputs are the slices along a new axis.
stack = Op.variadic(lambda *xs, axis: np.stack(xs, axis=axis), lambda i, g, *_, axis: _part(g, axis, i))
