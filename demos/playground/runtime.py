"""Pyodide, Python for the browser: which version, which of its files, and where they come from."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VERSION = "314.0.3"
CORE = f"https://cdn.jsdelivr.net/npm/pyodide@{VERSION}/"
PACKAGES = f"https://cdn.jsdelivr.net/pyodide/v{VERSION}/full/"
NUMPY = "numpy-2.4.3-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


@dataclass(frozen=True)
class RuntimeFile:
    """A file that the Worker loads before Python starts.

    Attributes:
        name: the file's.
        home: the folder on the public CDN.
        bytes: its size.
        integrity: its SHA-384, as browsers want it: what is not this is refused.
    """

    name: str
    home: str
    bytes: int
    integrity: str


FILES = (
    RuntimeFile(
        "pyodide.mjs", CORE, 17_880, "sha384-37wxVGo7MBryEjut3Wf4qHDxWQY7/9bFQsoJWkHb47/epwO3+PR7FCzBPMCKQv7u"
    ),
    RuntimeFile(
        "pyodide.asm.mjs", CORE, 1_249_447, "sha384-YeRhAyBAGbSzchLhpX+ybWe+W+Jo1VPerE6kWkqdGPdTzZhG7Ys3iYYcss8vS/hW"
    ),
    RuntimeFile(
        "pyodide.asm.wasm", CORE, 9_596_462, "sha384-w9RzCfsk2Qf16WCSIlnWrpL19cYFkE3gzNS9lHgHbYnrEzptSJK+wVQidhpdPbDL"
    ),
    RuntimeFile(
        "python_stdlib.zip", CORE, 2_545_106, "sha384-x/zEaHRF8kG/Ap+4oxfjQZLUo6R7UvX1DKAkGe4Kgw31Yr8Ik8CTloNhhyLC3Tzx"
    ),
    RuntimeFile(NUMPY, PACKAGES, 2_916_023, "sha384-tTC4md/Up8etObLm4PwPdYOzB65vQeMAZWq70/B+/66BgSrxKLCjyn5103mfXJbq"),
)

# What Pyodide is told of packages: NumPy, and nothing else.
LOCK: dict[str, Any] = {
    "info": {
        "abi_version": "2026_0",
        "arch": "wasm32",
        "platform": "emscripten_5_0_3",
        "python": "3.14.0",
        "version": VERSION,
    },
    "packages": {
        "numpy": {
            "depends": [],
            "file_name": NUMPY,
            "imports": ["numpy"],
            "install_dir": "site",
            "name": "numpy",
            "package_type": "package",
            "sha256": "0cad9c1b91f0082e4f959bc0e0bf5835a2efbba6ab3b1e9d1fe6e7e564cca98e",
            "unvendored_tests": False,
            "version": "2.4.3",
        }
    },
}


class WrongRuntime(Exception):
    """A folder does not hold the files of this version; the message is one sentence."""


def files_in(folder: Path) -> dict[str, bytes]:
    """Return the runtime's files from a folder.

    Raises:
        WrongRuntime: one is missing, or not the one that was pinned.
    """
    found = {}
    for file in FILES:
        try:
            content = (folder / file.name).read_bytes()
        except OSError as error:
            reason = error.strerror or error
            raise WrongRuntime(f"{folder} has no {file.name} of Pyodide {VERSION} ({reason}).") from error
        if integrity(content) != file.integrity:
            raise WrongRuntime(f"{folder / file.name} is not the file of Pyodide {VERSION}: its hash is another.")
        found[file.name] = content
    return found


def integrity(content: bytes) -> str:
    """Return the SHA-384 of some bytes, as browsers write it."""
    return f"sha384-{base64.b64encode(hashlib.sha384(content).digest()).decode()}"
