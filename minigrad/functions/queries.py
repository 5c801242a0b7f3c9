"""Questions about an object as a whole."""

from __future__ import annotations

from .._tensor.base import TensorBase
from .arguments import check_tensor


def numel(input: TensorBase) -> int:
    """Return the number of elements, the product of the sizes.

    Args:
        input: a tensor.

    Raises:
        TypeError: not a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.numel.html

    Example:
        >>> import minigrad
        >>> numel(minigrad.zeros(2, 3))
        6
    """
    check_tensor("numel", input)
    return input.array.size


def is_floating_point(input: TensorBase) -> bool:
    """Return whether the elements are floats: float16, float32 or float64.

    Args:
        input: a tensor.

    Raises:
        TypeError: not a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.is_floating_point.html

    Example:
        >>> import minigrad
        >>> is_floating_point(minigrad.zeros(2))
        True
    """
    check_tensor("is_floating_point", input)
    return input.array.dtype.kind == "f"


def is_complex(input: TensorBase) -> bool:
    """Return False: there are no complex tensors.

    Args:
        input: a tensor.

    Raises:
        TypeError: not a tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.is_complex.html

    Example:
        >>> import minigrad
        >>> is_complex(minigrad.zeros(2))
        False
    """
    check_tensor("is_complex", input)
    return False


def is_nonzero(input: TensorBase) -> bool:
    """Return whether the only element is not 0.

    Args:
        input: a tensor of one element.

    Raises:
        RuntimeError: the tensor has not exactly one element.

    Source: https://pytorch.org/docs/stable/generated/torch.is_nonzero.html

    Example:
        >>> import minigrad
        >>> is_nonzero(minigrad.tensor([0.0]))
        False
    """
    return bool(input)
