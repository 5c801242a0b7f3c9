"""minigrad's assert_close gives PyTorch's verdict in PyTorch's words, over generated cases."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, strategies as st
from hypothesis.extra import numpy as npst

import minigrad
from minigrad.testing.comparison import assert_close

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

DTYPES = ["float16", "float32", "float64", "int8", "int32", "int64", "uint8", "bool"]
SHAPES = npst.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
VALUES = [0.0, 1.0, -2.5, 3.0, 100.0, math.inf, -math.inf, math.nan]
NUDGES = [0.0, 1e-9, 1e-7, 1.3e-6, 1e-5, 1e-3, 0.5, 2.0]

tolerances = st.one_of(
    st.just({}),
    st.builds(
        lambda rtol, atol: {"rtol": rtol, "atol": atol},
        st.sampled_from([0, 0.0, 1e-6, 0.01]),
        st.sampled_from([0, 0.0, 1e-6, 0.4]),
    ),
)
flags = st.fixed_dictionaries({}, optional={"equal_nan": st.booleans(), "check_dtype": st.booleans()})


def outcome(check: Callable[..., None], actual: Any, expected: Any, options: dict[str, Any]) -> tuple[str, str]:
    """Return the type and message of what was raised, in minigrad's names."""
    try:
        check(actual, expected, **options)
    except Exception as error:
        return type(error).__name__, str(error).replace("torch.", "minigrad.")
    return "", ""


def assert_same_outcome(actual: Any, expected: Any, options: dict[str, Any]) -> None:
    """Compare both frameworks' outcomes on structures of arrays, numbers and None."""
    ours = outcome(assert_close, ported(actual, as_minigrad), ported(expected, as_minigrad), options)
    theirs = outcome(
        torch.testing.assert_close, ported(actual, torch.tensor), ported(expected, torch.tensor), options
    )
    assert ours == theirs


def as_minigrad(array: np.ndarray) -> minigrad.Tensor:
    return minigrad.from_numpy(array.copy())


def ported(x: Any, to_tensor: Callable[[np.ndarray], Any]) -> Any:
    """Return a structure with tensors for arrays."""
    if isinstance(x, np.ndarray):
        return to_tensor(x)
    if isinstance(x, dict):
        return {key: ported(value, to_tensor) for key, value in x.items()}
    if isinstance(x, list | tuple):
        return type(x)(ported(value, to_tensor) for value in x)
    return x


@st.composite
def nearby_arrays(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Draw two arrays that differ by little, or by much, in some places."""
    shape = draw(SHAPES)
    expected = draw(npst.arrays(np.float64, shape, elements=st.sampled_from(VALUES)))
    nudge = draw(npst.arrays(np.float64, shape, elements=st.sampled_from(NUDGES)))
    dtype = draw(st.sampled_from(DTYPES))
    other = draw(st.sampled_from([dtype, dtype, *DTYPES]))
    return cast(expected + nudge, dtype), cast(expected, other)


def cast(x: np.ndarray, dtype: str) -> np.ndarray:
    """Cast, with numbers for what an integer cannot be."""
    kind = np.dtype(dtype).kind
    return np.asarray(x if kind == "f" else np.clip(np.nan_to_num(x), 0 if kind == "u" else -100, 100)).astype(dtype)


@given(nearby_arrays(), tolerances, flags)
def test_tensors(arrays, options, more):
    assert_same_outcome(*arrays, {**options, **more})


@given(SHAPES, SHAPES)
def test_shapes(one, other):
    assert_same_outcome(np.zeros(one), np.zeros(other), {})


numbers = st.one_of(
    st.sampled_from([0, 1, 3, 0.0, 1.0, 1.0 + 1e-8, 1.0 + 1e-6, math.inf, math.nan, 1j, 1 + 1e-9j, True, False, None]),
    st.integers(-5, 5),
    st.floats(allow_nan=True),
    st.sampled_from([np.float32(1.1), np.float64(1.0), np.int64(3), np.bool_(True)]),
)


def is_bool(x: Any) -> bool:
    return isinstance(x, bool | np.bool_)


@given(numbers, numbers, tolerances, flags)
def test_numbers(actual, expected, options, more):
    if is_bool(actual) != is_bool(expected) and None not in (actual, expected):
        with pytest.raises(TypeError, match="No comparison pair"):  # where PyTorch fails with a KeyError of its own
            assert_close(actual, expected)
        return
    assert_same_outcome(actual, expected, {**options, **more})


leaves = st.one_of(st.sampled_from([None, 1, 2, 1.5, "a"]), npst.arrays(np.float32, st.sampled_from([(), (2,)])))
structures = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.tuples(inner, inner), st.dictionaries(st.sampled_from("abc"), inner)
    ),
    max_leaves=6,
)


@given(structures, structures)
@example(None, np.array(0, np.float32))  # a tensor without dimensions is formatted as its number
def test_two_structures(actual, expected):
    assert_same_outcome(actual, expected, {})


@given(structures)
def test_a_structure_and_itself(structure):
    assert_same_outcome(structure, structure, {"equal_nan": True})


@pytest.mark.parametrize("msg", ["said so", lambda message: f"before\n{message}\nafter"])
def test_the_message_can_be_replaced_or_wrapped(msg):
    assert_same_outcome(np.array([1.0, 2.0]), np.array([1.0, 3.0]), {"msg": msg})
    assert_same_outcome([1.0], [1.0, 2.0], {"msg": msg})


@pytest.mark.parametrize("options", [{"rtol": 0.1}, {"atol": 0.1}])
def test_half_a_tolerance(options):
    assert_same_outcome(1.0, 1.0, options)


def test_strides():
    for check in (True, False):
        ours = outcome(assert_close, minigrad.zeros(2, 3), minigrad.zeros(3, 2).t(), {"check_stride": check})
        theirs = outcome(
            torch.testing.assert_close, torch.zeros(2, 3), torch.zeros(3, 2).t(), {"check_stride": check}
        )
        assert ours == theirs


def test_a_parameter_is_a_tensor_unless_subclasses_are_told_apart():
    for allow in (True, False):
        names = []
        for check, framework in ((assert_close, minigrad), (torch.testing.assert_close, torch)):
            parameter = framework.nn.Parameter(framework.ones(2))
            names.append(outcome(check, parameter, framework.ones(2), {"allow_subclasses": allow})[0])
        assert names[0] == names[1]


@given(st.sampled_from(["float32", "int64"]), st.integers(1, 4))
def test_arrays_are_compared_as_tensors(dtype, size):
    arrays = np.zeros(size, dtype), np.arange(size, dtype=dtype)
    assert outcome(assert_close, *arrays, {}) == outcome(torch.testing.assert_close, *arrays, {})


def test_a_tensor_and_an_array_are_not_compared():
    ours = outcome(assert_close, minigrad.ones(1), np.ones(1), {})
    theirs = outcome(torch.testing.assert_close, torch.ones(1), np.ones(1), {})
    assert ours[0] == theirs[0] == "TypeError"
