"""The derivative table, linear algebra: inverse, determinant, linear systems; on the last two axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .op import Op


def _widened(function: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function of NumPy's, which knows no float16, compute that in float32."""

    def computing(x: Any, *others: Any) -> Any:
        if x.dtype != np.float16:
            return function(x, *others)
        return np.asarray(function(*[a.astype(np.float32) for a in (x, *others)]), np.float16)

    return computing


# d(X⁻¹) = -X⁻¹ dX X⁻¹
inv = Op(_widened(np.linalg.inv), lambda g, y, x: -(y.mT @ g @ y.mT))

# d|X| = |X| tr(X⁻¹ dX)
det = Op(_widened(np.linalg.det), lambda g, y, x: (g * y).reshape((*y.shape, 1, 1)) * inv(x).mT)

# A x = b: db = A dx, and -A⁻ᵀ g xᵀ is what a change of A costs.
solve = Op(
    _widened(np.linalg.solve),
    lambda g, x, a, b: -(solve(a.mT, g) @ x.mT),
    lambda g, x, a, b: solve(a.mT, g),
)
