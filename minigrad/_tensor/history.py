"""What a tensor does with its history: walk it backwards, and watch the gradients on the way."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import table
from ..core.graph import apply
from . import hooks
from .backward import backward, edges_of, explain
from .base import TensorBase, wrap
from .declared import checked
from .listening import constant, listeners, recorder_of_this_thread, refuse_to_replay
from .promotion import converted
from .writes import date_writes

NO_LEAF = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the "
    "leaf Tensor instead."
)


class History(TensorBase):
    """The methods of a tensor about its gradient: ``backward`` and hooks."""

    __slots__ = ()

    @checked
    def backward(  # type: ignore[override]
        self,
        gradient: TensorBase | None = None,
        retain_graph: bool | None = None,
        create_graph: bool = False,
        inputs: TensorBase | Sequence[TensorBase] | None = None,
    ) -> None:
        """Add the gradient of this tensor to the ``.grad`` of every leaf that it was made from.

        Args:
            gradient: dL/d(self), of this tensor's shape; 1 where this tensor has one element and none is given.
            retain_graph: keep the graph for another pass; as `create_graph` unless given.
            create_graph: record the pass itself, so that the gradients can be differentiated again.
            inputs: leaves or results whose ``.grad`` grows, and no other.

        Raises:
            RuntimeError: no gradient is required, or none is given for more than one element, or its shape differs;
                or the graph was freed, or a saved value overwritten.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.backward.html

        Example:
            >>> from minigrad import Tensor
            >>> w = Tensor([3.0]).requires_grad_()
            >>> (w**2).backward()
            >>> w.grad
            tensor([6.])
        """
        if recorder_of_this_thread() is not None:
            backward([self], [gradient], retain_graph, create_graph, inputs)
            return
        wanted = None if inputs is None else edges_of(inputs)
        try:
            super().backward(gradient, create_graph, keep_graph=retain_graph, wanted=wanted)
        except Exception as error:
            explain(error)
            raise

    @property
    def grad(self) -> Any:
        """The gradient that has grown in this leaf, a tensor of its shape, or None.

        A result of operations keeps none, unless ``retain_grad()`` was called: asking for it warns.

        Raises:
            TypeError: what is assigned is no tensor.
            RuntimeError: its shape or dtype is another.

        Source: https://pytorch.org/docs/stable/generated/torch.Tensor.grad.html
        """
        if self._grad is None and self.grad_fn is not None and not hooks.retains_grad(self):
            warnings.warn(NO_LEAF, UserWarning, stacklevel=2)
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        if grad is not None:
            if not isinstance(grad, TensorBase):
                raise TypeError(
                    f"assigned grad expected to be a Tensor or None but got grad of type '{type(grad).__name__}'"
                )
            if grad is self:
                raise RuntimeError("can't assign Variable as its own grad")
            if grad.array.dtype != self.array.dtype:
                raise RuntimeError(f"assigned grad has dtype {grad.dtype}, but the tensor has {self.dtype}")
            if grad.array.shape != self.array.shape:
                own, got = list(self.array.shape), list(grad.array.shape)
                raise RuntimeError(f"assigned grad has data of a different size: {got}, but the tensor has {own}")
        if listeners.recorder is not None:
            refuse_to_replay("it sets a gradient: call zero_grad() outside")
        self._grad = grad

    @grad.deleter
    def grad(self) -> None:
        self.grad = None

    register_hook = hooks.register_hook
    register_post_accumulate_grad_hook = hooks.register_post_accumulate_grad_hook
    retain_grad = hooks.retain_grad
    retains_grad = property(hooks.retains_grad)

    def root(self, gradient: Any, create_graph: bool, i: int = 0) -> tuple[Any, Any]:
        """Return where the walk begins for the i-th output, and the gradient that it begins with."""
        edge = self.edge()
        if edge is None:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
        array = self.array
        if gradient is None:
            if array.size != 1:
                raise RuntimeError(
                    f"grad can be implicitly created only for scalar outputs, but output {i} has shape "
                    f"{list(array.shape)}: give its gradient"
                )
            ones = constant(np.ones(array.shape, array.dtype))
            return edge, wrap(ones) if create_graph else ones
        if gradient.array.shape != array.shape:
            raise RuntimeError(
                f"Mismatch in shape: grad_output[{i}] has a shape of {list(gradient.array.shape)} and "
                f"output[{i}] has a shape of {list(array.shape)}."
            )
        g = converted(gradient, array.dtype)
        if edge is self:
            g = apply(table.clone, g)  # a leaf's gradient owns its memory
        return edge, g if create_graph else g.array

    def accumulate(self, g: Any) -> None:
        """Add a gradient to ``.grad``, and call the hooks that wait for it."""
        before = self._grad
        super().accumulate(g)
        if self._grad is before:
            date_writes((before,))
        if self.hooks is not None:
            self.hooks.accumulated(self)
