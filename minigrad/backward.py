"""The backward pass as users ask for it: from outputs to the gradients of leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .engine import Node, gradients
from .grad_mode import enable_grad
from .recording import TensorBase, converted, edge_of, wrap


def backward(
    tensors: Sequence[TensorBase],
    grad_tensors: Sequence[TensorBase | None],
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> None:
    """Add the gradient of the tensors' sum, each weighted by its gradient, to the ``.grad`` of every leaf."""
    for leaf, g in differentiate(tensors, grad_tensors, None, retain_graph, create_graph).items():
        accumulate(leaf, g)


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
        ones = np.ones(array.shape, array.dtype)
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
    return (output, *(node.inputs or node.saved[1:]))


def accumulate(leaf: TensorBase, g: Any) -> None:
    """Add a gradient to a leaf's."""
    if isinstance(g, TensorBase):
        leaf.grad = g if leaf.grad is None else leaf.grad + g
    elif leaf.grad is None:
        leaf.grad = wrap(np.asarray(g))
    elif leaf.grad.requires_grad:  # the old one is part of a graph
        leaf.grad = wrap(leaf.grad.array + g)
    else:
        np.add(leaf.grad.array, g, out=leaf.grad.array)
        leaf.grad.note_write()


def forget_gradient(leaf: TensorBase, set_to_none: bool) -> None:
    """Set the gradient of a leaf to None, or fill it with zeros."""
    if set_to_none or leaf.grad is None:
        leaf.grad = None
    else:
        leaf.grad.detach_().zero_()
