"""One program over twelve seeds: because one seed proves nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .program import NoSeed, Program
from .view import View

SEEDS = 12
T_95 = 2.200985160082949  # Student's t for 11 degrees of freedom: |T| stays below it with probability 0.95


class Study:
    """A program run to its end with twelve seeds, in pieces.

    Args:
        source: the program; its line ``seed = …`` gets seeds 1 to 12.

    Attributes:
        losses: for every finished seed the loss on the training data and on the test data.
        problem: why it cannot go on, or "".
    """

    def __init__(self, source: str) -> None:
        self.losses: list[tuple[float | None, float | None]] = []
        self.problem = ""
        self._run = self._all(source)

    @property
    def done(self) -> bool:
        """Whether all seeds are through, or one failed."""
        return bool(self.problem) or len(self.losses) == SEEDS

    def advance(self) -> bool:
        """Train one step more; return whether there is more to do."""
        return next(self._run, False)

    def _all(self, source: str) -> Iterator[bool]:
        for seed in range(1, SEEDS + 1):
            try:
                program = Program(source, seed)
            except NoSeed:
                self.problem = "no_seed"
                return
            while program.advance():
                yield True
            if program.mistake is not None:
                self.problem = program.mistake.text
                return
            view = View(program.names)
            if not view.ready:
                self.problem = "missing"
                return
            self.losses.append(view.losses())

    def summary(self) -> dict[str, Any]:
        """Return what is known so far."""
        train, test = ([loss[i] for loss in self.losses] for i in (0, 1))
        return {
            "train": train,
            "test": test,
            "train_interval": interval(train),
            "test_interval": interval(test),
            "problem": self.problem,
        }


def paired(first: Study, second: Study) -> dict[str, Any]:
    """Return the mean of second - first, seed by seed, with its interval, for both losses."""
    return {
        kind: interval([
            None if a[i] is None or b[i] is None else b[i] - a[i]
            for a, b in zip(first.losses, second.losses, strict=False)
        ])
        for i, kind in enumerate(("train", "test"))
    }  # fmt: skip


def interval(sample: Sequence[float | None]) -> list[float] | None:
    """Return the mean and the half-width of its 95% interval, by Student's t; None until all twelve are there."""
    if len(sample) < SEEDS or None in sample:
        return None
    values = np.array(sample, dtype=np.float64)
    return [float(values.mean()), T_95 * float(values.std(ddof=1)) / math.sqrt(SEEDS)]
