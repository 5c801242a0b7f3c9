"""Sums of products: matrices, vectors, batches of them, and Einstein's notation.

Names, arguments and meaning are PyTorch's: https://pytorch.org/docs/stable/torch.html#blas-and-lapack-operations.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import table
from .._tensor.base import TensorBase, TensorT, named
from .._tensor.declared import explain
from .._tensor.in_place import in_place
from .._tensor.listening import refuse_to_replay
from .._tensor.shapes import axis_of
from ..core.graph import apply
from .arguments import check_tensor, recorded_as, rounded_once, takes_out
from .arithmetic import add, mul
from .comparison import bitwise_and, bitwise_or
from .reductions import sum
from .shaping import broadcast_shapes, permute, reshape, squeeze, unsqueeze


@takes_out
def matmul(input: TensorT, other: TensorT) -> TensorT:
    """Return the product of matrices, of vectors, or of both, broadcast over leading dimensions.

    Args:
        input: of shape (*, n, k), or (k,).
        other: of shape (*, k, m), or (k,); of the input's dtype.

    Raises:
        RuntimeError: the sizes or the dtypes do not fit, or one has no dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.matmul.html

    Example:
        >>> import minigrad
        >>> matmul(minigrad.ones(2, 3), minigrad.ones(3)).shape
        minigrad.Size([2])
    """
    check_tensor("matmul", other, "other")
    a, b = input.array.shape, other.array.shape
    if not a or not b:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {len(a)}D and {len(b)}D")
    if a[-1] != b[-2 if len(b) > 1 else 0]:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({_by(a)} and {_by(b)})")
    if len(b) == 1:
        return _by_vector(input, other)
    if len(a) == 1 and len(b) == 2:
        return named(apply(table.mv, other.mT, input), "SqueezeBackward4")
    if len(a) == 1:
        return named(squeeze(matmul(unsqueeze(input, 0), other), -2), "UnsafeViewBackward0")
    return apply(table.matmul, input, other)


def _by_vector(input: TensorT, vector: TensorT) -> TensorT:
    """Return the product of a vector, a matrix or several with a vector."""
    ndim = input.array.ndim
    if ndim < 3:
        return apply(table.dot if ndim == 1 else table.mv, input, vector)
    return named(squeeze(matmul(input, unsqueeze(vector, 1)), -1), "UnsafeViewBackward0")


@takes_out
def mm(input: TensorT, mat2: TensorT) -> TensorT:
    """Return the product of two matrices.

    Args:
        input: of shape (n, k).
        mat2: of shape (k, m), and of the input's dtype.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.mm.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([[1.0, 2.0], [3.0, 4.0]])
        >>> mm(x, minigrad.tensor([[1.0], [1.0]]))
        tensor([[3.],
                [7.]])
    """
    _check_ndims("mm", (input, 2), (mat2, 2))
    return matmul(input, mat2)


@takes_out
@recorded_as("BmmBackward0")
def bmm(input: TensorT, mat2: TensorT) -> TensorT:
    """Return the products of as many pairs of matrices, (b, n, m).

    Args:
        input: of shape (b, n, k).
        mat2: of shape (b, k, m), and of the input's dtype.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.bmm.html

    Example:
        >>> import minigrad
        >>> bmm(minigrad.ones(5, 2, 3), minigrad.ones(5, 3, 4)).shape
        minigrad.Size([5, 2, 4])
    """
    _check_ndims("bmm", (input, 3), (mat2, 3))
    if input.array.shape[0] != mat2.array.shape[0]:
        shapes = f"{list(input.array.shape)} and {list(mat2.array.shape)}"
        raise RuntimeError(f"bmm: expected as many matrices in both, but got {shapes}")
    return matmul(input, mat2)


@takes_out
@recorded_as("MvBackward0")
def mv(input: TensorT, vec: TensorT) -> TensorT:
    """Return the product of a matrix and a vector, of shape (n,).

    Args:
        input: of shape (n, k).
        vec: of shape (k,), and of the input's dtype.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.mv.html

    Example:
        >>> import minigrad
        >>> mv(minigrad.tensor([[1.0, 2.0], [3.0, 4.0]]), minigrad.tensor([1.0, 1.0]))
        tensor([3., 7.])
    """
    _check_ndims("mv", (input, 2), (vec, 1))
    return matmul(input, vec)


@takes_out
def dot(input: TensorT, tensor: TensorT) -> TensorT:
    """Return the inner product of two vectors of equal length, Σᵢ xᵢ yᵢ.

    Args:
        input: of shape (n,).
        tensor: of the same shape and dtype.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.dot.html

    Example:
        >>> import minigrad
        >>> dot(minigrad.tensor([1, 2]), minigrad.tensor([3, 4]))
        tensor(11)
    """
    _check_ndims("dot", (input, 1), (tensor, 1))
    if input.array.shape != tensor.array.shape:
        raise RuntimeError(f"dot: expected vectors of equal size, but got {list(input.shape)} and {list(tensor.shape)}")
    return matmul(input, tensor)


vdot = dot


@takes_out
def inner(input: TensorT, other: TensorT) -> TensorT:
    """Return the sums of products over the last dimension of both; of a number, the multiple.

    Args:
        input: of shape (*, k), or a number.
        other: of shape (*, k), or a number.

    Raises:
        RuntimeError: the last dimensions, or the dtypes, differ.

    Source: https://pytorch.org/docs/stable/generated/torch.inner.html

    Example:
        >>> import minigrad
        >>> inner(minigrad.tensor([[1, 2], [3, 4]]), minigrad.tensor([1, 1]))
        tensor([3, 7])
    """
    if not input.ndim or not other.ndim:
        return mul(input, other)
    if input.array.shape[-1] != other.array.shape[-1]:
        shapes = f"{list(input.array.shape)} and {list(other.array.shape)}"
        raise RuntimeError(f"inner() the last dimension must match on both input tensors but got shapes {shapes}")
    return tensordot(input, other, dims=([-1], [-1]))


@takes_out
def outer(input: TensorT, vec2: TensorT) -> TensorT:
    """Return all products of an element of one vector with one of another, a row for each of the first.

    out[i, j] = input[i] · vec2[j]

    Args:
        input: of shape (n,).
        vec2: of shape (m,).

    Raises:
        RuntimeError: one is no vector.

    Source: https://pytorch.org/docs/stable/generated/torch.outer.html

    Example:
        >>> import minigrad
        >>> outer(minigrad.tensor([1, 2]), minigrad.tensor([3, 4]))
        tensor([[3, 4],
                [6, 8]])
    """
    _check_ndims("outer", (input, 1), (vec2, 1))
    return mul(unsqueeze(input, 1), vec2)


ger = outer


@takes_out
@rounded_once
@recorded_as("AddmmBackward0")
def addmm(input: TensorT, mat1: TensorT, mat2: TensorT, *, beta: float = 1, alpha: float = 1) -> TensorT:
    """Return beta · input + alpha · mat1 mat2.

    Args:
        input: a tensor that broadcasts to (n, m).
        mat1: of shape (n, k).
        mat2: of shape (k, m).
        beta: a number; where it is 0, the input may hold NaN.
        alpha: a number.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.addmm.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([[1.0], [2.0]])
        >>> addmm(x, minigrad.ones(2, 3), minigrad.ones(3, 1), alpha=10)
        tensor([[31.],
                [32.]])
    """
    return _plus(input, mm(mat1, mat2), beta, alpha)


@takes_out
@rounded_once
@recorded_as("AddmvBackward0")
def addmv(input: TensorT, mat: TensorT, vec: TensorT, *, beta: float = 1, alpha: float = 1) -> TensorT:
    """Return beta · input + alpha · mat vec.

    Args:
        input: a tensor that broadcasts to (n,).
        mat: of shape (n, k).
        vec: of shape (k,).
        beta: a number; where it is 0, the input may hold NaN.
        alpha: a number.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.addmv.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0])
        >>> addmv(x, minigrad.ones(2, 3), minigrad.ones(3), alpha=10)
        tensor([31., 32.])
    """
    return _plus(input, mv(mat, vec), beta, alpha)


@takes_out
@rounded_once
@recorded_as("AddrBackward0")
def addr(input: TensorT, vec1: TensorT, vec2: TensorT, *, beta: float = 1, alpha: float = 1) -> TensorT:
    """Return beta · input + alpha · the outer product of two vectors.

    Args:
        input: a tensor that broadcasts to (n, m).
        vec1: of shape (n,).
        vec2: of shape (m,).
        beta: a number; where it is 0, the input may hold NaN.
        alpha: a number.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.addr.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(2, 2)
        >>> addr(x, minigrad.tensor([1.0, 2.0]), minigrad.tensor([3.0, 4.0]))
        tensor([[3., 4.],
                [6., 8.]])
    """
    return _plus(input, outer(vec1, vec2), beta, alpha)


@takes_out
@rounded_once
@recorded_as("BaddbmmBackward0")
def baddbmm(input: TensorT, batch1: TensorT, batch2: TensorT, *, beta: float = 1, alpha: float = 1) -> TensorT:
    """Return beta · input + alpha · batch1 batch2, for each pair of matrices of two batches.

    Args:
        input: a tensor that broadcasts to (b, n, m).
        batch1: of shape (b, n, k).
        batch2: of shape (b, k, m).
        beta: a number; where it is 0, the input may hold NaN.
        alpha: a number.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.baddbmm.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(2, 1, 1)
        >>> baddbmm(x, minigrad.ones(2, 1, 3), minigrad.ones(2, 3, 1))
        tensor([[[3.]],
        <BLANKLINE>
                [[3.]]])
    """
    return _plus(input, bmm(batch1, batch2), beta, alpha)


@takes_out
@rounded_once
@recorded_as("AddbmmBackward0")
def addbmm(input: TensorT, batch1: TensorT, batch2: TensorT, *, beta: float = 1, alpha: float = 1) -> TensorT:
    """Return beta · input + alpha · Σ batch1 batch2, the sum over the pairs of matrices of two batches.

    Args:
        input: a tensor that broadcasts to (n, m).
        batch1: of shape (b, n, k).
        batch2: of shape (b, k, m).
        beta: a number; where it is 0, the input may hold NaN.
        alpha: a number.

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.addbmm.html

    Example:
        >>> import minigrad
        >>> x = minigrad.zeros(1, 1)
        >>> addbmm(x, minigrad.ones(2, 1, 3), minigrad.ones(2, 3, 1))
        tensor([[6.]])
    """
    product = bmm(batch1, batch2)
    return _plus(input, sum(product, 0, dtype=product.dtype), beta, alpha)


def _plus(input: TensorT, product: TensorT, beta: float, alpha: float) -> TensorT:
    """Return beta · input + alpha · product, of the product's shape; an input times 0 may hold NaNs."""
    check_tensor("addmm and its like", input)
    if broadcast_shapes(input.array.shape, product.array.shape) != product.array.shape:
        shapes = f"{list(input.array.shape)} and {list(product.array.shape)}"
        raise RuntimeError(f"the input must be expandable to the shape of the product, but the shapes are {shapes}")
    if product.array.dtype.kind != "f":  # PyTorch brings both to the product's dtype, too
        alpha, beta = (product.array.dtype.type(x).item() for x in (alpha, beta))
    if product.array.dtype.kind == "b":
        return bitwise_or(bitwise_and(product, bool(alpha)), bitwise_and(input, bool(beta)))
    product = product if alpha == 1 else mul(product, alpha)
    if beta == 0:
        return product
    return add(product, input if beta == 1 else mul(input, beta))


