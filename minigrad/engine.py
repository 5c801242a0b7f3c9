"""The engine: what is remembered of each operation, and the walk backwards that applies the chain rule.

An operation that is recorded leaves a `Node`. A node points to what its inputs came from, and nothing points back, so
a graph goes as soon as nobody holds its end. The walk visits every node once, newest first, without recursion.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any

from .anomaly import anomaly_mode, check_nan, warn_of
from .node_names import node_name
from .ops import Op

Gradient = Any  # an ndarray; or a Tensor where the backward pass is recorded in its turn


class Clock:
    """One counter dates the nodes and the writes into memory.

    A node's inputs are older than it is, so newest-first is an order that the chain rule allows. And an array was
    overwritten since a node saved it exactly where its last write is younger than the node.
    """

    def __init__(self) -> None:
        self.tick = itertools.count(1).__next__
        self.last_write = 0

    def write(self) -> int:
        """Date a write into the memory of some tensor."""
        self.last_write = self.tick()
        return self.last_write


clock = Clock()


class Memory:
    """Memory that several tensors may share, a tensor and its views for instance, and the date of the last write."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = 0


class Node:
    """One recorded operation, ``tensor.grad_fn``.

    Attributes:
        op: the entry of the derivative table.
        params: its keyword parameters.
        edges: for each input, where its gradient goes: the Node that made it, the leaf itself, or None.
        inputs: the inputs as they were given, tensors and numbers; () if no rule reads any.
        saved: the output's array, the inputs' and the op's byproduct, as the rules take them, with None in the place
            of what no rule reads; None itself once the graph was freed.
        shape: the output's shape.
        memory: the output's, if some rule reads the output.
        born: the date of the operation.
        hooks: called with the complete gradient of the output, for the one to go on with; or None.
        label: the name to go by, if the op does not tell it.
        trace: where the operation was called, if anomaly detection was on.
    """

    __slots__ = (
        "born", "edges", "hooks", "inputs", "label", "memory", "op", "params", "saved", "shape", "trace",
    )  # fmt: skip

    op: Op
    params: dict[str, Any]
    edges: Sequence[Any]
    inputs: tuple[Any, ...]
    saved: tuple[Any, ...] | None
    shape: tuple[int, ...]
    memory: Memory | None
    born: int
    hooks: Callable[[Gradient], Gradient] | None
    label: str
    trace: str

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """What the gradient flows to next, in the form that PyTorch gives it."""
        return tuple((edge if edge is None or type(edge) is Node else AccumulateGrad(edge), 0) for edge in self.edges)

    def name(self) -> str:
        """Return PyTorch's name for it, such as ``MulBackward0``."""
        return getattr(self, "label", None) or node_name(self)

    def __repr__(self) -> str:
        return f"<{self.name()} object at {id(self):#x}>"


class AccumulateGrad:
    """Where the gradient of a leaf arrives, as `Node.next_functions` shows it.

    Attributes:
        variable: the leaf.
    """

    __slots__ = ("variable",)

    next_functions = ()

    def __init__(self, variable: Any) -> None:
        self.variable = variable

    def name(self) -> str:
        """Return PyTorch's name for it."""
        return "torch::autograd::AccumulateGrad"

    def __repr__(self) -> str:
        return f"<AccumulateGrad object at {id(self):#x}>"


