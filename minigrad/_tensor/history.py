"""What a tensor does with its history: walk it backwards, and watch the gradients on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import hooks
from .backward import edges_of, explain, root_of
from .base import TensorBase
from .declared import checked


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
        wanted = None if inputs is None else edges_of(inputs)
        try:
            super().backward(gradient, create_graph, keep_graph=retain_graph, wanted=wanted)
        except Exception as error:
            explain(error)
            raise

    register_hook = hooks.register_hook
    register_post_accumulate_grad_hook = hooks.register_post_accumulate_grad_hook
    retain_grad = hooks.retain_grad
    retains_grad = property(hooks.retains_grad)

    def root(self, gradient: Any, create_graph: bool) -> tuple[Any, Any]:
        """Return where a backward pass begins, and with what gradient; RuntimeError where there is none."""
        return root_of(0, self, gradient, create_graph)

    def accumulate(self, g: Any) -> None:
        """Add a gradient to ``.grad``, and call the hooks that wait for it."""
        before = self.grad
        super().accumulate(g)
        if self.grad is before:
            before.note_write()
        if self.hooks is not None:
            self.hooks.accumulated(self)
