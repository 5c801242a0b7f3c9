"""Download one file, whole and checked, or leave nothing behind."""

from __future__ import annotations

import hashlib
import importlib
import os
import sys
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.request import urlopen

TIMEOUT = 30.0  # seconds without a single byte
CHUNK = 1 << 16  # bytes


def download_file(url: str, path: Path, md5: str) -> None:
    """Download `url` to `path`, which appears only once it is whole and its MD5 is right.

    Args:
        url: the file's address.
        path: where it goes; missing folders are made, an existing file is replaced.
        md5: the expected MD5, 32 hexadecimal digits.

    Raises:
        RuntimeError: no connection, no such file, a broken connection, no place to write, or another MD5. The message
            says what to fetch from where, and where to put it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     source, copy = Path(folder, "source"), Path(folder, "copy")
        ...     _ = source.write_bytes(b"seven")
        ...     download_file(source.as_uri(), copy, md5=hashlib.md5(b"seven").hexdigest())
        ...     copy.read_bytes()
        b'seven'
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _renamed_when_whole(path) as file:
            _check_md5(url, _fetch(url, file), md5)
    except (OSError, HTTPException) as error:
        raise RuntimeError(f"Could not download {path.name} ({error}): {by_hand(url, path)}") from error


def by_hand(url: str, path: Path) -> str:
    """Say what to do without a connection: what to fetch, and where to put it."""
    return f"fetch {url} and put it in {path.parent}"


@contextmanager
def _renamed_when_whole(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside `path` that takes its name if the block succeeds, and vanishes if it fails."""
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")  # unique: processes may download side by side
    try:
        with open(temporary, "xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def _fetch(url: str, file: BinaryIO) -> str:
    """Write what `url` serves into `file`, and return its MD5."""
    digest = hashlib.md5(usedforsecurity=False)
    with urlopen(url, timeout=TIMEOUT) as response:
        total = int(response.headers.get("Content-Length", 0))
        chunks = iter(partial(response.read, CHUNK), b"")
        for chunk in _with_progress_bar(chunks, url, total):
            file.write(chunk)
            digest.update(chunk)
    if file.tell() < total:  # urllib takes an early end for the end
        raise ConnectionError(f"the connection ended after {file.tell():,} of {total:,} bytes")
    return digest.hexdigest()


def _with_progress_bar(chunks: Iterable[bytes], url: str, total: int) -> Iterator[bytes]:
    """Yield the same chunks, beside a progress bar where tqdm is installed."""
    try:
        tqdm = importlib.import_module("tqdm").tqdm
    except ImportError:
        print(f"Downloading {url} (for a progress bar: pip install 'minigrad-nn[datasets]')", file=sys.stderr)
        yield from chunks
        return
    with tqdm(desc=url.rpartition("/")[2], total=total or None, unit="B", unit_scale=True) as bar:
        for chunk in chunks:
            bar.update(len(chunk))
            yield chunk


def _check_md5(url: str, found: str, expected: str) -> None:
    if found != expected:
        raise RuntimeError(f"The download of {url} was thrown away: expected the MD5 {expected}, found {found}")
