"""The page: one HTML file that carries its pictures with it, made of the sections of the experiments."""

from __future__ import annotations

import inspect
import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import numpy as np

import minigrad

from .demo import Animation, Demo, Exhibit, Picture, Reference, Table
from .mathml import to_mathml

HERE = Path(__file__).parent


class Frame(NamedTuple):
    """A picture as an address that carries its content, and what to call it in an animation."""

    image: str
    label: str


@dataclass(frozen=True)
class Section:
    """One experiment's part of the page: what it showed, the command that did, and the frames of each picture."""

    name: str
    demo: Demo
    command: str
    exhibit: Exhibit
    frames: dict[str, list[Frame]]


def build(sections: Sequence[Section], folder: Path) -> str:
    """Return the page, to be written into the folder: its links to the source are relative to it."""
    template = Template((HERE / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
        navigation="\n".join(map(entry_html, sections)),
        sections="\n".join(section_html(section, folder) for section in sections),
        versions=f"minigrad {minigrad.__version__}, NumPy {np.__version__}, Python {platform.python_version()}",
    )


def entry_html(section: Section) -> str:
    """Return a section's line in the list of all."""
    title = f'<a href="#{section.name}">{escape(section.demo.title)}</a>'
    return f'<li><span class="number">{section.demo.number}</span>{title}</li>'


def section_html(section: Section, folder: Path) -> str:
    """Return one section."""
    demo, exhibit = section.demo, section.exhibit
    parts = [
        f'<section id="{section.name}" aria-labelledby="{section.name}-title">',
        f'<h2 id="{section.name}-title"><span class="number">{demo.number}</span>{escape(demo.title)}</h2>',
        f'<p class="question">{escape(demo.question)}</p>',
        *(f'<p class="claim">{escape(claim)}</p>' for claim in exhibit.claims),
        scrolling(to_mathml(demo.formula), "Formula"),
        '<div class="figures">',
        *(figure_html(picture, section.frames[picture.name]) for picture in exhibit.pictures),
        "</div>",
        *(table_html(table, f"{section.name}-table-{i}") for i, table in enumerate(exhibit.tables, 1)),
        *(f"<p>{escape(note)}</p>" for note in exhibit.notes),
        f"<p>Made by {command_html(section.command)}</p>",
        *(code_html(function, folder) for function in demo.code),
        references_html(demo.source, demo.references),
        "</section>",
    ]
    return "\n".join(parts)


def figure_html(picture: Picture | Animation, frames: Sequence[Frame]) -> str:
    """Return a picture with its caption; an animation with its controls, too."""
    image = f'<img src="{frames[-1].image}" alt="{escape(picture.alt)}">'
    caption = f"<figcaption>{escape(picture.caption)}</figcaption>" if picture.caption else ""
    if isinstance(picture, Picture):
        drawing = isinstance(picture.figure, str)  # of any width, so it may scroll where the screen is narrow
        return f"<figure>{scrolling(image, picture.name) if drawing else image}{caption}</figure>"
    return f'<figure class="player">{image}{controls_html(frames)}{caption}</figure>'


def controls_html(frames: Sequence[Frame]) -> str:
    """Return a button, a slider that stands on the last frame, and all the frames for the script to show."""
    last = len(frames) - 1
    data = json.dumps(frames).replace("<", "\\u003c")  # so that no label can end the element
    return (
        '<div class="controls"><button type="button">Play</button>'
        f'<input type="range" min="0" max="{last}" value="{last}" aria-label="Frame of the animation">'
        f'<output aria-live="off">{escape(frames[-1].label)}</output></div>'
        f'<script type="application/json">{data}</script>'
    )


def table_html(table: Table, name: str) -> str:
    """Return a table under its caption, in a frame that scrolls where the screen is narrow; the caption stays."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    rows = "".join(row_html(row) for row in table.rows)
    content = f'<table aria-labelledby="{name}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    caption = f'<figcaption id="{name}">{escape(table.caption)}</figcaption>'
    return f'<figure class="table">{caption}{scrolling(content, table.caption)}</figure>'


def scrolling(content: str, label: str) -> str:
    """Put what may be wider than a phone into a frame that scrolls, by keyboard, too."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(label)}">{content}</div>'


def row_html(row: Iterable[str]) -> str:
    """Return a row of a table; its first cell names it."""
    first, *others = row
    cells = "".join(f"<td>{escape(cell)}</td>" for cell in others)
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'


def command_html(command: str) -> str:
    """Return a command that breaks between its words alone."""
    words = " ".join(f"<span>{escape(word)}</span>" for word in command.split(" "))
    return f'<code class="command">{words}</code>'


def code_html(function: Any, folder: Path) -> str:
    """Return the source of a function or class, folded away, with a link to its line."""
    lines, number = inspect.getsourcelines(function)
    path = Path(inspect.getfile(function))
    place = f"{path.parent.name}/{path.name}, line {number}"
    href = Path(os.path.relpath(path, folder.resolve())).as_posix()
    return (
        f"<details><summary>The source of <code>{escape(function.__name__)}</code></summary>"
        f'<p><a href="{escape(href)}#L{number}">{escape(place)}</a></p>'
        f'<pre tabindex="0"><code>{escape("".join(lines))}</code></pre></details>'
    )


def references_html(source: str, references: Sequence[Reference]) -> str:
    """Return where the experiment comes from, and what to read on."""
    items = "".join(f"<li>{reference_html(reference)}</li>" for reference in references)
    more = f"<ul>{items}</ul>" if items else ""
    return f'<div class="references"><p>After {escape(source)}</p>{more}</div>'


def reference_html(reference: Reference) -> str:
    """Return a reference, as a link if it has an address."""
    text = escape(reference.text)
    return f'<a href="{escape(reference.url)}">{text}</a>' if reference.url else text
