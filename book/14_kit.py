"""Chapter 14: is it right? Break it, and the kit convicts it."""

from __future__ import annotations

import numpy as np
from so_far import chapter

from minigrad.testing import DropoutAdapter, check_dropout

nn, dropping, randomness = chapter(8), chapter(12), chapter(13)
random, Tensor, Dropout = nn.random, nn.Tensor, dropping.Dropout


# ---- try it ----


class Adapter(DropoutAdapter):
    def __init__(self, layer_class):
        self.layer_class = layer_class

    def build(self, p, seed):
        return self.layer_class(p), randomness.Source(seed)

    def run(self, layer, x, grad_output=None, *, training=True):
        dropout, random.default = layer
        x = Tensor(x, requires_grad=True)
        y = dropout.train(training)(x)
        if grad_output is None:
            return y.array, None
        y.backward(Tensor(grad_output))
        return y.array, x.grad.array


SOME = ("value", "scale", "rate", "eval", "bad_p", "gradient", "fresh")


def examine(layer_class):
    report = check_dropout(Adapter(layer_class), only=SOME, p=[0.2, 0.7], shapes=[(4, 5)], dtypes=["float32"])
    for result in report.results:
        if result.status == "broken":
            print(f"    {result.id}: {result.evidence.partition(';')[0].replace('·', ' * ')}")
    print(f"{layer_class.__name__}: {'broken' if report.broken else 'acquitted'}")


examine(Dropout)


class CheckedDropout(Dropout):
    def __init__(self, p=0.5):
        if not 0 <= p <= 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        super().__init__(p)


examine(CheckedDropout)


class DividesByP(CheckedDropout):
    def forward(self, x):
        if not self.training:
            return x
        kept, _ = random.default.keep_mask(x.shape, self.p)
        return x * (kept / np.float32(self.p or 1)).astype(x.array.dtype)


class SwapsKeepAndDrop(CheckedDropout):
    def forward(self, x):
        return dropping.dropout(x, 1 - self.p) if self.training else x


class DropsInEvaluation(CheckedDropout):
    def forward(self, x):
        return dropping.dropout(x, self.p)


class SameMaskAgain(CheckedDropout):
    def forward(self, x):
        return dropping.dropout(x, self.p, source=randomness.Source(0)) if self.training else x


class ForgetsTheMask(CheckedDropout):
    def forward(self, x):
        if not self.training:
            return x
        return x + (dropping.dropout(x, self.p).array - x.array)  # the right values, but as a constant


for mutant in (DividesByP, SwapsKeepAndDrop, DropsInEvaluation, SameMaskAgain, ForgetsTheMask):
    print()
    examine(mutant)
