"""Where tensors live: on the CPU. Scripts that ask for something else are told so, and those that only ask go on."""

from __future__ import annotations

from typing import Any

KINDS = ("cpu", "cuda", "mps", "xpu", "meta")


class device:
    """The name of a place for tensors, such as ``device("cpu")``.

    Args:
        type: "cpu", or the name of a device that a script may ask about; with an index, as in "cuda:0".
        index: the same index as a number.

    Raises:
        RuntimeError: no kind of device has this name.

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.device

    Example:
        >>> device("cpu"), str(device("cuda:0"))
        (device(type='cpu'), 'cuda:0')
    """

    __slots__ = ("index", "type")

    def __init__(self, type: Any, index: int | None = None) -> None:
        name = f"cuda:{type}" if isinstance(type, int) else str(type)
        kind, _, number = name.partition(":")
        if kind not in KINDS or (number and not number.isdecimal()):
            raise RuntimeError(f"Expected one of {', '.join(KINDS)} device type at start of device string: {type}")
        self.type = kind
        self.index = int(number) if number else index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __repr__(self) -> str:
        return f"device(type='{self.type}'" + (")" if self.index is None else f", index={self.index})")


CPU = device("cpu")


def check_device(place: Any) -> None:
    """Raise for a place that is not the CPU, as PyTorch does where it was built for the CPU alone."""
    if place is None:
        return
    kind = device(place).type
    if kind == "cuda":
        raise AssertionError(f"minigrad is not compiled with CUDA enabled: it has the CPU only, but got device {place}")
    if kind != "cpu":
        raise RuntimeError(f"minigrad has the CPU only, but got device {place}")


def set_default_device(place: Any) -> None:
    """Accept the CPU as the place of new tensors.

    Args:
        place: the CPU: "cpu", or a `device`.

    Raises:
        AssertionError: CUDA.
        RuntimeError: another device.

    Source: https://pytorch.org/docs/stable/generated/torch.set_default_device.html

    Example:
        >>> set_default_device("cpu")
    """
    check_device(place)


def get_default_device() -> device:
    """Return the place of new tensors: the CPU.

    Source: https://pytorch.org/docs/stable/generated/torch.get_default_device.html

    Example:
        >>> get_default_device()
        device(type='cpu')
    """
    return CPU


def get_num_threads() -> int:
    """Return 1. NumPy's library of matrix products has threads of its own, set by OPENBLAS_NUM_THREADS and its like.

    Source: https://pytorch.org/docs/stable/generated/torch.get_num_threads.html

    Example:
        >>> get_num_threads()
        1
    """
    return 1


def set_num_threads(n: int) -> None:
    """Accept a number of threads, which changes nothing.

    Args:
        n: at least 1.

    Raises:
        RuntimeError: n is not positive.

    Source: https://pytorch.org/docs/stable/generated/torch.set_num_threads.html

    Example:
        >>> set_num_threads(4)
        >>> get_num_threads()
        1
    """
    if n < 1:
        raise RuntimeError(f"set_num_threads expects a positive integer, but got {n}")


def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Accept the wish for results that repeat: they always do.

    Args:
        mode: PyTorch's; changes nothing.
        warn_only: PyTorch's; changes nothing.

    Source: https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html

    Example:
        >>> use_deterministic_algorithms(True)
    """


def set_deterministic(d: bool) -> None:
    """Accept the wish for results that repeat, by the name that `use_deterministic_algorithms` had in PyTorch 1.7.

    Args:
        d: PyTorch's; changes nothing.

    Source: https://pytorch.org/docs/stable/generated/torch.use_deterministic_algorithms.html

    Example:
        >>> set_deterministic(True)
    """
