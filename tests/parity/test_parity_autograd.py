"""minigrad's autograd beside PyTorch's: the names in ``grad_fn``, Functions, hooks, derivatives of functions."""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")


def library(name: str) -> ModuleType:
    """Return a library whose submodules are imported."""
    for submodule in ("nn.functional", "autograd.functional"):
        importlib.import_module(f"{name}.{submodule}")
    return importlib.import_module(name)


LIBRARIES = [library("minigrad"), library("torch")]


def plain(found: Any) -> Any:
    """Return tensors as nested lists, in tuples as they were found."""
    if isinstance(found, tuple | list):
        return type(found)(plain(item) for item in found)
    return found.detach().tolist() if hasattr(found, "detach") else found


def same(run: Any) -> None:
    """Compare what a function of the library finds in both, numbers to six digits."""
    ours, theirs = (run(lib) for lib in LIBRARIES)
    assert_same(plain(ours), plain(theirs))


def assert_same(ours: Any, theirs: Any) -> None:
    assert type(ours) is type(theirs)
    if isinstance(ours, tuple | list) and any(isinstance(item, tuple) for item in (ours, *ours)):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b)
    elif isinstance(ours, list | float):
        np.testing.assert_allclose(np.array(ours, dtype=float), np.array(theirs, dtype=float), rtol=1e-6, atol=1e-7)
    else:
        assert ours == theirs


# ---- names -----------------------------------------------------------------------------------------------------------

NAMED = """
x + y | x + 1 | 1 + x | x - y | x - 1 | x * y | 2 * x | x / y | x / 2 | 1 / x | -x | abs(x)
x**2 | x**2.5 | x**0 | x**y | 2**x | x.square() | x.reciprocal() | x.sqrt() | x.rsqrt()
x.exp() | x.expm1() | x.log() | x.log1p() | x.log2() | x.log10() | x.sin() | x.cos() | x.tan() | x.sinh() | x.cosh()
x.tanh() | x.sigmoid() | x.relu() | x.abs() | x.sign() | x.floor() | x.ceil() | x.round() | x.trunc()
x.clamp(0) | x.clamp(max=1) | x.clamp(0, 1) | x.maximum(y) | x.minimum(y) | torch.where(x > 0, x, y)
x[0] | x[-1] | x[1:] | x[:] | x[::2] | x[0, 1] | x[0, 1:] | x[:, 0] | x[0:1, 1:] | x[..., 0] | x[..., 1:] | x[...]
x[None] | x[:, None] | x[torch.tensor([0, 1])] | x[[0, 1]] | x[x > 0] | x[torch.tensor([0, 1]), 0] | x[0, [0, 1]]
x.sum() | x.sum(0) | x.sum(1, keepdim=True) | x.mean() | x.mean(1) | x.softmax(1) | x.log_softmax(1) | x.cumsum(0)
x.view(-1) | x.view(3, 2) | x.reshape(-1) | x.reshape(3, 2) | x.flatten() | x.view_as(y)
x.transpose(0, 1) | x.mT | x.T | x.permute(1, 0) | x.expand(2, 2, 3) | x.flip(0) | x.clone() | x.T.contiguous()
x.double() | x.half() | torch.cat([x, y])
x @ w | x.mm(w) | x.matmul(w) | b @ w | b @ b.mT
F.linear(x, w.T) | F.linear(x, w.T, c) | F.linear(x[0], w.T, c) | F.linear(b, w.T, c) | F.linear(b, w.T)
F.mse_loss(x, y) | F.mse_loss(x, y, reduction="none") | nn.Linear(3, 4)(x).sum() | nn.ReLU()(x) | nn.MSELoss()(x, y)
(x * 1).add_(1) | (x * 1).mul_(y) | (x * 1).exp_() | (x * 1).relu_() | (x * 1).clamp_(0) | x.detach() | x
(x - 3).exp().sum().sqrt()
c @ c | c.dot(c) | torch.matmul(c, c) | x @ w[:, 0] | torch.mv(x, w[:, 0]) | c @ x | b @ w[:, 0] | c @ b | c.inner(c)
c.sum(0) | c.sum(-1) | c.sum((0,)) | c.sum(0, keepdim=True) | c.mean(0) | x.sum((0, 1)) | x.mean((0, 1)) | x.sum(())
x.nansum() | x.nansum(0) | c.sum() | c.mean() | x.sum((0, 1), keepdim=True) | c[0].sum() | c[0].sum(0)
"""
EXPRESSIONS = [expression.strip() for line in NAMED.strip().splitlines() for expression in line.split("|")]

GIVEN = """
x = torch.tensor([[1.0, 2.0, 3.0], [0.25, 0.5, 2.0]], requires_grad=True)
y = torch.tensor([[0.5, 1.0, 3.5], [1.0, 2.0, 3.0]], requires_grad=True)
w = torch.tensor([[1.0, 0.0], [2.0, 1.0], [0.5, -1.0]], requires_grad=True)
b = torch.ones(2, 2, 3, requires_grad=True)
c = torch.tensor([0.5, 1.0], requires_grad=True)
"""


