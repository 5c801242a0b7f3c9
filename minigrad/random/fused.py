"""The fused multiply-add, which rounds once, out of operations that round each."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]


def multiply_add(x: Array, factor: Array, term: Array) -> Array:
    """Return x · factor + term, both of x's dtype, rounded once as the CPU's fused multiply-add does for PyTorch.

    Exact but for float64 products below 1e-290, whose errors underflow.
    """
    if factor == 1 and term == 0:
        return x
    result: Array
    if x.dtype == np.float32:
        result = (x * factor.astype(np.float64) + term.astype(np.float64)).astype(np.float32)
    elif max(abs(factor), abs(term)) < 1e290:  # beyond it _halves would overflow
        product, product_error = _two_product(x, factor)
        total, total_error = _two_sum(product, term)
        result = total + (total_error + product_error)
    else:
        result = x * factor + term
    return result


def _two_sum(x: Array, y: Any) -> tuple[Array, Array]:
    """Return x + y rounded, and what the rounding lost (Knuth 1969)."""
    total = x + y
    back = total - x
    return total, (x - (total - back)) + (y - back)


def _two_product(x: Array, y: Any) -> tuple[Array, Array]:
    """Return x · y rounded, and what the rounding lost (Dekker 1971)."""
    product = x * y
    (x_high, x_low), (y_high, y_low) = _halves(x), _halves(y)
    return product, ((x_high * y_high - product) + x_high * y_low + x_low * y_high) + x_low * y_low


def _halves(x: Any) -> tuple[Any, Any]:
    """Split a float64 into two of 26 bits, so that their products are exact (Veltkamp)."""
    scaled = x * (2.0**27 + 1)
    high = scaled - (scaled - x)
    return high, x - high
