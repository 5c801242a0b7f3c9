"""Dropouts for the clinic: right ones, and wrong ones of which every one is one line away from right."""

from __future__ import annotations

from dataclasses import dataclass

LAYER = '''\
import numpy as np


class MyDropout:
    """Dropout on NumPy: forward and backward written by hand."""

    def __init__(self, p, seed):
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p
        self.rng = np.random.default_rng(seed)

    def forward(self, x, training):
        if not training:
            self.m = np.ones_like(x)
            return x.copy()
        kept = self.rng.random(x.shape) >= self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        self.m = (kept * scale).astype(x.dtype)
        return x * self.m

    def backward(self, grad_output):
        return grad_output * self.m
'''

MODULE = '''\
import minigrad as torch
from minigrad import nn


class MyDropout(nn.Module):
    """Dropout as a module: autograd writes the backward pass."""

    def __init__(self, p=0.5, generator=None):
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p must lie in [0, 1], got {p}")
        self.p = p
        self.generator = generator

    def forward(self, x):
        if not self.training:
            return x
        kept = torch.rand(x.shape, generator=self.generator) >= self.p
        scale = 1 / (1 - self.p) if self.p < 1 else 0.0
        return x * (kept * scale)
'''

LIBRARY = '''\
from minigrad import nn


class MyDropout(nn.Dropout):
    """minigrad's own, to see what a right one looks like to the kit."""
'''

RIGHT = {"layer": LAYER, "module": MODULE, "library": LIBRARY}


@dataclass(frozen=True)
class Mistake:
    """A wrong line in the place of a right one of `LAYER`.

    Attributes:
        name: of the mistake; the page has words for it.
        right, wrong: the lines.
        breaks: the promise that the mistake is about.
        follows: promises that are broken with it.
    """

    name: str
    right: str
    wrong: str
    breaks: str
    follows: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The whole program with the mistake in it."""
        return LAYER.replace(self.right, self.wrong)


MASK = "kept = self.rng.random(x.shape) >= self.p"
SCALE = "scale = 1 / (1 - self.p) if self.p < 1 else 0.0"
BACKWARD = "return grad_output * self.m"

MISTAKES = (
    Mistake("no_scale", SCALE, "scale = 1.0", "scale", ("mean", "variance")),
    Mistake("p_keeps", MASK, "kept = self.rng.random(x.shape) < self.p", "rate", ("mean", "variance", "edge_p")),
    Mistake("backward_identity", BACKWARD, "return grad_output", "gradient", ("edge_p", "gradcheck")),
    Mistake("scaled_in_evaluation", "return x.copy()", "return x * (1 - self.p)", "eval"),
    Mistake(
        "one_mask_per_batch",
        MASK,
        "kept = np.broadcast_to(self.rng.random(x.shape[-1:]) >= self.p, x.shape)",
        "independent",
        ("gradient",),
    ),
    Mistake(
        "one_mask_for_ever",
        MASK,
        "kept = np.random.default_rng(7).random(x.shape) >= self.p",
        "fresh",
        ("rate", "variance"),
    ),
    Mistake(
        "backward_new_mask",
        BACKWARD,
        "return grad_output * (self.rng.random(self.m.shape) >= self.p) / max(1 - self.p, 1e-9)",
        "gradient",
        ("gradcheck",),
    ),
    Mistake("writes_input", "return x * self.m\n", "x *= self.m\n        return x.copy()\n", "pure", ("dtype",)),
    Mistake("float64", "self.m = (kept * scale).astype(x.dtype)", "self.m = kept * scale", "dtype"),
    Mistake("nan_at_one", SCALE, "scale = np.float64(1) / (1 - self.p)", "edge_p"),
    Mistake("accepts_any_p", "if not 0 <= p <= 1:", "if p < 0:", "bad_p"),
    Mistake(
        "gaussian",
        MASK,
        "kept = 1 - self.p + np.sqrt(self.p * (1 - self.p)) * self.rng.normal(size=x.shape)",
        "value",
    ),
    Mistake("global_generator", MASK, "kept = np.random.random(x.shape) >= self.p", "seed"),
    Mistake(
        "large_dropped_more", MASK, "kept = self.rng.random(x.shape) >= self.p * (1 + (abs(x) > 1)) / 2", "linear"
    ),
    Mistake(
        "exactly_k",
        MASK,
        "kept = self.rng.permutation(x.size).reshape(x.shape) >= round(self.p * x.size)",
        "independent",
    ),
    Mistake("backward_no_scale", BACKWARD, "return grad_output * (self.m != 0)", "gradient", ("gradcheck",)),
)
