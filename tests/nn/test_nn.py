"""Modules, layers and losses, tested without PyTorch: losses against NumPy's formulas."""

from __future__ import annotations

import copy
import math
import pickle
import re
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given, strategies as st

import minigrad
from minigrad import Tensor, nn
from minigrad.nn import functional as F

Array = np.ndarray
REDUCTIONS = ["mean", "sum", "none"]
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)


class Block(nn.Module):
    """A layer with a buffer and a parameter of its own around another layer."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(minigrad.ones(width))
        self.inner = nn.Linear(width, width)
        self.register_buffer("count", minigrad.zeros(1))
        self.register_buffer("scratch", minigrad.zeros(2), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) * self.scale


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.blocks = nn.Sequential(Block(3), nn.ReLU(), nn.Dropout(0.5))
        self.last = nn.Linear(3, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.blocks(self.first(x)))


class Tied(nn.Module):
    """Two layers with one weight, and one layer under two names."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Linear(3, 3)
        self.second = nn.Linear(3, 3)
        self.second.weight = self.first.weight
        self.again = self.first

    def forward(self, x: Tensor) -> Tensor:
        return self.again(self.second(self.first(x)))


NAMES = ["first.weight", "first.bias", "blocks.0.scale", "blocks.0.inner.weight", "blocks.0.inner.bias", "last.weight"]


def values(module: nn.Module) -> dict[str, Any]:
    return {name: tensor.tolist() for name, tensor in module.state_dict().items()}


# -- what belongs to a module -----------------------------------------------------------------------------------------


def test_parameters_are_found_in_the_order_of_assignment() -> None:
    net = Net()
    assert [name for name, _ in net.named_parameters()] == NAMES
    assert [id(p) for p in net.parameters()] == [id(p) for _, p in net.named_parameters()]
    assert [name for name, _ in net.blocks[0].named_parameters(prefix="x", recurse=False)] == ["x.scale"]


def test_modules_are_found_in_the_order_of_assignment() -> None:
    net = Net()
    paths = ["", "first", "blocks", "blocks.0", "blocks.0.inner", "blocks.1", "blocks.2", "last"]
    assert [name for name, _ in net.named_modules()] == paths
    assert [name for name, _ in net.named_children()] == ["first", "blocks", "last"]
    assert list(net.children()) == [net.first, net.blocks, net.last]
    assert len(list(net.modules())) == len(paths)


def test_buffers_belong_to_the_module_and_are_not_trained() -> None:
    net = Net()
    assert [name for name, _ in net.named_buffers()] == ["blocks.0.count", "blocks.0.scratch"]
    assert len(list(net.buffers())) == 2
    assert not any(buffer.requires_grad for buffer in net.buffers())


def test_tied_weights_are_found_once_and_saved_under_every_name() -> None:
    net = Tied()
    assert [name for name, _ in net.named_parameters()] == ["first.weight", "first.bias", "second.bias"]
    assert [name for name, _ in net.named_modules()] == ["", "first", "second"]
    paths = [f"{layer}.{name}" for layer in ("first", "second", "again") for name in ("weight", "bias")]
    assert sorted(net.state_dict()) == sorted(paths)


def test_a_tied_weight_gets_the_gradient_of_all_its_uses() -> None:
    net = Tied().double()
    x = minigrad.ones(1, 3, dtype=minigrad.float64)
    w, b, c = (p.detach().numpy().copy() for p in net.parameters())

    def loss(w: Array) -> float:
        return float((((np.ones((1, 3)) @ w.T + b) @ w.T + c) @ w.T + b).sum())

    net(x).sum().backward()
    slopes = [(loss(w + 1e-6 * e) - loss(w - 1e-6 * e)) / 2e-6 for e in np.eye(9).reshape(9, 3, 3)]
    np.testing.assert_allclose(net.first.weight.grad.numpy().ravel(), slopes, rtol=1e-6, atol=1e-8)


def test_a_layer_assigned_anew_is_the_one_that_trains() -> None:
    net = Net()
    net.first = nn.Linear(2, 3, bias=False)
    assert [name for name, _ in net.named_parameters()] == [name for name in NAMES if name != "first.bias"]
    del net.last
    assert "last.weight" not in dict(net.named_parameters())


def test_a_parameter_is_a_leaf_that_requires_grad_on_the_memory_of_its_tensor() -> None:
    data = minigrad.zeros(2)
    w = nn.Parameter(data)
    assert w.requires_grad
    assert w.is_leaf
    assert isinstance(w, Tensor)
    assert np.shares_memory(w.detach().numpy(), data.numpy())
    assert not nn.Parameter(data, requires_grad=False).requires_grad
    assert repr(w).startswith("Parameter containing:\ntensor([0., 0.]")


def test_a_result_of_an_operation_is_no_parameter() -> None:
    module = nn.Module()
    module.doubled = nn.Parameter(minigrad.ones(2)) * 2
    assert list(module.parameters()) == []


def test_get_submodule() -> None:
    net = Net()
    assert net.get_submodule("blocks.0.inner") is net.blocks[0].inner
    assert net.get_submodule("") is net
    with pytest.raises(AttributeError, match="nope"):
        net.get_submodule("blocks.nope")
    with pytest.raises(AttributeError, match=r"not an nn\.Module"):
        net.get_submodule("blocks.0.scale")


