"""Puts the playground's folder together: the page, the words, minigrad's wheel, and Pyodide or where it is found."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from . import runtime, wheel
from .experiments import EXPERIMENTS
from .lab.clinic import PROMISES
from .lab.dropouts import MISTAKES, RIGHT
from .lab.setting import CONTROLS, Setting, as_dict

HERE = Path(__file__).parent
SITE, LAB, TEXTS = HERE / "site", HERE / "lab", HERE.parent / "texts"
LANGUAGES = {"en": "English", "zh": "中文"}
LAB_FILE = "lab.zip"


def site(pyodide: Path | None = None) -> dict[str, bytes]:
    """Return the files of the site by their paths.

    Args:
        pyodide: a folder with Pyodide, to be copied into the site; without it the page takes the public CDN's.

    Raises:
        runtime.WrongRuntime: the folder does not hold the files of this version.
    """
    files = {path.relative_to(SITE).as_posix(): path.read_bytes() for path in SITE.rglob("*") if path.is_file()}
    packages = {wheel.FILE_NAME: wheel.minigrad_wheel(), LAB_FILE: lab()}
    files |= packages
    if pyodide is not None:
        files |= {f"pyodide/{name}": content for name, content in runtime.files_in(pyodide).items()}
    for language in LANGUAGES:
        files[f"texts/{language}.json"] = as_json(catalogue(language))
    files["site.json"] = as_json(manifest(packages, local=pyodide is not None))
    return files


def lab() -> bytes:
    """Return the Python that runs in the Worker, beside minigrad."""
    return wheel.zipped({f"lab/{name}": content for name, content in wheel.sources(LAB).items()})


def manifest(packages: Mapping[str, bytes], local: bool) -> dict[str, Any]:
    """Return what the page must know: what to load, what can be chosen, what is asked."""
    load = [
        {
            "name": file.name,
            "url": f"pyodide/{file.name}" if local else file.home + file.name,
            "bytes": file.bytes,
            "integrity": file.integrity,
        }
        for file in runtime.FILES
    ]
    load += [
        {"name": name, "url": name, "bytes": len(content), "integrity": runtime.integrity(content)}
        for name, content in packages.items()
    ]
    return {
        "version": runtime.VERSION,
        "files": load,
        "lock": runtime.LOCK,
        "wheel": wheel.FILE_NAME,
        "lab": LAB_FILE,
        "languages": LANGUAGES,
        "defaults": as_dict(Setting()),
        "controls": [asdict(control) for control in CONTROLS],
        "experiments": [experiment.as_dict() for experiment in EXPERIMENTS],
        "promises": PROMISES,
        "dropouts": RIGHT,
        "mistakes": [asdict(mistake) | {"source": mistake.source} for mistake in MISTAKES],
    }


def catalogue(language: str) -> dict[str, str]:
    """Return the words of a language by their keys, "controls.p.label"."""
    text = (TEXTS / f"playground.{language}.toml").read_text(encoding="utf-8")
    return dict(_flat(tomllib.loads(text)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found = []
    for key, value in table.items():
        if isinstance(value, dict):
            found += _flat(value, f"{prefix}{key}.")
        else:
            found.append((prefix + key, value))
    return found


def as_json(value: Any) -> bytes:
    """Return a value as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
