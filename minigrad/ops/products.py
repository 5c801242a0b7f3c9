"""The derivative table, products: sums over a shared axis."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import Op


def _matmul(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return x.dot(y) if x.ndim == 2 == y.ndim else np.matmul(x, y)  # on thin matrices, dot takes a third of the time


# The last two axes are the matrices', those before them broadcast.
matmul = Op(_matmul, lambda g, z, x, y: matmul(g, y.mT),
                     lambda g, z, x, y: matmul(x.mT, g), inputs="same")


def _linear(x: np.ndarray, weight: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    y = _matmul(x, weight.T)
    if bias is not None:
        y += bias
    return y


def _rows(x: Any) -> Any:
    """X as one matrix, a row for each sample, however many axes the samples were laid out in."""
    return x if x.ndim == 2 else x.reshape((-1, x.shape[-1]))


def _times(g: Any, weight: Any) -> Any:
    """G W, also for a single sample's g."""
    return matmul(g, weight) if g.ndim > 1 else matmul(_rows(g), weight).reshape((weight.shape[1],))


# y = x Wᵀ + b
linear = Op(_linear, lambda g, y, x, weight, bias=None: _times(g, weight),
                     lambda g, y, x, weight, bias=None: matmul(_rows(g).mT, _rows(x)),
                     lambda g, y, x, weight, bias=None: g, inputs="same")
