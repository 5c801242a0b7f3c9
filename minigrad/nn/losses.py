"""Losses as layers.

The arguments ``size_average`` and ``reduce`` are PyTorch's old names for ``reduction``: they warn, and win over it.

Source: https://pytorch.org/docs/stable/nn.html#loss-functions
"""

from __future__ import annotations

from collections.abc import Callable

from .._tensor.declared import checked
from ..functions.tensor import Tensor
from . import functional as F
from .distance import PairwiseDistance
from .functional.losses.reduction import checked_reduction, legacy_reduction
from .module import Module


class _Loss(Module):
    """What all losses have: a reduction."""

    def __init__(self, size_average: bool | None = None, reduce: bool | None = None, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = checked_reduction(legacy_reduction(size_average, reduce, reduction))


class _WeightedLoss(_Loss):
    """A loss with a weight for each class, or each element."""

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.register_buffer("weight", weight)


# ---- losses of numbers -----------------------------------------------------------------------------------------------


class MSELoss(_Loss):
    """The mean squared error: the mean of (input - target)².

    Input and target have one shape, any.

    Args:
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MSELoss.html

    Example:
        >>> MSELoss()(Tensor([1.0, 2.0]), Tensor([1.0, 4.0]))
        tensor(2.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.mse_loss(input, target, reduction=self.reduction)


class L1Loss(_Loss):
    """The mean absolute error: the mean of |input - target|.

    Input and target have one shape, any.

    Args:
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.L1Loss.html

    Example:
        >>> L1Loss()(Tensor([1.0, 2.0]), Tensor([1.0, 4.0]))
        tensor(1.)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.l1_loss(input, target, reduction=self.reduction)


class SmoothL1Loss(_Loss):
    """The absolute error with a parabola of width β for its tip, averaged.

    d²/(2β) where |d| < β, and |d| - β/2 elsewhere, with d = input - target. Input and target have one shape, any.

    Args:
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        beta: β ≥ 0.

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.SmoothL1Loss.html

    Example:
        >>> SmoothL1Loss(reduction="none")(Tensor([0.0, 0.0]), Tensor([0.5, 2.0]))
        tensor([0.1250, 1.5000])
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        beta: float = 1.0,
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.beta = beta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.smooth_l1_loss(input, target, reduction=self.reduction, beta=self.beta)


class HuberLoss(_Loss):
    """Half of the squared error up to an error of δ, linear beyond, averaged.

    d²/2 where |d| ≤ δ, and δ · (|d| - δ/2) elsewhere, with d = input - target. Input and target have one shape, any.

    Args:
        reduction: "mean", "sum" or "none".
        delta: δ > 0.

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.HuberLoss.html

    Example:
        >>> HuberLoss(reduction="none", delta=0.5)(Tensor([0.0, 0.0]), Tensor([0.5, 2.0]))
        tensor([0.1250, 0.8750])
    """

    @checked
    def __init__(self, reduction: str = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction=reduction)
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.huber_loss(input, target, self.reduction, self.delta)


class GaussianNLLLoss(_Loss):
    """Minus the log-likelihood of a normal distribution, averaged.

    (log v + (input - target)²/v) / 2, where v is the variance, the third tensor of a call. All have one shape, any; v
    may lack the last dimension, or be a number.

    Args:
        full: add the constant log(2π)/2.
        eps: the least variance.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.GaussianNLLLoss.html

    Example:
        >>> GaussianNLLLoss()(Tensor([0.0]), Tensor([2.0]), Tensor([1.0]))
        tensor(2.)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(reduction=reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        """Return the loss of an expected value and a variance."""
        return F.gaussian_nll_loss(input, target, var, self.full, self.eps, self.reduction)


class PoissonNLLLoss(_Loss):
    """Minus the log-likelihood of a Poisson distribution, but for a constant, averaged.

    exp(input) - target · input; or input - target · log(input + eps), where the input is no logarithm. Input and target
    have one shape, any.

    Args:
        log_input: whether the input is the logarithm of the expected count.
        full: add Stirling's approximation of log(target!).
        size_average: deprecated.
        eps: keeps the logarithm of an input that is none itself finite.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.PoissonNLLLoss.html

    Example:
        >>> PoissonNLLLoss()(Tensor([0.0]), Tensor([2.0]))
        tensor(1.)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.poisson_nll_loss(log_input, target, self.log_input, self.full, eps=self.eps, reduction=self.reduction)


# ---- losses of one class among several -------------------------------------------------------------------------------


class CrossEntropyLoss(_WeightedLoss):
    """The cross-entropy of logits: -log softmax(input)[target], averaged over the batch.

    The input has shape (N, C), (C,) or (N, C, d₁, …), the target (N,), () or (N, d₁, …); or the input's, for
    probabilities.

    Args:
        weight: one weight for each class, or None.
        size_average: deprecated.
        ignore_index: a target that contributes nothing.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        label_smoothing: in [0, 1]; that share of the target is spread over all classes.

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html

    Example:
        >>> import minigrad
        >>> CrossEntropyLoss()(Tensor([[2.0, 0.0]]), minigrad.tensor([0]))
        tensor(0.1269)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.cross_entropy(
            input,
            target,
            self.weight,
            ignore_index=self.ignore_index,
            reduction=self.reduction,
            label_smoothing=self.label_smoothing,
        )


class NLLLoss(_WeightedLoss):
    """The negative log-likelihood: -input[target], averaged over the batch, for an input of log-probabilities.

    The input has shape (N, C), (C,) or (N, C, d₁, …), the target (N,), () or (N, d₁, …).

    Args:
        weight: one weight for each class, or None.
        size_average: deprecated.
        ignore_index: a target that contributes nothing.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.NLLLoss.html

    Example:
        >>> import minigrad
        >>> NLLLoss()(Tensor([[-0.5, -1.0], [-2.0, -0.25]]), minigrad.tensor([0, 1]))
        tensor(0.3750)
    """

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        ignore_index: int = -100,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.ignore_index = ignore_index

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.nll_loss(input, target, self.weight, ignore_index=self.ignore_index, reduction=self.reduction)


class MultiMarginLoss(_WeightedLoss):
    """The hinge loss of several classes, averaged over the batch.

    Σ_c max(0, margin - x_target + x_c)^p · w_target / C over the other classes c. The input has shape (N, C) or (C,),
    the target (N,) or ().

    Args:
        p: 1 or 2.
        margin: by how much the target's score should be the highest.
        weight: one weight for each class, or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: another p, or an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MultiMarginLoss.html

    Example:
        >>> import minigrad
        >>> MultiMarginLoss()(Tensor([[0.5, 1.0, 0.0]]), minigrad.tensor([1]))
        tensor(0.1667)
    """

    def __init__(
        self,
        p: int = 1,
        margin: float = 1.0,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        if p not in (1, 2):
            raise ValueError(f"only p == 1 and p == 2 supported, but got {p}")
        self.p = p
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.multi_margin_loss(input, target, self.p, self.margin, self.weight, reduction=self.reduction)


# ---- losses of yes or no ---------------------------------------------------------------------------------------------


class BCELoss(_WeightedLoss):
    """The binary cross-entropy of probabilities: -t · log p - (1 - t) · log(1 - p), averaged.

    Input and target have one shape, any. Both hold numbers in [0, 1].

    Args:
        weight: what the losses are multiplied by, or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.BCELoss.html

    Example:
        >>> BCELoss()(Tensor([0.9, 0.2]), Tensor([1.0, 0.0]))
        tensor(0.1643)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.binary_cross_entropy(input, target, self.weight, reduction=self.reduction)


class BCEWithLogitsLoss(_WeightedLoss):
    """The binary cross-entropy of logits, without overflow, averaged.

    -q·t · log sigmoid(x) - (1 - t) · log(1 - sigmoid(x)), where q is pos_weight. Input and target have one shape, any.

    Args:
        weight: what the losses are multiplied by, or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".
        pos_weight: the weight of a yes against a no, or None.

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.BCEWithLogitsLoss.html

    Example:
        >>> BCEWithLogitsLoss()(Tensor([2.0, -2.0]), Tensor([1.0, 0.0]))
        tensor(0.1269)
    """

    pos_weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        pos_weight: Tensor | None = None,
    ) -> None:
        super().__init__(weight, size_average, reduce, reduction)
        self.register_buffer("pos_weight", pos_weight)

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.binary_cross_entropy_with_logits(
            input, target, self.weight, reduction=self.reduction, pos_weight=self.pos_weight
        )


class SoftMarginLoss(_Loss):
    """The logistic loss log(1 + exp(-target · input)) for targets of -1 and 1, averaged.

    Input and target have one shape, any.

    Args:
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.SoftMarginLoss.html

    Example:
        >>> SoftMarginLoss()(Tensor([2.0, -2.0]), Tensor([1.0, -1.0]))
        tensor(0.1269)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.soft_margin_loss(input, target, reduction=self.reduction)


class HingeEmbeddingLoss(_Loss):
    """The input where the target is 1, and max(0, margin - input) where it is -1, averaged.

    Input and target have one shape, any.

    Args:
        margin: what distances of a target of -1 should reach.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.HingeEmbeddingLoss.html

    Example:
        >>> HingeEmbeddingLoss()(Tensor([0.25, 0.25]), Tensor([1.0, -1.0]))
        tensor(0.5000)
    """

    def __init__(
        self,
        margin: float = 1.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.hinge_embedding_loss(input, target, self.margin, reduction=self.reduction)


# ---- losses of several labels at once --------------------------------------------------------------------------------


class MultiLabelMarginLoss(_Loss):
    """The hinge loss of several labels against all other classes, averaged over the batch.

    Σ max(0, 1 - x_l + x_c) / C over every label l of a sample and every class c that is none of them. The input has
    shape (N, C) or (C,); so has the target, whose labels end at the first -1.

    Args:
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelMarginLoss.html

    Example:
        >>> import minigrad
        >>> MultiLabelMarginLoss()(Tensor([[0.5, 1.0, 0.0, 0.0]]), minigrad.tensor([[1, 0, -1, 0]]))
        tensor(0.2500)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.multilabel_margin_loss(input, target, reduction=self.reduction)


class MultiLabelSoftMarginLoss(_WeightedLoss):
    """The binary cross-entropy of logits for each class, averaged over classes and batch.

    Input and target have shape (N, C) or (C,); the target holds 0 and 1.

    Args:
        weight: one weight for each class, or None.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MultiLabelSoftMarginLoss.html

    Example:
        >>> MultiLabelSoftMarginLoss()(Tensor([[2.0, -2.0]]), Tensor([[1.0, 0.0]]))
        tensor(0.1269)
    """

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.multilabel_soft_margin_loss(input, target, self.weight, reduction=self.reduction)


# ---- losses of distributions, pairs and triples ----------------------------------------------------------------------


class KLDivLoss(_Loss):
    """The Kullback-Leibler divergence of the target from the input, which is of log-probabilities.

    target · (log target - input); its sum over a row is the divergence, so "batchmean" is the mean divergence. Input
    and target have one shape, any.

    Args:
        size_average: deprecated.
        reduce: deprecated.
        reduction: "batchmean", "mean", "sum" or "none".
        log_target: whether the target is of logarithms.

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.KLDivLoss.html

    Example:
        >>> p, q = Tensor([[0.5, 0.5]]), Tensor([[0.25, 0.75]])
        >>> KLDivLoss(reduction="batchmean")(p.log(), q)
        tensor(0.1308)
    """

    def __init__(
        self,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
        log_target: bool = False,
    ) -> None:
        batchmean = reduction == "batchmean" and size_average is None and reduce is None
        super().__init__(size_average, reduce, "sum" if batchmean else reduction)
        if batchmean:
            self.reduction = reduction
        self.log_target = log_target

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.kl_div(input, target, reduction=self.reduction, log_target=self.log_target)


class MarginRankingLoss(_Loss):
    """max(0, margin - target · (input1 - input2)), averaged.

    A target of 1 wants the first to be larger, -1 the second. The three have one shape, any.

    Args:
        margin: by how much the larger should be larger.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.MarginRankingLoss.html

    Example:
        >>> MarginRankingLoss()(Tensor([1.0]), Tensor([3.0]), Tensor([1.0]))
        tensor(2.)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.margin_ranking_loss(input1, input2, target, self.margin, reduction=self.reduction)


class CosineEmbeddingLoss(_Loss):
    """1 - cos(input1, input2) where the target is 1, and max(0, cos(input1, input2) - margin) where it is -1, averaged.

    The inputs have shape (N, D) or (D,), the target (N,) or ().

    Args:
        margin: in [-1, 1].
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.CosineEmbeddingLoss.html

    Example:
        >>> CosineEmbeddingLoss()(Tensor([[3.0, 4.0]]), Tensor([[4.0, 3.0]]), Tensor([1.0]))
        tensor(0.0400)
    """

    def __init__(
        self,
        margin: float = 0.0,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.margin = margin

    def forward(self, input1: Tensor, input2: Tensor, target: Tensor) -> Tensor:
        """Return the loss."""
        return F.cosine_embedding_loss(input1, input2, target, self.margin, reduction=self.reduction)


class TripletMarginLoss(_Loss):
    """max(0, margin + |anchor - positive| - |anchor - negative|), averaged.

    The three have shape (N, D) or (D,).

    Args:
        margin: by how much farther the negative should be, above 0.
        p: which norm.
        eps: added to the differences.
        swap: take the distance of positive and negative where it is less than that of anchor and negative.
        size_average: deprecated.
        reduce: deprecated.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: a margin that is not positive, or an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginLoss.html

    Example:
        >>> TripletMarginLoss()(Tensor([[0.0, 0.0]]), Tensor([[3.0, 0.0]]), Tensor([[0.0, 2.0]]))
        tensor(2.)
    """

    @checked
    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        size_average: bool | None = None,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        if not margin > 0:
            raise ValueError(f"margin must be greater than 0, got {margin}")
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Return the loss."""
        return F.triplet_margin_loss(
            anchor, positive, negative, self.margin, self.p, self.eps, self.swap, reduction=self.reduction
        )


class TripletMarginWithDistanceLoss(_Loss):
    """max(0, margin + d(anchor, positive) - d(anchor, negative)) for any distance d, averaged.

    The three have one shape, any that d takes.

    Args:
        distance_function: d, of two tensors; `PairwiseDistance` unless given.
        margin: by how much farther the negative should be, above 0.
        swap: take the distance of positive and negative where it is less than that of anchor and negative.
        reduction: "mean", "sum" or "none".

    Raises:
        ValueError: a margin that is not positive, or an unknown reduction.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.TripletMarginWithDistanceLoss.html

    Example:
        >>> loss = TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(-1))
        >>> loss(Tensor([[0.0]]), Tensor([[3.0]]), Tensor([[2.0]]))
        tensor(2.)
    """

    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: str = "mean",
    ) -> None:
        super().__init__(reduction=reduction)
        if not margin > 0:
            raise ValueError(f"margin must be greater than 0, got {margin}")
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    def forward(self, anchor: Tensor, positive: Tensor, negative: Tensor) -> Tensor:
        """Return the loss."""
        return F.triplet_margin_with_distance_loss(
            anchor,
            positive,
            negative,
            distance_function=self.distance_function,
            margin=self.margin,
            swap=self.swap,
            reduction=self.reduction,
        )
