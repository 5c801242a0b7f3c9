"""The heart of minigrad: what a network with dropout and weight decay needs, on NumPy alone.

Read the files in this order: `op` and `table` (derivatives), `graph` (the chain rule), `tensor`, `random`, `nn`,
`optim`. ``python -m minigrad.core`` trains two networks; with ``--trace`` it shows one training step, line by line.
"""

from .tensor import Tensor as Tensor, no_grad as no_grad
