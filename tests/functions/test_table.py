"""The derivative table, entry by entry: values, first and second derivatives, and the manners of every rule."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import numpy as np
import pytest
from domains import DOMAINS, Case

import minigrad as mg
from minigrad import nn, table
from minigrad._tensor.base import wrap
from minigrad.autograd import grad, gradcheck, gradgradcheck
from minigrad.core.graph import apply
from minigrad.table import TABLE, Op

QUESTIONS = {
    "eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor", "logical_not",
    "isnan", "isinf", "isfinite", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not",
}  # fmt: skip

every_case = pytest.mark.parametrize(
    ("name", "case"),
    [pytest.param(name, case, id=f"{name}-{i}") for name, d in DOMAINS.items() for i, case in enumerate(d.cases)],
)
differentiable_case = pytest.mark.parametrize(
    ("name", "case"),
    [
        pytest.param(name, case, id=f"{name}-{i}")
        for name, d in DOMAINS.items()
        if name not in QUESTIONS
        for i, case in enumerate(d.cases)
    ],
)


def params_for(name: str, case: Case, dtype: Any) -> dict[str, Any]:
    """Return the parameters; a cast in the dtype under test is to that dtype."""
    return {"dtype": np.dtype(dtype), "old": np.dtype(dtype)} if name == "cast" else case.params


def rules_of(op: Op, inputs: list[Any]) -> dict[int, Any]:
    """Return the rules of these inputs by the input's position."""
    if op.rules and op.rules[0] is None:
        return {i: op.rules[i] for i in range(1, len(inputs))}
    return {i: op.rules[i] for i in range(len(inputs))} if op.rules else {}


def tensors(arrays: list[Any]) -> list[mg.Tensor]:
    return [wrap(a.copy()).requires_grad_(a.dtype.kind == "f") for a in arrays]


def output_gradient(y: Any, dtype: Any) -> Any:
    return np.asarray(np.random.default_rng(1).uniform(0.5, 1.5, np.shape(y))).astype(dtype)


def bits(array: Any) -> bytes:
    return np.ascontiguousarray(array).tobytes()


# ---- the table and its domains ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TABLE.keys() | DOMAINS.keys()))
def test_entry_and_domain_belong_together(name):
    assert name in DOMAINS, f"{name} is in the table, but has no test domain"
    assert name in TABLE, f"{name} has a test domain, but is not in the table"
    assert DOMAINS[name].cases


@pytest.mark.parametrize("name", sorted(TABLE))
def test_exactly_the_questions_have_no_rule(name):
    assert (len(TABLE[name].rules) == 0) == (name in QUESTIONS)


VARIADIC = {"cat", "stack"}  # whose one rule is told the number of its input


@pytest.mark.parametrize("name", sorted(TABLE.keys() - VARIADIC))
def test_a_rule_captures_nothing(name):
    for rule in filter(None, TABLE[name].rules):
        assert rule.__closure__ is None


# ---- values and derivatives ------------------------------------------------------------------------------------------


@every_case
def test_value(name, case):
    inputs = DOMAINS[name].inputs(case)
    expected = np.asarray(DOMAINS[name].reference(*inputs, **case.params))
    found = np.asarray(TABLE[name](*inputs, **case.params))
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-14)


@differentiable_case
def test_first_derivative(name, case):
    assert gradcheck(partial(apply, TABLE[name], **case.params), tensors(DOMAINS[name].inputs(case)))


@differentiable_case
def test_second_derivative(name, case):
    assert gradgradcheck(partial(apply, TABLE[name], **case.params), tensors(DOMAINS[name].inputs(case)))


@differentiable_case
def test_a_gradient_has_the_shape_of_its_input(name, case):
    inputs = tensors(DOMAINS[name].inputs(case))
    y = apply(TABLE[name], *inputs, **case.params)
    trained = [x for x in inputs if x.requires_grad]
    for x, g in zip(trained, grad(y, trained, grad_outputs=mg.ones_like(y)), strict=True):
        assert type(g.array) is np.ndarray
        assert g.shape == x.shape
        assert g.dtype == x.dtype


# ---- manners of the forward and of the rules -------------------------------------------------------------------------


