"""Layers made of layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .module import Module


class Sequential(Module):
    """A chain of modules, each fed with the output of the one before.

    Args:
        *modules: in order, or one dictionary of them by name.

    Source: https://pytorch.org/docs/stable/generated/torch.nn.Sequential.html

    Example:
        >>> from minigrad import nn
        >>> Sequential(nn.Linear(1, 8), nn.ReLU())
        Sequential(
          (0): Linear(in_features=1, out_features=8, bias=True)
          (1): ReLU()
        )
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        named = modules[0] if len(modules) == 1 and isinstance(modules[0], dict) else dict(enumerate(modules))
        for name, module in named.items():
            self.add_module(str(name), module)

    def forward(self, input: Any) -> Any:
        """Pass the input through every module."""
        for module in self:
            input = module(input)
        return input

    def __iter__(self) -> Iterator[Module]:
        return (value for value in vars(self).values() if isinstance(value, Module))

    def __len__(self) -> int:
        return len(list(iter(self)))

    def __getitem__(self, index: Any) -> Any:
        named = [(name, value) for name, value in vars(self).items() if isinstance(value, Module)]
        if isinstance(index, slice):
            return Sequential(dict(named[index]))
        return named[index][1]

    def append(self, module: Module) -> Sequential:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self
