"""The figures of the pages, in the gallery's style: ``python -m book figures`` draws them into ``book/figures``.

They carry formulas and numbers, no words, so that both languages share them.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from .so_far import HERE, chapter

sys.path.append(str(HERE.parent / "demos"))  # where the gallery is

from gallery.figures import BLUE, FAINT, INK, PAPER, VERMILLION, canvas
from gallery.svg import to_adaptive_svg

WIDTH = 5.4  # inches


def draw_all(folder: Path = HERE / "figures") -> list[Path]:
    """Draw every figure into a folder and return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, draw in FIGURES.items():
        files.append(folder / f"{name}.svg")
        files[-1].write_text(to_adaptive_svg(draw()), encoding="utf-8")
    return files


def blank(height: float, width: float, depth: float) -> tuple[Figure, Axes]:
    """Return a canvas without axes, for drawings."""
    figure, axes = canvas(width=WIDTH, height=height)
    axes.set(xlim=(0, width), ylim=(0, depth), aspect="equal")
    axes.axis("off")
    return figure, axes


def circle(axes: Axes, x: float, y: float, text: str, color: str = INK) -> None:
    """Draw a number or an operation of a graph."""
    box = {"boxstyle": "circle,pad=0.45", "facecolor": PAPER, "edgecolor": color, "linewidth": 1.6}
    axes.text(x, y, text, ha="center", va="center", bbox=box, color=color, fontsize=12)


def arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], text: str = "", bend: float = 0.0,
          shift: tuple[float, float] = (0.0, 0.0), color: str = VERMILLION) -> None:  # fmt: skip
    """Draw an arrow with a text beside its middle."""
    style = {"arrowstyle": "-|>", "color": color, "linewidth": 1.4, "shrinkA": 17, "shrinkB": 17,
             "connectionstyle": f"arc3,rad={bend}"}  # fmt: skip
    axes.annotate("", end, start, arrowprops=style)
    middle = (start[0] + end[0]) / 2 + shift[0], (start[1] + end[1]) / 2 + shift[1]
    axes.text(*middle, text, color=color, ha="center", va="center", fontsize=10)


def graph() -> Figure:
    """Draw z = x y + x with the slopes on the way back."""
    figure, axes = blank(2.6, 10, 4.6)
    places = {"y": (1, 3.6), "x": (1, 1), "×": (4.4, 3), "+": (7.2, 2), "z": (9.2, 2)}
    arrow(axes, places["z"], places["+"], "1", shift=(0, 0.35))
    arrow(axes, places["+"], places["×"], "1", shift=(0.25, 0.35))
    arrow(axes, places["+"], places["x"], "1", bend=-0.25, shift=(0.2, -1.05))
    arrow(axes, places["×"], places["y"], "x = 3", shift=(0, 0.45))
    arrow(axes, places["×"], places["x"], "y = 4", shift=(-0.35, 0.45))
    for name, (x, y) in places.items():
        circle(axes, x, y, name, BLUE if name in "xy" else INK)
    axes.text(1, 0.15, "4·1 + 1 = 5", ha="center", color=VERMILLION)
    axes.text(1, 4.4, "3·1 = 3", ha="center", color=VERMILLION)
    return figure


def table(axes: Axes, left: float, top: float, rows: list[list[str]], color: str, side: float = 0.9) -> None:
    """Draw an array as a table of cells, from its upper left corner."""
    for i, row in enumerate(rows):
        for j, text in enumerate(row):
            x, y = left + j * side, top - (i + 1) * side
            axes.add_patch(Rectangle((x, y), side, side, facecolor=PAPER, edgecolor=color, linewidth=1.4))
            axes.text(x + side / 2, y + side / 2, text, ha="center", va="center", color=color)


def broadcasting() -> Figure:
    """Draw how a row is copied over a table, and how its gradient comes back as a sum."""
    figure, axes = blank(2.5, 12, 5.4)
    table(axes, 0.3, 5, [["b₁", "b₂", "b₃"]], BLUE)
    table(axes, 8.5, 5, [["b₁", "b₂", "b₃"], ["b₁", "b₂", "b₃"]], BLUE)
    arrow(axes, (3.0, 4.55), (8.5, 4.3), "(3,)  →  (2, 3)", shift=(0, 0.55), color=INK)
    table(axes, 8.5, 2.2, [["g₁₁", "g₁₂", "g₁₃"], ["g₂₁", "g₂₂", "g₂₃"]], VERMILLION)
    table(axes, 0.3, 1.75, [["Σ", "Σ", "Σ"]], VERMILLION)
    arrow(axes, (8.5, 1.3), (3.0, 1.3), "Σ  axis = 0", shift=(0, 0.5))
    axes.plot([0.2, 11.4], [2.75, 2.75], color=FAINT, linewidth=1)
    return figure


