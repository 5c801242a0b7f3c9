"""Are two results close? PyTorch's verdict, in PyTorch's words."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._tensor.base import Array
from .._tensor.dtypes import get_default_dtype, result_type
from ..functions.creation import as_tensor
from ..functions.tensor import Tensor

Item = tuple[Any, ...]
Number = int | float | complex

_TOLERANCES: dict[Any, tuple[float, float]] = {
    np.dtype("f2"): (1e-3, 1e-5),
    np.dtype("f4"): (1.3e-6, 1e-5),
    np.dtype("f8"): (1e-7, 1e-7),
    float: (1e-7, 1e-7),
    complex: (1e-7, 1e-7),
}
"""Relative and absolute tolerance; a type that is not here has none."""


def assert_close(
    actual: Any,
    expected: Any,
    *,
    allow_subclasses: bool = True,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_device: bool = True,
    check_dtype: bool = True,
    check_layout: bool = True,
    check_stride: bool = False,
    msg: str | Callable[[str], str] | None = None,
) -> None:
    """Assert that |actual - expected| <= atol + rtol · |expected| everywhere, and that types and shapes agree.

    Args:
        actual: a tensor, an array, a number, a bool or None, or a sequence or mapping of these, nested at will.
        expected: of the same structure.
        allow_subclasses: compare a tensor with one of a subclass, such as a parameter.
        rtol: relative tolerance >= 0, given with atol or not at all. Unless given, the looser of the two dtypes'
            decides: 1e-3 for float16, 1.3e-6 for float32, 1e-7 for float64, 0 for integers.
        atol: absolute tolerance >= 0; unless given, 1e-5 for float16 and float32, 1e-7 for float64, 0 for integers.
        equal_nan: NaN is close to NaN.
        check_device: accepted as there is one device.
        check_dtype: dtypes, and the types of numbers, have to agree; otherwise they are promoted.
        check_layout: accepted as there is one layout.
        check_stride: strides have to agree.
        msg: the error's message, or a function of the message that would be.

    Raises:
        AssertionError: they are not close; the message says how many elements, by how much and where.
        TypeError: the two cannot be compared.
        ValueError: one of rtol and atol is missing.
        RuntimeError: rtol or atol is negative or NaN.

    Source: https://pytorch.org/docs/stable/testing.html#torch.testing.assert_close

    Example:
        >>> assert_close({"w": Tensor([1.0, 2.0])}, {"w": Tensor([1.0, 2.000001])})
    """
    __tracebackhide__ = True
    _check_given_tolerances(rtol, atol)
    rules = _Rules(allow_subclasses, rtol, atol, equal_nan, check_dtype, check_stride)
    for item, a, e in list(_pairs(actual, expected, (), rules)):  # structure is judged before any value is
        complaint = _complaint(a, e, rules)
        if complaint:
            raise AssertionError(_worded(complaint + _location(item), msg))


@dataclass(frozen=True)
class _Rules:
    allow_subclasses: bool
    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool
    check_stride: bool

    def tolerances(self, *types: Any) -> tuple[float, float]:
        """Return those given, or the loosest of these types' defaults."""
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        rtols, atols = zip(*[_TOLERANCES.get(t, (0.0, 0.0)) for t in types], strict=True)
        return max(rtols), max(atols)


def _check_given_tolerances(rtol: float | None, atol: float | None) -> None:
    if (rtol is None) != (atol is None):
        missing = "rtol" if rtol is None else "atol"
        raise ValueError(f"Both 'rtol' and 'atol' must be either specified or omitted, but got no {missing}.")
    for name, value in (("rtol", rtol), ("atol", atol)):
        if value is not None and not value >= 0:
            raise RuntimeError(f"{name} must be greater than or equal to zero, but got {value}")


def _worded(message: str, msg: str | Callable[[str], str] | None) -> str:
    if msg is None:
        return message
    return msg(message) if callable(msg) else msg


def _location(item: Item) -> str:
    return f"\n\nThe failure occurred for item {''.join(f'[{key!r}]' for key in item)}" if item else ""


# ---- what is compared with what --------------------------------------------------------------------------------------


