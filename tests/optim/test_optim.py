"""Optimizers against the formulas of their docstrings, and the slips that optimizers are known for."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor
from minigrad.nn import Parameter
from minigrad.optim import SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, Optimizer, RAdam, RMSprop, Rprop
from minigrad.optim.blocks import BLOCK
from minigrad.optim.optimizer import CountingOptimizer
from minigrad.testing.weight_decay import MinigradOptimizer, check_weight_decay

Array = np.ndarray
DECAYING = [SGD, Adam, AdamW, RMSprop, Adagrad, Adadelta, Adamax, NAdam, RAdam]
OPTIMIZERS = [*DECAYING, Rprop]
every_decaying_optimizer = pytest.mark.parametrize("optimizer_class", DECAYING)
every_optimizer = pytest.mark.parametrize("optimizer_class", OPTIMIZERS)

START = np.array([1.0, -2.0, 0.5, 3.0])
GRADIENTS = [np.array([0.3, -0.2, 1.0, 0.0]), np.array([-0.1, 0.4, 2.0, 0.5]), np.array([0.2, 0.2, -3.0, 0.1])]


def parameter(array: Any) -> Parameter:
    return Parameter(minigrad.from_numpy(np.array(array)))


def moved(make: Callable[[Any], Optimizer], start: Array = START, gradients: list[Array] = GRADIENTS) -> Array:
    """Return where an optimizer goes: the parameter after each of these gradients."""
    w = parameter(start)
    optimizer = make([w])
    places = []
    for g in gradients:
        w.grad = minigrad.from_numpy(g.copy())
        optimizer.step()
        places.append(w.detach().numpy().copy())
    return np.array(places)


# -- the formulas -----------------------------------------------------------------------------------------------------


def sgd_by_formula(
    theta: Array,
    gradients: list[Array],
    lr: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> Array:
    places, b = [], None
    for gradient in gradients:
        g = (-gradient if maximize else gradient) + weight_decay * theta
        b = g if b is None else momentum * b + (1 - dampening) * g
        step = g + momentum * b if nesterov else b
        theta = theta - lr * (step if momentum else g)
        places.append(theta)
    return np.array(places)


def adam_by_formula(
    theta: Array,
    gradients: list[Array],
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
    decoupled: bool = False,
) -> Array:
    places, m, v, v_max = [], 0.0, 0.0, 0.0
    for t, gradient in enumerate(gradients, start=1):
        g = -gradient if maximize else gradient
        if decoupled:
            theta = theta - lr * weight_decay * theta
        else:
            g = g + weight_decay * theta
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g**2
        v_max = np.maximum(v_max, v) if amsgrad else v
        denominator = np.sqrt(v_max) / math.sqrt(1 - betas[1] ** t) + eps
        theta = theta - lr / (1 - betas[0] ** t) * m / denominator
        places.append(theta)
    return np.array(places)


def rmsprop_by_formula(
    theta: Array,
    gradients: list[Array],
    lr: float,
    alpha: float = 0.99,
    eps: float = 1e-8,
    weight_decay: float = 0.0,
    momentum: float = 0.0,
    centered: bool = False,
    maximize: bool = False,
) -> Array:
    places, v, m, b = [], 0.0, 0.0, 0.0
    for gradient in gradients:
        g = (-gradient if maximize else gradient) + weight_decay * theta
        v = alpha * v + (1 - alpha) * g**2
        m = alpha * m + (1 - alpha) * g if centered else 0.0
        b = momentum * b + g / (np.sqrt(v - m**2) + eps)
        theta = theta - lr * b
        places.append(theta)
    return np.array(places)


def adagrad_by_formula(
    theta: Array,
    gradients: list[Array],
    lr: float,
    lr_decay: float = 0.0,
    weight_decay: float = 0.0,
    initial_accumulator_value: float = 0.0,
    eps: float = 1e-10,
    maximize: bool = False,
) -> Array:
    places, v = [], initial_accumulator_value
    for t, gradient in enumerate(gradients, start=1):
        g = (-gradient if maximize else gradient) + weight_decay * theta
        v = v + g**2
        theta = theta - lr / (1 + (t - 1) * lr_decay) * g / (np.sqrt(v) + eps)
        places.append(theta)
    return np.array(places)


def adadelta_by_formula(
    theta: Array, gradients: list[Array], lr: float, rho: float = 0.9, eps: float = 1e-6, weight_decay: float = 0.0
) -> Array:
    places, v, u = [], 0.0, 0.0
    for gradient in gradients:
        g = gradient + weight_decay * theta
        v = rho * v + (1 - rho) * g**2
        delta = np.sqrt(u + eps) / np.sqrt(v + eps) * g
        u = rho * u + (1 - rho) * delta**2
        theta = theta - lr * delta
        places.append(theta)
    return np.array(places)


def adamax_by_formula(
    theta: Array,
    gradients: list[Array],
    lr: float,
    betas: tuple[float, float] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: float = 0.0,
) -> Array:
    places, m, u = [], 0.0, 0.0
    for t, gradient in enumerate(gradients, start=1):
        g = gradient + weight_decay * theta
        m = betas[0] * m + (1 - betas[0]) * g
        u = np.maximum(betas[1] * u, np.abs(g) + eps)
        theta = theta - lr / (1 - betas[0] ** t) * m / u
        places.append(theta)
    return np.array(places)


rates = st.floats(0, 0.5)
fractions = st.floats(0, 0.95)


@given(lr=rates, momentum=fractions, dampening=fractions, weight_decay=rates, maximize=st.booleans())
def test_sgd_is_its_formula(**options: Any) -> None:
    np.testing.assert_allclose(
        moved(lambda params: SGD(params, **options)), sgd_by_formula(START, GRADIENTS, **options), rtol=1e-12
    )


@given(lr=rates, momentum=st.floats(0.01, 0.95), weight_decay=rates, maximize=st.booleans())
def test_nesterov_is_its_formula(**options: Any) -> None:
    np.testing.assert_allclose(
        moved(lambda params: SGD(params, nesterov=True, **options)),
        sgd_by_formula(START, GRADIENTS, nesterov=True, **options),
        rtol=1e-12,
    )


@pytest.mark.parametrize("optimizer_class", [Adam, AdamW])
@given(
    lr=rates,
    betas=st.tuples(fractions, fractions),
    eps=st.floats(1e-8, 0.1),
    weight_decay=rates,
    amsgrad=st.booleans(),
    maximize=st.booleans(),
)
def test_adam_is_its_formula(optimizer_class: type[Adam], **options: Any) -> None:
    expected = adam_by_formula(START, GRADIENTS, decoupled=optimizer_class is AdamW, **options)
    result = moved(lambda params: optimizer_class(params, **options))
    np.testing.assert_allclose(result, expected, rtol=1e-10, atol=1e-10)


@given(
    lr=rates,
    alpha=st.floats(0.1, 0.95),
    eps=st.floats(1e-8, 0.1),
    weight_decay=rates,
    momentum=fractions,
    centered=st.booleans(),
    maximize=st.booleans(),
)
def test_rmsprop_is_its_formula(**options: Any) -> None:
    """With a smaller α, v - m² of the newest gradient alone would be rounding."""
    np.testing.assert_allclose(
        moved(lambda params: RMSprop(params, **options)),
        rmsprop_by_formula(START, GRADIENTS, **options),
        rtol=1e-9,
        atol=1e-9,
    )


@given(
    lr=rates,
    lr_decay=rates,
    weight_decay=rates,
    initial_accumulator_value=rates,
    eps=st.floats(1e-8, 0.1),
    maximize=st.booleans(),
)
def test_adagrad_is_its_formula(**options: Any) -> None:
    np.testing.assert_allclose(
        moved(lambda params: Adagrad(params, **options)),
        adagrad_by_formula(START, GRADIENTS, **options),
        rtol=1e-10,
        atol=1e-10,
    )


@given(lr=rates, rho=fractions, eps=st.floats(1e-8, 0.1), weight_decay=rates)
def test_adadelta_is_its_formula(**options: Any) -> None:
    np.testing.assert_allclose(
        moved(lambda params: Adadelta(params, **options)),
        adadelta_by_formula(START, GRADIENTS, **options),
        rtol=1e-10,
        atol=1e-10,
    )


@given(lr=rates, betas=st.tuples(fractions, fractions), eps=st.floats(1e-8, 0.1), weight_decay=rates)
def test_adamax_is_its_formula(**options: Any) -> None:
    np.testing.assert_allclose(
        moved(lambda params: Adamax(params, **options)),
        adamax_by_formula(START, GRADIENTS, **options),
        rtol=1e-10,
        atol=1e-10,
    )


def test_radam_is_sgd_of_the_mean_gradient_at_first() -> None:
    """With β₂ = 0.999, the mean of squares is of use from the sixth step on."""
    gradients = [*GRADIENTS, *GRADIENTS]
    places = np.diff(moved(lambda params: RAdam(params, lr=0.1), START, gradients), axis=0, prepend=[START])
    m, steps = 0.0, []
    for t, g in enumerate(gradients, start=1):
        m = 0.9 * m + 0.1 * g
        steps.append(-0.1 * m / (1 - 0.9**t))
    np.testing.assert_allclose(places[:5], steps[:5], rtol=1e-12)
    assert np.abs(places[5] - steps[5]).max() > 0.01


def test_rprop_by_hand() -> None:
    """The sign stays: 0.1, then 0.1·1.2. It changes: half of it, and no step. Then half of it again counts."""
    gradients = [np.array([g]) for g in (3.0, 0.01, -5.0, -1.0)]
    places = moved(lambda params: Rprop(params, lr=0.1), np.zeros(1), gradients)
    np.testing.assert_allclose(places[:, 0], [-0.1, -0.22, -0.22, -0.16], rtol=1e-12)


def test_nadams_first_step_by_hand() -> None:
    """With ψ = 0, all μ are β₁/2 = 0.45; m = 0.1 g and s = |g|: γ (0.55/0.55 + 0.45·0.1/(1 - 0.45²))."""
    (place,) = moved(lambda params: NAdam(params, lr=0.1, momentum_decay=0.0), np.zeros(1), [np.array([7.0])])
    np.testing.assert_allclose(place, -0.1 * (1 + 0.045 / (1 - 0.45**2)), rtol=1e-6)  # the product is kept in float32


def test_two_steps_of_momentum_by_hand() -> None:
    """b = 2, then 0.5·2 + 4 = 5; θ = 1 - 0.1·2, then 0.8 - 0.1·5."""
    places = moved(lambda params: SGD(params, lr=0.1, momentum=0.5), np.ones(1), [np.array([2.0]), np.array([4.0])])
    np.testing.assert_allclose(places[:, 0], [0.8, 0.3], rtol=1e-15)


@pytest.mark.parametrize("g", [1e-3, 1.0, -50.0])
def test_adams_first_step_is_the_learning_rate_whatever_the_gradient(g: float) -> None:
    """M / (1 - β₁) = g and v / (1 - β₂) = g², so that θ moves by γ·g / (|g| + ε)."""
    (place,) = moved(lambda params: Adam(params, lr=0.1), np.zeros(1), [np.array([g])])
    np.testing.assert_allclose(place, -0.1 * g / (abs(g) + 1e-8), rtol=1e-12)


# -- weight decay -----------------------------------------------------------------------------------------------------


def trained(optimizer_class: type[Optimizer], penalty: float, **options: Any) -> Array:
    """Return the trajectory on Σ (sin θ)² + penalty/2 ‖θ‖²."""
    w = parameter(START)
    optimizer = optimizer_class([w], **options)
    places = []
    for _ in range(100):
        optimizer.zero_grad()
        (w.sin().square().sum() + penalty / 2 * w.square().sum()).backward()
        optimizer.step()
        places.append(w.detach().numpy().copy())
    return np.array(places)


@pytest.mark.parametrize(
    ("optimizer_class", "kind", "options"),
    [
        (RMSprop, "l2", {}),
        (RMSprop, "l2", {"centered": True, "eps": 1e-2}),
        (Adagrad, "l2", {}),
        (Adadelta, "l2", {}),
        (Adamax, "l2", {}),
        (NAdam, "l2", {}),
        (NAdam, "decoupled", {"decoupled_weight_decay": True}),
        (RAdam, "l2", {"betas": (0.5, 0.9)}),
        (RAdam, "decoupled", {"decoupled_weight_decay": True, "betas": (0.5, 0.9)}),
        (Adam, "decoupled", {"decoupled_weight_decay": True}),
    ],
)
def test_weight_decay_keeps_its_contract(optimizer_class: type[Optimizer], kind: Any, options: dict[str, Any]) -> None:
    report = check_weight_decay(MinigradOptimizer(optimizer_class, **options), kind=kind)
    assert report.ok, report


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}])
def test_weight_decay_is_l2_in_the_loss_for_sgd(options: dict[str, Any]) -> None:
    decayed = trained(SGD, 0.0, lr=0.01, weight_decay=0.3, **options)
    penalized = trained(SGD, 0.3, lr=0.01, **options)
    np.testing.assert_allclose(decayed, penalized, rtol=0, atol=1e-13)
    assert np.abs(decayed - trained(SGD, 0.0, lr=0.01, **options)).max() > 0.01


def test_weight_decay_is_l2_in_the_loss_for_adam() -> None:
    np.testing.assert_allclose(
        trained(Adam, 0.0, lr=0.01, weight_decay=0.3), trained(Adam, 0.3, lr=0.01), rtol=0, atol=1e-11
    )


def test_decoupled_weight_decay_is_not_l2_in_the_loss() -> None:
    assert np.abs(trained(AdamW, 0.0, lr=0.01, weight_decay=0.3) - trained(Adam, 0.3, lr=0.01)).max() > 0.1


def test_l2_through_adam_does_not_shrink_the_weights_as_sgd_would() -> None:
    """Adam divides the penalty's gradient by its size: weights of any size lose the same γ in a step."""
    (place,) = moved(lambda params: Adam(params, lr=0.01, weight_decay=0.3), START, [np.zeros(4)])
    np.testing.assert_allclose(START - place, 0.01 * np.sign(START), rtol=1e-6)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_weight_decay_acts_without_a_gradient_to_speak_of(momentum: float) -> None:
    (place,) = moved(lambda params: SGD(params, lr=0.1, momentum=momentum, weight_decay=0.3), START, [np.zeros(4)])
    np.testing.assert_allclose(place, START * (1 - 0.1 * 0.3), rtol=1e-15)


