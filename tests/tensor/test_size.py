"""The shape of a tensor: what is made of it is a shape, too, and its elements are integers."""

from __future__ import annotations

import pickle
from operator import add

import numpy as np
import pytest

import minigrad
from minigrad import Size

SHAPES = {
    "slice": (lambda s: s[1:], [3, 4]),
    "slice with a step": (lambda s: s[::-2], [4, 2]),
    "empty slice": (lambda s: s[3:], []),
    "shape + shape": (lambda s: add(s, s[:1]), [2, 3, 4, 2]),
    "shape + tuple": (lambda s: add(s, (5,)), [2, 3, 4, 5]),
    "tuple + shape": (lambda s: add((5,), s), [5, 2, 3, 4]),
    "twice": (lambda s: s[:2] * 2, [2, 3, 2, 3]),
    "twice, the number first": (lambda s: 2 * s[:2], [2, 3, 2, 3]),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_a_part_or_a_sum_is_a_shape(kind):
    make, sizes = SHAPES[kind]
    made = make(minigrad.zeros(2, 3, 4).shape)
    assert repr(made) == f"minigrad.Size({sizes})"
    assert made.numel() == np.prod(sizes, dtype=int)


def test_a_part_of_a_shape_is_taken_for_sizes():
    x = minigrad.zeros(2, 3, 4)
    assert minigrad.Tensor(x.shape[1:]).shape == (3, 4)
    assert minigrad.Tensor(add(x.size(), (5,))).shape == (2, 3, 4, 5)


def test_one_size_is_a_plain_integer():
    sizes = minigrad.zeros(2, 3).shape
    assert [type(n) for n in (sizes[0], *sizes, *Size([np.int64(2), minigrad.tensor(3)]))] == [int] * 5


def test_a_shape_comes_back_from_pickle():
    assert repr(pickle.loads(pickle.dumps(Size([2, 3])))) == "minigrad.Size([2, 3])"


@pytest.mark.parametrize("sizes", [[2.5], ["a"], [None]])
def test_what_is_no_integer_is_no_size(sizes):
    with pytest.raises(TypeError, match=r"Size\(\) takes sizes, which are integers"):
        Size(sizes)


@pytest.mark.parametrize("other", [[1], 1, None])
def test_a_shape_adds_to_tuples_only(other):
    for a, b in ((Size([2, 3]), other), (other, Size([2, 3]))):
        with pytest.raises(TypeError):
            add(a, b)
