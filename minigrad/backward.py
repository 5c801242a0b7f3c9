"""The backward pass as users ask for it: from outputs to the gradients of leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .engine import Node, gradients
from .grad_mode import enable_grad
from .hooks import accumulate, retain_grad
from .recording import TensorBase, converted, edge_of, wrap
from .tape import constant


def backward(
    tensors: Sequence[TensorBase],
    grad_tensors: Sequence[TensorBase | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: TensorBase | Sequence[TensorBase] | None = None,
) -> None:
    """Add the gradient of the tensors' sum, each weighted by its gradient, to the ``.grad`` of every leaf.

    Where inputs are given, leaves or results, their ``.grad`` grows and no other.
    """
    wanted = None if inputs is None else edges_of(inputs)
    for edge, g in differentiate(tensors, grad_tensors, wanted, retain_graph, create_graph).items():
        if not isinstance(edge, Node):  # a result that keeps its gradient has seen to it already
            accumulate(edge, g)


def edges_of(inputs: TensorBase | Sequence[TensorBase]) -> set[Any]:
    """Return where the gradients of a backward pass's inputs arrive; a result is made to keep its gradient."""
    targets = [inputs] if isinstance(inputs, TensorBase) else list(inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for x in targets:
        retain_grad(x)
    return {edge_of(x) for x in targets}


def differentiate(
    outputs: Sequence[TensorBase],
    grad_outputs: Sequence[TensorBase | None],
    wanted: set[Any] | None,
    retain_graph: bool | None,
    create_graph: bool,
) -> dict[Any, Any]:
    """Walk back from the outputs: on plain arrays, or on tensors where the pass itself is to be recorded."""
    roots = [
        root_of(i, output, grad_output, create_graph)
        for i, (output, grad_output) in enumerate(zip(outputs, grad_outputs, strict=True))
    ]
    keep_graph = create_graph if retain_graph is None else retain_graph
    if not create_graph:
        return gradients(roots, wanted=wanted, keep_graph=keep_graph)
    with enable_grad():
        return gradients(roots, wanted=wanted, keep_graph=keep_graph, lift=lift)


def root_of(i: int, output: TensorBase, grad_output: Any, create_graph: bool) -> tuple[Any, Any]:
    """Return where the walk begins for one output, and the gradient that it begins with."""
    edge = edge_of(output)
    if edge is None:
        raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    array = output.array
    if grad_output is None:
        if array.size != 1:
            raise RuntimeError(
                f"grad can be implicitly created only for scalar outputs, but output {i} has shape "
                f"{list(array.shape)}: give its gradient"
            )
        ones = constant(np.ones(array.shape, array.dtype))
        return edge, wrap(ones) if create_graph else ones
    if grad_output.array.shape != array.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {list(grad_output.array.shape)} and "
            f"output[{i}] has a shape of {list(array.shape)}."
        )
    g = converted(grad_output, array.dtype)
    if edge is output:
        g = g.clone()  # a leaf's gradient owns its memory
    return edge, g if create_graph else g.array


def lift(node: Node) -> tuple[Any, ...] | None:
    """Return what a node saved as tensors with their history, for rules whose own work is recorded."""
    if node.saved is None or not (node.op.keeps_output or node.op.keeps_inputs):
        return node.saved
    output = wrap(node.saved[0], grad_fn=node) if node.op.keeps_output else None
    return (output, *node.inputs, *node.saved[1 + len(node.inputs) :])


def forget_gradient(leaf: TensorBase, set_to_none: bool) -> None:
    """Set the gradient of a leaf to None, or fill it with zeros."""
    if set_to_none or leaf.grad is None:
        leaf.grad = None
    else:
        leaf.grad.detach_().zero_()
