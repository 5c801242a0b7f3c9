"""Distances and angles between vectors, as layers."""

from __future__ import annotations

from ..functions.tensor import Tensor
from . import functional as F
from .module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between vectors, x₁·x₂ / (max(|x₁|, ε) · max(|x₂|, ε)).

    x₁ and x₂ have shapes that broadcast; the result lacks the dimension of the vectors.

    Args:
        dim: the dimension of the vectors.
        eps: ε.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html

    Example:
        >>> CosineSimilarity()(Tensor([[3.0, 4.0]]), Tensor([[4.0, 3.0]]))
        tensor([0.9600])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the cosines."""
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """|x₁ - x₂ + ε|_p of vectors along the last dimension.

    x₁ and x₂ have shape (N, D) or (D,), or others that broadcast.

    Args:
        p: which norm.
        eps: ε, added to every difference.
        keepdim: whether to keep the last dimension, with size 1.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html

    Example:
        >>> PairwiseDistance()(Tensor([[0.0, 0.0]]), Tensor([[3.0, 4.0]]))
        tensor([5.0000])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the distances."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
