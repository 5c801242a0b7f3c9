"""NumPy and minigrad work on each other's values: shared memory, NumPy's functions with a gradient, and refusals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

import minigrad as mg
from minigrad.autograd import gradcheck
from minigrad.functions.numpy_interop import FUNCTIONS, UFUNCS
from minigrad.testing.strategies import arrays, shapes

A = np.array([[0.3, 0.6, 0.9], [0.2, 0.5, 0.8]])
B = np.array([[0.7, 0.1, 0.4], [0.9, 0.6, 0.2]])
V = np.array([0.5, 1.5, 2.5])


def leaf(array: np.ndarray) -> mg.Tensor:
    return mg.tensor(array, requires_grad=True)


# ---- memory ----------------------------------------------------------------------------------------------------------


@given(arrays())
def test_there_and_back_is_the_same_memory(array):
    x = mg.from_numpy(array)
    assert x.numpy() is array
    assert np.shares_memory(np.asarray(x), array) or not array.size
    assert (x.shape, x.stride()) == (array.shape, tuple(n // array.itemsize for n in array.strides))


def test_writes_are_seen_on_both_sides():
    array = np.zeros(3)
    x = mg.from_numpy(array)
    array += 1
    x.mul_(5)
    x[0] = -1
    assert array.tolist() == [-1, 5, 5]
    np.asarray(x)[2] = 0
    assert x.tolist() == [-1, 5, 0]
    assert np.array(x) is not array
    assert np.array(x, dtype=np.int8).dtype == np.int8


def test_a_read_only_array_is_not_written():
    array = np.zeros(3)
    array.flags.writeable = False
    with pytest.raises(RuntimeError, match="read-only"):
        mg.from_numpy(array).add_(1)


@pytest.mark.parametrize("read", [np.asarray, np.array, lambda x: x.numpy(), np.linalg.svd, np.array_str])
def test_an_array_of_what_requires_a_gradient_is_refused(read):
    with pytest.raises(RuntimeError, match="requires grad"):
        read(leaf(A))


def test_what_is_detached_is_an_array_for_everyone():
    x = leaf(A)
    np.testing.assert_array_equal(np.asarray(x.detach()), A)
    np.testing.assert_array_equal(np.linalg.svd(x.detach())[1], np.linalg.svd(A)[1])
    assert [float(y) for y in x.detach()[0]] == [0.3, 0.6, 0.9]
    with mg.no_grad():
        assert np.mean(x) == x.mean()


# ---- operators between the two ---------------------------------------------------------------------------------------

OPERATIONS = {
    "t + a": lambda t, a: t + a,
    "a + t": lambda t, a: a + t,
    "a - t": lambda t, a: a - t,
    "a * t": lambda t, a: a * t,
    "a / t": lambda t, a: a / t,
    "t / a": lambda t, a: t / a,
    "a ** t": lambda t, a: a**t,
    "t ** a": lambda t, a: t**a,
    "a @ t": lambda t, a: a @ t.T,
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_array_beside_a_tensor(name):
    operation = OPERATIONS[name]
    found = operation(leaf(A), B)
    assert isinstance(found, mg.Tensor)
    np.testing.assert_allclose(found.detach().numpy(), operation(A, B))
    assert gradcheck(lambda t: operation(t, B), [leaf(A)])


@pytest.mark.parametrize("number", [np.float64(2), np.float32(2), np.int64(2)])
def test_a_numpy_number_decides_no_dtype(number):
    x = mg.ones(2, dtype=mg.float16)
    for y in (number * x, x * number, number + x, x - number, number - x, x / number, number / x, x**number):
        assert y.dtype is mg.float16
        assert isinstance(y, mg.Tensor)


def test_comparisons_with_arrays_are_tensors():
    for answer in (mg.tensor(A) < B, np.greater(B, mg.tensor(A)), mg.tensor(A) == A, np.equal(A, mg.tensor(A))):
        assert isinstance(answer, mg.Tensor)
        assert answer.dtype is mg.bool
    assert np.equal(A, mg.tensor(A)).all()


@pytest.mark.parametrize("requires_grad", [False, True])
def test_an_array_is_never_written_with_a_tensor(requires_grad):
    x, array = mg.tensor(V, requires_grad=requires_grad), np.zeros(3)
    with pytest.raises(TypeError, match=r"array = array \+ t"):
        array += x
    with pytest.raises(TypeError, match="cannot write"):
        np.exp(x, out=array)
    np.testing.assert_array_equal(array, 0)


# ---- NumPy's functions -----------------------------------------------------------------------------------------------

CALLS = {  # of arrays or tensors alike
    np.amax: lambda a, b: np.amax(a, axis=1),
    np.amin: lambda a, b: np.amin(a),
    np.argmax: lambda a, b: np.argmax(a, axis=1),
    np.argmin: lambda a, b: np.argmin(a),
    np.broadcast_to: lambda a, b: np.broadcast_to(a, (4, 2, 3)),
    np.clip: lambda a, b: np.clip(a, 0.25, 0.7),
    np.concatenate: lambda a, b: np.concatenate([a, b], axis=1),
    np.cumsum: lambda a, b: np.cumsum(a) + np.cumsum(a, axis=0).sum(),
    np.diag: lambda a, b: np.diag(a, k=1),
    np.dot: lambda a, b: np.dot(a, b.T),
    np.einsum: lambda a, b: np.einsum("ij,kj->ik", a, b),
    np.expand_dims: lambda a, b: np.expand_dims(a, 1),
    np.flip: lambda a, b: np.flip(a) + np.flip(a, axis=0),
    np.hstack: lambda a, b: np.hstack([a, b]),
    np.linalg.norm: lambda a, b: np.linalg.norm(a) + np.linalg.norm(a, ord=1, axis=1),
    np.max: lambda a, b: np.max(a, axis=0, keepdims=True),
    np.mean: lambda a, b: np.mean(a) + np.mean(a, axis=(0, 1)),
    np.min: lambda a, b: np.min(a, axis=0),
    np.moveaxis: lambda a, b: np.moveaxis(a, 0, 1),
    np.outer: lambda a, b: np.outer(a, b),
    np.prod: lambda a, b: np.prod(a, axis=1),
    np.ravel: lambda a, b: np.ravel(a),
    np.reshape: lambda a, b: np.reshape(a, (3, -1)),
    np.roll: lambda a, b: np.roll(a, 1, axis=1) + np.roll(a, 2),
    np.round: lambda a, b: np.round(a, 1),
    np.sort: lambda a, b: np.sort(a, axis=0),
    np.squeeze: lambda a, b: np.squeeze(a[:1]),
    np.stack: lambda a, b: np.stack([a, b], axis=1),
    np.std: lambda a, b: np.std(a) + np.std(a, axis=1, ddof=1),
    np.sum: lambda a, b: np.sum(a) + np.sum(a, axis=0) + np.sum(a, 0),
    np.swapaxes: lambda a, b: np.swapaxes(a, 0, 1),
    np.tensordot: lambda a, b: np.tensordot(a, b, axes=([1], [1])),
    np.tile: lambda a, b: np.tile(a, (2, 1)),
    np.trace: lambda a, b: np.trace(a),
    np.transpose: lambda a, b: np.transpose(a) + np.transpose(a, (1, 0)),
    np.tril: lambda a, b: np.tril(a),
    np.triu: lambda a, b: np.triu(a, k=1),
    np.var: lambda a, b: np.var(a) + np.var(a, axis=1, ddof=1),
    np.vstack: lambda a, b: np.vstack([a, b]),
    np.where: lambda a, b: np.where(a > 0.4, a, b),
}
WITHOUT_GRADIENT = {np.argmax, np.argmin, np.round}


def test_every_listed_function_is_called_below():
    assert set(FUNCTIONS) == set(CALLS)


@pytest.mark.parametrize("function", CALLS, ids=lambda f: f.__name__)
def test_a_numpy_function_keeps_its_meaning(function):
    call = CALLS[function]
    found, expected = call(mg.tensor(A), mg.tensor(B)), call(A, B)
    assert isinstance(found, mg.Tensor)
    assert found.shape == np.shape(expected)
    np.testing.assert_allclose(found.numpy(), expected)


@pytest.mark.parametrize("function", [f for f in CALLS if f not in WITHOUT_GRADIENT], ids=lambda f: f.__name__)
def test_a_numpy_function_is_differentiated(function):
    assert gradcheck(lambda a, b: CALLS[function](a, b) + 0 * b.sum(), [leaf(A), leaf(B)])


OF_INTEGERS = {"bitwise_and", "bitwise_or", "bitwise_xor", "invert"}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("ufunc", UFUNCS, ids=lambda f: f.__name__)
def test_a_universal_function_keeps_its_meaning(ufunc):
    operands = [np.array([[1, 6, 3]]), np.array([[3, 2, 1]])] if ufunc.__name__ in OF_INTEGERS else [A, B]
    if ufunc is np.matmul:
        operands[1] = B.T
    operands = operands[: ufunc.nin]
    found = ufunc(*map(mg.tensor, operands))
    assert isinstance(found, mg.Tensor)
    np.testing.assert_allclose(found.numpy(), ufunc(*operands))
    if ufunc.nin == 2:
        np.testing.assert_allclose(ufunc(operands[0], mg.tensor(operands[1])).numpy(), ufunc(*operands))


@pytest.mark.parametrize("ufunc", [np.exp, np.log, np.tanh, np.sqrt, np.square, np.sin], ids=lambda f: f.__name__)
def test_a_universal_function_is_differentiated(ufunc):
    assert gradcheck(ufunc, [leaf(A)])


def test_two_operands_are_differentiated():
    for ufunc in (np.add, np.multiply, np.divide, np.power, np.maximum, np.hypot, np.arctan2, np.logaddexp):
        assert gradcheck(ufunc, [leaf(A), leaf(B)])


@given(arrays(shape=shapes(min_side=1), dtype="float64", min_value=-9, max_value=9))
def test_standard_deviations_are_numpys_here(array):
    np.testing.assert_allclose(np.std(mg.from_numpy(array)).item(), np.std(array), atol=1e-12)


def test_a_function_that_is_not_listed_works_on_values_alone():
    np.testing.assert_array_equal(np.histogram(mg.tensor(A), bins=3)[0], np.histogram(A, bins=3)[0])
    np.testing.assert_array_equal(np.percentile(mg.tensor(A), 50), np.percentile(A, 50))
    assert isinstance(np.cbrt(mg.tensor(A)), mg.Tensor)
    for refused in (lambda x: np.histogram(x), lambda x: np.percentile(x, 50), lambda x: np.cbrt(x)):
        with pytest.raises(RuntimeError, match="requires grad"):
            refused(leaf(A))
    with pytest.raises(NotImplementedError, match="axis"):
        np.linalg.norm(leaf(A), ord=2)


def test_an_array_of_no_known_dtype_is_refused():
    with pytest.raises(TypeError, match="uint16"):
        np.ones(2, np.uint16) * mg.ones(2)


# ---- others who take arrays ------------------------------------------------------------------------------------------


def test_tensors_are_plotted():
    pyplot = pytest.importorskip("matplotlib.pyplot", reason="plots need the extra: pip install 'minigrad-nn[demos]'")
    figure, axes = pyplot.subplots()
    try:
        (line,) = axes.plot(mg.arange(3), leaf(V).detach())
        np.testing.assert_array_equal(line.get_ydata(), V)
        axes.imshow(mg.tensor(A))
        axes.hist(mg.tensor(V))
        with pytest.raises(RuntimeError, match="detach"):
            axes.plot(leaf(V))
    finally:
        pyplot.close(figure)


def test_tensors_go_into_tables():
    pandas = pytest.importorskip("pandas", reason="tables need pandas")
    table = pandas.DataFrame({"x": mg.arange(3).numpy(), "y": leaf(V).detach().numpy()})
    np.testing.assert_array_equal(mg.tensor(table.to_numpy()).numpy(), np.stack([np.arange(3), V], 1))
    assert mg.tensor(table["y"].values).dtype is mg.float64


@pytest.mark.parametrize("make", [lambda x: x, lambda x: x * 2], ids=["leaf", "result"])
def test_a_plot_of_what_requires_a_gradient_says_what_to_do(make):
    figure = pytest.importorskip("matplotlib.figure", reason="needs the extra: pip install 'minigrad-nn[demos]'")
    axes = figure.Figure().add_subplot()
    with pytest.raises(RuntimeError, match=r"Use tensor\.detach\(\)\.numpy\(\) instead"):
        axes.plot(make(mg.randn(5, requires_grad=True)))
