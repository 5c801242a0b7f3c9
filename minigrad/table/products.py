"""The derivative table, products: sums over a shared axis."""

from __future__ import annotations



