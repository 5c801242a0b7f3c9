"""Printing: a module as a text, with those below it."""

from __future__ import annotations

from .html import module_html
from .registration import Registration


class Printing(Registration):
    """The part of a module that shows it."""

    def _get_name(self) -> str:
        return self.__class__.__name__

    def extra_repr(self) -> str:
        """Return what stands in the parentheses of a layer without children; subclasses return what matters.

        Source: https://pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.extra_repr

        Example:
            >>> from minigrad import nn
            >>> nn.Linear(2, 1).extra_repr()
            'in_features=2, out_features=1, bias=True'
        """
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n") if self.extra_repr() else []
        return tree(self._get_name(), extra, [f"({name}): {module!r}" for name, module in self._registered("module")])

    def _repr_html_(self) -> str:
        return module_html(self)


def tree(name: str, extra: list[str], children: list[str]) -> str:
    """Return a module's description: on one line if it has no children and little to say of itself."""
    if len(extra) <= 1 and not children:
        return f"{name}({''.join(extra)})"
    lines = [*extra, *[child.replace("\n", "\n  ") for child in children]]
    return "\n  ".join([f"{name}(", *lines]) + "\n)"
