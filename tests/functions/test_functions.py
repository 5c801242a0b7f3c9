"""The functions of tensors mean what NumPy or their definition says; finite differences confirm the gradients."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad as mg
from minigrad.autograd import gradcheck, gradgradcheck
from minigrad.testing.strategies import arrays, shapes

# ---- gradients, by finite differences --------------------------------------------------------------------------------


def leaf(*values: float) -> mg.Tensor:
    return mg.tensor(values, dtype=mg.float64, requires_grad=True)


def matrix(rows: int = 2, columns: int = 3) -> mg.Tensor:
    """Return values that are different from each other and away from 0 and 1."""
    values = np.sin(np.arange(rows * columns, dtype=np.float64) * 1.7 + 1) * 2
    return mg.tensor(values.reshape(rows, columns), requires_grad=True)


def cube() -> mg.Tensor:
    return mg.tensor(np.cos(np.arange(24.0) * 0.7).reshape(2, 3, 4), requires_grad=True)


PLACES = mg.tensor([[2, 0, 2], [1, 1, 0]])
MASK = mg.tensor([[True, False, True], [False, True, False]])

SMOOTH = {  # name: (function, inputs)
    "prod": (lambda x: x.prod(), [matrix()]),
    "prod with one zero": (lambda x: x.prod(), [leaf(2.0, 0.0, 3.0)]),
    "prod with two zeros": (lambda x: x.prod(), [leaf(2.0, 0.0, 3.0, 0.0)]),
    "prod along a dimension": (lambda x: x.prod(1), [mg.tensor([[0.0, 2.0, 3.0], [1.0, 0.0, 0.0]]).double()]),
    "prod of five": (lambda x: x.prod(0, keepdim=True), [matrix(5, 2)]),
    "cumprod": (lambda x: x.cumprod(1), [matrix(2, 5)]),
    "cumprod with zeros": (lambda x: x.cumprod(0), [leaf(2.0, 0.0, 3.0, 0.0, 1.5)]),
    "cumsum": (lambda x: x.cumsum(0), [matrix(3, 2)]),
    "var": (lambda x: x.var(1), [matrix()]),
    "var with correction": (lambda x: x.var((0, 1), correction=3), [matrix()]),
    "std": (lambda x: x.std(0, keepdim=True), [matrix()]),
    "var_mean": (lambda x: mg.var_mean(x, 1, correction=0), [matrix()]),
    "logsumexp": (lambda x: x.logsumexp((0, 1)), [matrix()]),
    "norm": (lambda x: x.norm(), [matrix()]),
    "norm 1": (lambda x: x.norm(1, dim=1), [matrix()]),
    "norm 3": (lambda x: x.norm(3, dim=0, keepdim=True), [matrix()]),
    "norm 1/2": (lambda x: x.norm(0.5), [matrix()]),
    "norm -1": (lambda x: x.norm(-1), [matrix()]),
    "norm inf": (lambda x: x.norm(math.inf, dim=1), [matrix()]),
    "dist": (mg.dist, [matrix(), leaf(0.1, 0.2, 0.3)]),
    "sort": (lambda x: x.sort(1, descending=True).values, [matrix()]),
    "topk": (lambda x: x.topk(2, largest=False)[0], [matrix()]),
    "kthvalue": (lambda x: x.kthvalue(2, 0, True)[0], [matrix(3, 2)]),
    "median": (lambda x: x.median(), [matrix()]),
    "median along a dimension": (lambda x: x.median(1)[0], [matrix(2, 4)]),
    "max": (lambda x: x.max(1).values, [matrix()]),
    "amin": (lambda x: x.amin((0, 1)), [matrix()]),
    "cummax": (lambda x: x.cummax(1).values, [matrix(2, 5)]),
    "lerp": (mg.lerp, [matrix(), matrix() * 2, leaf(0.3, -0.2, 1.4)]),
    "clamp between tensors": (mg.clamp, [matrix(), leaf(-0.9, -0.8, 0.3), leaf(0.9, 1.1, 0.6)]),
    "clamp between numbers": (lambda x: x.clamp(-1, 1.1), [matrix()]),
    "logit": (mg.logit, [leaf(0.2, 0.7, 0.9)]),
    "logit with eps": (lambda x: mg.logit(x, 0.25), [leaf(0.2, 0.7, 0.9)]),
    "xlogy": (mg.xlogy, [leaf(0.5, -2.0), leaf(0.3, 2.0)]),
    "xlogy of a number": (lambda x: mg.xlogy(x, 3), [leaf(0.5, -2.0)]),
    "addcdiv": (lambda a, b, c: mg.addcdiv(a, b, c, value=0.5), [matrix(), matrix(), matrix() + 5]),
    "tensordot": (lambda a, b: mg.tensordot(a, b, dims=([1, 0], [1, 0])), [cube(), matrix(2, 3)]),
    "kron": (mg.kron, [matrix(), leaf(1.5, -0.5)]),
    "outer": (mg.outer, [leaf(1.0, 2.0), leaf(3.0, 4.0, 5.0)]),
    "einsum of three": (lambda a, b, c: mg.einsum("bij,bj,kj->ik", a, b, c), [cube(), matrix(2, 4), matrix(2, 4)]),
    "einsum of a trace": (lambda a: mg.einsum("ii", a), [matrix(3, 3)]),
    "einsum with an ellipsis": (lambda a, b: mg.einsum("...j,j->...", a, b), [cube(), leaf(1.0, 2.0, 3.0, 4.0)]),
    "addbmm": (lambda x, a, b: mg.addbmm(x, a, b.mT, beta=2, alpha=3), [matrix(3, 3), cube(), cube()]),
    "gather": (lambda x: x.gather(1, PLACES), [matrix()]),
    "take_along_dim": (lambda x: mg.take_along_dim(x, PLACES[:, :1], 1), [matrix()]),
    "take": (lambda x: x.take(mg.tensor([5, 0, 5, -1])), [matrix()]),
    "index_select": (lambda x: x.index_select(1, mg.tensor([2, 0, 2])), [matrix()]),
    "index_add": (lambda x, s: x.index_add(1, mg.tensor([2, 2]), s, alpha=-2), [matrix(), matrix(2, 2)]),
    "index_copy": (lambda x, s: x.index_copy(0, mg.tensor([1]), s), [matrix(), matrix(1, 3)]),
    "index_fill": (lambda x, v: x.index_fill(1, mg.tensor([0, -1]), v), [matrix(), leaf(3.0)[0]]),
    "scatter": (lambda x, s: x.scatter(1, mg.tensor([[2, 0], [1, 0]]), s), [matrix(), matrix()]),
    "scatter_add": (lambda x, s: x.scatter_add(1, PLACES, s), [matrix(), matrix()]),
    "masked_select": (lambda x: x.masked_select(MASK), [matrix()]),
    "masked_fill": (lambda x, v: x.masked_fill(MASK, v), [matrix(), leaf(3.0)[0]]),
    "masked_scatter": (lambda x, s: x.masked_scatter(MASK, s), [matrix(), leaf(1.0, 2.0, 3.0, 4.0)]),
    "where": (lambda x, y: mg.where(MASK, x, y), [matrix(), leaf(1.0, 2.0, 3.0)]),
    "indices that repeat": (lambda x: x[[1, 1, 0], 1:], [matrix()]),
    "indices beside an integer": (lambda x: x[0, :, [1, 1, 3]], [cube()]),
    "tile": (lambda x: x.tile(2, 1, 2), [matrix()]),
    "repeat": (lambda x: x.repeat(3, 1, 2), [matrix()]),
    "repeat_interleave": (lambda x: x.repeat_interleave(mg.tensor([0, 3]), dim=0), [matrix()]),
    "roll": (lambda x: x.roll((1, -2), (0, 1)), [matrix()]),
    "rot90": (lambda x: mg.rot90(x, 3), [matrix()]),
    "flip": (lambda x: x.flip(0, 1), [matrix()]),
    "split": (lambda x: x.split([1, 2], 1), [matrix()]),
    "chunk": (lambda x: x.chunk(2, 2), [cube()]),
    "unbind": (lambda x: x.unbind(1), [matrix()]),
    "tensor_split": (lambda x: x.tensor_split(3, 2), [cube()]),
    "diagonal": (lambda x: x.diagonal(-1, 2, 1), [cube()]),
    "diag_embed": (lambda x: mg.diag_embed(x, 1, 0, 2), [matrix()]),
    "tril": (lambda x: x.tril(-1), [cube()]),
    "meshgrid": (lambda x, y: mg.meshgrid(x, y, indexing="xy"), [leaf(1.0, 2.0), leaf(3.0, 4.0, 5.0)]),
    "sum_to_size": (lambda x: x.sum_to_size(3, 1), [cube()]),
    "nan_to_num": (lambda x: x.nan_to_num(), [matrix()]),
    "nanmean": (lambda x: mg.nanmean(x, 1), [matrix()]),
}


@pytest.mark.parametrize("name", SMOOTH)
def test_gradients_agree_with_finite_differences(name):
    function, inputs = SMOOTH[name]
    inputs = [x.detach().clone().requires_grad_() for x in inputs]
    assert gradcheck(function, inputs)
    assert gradgradcheck(function, inputs)


AT_A_KINK = {  # name: (function, point, the slope that PyTorch takes there)
    "std of equals": (lambda x: x.std(), [3.0, 3.0], [0.0, 0.0]),
    "norm at 0": (lambda x: x.norm(), [0.0, 0.0], [0.0, 0.0]),
    "norm 3 at 0": (lambda x: x.norm(3), [0.0, 0.0], [0.0, 0.0]),
    "norm 1/2 beside 0": (lambda x: x.norm(0.5), [0.0, 4.0], [0.0, 1.0]),
    "norm -1 beside 0": (lambda x: x.norm(-1), [0.0, 4.0], [0.0, 0.0]),
    "dist of equals": (lambda x: mg.dist(x, x.detach(), 1.5), [1.0, 2.0], [0.0, 0.0]),
    "xlogy at 0": (lambda x: mg.xlogy(x, x).sum(), [0.0, 1.0], [math.nan, 1.0]),
    "power 0 at 0": (lambda x: (x**0).sum(), [0.0, 1.0], [0.0, 0.0]),
    "a tie for the maximum": (lambda x: x.max(), [2.0, 2.0, 1.0], [0.5, 0.5, 0.0]),
    "a tie along a dimension": (lambda x: x.max(0).values, [2.0, 2.0, 1.0], [1.0, 0.0, 0.0]),
    "a tie for the median": (lambda x: x.median(), [2.0, 2.0, 2.0, 3.0], [1 / 3, 1 / 3, 1 / 3, 0.0]),
    "on the bounds": (lambda x: x.clamp(0, 1).sum(), [0.0, 1.0, 2.0], [1.0, 1.0, 0.0]),
    "on a bound that is a tensor": (lambda x: x.clamp(min=x.detach()).sum(), [0.0, 1.0], [1.0, 1.0]),
    "nansum": (lambda x: x.nansum(), [math.nan, 1.0], [0.0, 1.0]),
    "rounded": (lambda x: x.round().sum() + x.floor().sum(), [0.5, 1.2], [0.0, 0.0]),
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", AT_A_KINK)
def test_slopes_where_there_is_none(name):
    function, point, expected = AT_A_KINK[name]
    x = leaf(*point)
    function(x).backward()
    np.testing.assert_allclose(x.grad.numpy(), expected)


# ---- values: reductions ----------------------------------------------------------------------------------------------

REDUCTIONS = {  # name: (ours, NumPy's, whether it takes several dimensions, whether it takes none of the elements)
    "sum": (mg.sum, np.sum, True, True),
    "mean": (mg.mean, np.mean, True, False),
    "prod": (mg.prod, np.prod, False, True),
    "amax": (mg.amax, np.max, True, False),
    "amin": (mg.amin, np.min, True, False),
    "argmax": (mg.argmax, np.argmax, False, False),
    "argmin": (mg.argmin, np.argmin, False, False),
    "all": (mg.all, np.all, True, True),
    "any": (mg.any, np.any, True, True),
    "nansum": (mg.nansum, np.nansum, True, True),
    "var": (lambda x, dim, keepdim: mg.var(x, dim, False, keepdim), np.var, True, False),
    "std": (lambda x, dim, keepdim: mg.std(x, dim, correction=0, keepdim=keepdim), np.std, True, False),
    "logsumexp": (mg.logsumexp, lambda x, axis, keepdims: np.log(np.exp(x).sum(axis, keepdims=keepdims)), True, False),
    "norm": (lambda x, dim, keepdim: mg.norm(x, 2, dim, keepdim), None, True, True),
}


def _norm(x: np.ndarray, axis: object, keepdims: bool) -> np.ndarray:
    return np.sqrt(np.square(x).sum(axis, keepdims=keepdims))


@given(st.data(), arrays(shape=shapes(min_dims=1), dtype="float64", min_value=-3, max_value=3), st.booleans())
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions_are_numpys(name, data, array, keepdim):
    ours, numpys, takes_several, takes_nothing = REDUCTIONS[name]
    one = st.integers(-array.ndim, array.ndim - 1)
    several = st.lists(one, min_size=1, unique_by=lambda d: d % array.ndim).map(tuple)
    dim = data.draw(one | several if takes_several else one)
    counted = math.prod(array.shape[d] for d in (dim if isinstance(dim, tuple) else (dim,)))
    if not counted and not takes_nothing:
        return
    expected = (numpys or _norm)(array, axis=dim, keepdims=keepdim)
    found = ours(mg.from_numpy(array), dim, keepdim=keepdim)
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("dtype", [mg.float16, mg.float32, mg.float64])
def test_sums_of_tall_matrices(dtype, dim, keepdim):
    values = np.sin(np.arange(1800.0)).reshape(600, 3)
    for x in (mg.tensor(values, dtype=dtype), mg.tensor(values, dtype=dtype).T.contiguous().T):
        x.requires_grad_()
        exact = x.detach().double().numpy()
        for function, reference in ((mg.sum, np.sum), (mg.mean, np.mean)):
            y = function(x, dim, keepdim)
            assert y.dtype is dtype
            assert dtype is mg.float16 or y.grad_fn.name() == f"{reference.__name__.title()}Backward1"
            error = 600 * np.abs(exact).max() * np.finfo(exact.astype(x.array.dtype).dtype).eps
            np.testing.assert_allclose(y.detach().double().numpy(), reference(exact, dim, keepdims=keepdim), atol=error)
        x.sum(dim).sum().backward()
        assert (x.grad.array == 1).all()


def test_sums_of_tall_matrices_keep_what_is_not_finite_in_its_place():
    x = mg.ones(600, 3)
    x[5, 1], x[7, 2] = mg.inf, mg.nan
    assert str(x.sum(0).tolist()) == "[600.0, inf, nan]"
    assert str(x.sum(1)[[0, 5, 7]].tolist()) == "[3.0, inf, nan]"


@pytest.mark.parametrize("name", ["sum", "mean", "amax", "std", "all", "max", "argmax", "softmax", "cumsum", "sort"])
def test_numpys_names_of_arguments_mean_the_same(name):
    x = matrix()
    function = getattr(mg, name)
    options = [{"dim": 0}, {"axis": 0}]
    if name not in ("softmax", "cumsum", "sort"):
        options = [{"dim": 0, "keepdim": True}, {"axis": 0, "keepdims": True}]
    first, second = (function(x, **names) for names in options)
    as_method = getattr(x, name)(**options[1])
    for a, b, c in zip(*[y if isinstance(y, tuple) else (y,) for y in (first, second, as_method)], strict=True):
        assert mg.equal(a, b)
        assert mg.equal(a, c)


@pytest.mark.parametrize("function", [mg.sum, mg.mean, mg.amax, mg.std])
def test_no_dimension_and_an_empty_tuple_mean_all(function):
    x = matrix()
    everything = function(x, (0, 1))
    assert mg.equal(function(x, ()), everything)
    assert mg.equal(function(x), everything)


def test_reductions_of_nothing():
    nothing, rows = mg.zeros(0), mg.zeros(2, 0)
    assert (nothing.sum(), nothing.prod(), nothing.all(), nothing.any()) == (0, 1, True, False)
    assert nothing.mean().isnan()
    assert nothing.median().isnan()
    assert mg.equal(rows.prod(1), mg.ones(2))
    assert mg.equal(rows.logsumexp(1), mg.full((2,), -math.inf))
    assert rows.sum(0).shape == rows.amax(0).shape == rows.max(0).values.shape == (0,)
    assert rows.cumsum(1).shape == rows.cumprod(1).shape == rows.sort(1).indices.shape == (2, 0)
    for refused in (nothing.max, nothing.argmax, nothing.amin, lambda: rows.max(1), lambda: rows.amax(1)):
        with pytest.raises((RuntimeError, IndexError)):
            refused()


def test_a_number_answers_to_dimension_0():
    x = mg.tensor(3.0)
    assert x.sum(0) == x.prod(-1) == x.cumsum(0) == x.cumprod(0) == x.softmax(0) * 3 == 3
    assert x.sort()[1] == x.max(0).indices == x.argmax(0) == x.median(0).indices == x.topk(1)[1] == 0
    assert x.sort().values.shape == x.kthvalue(1).values.shape == x.cummax(0).values.shape == ()
    with pytest.raises(IndexError):
        x.sum(1)


def test_integers_add_up_to_int64():
    x = mg.tensor([100, 100, 100], dtype=mg.int8)
    assert x.sum() == 300
    assert x.prod() == 1_000_000
    assert x.cumsum(0)[-1] == 300
    assert x.sum(dtype=mg.uint8) == 300 % 256
    assert mg.tensor([True, True]).sum() == 2
    with pytest.raises(RuntimeError, match="floating point"):
        x.mean()


def test_a_sum_of_halves_is_rounded_once():
    x = mg.tensor([60000.0, 60000.0], dtype=mg.float16)
    assert x.mean() == 60000
    assert x.mean().dtype is mg.float16


# ---- values: order ---------------------------------------------------------------------------------------------------

few_values = arrays(shape=shapes(min_dims=1, max_dims=3, min_side=1), dtype="float64", min_value=-2, max_value=2).map(
    np.round
)


@given(few_values, st.booleans(), st.data())
def test_sort_keeps_the_order_of_equals(array, descending, data):
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))
    values, indices = mg.from_numpy(array).sort(dim, descending)
    expected = np.argsort(-array if descending else array, dim, kind="stable")
    np.testing.assert_array_equal(indices.numpy(), expected)
    np.testing.assert_array_equal(values.numpy(), np.take_along_axis(array, expected, dim))


@given(few_values, st.data())
def test_what_is_chosen_is_where_it_says(array, data):
    dim = data.draw(st.integers(-array.ndim, array.ndim - 1))
    n = array.shape[dim]
    k = data.draw(st.integers(1, n))
    x, ordered = mg.from_numpy(array), np.sort(array, dim)
    chosen = {
        "max": (x.max(dim, True), ordered.take([n - 1], dim)),
        "min": (x.min(dim, True), ordered.take([0], dim)),
        "kthvalue": (x.kthvalue(k, dim, True), ordered.take([k - 1], dim)),
        "median": (x.median(dim, True), ordered.take([(n - 1) // 2], dim)),
        "topk": (x.topk(k, dim), np.flip(ordered, dim).take(range(k), dim)),
        "the smallest": (x.topk(k, dim, largest=False), ordered.take(range(k), dim)),
        "cummax": (x.cummax(dim), np.maximum.accumulate(array, dim)),
        "cummin": (x.cummin(dim), np.minimum.accumulate(array, dim)),
    }
    for (values, indices), expected in chosen.values():
        np.testing.assert_array_equal(values.numpy(), expected)
        np.testing.assert_array_equal(x.gather(dim, indices).numpy(), expected)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int64", "uint8", "bool"])
@pytest.mark.parametrize(("shape", "dim"), [((5000,), 0), ((3, 2000), 1), ((2000, 3), 0), ((2, 30, 90), 1)])
@pytest.mark.parametrize("nan", [False, True], ids=["numbers", "NaN"])
def test_what_is_chosen_of_many_is_what_a_stable_sort_brings(dtype, shape, dim, nan):
    array = (np.random.default_rng(4).normal(size=shape) * 3).round(1).astype(dtype)  # of each value there are several
    if nan and array.dtype.kind == "f":
        array[..., ::7] = math.nan
    x = mg.from_numpy(array)
    ascending, descending = (x.sort(dim, order).indices.numpy() for order in (False, True))
    for k in (0, 1, 3, 10):
        np.testing.assert_array_equal(x.topk(k, dim).indices.numpy(), descending.take(range(k), dim))
        np.testing.assert_array_equal(x.topk(k, dim, largest=False).indices.numpy(), ascending.take(range(k), dim))
    for k in (1, 2, shape[dim] // 2, shape[dim]):
        np.testing.assert_array_equal(x.kthvalue(k, dim, True).indices.numpy(), ascending.take([k - 1], dim))


def test_a_nan_is_the_largest_and_spreads():
    x = mg.tensor([1.0, math.nan, 3.0])
    assert x.max(0).indices == x.argmax() == x.argmin() == x.median(0).indices == 1
    assert x.sort().indices.tolist() == [0, 2, 1]
    assert x.sort(descending=True).indices.tolist() == [1, 2, 0]
    assert x.topk(1).values.isnan()
    for spreading in (x.max(), x.min(), x.amax(), x.median(), x.sum(), x.std(), x.norm(), x.prod(), x.cummax(0)[0][2]):
        assert spreading.isnan()
    assert x.nansum() == 4
    assert x.nanmean() == 2
    assert mg.maximum(x, mg.zeros(3))[1].isnan()
    assert mg.fmax(x, mg.zeros(3))[1] == 0


@given(arrays(shape=shapes(max_dims=2), dtype="int64", min_value=0, max_value=4))
def test_unique_puts_the_input_together_again(array):
    values, inverse, counts = mg.from_numpy(array).unique(return_inverse=True, return_counts=True)
    np.testing.assert_array_equal(values[inverse].numpy(), array)
    assert values.tolist() == sorted(set(array.reshape(-1).tolist()))
    assert counts.sum() == array.size
    assert inverse.shape == array.shape


# ---- values: products ------------------------------------------------------------------------------------------------


@given(st.data())
def test_einsum_is_numpys(data):
    letters = data.draw(st.lists(st.text("abc", max_size=3), min_size=1, max_size=3))
    sizes = {"a": 2, "b": 3, "c": 1}
    output = data.draw(st.lists(st.sampled_from("abc"), unique=True).map("".join))
    output = "".join(c for c in output if c in "".join(letters))
    operands = [np.cos(np.arange(math.prod(sizes[c] for c in term)) + i).reshape([sizes[c] for c in term])
                for i, term in enumerate(letters)]  # fmt: skip
    equation = ",".join(letters) + "->" + output
    found = mg.einsum(equation, *map(mg.from_numpy, operands))
    np.testing.assert_allclose(found.numpy(), np.einsum(equation, *operands), atol=1e-12)


def test_einsum_without_an_arrow_and_with_ellipses():
    x, y = np.arange(24.0).reshape(2, 3, 4), np.arange(20.0).reshape(4, 5)
    for equation in ("abc,cd", "ba c", "...c,cd", "...c,cd->d...", "a...->...", "i...,j...->ij..."):
        operands = [x, y][: equation.count(",") + 1] if equation[0] != "i" else [x, x]
        found = mg.einsum(equation, *map(mg.from_numpy, operands))
        np.testing.assert_allclose(found.numpy(), np.einsum(equation, *operands))


@pytest.mark.parametrize("equation", ["ij->ik", "ij->ii", "i->i", "ij,jk", "i1->i", "ij,ij->.."])
def test_einsum_refuses_what_does_not_fit(equation):
    with pytest.raises(RuntimeError, match="einsum"):
        mg.einsum(equation, mg.ones(2, 3))


@given(arrays(shape=shapes(min_dims=1, max_dims=3, min_side=1), dtype="float64", min_value=-9, max_value=9), st.data())
def test_tensordot_and_kron_are_numpys(a, data):
    of_a = data.draw(st.lists(st.integers(0, a.ndim - 1), unique=True))
    b = np.cos(np.arange(math.prod(a.shape[d] for d in of_a) * 2.0)).reshape(*[a.shape[d] for d in of_a], 2)
    dims = ([d - a.ndim for d in of_a], list(range(len(of_a))))
    found = mg.tensordot(mg.from_numpy(a), mg.from_numpy(b), dims)
    np.testing.assert_allclose(found.numpy(), np.tensordot(a, b, dims), atol=1e-12)
    np.testing.assert_allclose(mg.kron(mg.from_numpy(a), mg.from_numpy(b)).numpy(), np.kron(a, b), atol=1e-12)


def test_a_dimension_that_is_not_there_is_not_another_one():
    with pytest.raises(IndexError, match="out of range"):
        mg.tensordot(mg.ones(2, 3), mg.ones(3, 2), dims=([3], [0]))


def test_products_of_nothing_are_zeros():
    assert mg.equal(mg.zeros(2, 0) @ mg.zeros(0, 3), mg.zeros(2, 3))
    assert mg.zeros(0).dot(mg.zeros(0)) == 0
    assert mg.equal(mg.einsum("ij->i", mg.zeros(2, 0)), mg.zeros(2))


def test_a_weight_of_0_hides_a_nan():
    assert mg.equal(mg.addmm(mg.full((2, 2), math.nan), mg.ones(2, 1), mg.ones(1, 2), beta=0), mg.ones(2, 2))


# ---- values: shapes --------------------------------------------------------------------------------------------------

X = np.arange(24).reshape(2, 3, 4)

RESHAPINGS = {  # name: (ours, NumPy's)
    "roll": (lambda x: x.roll(5), lambda x: np.roll(x, 5)),
    "roll two": (lambda x: x.roll((1, -9), (0, 2)), lambda x: np.roll(x, (1, -9), (0, 2))),
    "rot90": (lambda x: mg.rot90(x, 1, (2, 0)), lambda x: np.rot90(x, 1, (2, 0))),
    "rot270": (lambda x: mg.rot90(x, -1, (1, 2)), lambda x: np.rot90(x, -1, (1, 2))),
    "tile": (lambda x: x.tile(2, 1), lambda x: np.tile(x, (2, 1))),
    "repeat": (lambda x: x.repeat(2, 1, 3, 1), lambda x: np.tile(x, (2, 1, 3, 1))),
    "repeat_interleave": (lambda x: x.repeat_interleave(2), lambda x: np.repeat(x, 2)),
    "flip": (lambda x: x.flip(0, -1), lambda x: np.flip(x, (0, -1))),
    "movedim": (lambda x: x.movedim((0, 1), (-1, 0)), lambda x: np.moveaxis(x, (0, 1), (-1, 0))),
    "permute": (lambda x: x.permute(2, 0, 1), lambda x: x.transpose(2, 0, 1)),
    "swapaxes": (lambda x: x.swapaxes(0, -1), lambda x: x.swapaxes(0, -1)),
    "T": (lambda x: x.mT, lambda x: x.swapaxes(1, 2)),
    "diagonal": (lambda x: x.diagonal(1, 1, 2), lambda x: x.diagonal(1, 1, 2)),
    "tril": (lambda x: x.tril(1), lambda x: np.tril(x, 1)),
    "triu": (lambda x: x.triu(-1), lambda x: np.triu(x, -1)),
    "flatten": (lambda x: x.flatten(1), lambda x: x.reshape(2, 12)),
    "unflatten": (lambda x: x.unflatten(2, (2, -1)), lambda x: x.reshape(2, 3, 2, 2)),
    "expand": (lambda x: x.expand(5, -1, 3, 4), lambda x: np.broadcast_to(x, (5, 2, 3, 4))),
    "stack": (lambda x: mg.stack([x, x], -2), lambda x: np.stack([x, x], -2)),
    "cat": (lambda x: mg.cat([x, x[:, :1]], 1), lambda x: np.concatenate([x, x[:, :1]], 1)),
    "hstack": (lambda x: mg.hstack([x, x]), lambda x: np.hstack([x, x])),
    "dstack": (lambda x: mg.dstack([x[0], x[0]]), lambda x: np.dstack([x[0], x[0]])),
    "column_stack": (lambda x: mg.column_stack([x[0, 0], x[0].T]), lambda x: np.column_stack([x[0, 0], x[0].T])),
    "diagflat": (lambda x: mg.diagflat(x, -1), lambda x: np.diagflat(x, -1)),
    "nonzero": (lambda x: (x % 5).nonzero(), lambda x: np.argwhere(x % 5)),
    "trace": (lambda x: mg.trace(x[0]), lambda x: np.trace(x[0])),
    "meshgrid": (lambda x: mg.meshgrid(x[0, 0], x[0, :, 0], indexing="xy")[1],
                 lambda x: np.meshgrid(x[0, 0], x[0, :, 0])[1]),
}  # fmt: skip


@pytest.mark.parametrize("name", RESHAPINGS)
@pytest.mark.parametrize("layout", [X, np.asfortranarray(X), np.repeat(X, 2, 1)[:, ::2]], ids=["C", "F", "strided"])
def test_shapes_are_numpys(name, layout):
    ours, numpys = RESHAPINGS[name]
    expected = numpys(layout)
    found = ours(mg.from_numpy(layout))
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.numpy(), expected)


@given(st.integers(0, 12), st.integers(1, 6))
def test_parts_make_up_the_whole(n, k):
    x = mg.arange(n)
    for parts in (x.chunk(k), x.split(k), x.tensor_split(k), x.tensor_split([1, k])):
        assert mg.equal(mg.cat(parts), x)
    assert len(x.tensor_split(k)) == k
    sizes = {part.numel() for part in x.tensor_split(k)}
    assert max(sizes) - min(sizes) <= 1
    assert all(part.numel() == k for part in x.split(k)[:-1])


def test_parts_by_other_names():
    x = mg.arange(5)
    assert [part.tolist() for part in mg.split(tensor=x, split_size_or_sections=[2, 3])] == [[0, 1], [2, 3, 4]]
    assert [part.tolist() for part in x.split(split_size=3)] == [[0, 1, 2], [3, 4]]
    assert [part.tolist() for part in mg.tensor_split(x, sections=2)] == [[0, 1, 2], [3, 4]]
    assert [part.tolist() for part in mg.tensor_split(x, indices=(4,))] == [[0, 1, 2, 3], [4]]


# ---- views -----------------------------------------------------------------------------------------------------------

VIEWS = {
    "view": lambda x: x.view(3, 2),
    "reshape": lambda x: x.reshape(-1),
    "flatten": lambda x: x.flatten(),
    "transpose": lambda x: x.transpose(0, 1),
    "T": lambda x: x.T,
    "permute": lambda x: x.permute(1, 0),
    "movedim": lambda x: x.movedim(0, 1),
    "unsqueeze": lambda x: x.unsqueeze(1),
    "squeeze": lambda x: x.unsqueeze(0).squeeze(0),
    "narrow": lambda x: x.narrow(1, 1, 2),
    "select": lambda x: x.select(1, -1),
    "integers and slices": lambda x: x[0, 1:],
    "diagonal": lambda x: x.diagonal(),
    "split": lambda x: x.split(2, 1)[1],
    "chunk": lambda x: x.chunk(2)[1],
    "tensor_split": lambda x: x.tensor_split(3, 1)[0],
    "unbind": lambda x: x.unbind(1)[2],
    "unflatten": lambda x: x.unflatten(1, (3, 1)),
    "swapaxes": lambda x: x.swapaxes(0, 1),
    "detach": lambda x: x.detach(),
}


@pytest.mark.parametrize("name", VIEWS)
def test_a_view_shares_memory(name):
    x = mg.zeros(2, 3)
    view = VIEWS[name](x)
    view.add_(1)
    assert x.sum() == view.numel() > 0
    x.fill_(5)
    assert (view == 5).all()


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "detach"])
def test_a_write_through_a_view_is_differentiated(name):
    view_of = VIEWS[name]

    def written_through(x: mg.Tensor) -> mg.Tensor:
        y = x * 1
        view_of(y).mul_(3).sub_(1)
        return y * y

    def read_after_a_write(x: mg.Tensor) -> mg.Tensor:
        y = x * 1
        view = view_of(y)
        y.mul_(x)
        return view * 2

    assert gradcheck(written_through, [matrix()])
    assert gradcheck(read_after_a_write, [matrix()])


COPIES = {
    "a mask": lambda x: x[x == x],
    "indices": lambda x: x[[0, 1]],
    "index_select": lambda x: x.index_select(0, mg.tensor([0, 1])),
    "gather": lambda x: x.gather(1, PLACES),
    "repeat": lambda x: x.repeat(1, 1),
    "tile": lambda x: x.tile(1),
    "roll": lambda x: x.roll(0),
    "flip": lambda x: x.flip(0),
    "rot90": lambda x: mg.rot90(x, 0),
    "clone": lambda x: x.clone(),
    "reshape of a transpose": lambda x: x.T.reshape(-1),
    "cat": lambda x: mg.cat([x]),
    "clamp": lambda x: x.clamp(min=-1),
    "masked_fill": lambda x: x.masked_fill(~MASK & MASK, 1.0),
    "sort": lambda x: x.sort()[0],
    "cumprod": lambda x: x[:, :1].cumprod(1),
    "prod": lambda x: x[:1].prod(0),
    "nan_to_num": lambda x: x.nan_to_num(),
    "sign": lambda x: x.bool().sign(),
    "scatter of nothing": lambda x: x.scatter(0, mg.zeros(0, 3).long(), x),
    "diag": lambda x: x.diag(),
    "tensor": lambda x: mg.tensor(x),
    "double": lambda x: x.double(),
}


@pytest.mark.parametrize("name", COPIES)
def test_a_copy_shares_none(name):
    x = mg.zeros(2, 3)
    COPIES[name](x).fill_(1)
    assert (x == 0).all()


def test_what_was_an_index_may_change_later():
    x = matrix()
    index, mask = mg.tensor([0, 2]), mg.tensor([True, False, True])
    results = [
        x[:, index], x[:, mask], x.index_select(1, index), x.gather(1, index.view(1, 2)), x.take(index),
        x.index_add(1, index, x[:, 1:]), x.masked_select(mask), x.scatter(1, index.view(1, 2), 1.0),
        x.scatter_add(1, index.view(1, 2), x), x.index_fill(1, index, 0), x.masked_scatter(mask, x),
    ]  # fmt: skip
    before = [mg.autograd.grad((y * y).sum(), x, retain_graph=True)[0] for y in results]
    index.zero_()
    mask.logical_not_()
    for y, expected in zip(results, before, strict=True):
        assert mg.equal(mg.autograd.grad((y * y).sum(), x)[0], expected)


# ---- indices ---------------------------------------------------------------------------------------------------------

C = np.arange(120.0).reshape(2, 3, 4, 5)


def in_pytorchs_order(array: np.ndarray, index: tuple) -> np.ndarray:
    """Index with the integers first, then with the arrays: what PyTorch's documentation of views implies."""
    first = tuple(part if isinstance(part, int) else slice(None) for part in index)
    return array[first][tuple(part for part in index if not isinstance(part, int))]


