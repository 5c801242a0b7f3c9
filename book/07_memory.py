"""Chapter 7: what is kept until the backward pass, and what goes."""

from __future__ import annotations

import dis
from collections.abc import Callable
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
from so_far import chapter

order, sums, tensor, second = chapter(3), chapter(4), chapter(5), chapter(6)
table, tick = second.table, order.tick
Rule = Callable[..., Any]
NO_PARAMS: dict[str, Any] = {}  # one for all nodes: a chain of scalar operations takes a tenth less


def names_read(rule: Rule) -> list[bool]:
    code = rule.__code__
    loaded = set(code.co_cellvars)
    for instruction in dis.get_instructions(code):
        if instruction.opname.startswith("LOAD_FAST"):
            names = instruction.argval  # newer Pythons load two names with one instruction
            loaded.update(names if isinstance(names, tuple) else (names,))
    _g, *values = code.co_varnames[: code.co_argcount]
    return [name in loaded for name in values]


class Op(second.Op):
    @cached_property
    def reads(self) -> list[list[bool]]:
        values = len(self.rules) + 1
        return [names_read(rule)[:values] if rule else [False] * values for rule in self.rules]

    @cached_property
    def keeps_output(self) -> bool:
        return any(reads[0] for reads in self.reads)

    @cached_property
    def keeps_inputs(self) -> bool:
        return any(any(reads[1:]) for reads in self.reads)


for entry in vars(table).values():
    entry.__class__ = Op


class Node(order.Node):
    __slots__ = ("born", "edges", "hooks", "inputs", "op", "params", "saved", "shape")
    __init__ = object.__init__  # record fills it

def record(op: Op, params: dict[str, Any], edges: tuple[Any, ...], inputs: tuple[Any, ...], out: Any,
           arrays: list[Any]) -> Node:
    node: Node = out.node()
    node.op = op
    node.params = params or NO_PARAMS
    node.edges = edges
    node.shape = out.array.shape
    node.hooks = None
    output = out.array if op.keeps_output else None  # not the tensor itself, which points to the node
    if op.keeps_inputs:
        node.inputs = inputs
        node.saved = (output, *arrays)
    else:
        node.inputs = ()
        node.saved = (output, *[None] * len(inputs))
    node.born = tick()
    return node


def apply(op, *inputs, **params):
    arrays = [x.array if hasattr(x, "grad_fn") else x for x in inputs]
    edges = tuple([x.edge() if hasattr(x, "grad_fn") else None for x in inputs])
    out = Tensor.wrap(np.asarray(op.forward(*arrays, **params)))
    if any(edge is not None for edge in edges) and out.array.dtype.kind == "f":
        out.grad_fn = record(op, params, edges, inputs, out, arrays)
    return out


def gradients(roots, keep_graph=False):
    flowing = dict(roots)
    for node in order.newest_first(flowing):
        g, op = flowing.pop(node), node.op
        if node.saved is None:
            raise RuntimeError(f"Trying to backward through the graph a second time, but {op.name} freed its values")
        for i, edge in enumerate(node.edges):
            if edge is not None:
                sums.deliver(op.rules[i](g, *node.saved, **node.params), edge, flowing, g, op)
        if not keep_graph and (op.keeps_output or op.keeps_inputs):
            node.saved, node.inputs = None, ()
    return flowing


class Tensor(second.Tensor):
    node: ClassVar[type[Node]] = Node

    def backward(self, gradient=None, keep_graph=False):
        for leaf, g in gradients([self.root(gradient, False)], keep_graph).items():
            leaf.accumulate(g)


Tensor.result, tensor.Tensor, tensor.apply, second.apply = Tensor, Tensor, apply, apply


# ---- try it ----

for op in (table.add, table.mul, table.exp, table.relu, table.matmul):
    print(f"{op.name:6} keeps its output: {op.keeps_output!s:5}  its inputs: {op.keeps_inputs}")
x, w, b = (Tensor(np.ones(shape), requires_grad=True) for shape in [(1000, 100), (100, 100), (100,)])
y = apply(table.relu, x @ w + b)
kept = {id(a): a.nbytes for node in order.newest_first([y.edge()]) for a in node.saved if a is not None}
print(f"kept for the backward pass: {len(kept)} arrays, {sum(kept.values()) // 1000} kB")

y.sum().backward()
try:
    y.sum().backward()
except RuntimeError as error:
    print(error)
