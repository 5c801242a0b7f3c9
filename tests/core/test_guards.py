"""What keeps the architecture true: a surface class adds or wraps, and the README's reading list is what runs.

Which module may import which is checked by import-linter, in `make lint`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
import textwrap
from pathlib import Path
from types import FunctionType

import pytest
import tests_page
from reading_list import listed, with_true_lengths

import minigrad
import minigrad.nn
import minigrad.optim

ROOT = Path(minigrad.__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MODULES = [importlib.import_module(f"minigrad.core.{x}") for x in ("op", "graph", "tensor", "random", "nn", "optim")]
CLASSES = [
    cls
    for module in MODULES
    for cls in vars(module).values()
    if inspect.isclass(cls) and cls.__module__ == module.__name__
]

SEAM = "a seam: the core's own does nothing"
SIGNATURE = "one entry of the table, another signature: PyTorch's"
REPLACED = {
    ("Node", "name"): "PyTorch's name of the operation",
    ("Tensor", "__new__"): "PyTorch's constructors: of values, or of sizes",
    ("Tensor", "conform"): SEAM,
    ("Tensor", "finish"): SEAM,
    ("Tensor", "refresh"): SEAM,
    ("Tensor", "refusal"): SEAM,
    ("Tensor", "root"): "with PyTorch's checks of the gradient that is given",
    ("Tensor", "grad"): "with PyTorch's checks of what is assigned",
    ("Tensor", "shape"): "a Size",
    ("Tensor", "__repr__"): "PyTorch's text",
    ("Tensor", "__matmul__"): SIGNATURE,
    ("Tensor", "__pow__"): SIGNATURE,
    ("Tensor", "sum"): SIGNATURE,
    ("Tensor", "reshape"): SIGNATURE,
    ("Tensor", "swapaxes"): SIGNATURE,
    ("Module", "__call__"): "warnings count the frames to their caller; and ParameterList and -Dict cannot be called",
    ("Module", "forward"): "what a layer is for",
    ("Module", "parameters"): "found by name in a registry",
    ("Module", "children"): "the same",
    ("Sequential", "__init__"): "takes a dictionary, too",
    ("Sequential", "__iter__"): "a layer that is used twice comes twice",
    ("Linear", "__init__"): "another dtype, no bias; draws from minigrad's generator",
    ("Dropout", "forward"): "in place; draws from minigrad's generator",
    ("Optimizer", "blocks"): "blocks that fit the cache, small parameters together",
    ("Optimizer", "update"): "counts a parameter's steps one by one, as PyTorch does",
    ("SGD", "__init__"): "options in PyTorch's order, which a state dictionary shows",
}
"""What a surface class replaces, and why."""


def overrides(cls):
    """Yield for each method of a core class the definitions that classes of the surface put before it."""
    surface = {s for s in below(cls) if is_minigrads(s)} - set(CLASSES)
    definitions = {part for s in surface for part in s.__mro__ if part.__module__.startswith("minigrad.")}
    for part in sorted(definitions - set(CLASSES), key=lambda part: part.__qualname__):
        for name, own in vars(cls).items():
            if name in vars(part) and isinstance(own, FunctionType | property | staticmethod | classmethod):
                yield part, name, vars(part)[name]


def is_minigrads(cls):
    """Return whether a class is one of a module of minigrad; those of its docstrings' examples only say so."""
    return cls.__module__.startswith("minigrad.") and getattr(sys.modules[cls.__module__], cls.__name__, None) is cls


def below(cls):
    for subclass in type.__subclasses__(cls):
        yield subclass
        yield from below(subclass)


def calls_super(member, name):
    """Return whether a method asks `super()` for itself, or for the same of the class behind it."""
    function = member.fget if isinstance(member, property) else getattr(member, "__func__", member)
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    asked = [node.value for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == name]
    return any(isinstance(x, ast.Call) and isinstance(x.func, ast.Name) and x.func.id == "super" for x in asked)


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_the_surface_adds_or_wraps(cls):
    for part, name, member in overrides(cls):
        owners = {owner.__name__ for owner in (*cls.__mro__, *part.__mro__) if owner in CLASSES}
        assert calls_super(member, name) or owners & {owner for owner, n in REPLACED if n == name}, (part, name)


def test_what_is_said_to_be_replaced_is_replaced():
    found = {
        (cls.__name__, name)
        for cls in CLASSES
        for _, name, member in overrides(cls)
        if not calls_super(member, name)
    }
    assert set(REPLACED) <= found


# ---- the reading list ------------------------------------------------------------------------------------------------


def ten_lines():
    return re.search(r"^## Ten lines\n+```python\n(.*?)```", README, re.MULTILINE | re.DOTALL)[1]


def entered_by_a_step():
    """Return the files and functions that the third step of the README's ten lines enters."""
    setup, loop = ten_lines().split("for step in range(500):\n")
    names: dict[str, object] = {}
    exec(setup, names)
    step = compile(textwrap.dedent(loop.split("print")[0]), "step", "exec")
    exec(step, names)
    exec(step, names)
    entered = set()

    def note(frame, event, _):
        path = Path(frame.f_code.co_filename)
        if event == "call" and path.is_relative_to(ROOT / "minigrad") and not frame.f_code.co_name.startswith("<"):
            entered.add((path.relative_to(ROOT), frame.f_code.co_qualname))

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        exec(step, names)
    finally:
        sys.setprofile(before)
    return entered


def test_a_step_enters_the_files_of_the_reading_list_and_no_others():
    files = {file for file, _ in entered_by_a_step()}
    assert files == set(listed(README)) - {Path("minigrad/core/__main__.py")}


def test_the_reading_list_tells_the_lengths():
    assert with_true_lengths(README) == README


def test_every_file_of_the_reading_list_needs_only_those_before_it():
    files = list(listed(README))
    for i, file in enumerate(files):
        later = {path.with_suffix("").as_posix() for path in files[i + 1 :]}
        imported = set(imported_by(file))
        assert not [path for path in later if {path, path.rpartition("/")[0]} & imported], file


def imported_by(file):
    """Yield the modules that a file imports, as paths without suffix."""
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            folder = file.parents[node.level - 1] / (node.module or "").replace(".", "/")
            if node.module:
                yield folder.as_posix()
            yield from ((folder / name.name).as_posix() for name in node.names)


def test_the_page_of_the_tests_is_up_to_date():
    assert tests_page.PAGE.read_text(encoding="utf-8") == tests_page.page()
