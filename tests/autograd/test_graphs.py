"""Random graphs of shared nodes, broadcasts, views and writes in place, against two other ways to differentiate.

One is forward mode: a `Dual` carries, beside each value, its derivatives by every element of every leaf. Its arrays are
NumPy's own, so that views and writes in place mean for the derivatives what they mean for the values. The other is
finite differences.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, event, given, strategies as st

import minigrad as mg
from minigrad.autograd import grad, gradcheck, gradgradcheck

Array = np.ndarray[Any, Any]

# ---- forward mode ----------------------------------------------------------------------------------------------------


class Dual:
    """A value and its derivatives: slope[..., k] is that of every element by the k-th variable."""

    def __init__(self, value: Array, slope: Array) -> None:
        self.value, self.slope = np.asarray(value), np.asarray(slope)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    def _through(self, value: Array, derivative: Array) -> Dual:
        return Dual(value, self.slope * derivative[..., None])

    def __add__(self, other: Dual) -> Dual:
        return Dual(self.value + other.value, _aligned(self, other) + _aligned(other, self))

    def __mul__(self, other: Dual) -> Dual:
        by_self = _aligned(self, other) * other.value[..., None]
        by_other = _aligned(other, self) * self.value[..., None]
        return Dual(self.value * other.value, by_self + by_other)

    def sin(self) -> Dual:
        return self._through(np.sin(self.value), np.cos(self.value))

    def tanh(self) -> Dual:
        return self._through(np.tanh(self.value), 1 / np.cosh(self.value) ** 2)

    def square(self) -> Dual:
        return self._through(self.value**2, 2 * self.value)

    def exp(self) -> Dual:
        return self._through(np.exp(self.value), np.exp(self.value))

    def sum(self, dim: int) -> Dual:
        return Dual(self.value.sum(dim), self.slope.sum(dim))

    def mean(self, dim: int) -> Dual:
        return Dual(self.value.mean(dim), self.slope.mean(dim))

    def matmul(self, other: Dual) -> Dual:
        by_self = np.einsum("ikv,kj->ijv", self.slope, other.value)
        return Dual(self.value @ other.value, by_self + np.einsum("ik,kjv->ijv", self.value, other.slope))

    def softmax(self, dim: int) -> Dual:
        y = np.exp(self.value) / np.exp(self.value).sum(dim, keepdims=True)
        weighted = self.slope * y[..., None]
        return Dual(y, weighted - y[..., None] * weighted.sum(dim, keepdims=True))

    def reshape(self, shape: tuple[int, ...]) -> Dual:
        value = self.value.reshape(shape)
        return Dual(value, self.slope.reshape(*value.shape, self.slope.shape[-1]))

    def transpose(self, first: int, second: int) -> Dual:
        return Dual(self.value.swapaxes(first, second), self.slope.swapaxes(first, second))

    def clone(self) -> Dual:
        return Dual(self.value.copy(), self.slope.copy())

    def __getitem__(self, index: Any) -> Dual:
        index = _for_a_view(index)
        return Dual(self.value[index], self.slope[(*index, slice(None))])

    def __setitem__(self, index: Any, other: Dual | float) -> None:
        value, slope = (other.value.copy(), other.slope.copy()) if isinstance(other, Dual) else (other, 0.0)
        index = _for_a_view(index)
        self.value[index] = value
        self.slope[(*index, slice(None))] = slope

    def mul_(self, other: Dual) -> None:
        self[(Ellipsis,)] = self * other

    def add_(self, other: Dual) -> None:
        self[(Ellipsis,)] = self + other

    def tanh_(self) -> None:
        self[(Ellipsis,)] = self.tanh()

    def exp_(self) -> None:
        self[(Ellipsis,)] = self.exp()


def _for_a_view(index: Any) -> tuple[Any, ...]:
    """Return an index that says where the value's axes end, and that picks no NumPy scalar."""
    return index if isinstance(index, tuple) else (index, Ellipsis)


