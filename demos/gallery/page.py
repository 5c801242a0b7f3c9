"""The page: one HTML file in one language, made of the sections of the experiments, that carries everything with it."""

from __future__ import annotations

import inspect
import json
import platform
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import numpy as np
from latex2mathml.converter import convert

import minigrad

from .exhibit import Animation, Demo, Exhibit, Picture, Reference, Table
from .svg import Drawing
from .texts import LANGUAGES, Catalogue, catalogue

HERE = Path(__file__).parent
PLAYGROUND = "playground/index.html"
SHOWN = 2  # pictures; the others are folded


@dataclass(frozen=True)
class Section:
    """One experiment's part of the page.

    Args:
        name: the experiment's.
        demo: what it declares.
        command: what repeats it.
        exhibit: what it showed; None where it could not be run.
        quick: whether it was the quick version.
        drawings: its pictures, by name.
        paths: of each animation, for each line that moves, its path in every frame.
        reason: why it could not be run, in English.
    """

    name: str
    demo: Demo
    command: str
    exhibit: Exhibit | None
    quick: bool = False
    drawings: Mapping[str, Drawing] = field(default_factory=dict)
    paths: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    reason: str = ""


def file_name(name: str, language: str) -> str:
    """Return what a page is called: the English one by its name alone."""
    return f"{name}.html" if language == "en" else f"{name}.{language}.html"


def build(sections: Sequence[Section], name: str, language: str) -> str:
    """Return the page of this name in a language."""
    words = catalogue(language)
    whole = len(sections) > 1
    told = {key: words[f"page.{key}"] for key in ("play", "pause", "right", "wrong", "copy", "copied", "selected")}
    return Template((HERE / "page.html").read_text(encoding="utf-8")).substitute(
        lang=words["page.lang"],
        style=(HERE / "page.css").read_text(encoding="utf-8"),
        script=(HERE / "page.js").read_text(encoding="utf-8"),
        words=embedded(told),
        title=escape(words["page.title"]),
        heading=prose(words["page.heading"]),
        skip=escape(words["page.skip"]),
        switch="".join(switch_html(name, other) for other in LANGUAGES if other != language),
        opening=opening_html(words) if whole else "",
        index=index_html(sections, words) if whole else "",
        sections="\n".join(SectionHtml(section, words, whole).build() for section in sections),
        versions=escape(
            words.fill(
                words["page.versions"],
                {"minigrad": minigrad.__version__, "numpy": np.__version__, "python": platform.python_version()},
            )
        ),
    )


def embedded(data: Any) -> str:
    """Return data for a script element, which no text in it can end."""
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")


def switch_html(name: str, language: str) -> str:
    words = catalogue(language)
    lang = words["page.lang"]
    return f'<a href="{file_name(name, language)}" lang="{lang}" hreflang="{lang}">{escape(words["page.name"])}</a>'


def opening_html(words: Catalogue) -> str:
    return "\n".join(f"<p>{prose(paragraph)}</p>" for paragraph in words["page.opening"])


def index_html(sections: Sequence[Section], words: Catalogue) -> str:
    """Return the list of all experiments, each with its first picture, small and without letters."""
    items = "\n".join(f"<li>{entry_html(section, words)}</li>" for section in sections)
    title = escape(words["page.index"])
    heading = f'<h2 id="index-title">{title}</h2>'
    return f'<nav class="index" id="index" aria-labelledby="index-title">{heading}<ul>\n{items}\n</ul></nav>'


def entry_html(section: Section, words: Catalogue) -> str:
    drawing = next(iter(section.drawings.values()), None)
    thumb = ""
    if drawing is not None:
        width, height = f"{drawing.width:.0f}", f"{drawing.height:.0f}"
        thumb = (
            f'<svg class="thumb" viewBox="0 0 {width} {min(drawing.height, drawing.width):.0f}" aria-hidden="true">'
            f'<use href="#{drawing.name}" width="{width}" height="{height}"/></svg>'
        )
    return f'<a href="#{section.name}">{thumb}{title_of(section, words)}</a>'


