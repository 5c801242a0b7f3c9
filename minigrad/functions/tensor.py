"""The Tensor: the core's tensor with PyTorch's dtypes, views, writes and methods."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .._tensor import dtypes
from .._tensor.base import OPERANDS, TensorBase, named, wrap
from .._tensor.conversion import array_of
from .._tensor.history import History
from .._tensor.node import Node
from .._tensor.protocols import Protocols
from .._tensor.shapes import sizes_of_new
from .._tensor.views import reshaped
from ..core import graph
from .arithmetic import Arithmetic
from .casts import Casts
from .comparison import Comparison
from .counting import Counting
from .draws import Draws
from .elementwise import Elementwise
from .indexing import Indexing
from .joining import Joining
from .numpy_interop import NumpyInterop
from .ordering import Ordering
from .products import Products
from .reductions import Reductions
from .repeating import Repeating
from .shaping import Shaping
from .systems import Systems


class Tensor(
    Arithmetic, Comparison, Elementwise, Reductions, Ordering, Shaping, Repeating, Joining, Indexing, Products, Draws,
    Casts, Counting, Systems, NumpyInterop, History, Protocols,
):
    """An n-dimensional array of one dtype, with PyTorch's names and PyTorch's meaning.

    Where an input of an operation requires a gradient, the operation is recorded, and ``backward()`` on what becomes
    of it fills the ``.grad`` of the leaves.

    Args:
        *data: values (nested sequences, an array), which become the default float dtype; a tensor, whose memory, dtype
            and history the new one shares; or the sizes of a tensor whose values are not initialised.

    Attributes:
        array: the NumPy array underneath.
        grad: the accumulated gradient of a leaf, a Tensor of the same shape, or None.
        grad_fn: the Node of the operation that made this tensor; None for a leaf.
        base: the tensor that this one is a view of, or None.

    Source: https://pytorch.org/docs/stable/tensors.html

    Example:
        >>> x = Tensor([1.0, 2.0, 3.0]).requires_grad_()
        >>> (x * x).sum().backward()
        >>> x.grad
        tensor([2., 4., 6.])
    """

    __slots__ = ()
    __module__ = "minigrad"  # the name by which users know it

    def __new__(cls, *data: Any) -> Self:
        """Make a tensor of values or of sizes, or another of the same memory."""
        if len(data) == 1 and isinstance(data[0], TensorBase):
            return same_memory(data[0], cls)
        dtype = dtypes.get_default_dtype().numpy
        sizes = sizes_of_new(data)
        return wrap(np.array(array_of(data[0], dtype)) if sizes is None else np.empty(sizes, dtype), cls)


def same_memory(x: TensorBase, cls: type[Any]) -> Any:
    """Return a tensor of a class with the memory of another, its dtype and its history."""
    out = named(reshaped(x, x.array.shape), "AliasBackward0")
    return out if type(out) is cls else wrap(out.array, cls, out.grad_fn)


TensorBase.result = graph.default = Node.result = Tensor
TensorBase.operands = OPERANDS
