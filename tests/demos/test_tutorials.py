"""What tutorial scripts do that no other test does: old spellings, and small things that they print."""

from __future__ import annotations

import pytest

import minigrad as torch
from minigrad import nn
from minigrad.nn import functional as F

OLD_FORMS = [
    ("add", (0.5,), {"alpha": 0.5}, 1),
    ("sub", (0.5,), {"alpha": 0.5}, 1),
    ("addcmul", (2,), {"value": 2}, 2),
    ("addcdiv", (2,), {"value": 2}, 2),
]


@pytest.mark.parametrize(("name", "number", "by_name", "tensors"), OLD_FORMS)
def test_a_number_before_the_tensors(name, number, by_name, tensors):
    x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 5.0])
    expected = getattr(torch, name)(x, *[y] * tensors, **by_name)
    for function in (getattr(torch, name), lambda x, *args: getattr(x.clone(), f"{name}_")(*args)):
        with pytest.warns(UserWarning, match=f"overload of {name} is deprecated"):
            assert function(x, *number, *[y] * tensors).equal(expected)


def test_a_number_too_many_is_refused():
    with pytest.raises(TypeError, match="positional"):
        torch.add(torch.ones(2), torch.ones(2), torch.ones(2))


def test_a_number_before_the_tensors_carries_the_gradient():
    x, y = torch.ones(2, requires_grad=True), torch.ones(2, requires_grad=True)
    with pytest.warns(UserWarning, match="deprecated"):
        torch.add(x, 3, y).sum().backward()
    assert (x.grad.tolist(), y.grad.tolist()) == ([1.0, 1.0], [3.0, 3.0])


def test_a_tensor_is_converted_by_the_older_name_of_its_type():
    assert torch.ones(2).type(torch.LongTensor).dtype is torch.int64
    assert torch.tensor([True]).type(torch.FloatTensor).dtype is torch.float32
    assert torch.ones(2).type("torch.DoubleTensor").dtype is torch.float64


def test_a_tensor_takes_attributes():
    x = torch.ones(2)
    x.g = torch.zeros(2)
    assert not x.g.any()
    assert not hasattr(x.clone(), "g")


LOSSES = {
    "CrossEntropyLoss": "NllLossBackward0",
    "NLLLoss": "NllLossBackward0",
    "MultiMarginLoss": "MultiMarginLossBackward0",
    "MSELoss": "MseLossBackward0",
    "SmoothL1Loss": "SmoothL1LossBackward0",
    "HuberLoss": "HuberLossBackward0",
    "BCELoss": "BinaryCrossEntropyBackward0",
    "BCEWithLogitsLoss": "BinaryCrossEntropyWithLogitsBackward0",
    "SoftMarginLoss": "SoftMarginLossBackward0",
}


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("name", LOSSES)
def test_a_printed_loss_goes_by_its_name(name, reduction):
    of_classes = name in ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss")
    target = torch.tensor([0, 1]) if of_classes else torch.ones(2, 3)
    loss = getattr(nn, name)(reduction=reduction)(torch.full((2, 3), 0.5, requires_grad=True), target)
    assert f"grad_fn=<{LOSSES[name]}>" in repr(loss)


@pytest.mark.parametrize(
    "name", ["gelu", "silu", "mish", "hardswish", "hardsigmoid", "celu", "softshrink", "hardshrink"]
)
def test_a_printed_activation_goes_by_its_name(name):
    x = torch.ones(2, requires_grad=True)
    assert f"grad_fn=<{name.capitalize()}Backward0>" in repr(getattr(F, name)(x))


def test_a_number_minus_a_tensor_goes_by_its_name():
    assert "RsubBackward1" in repr(1 - torch.ones(2, requires_grad=True))


def test_the_parameters_come_first_in_a_group_and_last_in_its_state():
    optimizer = torch.optim.SGD([{"params": [nn.Parameter(torch.ones(1))], "weight_decay": 0.1}], lr=0.5)
    assert list(optimizer.param_groups[0])[:3] == ["params", "weight_decay", "lr"]
    assert list(optimizer.state_dict()["param_groups"][0])[-1] == "params"


def test_arange_rounds_where_pytorch_does():
    x = torch.arange(-8.0, 8.0, 0.1)
    assert x[80].item() == 2.0**-51  # what is left of -8 + 80·0.1 when the sum is rounded once
    assert x.dtype is torch.float32
    assert torch.arange(0.0, 1.0, 0.25).tolist() == [0.0, 0.25, 0.5, 0.75]


def test_missing_and_unexpected_keys_print_as_pytorch_s():
    keys = nn.Linear(2, 1).load_state_dict({"weight": torch.zeros(1, 2)}, strict=False)
    assert repr(keys) == "_IncompatibleKeys(missing_keys=['bias'], unexpected_keys=[])"


def test_a_layer_of_one_s_own_asks_for_its_fans():
    assert nn.init._calculate_fan_in_and_fan_out(torch.empty(3, 5)) == (5, 3)


def test_schedulers_derive_from_the_older_name():
    assert issubclass(torch.optim.lr_scheduler.StepLR, torch.optim.lr_scheduler._LRScheduler)


@pytest.mark.parametrize("name", [name for name in torch.__all__ if name.endswith("_") and name != "zero_"])
def test_an_in_place_method_is_a_function_too(name):
    assert getattr(torch, name) is getattr(torch.Tensor, name)
    assert name in dir(torch)


def test_a_function_writes_in_place():
    x = torch.tensor([0.0, -1.0])
    assert torch.relu_(x) is x
    assert x.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("operation", [lambda x: 2 * x, lambda x: x * 2, lambda x: 2 + x, lambda x: x + 2])
def test_a_history_names_the_tensor_before_the_number(operation):
    x = torch.ones(2, requires_grad=True)
    (leaf, _), (number, _) = operation(x).grad_fn.next_functions
    assert leaf.variable is x
    assert number is None


def test_an_operation_prints_its_name_and_its_address():
    node = torch.ones(2, requires_grad=True).sum().grad_fn
    assert repr(node) == f"<SumBackward0 object at {id(node):#x}>"
    leaf = node.next_functions[0][0]
    assert repr(leaf) == f"<AccumulateGrad object at {id(leaf):#x}>"


@pytest.mark.parametrize("name", ["bilinear", "cosine_similarity", "hardshrink", "pairwise_distance", "prelu"])
def test_what_torch_has_in_two_places_is_one_function(name):
    assert getattr(torch, name) is getattr(F, name)
    assert name in torch.__all__


@pytest.mark.parametrize("name", ["dropout", "layer_norm", "selu", "triplet_margin_loss", "kl_div"])
def test_what_is_in_functional_alone_says_so(name):
    assert hasattr(F, name)
    with pytest.raises(AttributeError, match=rf"no attribute '{name}': .* it is in nn\.functional"):
        getattr(torch, name)


def test_word_vectors_are_compared():
    x, y = torch.tensor([[3.0, 4.0], [1.0, 0.0]]), torch.tensor([[4.0, 3.0], [0.0, 2.0]])
    assert torch.cosine_similarity(x, y).tolist() == pytest.approx([0.96, 0.0])
    assert torch.pairwise_distance(x, y, eps=0.0).tolist() == pytest.approx([2**0.5, 5**0.5])
