"""Layers that only reshape."""

from __future__ import annotations

from collections.abc import Sequence

from ..functions.tensor import Tensor
from .module import Module


class Flatten(Module):
    """A range of dimensions made one; all but the first unless told otherwise.

    Args:
        start_dim: the first dimension of the range.
        end_dim: the last one.

    Raises:
        IndexError: at a call, the input has no such dimension.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Flatten.html

    Example:
        >>> import minigrad
        >>> Flatten()(minigrad.zeros(3, 2, 5)).shape
        minigrad.Size([3, 10])
    """

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, flattened."""
        return input.flatten(self.start_dim, self.end_dim)

    def extra_repr(self) -> str:
        """Return the range."""
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """One dimension made several.

    Args:
        dim: which dimension.
        unflattened_size: the sizes that it is to have, one of which may be -1.

    Raises:
        TypeError: the sizes are not integers in a tuple or list.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Unflatten.html

    Example:
        >>> import minigrad
        >>> Unflatten(1, (2, 5))(minigrad.zeros(3, 10)).shape
        minigrad.Size([3, 2, 5])
    """

    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        if not isinstance(unflattened_size, tuple | list):
            raise TypeError(
                f"unflattened_size must be a tuple of ints, but found type {type(unflattened_size).__name__}"
            )
        for i, n in enumerate(unflattened_size):
            if not isinstance(n, int):
                raise TypeError(
                    f"unflattened_size must be tuple of ints, but found element of type {type(n).__name__} at pos {i}"
                )
        self.dim = dim
        self.unflattened_size = unflattened_size

    def forward(self, input: Tensor) -> Tensor:
        """Return the input, unflattened; RuntimeError where the sizes do not multiply to the dimension's."""
        return input.unflatten(self.dim, self.unflattened_size)

    def extra_repr(self) -> str:
        """Return the dimension and the sizes."""
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