def test_a_typo_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'Linear' object has no attribute 'wieght'"):
        nn.Linear(1, 1).wieght  # noqa: B018


@pytest.mark.parametrize("value", [nn.Parameter(minigrad.zeros(1)), nn.ReLU()])
def test_assignment_before_init_is_refused(value: Any) -> None:
    class Hasty(nn.Module):
        def __init__(self) -> None:
            self.part = value
            super().__init__()

    with pytest.raises(AttributeError, match=r"before Module\.__init__\(\) call: Hasty.part"):
        Hasty()


@pytest.mark.parametrize("value", [minigrad.zeros(1, 1), np.zeros((1, 1)), 3.0])
def test_a_parameter_is_not_replaced_by_what_would_never_train(value: Any) -> None:
    layer = nn.Linear(1, 1)
    with pytest.raises(TypeError, match="weight"):
        layer.weight = value
    assert [name for name, _ in layer.named_parameters()] == ["weight", "bias"]


def test_a_child_is_not_replaced_by_what_is_no_module() -> None:
    net = Net()
    with pytest.raises(TypeError, match="first"):
        net.first = len


def test_a_parameter_may_be_taken_away() -> None:
    layer = nn.Linear(1, 1)
    layer.bias = None
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
    assert layer(minigrad.ones(1)).shape == (1,)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: m.add_module("x", 3), TypeError, "not a Module subclass"),
        (lambda m: m.register_parameter("x", minigrad.zeros(1)), TypeError, "'Tensor' object to parameter 'x'"),
        (lambda m: m.register_buffer("x", 3), TypeError, "'int' object to buffer 'x'"),
        (lambda m: m.add_module("a.b", nn.ReLU()), KeyError, "a.b"),
        (lambda m: m.add_module("", nn.ReLU()), KeyError, "be empty"),
        (lambda m: m.register_buffer("weight", minigrad.zeros(1)), KeyError, "attribute 'weight' already exists"),
        (lambda m: m.train(1), ValueError, "training mode is expected to be boolean, but got 1"),
        (lambda m: nn.Module()(3), NotImplementedError, 'missing the required "forward" function'),
    ],
)
def test_misuse_of_a_module_is_refused(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(nn.Linear(1, 1))


# -- all of it at once ------------------------------------------------------------------------------------------------


def test_train_and_eval_reach_every_module() -> None:
    net = Net()
    assert all(module.training for module in net.modules())
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.blocks.train()
    assert [name for name, module in net.named_modules() if module.training] == [
        "blocks", "blocks.0", "blocks.0.inner", "blocks.1", "blocks.2"
    ]  # fmt: skip
    assert all(module.training for module in net.train().modules())


def test_the_mode_belongs_to_each_module_not_to_the_process() -> None:
    one, other = nn.Dropout(1.0), nn.Dropout(1.0)
    one.eval()
    x = minigrad.ones(3)
    assert (one(x).tolist(), other(x).tolist()) == ([1, 1, 1], [0, 0, 0])


def test_the_mode_survives_an_exception_in_forward() -> None:
    net = Net().eval()
    with pytest.raises(RuntimeError, match="does not fit"):
        net(minigrad.ones(5))
    assert not any(module.training for module in net.modules())
    with pytest.raises(RuntimeError, match="does not fit"):
        net.train()(minigrad.ones(5))
    assert all(module.training for module in net.modules())


def test_apply_visits_children_first() -> None:
    visited: list[nn.Module] = []
    net = Net()
    assert net.apply(visited.append) is net
    assert [type(module).__name__ for module in visited] == [
        "Linear", "Linear", "Block", "ReLU", "Dropout", "Sequential", "Linear", "Net"
    ]  # fmt: skip


def test_zero_grad_and_requires_grad_reach_every_parameter() -> None:
    net = Net().eval()
    net(minigrad.ones(4, 2)).sum().backward()
    assert all(p.grad is not None for p in net.parameters())
    net.zero_grad(set_to_none=False)
    assert all((p.grad.numpy() == 0).all() for p in net.parameters())
    net.zero_grad()
    assert all(p.grad is None for p in net.parameters())
    net.requires_grad_(False)
    assert not net(minigrad.ones(4, 2)).requires_grad


def test_conversion_to_another_dtype_keeps_the_parameters() -> None:
    net = Net().eval()
    before = [id(p) for p in net.parameters()]
    net.register_buffer("counter", minigrad.zeros(1, dtype=minigrad.int64))
    assert net.double() is net
    assert {t.dtype for t in net.parameters()} == {minigrad.float64}
    assert net.counter.dtype is minigrad.int64
    assert net(minigrad.ones(1, 2, dtype=minigrad.float64)).dtype is minigrad.float64
    assert [id(p) for p in net.parameters()] == before


# -- hooks ------------------------------------------------------------------------------------------------------------


def test_hooks_see_input_and_output_and_may_replace_them() -> None:
    layer = nn.Identity()
    seen: list[Any] = []
    watching = [
        layer.register_forward_pre_hook(lambda module, args: seen.append((module, args))),
        layer.register_forward_hook(lambda module, args, output: seen.append((module, args, output))),
    ]
    assert layer(3) == 3
    assert seen == [(layer, (3,)), (layer, (3,), 3)]

    changing = [
        layer.register_forward_pre_hook(lambda module, args: args[0] + 1),
        layer.register_forward_hook(lambda module, args, output: output * 10),
    ]
    assert layer(3) == 40
    for handle in watching + changing:
        handle.remove()
        handle.remove()
    assert layer(3) == 3
    assert len(seen) == 4


# -- saved and loaded -------------------------------------------------------------------------------------------------


def test_a_state_dict_travels_between_networks() -> None:
    ours, theirs = Net(), Net()
    ours.blocks[0].count.fill_(5)
    assert values(ours) != values(theirs)
    result = theirs.load_state_dict(ours.state_dict())
    assert result == ([], [])
    assert values(ours) == values(theirs)
    assert isinstance(ours.state_dict(), OrderedDict)
    assert "blocks.0.scratch" not in ours.state_dict()


def test_loading_keeps_the_parameters_and_shares_no_memory() -> None:
    ours, theirs = Net(), Net()
    before = [id(p) for p in theirs.parameters()]
    theirs.load_state_dict(ours.state_dict())
    assert [id(p) for p in theirs.parameters()] == before
    ours.first.weight.detach().zero_()
    assert (theirs.first.weight.detach().numpy() != 0).all()


def test_a_state_dict_shares_memory_and_requires_no_grad() -> None:
    net = Net()
    state = net.state_dict()
    state["first.weight"].zero_()
    assert (net.first.weight.detach().numpy() == 0).all()
    assert not any(tensor.requires_grad for tensor in state.values())


def test_loading_is_noticed_by_a_graph_that_needs_the_old_weights() -> None:
    layer = nn.Linear(2, 2)
    loss = layer(minigrad.ones(1, 2, requires_grad=True)).sum()
    layer.load_state_dict(nn.Linear(2, 2).state_dict())
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_loading_strictly_names_all_that_is_wrong_and_changes_nothing() -> None:
    net = Net()
    before = values(net)
    state = Net().state_dict()
    state["extra"] = state.pop("last.weight")
    state["first.weight"] = minigrad.zeros(9)
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(state)
    for part in ("for Net", "first.weight", "[9]", "[3, 2]", "Missing key(s)", "last.weight", "Unexpected", "extra"):
        assert part in str(error.value)
    assert values(net) == before


def test_loading_without_strictness_takes_what_fits_by_name() -> None:
    net = Net()
    state = {"first.bias": minigrad.ones(3), "extra": minigrad.ones(1)}
    result = net.load_state_dict(state, strict=False)
    assert result.missing_keys == [name for name in net.state_dict() if name != "first.bias"]
    assert result.unexpected_keys == ["extra"]
    assert net.first.bias.tolist() == [1, 1, 1]


def test_a_wrong_shape_is_refused_also_without_strictness() -> None:
    net = Net()
    before = values(net)
    with pytest.raises(RuntimeError, match=r"size mismatch for first\.bias"):
        net.load_state_dict({"last.weight": minigrad.ones(1, 3), "first.bias": minigrad.ones(4)}, strict=False)
    assert values(net) == before


@pytest.mark.parametrize("value", ["text", None, 3.0])
def test_a_value_that_is_no_tensor_is_refused_by_its_name(value: Any) -> None:
    net = Net()
    before = values(net)
    with pytest.raises(RuntimeError, match=r"last\.weight"):
        net.load_state_dict({**Net().state_dict(), "last.weight": value})
    assert values(net) == before


class Counting(nn.Module):
    """Has a weight, and beside it a state that is no tensor."""

    def __init__(self, count: int = 0) -> None:
        super().__init__()
        self.weight = nn.Parameter(minigrad.full((2,), float(count)))
        self.count = count

    def get_extra_state(self) -> Any:
        return {"count": self.count}

    def set_extra_state(self, state: Any) -> None:
        self.count = state["count"]
        assert self.weight.tolist() == [float(self.count)] * 2  # PyTorch loads the tensors first


def test_an_extra_state_is_saved_and_loaded() -> None:
    net, other = nn.Sequential(Counting(3), nn.Linear(1, 1)), nn.Sequential(Counting(), nn.Linear(1, 1))
    state = net.state_dict()
    assert list(state) == ["0.weight", "0._extra_state", "1.weight", "1.bias"]
    assert repr(other.load_state_dict(state)) == "<All keys matched successfully>"
    assert other[0].count == 3


def test_an_extra_state_that_is_missing_or_unexpected() -> None:
    state = Counting(3).state_dict()
    with pytest.raises(RuntimeError, match=r'Unexpected key\(s\) in state_dict: "_extra_state"'):
        nn.RMSNorm(2).load_state_dict(state)
    del state["_extra_state"]
    other = Counting()
    with pytest.raises(RuntimeError, match=r'Missing key\(s\) in state_dict: "_extra_state"'):
        other.load_state_dict(state)
    assert (other.count, other.weight.tolist()) == (0, [0.0, 0.0])
    assert other.load_state_dict(state, strict=False).missing_keys == ["_extra_state"]
    assert (other.count, other.weight.tolist()) == (0, [3.0, 3.0])


def test_a_module_without_an_extra_state_says_so() -> None:
    with pytest.raises(RuntimeError, match="Linear does not define get_extra_state"):
        nn.Linear(1, 1).get_extra_state()
    with pytest.raises(RuntimeError, match="Linear does not define set_extra_state"):
        nn.Linear(1, 1).set_extra_state(None)


def test_a_hook_renames_what_an_older_model_saved() -> None:
    def rename(module: nn.Module, state: dict[str, Any], prefix: str, *rest: Any) -> None:
        if prefix + "old" in state:
            state[prefix + "weight"] = state.pop(prefix + "old")

    net = nn.Sequential(nn.Linear(2, 1), nn.Linear(1, 1))
    handle = net[0].register_load_state_dict_pre_hook(rename)
    state = net.state_dict()
    state["0.old"] = state.pop("0.weight") + 1
    before = net[0].weight.tolist()
    net.load_state_dict(state)
    assert net[0].weight.tolist() == (state["0.old"]).tolist() != before
    assert "0.old" in state  # the hook got a copy
    handle.remove()
    with pytest.raises(RuntimeError, match=r'(?s)Missing.*"0.weight".*Unexpected.*"0.old"'):
        net.load_state_dict(state)


def test_a_hook_forgives_missing_names() -> None:
    net = nn.Linear(2, 1)
    net.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    keys = net.load_state_dict({"weight": minigrad.ones(1, 2)})
    assert (keys.missing_keys, net.weight.tolist()) == ([], [[1.0, 1.0]])
    with pytest.raises(RuntimeError, match="Unexpected"):
        net.load_state_dict({"weight": minigrad.ones(1, 2), "more": minigrad.ones(1)})
    before = net.weight.tolist()
    with pytest.raises(RuntimeError, match="size mismatch"):
        net.load_state_dict({"weight": minigrad.ones(2, 2)})
    assert net.weight.tolist() == before


@pytest.mark.parametrize("kind", ["register_state_dict_post_hook", "register_load_state_dict_post_hook"])
def test_a_hook_that_returns_something_is_refused(kind: str) -> None:
    net = nn.Linear(1, 1)
    state = net.state_dict()
    getattr(net, kind)(lambda *args: 3)
    with pytest.raises((RuntimeError, AssertionError), match="must return None"):
        net.state_dict() if "load" not in kind else net.load_state_dict(state)


def test_a_copy_has_its_own_hooks_of_state_dictionaries() -> None:
    net = nn.Linear(1, 1)
    net.register_state_dict_post_hook(lambda module, state, prefix, metadata: state.update(more=1))
    twin = copy.deepcopy(net)
    twin.register_state_dict_post_hook(lambda module, state, prefix, metadata: state.pop("more") and None)
    assert ("more" in net.state_dict(), "more" in twin.state_dict()) == (True, False)


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))])
@pytest.mark.parametrize("network", [Net, Tied])
def test_a_copy_is_the_same_and_separate(copied: Any, network: type[nn.Module]) -> None:
    net = network().eval()
    twin = copied(net)
    assert values(twin) == values(net)
    assert repr(twin) == repr(net)
    assert [name for name, _ in twin.named_parameters()] == [name for name, _ in net.named_parameters()]
    assert not any(module.training for module in twin.modules())
    assert all(type(p) is nn.Parameter and p.requires_grad and p.is_leaf for p in twin.parameters())
    for p in twin.parameters():
        p.detach().zero_()
    assert not any((p.detach().numpy() == 0).all() for p in net.parameters() if p.numel() > 1)


