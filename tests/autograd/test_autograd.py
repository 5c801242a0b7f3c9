"""What autograd offers beyond a backward pass: Functions, hooks, modes, anomalies, and derivatives of functions."""

from __future__ import annotations

import copy
import os
import warnings
import weakref
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad as mg
from minigrad import nn
from minigrad._tensor.anomaly import is_anomaly_check_nan_enabled, is_anomaly_enabled
from minigrad._tensor.base import named
from minigrad._tensor.grad_mode import is_inference_mode_enabled
from minigrad._tensor.hooks import RemovableHandle
from minigrad._tensor.node import Node
from minigrad.autograd import (
    Function,
    Variable,
    backward,
    detect_anomaly,
    enable_grad,
    function,
    functional,
    grad,
    gradcheck,
    gradgradcheck,
    inference_mode,
    no_grad,
    set_detect_anomaly,
    set_grad_enabled,
)


def leaf(values: Any = (1.0, 2.0, 3.0)) -> mg.Tensor:
    return mg.tensor(values, dtype=mg.float64, requires_grad=True)


# ---- Functions: values and gradients ---------------------------------------------------------------------------------


class Exp(Function):
    """Saves its output."""

    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y


class Cube(Function):
    """Saves its input, in a setup of its own."""

    @staticmethod
    def forward(x):
        return x**3

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3 * x**2


class Scale(Function):
    """Takes a number, and keeps it as an attribute."""

    @staticmethod
    def forward(ctx, x, factor):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None


class Polar(Function):
    """Two inputs, two outputs, all of them saved."""

    @staticmethod
    def forward(ctx, r, angle):
        x, y = r * angle.cos(), r * angle.sin()
        ctx.save_for_backward(r, angle, x, y)
        return x, y

    @staticmethod
    def backward(ctx, gx, gy):
        r, _, x, y = ctx.saved_tensors
        return (gx * x + gy * y) / r, gy * x - gx * y


class Outer(Function):
    """A gradient that the engine has to sum down to its input's shape."""

    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y, g * x


FUNCTIONS = {
    "saved output": (Exp.apply, [leaf()]),
    "saved input": (Cube.apply, [leaf()]),
    "an attribute": (lambda x: Scale.apply(x, 2.5), [leaf()]),
    "two of each": (Polar.apply, [leaf(), leaf((0.3, 0.5, -2.0))]),
    "one output unused": (lambda r, a: Polar.apply(r, a)[1], [leaf(), leaf((0.3, 0.5, -2.0))]),
    "one input constant": (lambda r: Polar.apply(r, mg.ones(3).double())[0], [leaf()]),
    "the same input twice": (lambda r: Polar.apply(r, r), [leaf()]),
    "an output used twice": (lambda x: Exp.apply(x) * Exp.apply(x) + Exp.apply(x), [leaf((0.1, 0.2, 0.3))]),
    "in a chain": (lambda x: Exp.apply(Cube.apply(Scale.apply(x * 1, 0.5)) + x), [leaf((0.1, 0.2, 0.3))]),
    "broadcast": (Outer.apply, [leaf(), leaf([[1.0], [2.0]])]),
    "0-d": (lambda x: Exp.apply(x.sum()), [leaf((0.1, 0.2, 0.3))]),
}


@pytest.mark.parametrize("case", FUNCTIONS)
def test_a_function_has_the_derivatives_of_its_backward(case):
    func, inputs = FUNCTIONS[case]
    assert gradcheck(func, inputs)
    assert gradgradcheck(func, inputs)


