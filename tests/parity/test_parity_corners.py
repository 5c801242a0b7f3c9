"""Corners where a framework easily goes another way than PyTorch: the same value in both, or the same type of error.

Each is a line of Python about `t`, which is one library or the other; what follows "->" is compared.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from this_machine import torch_masks

import minigrad

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

LIBRARIES = (minigrad, torch)


def outcome(code: str, t: Any, **names: Any) -> Any:
    """Return what a line computes, in a form that compares; or the type of its error."""
    statements, arrow, expression = code.rpartition("->")
    scope = {"t": t, "np": np, "F": t.nn.functional, **names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            exec("\n".join(part.strip() for part in statements.split("; ")) if arrow else "", scope)
            return plain(eval(expression.strip(), scope))
        except Exception as error:
            return type(error)


def plain(value: Any) -> Any:
    """Return tensors with their dtype and shape as texts and lists, and sequences with such in them."""
    if hasattr(value, "requires_grad"):
        return str(value.dtype).rpartition(".")[2], list(value.shape), value.detach().tolist()
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value if isinstance(value, bool | int | float | type(None)) else str(value)


def agree(ours: Any, theirs: Any) -> bool:
    """Return whether two outcomes are the same, numbers to six digits."""
    if isinstance(ours, list | tuple) and isinstance(theirs, list | tuple):
        return len(ours) == len(theirs) and all(agree(a, b) for a, b in zip(ours, theirs, strict=True))
    if isinstance(ours, float) and isinstance(theirs, float):
        return bool(np.isclose(ours, theirs, rtol=1e-6, atol=1e-12, equal_nan=True))
    return type(ours) is type(theirs) and ours == theirs


def same(code: str, **names: Any) -> None:
    ours, theirs = (outcome(code, t, **names) for t in LIBRARIES)
    assert agree(ours, theirs), f"{code}\nminigrad: {ours}\nPyTorch: {theirs}"


def lines(text: str) -> Any:
    """Parametrize a test by the lines of a text."""
    return pytest.mark.parametrize("code", [line.strip() for line in text.strip().splitlines()])


# ---- outputs of a Function that share memory -------------------------------------------------------------------------


def functions(t: Any) -> dict[str, Any]:
    """Return Functions of four elements whose outputs alias each other or an input; each backward says it was there."""

    def function(forward: Any, backward: Any) -> Any:
        members = {"forward": staticmethod(forward), "backward": staticmethod(backward)}
        return type("Aliasing", (t.autograd.Function,), members)

    def doubled(make: Any) -> Any:
        return lambda ctx, x: make(x * 2)

    def both(ctx: Any, g: Any, h: Any) -> Any:
        return g * 2 + t.cat([h, t.zeros(2)]) * 2

    def overwrite(ctx: Any, x: Any) -> Any:
        ctx.mark_dirty(x.mul_(2))
        return x, x[:2]

    return {
        "halves": function(doubled(lambda y: (y[:2], y[2:])), lambda ctx, g, h: t.cat([g, h]) * 2),
        "half": function(doubled(lambda y: y[:2]), lambda ctx, g: t.cat([g, t.zeros(2)]) * 7),
        "whole": function(doubled(lambda y: (y, y[:2])), both),
        "apart": function(doubled(lambda y: (y, y.detach())), lambda ctx, g, h: g * 2 + h * 3),
        "identity": function(lambda ctx, x: x, lambda ctx, g: g * 7),
        "view": function(lambda ctx, x: x[:2], lambda ctx, g: t.cat([g, t.zeros(2)]) * 7),
        "first": function(lambda ctx, x, y: x, lambda ctx, g: (g * 7, g * 3)),
        "dirty": function(overwrite, both),
    }


@lines("""
a, b = f["halves"].apply(x); (a.sum() + b.sum()).backward() -> x.grad
a, b = f["halves"].apply(x); a.mul_(5); (a.sum() + b.sum()).backward() -> x.grad
a, b = f["halves"].apply(x); a[0].mul_(5); (a.sum() + b.sum()).backward() -> x.grad
a, b = f["halves"].apply(x); a[0] = 3; b.sum().backward() -> x.grad
a, b = f["halves"].apply(x); a.zero_() -> b
a, b = f["halves"].apply(x); a.detach().mul_(5); (a.sum() + b.sum()).backward() -> x.grad
a, b = f["halves"].apply(x); a.data.mul_(5); (a.sum() + b.sum()).backward() -> x.grad, a
a, b = f["halves"].apply(x); c = t.zeros(4); c[:2] = a; c.sum().backward() -> x.grad, c
a = f["half"].apply(x); a.mul_(5); a.sum().backward() -> x.grad
a = f["half"].apply(x).clone(); a.mul_(5); a.sum().backward() -> x.grad
a, b = f["whole"].apply(x); a.mul_(5); a.sum().backward() -> x.grad
a, b = f["whole"].apply(x); a.mul_(5); (a.sum() + b.sum()).backward() -> x.grad
a, b = f["whole"].apply(x); b.mul_(5); (a.sum() + b.sum()).backward() -> x.grad
a, b = f["apart"].apply(x); a.mul_(5); (a.sum() + b.sum()).backward() -> x.grad, b
a, b = f["apart"].apply(x); b.mul_(5); (a.sum() + b.sum()).backward() -> x.grad, a
a = f["identity"].apply(x); a.mul_(5); a.sum().backward() -> x.grad
h = x * 1; a = f["identity"].apply(h); a.mul_(5); a.sum().backward() -> x.grad
h = x * 1; a = f["identity"].apply(h); h.mul_(5); a.sum().backward() -> x.grad
h = x * 1; a = f["identity"].apply(h); h.mul_(5); h.sum().backward() -> x.grad, a.tolist()
h = x * 1; a = f["identity"].apply(h); a.sum().backward() -> a is h, x.grad
h = x * 1; a = f["view"].apply(h); a.sum().backward() -> x.grad
h = x * 1; a = f["view"].apply(h); a.mul_(5); a.sum().backward() -> x.grad
h = x * 1; a = f["view"].apply(h); h.mul_(5); a.sum().backward() -> x.grad
a = f["first"].apply(t.ones(4), x); a.mul_(5); a.sum().backward() -> x.grad
a = f["first"].apply(t.ones(4), x); a.sum().backward() -> x.grad
z = t.ones(4); a = f["first"].apply(z, z); a.mul_(5) -> a is z, z
z = t.ones(4); a = f["first"].apply(z, z); a.requires_grad_() -> z.requires_grad
n = t.no_grad(); n.__enter__(); a = f["identity"].apply(x); n.__exit__(None, None, None) -> a.requires_grad, a is x
h = x * 1; a, b = f["dirty"].apply(h); (a.sum() + b.sum()).backward() -> x.grad
h = x * 1; a, b = f["dirty"].apply(h); a.mul_(3); a.sum().backward() -> x.grad
h = x * 1; a, b = f["dirty"].apply(h); b.mul_(3); (a.sum() + b.sum()).backward() -> x.grad
""")
def test_writes_into_what_a_function_returned(code):
    ours, theirs = (outcome(code, t, x=t.ones(4, requires_grad=True), f=functions(t)) for t in LIBRARIES)
    assert agree(ours, theirs), f"{code}\nminigrad: {ours}\nPyTorch: {theirs}"


# ---- tensors of numbers ----------------------------------------------------------------------------------------------


@lines("""
t.tensor([np.int64(1), 2.5])
t.tensor([2.5, np.int64(1)])
t.tensor([t.tensor(True), .5])
t.tensor([t.tensor(1, dtype=t.uint8), -1])
t.tensor([True, 2])
t.tensor([True, 2.5])
t.tensor([t.tensor(1., dtype=t.half), 1e6])
t.tensor([np.float64(1), 2])
t.tensor([np.float32(1), 2])
t.tensor(np.float64(1))
t.tensor([np.float64(1)])
t.tensor([np.array([1.,2]), [2, 3]])
t.tensor([np.float16(1), 2])
t.tensor([np.float16(1), 2.])
t.tensor([np.float32(1), np.float64(2)])
t.tensor([np.int8(1), np.int16(2)])
t.tensor([np.int8(1), True])
t.tensor([[np.int64(1), 2.5], [1, 2]])
t.tensor([[1, 2], [np.int8(1), 2.5]])
t.tensor([[1, 2], [np.int8(1), 2]])
t.tensor([[np.int8(1)], [np.float16(2)]])
t.tensor([t.ones(1), t.ones(1)])
t.tensor([t.ones(1), 2.])
t.tensor([2., t.ones(1)])
t.tensor([t.ones(2), t.ones(2)])
t.tensor([[t.ones(1)], [t.ones(1)]])
t.tensor([t.ones(1,1), t.ones(1)])
t.tensor([t.ones(1), t.ones(())])
t.tensor([t.ones(()), t.ones(1)])
t.tensor([[1.], t.ones(1)])
t.tensor([t.ones(1), [1.]])
t.tensor([[1., 2.], t.ones(2)])
t.tensor([np.ones(1), np.ones(1)])
t.tensor([np.ones(1), 2.])
t.tensor([2., np.ones(1)])
t.tensor([np.ones(2), np.ones(2)])
t.tensor([np.ones(2), [1, 2]])
t.tensor([np.ones(2, np.float32), np.ones(2, np.int8)])
t.tensor([np.ones((2,0))])
t.tensor([t.ones(0)])
t.tensor([t.ones(2,0)])
t.tensor([[], []])
t.tensor([])
t.tensor([[]], dtype=t.int8)
t.tensor([np.int64(1), 2.5], dtype=t.int32)
t.tensor([t.tensor(300), 1], dtype=t.uint8)
t.tensor([300, 1], dtype=t.uint8)
t.tensor([-1, 1], dtype=t.uint8)
t.tensor([np.int64(300), 1], dtype=t.uint8)
t.tensor([np.int64(300)], dtype=t.uint8)
t.tensor(np.int64(300), dtype=t.uint8)
t.tensor(np.array([300]), dtype=t.uint8)
t.tensor(t.tensor([300]), dtype=t.uint8)
t.tensor([1e6], dtype=t.half)
t.tensor([np.float32(1e6)], dtype=t.half)
t.tensor([1.5], dtype=t.bool)
t.tensor([1e40])
t.tensor([2**63])
t.tensor([2**62, 1.5])
t.tensor([2**53+1, 1.5], dtype=t.float64)
t.tensor([2**53+1, 1])
t.tensor([2**53+1, t.tensor(1)])
t.tensor([2**53+1, np.int64(1)])
t.tensor([2**53+1, np.int8(1)])
t.tensor([0.1, np.float64(0.1)], dtype=t.float64)
t.tensor([0.1, t.tensor(0.1, dtype=t.float64)])
t.tensor([0.1, t.tensor(0.1)], dtype=t.float64)
t.tensor([(np.ones(3)==1).sum(), .5])
t.tensor([(t.ones(3)==1).sum(), .5])
t.as_tensor([np.int64(1), 2.5])
t.as_tensor([t.tensor(1, dtype=t.uint8), -1])
t.asarray([np.int64(1), 2.5])
t.Tensor([np.int64(1), 2.5])
t.Tensor([t.tensor(1), 2.5])
t.Tensor([t.ones(1), t.ones(1)])
t.FloatTensor([t.ones(1), 2])
t.LongTensor([t.tensor(1), 2])
t.Tensor(t.ones(2,3).shape).shape
t.Tensor(t.Size([2,3])).shape
t.FloatTensor(t.Size([2,3])).shape
t.LongTensor(t.ones(2,3).size()).shape
t.Tensor(t.Size([])).shape
t.Tensor((2,3))
t.Tensor([2,3])
t.Tensor(2,3).shape
t.Tensor(t.tensor(3)).shape
t.Tensor(t.tensor(3.)).shape
t.Tensor(2.5)
t.Tensor(True)
t.tensor(t.Size([2,3]))
t.tensor([t.Size([2,3])])
t.tensor(((1, 2), [3, 4]))
t.tensor(range(3))
t.tensor([range(3), range(3)])
t.tensor([range(3), [1., 2, 3]])
t.tensor({1: 2})
t.tensor([None])
t.tensor([1, None])
t.tensor([1, 'a'])
t.tensor('a')
t.tensor([1, [2]])
t.tensor([[1], 2])
t.tensor([[1, 2], [3]])
t.tensor([[1], [2, 3]])
t.tensor([1, [2, 3]])
t.tensor([[[1]], [2]])
t.tensor([np.bool_(True), False])
t.tensor(np.bool_(True))
t.tensor([t.tensor(2.5, requires_grad=True), 1])
t.tensor([np.array([1, 2]), np.array([3])])
t.tensor([np.array([1,2], dtype=object)])
t.tensor([np.array([[1,2]]), np.array([[3,4]])])
t.tensor([(1, np.float32(2)), (np.int8(3), 4)])
t.tensor(t.ones(1))
t.tensor(t.ones(2, requires_grad=True))
t.tensor([t.ones(2, 2)[0, 0], t.ones(2, 2, dtype=t.float64)[0, 1]])
t.tensor([float('inf'), 1], dtype=t.int32)
t.tensor([2.7, -2.7], dtype=t.int32)
t.tensor([3.0e9], dtype=t.int32)
t.tensor([np.float64(3e9)], dtype=t.int32)
t.tensor([-129], dtype=t.int8)
t.tensor([-200], dtype=t.uint8)
t.tensor([-300], dtype=t.uint8)
t.tensor([2, True], dtype=t.bool)
t.ones(2).new_tensor([np.int64(1), 2.5])
t.ones(2, dtype=t.float64).new_tensor([1, 2.5])
t.ones(2, dtype=t.int64).new_tensor([1, 2.5])
t.ones(2).new_tensor([t.ones(1), t.ones(1)])
""")
def test_what_a_tensor_is_made_of(code):
    same(code)


# ---- indices with nothing in them ------------------------------------------------------------------------------------


@lines("""
x = t.zeros(0, 3) -> x[x > 0]
x = t.zeros(0, 3) -> x[(x > 0).numpy()]
x = t.zeros(0, 3) -> x[(x > 0).to(t.uint8)]
x = t.zeros(2, 0, 3) -> x[x > 0]
x = t.zeros(2, 0, 3) -> x[(x > 0)[..., 0]]
x = t.zeros(2, 0, 3) -> x[1, x[1] > 0]
x = t.zeros(2, 0, 3) -> x[:, x[0] > 0]
x = t.zeros(2, 0, 3) -> x[..., x[0] > 0]
x = t.zeros(2, 0, 3) -> x[None, x > 0]
x = t.zeros(2, 0, 3) -> x[(x > 0)[:, :, 0], t.zeros(0, dtype=t.int64)]
x = t.zeros(0, 3) -> x[(x > 0).any(1), 1]
x = t.zeros(0, 3) -> x[(x > 0).any(1)]
x = t.zeros(0, 3) -> x[t.zeros(0, dtype=t.bool)]
x = t.zeros(0) -> x[x > 0]
x = t.zeros(4, 3) -> x[[]]
x = t.zeros(4, 3) -> x[[], 1]
x = t.zeros(4, 3) -> x[np.zeros(0, np.int64)]
x = t.zeros(4, 3) -> x[t.zeros(0, dtype=t.int64)]
x = t.zeros(4, 3) -> x[t.zeros(0, 2, dtype=t.int32)]
x = t.zeros(4, 3) -> x[t.zeros(0)]
x = t.zeros(4, 3) -> x[np.zeros(0)]
x = t.zeros(0, 3); x[x > 0] = 5 -> x
x = t.zeros(0, 3); x[x > 0] = t.ones(0) -> x
x = t.zeros(0, 3); x[x > 0] += 1 -> x
x = t.zeros(0, 3, requires_grad=True); x[x > 0].sum().backward() -> x.grad
x = t.zeros(0, 3, requires_grad=True); (x * 2)[x > 0].sum().backward() -> x.grad
x = t.zeros(0, 3) -> x.masked_select(x > 0)
x = t.zeros(0, 3) -> x.masked_fill(x > 0, 1)
x = t.zeros(0, 3) -> t.where(x > 0, x, 1)
x = t.zeros(0, 3) -> (x > 0).nonzero()
x = t.zeros(0, 3) -> t.where(x > 0)
x = t.zeros(2, 3) -> x[t.zeros(2, 3, dtype=t.bool)]
x = t.zeros(2, 3) -> x[True]
x = t.zeros(2, 3) -> x[False]
x = t.zeros(2, 3) -> x[t.tensor(False)]
x = t.tensor(3.) -> x[x > 5]
x = t.tensor(3.) -> x[x > 1]
x = t.zeros(2, 3) -> x[[False, True]]
x = t.zeros(2, 3) -> x[False, 1]
""")
def test_an_index_of_nothing(code):
    same(code)


# ---- assigned attributes ---------------------------------------------------------------------------------------------


@lines("""
x = t.ones(3, requires_grad=True); x.grad = t.ones(1) -> x.grad
x = t.ones(3, requires_grad=True); x.grad = t.ones(3) -> x.grad
x = t.ones(3, requires_grad=True); x.grad = t.ones(3, dtype=t.float64) -> x.grad
x = t.ones(3, requires_grad=True); x.grad = t.ones(3, dtype=t.int64) -> x.grad
x = t.ones(3, requires_grad=True); x.grad = 1.0 -> x.grad
x = t.ones(3, requires_grad=True); x.grad = [1.0, 1.0, 1.0] -> x.grad
x = t.ones(3, requires_grad=True); x.grad = np.ones(3, np.float32) -> x.grad
x = t.ones(3, requires_grad=True); x.grad = x -> 1
x = t.ones(3, requires_grad=True); x.grad = x.detach() -> x.grad
x = t.ones(3, requires_grad=True); x.grad = x * 2 -> x.grad
x = t.ones(3, requires_grad=True); x.grad = None -> x.grad
x = t.ones(3, requires_grad=True); x.sum().backward(); del x.grad -> x.grad
x = t.ones(3); x.grad = t.ones(3) -> x.grad
x = t.ones(3, dtype=t.int64); x.grad = t.ones(3) -> x.grad
x = t.ones(3, requires_grad=True); y = x * 2; y.grad = t.ones(3) -> y.grad
x = t.ones(()); x.grad = t.ones(1) -> x.grad
x = t.ones(0, 3); x.grad = t.ones(0) -> x.grad
l = t.nn.Linear(2, 2); l.weight.grad = t.ones(2) -> 1
l = t.nn.Linear(2, 2); l.bias.grad = t.ones(2, 2) -> 1
l = t.nn.Linear(2, 2); l.weight.grad = t.ones(2, 2); l.double() -> l.weight.grad
l = t.nn.Linear(2, 2); l.weight.grad = t.nn.Parameter(t.ones(2, 2)) -> l.weight.grad
x = t.ones(3, requires_grad=True); x.data = [1] -> x
x = t.ones(3, requires_grad=True); x.data = t.ones(3, dtype=t.int64) -> x
x = t.ones(3, requires_grad=True); x.data = t.ones(2) -> x
x = t.ones(3, requires_grad=True); x.data = t.ones(3).double() -> x
x = t.ones(3, requires_grad=True); x.data = None -> x
x = t.ones(3, requires_grad=True); x.data = 3.0 -> x
x = t.ones(3, requires_grad=True); x.grad = t.ones(3); x.data = t.ones(2); x.grad = t.ones(2) -> x.grad
x = t.ones(3, requires_grad=True); x.requires_grad = 1 -> x.requires_grad
x = t.ones(3, requires_grad=True); x.requires_grad = None -> x.requires_grad
x = t.ones(3, requires_grad=True); x.requires_grad = "no" -> x.requires_grad
x = t.ones(3, requires_grad=True); x.requires_grad = False -> x.requires_grad
x = t.ones(3); x.shape = (3, 1) -> x
x = t.ones(3); x.dtype = t.float64 -> x
x = t.ones(3); x.is_leaf = False -> x
x = t.ones(3); x.grad = t.ones(3); y = __import__("copy").deepcopy(x) -> y.grad
""")
def test_what_may_be_assigned(code):
    same(code)


# ---- results that keep their gradient --------------------------------------------------------------------------------


@lines("""
h = x * 1; v = h[:2]; v.retain_grad(); h.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; v.retain_grad(); h.mul_(3); h.sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; v.retain_grad(); v.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; v.retain_grad(); v.mul_(3); (h * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; v.retain_grad(); h[3] = 7; (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; w = h[2:]; v.retain_grad(); w.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; v.retain_grad(); a = v * 2; h.mul_(3); (a + v * 5).sum().backward() -> v.grad
h = x * 1; v = h[:2]; v.retain_grad(); h.mul_(3); h.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; h.retain_grad(); v = h[:2]; v.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, h.grad
h = x * 1; h.retain_grad(); v = h[:2]; v.retain_grad(); v.mul_(3); h.sum().backward() -> v.grad, x.grad, h.grad
h = x * 1; h.retain_grad(); h.mul_(3); h.sum().backward() -> x.grad, h.grad
h = x * 1; v = h[:2]; v.register_hook(lambda g: g * 10); h.mul_(3); (v * 5).sum().backward() -> x.grad
h = x * 1; v = h[:2]; v.retain_grad(); v.detach().mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2][:1]; v.retain_grad(); h.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h.view(2, 2); v.retain_grad(); h.mul_(3); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; v.retain_grad(); h[3] = 7; v.sum().backward(retain_graph=True); (v * 5).sum().backward() -> v.grad
h = x * 1; v = h[:2]; v.retain_grad(); h.mul_(3); b = (v * 5).sum(); c = t.autograd.grad(b, v) -> c, v.grad
h = x * 1; v = h[:2]; v.retain_grad(); h.zero_(); (v * 5).sum().backward() -> v.grad, x.grad, v.retains_grad
h = x * 1; v = h[:2]; w = h[:2]; v.retain_grad(); w.retain_grad(); h[3] = 7; (v + w).sum().backward() -> v.grad, w.grad
h = x * 1; v = h[:2]; v.retain_grad(); h.mul_(3) -> v.retains_grad, v.grad_fn is None
h = x * 1; v = h[:2]; v.retain_grad(); h.mul_(3); v.retain_grad(); (v * 5).sum().backward() -> v.grad
""")
def test_what_a_result_keeps_after_a_write(code):
    ours, theirs = (outcome(code, t, x=t.arange(1.0, 5.0).requires_grad_()) for t in LIBRARIES)
    assert agree(ours, theirs), f"{code}\nminigrad: {ours}\nPyTorch: {theirs}"


# ---- gradients at NaN ------------------------------------------------------------------------------------------------

NAN = float("nan")


@lines("""
n.max().backward() -> n.grad
n.min().backward() -> n.grad
n.median().backward() -> n.grad
n.amax().backward() -> n.grad
n.amin().backward() -> n.grad
n.amax(0).backward() -> n.grad
n.view(2, 3).amax(1).sum().backward() -> n.grad
n.view(2, 3).amin(1).sum().backward() -> n.grad
n.view(2, 3).max(1)[0].sum().backward() -> n.grad
n.view(2, 3).min(1)[0].sum().backward() -> n.grad
n.view(2, 3).median(1)[0].sum().backward() -> n.grad
n.aminmax()[0].backward() -> n.grad
n.aminmax()[1].backward() -> n.grad
n.view(2, 3).aminmax(dim=1)[1].sum().backward() -> n.grad
n.cummax(0)[0].sum().backward() -> n.grad
n.cummin(0)[0].sum().backward() -> n.grad
n.sort()[0].sum().backward() -> n.grad
n.topk(2)[0].sum().backward() -> n.grad
n.kthvalue(2)[0].sum().backward() -> n.grad
n.relu().sum().backward() -> n.grad
F.relu6(n).sum().backward() -> n.grad
F.elu(n).sum().backward() -> n.grad
F.elu(n, 2.0).sum().backward() -> n.grad
F.celu(n, 2.0).sum().backward() -> n.grad
F.selu(n).sum().backward() -> n.grad
F.leaky_relu(n).sum().backward() -> n.grad
F.prelu(n, t.tensor([.25])).sum().backward() -> n.grad
F.hardswish(n).sum().backward() -> n.grad
F.hardsigmoid(n).sum().backward() -> n.grad
F.hardtanh(n).sum().backward() -> n.grad
F.hardshrink(n).sum().backward() -> n.grad
F.softshrink(n).sum().backward() -> n.grad
F.tanhshrink(n).sum().backward() -> n.grad
F.threshold(n, 0.1, 20).sum().backward() -> n.grad
F.softplus(n).sum().backward() -> n.grad
F.logsigmoid(n).sum().backward() -> n.grad
F.gelu(n).sum().backward() -> n.grad
F.silu(n).sum().backward() -> n.grad
F.mish(n).sum().backward() -> n.grad
F.softsign(n).sum().backward() -> n.grad
F.glu(n).sum().backward() -> n.grad
F.rrelu(n).sum().backward() -> n.grad
n.clamp(0, 1).sum().backward() -> n.grad
n.clamp(0).sum().backward() -> n.grad
n.abs().sum().backward() -> n.grad
n.sign().sum().backward() -> n.grad
n.maximum(m).sum().backward() -> n.grad, m.grad
n.minimum(m).sum().backward() -> n.grad, m.grad
m.maximum(n).sum().backward() -> n.grad, m.grad
m.minimum(n).sum().backward() -> n.grad, m.grad
t.max(m, n).sum().backward() -> n.grad, m.grad
n.fmax(m).sum().backward() -> n.grad, m.grad
n.fmin(m).sum().backward() -> n.grad, m.grad
n.fmax(m).sum().backward() -> n.grad, m.grad
m.fmin(n).sum().backward() -> n.grad, m.grad
n.hypot(m).sum().backward() -> n.grad, m.grad
n.xlogy(m).sum().backward() -> n.grad, m.grad
n.nan_to_num().sum().backward() -> n.grad
n.nansum().backward() -> n.grad
n.nanmean().backward() -> n.grad
n.prod().backward() -> n.grad
n.norm().backward() -> n.grad
n.norm(1).backward() -> n.grad
n.logsumexp(0).backward() -> n.grad
n.logaddexp(m).sum().backward() -> n.grad, m.grad
t.where(n > 0, n, m).sum().backward() -> n.grad, m.grad
n.lerp(m, 0.3).sum().backward() -> n.grad, m.grad
F.smooth_l1_loss(n, m).backward() -> n.grad, m.grad
F.huber_loss(n, m).backward() -> n.grad, m.grad
F.l1_loss(n, m).backward() -> n.grad, m.grad
F.hinge_embedding_loss(n, t.ones(6)).backward() -> n.grad
F.hinge_embedding_loss(n, -t.ones(6)).backward() -> n.grad
F.margin_ranking_loss(n, m, t.ones(6)).backward() -> n.grad, m.grad
F.binary_cross_entropy_with_logits(n, t.ones(6)).backward() -> n.grad
F.soft_margin_loss(n, t.ones(6)).backward() -> n.grad
F.gaussian_nll_loss(n, m, t.ones(6)).backward() -> n.grad, m.grad
F.poisson_nll_loss(n, m).backward() -> n.grad, m.grad
F.cosine_similarity(n, m, dim=0).backward() -> n.grad, m.grad
F.pairwise_distance(n, m).backward() -> n.grad, m.grad
F.normalize(n, dim=0).sum().backward() -> n.grad
n.remainder(2).sum().backward() -> n.grad
n.fmod(2).sum().backward() -> n.grad
n.floor().sum().backward() -> n.grad
n.frac().sum().backward() -> n.grad
n.heaviside(t.ones(6)) -> 1
n.sinc().sum().backward() -> n.grad
n.std().backward() -> n.grad
n.pow(0).sum().backward() -> n.grad
n.pow(2).sum().backward() -> n.grad
n.pow(m).sum().backward() -> n.grad, m.grad
n.sigmoid().sum().backward() -> n.grad
n.tanh().sum().backward() -> n.grad
n.logit(0.1).sum().backward() -> n.grad
n.dist(m).backward() -> n.grad, m.grad
n.masked_fill(n > 0, 1).sum().backward() -> n.grad
n.softmax(0)[0].backward() -> n.grad
""")
def test_the_gradient_at_nan(code):
    ours, theirs = (
        outcome(
            code,
            t,
            n=t.tensor([1.0, NAN, -2.0, 0.0, NAN, 0.5], requires_grad=True),
            m=t.tensor([2.0, 1.0, -3.0, 0.0, NAN, NAN], requires_grad=True),
        )
        for t in LIBRARIES
    )
    assert agree(ours, theirs), f"{code}\nminigrad: {ours}\nPyTorch: {theirs}"


# ---- sums of float16 -------------------------------------------------------------------------------------------------


@lines("""
-> F.mse_loss(t.full((20,), 100., dtype=t.half), t.zeros(20, dtype=t.half))
-> F.mse_loss(t.full((20,), 100., dtype=t.half), t.zeros(20, dtype=t.half), reduction="sum")
-> F.l1_loss(t.full((2000,), 100., dtype=t.half), t.zeros(2000, dtype=t.half))
-> F.smooth_l1_loss(t.full((2000,), 100., dtype=t.half), t.zeros(2000, dtype=t.half))
-> F.huber_loss(t.full((2000,), 100., dtype=t.half), t.zeros(2000, dtype=t.half))
b = t.full((20,), 100., dtype=t.half, requires_grad=True); F.mse_loss(b, t.zeros(20, dtype=t.half)).backward() -> b.grad
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.max().backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.min().backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.amax().backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.amin(0).backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.median().backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.mean().backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.logsumexp(0).backward() -> b.grad[0], b.logsumexp(0)
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.softmax(0).max().backward() -> b.softmax(0)[0]
b = t.zeros(70000, dtype=t.half) -> b.log_softmax(0)[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.softmax(0)[0].backward() -> b.grad[0]
b = t.zeros(70000, dtype=t.half, requires_grad=True); b.log_softmax(0)[0].backward() -> b.grad[:2]
b = t.ones(70000, dtype=t.half) -> b.mean(), b.sum(), b.sum().isinf(), b.norm(), b.var(), b.std()
b = t.ones(5000, dtype=t.half) -> b.mean(), b.sum(), b.norm(), b.norm(1), b.var(), b.std(), b.cumsum(0)[-1]
b = t.full((100,), 300., dtype=t.half); b[::2] = -300 -> b.std(), b.std(unbiased=False), b.var(), b.norm(), b.mean()
b = t.full((100,), 300.).half(); b[::2] = -300 -> t.std_mean(b), b.view(10, 10).std(0), b.view(10, 10).norm(dim=1)
b = t.full((100,), 3000., dtype=t.half) -> b.sum(), b.mean(), b.nansum(), b.nanmean()
b = t.full((100,), 3000., dtype=t.half) -> b.dot(b), b @ b
b = t.full((100,), 30., dtype=t.half) -> b.dot(b), b @ b, b.view(10, 10) @ b.view(10, 10)
b = t.arange(100., dtype=t.half) * 50 -> F.layer_norm(b, (100,))
b = t.arange(100., dtype=t.half) * 50 -> F.group_norm(b.view(2, 2, 25), 1)
b = t.arange(100., dtype=t.half) * 50 -> F.rms_norm(b, (100,))
b = t.arange(100.) * 50 -> F.cosine_similarity(b, b + 1, dim=0), F.pairwise_distance(b, b + 1), t.dist(b, -b)
b = t.arange(10., dtype=t.half).view(5, 2) -> F.cross_entropy(b * 1000, t.tensor([0, 0, 0, 0, 0]))
-> F.cross_entropy(t.zeros(3, 70000, dtype=t.half), t.tensor([0, 1, 2]))
b = t.zeros(1, 70000, dtype=t.half, requires_grad=True); F.cross_entropy(b, t.tensor([0])).backward() -> b.grad[0, :2]
-> F.binary_cross_entropy_with_logits(t.full((5000,), 100., dtype=t.half), t.zeros(5000, dtype=t.half))
-> F.kl_div(t.zeros(5000, dtype=t.half), t.full((5000,), 100., dtype=t.half))
b = t.full((3, 40), 2., dtype=t.half) -> b.prod(), b.prod(1)
b = t.full((3, 15), 2., dtype=t.half) -> b.prod(1), b.cumprod(1)
b = t.ones(9000, dtype=t.half) * 10 -> b.cumsum(0)[::500], b.norm(3), b.norm(0)
b = t.ones(9000, dtype=t.half) * 10 -> b.logsumexp(0), b.trace() if b.ndim == 2 else 0
b = t.ones(300, 300, dtype=t.half) * 10 -> b.sum(0)[0], b.sum(1)[0], b.trace(), b.mean((0, 1)), b.sum((0, 1))
b = t.ones(3000).half(); c = t.ones(1).half().requires_grad_(); (b * c).sum().backward() -> c.grad
b = t.ones(30000).half(); c = t.ones(1).half().requires_grad_(); ((b * c).sum() * 4 / 2).backward() -> c.grad
b = t.full((3000,), .1, dtype=t.half) -> b.sum(), b.mean(), b.var(), b.cumsum(0)[::100]
b = (t.arange(5000) % 7).half() -> b.sum(), b.mean(), b.var(), b.std(), b.norm()
""")
def test_float16_is_added_in_float32(code):
    same(code)


# ---- writes into what is expanded, and views that leave their history ------------------------------------------------


@lines("""
b = t.ones(1, 3).expand(2, 3)[:1]; b.mul_(3) -> b
b = t.ones(1, 3); c = b.expand(2, 3)[:1]; c[0, 1] = 5 -> b
b = t.ones(1, 3); c = b.expand(2, 3)[0]; c.add_(1) -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c.zero_() -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c.fill_(7) -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c.mul_(7) -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c[0] = 7 -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c[:] = 7 -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c.copy_(t.zeros(2, 3)) -> b, c
b = t.ones(1, 3); c = b.expand(2, 3); c.uniform_() -> 1
b = t.ones(3); c = b.expand(1, 3); c.add_(1) -> b
b = t.ones(1); c = b.expand(3)[1:2]; c.add_(1) -> b
b = t.ones(()); c = b.expand(3); c.zero_() -> b
h = x.view(1, 4) * 1; c = h.expand(2, 4)[:1]; c.mul_(3); (c.sum() + h.sum()).backward() -> x.grad, h
h = x.view(1, 4) * 1; c = h.expand(2, 4)[1, 2]; c.mul_(3); (c.sum() + h.sum()).backward() -> x.grad, h
h = x.view(1, 4) * 1; c = h.expand(2, 4)[1]; c[1] = 9; h.sum().backward() -> x.grad, h
h = x.view(1, 4) * 1; c = h.expand(2, 4); h.mul_(3); c.sum().backward() -> x.grad, c
h = x * 1; v = h[:2]; v.detach_() -> v
h = x * 1; h.detach_() -> h.requires_grad, h.is_leaf
b = t.ones(4); v = b[:2]; v.detach_() -> v
h = x * 1; v = h.view(2, 2); v.detach_() -> v
h = x * 1; v = h.detach(); v.detach_() -> v
h = x * 1; v = h.chunk(2)[0]; v.detach_() -> v
h = x * 1; v = h.expand(2, 4).clone(); v.detach_() -> v
t.detach_(x * 1) -> 1
h = x.data; v = h[:2]; v.requires_grad_(); v.detach_() -> v
v = t.from_numpy(np.ones(3)); v.add_(1) -> v
v = t.from_numpy(np.broadcast_to(np.ones(1), (3,)).copy()); v.add_(1) -> v
-> t.autograd.gradcheck(lambda z: z.sum(0), t.ones(3, 2, dtype=t.float64).t().requires_grad_())
""")
def test_writes_into_what_shares_places(code):
    ours, theirs = (outcome(code, t, x=t.arange(1.0, 5.0).requires_grad_()) for t in LIBRARIES)
    assert agree(ours, theirs), f"{code}\nminigrad: {ours}\nPyTorch: {theirs}"


# ---- the order in which memory is filled -----------------------------------------------------------------------------


@lines("""
t.manual_seed(0) -> t.rand_like(t.ones(4, 3).t())
t.manual_seed(0) -> t.rand_like(t.ones(8, 5).t())
t.manual_seed(0) -> t.randn_like(t.ones(4, 3).t())
t.manual_seed(0) -> t.randn_like(t.ones(8, 5).t())
t.manual_seed(0) -> t.randint_like(t.ones(8, 5).t(), 100)
t.manual_seed(0) -> t.rand_like(t.ones(4, 6)[:, ::2])
t.manual_seed(0) -> t.rand_like(t.ones(2, 3, 4).permute(2, 0, 1))
t.manual_seed(0) -> t.rand_like(t.ones(3, 1).expand(3, 4))
t.manual_seed(0); y = t.zeros(4, 3).t().uniform_() -> y
t.manual_seed(0); y = t.zeros(4, 3).t().normal_() -> y
t.manual_seed(0); y = t.zeros(8, 5).t().normal_() -> y
t.manual_seed(0); y = t.zeros(8, 5).t().uniform_() -> y
t.manual_seed(0); y = t.zeros(8, 5).t().double().normal_() -> y
t.manual_seed(0); y = t.zeros(8, 5).t().random_(10) -> y
t.manual_seed(0); y = t.zeros(8, 5).t().exponential_() -> y
t.manual_seed(0); y = t.zeros(8, 5).t().bernoulli_() -> y
t.manual_seed(0); y = t.zeros(8, 5).t().bernoulli_(t.full((5, 8), .3)) -> y
t.manual_seed(0); y = t.full((8, 5), .3).t().bernoulli() -> y
t.manual_seed(0) -> t.bernoulli(t.full((8, 5), .3).t())
t.manual_seed(0); y = t.zeros(20, 3); y[:, 0].normal_() -> y
t.manual_seed(0); y = t.zeros(4, 3); y[:, 0].normal_() -> y
t.manual_seed(0); y = t.zeros(20, 3); y[:, 0].uniform_() -> y
t.manual_seed(0); y = t.zeros(20, 3); y[:, :2].normal_() -> y
t.manual_seed(0); y = t.zeros(20, 4); y[:, ::2].uniform_() -> y
t.manual_seed(0); y = t.zeros(20, 4); y[::2].normal_() -> y
t.manual_seed(0); y = t.zeros(2, 3, 4).permute(2, 0, 1).normal_() -> y
t.manual_seed(0); y = t.zeros(2, 3, 4).permute(1, 0, 2).uniform_() -> y
t.manual_seed(0); w = t.zeros(5, 8); t.nn.init.normal_(w.T) -> w
t.manual_seed(0); w = t.zeros(5, 8); t.nn.init.uniform_(w.T) -> w
t.manual_seed(0); w = t.zeros(5, 8); t.nn.init.xavier_normal_(w.T) -> w
t.manual_seed(0); w = t.zeros(5, 8); t.nn.init.kaiming_uniform_(w.T) -> w
t.manual_seed(0); w = t.zeros(5, 8); t.nn.init.trunc_normal_(w.T) -> w
t.manual_seed(0) -> t.randint(high=10, size=(4,)), t.randint(high=9, size=(4,), low=3), t.randint(10, size=(4,))
t.manual_seed(0) -> t.randint_like(t.zeros(4), high=10), t.randint_like(t.zeros(4), low=3, high=9)
t.manual_seed(0); y = t.normal(t.zeros(8, 5).t(), 1.0) -> y
t.manual_seed(0); y = t.normal(t.zeros(8, 5).t(), t.ones(5, 8)) -> y
-> t.zeros_like(t.ones(4, 3).t()).stride(), t.rand_like(t.ones(4, 3).t()).stride()
-> t.ones_like(t.ones(4, 6)[:, ::2]).stride()
-> t.empty_like(t.ones(2, 3, 4).permute(2, 0, 1)).stride(), t.full_like(t.ones(4, 3).t(), 2.0).stride()
""")
def test_draws_fill_memory_in_its_order(code):
    same(code)


@torch_masks
@lines("""
t.manual_seed(0) -> F.dropout(t.ones(4, 3).t(), .5)
t.manual_seed(0) -> F.dropout(t.ones(8, 5).t(), .5)
t.manual_seed(0) -> F.dropout(t.ones(2, 3, 4).permute(2, 0, 1), .5)
t.manual_seed(0) -> F.dropout(t.ones(4, 6)[:, ::2], .5)
t.manual_seed(0) -> F.dropout(t.ones(3, 1).expand(3, 4), .5)
t.manual_seed(0) -> F.alpha_dropout(t.ones(4, 3).t(), .5)
t.manual_seed(0) -> F.feature_alpha_dropout(t.ones(4, 3, 2).permute(1, 0, 2), .5)
t.manual_seed(0) -> F.dropout1d(t.ones(4, 3, 2).permute(1, 0, 2), .5)
""")
def test_dropout_masks_memory_in_its_order(code):
    same(code)


# ---- copies ----------------------------------------------------------------------------------------------------------


@lines("""
x = t.ones(3, requires_grad=True); y = __import__("copy").copy(x) -> y, y.is_leaf, y.requires_grad, y is x
x = t.ones(3, requires_grad=True); h = x * 2; y = __import__("copy").copy(h) -> y, y.is_leaf, y.requires_grad
x = t.ones(3); y = __import__("copy").copy(x); y.add_(1) -> x
x = t.ones(3, requires_grad=True) -> np.asarray(x)
x = t.ones(3, requires_grad=True) -> np.asarray(x * 2)
x = t.ones(3, requires_grad=True) -> __import__("copy").deepcopy(x * 2)
""")
def test_copies(code):
    same(code)


# ---- shapes ----------------------------------------------------------------------------------------------------------


@lines("""
s = t.zeros(2, 3, 4).shape -> [type(x).__name__ for x in (s[1:], s + s, s + (1,), (1,) + s, s * 2, 2 * s, s[0], s[:0])]
s = t.zeros(2, 3, 4).shape -> [list(x) for x in (s[1:], s + s, s + (1,), (1,) + s, s * 2, 2 * s, s[::-1])]
s = t.zeros(2, 3, 4).shape -> t.Tensor(s[1:]).shape, t.Tensor(s + (1,)).shape, (s + (1,)).numel()
-> t.Size([2.5])
-> t.Size(["a"])
-> t.Size([2]) + [1]
-> [1] + t.Size([2])
-> t.Size([2]) + 1
-> t.Size([2]) * 1.5
""")
def test_shapes(code):
    same(code)


# ---- Variable --------------------------------------------------------------------------------------------------------


@lines("""
-> t.autograd.Variable(t.ones(2), volatile=True)
-> t.autograd.Variable(t.ones(2), requires_grad=True, volatile=True)
v = t.autograd.Variable -> v(t.ones(2), True, False), v(t.ones(2, requires_grad=True)), v(t.ones(2), volatile=False)
-> t.autograd.Variable([1.0])
-> t.autograd.Variable(1.0)
-> t.autograd.Variable(t.ones(2), vol=True)
""")
def test_variables(code):
    same(code)


# ---- a tensor as Python sees it --------------------------------------------------------------------------------------


@lines("""
-> int(t.tensor([3, 4]))
-> float(t.tensor([]))
-> complex(t.ones(2))
-> "%.2f" % t.ones(2)
-> int(t.tensor([[3.7]])), float(t.tensor([2])), "%d" % t.tensor(3), "%.1f" % t.tensor([2.5])
-> "a" in t.ones(2)
-> None in t.ones(2)
-> [1] in t.ones(2)
-> 1 in t.ones(2), 2 in t.ones(2), True in t.ones(2), t.tensor(1) in t.ones(2), np.float64(1) in t.ones(2)
x = t.ones(2); del x[0]
-> reversed(t.tensor([[1, 2], [3, 4]])), reversed(t.tensor(5)), list(reversed(t.arange(3)))
-> t.arange(3)[:, t.newaxis].shape
-> t.ones(2, 3).sum(0, 1)
-> t.ones(2, 3).sum(0, keepdim=1)
-> t.ones(2, 3).sum(0, keepdim=None)
-> t.ones(2, 3).mean(0, 1)
-> t.ones(2, 3).nansum(0, 1)
-> t.ones(2, 3).norm(2, 0, 1)
-> t.ones(2, 3).all(0, 1)
-> t.ones(2, 3).any(0, 1)
-> t.sum(t.ones(2, 3), 0, np.True_)
""")
def test_numbers_sequences_and_flags(code):
    same(code)


# ---- products with vectors -------------------------------------------------------------------------------------------


@lines("""
x = t.arange(3.0, requires_grad=True); (x @ x).backward() -> x.grad
x = t.arange(3.0, requires_grad=True); m = t.arange(6.0).view(2, 3) ** 2; (m @ x).sum().backward() -> m @ x, x.grad
m = t.arange(6.0).view(2, 3).requires_grad_(); x = t.tensor([1.0, -2.0, 3.0]); (m @ x)[0].backward() -> m.grad
m = t.arange(6.0).view(2, 3).requires_grad_(); x = t.tensor([1.0, -2.0]); y = x @ m; y[0].backward() -> y, m.grad
b = t.arange(12.0).view(2, 2, 3).requires_grad_(); y = b @ t.ones(3); y[1, 0].backward() -> y, b.grad
b = t.arange(12.0).view(2, 2, 3).requires_grad_(); y = t.ones(2) @ b; y[1, 0].backward() -> y, b.grad
-> t.ones(3, dtype=t.half) @ t.ones(3, dtype=t.half), t.arange(3) @ t.arange(3), t.ones(0) @ t.ones(0)
-> t.arange(6).view(2, 3) @ t.arange(3), t.ones(2, 0) @ t.ones(0), t.ones(6)[::2] @ t.ones(3)
-> t.ones(3) @ t.ones(3).double()
-> t.ones(2, 3) @ t.ones(3).double()
-> t.ones(3) @ t.ones(2)
-> t.ones(2, 3) @ t.ones(2)
-> t.dot(t.ones(2, 2), t.ones(2))
-> t.mv(t.ones(2), t.ones(2))
""")
def test_products_with_vectors(code):
    same(code)
