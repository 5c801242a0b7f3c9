"""One plotting style: colours for every eye (Okabe and Ito's), dashes and markers for when there is no colour at all.

A figure has no title: the page sets it beside the figure, in the reader's language, and the file gets it when written.

Source: M. Okabe and K. Ito, "Color Universal Design", 2008, https://jfly.uni-koeln.de/color/
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from lab.statistics import interval

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

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

matplotlib.rcParams.update(
    {
        "figure.dpi": 140,  # of the frames of an animation
        "figure.constrained_layout.use": True,
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "font.size": 11,
        "legend.fontsize": 10,
        "axes.facecolor": PAPER,
        "axes.labelsize": 11,
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
        "svg.fonttype": "none",  # words stay words: they can be translated, and heard
    }
)


WIDTH = 4.6  # inches: at a phone's width, ten points are still ten pixels high


def canvas(rows: int = 1, height: float = 3.2, width: float = WIDTH, **options: Any) -> tuple[Figure, Any]:
    """Return a figure as wide as a phone and its axes: one, or an array of `rows` that lie below each other."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(rows, **options)


def label_powers(axis: Axis) -> None:
    """Write 10⁻³ in letters of one size: those of an exponent set by matplotlib are too small for a phone."""
    axis.set_major_formatter(lambda value, _: "10" + f"{math.log10(value):.0f}".translate(RAISED) if value else "0")


RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw_paired(axes: Axes, samples: Mapping[str, Sequence[float]], styles: Sequence[dict[str, Any]] = LINES) -> None:
    """Draw samples side by side: a line joins what belongs together, a bar beside them is mean and 95% interval."""
    for group in zip(*samples.values(), strict=True):
        axes.plot(range(len(samples)), group, color=FAINT, linewidth=1.2, zorder=1)
    for i, (sample, style) in enumerate(zip(samples.values(), styles, strict=False)):
        axes.scatter([i] * len(sample), sample, color=style["color"], marker=style["marker"], s=30)
        axes.errorbar(i + 0.12, *interval(sample), color=INK, marker="_", capsize=4)
    axes.set(xlim=(-0.5, len(samples) - 0.5), ylim=(0, None), xticks=range(len(samples)), xticklabels=samples)
