"""The pages of the site, and the code blocks in them."""

import contextlib
import io
import re
from itertools import zip_longest
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ENGLISH = sorted((ROOT / "docs" / "en").rglob("*.md"))
CHINESE = sorted((ROOT / "docs" / "zh").rglob("*.md"))
REPOSITORY = [ROOT / "docs" / f"{name}.md" for name in ("dropout_contract", "replay", "weight_decay_contract")]
REPOSITORY.append(ROOT / "CONTRIBUTING.md")
"""English pages that are read in the repository, too, and stand above the site's own."""


def partner_of(path):
    """Return the Chinese page of an English one."""
    name = Path(path.name.lower()) if path in REPOSITORY else path.relative_to(ROOT / "docs" / "en")
    return ROOT / "docs" / "zh" / name


FENCE = re.compile(r"^```(\S*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A code block: its language, its text, the text block that follows at once, and where it is."""

    language: str
    code: str
    output: str | None
    line: int


def blocks(text):
    """Return the code blocks of a page; a ``text`` block right behind another is its output."""
    found = list(FENCE.finditer(text))
    kept = []
    for match, following in zip_longest(found, found[1:]):
        if match[1].startswith("{"):
            continue
        is_output = following and following[1] == "text" and not text[match.end() : following.start()].strip()
        line = text.count("\n", 0, match.start()) + 2
        kept.append(Block(match[1], match[2], following[2] if is_output else None, line))
    return kept


def run(text, path):
    """Run the Python blocks of a page one after the other, and return [(block, what it printed)]."""
    namespace = {"__name__": "page"}
    ran = []
    for block in blocks(text):
        if block.language == "python":
            printed = io.StringIO()
            code = compile("\n" * (block.line - 1) + block.code, path, "exec")
            with contextlib.redirect_stdout(printed):
                exec(code, namespace)
            ran.append((block, printed.getvalue()))
    return ran


NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")


def agree(printed, expected):
    """Return whether two outputs are the same, but for a unit in the last digit of a decimal number."""
    if NUMBER.sub("#", printed) != NUMBER.sub("#", expected):
        return False
    pairs = zip(NUMBER.findall(printed), NUMBER.findall(expected), strict=True)
    return all(abs(float(a) - float(b)) <= 1.01 * unit(b) for a, b in pairs)


def unit(number):
    """Return what the last digit of a decimal number counts."""
    mantissa, _, exponent = number.partition("e")
    return 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