one_part = st.one_of(
    st.integers(-2, 1),
    st.slices(2).filter(lambda s: (s.step or 1) > 0),
    st.lists(st.integers(-2, 1), min_size=2, max_size=2),
)


@given(st.lists(one_part, min_size=1, max_size=4).map(tuple))
def test_integers_go_before_arrays(index):
    expected = in_pytorchs_order(C, index)
    found = mg.from_numpy(C)[index]
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.numpy(), expected)
    as_tensors = tuple(mg.tensor(part) if isinstance(part, list) else part for part in index)
    assert mg.equal(mg.from_numpy(C)[as_tensors], found)


@given(st.lists(one_part, min_size=1, max_size=4).map(tuple))
def test_what_is_written_to_an_index_is_read_there(index):
    x = mg.from_numpy(C.copy())
    place = np.zeros(C.shape, np.bool_)
    numbered = in_pytorchs_order(np.arange(C.size).reshape(C.shape), index)
    place.reshape(-1)[numbered.reshape(-1)] = True
    x[index] = -1.0
    np.testing.assert_array_equal(x.numpy() == -1, place)

    leaf_ = mg.from_numpy(C).requires_grad_()
    y = leaf_ * 1
    y[index] = leaf_[index] * 3
    y.sum().backward()
    assert (leaf_.grad.numpy()[~place] == 1).all()
    each = 3 * numbered.size  # as in PyTorch, all values that went to one place get its gradient
    np.testing.assert_allclose(leaf_.grad.sum().item(), each + (~place).sum())