def test_decoupled_weight_decay_on_zero_gradients_is_a_geometric_sequence() -> None:
    places = moved(lambda params: AdamW(params, lr=0.1, weight_decay=0.3), START, [np.zeros(4)] * 5)
    np.testing.assert_allclose(places, [START * (1 - 0.1 * 0.3) ** t for t in range(1, 6)], rtol=1e-14)


@pytest.mark.parametrize("optimizer_class", [SGD, AdamW])
def test_weight_decay_scales_with_the_learning_rate(optimizer_class: type[Optimizer]) -> None:
    def shrinkage(lr: float) -> Array:
        return START - moved(lambda params: optimizer_class(params, lr=lr, weight_decay=0.3), START, [np.zeros(4)])[0]

    np.testing.assert_allclose(shrinkage(0.2), 2 * shrinkage(0.1), rtol=1e-12)


@every_decaying_optimizer
def test_weight_decay_shrinks_when_climbing_too(optimizer_class: type[Optimizer]) -> None:
    (place,) = moved(
        lambda params: optimizer_class(params, lr=0.1, weight_decay=0.3, maximize=True), START, [np.zeros(4)]
    )
    assert (np.abs(place) < np.abs(START)).all()


@every_decaying_optimizer
def test_a_parameter_without_gradient_stays_put(optimizer_class: type[Optimizer]) -> None:
    """Neither weight decay nor momentum of earlier steps moves it, and its count of steps stands still."""
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1, weight_decay=0.3)
    optimizer.step()
    np.testing.assert_array_equal(w.detach().numpy(), START)
    assert all(state["step"].item() == 0 for state in optimizer.state.values())

    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    before, state = w.detach().numpy().copy(), copy.deepcopy(optimizer.state_dict()["state"])
    w.grad = None
    optimizer.step()
    np.testing.assert_array_equal(w.detach().numpy(), before)
    assert repr(optimizer.state_dict()["state"]) == repr(state)


