"""Is this dropout right? Point the kit at any dropout, and read which promise it breaks.

Where to start reading: `adapters` and `drivers`, how the kit drives a dropout; `plan`, what it looks at; `exact`, the
checks that need no statistics, and `several_calls`, what they ask of a layer's later calls; `statistical` and
`dependence`, those that do; `check`, which runs them; `contract`, the same as a test class.
"""

from .adapters import DropoutAdapter, FunctionDropout, MinigradDropout
from .check import CHECKS, check_dropout
from .contract import DropoutContract, parametrize_with_dropouts
from .drivers import (
    ArrayFunctionDropout,
    ArrayLayerDropout,
    EquinoxDropout,
    JaxFunctionDropout,
    KerasDropout,
    LinenDropout,
    NnxDropout,
    TorchDropout,
    TorchFunctionDropout,
    adapter_for,
)
from .plan import Case
from .report import DropoutReport, NothingToExamine

__all__ = [
    "CHECKS",
    "ArrayFunctionDropout",
    "ArrayLayerDropout",
    "Case",
    "DropoutAdapter",
    "DropoutContract",
    "DropoutReport",
    "EquinoxDropout",
    "FunctionDropout",
    "JaxFunctionDropout",
    "KerasDropout",
    "LinenDropout",
    "MinigradDropout",
    "NnxDropout",
    "NothingToExamine",
    "TorchDropout",
    "TorchFunctionDropout",
    "adapter_for",
    "check_dropout",
    "parametrize_with_dropouts",
]
