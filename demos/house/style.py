"""One plotting style: colours for every eye (Okabe and Ito's), dashes and markers for when there is no colour at all.

Source: M. Okabe and K. Ito, "Color Universal Design", 2008, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .statistics import interval

INK, FAINT, PAPER = "#1f2328", "#c9d1d9", "#ffffff"
BLUE, VERMILLION, GREEN, PURPLE = "#0072b2", "#d55e00", "#009e73", "#cc79a7"
ORANGE, SKY = "#e69f00", "#56b4e9"

# For `axes.plot(x, y, **LINES[0], label=...)`: any two differ in colour, in dashes and in marker.
LINES: list[dict[str, Any]] = [
    {"color": BLUE, "linestyle": "-", "marker": "o"},
    {"color": VERMILLION, "linestyle": (0, (4, 1.5)), "marker": "s"},
    {"color": GREEN, "linestyle": (0, (1, 1)), "marker": "^"},
    {"color": PURPLE, "linestyle": (0, (6, 1.5, 1, 1.5)), "marker": "D"},
    {"color": ORANGE, "linestyle": (0, (8, 2)), "marker": "v"},
    {"color": INK, "linestyle": (0, (3, 1, 1, 1, 1, 1)), "marker": "x"},
]

IN_THE_DARK = {INK: "#e6edf3", FAINT: "#4b5561", PAPER: "#15191e", BLUE: "#5cb3f0", VERMILLION: "#ff8a3d"}

matplotlib.rcParams.update(
    {
        "figure.dpi": 140,  # of the frames of an animation
        "figure.figsize": (5.4, 3.6),  # at a phone's width, ten points are still nine pixels high
        "figure.constrained_layout.use": True,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "font.size": 10,
        "axes.facecolor": PAPER,
        "axes.titlesize": 11,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.prop_cycle": matplotlib.cycler(color=[style["color"] for style in LINES]),
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "axes.titlecolor": INK,
        "text.color": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "legend.frameon": False,
        "grid.color": FAINT,
        "lines.linewidth": 2,
        "lines.markersize": 5,
        "svg.hashsalt": "minigrad",  # the same figure gives the same file
    }
)


def canvas(rows: int = 1, height: float = 3.6, **options: Any) -> tuple[Figure, Any]:
    """Return a figure as wide as the page and its axes: one, or an array of `rows` that lie below each other."""
    figure = Figure(figsize=(5.4, height))
    return figure, figure.subplots(rows, **options)


def label(axes: Axes, title: str, x: str, y: str) -> None:
    """Write the finding over the axes, in lines that fit, and say what the axes measure."""
    axes.set(xlabel=x, ylabel=y)
    axes.set_title(title, wrap=True)


def draw_paired(axes: Axes, samples: Mapping[str, Sequence[float]], styles: Sequence[dict[str, Any]] = LINES) -> None:
    """Draw samples side by side: a line joins what belongs together, a bar beside them is mean and 95% interval."""
    for group in zip(*samples.values(), strict=True):
        axes.plot(range(len(samples)), group, color=FAINT, linewidth=1.2, zorder=1)
    for i, (sample, style) in enumerate(zip(samples.values(), styles, strict=False)):
        axes.scatter([i] * len(sample), sample, color=style["color"], marker=style["marker"], s=30)
        axes.errorbar(i + 0.12, *interval(sample), color=INK, marker="_", capsize=4)
    axes.set(xlim=(-0.5, len(samples) - 0.5), ylim=(0, None), xticks=range(len(samples)), xticklabels=samples)


def to_png(figure: Figure, path: Any) -> None:
    """Write a figure for a document or a slide."""
    figure.savefig(path, dpi=160)


def to_svg(figure: Figure) -> str:
    """Return a figure for the page, in colours that follow the reader's choice of light or dark."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return adaptive(text.getvalue())


def adaptive(svg: str) -> str:
    """Give a drawing in the style's colours a dark version of itself."""
    names = {light: f"var(--c{i})" for i, light in enumerate(IN_THE_DARK)}
    start = svg.index(">", svg.index("<svg")) + 1
    head, body = svg[:start], svg[start:]
    for light, name in names.items():
        body = body.replace(light, name)
    bright = "".join(f"--c{i}:{light};" for i, light in enumerate(IN_THE_DARK))
    dark = "".join(f"--c{i}:{color};" for i, color in enumerate(IN_THE_DARK.values()))
    return f"{head}<style>:root{{{bright}}}@media(prefers-color-scheme:dark){{:root{{{dark}}}}}</style>{body}"


def data_uri(kind: str, content: bytes) -> str:
    """Return bytes as an address that carries its own content."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