def test_momentum_goes_on_with_a_zero_gradient() -> None:
    places = moved(lambda params: SGD(params, lr=0.1, momentum=0.5), np.zeros(1), [np.ones(1), np.zeros(1)])
    np.testing.assert_allclose(places[:, 0], [-0.1, -0.15], rtol=1e-14)


# -- every option counts ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimizer_class", "base", "change"),
    [
        (SGD, {}, {"lr": 0.2}),
        (SGD, {}, {"momentum": 0.5}),
        (SGD, {"momentum": 0.5}, {"dampening": 0.5}),
        (SGD, {"momentum": 0.5}, {"nesterov": True}),
        (SGD, {}, {"weight_decay": 0.1}),
        (SGD, {}, {"maximize": True}),
        (Adam, {}, {"lr": 0.2}),
        (Adam, {}, {"betas": (0.5, 0.999)}),
        (Adam, {}, {"betas": (0.9, 0.5)}),
        (Adam, {}, {"eps": 0.1}),
        (Adam, {}, {"weight_decay": 0.1}),
        (Adam, {"betas": (0.9, 0.1)}, {"amsgrad": True}),
        (Adam, {}, {"maximize": True}),
        (AdamW, {"weight_decay": 0.0}, {"weight_decay": 0.1}),
        (AdamW, {}, {"lr": 0.2}),
        (RMSprop, {}, {"lr": 0.2}),
        (RMSprop, {}, {"alpha": 0.5}),
        (RMSprop, {}, {"eps": 0.1}),
        (RMSprop, {}, {"weight_decay": 0.1}),
        (RMSprop, {}, {"momentum": 0.5}),
        (RMSprop, {}, {"centered": True}),
        (RMSprop, {}, {"maximize": True}),
        (Adagrad, {}, {"lr": 0.2}),
        (Adagrad, {}, {"lr_decay": 0.5}),
        (Adagrad, {}, {"weight_decay": 0.1}),
        (Adagrad, {}, {"initial_accumulator_value": 1.0}),
        (Adagrad, {}, {"eps": 0.1}),
        (Adagrad, {}, {"maximize": True}),
        (Adadelta, {"lr": 10.0}, {"rho": 0.5}),
        (Adadelta, {}, {"eps": 0.1}),
        (Adamax, {}, {"betas": (0.5, 0.999)}),
        (Adamax, {}, {"betas": (0.9, 0.5)}),
        (Adamax, {}, {"eps": 1.0}),
        (NAdam, {}, {"momentum_decay": 10.0}),
        (NAdam, {"weight_decay": 0.1}, {"decoupled_weight_decay": True}),
        (RAdam, {"weight_decay": 0.1}, {"decoupled_weight_decay": True}),
        (RAdam, {}, {"betas": (0.5, 0.999)}),
        (Rprop, {}, {"etas": (0.1, 1.2)}),
        (Rprop, {}, {"etas": (0.5, 2.0)}),
        (Rprop, {}, {"step_sizes": (1e-6, 0.05)}),
        (Rprop, {}, {"step_sizes": (0.2, 50)}),
    ],
)
def test_an_option_changes_the_trajectory(
    optimizer_class: type[Optimizer], base: dict[str, Any], change: dict[str, Any]
) -> None:
    gradients = [*GRADIENTS, *GRADIENTS]
    plain, changed = (
        moved(lambda params, options=options: optimizer_class(params, **options), START, gradients)
        for options in ({"lr": 0.1, **base}, {"lr": 0.1, **base, **change})
    )
    assert np.abs(plain[-1] - changed[-1]).max() > 0.01


