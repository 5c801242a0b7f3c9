"""minigrad's tensors beside PyTorch's: types of mixed operands, shapes, values, gradients, views and refusals."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

DTYPES = ["float16", "float32", "float64", "int8", "int16", "int32", "int64", "uint8", "bool"]
LIBRARIES = (minigrad, torch)


def made(lib: Any, shape: tuple[int, ...], dtype: str) -> Any:
    values = np.arange(1, 1 + int(np.prod(shape, dtype=int))).reshape(shape) % 3 + 1
    return lib.tensor(values.tolist(), dtype=getattr(lib, dtype))


def name_of(dtype: Any) -> str:
    return str(dtype).partition(".")[2]


def assert_same(ours: Any, theirs: Any, rtol: float = 1e-6) -> None:
    assert name_of(ours.dtype) == name_of(theirs.dtype)
    assert tuple(ours.shape) == tuple(theirs.shape)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=rtol, atol=1e-7)


# ---- the types of mixed operands -------------------------------------------------------------------------------------

ARITHMETIC = {"add": lambda a, b: a + b, "mul": lambda a, b: a * b, "div": lambda a, b: a / b, "lt": lambda a, b: a < b}


@pytest.mark.parametrize("operation", ARITHMETIC)
@pytest.mark.parametrize(("first", "second"), list(itertools.product(DTYPES, DTYPES)))
@pytest.mark.parametrize("shapes", [((2,), (2,)), ((2,), ()), ((), (2,)), ((), ())], ids=str)
def test_two_tensors(operation, first, second, shapes):
    ours, theirs = (
        ARITHMETIC[operation](made(lib, shapes[0], first), made(lib, shapes[1], second)) for lib in LIBRARIES
    )
    assert_same(ours, theirs, 2e-3 if name_of(theirs.dtype) == "float16" else 1e-6)


@pytest.mark.parametrize("operation", ARITHMETIC)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("number", [2, 1.5, True])
@pytest.mark.parametrize("first", [False, True], ids=["number second", "number first"])
def test_a_tensor_and_a_number(operation, dtype, number, first):
    ours, theirs = (
        ARITHMETIC[operation](*((number, made(lib, (2,), dtype)) if first else (made(lib, (2,), dtype), number)))
        for lib in LIBRARIES
    )
    assert_same(ours, theirs, 2e-3 if name_of(theirs.dtype) == "float16" else 1e-6)


UNARY = [
    "abs", "ceil", "cos", "cosh", "exp", "expm1", "floor", "log", "log10", "log1p", "log2", "neg", "reciprocal", "relu",
    "round", "rsqrt", "sigmoid", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh", "trunc", "isnan", "isfinite",
    "sum", "cumsum", "argmax", "amax", "all", "any",
]  # fmt: skip


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32", "int64", "uint8"])
@pytest.mark.parametrize("shape", [(2, 3), ()], ids=str)
def test_one_tensor(name, dtype, shape):
    arguments = (0,) if name == "cumsum" else ()
    ours, theirs = (getattr(lib, name)(made(lib, shape, dtype), *arguments) for lib in LIBRARIES)
    assert_same(ours, theirs)


@pytest.mark.parametrize("first", DTYPES)
@pytest.mark.parametrize("second", DTYPES)
def test_in_place_keeps_the_type_or_refuses(first, second):
    results = []
    for lib in LIBRARIES:
        try:
            results.append(made(lib, (2,), first).mul_(made(lib, (2,), second)))
        except RuntimeError:
            results.append(None)
    ours, theirs = results
    assert (ours is None) == (theirs is None)
    if theirs is not None:
        assert_same(ours, theirs, 2e-3)


# ---- programs: shapes, values and gradients --------------------------------------------------------------------------

PROGRAMS = {
    "rows": lambda t, x: x[0] * 2,
    "columns": lambda t, x: x[:, 1:3].exp(),
    "negative index": lambda t, x: x[-1, -2],
    "a list": lambda t, x: x[[0, 2, 0]],
    "two lists": lambda t, x: x[[0, 1], [1, 1]] ** 2,
    "a mask": lambda t, x: x[x > 0.1],
    "a new axis": lambda t, x: x[:, None] * x[None],
    "an ellipsis": lambda t, x: x[..., 0],
    "an index tensor": lambda t, x: x[t.tensor([1, 1, 0])],
    "a 0-d index tensor": lambda t, x: x[t.tensor(1)],
    "view": lambda t, x: x.view(-1, 2) * t.arange(2),
    "reshape of a transpose": lambda t, x: x.t().reshape(2, -1).sin(),
    "flatten": lambda t, x: x.flatten() / 3,
    "unsqueeze and squeeze": lambda t, x: x.unsqueeze(1).squeeze(1).squeeze(0),
    "permute": lambda t, x: x.unsqueeze(0).permute(2, 0, 1),
    "expand": lambda t, x: x[:1].expand(5, -1).cumsum(0),
    "T and mT": lambda t, x: x.T @ x.mT.T,
    "cat": lambda t, x: t.cat([x, 2 * x, x[:0]], dim=0),
    "stack": lambda t, x: t.stack([x, x * x], dim=1),
    "unbind": lambda t, x: x.unbind(1)[2] * x.unbind(0)[0].sum(),
    "sum over a dimension": lambda t, x: x.sum(1, keepdim=True) * x.sum(dim=0),
    "mean over dimensions": lambda t, x: x.mean((0, 1)) + x.mean(-1),
    "variance": lambda t, x: x.var(0) + x.std() + x.var(1, unbiased=False).sum(),
    "norms": lambda t, x: x.norm() + x.norm(1) + x.norm(p=3, dim=1).sum(),
    "max and argmax": lambda t, x: x.max(1).values * x.max() + x.max(dim=1)[1],
    "min": lambda t, x: x.min(0, keepdim=True)[0] - x.min(),
    "amax and amin": lambda t, x: x.amax((0, 1)) * x.amin(1),
    "softmax": lambda t, x: x.softmax(1) * x.log_softmax(0),
    "logsumexp": lambda t, x: x.logsumexp(1) + x.logsumexp((0, 1)),
    "matrix and vector": lambda t, x: (x @ x[0]) @ x,
    "vectors": lambda t, x: t.dot(x[0], x[1]),
    "a batch of matrices": lambda t, x: t.stack([x, x]) @ x.t(),
    "where": lambda t, x: t.where(x > 0, x, 0.5 * x) + t.where(x > 0, 1.0, 0.0),
    "masked_fill": lambda t, x: x.masked_fill(x > 0, 7.0) * x,
    "clamp": lambda t, x: x.clamp(-0.3, 0.4) + x.clamp(min=0),
    "maximum": lambda t, x: t.maximum(x, x.flip(0)) * t.minimum(x, 0 * x),
    "powers": lambda t, x: x**2 + x.abs() ** 0.5 + 2.0**x + (x.abs() + 1) ** x,
    "take_along_dim": lambda t, x: x.take_along_dim(t.tensor([[0], [2], [1]]), 1),
    "written in place": lambda t, x: (x * 1).add_(1, alpha=2).mul_(x).relu_(),
    "rows written": lambda t, x: _rows_written(x * 1, x),
    "a view written": lambda t, x: _view_written(x * 1),
    "types mixed": lambda t, x: (x.double() * 2).float() + t.arange(3)[:, None],
    "trigonometry": lambda t, x: x.sin() * x.cos() + x.tan() - x.sinh() / x.cosh() + x.tanh(),
    "exponentials": lambda t, x: x.exp().log1p() + x.expm1() + (x * x + 1).log2() * (x * x + 1).log10(),
    "roots": lambda t, x: (x * x + 1).sqrt() + (x * x + 1).rsqrt() - (x * x + 1).reciprocal(),
    "steps": lambda t, x: x.sign() * x + x.floor() * x.ceil() + x.round() + x.trunc(),
    "detached": lambda t, x: x * x.detach() + x.data,
    "cloned": lambda t, x: x.clone().t().contiguous() * 2,
}


def _rows_written(h: Any, x: Any) -> Any:
    h[1] = x[0] * 3
    h[:, 0] = 5.0
    h[h > 4] *= x[0, 0]
    return h * h


def _view_written(h: Any) -> Any:
    h.t()[1].mul_(h[0, 0] * 2)
    h[0] += h[1]
    return h.exp()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_the_same_values_and_gradients(program):
    values = np.random.default_rng(0).normal(size=(3, 4)).astype(np.float32)
    outcomes = []
    for lib in LIBRARIES:
        x = lib.tensor(values.tolist(), requires_grad=True)
        y = PROGRAMS[program](lib, x)
        weights = np.cos(np.arange(y.numel())).reshape(tuple(y.shape))
        y.backward(lib.tensor(weights.tolist(), dtype=y.dtype))
        outcomes.append((y, x.grad))
    (our_y, our_grad), (their_y, their_grad) = outcomes
    assert_same(our_y, their_y, 1e-5)
    np.testing.assert_allclose(our_grad.numpy(), their_grad.numpy(), rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("program", ["rows", "view", "permute", "expand", "T and mT", "detached", "unbind"])
def test_a_program_on_nothing(program):
    outcomes = []
    for lib in LIBRARIES:
        try:
            outcomes.append(tuple(PROGRAMS[program](lib, lib.zeros(3, 0)).shape))
        except (RuntimeError, IndexError) as error:
            outcomes.append(type(error))
    assert outcomes[0] == outcomes[1]


# ---- making tensors --------------------------------------------------------------------------------------------------

MAKERS = {
    "a float": lambda t: t.tensor(1.5),
    "an int": lambda t: t.tensor(3),
    "a bool": lambda t: t.tensor([True, False]),
    "nested": lambda t: t.tensor([[1, 2.5], [3, 4]]),
    "nothing": lambda t: t.tensor([]),
    "float64 array": lambda t: t.tensor(np.array([1.0, 2.0])),
    "a NumPy number": lambda t: t.tensor(np.float64(1.5)),
    "tensors in a list": lambda t: t.tensor([t.tensor(1.0), t.tensor(2.0)]),
    "Tensor of values": lambda t: t.Tensor([1, 2]),
    "zeros": lambda t: t.zeros(2, 3),
    "ones": lambda t: t.ones((2, 3), dtype=t.int64),
    "full": lambda t: t.full((2,), 3),
    "full of floats": lambda t: t.full((2,), 3.0),
    "eye": lambda t: t.eye(2, 3),
    "arange": lambda t: t.arange(5),
    "arange of floats": lambda t: t.arange(0, 1, 0.25),
    "arange down": lambda t: t.arange(5, 0, -2),
    "linspace": lambda t: t.linspace(-1, 1, 20),
    "linspace, odd": lambda t: t.linspace(0.1, 0.7, 7),
    "linspace of one": lambda t: t.linspace(2, 3, 1),
    "zeros_like": lambda t: t.zeros_like(t.ones(2, dtype=t.int32)),
    "full_like": lambda t: t.full_like(t.ones(2), 5),
    "as_tensor": lambda t: t.as_tensor(np.arange(3)),
    "from_numpy": lambda t: t.from_numpy(np.arange(3.0)),
}


@pytest.mark.parametrize("maker", MAKERS)
def test_making(maker):
    ours, theirs = (MAKERS[maker](lib) for lib in LIBRARIES)
    assert_same(ours, theirs, 0)


@given(st.floats(-10, 10, width=16), st.floats(-10, 10, width=16), st.integers(0, 40))
def test_linspace_to_the_last_bit(start, end, steps):
    ours, theirs = (lib.linspace(start, end, steps).numpy() for lib in LIBRARIES)
    np.testing.assert_array_equal(ours, theirs)


# ---- refusals --------------------------------------------------------------------------------------------------------

REFUSED = {
    "sizes that do not match": lambda t: t.ones(2, 3) + t.ones(4),
    "matrices that do not fit": lambda t: t.ones(2, 3) @ t.ones(4, 2),
    "matrices of two types": lambda t: t.ones(2, 3) @ t.ones(3, 2).double(),
    "an index too large": lambda t: t.ones(3)[5],
    "too many indices": lambda t: t.ones(3)[0, 0],
    "a list with an index too large": lambda t: t.ones(3)[[0, 5]],
    "an index that is no integer": lambda t: t.arange(4)[1.5],
    "a view that does not fit": lambda t: t.ones(6).view(4),
    "a view of memory out of order": lambda t: t.ones(2, 3).t().view(6),
    "two sizes to infer": lambda t: t.ones(6).view(-1, -1),
    "an integer that requires grad": lambda t: t.tensor([1, 2], requires_grad=True),
    "requires_grad_ of integers": lambda t: t.tensor([1, 2]).requires_grad_(),
    "backward of many": lambda t: (t.ones(3, requires_grad=True) * 2).backward(),
    "backward of a constant": lambda t: t.ones(3).sum().backward(),
    "backward with a gradient of another shape": lambda t: (t.ones(3, requires_grad=True) * 2).backward(t.ones(2)),
    "numpy of what requires grad": lambda t: t.ones(3, requires_grad=True).numpy(),
    "item of many": lambda t: t.ones(3).item(),
    "the truth of many": lambda t: bool(t.ones(3)),
    "a leaf written": lambda t: t.ones(3, requires_grad=True).add_(1),
    "a result told to require no grad": lambda t: (t.ones(3, requires_grad=True) * 2).requires_grad_(False),
    "the mean of integers": lambda t: t.arange(3).mean(),
    "a dimension that is not there": lambda t: t.ones(2, 3).sum(2),
    "softmax over none": lambda t: t.ones(2).softmax(3),
    "the largest of none": lambda t: t.ones(0).max(),
    "clamp without bounds": lambda t: t.ones(2).clamp(),
    "integers to a negative power": lambda t: t.tensor([2]) ** -1,
    "the difference of booleans": lambda t: t.tensor([True]) - t.tensor([True]),
    "minus a boolean": lambda t: -t.tensor([True]),
    "a list added": lambda t: t.ones(2).add([1, 2]),
    "text added": lambda t: t.ones(2) + "a",
    "an attribute that is not there": lambda t: t.ones(2).graad,
    "rows of unequal length": lambda t: t.tensor([[1, 2], [3]]),
    "nothing of a kind": lambda t: t.tensor(None),
    "a negative size": lambda t: t.zeros(-1),
    "arange the wrong way": lambda t: t.arange(0, 3, -1),
    "randint of an empty range": lambda t: t.randint(5, 5, (2,)),
    "a negative deviation": lambda t: t.normal(0.0, -1.0, (2,)),
    "expanding a size": lambda t: t.ones(2, 3).expand(4, 3),
    "a dimension named twice": lambda t: t.ones(2, 3).permute(0, 0),
    "cat of different sizes": lambda t: t.cat([t.ones(2, 3), t.ones(2, 4)]),
    "cat of nothing": lambda t: t.cat([]),
    "stack of different sizes": lambda t: t.stack([t.ones(2), t.ones(3)]),
    "mm of vectors": lambda t: t.mm(t.ones(2), t.ones(2)),
    "a condition of integers": lambda t: t.where(t.tensor([1, 0]), 1.0, 2.0),
    "the length of a number": lambda t: len(t.tensor(1.0)),
    "iterating over a number": lambda t: list(t.tensor(1.0)),
    "an unused input": lambda t: t.autograd.grad(
        t.ones(1, requires_grad=True) * 2, t.ones(1, requires_grad=True)
    ),
}


@pytest.mark.parametrize("refused", REFUSED)
def test_refused_with_the_same_type_of_error(refused):
    errors = []
    for lib in LIBRARIES:
        with pytest.raises(Exception) as caught:  # noqa: PT011 (which, is the question)
            REFUSED[refused](lib)
        errors.append(caught.type)
    ours, theirs = errors
    assert issubclass(ours, theirs), f"{ours.__name__}, PyTorch raises {theirs.__name__}"
