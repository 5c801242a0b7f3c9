"""The pages that scripts write, in Chinese: each of their texts has its partner in `zh/generated.toml`.

A text is a heading, a sentence, a line that ends in a break, a cell of a table, the words before the colon of an item,
or those of a picture. Numbers are no part of it: {} stands for each of them, or {1} for the second, where Chinese says
it first. What has no partner stays as it is: names of code, and numbers alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

PAGES = ("dropout_zoo", "benchmarks", "parity")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*%?")
SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z`])")

Told = Callable[[str], str]


def in_chinese(page: str) -> str:
    """Return a page in Chinese."""
    return retold(page, partner)


@cache
def catalogue() -> dict[str, str]:
    """Return the Chinese of each text."""
    return tomllib.loads((Path(__file__).parent / "zh" / "generated.toml").read_text(encoding="utf-8"))


def partner(text: str) -> str:
    """Return the Chinese of a text, or the text where it has none."""
    chinese = catalogue().get(pattern(text))
    return text if chinese is None else chinese.format(*NUMBER.findall(text))


def pattern(text: str) -> str:
    """Return a text with {} for each number."""
    return NUMBER.sub("{}", text)


def retold(page: str, told: Told) -> str:
    """Return a page whose texts are told by a function."""
    return "\n\n".join(block(text, told) for text in page.rstrip("\n").split("\n\n")) + "\n"


def block(text: str, told: Told) -> str:
    """Return a paragraph, a list or a table, each of its texts told."""
    if text.startswith("|"):
        return "\n".join(row(line, told) for line in text.split("\n"))
    if mark := re.match(r"#+ ", text):
        return mark[0] + told(text[mark.end() :])
    if picture := re.fullmatch(r"!\[(.*)\]\((.*)\)", text):
        return f"![{told(picture[1])}]({picture[2]})"
    lines = re.sub(r"(?<! )\n(?!- )\s*", " ", text).split("\n")  # a line goes on, unless it ends in a break
    return "\n".join(item(line[2:], told) if line.startswith("- ") else sentences(line, told) for line in lines)


def row(line: str, told: Told) -> str:
    """Return a row of a table; both sides of a ratio are texts of their own."""
    cells = (cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
    return f"| {' | '.join(' / '.join(sentences(part, told) for part in cell.split(' / ')) for cell in cells)} |"


def item(text: str, told: Told) -> str:
    """Return an item of a list: the words before the colon and what it lists, or a sentence."""
    name, colon, rest = text.partition(": ")
    return f"- {told(name)}：{told(rest).replace('`, `', '`、`')}" if colon else f"- {told(text)}"


def sentences(text: str, told: Told) -> str:
    """Return a line or a cell, sentence by sentence; Chinese has no space between them."""
    end = "  " if text.endswith("  ") else ""
    return "".join(map(told, SENTENCE_END.split(text.rstrip()))) + end
