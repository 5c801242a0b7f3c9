"""What an interval allows to say."""

from __future__ import annotations

from collections.abc import Sequence

from .house import Interval, interval


def paired(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the mean of second - first, seed by seed, with its 95% interval."""
    return interval([b - a for a, b in zip(first, second, strict=True)])


def verdict(change: Interval, what: str, spec: str = ".3f") -> str:
    """Say which way something went, if the interval leaves zero out: "lowers the test loss by 0.050 ± 0.010"."""
    if not change.clear_of_zero:
        return f"does not clearly move {what} ({change:{spec}})"
    return f"{'raises' if change.mean > 0 else 'lowers'} {what} by {abs(change.mean):{spec}} ± {change.margin:{spec}}"
