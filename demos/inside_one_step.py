"""Inside one step: the graph that a two-layer network with dropout leaves behind, with every number that flows in it.

Each box shows a value, its gradient, and the rule of the derivative table that made this gradient. The loss is then
computed again from the table's forwards alone, and the gradients by finite differences, to see that nothing is hidden.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import textwrap
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import minigrad as mg
from minigrad import nn
from minigrad._tensor.node import Node
from minigrad.core.graph import gradients, newest_first
from minigrad.table import Op

from .house.demo import Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import positive, probability
from .house.style import BLUE, FAINT, INK, PAPER, VERMILLION

Array = np.ndarray
Place = Any  # of the graph: a Node, a leaf tensor, or a Constant


# ---- reading a graph -------------------------------------------------------------------------------------------------


class Constant(NamedTuple):
    """An input that no gradient goes to: the i-th of a node."""

    node: Node
    i: int


class Box(NamedTuple):
    """One place of the graph: a leaf, a constant, or an operation, with what flows through it."""

    name: str
    value: Array
    gradient: Array | None  # None for a constant
    rules: list[str]  # of the operations that use it: what made its gradient
    inputs: list[Place]


def inputs_of(place: Place) -> list[Place]:
    """Return what an operation was computed from."""
    if not isinstance(place, Node):
        return []
    return [Constant(place, i) if edge is None else edge for i, edge in enumerate(place.edges)]


def replay(place: Place, instead: Mapping[Place, Array]) -> Array:
    """Compute the value of a place again, by the table's forwards, with other values for some leaves."""
    if place in instead:
        return instead[place]
    if isinstance(place, Node):
        return place.op.forward(*(replay(x, instead) for x in inputs_of(place)), **place.params)
    if isinstance(place, Constant):
        return np.asarray(place.node.inputs[place.i])
    return place.detach().numpy()


def signature(op: Op, i: int) -> tuple[str, str]:
    """Return how an op's rule for its input i names things: "z = mul(x, y)", and of them that input."""
    _, result, *arguments = inspect.signature(op.rules[i]).parameters  # the gradient comes first
    return f"{result} = {op.name}({', '.join(arguments)})", arguments[i]


def rule_text(op: Op, i: int) -> str:
    """Return the source of an op's rule for its input i, as it stands in the table."""
    source = Path(inspect.getfile(op.rules[i])).read_text(encoding="utf-8")
    entries = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    entry = next(node for node in entries if ast.unparse(node.targets[0]) == op.name)
    rule = entry.value.args[1 + i]
    text = ast.get_source_segment(source, rule.body if isinstance(rule, ast.Lambda) else rule)
    return " ".join(text.split())


def read_graph(loss: mg.Tensor, names: Mapping[Place, str]) -> dict[Place, Box]:
    """Return the boxes of everything that the loss was computed from, the loss first."""
    nodes = newest_first([loss.grad_fn])
    places = list(dict.fromkeys([*nodes, *(edge for node in nodes for edge in inputs_of(node))]))
    flowing = gradients([(loss.grad_fn, np.ones(()))], wanted=set(places), keep_graph=True)
    rules: dict[Place, list[str]] = {place: [] for place in places}
    for node in nodes:
        for i, edge in enumerate(node.edges):
            if edge is not None:
                rules[edge].append(rule_text(node.op, i))
    return {
        place: Box(
            names.get(place) or (place.op.name if isinstance(place, Node) else "mask / (1 - p)"),
            replay(place, {}),
            flowing.get(place),
            rules[place],
            inputs_of(place),
        )
        for place in places
    }


def rules_used(graph: Mapping[Place, Box]) -> list[list[str]]:
    """Return every rule that made a gradient: the operation, the input whose gradient it makes, and its text."""
    nodes = [place for place in graph if isinstance(place, Node)]
    used = dict.fromkeys((node.op, i) for node in nodes for i, edge in enumerate(node.edges) if edge is not None)
    return [[*signature(op, i), rule_text(op, i)] for op, i in used]


def helpers_used(graph: Mapping[Place, Box]) -> list[str]:
    """Return what the table says of the functions of its own that these rules call: their names begin with _."""
    rules = {rule for node in graph if isinstance(node, Node) for rule in node.op.rules}
    names = {(name, rule.__globals__[name]) for rule in rules for name in rule.__code__.co_names if name[0] == "_"}
    return sorted(f"{name}: {inspect.getdoc(function)}" for name, function in names)


def finite_differences(loss: mg.Tensor, leaf: mg.Tensor, eps: float = 1e-6) -> Array:
    """Return the slope of the loss in each direction of a leaf, with the mask as it was drawn."""
    slopes = np.zeros(leaf.shape)
    for index in np.ndindex(*leaf.shape):
        shift = np.zeros(leaf.shape)
        shift[index] = eps
        value = leaf.detach().numpy()
        up, down = (replay(loss.grad_fn, {leaf: value + sign * shift}) for sign in (1, -1))
        slopes[index] = (up - down) / (2 * eps)
    return slopes


# ---- one step --------------------------------------------------------------------------------------------------------


class Update(NamedTuple):
    """One parameter before and after the step."""

    name: str
    before: Array
    gradient: Array
    after: Array
    error: float  # of its gradient, against finite differences


