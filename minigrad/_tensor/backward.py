"""The backward pass as users ask for it: from outputs to the gradients of leaves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core import tensor as core
from ..core.graph import gradients
from .anomaly import anomaly_mode, warn_of
from .base import TensorBase
from .checks import guard
from .hooks import retain_grad
from .in_place import assign
from .listening import recorder_of_this_thread
from .node import Node


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
    recorder = recorder_of_this_thread()
    for edge, g in differentiate(tensors, grad_tensors, wanted, retain_graph, create_graph).items():
        if not isinstance(edge, Node):  # a result that keeps its gradient has seen to it already
            edge.accumulate(g if recorder is None else recorder.note_gradient(edge, g))


def edges_of(inputs: TensorBase | Sequence[TensorBase]) -> set[Any]:
    """Return where the gradients of a backward pass's inputs arrive; a result is made to keep its gradient."""
    targets = [inputs] if isinstance(inputs, TensorBase) else list(inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    for x in targets:
        retain_grad(x)
    return {x.edge() for x in targets}


def differentiate(
    outputs: Sequence[Any],
    grad_outputs: Sequence[TensorBase | None],
    wanted: set[Any] | None,
    retain_graph: bool | None,
    create_graph: bool,
) -> dict[Any, Any]:
    """Walk back from the outputs: on plain arrays, or on tensors where the pass itself is to be recorded.

    On tensors, too, where somebody records operations, so that those of the pass are heard.
    """
    on_tensors = create_graph or recorder_of_this_thread() is not None
    keep_graph = create_graph if retain_graph is None else retain_graph
    roots = [
        output.root(grad_output, on_tensors, i)
        for i, (output, grad_output) in enumerate(zip(outputs, grad_outputs, strict=True))
    ]
    try:
        found = core.differentiate(roots, on_tensors, keep_graph, wanted=wanted, guard=guard)
    except Exception as error:
        explain(error)
        raise
    return found if create_graph == on_tensors else {edge: g.array for edge, g in found.items()}


def explain(error: Exception) -> None:
    """Warn of the node in which an error was raised, if anomaly detection is on: the frame of the walk knows it."""
    trace = error.__traceback__ if anomaly_mode.enabled else None
    while trace is not None:
        if trace.tb_frame.f_code is gradients.__code__ and "node" in trace.tb_frame.f_locals:
            warn_of(trace.tb_frame.f_locals["node"])
        trace = trace.tb_next


def forget_gradient(leaf: TensorBase, set_to_none: bool) -> None:
    """Set the gradient of a leaf to None, or fill it with zeros."""
    if set_to_none or leaf.grad is None:
        leaf.grad = None
    else:
        assign(leaf.grad.detach_(), ..., 0)
