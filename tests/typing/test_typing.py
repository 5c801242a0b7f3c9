"""A user's script passes mypy --strict and pyright, and a misspelt keyword does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import minigrad

SCRIPT = Path(__file__).with_name("user_script.py")
WRONG = """
import minigrad as torch
from minigrad import nn
x = torch.tensor([1.0])
x.sum(dmi=0)
torch.softmax(x, dmi=0)
torch.tensro
nn.Linear(2, 1)(x, 3)
"""
STRICT_MYPY = ["mypy", "--strict", "--follow-imports=silent", "--no-error-summary"]


def check(*words: object) -> tuple[int, str]:
    pytest.importorskip(str(words[0]), reason="type checkers come with an extra: pip install 'minigrad-nn[lint]'")
    command = [sys.executable, "-m", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False, cwd=SCRIPT.parent)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("checker", [STRICT_MYPY, ["pyright"]], ids=["mypy", "pyright"])
def test_a_users_script_is_right(checker):
    status, said = check(*checker, SCRIPT)
    assert status == 0, said


@pytest.mark.slow
@pytest.mark.parametrize("checker", [STRICT_MYPY, ["pyright", "--outputjson"]], ids=["mypy", "pyright"])
def test_mistakes_are_found(checker, tmp_path):
    script = tmp_path / "wrong.py"
    script.write_text(WRONG, encoding="utf-8")
    status, said = check(*checker, script)
    assert status == 1
    lines = [5, 6, 7, 8]
    assert all(f"{script.name}:{n}:" in said or f'"line": {n - 1},' in said for n in lines), said


def test_all_names_are_public():
    said = set(minigrad.__all__)
    assert len(said) == len(minigrad.__all__)
    inner = {"core", "datasets", "functions", "ops", "run", "table", "testing"}  # modules that are no part of torch
    tools = {"Any", "TYPE_CHECKING", "importlib", "warnings", "keep_freed_memory", "LENT", "SUBPACKAGES"}
    assert {name for name in dir(minigrad) if not name.startswith("_")} - inner - tools == said
    assert all(hasattr(minigrad, name) for name in said)


def test_datasets_and_loaders_take_type_arguments():
    from minigrad.utils.data import DataLoader, Dataset, Sampler

    assert DataLoader[int]([1, 2]).dataset == [1, 2]

    class Own(Dataset[int]):
        pass

    assert issubclass(Own, Dataset)
    assert Sampler[int] is not Sampler
