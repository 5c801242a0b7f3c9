"""Download one file, whole and checked, or leave nothing behind."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import BinaryIO
from urllib.request import urlopen

from ..serialization.whole_file import written_whole

TIMEOUT = 30.0  # seconds without a single byte
CHUNK = 1 << 16  # bytes


def download_file(url: str, path: Path, sha256: str, size: int) -> None:
    """Download `url` to `path`, which appears only once it is whole and its SHA-256 is right.

    The hash carries the trust, not the connection: the address may be plain http, or a mirror's.

    Args:
        url: the file's address.
        path: where it goes; missing folders are made, an existing file is replaced.
        sha256: the expected SHA-256, 64 hexadecimal digits.
        size: the expected size in bytes; no more is taken from the connection, whatever is served.

    Raises:
        RuntimeError: no connection, no such file, a broken connection, no place to write, another size or SHA-256. The
            message says what to fetch from where, and where to put it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     source, copy = Path(folder, "source"), Path(folder, "copy")
        ...     _ = source.write_bytes(b"seven")
        ...     download_file(source.as_uri(), copy, hashlib.sha256(b"seven").hexdigest(), size=5)
        ...     copy.read_bytes()
        b'seven'
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            _check_sha256(url, _fetch(url, file, size), sha256)
    except (OSError, HTTPException) as error:
        raise RuntimeError(f"Could not download {path.name} ({error}): {by_hand(url, path)}") from error


def by_hand(url: str, path: Path) -> str:
    """Return what to do without a connection: what to fetch, and where to put it."""
    return f"fetch {url} and put it in {path.parent}"


def _fetch(url: str, file: BinaryIO, size: int) -> str:
    """Write what `url` serves into `file`, and return its SHA-256; ConnectionError unless it has the size."""
    digest = hashlib.sha256()
    with urlopen(url, timeout=TIMEOUT) as response:
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > size:
            raise ConnectionError(f"{int(announced):,} bytes are announced, more than the {size:,} that were expected")
        chunks = iter(partial(response.read, CHUNK), b"")
        for chunk in _with_progress_bar(chunks, url, size):
            file.write(chunk)
            digest.update(chunk)
            if file.tell() > size:
                raise ConnectionError(f"there come more bytes than the {size:,} that were expected")
    if file.tell() < size:  # urllib takes an early end for the end
        raise ConnectionError(f"the connection ended after {file.tell():,} of {size:,} bytes")
    return digest.hexdigest()


def _with_progress_bar(chunks: Iterable[bytes], url: str, total: int) -> Iterator[bytes]:
    """Yield the same chunks, beside a progress bar where tqdm is installed."""
    try:
        tqdm = importlib.import_module("tqdm").tqdm
    except ImportError:
        print(f"Downloading {url} (for a progress bar: pip install 'minigrad-nn[datasets]')", file=sys.stderr)
        yield from chunks
        return
    with tqdm(desc=url.rpartition("/")[2], total=total, unit="B", unit_scale=True) as bar:
        for chunk in chunks:
            bar.update(len(chunk))
            yield chunk


def _check_sha256(url: str, found: str, expected: str) -> None:
    if found != expected:
        raise RuntimeError(f"The download of {url} was thrown away: expected the SHA-256 {expected}, found {found}")
