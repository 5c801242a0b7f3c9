"""A module called with other tensors, and the state of many modules in one."""

from __future__ import annotations

import pytest

import minigrad as mg
from minigrad import nn
from minigrad.func import functional_call, stack_module_state


class Counter(nn.Module):
    """Counts its calls in a buffer, in place, and adds a second one by assignment."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", mg.zeros(()))
        self.register_buffer("total", mg.zeros(()))

    def forward(self, x, scale=1.0):
        self.calls.add_(1)
        self.total = self.total + x.sum()
        return x * scale


class Tied(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = self.second = nn.Parameter(mg.tensor(1.0))

    def forward(self, x):
        return x + self.first + 10 * self.second


def values_of(net):
    return {name: x.detach() for name, x in (*net.named_parameters(), *net.named_buffers())}


def test_a_call_takes_what_is_given_and_puts_back_what_was_there():
    net = nn.Sequential(nn.Linear(2, 1), nn.ReLU())
    weight, before = net[0].weight, net[0].weight.detach().clone()
    given = {"0.weight": mg.tensor([[1.0, 2.0]]).requires_grad_(), "0.bias": mg.tensor([0.5])}
    y = functional_call(net, given, (mg.tensor([3.0, 4.0]),))
    y.sum().backward()
    assert y.item() == 11.5
    assert given["0.weight"].grad.tolist() == [[3.0, 4.0]]
    assert net[0].weight is weight
    assert (weight == before).all()
    assert weight.grad is None
    assert [name for name, _ in net.named_parameters()] == ["0.weight", "0.bias"]


def test_it_is_put_back_after_an_error_too():
    net = nn.Linear(2, 1)
    weight = net.weight
    with pytest.raises(RuntimeError):
        functional_call(net, {"weight": mg.ones(1, 3)}, mg.ones(2))
    assert net.weight is weight


def test_what_is_not_named_stays_as_it_is():
    net = nn.Linear(2, 1)
    assert functional_call(net, {"bias": mg.zeros(1)}, mg.zeros(3, 2)).tolist() == [[0.0]] * 3
    assert functional_call(net, {}, mg.zeros(3, 2)).tolist() == net(mg.zeros(3, 2)).tolist()


def test_arguments_are_one_or_a_tuple_and_keywords():
    net = Counter()
    assert functional_call(net, {}, mg.tensor(2.0), {"scale": 3.0}).item() == 6.0
    assert functional_call(net, {}, (mg.tensor(2.0), 4.0)).item() == 8.0
    assert functional_call(net, {}, kwargs={"x": mg.tensor(2.0)}).item() == 2.0


def test_writes_into_buffers_go_to_the_given_ones():
    net = Counter()
    given = {"calls": mg.tensor(5.0), "total": mg.tensor(0.0)}
    calls = given["calls"]
    functional_call(net, given, mg.tensor(2.0))
    assert given["calls"] is calls
    assert calls.item() == 6.0
    assert given["total"].item() == 2.0
    assert net.calls.item() == net.total.item() == 0.0


def test_several_dictionaries():
    net = nn.Linear(1, 1)
    dictionaries = ({"weight": mg.tensor([[2.0]])}, {"bias": mg.tensor([1.0])})
    assert functional_call(net, dictionaries, mg.tensor([3.0])).item() == 7.0
    with pytest.raises(ValueError, match=r"\['bias'\] appeared in multiple dictionaries"):
        functional_call(net, (*dictionaries, dictionaries[1]), mg.tensor([3.0]))


def test_tied_names_follow():
    net, one, two = Tied(), mg.tensor(2.0), mg.tensor(3.0)
    assert functional_call(net, {"first": one}, mg.tensor(0.0)).item() == 22.0
    assert functional_call(net, {"second": one, "first": one}, mg.tensor(0.0)).item() == 22.0
    assert functional_call(net, {"first": one}, mg.tensor(0.0), tie_weights=False).item() == 12.0
    assert functional_call(net, {"first": one, "second": two}, mg.tensor(0.0), tie_weights=False).item() == 32.0
    with pytest.raises(ValueError, match="which are tied"):
        functional_call(net, {"first": one, "second": two}, mg.tensor(0.0))


@pytest.mark.parametrize(
    ("dictionaries", "options", "error", "message"),
    [
        (7, {}, ValueError, "but got int"),
        ([7], {}, ValueError, "a list or tuple of dictionaries"),
        ({"weight": 7}, {}, TypeError, "'weight' must be a Tensor, but got int"),
        ({"wight": mg.ones(1)}, {}, AttributeError, "no parameter or buffer 'wight'"),
        ({"0.weight": mg.ones(1)}, {}, AttributeError, "0"),
        ({"in_features": mg.ones(1)}, {}, AttributeError, "no parameter or buffer 'in_features'"),
        ({"weight": mg.ones(1, 1)}, {"strict": True}, RuntimeError, r"Missing key\(s\): 'bias'"),
        ({"x": mg.ones(1)}, {"strict": True}, RuntimeError, r"Unexpected key\(s\): 'x'"),
    ],
)
def test_wrong_values_are_refused_before_the_call(dictionaries, options, error, message):
    net = nn.Linear(1, 1)
    with pytest.raises(error, match=message):
        functional_call(net, dictionaries, mg.ones(1), **options)
    assert not hasattr(net, "wight")


def test_only_a_module_is_called():
    with pytest.raises(TypeError, match="module must be a Module, but got function"):
        functional_call(lambda x: x, {}, mg.ones(1))


def test_stacked_state_has_all_tensors_by_name():
    nets = [nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3)) for _ in range(4)]
    nets[2][1].running_mean += 5
    params, buffers = stack_module_state(nets)
    assert list(params) == [name for name, _ in nets[0].named_parameters()]
    assert list(buffers) == [name for name, _ in nets[0].named_buffers()]
    assert buffers["1.running_mean"].tolist() == [[0.0] * 3, [0.0] * 3, [5.0] * 3, [0.0] * 3]
    assert buffers["1.num_batches_tracked"].dtype == mg.int64
    assert all(p.is_leaf and p.requires_grad for p in params.values())
    with mg.no_grad():
        params["0.weight"].zero_()
    assert all(net[0].weight.any() for net in nets)


@pytest.mark.parametrize(
    ("models", "message"),
    [
        (list, "at least one model, got 0"),
        (lambda: [nn.Linear(1, 1), nn.Linear(1, 1).eval()], "the same training/eval mode"),
        (lambda: [nn.Linear(1, 1), nn.Identity()], "of the same class"),
        (lambda: [nn.Linear(1, 1), nn.Linear(1, 1).requires_grad_(False)], "weight from each model"),
    ],
)
def test_what_cannot_be_one_state(models, message):
    with pytest.raises(RuntimeError, match=message):
        stack_module_state(models())