def title_of(section: Section, words: Catalogue) -> str:
    return f"{section.demo.number}. {escape(words[f'{section.name}.title'])}"


def verdict_of(name: str, exhibit: Exhibit, words: Catalogue) -> str:
    """Return the sentence that answers the question: one for all answers, or the one for what was measured."""
    verdict = words[f"{name}.verdict"]
    return verdict if isinstance(verdict, str) else verdict[exhibit.answer]


# ---- one section -----------------------------------------------------------------------------------------------------


class SectionHtml:
    """One experiment, from its question to its exercises."""

    def __init__(self, section: Section, words: Catalogue, whole: bool) -> None:
        self.section, self.words, self.whole = section, words, whole
        self.name, self.demo, self.exhibit = section.name, section.demo, section.exhibit

    def text(self, key: str) -> Any:
        """Return a text of this experiment, as it stands in the catalogue."""
        return self.words[f"{self.name}.{key}"]

    def told(self, key: str) -> str:
        """Return a sentence of this experiment, with what was measured, as HTML."""
        return prose(self.words.tell(f"{self.name}.{key}", self.exhibit.values))

    def spoken(self, key: str) -> str:
        """Return the same as bare text, for an attribute."""
        return plain(self.words.tell(f"{self.name}.{key}", self.exhibit.values))

    def build(self) -> str:
        parts = [
            f'<section id="{self.name}" aria-labelledby="{self.name}-title">',
            f'<h2 id="{self.name}-title">{title_of(self.section, self.words)}</h2>',
            f'<p class="question">{prose(self.text("question"))}</p>',
            self.guess(),
            self.explanation(),
            self.excerpt(),
            *([self.excuse()] if self.exhibit is None else [self.shown(), self.folded()]),
            self.try_it(),
            self.exercises(),
            f'<a class="back" href="#index">{escape(self.words["page.back"])}</a>' if self.whole else "",
            "</section>",
        ]
        return "\n".join(part for part in parts if part)

    def guess(self) -> str:
        """Return the answers to choose from; without a measurement there is nothing to guess."""
        if self.exhibit is None:
            return ""
        buttons = "".join(
            f'<button type="button" aria-pressed="false" data-key="{key}">{prose(guess)}</button>'
            for key, guess in self.text("guesses").items()
        )
        legend = f"<legend>{escape(self.words['page.guess'])}</legend>"
        return (
            f'<fieldset class="guess" data-answer="{self.exhibit.answer}">{legend}<div>{buttons}</div>'
            "<output></output></fieldset>"
        )

    def explanation(self) -> str:
        """Return the paragraphs, the formulas behind the first of them, and what each symbol means."""
        first, *others = [f"<p>{prose(paragraph)}</p>" for paragraph in self.text("paragraphs")]
        formulas = "".join(mathml(formula, "block") for formula in self.text("formulas"))
        symbols = "".join(f"<dt>{prose(f'${s}$')}</dt><dd>{prose(meaning)}</dd>" for s, meaning in self.text("symbols"))
        frame = scrolling(formulas, self.words["page.formula"])
        return "\n".join(
            [first, f'<div class="formulas">{frame}</div>', f'<dl class="symbols">{symbols}</dl>', *others]
        )

    def excerpt(self) -> str:
        excerpt = inspect.unwrap(self.demo.excerpt)  # of a decorator, which stands in another file
        lines, number = inspect.getsourcelines(excerpt)
        path = Path(inspect.getfile(excerpt))
        place = self.words.fill(self.words["page.place"], {"file": f"demos/{path.name}", "line": number})
        return code_html(textwrap.dedent("".join(lines)), place, self.words)

    def excuse(self) -> str:
        reason = f'<span lang="en">{escape(self.section.reason)}</span>'
        return f'<p class="verdict">{escape(self.words["page.excuse"])} {reason}</p>'

    def shown(self) -> str:
        """Return the pictures that matter, and the measured verdict."""
        pictures = "".join(map(self.figure, self.exhibit.pictures[:SHOWN]))
        quick = f'<p class="quick">{escape(self.words["page.quick"])}</p>' if self.section.quick else ""
        verdict = prose(self.words.fill(verdict_of(self.name, self.exhibit, self.words), self.exhibit.values))
        return f'<div class="figures">{pictures}</div>\n<p class="verdict">{verdict}</p>{quick}'

    def folded(self) -> str:
        """Return what only some readers want: more pictures, numbers, the script, and what to read on."""
        more = "".join(map(self.figure, self.exhibit.pictures[SHOWN:]))
        findings = self.words[f"{self.name}.findings"]
        sentences = [
            f"<p>{prose(self.words.fill(text, self.exhibit.values))}</p>" for text in [*findings, *self.text("notes")]
        ]
        tables = [self.table(table) for table in self.exhibit.tables]
        script = self.demo.script.read_text(encoding="utf-8")
        return "\n".join(
            [
                '<div class="more">',
                self.fold("pictures", f'<div class="figures">{more}</div>') if more else "",
                self.fold("numbers", "\n".join([*tables, *sentences])),
                self.fold(
                    "repeat", f"<p>{escape(self.words['page.command'])} {command_html(self.section.command)}</p>"
                ),
                self.fold("script", code_html(script, f"demos/{self.demo.script.name}", self.words)),
                self.fold("references", self.references()),
                "</div>",
            ]
        )

    def fold(self, key: str, content: str) -> str:
        return f"<details><summary>{escape(self.words[f'page.fold.{key}'])}</summary>{content}</details>"

    def try_it(self) -> str:
        setting = self.demo.playground
        if not setting:
            return ""
        address = f"{PLAYGROUND}#{setting}{'&' if '?' in setting else '?'}lang={self.words.language}"
        return f'<p class="try"><a href="{escape(address)}">{escape(self.words["page.try"])}</a></p>'

    def exercises(self) -> str:
        answer = escape(self.words["page.answer"])
        items = "".join(
            f"<p>{i}. {prose(one['question'])}</p>"
            f"<details><summary>{answer} {i}</summary><p>{prose(one['answer'])}</p></details>"
            for i, one in enumerate(self.text("exercises"), 1)
        )
        return f"<h3>{escape(self.words['page.exercises'])}</h3>{items}"

    def references(self) -> str:
        items = "".join(f"<li>{reference_html(reference, self.words)}</li>" for reference in self.demo.references)
        return f'<div class="references"><p>{prose(self.text("source"))}</p><ul>{items}</ul></div>'

    # ---- pictures and tables

    def figure(self, picture: Picture | Animation) -> str:
        """Return a picture with its title and caption; an animation with its controls, too."""
        key, drawing = f"pictures.{picture.name}", self.section.drawings[picture.name]
        image = drawing.html(self.spoken(f"{key}.alt"), self.words.label)
        if isinstance(picture, Picture) and isinstance(picture.figure, str):  # its letters must not shrink
            frame = f'<div class="wide" style="min-width: {drawing.width:.0f}px">{image}</div>'
            image = scrolling(frame, self.spoken(f"{key}.title"))
        controls = self.controls(picture) if isinstance(picture, Animation) else ""
        kind = ' class="player"' if controls else ""
        title, caption = self.told(f"{key}.title"), self.told(f"{key}.caption")
        return f'<figure{kind}><p class="title">{title}</p>{image}{controls}<figcaption>{caption}</figcaption></figure>'

    def controls(self, animation: Animation) -> str:
        """Return a button, a slider that stands on the last frame, and all frames for the script to show."""
        key = f"{self.name}.pictures.{animation.name}.frame"
        labels = [plain(self.words.tell(key, values)) for values in animation.frames]
        last = len(labels) - 1
        data = embedded({"paths": self.section.paths[animation.name], "labels": labels})
        return (
            f'<div class="controls"><button type="button">{escape(self.words["page.play"])}</button>'
            f'<input type="range" min="0" max="{last}" value="{last}" aria-label="{escape(self.words["page.frame"])}">'
            f'<output aria-live="off">{escape(labels[-1])}</output></div>'
            f'<script type="application/json">{data}</script>'
        )

    def table(self, table: Table) -> str:
        """Return a table under its caption, in a frame that scrolls where the screen is narrow; the caption stays."""
        name = f"{self.name}-table-{table.name}"
        head = "".join(self.head_cell(column) for column in table.columns)
        rows = "".join(self.row(row) for row in table.rows)
        content = f'<table aria-labelledby="{name}"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        caption = self.told(f"tables.{table.name}")
        frame = scrolling(content, self.spoken(f"tables.{table.name}"))
        return f'<figure class="table"><figcaption id="{name}">{caption}</figcaption>{frame}</figure>'

    def head_cell(self, column: str) -> str:
        return f'<th scope="col">{prose(self.words.label(column))}</th>' if column else "<td></td>"

    def row(self, row: Iterable[str]) -> str:
        """Return a row of a table; its first cell names it."""
        first, *others = (pretty(escape(self.words.label(cell))) for cell in row)
        cells = "".join(f"<td>{cell}</td>" for cell in others)
        return f'<tr><th scope="row">{first}</th>{cells}</tr>'


