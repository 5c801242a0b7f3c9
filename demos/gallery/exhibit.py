"""What an experiment declares for the gallery, and what it hands over to be shown."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from lab.options import Option

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D


@dataclass(frozen=True)
class Reference:
    """Something to read on: a paper, a tutorial, a page of documentation."""

    text: str
    url: str = ""


SRIVASTAVA = Reference("Srivastava et al., Dropout, JMLR 15, 2014", "https://jmlr.org/papers/v15/srivastava14a.html")


@dataclass(frozen=True)
class Demo:
    """One experiment of the gallery; its words are in the catalogues, under its name.

    Args:
        number: its place, "1a".
        compute: options in, results out; prints nothing.
        present: results and options in, `Exhibit` out.
        excerpt: the function or class that the page shows: the ten lines that matter.
        options: those of its own, beside --seed, --out, --quick and --show.
        references: what to read on.
        playground: what follows # in the playground's address, to try this there; empty where it has no such thing.
    """

    number: str
    compute: Callable[[argparse.Namespace], Any]
    present: Callable[[Any, argparse.Namespace], Exhibit]
    excerpt: Callable[..., Any]
    options: Sequence[Option] = ()
    references: Sequence[Reference] = ()
    playground: str = ""

    @property
    def script(self) -> Path:
        """The script that does it."""
        return Path(inspect.getfile(self.compute))


@dataclass
class Picture:
    """A figure; its title, alternative text and caption are `pictures.NAME` of the catalogue.

    Args:
        name: the file's, without suffix.
        figure: a matplotlib figure, or the text of an SVG drawing.
    """

    name: str
    figure: Figure | str


class Moving(NamedTuple):
    """A line of a figure, and where it is in each frame: y over the same x."""

    line: Line2D
    x: np.ndarray
    frames: Sequence[np.ndarray]


@dataclass
class Animation:
    """A figure in which lines move: on the page with a slider, as a file a GIF.

    Args:
        name: the file's, without suffix.
        figure: a matplotlib figure.
        moving: the lines that move.
        frames: for each frame the values of its label, `pictures.NAME.frame` of the catalogue.
    """

    name: str
    figure: Figure
    moving: Sequence[Moving]
    frames: Sequence[Mapping[str, Any]]


@dataclass
class Table:
    """Numbers in rows, formatted already; the first column names the row. Its caption is `tables.NAME`."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass
class Exhibit:
    """What an experiment shows.

    Args:
        answer: what the question's answer was measured to be: one of the catalogue's `guesses`.
        values: what the catalogue's sentences tell; numbers, `Interval`, `Verdict`, `Listed`.
        pictures: in the order in which they are shown; the first two are the ones that matter.
        tables: in the same.
        files: further texts to write, by file name.
    """

    answer: str
    values: Mapping[str, Any]
    pictures: Sequence[Picture | Animation] = ()
    tables: Sequence[Table] = ()
    files: dict[str, str] = field(default_factory=dict)
