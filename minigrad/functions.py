"""PyTorch's functions on tensors: ``minigrad.exp(x)`` is ``x.exp()``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from . import ops
from .recording import apply, as_operand, scaled
from .shapes import axis_of
from .tensor import Dim, Tensor

# ---- elementwise -----------------------------------------------------------------------------------------------------


def abs(input: Tensor) -> Tensor:
    """Return ``input.abs()``."""
    return input.abs()


def ceil(input: Tensor) -> Tensor:
    """Return ``input.ceil()``."""
    return input.ceil()


def cos(input: Tensor) -> Tensor:
    """Return ``input.cos()``."""
    return input.cos()


def cosh(input: Tensor) -> Tensor:
    """Return ``input.cosh()``."""
    return input.cosh()


def exp(input: Tensor) -> Tensor:
    """Return ``input.exp()``."""
    return input.exp()


def expm1(input: Tensor) -> Tensor:
    """Return ``input.expm1()``."""
    return input.expm1()


def floor(input: Tensor) -> Tensor:
    """Return ``input.floor()``."""
    return input.floor()


def log(input: Tensor) -> Tensor:
    """Return ``input.log()``."""
    return input.log()


def log10(input: Tensor) -> Tensor:
    """Return ``input.log10()``."""
    return input.log10()


def log1p(input: Tensor) -> Tensor:
    """Return ``input.log1p()``."""
    return input.log1p()


def log2(input: Tensor) -> Tensor:
    """Return ``input.log2()``."""
    return input.log2()


def neg(input: Tensor) -> Tensor:
    """Return ``input.neg()``."""
    return input.neg()


def reciprocal(input: Tensor) -> Tensor:
    """Return ``input.reciprocal()``."""
    return input.reciprocal()


def relu(input: Tensor) -> Tensor:
    """Return ``input.relu()``."""
    return input.relu()


def round(input: Tensor) -> Tensor:
    """Return ``input.round()``."""
    return input.round()


def rsqrt(input: Tensor) -> Tensor:
    """Return ``input.rsqrt()``."""
    return input.rsqrt()


def sigmoid(input: Tensor) -> Tensor:
    """Return ``input.sigmoid()``."""
    return input.sigmoid()


def sign(input: Tensor) -> Tensor:
    """Return ``input.sign()``."""
    return input.sign()


def sin(input: Tensor) -> Tensor:
    """Return ``input.sin()``."""
    return input.sin()


def sinh(input: Tensor) -> Tensor:
    """Return ``input.sinh()``."""
    return input.sinh()


def sqrt(input: Tensor) -> Tensor:
    """Return ``input.sqrt()``."""
    return input.sqrt()


def square(input: Tensor) -> Tensor:
    """Return ``input.square()``."""
    return input.square()


def tan(input: Tensor) -> Tensor:
    """Return ``input.tan()``."""
    return input.tan()


def tanh(input: Tensor) -> Tensor:
    """Return ``input.tanh()``."""
    return input.tanh()


def trunc(input: Tensor) -> Tensor:
    """Return ``input.trunc()``."""
    return input.trunc()


def isnan(input: Tensor) -> Tensor:
    """Return ``input.isnan()``."""
    return input.isnan()


def isinf(input: Tensor) -> Tensor:
    """Return ``input.isinf()``."""
    return input.isinf()


def isfinite(input: Tensor) -> Tensor:
    """Return ``input.isfinite()``."""
    return input.isfinite()


def add(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return input + alpha · other."""
    return apply(ops.add, as_operand(input), scaled(other, alpha))


def sub(input: Any, other: Any, *, alpha: float = 1) -> Tensor:
    """Return input - alpha · other."""
    return apply(ops.sub, as_operand(input), scaled(other, alpha))


def mul(input: Any, other: Any) -> Tensor:
    """Return input · other, element by element."""
    return apply(ops.mul, as_operand(input), as_operand(other))


def div(input: Any, other: Any) -> Tensor:
    """Return input / other, element by element."""
    return apply(ops.div, as_operand(input), as_operand(other))


def pow(input: Any, exponent: Any) -> Tensor:
    """Return input to the power of exponent."""
    return input.pow(exponent) if isinstance(input, Tensor) else apply(ops.pow, as_operand(input), exponent)


def maximum(input: Tensor, other: Tensor) -> Tensor:
    """Return the larger of each pair of elements; ties share the gradient."""
    return input.maximum(other)


def minimum(input: Tensor, other: Tensor) -> Tensor:
    """Return the smaller of each pair of elements; ties share the gradient."""
    return input.minimum(other)


def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """Return each element moved into [min, max]."""
    return input.clamp(min, max)


def where(condition: Tensor, input: Any, other: Any) -> Tensor:
    """Return input where the condition holds, other elsewhere."""
    return apply(ops.where, condition, as_operand(input), as_operand(other))


def eq(input: Tensor, other: Any) -> Tensor:
    """Return where the elements are equal."""
    return input.eq(other)


def equal(input: Tensor, other: Tensor) -> bool:
    """Return whether both tensors have the same shape and the same elements."""
    return input.equal(other)


