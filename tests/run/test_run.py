"""Unedited scripts run on minigrad as under python: what they print, their arguments, tracebacks and exit status."""

from __future__ import annotations

import signal
import textwrap
import zipfile

import pytest
from scripts import SCRIPTS, assert_prints, each_script, frozen, run

from minigrad.run.version import VERSION, TorchVersion


@pytest.fixture
def program(tmp_path):
    def write(text, name="script.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


def test_there_are_scripts():
    assert len(SCRIPTS) >= 12


@each_script
def test_a_script_prints_what_pytorch_prints(script):
    done = run("-m", "minigrad", script)
    assert done.returncode == 0, done.stderr
    assert_prints(done.stdout, frozen(script))


@pytest.mark.slow
@each_script
def test_check_finds_every_name_of_the_scripts(script):
    done = run("-m", "minigrad", "--check", script)
    assert (done.returncode, done.stderr) == (0, "")
    assert "minigrad has all" in done.stdout


# ---- as python itself ------------------------------------------------------------------------------------------------

FACTS = """
import inspect, os, sys
def shown():
    return [sys.argv, sys.path[0], __name__, __file__, __package__, __spec__ and __spec__.name,
            sys.modules["__main__"].__dict__ is globals(), inspect.getsource(shown)[:9], __doc__]
if __name__ == "__main__":
    print(shown())
"""


@pytest.mark.parametrize(
    "words", [["script.py", "-x", "--check"], ["-m", "package.script", "1"], ["-m", "package"], ["package"]]
)
def test_a_program_sees_what_it_sees_under_python(program, tmp_path, words):
    for name in ("script.py", "package/script.py", "package/__main__.py", "package/__init__.py"):
        program(FACTS, name)
    theirs, ours = run(*words, cwd=tmp_path), run("-m", "minigrad", *words, cwd=tmp_path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (0, theirs.stdout, theirs.stderr)


def test_a_zip_file_runs(tmp_path):
    path = tmp_path / "program.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("__main__.py", "import helper, torch; print(helper.x, torch.ones(1).dtype)")
        file.writestr("helper.py", "x = 3")
    assert run("-m", "minigrad", path).stdout == "3 torch.float32\n"


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    raise ValueError('no')\nf()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('k') from error",
        "x = = 1",
        "import sys\nsys.exit(3)",
        "import sys\nsys.exit('message')",
        "import atexit\natexit.register(print, 'bye')\nraise SystemExit",
        "raise KeyboardInterrupt",
        "import sys\nsys.excepthook = lambda *e: print('hooked', e[0].__name__)\nraise ValueError",
        "import warnings\nwarnings.warn('careful')",
    ],
)
def test_a_program_ends_as_under_python(program, text):
    path = program(text)
    theirs, ours = run(path), run("-m", "minigrad", path)
    assert (ours.returncode, ours.stdout, ours.stderr) == (theirs.returncode, theirs.stdout, theirs.stderr)


def test_an_interrupt_ends_a_program_by_its_signal(program):
    assert run("-m", "minigrad", program("raise KeyboardInterrupt")).returncode in (-signal.SIGINT, 130)


@pytest.mark.parametrize("words", [["no.py"], ["-m", "no_such_module"], [], ["--check"], ["-x"]])
def test_what_cannot_be_run_is_said_in_a_line(words, tmp_path):
    done = run("-m", "minigrad", *words, cwd=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def test_imports_beside_the_script_find_torch_too(program):
    program("import torch\ndef ones(): return torch.ones(2)", "helper.py")
    done = run("-m", "minigrad", program("from helper import ones\nprint(ones())"))
    assert (done.stdout, done.stderr) == ("tensor([1., 1.])\n", "")


# ---- the modules of torch --------------------------------------------------------------------------------------------


def test_modules_are_minigrads_and_take_what_is_set(program):
    path = program("""
        import sys, pickle, copy
        import minigrad, torch, torch.nn as nn, torch.nn.functional as F
        from torch.nn.modules.linear import Linear
        from torch.optim.lr_scheduler import StepLR
        from torch.optim.adamw import AdamW
        from torch.nn import *
        assert torch.nn is nn is sys.modules["torch.nn"] and nn.functional is F
        assert Linear is nn.Linear is minigrad.nn.Linear and torch.Tensor is minigrad.Tensor
        assert AdamW is torch.optim.AdamW and StepLR and ReLU is nn.ReLU and "Linear" in dir(nn)
        assert minigrad.__version__ != torch.__version__ and torch.__name__ == "torch" and "core" not in dir(torch)
        assert not hasattr(torch, "core") and not hasattr(torch, "table") and not hasattr(torch, "run")
        layer = nn.Linear(2, 1)
        for x in (torch.bool, torch.float32, torch.ones(2), layer, torch.Size([1]), layer.bias):
            again = pickle.loads(pickle.dumps(x))
            assert type(again) is type(x) and repr(again) == repr(x), x
        F.relu = "mine"
        assert minigrad.nn.functional.relu == "mine"
    """)
    done = run("-m", "minigrad", path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import torch.jit", "ModuleNotFoundError: No module named 'torch.jit': minigrad leaves it out, because"),
        ("import torch.no", "ModuleNotFoundError: No module named 'torch.no' in minigrad"),
        ("import torch; torch.compile", "AttributeError: module 'torch' has no attribute 'compile': minigrad leaves"),
        ("from torch.nn import LSTM", "ImportError: cannot import name 'LSTM' from 'torch.nn'"),
        ("import torch.core", "ModuleNotFoundError: No module named 'torch.core'"),
    ],
)
def test_what_is_left_out_says_so(program, text, message):
    done = run("-m", "minigrad", program(text))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(message)


