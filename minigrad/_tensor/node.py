"""The Node with PyTorch's face: its names, and what its gradient flows to next."""

from __future__ import annotations

from functools import cache
from typing import Any

from .. import table
from ..core import graph
from .node_names import NAMES, plain_name
from .writes import Memory

birthday: Any = vars(graph.Node)["born"]  # the slot

PLAIN: dict[Any, Any] = {}
"""The classes of the nodes of entries, where these depend on nothing else."""


class Node(graph.Node):
    """One recorded operation, with PyTorch's face. Once it is complete, its class goes by PyTorch's name for it.

    Attributes:
        memory: the output's, if some rule reads the output.
        trace: where the operation was called, if anomaly detection was on.
    """

    __slots__ = ("memory", "trace")

    memory: Memory | None
    trace: str

    def _begin(self, date: int, set_birthday: Any = birthday.__set__, plain: dict[Any, Any] = PLAIN) -> None:
        set_birthday(self, date)
        self.__class__ = plain.get(self.op) or class_of(self)

    born = property(birthday.__get__, _begin)  # the last of what is recorded

    @property
    def next_functions(self) -> tuple[tuple[Any, int], ...]:
        """What the gradient flows to next, in the form that PyTorch gives it."""
        ends = [edge if edge is None or isinstance(edge, Node) else AccumulateGrad(edge) for edge in self.edges]
        return tuple((end, 0) for end in ends)

    def name(self) -> str:
        """Return PyTorch's name for it, such as ``MulBackward0``."""
        return type(self).__name__


@cache
def class_named(name: str) -> Any:
    """Return the class of nodes of a name, such as ``MulBackward0``."""
    return type(name, (Node,), {"__slots__": (), "born": birthday, "__doc__": "One recorded operation."})


def class_of(node: Node) -> Any:
    """Return the class of a node that is complete."""
    known = NAMES.get(node.op.name) or plain_name(node.op.name)
    if not isinstance(known, str):
        return class_named(known(node))
    return PLAIN.setdefault(node.op, class_named(known)) if node.op.name in vars(table) else class_named(known)


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
