"""Where each entry of the derivative table is tested: how to draw its inputs, in which shapes, and what it computes.

Inputs are drawn away from kinks and poles, so that finite differences are right. The reference is written without the
entry's own forward: by Python's scalar functions, or from the definition.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Shape = tuple[int, ...]
Draw = Callable[[np.random.Generator, Shape], Array]


@dataclass(frozen=True)
class Case:
    """The inputs' shapes and the parameters of one call."""

    shapes: tuple[Shape, ...]
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Domain:
    """What the tests need to know of an entry."""

    reference: Callable[..., Any]
    draws: tuple[Draw, ...]  # one for each input
    cases: Sequence[Case]

    def inputs(self, case: Case, dtype: Any = np.float64) -> list[Array]:
        """Draw the inputs of a case; floats come in the dtype, booleans stay what they are."""
        rng = np.random.default_rng(0)
        arrays = [np.asarray(draw(rng, shape)) for draw, shape in zip(self.draws, case.shapes, strict=False)]
        return [a.astype(dtype) if a.dtype.kind == "f" else a for a in arrays]


# ---- how to draw -----------------------------------------------------------------------------------------------------


def between(low: float, high: float) -> Draw:
    return lambda rng, shape: rng.uniform(low, high, shape)


def signed(low: float, high: float) -> Draw:
    """Draw values of either sign, none of them near 0."""
    return lambda rng, shape: rng.uniform(low, high, shape) * rng.choice([-1.0, 1.0], shape)


def stepped(offset: float) -> Draw:
    """Draw an integer plus an offset: away from every other offset."""
    return lambda rng, shape: rng.integers(-3, 3, shape) + offset


