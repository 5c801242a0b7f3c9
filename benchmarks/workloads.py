"""The training steps that are timed, and what all peers begin with: data, weights, and masks for the proof."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Workload:
    """A network with ReLU (and dropout) between its linear layers, a batch, a loss and an optimizer; all in float32."""

    name: str
    batch: int
    sizes: tuple[int, ...]
    drop: tuple[float, ...]  # the probability to drop, after each hidden layer
    loss: str  # "mse" or "cross_entropy"
    optimizer: str  # "Adam", "AdamW" or "SGD"
    options: dict[str, float] = field(hash=False)
    seed: int = 1  # of the first weights

    def __str__(self) -> str:
        network = "-".join(map(str, self.sizes))
        dropout = ", dropout " + "/".join(f"{p:g}" for p in self.drop) if any(self.drop) else ""
        options = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in self.options.items())
        return f"{self.batch}×({network}){dropout}, {self.loss.replace('_', '-')}, {self.optimizer} ({options})"

    def data(self) -> tuple[Array, Array]:
        """Return a batch and its targets."""
        rng = np.random.default_rng(0)
        x = rng.standard_normal((self.batch, self.sizes[0]), np.float32)
        if self.loss == "cross_entropy":
            return x, rng.integers(0, self.sizes[-1], self.batch)
        return x, rng.standard_normal((self.batch, self.sizes[-1]), np.float32)

    def weights(self) -> list[tuple[Array, Array]]:
        """Return the first weights (out, in) and biases (out,) of every layer, uniform in ±1/√in."""
        rng = np.random.default_rng(self.seed)
        layers = []
        for n_in, n_out in itertools.pairwise(self.sizes):
            values = (2 * rng.random((n_out, n_in + 1), np.float32) - 1) / np.float32(math.sqrt(n_in))
            layers.append((values[:, :-1].copy(), values[:, -1].copy()))  # each in memory of its own
        return layers

    def masks(self) -> Iterator[Array]:
        """Yield what is kept, as booleans, dropout by dropout and step by step."""
        rng = np.random.default_rng(2)
        while True:
            for p, n in zip(self.drop, self.sizes[1:], strict=False):
                if p:
                    yield rng.random((self.batch, n)) >= p


T1 = Workload("T1", 20, (1, 300, 300, 1), (0.0, 0.0), "mse", "Adam", {"lr": 0.01})
T2 = Workload("T2", 20, (1, 300, 300, 1), (0.5, 0.5), "mse", "Adam", {"lr": 0.01})
T3 = Workload(
    "T3", 10, (1, 200, 200, 200, 1), (0.0, 0.0, 0.0), "mse", "SGD", {"lr": 0.01, "momentum": 0.9, "weight_decay": 0.01}
)
T4 = Workload("T4", 256, (784, 256, 256, 10), (0.2, 0.5), "cross_entropy", "SGD", {"lr": 0.5})
T5 = Workload("T5", 256, (784, 1024, 1024, 1024, 10), (0.5, 0.5, 0.5), "cross_entropy", "Adam", {"lr": 0.001})
T6 = Workload("T6", 32, (16, 48, 48, 4), (0.5, 0.5), "cross_entropy", "AdamW", {"lr": 0.001, "weight_decay": 0.01})

TRAINING_STEPS = [T1, T2, T3, T4, T5]
TINY_STEP = T6  # where Python takes most of the time; not part of the means
