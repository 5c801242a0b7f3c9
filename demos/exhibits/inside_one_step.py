"""The graph of one step with every number in it, drawn, and the rules that made its gradients."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Mapping
from html import escape

import numpy as np

from gallery.exhibit import Demo, Exhibit, Picture, Reference, Table
from gallery.figures import BLUE, FAINT, INK, PAPER, VERMILLION
from inside_one_step import (
    OPTIONS,
    Array,
    Box,
    Node,
    Place,
    Results,
    compute,
    helpers_used,
    replay,
    rules_used,
)


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    graph = results.graph
    mask = next(box for box in graph.values() if box.gradient is None)
    dropped = mask.value == 0
    before = next(box for box in graph.values() if box.name == "relu")  # what the mask is multiplied with
    steps = [
        [
            f"{u.name}[{', '.join(map(str, index))}]",
            f"{u.before[index]:.4f}",
            f"{u.gradient[index]:.4f}",
            f"{u.after[index]:.4f}",
        ]
        for u in results.updates
        for index in np.ndindex(*u.before.shape)
    ]
    return Exhibit(
        answer="zero" if not before.gradient[dropped].any() else "other",
        values={
            "operations": sum(isinstance(place, Node) for place in graph),
            "boxes": len(graph),
            "dropped": int(dropped.sum()),
            "hidden": mask.value.size,
            "replayed": results.replayed,
            "loss": results.loss,
            "after": results.loss_after,
            "worst": max(update.error for update in results.updates),
            "lr": options.lr,
            "helpers": "; ".join(helpers_used(graph)),
        },
        pictures=[Picture("graph", to_svg(graph, results.root))],
        tables=[
            Table("rules", ["operation", "gradient of", "rule"], rules_used(graph)),
            Table("step", ["weight", "before", "gradient", "after"], steps),
        ],
        files={"graph.dot": to_dot(graph)},
    )


# ---- drawing it ------------------------------------------------------------------------------------------------------

CHARACTER, LINE, PADDING, GAP = 6.7, 14, 8, 34  # pixels
COLUMNS = 23  # characters in a box


def numbers(array: Array) -> list[str]:
    """Return a small matrix as lines."""
    return ["".join(f"{v:7.2f}" for v in row) for row in np.atleast_2d(array.round(2) + 0.0)]  # + 0: no minus zero


def lines_of(box: Box) -> list[tuple[str, str]]:
    """Return the lines of a box, each with its colour."""
    lines = [(box.name, INK), *((row, INK) for row in numbers(box.value))]
    if box.gradient is not None:
        lines += [("gradient", VERMILLION), *((row, VERMILLION) for row in numbers(box.gradient))]
    rule = " + ".join(box.rules)
    return lines + [(part, BLUE) for part in textwrap.wrap(rule and f"= {rule}", COLUMNS)]


def layers(graph: Mapping[Place, Box], root: Node) -> list[list[Place]]:
    """Return the places row by row: the loss last, everything else above what it is an input of."""
    rank = {root: 0}
    for place, box in graph.items():  # newest first, so a place comes after all that use it
        for edge in box.inputs:
            rank[edge] = max(rank.get(edge, 0), rank[place] + 1)
    rows: list[list[Place]] = [[] for _ in range(max(rank.values()) + 1)]
    for place in rank:
        rows[rank[place]].append(place)
    return rows[::-1]


def place_boxes(
    graph: Mapping[Place, Box], rows: list[list[Place]]
) -> tuple[dict[Place, tuple[float, ...]], float, float]:
    """Return left, top, width and height of each box, and the size of the drawing."""
    width = COLUMNS * CHARACTER + 2 * PADDING
    total = max(map(len, rows)) * (width + 12) + 12
    spots, top = {}, 12.0
    for row in rows:
        heights = [len(lines_of(graph[place])) * LINE + 2 * PADDING for place in row]
        left = (total - len(row) * (width + 12) + 12) / 2
        for i, (place, height) in enumerate(zip(row, heights, strict=True)):
            spots[place] = (left + i * (width + 12), top + max(heights) - height, width, height)
        top += max(heights) + GAP
    return spots, total, top - GAP + 12


def to_svg(graph: Mapping[Place, Box], root: Node) -> str:
    """Return the graph as a drawing."""
    spots, width, height = place_boxes(graph, layers(graph, root))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="11">',
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" style="fill:{INK}"/></marker></defs>',
        f'<rect width="100%" height="100%" style="fill:{PAPER}"/>',
    ]
    for place, box in graph.items():
        parts += [arrow(spots[edge], spots[place]) for edge in box.inputs]
    parts += [drawn(lines_of(box), *spots[place], leaf=not box.inputs) for place, box in graph.items()]
    return "\n".join([*parts, "</svg>"])


def arrow(source: tuple[float, ...], target: tuple[float, ...]) -> str:
    x1, y1 = source[0] + source[2] / 2, source[1] + source[3]
    x2, y2 = target[0] + target[2] / 2, target[1]
    bend = (y2 - y1) / 2
    return (
        f'<path d="M{x1:.0f} {y1:.0f}C{x1:.0f} {y1 + bend:.0f} {x2:.0f} {y2 - bend:.0f} {x2:.0f} {y2:.0f}" '
        f'style="fill:none;stroke:{INK}" marker-end="url(#tip)"/>'
    )


def drawn(lines: list[tuple[str, str]], left: float, top: float, width: float, height: float, leaf: bool) -> str:
    dashes = "stroke-dasharray:4 2;" if leaf else ""
    parts = [
        f'<rect x="{left:.0f}" y="{top:.0f}" width="{width:.0f}" height="{height:.0f}" rx="5" '
        f'style="fill:{PAPER};stroke:{FAINT};{dashes}stroke-width:1.5"/>'
    ]
    for i, (text, color) in enumerate(lines):
        y = top + PADDING + (i + 0.8) * LINE
        weight = "font-weight:bold;" if i == 0 else ""
        parts.append(
            f'<text x="{left + PADDING:.0f}" y="{y:.0f}" xml:space="preserve" style="{weight}fill:{color}">'
            f"{escape(text)}</text>"
        )
    return "".join(parts)


def to_dot(graph: Mapping[Place, Box]) -> str:
    """Return the graph in the language of Graphviz."""
    number = {place: i for i, place in enumerate(graph)}
    lines = ["digraph step {", '  node [shape=box, fontname="monospace"];']
    for place, box in graph.items():
        text = "".join(line.replace('"', r"\"") + r"\l" for line, _ in lines_of(box))
        lines.append(f'  n{number[place]} [label="{text}"];')
        lines += [f"  n{number[edge]} -> n{number[place]};" for edge in box.inputs]
    return "\n".join([*lines, "}", ""])


DEMO = Demo(
    number="13",
    compute=compute,
    present=present,
    excerpt=replay,
    options=OPTIONS,
    references=[
        Reference(
            "Baydin et al., Automatic differentiation: a survey, JMLR 18, 2018",
            "https://jmlr.org/papers/v18/17-468.html",
        ),
    ],
    playground="step",
)
