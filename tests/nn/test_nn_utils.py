"""What is done to all parameters or gradients at once: clipping, one vector, max-norm."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import nn
from minigrad.nn import utils

Array = np.ndarray
norms = st.sampled_from([0.5, 1.0, 2.0, 3.0, math.inf])
arrays = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**32 - 1)).map(
        lambda t: 5 * np.random.default_rng(t[2]).normal(size=t[:2])
    ),
    min_size=1,
    max_size=4,
)


def with_gradients(grads: list[Array]) -> list[Any]:
    parameters = [nn.Parameter(minigrad.zeros(*g.shape, dtype=minigrad.float64)) for g in grads]
    for parameter, g in zip(parameters, grads, strict=True):
        parameter.grad = minigrad.tensor(g)
    return parameters


def norm(xs: list[Array], p: float) -> float:
    values = np.abs(np.concatenate([x.ravel() for x in xs]))
    return float(values.max() if p == math.inf else (values**p).sum() ** (1 / p))


def lengths(matrix: Array, p: float, axis: int) -> Array:
    return np.linalg.norm(matrix, p, axis=axis, keepdims=True)


@given(arrays, norms, st.floats(0.01, 100))
def test_clipping_by_norm_keeps_the_direction(grads: list[Array], p: float, max_norm: float) -> None:
    parameters = with_gradients(grads)
    parameters.append(nn.Parameter(minigrad.zeros(2)))  # without a gradient
    before = utils.clip_grad_norm_(parameters, max_norm, norm_type=p)
    expected = norm(grads, p)
    assert before.item() == pytest.approx(expected, rel=1e-9)
    factor = min(1.0, max_norm / (expected + 1e-6))
    for parameter, g in zip(parameters, grads, strict=False):
        np.testing.assert_allclose(parameter.grad.numpy(), g * factor, rtol=1e-9)


def test_clipping_by_norm_changes_no_gradient_within_the_bound() -> None:
    (parameter,) = with_gradients([np.array([[3.0, 4.0]])])
    assert utils.clip_grad_norm_(parameter, 5.1).item() == 5.0
    assert parameter.grad.tolist() == [[3.0, 4.0]]


def test_clipping_nothing() -> None:
    assert utils.clip_grad_norm_([], 1.0).item() == 0.0
    with pytest.warns(UserWarning, match="empty generator"):
        utils.clip_grad_norm_((p for p in ()), 1.0)


def test_a_norm_that_is_not_finite_is_refused_if_asked() -> None:
    parameters = with_gradients([np.array([[math.nan, 1.0]])])
    with pytest.raises(RuntimeError, match="non-finite"):
        utils.clip_grad_norm_(parameters, 1.0, error_if_nonfinite=True)
    assert parameters[0].grad.tolist()[0][1] == 1.0
    assert math.isnan(utils.clip_grad_norm_(parameters, 1.0).item())


@given(arrays, st.floats(0.0, 10))
def test_clipping_by_value(grads: list[Array], bound: float) -> None:
    parameters = with_gradients(grads)
    utils.clip_grad_value_(parameters, bound)
    for parameter, g in zip(parameters, grads, strict=True):
        np.testing.assert_array_equal(parameter.grad.numpy(), np.clip(g, -bound, bound))


def test_a_vector_there_and_back() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    vector = utils.parameters_to_vector(net.parameters())
    assert vector.shape == (3 * 4 + 4 + 4 * 2 + 2,)
    assert vector.requires_grad
    utils.vector_to_parameters(minigrad.arange(26.0), net.parameters())
    assert utils.parameters_to_vector(net.parameters()).tolist() == list(range(26))
    assert all(p.is_leaf and p.requires_grad for p in net.parameters())


@given(st.integers(1, 5), st.integers(1, 5), norms, st.floats(0.1, 3), st.integers(0, 1))
def test_max_norm_is_the_projection_of_every_unit(rows: int, columns: int, p: float, bound: float, dim: int) -> None:
    before = 2 * np.random.default_rng(0).normal(size=(rows, columns))
    weight = nn.Parameter(minigrad.tensor(before))
    utils.max_norm_(weight, bound, norm_type=p, dim=dim)
    after = weight.detach().numpy()
    sizes = lengths(before, p, 1 - dim)
    np.testing.assert_allclose(after, before * np.minimum(1, bound / sizes), rtol=1e-12)
    assert (lengths(after, p, 1 - dim) <= bound * (1 + 1e-12)).all()
    within = np.broadcast_to(sizes <= bound, before.shape)
    np.testing.assert_array_equal(after[within], before[within])


def test_max_norm_of_a_network_bounds_its_units_and_spares_its_biases() -> None:
    net = nn.Sequential(nn.Linear(3, 4), nn.LayerNorm(4), nn.Linear(4, 2))
    with minigrad.no_grad():
        for parameter in net.parameters():
            parameter.fill_(10.0)
    utils.max_norm_(net, 2.0)
    for name, parameter in net.named_parameters():
        if parameter.ndim == 2:
            np.testing.assert_allclose(np.linalg.norm(parameter.detach().numpy(), axis=1), 2.0, rtol=1e-6)
        else:
            assert (parameter.detach().numpy() == 10).all(), name


def test_max_norm_leaves_a_unit_of_zeros_alone() -> None:
    weight = minigrad.zeros(2, 3)
    utils.max_norm_(weight, 1.0)
    assert weight.tolist() == [[0.0] * 3] * 2


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: utils.max_norm_(minigrad.ones(2, 2), 0.0), ValueError, "max_norm > 0, but got 0.0"),
        (lambda: utils.max_norm_(minigrad.ones(2, 2), math.nan), ValueError, "max_norm > 0, but got nan"),
        (lambda: utils.max_norm_(minigrad.ones(2), 1.0), ValueError, r"at least 2 dimensions, but got shape \[2\]"),
        (lambda: utils.max_norm_(minigrad.ones(2, 2), 1.0, dim=2), IndexError, "Dimension out of range"),
    ],
)
def test_max_norm_refuses_by_name_and_value(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