def test_the_backward_runs_once_for_all_inputs_and_outputs():
    calls = []

    class Counted(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y, x * 1

        @staticmethod
        def backward(ctx, g, h):
            calls.append(mg.is_grad_enabled())
            return g + h, g

    x, y = leaf(), leaf()
    first, second = Counted.apply(x, y)
    (first + second).sum().backward()
    assert calls == [False]
    assert (x.grad.tolist(), y.grad.tolist()) == ([2.0] * 3, [1.0] * 3)
    first, second = Counted.apply(x, y)
    grad((first + second).sum(), [x, y], create_graph=True)
    assert calls == [False, True]


def test_the_context_knows_which_inputs_need_a_gradient():
    seen = []

    class Looking(Function):
        @staticmethod
        def forward(ctx, x, n, y):
            seen.append(ctx.needs_input_grad)
            assert not mg.is_grad_enabled()
            return x * n

        @staticmethod
        def backward(ctx, g):
            seen.append(ctx.needs_input_grad)
            return g, None, None

    Looking.apply(leaf(), 2, mg.ones(3)).sum().backward()
    with no_grad():
        assert not Looking.apply(leaf(), 2, leaf()).requires_grad
    assert not Looking.apply(mg.ones(3), 2, mg.ones(3)).requires_grad
    assert seen == [(True, False, False)] * 2 + [(True, False, True), (False, False, False)]


def test_the_saved_input_is_the_input_itself():
    class Saving(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, None)
            return x * 2

        @staticmethod
        def backward(ctx, g):
            assert ctx.saved_tensors == (x, None)
            return g * 2

    x = leaf(1.0)
    Saving.apply(x).backward()
    assert x.grad.item() == 2.0


def test_an_output_is_named_after_its_function():
    y = Exp.apply(leaf(0.0))
    assert repr(y) == "tensor(1., dtype=minigrad.float64, grad_fn=<ExpBackward>)"
    assert y.grad_fn.name() == "ExpBackward"


@pytest.mark.parametrize("create_graph", [False, True])
def test_none_is_no_gradient(create_graph):
    class Blocking(Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y

        @staticmethod
        def backward(ctx, g):
            return g, None

    x, y = leaf(), leaf()
    Blocking.apply(x * 1, y.exp()).sum().backward(create_graph=create_graph)
    assert x.grad.tolist() == [1.0, 1.0, 1.0]
    assert y.grad is None
    assert grad(Blocking.apply(x, y).sum(), y, allow_unused=True) == (None,)


@pytest.mark.parametrize("materialize", [True, False])
def test_the_gradient_of_an_unused_output_is_zeros_or_none(materialize):
    seen = []

    class Two(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(materialize)
            return x * 1, x[:2] * 1

        @staticmethod
        def backward(ctx, g, h):
            seen.append(h if h is None else h.tolist())
            return g

    Two.apply(leaf())[0].sum().backward()
    assert seen == [[0.0, 0.0] if materialize else None]


def test_outputs_without_derivative():
    class Choice(Function):
        @staticmethod
        def forward(ctx, x):
            signs = x.sign()
            ctx.mark_non_differentiable(signs)
            return x * 2, signs, x.long(), "words"

        @staticmethod
        def backward(ctx, g, *others):
            assert [h if h is None else h.tolist() for h in others] == [[0.0] * 3, [0] * 3, None]
            return g * 2

    x = leaf()
    y, signs, integers, words = Choice.apply(x)
    assert y.requires_grad
    assert not signs.requires_grad
    assert not integers.requires_grad
    assert words == "words"
    y.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


class AddOne(Function):
    """Overwrites its input."""

    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        x.add_(1)
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 7


def test_a_function_may_overwrite_its_input():
    x = leaf()
    h = x * 1
    y = AddOne.apply(h)
    assert y is h
    assert h.tolist() == [2.0, 3.0, 4.0]
    h.sum().backward()
    assert x.grad.tolist() == [7.0, 7.0, 7.0]


class ExpInPlace(Function):
    """Overwrites its input behind the graph's back, and saves the result."""

    @staticmethod
    def forward(ctx, x):
        np.exp(x.array, out=x.array)
        ctx.mark_dirty(x)
        ctx.save_for_backward(x)
        return x

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]


def test_a_function_may_save_what_it_has_overwritten():
    assert gradcheck(lambda x: ExpInPlace.apply(x * 1), leaf())
    assert gradgradcheck(lambda x: ExpInPlace.apply(x * 1), leaf())


def test_a_function_may_overwrite_a_view():
    x = leaf()
    h = x * 1
    AddOne.apply(h[1:])
    h.sum().backward()
    assert h.tolist() == [1.0, 3.0, 4.0]
    assert x.grad.tolist() == [1.0, 7.0, 7.0]


def test_a_function_may_not_overwrite_a_leaf():
    with pytest.raises(RuntimeError, match="leaf Variable"):
        AddOne.apply(leaf())


def test_what_a_function_overwrites_it_must_return():
    class Forgetful(AddOne):
        @staticmethod
        def forward(ctx, x):
            ctx.mark_dirty(x)
            return x.add_(1) * 1

    with pytest.raises(RuntimeError, match="marked as dirty"):
        Forgetful.apply(leaf() * 1)


def test_an_overwrite_is_noticed_by_others():
    h = leaf() * 1
    z = h.sin()
    ExpInPlace.apply(h)
    with pytest.raises(RuntimeError, match="inplace"):
        z.sum().backward()


def test_an_input_that_is_passed_on_keeps_its_own_history():
    class Identity(Function):
        @staticmethod
        def forward(ctx, x):
            return x

        @staticmethod
        def backward(ctx, g):
            return g * 10

    x = leaf()
    y = Identity.apply(x)
    assert y is not x
    assert x.is_leaf
    y.sum().backward()
    assert x.grad.tolist() == [10.0, 10.0, 10.0]


class Doubled(Function):
    """Returns two halves of one array."""

    @staticmethod
    def forward(ctx, x):
        y = x * 2
        return y[:2], y[2:]

    @staticmethod
    def backward(ctx, g, h):
        return mg.cat([g, h]) * 2


class Passed(Function):
    """Returns its input."""

    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, g):
        return g * 7


def test_a_write_that_would_skip_a_backward_is_refused():
    a, b = Doubled.apply(leaf([1.0] * 4))
    with pytest.raises(RuntimeError, match="DoubledBackward is a view and is being modified inplace"):
        a.mul_(5)
    with pytest.raises(RuntimeError, match="is a view and is being modified inplace"):
        a[0].mul_(5)  # a view of it is no way around
    assert b.tolist() == [2.0, 2.0]

    with pytest.raises(RuntimeError, match="PassedBackward is a view"):
        Passed.apply(leaf() * 1).mul_(5)


def test_a_write_behind_a_functions_back_is_noticed():
    h = leaf() * 1
    y = Passed.apply(h)
    h.mul_(5)
    with pytest.raises(RuntimeError, match="its base or another view of its base has been modified"):
        y.sum().backward()

    a, b = Doubled.apply(leaf([1.0] * 4))
    with no_grad():
        a.mul_(5)
    with pytest.raises(RuntimeError, match="has been modified"):
        b.sum().backward()


def test_outputs_that_share_memory_keep_their_backward():
    x = leaf([1.0] * 4)
    a, b = Doubled.apply(x)
    (a.clone().mul_(5).sum() + b.sum()).backward()
    assert x.grad.tolist() == [10.0, 10.0, 2.0, 2.0]


def test_without_a_gradient_an_input_is_returned_as_another_tensor():
    x = mg.ones(3)
    y = Passed.apply(x)
    y.requires_grad_()
    assert not x.requires_grad
    y.detach().mul_(5)
    assert x.tolist() == [5.0] * 3


def test_outputs_that_the_forward_did_not_make_are_left_alone():
    constant, parameter = mg.ones(3).double(), leaf()

    class Returning(Function):
        @staticmethod
        def forward(ctx, x, constant):
            y = x * 2
            return constant, parameter, y, y

        @staticmethod
        def backward(ctx, *gradients):
            return sum(gradients), None

    x = leaf()
    outputs = Returning.apply(x, constant)
    assert not constant.requires_grad
    assert parameter.is_leaf
    sum((k + 1) * y for k, y in enumerate(outputs)).sum().backward()
    assert x.grad.tolist() == [10.0] * 3
    assert parameter.grad is None


def test_a_gradient_in_another_dtype_is_converted():
    x = mg.ones(3, requires_grad=True)

    class Widened(Scale):
        @staticmethod
        def backward(ctx, g):
            return g.double(), None

    Widened.apply(x, 2).sum().backward()
    assert x.grad.dtype == mg.float32


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_leafs_gradient_owns_its_memory_whatever_is_returned(create_graph):
    kept = mg.ones(3).double()

    class Careless(Function):
        @staticmethod
        def forward(ctx, x, y, z):
            return x + y + z

        @staticmethod
        def backward(ctx, g):
            return g, g, kept

    leaves = [leaf(), leaf(), leaf()]
    given = mg.ones(3).double()
    Careless.apply(*leaves).backward(given, create_graph=create_graph)
    arrays = [x.grad.array for x in leaves] + [given.array, kept.array]
    assert not any(np.shares_memory(a, b) for i, a in enumerate(arrays) for b in arrays[:i])
    Careless.apply(*leaves).backward(given)
    assert kept.tolist() == given.tolist() == [1.0, 1.0, 1.0]
    assert [x.grad.tolist() for x in leaves] == [[2.0, 2.0, 2.0]] * 3


def test_a_backward_may_run_a_backward():
    """What checkpoints do: compute again, with a graph this time."""

    class Again(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.sin()

        @staticmethod
        def backward(ctx, g):
            with enable_grad():
                x = ctx.saved_tensors[0].detach().requires_grad_()
                x.sin().backward(g)
            return x.grad

    assert gradcheck(Again.apply, leaf())


# ---- Functions: what is refused --------------------------------------------------------------------------------------


def returning(answer: Any) -> type[Function]:
    class Wrong(Function):
        @staticmethod
        def forward(ctx, x, factor):
            return x * factor

        @staticmethod
        def backward(ctx, g):
            return answer

    return Wrong


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (mg.ones(3), r"incorrect number of gradients \(expected 2, got 1\)"),
        ((mg.ones(3), None, mg.ones(3)), r"expected 2, got 3"),
        ((), r"expected 2, got 0"),
        ((mg.ones(2), None), r"invalid gradient at index 0 - got \[2\] but expected shape compatible with \[3\]"),
        ((mg.ones(3, 1), None), r"invalid gradient at index 0"),
        ((mg.ones(()), None), r"invalid gradient at index 0"),
        ((1.0, None), r"expected Variable or None \(got float\)"),
        ((mg.ones(3), mg.ones(())), r"gradient different than None at position 2"),
    ],
)
def test_a_wrong_answer_of_a_backward_is_refused(answer, message):
    y = returning(answer).apply(leaf(), 2.0)
    with pytest.raises(RuntimeError, match=message):
        y.sum().backward()


