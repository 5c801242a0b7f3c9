"""What an entry of the derivative table is, for tensors of many dtypes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ..core import op, table
from ..core.op import Rule

KINDS = {"promote": "fiub", "same": "fiub", "numbers": "fiu", "float": "f", "arrays": "", "condition": ""}
"""The kinds of dtypes that need no conversion where all inputs have one of them."""


class Op(op.Op):
    """An entry that says how it takes dtypes, and whether it makes views.

    Args:
        forward: as in `minigrad.core.op.Op`.
        *rules: the same.
        inputs: what becomes of the inputs' dtypes. "promote": they are brought to a common one, as PyTorch does;
            "float": the same, and integers become the default float dtype; "arrays": the same as "promote", and
            numbers become arrays, for rules that call functions on them; "numbers": the same as "promote", and booleans
            are refused; "condition": the first is boolean, the others are promoted; "same": they must be alike.
        view: whether the output may share the first input's memory.
        byproduct: as in `minigrad.core.op.Op`.
    """

    def __init__(
        self,
        forward: Callable[..., Any],
        *rules: Rule | None,
        inputs: str = "promote",
        view: bool = False,
        byproduct: bool = False,
    ) -> None:
        super().__init__(forward, *rules, byproduct=byproduct)
        self.inputs = inputs
        self.kinds = KINDS[inputs]
        self.view = view

    @classmethod
    def variadic(cls, forward: Callable[..., Any], rule: Rule) -> Op:
        """Make an op of any number of inputs, whose one rule gets the input's number before what rules get."""
        entry = cls(forward)
        entry.rules = _EveryInput(rule)
        entry.reads = []  # nothing but the gradient
        return entry


class _EveryInput(Sequence[Rule]):
    """The rules of a variadic op: the one for input i is the common rule told i."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule

    def __len__(self) -> int:
        return 1

    def __getitem__(self, i: Any) -> Any:
        return partial(self.rule, i)


INPUTS = {
    "numbers": (table.sub, table.neg, table.relu),
    "float": (
        table.div, table.exp, table.log, table.tanh, table.mean, table.softmax, table.cross_entropy,
        table.cross_entropy_slope,
    ),
    "condition": (table.where,),
    "same": (table.matmul, table.linear),
}  # fmt: skip
"""How the core's entries take dtypes; "promote" unless named."""

for _entry in vars(table).values():
    if isinstance(_entry, op.Op):
        _entry.kinds = KINDS[_entry.inputs]
for _kind, _entries in INPUTS.items():
    for _entry in _entries:
        _entry.inputs, _entry.kinds = _kind, KINDS[_kind]
for _entry in (table.reshape, table.swapaxes, table.expand):
    _entry.view = True
