"""The idx format: a big-endian header (the magic number, then one length per axis), then the values.

The magic number is 0x000008nn: 08 stands for unsigned bytes, nn is the number of axes.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNSIGNED_BYTES = 0x0800
GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    r"""Read the unsigned bytes of an idx file, and refuse a file that does not hold exactly `shape`.

    Args:
        path: the file, gzip or plain; its first bytes tell which, not its name.
        shape: the lengths that the file must declare and fill, such as (60000, 28, 28).

    Raises:
        ValueError: a wrong magic number, another shape, missing or surplus bytes, or damaged gzip; the message
            begins with the path.

    Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", section "File formats".

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = Path(folder, "labels")
        ...     _ = path.write_bytes(b"\0\0\x08\x01" + b"\0\0\0\x03" + bytes([7, 2, 1]))
        ...     read_idx(path, (3,))
        array([7, 2, 1], dtype=uint8)
    """
    header = struct.Struct(f">{1 + len(shape)}I")
    size = header.size + math.prod(shape)
    content = _read(path, size + 1)  # one byte too many is enough to refuse, and a gzip bomb inflates no further
    if len(content) >= header.size:
        magic, *lengths = header.unpack_from(content)
        _check_header(path, magic, tuple(lengths), shape)
    if len(content) != size:
        found = "more" if len(content) > size else f"{len(content):,}"
        raise ValueError(f"{path}: expected {size:,} bytes, found {found}")
    return np.frombuffer(content, np.uint8, offset=header.size).reshape(shape).copy()  # bytes cannot be written to


_hashes: dict[tuple[Path, int, int], str] = {}


def content_sha256(path: Path, values: NDArray[np.uint8]) -> str:
    """Return the SHA-256 of an idx file's content, unpacked.

    It is computed once for each file, and again only where the file's size or date has changed.

    Args:
        path: of the file.
        values: what `read_idx` has read from it.
    """
    found = path.stat()
    key = (path.resolve(), found.st_size, found.st_mtime_ns)
    if key not in _hashes:
        header = struct.pack(f">{1 + values.ndim}I", UNSIGNED_BYTES | values.ndim, *values.shape)
        digest = hashlib.sha256(header)
        digest.update(values.data)
        _hashes[key] = digest.hexdigest()
    return _hashes[key]


def _read(path: Path, limit: int) -> bytes:
    """Return the first `limit` bytes of a file, inflated where it is gzip."""
    with open(path, "rb") as file:
        if not file.peek().startswith(GZIP_MAGIC):
            return file.read(limit)
        try:
            return gzip.open(file).read(limit)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise ValueError(f"{path}: expected a whole gzip file, found a damaged one ({error})") from error


def _check_header(path: Path, magic: int, lengths: tuple[int, ...], shape: tuple[int, ...]) -> None:
    expected = UNSIGNED_BYTES | len(shape)
    if magic != expected:
        raise ValueError(f"{path}: expected the magic number {expected:#010x}, found {magic:#010x}")
    if lengths != shape:
        raise ValueError(f"{path}: expected the shape {shape}, found {lengths}")
