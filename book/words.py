"""What the commands say, in English and in Chinese.

A sentence stands in the code in English, as a template; `zh/commands.toml` has its Chinese partner. A value of a
sentence may be a phrase, too. All else (numbers, code, what Python and the kits report) stays as it is.
"""

from __future__ import annotations

import locale
import os
import sys
import tomllib
import unicodedata
from functools import cache
from typing import Any

from minigrad.testing.command import show

from .so_far import HERE

PLAYGROUND = HERE.parent / "demos" / "texts"


class Phrase:
    """A sentence, or a part of one, that can be told in either language.

    Args:
        template: the English words, with {names} for values, in the manner of `str.format`.
        values: what the names stand for.
    """

    def __init__(self, template: str, **values: Any) -> None:
        self.template, self.values = template, values

    def told(self, language: str) -> str:
        """Return it in a language, "en" or "zh"."""
        template = self.template if language == "en" else chinese()[self.template]
        values = {name: value.told(language) if isinstance(value, Phrase) else value
                  for name, value in self.values.items()}  # fmt: skip
        return template.format_map(values)

    def __str__(self) -> str:
        return self.told("en")


@cache
def chinese() -> dict[str, str]:
    """Return the Chinese of each English template."""
    catalogue = tomllib.loads((HERE / "zh" / "commands.toml").read_text(encoding="utf-8"))
    told = promises("zh")
    return catalogue | {words: told[id] for id, words in promises("en").items()}


@cache
def promises(language: str) -> dict[str, str]:
    """Return what each invariant of a dropout says, in the words of the playground."""
    texts = tomllib.loads((PLAYGROUND / f"playground.{language}.toml").read_text(encoding="utf-8"))
    return {id: text["says"].replace("−", "-") for id, text in texts["promises"].items()}  # no console of GBK has "−"


def language_of_the_environment() -> str:
    """Return "zh" where the system speaks Chinese, else "en".

    The first of LC_ALL, LC_MESSAGES and LANG that is set decides; where none is, as in Windows, the system's locale.
    """
    named = filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG")))
    name = next(named, None) or locale.setlocale(locale.LC_CTYPE)  # which asks, and sets nothing
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


def tell(phrase: Phrase, language: str) -> None:
    """Print a phrase."""
    show(phrase.told(language))


def complain(phrase: Phrase, language: str) -> int:
    """Print on the error stream why a command cannot do what it was asked, and return its exit status."""
    print(phrase.told(language), file=sys.stderr)
    return 2


def padded(text: str, width: int) -> str:
    """Return a text with spaces up to a width in columns, of which a Chinese character takes two."""
    return text + " " * (width - sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in text))
