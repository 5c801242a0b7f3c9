"""Run a script or a module as python itself runs it: its arguments, its folder, its tracebacks, its exit status."""

from __future__ import annotations

import importlib.util
import os
import pkgutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, SourceFileLoader
from types import CodeType, ModuleType, TracebackType
from typing import Any


class CannotRun(Exception):
    """There is no such script or module."""


@dataclass(frozen=True)
class Program:
    """What is run as ``__main__``.

    Attributes:
        name: what stands in ``sys.argv[0]``.
        path: of its file, from the root.
        source: its text, in bytes.
        folder: where its imports are looked for first.
        spec: of a module; None for a script.
    """

    name: str
    path: str
    source: bytes
    folder: str
    spec: ModuleSpec | None = None


def script_to_run(path: str) -> Program:
    """Return a script; or the ``__main__`` of a folder or a zip file."""
    importer = pkgutil.get_importer(path)
    if importer is not None:
        spec = importer.find_spec("__main__")
        if spec is None:
            raise CannotRun(f"can't find '__main__' module in {os.path.abspath(path)!r}")
        return Program(path, str(spec.origin), source_of(spec), os.path.abspath(path), spec)
    full = os.path.abspath(path)
    try:
        with open(path, "rb") as file:
            return Program(path, full, file.read(), os.path.dirname(os.path.realpath(path)))
    except OSError as error:
        raise CannotRun(f"can't open file {full!r}: [Errno {error.errno}] {error.strerror}") from None


def module_to_run(name: str) -> Program:
    """Return a module by its name; of a package, its ``__main__``."""
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            spec = importlib.util.find_spec(f"{name}.__main__")
    except (ImportError, ValueError) as error:
        raise CannotRun(f"Error while finding module specification for {name!r} ({error})") from None
    if spec is None or spec.origin is None:
        raise CannotRun(f"No module named {name}")
    return Program(spec.origin, spec.origin, source_of(spec), os.getcwd(), spec)


def source_of(spec: ModuleSpec) -> bytes:
    """Return the text of a module that was found."""
    loader: Any = spec.loader
    text = loader.get_source(spec.name) if hasattr(loader, "get_source") else None
    if text is None:
        raise CannotRun(f"No source text of {spec.name}")
    return str(text).encode()


def run(program: Program, arguments: Sequence[str]) -> None:
    """Run a program as ``__main__``. What it raises is shown as python shows it, and then raised, silently."""
    sys.argv = [program.name, *arguments]
    if not sys.flags.safe_path:
        sys.path[0] = program.folder
    main = sys.modules["__main__"] = ModuleType("__main__")
    main.__file__ = program.path
    main.__spec__ = program.spec
    main.__loader__ = program.spec.loader if program.spec else SourceFileLoader("__main__", program.path)
    main.__package__ = program.spec.parent if program.spec else None
    code = None
    try:
        code = compile(program.source, program.path, "exec", dont_inherit=True)
        exec(code, vars(main))
    except SystemExit:
        raise
    except BaseException as error:
        shown = error.with_traceback(from_code(code, error.__traceback__))
        sys.excepthook(type(shown), shown, shown.__traceback__)
        sys.excepthook = lambda *again: None
        raise  # for the exit status, which the interpreter knows best


def from_code(code: CodeType | None, traceback: TracebackType | None) -> TracebackType | None:
    """Return the part of a traceback that begins in a program's code; None where it has not begun to run."""
    while traceback is not None and traceback.tb_frame.f_code is not code:
        traceback = traceback.tb_next
    return traceback