@every_case
def test_nothing_that_was_handed_in_is_written(name, case):
    op = TABLE[name]
    inputs = DOMAINS[name].inputs(case)
    y = np.asarray(op(*inputs, **case.params))
    g = output_gradient(y, np.float64)
    handed = [*inputs, g, y]
    before = [bits(a) for a in handed]
    for a in handed:
        a.setflags(write=False)
    op(*inputs, **case.params)
    for rule in rules_of(op, inputs).values():
        rule(g, y, *inputs, **case.params)
    assert [bits(a) for a in handed] == before


@every_case
def test_only_a_view_shares_memory_with_its_input(name, case):
    inputs = DOMAINS[name].inputs(case)
    y = np.asarray(TABLE[name](*inputs, **case.params))
    shared = any(np.shares_memory(y, x) for x in inputs)
    assert not shared or TABLE[name].view, f"the output of {name} is a view, and the entry does not say so"


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@every_case
def test_dtype_is_kept(name, case, dtype):
    op, params = TABLE[name], params_for(name, case, dtype)
    inputs = DOMAINS[name].inputs(case, dtype)
    y = np.asarray(op(*inputs, **params))
    assert y.dtype == (bool if name in QUESTIONS else dtype)
    for i, rule in rules_of(op, inputs).items():
        assert rule(output_gradient(y, dtype), y, *inputs, **params).dtype == dtype, f"rule of input {i}"


@differentiable_case
def test_a_rule_gives_the_same_numbers_on_arrays_and_on_tensors(name, case):
    dtype = np.float32
    op, params = TABLE[name], params_for(name, case, dtype)
    inputs = DOMAINS[name].inputs(case, dtype)
    y = np.asarray(op(*inputs, **params))
    g = output_gradient(y, dtype)
    for rule in rules_of(op, inputs).values():
        on_arrays = np.asarray(rule(g, y, *inputs, **params))
        on_tensors = rule(*tensors([g, y, *inputs]), **params)
        assert isinstance(on_tensors, mg.Tensor)
        assert on_tensors.array.dtype == on_arrays.dtype
        np.testing.assert_array_max_ulp(on_tensors.array, on_arrays, maxulp=1)


@differentiable_case
def test_a_recorded_pass_gives_the_same_numbers(name, case):
    dtype = np.float32
    inputs = tensors(DOMAINS[name].inputs(case, dtype))
    y = apply(TABLE[name], *inputs, **params_for(name, case, dtype))
    u = wrap(output_gradient(y.array, dtype))
    trained = [x for x in inputs if x.requires_grad]
    recorded = grad(y, trained, u, create_graph=True)
    for plain, lifted in zip(grad(y, trained, u), recorded, strict=True):
        np.testing.assert_array_max_ulp(plain.array, lifted.array, maxulp=1)


@differentiable_case
def test_a_rule_reads_only_what_it_declares(name, case):
    op = TABLE[name]
    inputs = DOMAINS[name].inputs(case)
    y = np.asarray(op(*inputs, **case.params))
    g = output_gradient(y, np.float64)
    for i, rule in rules_of(op, inputs).items():
        reads = [False] * (len(inputs) + 1) if name in VARIADIC else op.reads[i]
        declared = [v if read else None for v, read in zip([y, *inputs], reads, strict=False)]  # reads has params, too
        np.testing.assert_array_equal(rule(g, *declared, **case.params), rule(g, y, *inputs, **case.params))


@differentiable_case
def test_nothing_is_kept_that_no_rule_reads(name, case):
    op = TABLE[name]
    inputs = tensors(DOMAINS[name].inputs(case))
    node = apply(op, *inputs, **case.params).grad_fn
    reads = [] if name in VARIADIC else [row[: len(inputs) + 1] for row in op.reads]
    kept_output, *kept_inputs = node.saved
    assert (kept_output is not None) == any(row[0] for row in reads)
    assert any(x is not None for x in kept_inputs) == any(any(row[1:]) for row in reads)


READS = {  # what calculus says: the output, then the inputs
    "add": [[0, 0, 0], [0, 0, 0]],
    "mul": [[0, 0, 1], [0, 1, 0]],
    "exp": [[1, 0]],
    "relu": [[1, 0]],
    "sin": [[0, 1]],
    "where": [[0, 0, 0, 0], [0, 1, 0, 0], [0, 1, 0, 0]],
    "matmul": [[0, 0, 1], [0, 1, 0]],
    "linear": [[0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 0]],
    "reshape": [[0, 0]],
    "softmax": [[1, 0]],
}


