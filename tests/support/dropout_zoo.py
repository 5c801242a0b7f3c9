"""Wrong dropouts, each one line away from right and named after its mistake, and the invariants that each breaks.

`python tests/support/dropout_zoo.py` prints the table mutant × invariant as Markdown.
"""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from minigrad.testing.dropout import CHECKS, DropoutAdapter, check_dropout

Array = np.ndarray


class PlainDropout:
    """A right dropout on plain NumPy; every mutant overrides one method."""

    def __init__(self, p: float, seed: int) -> None:
        self.p = self.checked(p)
        self.seed = seed
        self.rng = np.random.default_rng(seed)
        self.training = True
        self.start()

    def start(self) -> None:
        """Set up what a mutant needs."""

    def checked(self, p: float) -> float:
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        return p

    def train(self, mode: bool) -> None:
        self.training = mode

    def dropped(self, x: Array) -> Array:
        return self.rng.random(x.shape) < self.p

    def scale(self) -> float:
        return 1 / (1 - self.p) if self.p < 1 else 0.0

    def multiplier(self, x: Array) -> Array:
        return np.where(self.dropped(x), 0, self.scale()).astype(x.dtype)

    def forward(self, x: Array) -> Array:
        self.x = x
        if not self.training:
            return self.evaluation(x)
        self.m = self.multiplier(x)
        self.y = x * self.m
        return self.y

    def evaluation(self, x: Array) -> Array:
        self.m = np.ones_like(x)
        return x.copy()

    def backward(self, g: Array) -> Array:
        return g * self.m


class PlainAdapter(DropoutAdapter):
    """Drives a PlainDropout or a mutant of it."""

    def __init__(self, layer_class: type[PlainDropout] = PlainDropout) -> None:
        self.layer_class = layer_class

    def build(self, p: float, seed: int) -> PlainDropout:
        return self.layer_class(p, seed)

    def run(
        self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True
    ) -> tuple[Array, Array | None]:
        layer.train(training)
        y = layer.forward(x)
        return y, None if grad_output is None else layer.backward(grad_output)

    def __str__(self) -> str:
        return self.layer_class.__name__


class PlainChannelDropout(PlainDropout):
    """A right dropout of channels, (N, C, ...)."""

    def dropped(self, x: Array) -> Array:
        if x.ndim < 2:
            raise ValueError(f"expected (N, C, ...), got shape {x.shape}")
        return self.rng.random(x.shape[:2] + (1,) * (x.ndim - 2)) < self.p

    def multiplier(self, x: Array) -> Array:
        return np.broadcast_to(super().multiplier(x), x.shape).astype(x.dtype)


Mutant = type[PlainDropout]
ZOO: dict[Mutant, tuple[set[str], set[str]]] = {}
CHANNEL_ZOO: dict[Mutant, tuple[set[str], set[str]]] = {}


def breaks(*blamed: str, follows: str = "", zoo: dict[Mutant, Any] = ZOO) -> Any:
    """Declare what a mutant must be blamed for, and what may be broken as a consequence."""

    def register(mutant: Mutant) -> Mutant:
        zoo[mutant] = set(blamed), set(follows.split())
        return mutant

    return register


# -- rate and scale ---------------------------------------------------------------------------------------------------


@breaks("rate", follows="mean variance edge_p")
class KeepAndDropSwapped(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) >= self.p


@breaks("rate", follows="variance edge_p")
class PIsTheProbabilityToKeep(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) >= self.p

    def scale(self):
        return 1 / self.p if self.p else 0.0


@breaks("scale", follows="mean variance")
class NoScale(PlainDropout):
    def scale(self):
        return 1.0


@breaks("scale", follows="mean variance edge_p")
class ScaleOneOverP(PlainDropout):
    def scale(self):
        return 1 / self.p if self.p else 1.0


@breaks("scale", follows="mean variance")
class ScaledTwice(PlainDropout):
    def scale(self):
        return super().scale() ** 2


@breaks("scale", follows="mean variance")
class ScaledATenthOfAPercentTooMuch(PlainDropout):
    def scale(self):
        return super().scale() * (1.001 if self.p > 0 else 1)


@breaks("rate", follows="mean variance fresh")
class DropsFromMatricesAlone(PlainDropout):
    def multiplier(self, x):
        return super().multiplier(x) if x.ndim == 2 or self.p == 1 else np.ones_like(x)


