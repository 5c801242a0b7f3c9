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
    ∂L/∂x for its input. It is handed everything it may use and captures nothing, so the same text runs on ndarrays
    (``backward()``) and on Tensors (``backward(create_graph=True)``, which records a graph of its own).

    Args:
        forward: ndarrays and Python numbers in, one ndarray out. True constants (masks, indices, axes, shapes) are
            keyword parameters, visibly different from inputs.
        *rules: one per input, in the inputs' order, None for an input without derivative; no rule at all for an op
            without derivative (a comparison).
        inputs: what becomes of the inputs' dtypes. "promote": they are brought to a common one, as PyTorch does;
            "float": the same, and integers become the default float dtype; "arrays": the same as "promote", and
            numbers become arrays, for rules that call functions on them; "numbers": the same as "promote", and booleans
            are refused; "condition": the first is boolean, the others are promoted; "same": they must be alike.
        view: whether the output may share the first input's memory.
        byproduct: whether the forward returns a pair: the output, and an array that it had to compute on the way. A
            rule gets this behind the inputs, so that it need not compute it again, and must do without it, too.

    Example:
        >>> import numpy as np
        >>> square = Op(np.square, lambda g, y, x: g * 2 * x)
        >>> square(np.array([3.0])), square.rules[0](np.array([1.0]), None, np.array([3.0]))
        (array([9.]), array([6.]))
    """

    def __init__(
        self,
        forward: Callable[..., Any],
        *rules: Rule | None,
        inputs: str = "promote",
        view: bool = False,
        byproduct: bool = False,
    ) -> None:
        self.name = "unnamed"  # until the table names its entries
        self.forward = forward
        self.rules: Sequence[Rule | None] = rules
        self.inputs = inputs
        self.view = view
        self.byproduct = byproduct

    @cached_property  # found at the first use: to read the bytecode of the whole table takes 30 ms
    def reads(self) -> list[list[bool]]:
        """What each rule reads: the output, and every input."""
        values = len(self.rules) + 1
        return [values_read(rule)[:values] if rule else [False] * values for rule in self.rules]

    @cached_property
    def keeps_output(self) -> bool:
        """Whether the output is kept for the backward pass, for some rule reads it."""
        return any(reads[0] for reads in self.reads)

    @cached_property
    def keeps_inputs(self) -> bool:
        """Whether the inputs are kept for the backward pass, for some rule reads one of them."""
        return any(any(reads[1:]) for reads in self.reads)

    @classmethod
    def variadic(cls, forward: Callable[..., Any], rule: Rule) -> Op:
        """Make an op of any number of inputs, whose one rule gets the input's number, g and the parameters."""
        op = cls(forward)
        op.rules = _EveryInput(rule)
        op.reads = []  # nothing but the gradient
        return op

    def __call__(self, *inputs: Any, **params: Any) -> Any:
        """Compute the op; where an input is a Tensor, hand it the call, so that it is recorded."""
        for x in inputs:
            if type(x) is not ndarray and hasattr(x, "__record__"):
                return x.__record__(self, *inputs, **params)
        return self.forward(*inputs, **params)[0] if self.byproduct else self.forward(*inputs, **params)

    def __repr__(self) -> str:
        return f"<op {self.name}>"


class _EveryInput(Sequence[Rule]):
    """The rules of a variadic op: the one for input i is the common rule told i."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __len__(self) -> int:
        return 1

    def __getitem__(self, i: Any) -> Any:
        return lambda g, y, *inputs, **params: self.rule(i, g, **params)


def values_read(rule: Rule) -> list[bool]:
    """Say for the output, for each input and for each parameter whether the rule's code reads it.

    A value that no rule reads need not be kept for the backward pass, and writing into it later does no harm. Rules
    are so short that their bytecode answers this. A value that was not kept reaches the rule as None, so that a wrong
    answer here could only fail loudly.
    """
    code = rule.__code__
    loaded = set(code.co_cellvars)
    for instruction in dis.get_instructions(code):
        if instruction.opname.startswith("LOAD_FAST"):
            names = instruction.argval  # newer Pythons load two names with one instruction
            loaded.update(names if isinstance(names, tuple) else (names,))
    _grad_output, *values = code.co_varnames[: code.co_argcount]
    return [name in loaded for name in values]
