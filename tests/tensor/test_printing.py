"""What tensors look like in print. The strings are PyTorch 2.13's, but for the name of the library."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from minigrad._tensor.dtypes import float32, float64, set_default_dtype
from minigrad._tensor.grad_mode import no_grad
from minigrad._tensor.printing import set_printoptions
from minigrad.functions.creation import as_tensor
from minigrad.functions.tensor import Tensor


@pytest.fixture(autouse=True)
def _default_options() -> Iterator[None]:
    yield
    set_printoptions(profile="default")


def floats(values: Any) -> Tensor:
    return as_tensor(np.array(values, np.float32))


def lines(*text: str) -> str:
    return "\n".join(text)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, -2, 0], "tensor([ 1., -2.,  0.])"),
        ([1.5, -2.25, 100], "tensor([  1.5000,  -2.2500, 100.0000])"),
        ([-0.0, 0.0], "tensor([-0., 0.])"),
        ([1.5, math.nan, -math.inf], "tensor([1.5000,    nan,   -inf])"),
        ([1, math.nan, math.inf], "tensor([1., nan, inf])"),
        ([math.nan, math.inf], "tensor([nan, inf])"),
        (3.5, "tensor(3.5000)"),
        (math.nan, "tensor(nan)"),
    ],
)
def test_floats(values: Any, expected: str) -> None:
    assert repr(floats(values)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1000], "tensor([   1., 1000.])"),
        ([1, 1001], "tensor([1.0000e+00, 1.0010e+03])"),
        ([1.1e8], "tensor([1.1000e+08])"),
        ([9e7], "tensor([90000000.])"),
        ([2e-4, 1e-3], "tensor([0.0002, 0.0010])"),
        ([9e-5], "tensor([9.0000e-05])"),
        ([0, 1e-45], "tensor([0.0000e+00, 1.4013e-45])"),
        ([-1e-30, math.nan], "tensor([-1.0000e-30,         nan])"),
    ],
)
def test_floats_of_extreme_sizes_have_exponents(values: Any, expected: str) -> None:
    assert repr(floats(values)) == expected


def test_sizes_too_far_apart_for_a_double_to_hold_their_ratio() -> None:
    assert repr(as_tensor(np.array([1e308, 1e-308]))) == "tensor([1.0000e+308, 1.0000e-308], dtype=minigrad.float64)"


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.array([1, -20, 300], np.int64), "tensor([  1, -20, 300])"),
        (np.array([True, False]), "tensor([ True, False])"),
        (np.array(7, np.int64), "tensor(7)"),
        (np.array(True), "tensor(True)"),
        (np.array([1, 200], np.uint8), "tensor([  1, 200], dtype=minigrad.uint8)"),
        (np.array([1], np.int32), "tensor([1], dtype=minigrad.int32)"),
        (np.array([0.1, 2], np.float16), "tensor([0.1000, 2.0000], dtype=minigrad.float16)"),
        (np.array([0.1, 0.2]), "tensor([0.1000, 0.2000], dtype=minigrad.float64)"),
    ],
)
def test_dtypes(array: np.ndarray, expected: str) -> None:
    assert repr(as_tensor(array)) == expected


def test_the_default_dtype_goes_without_saying() -> None:
    set_default_dtype(float64)
    try:
        assert repr(as_tensor(np.array([0.5]))) == "tensor([0.5000])"
        assert repr(floats([0.5])) == "tensor([0.5000], dtype=minigrad.float32)"
    finally:
        set_default_dtype(float32)


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.zeros(0, np.float32), "tensor([])"),
        (np.zeros((0, 3), np.float32), "tensor([], size=(0, 3))"),
        (np.zeros(0, np.int64), "tensor([], dtype=minigrad.int64)"),
        (np.zeros((2, 0), bool), "tensor([], size=(2, 0), dtype=minigrad.bool)"),
    ],
)
def test_empty(array: np.ndarray, expected: str) -> None:
    assert repr(as_tensor(array)) == expected


def test_brackets() -> None:
    assert repr(floats([[1.5, -2.25], [0, 100]])) == lines(
        "tensor([[  1.5000,  -2.2500],",
        "        [  0.0000, 100.0000]])",
    )
    assert repr(as_tensor(np.arange(4, dtype=np.int64).reshape(2, 1, 2))) == lines(
        "tensor([[[0, 1]],",
        "",
        "        [[2, 3]]])",
    )


def test_long_lines_are_broken() -> None:
    assert repr(as_tensor(np.arange(30, dtype=np.int64))) == lines(
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,",
        "        18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])",
    )
    assert repr(floats([0.0] * 25)) == lines(
        "tensor([0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0., 0.,",
        "        0.])",
    )


def test_a_note_that_does_not_fit_has_a_line_of_its_own() -> None:
    assert repr(as_tensor(np.full(7, 0.125))) == lines(
        "tensor([0.1250, 0.1250, 0.1250, 0.1250, 0.1250, 0.1250, 0.1250],",
        "       dtype=minigrad.float64)",
    )
    set_printoptions(linewidth=42)
    assert repr(as_tensor(np.full(3, 0.125)).requires_grad_()) == lines(
        "tensor([0.1250, 0.1250, 0.1250],",
        "       dtype=minigrad.float64,",
        "       requires_grad=True)",
    )


def test_large_tensors_are_summarized() -> None:
    assert repr(as_tensor(np.arange(1000, dtype=np.int64))).count("\n") > 10
    assert repr(as_tensor(np.arange(1001, dtype=np.int64))) == "tensor([   0,    1,    2,  ...,  998,  999, 1000])"
    assert repr(as_tensor(np.arange(2000, dtype=np.int64).reshape(200, 10))) == lines(
        "tensor([[   0,    1,    2,  ...,    7,    8,    9],",
        "        [  10,   11,   12,  ...,   17,   18,   19],",
        "        [  20,   21,   22,  ...,   27,   28,   29],",
        "        ...,",
        "        [1970, 1971, 1972,  ..., 1977, 1978, 1979],",
        "        [1980, 1981, 1982,  ..., 1987, 1988, 1989],",
        "        [1990, 1991, 1992,  ..., 1997, 1998, 1999]])",
    )


def test_a_summary_is_formatted_for_what_it_shows() -> None:
    values = np.ones(2000, np.float32)
    values[1000] = 1e-20
    assert repr(as_tensor(values)) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])"
    set_printoptions(threshold=2, edgeitems=1)
    assert repr(floats([1, 1e-20, 1])) == "tensor([1.,  ..., 1.])"


def test_history() -> None:
    leaf = floats([1, 2]).requires_grad_()
    assert repr(leaf) == "tensor([1., 2.], requires_grad=True)"
    assert repr(leaf * 2) == "tensor([2., 4.], grad_fn=<MulBackward0>)"
    assert repr((leaf * 2).detach()) == "tensor([2., 4.])"
    with no_grad():
        assert repr(leaf * 2) == "tensor([2., 4.])"


def test_dtype_stands_before_history() -> None:
    leaf = as_tensor(np.array([0.5])).requires_grad_()
    assert repr(leaf) == "tensor([0.5000], dtype=minigrad.float64, requires_grad=True)"


def test_the_history_of_a_view_is_that_of_its_base_today() -> None:
    base = floats([1, 2])
    view = base[:1]
    base.mul_(floats(3).requires_grad_())
    assert "grad_fn=" in repr(view)


@pytest.mark.parametrize(
    ("options", "array", "expected"),
    [
        ({"precision": 2}, np.float32([1.23456]), "tensor([1.23])"),
        ({"precision": 0}, np.float32([1.5]), "tensor([2])"),
        ({"threshold": 5}, np.arange(10, dtype=np.int64), "tensor([0, 1, 2,  ..., 7, 8, 9])"),
        ({"threshold": 5, "edgeitems": 1}, np.arange(10, dtype=np.int64), "tensor([0,  ..., 9])"),
        ({"threshold": 5, "edgeitems": 0}, np.arange(10, dtype=np.int64), "tensor([...], size=(10,))"),
        ({"linewidth": 20}, np.arange(10, dtype=np.int64), "tensor([0, 1, 2, 3,\n        4, 5, 6, 7,\n        8, 9])"),
        ({"linewidth": 0}, np.arange(2, dtype=np.int64), "tensor([0,\n        1])"),
        ({"sci_mode": True}, np.float32([1.5, 2]), "tensor([1.5000e+00, 2.0000e+00])"),
        ({"sci_mode": False}, np.float32([1e-5, 2000]), "tensor([   0.0000, 2000.0000])"),
        ({"profile": "short"}, np.float32([1.23456]), "tensor([1.23])"),
        ({"profile": "short"}, np.arange(1001, dtype=np.int64), "tensor([   0,    1,  ...,  999, 1000])"),
        ({"profile": "short", "precision": 3}, np.float32([1.23456]), "tensor([1.235])"),
    ],
)
def test_options(options: dict[str, Any], array: np.ndarray, expected: str) -> None:
    set_printoptions(**options)
    assert repr(as_tensor(array)) == expected


def test_nothing_is_left_out_in_the_full_profile() -> None:
    set_printoptions(profile="full")
    assert "..." not in repr(as_tensor(np.arange(5000, dtype=np.int64)))


def test_what_is_not_given_stays_except_sci_mode() -> None:
    set_printoptions(precision=2, sci_mode=True)
    set_printoptions(linewidth=100)
    assert repr(floats([1.2345])) == "tensor([1.23])"


@pytest.mark.parametrize(
    "options",
    [
        {"precision": -1},
        {"precision": 1.5},
        {"edgeitems": -1},
        {"linewidth": "wide"},
        {"threshold": math.nan},
        {"threshold": "many"},
        {"sci_mode": "never"},
        {"profile": "long"},
    ],
)
def test_bad_options_are_named_and_change_nothing(options: dict[str, Any]) -> None:
    [(name, value)] = options.items()
    with pytest.raises(ValueError, match=f"{name} must be .* but got {value!r}"):
        set_printoptions(**options)
    assert repr(floats([1.5])) == "tensor([1.5000])"