@breaks("scale", follows="mean variance")
class ScaleForgottenBehindTwoDimensions(PlainDropout):
    def multiplier(self, x):
        m = super().multiplier(x)
        return (m != 0).astype(x.dtype) if x.ndim > 2 else m


@breaks("scale", follows="mean variance")
class ScaledByWhatWasReallyKept(PlainDropout):
    def multiplier(self, x):
        kept = ~self.dropped(x)
        return (kept / max(kept.mean(), 1e-9)).astype(x.dtype) if kept.size else x.copy()


@breaks("scale", "eval", follows="mean variance")
class VanillaConvention(PlainDropout):
    def scale(self):
        return 1.0

    def evaluation(self, x):
        self.m = np.full_like(x, 1 - self.p)
        return x * self.m


@breaks("rate", "edge_p", follows="mean variance scale precision compose")
class LessOrEqualWhereTheDrawHitsTheEdge(PlainDropout):
    def dropped(self, x):
        return self.rng.integers(0, 256, x.shape) / 256 <= self.p


@breaks("rate", "scale", follows="mean variance")
class ThresholdOfEightBitsNominalScale(PlainDropout):
    def dropped(self, x):
        return self.rng.integers(0, 256, x.shape) < np.ceil(self.p * 256)


@breaks("rate", follows="variance")
class ThresholdOfEightBits(ThresholdOfEightBitsNominalScale):
    def scale(self):
        keep = 1 - np.ceil(self.p * 256) / 256
        return 1 / keep if keep else 0.0


