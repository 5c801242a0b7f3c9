"""Read a script, without running it, for the names of torch that minigrad lacks."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import _absent
from ..functions.tensor import Tensor
from .modules import TorchModule, module_behind
from .script import Program

METHODS_LEFT_OUT = {p.partition(".")[2] for p, _ in _absent.REASONS if p.startswith("Tensor.") and "*" not in p}


def report(program: Program) -> int:
    """Print what a program uses of torch and minigrad lacks; return 1 if there is anything, 0 otherwise."""
    uses: list[Use] = []
    for path, source in files_of(program).items():
        try:
            uses += uses_in(source, path)
        except SyntaxError as error:
            print(f"{path}:{error.lineno}: {error.msg}: the file cannot be read")
            return 1
    names = {use.name for use in uses}
    lacking = [use for use in uses if not use.is_there]
    for use in sorted(lacking, key=lambda use: (use.path, use.line, use.name)):
        print(use)
    missing = {use.name for use in lacking}
    if not names:
        print(f"{program.path}: uses no name of torch")
    elif missing:
        print(f"{program.path}: minigrad lacks {len(missing)} of the {len(names)} names of torch that are used")
    else:
        print(f"{program.path}: minigrad has all {len(names)} names of torch that are used")
    return 1 if missing else 0


def files_of(program: Program) -> dict[str, bytes]:
    """Return the texts of a program and of what it imports, directly or not, from its own folder, by their paths."""
    files = {program.path: program.source}
    waiting = [program.source]
    while waiting:
        for module in imported_by(waiting.pop()):
            base = Path(program.folder, *module.split("."))
            for path in (base.with_suffix(".py"), base / "__init__.py"):
                if module and path.is_file() and str(path) not in files:
                    files[str(path)] = path.read_bytes()
                    waiting.append(files[str(path)])
    return files


def imported_by(source: bytes) -> Iterator[str]:
    """Yield the names of modules that a text imports, relative ones as if from the program's folder."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" if node.module else alias.name for alias in node.names)


@dataclass(frozen=True)
class Use:
    """A place where a script uses a name of torch.

    Attributes:
        name: with all its dots, such as "torch.nn.Linear".
        path, line: where.
        is_there: whether minigrad has it.
    """

    name: str
    path: str
    line: int
    is_there: bool

    def __str__(self) -> str:
        why = _absent.reason(self.name.partition(".")[2])
        return f"{self.path}:{self.line}: {self.name}" + (f": {why}" if why else ": not in minigrad")


def uses_in(source: bytes, path: str) -> list[Use]:
    """Return all places of a text where a name of torch is used."""
    reader = Reader(path)
    tree = ast.parse(source)
    reader.visit(tree)
    return list(dict.fromkeys(reader.uses))


@dataclass
class Reader(ast.NodeVisitor):
    """Follows the names that stand for torch and its parts through a text.

    Attributes:
        path: of the text.
        means: for a name of the script, what it stands for: ``{"F": "torch.nn.functional"}``; "" for what other
            libraries gave.
        uses: what was found.
    """

    path: str
    means: dict[str, str] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)

    def visit_Import(self, node: ast.Import) -> None:
        """Note what ``import torch.nn as nn`` and ``import torch.nn`` stand for."""
        for alias in node.names:
            if is_torch(alias.name):
                self.note(alias.name, node)
                self.means[alias.asname or "torch"] = alias.name if alias.asname else "torch"
            else:
                self.means[alias.asname or alias.name.partition(".")[0]] = ""

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """Note what ``from torch import nn`` stands for."""
        if node.level or not node.module or not is_torch(node.module):
            self.means |= {alias.asname or alias.name: "" for alias in node.names}
            return
        for alias in node.names:
            if alias.name == "*":
                self.note(node.module, node)
                continue
            name = f"{node.module}.{alias.name}"
            self.note(name, node)
            self.means[alias.asname or alias.name] = name

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Note a name with dots whose first part stands for something of torch."""
        parts = [node.attr]
        base = node.value
        while isinstance(base, ast.Attribute):
            parts.append(base.attr)
            base = base.value
        if isinstance(base, ast.Name) and base.id in self.means:
            if self.means[base.id]:
                self.note(".".join([self.means[base.id], *reversed(parts)]), node)
            return
        if node.attr in METHODS_LEFT_OUT and not hasattr(Tensor, node.attr):
            self.uses.append(Use(f"torch.Tensor.{node.attr}", self.path, node.lineno, is_there=False))
        self.generic_visit(node)

    def note(self, name: str, node: ast.stmt | ast.expr) -> None:
        """Note the use of a name, up to where it leaves modules and classes, or is not there."""
        known, is_there = resolved(name)
        self.uses.append(Use(known, self.path, node.lineno, is_there))


def is_torch(name: str) -> bool:
    """Return whether a module's name is torch or within it."""
    return name.partition(".")[0] == "torch"


def resolved(name: str) -> tuple[str, bool]:
    """Return the part of a name that stands for a module, a class or what one has, and whether minigrad has it."""
    first, *parts = name.split(".")
    value: Any = face(first)
    known = first
    for part in parts:
        if not isinstance(value, ModuleType) and not inspect.isclass(value):
            break
        known = f"{known}.{part}"
        if module_behind(known) is not None:
            value = face(known)
        elif hasattr(value, part):
            value = getattr(value, part)
        else:
            return known, False
    return known, True


def face(name: str) -> TorchModule:
    """Return a module of torch, without letting ``import torch`` mean minigrad."""
    return TorchModule(name, importlib.import_module(str(module_behind(name))))
