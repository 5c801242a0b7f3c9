"""The sources of the site in one language: its pages, the book's, and those of the repository that belong to it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from . import gallery, generated, reference, source_pages

ROOT = Path(__file__).parent.parent
TEXTS = ("dropout_contract", "weight_decay_contract", "replay", *generated.PAGES)
"""Pages that are read in the repository, too."""

ENGLISH_ONLY = '<p class="english-only">本页只有英文。</p>\n\n'
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s:#]+)(#[^)\s]*)?\)")  # no address of another site, no mere anchor
CODE = re.compile(r"(^```.*?^```$|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def assemble(language: str, folder: Path) -> None:
    """Write the sources into the folder, and leave alone what is there already."""
    files = pages(language)
    page_of = {file: name for name, file in files.items()}
    if language == "zh":  # a link of an English page leads to the Chinese page of the same name
        page_of |= {file: name for name, file in pages("en").items()}
    texts = {}
    for name, file in files.items():
        text = file.read_text(encoding="utf-8")
        if language == "zh" and "zh" not in file.relative_to(ROOT).parts:
            text = generated.in_chinese(text) if file.stem in generated.PAGES else noted(text)
        texts[name] = relinked(text, file, name, page_of, folder)
    texts |= reference.pages(language)
    experiments = gallery.page(language)
    texts |= {"gallery.md": relinked(experiments, ROOT / "demos" / "__main__.py", "gallery.md", page_of, folder)}
    texts["book/index.md"] += chapters([name for name in files if name.startswith("book/")])
    for name, text in texts.items():
        write(folder / name, text)
    for file in folder.rglob("*.md"):
        if file.relative_to(folder).as_posix() not in texts:
            file.unlink()


def pages(language: str) -> dict[str, Path]:
    """Return the file of every page that is written by hand, by the page's name."""
    found = {f"{name}.md": ROOT / "docs" / f"{name}.md" for name in TEXTS}
    found |= {"changelog.md": ROOT / "CHANGELOG.md", "contributing.md": ROOT / "CONTRIBUTING.md"}
    for spoken in ("en", language):
        for folder, prefix in ((ROOT / "docs" / spoken, ""), (ROOT / "book" / spoken, "book/")):
            found |= {f"{prefix}{file.relative_to(folder).as_posix()}": file for file in folder.rglob("*.md")}
    return dict(sorted(found.items()))


def noted(text: str) -> str:
    """Say below the title of a page that it is in English."""
    title, newline, rest = text.partition("\n")
    return f"{title}{newline}\n{ENGLISH_ONLY}{rest}"


def relinked(text: str, file: Path, page: str, page_of: dict[Path, str], folder: Path) -> str:
    """Return a page whose links lead to pages of the site, to the source, or to copies of pictures."""

    def link(match: re.Match[str]) -> str:
        mark, words, path, anchor = match[1], match[2], match[3], match[4] or ""
        target = Path(os.path.normpath(file.parent / path))
        here = (folder / page).parent
        if target in page_of:
            return f"[{words}]({os.path.relpath(folder / page_of[target], here)}{anchor})"
        if target.suffix == ".md" and not target.exists():
            return match[0]  # a page that is generated
        if mark:
            copy = folder / "files" / target.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(target, copy)
            return f"![{words}]({os.path.relpath(copy, here)})"
        if target.suffix == ".py":
            address = source_pages.link_to(target.relative_to(ROOT), page)
            return f'<a href="{address}">{words}</a>'
        raise ValueError(f"{file.relative_to(ROOT)}: the site has nothing for the link {match[0]}")

    pieces = CODE.split(text)
    pieces[::2] = [LINK.sub(link, piece) for piece in pieces[::2]]  # in code, [i](g) is a call
    return "".join(pieces)


def chapters(names: list[str]) -> str:
    """Return the table of contents of the book, which its first page lists in its own words."""
    items = [Path(name).stem for name in names if name not in ("book/index.md", "book/glossary.md")]
    return "\n".join(["", "```{toctree}", ":hidden:", "", *items, "```", ""])


def write(path: Path, text: str) -> None:
    """Write a file if it is not the same already: what is older than its page needs no new page."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