PARTS = {  # index: NumPy's index of the same
    "None": (None, None),
    "…": (..., ...),
    "nothing": ((), ()),
    "a mask": (mg.tensor([True, False]), np.array([True, False])),
    "a list of booleans": ([True, False], np.array([True, False])),
    "a mask of all": (mg.from_numpy(C > 50), C > 50),
    "a mask of two dimensions": (mg.from_numpy(C[:, :, 0, 0] > 20), C[:, :, 0, 0] > 20),
    "a mask of bytes": (mg.tensor([1, 0], dtype=mg.uint8), np.array([True, False])),
    "a mask in the middle": ((slice(None), [True, False, True]), (slice(None), [0, 2])),
    "an array": (np.array([1, 0]), np.array([1, 0])),
    "a range": (range(2), [0, 1]),
    "no index": (mg.tensor([], dtype=mg.int64), np.array([], np.int64)),
    "an empty list": ([], np.array([], np.int64)),
    "int32": (mg.tensor([1], dtype=mg.int32), [1]),
    "a 0-d tensor": (mg.tensor(1), 1),
    "a NumPy integer": (np.int64(-1), -1),
    "true": (True, None),
    "false": (False, np.array(False)),
    "a tensor of true": (mg.tensor(True), None),
    "bounds that are tensors": (slice(mg.tensor(1), None), slice(1, None)),
    "None and …": ((None, ..., 1), (None, ..., 1)),
    "true beside integers": ((0, slice(None), True), (0, slice(None), None)),
    "true beside an integer and a list": ((0, True, [1, 0]), (0, [1, 0])),
}


