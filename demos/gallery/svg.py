"""Figures as SVG inside the page: in its colours and its language, and with lines that can be moved."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from .exhibit import Moving
from .figures import BLUE, FAINT, GREEN, INK, ORANGE, PAPER, PURPLE, SKY, VERMILLION

COLORS = {
    INK: "ink", FAINT: "faint", PAPER: "paper", BLUE: "blue", VERMILLION: "vermillion", GREEN: "green",
    PURPLE: "purple", ORANGE: "orange", SKY: "sky",
}  # fmt: skip
FONT = re.compile(r"font-family: [^;]+;? ?")
REFERENCE = re.compile(r"(?<=url\(#)[^)]+|(?<=^#).+")


@dataclass(frozen=True)
class Drawing:
    """A drawing, ready for a page; its texts are in English."""

    root: ET.Element
    name: str

    @property
    def width(self) -> float:
        return float(self.root.get("viewBox", "").split()[2])

    @property
    def height(self) -> float:
        return float(self.root.get("viewBox", "").split()[3])

    def texts(self) -> list[str]:
        """Return the texts in it."""
        return [element.text for element in self.root.iter() if is_text(element)]

    def html(self, alt: str, label: Callable[[str], str]) -> str:
        """Return it with its texts in another language, and with words for whoever does not see it."""
        root = ET.fromstring(ET.tostring(self.root))
        root.attrib.update({"id": self.name, "class": "drawing", "role": "img", "aria-label": alt})
        for element in root.iter():
            if is_text(element):
                element.text = label(element.text)
        return ET.tostring(root, encoding="unicode")


def is_text(element: ET.Element) -> bool:
    return element.tag in {"text", "tspan"} and bool(element.text and element.text.strip())


def draw(figure: Figure | str, name: str, moving: Sequence[Moving] = ()) -> Drawing:
    """Return a matplotlib figure, or the text of an SVG drawing, for a page on which its name is unique."""
    for i, line in enumerate(moving):
        line.line.set_gid(f"moving-{i}")
    root = ET.fromstring(figure if isinstance(figure, str) else to_svg(figure))
    for parent in list(root.iter()):
        for child in list(parent):
            if child.tag.endswith(("metadata", "style")):
                parent.remove(child)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        element.attrib = {key.rpartition("}")[2]: in_the_pages_style(value) for key, value in element.attrib.items()}
    for i in range(len(moving)):
        (path,) = root.find(f".//g[@id='moving-{i}']").iter("path")
        path.set("data-moving", str(i))
    rename_ids(root, name)
    for size in "width", "height":
        root.attrib.pop(size, None)
    return Drawing(root, name)


def to_svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()


IN_THE_DARK = {INK: "#e6edf3", FAINT: "#4b5561", PAPER: "#15191e", BLUE: "#5cb3f0", VERMILLION: "#ff8a3d"}


def to_adaptive_svg(figure: Figure) -> str:
    """Return a figure as a file of its own, which is dark for whoever prefers that."""
    with matplotlib.rc_context({"svg.fonttype": "path"}):  # a file cannot count on fonts
        text = to_svg(figure)
    start = text.index(">", text.index("<svg")) + 1
    head, body = text[:start], text[start:]
    for i, color in enumerate(IN_THE_DARK):
        body = body.replace(color, f"var(--c{i})")
    light = "".join(f"--c{i}:{color};" for i, color in enumerate(IN_THE_DARK))
    dark = "".join(f"--c{i}:{color};" for i, color in enumerate(IN_THE_DARK.values()))
    return f"{head}<style>:root{{{light}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}</style>{body}"


def in_the_pages_style(value: str) -> str:
    """Replace the style's colours and fonts by the page's, which change in the dark and on paper."""
    for color, name in COLORS.items():
        value = value.replace(color, f"var(--{name})")
    return FONT.sub("", value)


def rename_ids(root: ET.Element, name: str) -> None:
    """Keep the ids that something refers to, each under this name; a page has many drawings."""
    used = {found for element in root.iter() for value in element.attrib.values() for found in REFERENCE.findall(value)}
    for element in root.iter():
        for key, value in list(element.attrib.items()):
            if key != "id":
                element.set(key, REFERENCE.sub(lambda match: f"{name}-{match[0]}", value))
            elif value in used:
                element.set(key, f"{name}-{value}")
            else:
                del element.attrib[key]


def paths(moving: Moving, drawing: Drawing) -> list[str]:
    """Return the path of a line in each frame, in the coordinates of the drawing that was made last."""
    figure: Any = moving.line.axes.get_figure()
    scale = 72 / figure.dpi
    found = []
    for y in moving.frames:
        points = moving.line.axes.transData.transform(np.column_stack([moving.x, y])) * scale
        found.append("M" + "L".join(f"{a:.1f} {drawing.height - b:.1f}" for a, b in points))
    return found
