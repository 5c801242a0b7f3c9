"""Special functions and activations without PyTorch: against scalar functions of Python, at kinks and at extremes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import nn, table
from minigrad.autograd import gradgradcheck
from minigrad.nn import functional as F

Array = np.ndarray

# ---- special functions -----------------------------------------------------------------------------------------------


def ulps(found: Array, expected: Array) -> Array:
    return np.abs(found - expected) / np.spacing(np.abs(expected))


@given(st.lists(st.one_of(st.floats(-7, 7), st.floats(-30, 30), st.floats(-1e-5, 1e-5)), min_size=1, max_size=50))
def test_erf_and_erfc_to_a_few_ulps(points: list[float]) -> None:
    x = np.array(points)
    assert ulps(table.erf(x), np.array([math.erf(p) for p in points])).max() <= 8
    expected = np.array([math.erfc(p) for p in points])
    normal = expected > 1e-300  # below, float64 has fewer digits
    assert ulps(table.erfc(x), expected)[normal].max(initial=0) <= 8
    assert (table.erfc(x)[~normal] <= 1e-300).all()


@given(st.lists(st.floats(-0.999999, 0.999999), min_size=1, max_size=50))
def test_erfinv_is_the_inverse_of_erf(points: list[float]) -> None:
    y = table.erfinv(np.array(points))
    slopes = 2 / math.sqrt(math.pi) * np.exp(-y * y)
    error = np.abs([math.erf(v) - p for v, p in zip(y, points, strict=True)])
    assert (error <= 8 * np.spacing(np.abs(y)) * slopes + 2 * np.spacing(np.abs(points))).all()


@given(st.floats(0.25, 15.5), st.sampled_from([-1.0, 1.0]))
def test_erfinv_is_exact_next_to_its_poles(digits: float, sign: float) -> None:
    """There erf itself is 1 to all digits, and only what is left to 1 tells the points apart."""
    p = 1 - 10.0**-digits
    y = float(table.erfinv(np.array([sign * p]))[0]) * sign
    slope = 2 / math.sqrt(math.pi) * math.exp(-y * y)
    assert abs(math.erfc(y) - (1 - p)) <= 16 * np.spacing(y) * slope + 4 * np.spacing(1 - p)


@given(st.lists(st.floats(-6, 6), min_size=1, max_size=50))
def test_ndtr_is_the_normal_distribution_function(points: list[float]) -> None:
    expected = [math.erfc(-p / math.sqrt(2)) / 2 for p in points]
    np.testing.assert_allclose(table.ndtr(np.array(points)), expected, rtol=2e-14)


def test_special_functions_are_exact_where_they_can_be() -> None:
    edges = np.array([0.0, -0.0, math.inf, -math.inf, math.nan])
    np.testing.assert_array_equal(table.erf(edges), [0.0, -0.0, 1.0, -1.0, math.nan])
    assert np.signbit(table.erf(edges)[1])
    np.testing.assert_array_equal(table.erfc(edges), [1.0, 1.0, 0.0, 2.0, math.nan])
    np.testing.assert_array_equal(
        table.erfinv(np.array([0.0, 1.0, -1.0, 1.5, math.nan])), [0.0, math.inf, -math.inf, math.nan, math.nan]
    )
    assert table.erf(np.array([5e-324]))[0] == 5e-324


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv", "ndtr"])
def test_narrow_floats_are_rounded_once(name: str, dtype: Any) -> None:
    x = np.linspace(-0.99, 0.99, 199).astype(dtype)
    function = getattr(table, name)
    np.testing.assert_array_equal(function(x), function(x.astype(np.float64)).astype(dtype))


@pytest.mark.parametrize("name", ["erf", "erfc", "erfinv", "ndtr"])
def test_a_large_array_is_its_parts_put_together(name: str) -> None:
    x = np.random.default_rng(0).uniform(-1, 1, (3, 10_001))
    function = getattr(table, name)
    np.testing.assert_array_equal(function(x), np.array([function(row) for row in x]))


# ---- activations against their formulas ------------------------------------------------------------------------------


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


FORMULAS: dict[str, tuple[Any, Any]] = {
    "relu": (F.relu, lambda x: max(x, 0)),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.2), lambda x: x if x > 0 else 0.2 * x),
    "rrelu in evaluation": (lambda x: F.rrelu(x, 0.1, 0.3), lambda x: x if x > 0 else 0.2 * x),
    "relu6": (F.relu6, lambda x: min(max(x, 0), 6)),
    "threshold": (lambda x: F.threshold(x, 0.7, 9.0), lambda x: x if x > 0.7 else 9.0),
    "elu": (lambda x: F.elu(x, 1.5), lambda x: x if x > 0 else 1.5 * math.expm1(x)),
    "selu": (F.selu, lambda x: 1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))),
    "celu": (lambda x: F.celu(x, 1.5), lambda x: x if x > 0 else 1.5 * math.expm1(x / 1.5)),
    "gelu": (F.gelu, lambda x: x * math.erfc(-x / math.sqrt(2)) / 2),
    "gelu by tanh": (
        lambda x: F.gelu(x, approximate="tanh"),
        lambda x: x / 2 * (1 + math.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
    ),
    "silu": (F.silu, lambda x: x * sigmoid(x)),
    "mish": (F.mish, lambda x: x * math.tanh(math.log1p(math.exp(x)))),
    "hardswish": (F.hardswish, lambda x: x * min(max(x + 3, 0), 6) / 6),
    "sigmoid": (F.sigmoid, sigmoid),
    "tanh": (F.tanh, math.tanh),
    "hardtanh": (lambda x: F.hardtanh(x, -0.5, 2.0), lambda x: min(max(x, -0.5), 2.0)),
    "hardsigmoid": (F.hardsigmoid, lambda x: min(max(x + 3, 0), 6) / 6),
    "softsign": (F.softsign, lambda x: x / (1 + abs(x))),
    "softplus": (lambda x: F.softplus(x, 2.0), lambda x: math.log1p(math.exp(2 * x)) / 2),
    "logsigmoid": (F.logsigmoid, lambda x: math.log(sigmoid(x))),
    "tanhshrink": (F.tanhshrink, lambda x: x - math.tanh(x)),
    "softshrink": (lambda x: F.softshrink(x, 0.3), lambda x: math.copysign(max(abs(x) - 0.3, 0), x)),
    "hardshrink": (lambda x: F.hardshrink(x, 0.3), lambda x: x if abs(x) > 0.3 else 0.0),
}
every_activation = pytest.mark.parametrize("name", FORMULAS)


@every_activation
@given(points=st.lists(st.floats(-9, 9), max_size=8))
def test_values(name: str, points: list[float]) -> None:
    function, formula = FORMULAS[name]
    y = function(minigrad.tensor(points, dtype=minigrad.float64))
    np.testing.assert_allclose(y.numpy(), [formula(p) for p in points], rtol=1e-12, atol=1e-12)


@every_activation
def test_second_derivatives(name: str) -> None:
    x = minigrad.tensor([[-4.1, -1.3, -0.1], [0.2, 1.1, 7.3]], dtype=minigrad.float64, requires_grad=True)
    assert gradgradcheck(FORMULAS[name][0], x)


@every_activation
def test_a_tensor_without_axes_stays_one(name: str) -> None:
    x = minigrad.tensor(0.4, requires_grad=True)
    y = FORMULAS[name][0](x)
    assert y.shape == ()
    y.backward()
    assert x.grad.shape == ()


@every_activation
@pytest.mark.parametrize("dtype", [minigrad.float16, minigrad.float32, minigrad.float64])
def test_dtype_is_kept(name: str, dtype: Any) -> None:
    x = minigrad.tensor([-1.0, 0.5], dtype=dtype, requires_grad=True)
    y = FORMULAS[name][0](x)
    y.sum().backward()
    assert y.dtype == x.grad.dtype == dtype


def slopes(function: Any, points: list[float]) -> list[float]:
    x = minigrad.tensor(points, requires_grad=True)
    function(x).sum().backward()
    return x.grad.tolist()


LIMITS = {  # values and slopes at -1e4 and 1e4
    "relu": ([0, 1e4], [0, 1]),
    "leaky_relu": ([-2e3, 1e4], [0.2, 1]),
    "elu": ([-1.5, 1e4], [0, 1]),
    "celu": ([-1.5, 1e4], [0, 1]),
    "selu": ([-1.7580993408473766, 10507.009873554805], [0, 1.0507009873554805]),
    "gelu": ([0, 1e4], [0, 1]),
    "gelu by tanh": ([0, 1e4], [0, 1]),
    "silu": ([0, 1e4], [0, 1]),
    "mish": ([0, 1e4], [0, 1]),
    "hardswish": ([0, 1e4], [0, 1]),
    "sigmoid": ([0, 1], [0, 0]),
    "tanh": ([-1, 1], [0, 0]),
    "softsign": ([-0.9999000099990001, 0.9999000099990001], [9.998e-9, 9.998e-9]),
    "softplus": ([0, 1e4], [0, 1]),
    "logsigmoid": ([-1e4, 0], [1, 0]),
    "tanhshrink": ([-9999, 9999], [1, 1]),
    "softshrink": ([-9999.7, 9999.7], [1, 1]),
}


@pytest.mark.parametrize("name", LIMITS)
def test_extreme_inputs(name: str) -> None:
    function, (values, expected_slopes) = FORMULAS[name][0], LIMITS[name]
    np.testing.assert_allclose(function(minigrad.tensor([-1e4, 1e4])).numpy(), values, rtol=1e-6)
    np.testing.assert_allclose(slopes(function, [-1e4, 1e4]), expected_slopes, rtol=1e-3)


KINKS: dict[str, tuple[Any, list[float], list[float]]] = {  # PyTorch's slopes at the very kink
    "relu": (F.relu, [0.0], [0.0]),
    "leaky_relu": (lambda x: F.leaky_relu(x, 0.2), [0.0], [0.2]),
    "prelu": (lambda x: F.prelu(x, minigrad.tensor([0.25])), [0.0], [0.25]),
    "elu": (lambda x: F.elu(x, 2.0), [0.0], [2.0]),
    "selu": (F.selu, [0.0], [1.7580993408473766]),
    "celu": (lambda x: F.celu(x, 2.0), [0.0], [1.0]),
    "hardtanh": (F.hardtanh, [-1.0, 1.0], [0.0, 0.0]),
    "relu6": (F.relu6, [0.0, 6.0], [0.0, 0.0]),
    "hardsigmoid": (F.hardsigmoid, [-3.0, 3.0], [0.0, 0.0]),
    "hardswish": (F.hardswish, [-3.0, 3.0], [0.0, 1.0]),
    "softshrink": (F.softshrink, [-0.5, 0.5], [0.0, 0.0]),
    "hardshrink": (F.hardshrink, [-0.5, 0.5], [0.0, 0.0]),
    "threshold": (lambda x: F.threshold(x, 0.5, 7.0), [0.5], [0.0]),
    "softsign": (F.softsign, [0.0], [1.0]),
}


@pytest.mark.parametrize("name", KINKS)
def test_slopes_at_kinks(name: str) -> None:
    function, points, expected = KINKS[name]
    np.testing.assert_allclose(slopes(function, points), expected, rtol=1e-6)


def test_prelu_learns_one_slope_for_each_channel() -> None:
    x = minigrad.tensor([[[-1.0, 2.0], [-3.0, -4.0]]])
    layer = nn.PReLU(2, init=0.5)
    y = layer(x)
    assert y.tolist() == [[[-0.5, 2.0], [-1.5, -2.0]]]
    y.sum().backward()
    assert layer.weight.grad.tolist() == [-1.0, -7.0]


def test_glu_gates_one_half_by_the_other() -> None:
    x = minigrad.tensor([[1.0, 2.0, 0.0, 100.0]], requires_grad=True)
    assert F.glu(x).tolist() == [[0.5, 2.0]]
    assert F.glu(x.T, 0).shape == (2, 1)


def test_rrelu_draws_a_slope_for_each_element_that_is_not_positive() -> None:
    minigrad.manual_seed(0)
    x = minigrad.tensor([-1.0, 5.0] * 500, requires_grad=True)
    y = F.rrelu(x, 0.2, 0.4, training=True)
    y.sum().backward()
    drawn = x.grad.numpy()[::2]
    assert (x.grad.numpy()[1::2] == 1).all()
    assert ((drawn >= 0.2) & (drawn < 0.4)).all()
    assert len(set(drawn.tolist())) > 400
    np.testing.assert_array_equal(y.detach().numpy(), x.detach().numpy() * x.grad.numpy())


# ---- in place --------------------------------------------------------------------------------------------------------

IN_PLACE: dict[str, Any] = {
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "rrelu": F.rrelu,
    "relu6": F.relu6,
    "threshold": lambda x, inplace: F.threshold(x, 0.5, 7.0, inplace),
    "elu": F.elu,
    "selu": F.selu,
    "celu": F.celu,
    "silu": F.silu,
    "mish": F.mish,
    "hardswish": F.hardswish,
    "hardsigmoid": F.hardsigmoid,
    "hardtanh": F.hardtanh,
}


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_writes_the_same_values_and_gives_the_same_gradient(name: str) -> None:
    points = [-2.0, -0.3, 0.4, 3.0]
    gradients = []
    for inplace in (False, True):
        x = minigrad.tensor(points, requires_grad=True)
        hidden = x * 1.5
        y = IN_PLACE[name](hidden, inplace=inplace)
        assert (y is hidden) == inplace
        y.square().sum().backward()
        gradients.append((y.tolist(), x.grad.tolist()))
    assert gradients[0] == gradients[1]


@pytest.mark.parametrize("name", IN_PLACE)
def test_in_place_refuses_a_leaf_that_requires_a_gradient(name: str) -> None:
    with pytest.raises(RuntimeError, match="leaf Variable that requires grad"):
        IN_PLACE[name](minigrad.ones(2, requires_grad=True), inplace=True)


# ---- probabilities ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [F.softmax, F.log_softmax, F.softmin])
@pytest.mark.parametrize(("shape", "dim"), [((), 0), ((3,), 0), ((2, 3), 1), ((2, 3, 4), 0), ((2, 3, 4, 2), 1)])
def test_a_dimension_is_guessed_with_a_warning(function: Any, shape: tuple[int, ...], dim: int) -> None:
    x = minigrad.randn(shape)
    with pytest.warns(UserWarning, match=f"Implicit dimension choice for {function.__name__} .* dim=X") as caught:
        guessed = function(x)
    assert caught[0].filename == __file__
    assert guessed.equal(function(x, dim))


@pytest.mark.parametrize("layer", [nn.Softmax(), nn.LogSoftmax(), nn.Softmin()])
def test_a_layer_that_guesses_points_to_its_caller(layer: nn.Module) -> None:
    with pytest.warns(UserWarning, match="Implicit dimension choice") as caught:
        layer(minigrad.ones(2, 3))
    assert caught[0].filename == __file__


def test_softmax_converts_first() -> None:
    y = F.softmax(minigrad.tensor([0, 0]), 0, dtype=minigrad.float64)
    assert (y.dtype, y.tolist()) == (minigrad.float64, [0.5, 0.5])
    assert F.softmin(minigrad.tensor([0.0, 1e4]), 0).tolist() == [1.0, 0.0]


# ---- layers ----------------------------------------------------------------------------------------------------------

LAYERS: list[tuple[nn.Module, str, Any]] = [
    (nn.ReLU(), "ReLU()", F.relu),
    (nn.LeakyReLU(), "LeakyReLU(negative_slope=0.01)", F.leaky_relu),
    (nn.RReLU().eval(), "RReLU(lower=0.125, upper=0.3333333333333333)", F.rrelu),
    (nn.PReLU(), "PReLU(num_parameters=1)", lambda x: F.leaky_relu(x, 0.25)),
    (nn.Threshold(0.1, 20), "Threshold(threshold=0.1, value=20)", lambda x: F.threshold(x, 0.1, 20)),
    (nn.ELU(2.0), "ELU(alpha=2.0)", lambda x: F.elu(x, 2.0)),
    (nn.SELU(), "SELU()", F.selu),
    (nn.CELU(2.0), "CELU(alpha=2.0)", lambda x: F.celu(x, 2.0)),
    (nn.GELU(), "GELU(approximate='none')", F.gelu),
    (nn.GELU("tanh"), "GELU(approximate='tanh')", lambda x: F.gelu(x, "tanh")),
    (nn.SiLU(), "SiLU()", F.silu),
    (nn.Mish(), "Mish()", F.mish),
    (nn.Hardswish(), "Hardswish()", F.hardswish),
    (nn.GLU(), "GLU(dim=-1)", F.glu),
    (nn.Sigmoid(), "Sigmoid()", F.sigmoid),
    (nn.Tanh(), "Tanh()", F.tanh),
    (nn.Hardtanh(-2, 2), "Hardtanh(min_val=-2, max_val=2)", lambda x: F.hardtanh(x, -2, 2)),
    (nn.ReLU6(), "ReLU6()", F.relu6),
    (nn.Hardsigmoid(), "Hardsigmoid()", F.hardsigmoid),
    (nn.Softsign(), "Softsign()", F.softsign),
    (nn.Softplus(2, 3), "Softplus(beta=2, threshold=3)", lambda x: F.softplus(x, 2, 3)),
    (nn.LogSigmoid(), "LogSigmoid()", F.logsigmoid),
    (nn.Tanhshrink(), "Tanhshrink()", F.tanhshrink),
    (nn.Softshrink(), "Softshrink(0.5)", F.softshrink),
    (nn.Hardshrink(0.3), "Hardshrink(0.3)", lambda x: F.hardshrink(x, 0.3)),
    (nn.Softmax(1), "Softmax(dim=1)", lambda x: F.softmax(x, 1)),
    (nn.LogSoftmax(dim=0), "LogSoftmax(dim=0)", lambda x: F.log_softmax(x, 0)),
    (nn.Softmin(-1), "Softmin(dim=-1)", lambda x: F.softmin(x, -1)),
]


@pytest.mark.parametrize(("layer", "text", "function"), LAYERS, ids=[text for _, text, _ in LAYERS])
def test_a_layer_is_its_function(layer: nn.Module, text: str, function: Any) -> None:
    x = minigrad.tensor([[-2.5, -0.3, 0.2, 2.5], [3.5, -7.0, 0.0, 1.0]])
    assert repr(layer) == text
    assert layer(x).equal(function(x))


def test_hardtanhs_old_names_warn() -> None:
    with pytest.warns(FutureWarning, match="`min_value` is deprecated"):
        assert nn.Hardtanh(min_value=-3.0).min_val == -3.0


# ---- bad input -------------------------------------------------------------------------------------------------------

FLOATS_ONLY: list[Any] = [
    F.leaky_relu, F.rrelu, F.elu, F.selu, F.celu, F.gelu, F.silu, F.mish, F.hardswish, F.hardsigmoid, F.softplus,
    F.logsigmoid, F.softshrink, F.hardshrink, F.glu, lambda x: F.softmax(x, 0), lambda x: F.log_softmax(x, 0),
]  # fmt: skip


@pytest.mark.parametrize("function", FLOATS_ONLY)
def test_integers_are_refused(function: Any) -> None:
    with pytest.raises(NotImplementedError, match=r"floating-point input, but got minigrad\.int64"):
        function(minigrad.arange(4))


def test_integers_where_pytorch_takes_them() -> None:
    x = minigrad.tensor([-2, 0, 9])
    assert F.relu(x).tolist() == [0, 0, 9]
    assert F.hardtanh(x).tolist() == [-1, 0, 1]
    assert F.relu6(x).dtype == minigrad.int64
    assert F.threshold(x, 1, 5).tolist() == [5, 5, 9]
    assert F.sigmoid(x).dtype == F.softsign(x).dtype == F.tanhshrink(x).dtype == minigrad.float32


X = minigrad.ones(2, 3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.gelu([1.0]), TypeError, r"gelu\(\): argument 'input' must be Tensor, not list"),
        (lambda: F.prelu(X, 0.5), TypeError, "'weight' must be Tensor, not float"),
        (lambda: F.gelu(X, "erf"), RuntimeError, "either none or tanh, but got 'erf'"),
        (lambda: F.celu(X, 0.0), RuntimeError, "alpha cannot be 0"),
        (lambda: F.rrelu(X, 0.5, 0.1), RuntimeError, r"0\.5 > 0\.1"),
        (lambda: F.hardtanh(X, 2.0, 1.0), ValueError, r"2\.0 > 1\.0"),
        (lambda: nn.Hardtanh(1.0, 1.0), ValueError, "larger than min_val"),
        (lambda: F.softshrink(X, -0.1), RuntimeError, r"-0\.1"),
        (lambda: F.glu(X), RuntimeError, "must be even, but dimension -1 is size 3"),
        (lambda: F.glu(minigrad.tensor(1.0)), RuntimeError, "0-dimensional"),
        (lambda: F.glu(X, 2), IndexError, "2"),
        (lambda: F.prelu(X, minigrad.ones(2)), RuntimeError, "numbers = 2 and channel size = 3"),
        (lambda: F.prelu(X[0], minigrad.ones(3)), RuntimeError, "numbers = 3 and channel size = 1"),
        (lambda: F.prelu(X, minigrad.ones(1, 3)), RuntimeError, "ndim = 2"),
        (lambda: F.prelu(X, minigrad.ones(3, dtype=minigrad.float64)), RuntimeError, "float32 and minigrad.float64"),
        (lambda: F.softmax(X, 2), IndexError, "2"),
        (lambda: F.relu(X > 0), RuntimeError, "booleans"),
    ],
)
def test_bad_input_is_refused_by_name_and_value(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
