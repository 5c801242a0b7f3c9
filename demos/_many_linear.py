"""Many networks in one: their layers lie side by side, and a product of stacks computes them all."""

from __future__ import annotations

import math

import minigrad as mg
from minigrad import nn


class ManyLinear(nn.Module):
    """As many Linear layers as there are networks, each with its own inputs: y_k = x_k W_kᵀ + b_k, one product."""

    def __init__(self, networks: int, fan_in: int, fan_out: int) -> None:
        super().__init__()
        low = 1 / math.sqrt(fan_in)  # as nn.Linear draws them
        self.weight = nn.Parameter(mg.empty(networks, fan_out, fan_in).uniform_(-low, low))
        self.bias = nn.Parameter(mg.empty(networks, 1, fan_out).uniform_(-low, low))

    def forward(self, x: mg.Tensor) -> mg.Tensor:
        return x @ self.weight.mT + self.bias


def sum_of_losses(answers: mg.Tensor, y: mg.Tensor) -> mg.Tensor:
    """Add up the mean squared errors of all networks, so that each gets the gradient of its own."""
    return ((answers - y) ** 2).mean((-2, -1)).sum()
