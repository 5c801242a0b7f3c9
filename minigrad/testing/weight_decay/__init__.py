"""Is this weight decay right? A contract for any optimizer that claims L2 or decoupled weight decay.

`check` has the adapters and what is examined, `contract` the same as a test class.
"""

from .check import (
    MEANINGS,
    Kind,
    MinigradOptimizer,
    TorchOptimizer,
    WeightDecayAdapter,
    WeightDecayReport,
    check_weight_decay,
)
from .contract import WeightDecayContract

__all__ = [
    "MEANINGS",
    "Kind",
    "MinigradOptimizer",
    "TorchOptimizer",
    "WeightDecayAdapter",
    "WeightDecayContract",
    "WeightDecayReport",
    "check_weight_decay",
]