@pytest.mark.parametrize("name", PARTS)
def test_an_index_is_numpys(name):
    index, numpys = PARTS[name]
    x = mg.from_numpy(C.copy()).requires_grad_()
    expected = C[numpys]
    found = x[index]
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.detach().numpy(), expected)
    if expected.size:
        found.sum().backward()
        assert x.grad.sum() == expected.size
    y = mg.from_numpy(C.copy())
    y[index] = 7.0
    z = C.copy()
    z[numpys] = 7.0
    np.testing.assert_array_equal(y.numpy(), z)


@pytest.mark.parametrize(
    ("index", "error"),
    [
        (5, IndexError),
        ((0, 0, 0, 0, 0), IndexError),
        ([0, 2], IndexError),
        (1.5, IndexError),
        (mg.tensor([1.0]), IndexError),
        (mg.tensor([True, False, True]), IndexError),
        (slice(None, None, -1), ValueError),
        (slice(None, None, 0), ValueError),
        ((slice(None), [5]), IndexError),
    ],
)
def test_an_index_that_is_refused(index, error):
    x = mg.from_numpy(C.copy())
    with pytest.raises(error):
        x[index]
    with pytest.raises(error):
        x[index] = 0.0
    np.testing.assert_array_equal(x.numpy(), C)


# ---- along a dimension, by definition --------------------------------------------------------------------------------