@pytest.mark.parametrize("name", READS)
def test_what_a_rule_reads_is_seen(name):
    assert [row[: len(expected)] for row, expected in zip(TABLE[name].reads, READS[name], strict=True)] == READS[name]


# ---- numbers beside tensors ------------------------------------------------------------------------------------------

BINARY = ["add", "sub", "mul", "div", "squared_difference", "pow", "maximum", "minimum"]


@pytest.mark.parametrize("number", [2, 2.0, np.float64(2.0)], ids=["int", "float", "np.float64"])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("name", BINARY)
def test_a_number_beside_a_tensor_decides_no_dtype(name, dtype, number):
    for position in (0, 1):
        x = wrap(np.array([1.5, 0.5], dtype)).requires_grad_()
        y = apply(TABLE[name], *((number, x) if position else (x, number)))
        y.sum().backward()
        assert y.array.dtype == dtype
        assert x.grad.array.dtype == dtype


@pytest.mark.parametrize("number", [2, 2.0, np.float64(2.0)], ids=["int", "float", "np.float64"])
@pytest.mark.parametrize(
    "function",
    [lambda x, n: x**n, lambda x, n: n**x, lambda x, n: x.clamp(min=n), lambda x, n: x.clamp(max=n)],
    ids=["x**n", "n**x", "clamp min", "clamp max"],
)
def test_a_number_as_a_parameter_decides_no_dtype(function, number):
    x = mg.tensor([1.5, 3.0], requires_grad=True)
    y = function(x, number)
    y.sum().backward()
    assert y.dtype == mg.float32
    assert x.grad.dtype == mg.float32


# ---- edges: kinks, ties, poles and nothing at all --------------------------------------------------------------------


def slope(function: Any, *points: Any) -> list[Any]:
    """Return the gradients of a function's sum."""
    xs = [mg.tensor(p, dtype=mg.float64, requires_grad=True) for p in points]
    function(*xs).sum().backward()
    return [x.grad.tolist() for x in xs]