def _aligned(x: Dual, other: Dual) -> Array:
    """Return the slope of x with as many axes as the broadcast of both has."""
    missing = max(len(other.shape) - len(x.shape), 0)
    shape = np.broadcast_shapes(x.shape, other.shape)
    return np.broadcast_to(x.slope.reshape((1,) * missing + x.slope.shape), (*shape, x.slope.shape[-1]))


def duals(values: list[Array]) -> list[Dual]:
    """Return the leaves, each with its own part of the identity matrix."""
    identity = np.eye(sum(v.size for v in values))
    ends = np.cumsum([v.size for v in values])
    return [
        Dual(v.copy(), identity[end - v.size : end].reshape(*v.shape, -1)) for v, end in zip(values, ends, strict=True)
    ]


# ---- programs --------------------------------------------------------------------------------------------------------

Step = tuple[Callable[..., Any], list[int]]  # what is done, to which of the values so far

FRESH = {
    "sin": lambda x: x.sin(),
    "tanh": lambda x: x.tanh(),
    "square": lambda x: x.tanh().square(),
    "exp": lambda x: x.sin().exp(),
    "diamond": lambda x: x.sin() * x + x,
}
WRITES = {
    "tanh_": lambda x: x.tanh_(),
    "exp_": lambda x: x.exp_(),
    "fill": lambda x: x.__setitem__((Ellipsis,), 0.7),
}
PAIR_WRITES = {
    "add_": lambda x, y: x.add_(y),
    "mul_": lambda x, y: x.mul_(y),
}
INDICES = [0, -1, slice(None, None, 2), slice(0, 1), (Ellipsis, None), [0, 0], [-1, 0, -1]]


def can_broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return all(m == n or 1 in (m, n) for m, n in zip(a[::-1], b[::-1], strict=False))


