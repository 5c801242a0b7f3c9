"""The gradient checks are themselves checked: by rules that are wrong in every way we could think of."""

from __future__ import annotations

import inspect
from functools import partial

import numpy as np
import pytest

import minigrad as mg
from minigrad import table
from minigrad._tensor.base import as_array
from minigrad.autograd import GradcheckError, gradcheck, gradgradcheck
from minigrad.core.graph import apply
from minigrad.table import TABLE, Op


def leaf(*shape: int) -> mg.Tensor:
    """Return positive, distinct values that require a gradient."""
    values = np.random.default_rng(0).uniform(0.5, 1.5, shape)
    return mg.tensor(values, dtype=mg.float64, requires_grad=True)


def only_at(place: int, right: float, wrong: float) -> np.ndarray:
    factors = np.full(4, right)
    factors[place] = wrong
    return factors


def to_float32(g):
    return table.cast(g, dtype=np.dtype("f4"), old=np.dtype("f8"))


softmax_of_no_slope = Op(TABLE["softmax"].forward, lambda g, y, x, axis: g * 0.0)

WRONG_RULES = {
    "twice too large": (Op(np.exp, lambda g, y, x: g * y * 2), [leaf(4)], {}),
    "a hundredth too large": (Op(np.exp, lambda g, y, x: g * y * 1.01), [leaf(4)], {}),
    "wrong sign": (Op(np.cos, lambda g, y, x: g * table.sin(x)), [leaf(4)], {}),
    "missing term": (Op(lambda x: x * np.sin(x), lambda g, y, x: g * x * table.cos(x)), [leaf(4)], {}),
    "missing output gradient": (Op(np.exp, lambda g, y, x: y * 1.0), [leaf(4)], {}),
    "zero": (Op(np.exp, lambda g, y, x: g * 0.0), [leaf(4)], {}),
    "not a number": (Op(np.exp, lambda g, y, x: g * float("nan")), [leaf(4)], {}),
    "the other input's rule": (
        Op(np.multiply, lambda g, z, x, y: g * x, lambda g, z, x, y: g * y),
        [leaf(4), leaf(4) * 2],
        {},
    ),
    "right for the first input only": (
        Op(np.multiply, lambda g, z, x, y: g * y, lambda g, z, x, y: g * y),
        [leaf(4), (leaf(4) * 2).detach().requires_grad_()],
        {},
    ),
    "right for the second input only": (
        Op(np.multiply, lambda g, z, x, y: g * x, lambda g, z, x, y: g * x),
        [leaf(4), (leaf(4) * 2).detach().requires_grad_()],
        {},
    ),
    "transposed": (
        Op(np.matmul, lambda g, z, x, y: g @ y, lambda g, z, x, y: x.mT @ g),
        [leaf(3, 3), leaf(3, 3)],
        {},
    ),
    "transposed gradient": (Op(np.exp, lambda g, y, x: (g * y).mT), [leaf(3, 3)], {}),
    "wrong at one element": (Op(np.square, lambda g, y, x: g * x * only_at(2, 2.0, 2.1)), [leaf(4)], {}),
    "softmax of no slope": (softmax_of_no_slope, [leaf(4)], {"axis": 0}),
    "wrong dtype": (Op(np.exp, lambda g, y, x: to_float32(g * y)), [leaf(4)], {}),
    "backwards": (Op(np.exp, lambda g, y, x: table.flip(g * y, axis=(0,))), [leaf(4)], {}),
}


@pytest.mark.parametrize("wrong", WRONG_RULES)
def test_a_wrong_rule_is_caught(wrong):
    op, inputs, params = WRONG_RULES[wrong]
    function = partial(apply, op, **params)
    with pytest.raises(GradcheckError):
        gradcheck(function, inputs)
    assert gradcheck(function, inputs, raise_exception=False) is False


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x.exp(),
        lambda x: x.reshape(2, 2),
        lambda x: x[1:],
        lambda x: x,
        lambda x: (x.sin(), x.expand(2, 4)),
        lambda x: (x * 2, x.argmax()),
        lambda x: x.sum(),
        lambda x: x[:0],
    ],
    ids=["values", "view", "slice", "itself", "two outputs", "an integer output", "0-d", "nothing"],
)
def test_a_right_function_passes(function):
    assert gradcheck(function, leaf(4)) is True
    assert gradgradcheck(function, leaf(4)) is True