def test_a_deep_copy_of_a_dropout_draws_what_the_original_would() -> None:
    layer = nn.Dropout(0.5, generator=minigrad.Generator().manual_seed(1))
    twin = copy.deepcopy(layer)
    assert twin(minigrad.ones(50)).tolist() == layer(minigrad.ones(50)).tolist()


# -- printed ----------------------------------------------------------------------------------------------------------


def test_repr_is_a_tree() -> None:
    assert repr(Net()) == (
        "Net(\n"
        "  (first): Linear(in_features=2, out_features=3, bias=True)\n"
        "  (blocks): Sequential(\n"
        "    (0): Block(\n"
        "      (inner): Linear(in_features=3, out_features=3, bias=True)\n"
        "    )\n"
        "    (1): ReLU()\n"
        "    (2): Dropout(p=0.5, inplace=False)\n"
        "  )\n"
        "  (last): Linear(in_features=3, out_features=1, bias=False)\n"
        ")"
    )


def test_repr_shows_a_shared_layer_wherever_it_is() -> None:
    relu = nn.ReLU()
    assert repr(nn.Sequential(relu, nn.Tanh(), relu)) == "Sequential(\n  (0): ReLU()\n  (1): Tanh()\n  (2): ReLU()\n)"


# -- Sequential, Flatten, Identity ------------------------------------------------------------------------------------


