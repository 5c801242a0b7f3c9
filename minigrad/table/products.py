"""The derivative table, products: sums over a shared axis."""

from __future__ import annotations

import numpy as np

from ..core.table import matmul
from .op import Op


def _stacked_linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    y = np.matmul(x, weight.mT)
    if bias is not None:
        y += bias[:, None]
    return y

# y_s = x_s W_sᵀ + b_s for every s: x of shape (S, N, in), W of (S, out, in), b of (S, out).
stacked_linear = Op(_stacked_linear, lambda g, y, x, weight, bias=None: matmul(g, weight),
                                     lambda g, y, x, weight, bias=None: matmul(g.mT, x),
                                     lambda g, y, x, weight, bias=None: g.sum(axis=(1,), keepdims=False), inputs="same")
