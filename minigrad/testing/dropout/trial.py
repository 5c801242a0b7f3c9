"""One examination of one dropout: its inputs, its draws, and the verdicts so far."""

from __future__ import annotations

import math
import random
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .adapters import DropoutAdapter
from .report import Broken, Skipped

Array: TypeAlias = NDArray[Any]
Mask: TypeAlias = NDArray[np.bool_]

RATES = (0.001, 0.05, 0.2, 0.5, 0.9)
CALLS, ROWS, COLUMNS = 1024, 23, 31  # odd sizes, so that the tail of a vectorized loop is among them
LARGE = {"element": (1023, 1025), "channel": (511, 513)}
STATISTICAL = ("scale", "rate", "uniform", "independent", "precision", "compose")


@dataclass(frozen=True)
class Draw:
    """One large training call.

    Attributes:
        p: the layer's.
        scale: the multiplier of the kept entries; 1 where nothing was kept.
        worst: the largest relative distance of a kept entry's multiplier from the scale.
        dropped: which units were dropped, (rows, columns).
    """

    p: float
    scale: float
    worst: float
    dropped: Mask


class Trial:
    """What the checks share; every draw is made once.

    Args:
        adapter: drives the dropout.
        kind: "element" or "channel".
        false_alarm: family-wise, of all statistical checks together.
        seed: of every layer built here.
    """

    def __init__(self, adapter: DropoutAdapter, kind: str, false_alarm: float, seed: int) -> None:
        self.adapter = adapter
        self.kind = kind
        self.false_alarm = false_alarm
        self.verdict: Callable[[str], str] = lambda id: "held"
        self._seeds = random.Random(seed)
        self.rng = np.random.default_rng(seed)

    # -- what other checks found ----------------------------------------------------------------------------------

    def holds(self, id: str) -> bool:
        """Whether an invariant, examined now unless it was before, is not broken."""
        return self.verdict(id) != "broken"

    def needs(self, *ids: str) -> None:
        """Skip the check that asks if it cannot be judged without other invariants."""
        for id in ids:
            if not self.holds(id):
                raise Skipped(f"cannot be judged while {id} is broken")

    def log_alpha(self, check: str, tests: int) -> float:
        """Return ln of the false-alarm rate of each of a check's tests (Bonferroni)."""
        assert check in STATISTICAL
        return math.log(self.false_alarm / len(STATISTICAL) / tests)

    # -- running the layer ----------------------------------------------------------------------------------------

    def seed(self) -> int:
        """Return a new seed for a layer."""
        return self._seeds.getrandbits(31)

    def build(self, p: float, seed: int | None = None) -> Any:
        """Build a layer."""
        return self.adapter.build(p, self.seed() if seed is None else seed)

    def run(self, layer: Any, x: Array, g: Array | None = None, *, training: bool) -> tuple[Array, Array | None]:
        """Run the layer on a copy of x; Broken where an output has not the shape of x."""
        y, gradient = self.adapter.run(layer, x.copy(order="K"), None if g is None else g.copy(), training=training)
        y = np.asarray(y)
        if y.shape != x.shape:
            raise Broken(f"x of shape {x.shape} gives y of shape {y.shape}")
        return y, None if gradient is None else np.asarray(gradient)

    def train(self, layer: Any, x: Array) -> Array:
        """Return the output of a training call."""
        return self.run(layer, x, training=True)[0]

    def evaluate(self, layer: Any, x: Array, g: Array | None = None) -> tuple[Array, Array | None]:
        """Run in evaluation, then train once, so that a mode kept in the wrong place hurts the modes check alone."""
        result = self.run(layer, x, g, training=False)
        self.train(layer, self.input(2, 2))
        return result

    # -- inputs ---------------------------------------------------------------------------------------------------

    @cached_property
    def spatial(self) -> tuple[int, ...]:
        """Dimensions behind (N, C): none for elements, those that the layer takes without complaint for channels."""
        if self.kind == "element":
            return ()
        if self.adapter.channel_dims is not None:
            return (2,) * self.adapter.channel_dims
        for spatial in [(2,), (2, 2), (2, 2, 2)]:
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("error")
                    self.adapter.run(self.build(0.5), np.ones((2, 3, *spatial), np.float32))
            except Exception as error:
                refusal = error
            else:
                return spatial
        raise refusal

    def input(self, rows: int, columns: int, dtype: DTypeLike = np.float32) -> Array:
        """Draw an input: ±[1, 2) in steps of 2⁻¹⁰, so that every floating dtype holds it exactly; never 0."""
        return self.values((rows, columns, *self.spatial), dtype)

    def values(self, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> Array:
        """Draw such values of any shape."""
        steps = self.rng.integers(-1024, 1024, shape)
        return np.asarray(np.where(steps < 0, -1 + (steps + 1) / 1024, 1 + steps / 1024), dtype)

    def units(self, x: Array) -> Array:
        """Return one entry per unit that is dropped as a whole: the elements, or the first of each channel."""
        first_of_each: tuple[Any, ...] = (slice(None), slice(None), *(0 for _ in self.spatial))
        return x[first_of_each] if self.kind == "channel" else x

    # -- draws ----------------------------------------------------------------------------------------------------

    def draw(self, p: float, dtype: DTypeLike = np.float32) -> Draw:
        """Make one large training call, or return that of before."""
        key = p, np.dtype(dtype)
        if key not in self._draws:
            x = self.input(*LARGE[self.kind], dtype)
            self._draws[key] = self.read(p, x, self.train(self.build(p), x))
        return self._draws[key]

    @cached_property
    def _draws(self) -> dict[Any, Draw]:
        return {}

    def read(self, p: float, x: Array, y: Array) -> Draw:
        """Read scale and mask off an output."""
        multiplier = y.astype(np.float64) / x
        kept = multiplier[multiplier != 0]
        scale = float(np.median(kept)) if kept.size else 1.0
        worst = float(np.abs(kept / scale - 1).max()) if kept.size else 0.0
        return Draw(p, scale, worst, self.units(multiplier == 0))

    @cached_property
    def calls(self) -> Mask:
        """What many training calls of one layer dropped at p = 0.5, (calls, rows, columns)."""
        layer, x = self.build(0.5), self.input(ROWS, COLUMNS)
        return np.stack([self.units(self.train(layer, x) == 0) for _ in range(CALLS)])

    @cached_property
    def replays(self) -> bool:
        """Whether the same seed gives the same mask, so that a mask can be frozen."""
        x, seed = self.input(ROWS, COLUMNS), self.seed()
        return np.array_equal(self.train(self.build(0.5, seed), x), self.train(self.build(0.5, seed), x))

    def needs_replay(self) -> None:
        """Skip the check that asks if a mask cannot be frozen."""
        if not self.replays:
            raise Skipped("needs a mask that a seed replays (see seed)")

    def one_unit_of_many_layers(self, p: float, layers: int = 512) -> Mask:
        """Return whether one unit was dropped, in layers of different seeds: independent if nothing else is."""
        x = self.input(3, 5)
        return np.array([self.units(self.train(self.build(p), x) == 0)[1, 2] for _ in range(layers)])


def tolerance(*arrays: Array) -> float:
    """Return the relative rounding error of a few operations in the coarsest of these dtypes."""
    return 4 * max(float(np.finfo(a.dtype).eps) if a.dtype.kind == "f" else 1e-7 for a in arrays)
