"""Checks of a backward pass: values that were overwritten, and NaN where anomaly detection is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.op import Rule
from .anomaly import anomaly_mode, check_nan
from .node import Node
from .writes import clock


def guard(nodes: list[Any]) -> Callable[[Node, int], Rule] | None:
    """Return what wraps the rules of these nodes in checks; None, nearly always, if there is nothing to check."""
    # Writes are rare within a step, so one comparison spares nearly every graph the look at each value.
    suspicious = bool(nodes) and clock.last_write > nodes[-1].born
    if not suspicious and not anomaly_mode.enabled:
        return None

    def checked(node: Node, i: int) -> Rule:
        if suspicious:
            check_unwritten(node, i)
        rule: Any = node.op.rules[i]
        if not anomaly_mode.enabled:
            return rule

        def watched(*args: Any, **params: Any) -> Any:
            gradient = rule(*args, **params)
            check_nan(node, i, gradient)
            return gradient

        return watched

    return checked


def check_unwritten(node: Node, i: int) -> None:
    """Raise where a value that the rule of input i reads was written into after the node had saved it."""
    if not (node.op.keeps_output or node.op.keeps_inputs):
        return
    reads_output, *reads = node.op.reads[i]
    if reads_output and (memory := getattr(node, "memory", None)) is not None and memory.written > node.born:
        raise _overwritten(node, "its output")
    for position, (reads_it, x) in enumerate(zip(reads, node.inputs, strict=False)):
        memory = getattr(x, "memory", None)  # numbers have none
        if reads_it and memory is not None and memory.written > node.born:
            raise _overwritten(node, f"its saved tensor {position}, of shape {list(x.shape)},")


def _overwritten(node: Node, what: str) -> RuntimeError:
    return RuntimeError(
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"{node.name()} needs {what} as it was"
    )
