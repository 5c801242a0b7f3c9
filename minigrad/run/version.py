"""The version that scripts read in ``torch.__version__``."""

from __future__ import annotations

import re
from typing import Any

from .. import __version__ as own_version

FOLLOWED = "2.13.0"
"""The release of PyTorch whose names and meaning are minigrad's."""


class TorchVersion(str):
    """A version as text, which also compares with other texts and with tuples as versions do.

    Source: https://pytorch.org/docs/stable/torch.html (torch.torch_version.TorchVersion)

    Example:
        >>> TorchVersion("2.13.0") > "2.4", TorchVersion("2.13.0") >= (2, 13), "2.13.0" < "2.4"
        (True, True, True)
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __lt__(self, other: Any) -> Any:
        return _ordered(self, other, lambda a, b: a < b)

    def __le__(self, other: Any) -> Any:
        return _ordered(self, other, lambda a, b: a <= b)

    def __gt__(self, other: Any) -> Any:
        return _ordered(self, other, lambda a, b: a > b)

    def __ge__(self, other: Any) -> Any:
        return _ordered(self, other, lambda a, b: a >= b)

    def __eq__(self, other: object) -> Any:
        return _ordered(self, other, lambda a, b: a == b)

    def __ne__(self, other: object) -> Any:
        return not self == other


def _ordered(version: str, other: Any, compare: Any) -> Any:
    theirs = _key(".".join(map(str, other)) if isinstance(other, tuple | list) else other)
    if theirs is None:
        return NotImplemented if not isinstance(other, str) else compare(str(version), str(other))
    return compare(_key(version), theirs)


def _key(version: Any) -> tuple[tuple[int, ...], str] | None:
    """Return the numbers of a release without zeros at the end, and its local part; None for another text."""
    found = re.fullmatch(r"v?(\d+(?:\.\d+)*)(?:\+([\w.]+))?", str.strip(version)) if isinstance(version, str) else None
    if found is None:
        return None
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), found[2] or ""


VERSION = TorchVersion(f"{FOLLOWED}+minigrad.{own_version}")
