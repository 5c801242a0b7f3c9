"""Honest timing: peers in turn within one run, medians with quartiles, ratios within a round.

The clock is the processor's time for this process. On a quiet machine, and with one thread, that is the time one waits;
on a busy one it does not grow while other programs run. (What they push out of the caches still has to come back, which
hits all peers alike.) ``--wall`` takes the time on the wall instead.
"""

from __future__ import annotations

import gc
import importlib.metadata
import importlib.util
import math
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Step = Callable[[], Any]  # does the work once; a result of it, if any, has item()

DISTRIBUTIONS = ["numpy", "torch", "jax", "tinygrad", "mygrad", "autograd", "dezero"]


@dataclass
class Settings:
    """How long to measure, and with which clock."""

    rounds: int = 15
    slice: float = 0.02  # seconds for which each peer works in a round, at least
    most: int = 10**9  # repetitions of a peer in all rounds, at most
    largest: float = 1.0  # of what grows, up to which share of the largest size
    clock: Callable[[], float] = time.process_time

    @classmethod
    def quick(cls) -> Settings:
        """Return settings that show whether all works, and the numbers roughly."""
        return cls(rounds=3, slice=0.005, largest=0.25)

    def up_to(self, sizes: Sequence[int]) -> list[int]:
        """Return the sizes that are measured, of some in ascending order."""
        return [size for size in sizes if size <= self.largest * sizes[-1]]


class Spread(NamedTuple):
    """A median between the quartiles."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Return the quartiles of some values; all three are the value itself where there is but one."""
        return cls(*(statistics.quantiles(values, n=4) if len(values) > 1 else values * 3))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}–{self.high:.2f})"


@dataclass
class Times:
    """The seconds that one repetition took each peer, round by round."""

    seconds: dict[str, list[float]] = field(default_factory=dict)

    def median(self, peer: str) -> float:
        """Return the median time of a peer; NaN if it was not measured."""
        return statistics.median(self.seconds[peer]) if peer in self.seconds else math.nan

    def ratio(self, peer: str, other: str) -> Spread | None:
        """Return how long one takes, as a multiple of the other's time in the same round."""
        if peer not in self.seconds or other not in self.seconds:
            return None
        pairs = zip(self.seconds[peer], self.seconds[other], strict=True)
        return Spread.of([a / b for a, b in pairs])


class Table(NamedTuple):
    """A title, a head and rows of strings, with remarks below."""

    title: str
    head: list[str]
    rows: list[list[str]]
    remarks: list[str]


# ---- timing ----------------------------------------------------------------------------------------------------------


def in_turn(steps: dict[str, Step], settings: Settings) -> Times:
    """Let every peer work for a slice of time, in turn, round after round."""
    repetitions = {name: repetitions_in(step, settings) for name, step in steps.items()}
    gc.collect()
    gc.freeze()  # what exists by now need not be searched for garbage again and again
    times = Times({name: [] for name in steps})
    for _ in range(settings.rounds):
        for name, step in steps.items():
            times.seconds[name].append(timed(step, repetitions[name], settings))
            gc.collect()  # nobody clears up behind another
    gc.unfreeze()
    return times


def repetitions_in(step: Step, settings: Settings) -> int:
    """Return how often to repeat a step to fill a slice of time; the first calls may compile, and do not count."""
    seconds = [timed(step, 1, settings) for _ in range(4)]
    repetitions = math.ceil(settings.slice / max(*seconds[2:], 1e-7))
    return max(1, min(repetitions, settings.most // settings.rounds))


def timed(step: Step, repetitions: int, settings: Settings) -> float:
    """Return the seconds that a step takes."""
    start = settings.clock()
    for _ in range(repetitions):
        result = step()
    if result is not None:
        result.item()  # waits for what is computed in the background
    return (settings.clock() - start) / repetitions


# ---- memory ----------------------------------------------------------------------------------------------------------


def resident(peak: bool = False) -> int:
    """Return the bytes of memory that this process uses, or the most that it has used since `forget_peak`."""
    field = "VmHWM:" if peak else "VmRSS:"
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"no {field} in /proc/self/status")


def forget_peak() -> None:
    """Let the peak of the memory begin anew."""
    Path("/proc/self/clear_refs").write_text("5")


# ---- words -----------------------------------------------------------------------------------------------------------


def installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def machine() -> list[str]:
    """Describe the machine and the versions, in general words."""
    versions = [f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS if installed(name)]
    return [
        f"{processor()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        ", ".join(versions),
    ]


def processor() -> str:
    """Return the name of the processor, or its architecture where nobody tells more."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def duration(seconds: float) -> str:
    """Return a time with three digits and the unit that suits it."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return "–"


def told(ratio: Spread | None) -> str:
    return "–" if ratio is None else str(ratio)


def geometric_mean(values: Sequence[float]) -> float:
    return math.exp(statistics.fmean(map(math.log, values)))
