"""The README's reading list; `python tests/support/reading_list.py` brings the lengths of its files up to date."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
ROW = re.compile(r"^(\|[^|]*\| \[[^]]*\]\((minigrad/[\w/]+\.py)\) \| )(\d+)( \|)", re.MULTILINE)
TOTAL = re.compile(r"(`minigrad/core/`: )[\d,]+( lines)")


def listed(text: str) -> dict[Path, int]:
    """Return the files and their lengths as the README's two tables give them."""
    return {Path(file): int(lines) for _, file, lines, _ in ROW.findall(text)}


def with_true_lengths(text: str) -> str:
    """Return the README with the lengths that the files have."""
    core = sum(map(length, (ROOT / "minigrad" / "core").glob("*.py")))
    text = TOTAL.sub(lambda match: f"{match[1]}{core:,}{match[2]}", text)
    return ROW.sub(lambda match: f"{match[1]}{length(ROOT / match[2])}{match[4]}", text)


def length(path: Path) -> int:
    """Return the number of lines of a file."""
    return len(path.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    README.write_text(with_true_lengths(README.read_text(encoding="utf-8")), encoding="utf-8")
