"""Find the bug: wrong dropouts, optimizers and rules, each a few characters from right, and the kits that judge them.

``python -m book bug`` lists them, ``python -m book bug 3`` shows one, and ``python -m book bug 3 scale`` judges your
answer: the name of the invariant that it breaks. Mistakes of this kind were found in public frameworks.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from minigrad.testing import DropoutAdapter, WeightDecayAdapter, check_dropout, check_weight_decay

from .invariants import DROPOUT, RULE, WEIGHT_DECAY
from .judging import Fault, gradcheck
from .so_far import chapter
from .words import Phrase

Array = np.ndarray
Evidence = dict[str, str | Phrase]  # of each invariant that is broken
Op = chapter(2).Op


class RightDropout:
    """A right dropout on NumPy; the wrong ones override a method."""

    def __init__(self, p: float, seed: int) -> None:
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p
        self.rng = np.random.default_rng(seed)

    def mask(self, x: Array) -> Array:
        """Return the multiplier of each element."""
        kept = self.rng.random(x.shape) >= self.p
        return np.where(kept, 1 / (1 - self.p) if self.p < 1 else 0.0, 0.0).astype(x.dtype)

    def forward(self, x: Array, training: bool) -> Array:
        """Return the output."""
        self.m = self.mask(x) if training else np.ones_like(x)
        return x * self.m

    def backward(self, g: Array) -> Array:
        """Return the gradient of the input."""
        return g * self.m


class Dropout1(RightDropout):
    def mask(self, x):
        kept = self.rng.random(x.shape) >= self.p
        return np.where(kept, 1 / max(self.p, 1e-9), 0.0).astype(x.dtype)


class Dropout2(RightDropout):
    def backward(self, g):
        return g * self.mask(g)


class Dropout3(RightDropout):
    def forward(self, x, training):
        self.m = self.mask(x) if training else np.full_like(x, 1 - self.p)
        return x * self.m


class Dropout4(RightDropout):
    def mask(self, x):
        self.rng = np.random.default_rng(0)
        return super().mask(x)


class Dropout5(RightDropout):
    def mask(self, x):
        kept = self.rng.random(x.shape) >= self.p
        if 0 < self.p < 1 and x.size:
            return (kept * (x.size / max(kept.sum(), 1))).astype(x.dtype)
        return kept.astype(x.dtype)


class Dropout6(RightDropout):
    def mask(self, x):
        kept = self.rng.random(x.shape) >= self.p * (x > 0)
        return np.where(kept, 1 / (1 - self.p) if self.p < 1 else 0.0, 0.0).astype(x.dtype)


class RightSGD:
    """A right SGD with an L2 penalty on NumPy; the wrong ones override `step`."""

    def __init__(self, lr: float, weight_decay: float) -> None:
        self.lr, self.weight_decay = lr, weight_decay

    def step(self, theta: Array, g: Array | None) -> Array:
        """Return the new weights."""
        return theta if g is None else theta - self.lr * (g + self.weight_decay * theta)


class Optimizer7(RightSGD):
    def step(self, theta, g):
        return theta if g is None else theta - self.lr * (g - self.weight_decay * theta)


class Optimizer8(RightSGD):
    def step(self, theta, g):
        g = np.zeros_like(theta) if g is None else g
        return theta - self.lr * (g + self.weight_decay * theta)


class Optimizer9(RightSGD):
    def step(self, theta, g):
        return theta if g is None else theta - self.lr * g - self.weight_decay * theta


class Rule10:
    """y = softmax(x)."""

    @staticmethod
    def forward(x):
        e = np.exp(x - x.max(axis=-1, keepdims=True))
        return e / e.sum(axis=-1, keepdims=True)

    @staticmethod
    def rule(g, y, x):
        return g * y * (1 - y)


class Rule11:
    """The norm of each row: the square root of the sum of x * x."""

    @staticmethod
    def forward(x):
        return np.sqrt((x * x).sum(axis=-1, keepdims=True))

    @staticmethod
    def rule(g, y, x):
        return g * x / y


# ---- the judges ------------------------------------------------------------------------------------------------------


class PlainAdapter(DropoutAdapter):
    """Drives a dropout of this file."""

    def __init__(self, layer_class: type[RightDropout]) -> None:
        self.layer_class = layer_class

    def build(self, p: float, seed: int) -> RightDropout:
        """Return a layer."""
        return self.layer_class(p, seed)

    def run(self, layer: Any, x: Array, grad_output: Array | None = None, *, training: bool = True) -> Any:
        """Run it forward and backward."""
        y = layer.forward(x, training)
        return y, None if grad_output is None else layer.backward(grad_output)


class PlainOptimizer(WeightDecayAdapter):
    """Drives an optimizer of this file."""

    def __init__(self, optimizer_class: type[RightSGD]) -> None:
        self.optimizer_class = optimizer_class

    def build(self, params: Any, lr: float, weight_decay: float, **options: Any) -> Any:
        """Return an optimizer and the weights."""
        return [self.optimizer_class(lr, weight_decay), list(params)]

    def step(self, optimizer: Any, grads: Any) -> Any:
        """Take a step."""
        sgd, params = optimizer
        optimizer[1] = [sgd.step(theta, g) for theta, g in zip(params, grads, strict=True)]
        return optimizer[1]

    def set_lr(self, optimizer: Any, lr: float) -> None:
        """Change the learning rate."""
        optimizer[0].lr = lr


DROPOUT_IDS = ("value", "scale", "rate", "eval", "gradient", "linear", "fresh", "independent")


def judge_dropout(layer_class: type[RightDropout]) -> Evidence:
    """Return what the kit finds broken, with its evidence."""
    report = check_dropout(
        PlainAdapter(layer_class), only=DROPOUT_IDS, p=[0.2, 0.7], shapes=[(7, 9)], dtypes=["float32"]
    )
    return {result.id: result.evidence for result in report.results if result.status == "broken"}


def judge_optimizer(optimizer_class: type[RightSGD]) -> Evidence:
    """Return what the contract for weight decay finds broken, with its evidence."""
    report = check_weight_decay(PlainOptimizer(optimizer_class), kind="l2")
    return {result.id: result.evidence for result in report.results if result.status == "broken"}


def judge_rule(entry: Any) -> Evidence:
    """Return what differences, and a row of zeros, find broken."""
    op = Op(entry.forward, entry.rule)
    broken: Evidence = {}
    try:
        gradcheck(op, [np.random.default_rng(1).normal(size=(2, 3))])
    except Fault as fault:
        broken["gradcheck"] = fault.sentence
    with np.errstate(all="ignore"):
        zeros = np.zeros((1, 3))
        grad = op.rules[0](np.ones_like(op(zeros)), op(zeros), zeros)
    if not np.isfinite(grad).all():
        broken["finite"] = Phrase("for a row of zeros the gradient is {grad}", grad=grad[0])
    return broken


@dataclass
class Bug:
    """Something wrong: its kind, the code, the right code, what judges it, and the invariants to choose from."""

    kind: Phrase
    code: Any
    right: Any
    judge: Callable[[Any], Evidence]
    invariants: Mapping[str, Phrase]

    def source(self) -> str:
        """Return what is shown: the right one, and the wrong one."""
        parts = [inspect.getsource(part) for part in (self.right, self.code) if part is not None]
        return "\n\n".join(parts)


def dropout_bug(code: Any) -> Bug:
    """Return a wrong dropout."""
    return Bug(Phrase("dropout"), code, RightDropout, judge_dropout, {id: DROPOUT[id] for id in DROPOUT_IDS})


def optimizer_bug(code: Any) -> Bug:
    """Return a wrong optimizer."""
    return Bug(Phrase("optimizer"), code, RightSGD, judge_optimizer, WEIGHT_DECAY)


def rule_bug(code: Any) -> Bug:
    """Return a wrong rule."""
    return Bug(Phrase("rule"), code, None, judge_rule, RULE)


WRONG = {
    dropout_bug: (Dropout1, Dropout2, Dropout3, Dropout4, Dropout5, Dropout6),
    optimizer_bug: (Optimizer7, Optimizer8, Optimizer9),
    rule_bug: (Rule10, Rule11),
}
BUGS: dict[int, Bug] = dict(enumerate((made(code) for made, codes in WRONG.items() for code in codes), 1))


def verdict_on(number: int, answer: str) -> tuple[bool, Phrase]:
    """Return whether an answer names an invariant that the kit finds broken, and the kit's sentence."""
    broken = BUGS[number].judge(BUGS[number].code)
    if answer not in broken:
        return False, Phrase("No: {answer} holds. Something else is broken; look again.", answer=answer)
    verdict = Phrase("Yes. The verdict on {answer}: {evidence}.", answer=answer, evidence=broken[answer])
    if others := ", ".join(id for id in broken if id != answer):
        return True, Phrase("{verdict} It also breaks {others}.", verdict=verdict, others=others)
    return True, verdict
