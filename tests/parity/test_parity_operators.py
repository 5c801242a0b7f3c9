"""Every operator on every pair of dtypes, tensors with axes and without and Python's numbers: value and dtype."""

import operator
import warnings

import numpy as np
import pytest

import minigrad as mg

torch = pytest.importorskip("torch")

DTYPES = ["bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64"]
BINARY = ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and_", "or_", "xor"]
BINARY += ["eq", "ne", "lt", "le", "gt", "ge"]
IN_PLACE = ["iadd", "isub", "imul", "itruediv", "ifloordiv", "imod", "ipow", "iand", "ior", "ixor"]
UNARY = ["neg", "pos", "invert", "abs"]
OTHERS = [True, 2, 2.5, *[(dtype, ndim) for dtype in DTYPES for ndim in (0, 1)]]


def operand(framework, other):
    """Return a number as it is, and a dtype and a number of dimensions as a tensor."""
    if not isinstance(other, tuple):
        return other
    dtype, ndim = other
    values = framework.tensor([1, 0, 1] if dtype == "bool" else [1, 2, 3])
    return values.to(getattr(framework, dtype))[... if ndim else 0]


def outcome(framework, name, *others):
    """Return the dtype and the values of a result; None where the framework refuses the operands."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = getattr(operator, name)(*[operand(framework, other) for other in others])
        except (RuntimeError, TypeError):
            return None
    return str(result.dtype).rpartition(".")[2], np.array(result.tolist(), float)


def assert_same(name, *others):
    expected, found = outcome(torch, name, *others), outcome(mg, name, *others)
    assert (expected is None) == (found is None), (name, others, expected, found)
    if expected is not None:
        assert found[0] == expected[0], (name, others)
        np.testing.assert_allclose(found[1], expected[1], rtol=1e-3 if "16" in found[0] else 1e-6, err_msg=f"{others}")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BINARY)
def test_an_operator_of_two(name, dtype):
    for other in OTHERS:
        assert_same(name, (dtype, 1), other)
        assert_same(name, other, (dtype, 1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", IN_PLACE)
def test_an_operator_in_place(name, dtype):
    for other in OTHERS:
        assert_same(name, (dtype, 1), other)


@pytest.mark.parametrize("name", UNARY)
def test_an_operator_of_one(name):
    for dtype in DTYPES:
        assert_same(name, (dtype, 1))
