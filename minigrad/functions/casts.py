"""The same values in another dtype, and new tensors of a tensor's dtype."""

from __future__ import annotations

from builtins import bool as Bool, float as Number
from typing import Any, Self

import numpy as np

from .. import table
from .._tensor import devices, dtypes
from .._tensor.base import Array, TensorBase, wrap
from .._tensor.conversion import array_of, element
from .._tensor.declared import explaining
from .._tensor.dtypes import dtype as DType
from .._tensor.shapes import Size, shape_from
from ..core.graph import apply
from .arguments import sizes_by_name
from .elementwise import clone


class Casts(TensorBase):
    """The methods of a tensor that convert it, and that make others like it."""

    __slots__ = ()

    def contiguous(self, memory_format: Any = None) -> Self:
        """Return the tensor with its elements in memory in the order of its indices: itself if they are, else a copy.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.contiguous.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).t().contiguous().is_contiguous()
            True
        """
        return self if self.array.flags.c_contiguous else clone(self)

    def is_contiguous(self, memory_format: Any = None) -> Bool:
        """Return whether the elements are in memory in the order of their indices.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.is_contiguous.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2, 3).is_contiguous(), minigrad.zeros(2, 3).t().is_contiguous()
            (True, False)
        """
        return self.array.flags.c_contiguous

    def to(self, *args: Any, dtype: Any = None, device: Any = None, copy: Bool = False, **ignored: Any) -> Self:
        """Return the tensor in another dtype, itself if it has it already.

        Args:
            *args: in any order a dtype, a tensor whose dtype is meant, and a device, which must be the CPU.
            dtype: the same by name.
            device: the same by name.
            copy: make a copy in any case.
            **ignored: PyTorch's non_blocking and memory_format.

        Raises:
            RuntimeError: a device that is not there; AssertionError for CUDA, as in PyTorch.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.to.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.5, 2.0]).to(minigrad.int64)
            tensor([1, 2])
        """
        switches = [arg for arg in args if isinstance(arg, bool)]  # non_blocking and copy, by their positions
        copy = copy or switches[1:] == [True]
        for arg in args:
            if isinstance(arg, TensorBase):
                dtype = arg.dtype
            elif isinstance(arg, DType | np.dtype):
                dtype = arg
            elif not isinstance(arg, bool):  # non_blocking, by its position
                devices.check_device(arg)
        devices.check_device(device)
        target = self.array.dtype if dtype is None else dtypes.to_numpy(dtype)
        if target == self.array.dtype:
            return clone(self) if copy else self
        return apply(table.cast, self, dtype=target, old=self.array.dtype)

    def type_as(self, other: TensorBase) -> Self:
        """Return the tensor in the dtype of another one.

        Args:
            other: a tensor of the dtype that is wanted.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.type_as.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).type_as(minigrad.zeros(1))
            tensor([1., 2.])
        """
        return self.to(other.dtype)

    def half(self, memory_format: Any = None) -> Self:
        """Return the tensor as float16, itself if it is; the gradient flows through.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.half.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).half()
            tensor([1., 2.], dtype=minigrad.float16)
        """
        return self.to(dtypes.float16)

    def float(self, memory_format: Any = None) -> Self:
        """Return the tensor as float32, itself if it is; the gradient flows through.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.float.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).float()
            tensor([1., 2.])
        """
        return self.to(dtypes.float32)

    def double(self, memory_format: Any = None) -> Self:
        """Return the tensor as float64, itself if it is; the gradient flows through.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.double.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).double()
            tensor([1., 2.], dtype=minigrad.float64)
        """
        return self.to(dtypes.float64)

    def int(self, memory_format: Any = None) -> Self:
        """Return the tensor as int32, itself if it is; fractions are cut off.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.int.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.7, -1.7]).int()
            tensor([ 1, -1], dtype=minigrad.int32)
        """
        return self.to(dtypes.int32)

    def long(self, memory_format: Any = None) -> Self:
        """Return the tensor as int64, itself if it is; fractions are cut off.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.long.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.7, -1.7]).long()
            tensor([ 1, -1])
        """
        return self.to(dtypes.int64)

    def bool(self, memory_format: Any = None) -> Self:
        """Return where the elements are not 0, as booleans.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.bool.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([0.0, 0.5]).bool()
            tensor([False,  True])
        """
        return self.to(dtypes.bool_)

    def short(self, memory_format: Any = None) -> Self:
        """Return the tensor as int16, itself if it is; fractions are cut off.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.short.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.7, -1.7]).short()
            tensor([ 1, -1], dtype=minigrad.int16)
        """
        return self.to(dtypes.int16)

    def char(self, memory_format: Any = None) -> Self:
        """Return the tensor as int8, itself if it is; fractions are cut off.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.char.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.7, -1.7]).char()
            tensor([ 1, -1], dtype=minigrad.int8)
        """
        return self.to(dtypes.int8)

    def byte(self, memory_format: Any = None) -> Self:
        """Return the tensor as uint8, itself if it is; fractions are cut off.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.byte.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.7, 255.0]).byte()
            tensor([  1, 255], dtype=minigrad.uint8)
        """
        return self.to(dtypes.uint8)

    def type(self, dtype: Any = None, non_blocking: Bool = False) -> Any:
        """Return the tensor in another dtype, or the name of its type where none is given.

        Args:
            dtype: a dtype, or a type such as `minigrad.FloatTensor`.
            non_blocking: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.type.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.0]).type(), minigrad.tensor([1.5]).type(minigrad.int64)
            ('minigrad.FloatTensor', tensor([1]))
        """
        if dtype is None:
            return f"minigrad.{dtypes.TYPE_NAMES[self.dtype]}"
        return self.to(dtype=getattr(dtype, "dtype", dtype))  # FloatTensor has its dtype as an attribute

    def new(self, *data: Any) -> Self:
        """Return a tensor of this one's dtype, of values or of sizes, as ``Tensor(...)`` makes one.

        Args:
            *data: values (nested sequences, an array); or the sizes of a tensor whose values are not initialised.

        Raises:
            TypeError: the only argument is text.
            RuntimeError: a size is negative.

        Source: https://pytorch.org/docs/stable/tensors.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(1, dtype=minigrad.int64).new([1, 2])
            tensor([1, 2])
        """
        if len(data) == 1 and not isinstance(data[0], int | Size):
            return wrap(np.array(array_of(data[0]), self.array.dtype))
        return wrap(np.empty(shape_from(data or (0,)), self.array.dtype))

    def resize_(self, *sizes: Any, memory_format: Any = None) -> Self:
        """Give the tensor another shape in place: the same values in order; new ones are not initialised.

        Args:
            *sizes: the new sizes, one by one or as one sequence.
            memory_format: PyTorch's; changes nothing.

        Raises:
            RuntimeError: the tensor requires a gradient, or another tensor shares its memory and it would grow.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.resize_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2, 3, 4]).resize_(3)
            tensor([1, 2, 3])
        """
        if self.requires_grad:
            raise RuntimeError("cannot resize variables that require grad")
        shape = shape_from(sizes)
        values = np.empty(shape, self.array.dtype)
        count = min(values.size, self.array.size)
        if values.size > self.array.size and self.base is not None:
            raise RuntimeError("resize_: a view cannot grow: its memory is another tensor's. Please clone() it.")
        if values.size <= self.array.size and self.array.flags.c_contiguous:
            self.array = self.array.reshape(-1)[:count].reshape(shape)
            return self
        values.reshape(-1)[:count] = self.array.reshape(-1)[:count]
        self.array = values
        return self

    def resize_as_(self, the_template: TensorBase, memory_format: Any = None) -> Self:
        """Give the tensor the shape of another one, as `resize_` does.

        Args:
            the_template: the tensor whose shape is taken.
            memory_format: PyTorch's; changes nothing.

        Raises:
            RuntimeError: the tensor requires a gradient, or another tensor shares its memory and it would grow.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.resize_as_.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2, 3, 4]).resize_as_(minigrad.zeros(2))
            tensor([1, 2])
        """
        return self.resize_(the_template.array.shape)

    def pin_memory(self, device: Any = None) -> Self:
        """Return the tensor itself: there is no GPU for which memory would have to be pinned.

        Args:
            device: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.pin_memory.html

        Example:
            >>> import minigrad
            >>> x = minigrad.zeros(2)
            >>> x.pin_memory() is x
            True
        """
        return self

    def is_pinned(self, device: Any = None) -> Bool:
        """Return False: no memory is pinned.

        Args:
            device: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.is_pinned.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(2).is_pinned()
            False
        """
        return False

    def cpu(self, memory_format: Any = None) -> Self:
        """Return the tensor itself: it is on the CPU already.

        Args:
            memory_format: PyTorch's; changes nothing.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.cpu.html

        Example:
            >>> import minigrad
            >>> x = minigrad.zeros(2)
            >>> x.cpu() is x
            True
        """
        return self

    def cuda(self, device: Any = None) -> Self:
        """Refuse: there is no CUDA device.

        Args:
            device: the CPU, which is the only one that is accepted.

        Raises:
            AssertionError: no device is given, or one of CUDA.
            RuntimeError: another device.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.cuda.html

        Example:
            >>> import minigrad
            >>> x = minigrad.zeros(2)
            >>> x.cuda("cpu") is x
            True
        """
        return self.to("cuda" if device is None else device)

    # ---- new tensors of its dtype ------------------------------------------------------------------------------------

    def new_tensor(self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return a copy of the data, of this tensor's dtype unless another is given.

        Args:
            data: a number, nested sequences of numbers, an array, or a tensor.
            dtype: of the new tensor; this one's unless given.
            device: the CPU.
            requires_grad: whether operations on the new tensor are to be recorded.

        Raises:
            ValueError: the nested sequences are of unequal lengths.
            RuntimeError: the data are no numbers.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.new_tensor.html

        Example:
            >>> import minigrad
            >>> minigrad.zeros(1).new_tensor([1, 2])
            tensor([1., 2.])
        """
        return self._new(np.array(array_of(data, self.dtype if dtype is None else dtype)), None, requires_grad)

    @sizes_by_name("size")
    def new_zeros(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return zeros of these sizes, of this tensor's dtype unless another is given.

        Args:
            *size: the sizes, one by one or as one sequence, each at least 0.
            dtype: of the new tensor; this one's unless given.
            device: the CPU.
            requires_grad: whether operations on the new tensor are to be recorded.

        Raises:
            RuntimeError: a size is negative.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.new_zeros.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).new_zeros(3)
            tensor([0, 0, 0])
        """
        return self._new(np.zeros(shape_from(size), self.array.dtype), dtype, requires_grad)

    @sizes_by_name("size")
    def new_ones(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return ones of these sizes, of this tensor's dtype unless another is given.

        Args:
            *size: the sizes, one by one or as one sequence, each at least 0.
            dtype: of the new tensor; this one's unless given.
            device: the CPU.
            requires_grad: whether operations on the new tensor are to be recorded.

        Raises:
            RuntimeError: a size is negative.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.new_ones.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).new_ones(3)
            tensor([1, 1, 1])
        """
        return self._new(np.ones(shape_from(size), self.array.dtype), dtype, requires_grad)

    @sizes_by_name("size")
    def new_empty(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return uninitialised values of these sizes, of this tensor's dtype unless another is given.

        Args:
            *size: the sizes, one by one or as one sequence, each at least 0.
            dtype: of the new tensor; this one's unless given.
            device: the CPU.
            requires_grad: whether operations on the new tensor are to be recorded.

        Raises:
            RuntimeError: a size is negative.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.new_empty.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).new_empty(3).shape
            minigrad.Size([3])
        """
        return self._new(np.empty(shape_from(size), self.array.dtype), dtype, requires_grad)

    @explaining
    def new_full(
        self, size: Any, fill_value: Number, *, dtype: Any = None, device: Any = None, requires_grad: Bool = False
    ) -> Self:
        """Return one value in these sizes, of this tensor's dtype unless another is given.

        Args:
            size: the sizes, as one sequence.
            fill_value: a number.
            dtype: of the new tensor; this one's unless given.
            device: the CPU.
            requires_grad: whether operations on the new tensor are to be recorded.

        Raises:
            RuntimeError: a size is negative, or the dtype has no room for the value.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.new_full.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1, 2]).new_full((3,), 7)
            tensor([7, 7, 7])
        """
        value = element(fill_value, self.array.dtype if dtype is None else dtypes.to_numpy(dtype))
        return self._new(np.full(shape_from((size,)), value), None, requires_grad)

    def _new(self, array: Array, dtype: Any, requires_grad: Bool) -> Self:
        new: Self = wrap(array if dtype is None else array.astype(dtypes.to_numpy(dtype)))
        return new.requires_grad_(requires_grad)
