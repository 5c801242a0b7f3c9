"""assert_close: what it accepts, what it refuses, and the words in which it does."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor
from minigrad.nn import Parameter
from minigrad.testing.comparison import assert_close
from minigrad.testing.strategies import tensors

INFINITE, NAN = math.inf, math.nan


def complaint(actual: Any, expected: Any, **options: Any) -> str:
    """Return the message with which a comparison fails."""
    with pytest.raises(AssertionError) as caught:
        assert_close(actual, expected, **options)
    return str(caught.value)


# ---- the verdict -----------------------------------------------------------------------------------------------------


@given(tensors(dtype=["float16", "float32", "float64", "int64", "bool"]))
def test_everything_is_close_to_itself(x):
    assert_close(x, x.clone())
    assert_close(x, x.clone(), rtol=0, atol=0)
    assert_close([x, {"x": x}], (x, {"x": x}))


DEFAULTS = {
    minigrad.float16: (1e-3, 1e-5),
    minigrad.float32: (1.3e-6, 1e-5),
    minigrad.float64: (1e-7, 1e-7),
    minigrad.int64: (0, 0),
}


@pytest.mark.parametrize(("dtype", "tolerances"), DEFAULTS.items(), ids=str)
def test_default_tolerances(dtype, tolerances):
    rtol, atol = tolerances
    expected = minigrad.full((2,), 1000, dtype=dtype)
    allowed = atol + rtol * 1000
    for factor in (0.5, -0.5):
        assert_close(expected + minigrad.tensor([0, allowed * factor]).to(dtype), expected)
    for factor in (2, -2):
        off = max(allowed, 1) * factor if dtype == minigrad.int64 else allowed * factor
        complaint(expected + minigrad.tensor([0, off], dtype=minigrad.float64).to(dtype), expected)


def test_the_looser_dtype_decides():
    complaint(minigrad.tensor([1.0001], dtype=minigrad.float64), minigrad.tensor([1.0], dtype=minigrad.float64))
    assert_close(
        minigrad.tensor([1.0005], dtype=minigrad.float64),
        minigrad.tensor([1.0], dtype=minigrad.float16),
        check_dtype=False,
    )


@given(st.floats(0, 1), st.floats(0, 1), st.floats(-10, 10), st.floats(-10, 10))
def test_given_tolerances(rtol, atol, actual, expected):
    is_close = abs(actual - expected) <= atol + rtol * abs(expected)
    for a, e in [(actual, expected), *[[minigrad.tensor([x], dtype=minigrad.float64) for x in (actual, expected)]]]:
        if is_close:
            assert_close(a, e, rtol=rtol, atol=atol)
        else:
            complaint(a, e, rtol=rtol, atol=atol)


@pytest.mark.parametrize("wrap", [float, lambda x: Tensor([x]), lambda x: np.array([x])])
def test_what_is_not_finite(wrap):
    assert_close(wrap(INFINITE), wrap(INFINITE))
    assert_close(wrap(NAN), wrap(NAN), equal_nan=True)
    for actual, expected in [(NAN, NAN), (INFINITE, -INFINITE), (1.0, INFINITE), (INFINITE, 1.0), (NAN, 1.0)]:
        complaint(wrap(actual), wrap(expected), rtol=1.0, atol=1.0)
    complaint(wrap(NAN), wrap(1.0), equal_nan=True)


def test_large_integers_are_compared_to_the_last_digit():
    complaint(minigrad.tensor([2**53 + 1]), minigrad.tensor([2**53]))


def test_a_parameter_is_a_tensor_unless_subclasses_are_told_apart():
    parameter = Parameter(Tensor([1.0]))
    assert_close(parameter, Tensor([1.0]))
    with pytest.raises(TypeError):
        assert_close(parameter, Tensor([1.0]), allow_subclasses=False)


def test_nothing_is_warned_of():
    complaint(Tensor([INFINITE, NAN, 0.0, 1e38]), Tensor([INFINITE, NAN, 1.0, -3e38]))  # a warning would be an error


# ---- the words -------------------------------------------------------------------------------------------------------


def test_tensors():
    assert complaint(Tensor([1.0, 2.0, 3.0]), Tensor([1.0, 2.5, 3.0])) == (
        "Tensor-likes are not close!\n\n"
        "Mismatched elements: 1 / 3 (33.3%)\n"
        "Greatest absolute difference: 0.5 at index (1,) (up to 1e-05 allowed)\n"
        "Greatest relative difference: 0.20000000298023224 at index (1,) (up to 1.3e-06 allowed)"
    )


def test_tensors_that_have_to_be_equal():
    assert complaint(minigrad.tensor([[1, 2], [3, 4]]), minigrad.tensor([[1, 2], [0, 8]])) == (
        "Tensor-likes are not equal!\n\n"
        "Mismatched elements: 2 / 4 (50.0%)\n"
        "Greatest absolute difference: 4 at index (1, 1)\n"
        "Greatest relative difference: inf at index (1, 0)"
    )


@pytest.mark.parametrize("wrap", [float, lambda x: minigrad.tensor(x, dtype=minigrad.float64)])
def test_scalars(wrap):
    assert complaint(wrap(1.0), wrap(2.0)) == (
        "Scalars are not close!\n\n"
        "Expected 2.0 but got 1.0.\n"
        "Absolute difference: 1.0 (up to 1e-07 allowed)\n"
        "Relative difference: 0.5 (up to 1e-07 allowed)"
    )


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        (Tensor([1.0]), Tensor([[1.0]]), "'shape' do not match: minigrad.Size([1]) != minigrad.Size([1, 1])."),
        (Tensor([1.0]), minigrad.tensor([1]), "'dtype' do not match: minigrad.float32 != minigrad.int64."),
    ],
)
def test_attributes(actual, expected, message):
    assert complaint(actual, expected) == f"The values for attribute {message}"


def test_strides_only_when_asked():
    rows, columns = minigrad.zeros(2, 3), minigrad.zeros(3, 2).t()
    assert_close(rows, columns)
    assert complaint(rows, columns, check_stride=True) == (
        "The values for attribute 'stride()' do not match: (3, 1) != (1, 2)."
    )


@pytest.mark.parametrize(
    ("actual", "expected", "message"),
    [
        (1, 1.0, "The (d)types do not match: <class 'int'> != <class 'float'>."),
        (True, np.False_, "Booleans mismatch: True is not False"),
        (None, 1, "None mismatch: None is not 1"),
        ([1, 2], (1,), "The length of the sequences mismatch: 2 != 1"),
        (
            {"a": 1, "b": 2},
            {"a": 1, "c": 2},
            "The keys of the mappings do not match:\n"
            "Missing keys in the actual mapping: ['c']\n"
            "Additional keys in the actual mapping: ['b']",
        ),
    ],
)
def test_other_things(actual, expected, message):
    assert complaint(actual, expected) == message
    assert complaint({"x": [0, actual]}, {"x": [0, expected]}) == (
        f"{message}\n\nThe failure occurred for item ['x'][1]"
    )


def test_structure_is_judged_before_values():
    assert "length" in complaint([1.0, [1]], [2.0, [1, 2]])


def test_the_message_can_be_replaced_or_wrapped():
    assert complaint(1, 2, msg="no") == "no"
    assert complaint(1, 2, msg=lambda message: f"<{message.splitlines()[0]}>") == "<Scalars are not equal!>"


# ---- what cannot be compared -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actual", "expected"),
    [("a", "a"), (Tensor([1.0]), np.ones(1)), (1.0, Tensor([1.0])), (True, 1), ([1], 1), (object(), object())],
)
def test_what_cannot_be_compared(actual, expected):
    with pytest.raises(TypeError, match="No comparison pair was able to handle inputs of type"):
        assert_close(actual, expected)


@pytest.mark.parametrize(("given", "missing"), [("rtol", "atol"), ("atol", "rtol")])
def test_half_a_tolerance_is_refused(given, missing):
    with pytest.raises(ValueError, match=f"must be either specified or omitted, but got no {missing}"):
        assert_close(1.0, 1.0, **{given: 0.1})


@pytest.mark.parametrize("value", [-1.0, NAN])
@pytest.mark.parametrize("name", ["rtol", "atol"])
def test_a_tolerance_below_zero_is_refused(name, value):
    with pytest.raises(RuntimeError, match=f"{name} must be greater than or equal to zero, but got {value}"):
        assert_close(1.0, 1.0, **{"rtol": 0.0, "atol": 0.0, name: value})
