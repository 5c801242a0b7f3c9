"""The words of the gallery: a catalogue for each language, whose sentences are told with measured values."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from lab.statistics import Interval

FOLDER = Path(__file__).parents[1] / "texts"
LANGUAGES = "en", "zh"
WORD = re.compile(r"[A-Za-z]{2}")
NUMBER = re.compile(r"-?\d(?:[\d,.]*\d)?%?")


class Verdict(NamedTuple):
    """Which way something went, as a phrase: "lowers the test loss by 0.050 ± 0.010"."""

    change: Interval
    what: str  # a label: "the test loss"
    spec: str = ".3f"
    unit: str = ""  # a label


class Listed(NamedTuple):
    """Things one after the other, each told by a phrase of its own: its key, and its values."""

    phrase: str
    items: Sequence[Mapping[str, Any]]


class Label(str):
    """A short text that the code says in English: it is its own key under [labels], with {} for each number."""


class Catalogue:
    """The words of one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        with (FOLDER / f"gallery.{language}.toml").open("rb") as file:
            self.texts: dict[str, Any] = tomllib.load(file)

    def __getitem__(self, key: str) -> Any:
        """Return a text, or a group of them, by its dotted key."""
        found = self.texts
        for part in key.split("."):
            found = found[part]
        return found

    def __contains__(self, key: str) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def tell(self, key: str, values: Mapping[str, Any]) -> str:
        """Return a sentence with its values filled in."""
        return self.fill(self[key], values)

    def fill(self, text: str, values: Mapping[str, Any]) -> str:
        return text.format_map({name: self.spoken(value) for name, value in values.items()})

    def spoken(self, value: Any) -> Any:
        """Return a value as this language says it; numbers are the same in all."""
        if isinstance(value, Verdict):
            return self.verdict(value)
        if isinstance(value, Listed):
            return self["phrases.comma"].join(self.tell(value.phrase, item) for item in value.items)
        return self.label(value) if isinstance(value, Label) else value

    def verdict(self, verdict: Verdict) -> str:
        """Return the phrase, which names a direction only if the interval leaves zero out."""
        change, what, spec, unit = verdict
        size = change if change.direction == "same" else Interval(abs(change.mean), change.margin)
        amount = f"{size:{spec}}{self.label(unit)}"
        return self.tell(f"phrases.{change.direction}", {"what": self.label(what), "amount": amount})

    def label(self, text: str) -> str:
        """Return a label in this language; names of the code, which no catalogue has, stay as they are."""
        labels = self.texts.get("labels", {})
        if text in labels:
            return labels[text]
        pattern = NUMBER.sub("{}", text)
        return labels[pattern].format(*NUMBER.findall(text)) if pattern in labels else text

    def has_label(self, text: str) -> bool:
        """Return whether a label can be told in this language; numbers and symbols can in any."""
        labels = self.texts.get("labels")
        return labels is None or not WORD.search(text) or text in labels or NUMBER.sub("{}", text) in labels


@cache
def catalogue(language: str) -> Catalogue:
    """Return the words of a language."""
    return Catalogue(language)