def printed(lib: ModuleType, expression: str) -> str:
    lib.manual_seed(0)
    names = {"torch": lib, "nn": lib.nn, "F": lib.nn.functional}
    exec(GIVEN, names)
    return repr(eval(expression, names)).replace("minigrad.", "torch.")


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_a_tensor_is_printed_with_the_same_grad_fn(expression):
    ours, theirs = (printed(lib, expression) for lib in LIBRARIES)
    assert ours == theirs


def test_next_functions_have_the_same_names():
    def names(lib: ModuleType) -> Any:
        def below(node: Any) -> Any:
            return node and (node.name(), tuple(below(next_node) for next_node, _ in node.next_functions))

        x, y = (lib.ones(3, requires_grad=True) for _ in range(2))
        return below(((x * y + x.exp() * 2).sum() / 3).grad_fn)

    ours, theirs = map(names, LIBRARIES)
    assert ours == theirs


# ---- Functions -------------------------------------------------------------------------------------------------------


def split(lib: ModuleType) -> Any:
    """Make a Function of two inputs, a number and two outputs that tells what its backward is given."""

    class Split(lib.autograd.Function):
        seen: list[Any] = []  # noqa: RUF012

        @staticmethod
        def forward(ctx, x, y, factor):
            first, second = x * y * factor, x.exp()
            ctx.save_for_backward(x, y, second)
            ctx.factor = factor
            return first, second

        @staticmethod
        def backward(ctx, g, h):
            x, y, second = ctx.saved_tensors
            Split.seen.append((plain(g), plain(h), ctx.needs_input_grad, lib.is_grad_enabled()))
            return g * y * ctx.factor + h * second, g * x * ctx.factor, None

    return Split


