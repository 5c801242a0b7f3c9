"""Tables for the terminal and for a page, and the page's figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import growth
from .harness import Table
from .peers import DEFAULT, FAST, JAX, LIMIT, REPLAYED, REPLAYED_FAST, TORCH, TORCH_FUSED
from .workloads import T1, T2, T3, T4, T5, T6

BLUE, GREEN, VERMILLION, GREY = "#0072b2", "#009e73", "#d55e00", "#8a8a8a"

BOUNDS = """\
## What bounds it

- Large steps, T4 and T5: the matrix products. NumPy by hand takes the share of PyTorch's time that the last line of
  the ratios tells, and no framework on NumPy takes less.
- Small steps: four to five microseconds of Python for each operation. Where a step is replayed, they are gone; what
  is left is about forty for each step, to ask whether anything has changed and to read the options of the optimizer.
  The replayed program itself takes the time of the passes that are written by hand.
- Adam and AdamW: to round as PyTorch does takes twelve passes over the weights. With the constants multiplied out, as
  by hand, it takes ten. PyTorch's fused step takes one.
- Dropout with PyTorch's masks: the Mersenne Twister, two words for each value, takes four fifths of the time.
- Cross-entropy of very many classes: NumPy's exponential.
- One after another, `unbind` of thousands of rows: a node in Python for each, where PyTorch has one in C++ for all.
"""


def plain(table: Table) -> str:
    """Return a table for the terminal."""
    rows = [table.head, *table.rows]
    widths = [max(len(row[i]) for row in rows if i < len(row)) for i in range(len(table.head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)).rstrip() for row in rows]
    return "\n".join([table.title, *lines, *table.remarks, ""])


def markdown(table: Table) -> str:
    """Return a table for a page."""
    rows = [table.head, ["---"] * len(table.head), *table.rows]
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([f"## {table.title}", "", *lines, "", *(f"{remark}  " for remark in table.remarks)])


def page(results: dict[str, Any], machine: Sequence[str], how: str, tables: Sequence[Table], figure: str | None) -> str:
    """Return the whole page."""
    about = [*(f"{line}  " for line in machine), how, ""]
    head = ["# How fast it is", "", *expectation(results["steps"]), "Written by `make bench`.", "", *about]
    if figure:
        head += [f"![Training steps beside other frameworks, and as the network grows]({figure})", ""]
    body = "\n".join([*head, *("\n" + markdown(table) for table in tables)]).replace("\n\n\n", "\n\n")
    return f"{body.rstrip()}\n\n{BOUNDS}"


def expectation(steps: dict[Any, Any]) -> list[str]:
    """Return the paragraph that says, for a user, what to expect; nothing where PyTorch was not measured."""
    if any(times.ratio(DEFAULT, TORCH) is None for times in steps.values()):
        return []

    def told(name: str, works: Sequence[Any]) -> str:
        low, *_, high = sorted(steps[work].ratio(name, TORCH).middle for work in works)
        return f"{low:.2f} to {high:.2f}"

    small, large = (T1, T2, T3, T6), (T4, T5)
    text = (
        "What to expect: on one thread of a CPU, a training step of this chapter's small networks takes "
        f"{told(DEFAULT, small)} of PyTorch's time as it is written, and {told(REPLAYED, small)} where a "
        "`TrainingStep` replays it. Where large matrix products take most of the time, in T4 and T5, it takes "
        f"{told(DEFAULT, large)}: both frameworks then wait for the same products. PyTorch is faster where its "
        "optimizer is fused or its loss has very many classes, on several threads, and on a GPU, which minigrad does "
        "not have. Many small networks that train at once take a fraction of the time of their single steps; see below."
    )
    return [*textwrap.wrap(text, 120), ""]


def draw(results: dict[str, Any], path: Path) -> bool:
    """Draw the training steps of all peers, and the growth with width; return whether matplotlib is there."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return False
    figure = Figure(figsize=(10, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(3, 2))
    draw_steps(left, results["steps"])
    draw_widths(right, results["growth"]["widths"])
    figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
    return True


def draw_steps(axes: Any, results: dict[Any, Any]) -> None:
    """Draw a mark for each peer and step: its time as a multiple of PyTorch's."""
    styles = {
        DEFAULT: (BLUE, "o"), FAST: (BLUE, "D"), REPLAYED: (GREEN, "o"), REPLAYED_FAST: (GREEN, "D"),
        TORCH: (VERMILLION, "s"), TORCH_FUSED: (VERMILLION, "v"), LIMIT: ("black", "_"), JAX: (GREY, "^"),
        "MyGrad": (GREY, "x"), "autograd": (GREY, "+"), "DeZero": (GREY, "*"),
    }  # fmt: skip
    for name, (color, marker) in styles.items():
        ratios = [times.ratio(name, TORCH) for times in results.values()]
        points = [(ratio.middle, i) for i, ratio in enumerate(ratios) if ratio]
        if points:
            axes.scatter(*zip(*points, strict=True), color=color, marker=marker, label=name, s=44)
    axes.axvline(1, color=VERMILLION, linewidth=0.8)
    axes.set(xscale="log", xlabel="time of a training step / PyTorch's", yticks=range(len(results)))
    axes.set_xticks((0.2, 0.3, 0.5, 1, 2, 3, 5), ("0.2", "0.3", "0.5", "1", "2", "3", "5"), minor=False)
    axes.minorticks_off()
    axes.set_yticklabels([work.name for work in results])
    axes.invert_yaxis()
    axes.legend(fontsize=7.5)


def draw_widths(axes: Any, results: dict[int, Any]) -> None:
    """Draw the time of a step against the width of the network."""
    styles = {
        TORCH: (VERMILLION, "-"), DEFAULT: (BLUE, "-"), FAST: (BLUE, "--"), REPLAYED_FAST: (GREEN, "--"),
        LIMIT: ("black", ":"), growth.PRODUCTS: (GREY, "-"),
    }  # fmt: skip
    for name, (color, style) in styles.items():
        times = [1e3 * t.median(name) for t in results.values()]
        axes.plot(list(results), times, color=color, linestyle=style, label=name)
    axes.set(xscale="log", yscale="log", xlabel="width of the hidden layers", ylabel="time of a step, ms")
    axes.set_xticks(list(results), list(map(str, results)))
    axes.minorticks_off()
    axes.legend(fontsize=7.5)
