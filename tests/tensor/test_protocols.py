"""A tensor as Python sees it: a number where it has one element, a sequence of its rows, a container."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad as mg


@pytest.mark.parametrize("number", [int, float, complex])
@pytest.mark.parametrize("values", [[], [3.0, 4.0]])
def test_several_elements_are_no_number(number, values):
    with pytest.raises(ValueError, match=f"only one element tensors can be converted .* has {len(values)}"):
        number(mg.tensor(values))


def test_one_element_is_a_number():
    assert (int(mg.tensor([[3.7]])), float(mg.tensor([2])), complex(mg.tensor(1.5))) == (3, 2.0, 1.5)
    assert range(9)[mg.tensor(3)] == 3


@pytest.mark.parametrize("element", ["a", None, [1], np.ones(2)])
def test_only_numbers_and_tensors_can_be_in_a_tensor(element):
    with pytest.raises(RuntimeError, match="holds numbers and knows of tensors"):
        _ = element in mg.ones(2)


def test_a_number_is_in_a_tensor_that_has_it():
    x = mg.tensor([[1, 2], [3, 4]])
    assert 3 in x
    assert 5 not in x
    assert mg.tensor(4) in x
    assert np.float64(1) in x


def test_rows_come_in_the_reverse_order():
    x = mg.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = reversed(x)
    assert y.tolist() == [[3, 4], [1, 2]]
    (y * mg.tensor([[1.0], [10.0]])).sum().backward()
    assert x.grad.tolist() == [[10, 10], [1, 1]]
    assert reversed(mg.tensor(5)).item() == 5


def test_elements_cannot_be_deleted():
    x = mg.ones(2)
    with pytest.raises(TypeError, match="does not support deleting items"):
        del x[0]


def test_newaxis_makes_a_dimension():
    assert mg.arange(3)[:, mg.newaxis].shape == (3, 1)


FLAGGED = ["sum", "mean", "nansum", "nanmean", "all", "any", "std", "prod", "amax", "argmax", "logsumexp"]


@pytest.mark.parametrize("name", FLAGGED)
@pytest.mark.parametrize("flag", [1, 0, None])
def test_a_second_dimension_is_not_taken_for_keepdim(name, flag):
    for call in (lambda x: getattr(x, name)(0, keepdim=flag), lambda x: getattr(mg, name)(x, 0, keepdim=flag)):
        with pytest.raises(TypeError, match=rf"{name}\(\): argument 'keepdim' must be bool"):
            call(mg.ones(2, 3))
