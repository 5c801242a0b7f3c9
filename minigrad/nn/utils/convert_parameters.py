"""All parameters as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from ...functions.joining import cat
from ...functions.tensor import Tensor


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """Return all parameters as one vector, through which the gradient flows.

    Args:
        parameters: tensors, at least one.

    Raises:
        ValueError: there is none.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.parameters_to_vector.html

    Example:
        >>> parameters_to_vector([Tensor([[1.0, 2.0]]), Tensor([3.0])])
        tensor([1., 2., 3.])
    """
    vector: Tensor = cat([parameter.reshape(-1) for parameter in parameters])
    return vector


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Let the parameters be views of the parts of a vector, in order.

    Args:
        vec: as many numbers as the parameters have, or more.
        parameters: tensors, whose ``.data`` are replaced.

    Raises:
        TypeError: vec is no tensor.
        RuntimeError: it is too short.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.utils.vector_to_parameters.html

    Example:
        >>> w = Tensor([[0.0, 0.0]])
        >>> vector_to_parameters(Tensor([1.0, 2.0]), [w])
        >>> w
        tensor([[1., 2.]])
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected Tensor, but got: {type(vec).__name__}")
    start = 0
    for parameter in parameters:
        stop = start + parameter.numel()
        parameter.data = vec[start:stop].view_as(parameter).data
        start = stop
