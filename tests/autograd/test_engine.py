"""The engine and what it stands on: long graphs, freed graphs, grad mode, writes in place, whose memory is whose."""

from __future__ import annotations

import sys
import threading
import weakref
from typing import Any

import numpy as np
import pytest

import minigrad as mg
from minigrad import nn, optim, table
from minigrad._tensor.node import Node
from minigrad.autograd import grad


def leaf(values: Any = (1.0, 2.0, 3.0)) -> mg.Tensor:
    return mg.tensor(values, dtype=mg.float64, requires_grad=True)


def refused() -> Any:
    """Expect that a pass refuses, since a value that it needs was overwritten."""
    return pytest.raises(RuntimeError, match="modified by an inplace operation")


# ---- long graphs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [lambda y, w: y + 1.0, lambda y, w: y * w], ids=["add", "mul"])
def test_a_chain_of_100_000_operations_is_walked_without_recursion(step):
    x, one = leaf(1.0), leaf(1.0)
    y = x
    for _ in range(100_000):
        y = step(y, one)
    y.backward()
    assert x.grad.item() == 1.0


@pytest.mark.parametrize("walked", [False, True])
def test_a_chain_of_100_000_operations_is_let_go_without_recursion(walked):
    one = leaf(1.0)
    y = first_value = leaf(1.0) * 1
    first = weakref.ref(first_value)
    del first_value
    for _ in range(100_000):
        y = y * one
    assert first() is not None
    if walked:
        y.backward(retain_graph=True)
    del y
    assert first() is None


