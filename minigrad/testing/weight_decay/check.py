"""Is this weight decay right? A contract for any optimizer that claims L2 or decoupled weight decay.

How a claim is examined: the optimizer runs twice with the same gradients, with decay λ and with none. The second run is
the reference that the first can be computed from, with learning rate γ:

    L2:         the first run is what the reference does when it is given g + λ θ for g
    decoupled:  θ ← (1 - γ λ) θ, and then the reference's own change

So the change may depend on all gradients so far, as in SGD, Adam, Lion or Muon, but not on the weights: decoupled decay
of an optimizer that scales its steps by the norm of the weights (LARS, Adafactor) is beyond this contract.
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..report import Report, Result, with_known_failures

Array: TypeAlias = NDArray[Any]
Kind = Literal["l2", "decoupled"]
Verdict = tuple[bool, str]  # whether it holds, and the evidence

LR = 0.05  # γ, and
DECAY = 0.2  # λ: two numbers that no slip can take for each other
STEPS = 12
RUN_TOLERANCE = 1e-5  # what optimizers in float32 need
LAW_TOLERANCE = 2e-3  # the same, relative to a decay of γ λ = 0.01
OTHER_SHAPES: dict[str, list[tuple[int, ...]]] = {
    "vectors": [(6,), (5,)],
    "scalars": [(), ()],
    "vectors of one": [(1,), (1,)],
    "stacks of matrices": [(2, 2, 3), (3, 1, 2)],
    "kernels": [(2, 2, 3, 3), (3, 2, 1, 1)],
    "large matrices": [(257, 520), (1, 1)],
}
OTHER_STRENGTHS = {  # γ, λ, and what the weights are multiplied by
    "lr · λ = 0.4": (0.5, 0.8, 1.0),
    "lr · λ = 1.2": (1.5, 0.8, 1.0),
    "lr · λ = 0.002": (0.5, 0.004, 1.0),
    "weights of a hundred": (LR, DECAY, 64.0),
    "weights of a hundredth": (LR, DECAY, 1 / 64),
}


class WeightDecayAdapter:
    """What the contract has to know of an optimizer: subclass it, and say how to build one and how to take a step.

    `build_groups` and `set_lr` are optional: without them, the checks that need them are skipped.

    Attributes:
        momentum_option: the name of `build`'s option for momentum, if there is one: then decay is examined with
            momentum 0.9, and has to act with momentum 0 too.
        maximize: the optimizer climbs: it takes -g for g, and decays all the same.

    Example:
        >>> class Plain(WeightDecayAdapter):
        ...     def build(self, params, lr, weight_decay):
        ...         return params, lr, weight_decay
        ...     def step(self, optimizer, grads):
        ...         params, lr, decay = optimizer
        ...         for p, g in zip(params, grads):
        ...             if g is not None:
        ...                 p -= lr * (g + decay * p)
        ...         return params
        >>> check_weight_decay(Plain(), kind="l2").ok
        True
    """

    momentum_option: str | None = None
    maximize: bool = False

    def build(self, params: Sequence[Array], lr: float, weight_decay: float, **options: Any) -> Any:
        """Return a fresh optimizer of float64 arrays, which it may write into; with momentum if there is an option."""
        raise NotImplementedError(f"{type(self).__name__} does not say how to build an optimizer")

    def step(self, optimizer: Any, grads: Sequence[Array | None]) -> Sequence[Array]:
        """Take one step with a gradient for each parameter, None for one that has none; return the parameters."""
        raise NotImplementedError(f"{type(self).__name__} does not say how its optimizer takes a step")

    def build_groups(self, params: Sequence[Array], lr: float, weight_decays: Sequence[float], **options: Any) -> Any:
        """Return a fresh optimizer with a group, and a decay, for each parameter."""
        raise NotImplementedError

    def set_lr(self, optimizer: Any, lr: float) -> None:
        """Change the learning rate of all groups."""
        raise NotImplementedError


class _FrameworkOptimizer(WeightDecayAdapter):
    """An adapter of an optimizer class of minigrad or PyTorch: both answer to the same names."""

    framework: str

    def __init__(self, optimizer_class: Callable[..., Any], **options: Any) -> None:
        self.optimizer_class = optimizer_class
        self.options = options
        is_free = "momentum" in inspect.signature(optimizer_class).parameters and "momentum" not in options
        self.momentum_option = "momentum" if is_free else None
        self.maximize = bool(options.get("maximize", False))

    def __repr__(self) -> str:
        options = "".join(f", {name}={value}" for name, value in self.options.items())
        name = getattr(self.optimizer_class, "__name__", repr(self.optimizer_class))
        known = getattr(importlib.import_module(f"{self.framework}.optim"), name, None)
        place = f"{self.framework}.optim." if known is self.optimizer_class else ""
        return f"{type(self).__name__}({place}{name}{options})"

    def build(self, params: Sequence[Array], lr: float, weight_decay: float, **options: Any) -> Any:
        together = [self._tensor(p).requires_grad_() for p in params]
        return self.optimizer_class(together, lr=lr, weight_decay=weight_decay, **{**self.options, **options})

    def build_groups(self, params: Sequence[Array], lr: float, weight_decays: Sequence[float], **options: Any) -> Any:
        groups = [
            {"params": [self._tensor(p).requires_grad_()], "weight_decay": decay}
            for p, decay in zip(params, weight_decays, strict=True)
        ]
        return self.optimizer_class(groups, lr=lr, **{**self.options, **options})

    def step(self, optimizer: Any, grads: Sequence[Array | None]) -> Sequence[Array]:
        params = [p for group in optimizer.param_groups for p in group["params"]]
        for p, grad in zip(params, grads, strict=True):
            p.grad = None if grad is None else self._tensor(grad)
        optimizer.step()
        return [p.detach().numpy() for p in params]

    def set_lr(self, optimizer: Any, lr: float) -> None:
        for group in optimizer.param_groups:
            group["lr"] = lr

    def _tensor(self, array: Array) -> Any:
        return importlib.import_module(self.framework).from_numpy(array.copy())


class MinigradOptimizer(_FrameworkOptimizer):
    """The adapter of minigrad's optimizers.

    Args:
        optimizer_class: takes params, lr and weight_decay.
        **options: handed to it; with a momentum among them, no other is tried.

    Example:
        >>> from minigrad import optim
        >>> check_weight_decay(MinigradOptimizer(optim.AdamW), kind="decoupled").ok
        True
    """

    framework = "minigrad"


class TorchOptimizer(_FrameworkOptimizer):
    """The adapter of PyTorch's optimizers, used as `MinigradOptimizer` is."""

    framework = "torch"


