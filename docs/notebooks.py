"""The book and the main experiments as notebooks: ``python -m docs.notebooks``.

A notebook is made of the page or the script that is there already, and has no outputs: it is run to see them.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
DEMOS = ("dropout_overfitting", "two_modes", "numpy_dropout", "weight_decay", "inside_one_step")
"""The experiments that need neither data to be downloaded nor minutes."""

FIND = """\
# Let this notebook find the repository that it lies in.
import sys
from pathlib import Path

root = next(folder for folder in [Path.cwd(), *Path.cwd().parents] if (folder / "minigrad").is_dir())
sys.path.insert(0, str(root{place}))"""

RUN = """\
# Run the small version, and show what the experiment says. Without quick=True it takes longer, and shows more.
import argparse

quick = True
options = argparse.Namespace(seed=1, quick=quick, **{option.name: option.value(quick) for option in DEMO.options})
results = compute(options)
exhibit = present(results, options)
print("\\n".join(exhibit.claims))"""

SHOW = """\
# The pictures: matplotlib's figures, and drawings.
%matplotlib inline
from IPython.display import SVG, display

for picture in exhibit.pictures:
    display(SVG(picture.figure) if isinstance(picture.figure, str) else picture.figure)"""


def build(out: Path) -> list[Path]:
    """Write all notebooks, and return their paths."""
    written = []
    for name, cells in notebooks():
        path = out / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(notebook(cells), encoding="utf-8")
        written.append(path)
    return written


def notebooks() -> Iterator[tuple[str, str]]:
    """Give the name of every notebook, and its text as jupytext reads it."""
    for language in ("en", "zh"):
        for page in sorted((ROOT / "book" / language).glob("[0-9]*.md")):
            yield f"book/{language}/{page.stem}", of_page(page.read_text(encoding="utf-8"))
    for name in DEMOS:
        yield f"demos/{name}", of_script((ROOT / "demos" / f"{name}.py").read_text(encoding="utf-8"), name)


def notebook(text: str) -> str:
    """Return a text of cells as a notebook; the same text gives the same notebook."""
    import jupytext

    found = jupytext.reads(text, fmt="py:percent")
    for i, cell in enumerate(found.cells):
        cell["id"] = f"cell-{i}"
    found.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    found.metadata["language_info"] = {"name": "python"}
    return jupytext.writes(found, fmt="ipynb")


# ---- the text of a notebook, in jupytext's percent format ------------------------------------------------------------


def prose(text: str) -> str:
    """Return a cell of Markdown; nothing for no text."""
    if not text.strip():
        return ""
    return "# %% [markdown]\n" + "\n".join(f"# {line}".rstrip() for line in text.strip().splitlines())


def code(text: str) -> str:
    """Return a cell of code."""
    return "# %%\n" + text.strip("\n")


FENCE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n.*?^```\n)?", re.MULTILINE | re.DOTALL)


def of_page(page: str) -> str:
    """Return a chapter as cells: its code runs, so what the page shows of its output is left out.

    A block that is indented continues the class of the block before; both become one cell, below the text of both.
    """
    texts, codes, end = [""], [FIND.format(place=' / "book"')], 0
    for match in FENCE.finditer(page):
        between = page[end : match.start()].strip()
        if match[1].startswith(" "):
            texts[-1] += f"\n\n{between}"
            codes[-1] += f"\n{match[1]}"
        else:
            texts.append(between)
            codes.append(match[1])
        end = match.end()
    pairs = zip(map(prose, texts), map(code, codes), strict=True)
    cells = [cell for pair in pairs for cell in pair] + [prose(page[end:])]
    return "\n\n".join(filter(None, cells))


HEADING = re.compile(r"^# ---- (.*?) -*$", re.MULTILINE)


def of_script(script: str, name: str) -> str:
    """Return an experiment as cells: its docstring, each section under its heading, and its results."""
    module = ast.parse(script)
    docstring = ast.get_docstring(module) or ""
    after = script.splitlines(keepends=True)[module.body[0].end_lineno :]
    first, *sections = HEADING.split("".join(after))
    first = first.replace("from __future__ import annotations\n", "")  # must come first in a cell, and is not needed
    first = re.sub(r"^from \.(\w*)", r"from demos.\1", first, flags=re.MULTILINE).replace("from demos. ", "from demos ")
    cells = [prose(f"# `{name}`\n\n{docstring}"), code(FIND.format(place="")), code(first)]
    for heading, body in zip(sections[::2], sections[1::2], strict=True):
        cells += [prose(f"## {heading.capitalize()}"), code(body)]
    return "\n\n".join([*cells, prose("## What it shows"), code(RUN), code(SHOW)])


def main() -> int:
    """Write the notebooks and return the exit status."""
    parser = argparse.ArgumentParser("python -m docs.notebooks", description="Write the notebooks.")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "notebooks", help="where (default: out/notebooks)")
    out = parser.parse_args().out
    try:
        import jupytext  # noqa: F401
    except ImportError:
        print("The notebooks need jupytext: pip install 'minigrad-nn[notebooks]'", file=sys.stderr)
        return 2
    written = build(out)
    print(f"wrote {len(written)} notebooks into {os.path.relpath(out)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
