"""The source of the built commit as pages, so that a link to a line works from disk and stays right."""

from __future__ import annotations

import inspect
import operator
import os
from collections.abc import Iterable
from html import escape
from importlib import import_module
from pathlib import Path
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

ROOT = Path(__file__).parent.parent
FOLDER = "source"  # beside the languages

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>{path}</title>
<link rel="stylesheet" href="{root}source.css"></head>
<body><header><a href="{root}../index.html">minigrad</a> <h1>{path}</h1><p>{commit}</p></header>
<main>{code}</main></body></html>
"""

def write_all(files: Iterable[Path], out: Path, commit: str) -> None:
    """Write a page for each file of the repository, and the style of all."""
    folder = out / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    style = (ROOT / "docs" / "_static" / "source.css").read_text(encoding="utf-8")
    (folder / "source.css").write_text(style + colors(), encoding="utf-8")
    formatter = HtmlFormatter(linenos="inline", linespans="L", anchorlinenos=True)
    for file in files:
        path = file.relative_to(ROOT)
        page = folder / f"{path.as_posix()}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        code = highlight(file.read_text(encoding="utf-8"), PythonLexer(), formatter)
        root = "../" * (len(path.parts) - 1)
        text = PAGE.format(path=escape(path.as_posix()), root=root, commit=escape(commit), code=code)
        page.write_text(text, encoding="utf-8")


def colors() -> str:
    """Return the colours of code, for light and for dark pages."""
    light = HtmlFormatter(style="tango").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n@media(prefers-color-scheme:dark){{{dark}}}\n.highlight{{background:none!important}}\n"


def address(domain: str, info: dict[str, str]) -> str | None:
    """Return the address of an object's line, relative to a page of the reference; None where it has none."""
    if not info["module"]:
        return None
    try:
        found = operator.attrgetter(info["fullname"])(import_module(info["module"]))
        place = line_of(found)
    except (AttributeError, ImportError, TypeError, OSError):
        return None
    return None if place is None else f"../../{FOLDER}/{place}"


def line_of(found: Any) -> str | None:
    """Return file and line of a function or class of minigrad, as "minigrad/nn/linear.py.html#L-12"."""
    if isinstance(found, property):
        found = found.fget
    found = inspect.unwrap(found)
    file = Path(inspect.getfile(found))
    if not file.is_relative_to(ROOT):
        return None
    _, line = inspect.getsourcelines(found)
    return f"{file.relative_to(ROOT).as_posix()}.html#L-{line}"


def link_to(path: Path, page: str) -> str:
    """Return the address of a file's page, seen from a page of the site, "howto/pytorch" for example."""
    return os.path.relpath(f"{FOLDER}/{path.as_posix()}.html", os.path.dirname(f"en/{page}") or ".")
