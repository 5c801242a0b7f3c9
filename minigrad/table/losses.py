"""The derivative table, losses: those whose slope is simpler, or more stable, than the chain of their parts'."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..core.table import log
from .elementwise import clamp_max, clamp_min, log1p
from .op import Op

LEAST_LOG = -100.0  # what PyTorch takes for log 0, so that a loss stays finite
LEAST_VARIANCE = 1e-12  # what it takes for p (1 - p) at 0 and 1, so that a slope does


def _clamped_logs(p: Any) -> tuple[Any, Any]:
    """Return log p and log(1 - p)."""
    with np.errstate(divide="ignore"):
        return clamp_min(log(p), bound=LEAST_LOG), clamp_min(log1p(-p), bound=LEAST_LOG)


def _binary_cross_entropy(p: np.ndarray, target: np.ndarray) -> np.ndarray:
    log_p, log_rest = _clamped_logs(p)
    return (target - 1) * log_rest - target * log_p


def _log_odds(p: Any) -> Any:
    log_p, log_rest = _clamped_logs(p)
    return log_p - log_rest

binary_cross_entropy = Op(
    _binary_cross_entropy,
    lambda g, y, p, target: g * (p - target) / clamp_min(p * (1 - p), bound=LEAST_VARIANCE),
    lambda g, y, p, target: -g * _log_odds(p),
    inputs="float",
)


def _huber(x: np.ndarray, y: np.ndarray, delta: float) -> np.ndarray:
    size = np.abs(x - y)
    return np.where(size <= delta, size * size * 0.5, (size - delta * 0.5) * delta)


def _clipped(difference: Any, delta: float) -> Any:
    return clamp_max(clamp_min(difference, bound=-delta), bound=delta)

# Quadratic up to an error of delta, linear beyond.
huber = Op(_huber, lambda g, z, x, y, delta: g * _clipped(x - y, delta),
                   lambda g, z, x, y, delta: g * _clipped(y - x, delta))
