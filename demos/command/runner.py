"""Runs experiments: finds them, computes one or all, writes their files and the pages."""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import webbrowser
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lab.files import saving
from lab.options import PROGRAM, Parser, command, parse
from lab.unavailable import Unavailable

import exhibits
from gallery import export, page, svg
from gallery.exhibit import Animation, Demo, Exhibit, Table
from gallery.texts import LANGUAGES, catalogue

if TYPE_CHECKING:
    from argparse import Namespace

ENGLISH = catalogue("en")
DONE, INTERRUPTED = 0, 1
UNAVAILABLE = 2  # the status argparse leaves with, too


def main(arguments: Sequence[str]) -> int:
    """List the experiments, or run one or all; return the exit status."""
    if not arguments:
        print(listing())
        return DONE
    name, *rest = arguments
    if name == "all":
        return run_all(rest)
    parser = Parser(PROGRAM, description=ENGLISH["page.title"], epilog="Without a name: the list.")
    parser.add_argument("name", help="the experiment, or all")
    parser.parse_args([name])
    if name not in names():
        parser.error(f"there is no experiment {name!r}; there are {', '.join(names())}, and all")
    return run_one(name, rest)


def names() -> list[str]:
    """Return the names of all experiments: those of the exhibits, which are those of the scripts."""
    return [module.name for module in pkgutil.iter_modules(exhibits.__path__) if not module.name.startswith("_")]


def load(name: str) -> Demo:
    """Return the declaration of an experiment."""
    return importlib.import_module(f"exhibits.{name}").DEMO


def gallery() -> dict[str, Demo]:
    """Return all experiments by name, in the gallery's order."""
    found = {name: load(name) for name in names()}
    return dict(sorted(found.items(), key=lambda item: place(item[1].number)))


def place(number: str) -> tuple[int, str]:
    """Return a number's place in the order of the gallery: "1a" before "1b" before "10"."""
    digits, letter = re.fullmatch(r"(\d+)([a-z]?)", number).groups()
    return int(digits), letter


def listing() -> str:
    """Return a line for each experiment."""
    found = gallery()
    width = max(map(len, found))
    lines = [f"  {demo.number:>3}  {name:<{width}}  {question_of(name)}" for name, demo in found.items()]
    return "\n".join([f"{PROGRAM} NAME [--help], or {PROGRAM} all:", "", *lines])


def question_of(name: str) -> str:
    return page.plain(ENGLISH[f"{name}.question"])


# ---- one and all -----------------------------------------------------------------------------------------------------


def run_one(name: str, arguments: Sequence[str]) -> int:
    """Run an experiment, and leave its pictures and a page of its own."""
    demo = load(name)
    options = parse(name, question_of(name), demo.options, arguments)
    try:
        write_pages([run(name, demo, options)], name, options)
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        return UNAVAILABLE
    except KeyboardInterrupt:
        print(f"Interrupted: what was finished is in {options.out / name}, nothing is half-written.", file=sys.stderr)
        return INTERRUPTED
    return DONE


def run_all(arguments: Sequence[str]) -> int:
    """Run every experiment with its defaults, and build the page of those that could be run until Ctrl-C."""
    given = parse("all", "Run every experiment and build the page.", (), arguments)
    common = ["--seed", str(given.seed), "--out", str(given.out), *["--quick"] * given.quick]
    sections, status = [], DONE
    found = gallery()
    try:
        for name, demo in found.items():
            print(f"\n[{demo.number}] {name}")
            options = parse(name, question_of(name), demo.options, common)
            sections.append(run_or_excuse(name, demo, options))
    except KeyboardInterrupt:
        status = INTERRUPTED
        print(f"\nInterrupted: {len(sections)} of {len(found)} experiments were finished.", file=sys.stderr)
    finally:  # minutes of work are not lost to the last experiment's mistake
        write_pages(sections, "index", given)
    return status


def run_or_excuse(name: str, demo: Demo, options: Namespace) -> page.Section:
    """Run an experiment; where that is not possible, return a section that says why."""
    try:
        return run(name, demo, options)
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        return page.Section(name, demo, command(name, demo.options, options), None, reason=str(reason))


def run(name: str, demo: Demo, options: Namespace) -> page.Section:
    """Compute, print what was found, write the files, and return the section of the page."""
    exhibit = demo.present(demo.compute(options), options)
    print_exhibit(name, demo, exhibit, options.quick)
    folder = options.out / name
    drawings, paths = {}, {}
    for picture in exhibit.pictures:
        drawing = export.drawing(picture, f"{name}-{picture.name}")
        drawings[picture.name] = drawing
        if isinstance(picture, Animation):
            paths[picture.name] = [svg.paths(moving, drawing) for moving in picture.moving]
            key = f"{name}.pictures.{picture.name}.frame"
            labels = [page.plain(ENGLISH.tell(key, values)) for values in picture.frames]
            export.write_animation(picture, folder, labels)
        else:
            title = page.plain(ENGLISH.tell(f"{name}.pictures.{picture.name}.title", exhibit.values))
            export.write(picture, folder, title)
    for file, text in exhibit.files.items():
        with saving(folder / file) as path:
            path.write_text(text, encoding="utf-8")
    return page.Section(name, demo, command(name, demo.options, options), exhibit, options.quick, drawings, paths)


def write_pages(sections: Sequence[page.Section], name: str, options: Namespace) -> None:
    """Write the pages of some sections, one for each language, and open the English one if that was asked for."""
    for language in LANGUAGES:
        with saving(options.out / page.file_name(name, language)) as temporary:
            temporary.write_text(page.build(sections, name, language), encoding="utf-8")
    path = options.out / page.file_name(name, "en")
    if options.show and not webbrowser.open(path.resolve().as_uri()):
        print(f"No browser was found: open {path} in one.", file=sys.stderr)


# ---- the terminal ----------------------------------------------------------------------------------------------------


def print_exhibit(name: str, demo: Demo, exhibit: Exhibit, quick: bool) -> None:
    """Print tables, the verdict and what else was found."""
    print(f"\n{demo.number}. {ENGLISH[f'{name}.title']}\n{question_of(name)}")
    for table in exhibit.tables:
        print(f"\n{layout(table, page.plain(ENGLISH.tell(f'{name}.tables.{table.name}', exhibit.values)))}")
    print()
    for text in dict.fromkeys([page.verdict_of(name, exhibit, ENGLISH), *ENGLISH[f"{name}.findings"]]):
        print(page.plain(ENGLISH.fill(text, exhibit.values)))
    if quick:
        print(ENGLISH["page.quick"])
    print()


def layout(table: Table, caption: str) -> str:
    """Return a table as text: names to the left, numbers to the right."""
    lines = [list(table.columns), *map(list, table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = []
    for first, *others in lines:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        rows.append("  ".join([f"  {first:<{widths[0]}}", *cells]).rstrip())
    return "\n".join([caption, *rows])