def test_adamw_decays_unless_told_otherwise() -> None:
    assert [group["weight_decay"] for group in AdamW([parameter(START)]).param_groups] == [1e-2]
    assert [group["weight_decay"] for group in Adam([parameter(START)]).param_groups] == [0]


@every_optimizer
def test_climbing_is_descending_the_negative(optimizer_class: type[Optimizer]) -> None:
    climbing = moved(lambda params: optimizer_class(params, lr=0.1, maximize=True))
    descending = moved(lambda params: optimizer_class(params, lr=0.1), START, [-g for g in GRADIENTS])
    np.testing.assert_array_equal(climbing, descending)


@every_decaying_optimizer
def test_an_option_changed_in_its_group_takes_effect(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1)
    optimizer.param_groups[0]["lr"] = 0.0
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    np.testing.assert_array_equal(w.detach().numpy(), START)


# -- groups -----------------------------------------------------------------------------------------------------------


def test_groups_have_options_of_their_own_and_inherit_the_rest() -> None:
    w, b = parameter(START), parameter(START)
    optimizer = SGD([{"params": [w]}, {"params": b, "lr": 0.01, "momentum": 0.5}], lr=0.1, weight_decay=0.3)
    options = [(g["lr"], g["momentum"], g["weight_decay"], len(g["params"])) for g in optimizer.param_groups]
    assert options == [(0.1, 0, 0.3, 1), (0.01, 0.5, 0.3, 1)]


def test_parameters_come_in_any_iterable_also_with_names() -> None:
    layer = minigrad.nn.Linear(2, 1)
    group = {"params": layer.parameters()}
    for params in (layer.parameters(), layer.named_parameters(), [*layer.parameters()], [group]):
        assert [id(p) for p in SGD(params, lr=0.1).param_groups[0]["params"]] == [id(layer.weight), id(layer.bias)]


def test_a_group_added_later_trains() -> None:
    w, b = parameter(START), parameter(START)
    optimizer = SGD([w], lr=0.1)
    optimizer.add_param_group({"params": b, "lr": 0.5})
    b.grad = minigrad.from_numpy(np.ones(4))
    optimizer.step()
    np.testing.assert_allclose(b.detach().numpy(), START - 0.5)
    np.testing.assert_array_equal(w.detach().numpy(), START)


def test_names_are_kept_with_the_parameters() -> None:
    layer = minigrad.nn.Linear(2, 1)
    optimizer = SGD(layer.named_parameters(), lr=0.1)
    optimizer.add_param_group({"params": [("more", parameter(START))]})
    assert [group["param_names"] for group in optimizer.param_groups] == [["weight", "bias"], ["more"]]
    assert optimizer.state_dict()["param_groups"][1]["param_names"] == ["more"]


def test_a_group_is_not_written_into() -> None:
    given = {"params": parameter(START), "lr": 0.5}
    before = dict(given)
    SGD([given])
    assert given == before


# -- step and zero_grad -----------------------------------------------------------------------------------------------


@every_optimizer
def test_step_calls_the_closure_first_with_gradients_on_and_returns_its_loss(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1)
    seen = []

    def closure() -> Tensor:
        seen.append(w.detach().numpy().copy())
        loss = w.square().sum()
        loss.backward()
        return loss

    with minigrad.no_grad():
        loss = optimizer.step(closure)
    assert len(seen) == 1
    np.testing.assert_array_equal(seen[0], START)
    assert loss.item() == np.square(START).sum()
    assert (w.detach().numpy() != START).all()


def test_step_without_closure_returns_none() -> None:
    assert SGD([parameter(START)], lr=0.1).step() is None


def test_zero_grad_forgets_or_fills() -> None:
    w, b = parameter(START), parameter(START)
    optimizer = SGD([{"params": [w]}, {"params": [b]}], lr=0.1)
    w.grad = minigrad.from_numpy(GRADIENTS[0].copy())
    gradient = w.grad
    optimizer.zero_grad(set_to_none=False)
    assert w.grad is gradient
    assert w.grad.tolist() == [0, 0, 0, 0]
    assert b.grad is None
    optimizer.zero_grad()
    assert w.grad is None


def test_gradients_add_up_until_zero_grad() -> None:
    w = parameter(START)
    for _ in range(2):
        w.sum().backward()
    assert w.grad.tolist() == [2, 2, 2, 2]


@pytest.mark.parametrize(
    ("optimizer_class", "message"),
    [(Optimizer, "Optimizer does not say how it moves"), (CountingOptimizer, "CountingOptimizer does not say what")],
)
def test_an_optimizer_that_does_not_say_how_it_moves(optimizer_class: type[Optimizer], message: str) -> None:
    w = parameter(START)
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    with pytest.raises(NotImplementedError, match=message):
        optimizer_class([w], {"lr": 0.1}).step()


class SignDescent(Optimizer):
    """An optimizer as users of PyTorch write them: with a step of its own."""

    def __init__(self, params: Any, lr: float) -> None:
        super().__init__(params, {"lr": lr})

    def step(self, closure: Callable[[], Any] | None = None) -> None:
        for group in self.param_groups:
            for p in group["params"]:
                self.state[p]["steps"] = self.state[p].get("steps", 0) + 1
                p.data -= group["lr"] * p.grad.sign()


