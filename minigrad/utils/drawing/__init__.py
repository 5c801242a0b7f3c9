"""Drawings of what a tensor was computed from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from ...serialization.whole_file import written_whole
from .graph import Graph, read_graph
from .svg import to_svg
from .text import to_dot, to_mermaid

__all__ = ["Drawing", "draw"]


class Drawing:
    """A graph that shows itself: in a notebook as a picture, elsewhere as text for what draws graphs.

    Attributes:
        graph: for every place of the graph a box of what is known of it, users before what they use.
        title: stands above the picture; "" for none.
    """

    def __init__(self, graph: Graph, title: str = "") -> None:
        self.graph = graph
        self.title = title

    @cached_property
    def svg(self) -> str:
        """The picture."""
        return to_svg(self.graph, self.title)

    @cached_property
    def dot(self) -> str:
        """The graph in the language of Graphviz."""
        return to_dot(self.graph)

    @cached_property
    def mermaid(self) -> str:
        """The graph for Mermaid, as many Markdown pages take it."""
        return to_mermaid(self.graph)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the drawing to a file, whole or not at all; the suffix says how.

        Args:
            path: ends in .svg, in .dot or .gv, or in .mmd or .mermaid.

        Raises:
            ValueError: it ends in something else.
            OSError: it could not be written.
        """
        path = Path(path)
        kinds = {".svg": "svg", ".dot": "dot", ".gv": "dot", ".mmd": "mermaid", ".mermaid": "mermaid"}
        if path.suffix not in kinds:
            raise ValueError(f"save: expected a path that ends in {', '.join(kinds)}, but got {str(path)!r}")
        with written_whole(path) as file:
            file.write(getattr(self, kinds[path.suffix]).encode())

    def _repr_svg_(self) -> str:
        return self.svg

    def __repr__(self) -> str:
        operations = sum(bool(box.inputs) for box in self.graph.values())
        return f"<Drawing of {operations} operations: .svg, .dot, .mermaid, .save(path)>"


def draw(
    tensor: Any,
    params: Any = None,
    *,
    values: bool = False,
    gradients: bool = False,
    rules: bool = False,
    title: str = "",
    max_boxes: int = 500,
) -> Drawing:
    """Draw what a tensor was computed from: a box for each operation, and dashed ones for what was given.

    It changes nothing: no ``.grad`` grows, no hook is called, the graph stays.

    Args:
        tensor: has a history, or is a leaf that requires a gradient.
        params: names for the boxes of what was given, {name: tensor} or a Module, whose parameters then have theirs.
        values: write the value of each place into its box where it is small, a matrix of 6×6 at most, and still known;
            its shape otherwise.
        gradients: write d(tensor)/d(place) into each box, too. The tensor must have one element.
        rules: write into each box the rule of the derivative table that makes its gradient.
        title: a line above the picture.
        max_boxes: refuse graphs that are larger, since nobody could read them.

    Returns:
        A Drawing, with the attributes ``svg``, ``dot`` and ``mermaid`` and the method ``save(path)``.

    Raises:
        TypeError: tensor is no Tensor, or params neither a mapping nor a Module.
        RuntimeError: the tensor has no graph; or gradients are asked for, and the graph was freed by a backward pass.
        ValueError: the graph has more than max_boxes boxes.

    Source: for PyTorch, ``torchviz.make_dot`` draws the graph: https://github.com/szagoruyko/pytorchviz

    Example:
        >>> import minigrad as mg
        >>> w = mg.tensor([2.0, 3.0], requires_grad=True)
        >>> drawing = mg.draw((w * w).sum(), {"w": w}, values=True, gradients=True)
        >>> drawing
        <Drawing of 2 operations: .svg, .dot, .mermaid, .save(path)>
        >>> [box.name for box in drawing.graph.values()]
        ['sum', 'mul', 'w']
        >>> drawing.graph[w].gradient
        array([4., 6.], dtype=float32)
    """
    if not hasattr(tensor, "grad_fn"):
        raise TypeError(f"draw(): argument 'tensor' must be Tensor, not {type(tensor).__name__}")
    if tensor.edge() is None:
        raise RuntimeError("draw: the tensor does not require grad and does not have a grad_fn: there is no graph")
    graph = read_graph(tensor, names_from(params), values=values, gradients=gradients, rules=rules)
    if len(graph) > max_boxes:
        raise ValueError(
            f"draw: the graph has {len(graph)} boxes, more than max_boxes={max_boxes}: draw a smaller part of it, or "
            "allow more"
        )
    return Drawing(graph, title)


def names_from(params: Any) -> dict[Any, str]:
    """Return the names of tensors that a mapping or a Module gives them."""
    if params is None:
        return {}
    if hasattr(params, "named_parameters"):
        params = dict(params.named_parameters())
    if not isinstance(params, Mapping):
        raise TypeError(f"draw(): argument 'params' must be a dict or a Module, not {type(params).__name__}")
    return {tensor: str(name) for name, tensor in params.items()}
