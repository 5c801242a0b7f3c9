"""One examination of one dropout: its inputs, its draws, and the verdicts so far."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

from .adapters import DropoutAdapter
from .kinds import Array, Shape
from .plan import Case, Plan, Stream, laid_out, layout_of, values
from .preflight import Findings
from .report import Skipped, WrongShape

Mask: TypeAlias = NDArray[np.bool_]

STATISTICAL = ("scale", "rate", "uniform", "independent", "precision", "compose")
NEVER = 1e-15  # what a right dropout does by chance less often than this, an exact check takes for impossible


@dataclass(frozen=True)
class Draw:
    """What a training call showed.

    Attributes:
        p: the layer's.
        scale: the multiplier of the kept entries; NaN where nothing was kept.
        worst: the largest relative distance of a kept entry's multiplier from the scale.
        dropped: which units were dropped.
        dtype: the coarser of input's and output's, that decides how exact the scale can be.
    """

    p: float
    scale: float
    worst: float
    dropped: Mask
    dtype: np.dtype[Any]

    @property
    def rate(self) -> float:
        """The part of the units that was dropped."""
        return float(self.dropped.mean()) if self.dropped.size else 0.0


@dataclass(frozen=True)
class Calls:
    """What the training calls of a stream dropped, (calls, *units), and their scales."""

    stream: Stream
    dropped: Mask
    scales: NDArray[np.float64]
    worst: float

    @property
    def flat(self) -> Mask:
        """One row a call."""
        return self.dropped.reshape(len(self.dropped), -1)

    @cached_property
    def rates(self) -> tuple[float, float]:
        """P, and the rate that was seen: a wrong one makes coincidences likelier, and is no dependence."""
        return self.stream.p, float(self.dropped.mean())

    @property
    def log_alike(self) -> float:
        """Ln of the chance that a unit has the same fate in two calls."""
        return max(math.log(rate * rate + (1 - rate) ** 2) for rate in self.rates)

    @property
    def is_one_mask(self) -> bool:
        """Whether all calls drop the same, and would by chance never."""
        chance = self.flat.shape[1] * (len(self.flat) - 1) * self.log_alike
        return chance < math.log(NEVER) and bool((self.flat == self.flat[:1]).all())

    @cached_property
    def distinct(self) -> int:
        """How many different masks were drawn."""
        return len(np.unique(np.packbits(self.flat, axis=1), axis=0))

    @property
    def repeats(self) -> bool:
        """Whether two calls drop the same, which independent units do less often than once in 10¹⁵ streams."""
        chance = 2 * math.log(len(self.dropped)) + self.flat.shape[1] * self.log_alike
        return chance < math.log(NEVER) and self.distinct < len(self.dropped)

    def __str__(self) -> str:
        return str(self.stream)


class Trial:
    """What the checks share; every draw is made once.

    Args:
        adapter: drives the dropout.
        plan: what to look at.
        found: what its first runs showed.
    """

    def __init__(self, adapter: DropoutAdapter, plan: Plan, found: Findings) -> None:
        self.adapter = adapter
        self.plan = plan
        self.found = found
        self.kind = plan.kind
        self.verdict: Callable[[str], str] = lambda id: "held"
        self.rng = np.random.default_rng(plan.seed)
        self.traces: dict[str, tuple[Case, str]] | None = None  # of evaluations, looked for once for two checks

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
        return math.log(self.plan.false_alarm / len(STATISTICAL) / tests)

    # -- running the layer ----------------------------------------------------------------------------------------

    def seed(self) -> int:
        """Return a new seed for a layer."""
        return self.plan.new_seed()

    def build(self, p: float, seed: int | None = None) -> Any:
        """Build a layer."""
        return self.adapter.build(p, self.seed() if seed is None else seed)

    def run(self, layer: Any, x: Array, g: Array | None = None, *, training: bool) -> tuple[Array, Array | None]:
        """Run the layer on a copy of x, return copies; WrongShape where an output has not the shape of x."""
        x = np.asarray(x)  # a scalar that NumPy made of a 0-d array
        grad_output = None if g is None else laid_out(g, layout_of(g))
        y, gradient = self.adapter.run(layer, laid_out(x, layout_of(x)), grad_output, training=training)
        y = np.array(y)  # as another call may write into it: that is for the pure check to find
        if y.shape != x.shape:
            raise WrongShape(f"x of shape {x.shape} gives y of shape {y.shape}")
        return y, None if gradient is None else np.array(gradient)

    def train(self, layer: Any, x: Array) -> Array:
        """Return the output of a training call."""
        return self.run(layer, x, training=True)[0]

    def evaluate(self, layer: Any, x: Array, g: Array | None = None) -> tuple[Array, Array | None]:
        """Run in evaluation, then train once, so that a mode kept in the wrong place hurts the modes check alone."""
        try:
            return self.run(layer, x, None if self.found.refused_backward else g, training=False)
        finally:
            self.train(layer, x)

    # -- inputs ---------------------------------------------------------------------------------------------------

    def input(self, dtype: DTypeLike | None = None) -> Array:
        """Draw an input of the usual shape."""
        return self.values(self.plan.usual(), dtype)

    def values(self, shape: Shape, dtype: DTypeLike | None = None) -> Array:
        """Draw an input of any shape."""
        return values(self.rng, shape, dtype or self.plan.dtype)

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """Small shapes, without the empty ones if the layer fails there: that is for the dtype check to say."""
        return tuple(shape for shape in self.plan.small_shapes if 0 not in shape or self._takes_empty)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Those of the plan, without the empty ones if the layer fails there."""
        return tuple(case for case in self.plan.cases if 0 not in case.shape or self._takes_empty)

    @cached_property
    def _takes_empty(self) -> bool:
        try:
            for case in self.plan.cases:
                if 0 in case.shape:
                    self.train(self.build(case.p, case.seed), case.x)
        except WrongShape:
            raise
        except Exception:
            return False
        return True

    # -- draws ----------------------------------------------------------------------------------------------------

    def draw(self, p: float, dtype: str | None = None) -> Draw:
        """Make one large training call, or return that of before."""
        key = p, dtype or self.plan.dtype
        if key not in self._draws:
            x = self.large_input(key[1])
            seed = None if p in self.plan.rates else self.plan.other_seed()
            self._draws[key] = self.read(p, x, self.train(self.build(p, seed), x))
        return self._draws[key]

    def large_input(self, dtype: str | None = None) -> Array:
        """Return the input of the large calls, which is drawn once."""
        dtype = dtype or self.plan.dtype
        if dtype not in self._large_inputs:
            self._large_inputs[dtype] = self.values(self.plan.large, dtype)
        return self._large_inputs[dtype]

    @cached_property
    def _large_inputs(self) -> dict[str, Array]:
        return {}

    @cached_property
    def _draws(self) -> dict[Any, Draw]:
        return {}

    def draws(self) -> Iterator[Draw]:
        """Iterate over the large calls."""
        return map(self.draw, self.plan.every_p)

    def read(self, p: float, x: Array, y: Array) -> Draw:
        """Read scale and mask off an output."""
        multiplier = y.astype(np.float64) / x
        kept = multiplier[multiplier != 0]
        if np.isinf(kept).any():
            scale, worst = self._of_overflowed(x, multiplier)
        else:
            # the middle one, found on a part: it is what nearly all are, or value is broken
            scale = float(np.median(kept[:20001])) if kept.size else math.nan
            worst = float(np.abs(np.array([kept.min(), kept.max()]) / scale - 1).max()) if kept.size else 0.0
        return Draw(p, scale, worst, self.kind.units(multiplier == 0), coarser(x, y))

    def _of_overflowed(self, x: Array, multiplier: Array) -> tuple[float, float]:
        """Return scale and worst where s is so wrong that some x·s is infinite."""
        infinite = np.isinf(multiplier)
        finite = multiplier[(multiplier != 0) & ~infinite]
        if not finite.size:
            return math.inf, 0.0
        scale = float(np.median(finite))
        explained = float(np.abs(x[infinite]).min()) * abs(scale) > 0.99 * float(np.finfo(x.dtype).max)
        return scale, float(np.abs(finite / scale - 1).max()) if explained else math.inf

    def case_draw(self, case: Case) -> Draw:
        """Run a case once, in training."""
        return self.read(case.p, case.x, self.train(self.build(case.p, case.seed), case.x))

    @cached_property
    def calls(self) -> list[Calls]:
        """What the streams dropped."""
        return [self._calls(stream) for stream in self.plan.streams]

    def _calls(self, stream: Stream) -> Calls:
        layer, x = self.build(stream.p, stream.seed), self._input_of(stream)
        multipliers = (self.train(layer, x) / x for _ in range(stream.calls))
        dropped, scales, worst = [], np.full(stream.calls, math.nan), 0.0
        for i, multiplier in enumerate(multipliers):
            mask = multiplier == 0
            kept = multiplier[~mask]
            if kept.size:
                scales[i] = kept[0]
                worst = max(worst, float(kept.max() / kept[0] - 1), float(1 - kept.min() / kept[0]))
            dropped.append(self.kind.units(mask))
        return Calls(stream, np.array(dropped), scales, worst)

    def _input_of(self, stream: Stream) -> Array:
        if stream.seed is None:
            return self.values(stream.shape)
        return Case(stream.p, stream.shape, stream.dtype, stream.seed, stream.layout).x

    @cached_property
    def replays(self) -> bool:
        """Whether the same seed gives the same mask, so that a mask can be frozen."""
        x, seed = self.input(), self.seed()
        return np.array_equal(self.train(self.build(0.5, seed), x), self.train(self.build(0.5, seed), x))

    def needs_replay(self) -> None:
        """Skip the check that asks if a mask cannot be frozen."""
        if not self.replays:
            raise Skipped("needs a mask that a seed replays (see seed)")

    def one_unit_of_many_layers(self, p: float, shape: Shape | None = None, layers: int = 512) -> Mask:
        """Return whether one unit was dropped, in layers of different seeds: independent if nothing else is."""
        shape = shape or self.plan.usual()
        x = self.values(shape)
        middle = math.prod(shape) // 2
        return np.array([self.train(self.build(p), x).ravel()[middle] == 0 for _ in range(layers)])


def coarser(x: Array, y: Array) -> np.dtype[Any]:
    """Return the dtype, of an input's and an output's, that decides how exact a multiplier can be."""
    return x.dtype if x.dtype.itemsize < y.dtype.itemsize or y.dtype.kind != "f" else y.dtype
