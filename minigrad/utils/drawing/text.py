"""What stands in a box, and the languages of graphs that other programs draw: Graphviz' DOT and Mermaid."""

from __future__ import annotations

import re
import textwrap
from typing import Literal

import numpy as np

from .graph import Array, Box, Graph

Role = Literal["name", "shape", "value", "gradient", "rule"]

COLUMNS = 23  # characters after which a rule is continued on the next line
ROWS, ENTRIES = 6, 6  # of a value that is written out


def lines_of(box: Box) -> list[tuple[str, Role]]:
    """Return the lines of a box, each with what it says."""
    lines: list[tuple[str, Role]] = [(box.name, "name")]
    if box.value is not None and is_small(box.value):
        lines += [(row, "value") for row in numbers(box.value)]
    elif box.shape is not None:
        lines.append((size_text(box.shape), "shape"))
    if box.gradient is not None:
        lines.append(("gradient", "gradient"))
        small = is_small(box.gradient)
        lines += [(row, "gradient") for row in (numbers(box.gradient) if small else [size_text(box.gradient.shape)])]
    rule = " + ".join(box.rules)
    return lines + [(part, "rule") for part in textwrap.wrap(rule and f"= {rule}", COLUMNS)]


def is_small(array: Array) -> bool:
    """Return whether all numbers fit into a box."""
    rows, columns = np.atleast_2d(array).shape[-2:]
    return array.ndim <= 2 and rows <= ROWS and columns <= ENTRIES


def size_text(shape: tuple[int, ...]) -> str:
    """Return a shape as one reads it: 20 × 300."""
    return " × ".join(map(str, shape)) if shape else "scalar"


def numbers(array: Array) -> list[str]:
    """Return a small matrix as lines."""
    spec = number_spec(array)
    zero = 0 if array.dtype.kind in "iu" else 0.0
    rounded = np.atleast_2d(array if "e" in spec else array.round(2)) + zero  # + 0: no minus zero, no boolean
    return ["".join(f"{v:{spec}}" for v in row) for row in rounded.tolist()] if rounded.size else ["empty"]


def number_spec(array: Array) -> str:
    """Return how all numbers of a matrix are written, so that they stand below each other."""
    if array.dtype.kind in "iu":
        return f"{max((len(str(n)) for n in array.flat), default=0) + 2}d"
    finite = np.abs(array[np.isfinite(array)].astype(np.float64))
    largest = finite.max(initial=0.0)
    return "7.2f" if largest == 0 or 0.005 <= largest < 1000 else "10.1e"


def to_dot(graph: Graph) -> str:
    """Return the graph in the language of Graphviz. Source: https://graphviz.org/doc/info/lang.html."""
    number = {place: i for i, place in enumerate(graph)}
    lines = ["digraph {", '  node [shape=box, fontname="monospace"];']
    for place, box in graph.items():
        text = "".join(line.replace("\\", r"\\").replace('"', r"\"") + r"\l" for line, _ in lines_of(box))
        style = "" if box.inputs else ", style=dashed"
        lines.append(f'  n{number[place]} [label="{text}"{style}];')
        lines += [f"  n{number[source]} -> n{number[place]};" for source in box.inputs]
    return "\n".join([*lines, "}", ""])


def to_mermaid(graph: Graph) -> str:
    """Return the graph for Mermaid. Source: https://mermaid.js.org/syntax/flowchart.html."""
    number = {place: i for i, place in enumerate(graph)}
    lines = ["flowchart TD"]
    for place, box in graph.items():
        text = "<br/>".join(entities(line) for line, _ in lines_of(box))
        lines.append(f'  n{number[place]}["{text}"]')
        lines += [f"  n{number[source]} --> n{number[place]}" for source in box.inputs]
    given = [f"n{number[place]}" for place, box in graph.items() if not box.inputs]
    dashes = [f"  style {','.join(given)} stroke-dasharray: 4 2"] if given else []
    return "\n".join([*lines, *dashes, ""])


def entities(text: str) -> str:
    """Return a text in which nothing means anything to Mermaid, and in which numbers stay below each other."""
    return re.sub(r'[#"<>&`]', lambda match: f"#{ord(match[0])};", text).replace(" ", "\u00a0")