@st.composite
def places_along(draw):
    """Draw a tensor, a dimension, and places along it, at most as many elsewhere as there are."""
    shape = draw(shapes(min_dims=1, max_dims=3, min_side=1, max_side=3))
    dim = draw(st.integers(0, len(shape) - 1))
    sizes = [draw(st.integers(1, n + 2 if d == dim else n)) for d, n in enumerate(shape)]
    flat = draw(st.lists(st.integers(0, shape[dim] - 1), min_size=math.prod(sizes), max_size=math.prod(sizes)))
    x = np.arange(1.0, math.prod(shape) + 1).reshape(shape)
    return x, dim, np.array(flat).reshape(sizes)


def everywhere(index: np.ndarray, dim: int):
    """Yield each place of an index, and the place along the dimension that it means."""
    for place in itertools.product(*map(range, index.shape)):
        yield place, (*place[:dim], index[place], *place[dim + 1 :])


@given(places_along())
def test_gather_and_scatter_are_what_their_formulas_say(drawn):
    x, dim, index = drawn
    source = -np.arange(1.0, index.size + 1).reshape(index.shape)
    read, added, multiplied = np.empty(index.shape), x.copy(), x.copy()
    written: dict[tuple[int, ...], set[float]] = {}
    for place, meant in everywhere(index, dim):
        read[place] = x[meant]
        added[meant] += source[place]
        multiplied[meant] *= source[place]
        written.setdefault(meant, set()).add(source[place])
    ours, at, values = mg.from_numpy(x), mg.from_numpy(index), mg.from_numpy(source)
    np.testing.assert_array_equal(ours.gather(dim, at).numpy(), read)
    np.testing.assert_allclose(ours.scatter_add(dim, at, values).numpy(), added)
    np.testing.assert_allclose(ours.scatter(dim, at, values, reduce="add").numpy(), added)
    np.testing.assert_allclose(ours.scatter(dim, at, values, reduce="multiply").numpy(), multiplied)
    replaced = ours.scatter(dim, at, values).numpy()
    for place in itertools.product(*map(range, x.shape)):
        assert replaced[place] in written.get(place, {x[place]})


