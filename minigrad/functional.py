"""The functions that PyTorch defines in `torch.functional`; `minigrad` has them, too.

Source: https://pytorch.org/docs/stable/torch.html
"""

from .functions.einsum import einsum
from .functions.joining import atleast_1d, atleast_2d, atleast_3d, meshgrid, split
from .functions.ordering import unique
from .functions.products import chain_matmul, tensordot
from .functions.reductions import norm
from .functions.shaping import broadcast_shapes, broadcast_tensors

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes", "broadcast_tensors", "chain_matmul", "einsum",
    "meshgrid", "norm", "split", "tensordot", "unique",
]  # fmt: skip
