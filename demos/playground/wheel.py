"""Packages for the browser: minigrad's wheel, and the playground's own Python, as zip files in memory.

The same sources give the same bytes: dates are left out, names are sorted.

Source: https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import minigrad

NAME = f"minigrad_nn-{minigrad.__version__}"
FILE_NAME = f"{NAME}-py3-none-any.whl"


def minigrad_wheel() -> bytes:
    """Return the wheel of the minigrad that is installed here."""
    package = Path(minigrad.__file__).parent
    files = {f"minigrad/{name}": content for name, content in sources(package).items()}
    info = f"{NAME}.dist-info"
    files[f"{info}/METADATA"] = (
        "Metadata-Version: 2.4\n"
        "Name: minigrad-nn\n"
        f"Version: {minigrad.__version__}\n"
        "License-Expression: MIT\n"
        "Requires-Python: >=3.11\n"
        "Requires-Dist: numpy>=2.0\n"
    ).encode()
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nGenerator: minigrad\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = f"{info}/RECORD"
    files[record] = "".join([*(f"{name},{_hash(files[name])}\n" for name in sorted(files)), f"{record},,\n"]).encode()
    return zipped(files)


def sources(package: Path) -> dict[str, bytes]:
    """Return the files of a package by their paths below it."""
    kept = [path for path in package.rglob("*") if path.suffix == ".py" or path.name == "py.typed"]
    return {path.relative_to(package).as_posix(): path.read_bytes() for path in sorted(kept)}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a zip file."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return memory.getvalue()


def _hash(content: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest},{len(content)}"
