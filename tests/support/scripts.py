"""Tutorial-like scripts that import torch, what PyTorch 2.13 prints for each, and how to run them."""

from __future__ import annotations

import contextlib
import io
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "run" / "scripts"
SCRIPTS = sorted(FOLDER.glob("*.py"))
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d*(?:e[+-]?\d+)?")

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)


def run(*words: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run Python with some arguments."""
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=300, cwd=cwd, check=False)


def printed_here(script: Path) -> str:
    """Run a script in this process, which should be a fresh one, and return what it prints."""
    del sys.argv[1:]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        runpy.run_path(str(script), run_name="__main__")
    return output.getvalue()


def frozen(script: Path) -> str:
    """Return what PyTorch 2.13 prints for a script."""
    return script.with_suffix(".out").read_text(encoding="utf-8")


def assert_prints(output: str, expected: str) -> None:
    """Compare what was printed with what is expected: the same text, and decimals that differ by rounding at most."""
    assert NUMBER.sub("#", output) == NUMBER.sub("#", expected)
    numbers = [[float(x) for x in NUMBER.findall(text)] for text in (output, expected)]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-3, abs=1e-3)
