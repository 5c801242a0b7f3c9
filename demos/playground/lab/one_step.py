"""One training step of a network of three units, with every value and every gradient, in the order of their making."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import nn
from minigrad._tensor.node import Node
from minigrad.core.graph import gradients, newest_first
from minigrad.table import Op

from .view import numbers

INPUTS, UNITS, LR = 2, 3, 0.1


def one_step(seed: int, mask_seed: int, p: float) -> dict[str, Any]:
    """Return the graph of one step: its places in the order of the forward pass, and what the step does to the weights.

    Args:
        seed: of the data and the first weights.
        mask_seed: of the dropout's mask alone, so that it can be drawn anew.
        p: of the dropout.
    """
    mg.manual_seed(seed)
    x, y = mg.randn(1, INPUTS), mg.randn(1, 1)
    net = nn.Sequential(nn.Linear(INPUTS, UNITS), nn.Dropout(p), nn.ReLU(), nn.Linear(UNITS, 1))
    net[1].generator = mg.Generator().manual_seed(mask_seed)
    loss = nn.MSELoss()(net(x), y)
    named = {"W1": net[0].weight, "b1": net[0].bias, "W2": net[3].weight, "b2": net[3].bias}
    places = read(loss, {"x": x, **named, "y": y})
    optimizer = mg.optim.SGD(net.parameters(), lr=LR)
    before = {name: weight.detach().clone() for name, weight in named.items()}
    loss.backward()
    for place in places:  # what was read off the graph is what backward() gives
        if place["name"] in named and place["grad"] != numbers(named[place["name"]].grad):
            raise RuntimeError(f"one_step: the gradient of {place['name']} is not what backward() gives")
    optimizer.step()
    return {
        "places": places,
        "lr": LR,
        "updates": [
            {"name": name, "before": numbers(before[name]), "grad": numbers(weight.grad), "after": numbers(weight)}
            for name, weight in named.items()
        ],
    }


def read(loss: Any, named: dict[str, Any]) -> list[dict[str, Any]]:
    """Return leaves, constants and operations, each behind what it is made of, with values, gradients and rules."""
    names = {id(tensor): name for name, tensor in named.items()}
    nodes = newest_first([loss.grad_fn])
    edges = [edge for node in nodes for edge in node.edges if edge is not None]
    flowing = gradients([(loss.grad_fn, np.ones(()))], wanted={*nodes, *edges}, keep_graph=True)
    places: list[dict[str, Any]] = []
    numbered: dict[Any, int] = {}
    values: dict[Any, np.ndarray] = {}

    def add(key: Any, kind: str, name: str, value: np.ndarray, **more: Any) -> int:
        numbered[key], values[key] = len(places), value
        places.append({"kind": kind, "name": name, "value": numbers(value), "grad": None, "inputs": [], **more})
        return numbered[key]

    for node in reversed(nodes):
        inputs, arrays = [], []
        for i, edge in enumerate(node.edges):
            key = (node, i) if edge is None else edge
            if key not in numbered:
                given = node.inputs[i] if edge is None else edge
                array = given.detach().numpy() if isinstance(given, mg.Tensor) else np.asarray(given)
                name = names.get(id(given), "m")
                add(key, "data" if name in "xy" else "mask" if name == "m" else "weight", name, array)
            inputs.append(numbered[key])
            arrays.append(values[key])
        add(node, "op", node.op.name, node.op.forward(*arrays, **node.params), inputs=inputs, rules=rules(node))
    for key, grad in flowing.items():
        places[numbered[key]]["grad"] = numbers(grad)
    return places


def rules(node: Node) -> list[dict[str, Any]]:
    """Return a node's lines of the derivative table: the rules of all inputs that a gradient goes to."""
    return [
        {"input": i, "argument": argument(node.op, i), "call": call(node.op, i), "text": rule_text(node.op, i)}
        for i, edge in enumerate(node.edges)
        if edge is not None
    ]


def call(op: Op, i: int) -> str:
    """Return how the rule for input i names things: "z = mul(x, y)"."""
    _, result, *arguments = inspect.signature(op.rules[i]).parameters  # type: ignore[arg-type]
    return f"{result} = {op.name}({', '.join(arguments[: len(op.rules)])})"


def argument(op: Op, i: int) -> str:
    """Return the name of input i in its rule."""
    return list(inspect.signature(op.rules[i]).parameters)[2 + i]  # type: ignore[arg-type]


def rule_text(op: Op, i: int) -> str:
    """Return the source of a rule, as it stands in the table."""
    source = Path(inspect.getfile(op.rules[i])).read_text(encoding="utf-8")  # type: ignore[arg-type]
    entries = [node for node in ast.parse(source).body if isinstance(node, ast.Assign)]
    entry: Any = next(node for node in entries if ast.unparse(node.targets[0]) == op.name)
    rule = entry.value.args[1 + i]
    text = ast.get_source_segment(source, rule.body if isinstance(rule, ast.Lambda) else rule) or ""
    return " ".join(text.split())
