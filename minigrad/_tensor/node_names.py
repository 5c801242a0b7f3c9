"""What PyTorch calls the operations: ``tensor.grad_fn`` and the print of a tensor show these names.

Most are the entry's own in another spelling, ``leaky_relu`` and ``LeakyReluBackward0``. Here are the others. Where
PyTorch has several names for what is one entry here, its inputs and parameters decide; a function that is composed of
several entries says with `minigrad._tensor.base.named` what it goes by.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Node = Any  # minigrad._tensor.node.Node, which imports this file


def node_name(node: Node) -> str:
    """Return PyTorch's name for a node of the graph, such as ``MulBackward0``."""
    name = NAMES.get(node.op.name) or "".join(word.capitalize() for word in node.op.name.split("_")) + "Backward0"
    return name if isinstance(name, str) else name(node)


def _of_all_or_some(name: str) -> Callable[[Node], str]:
    """Name a reduction by whether it leaves any axis."""
    return lambda node: f"{name}Backward{int(len(node.params['axis']) < len(node.params['shape']))}"


def _divided(node: Node) -> str:
    return "DivBackward0" if not node.inputs or hasattr(node.inputs[0], "grad_fn") else "MulBackward0"  # 2/x = x⁻¹·2


def _to_the_power(node: Node) -> str:
    return "PowBackward1" if not node.inputs or hasattr(node.inputs[0], "grad_fn") else "PowBackward2"


def _matrix_product(node: Node) -> str:
    return "MmBackward0" if len(node.shape) == 2 else "UnsafeViewBackward0"


def _affine(node: Node) -> str:
    """Name the last of the steps that PyTorch takes for x Wᵀ + b: samples that are no matrix are made one first."""
    has_bias = len(node.edges) == 3
    if len(node.shape) == 2:
        return "AddmmBackward0" if has_bias else "MmBackward0"
    if has_bias:
        return "ViewBackward0"
    return "SqueezeBackward4" if len(node.shape) == 1 else "UnsafeViewBackward0"


def _indexed(node: Node) -> str:
    """Name the last of the steps that PyTorch takes for an index: one for each part, or one for all with arrays."""
    index = node.params["index"]
    if isinstance(index, slice):
        return "SliceBackward0"
    steps = [_step(part) for part in (index if isinstance(index, tuple) else (index,)) if not _takes_all(part)]
    if "IndexBackward0" in steps:
        return "IndexBackward0"
    return steps[-1] if steps else "AliasBackward0"


def _takes_all(part: Any) -> bool:
    return part is Ellipsis or (isinstance(part, slice) and part == slice(None))


def _step(part: Any) -> str:
    if part is None:
        return "UnsqueezeBackward0"
    if isinstance(part, slice):
        return "SliceBackward0"
    return "SelectBackward0" if type(part) is int else "IndexBackward0"


NAMES: dict[str, str | Callable[[Node], str]] = {
    "add_along": "ScatterAddBackward0",
    "cast": "ToCopyBackward0",
    "clamp_max": "ClampBackward1",
    "clamp_min": "ClampBackward1",
    "cross_entropy": "NllLossBackward0",
    "div": _divided,
    "getitem": _indexed,
    "huber": "HuberLossBackward0",
    "linear": _affine,
    "log1p": "Log1PBackward0",
    "logsigmoid": "LogSigmoidBackward0",
    "matmul": _matrix_product,
    "mean": _of_all_or_some("Mean"),
    "mse": "MseLossBackward0",
    "narrow_mean": _of_all_or_some("Mean"),
    "narrow_sum": _of_all_or_some("Sum"),
    "pow": _to_the_power,
    "power": "PowBackward0",
    "put": "IndexPutBackward0",
    "reshape": "ViewBackward0",
    "setitem": "CopySlices",
    "square": "PowBackward0",
    "squared_difference": "MseLossBackward0",
    "sum": _of_all_or_some("Sum"),
    "swapaxes": "TransposeBackward0",
    "take_along": "GatherBackward0",
}