def test_sixty_doublings_take_sixty_steps():
    x = leaf(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad.item() == 2.0**60


def test_a_recorded_pass_over_a_long_chain():
    x = leaf(1.0)
    y = x
    for _ in range(2_000):
        y = y * x
    (first,) = grad(y, x, create_graph=True)
    (second,) = grad(first, x)
    assert first.item() == 2001.0
    assert second.item() == 2001.0 * 2000.0


def test_a_recorded_pass_over_sixty_doublings():
    x = leaf(3.0)
    y = x * x
    for _ in range(60):
        y = y + y
    (first,) = grad(y, x, create_graph=True)
    assert grad(first, x)[0].item() == 2.0**61


# ---- what a backward pass gives --------------------------------------------------------------------------------------


def test_a_leaf_that_is_used_many_times_sums_up():
    x = leaf()
    (x * x + x.sin() - x).sum().backward()
    np.testing.assert_allclose(x.grad.array, 2 * x.array + np.cos(x.array) - 1)


def test_backward_passes_add_up():
    x = leaf()
    for _ in range(3):
        (x * 2).sum().backward()
    assert x.grad.tolist() == [6.0, 6.0, 6.0]


def test_backward_from_a_leaf():
    x = leaf()
    x.backward(mg.ones(3))
    x.backward(mg.ones(3))
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_backward_from_one_element_of_any_rank_needs_no_gradient():
    x = leaf([[2.0]])
    (x * 3).backward()
    assert x.grad.tolist() == [[3.0]]


def test_backward_from_many_elements_needs_a_gradient():
    with pytest.raises(RuntimeError, match="only for scalar outputs"):
        (leaf() * 2).backward()


@pytest.mark.parametrize("shape", [(), (1,), (2,), (1, 3), (3, 1)])
def test_a_gradient_of_another_shape_is_refused(shape):
    with pytest.raises(RuntimeError, match="Mismatch in shape"):
        (leaf() * 2).backward(mg.ones(shape))


def test_backward_without_history_is_refused():
    with pytest.raises(RuntimeError, match="does not require grad"):
        mg.ones(()).backward()
    with pytest.raises(RuntimeError, match="does not require grad"):
        grad(leaf().sum(), mg.ones(3))


def test_a_gradient_has_the_dtype_of_its_leaf():
    x, y = mg.ones(2, requires_grad=True), leaf([1.0, 2.0])
    (x * y).sum().backward()
    assert (x.grad.dtype, y.grad.dtype) == (mg.float32, mg.float64)


@pytest.mark.parametrize("dtype", [mg.int64, mg.uint8, mg.bool])
def test_integers_require_no_gradient(dtype):
    with pytest.raises(RuntimeError, match="floating point"):
        mg.ones(2, dtype=dtype).requires_grad_()
    with pytest.raises(RuntimeError, match="floating point"):
        mg.ones(2, dtype=dtype, requires_grad=True)


def test_only_leaves_stop_requiring_a_gradient():
    with pytest.raises(RuntimeError, match="leaf"):
        (leaf() * 2).requires_grad_(False)


def test_integers_computed_from_leaves_have_no_history():
    assert not leaf().argmax().requires_grad
    assert not (leaf() > 1).requires_grad
    assert not leaf().long().requires_grad


# ---- grad() ----------------------------------------------------------------------------------------------------------


def test_grad_leaves_dot_grad_alone():
    x = leaf()
    grad((x * x).sum(), x)
    assert x.grad is None


@pytest.mark.parametrize("create_graph", [False, True])
def test_a_gradient_is_a_tensor_over_an_array_also_in_0d(create_graph):
    x = leaf(3.0)
    (g,) = grad(x * x, x, create_graph=create_graph)
    assert type(g.array) is np.ndarray
    assert g.tolist() == 6.0


def test_an_unused_input_is_refused_unless_allowed():
    x, unused = leaf(), leaf()
    with pytest.raises(RuntimeError, match=r"input 1 .* not have been used"):
        grad((x * 2).sum(), [x, unused])
    found, missing = grad((x * 2).sum(), [x, unused], allow_unused=True)
    assert found.tolist() == [2.0, 2.0, 2.0]
    assert missing is None


def test_grad_by_the_same_input_twice_gives_two_arrays():
    x = leaf()
    first, second = grad((x * 2).sum(), [x, x])
    assert first.tolist() == second.tolist()
    assert not np.shares_memory(first.array, second.array)


def test_grad_by_a_value_and_by_what_it_was_made_from():
    x = leaf()
    h = x.exp()
    by_h, by_x = grad((h * h).sum(), [h, x])
    np.testing.assert_allclose(by_h.array, 2 * np.exp(x.array))
    np.testing.assert_allclose(by_x.array, 2 * np.exp(2 * x.array))


def test_grad_by_a_value_does_not_walk_beyond_it():
    x = leaf()
    h = x.exp()
    (h * 2).sum().backward()  # frees what exp had saved
    assert grad((h * 3).sum(), h)[0].tolist() == [3.0, 3.0, 3.0]


def test_grad_by_a_value_does_not_free_what_lies_beyond_it():
    x = leaf()
    h = x.exp()
    grad((h * 3).sum(), h)
    h.sum().backward()
    np.testing.assert_allclose(x.grad.array, np.exp(x.array))


def test_grad_does_not_free_a_branch_that_it_does_not_need():
    x, w = leaf(), leaf()
    branch = w.exp()
    grad((x * 2 + branch).sum(), x)
    branch.sum().backward()
    np.testing.assert_allclose(w.grad.array, np.exp(w.array))


def test_a_gradient_can_be_differentiated_again():
    x = leaf()
    (x**3).sum().backward(create_graph=True)
    assert x.grad.requires_grad
    first, x.grad = x.grad, None
    first.sum().backward()
    np.testing.assert_allclose(x.grad.array, 6 * x.array)


def test_a_plain_pass_after_a_recorded_one_adds_up():
    x = leaf()
    y = (x * x).sum()
    y.backward(create_graph=True)
    recorded = x.grad
    y.backward()
    np.testing.assert_allclose(x.grad.array, 4 * x.array)
    np.testing.assert_allclose(recorded.array, 2 * x.array)


# ---- the freed graph -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", [lambda x: x * x, lambda x: x.exp(), lambda x: x.tanh().sum()])
def test_a_second_pass_is_refused_in_words(function):
    y = function(leaf()).sum()
    y.backward()
    with pytest.raises(RuntimeError, match=r"a second time.*retain_graph=True"):
        y.backward()


@pytest.mark.parametrize(
    "function",
    [
        lambda x: x + x,
        lambda x: x + 1,
        lambda x: -x,
        lambda x: x.sum(),
        lambda x: x.mean(0),
        lambda x: x.cumsum(0),
        lambda x: x.reshape(1, 3),
        lambda x: x.expand(2, 3),
        lambda x: x[1:],
        lambda x: x.flip(0),
        lambda x: mg.cat([x, x]),
    ],
)
def test_a_second_pass_over_nodes_that_saved_nothing_is_fine(function):
    x = leaf()
    y = function(x)
    weights = mg.ones_like(y)
    y.backward(weights)
    once = x.grad.array.copy()
    y.backward(weights)
    np.testing.assert_array_equal(x.grad.array, 2 * once)


def test_retain_graph_keeps_what_was_saved():
    x = leaf()
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    np.testing.assert_allclose(x.grad.array, 4 * x.array)
    with pytest.raises(RuntimeError, match="a second time"):
        y.backward()


def test_a_recorded_pass_keeps_the_graph_unless_told_otherwise():
    x = leaf()
    y = (x * x).sum()
    grad(y, x, create_graph=True)
    (first,) = grad(y, x, create_graph=True, retain_graph=False)
    with pytest.raises(RuntimeError, match="a second time"):
        grad(y, x)
    assert grad(first.sum(), x)[0].tolist() == [2.0, 2.0, 2.0]


# ---- grad mode -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("switch", "mode"), [(mg.no_grad, False), (mg.enable_grad, True)])
def test_a_switch_in_all_its_forms(switch, mode):
    @switch
    def bare() -> bool:
        """Speak."""
        return mg.is_grad_enabled()

    @switch()
    def called() -> bool:
        return mg.is_grad_enabled()

    for outside in (True, False):
        with mg.set_grad_enabled(outside):
            with switch():
                assert mg.is_grad_enabled() is mode
            assert bare() is called() is mode
            assert mg.is_grad_enabled() is outside
    assert (bare.__name__, bare.__doc__) == ("bare", "Speak.")


def test_set_grad_enabled_in_all_its_forms():
    @mg.set_grad_enabled(False)
    def decorated() -> bool:
        return mg.is_grad_enabled()

    assert mg.is_grad_enabled()
    assert decorated() is False
    with mg.set_grad_enabled(False):
        assert not mg.is_grad_enabled()
    assert mg.is_grad_enabled()
    mg.set_grad_enabled(False)
    assert not mg.is_grad_enabled()
    mg.set_grad_enabled(True)
    assert mg.is_grad_enabled()


def fail_inside(switch: Any) -> None:
    with switch():
        raise KeyError


def test_switches_nest_and_survive_exceptions():
    with mg.no_grad():
        with mg.enable_grad():
            assert mg.is_grad_enabled()
        assert not mg.is_grad_enabled()
        with pytest.raises(KeyError):
            fail_inside(mg.enable_grad)
        assert not mg.is_grad_enabled()
    with pytest.raises(KeyError):
        fail_inside(mg.no_grad)
    assert mg.is_grad_enabled()


def test_a_decorated_function_may_call_itself_and_fail():
    @mg.no_grad()
    def countdown(n: int) -> None:
        assert not mg.is_grad_enabled()
        if n == 0:
            raise KeyError
        countdown(n - 1)

    with pytest.raises(KeyError):
        countdown(3)
    assert mg.is_grad_enabled()


def test_nothing_is_recorded_under_no_grad():
    x = leaf()
    with mg.no_grad():
        y = x * 2
    assert not y.requires_grad
    assert y.grad_fn is None
    assert (x * 2).requires_grad


def test_every_thread_has_a_grad_mode_of_its_own():
    seen: dict[str, bool] = {}
    inside, looked = threading.Event(), threading.Event()

    def other() -> None:
        seen["at the start"] = mg.is_grad_enabled()
        with mg.no_grad():
            inside.set()
            looked.wait(10)
            seen["inside"] = mg.is_grad_enabled()
        seen["after"] = mg.is_grad_enabled()

    with mg.no_grad():
        thread = threading.Thread(target=other)
        thread.start()
        assert inside.wait(10)
        with mg.enable_grad():
            assert mg.is_grad_enabled()
            looked.set()
            thread.join()
    assert seen == {"at the start": True, "inside": False, "after": True}


# ---- writes in place that are noticed --------------------------------------------------------------------------------


def writes() -> dict[str, Any]:
    return {
        "add_": lambda y: y.add_(1.0),
        "setitem": lambda y: y.__setitem__(0, 5.0),
        "+=": lambda y: y.__iadd__(1.0),
        "a view": lambda y: y[1:].mul_(2.0),
        "a view of a view": lambda y: y[1:].reshape(2, 1)[0].zero_(),
        "a view transposed": lambda y: y.reshape(3, 1).T.fill_(1.0),
        "detach()": lambda y: y.detach().add_(1.0),
        "a view of detach()": lambda y: y.detach()[0:1].fill_(0.0),
        "no_grad": lambda y: mg.no_grad()(y.add_)(1.0),
        "no_grad, a view": lambda y: mg.no_grad()(lambda: y[0:1].add_(1.0))(),
        "unsqueeze_, then add_": lambda y: y.unsqueeze_(0).add_(1.0),
        "detach_, then add_": lambda y: y.detach_().add_(1.0),
        "a draw": lambda y: y.normal_(),
        "copy_": lambda y: y.copy_(mg.zeros(3)),
    }


@pytest.mark.parametrize("write", writes())
def test_a_write_into_a_saved_output_is_noticed(write):
    y = leaf().exp()
    z = (y * 1).sum()
    writes()[write](y)
    with refused():
        z.backward()


@pytest.mark.parametrize("write", writes())
def test_a_write_into_a_saved_input_is_noticed(write):
    h = leaf() * 1
    z = h.sin().sum()
    writes()[write](h)
    with refused():
        z.backward()


@pytest.mark.parametrize("write", writes())
def test_a_write_into_a_saved_constant_is_noticed(write):
    constant = mg.ones(3).double()
    z = (leaf() * constant).sum()
    writes()[write](constant)
    with refused():
        z.backward()


def test_a_write_through_the_base_into_a_saved_view_is_noticed():
    base = leaf() * 1
    z = base[1:].sin().sum()
    base.add_(1.0)
    with refused():
        z.backward()


def test_a_write_into_a_mask_is_noticed():
    mask = mg.tensor([True, False, True])
    z = leaf().masked_fill(mask, 0.0).sum()
    mask[...] = False
    with refused():
        z.backward()


def test_a_write_into_an_index_is_noticed_or_harmless():
    x, index = leaf(), mg.tensor([0, 1])
    z = x[index].sum()
    index[...] = 2
    try:
        z.backward()
    except RuntimeError:
        return
    assert x.grad.tolist() == [1.0, 1.0, 0.0]


def test_a_write_is_noticed_by_a_recorded_pass_too():
    x = leaf()
    y = x.exp()
    z = (y * 1).sum()
    y.add_(1.0)
    with refused():
        grad(z, x, create_graph=True)


def test_the_refusal_names_the_operation():
    y = leaf().exp()
    z = y.sum()
    y.add_(1.0)
    with pytest.raises(RuntimeError, match="ExpBackward0 needs its output"):
        z.backward()


# ---- writes in place that do no harm ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "slope"),
    [
        (lambda x: x + 1, 1.0),
        (lambda x: x * 3, 3.0),
        (lambda x: -x, -1.0),
        (lambda x: x.sin().clone(), None),
        (lambda x: x.reshape(3), 1.0),
        (lambda x: x.expand(3), 1.0),
    ],
)
def test_a_write_into_what_no_rule_reads_is_free(make, slope):
    x = leaf()
    y = make(x * 1)
    y = y.clone() if not y.array.flags.writeable else y
    y.mul_(2.0)
    y.sum().backward()
    expected = 2 * np.cos(x.array) if slope is None else np.full(3, 2 * slope)
    np.testing.assert_allclose(x.grad.array, expected)