@dataclass(frozen=True)
class WeightDecayReport(Report):
    """What `check_weight_decay` found, as a `Report`; its text form is a table.

    Args:
        kind: the claim: "l2" or "decoupled".
    """

    kind: Kind


def check_weight_decay(
    optimizer_adapter: WeightDecayAdapter, *, kind: Kind, known_failures: Collection[str] = ()
) -> WeightDecayReport:
    """Examine whether an optimizer's weight decay is what it claims to be.

    Args:
        optimizer_adapter: says how to build the optimizer and how to take a step.
        kind: the claim: "l2" (g ← g + λ θ before all else) or "decoupled" (θ ← (1 - γ λ) θ before the update).
        known_failures: ids of invariants that are known to be broken, and do not count; one that holds is "fixed".

    Returns:
        A report on the invariants none, acts, kind, sign, strength, lr, order, zero_gradient, no_gradient, momentum,
        changed_lr, groups, vectors and large. What rests on a broken one is skipped: everything else on none and
        acts, all that is read
        from the law of the decay if it follows none.

    Raises:
        ValueError: kind is neither, or an id in known_failures is unknown.

    Source: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.

    Example:
        >>> from minigrad import optim
        >>> check_weight_decay(MinigradOptimizer(optim.Adam), kind="decoupled").broken
        ['kind']
    """
    if kind not in ("l2", "decoupled"):
        raise ValueError(f"kind must be 'l2' or 'decoupled', but got {kind!r}")
    if unknown := set(known_failures) - MEANINGS.keys():
        raise ValueError(f"check_weight_decay: unknown ids in known_failures: {', '.join(sorted(unknown))}")
    verdicts = dict(_Examination(optimizer_adapter, kind).verdicts())
    results = tuple(_result(id, verdicts.get(id), meaning) for id, meaning in MEANINGS.items())
    return WeightDecayReport(
        f"{_name(optimizer_adapter)} as {kind}", with_known_failures(results, list(known_failures)), kind
    )