@pytest.mark.parametrize("optimizer_class", [SGD, Adam, SignDescent])
def test_hooks_see_every_step_until_they_are_removed(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1)
    seen: list[Any] = []
    before = optimizer.register_step_pre_hook(lambda *args: seen.append(("before", w.tolist(), args)))
    after = optimizer.register_step_post_hook(lambda *args: seen.append(("after", w.tolist(), args)))
    assert not optimizer.has_stepped
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    arguments = (optimizer, (optimizer,), {})
    assert seen == [("before", START.tolist(), arguments), ("after", w.tolist(), arguments)]
    assert w.tolist() != START.tolist()
    assert optimizer.has_stepped
    before.remove()
    optimizer.step()
    after.remove()
    optimizer.step()
    assert [when for when, *_ in seen] == ["before", "after", "after"]


def test_a_pre_hook_may_change_the_arguments() -> None:
    optimizer = SGD([parameter(START)], lr=0.1)
    optimizer.register_step_pre_hook(lambda optimizer, args, kwargs: ((optimizer, lambda: "another"), {}))
    assert optimizer.step(lambda: "the loss") == "another"


def test_a_pre_hook_that_returns_something_else() -> None:
    optimizer = SGD([parameter(START)], lr=0.1)
    optimizer.register_step_pre_hook(lambda *args: 3)
    with pytest.raises(RuntimeError, match=r"must return None or a tuple of \(new_args, new_kwargs\), but got 3"):
        optimizer.step()


# -- memory -----------------------------------------------------------------------------------------------------------

BUSY = [
    (SGD, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}, sgd_by_formula),
    (SGD, {}, sgd_by_formula),
    (Adam, {"amsgrad": True, "weight_decay": 0.1}, adam_by_formula),
    (AdamW, {"weight_decay": 0.1, "maximize": True}, partial(adam_by_formula, decoupled=True)),
    (RMSprop, {"weight_decay": 0.1, "momentum": 0.9}, rmsprop_by_formula),
    (Adagrad, {"lr_decay": 0.1, "initial_accumulator_value": 0.1}, adagrad_by_formula),
]
every_busy_optimizer = pytest.mark.parametrize(("optimizer_class", "options", "formula"), BUSY)


@every_busy_optimizer
@pytest.mark.parametrize("n", [BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK + 5])
def test_a_parameter_is_updated_in_blocks(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any, n: int
) -> None:
    rng = np.random.default_rng(0)
    start, *gradients = rng.normal(size=(3, n))
    places = moved(lambda params: optimizer_class(params, lr=0.1, **options), start, gradients)
    np.testing.assert_allclose(places, formula(start, gradients, lr=0.1, **options), rtol=1e-9, atol=1e-12)


@every_busy_optimizer
@pytest.mark.parametrize(
    "view",
    [lambda x: x.T, lambda x: x[::2], lambda x: x[:, 1:]],
    ids=["transposed", "every other row", "columns"],
)
@pytest.mark.parametrize("rows", [4, BLOCK // 2])
def test_parameters_that_are_not_contiguous(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any, view: Callable[[Array], Array], rows: int
) -> None:
    """The values outside of the view stay as they are."""
    rng = np.random.default_rng(0)
    memory, *gradients = rng.normal(size=(3, rows, 5))
    before = memory.copy()
    w = Parameter(minigrad.from_numpy(view(memory)))
    optimizer = optimizer_class([w], lr=0.1, **options)
    for g in gradients:
        w.grad = minigrad.from_numpy(view(g))
        optimizer.step()
    expected = formula(view(before), [view(g) for g in gradients], lr=0.1, **options)[-1]
    np.testing.assert_allclose(view(memory), expected, rtol=1e-9, atol=1e-12)
    view(memory)[...] = view(before)
    np.testing.assert_array_equal(memory, before)


@every_busy_optimizer
@given(data=st.data())
def test_parameters_move_together_as_each_would_alone(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any, data: st.DataObject
) -> None:
    """Bit for bit, whatever their shapes, dtypes and layouts, and whichever of them have a gradient at a step."""
    shape = st.sampled_from([(), (0,), (1,), (3,), (2, 3), (70, 70)])
    kind = st.tuples(shape, st.sampled_from([np.float32, np.float64]), st.sampled_from("CF"))
    kinds = data.draw(st.lists(kind, min_size=1, max_size=5))
    rng = np.random.default_rng(0)
    alone = [parameter(rng.normal(size=shape).astype(dtype)) for shape, dtype, _ in kinds]
    orders = [order for *_, order in kinds]
    together = [
        Parameter(minigrad.from_numpy(np.array(w.array, order=order))) for w, order in zip(alone, orders, strict=True)
    ]
    joint = optimizer_class(together, lr=0.1, **options)
    single = [optimizer_class([w], lr=0.1, **options) for w in alone]
    for _ in range(3):
        for one, other in zip(together, alone, strict=True):
            g = rng.normal(size=one.array.shape).astype(one.array.dtype) if data.draw(st.booleans()) else None
            one.grad, other.grad = (None if g is None else minigrad.from_numpy(g.copy()) for _ in range(2))
        joint.step()
        for optimizer in single:
            optimizer.step()
    for one, other in zip(together, alone, strict=True):
        np.testing.assert_array_equal(one.detach().numpy(), other.detach().numpy())


def replaced_array(params: list[Any], optimizer: Optimizer) -> None:
    params[1].data = params[1].detach().clone()


def replaced_state(params: list[Any], optimizer: Optimizer) -> None:
    for name, x in optimizer.state[params[1]].items():
        optimizer.state[params[1]][name] = x.clone()


def loaded_state(params: list[Any], optimizer: Optimizer) -> None:
    optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))


def one_more_parameter(params: list[Any], optimizer: Optimizer) -> None:
    params.append(parameter(START))
    optimizer.add_param_group({"params": params[-1:]})


def a_parameter_left_out(params: list[Any], optimizer: Optimizer) -> None:
    params.pop(0).grad = None


