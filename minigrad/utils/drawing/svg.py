"""A graph as an SVG drawing."""

from __future__ import annotations

import unicodedata
from html import escape
from typing import Any

from .graph import Graph, Place
from .layout import Layout, Spot, lay_out
from .text import Role, lines_of

INK, FAINT, PAPER, BLUE, VERMILLION = "#1f2328", "#c9d1d9", "#ffffff", "#0072b2", "#d55e00"
COLORS: dict[Role, str] = {"name": INK, "shape": INK, "value": INK, "gradient": VERMILLION, "rule": BLUE}

CHARACTER, LINE, PADDING, TITLE = 6.7, 14, 8, 40  # pixels

Lines = list[tuple[str, Role]]


def to_svg(graph: Graph, title: str = "") -> str:
    """Return the graph as a drawing, with a title above it if there is one."""
    lines = {place: lines_of(box) for place, box in graph.items()}
    layout = arranged(graph, title)
    width = max(layout.width, columns(title) * 7.5 + 24)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {layout.height:.0f}" width="{width:.0f}" '
        f'height="{layout.height:.0f}" role="img" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" '
        f'font-size="11"><title>{escape(title or summary_of(graph))}</title>',
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" style="fill:{INK}"/></marker></defs>',
        f'<rect width="100%" height="100%" style="fill:{PAPER}"/>',
    ]
    if title:
        heading = f'<text x="12" y="22" font-family="DejaVu Sans, sans-serif" font-size="13" style="fill:{INK}">'
        parts.append(f"{heading}{escape(title)}</text>")
    parts += [arrow([layout.spots[item] for item in items]) for items in layout.lines]
    parts += [drawn(lines[place], layout.spots[place], leaf=not box.inputs) for place, box in graph.items()]
    return "\n".join([*parts, "</svg>"])


def arranged(graph: Graph, title: str = "") -> Layout:
    """Return where the boxes go, each large enough for its lines."""

    def size(place: Place) -> tuple[float, float]:
        lines = lines_of(graph[place])
        return max(columns(text) for text, _ in lines) * CHARACTER + 2 * PADDING, len(lines) * LINE + 2 * PADDING

    return lay_out(graph, size, top=TITLE) if title else lay_out(graph, size)


def summary_of(graph: Graph) -> str:
    """Return a line on the graph for whoever does not see it."""
    operations = [box for box in graph.values() if box.inputs]
    given = ", ".join(box.name for box in graph.values() if not box.inputs)
    return f"A graph of {len(operations)} operations, from {given}." if operations else f"A graph of {given} alone."


def columns(text: str) -> int:
    """Return how many columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def arrow(spots: list[Spot]) -> str:
    """Return a curve from the first box, down through the passages, to the last."""
    first, *others = spots
    x, y = first.middle, first.top + first.height
    path = f"M{x:.0f} {y:.0f}"
    for spot in others:
        bend = (spot.top - y) / 2
        path += f"C{x:.0f} {y + bend:.0f} {spot.middle:.0f} {spot.top - bend:.0f} {spot.middle:.0f} {spot.top:.0f}"
        x, y = spot.middle, spot.top
        if spot.width == 0:
            y += spot.height
            path += f"V{y:.0f}"
    return f'<path d="{path}" style="fill:none;stroke:{INK}" marker-end="url(#tip)"/>'


def drawn(lines: Lines, spot: Spot, leaf: bool) -> str:
    """Return a box with its lines; dashed if it is what was given."""
    dashes = "stroke-dasharray:4 2;" if leaf else ""
    parts: list[Any] = [
        f'<rect x="{spot.left:.0f}" y="{spot.top:.0f}" width="{spot.width:.0f}" height="{spot.height:.0f}" rx="5" '
        f'style="fill:{PAPER};stroke:{FAINT};{dashes}stroke-width:1.5"/>'
    ]
    for i, (text, role) in enumerate(lines):
        y = spot.top + PADDING + (i + 0.8) * LINE
        weight = "font-weight:bold;" if role == "name" else ""
        parts.append(
            f'<text x="{spot.left + PADDING:.0f}" y="{y:.0f}" xml:space="preserve" '
            f'style="{weight}fill:{COLORS[role]}">{escape(text)}</text>'
        )
    return "".join(parts)