def test_linear_then_relu_in_place():
    mg.manual_seed(0)
    layer, x = nn.Linear(3, 4), mg.randn(5, 3)
    layer(x).relu_().sum().backward()
    in_place = [p.grad.array.copy() for p in layer.parameters()]
    layer.zero_grad()
    layer(x).relu().sum().backward()
    for found, p in zip(in_place, layer.parameters(), strict=True):
        np.testing.assert_array_equal(found, p.grad.array)


def test_a_write_into_an_input_is_free_where_only_the_other_gradient_reads_it():
    x, data = leaf(), mg.ones(3).double()
    z = (x * 2 + data.sin()).sum()
    data.zero_()
    z.backward()
    assert x.grad.tolist() == [2.0, 2.0, 2.0]


def test_a_write_before_the_value_is_saved_is_free():
    h = leaf() * 1
    h.add_(1.0)
    h.sin().sum().backward()


def test_a_write_through_data_is_nobodys_business():
    x = leaf()
    y = x.exp()
    z = y.sum()
    y.data.add_(1.0)
    z.backward()
    np.testing.assert_allclose(x.grad.array, np.exp(x.array) + 1)


def test_a_write_into_a_slice_that_was_copied_is_free():
    x = leaf()
    h = x * 1
    z = h[[0, 1]].sin().sum()
    h.zero_()
    z.backward()
    np.testing.assert_allclose(x.grad.array, [*np.cos(x.array[:2]), 0.0])


