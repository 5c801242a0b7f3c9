"""The graph: how an operation on tensors is remembered, and the walk backwards that applies the chain rule.

An operation that is recorded leaves a `Node`. A node points to what its inputs came from, and nothing points back, so
a graph goes as soon as nobody holds its end. The walk visits every node once, newest first, without recursion.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, ClassVar

import numpy as np
from numpy import ndarray

from .op import Op, Rule

Gradient = Any  # an ndarray; or a Tensor where the backward pass is itself recorded

tick = itertools.count(1).__next__  # dates the nodes: inputs are older, so the chain rule allows newest-first


class _GradMode(threading.local):
    enabled = True


grad_mode = _GradMode()  # each thread has its own

default: Any = None  # the class of a result of numbers and arrays alone
listener: Callable[..., None] | None = None  # hears of every operation: what records a step to replay it, for instance


class Node:
    """One recorded operation, ``tensor.grad_fn``."""

    __slots__ = ("born", "edges", "hooks", "inputs", "op", "params", "saved", "shape")

    result: ClassVar[Any]  # the class of tensors that the output is one of
    op: Op  # the entry of the derivative table
    params: dict[str, Any]  # and its keyword parameters
    edges: Sequence[Any]  # for each input, where its gradient goes: the Node that made it, the leaf itself, or None
    inputs: tuple[Any, ...]  # as they were given, tensors and numbers; () if no rule reads any
    # arrays of output, inputs and byproduct, as the rules take them: None for one that no rule reads, or once freed
    saved: tuple[Any, ...] | None
    shape: tuple[int, ...]  # of the output
    born: int  # the date of the operation
    hooks: Callable[[Gradient], Gradient] | None  # replaces the output's gradient, once that is complete

    def name(self) -> str:
        """Return the name of the operation."""
        return self.op.name

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


# ---- forwards: compute, and remember -------------------------------------------------------------------------------


def apply(op: Op, *inputs: Any, **params: Any) -> Any:
    """Compute an entry of the table on tensors and numbers, and record it where a gradient may be asked for."""
    arrays, edges, cls = taken_apart(inputs)
    if not alike(arrays, op.kinds):  # dtypes differ: the class of tensors says what happens
        inputs = cls.conform(op, inputs, arrays)
        arrays, edges, _ = taken_apart(inputs)
    try:
        array = op.forward(*arrays, **params)
    except (ValueError, TypeError) as error:
        raise cls.refusal(op, arrays, error) from None
    byproducts: Any = ()
    if op.byproduct:
        array, *byproducts = array
    if type(array) is not ndarray:
        array = np.asarray(array)  # a full reduction gives a NumPy scalar
    out = cls.wrap(array)
    if edges and array.dtype.kind == "f":
        out.grad_fn = record(op, params, edges, inputs, out, [*arrays, *byproducts] if byproducts else arrays)
    if (hear := listener) is not None:  # read once: another thread may take it away
        hear(op.name, op.forward, arrays, params, (array, *byproducts), out)
    if op.noted:
        out.finish(op, inputs)
    return out


def drawn(function: Callable[..., Any], *args: Any) -> Any:
    """Call a function of arrays and numbers that is no entry of the table, the draw of a mask for instance."""
    result = function(*args)
    if (hear := listener) is not None:
        results = result if isinstance(result, tuple) else (result,)
        hear(function.__name__.strip("_"), function, args, {}, results, None)
    return result


def taken_apart(inputs: tuple[Any, ...]) -> tuple[list[Any], tuple[Any, ...], Any]:
    """Return the inputs' arrays, where their gradients go (() if none goes anywhere), and their class."""
    arrays: list[Any] = []
    edges: list[Any] = []
    cls, tracked, recording = default, False, grad_mode.enabled
    for x in inputs:
        edge = None
        if hasattr(x, "grad_fn"):
            arrays.append(x.array)
            cls = x.result
            if recording:
                edge = x.grad_fn if x.base is None else x.edge()  # nearly always without a call
                if edge is not None:
                    tracked = True
                elif x._requires_grad:
                    edge, tracked = x, True
        else:
            arrays.append(x)
        edges.append(edge)
    return arrays, tuple(edges) if tracked else (), cls


