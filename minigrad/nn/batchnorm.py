"""Batch normalization as a layer."""

from __future__ import annotations

from typing import Any

from .._tensor.dtypes import dtype as DType, int64
from ..functions.creation import empty, ones, tensor, zeros
from ..functions.tensor import Tensor
from . import functional as F, init
from .module import Module
from .parameter import Parameter


class BatchNorm1d(Module):
    """y = (x - E[x]) / √(Var[x] + ε) · w + b for every channel, over the batch while training.

    In evaluation, mean and variance are the running ones that training has left.

    Args:
        num_features: C, the number of channels of an input (N, C) or (N, C, L).
        eps: ε.
        momentum: how far the running statistics move towards those of a batch; None for the plain average of all.
        affine: whether there are w and b.
        track_running_stats: whether there are running statistics; without them, evaluation takes those of the batch.
        device: accepted where it is the CPU.
        dtype: of the parameters and running statistics; the default float dtype unless given.
        bias: whether there is a b, where there is a w.

    Attributes:
        weight: w, of shape (C,), at first 1; or None.
        bias: b, of shape (C,), at first 0; or None.
        running_mean: a buffer of shape (C,), at first 0; or None.
        running_var: a buffer of shape (C,), at first 1; or None.
        num_batches_tracked: a buffer, how many batches it was trained on; or None.

    Raises:
        ValueError: an input of other than 2 or 3 dimensions, or one value per channel while training.

    Source: Ioffe and Szegedy, "Batch Normalization", 2015;
        https://pytorch.org/docs/stable/generated/torch.nn.BatchNorm1d.html

    Example:
        >>> import minigrad
        >>> layer = BatchNorm1d(2)
        >>> layer(minigrad.tensor([[0.0, 10.0], [2.0, 30.0]])).detach(), layer.running_mean
        (tensor([[-1.0000, -1.0000],
                [ 1.0000,  1.0000]]), tensor([0.1000, 2.0000]))
    """

    weight: Parameter | None
    bias: Parameter | None
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: DType | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        like: dict[str, Any] = {"device": device, "dtype": dtype}
        track = track_running_stats
        self.register_parameter("weight", Parameter(empty(num_features, **like)) if affine else None)
        self.register_parameter("bias", Parameter(empty(num_features, **like)) if affine and bias else None)
        self.register_buffer("running_mean", zeros(num_features, **like) if track else None)
        self.register_buffer("running_var", ones(num_features, **like) if track else None)
        self.register_buffer("num_batches_tracked", tensor(0, dtype=int64) if track else None)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Set the running statistics to those of the standard normal distribution."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Let the layer be as it was at first."""
        self.reset_running_stats()
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """Normalize the input; while training, count the batch."""
        if input.ndim not in (2, 3):
            raise ValueError(f"expected 2D or 3D input (got {input.ndim}D input)")
        tracked = self.track_running_stats or not self.training
        mean, var = (self.running_mean, self.running_var) if tracked else (None, None)
        of_batch = self.training or (mean is None and var is None)
        return F.batch_norm(input, mean, var, self.weight, self.bias, of_batch, self._momentum(), self.eps)

    def _momentum(self) -> float | Tensor:
        """Count a batch to train on, and return how far the running statistics move towards it."""
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                return 1 / self.num_batches_tracked.double()
        return self.momentum or 0.0

    def extra_repr(self) -> str:
        """Return the settings."""
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )
