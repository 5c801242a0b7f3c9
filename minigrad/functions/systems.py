"""Linear systems, on the last two dimensions: each matrix of a batch for itself.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/linalg.html.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple

import numpy as np

from .. import table
from .._tensor.base import TensorBase, TensorT, wrap
from ..core.graph import apply
from .arguments import check_tensor
from .products import matmul
from .shaping import squeeze, transpose, unsqueeze


def inv(A: TensorT) -> TensorT:
    """Return the inverse A⁻¹ of square matrices.

    Args:
        A: of shape (*, n, n), float32 or float64.

    Raises:
        RuntimeError: not square, not of these dtypes, or singular.

    Source: https://pytorch.org/docs/stable/generated/torch.linalg.inv.html

    Example:
        >>> import minigrad
        >>> inv(minigrad.tensor([[2.0, 0.0], [0.0, 4.0]]))
        tensor([[0.5000, 0.0000],
                [0.0000, 0.2500]])
    """
    _check_square("linalg.inv", A)
    return _solvable("linalg.inv", table.inv, A)


def det(A: TensorT) -> TensorT:
    """Return the determinants of square matrices; the gradient needs them to be invertible.

    Args:
        A: of shape (*, n, n), float32 or float64.

    Raises:
        RuntimeError: not square, or not of these dtypes.

    Source: https://pytorch.org/docs/stable/generated/torch.linalg.det.html

    Example:
        >>> import minigrad
        >>> det(minigrad.tensor([[2.0, 0.0], [0.0, 3.0]]))
        tensor(6.)
    """
    _check_square("linalg.det", A)
    return apply(table.det, A)


def solve(A: TensorT, B: TensorT, *, left: bool = True) -> TensorT:
    """Return X with A X = B, or with X A = B where `left` is False.

    Args:
        A: of shape (*, n, n), float32 or float64.
        B: of shape (*, n, k); or (n,), or the batch's shape and n, for vectors.
        left: on which side of X the matrix stands.

    Raises:
        RuntimeError: A is not square or is singular, or the shapes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.linalg.solve.html

    Example:
        >>> import minigrad
        >>> solve(minigrad.tensor([[2.0, 0.0], [0.0, 4.0]]), minigrad.tensor([2.0, 2.0]))
        tensor([1.0000, 0.5000])
    """
    _check_square("linalg.solve", A)
    _check_matrix("linalg.solve", B, "B", least=1)
    if A.dtype is not B.dtype:
        raise RuntimeError(f"linalg.solve: Expected A and B to have the same dtype, but got {A.dtype} and {B.dtype}")
    if B.ndim == 1 or (B.ndim == A.ndim - 1 and B.shape == A.shape[:-1]):
        return squeeze(solve(A, unsqueeze(B, -1)), -1)
    if not left:
        return _turned(solve(_turned(A), _turned(B)))
    if A.shape[-1] != B.shape[-2]:
        raise RuntimeError(f"linalg.solve: Incompatible shapes of A and B in AX = B: {A.shape}, {B.shape}")
    return _solvable("linalg.solve", table.solve, A, B)


class LstsqResult(NamedTuple, Generic[TensorT]):
    """What `lstsq` returns."""

    solution: TensorT
    residuals: TensorT
    rank: TensorT
    singular_values: TensorT


def lstsq(A: TensorT, B: TensorT, rcond: float | None = None, *, driver: str | None = None) -> LstsqResult[TensorT]:
    """Return the X for which ‖A X - B‖ is least, and of several the shortest.

    Args:
        A: of shape (m, n), float32 or float64.
        B: of shape (m, k).
        rcond: singular values below this fraction of the largest count as 0.
        driver: "gelsy" unless given, "gelsd", "gelss" or "gels". The solution is that of singular values for each; the
            driver decides what else is returned.

    Returns:
        The solution (n, k); the sums of squares that are left, (k,), where m > n, A has full rank and the driver is not
        "gelsy"; the rank, unless the driver is "gels"; the singular values for "gelsd" and "gelss". What is not
        returned is empty. The solution has a gradient where the rows or the columns of A are independent.

    Raises:
        RuntimeError: other shapes, dtypes or drivers; or a gradient is asked for where A has not full rank.

    Source: https://pytorch.org/docs/stable/generated/torch.linalg.lstsq.html

    Example:
        >>> import minigrad
        >>> A = minigrad.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
        >>> lstsq(A, minigrad.tensor([[1.0], [2.0], [3.0]])).solution.round(decimals=3)
        tensor([[1.],
                [1.]])
    """
    for name, x in (("A", A), ("B", B)):
        _check_matrix("linalg.lstsq", x, name)
    if A.ndim != 2 or B.ndim != 2 or A.shape[0] != B.shape[0]:
        raise RuntimeError(f"linalg.lstsq: expected matrices with as many rows, but got {A.shape} and {B.shape}")
    driver = "gelsy" if driver is None else driver
    if driver not in ("gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(f"linalg.lstsq: driver must be gels, gelsy, gelsd or gelss, but got {driver!r}")
    found, squares, rank, singular_values = np.linalg.lstsq(A.array, B.array, rcond)
    solution: TensorT = wrap(found)
    residuals: TensorT = wrap(squares)
    if A.requires_grad or B.requires_grad:
        solution = _shortest(A, B, rank)
        left: Any = matmul(A, solution) - B
        residuals = (left * left).sum((0,)) if squares.size else left[0, :0]
    return LstsqResult(
        solution,
        residuals[:0] if driver == "gelsy" else residuals,
        wrap(np.array([] if driver == "gels" else rank, np.int64)),
        wrap(singular_values if driver in ("gelsd", "gelss") else singular_values[:0]),
    )


def _shortest(A: TensorT, B: TensorT, rank: int) -> TensorT:
    """Return the solution by operations that are recorded."""
    rows, columns = A.shape
    if rank == columns:
        return solve(matmul(_turned(A), A), matmul(_turned(A), B))
    if rank == rows:
        return matmul(_turned(A), solve(matmul(A, _turned(A)), B))
    raise RuntimeError(
        f"linalg.lstsq: there is a gradient only where A has full rank, but the rank of {rows} by {columns} is {rank}"
    )


def _check_matrix(function: str, x: TensorT, name: str = "A", least: int = 2) -> None:
    check_tensor(function, x, name)
    if x.ndim < least:
        raise RuntimeError(f"{function}: The input tensor {name} must have at least {least} dimensions.")
    if x.array.dtype not in (np.float32, np.float64):
        raise RuntimeError(f"{function}: Expected {name} to be float32 or float64, but got {x.dtype}")


def _check_square(function: str, A: TensorT) -> None:
    _check_matrix(function, A)
    if A.shape[-1] != A.shape[-2]:
        rows, columns = A.shape[-2:]
        raise RuntimeError(f"{function}: A must be square matrices, but they are {rows} by {columns} matrices")


def _solvable(function: str, op: table.Op, *inputs: TensorT) -> TensorT:
    try:
        return apply(op, *inputs)
    except (np.linalg.LinAlgError, RuntimeError) as error:
        if "ingular" in str(error):
            raise RuntimeError(f"{function}: The solver failed because the input matrix is singular.") from None
        raise


def _turned(x: TensorT) -> TensorT:
    return transpose(x, -2, -1)


class Systems(TensorBase):
    """The methods of a tensor that solve linear systems."""

    __slots__ = ()

    det = det
    inverse = inv