@pytest.mark.parametrize(
    ("function", "points", "expected"),
    [
        (lambda x: x**0, [[0.0, 2.0]], [[0.0, 0.0]]),
        (lambda x: x**1, [[0.0]], [[1.0]]),
        (lambda x: x**2, [[0.0, -3.0]], [[0.0, -6.0]]),
        (lambda x, y: x**y, [[0.0], [2.0]], [[0.0], [0.0]]),
        (lambda x, y: x**y, [[0.0], [1.0]], [[1.0], [0.0]]),
        (lambda x, y: x**y, [[2.0], [0.0]], [[0.0], [math.log(2.0)]]),
        (lambda x: x.abs(), [[0.0, -1.0]], [[0.0, -1.0]]),
        (lambda x: x.relu(), [[0.0, -0.0, 1.0]], [[0.0, 0.0, 1.0]]),
        (lambda x, y: x.maximum(y), [[1.0, 2.0], [1.0, 1.0]], [[0.5, 1.0], [0.5, 0.0]]),
        (lambda x, y: x.minimum(y), [[1.0, 2.0], [1.0, 1.0]], [[0.5, 0.0], [0.5, 1.0]]),
        (lambda x: x.amax(), [[3.0, 1.0, 3.0, 3.0]], [[1 / 3, 0.0, 1 / 3, 1 / 3]]),
        (lambda x: x.amin(1), [[[1.0, 1.0], [2.0, 1.0]]], [[[0.5, 0.5], [0.0, 1.0]]]),
        (lambda x: x.max(0).values, [[3.0, 1.0, 3.0]], [[1.0, 0.0, 0.0]]),
        (lambda x: x.max(), [[1.0, math.nan, 2.0]], [[0.0, 1.0, 0.0]]),
        (lambda x: x.min(), [[1.0, math.nan, math.nan]], [[0.0, 0.5, 0.5]]),
        (lambda x: x.median(), [[1.0, math.nan, 2.0]], [[0.0, 1.0, 0.0]]),
        (lambda x: x.amax(), [[1.0, math.nan]], [[math.nan, math.nan]]),
        (lambda x: x.relu(), [[math.nan]], [[1.0]]),
        (nn.functional.elu, [[math.nan]], [[1.0]]),
        (nn.functional.celu, [[math.nan]], [[1.0]]),
        (nn.functional.selu, [[math.nan]], [[1.0507009873554805]]),
        (nn.functional.hardswish, [[math.nan, -3.0, 3.0]], [[1.0, 0.0, 1.0]]),
        (lambda x, y: x.maximum(y), [[math.nan, 1.0], [0.0, math.nan]], [[1.0, 1.0], [1.0, 1.0]]),
        (lambda x, y: x.minimum(y), [[math.nan, 1.0], [0.0, math.nan]], [[1.0, 1.0], [1.0, 1.0]]),
        (lambda x, y: x.fmax(y), [[math.nan, math.nan], [0.0, math.nan]], [[0.0, 1.0], [1.0, 0.0]]),
        (lambda x, y: x.fmin(y), [[math.nan, math.nan], [0.0, math.nan]], [[0.0, 1.0], [1.0, 0.0]]),
        (lambda x: x.clamp(0.0, 1.0), [[0.0, 1.0, -1.0, 2.0, 0.5]], [[1.0, 1.0, 0.0, 0.0, 1.0]]),
        (lambda x: x.logsumexp(0), [[-math.inf, 0.0]], [[0.0, 1.0]]),
        (lambda x: x.logsumexp(0), [[1000.0, 1000.0]], [[0.5, 0.5]]),
        (lambda x: x.log_softmax(0)[0], [[0.0, -math.inf]], [[0.0, 0.0]]),
        (lambda x: x.softmax(0)[0], [[0.0, -math.inf]], [[0.0, 0.0]]),
        (lambda x: x.sigmoid(), [[-1000.0, 1000.0]], [[0.0, 0.0]]),
        (lambda x: x.tanh(), [[-1000.0, 1000.0]], [[0.0, 0.0]]),
        (lambda x: x.norm(), [[0.0, 0.0]], [[0.0, 0.0]]),
        (lambda x: x[[0, 0, 1]], [[1.0, 2.0]], [[2.0, 1.0]]),
        (lambda x: x.sum(0), [np.empty((0, 2))], [[]]),
        (lambda x: x.mean(1), [np.empty((0, 2))], [[]]),
        (lambda x, y: mg.cat([x, y]), [[], [1.0, 2.0]], [[], [1.0, 1.0]]),
    ],
)
def test_slope_at_an_edge(function, points, expected):
    for found, wanted in zip(slope(function, *points), expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-12)


def test_the_mean_of_nothing_is_nan():
    assert math.isnan(mg.zeros(0).mean().item())


def test_second_derivative_of_a_square_at_zero():
    x = mg.tensor(0.0, dtype=mg.float64, requires_grad=True)
    (first,) = grad(x**2, x, create_graph=True)
    assert grad(first, x)[0].item() == 2.0


def test_a_chosen_line_is_added_to_once_for_each_use():
    """One row of values, read by three rows of indices."""
    x = mg.tensor([[1.0, 2.0, 3.0]], requires_grad=True)
    x.take_along_dim(mg.tensor([[1], [1], [0]]), 1).sum().backward()
    assert x.grad.tolist() == [[1.0, 2.0, 0.0]]


@pytest.mark.parametrize("function", [lambda x: x.cumsum(0), lambda x: x.softmax(0), lambda x: x.log_softmax(0)])
def test_a_0d_tensor_stays_0d(function):
    x = mg.tensor(2.0, requires_grad=True)
    y = function(x)
    assert y.shape == ()
    y.backward()
    assert x.grad.shape == ()


def test_a_condition_is_boolean():
    with pytest.raises(RuntimeError, match="boolean"):
        apply(table.where, mg.tensor([1.0, 0.0], requires_grad=True), mg.ones(2), 0.0)


# ---- what an Op is ---------------------------------------------------------------------------------------------------


def test_an_op_on_arrays_computes_and_on_tensors_records():
    assert type(table.exp(np.zeros(2))) is np.ndarray
    x = mg.zeros(2, requires_grad=True)
    assert table.exp(x).grad_fn.name() == "ExpBackward0"


def test_a_rule_that_broadcasts_up_is_refused():
    up = Op(np.sum, lambda g, y, x: g)
    with pytest.raises(RuntimeError, match="gave a gradient of shape"):
        apply(up, mg.ones(3, requires_grad=True)).backward()
