"""Runs experiments: finds them, computes one or all, writes their files and the page."""

from __future__ import annotations

import importlib
import io
import pkgutil
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from .. import __doc__ as about, __path__ as places
from . import page
from .demo import Animation, Demo, Exhibit, Picture, Table, Unavailable
from .files import saving
from .options import PROGRAM, Parser, command, parse
from .style import adaptive, data_uri, to_png, to_svg
from .training import progress

if TYPE_CHECKING:
    from argparse import Namespace

EXPERIMENTS = __package__.rpartition(".")[0]  # demos, and minigrad_demos where it is installed
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
    parser = Parser(PROGRAM, description=about.partition("\n")[0], epilog="Without a name: the list.")
    parser.add_argument("name", help="the experiment, or all")
    parser.parse_args([name])
    if name not in names():
        parser.error(f"there is no experiment {name!r}; there are {', '.join(names())}, and all")
    return run_one(name, rest)


def names() -> list[str]:
    """Return the names of all experiments: the modules beside the house."""
    return [module.name for module in pkgutil.iter_modules(places) if is_demo(module)]


def is_demo(module: pkgutil.ModuleInfo) -> bool:
    """Say whether a module of the package is an experiment."""
    return not module.ispkg and not module.name.startswith("_")


def load(name: str) -> Demo:
    """Return the declaration of an experiment."""
    return importlib.import_module(f"{EXPERIMENTS}.{name}").DEMO


def gallery() -> dict[str, Demo]:
    """Return all experiments by name, in the gallery's order."""
    found = {name: load(name) for name in names()}
    return dict(sorted(found.items(), key=lambda item: (item[1].order, item[1].part)))


def listing() -> str:
    """Return a line for each experiment."""
    found = gallery()
    width = max(map(len, found))
    lines = [f"  {demo.number:>3}  {name:<{width}}  {demo.question}" for name, demo in found.items()]
    return "\n".join([f"{PROGRAM} NAME [--help], or {PROGRAM} all:", "", *lines])


# ---- one and all -----------------------------------------------------------------------------------------------------


def run_one(name: str, arguments: Sequence[str]) -> int:
    """Run an experiment, and leave its pictures and a page of its own."""
    demo = load(name)
    options = parse(name, demo.question, demo.options, arguments)
    try:
        section = run(name, demo, options)
        write_page([section], options.out / f"{name}.html", options.show)
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
            options = parse(name, demo.question, demo.options, common)
            sections.append(run_or_excuse(name, demo, options))
    except KeyboardInterrupt:
        status = INTERRUPTED
        print(f"\nInterrupted: {len(sections)} of {len(found)} experiments were finished.", file=sys.stderr)
    finally:  # minutes of work are not lost to the last experiment's mistake
        write_page(sections, given.out / "index.html", given.show)
    return status


def run_or_excuse(name: str, demo: Demo, options: Namespace) -> page.Section:
    """Run an experiment; where that is not possible, return a section that says why."""
    try:
        return run(name, demo, options)
    except Unavailable as reason:
        print(reason, file=sys.stderr)
        excuse = Exhibit(claims=[], notes=[f"Could not be run here: {reason}"])
        return page.Section(name, demo, command(name, demo, options), excuse, {})


def run(name: str, demo: Demo, options: Namespace) -> page.Section:
    """Compute, print what was found, write the files, and return the section of the page."""
    exhibit = demo.present(demo.compute(options), options)
    print_exhibit(demo, exhibit)
    folder = options.out / name
    frames = {picture.name: export(picture, folder) for picture in exhibit.pictures}
    for file, text in exhibit.files.items():
        with saving(folder / file) as path:
            path.write_text(text, encoding="utf-8")
    return page.Section(name, demo, command(name, demo, options), exhibit, frames)


def write_page(sections: Sequence[page.Section], path: Path, show: bool) -> None:
    """Write the page of some sections, and open it in the browser if that was asked for."""
    with saving(path) as temporary:
        temporary.write_text(page.build(sections, path.parent), encoding="utf-8")
    if show and not webbrowser.open(path.resolve().as_uri()):
        print(f"No browser was found: open {path} in one.", file=sys.stderr)


# ---- pictures --------------------------------------------------------------------------------------------------------


def export(picture: Picture | Animation, folder: Path) -> list[page.Frame]:
    """Write a picture to its file, and return what the page shows of it: one frame, or as many as it has."""
    if isinstance(picture, Animation):
        return export_animation(picture, folder)
    if isinstance(picture.figure, str):
        with saving(folder / f"{picture.name}.svg") as path:
            path.write_text(picture.figure, encoding="utf-8")
        svg = adaptive(picture.figure)
    else:
        with saving(folder / f"{picture.name}.png") as path:
            to_png(picture.figure, path)
        svg = to_svg(picture.figure)
    return [page.Frame(data_uri("image/svg+xml", svg.encode()), "")]


def export_animation(animation: Animation, folder: Path) -> list[page.Frame]:
    """Draw every frame once, write them as a GIF that rests on the last one, and return them one by one."""
    canvas = FigureCanvasAgg(animation.figure)
    images, labels = [], []
    for i in progress(range(animation.frames), animation.name, unit="frame"):
        labels.append(animation.draw(i))
        canvas.draw()
        images.append(Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB"))
    pauses = [100] * (len(images) - 1) + [2000]  # milliseconds
    with saving(folder / f"{animation.name}.gif") as path:
        images[0].save(path, save_all=True, append_images=images[1:], duration=pauses, loop=0)
    return [page.Frame(data_uri("image/webp", webp(image)), label) for image, label in zip(images, labels, strict=True)]


def webp(image: Image.Image) -> bytes:
    """Return a picture as a small file."""
    file = io.BytesIO()
    image.save(file, "webp", quality=70, method=4)
    return file.getvalue()


# ---- the terminal ----------------------------------------------------------------------------------------------------


def print_exhibit(demo: Demo, exhibit: Exhibit) -> None:
    """Print tables and claims."""
    print(f"\n{demo.number}. {demo.title}\n{demo.question}")
    for table in exhibit.tables:
        print(f"\n{layout(table)}")
    print()
    for claim in exhibit.claims:
        print(claim)
    print()


def layout(table: Table) -> str:
    """Return a table as text: names to the left, numbers to the right."""
    lines = [list(table.columns), *map(list, table.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = []
    for first, *others in lines:
        cells = [f"{cell:>{width}}" for cell, width in zip(others, widths[1:], strict=True)]
        rows.append("  ".join([f"  {first:<{widths[0]}}", *cells]).rstrip())
    return "\n".join([table.caption, *rows])
