"""Many small networks at once: a training step of S of them with the calls of one.

A small network keeps the processor waiting for Python. `Stacked` lays S networks of one kind side by side, as an
experiment over seeds has them: weights of shape (S, out, in), one product for all, and for each network its own
generator, so that each sees the masks of its own run. It is a module like others, for the same loop, the same
optimizers and the same `minigrad.replay.TrainingStep`, with `StackedLoss` for the losses.

`functional_call`, `stack_module_state` and `vmap` are PyTorch's, the last for such networks alone.

Source: https://docs.pytorch.org/docs/stable/func.api.html
"""

from .calls import functional_call as functional_call
from .generators import GeneratorPerNetwork as GeneratorPerNetwork
from .layers import (
    StackedDropout as StackedDropout,
    StackedLayerNorm as StackedLayerNorm,
    StackedLinear as StackedLinear,
)
from .losses import StackedLoss as StackedLoss
from .mapping import vmap as vmap
from .stacked import Stacked as Stacked
from .state import stack_module_state as stack_module_state

__all__ = [
    "GeneratorPerNetwork", "Stacked", "StackedDropout", "StackedLayerNorm", "StackedLinear", "StackedLoss",
    "functional_call", "stack_module_state", "vmap",
]  # fmt: skip