def test_sequential_is_the_composition() -> None:
    first, last = nn.Linear(2, 3), nn.Linear(3, 1)
    chain = nn.Sequential(first, nn.Tanh(), last)
    x = minigrad.randn(4, 2)
    assert chain(x).tolist() == last(first(x).tanh()).tolist()
    assert len(chain) == 3
    assert list(chain) == [first, chain[1], last]
    assert chain[-1] is last
    assert list(chain[:2]) == [first, chain[1]]


def test_sequential_with_names() -> None:
    chain = nn.Sequential(OrderedDict(hidden=nn.Linear(2, 3), out=nn.Linear(3, 1)))
    assert [name for name, _ in chain.named_parameters()] == ["hidden.weight", "hidden.bias", "out.weight", "out.bias"]
    assert chain.hidden is chain[0]


def test_a_layer_used_twice_in_a_chain_runs_twice() -> None:
    layer = nn.Linear(1, 1)
    chain = nn.Sequential(layer, layer)
    assert len(chain) == 2
    assert chain(minigrad.ones(1)).tolist() == layer(layer(minigrad.ones(1))).tolist()


def test_an_empty_chain_is_the_identity() -> None:
    assert nn.Sequential()(3) == 3
    assert nn.Sequential().append(nn.ReLU())(minigrad.tensor([-1.0])).tolist() == [0.0]


