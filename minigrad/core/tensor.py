"""The Tensor: an array that remembers how it was made."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any, ClassVar, Self

import numpy as np
from numpy import ndarray

from . import table
from .graph import Node, apply, grad_mode, gradients
from .op import Op


class Tensor:
    """An array, and its place in the graph.

    Where an input of an operation requires a gradient, the operation is recorded, and ``backward()`` on what becomes
    of it fills the ``.grad`` of the leaves.

    Example:
        >>> x = Tensor([1.0, 2.0, 3.0], requires_grad=True)
        >>> (x * x).sum().backward()
        >>> x.grad.array
        array([2., 4., 6.], dtype=float32)
    """

    __slots__ = ("__weakref__", "_grad", "_requires_grad", "array", "base", "grad_fn", "hooks", "memory")

    array: Any  # the NumPy array
    grad_fn: Node | None  # the operation that made this tensor; None for a leaf
    hooks: Any  # of a leaf: called with its gradient, for the one to add to grad; or None
    base: Any  # of a view: the tensor whose memory it shares; for a class that knows of views
    memory: Any  # what dates the writes into it; for a class that knows of writes
    _grad: Any
    _requires_grad: bool

    result: ClassVar[type[Any]]  # the class of what operations on this one return
    node: ClassVar[type[Node]] = Node  # of what remembers them
    operands: ClassVar[tuple[type, ...]]  # what an operator takes beside a tensor
    guard: ClassVar[Any] = None  # wraps the rules of a backward pass in checks

    def __new__(cls, data: Any, requires_grad: bool = False) -> Self:
        """Make a leaf."""
        out = cls.wrap(np.asarray(data, dtype=getattr(data, "dtype", np.float32)))
        out._requires_grad = requires_grad
        return out

    @classmethod
    def wrap(cls, array: ndarray, grad_fn: Node | None = None) -> Self:
        """Return a tensor over an array, sharing its memory."""
        out = object.__new__(cls)
        out.array = array
        out._grad = None
        out.grad_fn = grad_fn
        out.hooks = None
        out.base = None
        out.memory = None
        out._requires_grad = False
        return out

    @property
    def grad(self) -> Any:
        """Of a leaf: its accumulated gradient, a Tensor of the same shape, or None."""
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._grad = grad

    def edge(self) -> Any:
        """Return where the gradient of this tensor goes: the node that made it, itself if it is a leaf, or None."""
        if self.base is not None:
            self.refresh()
        if self.grad_fn is not None:
            return self.grad_fn
        return self if self._requires_grad else None

    # ---- what a class with dtypes, views and writes does otherwise ---------------------------------------------------

    @staticmethod
    def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
        """Return inputs of different dtypes as tensors of one; here NumPy decides."""
        return inputs

    @staticmethod
    def refusal(op: Op, arrays: list[Any], error: Exception) -> Exception:
        """Return the error to raise where NumPy refused to compute an operation."""
        return RuntimeError(f"{op.name}: {error}")

    def finish(self, op: Op, inputs: tuple[Any, ...]) -> None:
        """Remember of a result that it is a view, or that the graph needs it unchanged."""

    def refresh(self) -> None:
        """Bring the history of a view up to date."""

    # ---- the backward pass -------------------------------------------------------------------------------------------

    def backward(self, gradient: Any = None, create_graph: bool = False, **how: Any) -> None:
        """Add the gradient of this tensor to the ``.grad`` of every leaf that it was made from.

        With create_graph, the pass is itself recorded, so that the gradients can be differentiated again.
        """
        backward([self.root(gradient, create_graph)], create_graph, guard=self.guard, **how)

    def root(self, gradient: Any, create_graph: bool) -> tuple[Any, Any]:
        """Return where a backward pass begins, and with what gradient."""
        g = self.result.wrap(np.ones_like(self.array)) if gradient is None else gradient
        return self.edge(), g if create_graph else g.array

    def accumulate(self, g: Any) -> None:
        """Add a gradient to ``.grad``: an array; or a tensor, of a pass that was recorded."""
        if hasattr(g, "grad_fn"):
            self._grad = g if self._grad is None else self._grad + g
        elif self._grad is None:
            self._grad = self.result.wrap(np.asarray(g))
        elif self._grad.edge() is not None:  # the old one is part of a graph
            self._grad = self.result.wrap(np.asarray(self._grad.array + g))
        else:
            np.add(self._grad.array, g, out=self._grad.array)

    # ---- operators ---------------------------------------------------------------------------------------------------

    __array_ufunc__: Any = None  # so that array * tensor asks the tensor

    def __record__(self, op: Op, *inputs: Any, **params: Any) -> Any:
        return apply(op, *inputs, **params)

    def __add__(self, other: Any) -> Any:
        return apply(table.add, self, other) if isinstance(other, self.operands) else NotImplemented

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return apply(table.sub, self, other) if isinstance(other, self.operands) else NotImplemented

    def __rsub__(self, other: Any) -> Any:
        return apply(table.sub, other, self) if isinstance(other, self.operands) else NotImplemented

    def __mul__(self, other: Any) -> Any:
        return apply(table.mul, self, other) if isinstance(other, self.operands) else NotImplemented

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return apply(table.div, self, other) if isinstance(other, self.operands) else NotImplemented

    def __rtruediv__(self, other: Any) -> Any:
        return apply(table.div, other, self) if isinstance(other, self.operands) else NotImplemented

    def __pow__(self, exponent: Any) -> Any:
        return apply(table.power, self, exponent=exponent)

    def __neg__(self) -> Any:
        return apply(table.neg, self)

    def __matmul__(self, other: Any) -> Any:
        return apply(table.matmul, self, other)

    def __gt__(self, other: Any) -> Any:
        return apply(table.gt, self, other) if isinstance(other, self.operands) else NotImplemented

    def __lt__(self, other: Any) -> Any:
        return apply(table.lt, self, other) if isinstance(other, self.operands) else NotImplemented

    def __ne__(self, other: Any) -> Any:
        return apply(table.ne, self, other) if isinstance(other, self.operands) else NotImplemented

    # ---- the other words of the table's rules ------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """The size of every axis."""
        return self.array.shape

    @property
    def mT(self) -> Any:
        """The tensor with its last two axes exchanged."""
        return self.swapaxes(-2, -1)

    def swapaxes(self, axis1: int, axis2: int) -> Any:
        """Return the tensor with two axes exchanged."""
        return apply(table.swapaxes, self, axis1=axis1, axis2=axis2)

    def reshape(self, shape: tuple[int, ...]) -> Any:
        """Return the same values in another shape."""
        return apply(table.reshape, self, shape=shape, old=self.array.shape)

    def sum(self, axis: tuple[int, ...] | None = None, keepdims: bool = False) -> Any:
        """Return the sum over some axes, or over all."""
        axis = tuple(range(self.array.ndim)) if axis is None else axis
        return apply(table.sum, self, axis=axis, keepdims=keepdims, shape=self.array.shape)

    def item(self) -> Any:
        return self.array.item()

    def __repr__(self) -> str:
        return f"tensor({self.array})"

    __hash__ = object.__hash__


def backward(roots: Sequence[tuple[Any, Any]], create_graph: bool = False, **how: Any) -> None:
    """Walk back from several tensors at once, and let every leaf add up what comes to it."""
    for edge, g in differentiate(roots, create_graph, **how).items():
        if not isinstance(edge, Node):
            edge.accumulate(g)


def differentiate(
    roots: Sequence[tuple[Any, Any]], create_graph: bool = False, keep_graph: bool | None = None, **how: Any
) -> dict[Any, Any]:
    """Return the gradients: computed on arrays; or on tensors, where the pass itself is to be recorded."""
    keep_graph = create_graph if keep_graph is None else keep_graph
    if not create_graph:
        return gradients(roots, keep_graph=keep_graph, **how)
    with recording(True):
        return gradients(roots, keep_graph=keep_graph, lift=lifted, **how)


def lifted(node: Node) -> tuple[Any, ...] | None:
    """Return what a node saved as tensors with their history, for rules whose own work is recorded."""
    if node.saved is None or not (node.op.keeps_output or node.op.keeps_inputs):
        return node.saved
    output = node.result.wrap(node.saved[0], grad_fn=node) if node.op.keeps_output else None
    return (output, *node.inputs, *node.saved[1 + len(node.inputs) :])


class recording:
    """Record operations, or do not, for a ``with`` block."""

    def __init__(self, mode: bool) -> None:
        self.mode = mode

    def __enter__(self) -> None:
        self.outer, grad_mode.enabled = grad_mode.enabled, self.mode

    def __exit__(self, *exc: object) -> None:
        grad_mode.enabled = self.outer


no_grad = functools.partial(recording, False)

Tensor.result = Node.result = Tensor
Tensor.operands = (Tensor, int, float, ndarray)