@every_busy_optimizer
@pytest.mark.parametrize(
    "change", [replaced_array, replaced_state, loaded_state, one_more_parameter, a_parameter_left_out]
)
def test_parameters_that_move_together_may_change(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any, change: Callable[..., None]
) -> None:
    """They lie together on a workbench, and what is changed from outside counts all the same."""
    params, alone = ([parameter(START * i) for i in range(1, 4)] for _ in range(2))
    joint = optimizer_class(params, lr=0.1, **options)
    singles = [optimizer_class([w], lr=0.1, **options) for w in alone]
    for i in range(4):
        if i == 2:
            change(params, joint)
            if len(params) > len(alone):
                alone.append(parameter(START))
                singles.append(optimizer_class(alone[-1:], lr=0.1, **options))
            if len(params) < len(alone):
                del alone[0], singles[0]
        for w in (*params, *alone):
            w.grad = minigrad.from_numpy(GRADIENTS[i % 3].copy())
        for optimizer in (joint, *singles):
            optimizer.step()
        for w, other in zip(params, alone, strict=True):
            np.testing.assert_array_equal(w.detach().numpy(), other.detach().numpy())


@every_busy_optimizer
def test_a_copied_optimizer_moves_its_own_parameters(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any
) -> None:
    params = [parameter(START * i) for i in range(1, 4)]
    optimizer = optimizer_class(params, lr=0.1, **options)

    def step(params: list[Any], optimizer: Optimizer) -> list[bytes]:
        for w in params:
            w.grad = minigrad.from_numpy(GRADIENTS[0].copy())
        optimizer.step()
        state = [x for w in params for _, x in sorted(optimizer.state[w].items())]
        return [x.detach().numpy().tobytes() for x in (*params, *state)]

    step(params, optimizer)
    copied = copy.deepcopy((params, optimizer))
    first, second = step(*copied), step(params, optimizer)
    assert first == second
    assert step(*copied) == step(params, optimizer)


def test_parameters_in_the_same_memory_move_one_after_the_other() -> None:
    """Each step of the second begins where the first has left the memory that both share."""
    memory = np.array([1.0, 2.0, 3.0])
    params = [Parameter(minigrad.from_numpy(memory[:2])), Parameter(minigrad.from_numpy(memory[1:]))]
    for w in params:
        w.grad = minigrad.ones(2, dtype=minigrad.float64)
    SGD(params, lr=0.5).step()
    assert memory.tolist() == [0.5, 1.0, 2.5]


def test_scalars_of_several_dtypes_in_one_group() -> None:
    params = [parameter(np.ones((), dtype)) for dtype in (np.float16, np.float32, np.float64)]
    optimizer = Adam(params, lr=0.5)
    for p in params:
        p.grad = minigrad.from_numpy(np.ones((), p.array.dtype))
    optimizer.step()
    assert [p.item() for p in params] == pytest.approx([0.5, 0.5, 0.5], abs=1e-3)


@every_busy_optimizer
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (0, 3), (2, 3)])
def test_the_array_the_dtype_and_the_gradient_stay_what_they_were(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any, dtype: type, shape: tuple[int, ...]
) -> None:
    w = parameter(np.ones(shape, dtype))
    optimizer = optimizer_class([w], lr=0.1, **options)
    array = w.array
    for _ in range(3):
        w.grad = minigrad.from_numpy(np.full(shape, 0.5, dtype))
        optimizer.step()
        assert w.array is array
        assert w.array.dtype == dtype
        np.testing.assert_array_equal(w.grad.numpy(), np.full(shape, 0.5, dtype))
    assert (w.array != 1).all()
    state = [x for key, x in optimizer.state.get(w, {}).items() if key != "step"]
    assert all(x.array.dtype == dtype and x.array.shape == shape for x in state)
    assert not any(np.shares_memory(x.array, y.array) for x in state for y in (w, w.grad) if x.numel())


