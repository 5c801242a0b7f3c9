"""What an experiment declares, and what it hands back."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from matplotlib.figure import Figure


class Unavailable(Exception):
    """An experiment cannot be run here, for want of data for example; the message is one sentence, for the reader."""


@dataclass(frozen=True)
class Option:
    """One option of an experiment's own.

    Args:
        flag: its name on the command line, "--steps".
        kind: turns the text into a value, and refuses wrong ones (`at_least`, `positive`, …); bool for a mere switch.
        default: the value when it is not given.
        help: a phrase for ``--help``.
        quick: the value under ``--quick`` when it is not given; the default if None.
    """

    flag: str
    kind: Callable[[str], Any]
    default: Any
    help: str
    quick: Any = None

    @property
    def name(self) -> str:
        """The attribute of the parsed options."""
        return self.flag.strip("-").replace("-", "_")

    def value(self, quick: bool) -> Any:
        """Return what stands for an option that was not given."""
        return self.quick if quick and self.quick is not None else self.default


@dataclass(frozen=True)
class Reference:
    """Something to read on: a paper, a tutorial, a page of documentation."""

    text: str
    url: str = ""


SRIVASTAVA = Reference("Srivastava et al., Dropout, JMLR 15, 2014", "https://jmlr.org/papers/v15/srivastava14a.html")


@dataclass(frozen=True)
class Demo:
    """One experiment.

    Args:
        order: its place in the gallery.
        part: a letter, where experiments share a place.
        title: a few words.
        question: what it asks, in one line.
        formula: the mathematics in question, in the part of LaTeX's notation that `house.mathml` reads.
        source: the document or paper that the experiment comes from.
        compute: options in, results out; prints nothing.
        present: results and options in, `Exhibit` out.
        code: the functions of which the page shows the source.
        references: what to read on.
        options: those of its own, beside --seed, --out, --quick and --show.
    """

    order: int
    title: str
    question: str
    formula: str
    source: str
    compute: Callable[[argparse.Namespace], Any]
    present: Callable[[Any, argparse.Namespace], Exhibit]
    part: str = ""
    code: Sequence[Any] = ()
    references: Sequence[Reference] = ()
    options: Sequence[Option] = ()

    @property
    def number(self) -> str:
        """Its place, as the list and the page name it: "1a"."""
        return f"{self.order}{self.part}"


@dataclass
class Picture:
    """A figure for the page and for a file.

    Args:
        name: the file's, without suffix.
        figure: a matplotlib figure, or the text of an SVG drawing.
        alt: what it shows, with its numbers, for whoever does not see it.
        caption: a line below it.
    """

    name: str
    figure: Figure | str
    alt: str
    caption: str = ""


@dataclass
class Animation:
    """A figure that moves: on the page with a slider, as a file a GIF.

    Args:
        name: the file's, without suffix.
        figure: a matplotlib figure.
        draw: moves it to frame i and returns a label of that frame ("step 120: test loss 0.131").
        frames: how many there are.
        alt: what happens, with its numbers, for whoever does not see it.
        caption: a line below it.
    """

    name: str
    figure: Figure
    draw: Callable[[int], str]
    frames: int
    alt: str
    caption: str = ""


@dataclass
class Table:
    """Numbers in rows, formatted already; the first column names the row."""

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass
class Exhibit:
    """What an experiment shows.

    Args:
        claims: sentences; every number in them is formatted from the results.
        pictures: in the order in which they are shown.
        tables: in the same.
        notes: paragraphs on how to read it, or on what it does not show.
        files: further texts to write, by file name.
    """

    claims: Sequence[str]
    pictures: Sequence[Picture | Animation] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()
    files: dict[str, str] = field(default_factory=dict)
