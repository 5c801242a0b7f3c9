"""Distances and angles between vectors."""

from __future__ import annotations

from ..._tensor.declared import checked, explain
from ...functions.shaping import broadcast_tensors
from ...functions.tensor import Tensor
from .arguments import check_tensors


@checked
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """Return the cosine of the angle between vectors, x₁·x₂ / (max(|x₁|, ε) · max(|x₂|, ε)).

    Args:
        x1: vectors along one dimension.
        x2: others, of a shape that broadcasts with that of x1.
        dim: the dimension, in the common shape.
        eps: ε, a norm to take for those that are less.

    Raises:
        RuntimeError: shapes that do not broadcast, or tensors of integers.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.cosine_similarity.html

    Example:
        >>> cosine_similarity(Tensor([[3.0, 4.0]]), Tensor([[4.0, 3.0]]))
        tensor([0.9600])
    """
    check_tensors("cosine_similarity", x1=x1, x2=x2)
    if x1.array.dtype.kind != "f" and x2.array.dtype.kind != "f":
        raise RuntimeError(f"cosine_similarity: expected floating-point inputs, but got {x1.dtype} and {x2.dtype}")
    x1, x2 = broadcast_tensors(x1, x2)
    return ((x1 / _at_least(eps, x1, dim)) * (x2 / _at_least(eps, x2, dim))).sum(dim)


def _at_least(eps: float, x: Tensor, dim: int) -> Tensor:
    """Return the norms of vectors; those below ε are raised to it, and keep their gradients, as in PyTorch."""
    norm = x.norm(2, dim, keepdim=True)
    return norm + (norm.detach().clamp(min=eps) - norm.detach())


@checked
def pairwise_distance(x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> Tensor:
    """Return |x₁ - x₂ + ε|_p of vectors along the last dimension.

    Args:
        x1: vectors, of shape (N, D) or (D,).
        x2: others, of a shape that broadcasts with that of x1.
        p: which norm.
        eps: ε, added to every difference.
        keepdim: whether to keep the last dimension, with size 1.

    Raises:
        RuntimeError: shapes that do not broadcast.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.functional.pairwise_distance.html

    Example:
        >>> pairwise_distance(Tensor([[0.0, 0.0]]), Tensor([[3.0, 4.0]]))
        tensor([5.0000])
    """
    check_tensors("pairwise_distance", x1=x1, x2=x2)
    return (x1 - x2 + eps).norm(p, -1, keepdim)


explain(globals())
