"""Losses as layers."""

from __future__ import annotations

from ..tensor import Tensor
from . import functional as F
from .functional.losses import checked_reduction
from .module import Module


class MSELoss(Module):
    """The mean squared error: the mean of (input - target)².

    Args:
        reduction: "mean", "sum" or "none".

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = checked_reduction(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.mse_loss(input, target, self.reduction)


class CrossEntropyLoss(Module):
    """The cross-entropy of logits: -log softmax(input)[target], averaged over the batch.

    Args:
        weight: one weight for each class, or None.
        ignore_index: a target that contributes nothing.
        reduction: "mean", "sum" or "none".
        label_smoothing: in [0, 1]; that share of the target is spread over all classes.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = checked_reduction(reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.cross_entropy(
            input, target, self.weight, self.ignore_index, self.reduction, self.label_smoothing
        )


class NLLLoss(Module):
    """The negative log-likelihood: -input[target], averaged over the batch, for an input of log-probabilities.

    Args:
        weight: one weight for each class, or None.
        ignore_index: a target that contributes nothing.
        reduction: "mean", "sum" or "none".

    Source: https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html
    """

    weight: Tensor | None

    def __init__(self, weight: Tensor | None = None, ignore_index: int = -100, reduction: str = "mean") -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction = checked_reduction(reduction)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.nll_loss(input, target, self.weight, self.ignore_index, self.reduction)
