"""What is dropped as a whole: elements, channels, samples, or all that lies along some axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from numpy.typing import NDArray

Array: TypeAlias = NDArray[Any]
Shape: TypeAlias = tuple[int, ...]

KINDS = ("element", "channel", "sample", "shared")
SHARED_SIDES = (3, 2, 2, 2)  # of the axes that share a mask


@dataclass(frozen=True)
class Kind:
    """Which entries of an input share one draw.

    Attributes:
        name: "element": none; "channel": all behind (N, C); "sample": all behind (N,); "shared": those along `axes`.
        axes: of kind "shared" alone.
    """

    name: str = "element"
    axes: tuple[int, ...] = ()

    @property
    def ranks(self) -> Sequence[int]:
        """Numbers of dimensions that an input of this kind may have."""
        least = {"element": 0, "channel": 3, "sample": 1, "shared": self._least_rank()}[self.name]
        return range(least, 6 if self.name == "channel" else max(5, least + 1))

    @property
    def drops_elements(self) -> bool:
        """Whether every element is drawn for itself."""
        return self.name == "element"

    def shared(self, ndim: int) -> tuple[int, ...]:
        """Return the axes along which one draw holds."""
        if self.name == "shared":
            return tuple(sorted({axis % ndim for axis in self.axes if -ndim <= axis < ndim}))
        first = {"element": ndim, "channel": 2, "sample": 1}[self.name]
        return tuple(range(first, ndim))

    def free_dims(self, ndim: int) -> int:
        """Return how many axes of an input have draws of their own."""
        return ndim - len(self.shared(ndim))

    def shape(self, ndim: int, units: Sequence[int]) -> Shape:
        """Return the shape of an input whose units have this shape."""
        shared = self.shared(ndim)
        free, along = iter(units), iter(SHARED_SIDES)
        return tuple(next(along) if axis in shared else next(free) for axis in range(ndim))

    def units(self, x: Array) -> Array:
        """Return one entry for each unit that is dropped as a whole."""
        shared = self.shared(x.ndim)
        return x[tuple(0 if axis in shared else slice(None) for axis in range(x.ndim))]

    def spread(self, x: Array) -> Array:
        """Return the first entry of each unit, with axes of length 1 for the shared ones."""
        shared = self.shared(x.ndim)
        return x[tuple(slice(0, 1) if axis in shared else slice(None) for axis in range(x.ndim))]

    def _least_rank(self) -> int:
        return max((axis + 1 if axis >= 0 else -axis for axis in self.axes), default=0)

    def __str__(self) -> str:
        return f"shared along {', '.join(map(str, self.axes))}" if self.name == "shared" else self.name


def make_kind(kind: str | Kind, shared_axes: Sequence[int] | None = None) -> Kind:
    """Return the kind of a name; with shared axes, the kind that shares along them.

    Raises:
        ValueError: an unknown name, or shared axes beside another kind.
    """
    if isinstance(kind, Kind):
        return kind
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, KINDS))}, got {kind!r}")
    if shared_axes:
        if kind in ("channel", "sample"):
            raise ValueError(f"shared_axes cannot be given with kind={kind!r}, whose axes are known")
        return Kind("shared", tuple(int(axis) for axis in shared_axes))
    if kind == "shared":
        raise ValueError("kind='shared' needs shared_axes")
    return Kind(kind)