def _pairs(actual: Any, expected: Any, item: Item, rules: _Rules) -> Iterator[tuple[Item, Any, Any]]:
    """Iterate over the pairs of leaves, each with the keys that lead to it."""
    if _is_sequence(actual) and _is_sequence(expected):
        if len(actual) != len(expected):
            raise AssertionError(
                f"The length of the sequences mismatch: {len(actual)} != {len(expected)}" + _location(item)
            )
        for i, (a, e) in enumerate(zip(actual, expected, strict=True)):
            yield from _pairs(a, e, (*item, i), rules)
    elif isinstance(actual, Mapping) and isinstance(expected, Mapping):
        for key in _common_keys(actual, expected, item):
            yield from _pairs(actual[key], expected[key], (*item, key), rules)
    else:
        yield item, *_comparable(actual, expected, item, rules)


def _is_sequence(x: Any) -> bool:
    return isinstance(x, Sequence) and not isinstance(x, str)  # a string's elements are strings, without end


def _common_keys(actual: Mapping[Any, Any], expected: Mapping[Any, Any], item: Item) -> list[Any]:
    missing, additional = expected.keys() - actual.keys(), actual.keys() - expected.keys()
    if missing or additional:
        raise AssertionError(
            "The keys of the mappings do not match:\n"
            f"Missing keys in the actual mapping: {_sorted(missing)}\n"
            f"Additional keys in the actual mapping: {_sorted(additional)}" + _location(item)
        )
    return _sorted(actual)


def _sorted(keys: Any) -> list[Any]:
    with suppress(TypeError):  # keys of mixed types have no order; theirs in the mapping has to do
        return sorted(keys)
    return list(keys)


def _comparable(actual: Any, expected: Any, item: Item, rules: _Rules) -> tuple[Any, Any]:
    """Return two leaves as they are if one is None, as bools, as Python numbers or as tensors; TypeError otherwise."""
    leaves = (actual, expected)
    if actual is None or expected is None:
        return leaves
    if all(isinstance(x, bool | np.bool_) for x in leaves):
        return bool(actual), bool(expected)
    if all(_is_number(x) for x in leaves):
        return _python_number(actual), _python_number(expected)
    related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
    related = related and not any(isinstance(x, bool) for x in leaves)  # to Python, True is an integer; not here
    if related and (rules.allow_subclasses or type(actual) is type(expected)):
        with suppress(TypeError, ValueError, RuntimeError):
            return as_tensor(actual), as_tensor(expected)
    raise TypeError(
        f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}." + _location(item)
    )


def _is_number(x: Any) -> bool:
    return isinstance(x, int | float | complex | np.number) and not isinstance(x, bool)


def _python_number(x: Any) -> Number:
    return x.item() if isinstance(x, np.number) else x


# ---- how leaves are compared: a complaint, or None -------------------------------------------------------------------


def _complaint(actual: Any, expected: Any, rules: _Rules) -> str | None:
    if isinstance(actual, Tensor) and isinstance(expected, Tensor):
        return _attribute_complaint(actual, expected, rules) or _value_complaint(actual, expected, rules)
    if actual is None or expected is None:
        return None if actual is expected else f"None mismatch: {actual} is not {expected}"
    if isinstance(actual, bool):
        return None if actual is expected else f"Booleans mismatch: {actual} is not {expected}"
    return _number_complaint(actual, expected, rules)


