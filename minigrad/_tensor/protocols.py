"""A tensor as Python sees it: a number, a sequence, a text, and an object that is copied and pickled."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from numbers import Number
from typing import Any, Self

import numpy as np

from . import dtypes, printing
from .base import Array, TensorBase, as_array, wrap
from .copies import Place, memory_parts, placed
from .listening import decided, refuse_to_replay
from .writes import Memory


class Protocols(TensorBase):
    """The methods of a tensor that Python calls, and its values as Python's numbers."""

    __slots__ = ()

    def item(self) -> Any:
        """Return the only element as a Python number: a float, an int or a bool.

        Raises:
            RuntimeError: the tensor has not exactly one element.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.item.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([1.5]).item()
            1.5
        """
        if self.array.size != 1:
            raise RuntimeError(f"a Tensor with {self.array.size} elements cannot be converted to Scalar")
        refuse_to_replay("it takes the value of a tensor as a number")
        return super().item()

    def tolist(self) -> Any:
        """Return the elements as nested lists of Python numbers; of a tensor without dimensions, the number.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.tolist.html

        Example:
            >>> import minigrad
            >>> minigrad.tensor([[1, 2], [3, 4]]).tolist()
            [[1, 2], [3, 4]]
        """
        refuse_to_replay("it takes the values of a tensor as a list")
        return self.array.tolist()

    def __float__(self) -> float:
        return float(self._only())

    def __int__(self) -> int:
        return int(self._only())

    def _only(self) -> Any:
        """Return the only element; ValueError, which Python expects of its numbers, where there are others."""
        if self.array.size != 1:
            raise ValueError(
                f"only one element tensors can be converted to Python scalars, but this has {self.array.size}"
            )
        return self.item()

    def __index__(self) -> int:
        if self.array.dtype.kind not in "biu":
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise RuntimeError(f"boolean value of Tensor with {self.array.size} values is ambiguous")
        return decided(bool, self.array)

    def __len__(self) -> int:
        if self.array.ndim == 0:
            raise TypeError("len() of a 0-d tensor")
        return len(self.array)

    def __iter__(self) -> Iterator[Self]:
        if self.array.ndim == 0:
            raise TypeError("iteration over a 0-d tensor")
        return (self[i] for i in range(len(self.array)))

    def __contains__(self, element: Any) -> bool:
        if not isinstance(element, TensorBase | Number):
            raise RuntimeError(f"a Tensor holds numbers and knows of tensors, but was asked for {element!r:.200}")
        return decided(_holds, self.array, as_array(element))

    def __repr__(self) -> str:
        refuse_to_replay("it prints a tensor")
        return printing.tensor_repr(self)

    def __format__(self, spec: str) -> str:
        is_number = type(self) is self.result and self.array.ndim == 0
        return format(self.item(), spec) if is_number else object.__format__(self, spec)

    __hash__ = object.__hash__

    def __copy__(self) -> Self:
        """Return another tensor over the same memory, a leaf."""
        copy: Self = rebuilt(type(self), *memory_parts(self), self.requires_grad)
        return copy

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        if not self.is_leaf:
            raise RuntimeError("Only Tensors created explicitly by the user support the deepcopy protocol")
        copy: Self = rebuilt(type(self), *deepcopy(memory_parts(self), memo), self._requires_grad)
        memo[id(self)] = copy
        copy.grad = deepcopy(self._grad, memo)
        return copy

    def __reduce__(self) -> Any:
        if not self.is_leaf:
            raise RuntimeError("Only leaf Tensors can be pickled or copied so: call detach() first")
        return rebuilt, (type(self), *memory_parts(self), self._requires_grad)


def _holds(array: Array, element: Any) -> bool:
    return bool(np.any(array == element))


def rebuilt(
    cls: type[TensorBase], owner: Array, place: Place | None, memory: Memory | None, requires_grad: bool
) -> Any:
    """Make a leaf again that was copied or pickled, over memory that other tensors may be made over, too."""
    array = owner if place is None else placed(owner, *place)
    array = array.view(dtypes.to_numpy(array.dtype))  # pickle makes dtypes anew, and there should be one of each
    out = wrap(array, cls)
    out.memory = memory
    return out.requires_grad_(requires_grad)