def test_steps_of_an_optimizer_between_graphs_are_free():
    w = leaf()
    for _ in range(3):
        (w * w).sum().backward()
        with mg.no_grad():
            w -= 0.1 * w.grad
        w.grad = None


# ---- writes into leaves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("write", [w for w in writes() if not w.startswith(("detach", "a view of detach", "no_grad"))])
def test_a_write_into_a_leaf_is_refused(write):
    x = leaf()
    before = x.array.copy()
    with pytest.raises(RuntimeError, match=r"leaf Variable that requires grad"):
        writes()[write](x)
    np.testing.assert_array_equal(x.array, before)
    assert x.is_leaf


def test_a_view_of_a_leaf_made_in_secret_is_refused():
    x = leaf()
    with mg.no_grad():
        view = x[1:]
    with pytest.raises(RuntimeError):
        view.mul_(2.0)


def test_a_view_made_in_secret_passes_its_history_to_its_base():
    x, w = mg.ones(3).double(), leaf(2.0)
    with mg.no_grad():
        view = x[1:]
    view.mul_(w)
    x.sum().backward()
    assert w.grad.item() == 2.0


def test_a_view_of_an_array_from_elsewhere_is_known_as_a_view():
    x = mg.from_numpy(np.frombuffer(bytearray(24))).requires_grad_()
    with pytest.raises(RuntimeError, match="a view of a leaf"):
        x[1:].zero_()


