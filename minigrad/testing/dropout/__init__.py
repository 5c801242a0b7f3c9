"""Is this dropout right? Point the kit at any dropout, and read which promise it breaks.

Where to start reading: `adapters`, how the kit drives a dropout; `exact`, the checks that need no statistics;
`statistical`, those that do; `check`, which runs them; `contract`, the same as a test class.
"""

from .adapters import DropoutAdapter, FunctionDropout, MinigradDropout, TorchDropout
from .check import CHECKS, check_dropout
from .contract import DropoutContract
from .report import DropoutReport

__all__ = [
    "CHECKS",
    "DropoutAdapter",
    "DropoutContract",
    "DropoutReport",
    "FunctionDropout",
    "MinigradDropout",
    "TorchDropout",
    "check_dropout",
]
