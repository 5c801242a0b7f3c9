"""Questions about an object as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .arguments import check_tensor

if TYPE_CHECKING:
    from ..tensor import Tensor


def numel(input: Tensor) -> int:
    """Return the number of elements."""
    check_tensor("numel", input)
    return input.array.size


def is_floating_point(input: Tensor) -> bool:
    """Return whether the elements are floats."""
    check_tensor("is_floating_point", input)
    return input.array.dtype.kind == "f"


def is_complex(input: Tensor) -> bool:
    """Return False: there are no complex tensors."""
    check_tensor("is_complex", input)
    return False


def is_nonzero(input: Tensor) -> bool:
    """Return whether the only element is not 0; RuntimeError where there is not exactly one."""
    return bool(input)
