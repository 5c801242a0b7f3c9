"""The scripts that minigrad runs unedited print the same under PyTorch, where classes have the same names."""

from __future__ import annotations

import importlib
import inspect
import multiprocessing
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest
from scripts import assert_prints, each_script, frozen, printed_here

torch = pytest.importorskip("torch", reason="parity with PyTorch needs the extra: pip install 'minigrad-nn[parity]'")

from this_machine import torch_masks

from minigrad.run.printing import ELSEWHERE, HOMES


@pytest.fixture(scope="module")
def fresh_processes() -> Iterator[ProcessPoolExecutor]:
    """A process of its own for each call; they are forked from one that has imported PyTorch, which takes seconds."""
    forks = "forkserver" in multiprocessing.get_all_start_methods()
    context = multiprocessing.get_context("forkserver" if forks else "spawn")
    context.set_forkserver_preload(["torch"])
    with ProcessPoolExecutor(1, mp_context=context, max_tasks_per_child=1) as pool:
        yield pool


@torch_masks
@each_script
def test_pytorch_prints_what_is_frozen(fresh_processes, script):
    assert_prints(fresh_processes.submit(printed_here, script).result(timeout=300), frozen(script))


def test_classes_are_at_home_where_pytorch_has_them():
    seen = 0
    for name, home in HOMES.items():
        own = f"minigrad.{name}"
        for cls in vars(importlib.import_module(own)).values():
            if inspect.isclass(cls) and cls.__module__ == own and not cls.__name__.startswith("_"):
                place = ELSEWHERE.get(cls.__name__, home)
                theirs = getattr(importlib.import_module(place), cls.__name__, None)
                if inspect.isclass(theirs) and issubclass(theirs, object) and theirs.__module__.startswith("torch"):
                    assert theirs.__module__ == place, cls
                    seen += 1
    assert seen > 100
