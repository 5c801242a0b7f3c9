"""PyTorch's own operator, module and optimizer samples: all are answered alike, but for what is known to differ."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

import catalog
import samples
import surface

import minigrad

PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
NAMES = [*catalog.OPERATORS, *catalog.MODULES, *catalog.OPTIMIZERS]
SAMPLES_OF_EACH_DTYPE = 12


@pytest.mark.parametrize("name", [name for name in NAMES if catalog.present(name)])
def test_samples(name):
    most = None if catalog.known(name) else SAMPLES_OF_EACH_DTYPE
    tally = catalog.measure(name, most=most)
    assert not catalog.unexplained(name, tally.differences)
    assert not catalog.outlived(name, tally.differences), "no longer different: take it out of known_differences.py"


def test_absent_names_are_listed_and_only_these():
    absent = {name for name in catalog.in_scope(NAMES) if not catalog.present(name)}
    assert absent == catalog.listed_absent()


def test_all_promised_names_are_there():
    assert not surface.missing()


def test_page_gives_the_verdicts_of_today():
    said = dict(re.findall(r"^\| `(.+?)` \| (.+?) \|", PAGE.read_text(), re.MULTILINE))
    assert said == {name: catalog.verdict(name) for name in catalog.in_scope(NAMES) if catalog.present(name)}


# ---- the instrument itself -------------------------------------------------------------------------------------------


def overwrites_its_argument(x):
    y = x.exp()
    x.data.zero_()
    return y


WRONG = {
    "value": lambda x: x.exp() + 1e-6,
    "dtype": lambda x: x.exp().float().double().float(),
    "shape": lambda x: x.exp().reshape(3, 2),
    "gradient": lambda x: x.exp() + 1e-3 * (x - x.detach()),
    "no gradient": lambda x: x.exp().detach(),
    "structure": lambda x: (x.exp(),),
    "a number": lambda x: 1.0,
    "an error": lambda x: x.no_such_method(),
    "argument": overwrites_its_argument,
}


def compared(ours, theirs, x):
    with samples.quiet_and_repeatable():
        outcomes = [
            samples.outcome(framework, partial(samples.traced, function), (x,), {})
            for framework, function in ((minigrad, ours), (torch, theirs))
        ]
        return list(samples.differences(*outcomes))


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_function_is_noticed(what):
    x = torch.linspace(-1, 1, 6, dtype=torch.float64).reshape(2, 3).requires_grad_()
    assert compared(WRONG[what], torch.exp, x)


def test_a_right_function_passes():
    x = torch.linspace(-1, 1, 6, dtype=torch.float64).reshape(2, 3).requires_grad_()
    assert not compared(minigrad.exp, torch.exp, x)


def test_a_copy_is_told_from_a_view():
    x = torch.ones(2, 3)
    assert not compared(lambda x: x.T, lambda x: x.T, x)
    assert compared(lambda x: x.T.clone(), lambda x: x.T, x)


@pytest.mark.parametrize(
    "x",
    [
        torch.arange(12.0).reshape(3, 4)[::2, 1:],
        torch.arange(3.0).expand(2, 3),
        torch.empty(0, 3),
        torch.tensor(2.5, dtype=torch.float16),
        torch.tensor([True, False]),
    ],
    ids=samples.short,
)
def test_copies_have_the_values_and_strides_of_the_original(x):
    ours, theirs = samples.copied_to_minigrad(x), samples.copied_to_torch(x)
    np.testing.assert_array_equal(ours.numpy(), x.numpy())
    torch.testing.assert_close(theirs, x, rtol=0, atol=0)
    assert ours.stride() == theirs.stride() == x.stride()
    assert samples.name_of(ours.dtype) == samples.name_of(x.dtype)
    theirs.zero_()
    assert x.numel() == 0 or x.any()