def gradients(
    roots: Iterable[tuple[Any, Gradient]],
    *,
    wanted: set[Any] | None = None,
    keep_graph: bool = False,
    lift: Callable[[Node], tuple[Any, ...] | None] | None = None,
) -> dict[Any, Gradient]:
    """Walk the graph backwards and return the gradient of each leaf, or of each wanted edge.

    The chain rule: the gradient of a node's input is its rule applied to the gradient of its output, summed over all
    the uses of that input.

    Args:
        roots: pairs of an edge and the gradient that flows into it.
        wanted: the edges (nodes and leaves) whose gradients are asked for; all leaves if None.
        keep_graph: keep what the nodes saved, so that they can be walked again.
        lift: turns a node's saved arrays into tensors with their history, for a pass that is itself recorded.

    Raises:
        RuntimeError: the graph was walked and freed before, or a value that a rule reads has been overwritten.
    """
    flowing: dict[Any, Gradient] = {}  # gradients in flight, taken out as they are used
    for edge, g in roots:
        flowing[edge] = flowing[edge] + g if edge in flowing else g

    nodes = newest_first(flowing)
    useful = None
    if wanted is not None:
        useful = leading_to(wanted, nodes)
        nodes = [node for node in nodes if not useful.isdisjoint(node.edges)]
    # Writes are rare within a step, so one comparison spares nearly every graph the look at each value.
    suspicious = bool(nodes) and clock.last_write > nodes[-1].born
    watched = anomaly_mode.enabled

    found: dict[Any, Gradient] = {}
    try:
        for node in nodes:
            g = flowing.pop(node, None)
            if g is None:
                continue  # every rule on the way here said that there is none
            if node.hooks is not None:
                g = node.hooks(g)
            if wanted is not None and node in wanted:
                found[node] = g
            values = node.saved if lift is None else lift(node)
            if values is None:
                raise _freed(node)
            op, params = node.op, node.params
            for i, edge in enumerate(node.edges):
                if edge is None or (useful is not None and edge not in useful):
                    continue
                if suspicious:
                    check_unwritten(node, i)
                grad = op.rules[i](g, *values, **params)  # type: ignore[misc]
                if watched:
                    check_nan(node, i, grad)
                if grad is not None:
                    deliver(grad, edge, flowing, g, op)
            if not keep_graph and (op.keeps_output or op.keeps_inputs):
                node.saved, node.inputs = None, ()
    except Exception:
        if watched:
            warn_of(node)
        raise

    for edge, g in flowing.items():
        if wanted is None or edge in wanted:  # what is left belongs to the leaves, and to wanted nodes at the far end
            found[edge] = g if edge.hooks is None else edge.hooks(g)
    return found


def deliver(grad: Gradient, edge: Any, flowing: dict[Any, Gradient], g: Gradient, op: Op) -> None:
    """Add the gradient of one input, which a rule of `op` made of g, to what already flows into its edge."""
    is_leaf = type(edge) is not Node
    shape = edge.array.shape if is_leaf else edge.shape
    if grad.shape != shape:
        grad = reduced_to(shape, grad, op)
    if edge in flowing:
        flowing[edge] = flowing[edge] + grad
    elif is_leaf and (grad is g or grad.base is not None):
        flowing[edge] = grad * 1  # a leaf's gradient owns its memory
    else:
        flowing[edge] = grad


def newest_first(edges: Iterable[Any]) -> list[Node]:
    """Return all nodes that the edges lead back to, in the order of the backward pass."""
    waiting = [edge for edge in edges if type(edge) is Node]
    seen = set(waiting)
    while waiting:
        for edge in waiting.pop().edges:
            if type(edge) is Node and edge not in seen:
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


def check_unwritten(node: Node, i: int) -> None:
    """Raise where a value that the rule of input i reads was written into after the node had saved it."""
    if not (node.op.keeps_output or node.op.keeps_inputs):
        return
    reads_output, *reads = node.op.reads[i]
    if reads_output and node.memory is not None and node.memory.written > node.born:
        raise _overwritten(node, "its output")
    for position, (reads_it, x) in enumerate(zip(reads, node.inputs, strict=False)):
        memory = getattr(x, "memory", None)  # numbers have none
        if reads_it and memory is not None and memory.written > node.born:
            raise _overwritten(node, f"its saved tensor {position}, of shape {list(x.shape)},")


def _freed(node: Node) -> RuntimeError:
    return RuntimeError(
        f"Trying to backward through the graph a second time, but {node.name()} freed what it had saved in the first "
        "pass. Give retain_graph=True to the first pass if you need two."
    )


def _overwritten(node: Node, what: str) -> RuntimeError:
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"{node.name()} needs {what} as it was"
    )
