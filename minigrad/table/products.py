"""The derivative table, products: sums over a shared axis."""

from __future__ import annotations

from ..core.table import linear as linear, matmul as matmul












