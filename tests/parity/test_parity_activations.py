"""minigrad's activations beside PyTorch's: at kinks, extremes and NaN, and how their layers are called and printed."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import nn
from minigrad.nn import functional as F

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

TF = torch.nn.functional
TOLERANCE = {"float32": 2e-5, "float64": 1e-7}  # PyTorch's hardsigmoid has its sixth in float32

ACTIVATIONS: dict[str, Any] = {
    "relu": lambda f, x: f.relu(x),
    "leaky_relu": lambda f, x: f.leaky_relu(x, 0.2),
    "rrelu": lambda f, x: f.rrelu(x),
    "relu6": lambda f, x: f.relu6(x),
    "threshold": lambda f, x: f.threshold(x, 1.0, -7.0),
    "elu": lambda f, x: f.elu(x, 1.5),
    "selu": lambda f, x: f.selu(x),
    "celu": lambda f, x: f.celu(x, 1.5),
    "gelu": lambda f, x: f.gelu(x),
    "gelu by tanh": lambda f, x: f.gelu(x, approximate="tanh"),
    "silu": lambda f, x: f.silu(x),
    "mish": lambda f, x: f.mish(x),
    "hardswish": lambda f, x: f.hardswish(x),
    "glu": lambda f, x: f.glu(x.reshape(-1, 1) + 0 * x, 0) if x.shape[0] % 2 == 0 else f.sigmoid(x),
    "sigmoid": lambda f, x: f.sigmoid(x),
    "tanh": lambda f, x: f.tanh(x),
    "hardtanh": lambda f, x: f.hardtanh(x, -0.5, 3.0),
    "hardsigmoid": lambda f, x: f.hardsigmoid(x),
    "softsign": lambda f, x: f.softsign(x),
    "softplus": lambda f, x: f.softplus(x, 2.0, 6.0),
    "logsigmoid": lambda f, x: f.logsigmoid(x),
    "tanhshrink": lambda f, x: f.tanhshrink(x),
    "softshrink": lambda f, x: f.softshrink(x, 1.0),
    "hardshrink": lambda f, x: f.hardshrink(x, 1.0),
    "softmax": lambda f, x: f.softmax(x, 0),
    "softmin": lambda f, x: f.softmin(x, 0),
    "log_softmax": lambda f, x: f.log_softmax(x, 0),
}
every_activation = pytest.mark.parametrize("name", ACTIVATIONS)

# every kink of the table above is among them
marked = st.sampled_from([-6, -3, -1, -0.5, 0, 0.5, 1, 3, 6, -1e4, 1e4, np.nan])
places = st.one_of(marked, st.floats(-30, 30, width=32))


def value_and_gradient(framework: Any, name: str, points: list[float], dtype: str) -> tuple[Any, Any]:
    x = framework.tensor(points, dtype=getattr(framework, dtype), requires_grad=True)
    y = ACTIVATIONS[name](framework.nn.functional, x)
    g = np.random.default_rng(0).uniform(0.5, 1.5, tuple(y.shape))
    y.backward(framework.tensor(g, dtype=getattr(framework, dtype)))
    return y.detach().numpy(), x.grad.numpy()


@every_activation
@given(points=st.lists(places, min_size=1, max_size=8), dtype=st.sampled_from(["float32", "float64"]))
def test_values_and_gradients(name: str, points: list[float], dtype: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of NaN, in the products that make a matrix for glu
        ours, theirs = (value_and_gradient(m, name, points, dtype) for m in (minigrad, torch))
    nowhere = np.isnan(points)
    for found, expected, is_slope in zip(ours, theirs, (False, True), strict=True):
        assert found.dtype == expected.dtype
        if is_slope and name != "glu":  # at NaN there is no slope; PyTorch's differ from one activation to the next
            found, expected = found[~nowhere], expected[~nowhere]
        np.testing.assert_allclose(found, expected, rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(seed=st.integers(0, 2**32 - 1), points=st.lists(st.floats(-9, 9, width=16), min_size=1, max_size=20))
def test_rrelu_draws_the_same_slopes(dtype: str, seed: int, points: list[float]) -> None:
    results = []
    for framework in (minigrad, torch):
        framework.manual_seed(seed)
        x = framework.tensor(points, dtype=getattr(framework, dtype))
        results.append(framework.nn.functional.rrelu(x, 0.1, 0.4, training=True).numpy())
        results.append(framework.rand(3).numpy())
    np.testing.assert_array_max_ulp(results[0], results[2], maxulp=4)
    np.testing.assert_array_equal(results[1], results[3])


@pytest.mark.parametrize("shape", [(4,), (3, 2), (2, 3, 2), (0, 3), (2, 3, 0)])
@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_prelu(shape: tuple[int, ...], alone: bool, dtype: str) -> None:
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=shape), rng.normal(size=1 if alone or len(shape) < 2 else shape[1])
    results = []
    for framework in (minigrad, torch):
        kind = getattr(framework, dtype)
        a, b = (framework.tensor(v, dtype=kind, requires_grad=True) for v in (x, w))
        y = framework.nn.functional.prelu(a, b)
        y.square().sum().backward()
        results.append([y.detach().numpy(), a.grad.numpy(), b.grad.numpy()])
    for found, expected in zip(*results, strict=True):
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


LAYERS: dict[str, Any] = {
    "ReLU": lambda n: [n.ReLU(), n.ReLU(True)],
    "LeakyReLU": lambda n: [n.LeakyReLU(), n.LeakyReLU(0.2, True)],
    "RReLU": lambda n: [n.RReLU(), n.RReLU(0.1, 0.2, True)],
    "PReLU": lambda n: [n.PReLU(), n.PReLU(3, 0.1)],
    "Threshold": lambda n: [n.Threshold(1, 2), n.Threshold(0.5, 20, True)],
    "ELU": lambda n: [n.ELU(), n.ELU(2.0, True)],
    "SELU": lambda n: [n.SELU(), n.SELU(True)],
    "CELU": lambda n: [n.CELU(), n.CELU(2, True)],
    "GELU": lambda n: [n.GELU(), n.GELU("tanh")],
    "SiLU": lambda n: [n.SiLU(), n.SiLU(True)],
    "Mish": lambda n: [n.Mish(), n.Mish(True)],
    "Hardswish": lambda n: [n.Hardswish(), n.Hardswish(True)],
    "GLU": lambda n: [n.GLU(), n.GLU(1)],
    "Sigmoid": lambda n: [n.Sigmoid()],
    "Tanh": lambda n: [n.Tanh()],
    "Hardtanh": lambda n: [n.Hardtanh(), n.Hardtanh(-2, 2.5, True)],
    "ReLU6": lambda n: [n.ReLU6(), n.ReLU6(True)],
    "Hardsigmoid": lambda n: [n.Hardsigmoid(), n.Hardsigmoid(True)],
    "Softsign": lambda n: [n.Softsign()],
    "Softplus": lambda n: [n.Softplus(), n.Softplus(2, 3.5)],
    "LogSigmoid": lambda n: [n.LogSigmoid()],
    "Tanhshrink": lambda n: [n.Tanhshrink()],
    "Softshrink": lambda n: [n.Softshrink(), n.Softshrink(0.1)],
    "Hardshrink": lambda n: [n.Hardshrink(), n.Hardshrink(1)],
    "Softmax": lambda n: [n.Softmax(), n.Softmax(1)],
    "LogSoftmax": lambda n: [n.LogSoftmax(), n.LogSoftmax(dim=0)],
    "Softmin": lambda n: [n.Softmin(), n.Softmin(-1)],
}
every_layer = pytest.mark.parametrize("name", LAYERS)


@every_layer
def test_layers_are_described_alike(name: str) -> None:
    for ours, theirs in zip(LAYERS[name](nn), LAYERS[name](torch.nn), strict=True):
        assert repr(ours) == repr(theirs)
        assert ours.extra_repr() == theirs.extra_repr()
        assert list(ours.state_dict()) == list(theirs.state_dict())


def arguments(function: Any) -> list[tuple[str, Any]]:
    """Return the names and defaults, without those that only minigrad has, and without catch-alls."""
    found = inspect.signature(function).parameters.values()
    named = [p for p in found if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    return [(p.name, p.default) for p in named if p.name != "generator"]


@every_layer
def test_layers_take_the_same_arguments(name: str) -> None:
    assert arguments(getattr(nn, name).__init__) == arguments(getattr(torch.nn, name).__init__)


WRITTEN_IN_PYTHON = [
    "relu", "leaky_relu", "rrelu", "relu6", "threshold", "elu", "selu", "celu", "silu", "mish", "hardswish", "glu",
    "sigmoid", "tanh", "hardtanh", "hardsigmoid", "softsign", "tanhshrink", "softmax", "softmin", "log_softmax",
]  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN_IN_PYTHON)
def test_functions_take_the_same_arguments(name: str) -> None:
    assert arguments(getattr(F, name)) == arguments(getattr(TF, name))


TAKES_DIM = ["softmax", "softmin", "log_softmax"]
REFUSED: dict[str, Any] = {
    **{f"integers in {name}": lambda m, f, name=name: ACTIVATIONS[name](f, m.arange(4)) for name in ACTIVATIONS},
    **{f"booleans in {name}": lambda m, f, name=name: ACTIVATIONS[name](f, m.ones(4) > 0) for name in ACTIVATIONS},
    **{f"no such dimension of {name}": lambda m, f, name=name: getattr(f, name)(m.ones(2), 1) for name in TAKES_DIM},
    "an approximation that is unknown": lambda m, f: f.gelu(m.ones(2), approximate="erf"),
    "alpha of 0": lambda m, f: f.celu(m.ones(2), 0.0),
    "bounds that are swapped": lambda m, f: f.hardtanh(m.ones(2), 1.0, -1.0),
    "slopes that are swapped": lambda m, f: f.rrelu(m.ones(2), 0.5, 0.1, True),
    "lambda below 0": lambda m, f: f.softshrink(m.ones(2), -0.5),
    "an odd half": lambda m, f: f.glu(m.ones(2, 3)),
    "half of a number": lambda m, f: f.glu(m.tensor(1.0)),
    "too few slopes": lambda m, f: f.prelu(m.ones(2, 3), m.ones(2)),
    "slopes of two dimensions": lambda m, f: f.prelu(m.ones(2, 3), m.ones(1, 3)),
    "slopes of another dtype": lambda m, f: f.prelu(m.ones(2, 3), m.ones(3, dtype=m.float64)),
    "in place in a leaf": lambda m, f: f.elu(m.ones(2, requires_grad=True), inplace=True),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_where_pytorch_refuses(case: str) -> None:
    try:
        expected = REFUSED[case](torch, TF)
    except (RuntimeError, ValueError, IndexError, TypeError) as error:
        kind = RuntimeError if isinstance(error, RuntimeError) else type(error)
        with pytest.raises(kind):
            REFUSED[case](minigrad, F)
    else:
        found = REFUSED[case](minigrad, F)
        assert found.dtype.name == str(expected.dtype).removeprefix("torch.")
        np.testing.assert_allclose(found.numpy(), expected.numpy(), rtol=2e-6)


@pytest.mark.parametrize("name", ["softmax", "softmin", "log_softmax"])
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 2), (2, 3, 2, 2)])
def test_the_same_dimension_is_guessed(name: str, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    results = []
    for framework in (minigrad, torch):
        with pytest.warns(UserWarning, match=f"Implicit dimension choice for {name} has been deprecated"):
            results.append(getattr(framework.nn.functional, name)(framework.tensor(x)).numpy())
    np.testing.assert_allclose(results[0], results[1], rtol=1e-12)
