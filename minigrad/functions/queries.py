"""Questions about an object as a whole."""

from __future__ import annotations

from .._tensor.base import TensorBase
from .arguments import check_tensor


def numel(input: TensorBase) -> int:
    """Return the number of elements."""
    check_tensor("numel", input)
    return input.array.size


def is_floating_point(input: TensorBase) -> bool:
    """Return whether the elements are floats."""
    check_tensor("is_floating_point", input)
    return input.array.dtype.kind == "f"


def is_complex(input: TensorBase) -> bool:
    """Return False: there are no complex tensors."""
    check_tensor("is_complex", input)
    return False


def is_nonzero(input: TensorBase) -> bool:
    """Return whether the only element is not 0; RuntimeError where there is not exactly one."""
    return bool(input)
