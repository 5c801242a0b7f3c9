"""Change the source in one place at a time, and count the changes that the tests notice.

`python tests/support/mutate.py 60` makes 60 mutants, the same ones every time, runs the tests of the package that each
of them is in, and the examples of its file, and prints those that survive. A mutant replaces an operator or a
comparison by its neighbour, negates a condition, adds 1 to a number, swaps True and False, or drops a statement.
`--seed` draws others, and a list of files takes them from these files alone.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]

TESTS = {
    "minigrad/autograd": ["tests/autograd"],
    "minigrad/nn/functional": ["tests/nn", "tests/dropout"],
    "minigrad/optim": ["tests/optim"],
    "minigrad/replay": ["tests/replay"],
    "minigrad/random": ["tests/tensor/test_random.py"],
    "minigrad/utils/data": ["tests/data/test_data.py"],
}
"""The packages whose mutants are made, and the tests that are to notice them."""

NEIGHBOURS: dict[type[ast.AST], type[Any]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult, ast.Pow: ast.Mult, ast.And: ast.Or, ast.Or: ast.And, ast.Lt: ast.LtE, ast.LtE: ast.Lt,
    ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.USub: ast.UAdd,
}  # fmt: skip

LONGEST = 600
"""Seconds after which a run of tests counts as one that noticed: the mutant made it hang."""


class Mutant(NamedTuple):
    """A file with one change in it: its path, the line, what was changed, and the new source."""

    path: str
    line: int
    change: str
    source: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.change}"


def mutants_of(path: str) -> Iterator[Mutant]:
    """Yield a file's mutants."""
    source = (ROOT / path).read_text()
    lines, nodes = source.splitlines(keepends=True), list(ast.walk(ast.parse(source)))
    passed_over = {id(part) for node in nodes if is_passed_over(node) for part in ast.walk(node)}
    for place, node in enumerate(nodes):
        changed = None if id(node) in passed_over else changed_node(node)
        if changed is None or not hasattr(node, "lineno"):
            continue
        start, end = offset(lines, node.lineno, node.col_offset), offset(lines, node.end_lineno, node.end_col_offset)
        data = source.encode()
        text = ast.unparse(changed)
        if isinstance(node, ast.expr):
            text = f"({text})"
        was = " ".join(data[start:end].decode().split())
        mutated = (data[:start] + text.encode() + data[end:]).decode()
        yield Mutant(path, node.lineno, f"{was} -> {text}  [{place}]", mutated)


def is_passed_over(node: ast.AST) -> bool:
    """Return whether nothing in a node is changed: a text, whose parts have no places, and a zip's promise."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.keyword) and node.arg in ("strict", "stacklevel"))


def offset(lines: list[str], line: int | None, column: int | None) -> int:
    """Return a place in the source's bytes, from a line, counted from 1, and a column in bytes."""
    return sum(len(text.encode()) for text in lines[: (line or 1) - 1]) + (column or 0)


def changed_node(node: ast.AST) -> ast.AST | None:
    """Return a node with its change; None for a node that has none."""
    new: Any = copy.deepcopy(node)
    match node:
        case ast.BinOp() | ast.BoolOp() | ast.UnaryOp() if type(node.op) in NEIGHBOURS:
            new.op = NEIGHBOURS[type(node.op)]()
        case ast.UnaryOp(op=ast.Not()):
            return new.operand  # type: ignore[no-any-return]
        case ast.Compare() if type(node.ops[0]) in NEIGHBOURS:
            new.ops[0] = NEIGHBOURS[type(node.ops[0])]()
        case ast.Constant(value=bool()):
            new.value = not node.value
        case ast.Constant(value=int() | float()):
            new.value = node.value + 1
        case ast.IfExp():
            new.body, new.orelse = new.orelse, new.body
        case ast.Expr(value=ast.Call()):
            return ast.Pass()
        case _:
            return None
    return new


def tests_of(path: str) -> list[str]:
    """Return the tests that are to notice a mutant of a file."""
    return next(tests for package, tests in TESTS.items() if path.startswith(package + "/"))


def is_noticed(mutant: Mutant, tree: Path) -> bool:
    """Return whether a test fails in a copy of the tree that has the mutant in it."""
    file = tree / mutant.path
    original = file.read_text()
    file.write_text(mutant.source)
    command = [sys.executable, "-m", "pytest", "-x", "-n", "0", "-p", "no:cacheprovider"]
    command += [mutant.path, *tests_of(mutant.path)]
    try:
        return subprocess.run(command, cwd=tree, capture_output=True, timeout=LONGEST).returncode != 0
    except subprocess.TimeoutExpired:
        return True
    finally:
        file.write_text(original)


def main() -> None:
    """Make mutants, and print which survive, and how many do not."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("number", type=int, help="of mutants")
    parser.add_argument("files", nargs="*", help="to take them from; all that have tests unless given")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    files = options.files or sorted(
        str(file.relative_to(ROOT)) for package in TESTS for file in (ROOT / package).rglob("*.py")
    )
    everything = [mutant for file in files for mutant in mutants_of(file)]
    chosen = random.Random(options.seed).sample(everything, min(options.number, len(everything)))
    noticed = 0
    with tempfile.TemporaryDirectory() as place:
        tree = Path(place) / "tree"
        shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(".*", "__pycache__", "out", "build"))
        for mutant in chosen:
            if is_noticed(mutant, tree):
                noticed += 1
            else:
                print("survived", mutant, flush=True)
    print(f"{noticed} of {len(chosen)} mutants noticed ({noticed / len(chosen):.0%}), out of {len(everything)}")


if __name__ == "__main__":
    main()