@every_optimizer
def test_a_graph_notices_that_a_weight_it_needs_has_moved(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    x = minigrad.ones(4, dtype=minigrad.float64, requires_grad=True)
    optimizer = optimizer_class([w], lr=0.1)
    loss = (w * x).sum()
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@every_optimizer
def test_a_graph_that_needs_no_weight_goes_on(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1)
    loss = (w + 1).sum()
    w.grad = minigrad.from_numpy(GRADIENTS[0].copy())
    optimizer.step()
    loss.backward()
    np.testing.assert_array_equal(w.grad.numpy(), GRADIENTS[0] + 1)


@every_optimizer
def test_a_step_is_not_recorded(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1)
    w.square().sum().backward()
    optimizer.step()
    assert w.is_leaf
    assert w.requires_grad
    assert w.grad_fn is None


# -- saved and loaded -------------------------------------------------------------------------------------------------


@every_busy_optimizer
def test_a_state_dict_has_numbers_for_parameters(
    optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any
) -> None:
    w, b = parameter(START), parameter(START)
    optimizer = optimizer_class([{"params": [w]}, {"params": [b], "lr": 0.5}], lr=0.1, **options)
    b.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    saved = optimizer.state_dict()
    assert [(group["params"], group["lr"]) for group in saved["param_groups"]] == [([0], 0.1), ([1], 0.5)]
    assert set(saved["state"]) == {i for i, p in enumerate((w, b)) if p in optimizer.state}


@every_busy_optimizer
def test_a_loaded_state_is_a_copy(optimizer_class: type[Optimizer], options: dict[str, Any], formula: Any) -> None:
    w, twin = parameter(START), parameter(START)
    optimizer, other = (optimizer_class([p], lr=0.1, **options) for p in (w, twin))
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    other.load_state_dict(optimizer.state_dict())
    before = repr(other.state_dict())
    optimizer.step()
    assert repr(other.state_dict()) == before
    assert other.param_groups[0]["params"] == [twin]


@every_optimizer
def test_the_count_of_steps_is_a_number_in_float32_and_stays_one(optimizer_class: type[Optimizer]) -> None:
    w = parameter(START)
    optimizer = optimizer_class([w], lr=0.1)
    for _ in range(3):
        w.grad = minigrad.from_numpy(GRADIENTS[0])
        optimizer.step()
    optimizer.load_state_dict(optimizer.state_dict())
    steps = [state["step"] for state in optimizer.state.values() if "step" in state]
    assert [(step.item(), step.dtype, step.ndim) for step in steps] == [(3.0, minigrad.float32, 0)] * len(steps)
    assert bool(steps) == (optimizer_class is not SGD)


def test_a_count_of_steps_that_is_a_plain_number_is_taken_over() -> None:
    w = parameter(START)
    optimizer = Adam([w])
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    saved = optimizer.state_dict()
    saved["state"][0]["step"] = 7
    optimizer.load_state_dict(saved)
    optimizer.step()
    assert optimizer.state[w]["step"].item() == 8


def test_a_loaded_state_takes_the_dtype_of_its_parameter() -> None:
    optimizer, other = (
        Adam([Parameter(minigrad.ones(3, dtype=dtype))]) for dtype in (minigrad.float64, minigrad.float32)
    )
    (w,) = optimizer.param_groups[0]["params"]
    w.grad = minigrad.ones(3, dtype=minigrad.float64)
    optimizer.step()
    other.load_state_dict(optimizer.state_dict())
    (state,) = other.state.values()
    assert {key: x.dtype for key, x in state.items()} == dict.fromkeys(state, minigrad.float32)


def test_a_loaded_learning_rate_in_a_tensor_is_a_copy() -> None:
    optimizer, other = (SGD([parameter(START)], lr=minigrad.tensor(lr)) for lr in (0.5, 0.25))
    other.load_state_dict(optimizer.state_dict())
    optimizer.param_groups[0]["lr"].fill_(0.125)
    assert other.param_groups[0]["lr"].item() == 0.5


@every_optimizer
def test_a_deep_copy_goes_its_own_way(optimizer_class: type[Optimizer]) -> None:
    optimizer = optimizer_class([parameter(START)], lr=0.1)
    (w,) = optimizer.param_groups[0]["params"]
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    twin = copy.deepcopy(optimizer)
    (v,) = twin.param_groups[0]["params"]
    for mover in (optimizer, twin):
        before = w.tolist()
        mover.step()
        assert (w.tolist() == before) == (mover is twin)
    assert v.tolist() == w.tolist()


@every_optimizer
@pytest.mark.parametrize("size", [3, BLOCK + 1])
def test_a_state_is_loaded_into_an_optimizer_that_has_already_stepped(
    optimizer_class: type[Optimizer], size: int
) -> None:
    """Whatever it remembered itself, of small parameters that move together or of large ones, is gone."""
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((6, size))
    options: dict[str, Any] = {"momentum": 0.9} if optimizer_class is SGD else {}

    def made() -> tuple[list[Parameter], Optimizer]:
        params = [parameter(np.ones(size)), parameter(np.ones(2))]
        return params, optimizer_class(params, lr=0.1, **options)

    def go(params: list[Parameter], optimizer: Optimizer, steps: range) -> None:
        for i in steps:
            for p in params:
                p.grad = minigrad.from_numpy(gradients[i, : p.numel()].copy())
            optimizer.step()

    (original, optimizer), (others, other_optimizer) = made(), made()
    go(original, optimizer, range(3))
    go(others, other_optimizer, range(4, 6))
    for p, q in zip(others, original, strict=True):
        p.data.copy_(q.data)
    other_optimizer.load_state_dict(optimizer.state_dict())
    for run in ((original, optimizer), (others, other_optimizer)):
        go(*run, range(3, 6))
    for p, q in zip(others, original, strict=True):
        np.testing.assert_array_equal(p.detach().numpy(), q.detach().numpy())
    assert repr(other_optimizer.state_dict()) == repr(optimizer.state_dict())


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda d: d.pop("state"), KeyError, "has no 'state'"),
        (lambda d: d.pop("param_groups"), KeyError, "has no 'param_groups'"),
        (lambda d: d.update(state=[]), TypeError, r"state_dict\['state'\] must be a dict, but got list"),
        (lambda d: d["state"].update({0: 3}), TypeError, r"\['state'\]\[0\] must be a dict, but got int"),
        (
            lambda d: d["state"][0].update(exp_avg=minigrad.zeros(3)),
            ValueError,
            r"\['state'\]\[0\]\['exp_avg'\] has shape \[3\], but its parameter needs \[4\]",
        ),
        (lambda d: d["state"][0].update(exp_avg_sq=minigrad.tensor(1.0)), ValueError, r"has shape \[\]"),
        (lambda d: d["state"][0].update(step=minigrad.zeros(1)), ValueError, r"\['step'\] has shape \[1\]"),
        (lambda d: d["param_groups"][0]["params"].append(1), ValueError, "parameter groups of"),
    ],
)
def test_a_damaged_state_is_refused_and_changes_nothing(change: Any, error: type[Exception], message: str) -> None:
    w = parameter(START)
    optimizer = Adam([w])
    w.grad = minigrad.from_numpy(GRADIENTS[0])
    optimizer.step()
    before = repr(optimizer.state_dict())
    damaged = copy.deepcopy(optimizer.state_dict())
    change(damaged)
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(damaged)
    assert repr(optimizer.state_dict()) == before


def test_what_an_optimizer_of_ones_own_remembers_may_have_any_shape() -> None:
    class Factored(Optimizer):
        def step(self, closure: Any = None) -> None:
            for p in self.param_groups[0]["params"]:
                self.state[p] = {"row": minigrad.ones(1, 4), "history": [1]}

    optimizers = [Factored([parameter(START)], {}) for _ in range(2)]
    optimizers[0].step()
    state_dict = optimizers[0].state_dict()
    optimizers[1].load_state_dict(state_dict)
    state_dict["state"][0]["history"].append(2)
    (state,) = optimizers[1].state.values()
    assert (state["row"].tolist(), state["history"]) == ([[1.0] * 4], [1])