def test_sequential_refuses_what_is_no_module() -> None:
    with pytest.raises(TypeError, match="not a Module subclass"):
        nn.Sequential([nn.ReLU()])
    with pytest.raises(IndexError):
        nn.Sequential(nn.ReLU())[1]


def test_flatten() -> None:
    x = minigrad.zeros(2, 3, 4, 5)
    assert nn.Flatten()(x).shape == (2, 60)
    assert nn.Flatten(0)(x).shape == (120,)
    assert nn.Flatten(1, 2)(x).shape == (2, 12, 5)
    assert repr(nn.Flatten(1, 2)) == "Flatten(start_dim=1, end_dim=2)"
    assert nn.Identity(54, unused=3)(x) is x


# -- Linear -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), max_size=3), st.integers(1, 4), st.integers(1, 4), st.booleans())
def test_linear_is_its_formula(batch: list[int], inputs: int, outputs: int, bias: bool) -> None:
    layer = nn.Linear(inputs, outputs, bias=bias, dtype=minigrad.float64)
    x = np.random.default_rng(0).normal(size=(*batch, inputs))
    leaf = minigrad.tensor(x, requires_grad=True)
    y = layer(leaf)
    w = layer.weight.detach().numpy()
    b = layer.bias.detach().numpy() if bias else 0.0
    np.testing.assert_allclose(y.detach().numpy(), x @ w.T + b, rtol=1e-12, atol=1e-14)

    g = np.random.default_rng(1).normal(size=y.shape)
    y.backward(minigrad.from_numpy(g))
    np.testing.assert_allclose(leaf.grad.numpy(), g @ w, rtol=1e-12, atol=1e-14)
    rows = g.reshape(-1, outputs)
    np.testing.assert_allclose(layer.weight.grad.numpy(), rows.T @ x.reshape(-1, inputs), rtol=1e-12, atol=1e-14)
    if bias:
        np.testing.assert_allclose(layer.bias.grad.numpy(), rows.sum(0), rtol=1e-12, atol=1e-14)


def test_linears_first_weights_fill_their_range() -> None:
    """The largest of 100,000 uniform values is below 0.999 of the bound with probability 0.999^100000 < 1e-43."""
    layer = nn.Linear(400, 250)
    for p in layer.parameters():
        assert np.abs(p.detach().numpy()).max() <= 1 / math.sqrt(400)
    assert np.abs(layer.weight.detach().numpy()).max() > 0.999 / math.sqrt(400)


def test_linear_names_both_shapes_where_they_do_not_fit() -> None:
    message = r"input of shape \[4, 5\] does not fit a weight of shape \[3, 2\].*4x5 and 2x3"
    with pytest.raises(RuntimeError, match=message):
        nn.Linear(2, 3)(minigrad.zeros(4, 5))
    with pytest.raises(RuntimeError, match=r"input of shape \[\]"):
        nn.Linear(2, 3)(minigrad.zeros(()))


def test_linear_blames_the_last_dimensions_only_where_they_differ() -> None:
    with pytest.raises(RuntimeError, match="mismatch in its core dimension"):
        F.linear(minigrad.zeros(2, 3), minigrad.zeros(4, 5, 3))


def test_linear_refuses_a_bias_of_another_size() -> None:
    with pytest.raises(RuntimeError, match=r"5.*4|4.*5"):
        F.linear(minigrad.zeros(2, 3), minigrad.zeros(4, 3), minigrad.zeros(5))


def test_linear_refuses_another_dtype_and_names_it() -> None:
    with pytest.raises(RuntimeError, match=r"float64.*float32"):
        nn.Linear(2, 3)(minigrad.zeros(1, 2, dtype=minigrad.float64))


def test_linear_refuses_negative_sizes() -> None:
    with pytest.raises(RuntimeError, match="negative dimension"):
        nn.Linear(-1, 3)


# -- losses against their formulas ------------------------------------------------------------------------------------


def reduced(loss: Array, reduction: str) -> Array:
    return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](loss)


def log_softmax(z: Array) -> Array:
    rest = z - z.max(axis=1, keepdims=True)
    return rest - np.log(np.exp(rest).sum(axis=1, keepdims=True))