def test_a_constant_output_gradient_would_miss_what_a_random_one_catches():
    assert gradcheck(lambda x: apply(softmax_of_no_slope, x, axis=0).sum(), leaf(4))
    with pytest.raises(GradcheckError):
        gradcheck(lambda x: apply(softmax_of_no_slope, x, axis=0), leaf(4))


def test_only_the_second_of_two_outputs_is_wrong():
    twice = Op(np.exp, lambda g, y, x: g * y * 2)
    with pytest.raises(GradcheckError, match="output 1 with respect to input 0"):
        gradcheck(lambda x: (x.exp(), apply(twice, x)), leaf(4))


def test_an_input_that_needs_no_gradient_is_not_checked():
    half_right = Op(np.multiply, lambda g, z, x, y: g * y, lambda g, z, x, y: g * 0.0)
    assert gradcheck(partial(apply, half_right), [leaf(4), leaf(4).detach()])


def test_an_error_names_the_worst_element():
    op, inputs, _ = WRONG_RULES["wrong at one element"]
    with pytest.raises(GradcheckError, match=r"worst element at \(2,\).*; 1 of 4 elements disagree"):
        gradcheck(partial(apply, op), inputs)


# ---- the second derivative -------------------------------------------------------------------------------------------

WRONG_SECOND = {
    "a value without its history": Op(np.exp, lambda g, y, x: g * as_array(y)),
    "an output gradient without its history": Op(np.exp, lambda g, y, x: y * as_array(g)),
    "a missing term": Op(lambda x: x**3, lambda g, y, x: g * x * as_array(x) * 3),
}


@pytest.mark.parametrize("wrong", WRONG_SECOND)
def test_a_rule_that_is_right_once_but_not_twice_is_caught(wrong):
    function = partial(apply, WRONG_SECOND[wrong])
    assert gradcheck(function, leaf(4))
    with pytest.raises(GradcheckError):
        gradgradcheck(function, leaf(4))
    assert gradgradcheck(function, leaf(4), raise_exception=False) is False


def test_the_gradients_of_the_outputs_have_either_sign() -> None:
    """64 signs are all alike in 2⁻⁶³ of all checks, and 0 of 64 magnitudes lie outside of [0.5, 1.5]."""
    seen = []

    def noted(x: mg.Tensor) -> mg.Tensor:
        y = x * 2
        y.register_hook(lambda g: seen.append(g.numpy().copy()))
        return y

    assert gradcheck(noted, leaf(64))
    signs, magnitudes = np.sign(seen[0]), np.abs(seen[0])
    assert set(signs) == {-1.0, 1.0}
    assert ((magnitudes >= 0.5) & (magnitudes <= 1.5)).all()


def test_gradgradcheck_takes_output_gradients():
    given = leaf(4)
    before = given.array.copy()
    assert gradgradcheck(lambda x: x**3, leaf(4), given)
    assert gradgradcheck(lambda x: (x**3, x.exp()), (leaf(4),), [leaf(4), leaf(4)])
    assert given.array.tobytes() == before.tobytes()


# ---- functions that are no function of their inputs ------------------------------------------------------------------


def test_a_function_that_is_not_deterministic_is_caught():
    def noisy(x):
        return x * mg.rand(4).double()

    with pytest.raises(GradcheckError, match="not deterministic"):
        gradcheck(noisy, leaf(4))
    assert gradcheck(noisy, leaf(4), raise_exception=False) is False


def test_nondet_tol_says_how_much_noise_is_tolerated():
    def faintly_noisy(x):
        return x + (mg.rand(4).double() + 0.5) * 1e-13

    with pytest.raises(GradcheckError, match="not deterministic"):
        gradcheck(faintly_noisy, leaf(4))
    assert gradcheck(faintly_noisy, leaf(4), nondet_tol=1e-12)


