"""What every loss ends with: the reduction."""

from __future__ import annotations

from ...._tensor.errors import warn_caller
from ....functions.tensor import Tensor


def checked_reduction(reduction: str) -> str:
    """Return a reduction if there is one of this name; ValueError otherwise."""
    if reduction == "elementwise_mean":  # the name of 2018
        warn_caller("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
        return "mean"
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not a valid value for reduction: expected 'none', 'mean' or 'sum'")
    return reduction


def legacy_reduction(size_average: bool | None, reduce: bool | None, reduction: str) -> str:
    """Return the reduction, translated from PyTorch's old arguments where one of those is given."""
    if size_average is None and reduce is None:
        return checked_reduction(reduction)
    if isinstance(size_average, str):
        raise ValueError(
            f"size_average must be a bool, but got {size_average} : a reduction is given by name, as reduction='none', "
            "'mean' or 'sum'"
        )
    averages, reduces = size_average in (None, True), reduce in (None, True)
    reduction = ("mean" if averages else "sum") if reduces else "none"
    warn_caller(f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.")
    return reduction


def reduced(loss: Tensor, reduction: str) -> Tensor:
    """Return the mean of a loss, its sum, or the loss itself."""
    if reduction == "mean":
        return loss.mean()
    return loss.sum() if reduction == "sum" else loss
