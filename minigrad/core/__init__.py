"""The heart of minigrad: what a network with dropout and weight decay needs, on NumPy alone.

Read the files in this order: `op` and `table` (derivatives), `graph` (the chain rule), `tensor`, `random`, `nn`,
`optim`. ``python -m minigrad.core`` trains two networks; with ``--trace`` it shows one training step, line by line.
"""

from . import nn, optim
from .random import default as default_source
from .tensor import Tensor, no_grad

__all__ = ["Tensor", "default_source", "nn", "no_grad", "optim"]
