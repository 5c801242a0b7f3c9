"""Is this dropout right? The kit of `minigrad.testing`, on what stands in the editor."""

from __future__ import annotations

import contextlib
import io
import linecache
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from minigrad.testing.dropout import CHECKS, NothingToExamine, check_dropout

from .program import FILE, Mistake, mistake_of, syntax_mistake

# A browser has no BLAS and one thread: two probabilities and three shapes, which take some seconds there.
QUICK = {"p": (0.1, 0.5), "shapes": ((6,), (8, 5), (4, 3, 2, 2)), "dtypes": ("float32",), "power": 0.9}


def examine(source: str, thorough: bool, on_result: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Run a program and examine the dropout that it defines.

    Args:
        source: the program; the last class or function in it that could be a dropout is meant.
        thorough: look at everything that the kit looks at, not at a part of it.
        on_result: called with every verdict as soon as it is there.

    Returns:
        "broken", ids of the broken promises, and "text", the report; or "mistake", where there is nothing to examine.
    """
    output = io.StringIO()
    linecache.cache[FILE] = (len(source), None, source.splitlines(keepends=True), FILE)
    try:
        with contextlib.redirect_stdout(output):
            subject = defined_by(source)
            report = check_dropout(
                subject, **({} if thorough else QUICK), on_result=lambda result: on_result(asdict(result))
            )
    except NothingToExamine as error:
        cause = error.__cause__
        mistake = Mistake(None, str(error), str(error)) if cause is None else mistake_of(cause)
        return {"mistake": {"line": mistake.line, "text": str(error), "traceback": mistake.traceback}}
    except SyntaxError as error:
        return {"mistake": asdict(syntax_mistake(error))}
    except BaseException as error:
        return {"mistake": asdict(mistake_of(error))}
    return {"broken": report.broken, "text": str(report), "output": output.getvalue()}


def defined_by(source: str) -> Any:
    """Return the dropout that a program defines.

    Raises:
        NothingToExamine: it defines none.
    """
    names: dict[str, Any] = {"__name__": "clinic"}
    exec(compile(source, FILE, "exec"), names)
    candidates = [value for value in names.values() if is_subject(value)]
    if not candidates:
        raise NothingToExamine("the program defines no class with a forward method, and no function")
    return candidates[-1]


def is_subject(value: Any) -> bool:
    """Return whether a value is a class or a function of the program's own that could be a dropout."""
    if getattr(value, "__module__", None) != "clinic":
        return False
    if isinstance(value, type):
        return any(hasattr(value, method) for method in ("forward", "run")) or "__call__" in vars(value)
    return callable(value)


PROMISES = tuple(CHECKS)