@takes_out
def chain_matmul(*matrices: TensorT) -> TensorT:
    """Return the product of several matrices, from left to right.

    Args:
        *matrices: at least one, of shapes (n, k), (k, m), …

    Raises:
        RuntimeError: the numbers of dimensions, the sizes or the dtypes do not fit.

    Source: https://pytorch.org/docs/stable/generated/torch.chain_matmul.html

    Example:
        >>> import minigrad
        >>> chain_matmul(minigrad.ones(1, 2), minigrad.ones(2, 3), minigrad.ones(3, 1))
        tensor([[6.]])
    """
    product = matrices[0]
    for matrix in matrices[1:]:
        product = mm(product, matrix)
    return product


@takes_out
def kron(input: TensorT, other: TensorT) -> TensorT:
    """Return Kronecker's product: every element of the input times the whole other tensor, laid side by side.

    Args:
        input: a tensor; missing dimensions in front count as size 1.
        other: another one.

    Source: https://pytorch.org/docs/stable/generated/torch.kron.html

    Example:
        >>> import minigrad
        >>> kron(minigrad.tensor([1, 10]), minigrad.tensor([1, 2, 3]))
        tensor([ 1,  2,  3, 10, 20, 30])
    """
    ndim = max(input.ndim, other.ndim)
    a = (1,) * (ndim - input.ndim) + input.array.shape
    b = (1,) * (ndim - other.ndim) + other.array.shape
    left = reshape(input, [size for n in a for size in (n, 1)])
    right = reshape(other, [size for n in b for size in (1, n)])
    return reshape(mul(left, right), [n * m for n, m in zip(a, b, strict=True)])


