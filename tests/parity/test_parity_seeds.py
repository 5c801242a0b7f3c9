"""The five tutorials print the same, and leave the same weights behind, under PyTorch."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from this_machine import torch_masks

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

from seed_documents import DOCUMENTS, IN_FLOAT64, NUMBERS, Repair, run
from test_seeds import taking_tensors

import minigrad

pytestmark = [
    pytest.mark.skipif(not DOCUMENTS, reason="MINIGRAD_SEEDS names no folder with the documents"),
    pytest.mark.filterwarnings("ignore:This overload of add_ is deprecated"),
    torch_masks,
]

NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]\d+)?")


@contextmanager
def float64_by_default() -> Iterator[None]:
    for framework in (torch, minigrad):
        framework.set_default_dtype(framework.float64)
    try:
        yield
    finally:
        for framework in (torch, minigrad):
            framework.set_default_dtype(framework.float32)


def arrays_of(names: dict[str, Any], framework: Any) -> dict[str, np.ndarray]:
    """Return the values of all tensors, modules and numbers that a document has named."""
    found: dict[str, Any] = {}
    for name, value in names.items():
        if isinstance(value, framework.nn.Module):
            found |= {f"{name}.{key}": t for key, t in value.state_dict().items()}
        elif isinstance(value, framework.Tensor | int | float):
            found[name] = value
    return {name: x.detach().numpy() if isinstance(x, framework.Tensor) else x for name, x in found.items()}


def ran_under_both(number: str, folder: Path, monkeypatch: pytest.MonkeyPatch, *more: Repair) -> list[SimpleNamespace]:
    runs = []
    for framework in (torch, minigrad):
        place = folder / framework.__name__
        place.mkdir()
        if number == "004" and framework is minigrad:
            summary = pytest.importorskip("tensorboardX.summary", reason="pip install 'minigrad-nn[parity]'")
            monkeypatch.setattr(summary, "make_np", taking_tensors(summary.make_np))
        runs.append(run(number, framework, place, *more))
    return runs


def assert_same(theirs: SimpleNamespace, ours: SimpleNamespace, tolerance: float) -> None:
    assert NUMBER.sub("#", ours.printed) == NUMBER.sub("#", theirs.printed).replace("torch.", "minigrad.")
    printed = [[float(n) for n in NUMBER.findall(r.printed)] for r in (ours, theirs)]
    np.testing.assert_allclose(*printed, rtol=1e-4, atol=1.1e-4)  # of four decimals, the last may round otherwise
    expected, found = arrays_of(theirs.names, torch), arrays_of(ours.names, minigrad)
    assert found.keys() == expected.keys()
    for name, values in expected.items():
        assert np.linalg.norm(found[name] - values) <= tolerance * np.linalg.norm(values), name


@pytest.mark.parametrize("number", NUMBERS[:4])  # in 004, rounding turns a ReLU on or off, in this step or the next
def test_same_numbers(number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_same(*ran_under_both(number, tmp_path, monkeypatch), tolerance=1e-4)


@pytest.mark.parametrize("number", NUMBERS)
def test_same_numbers_in_float64(number: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with float64_by_default():
        assert_same(*ran_under_both(number, tmp_path, monkeypatch, *IN_FLOAT64), tolerance=1e-8)
