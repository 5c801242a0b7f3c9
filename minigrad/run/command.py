"""The command: python -m minigrad script.py [arguments], -m module [arguments], or --check script.py."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .check import report
from .modules import as_torch
from .script import CannotRun, module_to_run, run, script_to_run

USAGE = """\
usage: python -m minigrad [--check] script.py [argument ...]
       python -m minigrad [--check] -m module [argument ...]

Run a script or a module as python does, with every `torch` that it imports being minigrad.

  --check     run nothing; list the names of torch that the script, and what it imports from its own folder, uses and
              minigrad lacks. The exit status is 1 if there are any.
  -h, --help  print this.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line names; return the exit status of `--check`, and 2 for what cannot be run."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words and words[0] in ("-h", "--help"):
        print(USAGE, end="")
        return 0
    checks = words[:1] == ["--check"]
    words = words[checks:]
    is_module = words[:1] == ["-m"]
    words = words[is_module:]
    if not words or words[0].startswith("-"):
        print(USAGE, end="", file=sys.stderr)
        return 2
    target, *rest = words
    try:
        program = module_to_run(target) if is_module else script_to_run(target)
        if checks:
            return report(program)
    except CannotRun as error:
        print(f"{sys.executable}: {error}", file=sys.stderr)
        return 2
    as_torch()
    run(program, rest)
    return 0
