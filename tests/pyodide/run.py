"""Runs minigrad's own tests in Pyodide, under Node: `python tests/pyodide/run.py [pytest's arguments]`.

MINIGRAD_PYODIDE names a folder with Pyodide and NumPy for it. pytest and Hypothesis are put into .venv/pyodide, in
the versions that are Python alone.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGES = ROOT / ".venv/pyodide"
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
REQUIRED = [requirement for requirement in EXTRAS["test"] if requirement.startswith(("pytest>", "hypothesis>"))]

# What makes sense there: no processes, no network, no other frameworks, no files that outlive a test.
TESTS = [
    "tests/tensor", "tests/dropout/test_dropout.py", "tests/optim/test_optim.py",
    "tests/nn/test_nn_layers.py", "tests/nn/test_losses.py", "tests/pyodide/test_here.py",
]  # fmt: skip


def main(arguments: list[str]) -> int:
    """Install what is missing, and run."""
    if not os.environ.get("MINIGRAD_PYODIDE"):
        print("MINIGRAD_PYODIDE must name a folder with Pyodide and NumPy for it.", file=sys.stderr)
        return 2
    if not (PACKAGES / "pytest").is_dir():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(PACKAGES)]
        pure = ["--only-binary=:all:", "--platform", "any", "--implementation", "py", "--python-version", "3.14"]
        subprocess.run([*pip, *pure, *REQUIRED], check=True)
    command = ["node", str(HERE / "run.mjs"), str(PACKAGES), *(arguments or TESTS)]
    return subprocess.run(command, cwd=ROOT, env=os.environ | {"HYPOTHESIS_PROFILE": "pyodide"}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
