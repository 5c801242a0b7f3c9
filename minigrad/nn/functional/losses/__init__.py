"""Losses, as functions.

Every loss ends with a reduction: "mean" over all that it is made of, "sum", or "none". The arguments ``size_average``
and ``reduce`` are PyTorch's old names for it: they warn, and win over ``reduction``.

Source: https://pytorch.org/docs/stable/nn.functional.html#loss-functions
"""

from .binary import binary_cross_entropy, binary_cross_entropy_with_logits, hinge_embedding_loss, soft_margin_loss
from .classification import cross_entropy, multi_margin_loss, nll_loss
from .multilabel import multilabel_margin_loss, multilabel_soft_margin_loss
from .regression import gaussian_nll_loss, huber_loss, l1_loss, mse_loss, poisson_nll_loss, smooth_l1_loss
from .similarity import (
    cosine_embedding_loss,
    kl_div,
    margin_ranking_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)

__all__ = [
    "binary_cross_entropy", "binary_cross_entropy_with_logits", "cosine_embedding_loss", "cross_entropy",
    "gaussian_nll_loss", "hinge_embedding_loss", "huber_loss", "kl_div", "l1_loss", "margin_ranking_loss", "mse_loss",
    "multi_margin_loss", "multilabel_margin_loss", "multilabel_soft_margin_loss", "nll_loss", "poisson_nll_loss",
    "smooth_l1_loss", "soft_margin_loss", "triplet_margin_loss", "triplet_margin_with_distance_loss",
]  # fmt: skip