def alike(arrays: list[Any], kinds: str) -> bool:
    """Return whether all arrays have one dtype of these kinds (floats, beside numbers): nearly always."""
    dtype, number = None, False
    for x in arrays:
        if type(x) is ndarray:
            if dtype is None:
                dtype = x.dtype
            elif x.dtype is not dtype:
                return False
        elif type(x) is float or type(x) is int:
            number = True
        else:
            return False
    if dtype is None:
        return False
    kind = dtype.kind
    return kind in kinds and (kind == "f" or not number)


NO_PARAMS: dict[str, Any] = {}  # one for all nodes: a chain of scalar operations takes a tenth less


def record(
    op: Op, params: dict[str, Any], edges: tuple[Any, ...], inputs: tuple[Any, ...], out: Any, arrays: list[Any]
) -> Node:
    """Remember an operation, and of its values those that some rule reads."""
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


# ---- backwards: the chain rule -------------------------------------------------------------------------------------


def gradients(
    roots: Iterable[tuple[Any, Gradient]],
    *,
    wanted: set[Any] | None = None,
    keep_graph: bool = False,
    lift: Callable[[Node], tuple[Any, ...] | None] | None = None,
    guard: Callable[[list[Node]], Callable[[Node, int], Rule] | None] | None = None,
) -> dict[Any, Gradient]:
    """Walk the graph backwards and return the gradient of each leaf, or of each wanted edge.

    The chain rule: the gradient of a node's input is its rule applied to the gradient of its output, summed over all
    the uses of that input.

    Args:
        roots: pairs of an edge and the gradient that flows into it.
        wanted: the edges (nodes and leaves) whose gradients are asked for; all leaves if None.
        keep_graph: keep what the nodes saved, so that they can be walked again.
        lift: turns a node's saved arrays into tensors with their history, for a pass that is itself recorded.
        guard: called with the nodes; returns None, or a function that wraps the rule of a node's input in checks.

    Raises:
        RuntimeError: the graph was walked and freed before.
    """
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
            raise RuntimeError(
                f"Trying to backward through the graph a second time, but {node.name()} freed what it had saved in the "
                "first pass. Give retain_graph=True to the first pass if you need two."
            )
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


def deliver(grad: Gradient, edge: Any, flowing: dict[Any, Gradient], g: Gradient, op: Op) -> None:
    """Add the gradient of one input, which a rule of `op` made of g, to what already flows into its edge."""
    is_leaf = not isinstance(edge, Node)
    shape = edge.array.shape if is_leaf else edge.shape
    if grad.shape != shape:
        grad = reduced_to(shape, grad, op)
    if edge in flowing:
        flowing[edge] = flowing[edge] + grad
    elif is_leaf and (grad is g or grad.base is not None):
        flowing[edge] = grad * 1  # a leaf's gradient owns its memory
    else:
        flowing[edge] = grad


def reduced_to(shape: tuple[int, ...], g: Gradient, op: Op) -> Gradient:
    """Sum a gradient over the axes along which the input of this shape was broadcast."""
    extra = len(g.shape) - len(shape)
    if g.shape[extra:] == shape:
        return g.sum(axis=tuple(range(extra)))
    axes = list(range(extra))
    for axis, n in enumerate(shape, extra):
        if extra < 0 or n not in (1, g.shape[axis]):
            raise RuntimeError(f"a rule of {op.name} gave a gradient of shape {g.shape} for an input of shape {shape}")
        if n != g.shape[axis]:
            axes.append(axis)
    return g.sum(axis=tuple(axes)).reshape(shape)


def newest_first(edges: Iterable[Any]) -> list[Node]:
    """Return all nodes that the edges lead back to, in the order of the backward pass."""
    waiting = [edge for edge in edges if isinstance(edge, Node)]
    seen = set(waiting)
    while waiting:
        for edge in waiting.pop().edges:
            if edge is not None and isinstance(edge, Node) and edge not in seen:
                seen.add(edge)
                waiting.append(edge)
    return sorted(seen, key=attrgetter("born"), reverse=True)


def leading_to(wanted: set[Any], nodes: list[Node]) -> set[Any]:
    """Return what is wanted, and of the nodes those whose gradient flows on to it."""
    useful = set(wanted)
    for node in reversed(nodes):
        if not useful.isdisjoint(node.edges):
            useful.add(node)
    return useful
