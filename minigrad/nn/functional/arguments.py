"""What the functions ask of their tensors."""

from __future__ import annotations

from typing import Any

from ...functions.arguments import check_tensor


def check_tensors(function: str, **arguments: Any) -> None:
    """Raise TypeError for an argument that is no tensor."""
    for name, value in arguments.items():
        check_tensor(function, value, name)


def check_number(function: str, input: Any) -> None:
    """Raise TypeError for an input that is no tensor, NotImplementedError for one of booleans."""
    check_tensor(function, input)
    if input.array.dtype.kind == "b":
        raise NotImplementedError(f"{function}: expected numbers, but got an input of booleans")


def check_float(function: str, input: Any) -> None:
    """Raise TypeError for an input that is no tensor, NotImplementedError for one of integers or booleans."""
    check_tensor(function, input)
    if input.array.dtype.kind != "f":
        raise NotImplementedError(f"{function}: expected a floating-point input, but got {input.dtype}")