def test_hooks_of_state_dictionaries() -> None:
    """PyTorch's four, in their order; those that return something replace the dictionary."""
    optimizer = SGD([parameter(START)], lr=0.5)
    calls: list[Any] = []
    first = optimizer.register_state_dict_pre_hook(lambda o: calls.append(("pre", o is optimizer)))
    optimizer.register_state_dict_pre_hook(lambda o: calls.append("before pre"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, d: {**d, "extra": 1})
    optimizer.register_state_dict_post_hook(lambda o, d: calls.append(sorted(d)))
    optimizer.register_load_state_dict_pre_hook(lambda o, d: d.pop("extra") and None)
    optimizer.register_load_state_dict_pre_hook(lambda o, d: {**d, "param_groups": [{**d["param_groups"][0], "lr": 2}]})
    optimizer.register_load_state_dict_post_hook(lambda o: calls.append(o.param_groups[0]["lr"]))
    saved = optimizer.state_dict()
    assert calls == ["before pre", ("pre", True), ["extra", "param_groups", "state"]]
    optimizer.load_state_dict(saved)
    assert calls[3:] == [2]
    assert "extra" in saved  # the hooks got a copy
    first.remove()
    optimizer.state_dict()
    assert calls[4:] == ["before pre", ["extra", "param_groups", "state"]]


def test_a_state_that_does_not_fit_changes_nothing() -> None:
    w = parameter(START)
    optimizer = SGD([w], lr=0.1)
    with pytest.raises(ValueError, match=r"parameter groups of \[2\] parameters, the optimizer's have \[1\]"):
        optimizer.load_state_dict(SGD([parameter(START), parameter(START)], lr=0.5).state_dict())
    two_groups = SGD([{"params": parameter(START)}, {"params": parameter(START)}], lr=0.5)
    with pytest.raises(ValueError, match="different number of parameter groups: 2, not 1"):
        optimizer.load_state_dict(two_groups.state_dict())
    assert optimizer.param_groups[0]["lr"] == 0.1


# -- refused ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("optimizer_class", "options", "message"),
    [
        (SGD, {"lr": -0.1}, "Invalid learning rate: -0.1"),
        (SGD, {"lr": math.nan}, "Invalid learning rate: nan"),
        (SGD, {"momentum": -0.5}, "Invalid momentum value: -0.5"),
        (SGD, {"weight_decay": -0.5}, "Invalid weight_decay value: -0.5"),
        (SGD, {"nesterov": True}, "Nesterov momentum requires a momentum and zero dampening"),
        (Adam, {"eps": -1.0}, "Invalid epsilon value: -1.0"),
        (Adam, {"betas": (1.0, 0.9)}, "Invalid beta parameter at index 0: 1.0"),
        (AdamW, {"betas": (0.9, math.nan)}, "Invalid beta parameter at index 1: nan"),
        (AdamW, {"weight_decay": -0.1}, "Invalid weight_decay value: -0.1"),
        (Adam, {"betas": (0, 0.999)}, "betas must be either both floats or both Tensors"),
        (Adam, {"lr": minigrad.ones(2)}, "Tensor lr must be 1-element, but got 2 elements"),
        (Adam, {"lr": minigrad.tensor(-0.5)}, "Invalid learning rate: -0.5"),
        (RMSprop, {"alpha": -0.5}, "Invalid alpha value: -0.5"),
        (RMSprop, {"momentum": -0.5}, "Invalid momentum value: -0.5"),
        (Adagrad, {"lr_decay": -0.5}, "Invalid lr_decay value: -0.5"),
        (Adagrad, {"initial_accumulator_value": -0.5}, "Invalid initial_accumulator_value value: -0.5"),
        (Adadelta, {"rho": 1.5}, "Invalid rho value: 1.5"),
        (Adamax, {"betas": (0.9, 1.0)}, "Invalid beta parameter at index 1: 1.0"),
        (NAdam, {"momentum_decay": -0.5}, "Invalid momentum_decay value: -0.5"),
        (RAdam, {"eps": -0.5}, "Invalid epsilon value: -0.5"),
        (Rprop, {"etas": (0.5, 0.9)}, "Invalid eta values: 0.5, 0.9"),
    ],
)
def test_an_option_out_of_range_is_named_with_its_value(
    optimizer_class: type[Optimizer], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        optimizer_class([parameter(START)], **options)
    with pytest.raises(ValueError, match=message):
        optimizer_class([{"params": [parameter(START)], **options}])


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        (lambda w: w, TypeError, "should be an iterable of Tensors or dicts, but got Parameter"),
        (lambda w: [], ValueError, "optimizer got an empty parameter list"),
        (lambda w: [w, 3], TypeError, "can only optimize Tensors, but one of the params is int"),
        (lambda w: [w * 2], ValueError, "can't optimize a non-leaf Tensor"),
        (lambda w: [w, w], ValueError, "appear in more than one parameter group, or twice in one"),
        (lambda w: [{"params": w}, {"params": [w]}], ValueError, "appear in more than one parameter group"),
        (lambda w: [{"params": {w}}], TypeError, "organized in ordered collections, but got a set"),
        (lambda w: [{"params": w}, [w]], TypeError, "param_group must be a dict, but got list"),
        (lambda w: [("w", w), parameter(START)], ValueError, "Some param names are missing"),
        (lambda w: [{"params": w}, {"params": [("b", parameter(START))]}], ValueError, "add param group with names"),
        (lambda w: [{"params": [("w", w)]}, {"params": parameter(START)}], ValueError, "param group without names"),
    ],
)
def test_parameters_that_are_refused(params: Callable[[Tensor], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SGD(params(parameter(START)), lr=0.1)


def test_a_refused_group_is_not_added() -> None:
    optimizer = SGD([parameter(START)], lr=0.1)
    with pytest.raises(ValueError, match="learning rate"):
        optimizer.add_param_group({"params": parameter(START), "lr": -1.0})
    assert len(optimizer.param_groups) == 1


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"differentiable": True}, NotImplementedError, "a step is not recorded"),
        ({"capturable": True}, AssertionError, "no graphs to capture on the CPU"),
        ({"fused": True, "foreach": True}, RuntimeError, "`fused` and `foreach` cannot be `True` together"),
    ],
)
def test_switches_that_are_refused(options: dict[str, bool], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Adam([parameter(START)], **options)
    with pytest.raises(error, match=message):
        Adam([{"params": parameter(START), **options}])
    optimizer = Adam([parameter(START)])
    saved = optimizer.state_dict()
    saved["param_groups"][0].update(options)
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(saved)
    assert not any(optimizer.param_groups[0][name] for name in options)


def test_defaults_are_checked_even_where_no_group_uses_them() -> None:
    with pytest.raises(ValueError, match="Invalid learning rate: -1"):
        SGD([{"params": parameter(START), "lr": 0.1}], lr=-1)


def test_repr_lists_the_options_of_every_group() -> None:
    options = "    dampening: 0\n    differentiable: False\n    foreach: None\n    fused: None\n    lr: {}\n"
    options += "    maximize: False\n    momentum: 0\n    nesterov: False\n    weight_decay: 0\n"
    optimizer = SGD([{"params": parameter(START)}, {"params": parameter(START), "lr": 0.5}], lr=0.1)
    groups = "\n".join(f"Parameter Group {i}\n{options.format(lr)}" for i, lr in enumerate((0.1, 0.5)))
    assert repr(optimizer) == f"SGD (\n{groups})"
