"""The derivative table, products: sums over a shared axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import Op

# The last two axes are the matrices', those before them broadcast.
matmul = Op(np.matmul, lambda g, z, x, y: g @ y.mT,
                       lambda g, z, x, y: x.mT @ g, inputs="same")


def _linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    y = np.matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def _rows(x: Any) -> Any:
    """X as one matrix, a row for each sample, however many axes the samples were laid out in."""
    return x if x.ndim == 2 else x.reshape((-1, x.shape[-1]))


# y = x Wᵀ + b
linear = Op(_linear, lambda g, y, x, weight, bias=None: g @ weight,
                     lambda g, y, x, weight, bias=None: _rows(g).mT @ _rows(x),
                     lambda g, y, x, weight, bias=None: g, inputs="same")
