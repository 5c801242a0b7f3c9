"""Operations that users define with a backward of their own.

A call leaves two kinds of nodes behind. That of the call has the inputs for its edges, and its rules are the parts of
one backward. Between it and each output stands a node that knows which output it is: it puts the output's gradient
into a `Bundle`, and the engine adds bundles up as it adds gradients, so that the call receives all of them at once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import table
from .._tensor.anomaly import anomaly_mode, forward_call
from .._tensor.base import TensorBase, wrap
from .._tensor.grad_mode import grad_mode, is_grad_enabled, no_grad, set_grad_enabled
from .._tensor.in_place import rebase
from .._tensor.node import Node
from .._tensor.promotion import converted
from .._tensor.views import view_of
from .._tensor.writes import memory_of, refuse_write
from ..core.graph import apply, tick
from ..functions.tensor import Tensor
from ..table import Op


class FunctionCtx:
    """What the forward of a `Function` leaves for its backward: tensors that it saves, and any attribute.

    Attributes:
        needs_input_grad: for each argument, whether it requires a gradient.

    Source: https://pytorch.org/docs/stable/autograd.html#context-method-mixins
    """

    def __init__(self, needs_input_grad: tuple[bool, ...]) -> None:
        self.needs_input_grad = needs_input_grad
        self._saved: tuple[Any, ...] = ()
        self._dirty: tuple[Any, ...] = ()
        self._non_differentiable: tuple[Any, ...] = ()
        self._materialize_grads = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Save inputs, outputs or other tensors (or None) for the backward; TypeError for anything else.

        Source: https://pytorch.org/docs/stable/generated/torch.autograd.function.FunctionCtx.save_for_backward.html
        """
        for i, x in enumerate(tensors):
            if not isinstance(x, Tensor | None):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {i} is of type {type(x).__name__}"
                )
        self._saved = tensors

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` was given, with its history; RuntimeError if it was overwritten since."""
        return self._saved

    def mark_dirty(self, *tensors: Tensor) -> None:
        """Mark the inputs that the forward has overwritten; each must be returned.

        Source: https://pytorch.org/docs/stable/generated/torch.autograd.function.FunctionCtx.mark_dirty.html
        """
        self._dirty = tensors

    def mark_non_differentiable(self, *tensors: Tensor) -> None:
        """Mark the outputs that have no derivative; integers never have one.

        Source: https://pytorch.org/docs/stable/generated/torch.autograd.function.FunctionCtx.mark_non_differentiable.html
        """
        self._non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        """Set whether the backward gets zeros (True, the default) or None for an output that was not used."""
        self._materialize_grads = value


class Function:
    """An operation with a backward of its own.

    A subclass defines two static methods and is used by ``apply``, never instantiated::

        forward(ctx, *args)              the outputs: a tensor, or a tuple. Nothing inside is recorded.
        backward(ctx, *grad_outputs)     for each of args its gradient, or None

    or ``forward(*args)`` together with ``setup_context(ctx, inputs, output)``. A backward that computes with operations
    on tensors can be differentiated again.

    Source: https://pytorch.org/docs/stable/autograd.html#function

    Example:
        >>> class Cube(Function):
        ...     @staticmethod
        ...     def forward(ctx, x):
        ...         ctx.save_for_backward(x)
        ...         return x**3
        ...     @staticmethod
        ...     def backward(ctx, grad_output):
        ...         (x,) = ctx.saved_tensors
        ...         return grad_output * 3 * x**2
        >>> x = Tensor([2.0]).requires_grad_()
        >>> Cube.apply(x)
        tensor([8.], grad_fn=<CubeBackward>)
        >>> Cube.apply(x).backward()
        >>> x.grad
        tensor([12.])
    """

    @staticmethod
    def forward(*args: Any) -> Any:
        """Compute the outputs; every subclass defines its own."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> None:
        """Save what the backward needs, where forward takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the arguments from those of the outputs; every subclass defines its own."""
        raise NotImplementedError("You must implement the backward for your custom autograd.Function.")

    @classmethod
    def apply(cls, *args: Any) -> Any:
        """Run the forward, and remember the call where a gradient may be asked for.

        Raises:
            RuntimeError: an input that was marked as dirty is a leaf that requires a gradient, or is not returned. In
                the backward pass: the backward returned another number of gradients than there are arguments, or one
                of a shape that its argument cannot have.
        """
        edges = [x.edge() if isinstance(x, TensorBase) else None for x in args]
        ctx = FunctionCtx(tuple(edge is not None for edge in edges))
        with no_grad():
            output = cls._run(ctx, args)
        outputs = output if isinstance(output, tuple) else (output,)
        if grad_mode.enabled and any(ctx.needs_input_grad):
            results = Call(cls, ctx, args, outputs).record(args, edges, outputs)
        else:
            results = tuple([view_of(y) if is_passed_on(y, args, ctx) else y for y in outputs])
        return results if isinstance(output, tuple) else results[0]

    @classmethod
    def _run(cls, ctx: FunctionCtx, args: tuple[Any, ...]) -> Any:
        if cls.setup_context is Function.setup_context:
            return cls.forward(ctx, *args)
        output = cls.forward(*args)
        cls.setup_context(ctx, args, output)
        return output


class Call:
    """One call of a `Function`: what its node in the graph keeps beside the saved tensors.

    Args:
        function: the subclass of Function.
        ctx: what the forward has left.
        args: the arguments.
        outputs: what the forward has returned.
    """

    def __init__(
        self, function: type[Function], ctx: FunctionCtx, args: tuple[Any, ...], outputs: tuple[Any, ...]
    ) -> None:
        self.name = f"{function.__name__}Backward"
        self.backward = function.backward
        self.ctx = ctx
        self.inputs_like = [_shape_and_dtype(x) for x in args]
        self.outputs_like = [_shape_and_dtype(y) for y in outputs]
        # Where outputs are among the saved tensors. They are kept without their history, which leads back to this
        # call: a graph that holds itself would never go.
        self.saved_outputs: dict[int, int] = {}

    def record(self, args: tuple[Any, ...], edges: list[Any], outputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Return the outputs with their history."""
        ctx = self.ctx
        note_writes(ctx._dirty, outputs)
        differentiable = [y for y in outputs if is_float(y) and not among(y, ctx._non_differentiable)]
        passed_on = [y for y in outputs if is_passed_on(y, args, ctx)]
        made = [y for y in differentiable if not among(y, passed_on)]
        self.saved_outputs = {i: _place_of(x, outputs) for i, x in enumerate(ctx._saved) if among(x, made)}
        saved = tuple([sharing(x) if i in self.saved_outputs else x for i, x in enumerate(ctx._saved)])
        node = new_node(call_entry(len(edges), len(saved)), {"call": self}, edges, self.name)
        node.inputs, node.saved = saved, (None, *saved)
        results = [
            self.with_history(node, k, view_of(y) if among(y, passed_on) else y) if among(y, differentiable) else y
            for k, y in enumerate(outputs)
        ]
        ctx._saved = ctx._dirty = ctx._non_differentiable = ()
        return tuple(results)

    def with_history(self, node: Node, k: int, y: Any) -> Any:
        """Return output k with its history."""
        if among(y, self.ctx._dirty):
            rebase(y, wrap(y.array, grad_fn=self.output_node(node, k)))
            return y
        if y.grad_fn is not None or y.requires_grad:  # a tensor from elsewhere, or an output that is returned twice
            y = view_of(y)
        y.grad_fn = self.output_node(node, k)
        if y.base is not None:  # a write would pass its history to the base, and this call would have no part in it
            y.made_by, y.base_written = self.name, y.memory.written
        return y

    def output_node(self, node: Node, k: int) -> Node:
        """Return a node that stands for output k."""
        out = new_node(output_entry, {"node": node, "k": k}, [node], self.name)
        out.shape = self.outputs_like[k][0]
        return out

    def input_gradients(self, node: Node, gradients: dict[int, Any], saved: tuple[Any, ...]) -> list[Any]:
        """Call the user's backward, and return for every input its gradient or None."""
        is_recorded = any(isinstance(g, TensorBase) for g in gradients.values())
        ctx = self.ctx
        with set_grad_enabled(is_recorded):
            ctx._saved = tuple([self.recalled(node, i, x) for i, x in enumerate(saved)])
            try:
                returned = self.backward(ctx, *[self.grad_output(k, gradients) for k in range(len(self.outputs_like))])
            finally:
                ctx._saved = ()
            answer = returned if isinstance(returned, tuple) else (returned,)
            self.check_count(answer)
            return [self.checked(i, answer[i], is_recorded) for i in range(len(self.inputs_like))]

    def grad_output(self, k: int, gradients: dict[int, Any]) -> Any:
        """Return the gradient of output k as the user's backward takes it."""
        if k in gradients:
            g = gradients[k]
            return g if isinstance(g, TensorBase) else wrap(np.asarray(g))
        like = self.outputs_like[k]
        return wrap(np.zeros(*like)) if like and self.ctx._materialize_grads else None

    def recalled(self, node: Node, i: int, x: Any) -> Any:
        """Return a saved tensor with its history."""
        return sharing(x, self.output_node(node, self.saved_outputs[i])) if i in self.saved_outputs else x

    def check_count(self, answer: tuple[Any, ...]) -> None:
        """Raise where the user's backward returned too few gradients or too many."""
        expected, got = len(self.inputs_like), len(answer)
        if got < expected or any(g is not None for g in answer[expected:]):
            raise RuntimeError(
                f"function {self.name} returned an incorrect number of gradients (expected {expected}, got {got})"
            )

    def checked(self, i: int, g: Any, is_recorded: bool) -> Any:
        """Return a gradient as the engine takes it; RuntimeError if it cannot be one of input i."""
        if g is None:
            return None
        if not isinstance(g, TensorBase):
            raise RuntimeError(f"expected Variable or None (got {type(g).__name__})")
        if self.inputs_like[i] is None:
            raise RuntimeError(
                f"function {self.name} returned a gradient different than None at position {i + 1}, but the "
                "corresponding forward input was not a Variable"
            )
        shape, dtype = self.inputs_like[i]
        if not reduces_to(shape, g.array.shape):
            raise RuntimeError(
                f"Function {self.name} returned an invalid gradient at index {i} - got {list(g.array.shape)} but "
                f"expected shape compatible with {list(shape)}"
            )
        g = converted(g, dtype)
        # The user may keep what was returned. Of a view, the engine makes a copy where it ends in a leaf.
        return apply(table.clone, g) if is_recorded else g.array.view()


class Bundle:
    """Gradients of a call's outputs, on their way to its node and there until all inputs have their share.

    Args:
        node: the call's.
        gradients: by the number of the output.
    """

    shape = None  # the engine compares it with that of the node, which is no array's either

    def __init__(self, node: Node, gradients: dict[int, Any]) -> None:
        self.node = node
        self.gradients = gradients
        self.shares: list[Any] | None = None

    def __add__(self, other: Bundle) -> Bundle:
        total = dict(self.gradients)
        for k, g in other.gradients.items():
            total[k] = total[k] + g if k in total else g
        return Bundle(self.node, total)

    def share(self, i: int, call: Call, saved: tuple[Any, ...]) -> Any:
        """Return the gradient of input i; the user's backward is called for the first one."""
        if self.shares is None:
            self.shares = call.input_gradients(self.node, self.gradients, saved)
        return self.shares[i]


output_entry = Op(lambda y, node, k: y, lambda g, z, y, node, k: Bundle(node, {k: g}))


@functools.cache
def call_entry(inputs: int, saved: int) -> Op:
    """Return the entry of the table for a call with these numbers of inputs and saved tensors."""
    entry = Op(Function.forward)
    entry.rules = [functools.partial(_share, i) for i in range(inputs)]
    entry.reads = [[False] + [True] * saved] * inputs
    entry.keeps_inputs = saved > 0
    return entry


def _share(i: int, g: Bundle, output: None, *saved: Any, call: Call) -> Any:
    return g.share(i, call, saved)


def new_node(op: Op, params: dict[str, Any], edges: list[Any], label: str) -> Node:
    """Return a node that has saved nothing yet."""
    node = Node()
    node.op, node.params, node.edges, node.label = op, params, edges, label
    node.inputs, node.saved = (), (None,) * (1 + len(edges))
    node.shape = node.hooks = node.memory = None  # type: ignore[assignment]
    node.born = tick()
    if anomaly_mode.enabled:
        node.trace = forward_call()
    return node


def note_writes(dirty: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
    """Date the writes of a forward into its inputs; RuntimeError for one that it may not overwrite, or did not return.

    They come before the call's node, which may save what was written.
    """
    for x in dirty:
        if not among(x, outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        refuse_write(x)
        x.note_write()


def sharing(x: TensorBase, grad_fn: Node | None = None) -> Any:
    """Return a tensor on the same memory, writes into which the graph notices, with another history."""
    out = wrap(x.array, grad_fn=grad_fn)
    out.memory = memory_of(x)
    return out


def is_passed_on(y: Any, args: tuple[Any, ...], ctx: FunctionCtx) -> bool:
    """Return whether an output is an input, as it came in."""
    return isinstance(y, TensorBase) and among(y, args) and not among(y, ctx._dirty)


def among(x: Any, tensors: Sequence[Any]) -> bool:
    """Return whether x itself is one of these; ``in`` would compare the elements."""
    return any(x is y for y in tensors)


def _place_of(x: Any, tensors: Sequence[Any]) -> int:
    return next(k for k, y in enumerate(tensors) if x is y)


def is_float(x: Any) -> bool:
    """Return whether x is a tensor that can have a gradient."""
    return isinstance(x, TensorBase) and x.array.dtype.kind == "f"


def _shape_and_dtype(x: Any) -> Any:
    return (x.array.shape, x.array.dtype) if isinstance(x, TensorBase) else None


def reduces_to(shape: tuple[int, ...], larger: tuple[int, ...]) -> bool:
    """Return whether summing over axes makes the larger shape of a gradient that of the input."""
    try:
        return np.broadcast_shapes(shape, larger) == larger
    except ValueError:
        return False


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a backward that is not itself differentiable: differentiating it raises RuntimeError.

    Source: https://pytorch.org/docs/stable/generated/torch.autograd.function.once_differentiable.html
    """

    @functools.wraps(backward)
    def once(ctx: FunctionCtx, *grad_outputs: Any) -> Any:
        with no_grad():
            returned = backward(ctx, *grad_outputs)
        if not is_grad_enabled():
            return returned
        answer = returned if isinstance(returned, tuple) else (returned,)
        sources = (*grad_outputs, *ctx.saved_tensors)
        return tuple([_NoSecondDerivative.apply(g, *sources) if is_float(g) else g for g in answer])

    return once


class _NoSecondDerivative(Function):
    """The first argument: what it depends on is known, but not how."""

    @staticmethod
    def forward(ctx: FunctionCtx, g: Tensor, *sources: Any) -> Tensor:
        return g

    @staticmethod
    def backward(ctx: FunctionCtx, *grad_outputs: Any) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")
