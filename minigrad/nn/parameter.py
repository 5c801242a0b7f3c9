"""What a module registers beside its layers: tensors that are trained, and tensors that are not."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from .._tensor import dtypes
from .._tensor.base import Array, wrap
from .._tensor.devices import check_device
from .._tensor.shapes import Size
from ..core import nn as core
from ..functions.tensor import Tensor


class Parameter(core.Parameter, Tensor):
    """A tensor that a module trains: a leaf that requires a gradient and is found among the module's attributes.

    Args:
        data: a tensor, whose memory the parameter shares; nothing for an empty one.
        requires_grad: whether a gradient is wanted.

    Raises:
        TypeError: data is no tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html

    Example:
        >>> Parameter(Tensor([1.0, 2.0]))
        Parameter containing:
        tensor([1., 2.], requires_grad=True)
    """

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        """Make a parameter on the memory of a tensor."""
        out = super().__new__(cls, _array_of(data, cls), False)
        return out.requires_grad_(requires_grad)

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet, as in `minigrad.nn.LazyLinear` before its first input.

    Args:
        requires_grad: whether a gradient is wanted.
        device: accepted where it is the CPU.
        dtype: of the values to come; the default float dtype unless given.

    Raises:
        RuntimeError: its shape is asked for before it has one.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.parameter.UninitializedParameter.html

    Example:
        >>> p = UninitializedParameter()
        >>> p.materialize((2, 3))
        >>> p.shape
        minigrad.Size([2, 3])
    """

    def __new__(cls, requires_grad: bool = True, device: Any = None, dtype: dtypes.dtype | None = None) -> Self:
        """Make a parameter without values, for values of a dtype."""
        check_device(device)
        out = super().__new__(cls, None, requires_grad)
        out.array = np.empty(0, (dtype or dtypes.get_default_dtype()).numpy)
        return out

    @property
    def shape(self) -> Size:
        """Raise RuntimeError: there is no shape yet."""
        raise RuntimeError(
            "Can't access the shape of an uninitialized parameter or buffer: call the module with an input first, "
            "which tells the shape"
        )

    def materialize(self, shape: tuple[int, ...]) -> None:
        """Become a Parameter of a shape, whose values are not initialised."""
        self.array = np.empty(shape, self.array.dtype)
        self.__class__ = Parameter  # type: ignore[assignment]

    def __repr__(self) -> str:
        return "<UninitializedParameter>"


def is_lazy(param: Any) -> bool:
    """Return whether a parameter waits for its shape."""
    return isinstance(param, UninitializedParameter)


class Buffer(Tensor):
    """A tensor that belongs to a module's state and is not trained, such as a running mean.

    Assigned to an attribute, it is registered as `Module.register_buffer` does.

    Args:
        data: a tensor, whose memory the buffer shares; nothing for an empty one.
        persistent: whether ``state_dict`` has it.

    Raises:
        TypeError: data is no tensor.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.parameter.Buffer.html

    Example:
        >>> from minigrad.nn import Module
        >>> module = Module()
        >>> module.mean = Buffer(Tensor([0.5]))
        >>> module.state_dict()["mean"]
        tensor([0.5000])
    """

    persistent: bool = True

    def __new__(cls, data: Tensor | None = None, *, persistent: bool = True) -> Self:
        """Make a buffer on the memory of a tensor."""
        out: Self = wrap(_array_of(data, cls), cls)
        out.persistent = persistent
        return out


def _array_of(data: Any, cls: type) -> Array:
    if data is None:
        return np.empty(0, dtypes.get_default_dtype().numpy)
    if not isinstance(data, Tensor):
        raise TypeError(f"{cls.__name__}: data must be a Tensor, not {type(data).__name__}: {data!r}")
    return data.array
