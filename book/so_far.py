"""What the earlier chapters built.

``chapter(3)`` runs the file of chapter 3 down to its experiment and returns it as a module. It is an import for files
whose names begin with a digit, which Python's own statement does not take. Who types along keeps a copy of this file
beside the chapters.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from types import ModuleType

EXPERIMENT = "# ---- try it "  # begins the line under which a chapter tries out what it has built
HERE = Path(__file__).parent
sys.modules.setdefault("so_far", sys.modules[__name__])  # the chapters' name for it, whoever imports it


def file_of(number: int, folder: Path = HERE) -> Path:
    """Return the file of a chapter."""
    files = sorted(folder.glob(f"{number:02}_*.py"))
    if not files:
        raise FileNotFoundError(f"chapter {number} is not in {folder}: there is no file {number:02}_….py")
    return files[0]


@cache
def chapter(number: int) -> ModuleType:
    """Return what a chapter built, once for all who ask."""
    file = file_of(number)
    source = file.read_text(encoding="utf-8").partition("\n" + EXPERIMENT)[0]
    module = ModuleType(file.stem)
    module.__file__ = str(file)
    exec(compile(source, file, "exec"), vars(module))
    return module