@takes_out
def tensordot(a: TensorT, b: TensorT, dims: int | Sequence[int] | Sequence[Sequence[int]] | TensorT = 2) -> TensorT:
    """Return the sums of products over some dimensions of both.

    Args:
        a: a tensor.
        b: another one.
        dims: how many of a's last and b's first dimensions to sum over; or two sequences of dimensions.

    Raises:
        RuntimeError: the sizes of these dimensions differ.

    Source: https://pytorch.org/docs/stable/generated/torch.tensordot.html

    Example:
        >>> import minigrad
        >>> tensordot(minigrad.ones(2, 3, 4), minigrad.ones(3, 4, 5), dims=2).shape
        minigrad.Size([2, 5])
    """
    if isinstance(dims, TensorBase):
        refuse_to_replay("it takes the values of a tensor as a list")
    pairs: Any = dims.array.tolist() if isinstance(dims, TensorBase) else dims
    if isinstance(pairs, int):
        if not 0 <= pairs <= min(a.ndim, b.ndim):
            raise RuntimeError(f"tensordot expects dims >= 0, and no more than there are, but got dims={pairs}")
        pairs = (range(a.ndim - pairs, a.ndim), range(pairs))
    of_a, of_b = [axis_of(d, a.ndim) for d in pairs[0]], [axis_of(d, b.ndim) for d in pairs[1]]
    left, right = [d for d in range(a.ndim) if d not in of_a], [d for d in range(b.ndim) if d not in of_b]
    for i, j in zip(of_a, of_b, strict=True):
        n, m = a.array.shape[i], b.array.shape[j]
        if n != m and 1 not in (n, m):
            raise RuntimeError(f"contracted dimensions need to match, but dim {i} of a is {n}, dim {j} of b is {m}")
        if n != m:  # the one of size 1 is the same for all the others, which can be summed beforehand
            a, b = (_summed(a, i), b) if m == 1 else (a, _summed(b, j))
    summed = [a.array.shape[d] for d in of_a]
    rows, columns = [a.array.shape[d] for d in left], [b.array.shape[d] for d in right]
    k = math.prod(summed)
    matrix_a = reshape(permute(a, left + of_a), math.prod(rows), k)
    matrix_b = reshape(permute(b, of_b + right), k, math.prod(columns))
    return reshape(matmul(matrix_a, matrix_b), rows + columns)


