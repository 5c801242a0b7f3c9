"""Where a gradient arrives: the hooks that users want called with it, and the ``.grad`` that grows by it."""

from __future__ import annotations

import itertools
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from .. import table
from ..core.graph import Gradient, apply
from .base import Array, TensorBase, wrap
from .grad_mode import no_grad
from .listening import refuse_to_replay
from .node import Node

Hook = Callable[[Any], Any]


class RemovableHandle:
    """What a hook is taken off with: by ``remove()``, or at the end of a ``with`` block.

    Args:
        hooks: where the hook is kept; the handle puts it there.
        hook: the function.
    """

    _next_id = itertools.count().__next__

    def __init__(self, hooks: dict[int, Any], hook: Callable[..., Any]) -> None:
        if not callable(hook):
            raise TypeError(f"a hook must be callable, but got {type(hook).__name__}: {hook!r}")
        self.id = RemovableHandle._next_id()
        self.hooks = hooks
        hooks[self.id] = hook

    def remove(self) -> None:
        """Take the hook off; nothing happens the second time."""
        self.hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *exc: object) -> None:
        self.remove()


class Hooks:
    """The hooks of one node or leaf; the walk calls them all with the complete gradient.

    Attributes:
        on_gradient: may replace the gradient; in the order of registration.
        after_accumulation: called with the leaf once its ``.grad`` has grown.
        retaining: the result that keeps this gradient in its ``.grad``; a weak reference, since it points to the node.
    """

    __slots__ = ("after_accumulation", "on_gradient", "retaining")

    def __init__(self) -> None:
        self.on_gradient: dict[int, Hook] = {}
        self.after_accumulation: dict[int, Hook] = {}
        self.retaining: weakref.ref[TensorBase] | None = None

    def __call__(self, g: Gradient) -> Gradient:
        """Return the gradient to go on with, as the hooks have left it."""
        for hook in list(self.on_gradient.values()):  # a copy: a hook may take itself off
            g = replaced_by(hook, g)
        tensor = self.retained_by()
        if tensor is not None:
            tensor.accumulate(g * 1)  # in memory of its own
        return g

    def retained_by(self) -> TensorBase | None:
        """Return the result that keeps this gradient: if there is one, it is alive, and no write gave it another."""
        tensor = None if self.retaining is None else self.retaining()
        return tensor if tensor is not None and tensor.grad_fn is not None and tensor.grad_fn.hooks is self else None

    def follow(self, x: TensorBase) -> None:
        """Let a result that keeps this gradient keep that of its new node instead, after a write gave it one."""
        if self.retaining is not None and self.retaining() is x:
            node: Any = x.grad_fn
            node.hooks = node.hooks or Hooks()
            node.hooks.retaining, self.retaining = self.retaining, None

    def accumulated(self, leaf: TensorBase) -> None:
        """Call the hooks that wait for the leaf's ``.grad``."""
        for hook in list(self.after_accumulation.values()):
            with no_grad():
                answer = hook(leaf)
            if answer is not None:
                raise TypeError(f"a post accumulate grad hook returns None, but {_name(hook)} returned {answer!r}")


def replaced_by(hook: Hook, g: Gradient) -> Gradient:
    """Return what a hook makes of a gradient: copied before and after, since the hook may change and keep either."""
    if isinstance(g, TensorBase):
        given = apply(table.clone, g)
        return apply(table.clone, checked(hook, given, hook(given)))
    with no_grad():
        given = wrap(np.array(g))
        return checked(hook, given, hook(given)).array.copy()


def checked(hook: Hook, given: TensorBase, answer: Any) -> Any:
    """Return the gradient that a hook answered with: the given one for None."""
    if answer is None:
        return given
    if not isinstance(answer, TensorBase):
        raise TypeError(f"expected Tensor, but hook {_name(hook)} returned '{type(answer).__name__}'")
    was, got = given.array, answer.array
    if got.shape != was.shape:
        raise RuntimeError(f"hook {_name(hook)} has changed the size of value (was {was.shape}, got {got.shape})")
    if got.dtype != was.dtype:
        raise RuntimeError(f"hook {_name(hook)} has changed the type of value (was {was.dtype}, got {got.dtype})")
    return answer


