"""Counts, histograms, quantiles and linear systems mean what NumPy says; gradients are those of finite differences."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as nps

import minigrad

sides = nps.array_shapes(min_dims=1, max_dims=3, max_side=5)
floats = nps.arrays(np.float64, sides, elements=st.floats(-9, 9, width=16))
METHODS = {"linear": "linear", "lower": "lower", "higher": "higher", "midpoint": "midpoint", "nearest": "nearest"}


@given(floats, st.integers(1, 9))
def test_histograms_count_as_numpy_does(values, bins):
    low, high = (-10.0, 10.0)
    counts, edges = minigrad.histogram(minigrad.tensor(values), bins, range=(low, high))
    assert np.allclose(edges.numpy(), np.linspace(low, high, bins + 1))
    assert counts.sum() == values.size
    inner = np.abs(values[..., None] - edges.numpy()).min(-1) > 1e-9  # away from the edges
    expected = np.histogram(values[inner], bins, (low, high))[0]
    assert np.all(counts.numpy() >= expected)
    assert minigrad.histc(minigrad.tensor(values), bins, low, high).equal(counts)


@given(st.lists(st.integers(0, 20)), st.integers(0, 30))
def test_bincount_counts_as_numpy_does(numbers, minlength):
    counts = minigrad.bincount(minigrad.tensor(numbers, dtype=minigrad.int64), minlength=minlength)
    assert counts.dtype is minigrad.int64
    assert np.array_equal(counts.numpy(), np.bincount(np.array(numbers, np.int64), minlength=minlength))


@given(floats, st.floats(0, 1), st.sampled_from(sorted(METHODS)), st.booleans())
def test_quantiles_are_numpys(values, q, interpolation, keepdim):
    x = minigrad.tensor(values)
    for dim in (None, *range(values.ndim)):
        found = minigrad.quantile(x, q, dim, keepdim, interpolation=interpolation)
        expected = np.quantile(values, q, dim, method=METHODS[interpolation], keepdims=keepdim)
        if interpolation == "linear":
            assert np.allclose(found.numpy(), expected)
        assert found.shape == np.shape(expected)


def test_a_quantile_carries_the_gradient_and_nan_comes_through():
    x = minigrad.tensor([3.0, 1.0, 2.0, 0.0], requires_grad=True)
    minigrad.quantile(x, 0.5).backward()
    assert x.grad.tolist() == [0.0, 0.5, 0.5, 0.0]
    assert minigrad.quantile(minigrad.tensor([1.0, float("nan")]), 0.0).isnan()


def test_linear_systems():
    a, b = minigrad.tensor([[2.0, 1.0], [0.0, 4.0]]), minigrad.tensor([4.0, 8.0])
    assert minigrad.linalg.solve(a, b).tolist() == [1.0, 2.0]
    assert (a @ a.inverse()).equal(minigrad.eye(2))
    assert a.det() == minigrad.linalg.det(a) == 8.0
    x = minigrad.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], dtype=minigrad.float64, requires_grad=True)
    y = minigrad.tensor([[1.0], [2.0], [4.0]], dtype=minigrad.float64, requires_grad=True)
    assert minigrad.autograd.gradcheck(lambda x, y: minigrad.linalg.lstsq(x, y).solution, (x, y))
    assert np.allclose(minigrad.linalg.lstsq(x, y, driver="gelsd").residuals.tolist(), [1 / 3])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: minigrad.bincount(minigrad.tensor([-1])), "non-negative"),
        (lambda: minigrad.bincount(minigrad.tensor([1.0])), "integers"),
        (lambda: minigrad.histc(minigrad.ones(2), 0), "bins must be > 0"),
        (lambda: minigrad.histc(minigrad.ones(2), 2, 2, 1), "max must be larger"),
        (lambda: minigrad.quantile(minigrad.ones(2), 1.5), r"range \[0, 1\]"),
        (lambda: minigrad.quantile(minigrad.ones(0), 0.5), "non-empty"),
        (lambda: minigrad.linalg.inv(minigrad.zeros(2, 2)), "singular"),
        (lambda: minigrad.linalg.solve(minigrad.ones(2, 3), minigrad.ones(2)), "square"),
        (lambda: minigrad.ones(2, requires_grad=True).resize_(3), "require grad"),
        (lambda: minigrad.ones(3)[:2].resize_(5), "a view cannot grow"),
        (lambda: minigrad.nn.LazyLinear(2).weight.shape, "uninitialized parameter"),
        (lambda: minigrad.save(minigrad.nn.Linear(1, 1), "x"), "x.load_state_dict"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises((RuntimeError, TypeError), match=message):
        call()


def test_a_lazy_layer_becomes_linear():
    minigrad.manual_seed(0)
    lazy = minigrad.nn.LazyLinear(3)
    assert repr(lazy) == "LazyLinear(in_features=0, out_features=3, bias=True)"
    optimizer = minigrad.optim.SGD(lazy.parameters(), lr=1.0)
    lazy(minigrad.ones(4, 2)).sum().backward()
    optimizer.step()
    assert type(lazy) is minigrad.nn.Linear
    assert type(lazy.weight) is minigrad.nn.Parameter
    minigrad.manual_seed(0)
    assert (lazy.bias + 4).allclose(minigrad.nn.Linear(2, 3).bias)
    again = minigrad.nn.LazyLinear(3)
    again.load_state_dict(lazy.state_dict())
    assert again.weight.equal(lazy.weight)


def test_small_old_names():
    x = minigrad.arange(6, dtype=minigrad.int32)
    assert (x.new(2, 3).shape, x.new([1]).dtype, x.new().shape) == ((2, 3), minigrad.int32, (0,))
    assert x.resize_(2, 2).tolist() == [[0, 1], [2, 3]]
    assert x.pin_memory() is x
    assert minigrad.functional.einsum is minigrad.einsum
    assert minigrad.multiprocessing.get_sharing_strategy() == "file_descriptor"
    with minigrad.cuda.device(None):
        minigrad.set_deterministic(True)
    with pytest.raises(AssertionError, match="CUDA"), minigrad.cuda.device(0):
        pass
    with pytest.warns(UserWarning, match="elementwise_mean"):
        loss = minigrad.nn.MSELoss(reduction="elementwise_mean")
    assert loss.reduction == "mean"


def test_tensorboard_takes_tensors(tmp_path):
    pytest.importorskip("tensorboardX", reason="needs the extra: pip install 'minigrad-nn[tensorboard]'")
    from minigrad.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_scalar("loss", minigrad.tensor(0.5, requires_grad=True), 1)
        writer.add_scalars("both", {"a": minigrad.tensor(1.0)}, 1)
        writer.add_histogram("weights", minigrad.ones(5), 1)
    assert next(iter(tmp_path.glob("events*"))).stat().st_size > 100


@pytest.mark.parametrize("name", ["nn.LSTM", "nn.Conv2d", "compile", "jit", "distributions", "optim.LBFGS", "amp"])
def test_what_is_left_out_says_so(name):
    *path, last = f"minigrad.{name}".split(".")
    module = minigrad if path == ["minigrad"] else getattr(minigrad, path[-1])
    with pytest.raises(AttributeError, match=rf"has no attribute '{last}': minigrad leaves it out, because "):
        getattr(module, last)
    with pytest.raises(AttributeError, match=r"has no attribute 'no_such'$"):
        module.no_such  # noqa: B018
