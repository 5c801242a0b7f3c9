"""How far a long loop is, for whoever waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

Item = TypeVar("Item")


def progress(items: Iterable[Item], what: str, total: int | None = None, unit: str = "step") -> Iterable[Item]:
    """Show how far a loop is; the bar goes when it is done."""
    return bar(iterable=items, desc=what, total=total, unit=unit)


def bar(**options: Any) -> Any:
    """Return tqdm's bar, which goes when it is done; tqdm is an extra, so it is imported where it is used."""
    from tqdm import tqdm

    return tqdm(**options, leave=False)