# ---- pieces ----------------------------------------------------------------------------------------------------------


def scrolling(content: str, label: str) -> str:
    """Put what may be wider than a phone into a frame that scrolls, by keyboard, too."""
    return f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(label)}">{content}</div>'


def code_html(source: str, place: str, words: Catalogue) -> str:
    """Return source with the place it is from, and a button that copies it."""
    button = f'<button type="button" class="copy">{escape(words["page.copy"])}</button>'
    label = escape(place)
    return (
        f'<div class="code"><p><span>{label}</span>{button}</p>'
        f'<pre tabindex="0" role="group" aria-label="{label}"><code translate="no">{escape(source)}</code></pre></div>'
    )


def command_html(command: str) -> str:
    """Return a command that breaks between its words alone."""
    words = " ".join(f'<span class="nowrap">{escape(word)}</span>' for word in command.split(" "))
    return f'<code translate="no">{words}</code>'


def reference_html(reference: Reference, words: Catalogue) -> str:
    """Return a reference, as a link if it has an address."""
    text = escape(words["page.reference"].get(reference.text, reference.text))
    return f'<a href="{escape(reference.url)}">{text}</a>' if reference.url else text


MARKUP = re.compile(r"\$([^$]+)\$|`([^`]+)`|\*\*([^*]+)\*\*|\*([^*]+)\*")


