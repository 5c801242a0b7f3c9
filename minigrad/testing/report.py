"""What a contract's checks found: one result per invariant, in the forms that people and machines read."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias
from xml.etree import ElementTree

Status: TypeAlias = Literal["held", "remark", "broken", "skipped", "known", "fixed"]
Format: TypeAlias = Literal["text", "json", "markdown", "junit"]

WIDTH = 120  # of the table, in characters


@dataclass(frozen=True)
class Result:
    """The verdict on one invariant.

    Attributes:
        id: the invariant.
        status: "held"; "remark": held in a manner that a user should know of; "broken"; "skipped"; "known": broken, and
            listed as a known failure; "fixed": listed as a known failure, and not broken.
        evidence: one line; for a skipped invariant the reason.
        meaning: what a violation does to a training.
        snippet: for a broken invariant, a program that shows it, where there is one.

    Example:
        >>> Result("scale", "broken", "kept entries are multiplied by 1, not by 2", "E[y] is not x").status
        'broken'
    """

    id: str
    status: Status
    evidence: str
    meaning: str
    snippet: str = ""


def with_known_failures(results: Sequence[Result], known: Sequence[str]) -> tuple[Result, ...]:
    """Return results in which a known failure is "known" where it is broken, and "fixed" where it is not."""

    def renamed(result: Result) -> Result:
        if result.id not in known or result.status == "skipped":
            return result
        if result.status == "broken":
            return Result(result.id, "known", result.evidence, result.meaning, result.snippet)
        evidence = f"listed as a known failure, but not broken ({result.evidence}): take it off the list"
        return Result(result.id, "fixed", evidence, result.meaning)

    return tuple(renamed(result) for result in results)


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
        """Whether nothing is broken but known failures, and all of these are."""
        return not self.broken and not self.fixed

    @property
    def examined(self) -> bool:
        """Whether there was anything to examine: not every invariant was skipped."""
        return len(self.skipped) < len(self.results)

    @property
    def broken(self) -> list[str]:
        """Ids of the broken invariants, known failures left out."""
        return self._ids("broken")

    @property
    def skipped(self) -> list[str]:
        """Ids of the invariants that could not be examined."""
        return self._ids("skipped")

    @property
    def remarks(self) -> list[str]:
        """Ids of the invariants that are held in a manner worth knowing."""
        return self._ids("remark")

    @property
    def fixed(self) -> list[str]:
        """Ids of the known failures that are not broken any more."""
        return self._ids("fixed")

    def __getitem__(self, id: str) -> Result:
        return next(result for result in self.results if result.id == id)

    def as_dict(self) -> dict[str, Any]:
        """Return all of it as plain dicts and lists."""
        return {
            "subject": self.subject,
            "ok": self.ok,
            "broken": self.broken,
            "remarks": self.remarks,
            "skipped": self.skipped,
            "fixed": self.fixed,
            "results": [asdict(result) for result in self.results],
        }

    def to_json(self) -> str:
        """Return all of it for machines."""
        return json.dumps(self.as_dict(), indent=2, ensure_ascii=False)

    def to_markdown(self) -> str:
        """Return a heading and a table in Markdown."""
        rows = [
            f"| {result.id} | {'**broken**' if result.status == 'broken' else result.status} | {_cell(result)} |"
            for result in self.results
        ]
        return "\n".join(
            [f"## {self.subject}: {self._verdict()}", "", "| invariant | | evidence |", "|---|---|---|", *rows]
        )

    def to_junit(self) -> str:
        """Return JUnit's XML: a test suite with a test case per invariant."""
        counts = {"tests": len(self.results), "failures": len(self.broken + self.fixed), "skipped": len(self.skipped)}
        attributes = {"name": self.subject} | {name: str(n) for name, n in counts.items()}
        suite = ElementTree.Element("testsuite", attributes)
        for result in self.results:
            case = ElementTree.SubElement(suite, "testcase", classname=self.subject, name=result.id)
            if result.status in ("broken", "fixed"):
                failure = ElementTree.SubElement(case, "failure", message=result.evidence)
                failure.text = "\n".join(part for part in (result.meaning, result.snippet) if part)
            elif result.status in ("skipped", "known"):
                ElementTree.SubElement(case, "skipped", message=result.evidence)
            else:
                ElementTree.SubElement(case, "system-out").text = result.evidence
        ElementTree.indent(suite)
        return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True)

    def to(self, format: Format) -> str:
        """Return the report in one of the forms of `FORMATS`."""
        return FORMATS[format](self)

    def __str__(self) -> str:
        lines = [f"{self.subject}: {self._verdict()}", ""]
        width = max([12, *(len(result.id) for result in self.results)])
        for result in self.results:
            lines += table_row(result.id, result.status, result.evidence, width)
            if result.status == "broken":
                lines += table_row("", "", f"→ {result.meaning}", width)
        return "\n".join(lines)

    def _verdict(self) -> str:
        statuses = ("held", "remark", "broken", "skipped", "known", "fixed")
        count = {status: len(self._ids(status)) for status in statuses}
        return ", ".join(f"{n} {status}" for status, n in count.items() if n)

    def _ids(self, status: str) -> list[str]:
        return [result.id for result in self.results if result.status == status]


FORMATS: dict[str, Callable[[Report], str]] = {
    "text": str,
    "json": lambda report: report.to_json(),
    "markdown": lambda report: report.to_markdown(),
    "junit": lambda report: report.to_junit(),
}


def _cell(result: Result) -> str:
    text = f"{result.evidence}. {result.meaning}" if result.status == "broken" else result.evidence
    return text.replace("|", "\\|").replace("\n", " ")


def table_row(id: str, status: str, text: str, width: int = 12) -> list[str]:
    """Lay out one row of a table, with ids of this width; a long text goes on in the next line."""
    loud = status in ("broken", "fixed")
    head = f"{id:<{width}} {status.upper() if loud else status:<8} "
    return textwrap.wrap(text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head)) or [head.rstrip()]
