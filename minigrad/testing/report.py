"""What a contract's checks found: one result per invariant, and the table that a person reads."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Status: TypeAlias = Literal["held", "broken", "skipped", "known"]

WIDTH = 120  # of the table, in characters


@dataclass(frozen=True)
class Result:
    """The verdict on one invariant.

    Attributes:
        id: the invariant.
        status: "held", "broken", "skipped", or "known": broken, and listed as a known failure.
        evidence: one line; for a skipped invariant the reason.
        meaning: what a violation does to a training.

    Example:
        >>> Result("scale", "broken", "kept entries are multiplied by 1, not by 2", "E[y] is not x").status
        'broken'
    """

    id: str
    status: Status
    evidence: str
    meaning: str


@dataclass(frozen=True)
class Report:
    """The verdicts of one run of a contract on one subject; `str(report)` is a table.

    Attributes:
        subject: what was examined.
        results: one per invariant, in the contract's order.

    Example:
        >>> report = Report("Dropout", [Result("eval", "held", "same bits, twice", "predictions change")])
        >>> report.ok, report.broken
        (True, [])
    """

    subject: str
    results: Sequence[Result]

    @property
    def ok(self) -> bool:
        """Whether nothing is broken but known failures."""
        return not self.broken

    @property
    def broken(self) -> list[str]:
        """Ids of the broken invariants, known failures left out."""
        return self._ids("broken")

    @property
    def skipped(self) -> list[str]:
        """Ids of the invariants that could not be examined."""
        return self._ids("skipped")

    def __getitem__(self, id: str) -> Result:
        return next(result for result in self.results if result.id == id)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain dicts and lists."""
        return {
            "subject": self.subject,
            "ok": self.ok,
            "broken": self.broken,
            "skipped": self.skipped,
            "results": [vars(result) for result in self.results],
        }

    def to_json(self) -> str:
        """Return all of it for machines."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    def __str__(self) -> str:
        lines = [f"{self.subject}: {self._verdict()}", ""]
        width = max([12, *(len(result.id) for result in self.results)])
        for result in self.results:
            lines += table_row(result.id, result.status, result.evidence, width)
            if result.status == "broken":
                lines += table_row("", "", f"→ {result.meaning}", width)
        return "\n".join(lines)

    def _verdict(self) -> str:
        count = {status: len(self._ids(status)) for status in ("held", "broken", "skipped", "known")}
        return ", ".join(f"{n} {status}" for status, n in count.items() if n)

    def _ids(self, status: str) -> list[str]:
        return [result.id for result in self.results if result.status == status]


def table_row(id: str, status: str, text: str, width: int = 12) -> list[str]:
    """Lay out one row of a table, its ids so many characters wide; a long text goes on below itself."""
    head = f"{id:<{width}} {status.upper() if status == 'broken' else status:<8} "
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head.rstrip()]
