"""Conversion: a change of all parameters and buffers, or of all modules, at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Self

from ..._tensor import dtypes
from ..._tensor.backward import forget_gradient
from ...functions.tensor import Tensor
from .traversal import Traversal


class Conversion(Traversal):
    """The part of a module that changes everything in it."""

    def train(self, mode: bool = True) -> Self:
        """Set this module and all below it to training, or to evaluation."""
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, but got {mode!r}")
        return super().train(mode)

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call a function on every module below this one, then on this one."""
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros."""
        for parameter in self.parameters():
            forget_gradient(parameter, set_to_none)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set for all parameters whether a gradient is wanted."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert all floating-point parameters and buffers in place; a device is accepted where it is the CPU.

        Raises:
            TypeError: a dtype that is not floating-point.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to
        """
        for dtype in (*args, *kwargs.values()):
            if isinstance(dtype, dtypes.dtype) and not dtype.is_floating_point:
                raise TypeError(f"nn.Module.to only accepts floating point dtypes, but got desired dtype={dtype}")
        return self._apply(lambda x: x.to(*args, **kwargs) if x.dtype.is_floating_point else x)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers to a dtype, integers too."""
        return self._apply(lambda x: x.to(dst_type))

    def half(self) -> Self:
        """Convert all floating-point parameters and buffers to float16."""
        return self.to(dtypes.float16)

    def float(self) -> Self:
        """Convert all floating-point parameters and buffers to float32."""
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """Convert all floating-point parameters and buffers to float64."""
        return self.to(dtypes.float64)

    def cpu(self) -> Self:
        """Return the module itself: it is on the CPU already."""
        return self

    def cuda(self, device: Any = None) -> NoReturn:
        """Raise AssertionError, as PyTorch without a GPU does."""
        raise AssertionError("minigrad is not compiled with CUDA enabled: its one device is the CPU")

    def _apply(self, fn: Callable[[Tensor], Tensor]) -> Self:
        """Replace the memory of every parameter, of its gradient and of every buffer by what the function returns."""
        for tensor in [*self.parameters(), *self.buffers()]:
            tensor.data = fn(tensor.data)
            if tensor.grad is not None:
                tensor.grad.data = fn(tensor.grad.data)
        return self
