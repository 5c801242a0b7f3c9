"""Makes one file of the playground's folder: a page that opens from disk, with all that it needs inside."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping

MODULE = re.compile(r'(\bfrom ")\./([\w.]+)(")')  # an import of a module beside this one
STYLESHEET = re.compile(r'<link rel="stylesheet" href="([^"]+)">')
PROGRAM = re.compile(r'<script type="module" src="js/([^"]+)"></script>')
TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json"}


def single(files: Mapping[str, bytes]) -> bytes:
    """Return the page of a site with the other files inside it.

    A browser lets a page from disk fetch nothing that is beside it. So files become data: addresses, which the page
    finds by `locate`; modules are named in an import map, as they cannot be relative to a data: address; and the
    Worker, in which import maps do not work, is one text.

    Args:
        files: of the site, by their paths.
    """
    scripts = {path.removeprefix("js/"): content.decode() for path, content in files.items() if path.startswith("js/")}
    modules = {f"playground/{name}": address("x.js", named(text).encode()) for name, text in scripts.items()}
    inside = {path: address(path, content) for path, content in files.items() if not path.startswith("js/")}
    inside["js/worker.js"] = address("x.js", joined(scripts["loading.js"], scripts["worker.js"]).encode())
    for path in [path for path in inside if path.endswith((".css", ".html"))]:
        del inside[path]

    def style(match: re.Match[str]) -> str:
        return f"<style>\n{files[match[1]].decode()}</style>"

    def program(match: re.Match[str]) -> str:
        return "\n".join(
            [
                f'<script type="application/json" id="inside">{json.dumps(inside)}</script>',
                f'<script type="importmap">{json.dumps({"imports": modules})}</script>',
                f'<script type="module">import "playground/{match[1]}";</script>',
            ]
        )

    return PROGRAM.sub(program, STYLESHEET.sub(style, files["index.html"].decode())).encode()


def address(path: str, content: bytes) -> str:
    """Return a data: address with some content."""
    kind = TYPES.get(path[path.rindex(".") :], "application/octet-stream")
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def named(script: str) -> str:
    """Return a module that imports those beside it by the names of the import map."""
    return MODULE.sub(r"\1playground/\2\3", script)


def joined(library: str, script: str) -> str:
    """Return one script of a module and the only one that imports it."""
    return re.sub(r"^export ", "", library, flags=re.M) + re.sub(r"^import .*\n", "", script, flags=re.M)