@pytest.mark.parametrize("which", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("create_graph", [False, True])
def test_a_function(which, create_graph):
    def run(lib: ModuleType) -> Any:
        Split = split(lib)
        x = lib.tensor([0.5, -1.0, 2.0], requires_grad=True)
        y = lib.tensor([3.0, 1.0, -2.0], requires_grad=True)
        outputs = Split.apply(x, y, 1.5)
        total = sum((outputs[k] ** 2).sum() for k in which)
        first = lib.autograd.grad(total, [x, y], create_graph=create_graph, allow_unused=True)
        if not create_graph:
            return first, tuple(Split.seen)
        second = lib.autograd.grad(sum((g**2).sum() for g in first), [x, y], allow_unused=True)
        return first, second, tuple(Split.seen[:1]), tuple(y.grad_fn.name() for y in outputs)

    same(run)


def wrong(answer: Any) -> Any:
    def run(lib: ModuleType) -> None:
        class Wrong(lib.autograd.Function):
            @staticmethod
            def forward(ctx, x, factor):
                return x * factor

            @staticmethod
            def backward(ctx, g):
                return answer(lib)

        Wrong.apply(lib.ones(3, requires_grad=True), 2.0).sum().backward()

    return run


def save_a_number(lib: ModuleType) -> None:
    class Saving(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(3)

    Saving.apply(lib.ones(3, requires_grad=True))


def hook_returns(answer: Any) -> Any:
    def run(lib: ModuleType) -> None:
        x = lib.ones(3, requires_grad=True)
        x.register_hook(lambda g: answer(lib))
        x.sum().backward()

    return run


def backward_inputs(*inputs: Any) -> Any:
    return lambda lib: lib.ones(3, requires_grad=True).sum().backward(inputs=[make(lib) for make in inputs])


def nan_detected(lib: ModuleType) -> None:
    x = lib.zeros(3, requires_grad=True)
    with lib.autograd.detect_anomaly():
        (x.sqrt() * 0).sum().backward()


REFUSED = {
    "too few gradients": wrong(lambda lib: ()),
    "too many gradients": wrong(lambda lib: (lib.ones(3), None, lib.ones(3))),
    "a gradient for a number": wrong(lambda lib: (lib.ones(3), lib.ones(()))),
    "a gradient of another shape": wrong(lambda lib: (lib.ones(2), None)),
    "a gradient that is no tensor": wrong(lambda lib: (1.0, None)),
    "saving a number": save_a_number,
    "a hook on a constant": lambda lib: lib.ones(3).register_hook(print),
    "a hook that returns a number": hook_returns(lambda lib: 3),
    "a hook that returns another shape": hook_returns(lambda lib: lib.ones(2)),
    "a hook that returns another dtype": hook_returns(lambda lib: lib.ones(3).double()),
    "retain_grad of a constant": lambda lib: lib.ones(3).retain_grad(),
    "no inputs for backward": backward_inputs(),
    "constant inputs for backward": backward_inputs(lambda lib: lib.ones(3)),
    "a mode that is no boolean": lambda lib: lib.autograd.set_grad_enabled(1),
    "NaN": nan_detected,
    "a Hessian of a vector": lambda lib: lib.autograd.functional.hessian(lambda x: x * 2, lib.ones(3)),
    "a Jacobian of no tensor": lambda lib: lib.autograd.functional.jacobian(lambda x: 3, lib.ones(3)),
    "a Jacobian that is not there": lambda lib: lib.autograd.functional.jacobian(
        lambda x: lib.ones(2), lib.ones(3), strict=True
    ),
    "a product without vector": lambda lib: lib.autograd.functional.vjp(lambda x: x * 2, lib.ones(3)),
    "a vector of another shape": lambda lib: lib.autograd.functional.jvp(lambda x: x, lib.ones(3), lib.ones(2)),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.filterwarnings("ignore")
def test_what_is_refused_is_refused_with_the_same_type(case):
    errors = []
    for lib in LIBRARIES:
        with pytest.raises(Exception) as caught:  # noqa: PT011
            REFUSED[case](lib)
        errors.append(caught.type)
    assert errors[0] is errors[1]


# ---- hooks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_in_their_order(create_graph):
    def run(lib: ModuleType) -> Any:
        x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
        seen: list[Any] = []
        y = x * 2
        y.retain_grad()
        y.register_hook(lambda g: g * 3)
        y.register_hook(lambda g: seen.append(("y", plain(g), g.requires_grad)))
        x.register_hook(lambda g: seen.append(("x", plain(g), lib.is_grad_enabled())))
        x.register_post_accumulate_grad_hook(lambda p: seen.append(("after", plain(p.grad))))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # PyTorch warns of backward() with create_graph
            (y**2 + y).sum().backward(create_graph=create_graph)
        return tuple(seen), y.grad, x.grad, y.retains_grad, x.retains_grad

    same(run)


def test_hooks_around_a_write_in_place():
    def run(lib: ModuleType) -> Any:
        x = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
        seen: list[Any] = []
        h = x * 1
        h.retain_grad()
        h.register_hook(lambda g: seen.append(("old", plain(g))))
        h.mul_(5)
        h.register_hook(lambda g: seen.append(("new", plain(g))))
        h.sum().backward()
        return tuple(seen), h.grad, x.grad

    same(run)


# ---- derivatives of functions ----------------------------------------------------------------------------------------

VALUES = [[0.5, -1.0, 2.0], [1.0, 3.0]]


def one_to_one(x):
    return (x * x).cumsum(0)


def one_to_many(x):
    return x.sum(), x.exp()


def many_to_one(x, y):
    return x.sum() * y.exp()


def many_to_many(x, y):
    return x.sum() * y, x * x, y.sum()


def scalar(x):
    return (x**3).sum() + x[0] * x[1]


def scalar_of_many(x, y):
    return (x**3).sum() * y[0] * y[1]


def inputs_of(lib: ModuleType, func: Any) -> Any:
    count = func.__code__.co_argcount
    tensors = tuple(lib.tensor(values) for values in VALUES[:count])
    return tensors if count > 1 else tensors[0]


def ones_like(lib: ModuleType, found: Any) -> Any:
    ones = [lib.ones_like(x) for x in (found if isinstance(found, tuple) else (found,))]
    return tuple(ones) if isinstance(found, tuple) else ones[0]


@pytest.mark.parametrize("func", [one_to_one, one_to_many, many_to_one, many_to_many])
def test_jacobians_and_their_products(func):
    def run(lib: ModuleType) -> Any:
        inputs = inputs_of(lib, func)
        outputs = func(*inputs) if isinstance(inputs, tuple) else func(inputs)
        functional = lib.autograd.functional
        return (
            functional.jacobian(func, inputs),
            functional.vjp(func, inputs, ones_like(lib, outputs)),
            functional.jvp(func, inputs, ones_like(lib, inputs)),
        )

    same(run)


@pytest.mark.parametrize("func", [scalar, scalar_of_many])
def test_hessians_and_their_products(func):
    def run(lib: ModuleType) -> Any:
        inputs = inputs_of(lib, func)
        functional, ones = lib.autograd.functional, ones_like(lib, inputs)
        return (
            functional.hessian(func, inputs),
            functional.vhp(func, inputs, ones),
            functional.hvp(func, inputs, ones),
        )

    same(run)


# ---- modes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outside", [True, False])
def test_modes_inside_of_one_another(outside):
    def run(lib: ModuleType) -> Any:
        autograd, seen = lib.autograd, []
        switches = [
            autograd.no_grad,
            autograd.enable_grad,
            autograd.inference_mode,
            lambda: autograd.inference_mode(False),
            lambda: autograd.set_grad_enabled(True),
        ]
        with autograd.set_grad_enabled(outside):
            for first in switches:
                for second in switches:
                    with first(), second():
                        seen.append(lib.is_grad_enabled())
                    seen.append(lib.is_grad_enabled())
        return tuple(seen)

    same(run)