MEANINGS = {
    "none": "weight_decay=0 trains without decay",
    "acts": "weight_decay>0 does something",
    "kind": "tuned values of λ carry over from other implementations",
    "sign": "weights shrink, and do not grow",
    "strength": "λ means what the formula says",
    "lr": "decay is in proportion to the learning rate",
    "order": "the update is not decayed along with the weights",
    "zero_gradient": "weights that get a zero gradient decay as well",
    "no_gradient": "frozen and unused parameters keep their values",
    "momentum": "decay does not depend on momentum being on",
    "changed_lr": "a learning-rate schedule schedules the decay",
    "groups": "biases can be spared the decay",
    "vectors": "biases, scalars and kernels decay as matrices do, unless their group says otherwise",
    "large": "a strong decay is not cut, a weak one not left out; large and small weights decay alike",
}
"""The invariants, in the report's order, and what each means for training."""


def _result(id: str, verdict: Verdict | str | None, meaning: str) -> Result:
    if verdict is None:
        return Result(id, "skipped", "what it rests on is broken", meaning)
    if isinstance(verdict, str):
        return Result(id, "skipped", verdict, meaning)
    holds, evidence = verdict
    return Result(id, "held" if holds else "broken", evidence, meaning)


def _name(adapter: WeightDecayAdapter) -> str:
    return type(adapter).__name__ if type(adapter).__repr__ is object.__repr__ else repr(adapter)


# ---- the law that a run follows --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Law:
    """How a run decays: in which way, in which order, and with which part of the right strength at each step."""

    kind: Kind
    after: bool
    ratios: Array

    @property
    def ratio(self) -> float:
        return float(self.ratios.mean())

    @property
    def is_constant(self) -> bool:
        return bool(np.allclose(self.ratios, self.ratio, rtol=LAW_TOLERANCE))

    @property
    def is_off_by_the_lr(self) -> bool:
        """Whether the decay lacks the learning rate, or has it twice, or follows a step size that is not it."""
        return not self.is_constant or any(_is_close(abs(self.ratio), factor) for factor in (LR, 1 / LR))


SLIPS = (1.0, -1.0, LR, 1 / LR, -LR, -1 / LR, 2.0, 0.5, -2.0, -0.5)
"""The strengths of L2 decay that are tried, as a part of the right one: itself, and the usual slips."""

Grads = Sequence[Sequence[Array | None]]  # at each step, for every parameter
Run = list[list[Array]]  # at first and after each step, every parameter


