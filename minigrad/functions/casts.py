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
        """Return the tensor with its elements in memory in the order of its indices."""
        return self if self.array.flags.c_contiguous else clone(self)

    def is_contiguous(self, memory_format: Any = None) -> Bool:
        """Return whether the elements are in memory in the order of their indices."""
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
        """Return the tensor in the dtype of another one."""
        return self.to(other.dtype)

    def half(self, memory_format: Any = None) -> Self:
        """Return the tensor as float16."""
        return self.to(dtypes.float16)

    def float(self, memory_format: Any = None) -> Self:
        """Return the tensor as float32."""
        return self.to(dtypes.float32)

    def double(self, memory_format: Any = None) -> Self:
        """Return the tensor as float64."""
        return self.to(dtypes.float64)

    def int(self, memory_format: Any = None) -> Self:
        """Return the tensor as int32."""
        return self.to(dtypes.int32)

    def long(self, memory_format: Any = None) -> Self:
        """Return the tensor as int64."""
        return self.to(dtypes.int64)

    def bool(self, memory_format: Any = None) -> Self:
        """Return where the elements are not 0."""
        return self.to(dtypes.bool_)

    def short(self, memory_format: Any = None) -> Self:
        """Return the tensor as int16."""
        return self.to(dtypes.int16)

    def char(self, memory_format: Any = None) -> Self:
        """Return the tensor as int8."""
        return self.to(dtypes.int8)

    def byte(self, memory_format: Any = None) -> Self:
        """Return the tensor as uint8."""
        return self.to(dtypes.uint8)

    def type(self, dtype: Any = None, non_blocking: Bool = False) -> Any:
        """Return the tensor in another dtype, or the name of its type where none is given."""
        if dtype is None:
            return f"minigrad.{dtypes.TYPE_NAMES[self.dtype]}"
        return self.to(dtype=getattr(dtype, "dtype", dtype))  # FloatTensor has its dtype as an attribute

    def new(self, *data: Any) -> Self:
        """Return a tensor of this one's dtype, of values or of sizes, as ``Tensor(...)`` makes one."""
        if len(data) == 1 and not isinstance(data[0], int | Size):
            return wrap(np.array(array_of(data[0]), self.array.dtype))
        return wrap(np.empty(shape_from(data or (0,)), self.array.dtype))

    def resize_(self, *sizes: Any, memory_format: Any = None) -> Self:
        """Give the tensor another shape in place: the same values in order; new ones are not initialised.

        Raises:
            RuntimeError: the tensor requires a gradient, or another tensor shares its memory and it would grow.
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
        """Give the tensor the shape of another one, as `resize_` does."""
        return self.resize_(the_template.array.shape)

    def pin_memory(self, device: Any = None) -> Self:
        """Return the tensor itself: there is no GPU for which memory would have to be pinned."""
        return self

    def is_pinned(self, device: Any = None) -> Bool:
        """Return False: no memory is pinned."""
        return False

    def cpu(self, memory_format: Any = None) -> Self:
        """Return the tensor itself: it is on the CPU already."""
        return self

    def cuda(self, device: Any = None) -> Self:
        """Raise AssertionError: there is no CUDA device."""
        return self.to("cuda" if device is None else device)

    # ---- new tensors of its dtype ------------------------------------------------------------------------------------

    def new_tensor(self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return a copy of the data, of this tensor's dtype unless another is given."""
        return self._new(np.array(array_of(data, self.dtype if dtype is None else dtype)), None, requires_grad)

    @sizes_by_name("size")
    def new_zeros(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return zeros of these sizes, of this tensor's dtype unless another is given."""
        return self._new(np.zeros(shape_from(size), self.array.dtype), dtype, requires_grad)

    @sizes_by_name("size")
    def new_ones(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return ones of these sizes, of this tensor's dtype unless another is given."""
        return self._new(np.ones(shape_from(size), self.array.dtype), dtype, requires_grad)

    @sizes_by_name("size")
    def new_empty(self, *size: Any, dtype: Any = None, device: Any = None, requires_grad: Bool = False) -> Self:
        """Return uninitialised values of these sizes, of this tensor's dtype unless another is given."""
        return self._new(np.empty(shape_from(size), self.array.dtype), dtype, requires_grad)

    @explaining
    def new_full(
        self, size: Any, fill_value: Number, *, dtype: Any = None, device: Any = None, requires_grad: Bool = False
    ) -> Self:
        """Return one value in these sizes, of this tensor's dtype unless another is given."""
        value = element(fill_value, self.array.dtype if dtype is None else dtypes.to_numpy(dtype))
        return self._new(np.full(shape_from((size,)), value), None, requires_grad)

    def _new(self, array: Array, dtype: Any, requires_grad: Bool) -> Self:
        new: Self = wrap(array if dtype is None else array.astype(dtypes.to_numpy(dtype)))
        return new.requires_grad_(requires_grad)
