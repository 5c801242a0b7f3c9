"""A network in a table: its layers, the shapes of what they return, and how many numbers they learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any, NamedTuple

from .._tensor.base import is_tensor
from .._tensor.dtypes import dtype as DType, get_default_dtype
from .._tensor.grad_mode import no_grad
from ..functions.creation import zeros
from ..nn import Module

__all__ = ["Summary", "summary"]


class Row(NamedTuple):
    """A module of the network.

    Attributes:
        name: where it stands in the network, "" for the network itself.
        kind: its class.
        depth: how many modules it lies in.
        output: the shapes of what it returned, "" if it was not called.
        parameters: how many numbers it has of its own, those of its children not counted.
    """

    name: str
    kind: str
    depth: int
    output: str
    parameters: int


class Summary:
    """The table, which prints itself.

    Attributes:
        rows: for each module, in the order of the network.
        parameters: how many numbers the network has; one that two modules share counts once.
        trainable: how many of them require a gradient.
        bytes: what they take in memory.
    """

    def __init__(self, rows: Sequence[Row], net: Module) -> None:
        self.rows = list(rows)
        own = list(net.parameters())
        self.parameters = sum(p.numel() for p in own)
        self.trainable = sum(p.numel() for p in own if p.requires_grad)
        self.bytes = sum(p.numel() * p.element_size() for p in own)

    def totals(self) -> str:
        """Return the last line."""
        frozen = self.parameters - self.trainable
        kept = f", {frozen:,} of them frozen" if frozen else ""
        return f"{self.parameters:,} parameters{kept}, {memory_text(self.bytes)}"

    def cells(self) -> list[tuple[str, str, str]]:
        """Return the cells of the table."""
        return [
            ("  " * row.depth + f"{row.name} ({row.kind})".lstrip(), row.output or "not called", f"{row.parameters:,}")
            for row in self.rows
        ]

    def __repr__(self) -> str:
        table = [("module", "output", "parameters"), *self.cells()]
        first, second, third = (max(map(len, column)) for column in zip(*table, strict=True))
        lines = [f"{name:<{first}}  {output:<{second}}  {count:>{third}}" for name, output, count in table]
        rule = "-" * (first + second + third + 4)
        return "\n".join([lines[0], rule, *lines[1:], rule, self.totals()])

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col" style="text-align:left">{name}</th>' for name in ("module", "output"))
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;font-weight:normal;padding-left:{1 + row.depth}em">'
            f"{escape(name.strip())}</th>"
            f'<td style="text-align:left">{escape(output)}</td><td style="text-align:right">{count}</td></tr>'
            for row, (name, output, count) in zip(self.rows, self.cells(), strict=True)
        )
        return (
            f'<table><thead><tr>{head}<th scope="col">parameters</th></tr></thead><tbody>{rows}</tbody>'
            f'<tfoot><tr><td colspan="3" style="text-align:left">{escape(self.totals())}</td></tr></tfoot></table>'
        )


def summary(net: Module, size: Sequence[int] | Sequence[Sequence[int]], *, dtype: DType | None = None) -> Summary:
    """Run zeros through a network and return a table of its modules, the shapes they return and their parameters.

    The network runs once, in evaluation mode and without a graph; afterwards it is as before.

    Args:
        net: a Module.
        size: of the input, samples included: (20, 1). A list of sizes if the network takes several inputs.
        dtype: of the input; the default float dtype unless given. An Embedding takes ``minigrad.int64``.

    Returns:
        A Summary: print it, let a notebook show it, or read its rows.

    Raises:
        TypeError: net is no Module, or size is no size.
        RuntimeError: and whatever else the network raises for an input of this size.

    Source: for PyTorch, ``torchinfo.summary`` prints such a table: https://github.com/TylerYep/torchinfo

    Example:
        >>> import minigrad as mg
        >>> from minigrad import nn
        >>> mg.summary(nn.Sequential(nn.Linear(1, 300), nn.ReLU(), nn.Dropout(0.5), nn.Linear(300, 1)), (20, 1))
        module         output     parameters
        ------------------------------------
        (Sequential)   [20, 1]             0
          0 (Linear)   [20, 300]         600
          1 (ReLU)     [20, 300]           0
          2 (Dropout)  [20, 300]           0
          3 (Linear)   [20, 1]           301
        ------------------------------------
        901 parameters, 3.5 KiB
    """
    if not isinstance(net, Module):
        raise TypeError(f"summary(): argument 'net' must be Module, not {type(net).__name__}")
    inputs = [zeros(shape, dtype=dtype or get_default_dtype()) for shape in sizes_in(size)]
    outputs: dict[Module, str] = {}
    handles = [module.register_forward_hook(noting(outputs)) for module in net.modules()]
    modes = [(module, module.training) for module in net.modules()]
    try:
        net.eval()
        with no_grad():
            net(*inputs)
    finally:
        for handle in handles:
            handle.remove()
        for module, mode in modes:
            module.training = mode
    rows = [
        Row(
            name.rpartition(".")[2],
            type(module).__name__,
            name.count(".") + 1 if name else 0,
            outputs.get(module, ""),
            sum(p.numel() for p in module.parameters(recurse=False)),
        )
        for name, module in net.named_modules()
    ]
    return Summary(rows, net)


def sizes_in(size: Any) -> list[tuple[int, ...]]:
    """Return the sizes of all inputs."""
    sizes = [size] if isinstance(size, Sequence) and all(isinstance(n, int) for n in size) else size
    if not isinstance(sizes, Sequence) or not all(
        isinstance(one, Sequence) and all(isinstance(n, int) for n in one) for one in sizes
    ):
        raise TypeError(f"summary(): argument 'size' must be a tuple of ints, or a list of such tuples, not {size!r}")
    return [tuple(one) for one in sizes]


def noting(outputs: dict[Module, str]) -> Callable[[Module, Any, Any], None]:
    """Return a hook that writes down the shapes of what a module returns."""

    def note(module: Module, args: Any, output: Any) -> None:
        outputs[module] = shapes_text(output)

    return note


def shapes_text(output: Any) -> str:
    """Return the shapes in what a module returned."""
    if is_tensor(output):
        return str(list(output.shape))
    if isinstance(output, tuple | list):
        return ", ".join(map(shapes_text, output))
    return type(output).__name__


def memory_text(count: int) -> str:
    """Return a number of bytes as one reads it."""
    if count < 1024:
        return f"{count} bytes"
    return f"{count / 1024:.1f} KiB" if count < 1024**2 else f"{count / 1024**2:.1f} MiB"
