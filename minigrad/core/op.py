"""What an entry of the derivative table is."""

from __future__ import annotations

import dis
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from numpy import ndarray

Rule = Callable[..., Any]


class Op:
    """One primitive: its forward, and one gradient rule per input.

    A rule gets the incoming gradient g = ∂L/∂y, the output y, the inputs and the op's keyword parameters, and returns
    ∂L/∂x for its input. It captures nothing, so the same text runs on ndarrays (``backward()``) and on Tensors
    (``backward(create_graph=True)``, which records a graph of its own).

    Args:
        forward: ndarrays and Python numbers in, one ndarray out. Constants (masks, indices, axes) are keywords.
        *rules: one per input, in the inputs' order; None for an input without derivative, none at all for an op
            without derivative (a comparison).
        byproduct: the forward returns a pair: the output, and an array that the rules can reuse.

    Attributes:
        kinds: of the dtypes that it computes as they are; the tensors' ``conform`` says what happens to others.
        inputs, view: more about dtypes and memory, for `minigrad.Tensor`; nothing in this folder reads them.

    Example:
        >>> import numpy as np
        >>> square = Op(np.square, lambda g, y, x: g * 2 * x)
        >>> square(np.array([3.0])), square.rules[0](np.array([1.0]), None, np.array([3.0]))
        (array([9.]), array([6.]))
    """

    kinds = "f"
    inputs = "promote"
    view = False
    adds: Callable[..., bool] | None = None  # adds the gradient of a part into the whole's, instead of the first rule

    def __init__(self, forward: Callable[..., Any], *rules: Rule | None, byproduct: bool = False) -> None:
        self.name = "unnamed"  # until the table names its entries
        self.forward = forward
        self.rules: Sequence[Rule | None] = rules
        self.byproduct = byproduct

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        """Compute the op: on Tensors by their `__record__`, which remembers the call; else on arrays at once."""
        for x in inputs:
            if type(x) is not ndarray and hasattr(x, "__record__"):
                return x.__record__(self, *inputs, **params)
        return self.forward(*inputs, **params)[0] if self.byproduct else self.forward(*inputs, **params)

    @cached_property
    def reads(self) -> list[list[bool]]:
        """What each rule reads: the output, and every input. What none reads is not kept until the backward pass."""
        values = len(self.rules) + 1
        return [names_read(rule)[:values] if rule else [False] * values for rule in self.rules]

    @cached_property
    def keeps_output(self) -> bool:
        """Whether some rule reads the output."""
        return any(reads[0] for reads in self.reads)

    @cached_property
    def keeps_inputs(self) -> bool:
        """Whether some rule reads an input."""
        return any(any(reads[1:]) for reads in self.reads)

    @cached_property
    def noted(self) -> bool:
        """Whether a write into the output would matter, so that the tensors' ``finish`` is called with it."""
        return self.view or self.keeps_output

    def __repr__(self) -> str:
        return f"<op {self.name}>"


def names_read(rule: Rule) -> list[bool]:
    """Return for each argument of a rule behind g whether its bytecode reads it.

    A value that was not kept reaches the rule as None, so a wrong answer here could only fail loudly.
    """
    code = rule.__code__
    loaded = set(code.co_cellvars)
    for instruction in dis.get_instructions(code):
        if instruction.opname.startswith("LOAD_FAST"):
            names = instruction.argval  # newer Pythons load two names with one instruction
            loaded.update(names if isinstance(names, tuple) else (names,))
    _g, *values = code.co_varnames[: code.co_argcount]
    return [name in loaded for name in values]
