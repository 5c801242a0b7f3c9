"""Distances and angles between vectors, as layers."""

from __future__ import annotations

from ..functions.tensor import Tensor
from . import functional as F
from .module import Module


class CosineSimilarity(Module):
    """The cosine of the angle between vectors, x₁·x₂ / (max(|x₁|, ε) · max(|x₂|, ε)).

    Args:
        dim: the dimension of the vectors.
        eps: ε.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CosineSimilarity.html
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

    Args:
        p: which norm.
        eps: ε, added to every difference.
        keepdim: whether to keep the last dimension, with size 1.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.PairwiseDistance.html
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        """Return the distances."""
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)