def test_none_too_many_does_no_harm():
    x = leaf()
    returning((mg.ones(3), None, None)).apply(x, 2.0).sum().backward()
    assert x.grad.tolist() == [1.0, 1.0, 1.0]


def test_a_function_without_forward_or_backward_says_so():
    class Empty(Function):
        pass

    class Half(Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

    with pytest.raises(NotImplementedError, match="forward"):
        Empty.apply(leaf())
    y = Half.apply(leaf())
    with pytest.raises(NotImplementedError, match="backward"):
        y.sum().backward()


def test_only_tensors_are_saved():
    class Saving(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x, 3)

    with pytest.raises(TypeError, match="argument 1 is of type int"):
        Saving.apply(leaf())


@pytest.mark.parametrize("func", [Exp, Cube])
def test_a_second_pass_over_freed_tensors_is_refused(func):
    y = func.apply(leaf()).sum()
    y.backward(retain_graph=True)
    y.backward()
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


def test_a_second_pass_over_a_function_that_saved_nothing_is_fine():
    x = leaf()
    y = Scale.apply(x, 2.0).sum()
    y.backward()
    y.backward()
    assert x.grad.tolist() == [4.0, 4.0, 4.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_write_into_a_saved_tensor_is_noticed(create_graph):
    x = leaf()
    y = Exp.apply(x)
    z = (y * 1).sum()
    y.add_(1)
    with pytest.raises(RuntimeError, match="ExpBackward needs its saved tensor 0"):
        z.backward(create_graph=create_graph)


def test_a_backward_that_is_differentiable_once():
    class Square(Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        @function.once_differentiable
        def backward(ctx, g):
            assert not mg.is_grad_enabled()
            return 2 * ctx.saved_tensors[0] * g

    x = leaf()
    Square.apply(x).sum().backward()
    assert x.grad.tolist() == [2.0, 4.0, 6.0]
    (first,) = grad(Square.apply(x).sum(), x, create_graph=True)
    assert first.tolist() == [2.0, 4.0, 6.0]
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad(first.sum(), x)


@pytest.mark.parametrize("case", FUNCTIONS)
@pytest.mark.parametrize("walked", ["never", "once", "recorded"])
def test_a_call_leaves_nothing_behind(living, case, walked):
    func, inputs = FUNCTIONS[case]

    def run() -> None:
        outputs = func(*inputs)
        outputs = outputs if isinstance(outputs, tuple) else (outputs,)
        if walked == "once":
            grad([y.sum() for y in outputs], inputs)
        if walked == "recorded":
            grad([y.sum() for y in outputs], inputs, create_graph=True)

    run()
    before = living(mg.Tensor, Node, function.Call)
    for _ in range(5):
        run()
    assert living(mg.Tensor, Node, function.Call) == before


# ---- hooks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [lambda x: x, lambda x: x * 1], ids=["leaf", "result"])
def test_hooks_see_the_complete_gradient_and_may_replace_it_in_turn(make):
    x = leaf()
    y = make(x)
    seen = []

    def double(g: mg.Tensor) -> mg.Tensor:
        seen.append(g.tolist())
        return g * 2

    y.register_hook(double)
    y.register_hook(lambda g: seen.append(g.tolist()))
    y.register_hook(double)
    (y + y * 2).sum().backward()
    assert seen == [[3.0] * 3, [6.0] * 3, [6.0] * 3]
    assert x.grad.tolist() == [12.0] * 3


def test_a_hook_is_taken_off():
    x = leaf()
    handle = x.register_hook(lambda g: g * 2)
    with x.register_hook(lambda g: g * 100):
        pass
    x.sum().backward()
    handle.remove()
    handle.remove()
    x.sum().backward()
    assert x.grad.tolist() == [3.0] * 3


def test_a_hook_may_take_itself_off():
    x, calls = leaf(), []

    def once(g: mg.Tensor) -> None:
        calls.append(1)
        handle.remove()

    handle = x.register_hook(once)
    for _ in range(2):
        x.sum().backward()
    assert calls == [1]


@pytest.mark.parametrize("create_graph", [False, True])
def test_hooks_are_called_for_grad_too(create_graph):
    x = leaf()
    y = x * 1
    x.register_hook(lambda g: g * 2)
    y.register_hook(lambda g: g * 5)
    seen = []
    y.register_hook(lambda g: seen.append(mg.is_grad_enabled()))
    by_x, by_y = grad((y * y).sum(), [x, y], create_graph=create_graph)
    np.testing.assert_allclose(by_y.detach().array, 10 * x.array)
    np.testing.assert_allclose(by_x.detach().array, 20 * x.array)
    np.testing.assert_allclose(grad((y * y).sum(), y)[0].array, 10 * x.array)
    assert seen == [create_graph, False]
    if create_graph:
        np.testing.assert_allclose(grad(by_x.sum(), x)[0].array, [200.0] * 3)  # 20, again by 5 and by 2


def test_a_hook_may_write_into_the_gradient_and_keep_it():
    x, y, kept = leaf(), leaf(), []

    def freeze(g: mg.Tensor) -> None:
        g[0] = 0.0
        kept.append(g)

    x.register_hook(freeze)
    for _ in range(2):
        b, a = y.reshape(3), x.reshape(3)  # the newer one comes first in the backward pass
        a.register_hook(freeze)
        (a + b).backward(mg.ones(3).double())
    assert x.grad.tolist() == [0.0, 2.0, 2.0]
    assert y.grad.tolist() == [2.0, 2.0, 2.0]
    assert [g.tolist() for g in kept] == [[0.0, 1.0, 1.0]] * 4


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    ("hook", "error", "message"),
    [
        (lambda g: 3, TypeError, "returned 'int'"),
        (lambda g: g[:1], RuntimeError, "changed the size"),
        (lambda g: g.float(), RuntimeError, "changed the type"),
    ],
)
def test_a_wrong_answer_of_a_hook_is_refused(hook, error, message, create_graph):
    y = leaf() * 1
    y.register_hook(hook)
    with pytest.raises(error, match=message):
        y.sum().backward(create_graph=create_graph)


def test_where_no_hook_can_be():
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        mg.ones(3).register_hook(print)
    with pytest.raises(TypeError, match="callable"):
        leaf().register_hook(3)
    with pytest.raises(RuntimeError, match="doesn't require gradient"):
        mg.ones(3).register_post_accumulate_grad_hook(print)
    with pytest.raises(RuntimeError, match="non-leaf"):
        (leaf() * 1).register_post_accumulate_grad_hook(print)
    with pytest.raises(RuntimeError, match="can't retain_grad"):
        mg.ones(3).retain_grad()


def test_a_hook_on_what_was_overwritten_gets_the_gradient_of_the_old_values():
    h = leaf() * 1
    seen = []
    h.register_hook(lambda g: seen.append(("old", g.tolist())))
    h.mul_(5)
    h.register_hook(lambda g: seen.append(("new", g.tolist())))
    h.sum().backward()
    assert seen == [("new", [1.0] * 3), ("old", [5.0] * 3)]


def test_a_result_keeps_its_gradient_if_asked_to():
    x = leaf()
    y, z = x * 2, x * 3
    y.retain_grad()
    y.register_hook(lambda g: g * 10)  # what is kept is what the hooks have left
    assert (x.retains_grad, y.retains_grad, z.retains_grad) == (False, True, False)
    (y + z).sum().backward(retain_graph=True)
    assert y.grad.tolist() == [10.0] * 3
    with pytest.warns(UserWarning, match="not a leaf"):
        assert z.grad is None
    (y + z).sum().backward()
    assert y.grad.tolist() == [20.0] * 3
    assert not np.shares_memory(y.grad.array, x.grad.array)


def test_only_the_grad_of_a_result_that_keeps_none_warns():
    x = leaf()
    y = x * 2
    y.retain_grad()
    assert (x.grad, y.grad, x.detach().grad, y.detach().grad) == (None,) * 4
    assert copy.deepcopy(x).grad is None
    with pytest.warns(UserWarning, match="use .retain_grad"):
        assert x[:1].grad is None


STEPS = [lambda x: x.sin(), lambda x: x * x, lambda x: x[::2], lambda x: Exp.apply(x * 0.1), lambda x: x + x.mean()]


@pytest.mark.parametrize("write", [
    lambda h, v: h.mul_(3), lambda h, v: v.mul_(3), lambda h, v: h[3:].mul_(3), lambda h, v: v.detach().mul_(3),
])  # fmt: skip
def test_a_view_keeps_its_gradient_after_a_write(write):
    h = leaf([1.0] * 4) * 1
    v = h[:2]
    v.retain_grad()
    write(h, v)
    assert v.retains_grad
    (v * 5).sum().backward()
    assert v.grad.tolist() == [5.0, 5.0]


@given(st.lists(st.sampled_from(STEPS), max_size=5), st.lists(st.sampled_from(STEPS), max_size=5))
def test_a_kept_gradient_is_what_grad_gives(before, after):
    y = leaf(np.linspace(0.1, 1.0, 8))
    for step in before:
        y = step(y)
    y = y * 1
    y.retain_grad()
    z = y
    for step in after:
        z = step(z)
    (expected,) = grad(z.sum(), y, retain_graph=True)
    y.grad = None  # grad() passes here too
    z.sum().backward()
    np.testing.assert_array_equal(y.grad.array, expected.array)


def test_a_leaf_keeps_its_gradient_anyway():
    x = leaf()
    x.retain_grad()
    assert not x.retains_grad
    x.sum().backward()
    assert x.grad.tolist() == [1.0] * 3


def test_results_keep_gradients_of_their_own():
    x, given = leaf(), mg.ones(3).double()
    y, z = x * 2, x * 3
    y.retain_grad()
    z.retain_grad()
    for _ in range(2):
        (y + z).backward(given, retain_graph=True)
    assert y.grad.tolist() == z.grad.tolist() == [2.0] * 3
    assert given.tolist() == [1.0] * 3


def test_a_result_that_was_overwritten_keeps_the_gradient_of_its_new_values():
    h = leaf() * 1
    h.retain_grad()
    h.mul_(5)
    assert h.retains_grad
    h.sum().backward()
    assert h.grad.tolist() == [1.0] * 3


def test_a_kept_gradient_can_be_differentiated_again():
    x = leaf()
    y = x * x
    y.retain_grad()
    (y * y).sum().backward(create_graph=True)
    (by_x,) = grad(y.grad.sum(), x)
    np.testing.assert_allclose(by_x.array, 4 * x.array)


def test_a_post_accumulate_hook_sees_the_leaf_with_its_gradient():
    x, seen = leaf(), []

    def step(p: mg.Tensor) -> None:
        assert p is x
        seen.append((p.grad.tolist(), mg.is_grad_enabled()))
        p.sub_(p.grad)
        p.grad = None

    handle = x.register_post_accumulate_grad_hook(step)
    for _ in range(2):
        (x * 2).sum().backward()
    grad((x * 2).sum(), x)  # accumulates nothing
    assert seen == [([2.0] * 3, False)] * 2
    assert x.tolist() == [-3.0, -2.0, -1.0]
    handle.remove()
    x.register_post_accumulate_grad_hook(lambda p: 3)
    with pytest.raises(TypeError, match="returned 3"):
        (x * 2).sum().backward()


def test_hooks_on_parameters_of_a_layer():
    layer = nn.Linear(3, 2)
    layer.weight.register_hook(lambda g: g * 0)
    layer(mg.ones(4, 3)).sum().backward()
    assert layer.weight.grad.tolist() == [[0.0] * 3] * 2
    assert layer.bias.grad.tolist() == [4.0, 4.0]


def test_hooks_hold_no_graph(living):
    def run() -> weakref.ref[Any]:
        y = leaf() * 2
        y.retain_grad()
        handle = y.register_hook(lambda g: g * 2)
        y.sum().backward()
        assert handle.hooks
        return weakref.ref(y)

    run()
    before = living(mg.Tensor, Node, RemovableHandle)
    for _ in range(5):
        assert run()() is None
    assert living(mg.Tensor, Node, RemovableHandle) == before


# ---- which gradients are asked for -----------------------------------------------------------------------------------


@pytest.mark.parametrize("call", [lambda y, **k: y.backward(**k), lambda y, **k: backward(y, **k)])
def test_backward_for_some_inputs_only(call):
    x, w = leaf(), leaf()
    h = x * 2
    call((h * w).sum(), inputs=[w, h])
    assert x.grad is None
    assert w.grad.tolist() == [2.0, 4.0, 6.0]
    assert h.grad.tolist() == [1.0, 2.0, 3.0]
    call((x * 3).sum(), inputs=x)
    assert x.grad.tolist() == [3.0] * 3
    call((x * 3).sum(), inputs=w)  # not part of the graph: nothing happens
    assert w.grad.tolist() == [2.0, 4.0, 6.0]


def test_inputs_that_backward_refuses():
    y = leaf().sum()
    with pytest.raises(RuntimeError, match="cannot be empty"):
        y.backward(inputs=[])
    with pytest.raises(RuntimeError, match="requires_grad=False"):
        y.backward(inputs=[mg.ones(3)])


def test_gradients_of_unused_inputs_are_zeros_if_asked_to():
    x, unused = leaf(), leaf([[1.0]])
    by_x, zeros = grad((x * 2).sum(), [x, unused], materialize_grads=True)
    assert by_x.tolist() == [2.0] * 3
    assert zeros.tolist() == [[0.0]]
    assert zeros.dtype == mg.float64


def test_what_grad_refuses():
    x = leaf()
    with pytest.raises(ValueError, match="allow_unused"):
        grad(x.sum(), x, allow_unused=False, materialize_grads=True)
    with pytest.raises(NotImplementedError, match="is_grads_batched"):
        grad(x * 2, x, mg.eye(3), is_grads_batched=True)
    with pytest.raises(RuntimeError, match="cannot be empty"):
        grad(x.sum(), [])


def test_a_0d_gradient_stays_an_array_when_a_plain_pass_follows_a_recorded_one():
    x = leaf(2.0)
    y = x * x
    y.backward(create_graph=True)
    y.backward()
    assert type(x.grad.array) is np.ndarray
    assert x.grad.item() == 8.0


def test_every_tensor_is_a_variable():
    x = Variable(mg.ones(2), requires_grad=True)
    assert type(x) is mg.Tensor
    assert x.requires_grad
    assert isinstance(mg.ones(2), Variable)
    assert not isinstance(np.ones(2), Variable)


def test_a_volatile_variable_is_like_any_other_and_warns():
    with pytest.warns(UserWarning, match="volatile was removed and now has no effect") as warned:
        x = Variable(mg.ones(2), volatile=True)
    assert (x.tolist(), len(warned), warned[0].filename) == ([1, 1], 1, __file__)
    assert Variable(mg.ones(2), requires_grad=True, volatile=False).requires_grad
    with pytest.raises(ValueError, match="can't be volatile and require_grad at the same time"):
        Variable(mg.ones(2), requires_grad=True, volatile=True)


@pytest.mark.parametrize("data", [[1.0], 1.0, None])
def test_a_variable_is_made_of_a_tensor(data):
    with pytest.raises(TypeError, match=f"Variable data has to be a tensor, but got {type(data).__name__}"):
        Variable(data)


def test_a_composition_goes_by_one_name():
    y = named((leaf() * 2).sum(), "DotBackward0")
    assert repr(y) == "tensor(12., dtype=minigrad.float64, grad_fn=<DotBackward0>)"
    assert named(mg.ones(3), "DotBackward0").grad_fn is None


def test_next_functions_lead_to_the_leaves():
    x = leaf()
    y = (x * 2).exp()
    ((mul, index),) = y.grad_fn.next_functions
    assert (mul.name(), index) == ("MulBackward0", 0)
    (accumulate, _), (nothing, _) = mul.next_functions
    assert accumulate.variable is x
    assert accumulate.name() == "torch::autograd::AccumulateGrad"
    assert accumulate.next_functions == ()
    assert nothing is None


# ---- modes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [True, False])
def test_a_switch_tells_its_mode(mode):
    with (switch := set_grad_enabled(mode)):
        assert repr(switch) == f"minigrad._tensor.grad_mode.set_grad_enabled(mode={mode})"


@pytest.mark.parametrize("switch", [no_grad, inference_mode, lambda: set_grad_enabled(False)])
def test_a_decorated_generator_switches_only_itself(switch):
    @switch()
    def numbers() -> Any:
        """Count."""
        try:
            got = yield mg.is_grad_enabled()
            yield (got, mg.is_grad_enabled())
        except ValueError:
            yield ("caught", mg.is_grad_enabled())
        finally:
            closed.append(mg.is_grad_enabled())
        return "end"

    closed: list[bool] = []
    generator = numbers()
    assert next(generator) is False
    assert mg.is_grad_enabled()
    assert generator.send(5) == (5, False)
    assert generator.throw(ValueError()) == ("caught", False)
    with pytest.raises(StopIteration) as end:
        next(generator)
    assert end.value.value == "end"
    unfinished = numbers()
    next(unfinished)
    unfinished.close()
    assert closed == [False, False]
    assert mg.is_grad_enabled()
    assert numbers.__doc__ == "Count."


def test_a_decorated_class_is_made_without_recording():
    with pytest.warns(FutureWarning, match="Decorating classes"):

        @no_grad()
        class Thing:
            def __init__(self) -> None:
                self.mode = mg.is_grad_enabled()

    assert Thing().mode is False


@pytest.mark.parametrize("outside", [True, False])
@pytest.mark.parametrize("mode", [True, False])
def test_inference_mode(mode, outside):
    @inference_mode(mode)
    def decorated() -> tuple[bool, bool]:
        return mg.is_grad_enabled(), is_inference_mode_enabled()

    @inference_mode
    def bare() -> tuple[bool, bool]:
        return mg.is_grad_enabled(), is_inference_mode_enabled()

    with set_grad_enabled(outside):
        with inference_mode(mode):
            assert decorated() == (not mode, mode)
            assert (mg.is_grad_enabled(), is_inference_mode_enabled()) == (not mode, mode)
            assert bare() == (False, True)
            assert (leaf() * 2).requires_grad is not mode
        assert (mg.is_grad_enabled(), is_inference_mode_enabled()) == (outside, False)


@pytest.mark.parametrize("mode", [1, "no", None])
def test_a_mode_is_a_boolean(mode):
    with pytest.raises(TypeError, match="must be bool"):
        set_grad_enabled(mode)
    with pytest.raises(TypeError, match="must be bool"):
        inference_mode(mode)
    assert mg.is_grad_enabled()


def test_only_functions_are_decorated():
    with pytest.raises(TypeError, match="decorates functions"):
        no_grad()(3)


# ---- anomalies -------------------------------------------------------------------------------------------------------


def test_a_nan_is_traced_to_the_forward_that_made_it():
    x = leaf([0.0, 1.0])
    with pytest.warns(UserWarning, match="Anomaly Detection has been enabled"):
        detection = detect_anomaly()
    with detection:
        y = (x * 0).sqrt() * 0  # the slope of the root at 0 is infinite, and infinity times 0 is NaN
        with (
            np.errstate(divide="ignore", invalid="ignore"),
            pytest.warns(UserWarning, match=r"(?s)Error detected in SqrtBackward0.*y = \(x \* 0\)\.sqrt\(\)"),
            pytest.raises(RuntimeError, match=r"Function 'SqrtBackward0' returned nan values in its 0th output\."),
        ):
            y.sum().backward()
    assert not is_anomaly_enabled()
    with np.errstate(divide="ignore", invalid="ignore"):
        (x * 0).sqrt().mul(0).sum().backward()
    assert np.isnan(x.grad.array).any()


def test_the_forward_call_is_shown_without_minigrads_own_lines():
    layer = nn.Linear(1, 1)
    with set_detect_anomaly(True):
        y = nn.Sequential(layer, nn.Softplus())(mg.ones(2, 1))
    lines = [line for line in y.grad_fn.trace.splitlines() if line.startswith("  File ")]
    assert "test_the_forward_call_is_shown" in lines[-1]
    assert not [line for line in lines if f"{Path(mg.__file__).parent}{os.sep}" in line]


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_function_of_the_users_is_named(create_graph):
    with (
        set_detect_anomaly(True),
        pytest.warns(UserWarning, match="Error detected in WrongBackward"),
        pytest.raises(RuntimeError, match="Function 'WrongBackward' returned nan values in its 0th output"),
    ):
        returning((mg.full((3,), np.nan), None)).apply(leaf(), 1.0).sum().backward(create_graph=create_graph)


def test_any_error_of_a_backward_pass_is_traced():
    x = leaf()
    with set_detect_anomaly(True, check_nan=False):
        assert (is_anomaly_enabled(), is_anomaly_check_nan_enabled()) == (True, False)
        y = x.exp()
        z = (y * 1).sum()
        y.add_(1)
        with (
            pytest.warns(UserWarning, match=r"(?s)Error detected in ExpBackward0.*y = x\.exp\(\)"),
            pytest.raises(RuntimeError, match="inplace"),
        ):
            z.backward()
        (x * np.nan).sum().backward()  # nobody looks
    assert (is_anomaly_enabled(), is_anomaly_check_nan_enabled()) == (False, True)


def test_a_forward_before_detection_leaves_no_trace():
    y = returning((mg.full((3,), np.nan), None)).apply(leaf(), 1.0).sum()
    with (
        set_detect_anomaly(True),
        pytest.warns(UserWarning, match="No forward pass information"),
        pytest.raises(RuntimeError, match="nan values"),
    ):
        y.backward()


def test_detection_says_nothing_of_a_healthy_pass():
    x = leaf()
    with set_detect_anomaly(True), warnings.catch_warnings():
        warnings.simplefilter("error")
        Polar.apply(x.exp(), x)[0].sum().backward()
    assert np.isfinite(x.grad.array).all()


def test_detection_is_switched_for_good_without_a_block():
    set_detect_anomaly(True)
    assert is_anomaly_enabled()
    set_detect_anomaly(False)
    assert not is_anomaly_enabled()


# ---- derivatives of functions ----------------------------------------------------------------------------------------

MATRIX = np.array([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])


def affine(x: mg.Tensor) -> mg.Tensor:
    return mg.tensor(MATRIX) @ x


def quadratic(x: mg.Tensor) -> mg.Tensor:
    return (x * x * x).sum() + x[0] * x[1]


HESSIAN = np.array([[6.0, 1.0, 0.0], [1.0, 12.0, 0.0], [0.0, 0.0, 18.0]])  # of `quadratic` at (1, 2, 3)


@pytest.mark.parametrize("vectorize", [False, True])
def test_the_jacobian_of_a_linear_map_is_its_matrix(vectorize):
    jacobian = functional.jacobian(affine, leaf(), vectorize=vectorize)
    np.testing.assert_allclose(jacobian.numpy(), MATRIX)


@pytest.mark.parametrize("inputs_in_tuple", [False, True])
@pytest.mark.parametrize("outputs_in_tuple", [False, True])
def test_a_jacobian_has_the_structure_of_outputs_and_inputs(inputs_in_tuple, outputs_in_tuple):
    x, y = mg.ones(2, 3), mg.ones(4)

    def func(x: mg.Tensor, y: mg.Tensor = y) -> Any:
        first = x.sum() * y
        return (first, x * 2) if outputs_in_tuple else first

    found = functional.jacobian(func, (x, y) if inputs_in_tuple else x)
    by_output = found if outputs_in_tuple else (found,)
    assert isinstance(found, tuple) == (outputs_in_tuple or inputs_in_tuple)
    shapes = [[j.shape for j in (row if inputs_in_tuple else (row,))] for row in by_output]
    expected = [[(4, 2, 3), (4, 4)], [(2, 3, 2, 3), (2, 3, 4)]]
    assert shapes == [row[: 1 + inputs_in_tuple] for row in expected[: 1 + outputs_in_tuple]]


def test_a_jacobian_that_was_recorded_can_be_differentiated():
    x = leaf()
    jacobian = functional.jacobian(lambda x: x**3, x, create_graph=True)
    (by_x,) = grad(jacobian.sum(), x)
    np.testing.assert_allclose(by_x.array, 6 * x.array)
    assert not functional.jacobian(lambda x: x**3, x).requires_grad


def test_a_jacobian_leaves_the_users_tensors_alone():
    x = leaf()
    with no_grad():
        functional.jacobian(lambda x: x**2, x)
    assert x.grad is None


def test_the_hessian():
    x = leaf()
    np.testing.assert_allclose(functional.hessian(quadratic, x).numpy(), HESSIAN)
    np.testing.assert_allclose(functional.hessian(quadratic, x.detach()).numpy(), HESSIAN)
    np.testing.assert_allclose(functional.hessian(lambda x: x.sum(), x).numpy(), np.zeros((3, 3)))


def test_a_hessian_of_several_inputs():
    ((xx, xy), (yx, yy)) = functional.hessian(lambda x, y: (x * x).sum() * y.sum(), (mg.ones(2), mg.ones(3)))
    assert xx.tolist() == [[6.0, 0.0], [0.0, 6.0]]
    assert xy.tolist() == [[2.0] * 3] * 2
    assert yx.tolist() == [[2.0] * 2] * 3
    assert yy.tolist() == [[0.0] * 3] * 3


def test_products_with_vectors():
    x, u, v = leaf(), mg.tensor([1.0, -2.0]).double(), mg.tensor([0.5, 1.0, -1.0]).double()
    y, found = functional.vjp(affine, x, u)
    np.testing.assert_allclose(y.numpy(), MATRIX @ x.array)
    np.testing.assert_allclose(found.numpy(), u.array @ MATRIX)
    np.testing.assert_allclose(functional.jvp(affine, x, v)[1].numpy(), MATRIX @ v.array)
    np.testing.assert_allclose(functional.vhp(quadratic, x, v)[1].numpy(), v.array @ HESSIAN)
    np.testing.assert_allclose(functional.hvp(quadratic, x, v)[1].numpy(), HESSIAN @ v.array)
    np.testing.assert_allclose(functional.vjp(quadratic, x)[1].numpy(), 3 * x.array**2 + [2.0, 1.0, 0.0])


def test_products_of_tuples():
    inputs = (mg.ones(2), mg.ones(3))

    def func(x: mg.Tensor, y: mg.Tensor) -> Any:
        return x * 2, y.sum() * x.sum()

    (_, total), by_input = functional.vjp(func, inputs, (mg.ones(2), mg.ones(())))
    assert total.item() == 6.0
    assert [g.tolist() for g in by_input] == [[5.0] * 2, [2.0] * 3]
    _, by_output = functional.jvp(func, inputs, (mg.ones(2), mg.ones(3)))
    assert [g.tolist() for g in by_output] == [[2.0, 2.0], 12.0]


@pytest.mark.parametrize("derivative", [functional.vjp, functional.jvp, functional.jacobian])
def test_independence_is_zero_or_refused(derivative):
    extra = () if derivative is functional.jacobian else (mg.ones(3),)
    found = derivative(lambda x: mg.ones(3), mg.ones(3), *extra)
    assert not np.any((found[1] if extra else found).array)
    with pytest.raises(RuntimeError, match="strict mode"):
        derivative(lambda x: mg.ones(3), mg.ones(3), *extra, strict=True)
    with pytest.raises(RuntimeError, match="strict mode"):
        derivative(lambda x, y: x * 2, (mg.ones(3), mg.ones(3)), *(extra and (extra[0],) * 1), strict=True)


def test_what_is_no_derivative():
    with pytest.raises(TypeError, match="inputs must be"):
        functional.jacobian(affine, [1.0])
    with pytest.raises(TypeError, match="outputs"):
        functional.jacobian(lambda x: 3, mg.ones(3))
    with pytest.raises(NotImplementedError, match="strategy"):
        functional.jacobian(affine, leaf(), strategy="forward-mode")
    for derivative in (functional.hessian, functional.vhp, functional.hvp):
        with pytest.raises(RuntimeError, match="single element"):
            derivative(lambda x: x * 2, mg.ones(3))
    with pytest.raises(RuntimeError, match="can only be None"):
        functional.vjp(affine, leaf())
    with pytest.raises(RuntimeError, match=r"expected \[\[3\]\], but got \[\[2\]\]"):
        functional.jvp(affine, leaf(), mg.ones(2))
