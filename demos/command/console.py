"""What every command of the demos does about the terminal it runs in."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import signal
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

BROKEN_PIPE = 141  # 128 + SIGPIPE, as shells report it
EXTRAS = {"matplotlib", "tqdm", "PIL", "latex2mathml"}


def run(main: Callable[[], int]) -> NoReturn:
    """Run a command, and leave with its status; where its reader goes away, as `head` does, end in silence."""
    for stream in sys.stdout, sys.stderr:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plain")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever asks it to end, it ends as with Ctrl-C
    try:
        status = main()
        sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError):  # the interpreter flushes at exit, too
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = BROKEN_PIPE
    except ImportError as error:
        if error.name not in EXTRAS:
            raise
        sys.exit("The demos need matplotlib, tqdm and latex2mathml: pip install 'minigrad-nn[demos]'")
    sys.exit(status)


def run_script(file: str) -> NoReturn:
    """Run the experiment of a script, with the options of the command line."""

    def main() -> int:
        from .runner import main

        return main([Path(file).stem, *sys.argv[1:]])

    run(main)


def plainer(error: UnicodeError) -> tuple[str, int]:
    """Replace what an encoding lacks by the letters it is made of, "²" by "2", or by a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = unicodedata.normalize("NFKD", error.object[error.start : error.end].replace("–", "-").replace("−", "-"))
    return text.encode("ascii", "ignore").decode() or "?", error.end


codecs.register_error("plain", plainer)