@pytest.mark.parametrize(
    "function",
    [lambda x: x.detach() * 2, lambda x: (x * 2, x.detach() * 2), lambda x: x * 2 + x.detach()],
    ids=["all of it", "one output", "one term"],
)
def test_an_output_that_lost_its_history_is_caught(function):
    with pytest.raises(GradcheckError):
        gradcheck(function, leaf(4))


def test_a_second_check_of_an_output_without_history_is_no_success():
    """There is nothing that could be differentiated twice, so True would be an empty promise."""
    with pytest.raises((RuntimeError, ValueError)):
        gradgradcheck(lambda x: x.detach() * 2, leaf(4))


def test_an_output_that_does_not_depend_on_the_input_is_right_to_have_no_gradient():
    assert gradcheck(lambda x: (x * 2, mg.ones(2).double()), leaf(4))


# ---- how it is called ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
def test_the_common_keywords_are_pytorchs(check):
    parameters = inspect.signature(check).parameters
    defaults = {"eps": 1e-6, "atol": 1e-5, "rtol": 1e-3, "raise_exception": True, "nondet_tol": 0.0}
    assert {name: parameters[name].default for name in defaults} == defaults
    assert all(parameters[name].kind is inspect.Parameter.KEYWORD_ONLY for name in defaults)
    assert list(parameters)[:2] == ["func", "inputs"]


def test_tolerances_are_used():
    nearly = partial(apply, Op(np.exp, lambda g, y, x: g * y * 1.01))
    assert gradcheck(nearly, leaf(4), rtol=0.02)
    assert gradcheck(nearly, leaf(4), atol=1.0)
    assert not gradcheck(nearly, leaf(4), rtol=1e-3, atol=0.0, raise_exception=False)
    assert not gradcheck(lambda x: x**4, leaf(4), eps=0.5, raise_exception=False)


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
@pytest.mark.parametrize("raise_exception", [True, False])
def test_nothing_to_check_is_a_value_error(check, raise_exception):
    with pytest.raises(ValueError, match="at least one"):
        check(lambda x: x * 2, leaf(4).detach(), raise_exception=raise_exception)


def test_single_precision_is_refused_since_its_differences_are_noise():
    with pytest.raises(GradcheckError, match="float64"):
        gradcheck(lambda x: x * 2, mg.ones(3, requires_grad=True))


def test_it_works_where_recording_is_off():
    with mg.no_grad():
        assert gradcheck(lambda x: x.exp(), leaf(4))
        assert gradgradcheck(lambda x: x.exp(), leaf(4))


# ---- what it leaves behind -------------------------------------------------------------------------------------------

ODD_VALUES = [-0.0, 0.1, 1e-300, 3.0]


def test_inputs_come_back_bit_for_bit():
    x = mg.tensor(ODD_VALUES, dtype=mg.float64, requires_grad=True)
    before = x.array.tobytes()
    assert gradcheck(lambda x: x.exp(), x)
    assert gradgradcheck(lambda x: x.exp(), x)
    assert x.array.tobytes() == before
    assert x.grad is None


def test_inputs_come_back_after_an_exception():
    x = mg.tensor(ODD_VALUES, dtype=mg.float64, requires_grad=True)
    before = x.array.tobytes()

    def breaks_where_it_was_moved(x):
        if x.array.tobytes() != before:
            raise ArithmeticError("moved")
        return x * 2

    with pytest.raises(ArithmeticError, match="moved"):
        gradcheck(breaks_where_it_was_moved, x)
    assert x.array.tobytes() == before


def test_no_global_generator_is_touched():
    before = mg.get_rng_state()
    gradcheck(lambda x: x.exp(), leaf(4))
    gradgradcheck(lambda x: x.exp(), leaf(4))
    assert mg.get_rng_state().equal(before)
    np_state = np.random.get_state()[1]
    gradcheck(lambda x: x.exp(), leaf(4))
    assert np.array_equal(np.random.get_state()[1], np_state)