def _name(hook: Hook) -> str:
    return repr(getattr(hook, "__name__", type(hook).__name__))


# ---- what Tensor offers ----------------------------------------------------------------------------------------------

HOOKED = "it adds a hook to a gradient"


def hooks_of(x: TensorBase) -> Hooks:
    """Return the hooks where the gradient of x arrives; RuntimeError if none ever does."""
    edge = x.edge()
    if edge is None:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if edge.hooks is None:
        edge.hooks = Hooks()
    hooks: Hooks = edge.hooks
    return hooks


def register_hook(x: TensorBase, hook: Hook) -> RemovableHandle:
    """Call ``hook(grad)`` in every backward pass with the complete gradient of x; what it returns replaces it.

    Args:
        x: a tensor that requires a gradient, leaf or result.
        hook: returns a gradient of the same shape and dtype, or None to leave it as it is. In a recorded pass
            (create_graph=True) its work is recorded too.

    Raises:
        RuntimeError: x requires no gradient.
        TypeError: the hook cannot be called.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.register_hook.html. It differs in that the hook gets
        a copy, so that a change in place stays with this tensor's gradient.

    Example:
        >>> from minigrad import Tensor
        >>> x = Tensor([1.0, 2.0]).requires_grad_()
        >>> handle = register_hook(x, lambda grad: grad * 10)
        >>> x.sum().backward()
        >>> x.grad
        tensor([10., 10.])
    """
    refuse_to_replay(HOOKED)
    return RemovableHandle(hooks_of(x).on_gradient, hook)


def multiply_gradient(x: TensorBase, factor: Array) -> None:
    """Let the gradient of a result be multiplied by a constant, in every backward pass."""
    RemovableHandle(hooks_of(x).on_gradient, lambda g: g * wrap(factor))


def register_post_accumulate_grad_hook(x: TensorBase, hook: Hook) -> RemovableHandle:
    """Call ``hook(x)`` whenever ``backward()`` has added to the ``.grad`` of this leaf, to take a step for instance.

    Args:
        x: a leaf that requires a gradient.
        hook: returns None; it may write into x, for nothing is recorded there.

    Raises:
        RuntimeError: x is no leaf, or requires no gradient.
        TypeError: the hook cannot be called.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.register_post_accumulate_grad_hook.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0], requires_grad=True)
        >>> handle = register_post_accumulate_grad_hook(x, lambda leaf: print(leaf.grad))
        >>> x.sum().backward()
        tensor([1., 1.])
    """
    if isinstance(x.edge(), Node):
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    refuse_to_replay(HOOKED)
    return RemovableHandle(hooks_of(x).after_accumulation, hook)


def retain_grad(x: TensorBase) -> None:
    """Let a result of operations keep its gradient in ``.grad``, as leaves do.

    Args:
        x: a tensor that requires a gradient; a leaf keeps its own in any case.

    Raises:
        RuntimeError: x requires no gradient.

    Source: https://pytorch.org/docs/stable/generated/torch.Tensor.retain_grad.html

    Example:
        >>> import minigrad
        >>> x = minigrad.tensor([1.0, 2.0], requires_grad=True)
        >>> y = x * 3
        >>> retain_grad(y)
        >>> y.sum().backward()
        >>> y.grad
        tensor([1., 1.])
    """
    edge = x.edge()
    if edge is None:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    if isinstance(edge, Node):
        refuse_to_replay("it retains a gradient")
        hooks_of(x).retaining = weakref.ref(x)


def retains_grad(x: TensorBase) -> bool:
    """Return whether x is a result of operations that keeps its gradient."""
    edge = x.edge()
    return isinstance(edge, Node) and isinstance(edge.hooks, Hooks) and edge.hooks.retained_by() is x