@given(places_along())
def test_index_functions_work_on_slices(drawn):
    x, dim, index = drawn
    places = index.reshape(-1)[:3]
    ours, at = mg.from_numpy(x), mg.from_numpy(places)
    slices = np.take(x, places, dim)
    np.testing.assert_array_equal(ours.index_select(dim, at).numpy(), slices)
    added = x.copy()
    np.add.at(np.moveaxis(added, dim, 0), places, 2 * np.moveaxis(slices, dim, 0))
    np.testing.assert_allclose(ours.index_add(dim, at, mg.from_numpy(slices), alpha=2).numpy(), added)
    np.testing.assert_array_equal(ours.index_copy(dim, at, mg.from_numpy(slices)).numpy(), x)
    filled = x.copy()
    np.moveaxis(filled, dim, 0)[places] = 9
    np.testing.assert_array_equal(ours.index_fill(dim, at, 9).numpy(), filled)
    np.testing.assert_array_equal(ours.index_fill(dim, at - x.shape[dim], 9).numpy(), filled)


# ---- dtypes ----------------------------------------------------------------------------------------------------------

PROMOTIONS = [  # an expression, and its dtype in PyTorch's rules
    (lambda: mg.ones(1) + mg.tensor(1.0, dtype=mg.float64), mg.float32),
    (lambda: mg.ones(1, dtype=mg.int64) + mg.tensor(1.0, dtype=mg.float64), mg.float64),
    (lambda: mg.ones(1, dtype=mg.uint8) + mg.tensor(300), mg.uint8),
    (lambda: mg.ones(1, dtype=mg.uint8) + 1.5, mg.float32),
    (lambda: mg.ones(1, dtype=mg.uint8) + mg.ones(1, dtype=mg.int8), mg.int16),
    (lambda: mg.ones(1, dtype=mg.int64) + mg.ones(1, dtype=mg.float16), mg.float16),
    (lambda: mg.tensor([True]) + mg.tensor([True]), mg.bool),
    (lambda: mg.tensor([True]) * 2, mg.int64),
    (lambda: mg.tensor(1.0, dtype=mg.float64) + mg.ones((), dtype=mg.float16), mg.float64),
    (lambda: mg.ones(1, dtype=mg.float16) * np.float64(2), mg.float16),
    (lambda: np.float64(2) * mg.ones(1), mg.float32),
    (lambda: mg.ones(1, dtype=mg.int16) / 2, mg.float32),
    (lambda: mg.exp(mg.arange(2)), mg.float32),
    (lambda: mg.xlogy(mg.ones(2), 2), mg.float32),
    (lambda: mg.xlogy(mg.arange(2), 2.0), mg.float32),
    (lambda: mg.xlogy(2, mg.ones(2).double()), mg.float64),
    (lambda: mg.clamp(mg.arange(3), 0.5), mg.float32),
    (lambda: mg.where(mg.tensor([True]), 1, 0), mg.int64),
    (lambda: mg.where(mg.tensor([True]), mg.ones(1, dtype=mg.float16), 0.0), mg.float16),
    (lambda: mg.cat([mg.ones(1), mg.ones(1, dtype=mg.float64)]), mg.float64),
    (lambda: mg.tensor([1.5]).masked_fill(mg.tensor([True]), 2), mg.float32),
    (lambda: mg.arange(2).pow(0.5), mg.float32),
    (lambda: mg.float_power(mg.arange(2), 2), mg.float64),
    (lambda: mg.arange(3).softmax(0, dtype=mg.float64), mg.float64),
]