def cross_entropy_by_formula(
    z: Array,
    target: Array,
    weight: Array | None = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Array:
    """Return the cross-entropy of logits (N, C) with class indices (N,), sample by sample."""
    classes = z.shape[1]
    w = np.ones(classes) if weight is None else weight
    losses, weights = [], []
    for row, t in zip(log_softmax(z), target, strict=True):
        ignored = t == ignore_index
        truth = np.full(classes, label_smoothing / classes)
        truth[0 if ignored else t] += 1 - label_smoothing
        losses.append(0.0 if ignored else -(truth * w * row).sum())
        weights.append(0.0 if ignored else w[t])
    total = np.array(losses)
    return total.sum() / np.sum(weights) if reduction == "mean" else reduced(total, reduction)


@every_reduction
def test_mse_loss(reduction: str) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 3, 4))
    loss = nn.MSELoss(reduction=reduction)(minigrad.tensor(x), minigrad.tensor(y))
    np.testing.assert_allclose(loss.numpy(), reduced((x - y) ** 2, reduction), rtol=1e-12)


def test_mse_loss_warns_where_the_shapes_differ() -> None:
    """The classic slip: (N, 1) minus (N,) is (N, N)."""
    with pytest.warns(UserWarning, match=r"target size \(.*\[3\].*\) that is different to the input size \(.*\[3, 1\]"):
        F.mse_loss(minigrad.zeros(3, 1), minigrad.zeros(3))


@every_reduction
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("ignore_index", [-100, 1])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.2, 1.0])
def test_cross_entropy(reduction: str, weighted: bool, ignore_index: int, label_smoothing: float) -> None:
    rng = np.random.default_rng(0)
    z, target = rng.normal(size=(9, 4)), np.arange(9) % 4
    options = {"ignore_index": ignore_index, "reduction": reduction, "label_smoothing": label_smoothing}
    w = rng.uniform(0.5, 2, size=4) if weighted else None
    layer = nn.CrossEntropyLoss(minigrad.tensor(w) if weighted else None, **options)
    loss = layer(minigrad.tensor(z), minigrad.tensor(target))
    np.testing.assert_allclose(loss.numpy(), cross_entropy_by_formula(z, target, w, **options), rtol=1e-12)


@every_reduction
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.2])
def test_cross_entropy_with_probabilities(reduction: str, weighted: bool, label_smoothing: float) -> None:
    rng = np.random.default_rng(0)
    z, truth = rng.normal(size=(9, 4)), rng.dirichlet(np.ones(4), size=9)
    w = rng.uniform(0.5, 2, size=4) if weighted else np.ones(4)
    smoothed = truth * (1 - label_smoothing) + label_smoothing / 4
    loss = F.cross_entropy(
        minigrad.tensor(z),
        minigrad.tensor(truth),
        minigrad.tensor(w) if weighted else None,
        reduction=reduction,
        label_smoothing=label_smoothing,
    )
    np.testing.assert_allclose(loss.numpy(), reduced(-(smoothed * w * log_softmax(z)).sum(1), reduction), rtol=1e-12)


@every_reduction
def test_nll_loss_is_the_second_half_of_cross_entropy(reduction: str) -> None:
    z, target = minigrad.randn(5, 3), minigrad.tensor([0, 1, 2, 1, 0])
    weight = minigrad.tensor([1.0, 2.0, 3.0])
    np.testing.assert_allclose(
        nn.NLLLoss(weight, reduction=reduction)(z.log_softmax(1), target).numpy(),
        F.cross_entropy(z, target, weight, reduction=reduction).numpy(),
        rtol=1e-6,
    )


def test_cross_entropy_of_one_sample_and_of_pictures() -> None:
    rng = np.random.default_rng(0)
    z, target = rng.normal(size=(2, 3, 4, 5)), rng.integers(0, 3, size=(2, 4, 5))
    rows, labels = np.moveaxis(z, 1, -1).reshape(-1, 3), target.ravel()
    loss = F.cross_entropy(minigrad.tensor(z), minigrad.tensor(target))
    assert loss.item() == pytest.approx(float(cross_entropy_by_formula(rows, labels)), rel=1e-12)
    one = F.cross_entropy(minigrad.tensor(rows[0]), minigrad.tensor(int(labels[0])))
    assert one.item() == pytest.approx(float(cross_entropy_by_formula(rows[:1], labels[:1])), rel=1e-12)


def test_the_gradient_of_cross_entropy_is_softmax_minus_truth() -> None:
    z = minigrad.tensor([[0.0, 1.0, 2.0], [3.0, 3.0, 3.0]], dtype=minigrad.float64, requires_grad=True)
    F.cross_entropy(z, minigrad.tensor([2, 0]), reduction="sum").backward()
    np.testing.assert_allclose(z.grad.numpy(), z.detach().softmax(1).numpy() - np.eye(3)[[2, 0]], rtol=1e-12)


@pytest.mark.parametrize("dtype", [minigrad.float32, minigrad.float64])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_cross_entropy_is_stable_at_extreme_logits(dtype: Any, label_smoothing: float) -> None:
    z = minigrad.tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0]], dtype=dtype, requires_grad=True)
    right, wrong = minigrad.tensor([0, 1]), minigrad.tensor([1, 0])
    share = label_smoothing / 3
    loss = F.cross_entropy(z, right, label_smoothing=label_smoothing)
    assert loss.item() == pytest.approx(share * 3e4, rel=1e-6)
    loss = F.cross_entropy(z, wrong, label_smoothing=label_smoothing)
    assert loss.item() == pytest.approx((1 - label_smoothing) * 2e4 + share * 3e4, rel=1e-6)
    loss.backward()
    assert np.isfinite(z.grad.numpy()).all()


