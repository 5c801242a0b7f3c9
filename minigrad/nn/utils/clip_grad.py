"""Gradients kept from becoming too large."""

from __future__ import annotations

import math
import warnings
from collections.abc import Generator, Iterable

from ..._tensor.declared import explaining
from ..._tensor.grad_mode import no_grad
from ...functions.creation import tensor
from ...functions.joining import stack
from ...functions.tensor import Tensor

Tensors = Tensor | Iterable[Tensor]


@explaining
@no_grad()
def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float | str = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale all gradients by one number, in place, so that their common norm is at most max_norm.

    grad ← grad · min(1, max_norm / (norm + 10⁻⁶)), where norm is that of all gradients as one vector.

    Args:
        parameters: a tensor or several; those without a gradient are left out.
        max_norm: the largest norm.
        norm_type: which norm; ``math.inf`` or "inf" for the largest absolute value.
        error_if_nonfinite: raise where the norm is infinite or NaN, instead of spreading it to all gradients.
        foreach: accepted for PyTorch's sake.

    Returns:
        The norm before the clipping.

    Raises:
        RuntimeError: the norm is not finite, and error_if_nonfinite.

    Source: Pascanu et al., "On the difficulty of training recurrent neural networks", 2013;
        https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html

    Example:
        >>> w = Tensor([0.0, 0.0]).requires_grad_()
        >>> (w * Tensor([3.0, 4.0])).sum().backward()
        >>> clip_grad_norm_(w, max_norm=1.0), w.grad
        (tensor(5.), tensor([0.6000, 0.8000]))
    """
    listed = _listed(parameters)
    if isinstance(parameters, Generator) and not listed:
        warnings.warn("`parameters` is an empty generator, no gradient clipping will occur.", stacklevel=3)
    total_norm = get_total_norm(_gradients(listed), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(listed, max_norm, total_norm)
    return total_norm


@explaining
@no_grad()
def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale all gradients, in place, by min(1, max_norm / (total_norm + 10⁻⁶)).

    Args:
        parameters: a tensor or several; those without a gradient are left out.
        max_norm: the norm that is not to be exceeded.
        total_norm: that of all gradients, as `get_total_norm` returns it.
        foreach: accepted for PyTorch's sake.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grads_with_norm_.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(tensor([3.0, 4.0]))
        >>> w.grad = tensor([3.0, 4.0])
        >>> clip_grads_with_norm_(w, 1.0, get_total_norm(w.grad))
        >>> w.grad
        tensor([0.6000, 0.8000])
    """
    factor = (float(max_norm) / (total_norm + 1e-6)).clamp(max=1.0)
    for grad in _gradients(_listed(parameters)):
        grad.mul_(factor)


@explaining
@no_grad()
def get_total_norm(
    tensors: Tensors, norm_type: float | str = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """Return the norm of several tensors as one vector.

    Args:
        tensors: a tensor or several.
        norm_type: p of the p-norm; ∞ for the largest absolute value.
        error_if_nonfinite: raise where the norm is infinite or NaN.
        foreach: accepted for PyTorch's sake.

    Raises:
        RuntimeError: the norm is not finite, and that is an error.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.get_total_norm.html

    Example:
        >>> get_total_norm([tensor([3.0]), tensor([4.0])])
        tensor(5.)
    """
    p = float(norm_type)
    norms = [x.norm(p) for x in _listed(tensors)]
    if not norms:
        return tensor(0.0)
    total_norm: Tensor = stack(norms).norm(p)
    if error_if_nonfinite and not math.isfinite(total_norm.item()):
        raise RuntimeError(
            f"The total norm of order {p} for gradients from `parameters` is non-finite, so it cannot be clipped. To "
            "disable this error and scale the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total_norm


@explaining
@no_grad()
def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Move every element of the gradients into [-clip_value, clip_value], in place.

    Args:
        parameters: a tensor or several; those without a gradient are left out.
        clip_value: the largest absolute value.
        foreach: accepted for PyTorch's sake.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_value_.html

    Example:
        >>> from minigrad.nn import Parameter
        >>> w = Parameter(tensor([1.0, 2.0]))
        >>> w.grad = tensor([-3.0, 0.5])
        >>> clip_grad_value_(w, 1.0)
        >>> w.grad
        tensor([-1.0000,  0.5000])
    """
    bound = float(clip_value)
    for grad in _gradients(_listed(parameters)):
        grad.clamp_(-bound, bound)


def _listed(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _gradients(parameters: list[Tensor]) -> list[Tensor]:
    return [parameter.grad for parameter in parameters if parameter.grad is not None]
