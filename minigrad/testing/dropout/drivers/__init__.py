"""Drivers: one adapter of a few lines for each library, and `adapter_for`, which chooses among them."""

from .arrays import ArrayFunctionDropout, ArrayLayerDropout
from .jax import EquinoxDropout, JaxFunctionDropout, LinenDropout, NnxDropout
from .keras import KerasDropout
from .minigrad import MinigradFunctionDropout, MinigradModuleDropout
from .recognize import adapter_for, load
from .torch import TorchDropout, TorchFunctionDropout

__all__ = [
    "ArrayFunctionDropout",
    "ArrayLayerDropout",
    "EquinoxDropout",
    "JaxFunctionDropout",
    "KerasDropout",
    "LinenDropout",
    "MinigradFunctionDropout",
    "MinigradModuleDropout",
    "NnxDropout",
    "TorchDropout",
    "TorchFunctionDropout",
    "adapter_for",
    "load",
]
