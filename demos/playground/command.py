"""The command line: ``python -m demos playground [--out DIR | --single FILE] [--serve] [--port N] [--pyodide DIR]``."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from lab.files import saving
from lab.options import PROGRAM

from .build import site
from .runtime import VERSION, WrongRuntime
from .serving import serve
from .single import single

DONE, UNAVAILABLE = 0, 2


def main(arguments: Sequence[str]) -> int:
    """Build the playground, and serve it if that is asked for; return the exit status."""
    parser = argparse.ArgumentParser(
        prog=f"{PROGRAM} playground",
        description="Build the playground, a folder that any web host can serve: minigrad in the reader's browser.",
    )
    place = parser.add_mutually_exclusive_group()
    place.add_argument(
        "--out", type=Path, default=Path("out/playground"), metavar="DIR", help="the folder (default: %(default)s)"
    )
    place.add_argument("--single", type=Path, metavar="FILE", help="one file in its place, which opens from disk")
    parser.add_argument("--serve", action="store_true", help="serve it on this machine, and open the browser")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="of --serve (default: any that is free)")
    parser.add_argument(
        "--pyodide",
        type=Path,
        metavar="DIR",
        help=f"a folder with Pyodide {VERSION} and NumPy, to be copied, so that the page needs no network "
        "(default: the page takes them from the public CDN)",
    )
    options = parser.parse_args(arguments)
    if options.single and options.serve:
        parser.error("argument --serve: --single needs no server: open the file")
    try:
        files = site(options.pyodide)
        if options.single:
            with saving(options.single) as path:
                path.write_bytes(single(files))
            return DONE
        replace_folder(options.out, files)
    except WrongRuntime as reason:
        print(reason, file=sys.stderr)
        return UNAVAILABLE
    except OSError as error:
        print(f"Could not write {options.out}: {error.strerror or error}.", file=sys.stderr)
        return UNAVAILABLE
    print(f"wrote {options.out / 'index.html'}")
    if options.serve:
        serve(options.out, options.port)
    else:
        print("A browser loads it from a web server only: add --serve, or copy the folder to a web host.")
    return DONE


MARK = "site.json"  # what shows that a folder is a playground, and may be replaced


def replace_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a folder whole, or leave what was there.

    Raises:
        FileExistsError: there is a folder with something else in it.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise FileExistsError(None, "there is something else in it")
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (folder.with_name(f".{folder.name}.{uuid.uuid4().hex}") for _ in range(2))
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        if folder.exists():
            os.replace(folder, old)
        try:
            os.replace(fresh, folder)
        except OSError:
            if old.exists():
                os.replace(old, folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
