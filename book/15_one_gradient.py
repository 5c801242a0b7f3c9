"""Chapter 15: the walk in its last form."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

import numpy as np
from so_far import chapter

order, sums, engine, nn, recording = chapter(3), chapter(4), chapter(7), chapter(8), chapter(11).recording
Node, Gradient, Rule, newest_first, deliver = engine.Node, sums.Gradient, engine.Rule, order.newest_first, sums.deliver


class Op(engine.Op):
    adds: Callable[..., bool] | None = None  # adds the gradient of a part into the whole's, instead of the first rule


def leading_to(wanted: set[Any], nodes: list[Node]) -> set[Any]:
    useful = set(wanted)
    for node in reversed(nodes):
        if not useful.isdisjoint(node.edges):
            useful.add(node)
    return useful


def gradients(roots: Iterable[tuple[Any, Gradient]], *, wanted: set[Any] | None = None, keep_graph: bool = False,
              lift: Callable[[Node], tuple[Any, ...] | None] | None = None,
              guard: Callable[[list[Node]], Callable[[Node, int], Rule] | None] | None = None) -> dict[Any, Gradient]:
    flowing: dict[Any, Gradient] = {}  # gradients in flight, taken out as they are used
    for edge, g in roots:
        flowing[edge] = flowing[edge] + g if edge in flowing else g
    nodes = newest_first(flowing)
    useful = None
    if wanted is not None:
        useful = leading_to(wanted, nodes)
        nodes = [node for node in nodes if not useful.isdisjoint(node.edges)]
    checked = None if guard is None else guard(nodes)
    found: dict[Any, Gradient] = {}
    owned: set[Any] = set()  # edges whose gradient in flight is a new array, which parts may be added into
    for node in nodes:
        g = flowing.pop(node, None)
        if g is None:
            continue  # every rule on the way here said that there is none
        values = node.saved if lift is None else lift(node)
        if node.hooks is not None:
            g = node.hooks(g)
        if wanted is not None and node in wanted:
            found[node] = g
        if values is None:
            raise RuntimeError(f"Trying to backward through the graph a second time, but {node.name()} freed what it "
                               "had saved in the first pass. Give retain_graph=True to the first pass if you need two.")
        op, params = node.op, node.params
        for i, edge in enumerate(node.edges):
            if edge is None or (useful is not None and edge not in useful):
                continue
            if op.adds is not None and checked is None and lift is None:
                if edge in owned and op.adds(flowing[edge], g, **params):
                    continue
                owned.add(edge)
            rule = op.rules[i] if checked is None else checked(node, i)
            grad = rule(g, *values, **params)  # type: ignore[misc]
            if grad is not None:
                deliver(grad, edge, flowing, g, op)
        if not keep_graph and (op.keeps_output or op.keeps_inputs):
            node.saved, node.inputs = None, ()
    for edge, g in flowing.items():
        if wanted is None or edge in wanted:  # what is left belongs to the leaves, and to wanted nodes at the far end
            found[edge] = g if edge.hooks is None else edge.hooks(g)
    return found


def lifted(node: Node) -> tuple[Any, ...] | None:
    if node.saved is None or not (node.op.keeps_output or node.op.keeps_inputs):
        return node.saved
    output = node.result.wrap(node.saved[0], grad_fn=node) if node.op.keeps_output else None
    return (output, *node.inputs, *node.saved[1 + len(node.inputs) :])


def differentiate(roots: Sequence[tuple[Any, Any]], create_graph: bool = False, keep_graph: bool | None = None,
                  **how: Any) -> dict[Any, Any]:
    keep_graph = create_graph if keep_graph is None else keep_graph
    if not create_graph:
        return gradients(roots, keep_graph=keep_graph, **how)
    with recording(True):
        return gradients(roots, keep_graph=keep_graph, lift=lifted, **how)


def backward(roots: Sequence[tuple[Any, Any]], create_graph: bool = False, **how: Any) -> None:
    for edge, g in differentiate(roots, create_graph, **how).items():
        if not isinstance(edge, Node):
            edge.accumulate(g)


class Tensor(engine.Tensor):
    guard: ClassVar[Any] = None  # wraps the rules of a backward pass in checks

    def backward(self, gradient: Any = None, create_graph: bool = False, **how: Any) -> None:
        backward([self.root(gradient, create_graph)], create_graph, guard=self.guard, **how)


engine.Tensor.backward, engine.Tensor.guard, engine.Tensor.hooks, engine.Op.adds = Tensor.backward, None, None, None
Node.result, Node.name = engine.Tensor, lambda node: node.op.name


# ---- try it ----

net = nn.Sequential(nn.Linear(1, 50), nn.ReLU(), nn.Linear(50, 1))
x = engine.Tensor(np.linspace(-1, 1, 5)[:, None], requires_grad=True)
y, one = net(x), np.ones((5, 1))
print("slopes:        ", differentiate([(y.edge(), one)], wanted={x}, keep_graph=True)[x].ravel().round(4))
print("by differences:", ((net(x + 1e-6) - net(x - 1e-6)).array / 2e-6).ravel().round(4))
print("weights with a gradient:", sum(p.grad is not None for p in net.parameters()))

slopes = differentiate([(y.edge(), engine.Tensor(one))], create_graph=True, wanted={x})[x]
(slopes * slopes).sum().backward()
print("weights with a gradient of the penalty:", sum(p.grad is not None for p in net.parameters()))
y.grad_fn.hooks = lambda g: g * 0.5
print("with a hook that halves:", differentiate([(y.edge(), one)], wanted={x})[x].ravel().round(4))
