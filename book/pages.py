"""The pages as lists of blocks, and how a page makes its script.

The blocks ```` ```python ```` of a page, one after the other, are the chapter's script; ```` ```text ```` is what it
prints there. Other code (answers, broken variants) stands in ```` ```py ````, commands in ```` ```sh ````.
"""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from .so_far import HERE, file_of

LANGUAGES = ("en", "zh")
CUT = "\x1e"  # printed between two blocks of output; no chapter prints it


@dataclass
class Block:
    """A piece of a page: what kind it is, and its text; of a code block without the fences."""

    kind: str
    text: str


def page_of(number: int, language: str) -> Path:
    """Return the file of a chapter's page."""
    return HERE / language / f"{file_of(number).stem}.md"


def chapters() -> list[int]:
    """Return the numbers of all chapters."""
    return sorted(int(file.name[:2]) for file in HERE.glob("[0-9][0-9]_*.py"))


def blocks(page: str) -> list[Block]:
    """Cut a page into its blocks, which are separated by blank lines; code is whole whatever is in it."""
    found: list[Block] = []
    lines = iter(page.splitlines())
    paragraph: list[str] = []

    def finish() -> None:
        if paragraph:
            found.append(Block(kind_of(paragraph), "\n".join(paragraph)))
            paragraph.clear()

    for line in lines:
        if line.startswith("```"):
            finish()
            code = []
            for inner in lines:
                if inner.startswith("```"):
                    break
                code.append(inner)
            found.append(Block(line, "\n".join(code)))
        elif line.strip():
            paragraph.append(line)
        else:
            finish()
    finish()
    return found


def kind_of(lines: list[str]) -> str:
    """Return what a block is, with all that the other language has to share: level, length, target."""
    first = lines[0]
    if heading := re.match(r"#+ ", first):
        return heading.group().strip()
    if first.startswith(("- ", "1. ")):
        return f"list of {sum(bool(re.match(r'(-|[0-9]+[.]) ', line)) for line in lines)}"
    if first.startswith("|"):
        return f"table of {len(lines)}"
    if image := re.match(r"!\[.*\]\((.*)\)$", first):
        return f"image {image.group(1)}"
    if first.startswith("<"):
        return re.sub(r"<summary>.*</summary>", "<summary></summary>", first)
    return "quote" if first.startswith(">") else "paragraph"


def script_of(page: str) -> str:
    """Return the script that a page's blocks make."""
    return "".join(pieces(page)) + "\n"


def pieces(page: str) -> list[str]:
    """Return the pieces of the script that stand between two outputs."""
    out = [""]
    for block in blocks(page):
        if block.kind == "```python":
            out[-1] += gap(block.text, out[-1], first=len(out) == 1) + block.text
        elif block.kind == "```text":
            out.append("")
    return out


def gap(text: str, before: str, *, first: bool) -> str:
    """Return what separates a block of code from the one before: two lines around definitions, else one."""
    if first and not before:
        return ""
    last = before.rstrip().rpartition("\n")[2]
    around = text.startswith(("def ", "class ", "@", "# ---- ")) or (last.startswith(" ") and not text.startswith(" "))
    return "\n\n\n" if around else "\n\n"


def outputs_of(page: str) -> list[str]:
    """Return what a page says that its script prints, block by block."""
    return [block.text for block in blocks(page) if block.kind == "```text"]


def printed_by(page: str) -> list[str]:
    """Run the script of a page, and return what it prints, cut where the page cuts it."""
    source = f"\n\nprint({CUT!r})\n".join(pieces(page))
    command = [sys.executable, "-c", source]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return [part.strip("\n") for part in done.stdout.split(CUT + "\n")[: len(outputs_of(page))]]


def filled(page: str, code: list[str], outputs: list[str]) -> str:
    """Return a page with other code and outputs in its blocks."""
    texts = {"python": iter(code), "text": iter(outputs)}

    def replaced(match: re.Match[str]) -> str:
        return f"```{match[1]}\n{next(texts[match[1]])}\n```"

    return re.sub(r"^```(python|text)\n(?:.*?\n)??```$", replaced, page, flags=re.MULTILINE | re.DOTALL)


def weave(number: int, stem: str) -> None:
    """Write a chapter's script from its English page, run it, and fill code and outputs into both pages."""
    english, chinese = (HERE / language / f"{stem}.md" for language in LANGUAGES)
    page = english.read_text(encoding="utf-8")
    (HERE / f"{stem}.py").write_text(script_of(page), encoding="utf-8")
    outputs = printed_by(page)
    code = [block.text for block in blocks(page) if block.kind == "```python"]
    for file in (english, chinese):
        if file.exists():
            file.write_text(filled(file.read_text(encoding="utf-8"), code, outputs), encoding="utf-8")
