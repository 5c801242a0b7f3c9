"""Where the boxes of a graph go: in rows, inputs above what uses them, so that few lines cross.

Source: K. Sugiyama et al., "Methods for visual understanding of hierarchical system structures", IEEE Transactions on
    Systems, Man, and Cybernetics 11, 1981: rows by longest path, stand-ins where a line passes a row, order and place
    by the mean of the neighbours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from .graph import Graph, Place

GAP, BETWEEN, MARGIN = 34.0, 12.0, 12.0  # pixels between rows, between boxes, and around all
SWEEPS = 4


class Spot(NamedTuple):
    """A rectangle of the drawing, in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """The x in its middle."""
        return self.left + self.width / 2


class Passage(NamedTuple):
    """Where a line passes a row on its way from an input to what uses it."""

    source: Place
    target: Place
    row: int


class Layout(NamedTuple):
    """Where everything is.

    Attributes:
        spots: of the places, and of the passages of lines that are longer than a row.
        lines: for each input of each place what its line goes through: the input, passages, the place.
        width, height: of the drawing.
    """

    spots: dict[Any, Spot]
    lines: list[list[Any]]
    width: float
    height: float


def lay_out(graph: Graph, size: Callable[[Place], tuple[float, float]], top: float = MARGIN) -> Layout:
    """Return where the boxes go.

    Args:
        graph: users before what they use.
        size: returns the width and height of a place's box.
        top: what to leave free above.
    """
    row_of = rows_of(graph)
    lines = [line(source, target, row_of) for target, box in graph.items() for source in box.inputs]
    rows: list[list[Any]] = [[] for _ in range(max(row_of.values()) + 1)]
    for item in dict.fromkeys([*graph, *(item for line in lines for item in line)]):
        rows[item.row if isinstance(item, Passage) else row_of[item]].append(item)
    above, below = neighbours(lines)
    for sweep in range(SWEEPS):
        order(rows, above if sweep % 2 else below, downwards=bool(sweep % 2))
    sizes = {item: (0.0, 0.0) if isinstance(item, Passage) else size(item) for row in rows for item in row}
    middles = place(rows, sizes, above, below)
    left = min(middles[item] - sizes[item][0] / 2 for item in middles) - MARGIN
    width = max(middles[item] + sizes[item][0] / 2 for item in middles) + MARGIN - left
    spots = {}
    for row in rows:
        height = max(sizes[item][1] for item in row)
        for item in row:
            w, h = sizes[item]
            own = height if isinstance(item, Passage) else h  # a line passes a row from top to bottom
            spots[item] = Spot(middles[item] - w / 2 - left, top + height - own, w, own)
        top += height + GAP
    return Layout(spots, lines, width, top - GAP + MARGIN)


def rows_of(graph: Graph) -> dict[Place, int]:
    """Return the row of every place, 0 at the top: the root is last, everything else just above its highest user."""
    rank = dict.fromkeys(graph, 0)
    for place, box in graph.items():  # a place comes after all that use it
        for source in box.inputs:
            rank[source] = max(rank[source], rank[place] + 1)
    last = max(rank.values())
    return {place: last - r for place, r in rank.items()}


def line(source: Place, target: Place, row_of: Mapping[Place, int]) -> list[Any]:
    """Return what a line goes through."""
    return [source, *(Passage(source, target, row) for row in range(row_of[source] + 1, row_of[target])), target]


def neighbours(lines: list[list[Any]]) -> tuple[dict[Any, list[Any]], dict[Any, list[Any]]]:
    """Return what lies above each item of the drawing, joined to it, and what lies below."""
    above: dict[Any, list[Any]] = {}
    below: dict[Any, list[Any]] = {}
    for items in lines:
        for upper, lower in pairwise(items):
            above.setdefault(lower, []).append(upper)
            below.setdefault(upper, []).append(lower)
    return above, below


def order(rows: list[list[Any]], fixed: Mapping[Any, list[Any]], downwards: bool) -> None:
    """Sort each row by the mean place of its neighbours in the row that was sorted before."""
    position: dict[Any, float] = {item: i for row in rows for i, item in enumerate(row)}
    for row in rows if downwards else reversed(rows):
        row.sort(key=lambda item: mean([position[other] for other in fixed.get(item, [])], position[item]))
        position.update((item, i) for i, item in enumerate(row))


def place(
    rows: list[list[Any]],
    sizes: Mapping[Any, tuple[float, float]],
    above: Mapping[Any, list[Any]],
    below: Mapping[Any, list[Any]],
) -> dict[Any, float]:
    """Return the x in the middle of every item: near the mean of its neighbours, and apart from those of its row."""
    middles: dict[Any, float] = {}
    for row in rows:
        spread(row, dict.fromkeys(row, 0.0), sizes, middles)
    for sweep in range(2 * SWEEPS):
        fixed = below if sweep % 2 else above
        for row in reversed(rows) if sweep % 2 else rows:
            wanted = {item: mean([middles[other] for other in fixed.get(item, [])], middles[item]) for item in row}
            spread(row, wanted, sizes, middles)
    return middles


def spread(
    row: list[Any],
    wanted: Mapping[Any, float],
    sizes: Mapping[Any, tuple[float, float]],
    middles: dict[Any, float],
) -> None:
    """Place a row from left to right, each item where it is wanted or behind the one before; then move the whole."""
    edge = -float("inf")
    for item in row:
        half = sizes[item][0] / 2
        middles[item] = max(wanted[item], edge + half)
        edge = middles[item] + half + BETWEEN
    shift = mean([wanted[item] - middles[item] for item in row], 0.0)
    for item in row:
        middles[item] += shift


def mean(numbers: list[float], default: float) -> float:
    """Return the mean, or the default of nothing."""
    return sum(numbers) / len(numbers) if numbers else default
