"""What autograd checks and shows beyond the graph of `minigrad.core`: overwritten values, NaN, PyTorch's names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .anomaly import anomaly_mode, check_nan
from .core import graph
from .core.graph import Gradient as Gradient, gradients as gradients, newest_first as newest_first, tick
from .core.op import Rule
from .node_names import node_name


class Clock:
    """One counter dates the nodes and the writes into memory.

    A node's inputs are older than it is, so newest-first is an order that the chain rule allows. And an array was
    overwritten since a node saved it exactly where its last write is younger than the node.
    """

    def __init__(self) -> None:
                self.last_write = 0

    def write(self) -> int:
        """Date a write into the memory of some tensor."""
        self.last_write = tick()
        return self.last_write


clock = Clock()


class Memory:
    """Memory that several tensors may share, a tensor and its views for instance, and the date of the last write."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        self.written = 0


class Node(graph.Node):
    """One recorded operation, with PyTorch's face.

    Attributes:
        memory: the output's, if some rule reads the output.
        label: the name to go by, if the op does not tell it.
        trace: where the operation was called, if anomaly detection was on.
    """

    __slots__ = ("label", "memory", "trace")

    memory: Memory | None
    label: str
    trace: str

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """What the gradient flows to next, in the form that PyTorch gives it."""
        ends = [edge if edge is None or isinstance(edge, Node) else AccumulateGrad(edge) for edge in self.edges]
        return tuple((end, 0) for end in ends)

    def name(self) -> str:
        """Return PyTorch's name for it, such as ``MulBackward0``."""
        return getattr(self, "label", None) or node_name(self)


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


def guard(nodes: list[Any]) -> Callable[[Node, int], Rule] | None:
    """Return what wraps the rules of these nodes in checks; None, nearly always, if there is nothing to check."""
    # Writes are rare within a step, so one comparison spares nearly every graph the look at each value.
    suspicious = bool(nodes) and clock.last_write > nodes[-1].born
    if not suspicious and not anomaly_mode.enabled:
        return None

    def checked(node: Node, i: int) -> Rule:
        if suspicious:
            check_unwritten(node, i)
        rule: Any = node.op.rules[i]
        if not anomaly_mode.enabled:
            return rule

        def watched(*args: Any, **params: Any) -> Any:
            gradient = rule(*args, **params)
            check_nan(node, i, gradient)
            return gradient

        return watched

    return checked


def check_unwritten(node: Node, i: int) -> None:
    """Raise where a value that the rule of input i reads was written into after the node had saved it."""
    if not (node.op.keeps_output or node.op.keeps_inputs):
        return
    reads_output, *reads = node.op.reads[i]
    if reads_output and (memory := getattr(node, "memory", None)) is not None and memory.written > node.born:
        raise _overwritten(node, "its output")
    for position, (reads_it, x) in enumerate(zip(reads, node.inputs, strict=False)):
        memory = getattr(x, "memory", None)  # numbers have none
        if reads_it and memory is not None and memory.written > node.born:
            raise _overwritten(node, f"its saved tensor {position}, of shape {list(x.shape)},")


def _overwritten(node: Node, what: str) -> RuntimeError:
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"{node.name()} needs {what} as it was"
    )
