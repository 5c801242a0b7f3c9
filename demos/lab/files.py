"""Files that are whole or not there."""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def writable_folder(folder: Path) -> Path:
    """Make a folder, and try it at once: better to hear of it before a minute of work than after."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        return folder


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path to write to, which takes the right name if the block succeeds, and vanishes if it fails."""
    temporary = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")  # the suffix tells matplotlib the format
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextmanager
def saving(path: Path) -> Iterator[Path]:
    """Do the same for a file that the reader hears of.

    Raises:
        SystemExit: it could not be written; the sentence is printed, and the status is 2.
    """
    try:
        with replacing(path) as temporary:
            yield temporary
    except OSError as error:
        print(f"Could not write {path}: {error.strerror or error}.", file=sys.stderr)
        raise SystemExit(2) from error
    print(f"wrote {path}")
