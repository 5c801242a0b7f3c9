"""Hooks around a module's forward pass, and around the gradients' way back."""

from __future__ import annotations

import gc
import weakref
from typing import Any

import pytest

import minigrad
from minigrad import Tensor, nn


class Scaled(nn.Module):
    def forward(self, x: Tensor, factor: float = 2.0) -> Tensor:
        return x * factor


def test_a_hook_gets_the_keyword_arguments_if_it_wants_them() -> None:
    layer = Scaled()
    layer.register_forward_pre_hook(lambda module, args, kwargs: (args, {"factor": 5.0}), with_kwargs=True)
    layer.register_forward_hook(lambda module, args, kwargs, output: output + kwargs["factor"], with_kwargs=True)
    assert layer(minigrad.ones(1), factor=3.0).tolist() == [10.0]


def test_hooks_are_called_in_order_and_prepended_ones_first() -> None:
    layer, calls = Scaled(), list[str]()
    for name, prepend in (("second", False), ("third", False), ("first", True)):
        layer.register_forward_hook(lambda *_, name=name: calls.append(name), prepend=prepend)
    layer(minigrad.ones(1))
    assert calls == ["first", "second", "third"]


def test_a_handle_is_a_context() -> None:
    layer, calls = Scaled(), list[int]()
    with layer.register_forward_hook(lambda *_: calls.append(1)):
        layer(minigrad.ones(1))
    layer(minigrad.ones(1))
    assert calls == [1]


def test_only_a_hook_that_asks_for_it_is_called_after_an_error() -> None:
    layer, calls = nn.Linear(2, 2), list[Any]()
    layer.register_forward_hook(lambda *_: calls.append("usual"))
    layer.register_forward_hook(lambda module, args, output: calls.append(output), always_call=True)
    with pytest.raises(RuntimeError, match="does not fit"):
        layer(minigrad.ones(3))
    assert calls == [None]


def test_an_error_of_a_hook_does_not_hide_the_one_before() -> None:
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(lambda *_: 1 / 0, always_call=True)
    with pytest.warns(UserWarning, match="silenced"), pytest.raises(RuntimeError, match="does not fit"):
        layer(minigrad.ones(3))


def test_a_backward_hook_sees_the_gradients_on_both_sides() -> None:
    layer, seen = Scaled(), list[Any]()
    layer.register_full_backward_hook(lambda module, gx, gy: seen.append((module, gx, gy)))
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    (layer(x) ** 2).sum().backward()
    ((module, (gx,), (gy,)),) = seen
    assert (module, gx.tolist(), gy.tolist()) == (layer, [8.0, 16.0], [4.0, 8.0])
    assert x.grad.tolist() == [8.0, 16.0]


def test_a_backward_hook_may_replace_the_gradients() -> None:
    layer = Scaled()
    layer.register_full_backward_hook(lambda module, gx, gy: (gx[0] + 1,))
    layer.register_full_backward_pre_hook(lambda module, gy: (gy[0] * 10,))
    x = minigrad.ones(1, requires_grad=True)
    layer(x).sum().backward()
    assert x.grad.tolist() == [21.0]


def test_a_backward_hook_works_in_every_pass_over_a_kept_graph() -> None:
    layer, seen = Scaled(), list[float]()
    layer.register_full_backward_hook(lambda module, gx, gy: seen.append(gx[0].item()))
    y = layer(minigrad.ones(1, requires_grad=True)).sum()
    y.backward(retain_graph=True)
    y.backward()
    assert seen == [2.0, 2.0]


def test_second_derivatives_go_through_backward_hooks() -> None:
    layer = nn.Sequential(nn.Tanh())
    x = minigrad.tensor([0.3], dtype=minigrad.float64, requires_grad=True)

    def second() -> float:
        (g,) = minigrad.autograd.grad(layer(x).sum(), x, create_graph=True)
        (h,) = minigrad.autograd.grad(g.sum(), x)
        return h.item()

    plain = second()
    layer.register_full_backward_hook(lambda module, gx, gy: None)
    assert second() == pytest.approx(plain, rel=1e-12)


def test_without_gradients_backward_hooks_rest() -> None:
    layer, seen = Scaled(), list[Any]()
    layer.register_full_backward_hook(lambda *_: seen.append(1))
    with minigrad.no_grad():
        assert not layer(minigrad.ones(1, requires_grad=True)).requires_grad
    assert layer(minigrad.ones(1)).tolist() == [2.0]
    assert seen == []


def test_hooks_that_are_no_functions_are_refused() -> None:
    with pytest.raises(TypeError, match="callable"):
        Scaled().register_full_backward_hook(3)
    with pytest.raises(TypeError, match="callable"):
        Scaled().register_forward_hook(3)


def test_a_network_with_hooks_goes_when_nobody_holds_it() -> None:
    """Without the garbage collector: neither modules nor their graphs hold themselves."""
    gc.disable()
    try:
        net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        net.register_full_backward_hook(lambda module, gx, gy: None)
        net(minigrad.ones(1, 2, requires_grad=True)).sum().backward()
        gone = weakref.ref(net)
        del net
        assert gone() is None
    finally:
        gc.enable()