class _Examination:
    """One adapter's runs, and what they say."""

    def __init__(
        self,
        adapter: WeightDecayAdapter,
        kind: Kind,
        shapes: Sequence[tuple[int, ...]] = ((2, 3), (3, 2), (2, 3)),
        lr: float = LR,
        decay: float = DECAY,
        size: float = 1.0,
    ) -> None:
        self.adapter = adapter
        self.kind = kind
        self.lr, self.decay = lr, decay
        self.options = self._with_momentum(0.9)
        rng = np.random.default_rng(0)
        self.start = [size * _signed(rng, shape) for shape in shapes]
        self.grads: Grads = [[_signed(rng, shape) / 2 for shape in shapes] for _ in range(STEPS)]
        self.zeros: Grads = [[np.zeros(shape) for shape in shapes]] * STEPS

    def verdicts(self) -> Iterator[tuple[str, Verdict | str]]:
        """Iterate over the invariants that can be examined; a string says why one is skipped."""
        none = self.none()
        yield "none", none
        if not none[0]:
            return
        acts = self.acts(self.options)
        yield "acts", acts
        if not acts[0]:
            return
        law = self.law()
        yield from self.readings(law)
        yield "zero_gradient", self.zero_gradient()
        yield "no_gradient", _unless_missing(self.no_gradient, "the adapter takes no gradient of None")
        yield "momentum", self.momentum()
        yield "groups", _unless_missing(self.groups, "the adapter has no build_groups")
        if law is not None and not law.is_off_by_the_lr:
            yield "changed_lr", _unless_missing(lambda: self.changed_lr(law), "the adapter has no set_lr")
            if _is_close(law.ratio, 1) and not law.after and law.kind == self.kind:
                yield "vectors", self.other_shapes()
                yield "large", self.other_strengths()

    # -- runs

    def _with_momentum(self, momentum: float) -> dict[str, Any]:
        return {} if self.adapter.momentum_option is None else {self.adapter.momentum_option: momentum}

    def run(self, decay: float, grads: Grads, lrs: Sequence[float] | None = None, *, penalty: float = 0.0) -> Run:
        """Run with this decay, as `drive` does."""
        return self.drive(self.build(decay, self.options), grads, lrs, penalty)

    def build(self, decay: float, options: dict[str, Any]) -> Any:
        return self.adapter.build(_copied(self.start), self.lr, decay, **options)

    def drive(self, optimizer: Any, grads: Grads, lrs: Sequence[float] | None = None, penalty: float = 0.0) -> Run:
        """Take a step with each of the gradients, plus that of penalty/2 ‖θ‖²; one learning rate unless given."""
        run = [_copied(self.start)]
        for i, given in enumerate(grads):
            if lrs is not None:
                self.adapter.set_lr(optimizer, lrs[i])
            sign = -1 if self.adapter.maximize else 1
            penalised = [None if g is None else g + sign * penalty * p for g, p in zip(given, run[-1], strict=True)]
            run.append(_copied(self.adapter.step(optimizer, penalised)))
        return run

    # -- the law

    def law(self, lrs: Sequence[float] | None = None) -> _Law | None:
        """Return the law that a run with decay follows, the claimed one first; None if it follows neither."""
        run, reference = self.run(self.decay, self.grads, lrs), self.run(0.0, self.grads, lrs)
        decoupled = _decoupled_law(run, reference, np.array(lrs or [self.lr] * STEPS) * self.decay)
        if decoupled and self.kind == "decoupled":
            return decoupled
        return self._l2_law(run, reference, lrs) or decoupled

    def _l2_law(self, run: Run, reference: Run, lrs: Sequence[float] | None) -> _Law | None:
        """Return the L2 law of a run, if it is a reference's with penalty."""
        first_shift = _flat(reference[1:2]) - _flat(run[1:2])  # γ c λ θ, but for optimizers that rescale gradients
        estimate = _least_squares(first_shift, _flat(run[:1]))[0] / (self.lr * self.decay)
        for ratio in (*SLIPS, float(estimate)):
            if _agree(run, self.run(0.0, self.grads, lrs, penalty=ratio * self.decay)):
                return _Law("l2", False, np.full(STEPS, ratio))
        return None

    def readings(self, law: _Law | None) -> Iterator[tuple[str, Verdict | str]]:
        """Iterate over what the law says on its own."""
        if law is None and self.depends_on_the_weights():
            yield (
                "kind",
                "beyond the contract: the update depends on the weights themselves, so no reference tells the decay",
            )
            return
        if law is None:
            yield "kind", (False, "the run is neither that of decoupled decay nor that of L2, of any strength tried")
            return
        yield "kind", (law.kind == self.kind, f"the run is that of {law.kind} decay")
        times = f"the decay is {law.ratio:.3g} times the right one"
        yield "sign", (law.ratio > 0, times)
        if law.is_off_by_the_lr:
            varies = f"the decay is {law.ratios[0]:.3g} times the right one at first, {law.ratios[-1]:.3g} at last"
            yield "lr", (False, f"{times}, and lr is {LR}" if law.is_constant else varies)
        else:
            yield "lr", (True, "the decay is in proportion to lr")
            yield "strength", (_is_close(abs(law.ratio), 1), times)
        yield "order", (not law.after, f"the decay comes {'after' if law.after else 'before'} the update")

    # -- what needs runs of its own

    def none(self) -> Verdict:
        run = self.run(0.0, self.zeros)
        moved = max(_gap(params, run[0]) for params in run)
        return moved == 0, f"with no decay and zero gradients, the largest change is {moved:.3g}"

    def acts(self, options: dict[str, Any]) -> Verdict:
        with_decay, without = (self.drive(self.build(decay, options), self.grads) for decay in (self.decay, 0.0))
        gap = _gap(with_decay[-1], without[-1])
        return gap > 1e-5, f"after {STEPS} steps, the decay has changed a weight by {gap:.3g}"

    def momentum(self) -> Verdict | str:
        if self.adapter.momentum_option is None:
            return "the adapter names no option for momentum"
        holds, evidence = self.acts(self._with_momentum(0.0))
        return holds, f"with momentum 0: {evidence}"

    def zero_gradient(self) -> Verdict:
        first, *_, second = self.run(self.decay, self.zeros)
        still = sum(int((a == b).sum()) for a, b in zip(first, second, strict=True))
        return still == 0, f"{still} of {sum(p.size for p in first)} weights with a zero gradient stay what they are"

    def no_gradient(self) -> Verdict:
        run = self.run(self.decay, [[grads[0], *(None for _ in grads[1:])] for grads in self.grads])
        moved = _gap(run[-1][1:], run[0][1:])
        return moved == 0, f"the largest change of a parameter without gradient is {moved:.3g}"

    def groups(self) -> Verdict:
        """Compare groups of two decays, in both orders, with runs of one decay."""
        with_decay, without = self.run(self.decay, self.grads)[-1], self.run(0.0, self.grads)[-1]
        runs = {self.decay: with_decay, 0.0: without}
        for place in range(len(self.start)):
            decays = [self.decay if i == place else 0.0 for i in range(len(self.start))]
            optimizer = self.adapter.build_groups(_copied(self.start), self.lr, decays, **self.options)
            expected = [runs[decay][i] for i, decay in enumerate(decays)]
            if not _agree(self.drive(optimizer, self.grads)[-1:], [expected]):
                return False, f"groups with decays {decays} do not do what each does alone"
        return True, f"{len(self.start)} groups, one with a decay, do what each does alone"

    def other_shapes(self) -> Verdict | str:
        """Compare large parameters, and ones of no, one, three and four dimensions, with small matrices."""
        verdicts = {name: self.like_the_usual(name, shapes) for name, shapes in OTHER_SHAPES.items()}
        return _all_hold(verdicts, "the decay is that of matrices")

    def other_strengths(self) -> Verdict | str:
        """Compare a strong decay, a weak one, and that of large and small weights, with the usual one."""
        shapes = [(2, 3), (3, 2)]
        verdicts = {name: self.like_the_usual(name, shapes, *of_run) for name, of_run in OTHER_STRENGTHS.items()}
        return _all_hold(verdicts, "the decay is the right one")

    def like_the_usual(self, name: str, shapes: Sequence[tuple[int, ...]], *of_run: float) -> Verdict | str:
        """Compare the law of other parameters, rates and decays with that of the usual ones."""
        other = _Examination(self.adapter, self.kind, shapes, *of_run)
        try:
            law = other.law()
        except (ValueError, TypeError, RuntimeError) as refusal:
            return f"{name} are refused ({refusal})"
        if law is None:
            return False, f"{name}: the run follows no law"
        right = law.kind == self.kind and law.is_constant and _is_close(law.ratio, 1)
        return right, f"{name}: the decay is {law.ratio:.3g} times the right one"

    def depends_on_the_weights(self) -> bool:
        """Whether the same gradients change other weights otherwise, without any decay."""
        usual = self.run(0.0, self.grads)
        other = _Examination(self.adapter, self.kind)
        other.start = [2 * p for p in self.start]
        changed = other.run(0.0, self.grads)
        return not np.allclose(
            _flat(usual[-1:]) - _flat(usual[:1]), _flat(changed[-1:]) - _flat(changed[:1]), rtol=1e-3, atol=1e-5
        )

    def changed_lr(self, law: _Law) -> Verdict:
        """Compare the law of a run whose learning rate changes with that of one whose rate does not."""
        changed = self.law([LR] * (STEPS // 2) + [LR / 4] * (STEPS - STEPS // 2))
        if changed is None:
            return False, "when lr becomes lr/4, the decay follows no law any more"
        follows = np.allclose(changed.ratios, law.ratios, rtol=0.02)  # two decays at a step are not quite twice one
        return bool(follows), f"when lr becomes lr/4, the decay is {changed.ratios[-1]:.3g} times the right one"


def _all_hold(verdicts: dict[str, Verdict | str], held: str) -> Verdict | str:
    """Return the first verdict that does not hold, or that all do; a refusal if there is no verdict."""
    judged = {name: verdict for name, verdict in verdicts.items() if not isinstance(verdict, str)}
    if not judged:
        return str(next(iter(verdicts.values())))
    broken = [verdict for verdict in judged.values() if not verdict[0]]
    return broken[0] if broken else (True, f"{', '.join(judged)}: {held}")


def _unless_missing(check: Callable[[], Verdict], reason: str) -> Verdict | str:
    try:
        return check()
    except NotImplementedError:
        return reason


def _signed(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Draw values between 0.5 and 2, of either sign, that any floating-point type can hold."""
    return np.asarray(rng.choice([-1, 1], shape) * rng.integers(32, 128, shape) / 64)


def _copied(params: Sequence[Array]) -> list[Array]:
    return [np.array(p, dtype=np.float64) for p in params]


def _gap(params: Sequence[Array], others: Sequence[Array]) -> float:
    """Return the largest difference between two states of the parameters."""
    return max(float(np.abs(p - q).max()) for p, q in zip(params, others, strict=True))


def _agree(run: Run, other: Run) -> bool:
    return bool(np.allclose(_flat(run), _flat(other), rtol=RUN_TOLERANCE, atol=RUN_TOLERANCE))


def _is_close(ratio: float, expected: float) -> bool:
    return bool(np.isclose(ratio, expected, rtol=LAW_TOLERANCE))


def _decoupled_law(run: Run, reference: Run, expected: Array) -> _Law | None:
    """Return the decoupled law of a run, if every step shrinks all weights by one factor, before or after the update.

    Before: θ' = (1 - c) θ + Δ. After: θ' = (1 - c) (θ + Δ). Δ is the change of the reference at this step, c is
    expected
    to be γ λ. A step in which nothing happens, the reference included (the first of ADOPT), tells nothing.
    """
    old, new, change = _flat(run[:-1]), _flat(run[1:]), _flat(reference[1:]) - _flat(reference[:-1])
    happens = ((new != old) | (change != 0)).any(axis=1)
    shrunk = old + change - new
    for after, decayed in ((False, old), (True, old + change)):
        factors = _least_squares(shrunk, decayed)
        if np.allclose(shrunk, factors[:, None] * decayed, rtol=LAW_TOLERANCE, atol=RUN_TOLERANCE):
            ratios = factors / expected
            return _Law("decoupled", after, np.where(happens, ratios, ratios[happens].mean()))
    return None


def _least_squares(y: Array, x: Array) -> Array:
    """Return for each row the c of y = c x; an element's own ratio would be blurred by rounding."""
    return np.asarray((y * x).sum(1) / (x * x).sum(1))


def _flat(run: Run) -> Array:
    """Return a row for each step, with all parameters in it."""
    return np.array([np.concatenate([p.ravel() for p in params]) for params in run])