def test_activations_are_stable_at_extreme_inputs() -> None:
    x = minigrad.tensor([-1e4, 0.0, 1e4])
    assert nn.Sigmoid()(x).tolist() == [0.0, 0.5, 1.0]
    assert nn.Tanh()(x).tolist() == [-1.0, 0.0, 1.0]
    assert nn.ReLU()(x).tolist() == [0.0, 0.0, 1e4]
    assert F.softmax(x, 0).tolist() == [0.0, 0.0, 1.0]
    assert F.log_softmax(x, 0).tolist() == [-2e4, -1e4, 0.0]


def test_relus_derivative_at_0_is_0() -> None:
    x = minigrad.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    F.relu(x).sum().backward()
    assert x.grad.tolist() == [0, 0, 1]


def test_relu_in_place() -> None:
    x = minigrad.tensor([-1.0, 2.0])
    assert nn.ReLU(inplace=True)(x) is x
    assert x.tolist() == [0.0, 2.0]


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("value", [math.nan, -math.inf])
def test_an_ignored_target_hides_whatever_its_logits_are(label_smoothing: float, value: float) -> None:
    """As of a padded sequence; a product with 0 would let NaN through."""
    z, target = minigrad.tensor([[value, 0.0], [1.0, 2.0]]), minigrad.tensor([-100, 1])
    loss = F.cross_entropy(z, target, label_smoothing=label_smoothing)
    assert loss.item() == F.cross_entropy(z[1:], target[1:], label_smoothing=label_smoothing).item()


@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_the_mean_over_nothing_is_nan_without_a_warning(label_smoothing: float) -> None:
    options = {"label_smoothing": label_smoothing}
    assert math.isnan(F.cross_entropy(minigrad.zeros(2, 3), minigrad.tensor([-100, -100]), **options).item())
    assert math.isnan(F.cross_entropy(minigrad.zeros(0, 3), minigrad.zeros(0, dtype=minigrad.int64), **options).item())
    assert math.isnan(F.mse_loss(minigrad.zeros(0), minigrad.zeros(0)).item())


# -- bad input --------------------------------------------------------------------------------------------------------

Z, T = minigrad.zeros(2, 3), minigrad.tensor([0, 1])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.cross_entropy(Z, minigrad.tensor([0, 3])), IndexError, "Target 3 is out of bounds for 3 classes"),
        (lambda: F.cross_entropy(Z, minigrad.tensor([-1, 0])), IndexError, "Target -1 is out of bounds for 3 classes"),
        (lambda: F.nll_loss(Z, minigrad.tensor([0, 7])), IndexError, "Target 7 is out of bounds for 3 classes"),
        (lambda: F.cross_entropy(Z, minigrad.tensor([0])), ValueError, r"batch_size \(2\) to match .* \(1\)"),
        (lambda: F.cross_entropy(Z, minigrad.tensor([[0], [1]])), RuntimeError, r"target of shape \[2\] .* \[2, 1\]"),
        (lambda: F.cross_entropy(Z, minigrad.zeros(2, 2)), RuntimeError, r"shape \[2, 3\], but got \[2, 2\]"),
        (lambda: F.cross_entropy(Z, T, minigrad.ones(2)), RuntimeError, r"all 3 classes .* shape: \[2\]"),
        (lambda: F.cross_entropy(Z, T, label_smoothing=1.5), RuntimeError, "label_smoothing must be between .*1.5"),
        (lambda: F.cross_entropy(Z, T, label_smoothing=math.nan), RuntimeError, "label_smoothing must be .*nan"),
        (lambda: F.cross_entropy(minigrad.tensor(1.0), minigrad.tensor(0)), ValueError, r"input of shape \[\]"),
        (lambda: F.nll_loss(Z, minigrad.zeros(2)), RuntimeError, "class indices of an integer dtype.*float32"),
        (lambda: F.cross_entropy(Z, T, reduction="avg"), ValueError, "avg .*'none', 'mean' or 'sum'"),
        (lambda: F.mse_loss(Z, Z, reduction="avg"), ValueError, "avg .*'none', 'mean' or 'sum'"),
        (lambda: nn.MSELoss("avg"), ValueError, "avg .*'none', 'mean' or 'sum'"),
        (lambda: nn.CrossEntropyLoss(reduction="avg"), ValueError, "avg .*'none', 'mean' or 'sum'"),
        (lambda: nn.NLLLoss(reduction="avg"), ValueError, "avg .*'none', 'mean' or 'sum'"),
        (lambda: nn.Dropout(1.5), ValueError, "between 0 and 1, but got 1.5"),
        (lambda: nn.Dropout(-0.1), ValueError, "between 0 and 1, but got -0.1"),
        (lambda: nn.Dropout(math.nan), ValueError, "between 0 and 1, but got nan"),
        (lambda: nn.Dropout(math.inf), ValueError, "between 0 and 1, but got inf"),
        (lambda: nn.Dropout("0.5"), TypeError, "str"),
        (lambda: F.dropout(Z, 1.5, training=False), ValueError, "between 0 and 1, but got 1.5"),
        (lambda: F.dropout(minigrad.arange(3)), RuntimeError, "floating-point input, but got .*int64"),
        (lambda: nn.Parameter(minigrad.arange(3)), RuntimeError, "floating point dtype .*int64"),
    ],
)
def test_bad_input_is_refused_by_name_and_value(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_mse_loss_refuses_shapes_that_do_not_broadcast() -> None:
    with pytest.raises(RuntimeError, match=r"3.*4"):
        F.mse_loss(minigrad.zeros(2, 3), minigrad.zeros(4))


@pytest.mark.parametrize("layer", [nn.ReLU(), nn.Linear(2, 2), nn.Dropout(), nn.Tanh()])
def test_a_layer_refuses_an_array_by_its_type(layer: nn.Module) -> None:
    with pytest.raises(TypeError, match="ndarray"):
        layer(np.zeros((1, 2), np.float32))


# -- initial weights --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("uniform", (-1.0, 2.0)), ("normal", (1.0, 2.0)), ("constant", (0.5,)), ("eye", ()),
        ("xavier_uniform", (2.0,)), ("xavier_normal", ()), ("kaiming_uniform", (0.1,)), ("kaiming_normal", ()),
        ("orthogonal", ()), ("sparse", (0.5,)),
    ],
)  # fmt: skip
def test_the_older_names_of_init_warn_and_fill_alike(name: str, args: tuple[Any, ...]) -> None:
    minigrad.manual_seed(0)
    expected = getattr(nn.init, f"{name}_")(minigrad.empty(3, 4), *args)
    minigrad.manual_seed(0)
    weight = minigrad.empty(3, 4)
    message = f"`nn.init.{name}` is now deprecated in favor of `nn.init.{name}_`."
    with pytest.warns(FutureWarning, match=re.escape(message)) as caught:
        assert getattr(nn.init, name)(weight, *args) is weight
    assert weight.tolist() == expected.tolist()
    assert caught[0].filename == __file__