def _number_complaint(actual: Number, expected: Number, rules: _Rules) -> str | None:
    if rules.check_dtype and type(actual) is not type(expected):
        return f"The (d)types do not match: {type(actual)} != {type(expected)}."
    if actual == expected or (rules.equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
        return None
    rtol, atol = rules.tolerances(type(actual), type(expected))
    difference = abs(actual - expected)
    if cmath.isfinite(difference) and difference <= atol + rtol * abs(expected):
        return None
    return _scalar_message(actual, expected, rtol, atol)


def _attribute_complaint(actual: Tensor, expected: Tensor, rules: _Rules) -> str | None:
    attributes: list[tuple[str, Any, Any]] = [("shape", actual.shape, expected.shape)]
    if rules.check_stride:
        attributes.append(("stride()", _stride(actual), _stride(expected)))
    if rules.check_dtype:
        attributes.append(("dtype", actual.dtype, expected.dtype))
    for name, a, e in attributes:
        if a != e:
            return f"The values for attribute '{name}' do not match: {a} != {e}."
    return None


def _stride(tensor: Tensor) -> tuple[int, ...]:
    """Return how many elements lie between neighbours along each dimension."""
    return tuple(step // tensor.array.itemsize for step in tensor.array.strides)


def _value_complaint(actual: Tensor, expected: Tensor, rules: _Rules) -> str | None:
    rtol, atol = rules.tolerances(actual.array.dtype, expected.array.dtype)
    common = result_type(actual.array, expected.array)
    a, e = actual.array.astype(common), expected.array.astype(common)
    with np.errstate(all="ignore"):  # what is not finite is judged, not warned of
        close = _is_close(a, e, rtol, atol, rules.equal_nan)
        if close.all():
            return None
        if close.ndim == 0:
            return _scalar_message(a.item(), e.item(), rtol, atol)
        return _tensor_message(a, e, close, rtol, atol)


def _is_close(actual: Array, expected: Array, rtol: float, atol: float, equal_nan: bool) -> Array:
    close = np.asarray(actual == expected)
    if equal_nan:
        close |= (actual != actual) & (expected != expected)
    if rtol == 0 and atol == 0:  # integers beyond 2²⁴ would lose their last digits below
        return close
    if actual.dtype.kind != "f":
        actual, expected = _as_default_float(actual), _as_default_float(expected)
    difference = np.abs(actual - expected)
    close |= np.isfinite(difference) & (difference <= _allowed(expected, rtol, atol))
    return close


def _allowed(expected: Array, rtol: float, atol: float) -> Array:
    """Return atol + rtol · |expected|, rounded as PyTorch does: tolerances for float16 are numbers in float32."""
    if expected.dtype == np.float16:
        relative = (np.abs(expected.astype(np.float32)) * rtol).astype(np.float16)
        return np.asarray(relative.astype(np.float32) + atol).astype(np.float16)
    return np.asarray(np.abs(expected) * rtol + atol)


def _as_default_float(x: Array) -> Array:
    return x.astype(get_default_dtype().numpy)


# ---- the messages ----------------------------------------------------------------------------------------------------


def _scalar_message(actual: Number, expected: Number, rtol: float, atol: float) -> str:
    difference = abs(actual - expected)
    ratio = difference / abs(expected) if expected != 0 else float("inf")
    return "\n".join(
        [
            f"Scalars are not {_wanted(rtol, atol)}!\n",
            f"Expected {expected} but got {actual}.",
            f"Absolute difference: {difference}" + _limit(atol, rtol, atol),
            f"Relative difference: {ratio}" + _limit(rtol, rtol, atol),
        ]
    )


def _tensor_message(actual: Array, expected: Array, close: Array, rtol: float, atol: float) -> str:
    wrong = close.size - np.count_nonzero(close)
    absolute, relative = _differences(actual, expected)
    return "\n".join(
        [
            f"Tensor-likes are not {_wanted(rtol, atol)}!\n",
            f"Mismatched elements: {wrong} / {close.size} ({wrong / close.size:.1%})",
            f"Greatest absolute difference: {_greatest(absolute, close)}" + _limit(atol, rtol, atol),
            f"Greatest relative difference: {_greatest(relative, close)}" + _limit(rtol, rtol, atol),
        ]
    )


def _differences(actual: Array, expected: Array) -> tuple[Array, Array]:
    """Return |actual - expected|, and that divided by |expected|."""
    if actual.dtype.kind == "f":
        absolute = np.abs(actual - expected)
        return absolute, absolute / np.abs(expected)
    expected = expected.astype(np.int64)
    absolute = np.abs(actual.astype(np.int64) - expected)
    return absolute, _as_default_float(absolute) / _as_default_float(np.abs(expected))


def _greatest(difference: Array, close: Array) -> str:
    mismatched = np.where(close, difference.dtype.type(0), difference)
    place = np.unravel_index(np.argmax(mismatched), close.shape)
    return f"{mismatched[place].item()} at index {tuple(int(i) for i in place)}"


def _wanted(rtol: float, atol: float) -> str:
    return "equal" if rtol == 0 and atol == 0 else "close"


def _limit(tolerance: float, rtol: float, atol: float) -> str:
    return "" if rtol == 0 and atol == 0 else f" (up to {tolerance} allowed)"
