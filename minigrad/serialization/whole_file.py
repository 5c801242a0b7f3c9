"""Files that appear whole or not at all."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

OLD = 3600.0  # seconds after which nobody is still writing


@contextmanager
def written_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file that takes the path's place if the block succeeds, and vanishes if it fails.

    At any moment the path has the old file or the new one, whole. The new one has the old one's permissions, and its
    owner where the system allows it; its values are at no moment open to more readers than the old one's. A link stays
    a link.

    What a killed process has left behind is removed by the next one that writes to the same path: temporary files of
    this name and of the same user that nobody has written to for an hour.

    Args:
        path: of the file; its folder must exist.

    Raises:
        OSError: the file cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with written_whole(Path(folder, "seven")) as file:
        ...         _ = file.write(b"7")
        ...     sorted(p.name for p in Path(folder).iterdir())
        ['seven']
    """
    path = path.resolve()
    stem = _stem(path.name)
    _remove_leftovers(path.parent, stem)
    old = path.stat() if path.exists() else None
    temporary = path.with_name(f".{stem}.{os.urandom(4).hex()}")
    try:
        with open(temporary, "xb", opener=None if old is None else _private) as file:
            if old is not None:
                _adopt(temporary, old)
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _stem(name: str) -> str:
    """Return what a temporary name begins with: the name, cut so that a long one does not become too long."""
    encoded = os.fsencode(name)
    return name if len(encoded) <= 100 else encoded[: max(100, len(encoded) - 10)].decode(errors="ignore")


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _adopt(path: Path, old: os.stat_result) -> None:
    """Give a new file the owner and the permissions of an old one."""
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root may give a file away
            os.chown(path, old.st_uid, old.st_gid)
    with suppress(OSError):  # some file systems have no permissions
        os.chmod(path, stat.S_IMODE(old.st_mode))


def _remove_leftovers(folder: Path, stem: str) -> None:
    """Remove what was being written under this name when its process was killed, if it is old and ours."""
    name = re.escape(stem)
    leftover = re.compile(rf"\.{name}\.[0-9a-f]{{8}}|{name}\.[0-9a-f]{{32}}\.part")  # .part: of older downloads
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if leftover.fullmatch(entry.name) and _is_old_and_ours(entry):
                with suppress(OSError):
                    os.unlink(entry.path)


def _is_old_and_ours(entry: os.DirEntry[str]) -> bool:
    found = entry.stat(follow_symlinks=False)
    is_ours = not hasattr(os, "geteuid") or found.st_uid == os.geteuid()
    return stat.S_ISREG(found.st_mode) and is_ours and time.time() - found.st_mtime > OLD
