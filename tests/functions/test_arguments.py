"""A wrong argument is refused where the user's call enters, by the name of the function and of the argument."""

from __future__ import annotations

import pytest

import minigrad as t
import minigrad.nn.functional as F
from minigrad import nn

x = t.ones(2, 3)

WRONG = [
    (lambda: x.sum(True), "sum(): argument 'dim' must be int or tuple of ints or None, not bool: True"),
    (lambda: x.sum("a"), "sum(): argument 'dim' must be int or tuple of ints or None, not str: 'a'"),
    (lambda: t.zeros(True), "zeros(): argument 'sizes' must be int or tuple of ints, not bool: True"),
    (lambda: t.linspace(None, 1, 3), "linspace(): argument 'start' must be float, not NoneType: None"),
    (lambda: t.arange("a"), "arange(): argument 'end' must be float, not str: 'a'"),
    (lambda: t.topk(x, "a"), "topk(): argument 'k' must be int, not str: 'a'"),
    (lambda: t.cat(3), "cat(): argument 'tensors' must be tuple of Tensors, not int: 3"),
    (lambda: t.exp(1.0), "exp(): argument 'input' must be Tensor, not float"),
    (lambda: x.normal_(None), "normal_(): argument 'mean' must be float, not NoneType: None"),
    (lambda: x.requires_grad_(None), "requires_grad_(): argument 'requires_grad' must be bool, not NoneType: None"),
    (lambda: x.unsqueeze(1.5), "argument 'dim' must be int, not float: 1.5"),
    (lambda: x.reshape("a"), "expected sizes, which are integers, but got ('a',)"),
    (lambda: nn.init.normal_(x, None), "normal_(): argument 'mean' must be float, not NoneType: None"),
    (lambda: nn.Linear(3, True), "Linear(): argument 'out_features' must be int, not bool: True"),
    (lambda: nn.BatchNorm1d(2, momentum=[]), "BatchNorm1d(): argument 'momentum' must be float or None, not list: []"),
    (lambda: t.optim.SGD([x], lr="a"), "SGD(): argument 'lr' must be float or Tensor, not str: 'a'"),
    (lambda: F.leaky_relu(x, 1j), "leaky_relu(): argument 'negative_slope' must be float, not complex: 1j"),
    (lambda: F.dropout(x, 0.5, None), "dropout(): argument 'training' must be bool, not NoneType: None"),
    (lambda: F.dropout(x, 0.5, "no"), "dropout(): argument 'training' must be bool, not str: 'no'"),
    (
        lambda: F.cross_entropy(x, t.tensor([0, 1]), ignore_index=1.5),
        "cross_entropy(): argument 'ignore_index' must be int, not float: 1.5",
    ),
]


@pytest.mark.parametrize(("call", "message"), WRONG, ids=[message for _, message in WRONG])
def test_a_wrong_argument_is_named(call, message):
    with pytest.raises(TypeError) as raised:
        call()
    assert message in str(raised.value)


def test_what_only_looks_wrong_is_right():
    three = t.tensor(3)
    assert x.sum(t.tensor(1).item()).shape == (2,)
    assert nn.Linear(three, 2).weight.shape == (2, 3)
    assert x.var(False).shape == ()
    assert nn.Dropout(t.tensor(0.5)).p == 0.5
    assert t.linspace(t.tensor(0.0), 1, 3).tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize(
    ("call", "dtype", "values"),
    [
        (lambda b: b // 2, "int64", [0, 0]),
        (lambda b: b % 2, "int64", [1, 0]),
        (lambda b: b // 0.5, "float32", [2.0, 0.0]),
        (lambda b: 3 % (b | True), "int64", [0, 0]),
        (lambda b: b**True, "bool", [True, False]),
        (lambda b: b**False, "bool", [True, True]),
        (lambda b: b + True, "bool", [True, True]),
    ],
)
def test_booleans_count_as_0_and_1_beside_numbers(call, dtype, values):
    result = call(t.tensor([True, False]))
    assert str(result.dtype) == f"minigrad.{dtype}"
    assert result.tolist() == values


@pytest.mark.parametrize(
    "call", [lambda b: b - 1, lambda b: 1.5 - b, lambda b: b // b, lambda b: b % True, lambda b: -b, lambda b: +b]
)
def test_booleans_have_no_difference_and_no_quotient(call):
    with pytest.raises(RuntimeError, match="bool"):
        call(t.tensor([True, False]))


@pytest.mark.parametrize("x", [t.ones(2), t.ones(2, requires_grad=True), t.tensor([1, 2])])
def test_a_tensor_of_a_tensor_shares_its_memory_dtype_and_history(x):
    y = t.Tensor(x)
    assert y is not x
    assert y.data_ptr() == x.data_ptr()
    assert y.dtype is x.dtype
    assert y.requires_grad == x.requires_grad


def test_a_gradient_flows_through_a_tensor_of_a_tensor():
    w = t.tensor([1.0, 2.0], requires_grad=True)
    (t.Tensor(w * 3) * 2).sum().backward()
    assert w.grad.tolist() == [6.0, 6.0]
    assert t.Tensor(w * 1).grad_fn.name() == "AliasBackward0"
    with pytest.raises(TypeError, match=r"LongTensor\(\): expected a tensor of minigrad.int64"):
        t.LongTensor(w)
    assert t.Tensor(t.ones(2, 3).size()).shape == (2, 3)


def test_a_tensor_has_strides():
    assert t.ones(2).layout is t.strided
    assert t.zeros(2, layout=t.strided).layout is t.strided


@pytest.mark.parametrize("keyword", [{"size": (2, 3)}, {"size": [2, 3]}])
def test_sizes_are_given_by_name_too(keyword):
    x = t.ones(1, 3)
    assert x.expand(**keyword).shape == (2, 3)
    assert x.new_zeros(**keyword).shape == (2, 3)
    assert x.repeat(repeats=(2, 1)).shape == (2, 3)
    with pytest.raises(TypeError, match=r"expand\(\): argument 'size' must be tuple of ints, not int: 3"):
        x.expand(size=3)


def test_a_warning_points_at_the_callers_line():
    x = t.ones(2, 3)
    with pytest.warns(UserWarning, match="size_average") as caught:
        t.nn.functional.mse_loss(x, x, size_average=False)
    assert caught[0].filename == __file__
