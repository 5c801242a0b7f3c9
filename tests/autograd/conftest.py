"""How many objects are alive: what a graph leaves behind is found by counting."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator

import pytest


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