@breaks("rate", follows="mean variance")
class DropsPSquared(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < self.p**2


@breaks("uniform", follows="rate mean variance")
class LastElementIsNeverDropped(PlainDropout):
    def dropped(self, x):
        dropped = self.rng.random(x.shape) < self.p
        if self.p < 1:
            dropped.reshape(-1)[-1:] = False
        return dropped


@breaks("uniform", follows="rate mean variance")
class FirstColumnIsDroppedHalfAsOften(PlainDropout):
    def dropped(self, x):
        dropped = super().dropped(x)
        if x.ndim and x.size and self.p < 1:
            dropped[..., 0] &= self.rng.random(dropped[..., 0].shape) < 0.5
        return dropped


@breaks("uniform", follows="rate mean variance scale")
class EveryOtherCallDropsLess(PlainDropout):
    calls = 0

    def dropped(self, x):
        self.calls += 1
        return self.rng.random(x.shape) < self.p * (1 if self.calls % 2 or self.p == 1 else 0.9)


# -- values -----------------------------------------------------------------------------------------------------------


@breaks("value")
class ScaledByWhatEachRowKept(PlainDropout):
    def multiplier(self, x):
        kept = ~self.dropped(x)
        if x.ndim < 2 or not x.size:
            return (kept * self.scale()).astype(x.dtype)
        return (kept / np.maximum(kept.mean(axis=-1, keepdims=True), 1e-9)).astype(x.dtype)


@breaks("value", follows="edge_p")
class GaussianMultiplier(PlainDropout):
    def multiplier(self, x):
        std = np.sqrt(self.p / (1 - self.p)) if self.p < 1 else 0.0
        return np.asarray(1 + std * self.rng.standard_normal(x.shape) - (self.p == 1)).astype(x.dtype)


@breaks("value")
class NegativeInputsAreNotScaled(PlainDropout):
    def multiplier(self, x):
        m = super().multiplier(x)
        return np.where(x < 0, m != 0, m).astype(x.dtype) if self.p < 1 else m


@breaks("value")
class DropsToASmallNumber(PlainDropout):
    def multiplier(self, x):
        m = super().multiplier(x)
        return np.where(m == 0, 1e-3, m).astype(x.dtype) if self.p < 1 else m


# -- evaluation, modes, edges -----------------------------------------------------------------------------------------


@breaks("eval", follows="edge_p")
class ScaledInEvaluation(PlainDropout):
    def evaluation(self, x):
        self.m = np.full_like(x, 1 - self.p)
        return x * self.m


@breaks("eval")
class ActiveInEvaluation(PlainDropout):
    def train(self, mode):
        pass


@breaks("eval")
class EvaluationDrawsAMask(PlainDropout):
    def evaluation(self, x):
        self.rng.random(x.shape)
        return super().evaluation(x)


@breaks("edge_p")
class NaNAtPOne(PlainDropout):
    def multiplier(self, x):
        return (~self.dropped(x) / np.float64(1 - self.p)).astype(x.dtype)


@breaks("edge_p")
class StillDropsAtPZero(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < max(self.p, 1e-3)


@breaks("edge_p")
class POneZeroesEvaluationToo(PlainDropout):
    def evaluation(self, x):
        return super().evaluation(x) * np.asarray(self.p < 1, x.dtype)


@breaks("modes")
class ModeIsNotRestoredAfterEvaluation(PlainDropout):
    def train(self, mode):
        self.training = self.training and mode


@breaks("modes")
class FlagKeptInTheProcess(PlainDropout):
    active = True

    def train(self, mode):
        if mode != self.training:
            self.training = type(self).active = mode

    def forward(self, x):
        here, self.training = self.training, type(self).active
        y = super().forward(x)
        self.training = here
        return y


@breaks("modes")
class ModeIsNotRestoredAfterAnException(PlainDropout):
    failed = False

    def forward(self, x):
        if self.failed:
            return self.evaluation(x)
        self.failed = True
        y = super().forward(x)
        self.failed = False
        return y


@breaks("bad_p")
class AcceptsPOfOneAndAHalf(PlainDropout):
    def checked(self, p):
        if p != p or p < 0:
            raise ValueError("p")
        return p


@breaks("bad_p")
class SwallowsNaN(PlainDropout):
    def checked(self, p):
        if p < 0 or p > 1:
            raise ValueError("p")
        return p


# -- the mask ---------------------------------------------------------------------------------------------------------


@breaks("independent", follows="compose")
class OneMaskPerBatch(PlainDropout):
    def dropped(self, x):
        return np.broadcast_to(self.rng.random(x.shape[1:]) < self.p, x.shape)


@breaks("independent")
class OneMaskPerRow(PlainDropout):
    def dropped(self, x):
        return np.broadcast_to(self.rng.random(x.shape[:1] + (1,) * (x.ndim - 1)) < self.p, x.shape)


@breaks("independent")
class OneMaskForAllStepsOfASequence(PlainDropout):
    def dropped(self, x):
        if x.ndim < 3:
            return super().dropped(x)
        return np.broadcast_to(self.rng.random((x.shape[0], 1, *x.shape[2:])) < self.p, x.shape)


@breaks("fresh")
class OneMaskForEver(PlainDropout):
    masks: dict

    def start(self):
        self.masks = {}

    def dropped(self, x):
        if x.shape not in self.masks:
            self.masks[x.shape] = super().dropped(x)
        return self.masks[x.shape]


@breaks("fresh")
class TheSameMaskEveryEpoch(PlainDropout):
    def dropped(self, x):
        self.rng = np.random.default_rng(self.seed)
        return super().dropped(x)


@breaks("independent")
class MasksWithAPeriod(PlainDropout):
    calls = 0

    def dropped(self, x):
        self.calls += 1
        return np.random.default_rng([self.seed, self.calls % 7]).random(x.shape) < self.p


@breaks("independent", follows="rate variance")
class ExactlyKDropped(PlainDropout):
    def dropped(self, x):
        return self.rng.permutation(x.size).reshape(x.shape) < self.p * x.size


@breaks("independent")
class ExactlyKDroppedOfEachRow(PlainDropout):
    def dropped(self, x):
        ranks = self.rng.random(x.shape).argsort(axis=-1) if x.ndim else self.rng.random()
        return ranks + self.rng.random(x.shape[:-1] + (1,) * bool(x.ndim)) < self.p * (x.shape[-1] if x.ndim else 1)


@breaks("independent", follows="rate mean variance seed")
class AlternatingMask(PlainDropout):
    def dropped(self, x):
        phase = self.rng.random()
        return ((np.arange(x.size) * self.p + phase) % 1).reshape(x.shape) < self.p


@breaks("independent")
class NeighboursDropTogether(PlainDropout):
    def dropped(self, x):
        return np.repeat(self.rng.random(x.size // 2 + 1), 2)[: x.size].reshape(x.shape) < self.p


@breaks("independent")
class APoolOfSixtyFourMasks(PlainDropout):
    def dropped(self, x):
        return np.random.default_rng([self.seed, self.rng.integers(64)]).random(x.shape) < self.p


@breaks("independent")
class TheSecondHalfIsDrawnAgainstTheFirst(PlainDropout):
    def dropped(self, x):
        u = self.rng.random((x.size + 1) // 2)
        return np.concatenate([u, 1 - u])[: x.size].reshape(x.shape) < self.p


@breaks("independent")
class ATenthOfTheUnitsStayWhatTheyWere(PlainDropout):
    last = None

    def dropped(self, x):
        new = super().dropped(x)
        if self.last is not None and self.last.shape == x.shape:
            new = np.where(self.rng.random(x.shape) < 0.1, self.last, new)
        self.last = new
        return new


@breaks("linear", follows="fresh seed")
class MaskDerivedFromX(PlainDropout):
    def dropped(self, x):
        return np.abs(np.sin(np.asarray(x, np.float64) * 12345.678) * 43758.5453) % 1 < self.p


@breaks("linear", follows="rate mean variance scale")
class LargeInputsAreDroppedMoreOften(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < np.where(np.abs(x) > 1.5, 1.1, 0.9) * self.p + (self.p == 1)


@breaks("precision")
class DrawsInTheDtypeOfX(PlainDropout):
    def dropped(self, x):
        bits = 11 if x.dtype == np.float16 else 53
        return self.rng.integers(0, 1 << bits, x.shape) < self.p * (1 << bits)


# -- seeds ------------------------------------------------------------------------------------------------------------


@breaks("seed")
class ReadsTheGlobalGenerator(PlainDropout):
    def dropped(self, x):
        return np.random.random(x.shape) < self.p


@breaks("seed")
class MovesTheGlobalGenerator(PlainDropout):
    def dropped(self, x):
        random.random()
        return super().dropped(x)


@breaks("seed")
class IgnoresTheSeed(PlainDropout):
    def start(self):
        self.rng = np.random.default_rng()


@breaks("seed")
class EverySeedIsTheSame(PlainDropout):
    def start(self):
        self.rng = np.random.default_rng(0)


# -- the gradient -----------------------------------------------------------------------------------------------------


@breaks("gradient", follows="gradcheck edge_p")
class BackwardWithoutMask(PlainDropout):
    def backward(self, g):
        return g * np.asarray(self.scale() if self.training else 1, g.dtype)


@breaks("gradient", follows="gradcheck")
class BackwardWithoutScale(PlainDropout):
    def backward(self, g):
        return g * (self.m != 0)


@breaks("gradient", follows="gradcheck")
class BackwardWithANewDraw(PlainDropout):
    def backward(self, g):
        return g * (self.multiplier(g) if self.training else self.m)


@breaks("gradient")
class BackwardMaskGuessedFromTheOutput(PlainDropout):
    def backward(self, g):
        return g * ((self.y != 0) * self.scale()).astype(g.dtype) if self.training else g.copy()


@breaks("gradient", follows="gradcheck edge_p")
class BackwardIsTheIdentity(PlainDropout):
    def backward(self, g):
        return g.copy()


@breaks("gradient", follows="gradcheck")
class BackwardWithTheMaskOfTheFirstCall(PlainDropout):
    first = None

    def backward(self, g):
        if not self.training:
            return g * self.m
        if self.first is None or self.first.shape != g.shape:
            self.first = self.m
        return g * self.first


@breaks("gradient", follows="gradcheck")
class BackwardWithAMaskInHalfPrecision(PlainDropout):
    def backward(self, g):
        return g * self.m.astype(np.float16).astype(g.dtype)


@breaks("gradient")
class BackwardInTheOrderOfMemory(PlainDropout):
    def backward(self, g):
        return (g.ravel("K") * self.m.ravel()).reshape(g.shape)


# -- arrays -----------------------------------------------------------------------------------------------------------


@breaks("pure")
class WritesIntoItsInput(PlainDropout):
    def forward(self, x):
        if not (self.training and x.flags.writeable):
            return super().forward(x)
        self.m = self.multiplier(x)
        x *= self.m
        self.y = x
        return x.copy()


@breaks("pure")
class WritesIntoItsInputInEvaluation(PlainDropout):
    def evaluation(self, x):
        y = super().evaluation(x)
        if x.flags.writeable:
            x *= np.asarray(0.5, x.dtype)
        return y


@breaks("pure")
class WritesIntoTheGradient(PlainDropout):
    def backward(self, g):
        g *= self.m
        return g


@breaks("pure", follows="scale mean variance gradient gradcheck")
class ReturnsItsInputWhenNothingWasDropped(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        return x if self.training and x.size and (self.m != 0).all() else y


@breaks("dtype")
class Float64OutOfFloat32(PlainDropout):
    def multiplier(self, x):
        return np.where(self.dropped(x), 0.0, np.float64(self.scale()))


@breaks("dtype")
class FlattensScalars(PlainDropout):
    def forward(self, x):
        return super().forward(np.atleast_1d(x))


# -- wrong at some p, ranks, dtypes, sizes or values alone ------------------------------------------------------------


def where(condition: Any) -> Any:
    """Make a mutant whose wrong mask is used where condition(layer, x) holds, and a right one elsewhere."""

    def only_there(mutant: Mutant) -> Mutant:
        wrong = mutant.dropped

        def dropped(self: Any, x: Array) -> Array:
            return wrong(self, x) if condition(self, x) else PlainDropout.dropped(self, x)

        mutant.dropped = dropped  # type: ignore[method-assign]
        return mutant

    return only_there


@breaks("fresh")
@where(lambda layer, x: layer.p not in (0.5, 1))
class OneMaskForEverAwayFromAHalf(OneMaskForEver):
    pass


@breaks("independent", follows="compose")
@where(lambda layer, x: layer.p < 0.5)
class NeighboursDropTogetherBelowAHalf(NeighboursDropTogether):
    pass


@breaks("independent", follows="rate variance")
@where(lambda layer, x: layer.p < 0.1)
class ExactlyKDroppedForSmallP(ExactlyKDropped):
    def dropped(self, x):
        return self.rng.permutation(x.size).reshape(x.shape) < np.floor(self.p * x.size + self.rng.random())


@breaks("rate", follows="mean variance scale compose precision")
class ATenthTakenForAFifth(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < (0.2 if self.p == 0.1 else self.p)


@breaks("rate", follows="mean variance scale compose precision")
class ClampedAtNineTenths(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < (min(self.p, 0.9) if self.p < 1 else 1)


@breaks("rate", follows="mean variance scale fresh")
class EverythingIsDroppedFrom95Percent(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < (1 if self.p >= 0.95 else self.p)


@breaks("rate", follows="mean variance scale")
class HalfTheRateInThreeDimensions(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < (self.p / 2 if x.ndim == 3 and self.p < 1 else self.p)


@breaks("eval", follows="seed")
class ActiveInEvaluationOfImages(PlainDropout):
    def evaluation(self, x):
        if x.ndim < 4 or self.p in (0, 1):
            return super().evaluation(x)
        self.m = self.multiplier(x)
        return x * self.m


@breaks("gradient", follows="gradcheck")
class BackwardWithoutScaleInThreeDimensions(PlainDropout):
    def backward(self, g):
        return g * ((self.m != 0) if g.ndim == 3 else self.m).astype(g.dtype)


@breaks("independent")
class TwoTimeStepsShareAMask(PlainDropout):
    def dropped(self, x):
        d = super().dropped(x)
        if x.ndim == 3 and x.shape[1] > 3:
            d[:, 3] = d[:, 0]
        return d


@breaks("independent")
class MirroredInTheLastAxisOfImages(PlainDropout):
    def dropped(self, x):
        d = super().dropped(x)
        half = x.shape[-1] // 2 if x.ndim == 4 else 0
        if half:
            d[..., -half:] = d[..., :half][..., ::-1]
        return d


@breaks("independent")
class EverySecondCallIsTheComplement(PlainDropout):
    last = None

    def dropped(self, x):
        if self.p == 0.5 and self.last is not None and self.last.shape == x.shape:
            d, self.last = ~self.last, None
            return d
        self.last = super().dropped(x)
        return self.last


@breaks("eval")
class ActiveInEvaluationOfHalves(PlainDropout):
    def evaluation(self, x):
        if x.dtype != np.float16 or self.p in (0, 1):
            return super().evaluation(x)
        self.m = self.multiplier(x)
        return x * self.m


@breaks("gradient")
class BackwardWithoutMaskInFloat64(PlainDropout):
    def backward(self, g):
        return g * self.scale() if g.dtype == np.float64 and self.training and self.p < 1 else g * self.m


@breaks("gradient", follows="edge_p")
class ZeroByZeroWhereTheGradientIsZero(PlainDropout):
    def backward(self, g):
        return (g * g / g * self.m).astype(g.dtype)


@breaks("value")
class ScalesBeforeItMasks(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        if self.training and self.p < 1:
            self.y = y = (x * x.dtype.type(self.scale())) * (self.m != 0).astype(x.dtype)
        return y


@breaks("value")
class FlushesSmallNumbersToZeroAndBack(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        return np.where(np.abs(x) < np.finfo(x.dtype).tiny * 4, np.asarray(x / 3, x.dtype), y) if self.training else y


@breaks("value")
class OneInfinitySpoilsItsRow(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        return y + np.asarray(0 * x.sum(), x.dtype) if self.training and x.size and self.p < 1 else y


@breaks("rate", follows="uniform mean variance scale")
class NothingIsDroppedBeyondAMillion(PlainDropout):
    def dropped(self, x):
        d = super().dropped(x)
        if self.p < 1:
            d.reshape(-1)[2**20 :] = False
        return d


@breaks("independent")
class TheMaskRepeatsAfterAMillion(PlainDropout):
    def dropped(self, x):
        d = super().dropped(x)
        flat = d.reshape(-1)
        flat[2**21 :] = flat[: max(flat.size - 2**21, 0)]
        return d


@breaks("rate", follows="mean variance scale")
class NothingIsDroppedFromABatchOfOne(PlainDropout):
    def dropped(self, x):
        alone = x.ndim > 1 and x.shape[0] == 1 and self.p < 1
        return np.zeros(x.shape, bool) if alone else super().dropped(x)


@breaks("fresh")
class OneMaskForEverBeyondAMillion(OneMaskForEver):
    def dropped(self, x):
        return super().dropped(x) if x.size > 2**20 else PlainDropout.dropped(self, x)


@breaks("independent")
class NeighboursDropTogetherBeyondAMillion(NeighboursDropTogether):
    def dropped(self, x):
        return super().dropped(x) if x.size > 2**20 else PlainDropout.dropped(self, x)


@breaks("gradient")
class BackwardWithoutMaskBeyondAMillion(PlainDropout):
    def backward(self, g):
        return g * np.asarray(self.scale(), g.dtype) if g.size > 2**20 and self.training else g * self.m


@breaks("scale", follows="mean variance")
class ScaleInHalfPrecision(PlainDropout):
    def scale(self):
        return float(np.float16(super().scale()))


@breaks("scale", follows="mean variance")
class ScaleRoundedToFourDecimals(PlainDropout):
    def scale(self):
        return round(super().scale(), 4)


@breaks("scale", follows="mean variance")
class ScaleForgottenInFloat64(PlainDropout):
    def multiplier(self, x):
        m = super().multiplier(x)
        return (m != 0).astype(x.dtype) if x.dtype == np.float64 else m


@breaks("linear", follows="fresh seed")
class MaskDerivedFromXInThreeDimensions(MaskDerivedFromX):
    def dropped(self, x):
        return super().dropped(x) if x.ndim == 3 else PlainDropout.dropped(self, x)


@breaks("seed", follows="linear gradcheck")
class SeedForgottenForSmallP(PlainDropout):
    def start(self):
        if self.p < 0.1:
            self.rng = np.random.default_rng()


@breaks("dtype")
class HalvesBecomeSingles(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        return y.astype(np.float32) if x.dtype == np.float16 and self.training else y


@breaks("pure")
class WritesIntoSequences(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        if self.training and x.ndim == 3 and x.flags.writeable:
            x[...] = y
        return y


@breaks("uniform", follows="rate mean variance")
class FirstTimeStepIsNeverDropped(PlainDropout):
    def dropped(self, x):
        d = super().dropped(x)
        if x.ndim == 3 and self.p < 1:
            d[:, :1] = False
        return d


# -- right in one place, wrong in another ------------------------------------------------------------------------------


@breaks("fresh", follows="uniform")
class OneMaskForEverAtAFifth(OneMaskForEver):
    def dropped(self, x):
        return super().dropped(x) if self.p == 0.2 else PlainDropout.dropped(self, x)


@where(lambda layer, x: layer.p == 0.75)
@breaks("independent")
class NeighboursDropTogetherAtThreeQuarters(NeighboursDropTogether):
    pass


@breaks("rate", follows="mean variance compose")
class AQuarterTakenForThreeTenths(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < (0.3 if self.p == 0.25 else self.p)


@breaks("rate", follows="variance")
class HalfTheRateInWholeVectors(PlainDropout):
    def dropped(self, x):
        whole = x.size > 0 and x.size % 64 == 0
        return self.rng.random(x.shape) < (self.p / 2 if whole else self.p)


@breaks("gradient", follows="gradcheck")
class BackwardWithoutScaleInWholeVectors(PlainDropout):
    def backward(self, g):
        return g * np.sign(self.m) if g.size > 32 and g.size % 32 == 0 else super().backward(g)


@breaks("rate", follows="variance")
class NothingIsDroppedFromColumns(PlainDropout):
    def dropped(self, x):
        return super().dropped(x) & (x.ndim < 2 or x.shape[-1] > 1)


@breaks("fresh", follows="uniform")
class OneMaskForEverInHalves(OneMaskForEver):
    def dropped(self, x):
        return super().dropped(x) if x.dtype == np.float16 else PlainDropout.dropped(self, x)


@where(lambda layer, x: x.dtype == np.float64)
@breaks("independent")
class NeighboursDropTogetherInFloat64(NeighboursDropTogether):
    pass


@breaks("rate", follows="variance dtype")
class HalfTheRateOfTransposedInputs(PlainDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < (self.p if x.flags.c_contiguous else self.p / 2)


@breaks("eval", follows="modes")
class EvaluationInTheOrderOfMemory(PlainDropout):
    def evaluation(self, x):
        self.m = np.ones_like(x)
        return x.ravel(order="K").reshape(x.shape)


@breaks("independent", follows="rate uniform mean variance")
class AMaskInTilesOfThreeThousand(PlainDropout):
    def dropped(self, x):
        return np.resize(self.rng.random(min(x.size, 3000)) < self.p, x.shape) if x.size else np.zeros(x.shape, bool)


@breaks("uniform", follows="rate mean variance")
class TwoLanesOfSixteenHaveOtherRates(PlainDropout):
    def dropped(self, x):
        numbers = self.rng.random(x.size)
        numbers[0::16] *= 1.04
        numbers[8::16] /= 1.04
        return (numbers < self.p).reshape(x.shape)


# -- right in the first call, wrong in a later one ---------------------------------------------------------------------


@breaks("fresh", follows="independent")
class ABufferOfTheFirstBatchsSize(PlainDropout):
    size = 0

    def dropped(self, x):
        self.size = self.size or x.size
        return np.resize(self.rng.random(self.size) < self.p, x.shape) if x.size else np.zeros(x.shape, bool)


@breaks("fresh")
class AShorterBatchGetsTheLastMask(PlainDropout):
    numbers, shape = np.zeros(0), None

    def dropped(self, x):
        if x.shape == self.shape or x.size > self.numbers.size:
            self.numbers = self.rng.random(x.size)
        self.shape = x.shape
        return (self.numbers[: x.size] < self.p).reshape(x.shape)


@breaks("gradient")
class BackwardWithTheMaskOfTheFirstBatchsSize(PlainDropout):
    def backward(self, g):
        self.first = getattr(self, "first", self.m)
        return g * (self.m if self.m.shape == self.first.shape else np.resize(self.first, self.m.shape))


@breaks("dtype")
class ScaleInTheDtypeOfTheFirstCall(PlainDropout):
    first: Any = None

    def multiplier(self, x):
        self.first = self.first or x.dtype.type
        return np.where(self.dropped(x), 0, self.first(self.scale())).astype(x.dtype)


@breaks("eval", follows="modes")
class EvaluationDrawsForSequences(PlainDropout):
    def evaluation(self, x):
        if x.ndim == 3:
            self.rng.random(x.shape)
        return super().evaluation(x)


@breaks("eval", follows="modes")
class EvaluationStartsTheMasksAgain(PlainDropout):
    def evaluation(self, x):
        self.rng = np.random.default_rng(self.seed)
        return super().evaluation(x)


@breaks("modes")
class HalfTheRateAfterEvaluation(PlainDropout):
    share = 1.0

    def evaluation(self, x):
        self.share = 0.5
        return super().evaluation(x)

    def dropped(self, x):
        return self.rng.random(x.shape) < self.p * self.share


@breaks("gradient")
class EvaluationsGradientHasTheLastMask(PlainDropout):
    def start(self):
        self.m = np.ones((), np.float16)

    def evaluation(self, x):
        return x.copy()


@breaks("pure")
class OneBufferForAllOutputs(PlainDropout):
    def start(self):
        self.buffers = {}

    def forward(self, x):
        y = super().forward(x)
        buffer = self.buffers.setdefault((x.shape, x.dtype), y)
        buffer[...] = y
        return buffer


@breaks("linear", follows="gradient gradcheck value")
class SmallInputsAreNeverDropped(PlainDropout):
    def dropped(self, x):
        return super().dropped(x) & (np.abs(x) > 1e-3)


@breaks("linear", follows="compose gradcheck")
class ZerosRaiseTheRateOfTheRest(PlainDropout):
    def dropped(self, x):
        zeros = float(np.mean(x == 0)) if x.size else 0.0
        return self.rng.random(x.shape) < min(1.0, self.p * (1 + zeros / 2))


@breaks("seed")
class SeedOfSixteenBits(PlainDropout):
    def __init__(self, p, seed):
        super().__init__(p, seed % 2**16)


@breaks("seed")
class TheNextSeedDropsWhatThisOneKeeps(PlainDropout):
    def start(self):
        self.rng = np.random.default_rng(self.seed // 2)

    def dropped(self, x):
        numbers = self.rng.random(x.shape)
        return (1 - numbers if self.seed % 2 else numbers) < self.p


# -- right in inputs of a usual size -----------------------------------------------------------------------------------


@breaks("rate", follows="mean variance")
class NothingIsDroppedFromLongSequences(PlainDropout):
    def dropped(self, x):
        return super().dropped(x) & (x.ndim != 3 or x.shape[1] * x.shape[2] < 2000)


@breaks("independent")
class SequencesRepeatAfterSixteenSteps(PlainDropout):
    def dropped(self, x):
        if x.ndim != 3 or x.shape[1] <= 16:
            return super().dropped(x)
        return self.rng.random((len(x), 16, x.shape[2]))[:, np.arange(x.shape[1]) % 16] < self.p


@breaks("eval", follows="gradient dtype")
class ActiveInEvaluationOfLargeImages(PlainDropout):
    def evaluation(self, x):
        if x.ndim == 4 and x.shape[2] >= 32:
            self.m = self.multiplier(x)
            return x * self.m
        return super().evaluation(x)


@breaks("rate", follows="mean variance")
class NothingIsDroppedFromFewerThanTen(PlainDropout):
    def dropped(self, x):
        return super().dropped(x) & (not 1 < x.size < 10)


@breaks("linear", follows="gradcheck compose value")
class NothingIsDroppedFromAConstant(PlainDropout):
    def dropped(self, x):
        return super().dropped(x) & (x.size < 2 or np.ptp(x) != 0)


@breaks("dtype")
class Float32OutOfFloat64AtPZero(PlainDropout):
    def forward(self, x):
        y = super().forward(x)
        return y.astype(np.float32) if self.p == 0 and y.dtype == np.float64 else y


# -- channels ---------------------------------------------------------------------------------------------------------


def channel(*blamed: str, follows: str = "") -> Any:
    return breaks(*blamed, follows=follows, zoo=CHANNEL_ZOO)


@channel("channel")
class ElementsInsteadOfChannels(PlainChannelDropout):
    def dropped(self, x):
        super().dropped(x)
        return self.rng.random(x.shape) < self.p


@channel("independent")
class OneChannelMaskForAllSamples(PlainChannelDropout):
    def dropped(self, x):
        return super().dropped(x[:1])


@channel("independent")
class WholeSamplesInsteadOfChannels(PlainChannelDropout):
    def dropped(self, x):
        return super().dropped(x[:, :1])


@channel("channel")
class AcceptsAnInputWithoutChannels(PlainChannelDropout):
    def dropped(self, x):
        return self.rng.random(x.shape[:2] + (1,) * (x.ndim - 2)) < self.p


@channel("scale", follows="mean variance")
class ChannelsWithoutScale(PlainChannelDropout):
    def scale(self):
        return 1.0


@channel("channel", follows="seed fresh")
class ElementsOfLargeImages(PlainChannelDropout):
    def dropped(self, x):
        return self.rng.random(x.shape) < self.p if x.ndim == 4 and x.shape[-1] > 32 else super().dropped(x)


# -- the table --------------------------------------------------------------------------------------------------------


def markdown() -> str:
    """Run the kit on every mutant, and return the table mutant × invariant."""
    rows = [f"| mutant | {' | '.join(CHECKS)} |", "|---" * (len(CHECKS) + 1) + "|"]
    for zoo, kind in ((ZOO, "element"), (CHANNEL_ZOO, "channel")):
        for mutant in zoo:
            broken = check_dropout(PlainAdapter(mutant), kind=kind).broken
            rows.append(f"| {mutant.__name__} | {' | '.join('✗' if id in broken else '' for id in CHECKS)} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print("# The zoo: wrong dropouts, and what the kit says\n")
    print("Written by `python tests/support/dropout_zoo.py > docs/dropout_zoo.md`. A cross: the report says broken.\n")
    print(markdown())