class Results(NamedTuple):
    """The graph, what the step did to the parameters, and the loss before and after, under the same mask."""

    graph: dict[Place, Box]
    root: Node
    loss: float
    replayed: float
    loss_after: float
    updates: list[Update]


def compute(options: argparse.Namespace) -> Results:
    mg.manual_seed(options.seed)
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Dropout(options.p), nn.Linear(3, 1)).double()
    x, y = mg.randn(2, 2).double().requires_grad_(), mg.randn(2, 1).double().requires_grad_()
    parameters = {"W1": net[0].weight, "b1": net[0].bias, "W2": net[3].weight, "b2": net[3].bias}

    loss = nn.MSELoss()(net(x), y)
    names = {leaf: name for name, leaf in {"x": x, "y": y, **parameters}.items()}
    graph = read_graph(loss, names)
    before = {name: leaf.detach().numpy().copy() for name, leaf in parameters.items()}
    errors = {
        name: np.abs(finite_differences(loss, leaf) - graph[leaf].gradient).max() for name, leaf in parameters.items()
    }
    replayed = float(replay(loss.grad_fn, {}))

    descended = {leaf: graph[leaf].value - options.lr * graph[leaf].gradient for leaf in parameters.values()}
    loss_after = float(replay(loss.grad_fn, descended))
    updates = [
        Update(name, before[name], graph[leaf].gradient, descended[leaf], float(errors[name]))
        for name, leaf in parameters.items()
    ]
    return Results(graph, loss.grad_fn, loss.item(), replayed, loss_after, updates)


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
    spots, top = {}, 40.0  # below the title
    for row in rows:
        heights = [len(lines_of(graph[place])) * LINE + 2 * PADDING for place in row]
        left = (total - len(row) * (width + 12) + 12) / 2
        for i, (place, height) in enumerate(zip(row, heights, strict=True)):
            spots[place] = (left + i * (width + 12), top + max(heights) - height, width, height)
        top += max(heights) + GAP
    return spots, total, top - GAP + 12


def to_svg(graph: Mapping[Place, Box], root: Node, title: str) -> str:
    """Return the graph as a drawing."""
    spots, width, height = place_boxes(graph, layers(graph, root))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'height="{height:.0f}" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="11">',
        f'<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        f'<path d="M0 0L8 4L0 8z" style="fill:{INK}"/></marker></defs>',
        f'<rect width="100%" height="100%" style="fill:{PAPER}"/>',
    ]
    parts.append(
        f'<text x="12" y="22" font-family="DejaVu Sans" font-size="13" style="fill:{INK}">{escape(title)}</text>'
    )
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


# ---- results ---------------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    graph = results.graph
    operations = sum(isinstance(place, Node) for place in graph)
    mask = next(box for box in graph.values() if box.gradient is None)
    dropped = int((mask.value == 0).sum())
    worst = max(update.error for update in results.updates)
    title = f"Dropout stops {dropped} of {mask.value.size} hidden values, both ways"
    flat = [
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
        claims=[
            f"The graph has {operations} operations, and drops {dropped} of {mask.value.size} hidden values. "
            f"Computed again from the table alone, its loss is {results.replayed:.6f}; the network said "
            f"{results.loss:.6f}.",
            f"The gradients agree with finite differences to {worst:.0e}, and a step of {options.lr} against them "
            f"takes the loss, under the same mask, to {results.loss_after:.6f}.",
        ],
        pictures=[
            Picture(
                "graph",
                to_svg(graph, results.root, title),
                alt=f"A graph of {len(graph)} boxes from x, W1, b1 at the top to the loss of {results.loss:.3f} at "
                f"the bottom. The mask has {dropped} zeros among {mask.value.size} entries. The table has the numbers.",
                caption="In each box: the value, its gradient, and the rule of the table that made the gradient. "
                "Dashed boxes are what was given; the mask has no gradient.",
            )
        ],
        tables=[
            Table(
                "The rules; g is the gradient of the result, summed over the samples for a bias",
                ["operation", "gradient of", "rule"],
                rules_used(graph),
            ),
            Table("One step of gradient descent", ["weight", "before", "gradient", "after"], flat),
        ],
        notes=[*helpers_used(graph), "graph.dot, beside the picture's file, is the same graph for Graphviz."],
        files={"graph.dot": to_dot(graph)},
    )


DEMO = Demo(
    order=13,
    title="Inside one step",
    question="What does a training step remember, and which rule makes each gradient?",
    formula=r"\frac{∂L}{∂x} = ∑_{\text{uses } y \text{ of } x} \frac{∂L}{∂y} \frac{∂y}{∂x} \\ "
    r"w ← w - η \frac{∂L}{∂w}",
    source="the chain rule as minigrad's derivative table has it",
    references=[
        Reference(
            "Baydin et al., Automatic differentiation: a survey, JMLR 18, 2018",
            "https://jmlr.org/papers/v18/17-468.html",
        ),
    ],
    options=[
        Option("--p", probability, 0.5, "probability to drop"),
        Option("--lr", positive, 0.1, "how far the step goes"),
    ],
    code=[read_graph, replay, gradients],
    compute=compute,
    present=present,
)
