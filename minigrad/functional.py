"""The functions that PyTorch defines in `torch.functional`; `minigrad` has them, too.

Source: https://pytorch.org/docs/stable/torch.html
"""

from .functions.einsum import einsum
from .functions.products import chain_matmul, tensordot
from .functions.reductions import norm, unique
from .functions.shaping import (
    atleast_1d,
    atleast_2d,
    atleast_3d,
    broadcast_shapes,
    broadcast_tensors,
    meshgrid,
    split,
)

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes", "broadcast_tensors", "chain_matmul", "einsum",
    "meshgrid", "norm", "split", "tensordot", "unique",
]  # fmt: skip
