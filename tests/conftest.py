"""Settings of the whole suite, and a guard: no test may leave global state behind."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

# Small matrices gain nothing from a second thread; set before NumPy is imported.
for variable in "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS":
    os.environ.setdefault(variable, "1")

# Commands that tests start find the same minigrad, installed or not.
os.environ["PYTHONPATH"] = os.pathsep.join(
    [str(Path(__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
)

# In the background of a shell, Ctrl-C is ignored, and by all that is started from there: tests send it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

import minigrad

pytest.register_assert_rewrite("scripts", "playground_page")  # what helpers assert is checked under python -O, too

collect_ignore = ["run/scripts"]  # scripts that import torch, for tests to run

settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50, print_blob=True)
settings.register_profile("default", parent=settings.get_profile("ci"), derandomize=False)
settings.register_profile(
    "deep", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile("pyodide", parent=settings.get_profile("ci"), max_examples=5)  # ten times as slow there
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def _no_global_state_is_left_behind():
    """Fail a test that leaves grad mode off, another default dtype or NumPy's error handling changed."""
    before = (minigrad.is_grad_enabled(), minigrad.get_default_dtype(), np.geterr())
    yield
    after = (minigrad.is_grad_enabled(), minigrad.get_default_dtype(), np.geterr())
    assert after == before


@pytest.fixture(autouse=True)
def _every_test_starts_from_the_same_seed():
    minigrad.set_default_engine("torch")
    minigrad.manual_seed(0)


@pytest.fixture
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands that ask for the system's language speak English."""
    monkeypatch.setenv("LC_ALL", "C")


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Keep the garbage collector away, and put aside what is there: only what a test makes is looked through."""
    gc.disable()
    gc.freeze()
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def living(no_collector: None) -> Callable[..., list[int]]:
    """Return how many objects of each of some kinds the test has made that are still there."""

    def count(*kinds: type) -> list[int]:
        types = [type(thing) for thing in gc.get_objects()]  # isinstance would ask an object for its __class__
        return [sum(issubclass(each, kind) for each in types) for kind in kinds]

    return count
