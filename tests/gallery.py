"""What the tests of the demos share: running one in this process."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib", reason="the demos need the extra: pip install 'minigrad-nn[demos]'")
pytest.importorskip("tqdm", reason="the demos need the extra: pip install 'minigrad-nn[demos]'")

from demos.house import Exhibit, options, runner


def options_of(name: str, out: Path, *arguments: str) -> Namespace:
    """Return the options of an experiment, as the command line would read them."""
    return options.parse(name, "", runner.load(name).options, [*arguments, "--out", str(out)])


def results_of(name: str, out: Path, *arguments: str) -> Any:
    """Compute an experiment: what its `compute` returns."""
    return runner.load(name).compute(options_of(name, out, *arguments))


def exhibit_of(name: str, out: Path, *arguments: str) -> Exhibit:
    """Compute and present an experiment."""
    given = options_of(name, out, *arguments)
    demo = runner.load(name)
    return demo.present(demo.compute(given), given)


def run(name: str, out: Path, *arguments: str) -> int:
    """Run an experiment from the command line to its page; return the exit status."""
    return runner.main([name, *arguments, "--out", str(out)])
