"""The page of the tests, which `python tests/support/tests_page.py` writes: every file with what it covers."""

from __future__ import annotations

import ast
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = TESTS / "README.md"
ROOMS = {
    "core": "The heart alone, and the guards that keep the architecture true.",
    "tensor": "What PyTorch means by a tensor: creation, writes in place, printing, NumPy, random numbers.",
    "functions": "The derivative table and the functions of torch.*.",
    "autograd": "The engine: graphs, hooks, second derivatives, custom functions, gradient checks.",
    "nn": "Layers, losses, modules, containers.",
    "optim": "Optimizers and schedulers.",
    "dropout": "Dropout, the layer of this project.",
    "replay": "Recorded training steps.",
    "func": "Many networks at once, and modules as functions.",
    "typing": "What type checkers see.",
    "data": "Datasets, loaders, checkpoints.",
    "testing": "The contract kits, strategies, assert_close.",
    "run": "Tutorial scripts that run unedited.",
    "demos": "Demos, gallery, playground, tutorials.",
    "book": "The book: its scripts, its pages, its exercises.",
    "docs": "The site, the notebooks, the package, and what shows graphs and networks.",
    "pyodide": "minigrad in a browser's Python.",
    "parity": "The same against PyTorch 2.13; skipped where torch is missing.",
    "support": "No tests: what tests share.",
}


def page() -> str:
    """Return the page, a table for each room."""
    lines = [
        "# The tests",
        "",
        "`make test` runs those that answer soon, `make test ALL=1` all, `make check` those of half a minute, and",
        "`make test EXTRAS=parity` those against PyTorch, too. There is a room here for each room of the package.",
        "This page is written by `python tests/support/tests_page.py`.",
    ]
    for room in sorted({path.parent.name for path in TESTS.glob("*/*.py")}, key=list(ROOMS).index):
        lines += ["", f"## {room}/", "", ROOMS[room], "", "| file | covers |", "|---|---|"]
        lines += [f"| [{path.name}]({room}/{path.name}) | {covers(path)} |" for path in files(room)]
    return "\n".join(lines) + "\n"


def files(room: str) -> list[Path]:
    """Return the files of a room that the page names."""
    return sorted(path for path in (TESTS / room).glob("*.py") if path.name not in ("conftest.py", "__init__.py"))


def covers(path: Path) -> str:
    """Return the first line of a file's docstring."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0]


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