def test_a_flipped_tensor_is_a_copy():
    x = mg.tensor([1.0, 2.0])
    x.flip(0).zero_()
    assert x.tolist() == [1.0, 2.0]


# ---- writes in place, differentiated ---------------------------------------------------------------------------------


def through_view(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * 1
    h[1:].mul_(w)
    return h


def read_before_and_after(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * 1
    view = h[:2]
    before = view * 3
    h.mul_(w)
    return mg.cat([before, view * 5])


def into_a_constant(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = mg.ones(3).double()
    h[::2] = x[:2] * w
    return h * h


def shifted(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * w
    h[1:] += h[:-1]
    return h


def by_itself(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * w
    h.add_(h)
    return h


def transposed_view(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = (x * w).reshape(3, 1) * mg.ones(3, 2).double()
    h.T[0].tanh_()
    h.reshape(-1)[1::2].mul_(w.flip(0))
    return h


def expanded_element(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * 1
    repeated = h[0].expand(3)
    h.mul_(w)
    return repeated * x


def masked(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * 1
    h[h > 1.5] = w
    return h * x


def broadcast_row(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = mg.zeros(2, 3).double() + x
    h[0] = (x * w).reshape(1, 3)  # leading sizes of 1 are dropped
    return h


def single(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = w * 1
    h[...] = x[0] * w
    return h * 2


def to_another_dtype(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x.float()
    h.mul_(w)
    return h


def nothing_written(x: mg.Tensor, w: mg.Tensor) -> mg.Tensor:
    h = x * w
    h[3:].exp_()
    return h


X, W = np.array([1.0, 2.0, 3.0]), 0.5
IN_PLACE = {  # the same, written out of place; expected gradients follow by finite differences
    through_view: lambda x, w: np.array([x[0], x[1] * w, x[2] * w]),
    read_before_and_after: lambda x, w: np.array([3 * x[0], 3 * x[1], 5 * x[0] * w, 5 * x[1] * w]),
    into_a_constant: lambda x, w: np.array([(x[0] * w) ** 2, 1.0, (x[1] * w) ** 2]),
    shifted: lambda x, w: w * np.array([x[0], x[0] + x[1], x[1] + x[2]]),
    by_itself: lambda x, w: 2 * x * w,
    transposed_view: lambda x, w: np.stack([np.tanh(x * w), x * w * w], 1),
    expanded_element: lambda x, w: x[0] * w * x,
    masked: lambda x, w: np.array([x[0], w, w]) * x,
    broadcast_row: lambda x, w: np.stack([x * w, x]),
    single: lambda x, w: np.asarray(2 * x[0] * w),
    to_another_dtype: lambda x, w: x * w,
    nothing_written: lambda x, w: x * w,
}


def slope(function: Any, point: np.ndarray) -> np.ndarray:
    step = 1e-6 * np.eye(point.size).reshape(-1, *point.shape)
    return np.array([(function(point + d) - function(point - d)) / 2e-6 for d in step]).reshape(point.shape)


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize("function", IN_PLACE, ids=lambda f: f.__name__)
def test_a_write_in_place_is_differentiated_like_its_formula(function, create_graph):
    x, w = leaf(X), leaf(W)
    y = function(x, w)
    formula = IN_PLACE[function]
    tolerance = 1e-6 if y.dtype == mg.float32 else 1e-12
    np.testing.assert_allclose(y.detach().array, formula(X, W), rtol=tolerance)
    weights = np.cos(np.arange(y.numel())).reshape(y.shape)
    y.backward(mg.tensor(weights), create_graph=create_graph)
    np.testing.assert_allclose(x.grad.detach().array, slope(lambda p: (formula(p, W) * weights).sum(), X), rtol=1e-5)
    by_w = slope(lambda p: (formula(X, p) * weights).sum(), np.array(W))
    np.testing.assert_allclose(w.grad.detach().array, by_w, rtol=1e-5)


@pytest.mark.parametrize(
    "array",
    [np.arange(12.0).reshape(3, 4)[:, ::2], np.arange(4.0)[::-1], np.arange(6.0).reshape(2, 3).T],
    ids=["strided", "reversed", "transposed"],
)
def test_a_write_into_a_view_of_an_array_laid_out_otherwise(array):
    """The base lies in memory with gaps, or backwards."""
    before = array.copy()
    x, w = mg.from_numpy(array), leaf(2.0)
    x[1:].mul_(w)
    x.sum().backward()
    assert w.grad.item() == before[1:].sum()


def test_a_write_that_does_not_fit_changes_nothing():
    h = leaf() * 1
    before = h.array.copy()
    with pytest.raises(RuntimeError, match="broadcast shape"):
        h.add_(mg.ones(2, 3))
    with pytest.raises(RuntimeError, match="can't be cast"):
        mg.ones(2, dtype=mg.int64).mul_(0.5)
    with pytest.raises(RuntimeError):
        h[:1].expand(3).add_(1.0)  # three places in one
    np.testing.assert_array_equal(h.array, before)


# ---- whose memory is whose -------------------------------------------------------------------------------------------


def arrays_of_saved(node: Node) -> list[np.ndarray]:
    """Return every array that the graph behind a node has saved."""
    waiting, found, seen = [node], [], set()
    while waiting:
        node = waiting.pop()
        if type(node) is Node and node not in seen:
            seen.add(node)
            found += [a for a in node.saved or () if isinstance(a, np.ndarray)]
            waiting += node.edges
    return found


@pytest.mark.parametrize("create_graph", [False, True])
@pytest.mark.parametrize(
    "function",
    [
        lambda x, y: x + y,
        lambda x, y: x.reshape(3, 1).reshape(3) + y.clone(),
        lambda x, y: x - (-y),
        lambda x, y: x[:] + y.T,
        lambda x, y: mg.cat([x, y])[:3] + y,
        lambda x, y: x * y,
        lambda x, y: x.exp() + y.expand(3),
        lambda x, y: x.double() + y * mg.ones(3).double(),
        lambda x, y: (x.sum() + y.mean()).expand(3),
        lambda x, y: mg.stack([x, y]).sum(0),
    ],
)
def test_a_gradient_owns_its_memory(function, create_graph):
    x, y, given = leaf(), leaf(), mg.ones(3).double()
    z = function(x, y)
    z.backward(given, retain_graph=True, create_graph=create_graph)
    others = [given.array, x.array, y.array, z.array, *arrays_of_saved(z.grad_fn)]
    for g in (x.grad.array, y.grad.array):
        assert g.flags.writeable
        assert not any(np.shares_memory(g, other) for other in others)
    assert not np.shares_memory(x.grad.array, y.grad.array)
    assert given.tolist() == [1.0, 1.0, 1.0]


def test_the_users_gradient_is_not_added_to():
    x, given = leaf(), mg.ones(3).double()
    x.backward(given)
    x.backward(given)
    (x + 0).backward(given)
    assert given.tolist() == [1.0, 1.0, 1.0]
    assert x.grad.tolist() == [3.0, 3.0, 3.0]


@pytest.mark.parametrize("create_graph", [False, True])
def test_grad_returns_memory_of_its_own(create_graph):
    x, given = leaf(), mg.ones(3).double()
    (g,) = grad(x + 0, x, given, create_graph=create_graph)
    assert not np.shares_memory(g.array, given.array)


# ---- what is left behind ---------------------------------------------------------------------------------------------


def test_a_thousand_training_steps_leave_nothing_behind(living):
    model = nn.Sequential(nn.Linear(2, 8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 1))
    optimizer = optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-2)
    x, y = mg.randn(4, 2), mg.randn(4, 1)

    def step() -> tuple[weakref.ref[Any], weakref.ref[Any]]:
        hidden = model(x)
        loss = nn.functional.mse_loss(hidden, y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return weakref.ref(hidden), weakref.ref(loss)

    step()
    before = living(mg.Tensor, Node)
    for _ in range(1_000):
        hidden, loss = step()
        assert hidden() is loss() is None
    assert living(mg.Tensor, Node) == before


@pytest.mark.parametrize(
    "step",
    [
        lambda x: grad((x**3).sum(), x, create_graph=True)[0].sum().backward(),
        lambda x: (x * x).sum().backward(retain_graph=True),
        lambda x: (x * 1)[1:].mul_(2.0).sum().backward(),
        lambda x: (x * 1).exp_().sum().backward(),
        lambda x: through_view(x, x[0]).sum().backward(),
        lambda x: read_before_and_after(x, x[0]).sum(),
        lambda x: x.detach()[1:].requires_grad_().sum().backward(),
        lambda x: (x * 1).unsqueeze_(0).sum().backward(),
    ],
    ids=["recorded", "retained", "view written", "written", "base written", "never walked", "detached", "unsqueezed"],
)
def test_no_graph_holds_itself(living, step):
    x = leaf()
    step(x)
    before = living(mg.Tensor, Node)
    for _ in range(20):
        step(x)
    assert living(mg.Tensor, Node) == before


@pytest.mark.usefixtures("no_collector")
def test_saved_values_go_with_the_backward_pass():
    """The output is still held, the values on the way are not needed any more."""
    x = leaf()
    h = x.exp()
    y = (h * h).sum()
    array = weakref.ref(h.array)
    del h
    assert array() is not None
    y.backward()
    assert array() is None


# ---- assigned gradients ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("grad", "error", "message"),
    [
        (mg.ones(1), RuntimeError, r"different size: \[1\], but the tensor has \[3\]"),
        (mg.ones(3, 1), RuntimeError, "different size"),
        (mg.ones(3).double(), RuntimeError, "float64"),
        (1.0, TypeError, "float"),
        (np.ones(3, np.float32), TypeError, "ndarray"),
    ],
)
def test_what_cannot_be_a_gradient_is_no_grad(grad, error, message):
    x = mg.ones(3, requires_grad=True)
    with pytest.raises(error, match=message):
        x.grad = grad
    with pytest.raises(RuntimeError, match="its own grad"):
        x.grad = x
    assert x.grad is None


def test_a_gradient_may_be_assigned_and_taken_away():
    x = mg.ones(3, requires_grad=True)
    x.grad = mg.full((3,), 2.0)
    (x * 3).sum().backward()
    assert x.grad.tolist() == [5.0] * 3
    del x.grad
    assert x.grad is None


def test_what_cannot_be_the_data_of_a_leaf_is_refused():
    x = mg.ones(3, requires_grad=True)
    with pytest.raises(TypeError, match="has to be a tensor"):
        x.data = [1.0]
    with pytest.raises(RuntimeError, match="must be floating point"):
        x.data = mg.tensor([1, 2, 3])
    with pytest.raises(RuntimeError, match="must be a bool"):
        x.requires_grad = None


# ---- many parts of one tensor ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart", [
    lambda x: x.unbind(0), lambda x: list(x), lambda x: x.split(1), lambda x: x.chunk(len(x)),
    lambda x: [x[i, ...] for i in range(len(x))], lambda x: [x.narrow(0, i, 1) for i in range(len(x))],
])  # fmt: skip
def test_the_parts_of_a_tensor_add_up(apart):
    x = mg.arange(12.0).reshape(4, 3).requires_grad_()
    h = x * 1
    kept = {}
    h.register_hook(lambda g: kept.setdefault("g", g))
    total = sum(((i + 1) * part).sum() for i, part in enumerate(apart(h))) + h[1:3].sum() + (h * h).sum() + h[0, 0]
    total.backward()
    expected = 2 * np.arange(12.0).reshape(4, 3) + [[1], [2], [3], [4]]
    expected[1:3] += 1
    expected[0, 0] += 1
    assert x.grad.tolist() == kept["g"].tolist() == expected.tolist()


def test_parts_never_write_into_a_gradient_that_others_hold():
    x = mg.ones(4, requires_grad=True)
    y = x * 1
    given = mg.ones(4)
    grads = grad([y, y[:2].sum(), y[1:].sum()], [x], grad_outputs=[given, None, None])
    assert grads[0].tolist() == [2.0, 3.0, 2.0, 2.0]
    assert given.tolist() == [1.0] * 4


@pytest.mark.parametrize("join", [
    lambda x: mg.stack(x.unbind(0)), lambda x: mg.cat(x.split(1)), lambda x: sum(row.sum() for row in x),
])  # fmt: skip
def test_the_work_for_parts_grows_with_their_number_only(join, monkeypatch):
    spread, put = [], table.put.forward
    monkeypatch.setattr(table.put, "forward", lambda x, **how: spread.append(x) or put(x, **how))
    x = mg.ones(50, 3, requires_grad=True)
    join(x).sum().backward()
    assert len(spread) == 1  # one array of the whole's size, and not one for each part
    assert x.grad.tolist() == [[1.0] * 3] * 50


@pytest.mark.parametrize("switch", [mg.no_grad, mg.inference_mode])
@pytest.mark.parametrize("n", range(12))
def test_an_interrupt_at_any_moment_of_a_switched_function_leaves_recording_on(switch, n):
    """It comes at the n-th event of the switch's own entering and leaving: their calls, lines and returns."""
    left = [n]

    def local(frame, event, arg):
        left[0] -= 1
        if left[0] == -1:
            raise KeyboardInterrupt
        return local

    def begin(frame, event, arg):
        ours = frame.f_code.co_name in ("__enter__", "__exit__") and frame.f_code.co_filename.endswith("grad_mode.py")
        return local(frame, event, arg) if ours else None

    @switch()
    def function():
        return mg.is_grad_enabled()

    sys.settrace(begin)
    try:
        assert not function()
    except KeyboardInterrupt:
        assert left[0] < 0
    finally:
        sys.settrace(None)
    assert mg.is_grad_enabled()
    assert not mg.is_inference_mode_enabled()
