"""What a drawing shows: every place of a graph, with what is known of it."""

from __future__ import annotations

import ast
import functools
import inspect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...core.graph import Node, deliver, newest_first
from ...core.op import Op

Array = np.ndarray
Place = Any  # of a graph: a Node, a tensor that is an input, or a Constant


class Constant(NamedTuple):
    """An input that is no tensor: the i-th of a node."""

    node: Node
    i: int


class Box(NamedTuple):
    """One place of a graph, and what is known of it.

    Attributes:
        name: of the operation, or of the input.
        shape: None where nothing kept it.
        value: None where it was not asked for or cannot be known.
        gradient: None where it was not asked for or no gradient goes there.
        rules: of the operations that use the place: what made its gradient.
        inputs: the places that it was computed from; none for what was given.
    """

    name: str
    shape: tuple[int, ...] | None
    value: Array | None
    gradient: Array | None
    rules: list[str]
    inputs: list[Place]


Graph = dict[Place, Box]


def read_graph(
    tensor: Any,
    names: Mapping[Place, str] | None = None,
    *,
    values: bool = False,
    gradients: bool = False,
    rules: bool = False,
) -> Graph:
    """Return a box for everything that a tensor was computed from, the tensor first, users before what they use."""
    root = tensor.edge()
    nodes = newest_first([root])
    places = list(dict.fromkeys([root, *nodes, *(place for node in nodes for place in inputs_of(node))]))
    known = recompute(nodes, {**kept(nodes), root: np.asarray(tensor.array)}) if values else {}
    flowing = gradients_of(tensor, nodes) if gradients else {}
    made_by = rules_of(nodes) if rules else {}
    return {
        place: Box(
            (names or {}).get(place) or name_of(place),
            shape_of(place),
            given(place) if values and not isinstance(place, Node) else known.get(place),
            g if isinstance(g := flowing.get(place), Array) else None,
            made_by.get(place, []),
            inputs_of(place),
        )
        for place in places
    }


def inputs_of(place: Place) -> list[Place]:
    """Return what an operation was computed from."""
    if not isinstance(place, Node):
        return []
    found: list[Place] = []
    for i, edge in enumerate(place.edges):
        x = place.inputs[i] if edge is None and place.inputs else edge
        found.append(x if hasattr(x, "grad_fn") or isinstance(x, Node) else Constant(place, i))
    return found


def name_of(place: Place) -> str:
    """Return what a place is called that nobody has named."""
    if isinstance(place, Node):
        return place.op.name if place.op.name != "unnamed" else place.name()
    return "leaf" if hasattr(place, "grad_fn") and place.edge() is not None else "constant"


def shape_of(place: Place) -> tuple[int, ...] | None:
    """Return the shape of a place's value, if something kept it."""
    if isinstance(place, Node):
        return place.shape
    value = given(place)
    return None if value is None else value.shape


def given(place: Place) -> Array | None:
    """Return the value of an input: None if it was a number that no rule reads."""
    if isinstance(place, Constant):
        return np.asarray(place.node.inputs[place.i]) if place.node.inputs else None
    return np.asarray(place.array)


# ---- values ----------------------------------------------------------------------------------------------------------


def kept(nodes: Sequence[Node]) -> dict[Place, Array]:
    """Return the values of operations that the graph keeps for its rules, and that nobody wrote into since."""
    found: dict[Place, Array] = {}
    for node in nodes:
        if node.saved is None:
            continue
        output, *inputs = node.saved
        if output is not None and not is_overwritten(node, node):
            found[node] = output
        for edge, x, value in zip(node.edges, node.inputs, inputs, strict=False):
            if isinstance(edge, Node) and value is not None and not is_overwritten(x, node):
                found[edge] = np.asarray(value)
    return found


def is_overwritten(x: Any, node: Node) -> bool:
    """Return whether somebody wrote into the memory of a tensor, or of a node's output, after the node used it."""
    memory = getattr(x, "memory", None)
    return memory is not None and memory.written > node.born


def recompute(nodes: Sequence[Node], known: Mapping[Place, Any]) -> dict[Place, Any]:
    """Return the values of operations, computed again by the forwards of their entries, as far as that is possible.

    Args:
        nodes: newest first, as `minigrad.core.graph.newest_first` returns them.
        known: values to take as they are, of operations or instead of those of inputs.
    """
    found = dict(known)
    for node in reversed(nodes):
        if node in found or node.shape is None:  # without a shape: a call of a user's own Function
            continue
        values = [found.get(x) if isinstance(x, Node) or x in found else usable(x, node) for x in inputs_of(node)]
        if any(value is None for value in values):
            continue
        value = node.op.forward(*values, **node.params)
        found[node] = np.asarray(value[0] if node.op.byproduct else value)
    return found


def usable(x: Place, node: Node) -> Any:
    """Return the value that an input had when the node used it, if it has it still: an array, or a number."""
    if isinstance(x, Constant):
        return x.node.inputs[x.i] if x.node.inputs else None
    return None if is_overwritten(x, node) else x.array


# ---- gradients -------------------------------------------------------------------------------------------------------


def gradients_of(tensor: Any, nodes: Sequence[Node]) -> dict[Place, Any]:
    """Return the gradient of every place, as the rules make it: no hook is called, no ``.grad`` grows.

    Raises:
        RuntimeError: the tensor has more than one element, the graph was freed, or a value it needs was overwritten.
    """
    root, ones = tensor.root(None, False)
    flowing = {root: ones}
    checked = tensor.guard(list(nodes)) if tensor.guard else None
    for node in nodes:
        g = flowing.get(node)
        if g is None:
            continue
        if node.saved is None:
            raise RuntimeError(
                f"draw: the gradients cannot be drawn, since {node.name()} freed what it had saved in a backward pass. "
                "Draw before backward(), or give it retain_graph=True."
            )
        for i, edge in enumerate(node.edges):
            if edge is None:
                continue
            rule: Any = checked(node, i) if checked else node.op.rules[i]
            grad = rule(g, *node.saved, **node.params)
            if grad is not None:
                deliver(grad, edge, flowing, g, node.op)
    return flowing


def rules_of(nodes: Sequence[Node]) -> dict[Place, list[str]]:
    """Return the text of the rules that make the gradient of each place."""
    found: dict[Place, list[str]] = {}
    for node in nodes:
        for i, edge in enumerate(node.edges):
            if edge is not None:
                found.setdefault(edge, []).append(rule_text(node.op, i))
    return found


def rule_text(op: Op, i: int) -> str:
    """Return the source of an op's rule for its input i as the table has it; of a user's Function its name."""
    rule = getattr(op.rules, "rule", None) or op.rules[i]  # one rule for all inputs, or one for each
    if rule is None:
        return "0"
    if not inspect.isfunction(rule):
        return "backward(ctx, g)"
    text = entries_in(inspect.getfile(rule)).get((op.name, i)) or entries_in(inspect.getfile(rule)).get((op.name, 0))
    return text or "g"


@functools.cache
def entries_in(file: str) -> dict[tuple[str, int], str]:
    """Return the rules of all entries that a file of the table defines, by the entry's name and the input."""
    try:
        source = Path(file).read_text(encoding="utf-8")
    except OSError:
        return {}
    found = {}
    for statement in ast.parse(source).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Call):
            for i, rule in enumerate(statement.value.args[1:]):
                text = ast.get_source_segment(source, rule.body if isinstance(rule, ast.Lambda) else rule)
                found[ast.unparse(statement.targets[0]), i] = " ".join((text or "").split())
    return found
