"""Prints the lowest versions that pyproject.toml allows, for pip: `python tests/support/lowest.py [EXTRA ...]`.

As requirements they install what minigrad needs, with the extras that are named, and not minigrad itself:

    python tests/support/lowest.py test > lowest.txt
    python -m pip install -r lowest.txt
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
BOUND = re.compile(r"([\w.-]+)(?:>=|==)([\w.]+)")


def lowest(extras: list[str]) -> Iterator[str]:
    """Yield `name==version` for what builds minigrad, what it needs, and what each of the extras adds."""
    written = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))
    project = written["project"]
    groups = [project["optional-dependencies"][extra] for extra in extras]
    for requirement in dict.fromkeys(sum(groups, written["build-system"]["requires"] + project["dependencies"])):
        bound = BOUND.fullmatch(requirement)
        if bound is None:
            raise ValueError(f"pyproject.toml: expected NAME>=VERSION or NAME==VERSION, got {requirement!r}")
        yield "==".join(bound.groups())


if __name__ == "__main__":
    print(*lowest(sys.argv[1:]), sep="\n")
