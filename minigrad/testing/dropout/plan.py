"""What a run looks at: probabilities, shapes, dtypes and sample sizes, drawn from the kit's seed."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from .kinds import Array, Kind, Shape

FIXED_P = (0.001, 0.05, 0.1, 0.2, 0.5, 0.9, 0.95, 0.999)
ROUND_P = (0.25, 0.3, 0.4, 0.75, 0.8)  # users choose them; those of few bits invite a path of their own
STRATA = ((0.001, 0.01), (0.01, 0.1), (0.1, 0.5), (0.5, 0.9), (0.9, 0.99), (0.99, 0.999))  # one p is drawn from each
DTYPES = ("float16", "float32", "float64")
UNITS: dict[int, Shape] = {0: (), 1: (601,), 2: (23, 31), 3: (11, 5, 13), 4: (5, 3, 7, 6), 5: (4, 3, 5, 3, 4)}
"""Of a stream of calls, by the number of free axes; odd sizes, so that the tail of a vectorized loop is among them."""
SMALL: dict[int, Shape] = {0: (), 1: (97,), 2: (9, 11), 3: (6, 5, 7), 4: (4, 3, 5, 4), 5: (3, 2, 3, 4, 2)}
EVEN: dict[int, Shape] = {1: (512,), 2: (2, 64), 3: (2, 8, 32), 4: (2, 4, 8, 8), 5: (2, 4, 4, 4, 4)}
"""As most batches are: whole vectors, and no tail."""
TINY: dict[int, Shape] = {1: (5,), 2: (2, 3)}
WIDE: dict[int, tuple[Shape, ...]] = {
    2: ((7, 1031), (1031, 7)),
    3: ((3, 131, 137), (129, 33, 13)),
    4: ((2, 5, 67, 69), (65, 67, 3, 4)),
    5: ((2, 3, 17, 19, 33),),
}
"""Of x, by its rank: long sequences, large images, large batches of many channels."""
HUGE: dict[int, Shape] = {
    0: (),
    1: (2**22 + 13,),
    2: (2053, 2053),
    3: (131, 129, 257),
    4: (33, 65, 43, 47),
}  # beyond 2²²
LARGE: dict[int, Shape] = {
    0: (),
    1: (2**20 + 13,),
    2: (1031, 1033),
    3: (101, 103, 107),
    4: (33, 35, 31, 31),
}  # beyond 2²⁰
REFERENCE = (1e-9, 0.999)  # the rates that the sample sizes below were chosen for
CALLS = 512
CALLS_OF_ONE_P = 64
CALLS_OF_WIDE_INPUTS = 16
LAYOUTS = ("transposed", "strided")  # of the memory of an input, beside "C"


@dataclass(frozen=True)
class Case:
    """One small input of one layer.

    Attributes:
        p: the layer's.
        shape: of x.
        dtype: of x and g.
        seed: of the layer, of x and of g.
        layout: of the memory of x and g: "C", "transposed" or "strided".

    Example:
        >>> Case(0.5, (2,), "float16", 1).x.dtype
        dtype('float16')
    """

    p: float
    shape: Shape
    dtype: str
    seed: int
    layout: str = "C"

    @cached_property
    def x(self) -> Array:
        """±[1, 2) in steps of 2⁻⁸, which every floating dtype holds exactly."""
        return laid_out(values(np.random.default_rng(self.seed), self.shape, self.dtype), self.layout)

    @cached_property
    def g(self) -> Array:
        """Values of the same kind."""
        return laid_out(values(np.random.default_rng(self.seed + 1), self.shape, self.dtype), self.layout)

    def __str__(self) -> str:
        return f"p = {self.p:.6g}, {self.dtype}{list(self.shape)}" + _named(self.layout)


def values(rng: np.random.Generator, shape: Shape, dtype: Any = "float32") -> Array:
    """Draw ±[1, 2) in steps of 2⁻⁸: never 0, and the same number in every floating dtype."""
    steps = rng.integers(-256, 256, shape)
    return np.asarray(np.where(steps < 0, -1 + (steps + 1) / 256, 1 + steps / 256), dtype)


def laid_out(x: Array, layout: str) -> Array:
    """Return a copy of x whose memory is in the order of the shape ("C"), reversed, or with a gap behind each entry."""
    if layout == "transposed":
        return x.copy(order="F")
    if layout == "strided" and x.ndim:
        with_gaps = np.empty((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
        with_gaps[..., ::2] = x
        return with_gaps[..., ::2]
    return x.copy()


def same_but_for_rounding(y: Array, other: Array) -> bool:
    """Return whether outputs are the same numbers, each in whatever order its compiler found best."""
    return np.allclose(y, other, rtol=tolerance(y.dtype), atol=0, equal_nan=True)


def tolerance(dtype: DTypeLike, p: float = 0.0) -> float:
    """Return the relative error of a multiplier 1/(1-p) that is computed in a dtype: four roundings, and p's own."""
    eps = float(np.finfo(dtype).eps) if np.dtype(dtype).kind == "f" else 1e-7
    return 4 * eps * (1 + p / (1 - p) if p < 1 else 1)


