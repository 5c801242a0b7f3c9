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
        """Set this module and all below it to training, or to evaluation, and return it.

        Args:
            mode: True for training, False for evaluation, as `eval`.

        Raises:
            ValueError: the mode is no boolean.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.train

        Example:
            >>> from minigrad import nn
            >>> nn.Dropout().train(False).training
            False
        """
        if not isinstance(mode, bool):
            raise ValueError(f"training mode is expected to be boolean, but got {mode!r}")
        return super().train(mode)

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call a function on every module below this one, then on this one, and return it.

        Args:
            fn: takes a module; what it returns is left aside.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.apply

        Example:
            >>> from minigrad import nn
            >>> net = nn.Sequential(nn.Linear(2, 1), nn.ReLU())
            >>> _ = net.apply(lambda module: print(type(module).__name__))
            Linear
            ReLU
            Sequential
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or fill them with zeros.

        Args:
            set_to_none: False fills them with zeros.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.zero_grad

        Example:
            >>> from minigrad import nn
            >>> net = nn.Linear(2, 1)
            >>> net(Tensor([1.0, 2.0])).backward()
            >>> net.zero_grad()
            >>> net.weight.grad is None
            True
        """
        for parameter in self.parameters():
            forget_gradient(parameter, set_to_none)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Set for all parameters whether a gradient is wanted, and return the module: False freezes it.

        Args:
            requires_grad: True or False.

        Raises:
            TypeError: not a boolean.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.requires_grad_

        Example:
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).requires_grad_(False).weight.requires_grad
            False
        """
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Convert all floating-point parameters and buffers in place; a device is accepted where it is the CPU.

        Args:
            *args: in any order a dtype of floats, a tensor whose dtype is meant, and a device, which must be the CPU.
            **kwargs: dtype and device by name.

        Raises:
            TypeError: a dtype that is not floating-point.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to

        Example:
            >>> import minigrad
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).to(minigrad.float64).weight.dtype
            minigrad.float64
        """
        for dtype in (*args, *kwargs.values()):
            if isinstance(dtype, dtypes.dtype) and not dtype.is_floating_point:
                raise TypeError(f"nn.Module.to only accepts floating point dtypes, but got desired dtype={dtype}")
        return self._apply(lambda x: x.to(*args, **kwargs) if x.dtype.is_floating_point else x)

    def type(self, dst_type: Any) -> Self:
        """Convert all parameters and buffers to a dtype, integers too, and return the module.

        Args:
            dst_type: the dtype.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.type

        Example:
            >>> import minigrad
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).type(minigrad.float16).weight.dtype
            minigrad.float16
        """
        return self._apply(lambda x: x.to(dst_type))

    def half(self) -> Self:
        """Convert all floating-point parameters and buffers to float16, and return the module.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.half

        Example:
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).half().weight.dtype
            minigrad.float16
        """
        return self.to(dtypes.float16)

    def float(self) -> Self:
        """Convert all floating-point parameters and buffers to float32, and return the module.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.float

        Example:
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).double().float().weight.dtype
            minigrad.float32
        """
        return self.to(dtypes.float32)

    def double(self) -> Self:
        """Convert all floating-point parameters and buffers to float64, and return the module.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.double

        Example:
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).double().weight.dtype
            minigrad.float64
        """
        return self.to(dtypes.float64)

    def cpu(self) -> Self:
        """Return the module itself: it is on the CPU already.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.cpu

        Example:
            >>> from minigrad import nn
            >>> net = nn.Linear(2, 1)
            >>> net.cpu() is net
            True
        """
        return self

    def cuda(self, device: Any = None) -> NoReturn:
        """Refuse, as PyTorch without a GPU does.

        Args:
            device: PyTorch's; none of CUDA is there.

        Raises:
            AssertionError: in any case.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.cuda

        Example:
            >>> from minigrad import nn
            >>> try:
            ...     nn.Linear(2, 1).cuda()
            ... except AssertionError as error:
            ...     print(error)
            minigrad is not compiled with CUDA enabled: its one device is the CPU
        """
        raise AssertionError("minigrad is not compiled with CUDA enabled: its one device is the CPU")

    def _apply(self, fn: Callable[[Tensor], Tensor]) -> Self:
        """Replace the memory of every parameter, of its gradient and of every buffer by what the function returns."""
        for tensor in [*self.parameters(), *self.buffers()]:
            tensor.data = fn(tensor.data)
            if tensor.grad is not None:
                tensor.grad.data = fn(tensor.grad.data)
        return self