@pytest.mark.parametrize(
    ("init", "std"),
    [
        (lambda w: nn.init.xavier_uniform_(w, gain=2.0), 2 * math.sqrt(2 / 700)),
        (nn.init.xavier_normal_, math.sqrt(2 / 700)),
        (lambda w: nn.init.kaiming_uniform_(w, nonlinearity="relu"), math.sqrt(2 / 400)),
        (lambda w: nn.init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"), math.sqrt(2 / 300)),
        (lambda w: nn.init.normal_(w, 0.0, 0.3), 0.3),
        (lambda w: nn.init.uniform_(w, -0.3, 0.3), 0.3 / math.sqrt(3)),
    ],
)
def test_initial_weights_have_the_variance_of_their_formula(init: Any, std: float) -> None:
    """The sample variance of 120,000 values has a relative deviation of at most √(2/120000) = 0.0041.

    Beyond 6.6 deviations the false-alarm rate is 5e-11 each. A std wrong by 3% is off by 15 of them: power > 0.9999.
    """
    w = nn.Parameter(minigrad.empty(300, 400))
    assert init(w) is w
    assert w.requires_grad
    sample = w.detach().numpy().astype(np.float64)
    assert abs(sample.var() / std**2 - 1) < 6.6 * math.sqrt(2 / sample.size)
    assert abs(sample.mean()) < 6.6 * std / math.sqrt(sample.size)


def test_constants() -> None:
    w = nn.Parameter(minigrad.empty(2, 2))
    assert nn.init.ones_(w).tolist() == [[1, 1], [1, 1]]
    assert nn.init.zeros_(w).tolist() == [[0, 0], [0, 0]]
    assert nn.init.constant_(w, 0.5).tolist() == [[0.5, 0.5], [0.5, 0.5]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.init.xavier_uniform_(minigrad.zeros(3)), "fewer than 2 dimensions"),
        (lambda: nn.init.kaiming_normal_(minigrad.zeros(3)), "fewer than 2 dimensions"),
        (lambda: nn.init.kaiming_uniform_(minigrad.zeros(3, 3), mode="fan"), "Mode fan not supported"),
        (lambda: nn.init.calculate_gain("swish"), "Unsupported nonlinearity swish"),
    ],
)
def test_init_refuses_by_name(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


def test_the_registries_of_a_module_print_as_dictionaries():
    net = nn.Sequential(nn.Linear(1, 1), nn.Tanh())
    assert repr(net._modules.keys()) == "dict_keys(['0', '1'])"
    linear = "Linear(in_features=1, out_features=1, bias=True)"
    assert repr(net._modules.items()) == f"dict_items([('0', {linear}), ('1', Tanh())])"
    assert repr(net._modules.values()) == f"dict_values([{linear}, Tanh()])"
    assert (repr(net[0]._parameters.keys()), repr(net._buffers.keys())) == (
        "dict_keys(['weight', 'bias'])", "dict_keys([])",
    )  # fmt: skip
    net._modules["1"] = nn.ReLU()
    assert isinstance(net[1], nn.ReLU)
