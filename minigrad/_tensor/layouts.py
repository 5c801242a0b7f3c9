"""Names of memory layouts, which scripts pass around. Here all tensors are strided arrays, and these change nothing.

Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.memory_format
"""

from __future__ import annotations


class layout:
    """The name of a way to store elements, such as `minigrad.strided`.

    Args:
        name: how it prints, after "minigrad.".

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.layout

    Example:
        >>> strided
        minigrad.strided
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"minigrad.{self.name}"


class memory_format(layout):
    """The name of an order of dimensions in memory, such as `minigrad.contiguous_format`.

    Args:
        name: how it prints, after "minigrad.".

    Source: https://pytorch.org/docs/stable/tensor_attributes.html#torch.memory_format

    Example:
        >>> import minigrad
        >>> minigrad.zeros(2, 3).contiguous(memory_format=channels_last).shape
        minigrad.Size([2, 3])
    """


strided = layout("strided")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