def _summed(x: TensorT, dim: int) -> TensorT:
    return sum(x, dim, keepdim=True, dtype=x.dtype)


def _by(shape: Sequence[int]) -> str:
    return "x".join(str(n) for n in shape)


def _check_ndims(name: str, *expected: tuple[TensorT, int]) -> None:
    """Raise RuntimeError for an argument of another number of dimensions."""
    for x, ndim in expected:
        check_tensor(name, x)
        if x.ndim != ndim:
            found = " and ".join(f"{y.ndim}D" for y, _ in expected)
            wanted = " and ".join(f"{n}D" for _, n in expected)
            raise RuntimeError(f"{name}: {wanted} tensors expected, but got {found} tensors")


explain(globals())


# ---- as methods ------------------------------------------------------------------------------------------------------


class Products(TensorBase):
    """The methods of a tensor that multiply vectors and matrices."""

    __slots__ = ()

    def __matmul__(self, other: Any) -> Any:
        return matmul(self, other) if isinstance(other, TensorBase) else NotImplemented

    def __rmatmul__(self, other: Any) -> Any:
        return matmul(other, self) if isinstance(other, TensorBase) else NotImplemented

    addbmm = addbmm
    addmm = addmm
    addmv = addmv
    addr = addr
    baddbmm = baddbmm
    bmm = bmm
    dot = dot
    ger = ger
    inner = inner
    kron = kron
    matmul = matmul
    mm = mm
    mv = mv
    outer = outer
    vdot = vdot

    addbmm_ = in_place(addbmm)
    addmm_ = in_place(addmm)
    addmv_ = in_place(addmv)
    addr_ = in_place(addr)
    baddbmm_ = in_place(baddbmm)
