"""Serves a folder on this machine alone, and opens the browser."""

from __future__ import annotations

import functools
import http.server
import sys
import webbrowser
from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".wasm": "application/wasm",
    ".whl": "application/zip",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves files with their right types, and says nothing."""

    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | TYPES

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: a terminal full of addresses helps nobody."""

    def end_headers(self) -> None:
        """Let no browser keep a page that is about to be built anew."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()


def server(folder: Path, port: int = 0) -> http.server.ThreadingHTTPServer:
    """Return a server of a folder on the loopback address; port 0 takes any that is free."""
    return http.server.ThreadingHTTPServer(("127.0.0.1", port), functools.partial(Handler, directory=str(folder)))


def serve(folder: Path, port: int) -> None:
    """Serve a folder until Ctrl-C."""
    with server(folder, port) as running:
        address = f"http://127.0.0.1:{running.server_address[1]}/"
        print(f"The playground is at {address} until you press Ctrl-C.", flush=True)
        if not webbrowser.open(address):
            print(f"No browser was found: open {address} in one.", file=sys.stderr)
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            print("\nThe playground is closed.")
