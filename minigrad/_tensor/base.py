"""The tensor of PyTorch on the core's seams: dtypes, views and writes; and what it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

import numpy as np

from ..core import tensor as core
from ..core.graph import Node as CoreNode
from ..table import Op
from . import devices, dtypes, errors, layouts, promotion, views
from .checks import guard
from .dtypes import dtype as DType
from .node import Node
from .shapes import Size, axis_of
from .writes import Memory, memory_of, note_unheard_writes

Array = np.ndarray[Any, Any]


class TensorBase(core.Tensor):
    """The core's tensor with PyTorch's dtypes, views and writes; `minigrad.Tensor` adds what is computed with it.

    Attributes:
        base: the tensor that this one is a view of, or None.
        base_written: the date of the last write into the base that this view's history knows of.
        made_by: of a view that a user's Function returned, and of its views: the name of the node.
        memory: what dates the writes; made when it is first shared, written into, or saved as an output.
    """

    __slots__ = ("__dict__", "base_written", "made_by")  # attributes of the user's own, too

    node = Node
    guard = staticmethod(guard)
    base: Any
    base_written: int
    made_by: str | None
    memory: Memory | None

    # ---- the seams of the core ---------------------------------------------------------------------------------------

    @staticmethod
    def conform(op: Op, inputs: tuple[Any, ...], arrays: list[Any]) -> tuple[Any, ...]:
        """Return the inputs in the dtype that PyTorch computes this op in."""
        return promotion.conform(op, inputs, arrays)

    @staticmethod
    def refusal(op: Op, arrays: list[Any], error: Exception) -> RuntimeError:
        """Return the error in PyTorch's words and type."""
        return errors.refusal(op, arrays, error)

    def finish(self, op: Op, inputs: tuple[Any, ...]) -> None:
        """Remember of a result that it is a view, and that the graph needs it unchanged."""
        if op.view:
            views.note_view(self, inputs[0])
        if self.grad_fn is not None and op.keeps_output:
            self.grad_fn.memory = memory_of(self)  # type: ignore[attr-defined]

    def refresh(self) -> None:
        """Renew the history of a view, if somebody wrote into the memory that it shares with its base."""
        if self.memory.written > self.base_written:  # type: ignore[union-attr]
            views.refresh(self)

    if TYPE_CHECKING:  # the functions index tensors; how is said in their chapter on indexing

        def __getitem__(self, index: Any) -> Self: ...

    def note_write(self) -> None:
        """Date a write into this tensor's memory, so that a graph which needs the old values says so."""
        note_unheard_writes((self,))

    # ---- what it is --------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> Size:
        """The size of every dimension.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.shape.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).shape
            minigrad.Size([2, 3])
        """
        return tuple.__new__(Size, self.array.shape)  # integers already

    @property
    def dtype(self) -> DType:
        """The type of the elements.

        Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.dtype

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).dtype
            minigrad.float32
        """
        return dtypes.from_numpy(self.array.dtype)

    @property
    def device(self) -> devices.device:
        """Where the elements are: on the CPU.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.device.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).device
            device(type='cpu')
        """
        return devices.CPU

    @property
    def layout(self) -> layouts.layout:
        """How the elements are stored: with strides."""
        return layouts.strided

    @property
    def ndim(self) -> int:
        """The number of dimensions, the length of the shape.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.ndim.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).ndim
            2
        """
        return self.array.ndim

    @property
    def requires_grad(self) -> bool:
        """Whether operations on this tensor are recorded.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.requires_grad.html

        Example:
            >>> import minigrad
            >>> x = minigrad.tensor([1.0], requires_grad=True)
            >>> (x * 2).requires_grad, x.detach().requires_grad
            (True, False)
        """
        return self._requires_grad or self.edge() is not None

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if not isinstance(value, bool):
            raise RuntimeError(f"requires_grad must be a bool, but got {type(value).__name__}: {value!r}")
        self.requires_grad_(value)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set whether a gradient is wanted for this leaf, and return the tensor.

        Args:
            requires_grad: True or False.

        Raises:
            TypeError: not a boolean.
            RuntimeError: the tensor is of integers or booleans; or False for the result of an operation.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.requires_grad_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.0]).requires_grad_()
            tensor([1.], requires_grad=True)
        """
        if requires_grad is not True and requires_grad is not False:
            kind = type(requires_grad).__name__
            raise TypeError(f"requires_grad_(): argument 'requires_grad' must be bool, not {kind}: {requires_grad!r}")
        if requires_grad and self.array.dtype.kind != "f":
            raise RuntimeError(f"only Tensors of floating point dtype can require gradients, but got {self.dtype}")
        if self.grad_fn is not None and not requires_grad:
            raise RuntimeError(
                "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in "
                "a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
            )
        self._requires_grad = self.grad_fn is None and requires_grad
        return self

    @property
    def is_leaf(self) -> bool:
        """Whether this tensor was made by the user rather than by a recorded operation.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.is_leaf.html

        Example:
            >>> import minigrad
            >>> x = minigrad.tensor([1.0], requires_grad=True)
            >>> x.is_leaf, (x * 2).is_leaf
            (True, False)
        """
        return not isinstance(self.edge(), CoreNode)

    @property
    def data(self) -> Any:
        """The same memory without the history; writes through it go unnoticed by the graph.

        Source: https://pytorch.org/docs/stable/tensors.html

        Example:
            >>> import minigrad
            >>> x = minigrad.tensor([1.0], requires_grad=True)
            >>> x.data.add_(1.0)
            tensor([2.])
            >>> x
            tensor([2.], requires_grad=True)
        """
        return self.result.wrap(self.array)

    @data.setter
    def data(self, other: TensorBase) -> None:
        if not isinstance(other, TensorBase):
            raise TypeError(f"Variable data has to be a tensor, but got {type(other).__name__}: {other!r:.200}")
        if self._requires_grad and other.array.dtype.kind != "f":
            raise RuntimeError(f"data of a tensor that requires grad must be floating point, but got {other.dtype}")
        self.array = other.array
        self.note_write()

    def detach(self) -> Self:
        """Return the same memory without the history: a constant to the backward pass, which notices writes through it.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.detach.html

        Example:
            >>> import minigrad
            >>> x = minigrad.tensor([2.0], requires_grad=True)
            >>> (x * x).detach()
            tensor([4.])
        """
        out = self.result.wrap(self.array)
        out.memory = memory_of(self)
        return out

    def detach_(self) -> Self:
        """Cut this tensor off its history, and return it.

        Raises:
            RuntimeError: the tensor is a view, whose history is that of its base.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.detach_.html

        Example:
            >>> import minigrad
            >>> x = minigrad.tensor([2.0], requires_grad=True)
            >>> (x * x).detach_()
            tensor([4.])
        """
        if self.base is not None:
            raise RuntimeError("Can't detach views in-place. Use detach() instead.")
        self.grad_fn = None
        self._requires_grad = False
        return self

    def size(self, dim: int | None = None) -> Any:
        """Return the shape, or the size of one dimension.

        Args:
            dim: the dimension, from 0 or, negative, from the end; None for all.

        Raises:
            IndexError: there is no such dimension.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.size.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).size(), minigrad.zeros(2, 3).size(-1)
            (minigrad.Size([2, 3]), 3)
        """
        return self.shape if dim is None else self.array.shape[axis_of(dim, self.ndim)]

    def dim(self) -> int:
        """Return the number of dimensions, the length of the shape.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.dim.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).dim()
            2
        """
        return self.array.ndim

    ndimension = dim

    def numel(self) -> int:
        """Return the number of elements, the product of the sizes.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.numel.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).numel()
            6
        """
        return self.array.size

    nelement = numel

    def element_size(self) -> int:
        """Return the size of an element in bytes.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.element_size.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).element_size()
            4
        """
        return self.array.itemsize

    itemsize = property(element_size)

    @property
    def nbytes(self) -> int:
        """The size of all elements in bytes.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.nbytes.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).nbytes
            24
        """
        return self.array.nbytes

    def stride(self, dim: int | None = None) -> Any:
        """Return how many elements in memory a step along each dimension, or along one, goes.

        Args:
            dim: the dimension, from 0 or, negative, from the end; None for all.

        Raises:
            IndexError: there is no such dimension.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.stride.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).stride(), minigrad.zeros(2, 3).stride(0)
            ((3, 1), 3)
        """
        steps = tuple([step // self.array.itemsize for step in self.array.strides])
        return steps if dim is None else steps[axis_of(dim, self.ndim)]

    def data_ptr(self) -> int:
        """Return the address of the first element: equal for tensors that begin at the same place in memory.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.data_ptr.html

        Example:
            >>> import minigrad
            >>> x = minigrad.zeros(4)
            >>> x.data_ptr() == x.view(2, 2).data_ptr()
            True
        """
        return self.array.ctypes.data

    def is_floating_point(self) -> bool:
        """Return whether the elements are floats: float16, float32 or float64.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.is_floating_point.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).is_floating_point()
            True
        """
        return self.array.dtype.kind == "f"

    def is_signed(self) -> bool:
        """Return whether the elements may be negative: not those of uint8 and bool.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.is_signed.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).is_signed()
            True
        """
        return self.array.dtype.kind in "fi"

    def is_complex(self) -> bool:
        """Return False: there are no complex tensors.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.is_complex.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).is_complex()
            False
        """
        return False

    is_cuda = is_sparse = is_quantized = False


TensorT = TypeVar("TensorT", bound=TensorBase)
"""The class of tensors that a function takes and returns."""

OPERANDS = (TensorBase, int, float, np.ndarray, np.generic)  # a tuple: a union would be built again at every call
"""What an operator takes beside a tensor."""


def wrap(array: Array, cls: type[Any] | None = None, grad_fn: Node | None = None) -> Any:
    """Return a tensor over an array, sharing its memory; a Tensor unless another class is given."""
    return (cls or TensorBase.result).wrap(array, grad_fn)


def is_tensor(obj: object) -> bool:
    """Return whether obj is a Tensor, or of a class made from it.

    Args:
        obj: anything.

    Source: https://pytorch.org/docs/stable/generated/torch.is_tensor.html

    Example:
        >>> import minigrad
        >>> is_tensor(minigrad.zeros(2)), is_tensor([0.0, 0.0])
        (True, False)
    """
    return isinstance(obj, TensorBase)


def wrap_indices(array: Array) -> Any:
    """Return a tensor over indices or counts: NumPy's are as wide as the machine's addresses, PyTorch's are int64."""
    return wrap(np.asarray(array).astype(np.int64, copy=False))


def named(out: Any, name: str) -> Any:
    """Let the result of several operations go by one name, as ``MvBackward0``, in its ``grad_fn``; return it."""
    if out.grad_fn is not None:
        out.grad_fn.label = name
    return out


def is_operand(x: Any) -> bool:
    """Return whether an operator takes x beside a tensor."""
    return isinstance(x, OPERANDS)


def as_operand(x: Any) -> Any:
    """Return x if arithmetic takes it beside a tensor; TypeError otherwise."""
    if not is_operand(x):
        raise TypeError(f"expected a Tensor or a number, but got {type(x).__name__}: {x!r}")
    return x


def as_array(x: Any) -> Any:
    """Return the array of a tensor, and anything else as it is."""
    return x.array if isinstance(x, TensorBase) else x
