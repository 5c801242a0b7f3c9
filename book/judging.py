"""Run a reader's file on top of a chapter, and judge what it defines."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from .so_far import EXPERIMENT, chapter, file_of
from .words import Phrase, padded

Names = SimpleNamespace
Judge = Callable[[Names], None]


class Fault(Exception):
    """What is wrong with an answer, in one sentence: a template of `Phrase`, and its values."""

    def __init__(self, template: str, **values: Any) -> None:
        super().__init__(template)
        self.sentence = Phrase(template, **values)

    def __str__(self) -> str:
        return str(self.sentence)


STATUSES = {"right": Phrase("right"), "wrong": Phrase("wrong"), "missing": Phrase("missing")}


@dataclass
class Verdict:
    """What became of one exercise: "right", "wrong" or "missing", and the sentence that says why."""

    name: str
    status: str
    sentence: Phrase

    def told(self, language: str) -> str:
        """Return the verdict as a line in a language."""
        status = padded(STATUSES[self.status].told(language), 8)
        line = Phrase("{status} {name}: {sentence}", status=status, name=self.name, sentence=self.sentence)
        return line.told(language)

    def __str__(self) -> str:
        return self.told("en")


def run_on_chapter(number: int, source: str, name: str) -> Names:
    """Return the names of a source that is run below a chapter's definitions, whose experiment is left out.

    Raises:
        Fault: the source stops with an error.
    """
    chapter.cache_clear()  # a later chapter puts its versions into earlier ones
    names: dict[str, Any] = {"__name__": "answers", "__file__": name}
    script = file_of(number).read_text(encoding="utf-8")
    exec(compile(definitions_alone(script), file_of(number), "exec"), names)
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec(compile(source, name, "exec"), names)
        except SyntaxError as error:
            raise Fault("line {line} is not Python: {message}", line=error.lineno, message=error.msg) from None
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1].lineno
            for frame in traceback.extract_tb(error.__traceback__):
                line = frame.lineno if frame.filename == name else line
            raise Fault("it stops in line {line} with {error}", line=line, error=named(error)) from None
    return SimpleNamespace(**names)


def definitions_alone(script: str) -> ast.Module:
    """Return a chapter's framework, and of its experiment only functions, classes and constants."""
    end = script.count("\n", 0, script.index("\n" + EXPERIMENT)) + 1
    tree = ast.parse(script)
    kept = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    tree.body = [
        node for node in tree.body
        if node.lineno <= end or isinstance(node, kept) or (isinstance(node, ast.Assign) and is_constant(node))
    ]  # fmt: skip
    return tree


def is_constant(node: ast.Assign) -> bool:
    """Return whether an assignment is to names in capitals."""
    return all(isinstance(target, ast.Name) and target.id.isupper() for target in node.targets)


def judge(checks: dict[str, Judge], number: int, path: Path) -> Iterator[Verdict]:
    """Judge a reader's file by a chapter's checks, each of which is called what it looks for."""
    try:
        names = run_on_chapter(number, path.read_text(encoding="utf-8"), str(path))
    except Fault as fault:
        yield Verdict(path.name, "wrong", fault.sentence)
        return
    for name, check in checks.items():
        if found(names, name) is None:
            yield Verdict(name, "missing", Phrase("define {name} in {file}", name=name, file=path.name))
            continue
        try:
            with np.errstate(all="ignore"):
                check(names)
        except Fault as fault:
            yield Verdict(name, "wrong", fault.sentence)
        except Exception as error:
            yield Verdict(name, "wrong", Phrase("it stops with {error}", error=named(error)))
        else:
            yield Verdict(name, "right", Phrase("every check agrees"))


def named(error: Exception) -> str:
    """Return an error's type and its message, in one line."""
    return re.sub(r"\s+", " ", f"{type(error).__name__}: {error}")


def found(names: Names, name: str) -> Any:
    """Return what a name means, with or without a class before it, or None."""
    holder, _, last = name.rpartition(".")
    return getattr(getattr(names, holder, None) if holder else names, last, None)


def demand(holds: bool, template: str, **values: Any) -> None:
    """Raise a Fault unless something holds."""
    if not holds:
        raise Fault(template, **values)


def same(value: Any, expected: Any, what: str | Phrase, tolerance: float = 1e-5) -> None:
    """Raise a Fault unless an answer's value is the expected one; what it is the value of is code or a phrase."""
    value, expected = np.asarray(value), np.asarray(expected)
    demand(value.shape == expected.shape, "{what} should have the shape {expected}, but has {given}",
           what=what, expected=expected.shape, given=value.shape)  # fmt: skip
    gap, size = (np.abs(array).max(initial=0.0) for array in (value - expected, expected))
    demand(gap <= tolerance * max(1.0, size), "{what} should be {expected}, but is {given}",
           what=what, expected=short(expected), given=short(value))  # fmt: skip


def short(value: Any) -> str:
    """Return a number, or an array in one line."""
    if np.size(value) == 1:
        return f"{np.asarray(value).item():.4g}"
    return re.sub(r"\s+", " ", np.array2string(np.asarray(value), precision=4, threshold=6, edgeitems=2))


def gradcheck(op: Any, inputs: list[np.ndarray], g: np.ndarray | None = None, **params: Any) -> None:
    """Compare every rule of an op with differences, for a random output gradient or a given one."""
    step = 1e-6
    rng = np.random.default_rng(17)
    y = op(*inputs, **params)
    g = rng.normal(size=np.shape(y)) if g is None else g
    for i, x in enumerate(inputs):
        grad = op.rules[i](g, y, *inputs, **params)
        slopes = np.zeros_like(x)
        for place in np.ndindex(x.shape):
            ends = []
            for moved in (step, -step):
                shifted = [other.copy() for other in inputs]
                shifted[i][place] += moved
                ends.append(np.sum(op(*shifted, **params) * g))
            slopes[place] = (ends[0] - ends[1]) / (2 * step)
        demand(np.shape(grad) == x.shape, "the rule of input {i} gives the shape {given} for {shape}",
               i=i, given=np.shape(grad), shape=x.shape)  # fmt: skip
        worst = np.unravel_index(np.argmax(np.abs(grad - slopes)), x.shape) if x.size else ()
        demand(
            np.allclose(grad, slopes, rtol=1e-4, atol=1e-6),
            "the rule of input {i} says {given} where the input is {x}, but differences say {slope}",
            i=i, given=short(np.asarray(grad)[worst]), x=short(x[worst]), slope=short(slopes[worst]),
        )  # fmt: skip
