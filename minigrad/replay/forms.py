"""Entries of the derivative table that write into an array that is there already, with the same bits.

A program calls its functions with ``out=``, where it knows memory for the result; universal functions take it anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from .. import table
from .._tensor.base import Array
from ..core.nn import scaled_mask
from .trace import Call


class Form(NamedTuple):
    """A function that takes ``out``, and whether that may be one of its arguments."""

    function: Callable[..., Any]
    elementwise: bool


def _matmul(x: Array, y: Array, out: Array) -> Array:
    return x.dot(y, out) if x.ndim == 2 == y.ndim else np.matmul(x, y, out)


def _linear(x: Array, weight: Array, bias: Array | None = None, *, out: Array) -> Array:
    _matmul(x, weight.T, out)
    if bias is not None:
        out += bias
    return out


def _relu(x: Array, out: Array) -> Array:
    return np.maximum(x, np.zeros(x.shape[-1:], x.dtype), out=out)


def _sum(x: Array, axis: tuple[int, ...], keepdims: bool, shape: tuple[int, ...], out: Array) -> Array:
    return np.add.reduce(x, axis=axis, dtype=x.dtype, out=out, keepdims=keepdims)


def _cast(x: Array, dtype: Any, old: Any, out: Array) -> Array:
    np.copyto(out, x, casting="unsafe")
    return out


def _scaled_mask(source: Any, shape: tuple[int, ...], p: float, dtype: np.dtype[Any], out: Array) -> Array:
    mask, keep = source.keep_mask(shape, p)
    return np.multiply(mask, dtype.type(1) / dtype.type(keep), out)


FORMS = {
    table.linear.forward: Form(_linear, elementwise=False),
    table.matmul.forward: Form(_matmul, elementwise=False),
    table.relu.forward: Form(_relu, elementwise=True),
    table.sum.forward: Form(_sum, elementwise=False),
    table.cast.forward: Form(_cast, elementwise=False),
    scaled_mask: Form(_scaled_mask, elementwise=False),
}
"""The forms of entries and draws, by the function that computes them."""


def form_of(call: Call) -> Form | None:
    """Return a form in which a call may write its one result elsewhere, into an array that is laid out like it."""
    result = call.results[0]
    if len(call.results) != 1 or result is None or result.ndim == 0:
        return None
    if result.base is not None or not result.flags.c_contiguous:  # another layout may add up to other bits
        return None
    if isinstance(call.function, np.ufunc):
        return Form(call.function, elementwise=True) if not call.keywords else None
    if call.function is scaled_mask and result.dtype == np.float16:
        return None
    return FORMS.get(call.function)
