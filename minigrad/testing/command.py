"""What the kits' commands share: output that reaches any terminal, and ends quietly where its reader stops."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import traceback
from collections.abc import Callable

BROKEN_PIPE = 141  # 128 + SIGPIPE, as shells report it


def show(text: str) -> None:
    """Print a text; characters that the output's encoding lacks become question marks."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    print(text)


def refuse(command: str, error: BaseException) -> int:
    """Print why there is nothing to examine, after the traceback of its cause; return the exit status 2."""
    if error.__cause__ is not None:
        traceback.print_exception(error.__cause__)
    print(f"minigrad.{command}: {error}", file=sys.stderr)
    return 2


def run(main: Callable[[], int]) -> int:
    """Run a command; where its reader goes away, as `head` does, end without a traceback."""
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError):  # the interpreter flushes at exit, too
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return status
