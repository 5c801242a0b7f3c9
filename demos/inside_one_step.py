"""Inside one step: the graph that a two-layer network with dropout leaves behind, with every number that flows in it.

Each box shows a value, its gradient, and the rule of the derivative table that made this gradient. The loss is then
computed again from the table's forwards alone, and the gradients by finite differences, to see that nothing is hidden.
"""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Mapping
from typing import NamedTuple

from lab.options import Option, positive, probability

import numpy as np

import minigrad as mg
from minigrad import nn
from minigrad.core.graph import Node
from minigrad.core.op import Op
from minigrad.utils.drawing import Drawing
from minigrad.utils.drawing.graph import Constant, Graph, Place, inputs_of, rule_text

Array = np.ndarray


# ---- the graph, computed again ---------------------------------------------------------------------------------------


def replay(place: Place, instead: Mapping[Place, Array]) -> Array:
    """Compute the value of a place again, by the table's forwards, with other values for some leaves."""
    if place in instead:
        return instead[place]
    if isinstance(place, Node):
        return place.op.forward(*(replay(x, instead) for x in inputs_of(place)), **place.params)
    if isinstance(place, Constant):
        return np.asarray(place.node.inputs[place.i])
    return place.detach().numpy()


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


# ---- the rules that made its gradients -------------------------------------------------------------------------------


def rules_used(graph: Graph) -> list[list[str]]:
    """Return every rule that made a gradient: the operation, the input whose gradient it makes, and its text."""
    nodes = [place for place in graph if isinstance(place, Node)]
    used = dict.fromkeys((node.op, i) for node in nodes for i, edge in enumerate(node.edges) if edge is not None)
    return [[*signature(op, i), rule_text(op, i)] for op, i in used]


def signature(op: Op, i: int) -> tuple[str, str]:
    """Return how an op's rule for its input i names things: "z = mul(x, y)", and of them that input."""
    _, result, *arguments = inspect.signature(op.rules[i]).parameters  # the gradient comes first
    return f"{result} = {op.name}({', '.join(arguments)})", arguments[i]


def helpers_used(graph: Graph) -> list[str]:
    """Return what the table says of the functions of its own that these rules call: their names begin with _."""
    rules = {rule for node in graph if isinstance(node, Node) for rule in node.op.rules}
    names = {(name, rule.__globals__[name]) for rule in rules for name in rule.__code__.co_names if name[0] == "_"}
    return sorted(f"{name}: {inspect.getdoc(function)}" for name, function in names)


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

    drawing: Drawing
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
    drawing = mg.draw(loss, {"x": x, "y": y, **parameters}, values=True, gradients=True, rules=True)
    graph = drawing.graph
    mask = next(place for place in graph if isinstance(place, Constant))
    graph[mask] = graph[mask]._replace(name="mask / (1 - p)")
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
    return Results(drawing, loss.item(), replayed, loss_after, updates)


OPTIONS = [
    Option("--p", probability, 0.5, "probability to drop"),
    Option("--lr", positive, 0.1, "how far the step goes"),
]

if __name__ == "__main__":
    from command.console import run_script

    run_script(__file__)
