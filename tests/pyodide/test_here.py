"""What could differ where NumPy's own integers have 32 bits: WebAssembly, 32-bit builds."""

from __future__ import annotations

import numpy as np
import pytest

import minigrad as torch
from minigrad import nn
from minigrad.nn import functional as F
from minigrad.testing.dropout import MinigradDropout, check_dropout

X = torch.tensor([[3, 1, 2], [0, 5, 4]])
F32 = torch.tensor([[3.0, 1.0, 2.0], [0.0, 5.0, 4.0]])

INTEGERS = {
    "tensor": lambda: torch.tensor([0, 1]),
    "tensor of a number": lambda: torch.tensor(3),
    "nested": lambda: X,
    "tensor of tensors": lambda: torch.tensor([torch.tensor(1), 2]),
    "as_tensor": lambda: torch.as_tensor([1, 2]),
    "arange": lambda: torch.arange(4),
    "full": lambda: torch.full((2,), 3),
    "zeros_like": lambda: torch.zeros_like(X),
    "randint": lambda: torch.randint(5, (3,)),
    "randperm": lambda: torch.randperm(5),
    "multinomial": lambda: torch.multinomial(torch.ones(4), 3),
    "argmax": lambda: F32.argmax(1),
    "argmin": lambda: F32.argmin(),
    "argsort": lambda: F32.argsort(1),
    "sort": lambda: F32.sort(1).indices,
    "topk": lambda: F32.topk(2).indices,
    "max": lambda: F32.max(1).indices,
    "median": lambda: F32.median(1).indices,
    "nonzero": lambda: F32.nonzero(),
    "where": lambda: torch.where(F32 > 1)[0],
    "count_nonzero": lambda: torch.count_nonzero(F32),
    "unique": lambda: torch.unique(X),
    "unique counts": lambda: torch.unique(X, return_inverse=True, return_counts=True)[2],
    "sum": lambda: X.sum(),
    "sum of bools": lambda: (F32 > 1).sum(),
    "sum of int8": lambda: X.to(torch.int8).sum(1),
    "prod": lambda: X.prod(),
    "cumsum": lambda: X.cumsum(0),
    "cumsum of bools": lambda: (F32 > 1).cumsum(0),
    "one_hot": lambda: F.one_hot(torch.tensor([0, 2])),
    "long": lambda: F32.long(),
    "plus a number": lambda: X + 1,
    "bool plus a number": lambda: (F32 > 1) + 1,
    "floor division": lambda: X // 2,
    "power": lambda: X**2,
    "repeat_interleave": lambda: torch.repeat_interleave(X, 2),
    "bincount": lambda: torch.bincount(torch.tensor([1, 1, 3])),
    "searchsorted": lambda: torch.searchsorted(torch.tensor([1.0, 2.0]), torch.tensor([1.5])),
    "stack": lambda: torch.stack([torch.tensor(1), torch.tensor(2)]),
    "tril_indices": lambda: torch.tril_indices(2, 2),
}


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_have_64_bits(name):
    try:
        result = INTEGERS[name]()
    except AttributeError as error:
        pytest.skip(str(error))  # minigrad has no such function
    assert result.dtype is torch.int64


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1, 2**62])
def test_large_integers_are_kept(value):
    assert torch.tensor([value, 1])[0].item() == value
    assert (torch.tensor([value]) + 1).item() == value + 1
    assert torch.full((1,), value).item() == value
    assert torch.tensor([value // 2, value // 2]).sum().item() == value // 2 * 2


def test_large_products_do_not_wrap_around():
    assert (torch.tensor([2**20]) * 2**20).item() == 2**40
    assert torch.tensor([2**20, 2**20]).prod().item() == 2**40
    assert torch.tensor([70_000])[0].pow(2).item() == 4_900_000_000
    assert torch.arange(100_000).sum().item() == 4_999_950_000


def test_classes_can_be_learnt():
    loss = nn.CrossEntropyLoss()(nn.Linear(3, 4)(F32), torch.tensor([1, 3]))
    loss.backward()
    assert np.isfinite(loss.item())
    assert F.one_hot(torch.tensor([0, 2])).tolist() == [[1, 0, 0], [0, 0, 1]]
    assert X[torch.tensor([1, 0])].tolist() == X.tolist()[::-1]


def test_the_kit_finds_nothing_wrong_with_dropout():
    report = check_dropout(MinigradDropout(), p=(0.1, 0.5), shapes=((6,), (8, 5)), dtypes=("float32",), power=0.9)
    assert report.ok, str(report)


NATIVE = [
    [0.7576315999031067, 0.2793108820915222, 0.40306925773620605],
    [0.7244127988815308, -0.7022190093994141],
    [0.2927352488040924, -0.1578451544046402],
    [5, 4, 3, 2, 0, 1],
    [21, 64, 64, 65],
]
MASK = [1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]


def test_draws_are_the_native_ones():
    torch.manual_seed(1)
    drawn = [torch.rand(3), torch.randn(2), torch.randn(20)[-2:], torch.randperm(6), torch.randint(100, (4,))]
    masks = (F.dropout(torch.ones(12), 0.5) > 0).int()
    assert [t.tolist() for t in drawn] == NATIVE
    assert masks.tolist() == MASK
