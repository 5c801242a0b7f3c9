"""How an operation on tensors is computed and remembered.

`apply` is the one door: it brings the inputs to a common dtype, computes the entry of the derivative table on their
arrays, and leaves a `Node` behind where a gradient may be asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from . import dtypes, ops
from .engine import Node, clock
from .grad_mode import enable_grad, grad_mode
from .ops import Op

if TYPE_CHECKING:
    from .tensor import Tensor

Array = np.ndarray[Any, Any]


class TensorBase:
    """What recording needs of a tensor: its array, its place in the graph, and whose memory it shares.

    Everything that a user calls is in its subclass, `minigrad.Tensor`.
    """

    __slots__ = ("__weakref__", "_requires_grad", "_written", "array", "base", "grad", "grad_fn", "memory")

    array: Array
    grad: Any  # the accumulated gradient of a leaf, a tensor of its shape, or None
    grad_fn: Node | None  # the operation that made this tensor; None for a leaf
    base: Any  # the tensor that this one is a view of, or None
    memory: Any  # the tensor whose dates count for the memory that this one shares; None: its own
    _written: int  # the date of the last write into the memory; for a view, of the last one that its history knows
    _requires_grad: bool  # of a leaf

    result: ClassVar[type]  # the class of every result: Tensor, which sets this where it is defined

    def note_write(self) -> None:
        """Date a write into this tensor's memory, so that a graph which needs the old values says so."""
        owner = self if self.memory is None else self.memory
        owner._written = clock.write()
        if owner.grad_fn is not None:
            owner.grad_fn.overwritten = owner._written

    @property
    def last_write(self) -> int:
        """The date of the last write into this tensor's memory."""
        return self._written if self.memory is None else self.memory._written


def wrap(array: Array, cls: type[Any] | None = None, grad_fn: Node | None = None) -> Any:
    """Return a tensor over an array, sharing its memory."""
    out: Any = object.__new__(cls or TensorBase.result)
    out.array = array
    out.grad = None
    out.grad_fn = grad_fn
    out.base = None
    out.memory = None
    out._written = 0
    out._requires_grad = False
    return out


def apply(op: Op, *inputs: Any, **params: Any) -> Tensor:
    """Compute an entry of the table on tensors and numbers, and record it where a gradient may be asked for."""
    arrays = [x.array if isinstance(x, TensorBase) else x for x in inputs]
    if not alike(op, arrays):
        inputs = conform(op, inputs, arrays)
        arrays = [x.array if isinstance(x, TensorBase) else x for x in inputs]
    array = op.forward(*arrays, **params)
    if type(array) is not np.ndarray:
        array = np.asarray(array)  # a full reduction gives a NumPy scalar
    out: Tensor = wrap(array)
    if op.view:
        note_view(out, inputs[0])
    if grad_mode.enabled and array.dtype.kind == "f":
        edges = tuple([edge_of(x) if isinstance(x, TensorBase) else None for x in inputs])
        if any([edge is not None for edge in edges]):
            out.grad_fn = node_of(op, params, edges, inputs, array, arrays)
    return out


def node_of(
    op: Op, params: dict[str, Any], edges: tuple[Any, ...], inputs: tuple[Any, ...], array: Array, arrays: list[Any]
) -> Node:
    """Remember an operation, and of its values those that its rules read."""
    node = Node()
    node.op = op
    node.params = params
    node.edges = edges
    node.shape = array.shape
    node.overwritten = 0
    if op.keeps_anything:
        keeps_output, *keeps = op.keeps
        node.inputs = tuple([x if kept else None for kept, x in zip(keeps, inputs, strict=False)])
        node.saved = (
            array if keeps_output else None,
            *[a if kept else None for kept, a in zip(keeps, arrays, strict=False)],
        )
    else:
        node.inputs = ()
        node.saved = (None,) * (len(inputs) + 1)
    node.born = clock.tick()
    return node


def edge_of(x: TensorBase) -> Any:
    """Return where the gradient of x goes: the node that made it, x itself if it is a leaf, or None."""
    if x.base is not None and x.base.last_write > x._written:
        refresh(x)
    if x.grad_fn is not None:
        return x.grad_fn
    return x if x._requires_grad else None


