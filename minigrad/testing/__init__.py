"""Tools for tests, of minigrad and of anything else: contracts for dropout and weight decay, and comparison.

`minigrad.testing.strategies` has the Hypothesis strategies, which need the extra "test".
"""

from .comparison import assert_close
from .dropout import (
    DropoutAdapter,
    DropoutContract,
    DropoutReport,
    FunctionDropout,
    MinigradDropout,
    NothingToExamine,
    TorchDropout,
    adapter_for,
    check_dropout,
    parametrize_with_dropouts,
)
from .weight_decay import (
    MinigradOptimizer,
    TorchOptimizer,
    WeightDecayAdapter,
    WeightDecayContract,
    WeightDecayReport,
    check_weight_decay,
)

__all__ = [
    "DropoutAdapter",
    "DropoutContract",
    "DropoutReport",
    "FunctionDropout",
    "MinigradDropout",
    "MinigradOptimizer",
    "NothingToExamine",
    "TorchDropout",
    "TorchOptimizer",
    "WeightDecayAdapter",
    "WeightDecayContract",
    "WeightDecayReport",
    "adapter_for",
    "assert_close",
    "check_dropout",
    "check_weight_decay",
    "parametrize_with_dropouts",
]
