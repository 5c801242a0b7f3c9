"""The Node with PyTorch's face: its names, and what its gradient flows to next."""

from __future__ import annotations

from typing import Any

from ..core import graph
from .node_names import node_name
from .writes import Memory


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
