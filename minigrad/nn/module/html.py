"""What a notebook shows of a module: the tree, with shapes and sizes, that opens and closes."""

from __future__ import annotations

from html import escape
from typing import Any


def module_html(module: Any, name: str = "", is_open: bool = True) -> str:
    """Return a module and all that it is made of as HTML without a style sheet or a script.

    Args:
        module: a Module.
        name: what its parent calls it.
        is_open: whether its children are shown at first.
    """
    count = sum(p.numel() for p in module.parameters())
    called = f"({escape(name)}) " if name else ""
    extra = escape(" ".join(module.extra_repr().split()))
    title = f"{called}<b>{escape(module._get_name())}</b>({extra})"
    size = f"{count:,} parameters" if count else ""
    mode = "" if module.training else "evaluation mode"
    notes = " · ".join(note for note in (size, mode) if note)
    line = f"<code>{title}</code> <small>{notes}</small>"
    parameters = module.named_parameters(recurse=False)
    own = [tensor_html(key, p, "" if p.requires_grad else "frozen") for key, p in parameters]
    own += [tensor_html(key, b, "buffer") for key, b in module.named_buffers(recurse=False)]
    children = [module_html(child, key, is_open=False) for key, child in module.named_children()]
    if not own and not children:
        return f'<div style="margin-left:1.1em">{line}</div>'
    inside = "".join([*own, *children])
    return (
        f"<details{' open' * is_open}><summary>{line}</summary>"
        f'<div style="margin-left:1.5em">{inside}</div></details>'
    )


def tensor_html(name: str, tensor: Any, note: str) -> str:
    """Return a line for a parameter or a buffer."""
    shape = " × ".join(map(str, tensor.shape)) or "scalar"
    notes = " · ".join(text for text in (shape, str(tensor.dtype).rpartition(".")[2], note) if text)
    return f'<div style="margin-left:1.1em"><code>{escape(name)}</code> <small>{notes}</small></div>'
