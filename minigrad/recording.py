"""How an operation on tensors is computed and remembered.

`apply` is the one door: it brings the inputs to a common dtype, computes the entry of the derivative table on their
arrays, and leaves a `Node` behind where a gradient may be asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy import ndarray

from . import dtypes, ops
from .core import tensor as core
from .core.graph import apply as apply
from .engine import Memory, Node, clock, guard
from .grad_mode import enable_grad, grad_mode
from .listening import constant, refuse_to_replay
from .ops import Op

Array = np.ndarray[Any, Any]


class TensorBase(core.Tensor):
    """What recording needs of a tensor of PyTorch's: dtypes, and whose memory it shares.

    Everything that a user calls is in its subclass, `minigrad.Tensor`.
    """

    __slots__ = ("__dict__", "base_written")  # attributes of the user's own, too

    node = Node
    guard = staticmethod(guard)
    base: Any  # the tensor that this one is a view of, or None
    base_written: int  # the date of the last write into the base that this view's history knows of
    memory: Memory | None  # made when it is first shared, written into, or saved as an output

    def refresh(self) -> None:
        """Make the history of a view anew, if somebody wrote into the memory that it shares with its base."""
        if self.memory.written > self.base_written:  # type: ignore[union-attr]
            refresh(self)

    def root(self, gradient: Any, create_graph: bool) -> tuple[Any, Any]:
        """Return where a backward pass begins, and with what gradient; RuntimeError where there is none."""
        return root_of(0, self, gradient, create_graph)

    @staticmethod
    def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
        """Return the inputs in the dtype that PyTorch computes this op in."""
        return inputs if alike(op, arrays) else conform(op, inputs, arrays)

    @staticmethod
    def refusal(op: Op, arrays: list[Any], error: Exception) -> RuntimeError:
        """Return the error in PyTorch's words and type."""
        return refusal(op, arrays, error)

    def finish(self, op: Op, inputs: tuple[Any, ...]) -> None:
        """Note of a result that it is a view, and that the graph needs it unchanged."""
        if op.view:
            note_view(self, inputs[0])
        if self.grad_fn is not None and op.keeps_output:
            self.grad_fn.memory = self.get_memory()  # type: ignore[attr-defined]

    def accumulate(self, g: Any) -> None:
        """Add a gradient to ``.grad``, and call the hooks that wait for it."""
        before = self.grad
        super().accumulate(g)
        if self.grad is before:
            before.note_write()
        if self.hooks is not None:
            self.hooks.accumulated(self)

    def get_memory(self) -> Memory:
        """Return what dates the writes into this tensor's memory."""
        if self.memory is None:
            self.memory = Memory()
        return self.memory

    def note_write(self) -> None:
        """Date a write into this tensor's memory, so that a graph which needs the old values says so."""
        date_writes((self,))


def wrap(array: Array, cls: type[Any] | None = None, grad_fn: Node | None = None) -> Any:
    """Return a tensor over an array, sharing its memory; a Tensor unless another class is given."""
    return (cls or TensorBase.result).wrap(array, grad_fn)


def wrap_indices(array: Array) -> Any:
    """Return a tensor over indices or counts: NumPy's are as wide as the machine's addresses, PyTorch's are int64."""
    return wrap(np.asarray(array).astype(np.int64, copy=False))


def edge_of(x: TensorBase) -> Any:
    """Return where the gradient of x goes: the node that made it, x itself if it is a leaf, or None."""
    return x.edge()


def named(out: Any, name: str) -> Any:
    """Let the result of several operations go by one name, as ``MvBackward0``, in its ``grad_fn``; return it."""
    if out.grad_fn is not None:
        out.grad_fn.label = name
    return out


def refusal(op: Op, arrays: list[Any], error: Exception) -> RuntimeError:
    """Say in PyTorch's words and type what NumPy has refused."""
    shapes = [np.shape(a) for a in arrays]
    if "broadcast" in str(error):
        sizes = " and ".join(str(list(shape)) for shape in shapes)
        return RuntimeError(f"{op.name}: the sizes of tensors must match or be 1 in each dimension, but got {sizes}")
    return RuntimeError(f"{op.name}: {error}")


def alike(op: Op, arrays: list[Any]) -> bool:
    """Say whether the inputs can be computed with as they are; nearly all can, so this must be quick."""
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
    if dtype is None or op.inputs == "condition" or (number and op.inputs == "arrays"):
        return False
    if dtype.kind == "f":
        return True
    return not (number or op.inputs == "float" or (op.inputs == "numbers" and dtype.kind == "b"))