def fits_into(target: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    return can_broadcast(target, shape) and np.broadcast_shapes(target, shape) == target


class Builder:
    """Draws a program step by step, with an eye on the shapes that forward mode sees."""

    def __init__(self, data: st.DataObject, values: list[Array], in_place: bool) -> None:
        self.draw = data.draw
        self.pool: list[Any] = duals(values)
        self.steps: list[Step] = []
        self.in_place = in_place
        self.leaves = len(values)
        if in_place:  # leaves may not be written into, copies may
            for i in range(self.leaves):
                self.append(lambda x: x.clone(), i)

    def append(self, function: Callable[..., Any], *operands: int) -> None:
        value = function(*[self.pool[i] for i in operands])
        self.steps.append((function, list(operands)))
        self.pool.append(self.pool[operands[0]] if value is None else value)  # a write gives what was written into

    def operand(self, fits: Callable[[Dual], bool] = lambda x: True, written: bool = False) -> int:
        candidates = [i for i, x in enumerate(self.pool) if fits(x) and not (written and self.belongs_to_a_leaf(x))]
        assume(candidates)
        return self.draw(st.sampled_from(candidates))

    def belongs_to_a_leaf(self, x: Dual) -> bool:
        return any(np.shares_memory(x.value, leaf.value) for leaf in self.pool[: self.leaves])

    def step(self) -> None:
        kinds = [self.fresh, self.add, self.mul, self.matmul, self.reduced]
        kinds += [self.transposed, self.reshaped, self.indexed]
        kinds += [self.write, self.write_pair, self.write_part] if self.in_place else []
        self.draw(st.sampled_from(kinds))()

    def fresh(self) -> None:
        self.append(FRESH[self.draw(st.sampled_from(sorted(FRESH)))], self.operand())

    def add(self) -> None:
        self.append(lambda x, y: x + y, *self.pair())

    def mul(self) -> None:
        self.append(lambda x, y: x.tanh() * y, *self.pair())

    def pair(self) -> tuple[int, int]:
        i = self.operand()
        return i, self.operand(lambda y: can_broadcast(self.pool[i].shape, y.shape))

    def transposed(self) -> None:
        i = self.operand(lambda x: len(x.shape) > 0)
        last = len(self.pool[i].shape) - 1
        self.append(lambda x: x.transpose(0, last), i)

    def reshaped(self) -> None:
        i = self.operand()
        shape = self.pool[i].shape
        target = self.draw(st.sampled_from([shape[::-1], (1, *shape), (math.prod(shape),)]))
        # A copy: whether reshape gives a view depends on the layout in memory.
        self.append(lambda x: x.reshape(target).clone(), i)

    def indexed(self) -> None:
        index = self.draw(st.sampled_from(INDICES))
        self.append(lambda x: x[index], self.operand(lambda x: len(x.shape) > 0))

    def reduced(self) -> None:
        i = self.operand(lambda x: len(x.shape) > 0)
        dim = self.draw(st.integers(0, len(self.pool[i].shape) - 1))
        name = self.draw(st.sampled_from(["sum", "mean", "softmax"]))
        self.append(lambda x: getattr(x, name)(dim), i)

    def matmul(self) -> None:
        self.append(lambda x, y: x.reshape((-1, 1)).matmul(y.reshape((1, -1))).mean(1), self.operand(), self.operand())

    def write(self) -> None:
        self.append(WRITES[self.draw(st.sampled_from(sorted(WRITES)))], self.operand(written=True))

    def write_pair(self) -> None:
        i = self.operand(written=True)
        j = self.operand(lambda y: fits_into(self.pool[i].shape, y.shape))
        self.append(PAIR_WRITES[self.draw(st.sampled_from(sorted(PAIR_WRITES)))], i, j)

    def write_part(self) -> None:
        i = self.operand(lambda x: len(x.shape) > 0, written=True)
        index = self.draw(st.sampled_from([0, -1, slice(None, None, 2), slice(0, 1)]))
        j = self.operand(lambda y: fits_into(self.pool[i][index].shape, y.shape))
        self.append(lambda x, y: x.__setitem__(index, y), i, j)


def run(steps: list[Step], leaves: list[Any], bumped: int = -1, bump: Any = None) -> tuple[list[Any], Any]:
    """Run a program; return all its values, and a last one that depends on every step."""
    pool = list(leaves)
    for k, (function, operands) in enumerate(steps):
        value = function(*[pool[i] for i in operands])
        pool.append(pool[operands[0]] if value is None else value)
        if k == bumped:
            pool[-1] = pool[-1] + bump
    end = pool[0].sin()
    for value in pool[1:]:
        while len(value.shape) > 1:
            value = value.sum(0)
        end = end + (value.sum(0) if value.shape else value).sin()
    while end.shape:
        end = end.sum(0)
    return pool, end


@st.composite
def values(draw: Any) -> list[Array]:
    """Draw the leaves' values, in shapes that broadcast against each other."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = draw(st.lists(st.sampled_from([(), (2,), (1,), (3, 1), (3, 2), (1, 2)]), min_size=1, max_size=3))
    return [rng.uniform(-1, 1, shape) for shape in [(2,), *shapes]]


def program(data: st.DataObject, given_values: list[Array], in_place: bool, most: int = 8) -> list[Step]:
    builder = Builder(data, given_values, in_place)
    for _ in range(data.draw(st.integers(1, most))):
        builder.step()
    return builder.steps


def leaves_of(given_values: list[Array]) -> list[mg.Tensor]:
    return [mg.tensor(v, dtype=mg.float64, requires_grad=True) for v in given_values]


def by_forward_mode(steps: list[Step], given_values: list[Array]) -> list[Array]:
    """Return the value of a program and its gradient by each leaf."""
    _, end = run(steps, duals(given_values))
    ends = np.cumsum([v.size for v in given_values])
    parts = [end.slope[e - v.size : e].reshape(v.shape) for v, e in zip(given_values, ends, strict=True)]
    return [end.value, *parts]


def assert_close(found: Any, expected: Array, times: int = 1) -> None:
    assert found.shape == expected.shape
    np.testing.assert_allclose(found.array, times * expected, rtol=1e-9, atol=1e-9)


# ---- without writes --------------------------------------------------------------------------------------------------


@given(st.data(), values())
def test_backward_agrees_with_forward_mode(data, given_values):
    steps = program(data, given_values, in_place=False)
    leaves = leaves_of(given_values)
    _, end = run(steps, leaves)
    end.backward()
    value, *expected = by_forward_mode(steps, given_values)
    assert_close(end, value)
    for leaf, g in zip(leaves, expected, strict=True):
        assert_close(leaf.grad, g)


@given(st.data(), values())
def test_every_way_to_ask_gives_the_same(data, given_values):
    """grad(), two passes over one graph, a recorded pass, and two roots add up as mathematics says."""
    steps = program(data, given_values, in_place=False)
    leaves = leaves_of(given_values)
    _, end = run(steps, leaves)
    _, *expected = by_forward_mode(steps, given_values)
    for found, g in zip(grad(end, leaves, retain_graph=True), expected, strict=True):
        assert_close(found, g)
    for found, g in zip(grad(end, leaves, create_graph=True), expected, strict=True):
        assert_close(found, g)
    for found, g in zip(grad([end, end], leaves, [mg.tensor(1.0), mg.tensor(2.0)], True), expected, strict=True):
        assert_close(found, g, times=3)
    assert all(leaf.grad is None for leaf in leaves)
    end.backward(retain_graph=True)
    end.backward(create_graph=True)
    end.backward()
    for leaf, g in zip(leaves, expected, strict=True):
        assert_close(leaf.grad, g, times=3)


@given(st.data(), values())
def test_gradients_by_a_value_on_the_way(data, given_values):
    """The gradient by a step's result is the slope of the same program with a bump added to that result."""
    steps = program(data, given_values, in_place=False)
    pool, end = run(steps, leaves_of(given_values))
    k = data.draw(st.integers(0, len(steps) - 1))
    target = pool[len(given_values) + k]
    (found,) = grad(end, target)
    (bump,) = duals([np.zeros(target.shape)])
    constants = [Dual(v, np.zeros((*v.shape, bump.slope.shape[-1]))) for v in given_values]
    _, bumped = run(steps, constants, k, bump)
    assert_close(found, bumped.slope.reshape(target.shape))


@given(st.data(), values())
def test_finite_differences_agree(data, given_values):
    steps = program(data, given_values, in_place=False, most=5)
    assert gradcheck(lambda *leaves: run(steps, list(leaves))[1], leaves_of(given_values))


@given(st.data(), values())
def test_finite_differences_of_the_gradient_agree(data, given_values):
    steps = program(data, given_values, in_place=False, most=3)
    assert gradgradcheck(lambda *leaves: run(steps, list(leaves))[1], leaves_of(given_values))


# ---- with writes in place --------------------------------------------------------------------------------------------


def backward_or_refusal(end: mg.Tensor, **how: Any) -> bool:
    """Walk back; a graph may refuse since a value that it needs was overwritten, and must not give a wrong number."""
    try:
        end.backward(**how)
    except RuntimeError as error:
        if "modified by an inplace operation" not in str(error):
            raise
        return False
    return True


@pytest.mark.parametrize("create_graph", [False, True])
@given(data=st.data(), given_values=values())
def test_writes_in_place_are_differentiated_or_refused(create_graph, data, given_values):
    steps = program(data, given_values, in_place=True)
    leaves = leaves_of(given_values)
    _, end = run(steps, leaves)
    value, *expected = by_forward_mode(steps, given_values)
    assert_close(end, value)
    walked = backward_or_refusal(end, create_graph=create_graph)
    event("differentiated" if walked else "refused")
    if walked:
        for leaf, g in zip(leaves, expected, strict=True):
            assert_close(leaf.grad, g)


@given(data=st.data(), given_values=values())
def test_a_write_alone_is_always_differentiated(data, given_values):
    """A write directly after a copy or a view overwrites nothing that is needed, and may not be refused."""
    builder = Builder(data, given_values, in_place=True)
    copies = range(len(given_values), 2 * len(given_values))
    for i in copies:
        builder.append(lambda x: x.reshape((-1,))[1:], i)
        builder.append(WRITES[data.draw(st.sampled_from(sorted(WRITES)))], len(builder.pool) - 1)
    leaves = leaves_of(given_values)
    _, end = run(builder.steps, leaves)
    assert backward_or_refusal(end)
    _, *expected = by_forward_mode(builder.steps, given_values)
    for leaf, g in zip(leaves, expected, strict=True):
        assert_close(leaf.grad, g)
