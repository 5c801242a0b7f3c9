"""The derivative table, activations: the bends between a network's linear layers.

At a kink, the slope is the one that PyTorch takes. What is as fast and as stable as a composition of other entries,
such as SiLU = x · sigmoid(x), is not here but among `minigrad.nn.functional`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.table import exp, where
from .elementwise import clamp_max, sigmoid
from .op import Op

leaky_relu = Op(lambda x, slope: np.where(x > 0, x, x * slope),
                lambda g, y, x, slope: where(x > 0, g, g * slope), inputs="float")


def _elu(x: np.ndarray, alpha: float, scale: float, rate: float) -> np.ndarray:
    return np.where(x > 0, x * scale, np.expm1(np.minimum(x, 0) * rate) * (alpha * scale))


def _elu_slope(x: Any, alpha: float, scale: float, rate: float) -> Any:
    """Return the slope of ELU where x ≤ 0; elsewhere that at 0, so that nothing overflows."""
    return exp(clamp_max(x, bound=0.0) * rate) * (alpha * scale * rate)

# ELU, and with other constants SELU and CELU: x · scale above 0, and α · scale · (exp(x · rate) - 1) below.
elu = Op(_elu, lambda g, y, x, alpha, scale, rate: where(x <= 0, g * _elu_slope(x, alpha, scale, rate), g * scale),
         inputs="float")


def _log1p_exp(x: np.ndarray) -> np.ndarray:
    """Return log(1 + eˣ), the smooth form of max(x, 0), without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _softplus(x: np.ndarray, beta: float, threshold: float) -> np.ndarray:
    z = x * beta
    return np.where(z > threshold, x, _log1p_exp(z) / beta)

softplus = Op(_softplus, lambda g, y, x, beta, threshold: where(x * beta > threshold, g, g * sigmoid(x * beta)),
              inputs="float")

logsigmoid = Op(lambda x: -_log1p_exp(-x), lambda g, y, x: g * sigmoid(-x), inputs="float")

# Unlike clamp's, its slope is 0 on the bounds.
hardtanh = Op(lambda x, low, high: np.clip(x, x.dtype.type(low), x.dtype.type(high)),
              lambda g, y, x, low, high: where((x <= low) | (x >= high), 0.0, g))


def _hardsigmoid(x: np.ndarray) -> np.ndarray:
    return np.clip(x + 3, x.dtype.type(0), x.dtype.type(6)) / 6

hardsigmoid = Op(_hardsigmoid, lambda g, y, x: where((x > -3) & (x < 3), g / 6, 0.0), inputs="float")

hardswish = Op(lambda x: x * _hardsigmoid(x),
               lambda g, y, x: where(x <= -3, 0.0, where(x < 3, g * hardsigmoid(x) + g * x / 6, g)), inputs="float")
