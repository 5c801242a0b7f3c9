"""What may be said to an optimizer: checks of the options, and their values as numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..functions.tensor import Tensor

Options = Mapping[str, Any]

SPOKEN = {"lr": "learning rate", "eps": "epsilon value"}


def numbers(options: Options, *names: str) -> list[float]:
    """Return the values of options as Python numbers, where they are tensors of one element too; tuples in a row.

    PyTorch computes with an option in a tensor of float32 in float32; here all such numbers are in double precision.
    """
    found: list[float] = []
    for name in names:
        value = options[name]
        for number in value if isinstance(value, tuple | list) else (value,):
            found.append(number.item() if isinstance(number, Tensor) else number)
    return found


def at_least_zero(options: Options, *names: str) -> None:
    """Raise ValueError for an option that is not a number >= 0."""
    for name in names:
        one_element(name, options[name])
        if not options[name] >= 0.0:
            raise ValueError(f"Invalid {SPOKEN.get(name, f'{name} value')}: {options[name]}")


def fractions(betas: tuple[float | Tensor, ...]) -> None:
    """Raise ValueError for a β outside of [0, 1)."""
    for i, beta in enumerate(betas):
        one_element(f"betas[{i}]", beta)
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")


def one_element(name: str, value: Any) -> None:
    """Raise ValueError for a tensor of several elements."""
    if isinstance(value, Tensor) and value.numel() != 1:
        raise ValueError(f"Tensor {name} must be 1-element, but got {value.numel()} elements")


def refuse_switches(options: Options) -> None:
    """Raise where one of PyTorch's switches asks for what there is not; `foreach` and `fused` change nothing.

    Raises:
        RuntimeError: `fused` together with `differentiable` or `foreach`; `differentiable` (as NotImplementedError),
            which PyTorch refuses at the first step over leaves.
        AssertionError: `capturable`, which PyTorch on the CPU refuses at the first step.
    """
    for other in ("differentiable", "foreach"):
        if options.get("fused") and options.get(other):
            raise RuntimeError(f"`fused` and `{other}` cannot be `True` together.")
    if options.get("differentiable"):
        raise NotImplementedError("differentiable=True: a step is not recorded here, so that it must be False")
    if options.get("capturable"):
        raise AssertionError("capturable=True: there are no graphs to capture on the CPU, so that it must be False")
