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

Names = SimpleNamespace
Judge = Callable[[Names], None]


class Fault(Exception):
    """What is wrong with an answer, in one sentence."""


@dataclass
class Verdict:
    """What became of one exercise: "right", "wrong" or "missing", and the sentence that says why."""

    name: str
    status: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.status:8} {self.name}: {self.sentence}"


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
            raise Fault(f"line {error.lineno} is not Python: {error.msg}") from None
        except Exception as error:
            line = traceback.extract_tb(error.__traceback__)[-1].lineno
            for frame in traceback.extract_tb(error.__traceback__):
                line = frame.lineno if frame.filename == name else line
            raise Fault(f"it stops in line {line} with {type(error).__name__}: {error}") from None
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
        yield Verdict(path.name, "wrong", str(fault))
        return
    for name, check in checks.items():
        if found(names, name) is None:
            yield Verdict(name, "missing", f"define {name} in {path.name}")
            continue
        try:
            with np.errstate(all="ignore"):
                check(names)
        except Fault as fault:
            yield Verdict(name, "wrong", str(fault))
        except Exception as error:
            message = re.sub(r"\s+", " ", str(error))
            yield Verdict(name, "wrong", f"it stops with {type(error).__name__}: {message}")
        else:
            yield Verdict(name, "right", "every check agrees")


def found(names: Names, name: str) -> Any:
    """Return what a name means, with or without a class before it, or None."""
    holder, _, last = name.rpartition(".")
    return getattr(getattr(names, holder, None) if holder else names, last, None)


def demand(holds: bool, sentence: str) -> None:
    """Raise a Fault unless something holds."""
    if not holds:
        raise Fault(sentence)


def same(value: Any, expected: Any, what: str, tolerance: float = 1e-5) -> None:
    """Raise a Fault unless an answer's value is the expected one."""
    value, expected = np.asarray(value), np.asarray(expected)
    demand(value.shape == expected.shape, f"{what} should have the shape {expected.shape}, but has {value.shape}")
    gap = np.abs(value - expected).max() if value.size else 0.0
    demand(
        gap <= tolerance * max(1.0, np.abs(expected).max(initial=0.0)),
        f"{what} should be {short(expected)}, but is {short(value)}",
    )


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
        demand(np.shape(grad) == x.shape, f"the rule of input {i} gives the shape {np.shape(grad)} for {x.shape}")
        worst = np.unravel_index(np.argmax(np.abs(grad - slopes)), x.shape) if x.size else ()
        demand(
            np.allclose(grad, slopes, rtol=1e-4, atol=1e-6),
            f"the rule of input {i} says {short(np.asarray(grad)[worst])} where the input is {short(x[worst])}, "
            f"but differences say {short(slopes[worst])}",
        )