def test_a_notebook_takes_one_line():
    line = "import minigrad.run; minigrad.run.as_torch()"
    done = run("-c", f"{line}\n{line}\nimport torch\nprint(torch.ones(2).shape, torch.__version__)")
    assert (done.stdout, done.stderr) == (f"torch.Size([2]) {VERSION}\n", "")


def test_a_notebook_that_has_imported_another_torch_is_told():
    text = "import sys; sys.modules['torch'] = sys; import minigrad.run; minigrad.run.as_torch()"
    assert "RuntimeError: PyTorch is imported already" in run("-c", text).stderr


def test_nothing_changes_without_it():
    done = run("-c", "import minigrad.run; print(minigrad.ones(2).shape, minigrad.float32, minigrad.Tensor)")
    assert done.stdout == "minigrad.Size([2]) minigrad.float32 <class 'minigrad.Tensor'>\n"


# ---- the check -------------------------------------------------------------------------------------------------------


def test_check_lists_what_is_missing_and_runs_nothing(program):
    program("from torch import nn as layers\nlayers.LSTM(1, 2)\nimport numpy as np\nnp.linalg.svd", "helper.py")
    path = program("""
        raise SystemExit("never run")
        import torch, helper
        import torch.nn.functional as F
        from torch.nn import Linear, Conv2d as C
        F.relu(torch.ones(1)), F.conv2d, torch.no_such_name.more, torch.Tensor.add_.__name__
        torch.ones(1).storage().size()
    """)
    done = run("-m", "minigrad", "--check", path)
    assert done.returncode == 1
    *lines, last = done.stdout.splitlines()
    found = {line.split(": ")[1] for line in lines}
    assert found == {
        "torch.nn.Conv2d", "torch.nn.functional.conv2d", "torch.no_such_name", "torch.Tensor.storage", "torch.nn.LSTM",
    }  # fmt: skip
    assert "minigrad lacks 5 of the" in last
    assert all(line.startswith(str(path.parent)) for line in lines)
    assert any("nn.LSTM: it has no recurrent layers" in line for line in lines)


def test_check_of_a_script_that_python_cannot_read(program):
    done = run("-m", "minigrad", "--check", program("print 'two'"))
    assert (done.returncode, done.stderr) == (1, "")
    assert "script.py:1: " in done.stdout


# ---- the version -----------------------------------------------------------------------------------------------------


def test_the_version_passes_gates():
    assert VERSION.startswith("2.13.0+minigrad.")
    assert VERSION >= "2.4"
    assert VERSION > "1.13.1"
    assert VERSION >= (1, 8, 0)
    assert not VERSION < (2, 13)
    assert TorchVersion("2.13.0") == "2.13"
    assert TorchVersion("2.13.0") != "2.13.1"
    assert TorchVersion("2.13.0") <= "2.13.0+cpu"
    assert VERSION != "no version"
    with pytest.raises(TypeError):
        assert VERSION < 3


def test_packaging_reads_the_version():
    version = pytest.importorskip("packaging.version").Version
    assert version(VERSION) >= version("2.4")
    assert version(VERSION).release == (2, 13, 0)