@pytest.mark.parametrize(("expression", "dtype"), PROMOTIONS)
def test_dtypes_are_promoted(expression, dtype):
    assert expression().dtype is dtype


def test_integers_wrap_around():
    assert mg.tensor([200], dtype=mg.uint8) + mg.tensor([100], dtype=mg.uint8) == 44
    assert mg.tensor([127], dtype=mg.int8) + 1 == -128
    assert -mg.tensor([1], dtype=mg.uint8) == 255
    assert mg.tensor(2**62) * 2 == -(2**63)


def test_a_quotient_of_integers_is_rounded_as_it_says():
    x = mg.tensor([-7, 7, -6])
    assert mg.div(x, 2, rounding_mode="trunc").tolist() == [-3, 3, -3]
    assert mg.div(x, 2, rounding_mode="floor").tolist() == (x // 2).tolist() == [-4, 3, -3]
    assert (x % 4).tolist() == [1, 3, 2]
    assert mg.fmod(x, 4).tolist() == [-3, 3, -2]
    for divided in (lambda: x // 0, lambda: x % 0, lambda: mg.fmod(x, mg.tensor([1, 0, 1]))):
        with pytest.raises(RuntimeError, match="ZeroDivisionError"):
            divided()


# ---- results written into tensors ------------------------------------------------------------------------------------


def test_out_takes_the_result():
    x, out = mg.tensor([1.0, 4.0]), mg.empty(2)
    assert mg.sqrt(x, out=out) is out
    assert out.tolist() == [1.0, 2.0]
    view = mg.zeros(2, 2)
    mg.add(x, 1, out=view[0])
    assert view.tolist() == [[2.0, 5.0], [0.0, 0.0]]
    wider = mg.empty(2, dtype=mg.float64)
    assert mg.mul(x, 2, out=wider).dtype is mg.float64
    values, indices = mg.max(x, 0, out=(mg.empty(()), mg.empty((), dtype=mg.int64)))
    assert (values, indices) == (4, 1)
    resized = mg.empty(0)
    assert mg.cat([x, x], out=resized).shape == resized.shape == (4,)


def test_out_refuses_what_it_would_lose():
    x = mg.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="automatic differentiation"):
        mg.exp(x, out=mg.empty(2))
    with pytest.raises(RuntimeError, match="automatic differentiation"):
        mg.exp(mg.ones(2), out=x)
    with pytest.raises(RuntimeError, match="can't be cast"):
        mg.exp(mg.ones(2), out=mg.empty(2, dtype=mg.int64))
    with pytest.raises(RuntimeError, match="share one place"):
        mg.exp(mg.ones(2), out=mg.empty(1).expand(2))


def test_out_is_a_write_that_a_graph_notices():
    x = mg.ones(2, requires_grad=True)
    saved = mg.ones(2)
    y = (x * saved).sum()
    mg.add(saved, 1, out=saved)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        y.backward()


# ---- refusals --------------------------------------------------------------------------------------------------------

REFUSED = {  # name: (call, error)
    "pow of numbers": (lambda: mg.pow(2, 3), TypeError),
    "exponent of no kind": (lambda: mg.ones(2) ** "2", TypeError),
    "lerp of integers": (lambda: mg.lerp(mg.arange(2), mg.arange(2), 0.5), RuntimeError),
    "lerp of two dtypes": (lambda: mg.lerp(mg.ones(2), mg.ones(2).double(), 0.5), RuntimeError),
    "integers divided by addcdiv": (lambda: mg.addcdiv(mg.ones(2), mg.arange(2), mg.arange(2)), RuntimeError),
    "rounding_mode": (lambda: mg.div(mg.ones(2), 2, rounding_mode="round"), RuntimeError),
    "maximum of a number": (lambda: mg.maximum(mg.ones(2), 1), TypeError),
    "equality of a list": (lambda: mg.eq(mg.ones(2), [1, 1]), TypeError),
    "isclose of two dtypes": (lambda: mg.isclose(mg.ones(2), mg.ones(2).double()), RuntimeError),
    "isclose with negative rtol": (lambda: mg.isclose(mg.ones(2), mg.ones(2), rtol=-1), RuntimeError),
    "norm by name": (lambda: mg.ones(2).norm("l2"), RuntimeError),
    "norm of integers": (lambda: mg.arange(2).norm(), RuntimeError),
    "a dimension twice": (lambda: mg.ones(2, 3).sum((0, -2)), RuntimeError),
    "topk beyond": (lambda: mg.ones(3).topk(4), RuntimeError),
    "kthvalue 0": (lambda: mg.ones(3).kthvalue(0), RuntimeError),
    "argmax of booleans": (lambda: mg.tensor([True]).argmax(), RuntimeError),
    "reshape": (lambda: mg.ones(6).reshape(4), RuntimeError),
    "reshape of nothing to -1": (lambda: mg.ones(0).reshape(-1, 0), RuntimeError),
    "expand to fewer": (lambda: mg.ones(2, 3).expand(3), RuntimeError),
    "repeat with too few": (lambda: mg.ones(2, 3).repeat(2), RuntimeError),
    "roll": (lambda: mg.ones(2, 3).roll((1, 2), 0), RuntimeError),
    "rot90 in one dimension": (lambda: mg.rot90(mg.ones(2, 3), 1, (1, 1)), RuntimeError),
    "flip twice": (lambda: mg.ones(2).flip(0, 0), RuntimeError),
    "t of a cube": (lambda: mg.ones(1, 1, 1).t(), RuntimeError),
    "cat of numbers": (lambda: mg.cat([mg.tensor(1.0)]), RuntimeError),
    "cat of a tensor": (lambda: mg.cat(mg.ones(2)), TypeError),
    "stack of nothing": (lambda: mg.stack([]), RuntimeError),
    "split sizes": (lambda: mg.ones(3).split([1, 1]), RuntimeError),
    "split into 0": (lambda: mg.ones(3).split(0), RuntimeError),
    "chunks": (lambda: mg.ones(3).chunk(0), RuntimeError),
    "narrow beyond": (lambda: mg.ones(3).narrow(0, 2, 2), RuntimeError),
    "select beyond": (lambda: mg.ones(3).select(0, 3), IndexError),
    "index_select beyond": (lambda: mg.ones(3).index_select(0, mg.tensor([3])), IndexError),
    "index_select from the end": (lambda: mg.ones(3).index_select(0, mg.tensor([-1])), IndexError),
    "index_select by floats": (lambda: mg.ones(3).index_select(0, mg.tensor([1.0])), RuntimeError),
    "index_select of a number": (lambda: mg.tensor(1.0).index_select(0, mg.tensor([0, 0])), RuntimeError),
    "index_add from the end": (lambda: mg.ones(3).index_add(0, mg.tensor([-1]), mg.ones(1)), IndexError),
    "index_add of a number": (lambda: mg.ones(3).index_add(0, mg.tensor([1]), 1.0), TypeError),
    "index_add of another dtype": (lambda: mg.ones(3).index_add(0, mg.tensor([1]), mg.arange(1)), RuntimeError),
    "index_copy of another shape": (lambda: mg.ones(3).index_copy(0, mg.tensor([1]), mg.ones(2)), RuntimeError),
    "index_fill without room": (
        lambda: mg.zeros(3, dtype=mg.uint8).index_fill(0, mg.tensor([1]), 300), RuntimeError),
    "gather beyond": (lambda: mg.ones(3).gather(0, mg.tensor([3])), RuntimeError),
    "gather from the end": (lambda: mg.ones(3).gather(0, mg.tensor([-1])), RuntimeError),
    "gather of another rank": (lambda: mg.ones(2, 3).gather(0, mg.tensor([0])), RuntimeError),
    "gather by a list": (lambda: mg.ones(3).gather(0, [0]), TypeError),
    "scatter of another dtype": (lambda: mg.ones(3).scatter(0, mg.tensor([0]), mg.arange(1)), RuntimeError),
    "scatter of too little": (lambda: mg.ones(3).scatter(0, mg.tensor([0, 1]), mg.ones(1)), RuntimeError),
    "scatter reduced": (lambda: mg.ones(3).scatter(0, mg.tensor([0]), mg.ones(1), reduce="mean"), RuntimeError),
    "scatter_add of a number": (lambda: mg.ones(3).scatter_add(0, mg.tensor([0]), 1.0), TypeError),
    "take beyond": (lambda: mg.ones(3).take(mg.tensor([3])), IndexError),
    "masked_fill by integers": (lambda: mg.ones(3).masked_fill(mg.tensor([1, 0, 1]), 0), RuntimeError),
    "masked_fill with several": (lambda: mg.ones(3).masked_fill(MASK, mg.ones(3)), RuntimeError),
    "masked_fill without room": (
        lambda: mg.zeros(3, dtype=mg.float16).masked_fill(MASK, -1e9), RuntimeError),
    "masked_fill of integers with NaN": (lambda: mg.arange(3).masked_fill(MASK, math.nan), RuntimeError),
    "masked_scatter of too little": (lambda: mg.ones(2, 3).masked_scatter(MASK, mg.ones(2)), RuntimeError),
    "where by integers": (lambda: mg.where(mg.tensor([1, 0]), 1.0, 0.0), RuntimeError),
    "tril of a vector": (lambda: mg.ones(3).tril(), RuntimeError),
    "trace of a vector": (lambda: mg.trace(mg.ones(3)), RuntimeError),
    "diagonal of one dimension": (lambda: mg.ones(2, 3).diagonal(0, 1, -1), RuntimeError),
    "bmm of matrices": (lambda: mg.bmm(mg.ones(2, 3), mg.ones(3, 2)), RuntimeError),
    "dot of two lengths": (lambda: mg.dot(mg.ones(2), mg.ones(3)), RuntimeError),
    "addmm of a number": (lambda: mg.addmm(1, mg.ones(2, 2), mg.ones(2, 2)), TypeError),
    "addmm of another shape": (lambda: mg.addmm(mg.ones(3), mg.ones(2, 2), mg.ones(2, 2)), RuntimeError),
    "matmul of a number": (lambda: mg.matmul(mg.ones(2), 2), TypeError),
    "meshgrid of a matrix": (lambda: mg.meshgrid(mg.ones(2, 2), indexing="ij"), RuntimeError),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused(name):
    call, error = REFUSED[name]
    with pytest.raises(error):
        call()


def test_a_fraction_is_cut_off_where_integers_are_filled():
    assert mg.arange(3).masked_fill(mg.tensor([True, False, True]), 2.7).tolist() == [2, 1, 2]
    assert mg.arange(3).index_fill(0, mg.tensor([0]), 2.7).tolist() == [2, 1, 2]


# ---- indices of nothing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_mask", [lambda m: m, lambda m: m.numpy(), lambda m: m.to(mg.uint8)])
def test_a_mask_without_elements_takes_none_in_one_dimension(as_mask):
    x = mg.zeros(0, 3)
    assert x[as_mask(x > 0)].shape == (0,)
    x = mg.zeros(2, 0, 3)
    assert x[as_mask(x > 0)].shape == (0,)
    assert x[1, as_mask(x[1] > 0)].shape == (0,)
    assert x[:, as_mask(x[0] > 0)].shape == (2, 0)
    assert x[None, as_mask(x > 0)].shape == (1, 0)
    assert mg.zeros(4, 3)[[]].shape == (0, 3)  # an empty list is a list of places


def test_nothing_may_be_written_through_a_mask_without_elements():
    x = mg.zeros(0, 3, requires_grad=True)
    y = x * 2
    y[y > 0] = 5
    y.sum().backward()
    assert x.grad.shape == (0, 3)


# ---- float16 is added up in float32 ----------------------------------------------------------------------------------


def test_float16_reaches_as_far_as_its_results():
    x, zeros = mg.full((20,), 100.0, dtype=mg.half), mg.zeros(20, dtype=mg.half)
    assert mg.nn.functional.mse_loss(x, zeros).item() == 10_000
    many = mg.zeros(70_000, dtype=mg.half)
    assert many.softmax(0)[0].item() == float(np.float16(1 / 70_000))
    waves = mg.full((100,), 300.0, dtype=mg.half) * mg.tensor([1.0, -1.0]).half().repeat(50)
    assert waves.std(correction=0).item() == 300.0  # where the variance, 90,000, is infinite
    assert mg.std_mean(waves, correction=0)[0].item() == 300.0


@pytest.mark.parametrize("reduce", [mg.max, mg.min, mg.amax, mg.amin, mg.median])
def test_many_ties_share_the_gradient_in_float16(reduce):
    x = mg.zeros(70_000, dtype=mg.half, requires_grad=True)
    reduce(x).backward()
    assert x.grad.unique().tolist() == [float(np.float16(1 / 70_000))]


# ---- products with vectors -------------------------------------------------------------------------------------------

VECTOR_PRODUCTS = {
    "vector, vector": ([1.0, 2.0], [3.0, 4.0], 11.0, [3.0, 4.0], [1.0, 2.0], "DotBackward0"),
    "matrix, vector": ([[1.0, 2.0], [3.0, 4.0]], [5.0, 6.0], [17.0, 39.0], [[5, 6], [50, 60]], [31, 42], "MvBackward0"),
    "vector, matrix": (
        [5.0, 6.0], [[1.0, 2.0], [3.0, 4.0]], [23.0, 34.0], [21, 43], [[5, 50], [6, 60]], "SqueezeBackward4",
    ),
    "matrices, vector": ([[[1.0, 2.0]]], [3.0, 4.0], [[11.0]], [[[3, 4]]], [1, 2], "UnsafeViewBackward0"),
    "vector, matrices": ([3.0], [[[1.0, 2.0]]], [[3.0, 6.0]], [21], [[[3, 30]]], "UnsafeViewBackward0"),
}  # fmt: skip


@pytest.mark.parametrize("kind", VECTOR_PRODUCTS)
def test_a_product_with_a_vector(kind):
    a, b, product, grad_a, grad_b, name = VECTOR_PRODUCTS[kind]
    x, y = (mg.tensor(values, requires_grad=True) for values in (a, b))
    z = x @ y
    z.backward(mg.tensor([1.0, 10.0])[: z.shape[-1]].expand(z.shape) if z.ndim else None)
    assert (z.tolist(), x.grad.tolist(), y.grad.tolist(), z.grad_fn.name()) == (product, grad_a, grad_b, name)


def test_a_sum_over_all_dimensions_by_their_names_goes_by_that():
    x = mg.ones(2, 3, requires_grad=True)
    assert [y.grad_fn.name() for y in (x.sum(), x.sum(0), x[0].sum(0), x.sum((0, 1)), x.mean((0, 1)), x.nansum(0))] == [
        "SumBackward0", "SumBackward1", "SumBackward1", "SumBackward1", "MeanBackward1", "NansumBackward0",
    ]  # fmt: skip
