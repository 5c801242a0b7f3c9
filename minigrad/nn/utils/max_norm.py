"""Max-norm regularization: a bound on every unit's incoming weights."""

from __future__ import annotations

from collections.abc import Iterable

from ..._tensor.grad_mode import no_grad
from ..._tensor.shapes import axis_of
from ...functions.tensor import Tensor
from ..module import Module


@no_grad()
def max_norm_(
    parameters: Module | Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, dim: int = 0
) -> None:
    """Scale every unit's vector of incoming weights down to a norm where its own is larger, in place.

    w ← w · min(1, max_norm / |w|) for each w = W[i] along ``dim``: the projection onto a ball, after an optimizer's
    step. Units within the bound do not change. Unlike weight decay it pulls at no weight until the bound is met, which
    lets a network with dropout learn fast without its weights growing without end.

    Args:
        parameters: a module, whose weights are meant; or a tensor, or several. Of a module, parameters of fewer than
            two dimensions (biases, the weights of normalizations) are left out: they are no unit's incoming vector.
        max_norm: the largest norm, above 0; 3 or 4 is usual.
        norm_type: which norm.
        dim: the dimension that counts the units: 0 for ``Linear.weight``, of shape (out_features, in_features).

    Raises:
        ValueError: max_norm is not above 0, or a tensor has fewer than two dimensions.
        IndexError: dim is out of range.

    Source: Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting", JMLR 2014,
        section 5.1. PyTorch has ``torch.renorm`` for a tensor, and no function for a network.

    Example:
        >>> W = Tensor([[3.0, 4.0], [0.3, 0.4]])
        >>> max_norm_(W, 1.0)
        >>> W
        tensor([[0.6000, 0.8000],
                [0.3000, 0.4000]])
    """
    if not max_norm > 0:
        raise ValueError(f"max_norm_: expected max_norm > 0, but got {max_norm}")
    for weight in _weights(parameters):
        unit = axis_of(dim, weight.ndim)
        others = [i for i in range(weight.ndim) if i != unit]
        norm = weight.norm(norm_type, others, keepdim=True)
        weight.mul_(max_norm / norm.clamp(min=max_norm))


def _weights(parameters: Module | Tensor | Iterable[Tensor]) -> list[Tensor]:
    if isinstance(parameters, Module):
        return [parameter for parameter in parameters.parameters() if parameter.ndim >= 2]
    weights = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    for weight in weights:
        if weight.ndim < 2:
            raise ValueError(
                f"max_norm_: expected tensors of at least 2 dimensions, but got shape {list(weight.shape)}"
            )
    return weights
