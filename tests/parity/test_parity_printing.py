"""minigrad prints a tensor as PyTorch does, apart from the name of the library."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as nps

from minigrad._tensor import dtypes
from minigrad._tensor.printing import set_printoptions
from minigrad.functions.creation import as_tensor
from minigrad.functions.tensor import Tensor

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

FLOATS = [np.dtype(name) for name in ("float16", "float32", "float64")]
INTEGERS = [np.dtype(name) for name in ("bool", "uint8", "int8", "int16", "int32", "int64")]

shapes = nps.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)
options = st.fixed_dictionaries(
    {},
    optional={
        "profile": st.sampled_from(["default", "short", "full"]),
        "precision": st.integers(0, 12),
        "threshold": st.one_of(st.integers(0, 60), st.just(float("inf"))),
        "edgeitems": st.integers(0, 5),
        "linewidth": st.integers(0, 200),
        "sci_mode": st.sampled_from([None, True, False]),
    },
)


def any_float(dtype: np.dtype) -> st.SearchStrategy[float]:
    """Floats of every bit pattern, among them denormals, infinities and NaNs, and the bounds of the notations."""
    bounds = st.sampled_from([0.0, -0.0, 1.0, 1e-4, 9.99e-5, 1e3, 1001.0, 1e4, np.inf, -np.inf, np.nan])
    return st.one_of(nps.from_dtype(dtype), bounds, st.floats(-10, 10, width=16))


def tame_float(dtype: np.dtype) -> st.SearchStrategy[float]:
    """Floats close enough in size to be printed without exponents."""
    return st.one_of(st.integers(-300, 300).map(float), st.floats(1, 500, width=16), st.just(np.nan))


@st.composite
def arrays(draw: st.DrawFn, kinds: list[np.dtype] = FLOATS + INTEGERS) -> np.ndarray:
    dtype = draw(st.sampled_from(kinds))
    elements = draw(st.sampled_from([any_float, tame_float] if dtype in FLOATS else [nps.from_dtype]))
    return draw(nps.arrays(dtype, draw(shapes), elements=elements(dtype)))


@contextmanager
def printing_with(given: dict[str, Any]) -> Iterator[None]:
    try:
        for setter in (set_printoptions, torch.set_printoptions):
            setter(**given)
        yield
    finally:
        for setter in (set_printoptions, torch.set_printoptions):
            setter(profile="default")


def assert_same(ours: Tensor, theirs: Any) -> None:
    assert repr(ours) == repr(theirs).replace("torch.", "minigrad.")


def pair(array: np.ndarray) -> tuple[Tensor, Any]:
    return as_tensor(array), torch.from_numpy(array)


@given(arrays())
def test_values_shapes_and_dtypes(array: np.ndarray) -> None:
    assert_same(*pair(array))


@given(arrays(), options)
def test_options(array: np.ndarray, given: dict[str, Any]) -> None:
    with printing_with(given):
        assert_same(*pair(array))


@given(arrays(), options, options)
def test_options_set_twice(array: np.ndarray, first: dict[str, Any], second: dict[str, Any]) -> None:
    with printing_with(first), printing_with(second):
        assert_same(*pair(array))


@given(st.integers(1001, 3000), st.sampled_from([(), (1,), (7,), (2, 5)]), st.sampled_from(FLOATS + INTEGERS))
def test_summaries(n: int, rest: tuple[int, ...], dtype: np.dtype) -> None:
    assert_same(*pair(np.linspace(0, 100, n * int(np.prod(rest))).reshape(n, *rest).astype(dtype)))


@given(arrays(FLOATS), options)
def test_leaves_and_results(array: np.ndarray, given: dict[str, Any]) -> None:
    ours, theirs = pair(array)
    ours.requires_grad_()
    theirs.requires_grad_()
    with printing_with(given), np.errstate(all="ignore"):
        assert_same(ours, theirs)
        assert_same(ours + ours, theirs + theirs)


@given(arrays(), st.sampled_from(["float32", "float64"]))
def test_default_dtype(array: np.ndarray, default: str) -> None:
    try:
        dtypes.set_default_dtype(getattr(dtypes, default))
        torch.set_default_dtype(getattr(torch, default))
        assert_same(*pair(array))
    finally:
        dtypes.set_default_dtype(dtypes.float32)
        torch.set_default_dtype(torch.float32)


@given(arrays())
def test_elements_in_another_order_in_memory(array: np.ndarray) -> None:
    assert_same(*pair(array.T))