def prose(text: str) -> str:
    """Return a text as HTML: in it, `$...$` is a formula, and `code`, **a new term** and *stress* are marked."""
    parts, end = [], 0
    for match in MARKUP.finditer(text):
        parts += [pretty(escape(text[end : match.start()])), marked_up(*match.groups())]
        end = match.end()
    return "".join([*parts, pretty(escape(text[end:]))])


def mathml(formula: str, display: str = "inline") -> str:
    """Return a formula in LaTeX as MathML; latex2mathml takes ± for a variable, which would stand too close."""
    return convert(formula, display=display).replace("<mi>±</mi>", "<mo>±</mo>")


def marked_up(formula: str | None, code: str | None, term: str | None, stress: str | None) -> str:
    """Return the one of them that is there as HTML."""
    if formula:
        return mathml(formula)
    if code:
        return f'<code translate="no">{escape(code)}</code>'
    return f"<strong>{escape(term)}</strong>" if term else f"<em>{escape(stress)}</em>"


def plain(text: str) -> str:
    """Return a text without that markup."""
    return MARKUP.sub(lambda match: next(filter(None, match.groups())), text)


def pretty(text: str) -> str:
    """Set numbers as print does: a true minus, powers of ten, and no line break inside an interval."""
    text = re.sub(r"(?<![\w.\-])-(?=\d)", "−", text)
    text = re.sub(r"\b(\d(?:\.\d+)?)e([+-])(\d+)\b", power, text)
    return re.sub(r"\(?−?[\d.,%]+ ± [\d.,%]+\)?", lambda match: f'<span class="nowrap">{match[0]}</span>', text)


def power(match: re.Match[str]) -> str:
    digits, sign, exponent = match.groups()
    return f'<span class="nowrap">{digits} × 10<sup>{"−" if sign == "-" else ""}{int(exponent)}</sup></span>'
