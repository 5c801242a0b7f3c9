"""What the tests of the playground's page share: the site, built once, a browser, and the page that they look at."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from demos.playground.build import site
from demos.playground.command import replace_folder
from demos.playground.serving import server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PYODIDE = os.environ.get("MINIGRAD_PYODIDE", "")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
PATIENCE = 240_000  # milliseconds; a busy machine takes long


def needed() -> Any:
    """Return Playwright's entry, or skip and say what is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="needs the extra: pip install 'minigrad-nn[browser]'"
    )
    if CHROMIUM is None:
        pytest.skip("needs a browser: apt-get install chromium")
    if not PYODIDE:
        pytest.skip("needs Pyodide and NumPy for it: a folder, named by MINIGRAD_PYODIDE")
    return playwright.sync_playwright


class Page:
    """A page of the browser, with words for what the tests do with the playground."""

    def __init__(self, page: Any, base: str) -> None:
        self.page = page
        self.base = base
        self.errors: list[str] = []
        self.hosts: set[str] = set()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.errors.append(message.text) if message.type != "log" else None)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.hosts.update(filter(None, [urlsplit(request.url).netloc])))

    def open(self, address: str) -> None:
        """Go to an address of the playground; the page is loaded the first time only."""
        self.page.goto(self.base + address)
        self.page.wait_for_selector("html[data-ready]")
        wanted = address.lstrip("#").partition("?")[0]
        self.page.wait_for_selector(f"#{wanted}:not([hidden])")

    def wait_for_python(self) -> None:
        self.page.wait_for_selector("#loading[hidden], #loading.failure", state="attached")
        assert not self.page.is_visible("#loading"), self.page.inner_text("#loading")

    def resize(self, width: int, height: int = 900) -> None:
        self.page.set_viewport_size({"width": width, "height": height})

    def wait(self, expression: str, argument: Any = None) -> None:
        """Wait until an expression of JavaScript is true."""
        self.page.wait_for_function(expression, arg=argument)

    def wait_while(self, lasts: Callable[[], bool], seconds: float = 60) -> None:
        """Wait while something lasts, and not for ever."""
        end = time.monotonic() + seconds
        while lasts() and time.monotonic() < end:
            self.page.wait_for_timeout(100)

    def wait_until_trained(self) -> None:
        """Wait until what was chosen is trained to its end: its program has printed its last line."""
        self.wait("document.querySelector('#output').textContent.includes('test')")

    def output(self) -> str:
        return self.page.text_content("#output")

    def source(self) -> str:
        return self.page.input_value("#code textarea")

    def write(self, source: str) -> None:
        """Put a program into the editor, and run it."""
        self.page.fill("#code textarea", source)
        self.page.click("#run")

    def numbers(self, lane: str) -> list[float]:
        """Return the training loss and the test loss of a lane, as the table shows them."""
        row = self.page.locator(f"#numbers tr:has(th.{lane}) td")
        return [float(text.replace("−", "-")) for text in row.all_text_contents()[:2]]


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Build the playground and serve it, and return its address."""
    replace_folder(folder / "site", site(Path(PYODIDE)))
    running = server(folder / "site")
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_address[1]}/"
    running.shutdown()
    running.server_close()