def layout_of(x: Array) -> str:
    """Return the layout of an input."""
    return "C" if x.flags.c_contiguous else "transposed" if x.flags.f_contiguous else "strided"


def _named(layout: str) -> str:
    return "" if layout == "C" else f" ({layout})"


@dataclass(frozen=True)
class Stream:
    """Many training calls of one layer: p, the shape of x, and how many calls; dtype, layer's seed, layout of x."""

    p: float
    shape: Shape
    calls: int
    dtype: str
    seed: int | None = None
    layout: str = "C"

    def __str__(self) -> str:
        dtype = "" if self.dtype == "float32" else self.dtype
        return f"p = {self.p:.6g}, {self.calls} calls of {dtype}{list(self.shape)}" + _named(self.layout)


@dataclass(frozen=True)
class Plan:
    """The inputs of one run.

    Attributes:
        kind: what is dropped as a whole.
        seed: of all that is drawn here.
        ranks: numbers of dimensions that the subject takes.
        dtypes: that the subject takes; the first of float32, float64, float16 among them is the usual one.
        p: instead of the fixed and the drawn probabilities.
        shapes: instead of those of the ranks.
        false_alarm: of the whole run.
        power: with which the stated effects are noticed; the samples grow with it.
        few: spare shapes and calls, as each costs a compilation.
    """

    kind: Kind
    seed: int
    ranks: tuple[int, ...]
    dtypes: tuple[str, ...] = DTYPES
    p: tuple[float, ...] | None = None
    shapes: tuple[Shape, ...] | None = None
    false_alarm: float = 1e-9
    power: float = 0.999
    few: bool = False
    _rng: random.Random = field(init=False, repr=False, compare=False)
    _other_rng: random.Random = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rng", random.Random(f"minigrad.testing.dropout {self.seed}"))
        object.__setattr__(self, "_other_rng", random.Random(f"minigrad.testing.dropout, others, {self.seed}"))
        # drawn in a fixed order, whatever is asked first
        _ = self.rates, self.streams, self.cases

    @property
    def dtype(self) -> str:
        """The usual dtype."""
        return next(dtype for dtype in ("float32", "float64", "float16") if dtype in self.dtypes)

    @cached_property
    def effort(self) -> float:
        """How many times the usual sample keeps the noticed effects what they are."""

        def sigmas(false_alarm: float, power: float) -> float:
            return NormalDist().inv_cdf(1 - false_alarm / 2000) + NormalDist().inv_cdf(power)

        return max(0.25, (sigmas(max(self.false_alarm, 1e-12), self.power) / sigmas(*REFERENCE)) ** 2)

    def other_p(self, low: float, high: float) -> float:
        """Draw a p below 1/2 for something that leaves the draws of the rest what they are."""
        return math.exp(self._other_rng.uniform(math.log(low), math.log(high)))

    def other_seed(self) -> int:
        """Return a seed for something that leaves the draws of the rest what they are."""
        return self._other_rng.getrandbits(31) % (2**31 - 2)

    def draw_p(self, low: float, high: float) -> float:
        """Draw a p, uniform on the scale of its logarithm, or of that of 1-p, whichever is smaller."""
        if low >= 0.5:
            return 1 - self.draw_p(1 - high, 1 - low)
        return math.exp(self._rng.uniform(math.log(low), math.log(high)))

    @cached_property
    def drawn_p(self) -> tuple[float, ...]:
        """One p of each stratum."""
        return tuple(self.draw_p(*stratum) for stratum in STRATA)

    @cached_property
    def rates(self) -> tuple[float, ...]:
        """P at which a large call is made, and from which those of cases are chosen."""
        return self.p or tuple(sorted((*FIXED_P, *self.drawn_p)))

    @cached_property
    def every_p(self) -> tuple[float, ...]:
        """All p that are looked at by themselves."""
        return self.p or tuple(sorted({*self.rates, *ROUND_P}))

    @cached_property
    def matrix_rank(self) -> int:
        """The rank of the usual input: two free axes, if the subject takes that."""
        return min(self.ranks, key=lambda rank: (abs(self.kind.free_dims(rank) - 2), rank))

    def usual(self, units: Shape | None = None) -> Shape:
        """Return the usual shape of x."""
        if self.shapes is not None and units is None:
            return max(self.shapes, key=math.prod)
        free = self.kind.free_dims(self.matrix_rank)
        return self.kind.shape(self.matrix_rank, units or UNITS[free])

    @cached_property
    def large(self) -> Shape:
        """The shape of one large call: about a million units, or a quarter where a unit is of many elements."""
        if self.shapes is not None:
            return max(self.shapes, key=math.prod)
        free = self.kind.free_dims(self.matrix_rank)
        share = self.effort * (1 if self.kind.drops_elements else 0.25)
        sides = LARGE[free]
        return self.kind.shape(self.matrix_rank, (max(1, int(sides[0] * share)), *sides[1:]) if sides else ())

    @cached_property
    def huge(self) -> Shape | None:
        """The shape of a call beyond 2²⁰ entries, of the lowest rank that has one."""
        if self.shapes is not None:
            return None
        rank = next((rank for rank in self.ranks if self.kind.free_dims(rank) >= 1), None)
        if rank is None:
            return None
        sizes = HUGE if self.kind.drops_elements and not self.few else LARGE
        return self.kind.shape(rank, sizes[min(self.kind.free_dims(rank), 4)])

    @cached_property
    def streams(self) -> tuple[Stream, ...]:
        """Long ones of every rank, others of even, tiny and wide inputs, of every dtype, layout and p."""
        if self.shapes is not None or self.few:
            return self._long_streams()
        return (
            *self._long_streams(),
            *self._even_streams(),
            *self._streams_of_every_p(),
            *self._streams_of_wide_inputs(),
        )

    def _even_streams(self) -> tuple[Stream, ...]:
        """Of whole vectors, of columns, of one number and a few."""
        shapes = self._even_shapes()
        dtypes = (*(dtype for dtype in self.dtypes if dtype != self.dtype), self.dtype)
        found = [(shape, dtypes[i % len(dtypes)], "C") for i, shape in enumerate(shapes)]
        found += [(self.usual(), dtype, "C") for dtype in dtypes[:-1]]
        found += [(self.usual(), self.dtype, layout) for layout in LAYOUTS if self.matrix_rank]
        calls = max(32, int(CALLS // 2 * self.effort))
        return tuple(
            Stream(self._one_of(self.other_p(0.2, 0.5)), shape, calls, dtype, self.other_seed(), layout)
            for shape, dtype, layout in found
        )

    def _even_shapes(self) -> list[Shape]:
        free = {rank: self.kind.free_dims(rank) for rank in self.ranks}
        shapes = [self.kind.shape(rank, EVEN[n]) for rank, n in free.items() if n]
        columns = [self.kind.shape(rank, (64, *(1,) * (n - 1))) for rank, n in free.items() if n == 2]
        single = [self.kind.shape(rank, (1,)) for rank, n in free.items() if n == 1]
        tiny = [self.kind.shape(rank, TINY[n]) for rank, n in free.items() if n in TINY]
        return [*shapes, *columns[:1], *single[:1], *tiny[:2]]

    def _streams_of_every_p(self) -> tuple[Stream, ...]:
        return tuple(
            Stream(p, self.usual(), CALLS_OF_ONE_P, self.dtype, self.other_seed()) for p in self.every_p
        )

    def _streams_of_wide_inputs(self) -> tuple[Stream, ...]:
        return tuple(
            Stream(
                self._one_of(self.other_p(0.2, 0.5)), shape, CALLS_OF_WIDE_INPUTS, self.dtype, self.other_seed()
            )
            for shape in self._wide_shapes()
        )

    def _wide_shapes(self) -> list[Shape]:
        return [shape for rank in self.ranks for shape in WIDE.get(rank, ())]

    def _long_streams(self) -> tuple[Stream, ...]:
        """For each rank a middle, a small and a large p, some of them fixed."""
        calls = max(32, int((96 if self.few else CALLS) * self.effort))
        usual = Stream(self._one_of(0.5), self.usual(), calls if self.few else 2 * calls, self.dtype)
        found = [usual]
        shapes = self.shapes or [self.kind.shape(rank, UNITS[self.kind.free_dims(rank)]) for rank in self.ranks]
        for i, shape in enumerate(shapes):
            middle = self.draw_p(0.1, 0.5) if i % 2 == 0 else 0.1
            small, high = self.draw_p(*STRATA[i % 2]), self.draw_p(*STRATA[3 + i % 3])
            chosen = [self._one_of(p) for p in (middle, small, high)]
            found += [Stream(p, shape, calls, self.dtype) for p in (chosen[i % 3 : i % 3 + 1] if self.few else chosen)]
        if self.shapes is None and not self.few:
            found += [
                Stream(self._one_of(self.draw_p(0.2, 0.5)), shape, calls, self.dtype)
                for shape in self._batches_of_one()
            ]
        return tuple(found)

    def _batches_of_one(self) -> list[Shape]:
        free = {rank: self.kind.free_dims(rank) for rank in self.ranks}
        return [self.kind.shape(rank, (1, *UNITS[n][1:])) for rank, n in free.items() if n >= 2]

    def _one_of(self, p: float) -> float:
        return p if self.p is None else self._rng.choice(self.p)

    @cached_property
    def small_shapes(self) -> tuple[Shape, ...]:
        """Shapes of all ranks, empty and single ones among them."""
        if self.shapes is not None:
            return self.shapes
        sizes = UNITS if self.few else SMALL  # the same as those of the streams cost nothing more
        shapes = [self.kind.shape(rank, sizes[self.kind.free_dims(rank)]) for rank in self.ranks]
        if self.kind.drops_elements:
            odd: Sequence[Shape] = [(0,), (1,), (0, 3)]
        else:
            free = {rank: self.kind.free_dims(rank) for rank in self.ranks}
            odd = [self.kind.shape(r, (1,) * n) for r, n in free.items()]
            odd += [self.kind.shape(r, (0, *(3,) * (n - 1))) for r, n in free.items() if n]
        odd = [shape for shape in odd if len(shape) in self.ranks]
        return tuple(dict.fromkeys([*shapes, *odd]))

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """Every p at the usual shape, then every shape and dtype at a middle p and at another, then one large call."""
        found = [self._case(p, self.usual(), self.dtype) for p in self.rates]
        found += [
            self._case(p, self.usual(), dtype) for dtype in self.dtypes for p in self._some_p(1 if self.few else 3)
        ]
        for shape in self.small_shapes:
            for dtype in self.dtypes:
                found += [self._case(p, shape, dtype) for p in self._some_p(1)]
        if self.shapes is None:
            found.append(self._case(self._one_of(self.draw_p(0.2, 0.5)), self.large, self.dtype))
            if not self.few:
                found += self._other_cases()
        return tuple(found)

    def _other_cases(self) -> list[Case]:
        """Even and wide inputs of every rank, every dtype and layout, and the p that have no case yet."""
        found = [(shape, dtype, "C") for shape in self._even_shapes() for dtype in self.dtypes]
        found += [(self.usual(), dtype, layout) for layout in LAYOUTS for dtype in self.dtypes if self.matrix_rank]
        found += [(shape, self.dtype, "C") for shape in self._wide_shapes()]
        chosen = [(self._one_of(self.other_p(0.2, 0.5)), *of_x) for of_x in found]
        chosen += [(p, self.usual(), self.dtype, "C") for p in self.every_p if p not in self.rates]
        return [Case(p, shape, dtype, self.other_seed(), layout) for p, shape, dtype, layout in chosen]

    def _some_p(self, others: int) -> list[float]:
        if self.p is not None:
            return [self._rng.choice(self.p) for _ in range(1 + others)]
        return [self.draw_p(0.2, 0.5), *(self._rng.choice(self.rates) for _ in range(others))]

    def _case(self, p: float, shape: Shape, dtype: str) -> Case:
        return Case(p, shape, dtype, self.new_seed())

    def new_seed(self) -> int:
        """Return a seed for a layer, below 2³¹."""
        return self._rng.getrandbits(31) % (2**31 - 2)