def alike(op: Op, arrays: list[Any]) -> bool:
    """Say whether the inputs can be computed with as they are; nearly all can, so this must be quick."""
    dtype, number = None, False
    for x in arrays:
        if type(x) is np.ndarray:
            if dtype is None:
                dtype = x.dtype
            elif x.dtype is not dtype:
                return False
        elif type(x) is float or type(x) is int:
            number = True
        else:
            return False
    return dtype is not None and (dtype.kind == "f" or not (number or op.inputs == "float"))


def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
    """Return the inputs in the dtype that PyTorch computes this op in; RuntimeError where it refuses to mix them."""
    first = 1 if op.rules and op.rules[0] is None else 0  # a condition keeps its own dtype
    target = dtypes.result_type(*arrays[first:])
    if op.inputs == "same":
        found = " != ".join(str(x.dtype) for x in arrays)
        raise RuntimeError(f"{op.name}: expected all inputs to have the same dtype, but got: {found}")
    if op.inputs == "float" and target.kind != "f":
        target = dtypes.get_default_dtype().numpy
    return (*inputs[:first], *[converted(x, target) for x in inputs[first:]])


def converted(x: Any, target: np.dtype[Any]) -> Any:
    """Return a tensor, an array or a number in the dtype; the gradient of a tensor flows through the conversion."""
    if not isinstance(x, TensorBase):
        return np.asarray(x, target)
    return apply(ops.cast, x, dtype=target, old=x.array.dtype) if x.array.dtype != target else x


def is_operand(x: Any) -> bool:
    """Say whether an operator takes x beside a tensor."""
    return isinstance(x, TensorBase | int | float | np.ndarray | np.generic)


def as_operand(x: Any) -> Any:
    """Return x if arithmetic takes it beside a tensor; TypeError otherwise."""
    if not is_operand(x):
        raise TypeError(f"expected a Tensor or a number, but got {type(x).__name__}: {x!r}")
    return x


def as_array(x: Any) -> Any:
    """Return the array of a tensor, and anything else as it is."""
    return x.array if isinstance(x, TensorBase) else x



# ---- views and writes ------------------------------------------------------------------------------------------------


def note_view(out: TensorBase, x: TensorBase) -> None:
    """Remember that `out` is a view of x, if it is: writes through either are writes into both."""
    if _owner(out.array) is not _owner(x.array):
        return
    out.memory = x if x.memory is None else x.memory
    if grad_mode.enabled:
        out.base = x if x.base is None else x.base
        out._written = out.last_write


def _owner(array: Array) -> Any:
    return array if array.base is None else array.base  # NumPy keeps no chains: the base is the owner


def refuse_in_place_on_leaf(x: TensorBase) -> None:
    """Raise where a recorded write would overwrite values whose gradient is asked for."""
    if x._requires_grad:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if x.base is not None and x.base._requires_grad:
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")


def twin(x: TensorBase) -> Tensor:
    """Return a tensor of the same array and history, for a graph that remembers x as it was before a write."""
    edge = edge_of(x)
    out: Tensor = wrap(x.array, grad_fn=edge if isinstance(edge, Node) else None)
    return out


def refresh(view: TensorBase) -> None:
    """Make the history of a view anew, from its base, after somebody wrote into the memory they share."""
    base = view.base
    assert base is not None, "only a view has a history to refresh"
    view._written = base.last_write
    if base.grad_fn is not None:
        with enable_grad():
            places = places_in(base.array, view.array)
            view.grad_fn = apply(ops.getitem, base.reshape(-1), index=places, shape=(base.array.size,)).grad_fn


def places_in(base: Array, view: Array) -> Array:
    """Return for each element of a view its place in the flattened base."""
    places = np.empty_like(base, np.intp)  # laid out in memory as the base is
    places[...] = np.arange(base.size).reshape(base.shape)
    stride_ratio = places.itemsize // base.itemsize if places.itemsize >= base.itemsize else 1
    offset = (view.ctypes.data - base.ctypes.data) // base.itemsize * places.itemsize
    strides = [s * stride_ratio for s in view.strides]
    return np.ndarray(view.shape, np.intp, places, offset, strides).copy()