def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
    """Return the inputs in the dtype that PyTorch computes this op in; RuntimeError where it refuses to mix them."""
    if len(inputs) == 1 and not isinstance(arrays[0], np.ndarray):
        raise TypeError(f"{op.name}(): argument 'input' must be Tensor, not {type(inputs[0]).__name__}")
    first = 1 if op.inputs == "condition" else 0
    if first and np.asarray(arrays[0]).dtype != np.bool_:
        raise RuntimeError(f"{op.name} expected condition to be a boolean tensor, but got {arrays[0]!r}")
    if op.inputs == "numbers" and any(isinstance(x, np.ndarray) and x.dtype == np.bool_ for x in arrays):
        raise NotImplementedError(f"{op.name} is not supported for bool tensors: convert them to numbers first")
    target = dtypes.result_type(*arrays[first:])
    if op.inputs == "same" and len({x.dtype for x in arrays}) > 1:
        found = " != ".join(str(x.dtype) for x in arrays)
        raise RuntimeError(f"{op.name}: expected all inputs to have the same dtype, but got: {found}")
    if op.inputs == "float" and target.kind != "f":
        target = dtypes.get_default_dtype().numpy
    return (*inputs[:first], *[converted(x, target) for x in inputs[first:]])


def converted(x: Any, target: np.dtype[Any]) -> Any:
    """Return a tensor, an array or a number in the dtype; the gradient of a tensor flows through the conversion."""
    if not isinstance(x, TensorBase):
        array = np.asarray(x).astype(target)  # not asarray(x, target), which refuses what wraps around in PyTorch
        return array if isinstance(x, ndarray) else constant(array)
    return apply(ops.cast, x, dtype=target, old=x.array.dtype) if x.array.dtype != target else x


def is_tensor(obj: object) -> bool:
    """Return whether obj is a Tensor."""
    return isinstance(obj, TensorBase)


def is_operand(x: Any) -> bool:
    """Say whether an operator takes x beside a tensor."""
    return isinstance(x, OPERANDS)


OPERANDS = (TensorBase, int, float, np.ndarray, np.generic)  # a tuple: a union would be built anew at every call


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
    if owner_of(out.array) is owner_of(x.array):
        out.base = x if x.base is None else x.base
        out.memory = x.get_memory()
        out.base_written = out.memory.written


def owner_of(array: Array) -> Array:
    """Return the array at the end of a chain of views."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def date_writes(tensors: Iterable[TensorBase]) -> None:
    """Date a write into the memory of several tensors."""
    refuse_to_replay("it writes into a tensor")
    date = clock.write()
    for x in tensors:
        (x.memory or x.get_memory()).written = date


def refuse_write(x: TensorBase) -> None:
    """Raise where a write would go to several places at once, or overwrite values whose gradient is asked for."""
    if not x.array.flags.writeable:
        raise RuntimeError(
            "unsupported operation: the tensor cannot be written into: it is expanded, so that several elements share "
            "one place in memory, or made from a read-only array. Please clone() it first."
        )
    if not grad_mode.enabled:
        return
    if x._requires_grad and x.grad_fn is None:
        raise RuntimeError("a leaf Variable that requires grad is being used in an in-place operation.")
    if x.base is None:
        return
    if x.base._requires_grad and x.base.grad_fn is None:
        raise RuntimeError("a view of a leaf Variable that requires grad is being used in an in-place operation.")
    if edge_of(x) is None and edge_of(x.base) is not None:
        raise RuntimeError("a view that was made in no_grad mode is being modified in place with grad mode enabled.")


def twin(x: TensorBase) -> Any:
    """Return a tensor of the same array and history, for a graph that remembers x as it was before a write."""
    edge = edge_of(x)
    return wrap(x.array, grad_fn=edge if isinstance(edge, Node) else None)


def refresh(view: TensorBase) -> None:
    """Make the history of a view anew, from its base, after somebody wrote into the memory they share."""
    base = view.base
    view.base_written = view.get_memory().written
    if base.grad_fn is not None:
        with enable_grad():
            places = places_in(base.array, view.array)
            view.grad_fn = apply(ops.getitem, base.reshape(-1), index=places, shape=(base.array.size,)).grad_fn


def places_in(base: Array, view: Array) -> Array:
    """Return for each element of a view its place in the flattened base, by where they lie in memory."""
    addresses = _addresses(base).reshape(-1)
    order = np.argsort(addresses)
    return order[np.searchsorted(addresses, _addresses(view), sorter=order)]


def _addresses(array: Array) -> Array:
    addresses = np.full(array.shape, array.ctypes.data)
    for axis, (n, stride) in enumerate(zip(array.shape, array.strides, strict=True)):
        steps = np.arange(n) * stride
        addresses += steps.reshape(-1, *[1] * (array.ndim - axis - 1))
    return addresses


# ---- where a backward pass begins ---------


def root_of(i: int, output: TensorBase, grad_output: Any, create_graph: bool) -> tuple[Any, Any]:
    """Return where the walk begins for one output, and the gradient that it begins with."""
    edge = edge_of(output)
    if edge is None:
        raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    array = output.array
    if grad_output is None:
        if array.size != 1:
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs, but output {i} has shape "
                f"{list(array.shape)}: give its gradient"
            )
        ones = constant(np.ones(array.shape, array.dtype))
        return edge, wrap(ones) if create_graph else ones
    if grad_output.array.shape != array.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {list(grad_output.array.shape)} and "
            f"output[{i}] has a shape of {list(array.shape)}."
        )
    g = converted(grad_output, array.dtype)
    if edge is output:
        g = g.clone()  # a leaf's gradient owns its memory
    return edge, g if create_graph else g.array