def decay() -> Figure:
    """Draw the bowl of chapter 9 without and with the penalty, and the way of that chapter's SGD in each."""
    optim, curvature, weight_decay = chapter(9), np.array([2.0, 0.1]), 0.1
    figure, (left, right) = canvas(width=WIDTH, height=2.9, ncols=2, sharey=True)
    x, y = np.meshgrid(np.linspace(-1, 5.5, 50), np.linspace(-1, 5.5, 50))
    for axes, penalty in ((left, 0.0), (right, weight_decay)):
        loss = curvature[0] / 2 * (x - 1) ** 2 + curvature[1] / 2 * (y - 1) ** 2 + penalty / 2 * (x**2 + y**2)
        axes.contour(x, y, loss, levels=loss.min() + np.geomspace(0.02, 30, 10), colors=FAINT, linewidths=1)
        theta = optim.nn.Parameter(np.array([5.0, 5.0]))
        optimizer, path = optim.SGD([theta], lr=0.1, weight_decay=penalty), [theta.array.copy()]
        for _ in range(1200):
            theta.grad = optim.nn.Tensor(curvature * (theta.array - 1))
            optimizer.step()
            path.append(theta.array.copy())
        axes.plot(*np.array(path[::4]).T, color=BLUE if penalty else VERMILLION)
        axes.scatter(*path[-1], s=60, color=INK, zorder=3)
        axes.annotate("({:.2f}, {:.2f})".format(*path[-1]), path[-1], (8, -14), textcoords="offset points")
        axes.set(xlabel="θ₁", title=f"λ = {penalty:g}")
    left.set(ylabel="θ₂")
    return figure


def overfitting() -> Figure:
    """Draw the twenty points of chapter 11 and the network that has learnt them by heart."""
    book = chapter(11)
    x, y, test_y = book.noisy_points()
    book.nn.random.default = book.nn.Source(1)
    net = book.network()
    optimizer = book.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(book.STEPS):
        book.training_step(net, optimizer, x, y)
    dense = np.linspace(-1, 1, 200, dtype=np.float32)[:, None]
    figure, axes = canvas(width=WIDTH, height=3.0)
    axes.plot([-1, 1], [-1, 1], color=FAINT, linewidth=1.4)
    axes.plot(dense, net(book.Tensor(dense)).array, color=VERMILLION, linewidth=2.2)
    axes.scatter(x.array, y.array, s=36, color=INK, zorder=3)
    axes.scatter(x.array, test_y.array, s=30, facecolors="none", edgecolors=INK, marker="D")
    axes.set(xlabel="x", ylabel="y", xticks=(-1, 0, 1), yticks=(-1, 0, 1))
    return figure


def masks() -> Figure:
    """Draw all masks of four units, as rows of cells, and their scaled mean."""
    figure, axes = blank(2.9, 24, 13)
    for number, mask in enumerate(itertools.product((1, 0), repeat=4)):
        left, top = number % 4 * 6 + 0.5, 12.4 - number // 4 * 2.3
        for i, kept in enumerate(mask):
            color = BLUE if kept else FAINT
            axes.add_patch(Rectangle((left + i * 1.2, top - 1.2), 1.2, 1.2, facecolor=color, edgecolor=PAPER))
    axes.text(12, 1.9, "↓  2 · Σ / 16", ha="center", va="center", color=VERMILLION)
    for i in range(4):
        axes.add_patch(Rectangle((9.5 + i * 1.2, 0), 1.2, 1.2, facecolor=VERMILLION, edgecolor=PAPER))
        axes.text(10.1 + i * 1.2, 0.6, "1", ha="center", va="center", color=PAPER, fontsize=9)
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    draw.__name__: draw for draw in (graph, broadcasting, decay, overfitting, masks)
}  # fmt: skip
