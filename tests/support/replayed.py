"""What the tests of replay share: a module of any function, and a count of what calls leave behind."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from minigrad import Tensor, nn


class Lambda(nn.Module):
    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)


def left_behind(call: Callable[[], Any]) -> int:
    """Return how many objects a hundred calls leave behind where no collector cleans up."""
    gc.collect()
    gc.disable()
    try:
        before = len(gc.get_objects())
        for _ in range(100):
            call()
        return len(gc.get_objects()) - before
    finally:
        gc.enable()