def allclose(input: Tensor, other: Tensor, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Return whether |input - other| <= atol + rtol · |other| everywhere."""
    return input.allclose(other, rtol, atol, equal_nan)


# ---- products --------------------------------------------------------------------------------------------------------


def matmul(input: Tensor, other: Tensor) -> Tensor:
    """Return the product of matrices, of vectors, or of both, broadcast over leading dimensions."""
    return input.matmul(other)


def mm(input: Tensor, mat2: Tensor) -> Tensor:
    """Return the product of two matrices."""
    return input.mm(mat2)


def dot(input: Tensor, tensor: Tensor) -> Tensor:
    """Return the inner product of two vectors."""
    if input.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {input.ndim}D and {tensor.ndim}D tensors")
    return input.matmul(tensor)


# ---- reductions ------------------------------------------------------------------------------------------------------


def sum(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the sum over some dimensions, or over all."""
    return input.sum(dim, keepdim, dtype=dtype)


def mean(input: Tensor, dim: Dim = None, keepdim: bool = False, *, dtype: Any = None) -> Tensor:
    """Return the mean over some dimensions, or over all."""
    return input.mean(dim, keepdim, dtype=dtype)


def var(input: Tensor, dim: Dim = None, *, correction: int = 1, keepdim: bool = False) -> Tensor:
    """Return the variance over some dimensions, or over all."""
    return input.var(dim, correction=correction, keepdim=keepdim)


def std(input: Tensor, dim: Dim = None, *, correction: int = 1, keepdim: bool = False) -> Tensor:
    """Return the standard deviation over some dimensions, or over all."""
    return input.std(dim, correction=correction, keepdim=keepdim)


def norm(input: Tensor, p: float = 2, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return (sum |x|^p)^(1/p) over some dimensions, or over all."""
    return input.norm(p, dim, keepdim)


def max(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the largest element; along a dimension, also where it is; with another tensor, of each pair."""
    return input.max(dim, keepdim)


def min(input: Tensor, dim: Any = None, keepdim: bool = False) -> Any:
    """Return the smallest element; along a dimension, also where it is; with another tensor, of each pair."""
    return input.min(dim, keepdim)


def amax(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return the largest value over some dimensions; ties share the gradient."""
    return input.amax(dim, keepdim)


def amin(input: Tensor, dim: Dim = None, keepdim: bool = False) -> Tensor:
    """Return the smallest value over some dimensions; ties share the gradient."""
    return input.amin(dim, keepdim)


def argmax(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return where the largest element is."""
    return input.argmax(dim, keepdim)


def argmin(input: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Return where the smallest element is."""
    return input.argmin(dim, keepdim)


def cumsum(input: Tensor, dim: int) -> Tensor:
    """Return the running sum along one dimension."""
    return input.cumsum(dim)


def logsumexp(input: Tensor, dim: Dim, keepdim: bool = False) -> Tensor:
    """Return log(sum(exp(x))) over some dimensions, without overflow."""
    return input.logsumexp(dim, keepdim)


def softmax(input: Tensor, dim: int) -> Tensor:
    """Return exp(x) / sum(exp(x)) along one dimension, without overflow."""
    return input.softmax(dim)


def log_softmax(input: Tensor, dim: int) -> Tensor:
    """Return log(softmax(x)) along one dimension, without overflow."""
    return input.log_softmax(dim)


def all(input: Tensor) -> Tensor:
    """Return whether every element is true."""
    return input.all()


def any(input: Tensor) -> Tensor:
    """Return whether any element is true."""
    return input.any()


# ---- shape -----------------------------------------------------------------------------------------------------------


def reshape(input: Tensor, shape: Sequence[int]) -> Tensor:
    """Return the same elements in another shape."""
    return input.reshape(shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Return the tensor with a range of dimensions made one."""
    return input.flatten(start_dim, end_dim)


def squeeze(input: Tensor, dim: Dim = None) -> Tensor:
    """Return the tensor without its dimensions of size 1, or without the named ones of these."""
    return input.squeeze(dim)


def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """Return the tensor with a dimension of size 1 more."""
    return input.unsqueeze(dim)


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """Return a view with two dimensions exchanged."""
    return input.transpose(dim0, dim1)


def t(input: Tensor) -> Tensor:
    """Return a matrix transposed; a vector as it is."""
    return input.t()


def permute(input: Tensor, dims: Sequence[int]) -> Tensor:
    """Return a view with the dimensions in this order."""
    return input.permute(dims)


def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Return tensors joined along a dimension that they have.

    Raises:
        ValueError: no tensor is given.
        RuntimeError: one has no dimension, or their other sizes differ.

    Source: https://pytorch.org/docs/stable/generated/torch.cat.html
    """
    if not tensors:
        raise ValueError("cat: expected a non-empty list of Tensors, but got none")
    for i, x in enumerate(tensors):
        if x.ndim == 0:
            raise RuntimeError(f"cat: zero-dimensional tensor (at position {i}) cannot be concatenated")
    axis = axis_of(dim, tensors[0].ndim)
    others = {(*x.array.shape[:axis], *x.array.shape[axis + 1 :]) for x in tensors}
    if len(others) > 1:
        shapes = ", ".join(str(list(x.array.shape)) for x in tensors)
        raise RuntimeError(f"cat: sizes of tensors must match except in dimension {dim}, but got shapes {shapes}")
    bounds = [0, *accumulate(x.array.shape[axis] for x in tensors)]
    return apply(ops.cat, *tensors, axis=axis, bounds=bounds)


concat = cat


def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Return tensors of one shape joined along a new dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.stack.html
    """
    return cat([x.unsqueeze(dim) for x in tensors], dim)


def clone(input: Tensor) -> Tensor:
    """Return a copy through which the gradient flows."""
    return input.clone()


def numel(input: Tensor) -> int:
    """Return the number of elements."""
    return input.numel()


def is_tensor(obj: object) -> bool:
    """Return whether obj is a Tensor."""
    return isinstance(obj, Tensor)
