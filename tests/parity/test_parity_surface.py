"""What PyTorch's own samples leave out: names of arguments, kinds of indices, pairs of dtypes, numbers too large."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, strategies as st

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

import minigrad

LIBRARIES = (minigrad, torch)


def assert_same(ours, theirs):
    """Compare two tensors, or tuples of them, by dtype, shape, value and whether a gradient is recorded."""
    if isinstance(theirs, tuple | list):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_same(one, other)
        return
    assert str(ours.dtype).partition(".")[2] == str(theirs.dtype).partition(".")[2]
    assert tuple(ours.shape) == tuple(theirs.shape)
    assert ours.requires_grad == theirs.requires_grad
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-5, atol=1e-6)


# ---- names of arguments ----------------------------------------------------------------------------------------------

NAMED = [  # as PyTorch's documentation writes them
    lambda t, a, b, i: t.add(input=a, other=b, alpha=2),
    lambda t, a, b, i: t.pow(input=a, exponent=2),
    lambda t, a, b, i: t.lerp(input=a, end=b, weight=0.5),
    lambda t, a, b, i: t.addcmul(input=a, tensor1=a, tensor2=b, value=2),
    lambda t, a, b, i: t.clamp(input=a, min=0, max=1),
    lambda t, a, b, i: t.where(condition=a > 0, input=a, other=b),
    lambda t, a, b, i: t.sum(input=a, dim=0, keepdim=True, dtype=t.float64),
    lambda t, a, b, i: t.std(input=a, dim=0, correction=0, keepdim=True),
    lambda t, a, b, i: t.norm(input=a, p=1, dim=0),
    lambda t, a, b, i: t.max(input=a, dim=1, keepdim=True),
    lambda t, a, b, i: t.max(a, other=b),
    lambda t, a, b, i: t.topk(input=a, k=1, dim=0, largest=False, sorted=True),
    lambda t, a, b, i: t.kthvalue(input=a, k=2, dim=1, keepdim=True),
    lambda t, a, b, i: t.sort(input=a, dim=0, descending=True),
    lambda t, a, b, i: t.cumsum(input=a, dim=1),
    lambda t, a, b, i: t.softmax(input=a, dim=1),
    lambda t, a, b, i: t.reshape(input=a, shape=(3, 2)),
    lambda t, a, b, i: t.flatten(input=a, start_dim=0, end_dim=1),
    lambda t, a, b, i: t.transpose(input=a, dim0=0, dim1=1),
    lambda t, a, b, i: t.permute(input=a, dims=(1, 0)),
    lambda t, a, b, i: t.movedim(input=a, source=0, destination=1),
    lambda t, a, b, i: t.cat(tensors=[a, b], dim=1),
    lambda t, a, b, i: t.stack(tensors=[a, b], dim=1),
    lambda t, a, b, i: t.split(tensor=a, split_size_or_sections=2, dim=1),
    lambda t, a, b, i: t.chunk(input=a, chunks=2, dim=1),
    lambda t, a, b, i: t.roll(input=a, shifts=1, dims=0),
    lambda t, a, b, i: t.rot90(input=a, k=1, dims=(0, 1)),
    lambda t, a, b, i: t.tile(input=a, dims=(2,)),
    lambda t, a, b, i: t.repeat_interleave(input=a, repeats=2, dim=1),
    lambda t, a, b, i: t.diagonal(input=a, offset=1, dim1=0, dim2=1),
    lambda t, a, b, i: t.diag_embed(input=a, offset=1, dim1=0, dim2=1),
    lambda t, a, b, i: t.gather(input=a, dim=1, index=i.view(1, 2)),
    lambda t, a, b, i: t.scatter(input=a, dim=1, index=i.view(1, 2), src=b[:1, :2]),
    lambda t, a, b, i: t.index_select(input=a, dim=1, index=i),
    lambda t, a, b, i: t.index_add(input=a, dim=1, index=i, source=b[:, :2], alpha=2),
    lambda t, a, b, i: t.take_along_dim(input=a, indices=i.view(2, 1), dim=1),
    lambda t, a, b, i: t.masked_fill(input=a, mask=a > 0, value=0.5),
    lambda t, a, b, i: t.masked_select(input=a, mask=a > 0),
    lambda t, a, b, i: t.narrow(input=a, dim=1, start=1, length=2),
    lambda t, a, b, i: t.addmm(input=a, mat1=t.ones(2, 2), mat2=b, beta=2, alpha=3),
    lambda t, a, b, i: t.tensordot(a, b, dims=([1], [1])),
    lambda t, a, b, i: t.isclose(input=a, other=b, rtol=1.0, atol=0.0),
    lambda t, a, b, i: t.full(size=(2,), fill_value=3),
    lambda t, a, b, i: t.linspace(start=0, end=1, steps=3),
]


@pytest.mark.parametrize("call", NAMED, ids=range(len(NAMED)))
def test_arguments_go_by_pytorchs_names(call):
    results = []
    for t in LIBRARIES:
        a = t.tensor([[1.0, -2.0, 3.0], [0.5, 5.0, -6.0]], requires_grad=True)
        b = t.tensor([[2.0, 2.0, -1.0], [3.0, 0.5, 1.0]])
        results.append(call(t, a, b, t.tensor([2, 0])))
    assert_same(*results)


# ---- indices ---------------------------------------------------------------------------------------------------------

PARTS = {
    "0": 0, "-1": -1, "2": 2, ":": slice(None), "1:": slice(1, None), "::2": slice(None, None, 2), "None": None,
    "True": True, "False": False, "a list": [1, 0], "NumPy's": np.array([0, 1]), "NumPy's number": np.int64(1),
    "mask": [True, False, True],
}  # fmt: skip
TENSORS = {"0-d": 1, "1-d": [1, 0], "2-d": [[0, 1], [1, 1]], "empty": [], "0-d mask": True, "1-d mask": [True, False]}


def part(t, name):
    if name not in TENSORS:
        return PARTS[name]
    return t.tensor(TENSORS[name], dtype=None if TENSORS[name] else t.int64)


@given(st.lists(st.sampled_from([*PARTS, *TENSORS]), min_size=1, max_size=4), st.booleans())
def test_an_index_means_the_same(names, with_ellipsis):
    outcomes = []
    for t in LIBRARIES:
        x = t.arange(36.0).reshape(2, 3, 3, 2).requires_grad_()
        index = (*((...,) if with_ellipsis else ()), *[part(t, name) for name in names])
        written = x * 1
        try:
            read = x[index]
            (read * read).sum().backward()
            written[index] = 7.0
        except (IndexError, RuntimeError):
            outcomes.append("refused")
        else:
            outcomes.append((read, x.grad, written))
    ours, theirs = outcomes
    assert (ours == "refused") is (theirs == "refused"), (ours, theirs)
    if ours != "refused":
        assert_same(ours, theirs)


# ---- dtypes ----------------------------------------------------------------------------------------------------------

DTYPES = ["uint8", "int8", "int64", "bool", "float16", "float32", "float64"]
TOGETHER = {
    "mul": lambda t, x, y: x * y,
    "div": lambda t, x, y: x / y,
    "where": lambda t, x, y: t.where(x > 0, x, y),
    "xlogy": lambda t, x, y: t.xlogy(x, y),
    "clamp": lambda t, x, y: t.clamp(x, max=y),
    "cat": lambda t, x, y: t.cat([x.reshape(-1), y.reshape(-1)]),
}


NUMBERS = {"a whole number": 1, "a number": 1.0}


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        (name, first, second)
        for name, first, second in itertools.product(TOGETHER, DTYPES, [*DTYPES, *NUMBERS])
        if not (name == "cat" and second in NUMBERS) and not (name == "clamp" and first == "bool")
    ],
)
def test_dtypes_join_whatever_has_dimensions(name, first, second):
    for shapes in (([2], [2]), ([2], []), ([], [2]), ([], [])):
        dtypes = []
        for t in LIBRARIES:
            x = t.ones(shapes[0], dtype=getattr(t, first))
            y = NUMBERS[second] if second in NUMBERS else t.ones(shapes[1], dtype=getattr(t, second))
            try:
                dtypes.append(str(TOGETHER[name](t, x, y).dtype).partition(".")[2])
            except RuntimeError:
                dtypes.append("refused")
        assert dtypes[0] == dtypes[1], (shapes, dtypes)


# ---- numbers without room --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [300, -1, -200, 2.7, 1e9, float("nan"), float("inf")])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_number_fits_or_is_refused(dtype, value):
    for fill in (
        lambda t, d: t.full((2,), value, dtype=d),  # of one element, PyTorch takes less care
        lambda t, d: t.zeros(2, dtype=d).masked_fill(t.tensor([True, False]), value),
        lambda t, d: t.zeros(2, dtype=d).index_fill(0, t.tensor([0, 1]), value),
    ):
        results = []
        for t in LIBRARIES:
            try:
                results.append(fill(t, getattr(t, dtype)).tolist())
            except RuntimeError:
                results.append("refused")
        np.testing.assert_equal(*results)
