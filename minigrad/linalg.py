"""Norms and linear systems, under the names that PyTorch recommends today.

Source: https://pytorch.org/docs/stable/linalg.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import _absent
from ._tensor.declared import checked, explain
from .functions import products, reductions
from .functions.reductions import Dim
from .functions.systems import det as det, inv as inv, lstsq as lstsq, solve as solve
from .functions.tensor import Tensor

matmul = products.matmul


@checked
def vector_norm(x: Tensor, ord: float = 2, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return (Σ |x|^ord)^(1/ord) over some dimensions, or over all; its slope at 0 is taken as 0.

    Args:
        x: a tensor of floats.
        ord: a number; ∞ and -∞ give the largest and the smallest |x|, 0 counts what is not 0.
        dim: one dimension, several, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        RuntimeError: the input is of integers.
        IndexError: there is no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.linalg.vector_norm.html

    Example:
        >>> import minigrad
        >>> vector_norm(minigrad.tensor([[3.0], [4.0]]))
        tensor(5.)
    """
    return reductions.norm(x, ord, dim, keepdim, dtype=dtype)


def norm(A: Tensor, ord: Any = None, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the norm of a vector, or Frobenius' of a matrix: the root of the sum of squares unless `ord` is given.

    Args:
        A: a tensor of floats.
        ord: of a vector, a number as in `vector_norm`; None or "fro" for the root of the sum of squares.
        dim: one dimension for vectors, two for matrices, or None for all.
        keepdim: keep the reduced dimensions with size 1.
        dtype: convert the input to this one first.

    Raises:
        RuntimeError: another norm of a matrix, which would need its singular values or sums over one dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.linalg.norm.html

    Example:
        >>> import minigrad
        >>> norm(minigrad.tensor([[1.0, 2.0], [2.0, 4.0]]))
        tensor(5.)
    """
    axes = A.ndim if dim is None else 1 if isinstance(dim, int) else len(dim)
    if ord not in (None, "fro") and axes > 1:
        raise RuntimeError(f"linalg.norm: only Frobenius' norm of a matrix is there, but got ord={ord!r}")
    return reductions.norm(A, 2 if ord is None else ord, dim, keepdim, dtype=dtype)


explain(globals())

if not TYPE_CHECKING:  # to a type checker, a module with this function would have every name
    __getattr__ = _absent.attribute_of(__name__)