def distinct(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw values of which no two are near each other."""
    return rng.permutation(math.prod(shape)).reshape(shape) * 0.1 - 0.5


def invertible(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw matrices near twice the identity."""
    return 2 * np.eye(shape[-1]) + rng.uniform(-0.3, 0.3, shape)


def booleans(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.random(shape) < 0.5


def some(rng: np.random.Generator, shape: Shape) -> Array:
    """Draw booleans of which at least one along every axis is true."""
    drawn = booleans(rng, shape)
    drawn[np.eye(*shape[-2:], dtype=bool) if len(shape) > 1 else slice(1)] = True
    return drawn


def special(rng: np.random.Generator, shape: Shape) -> Array:
    return rng.choice([math.nan, math.inf, -math.inf, 0.0, 1.5], shape)


anywhere = between(-2.0, 2.0)
positive = between(0.5, 2.0)
nonzero = signed(0.5, 2.0)
integers = stepped(0.0)

# ---- in which shapes -------------------------------------------------------------------------------------------------

SINGLE: list[Shape] = [(), (5,), (2, 3), (2, 0)]
PAIRS: list[tuple[Shape, Shape]] = [
    ((), ()),
    ((3,), (3,)),
    ((3, 1), (1, 4)),
    ((2, 3, 2), (2,)),
    ((), (2, 3)),
    ((2, 3), ()),
    ((1,), (2, 0)),
    ((0, 1), (1, 3)),
]


def unary(reference: Callable[[float], Any], draw: Draw, *params: dict[str, Any], otype: Any = float) -> Domain:
    cases = [Case((shape,), given) for given in params or ({},) for shape in SINGLE]
    return Domain(np.vectorize(reference, otypes=[otype]), (draw,), cases)


def binary(reference: Callable[..., Any], first: Draw, second: Draw, otype: Any = float) -> Domain:
    return Domain(np.vectorize(reference, otypes=[otype]), (first, second), [Case(pair) for pair in PAIRS])


def reduction(reference: Callable[..., Any], draw: Draw, *cases: tuple[Shape, Any]) -> Domain:
    """Make the domain of a reduction that is told its axis only."""
    return Domain(reference, (draw,), [Case((shape,), {"axis": axis}) for shape, axis in cases])


def total(reference: Callable[..., Any], *cases: tuple[Shape, tuple[int, ...]]) -> Domain:
    """Make the domain of a sum, which is told its axes, whether it keeps them, and the input's shape."""
    return Domain(
        reference,
        (anywhere,),
        [
            Case((shape,), {"axis": axis, "keepdims": keepdims, "shape": shape})
            for shape, axis in cases
            for keepdims in (False, True)
        ],
    )


def moved(reference: Callable[..., Any], *cases: tuple[Shape, dict[str, Any]]) -> Domain:
    """Make the domain of an entry that computes nothing."""
    return Domain(reference, (anywhere,), [Case((shape,), params) for shape, params in cases])


# ---- what they compute, where no scalar function says it -------------------------------------------------------------


def _mean(x: Array, axis: tuple[int, ...], keepdims: bool, shape: Shape) -> Array:
    return np.mean(x, axis, keepdims=keepdims)


def _running_sum(x: Array, axis: int) -> Array:
    lines = np.moveaxis(x, axis, 0)
    totals = np.array([sum(lines[: i + 1]) for i in range(len(lines))]).reshape(lines.shape)
    return np.moveaxis(totals, 0, axis)


def _largest(x: Array, axis: tuple[int, ...]) -> Array:
    kept = [n for i, n in enumerate(x.shape) if i not in axis]
    lines = np.moveaxis(x, axis, range(-len(axis), 0)).reshape(*kept, math.prod([x.shape[i] for i in axis]))
    return np.sort(lines)[..., -1].reshape([1 if i in axis else n for i, n in enumerate(x.shape)])


def _hardsigmoid(x: float) -> float:
    return min(max(x + 3, 0), 6) / 6


def _softmax(x: Array, axis: int) -> Array:
    return np.exp(x) / np.exp(x).sum(axis, keepdims=True)


def _placed(x: Array, index: Any, shape: Shape) -> Array:
    """Add x at the index, place by place."""
    places = np.arange(math.prod(shape)).reshape(shape)[index].ravel()
    out = np.zeros(math.prod(shape))
    for place, value in zip(places, x.ravel(), strict=True):
        out[place] += value
    return out.reshape(shape)


def _uses(shape: Shape, index: Any) -> Array:
    """Count how often an index names each place."""
    return _placed(np.ones(np.ones(shape)[index].shape), index, shape)


def _written(x: Array, value: Any, index: Any) -> Array:
    named = np.zeros(x.shape, bool)
    named[index] = True
    spread = np.empty(x.shape)
    spread[index] = value
    return np.where(named, spread, x)


def _taken(x: Array, index: Array, axis: int, shape: Shape) -> Array:
    out = np.empty(index.shape)
    for place in np.ndindex(index.shape):
        out[place] = x[(*place[:axis], index[place], *place[axis + 1 :])]
    return out


def _added(x: Array, index: Array, axis: int, shape: Shape) -> Array:
    out = np.zeros(shape)
    for place in np.ndindex(x.shape):
        out[(*place[:axis], index[place], *place[axis + 1 :])] += x[place]
    return out


def _joined(*xs: Array, axis: int, bounds: list[int]) -> Array:
    shape = list(xs[0].shape)
    shape[axis] = bounds[-1]
    out = np.empty(shape)
    for x, start, stop in zip(xs, bounds, bounds[1:], strict=False):
        np.moveaxis(out, axis, 0)[start:stop] = np.moveaxis(x, axis, 0)
    return out


def _product(x: Array, y: Array) -> Array:
    return np.einsum("...ij,...jk->...ik", x, y)


def _affine(x: Array, weight: Array, bias: Array | None = None) -> Array:
    y = np.einsum("...i,oi->...o", x, weight)
    return y if bias is None else y + bias


# ---- activations, special functions and losses, by Python's scalar functions -----------------------------------------


def _between(first: float, last: float, f: Callable[[float], float]) -> float:
    """Solve f(x) = 0 for an increasing f by bisection."""
    for _ in range(200):
        middle = (first + last) / 2
        first, last = (middle, last) if f(middle) < 0 else (first, middle)
    return (first + last) / 2


def _elu(x: float, alpha: float, scale: float, rate: float) -> float:
    return scale * x if x > 0 else scale * alpha * (math.exp(rate * x) - 1)


def _softplus(x: float, beta: float, threshold: float) -> float:
    return x if beta * x > threshold else math.log(1 + math.exp(beta * x)) / beta


def _huber(x: float, y: float, delta: float) -> float:
    size = abs(x - y)
    return size * size / 2 if size <= delta else delta * (size - delta / 2)


def _binary_cross_entropy(p: float, target: float) -> float:
    return -target * math.log(p) - (1 - target) * math.log(1 - p)


def _cross_entropy_slope(x: Array, g: Array, index: Array, axis: int) -> Array:
    targets = np.zeros_like(x)
    np.put_along_axis(targets, index, 1.0, axis)
    return (_softmax(x, axis) - targets) * g


def _cross_entropy(x: Array, index: Array, axis: int) -> Array:
    return -np.log(np.take_along_axis(_softmax(x, axis), index, axis)).sum(axis)


CLASSES: list[tuple[Shape, dict[str, Any]]] = [
    ((4,), {"index": np.array([2]), "axis": 0}),
    ((2, 3), {"index": np.array([[2], [0]]), "axis": 1}),
    ((2, 3, 2), {"index": np.array([[[2, 0]], [[1, 1]]]), "axis": 1}),
    ((0, 3), {"index": np.zeros((0, 1), np.int64), "axis": 1}),
]


ROWS: list[tuple[Shape, Any]] = [((4,), 0), ((2, 3), 1), ((2, 3), 0), ((2, 3, 2), 1), ((0, 3), 1)]
MATRICES: list[tuple[Shape, Any]] = [((4, 3), (0,)), ((4, 3), (1,)), ((0, 3), (0,)), ((0, 3), (1,)), ((3, 0), (1,))]
BLOCKS: list[tuple[Shape, Any]] = [((), ()), ((4,), (0,)), ((2, 3), (0, 1)), ((2, 3, 2), (0, 2)), ((0, 3), (1,))]

INDICES: list[tuple[Shape, Any]] = [
    ((5,), slice(None, None, -2)),
    ((3, 4), (slice(1, None), slice(None, None, -1))),
    ((3, 4), (Ellipsis, None, 1)),
    ((3, 4), (-1, Ellipsis)),
    ((3, 4), (np.array([0, 2, 0, 0]), Ellipsis)),
    ((3, 4), (np.array([[0, 1], [2, 0]]), slice(None), None)),
    ((3, 4), (np.array([0, 0]), np.array([1, 1]))),
    ((2, 2), np.array([[True, False], [True, True]])),
    ((3, 2), (np.array([True, False, True]), Ellipsis)),
    ((3, 2), (np.zeros(3, bool), Ellipsis)),
    ((), (Ellipsis,)),
    ((), (None, Ellipsis)),
    ((3,), slice(3, None)),
    ((0, 3), (slice(None), np.array([1, 1]))),
]
UNREPEATED = [(shape, index) for shape, index in INDICES if _uses(shape, index).max(initial=0) < 2]

CHOICES: list[tuple[Shape, dict[str, Any]]] = [
    ((4,), {"index": np.array([2, 0, 2, 2, 1]), "axis": 0}),
    ((3, 2), {"index": np.array([[1], [0], [1]]), "axis": 1}),
    ((2, 3), {"index": np.array([[0, 1, 1], [1, 1, 1], [0, 0, 0]]), "axis": 0}),
    ((2, 3), {"index": np.zeros((2, 0), np.int64), "axis": 1}),
]

DOMAINS: dict[str, Domain] = {
    "add": binary(operator.add, anywhere, anywhere),
    "sub": binary(operator.sub, anywhere, anywhere),
    "mul": binary(operator.mul, anywhere, anywhere),
    "div": binary(operator.truediv, anywhere, nonzero),
    "neg": unary(operator.neg, anywhere),
    "reciprocal": unary(lambda x: x**-1, nonzero),
    "square": unary(lambda x: x * x, anywhere),
    "sqrt": unary(math.sqrt, positive),
    "rsqrt": unary(lambda x: x**-0.5, positive),
    "squared_difference": binary(lambda x, y: (x - y) * (x - y), anywhere, anywhere),
    "power": unary(
        lambda x, exponent: math.pow(x, exponent),
        positive,
        *[{"exponent": n} for n in (0, 1, 2, 3, -1, -2, 0.5, 1.7)],
    ),
    "pow": binary(math.pow, positive, anywhere),
    "exp": unary(math.exp, anywhere),
    "expm1": unary(math.expm1, anywhere),
    "log": unary(math.log, positive),
    "log1p": unary(math.log1p, positive),
    "log2": unary(math.log2, positive),
    "log10": unary(math.log10, positive),
    "sin": unary(math.sin, anywhere),
    "cos": unary(math.cos, anywhere),
    "tan": unary(math.tan, between(-1.2, 1.2)),
    "sinh": unary(math.sinh, anywhere),
    "cosh": unary(math.cosh, anywhere),
    "tanh": unary(math.tanh, anywhere),
    "sigmoid": unary(lambda x: (1 + math.tanh(x / 2)) / 2, anywhere),
    "relu": unary(lambda x: x if x > 0 else 0.0, nonzero),
    "abs": unary(abs, nonzero),
    "maximum": binary(max, integers, stepped(0.5)),
    "minimum": binary(min, integers, stepped(0.5)),
    "clamp_min": unary(lambda x, bound: x if x > bound else bound, nonzero, {"bound": 0.25}),
    "clamp_max": unary(lambda x, bound: x if x < bound else bound, nonzero, {"bound": 0.25}),
    "where": Domain(
        lambda condition, x, y: condition * x + (1 - condition) * y,
        (booleans, anywhere, anywhere),
        [
            Case(((), (), ())),
            Case(((3,), (3,), (3,))),
            Case(((3, 1), (1, 4), ())),
            Case(((2,), (3, 1), (3, 2))),
            Case(((2, 3), (), ())),
            Case(((0,), (1,), (0,))),
        ],
    ),
    "sign": unary(lambda x: math.copysign(1.0, x), nonzero),
    "floor": unary(math.floor, stepped(0.3)),
    "ceil": unary(math.ceil, stepped(0.3)),
    "trunc": unary(math.trunc, stepped(0.3)),
    "round": unary(round, stepped(0.3)),
    "eq": binary(operator.eq, integers, integers, bool),
    "ne": binary(operator.ne, integers, integers, bool),
    "lt": binary(operator.lt, integers, integers, bool),
    "le": binary(operator.le, integers, integers, bool),
    "gt": binary(operator.gt, integers, integers, bool),
    "ge": binary(operator.ge, integers, integers, bool),
    "logical_and": binary(lambda x, y: bool(x) and bool(y), integers, integers, bool),
    "logical_or": binary(lambda x, y: bool(x) or bool(y), integers, integers, bool),
    "logical_xor": binary(lambda x, y: bool(x) != bool(y), integers, integers, bool),
    "logical_not": unary(operator.not_, integers, otype=bool),
    "isnan": unary(math.isnan, special, otype=bool),
    "isinf": unary(math.isinf, special, otype=bool),
    "isfinite": unary(math.isfinite, special, otype=bool),
    "sum": total(
        lambda x, axis, keepdims, shape: np.add.reduce(x, axis, keepdims=keepdims), *BLOCKS, ((0, 3), (0,))
    ),
    "mean": total(_mean, *BLOCKS),
    "narrow_sum": total(
        lambda x, axis, keepdims, shape: np.add.reduce(x, axis, keepdims=keepdims), *MATRICES
    ),
    "narrow_mean": total(_mean, *MATRICES[:2]),
    "mse": Domain(
        lambda x, y, count: np.add.reduce((x - y) * (x - y), None) / count,
        (anywhere, anywhere),
        [
            Case(((), ()), {"count": 1}),
            Case(((2, 3), (2, 3)), {"count": 6}),
            Case(((2, 1), (3,)), {"count": 6}),
        ],
    ),
    "cumsum": reduction(_running_sum, anywhere, *ROWS),
    "flip": Domain(
        lambda x, axis: x[tuple([slice(None, None, -1) if i in axis else slice(None) for i in range(x.ndim)])],
        (anywhere,),
        [Case((shape,), {"axis": axis}) for shape, axis in BLOCKS],
    ),
    "amax": reduction(_largest, distinct, *BLOCKS),
    "amin": reduction(lambda x, axis: -_largest(-x, axis), distinct, *BLOCKS),
    "max": reduction(_largest, distinct, *BLOCKS),
    "min": reduction(lambda x, axis: -_largest(-x, axis), distinct, *BLOCKS),
    "share": Domain(
        lambda at, g, axis: at * g / at.sum(axis, keepdims=True),
        (some, anywhere),
        [Case(((4,), (1,)), {"axis": 0}), Case(((3, 4), (3, 1)), {"axis": (1,)}), Case(((3, 4), ()), {"axis": (0, 1)})],
    ),
    "logsumexp": reduction(lambda x, axis: np.log(np.exp(x).sum(axis, keepdims=True)), anywhere, *BLOCKS),
    "softmax": reduction(_softmax, anywhere, *ROWS),
    "log_softmax": reduction(lambda x, axis: np.log(_softmax(x, axis)), anywhere, *ROWS),
    "standardize": Domain(
        lambda x, axis, eps: (x - np.mean(x, axis, keepdims=True)) / np.sqrt(np.var(x, axis, keepdims=True) + eps),
        (anywhere,),
        [Case((shape,), {"axis": axis, "eps": 0.1}) for shape, axis in BLOCKS if math.prod(shape)],
    ),
    "reshape": moved(
        lambda x, shape, old: np.fromiter(x.flat, float).reshape(shape),
        ((2, 3), {"shape": (3, 2), "old": (2, 3)}),
        ((4,), {"shape": (2, 1, 2), "old": (4,)}),
        ((), {"shape": (1, 1), "old": ()}),
        ((2, 0), {"shape": (0, 5), "old": (2, 0)}),
    ),
    "permute": moved(
        lambda x, axes: np.einsum(x, list(range(x.ndim)), list(axes)),
        ((2, 3, 4), {"axes": (2, 0, 1)}),
        ((2, 3), {"axes": (0, 1)}),
        ((), {"axes": ()}),
        ((0, 3), {"axes": (1, 0)}),
    ),
    "swapaxes": moved(
        lambda x, axis1, axis2: np.moveaxis(np.moveaxis(x, axis1, axis2), axis2 - 1, axis1),
        ((2, 3, 4), {"axis1": 0, "axis2": 2}),
        ((0, 3), {"axis1": 0, "axis2": 1}),
    ),
    "expand": moved(
        lambda x, shape: x + np.zeros(shape),
        ((3, 1), {"shape": (3, 4)}),
        ((), {"shape": (2, 2)}),
        ((1, 3), {"shape": (2, 2, 3)}),
        ((1,), {"shape": (0,)}),
    ),
    "cast": moved(
        lambda x, dtype, old: x, *[(shape, {"dtype": np.dtype("f8"), "old": np.dtype("f8")}) for shape in SINGLE]
    ),
    "clone": unary(lambda x: x, anywhere),
    "getitem": moved(
        lambda x, index, shape: x.ravel()[np.arange(x.size).reshape(shape)[index]],
        *[(shape, {"index": index, "shape": shape}) for shape, index in INDICES],
    ),
    "put": moved(
        _placed, *[(np.empty(shape)[index].shape, {"index": index, "shape": shape}) for shape, index in INDICES]
    ),
    "setitem": Domain(
        _written,
        (anywhere, anywhere),
        [
            Case((shape, value), {"index": index})
            for shape, index in UNREPEATED
            for value in {np.empty(shape)[index].shape, ()}
        ],
    ),
    "take_along": moved(_taken, *[(shape, {**choice, "shape": shape}) for shape, choice in CHOICES]),
    "add_along": moved(_added, *[(choice["index"].shape, {**choice, "shape": shape}) for shape, choice in CHOICES]),
    "cat": Domain(
        _joined,
        (anywhere, anywhere, anywhere),
        [
            Case(((2,), (3,), (1,)), {"axis": 0, "bounds": [0, 2, 5, 6]}),
            Case(((2, 1), (2, 3)), {"axis": 1, "bounds": [0, 1, 4]}),
            Case(((0, 2), (3, 2), (0, 2)), {"axis": 0, "bounds": [0, 0, 3, 3]}),
            Case(((2, 2),), {"axis": 1, "bounds": [0, 2]}),
        ],
    ),
    "stack": Domain(
        lambda *xs, axis: np.moveaxis(np.array(xs), 0, axis),
        (anywhere, anywhere, anywhere),
        [
            Case(((), (), ()), {"axis": 0}),
            Case(((2, 3), (2, 3)), {"axis": 1}),
            Case(((2, 3), (2, 3), (2, 3)), {"axis": 2}),
            Case(((0, 2), (0, 2)), {"axis": 1}),
        ],
    ),
    "matmul": Domain(
        _product,
        (anywhere, anywhere),
        [
            Case(((2, 3), (3, 4))),
            Case(((2, 2, 3), (3, 2))),
            Case(((2, 1, 2, 3), (3, 3, 2))),
            Case(((2, 0), (0, 3))),
            Case(((0, 2), (2, 3))),
        ],
    ),
    "dot": Domain(
        partial(np.einsum, "i,i->"),
        (anywhere, anywhere),
        [Case(((3,), (3,))), Case(((1,), (1,))), Case(((0,), (0,)))],
    ),
    "mv": Domain(
        partial(np.einsum, "ij,j->i"),
        (anywhere, anywhere),
        [Case(((2, 3), (3,))), Case(((1, 3), (3,))), Case(((3, 1), (1,))), Case(((0, 3), (3,))), Case(((2, 0), (0,)))],
    ),
    "inv": Domain(np.linalg.inv, (invertible,), [Case(((3, 3),)), Case(((2, 4, 4),))]),
    "det": Domain(np.linalg.det, (invertible,), [Case(((3, 3),)), Case(((2, 4, 4),))]),
    "solve": Domain(
        lambda a, b: np.linalg.inv(a) @ b,
        (invertible, anywhere),
        [Case(((3, 3), (3, 2))), Case(((2, 3, 3), (2, 3, 1)))],
    ),
    "linear": Domain(
        _affine,
        (anywhere, anywhere, anywhere),
        [
            Case(((4, 3), (2, 3), (2,))),
            Case(((4, 3), (2, 3))),
            Case(((3,), (2, 3), (2,))),
            Case(((2, 2, 3), (2, 3), (2,))),
            Case(((0, 3), (2, 3), (2,))),
        ],
    ),
    "stacked_matmul": Domain(
        lambda x, y: np.einsum("snk,skm->snm", x, y),
        (anywhere, anywhere),
        [
            Case(((3, 4, 2), (3, 2, 5))),
            Case(((3, 4, 1), (3, 1, 5))),
            Case(((2, 0, 3), (2, 3, 2))),
            Case(((2, 3, 0), (2, 0, 2))),
        ],
    ),
    "stacked_linear": Domain(
        lambda *stacks: np.stack([_affine(*one) for one in zip(*stacks, strict=True)]),
        (anywhere, anywhere, anywhere),
        [
            Case(((3, 4, 2), (3, 5, 2), (3, 5))),
            Case(((3, 4, 2), (3, 5, 2))),
            Case(((1, 1, 1), (1, 1, 1), (1, 1))),
            Case(((2, 0, 3), (2, 2, 3), (2, 2))),
        ],
    ),
    # ---- the rest of the elementwise functions
    "exp2": unary(lambda x: 2.0**x, anywhere),
    "logaddexp": binary(lambda x, y: math.log(math.exp(x) + math.exp(y)), anywhere, anywhere),
    "logaddexp2": binary(lambda x, y: math.log2(2.0**x + 2.0**y), anywhere, anywhere),
    "xlogy": binary(lambda x, y: x * math.log(y), nonzero, positive),
    "asin": unary(math.asin, between(-0.9, 0.9)),
    "acos": unary(math.acos, between(-0.9, 0.9)),
    "atan": unary(math.atan, anywhere),
    "asinh": unary(math.asinh, anywhere),
    "acosh": unary(math.acosh, between(1.2, 3.0)),
    "atanh": unary(math.atanh, between(-0.9, 0.9)),
    "atan2": binary(math.atan2, nonzero, nonzero),
    "hypot": binary(math.hypot, nonzero, nonzero),
    "sinc": unary(lambda x: math.sin(math.pi * x) / (math.pi * x), nonzero),
    "root": unary(math.sqrt, positive),
    "remainder": binary(lambda x, y: x - y * math.floor(x / y), between(0.2, 0.9), between(1.1, 1.9)),
    "fmod": binary(math.fmod, between(2.2, 2.8), between(1.1, 1.3)),
    "copysign": binary(math.copysign, nonzero, nonzero),
    "fmax": binary(max, stepped(0.1), stepped(0.4)),
    "fmin": binary(min, stepped(0.1), stepped(0.4)),
    "drawn": Domain(
        lambda x, values: values, (anywhere,), [Case((shape,), {"values": np.ones(shape)}) for shape in SINGLE]
    ),
    "median": Domain(
        lambda x: np.asarray(sorted(x)[(len(x) - 1) // 2]), (distinct,), [Case(((4,),)), Case(((5,),)), Case(((1,),))]
    ),
    "diagonal": moved(
        lambda x, offset, axis1, axis2, shape: np.diagonal(x, offset, axis1, axis2),
        *[((3, 4), {"offset": k, "axis1": 0, "axis2": 1, "shape": (3, 4)}) for k in (0, 1, -2)],
        ((2, 3, 2), {"offset": 0, "axis1": 0, "axis2": 2, "shape": (2, 3, 2)}),
    ),
    "undiagonal": moved(
        lambda x, offset, axis1, axis2, shape: np.diag(x, offset),
        ((3,), {"offset": 0, "axis1": 0, "axis2": 1, "shape": (3, 3)}),
        ((2,), {"offset": -1, "axis1": 0, "axis2": 1, "shape": (3, 3)}),
    ),
    "floor_divide": binary(lambda x, y: math.floor(x / y), between(3.2, 3.8), between(1.05, 1.5)),
    "bitwise_and": binary(lambda x, y: x and y, booleans, booleans, otype=bool),
    "bitwise_or": binary(lambda x, y: x or y, booleans, booleans, otype=bool),
    "bitwise_xor": binary(lambda x, y: x != y, booleans, booleans, otype=bool),
    "bitwise_not": unary(lambda x: not x, booleans, otype=bool),
    # ---- special functions, activations and losses
    "erf": unary(math.erf, anywhere),
    "erfc": unary(math.erfc, between(-2.0, 6.0)),
    "erfinv": unary(lambda x: _between(-6.0, 6.0, lambda y: math.erf(y) - x), between(-0.9, 0.9)),
    "ndtr": unary(lambda x: math.erfc(-x / math.sqrt(2)) / 2, between(-4.0, 2.0)),
    "leaky_relu": unary(lambda x, slope: x if x > 0 else slope * x, nonzero, {"slope": 0.1}),
    "elu": unary(
        _elu,
        nonzero,
        {"alpha": 1.0, "scale": 1.0, "rate": 1.0},
        {"alpha": 1.5, "scale": 1.2, "rate": 0.7},
    ),
    "softplus": unary(_softplus, anywhere, {"beta": 1.0, "threshold": 20.0}, {"beta": 2.0, "threshold": 2.1}),
    "logsigmoid": unary(lambda x: -math.log(1 + math.exp(-x)), anywhere),
    "hardtanh": unary(lambda x, low, high: min(max(x, low), high), stepped(0.3), {"low": -1.0, "high": 1.5}),
    "hardsigmoid": unary(_hardsigmoid, stepped(0.3)),
    "hardswish": unary(lambda x: x * _hardsigmoid(x), stepped(0.3)),
    "cross_entropy": moved(_cross_entropy, *CLASSES),
    "cross_entropy_slope": Domain(
        _cross_entropy_slope,
        (anywhere, anywhere),
        [Case((shape, params["index"].shape), params) for shape, params in CLASSES],
    ),
    "binary_cross_entropy": binary(_binary_cross_entropy, between(0.1, 0.9), between(0.1, 0.9)),
    "huber": Domain(
        np.vectorize(_huber, otypes=[float]),
        (integers, stepped(0.3)),
        [Case(pair, {"delta": delta}) for pair in PAIRS for delta in (0.9, 2.0)],
    ),
}  # fmt: skip
