"""Inside one step: the graph that a two-layer network with dropout leaves behind, with every number that flows in it.

Each box shows a value, its gradient, and the rule of the derivative table that made this gradient. The loss is then
computed again from the table's forwards alone, and the gradients by finite differences, to see that nothing is hidden.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

import minigrad as mg
from minigrad import nn
from minigrad.core.graph import Node, gradients, newest_first
from minigrad.table import Op
from minigrad.utils.drawing import Drawing
from minigrad.utils.drawing.graph import Graph, Place, read_graph, recompute, rule_text

from .house.demo import Demo, Exhibit, Option, Picture, Reference, Table
from .house.options import positive, probability

Array = np.ndarray

# ---- reading the graph -----------------------------------------------------------------------------------------------


def graph_of(loss: mg.Tensor, names: Mapping[Place, str]) -> Graph:
    """Return the boxes of everything that the loss was computed from, the loss first."""
    graph = read_graph(loss, names, values=True, gradients=True, rules=True)
    return {
        place: box._replace(name="mask / (1 - p)") if box.name == "constant" else box for place, box in graph.items()
    }


def replay(root: Node, instead: Mapping[Place, Array]) -> float:
    """Compute the loss again, by the table's forwards alone, with other values for some leaves."""
    return float(recompute(newest_first([root]), instead)[root])


def signature(op: Op, i: int) -> tuple[str, str]:
    """Return how an op's rule for its input i names things: "z = mul(x, y)", and of them that input."""
    _, result, *arguments = inspect.signature(op.rules[i]).parameters  # the gradient comes first
    return f"{result} = {op.name}({', '.join(arguments)})", arguments[i]


def rules_used(graph: Graph) -> list[list[str]]:
    """Return every rule that made a gradient: the operation, the input whose gradient it makes, and its text."""
    nodes = [place for place in graph if isinstance(place, Node)]
    used = dict.fromkeys((node.op, i) for node in nodes for i, edge in enumerate(node.edges) if edge is not None)
    return [[*signature(op, i), rule_text(op, i)] for op, i in used]


def helpers_used(graph: Graph) -> list[str]:
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

    graph: Graph
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
    graph = graph_of(loss, names)
    before = {name: leaf.detach().numpy().copy() for name, leaf in parameters.items()}
    errors = {
        name: np.abs(finite_differences(loss, leaf) - graph[leaf].gradient).max() for name, leaf in parameters.items()
    }
    replayed = replay(loss.grad_fn, {})

    descended = {leaf: graph[leaf].value - options.lr * graph[leaf].gradient for leaf in parameters.values()}
    loss_after = replay(loss.grad_fn, descended)
    updates = [
        Update(name, before[name], graph[leaf].gradient, descended[leaf], float(errors[name]))
        for name, leaf in parameters.items()
    ]
    return Results(graph, loss.item(), replayed, loss_after, updates)


# ---- results ---------------------------------------------------------------------------------------------------------


def present(results: Results, options: argparse.Namespace) -> Exhibit:
    graph = results.graph
    operations = sum(isinstance(place, Node) for place in graph)
    mask = next(box for box in graph.values() if box.gradient is None)
    dropped = int((mask.value == 0).sum())
    worst = max(update.error for update in results.updates)
    title = f"Dropout stops {dropped} of {mask.value.size} hidden values, both ways"
    drawing = Drawing(graph, title)
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
                drawing.svg,
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
        files={"graph.dot": drawing.dot},
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
