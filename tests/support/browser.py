"""A headless Chromium for tests, spoken to in the WebDriver protocol; needs Debian's chromium and chromium-driver.

Source: https://www.w3.org/TR/webdriver2/
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
    "--disable-background-networking", "--disable-sync", "--disable-dev-shm-usage", "--allow-file-access-from-files",
]  # fmt: skip


class Browser:
    """One window; `with Browser() as browser`, then `browser.open(path)`."""

    def __enter__(self) -> Browser:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.driver = subprocess.Popen([DRIVER, f"--port={port}"], stdout=subprocess.DEVNULL)
        self.address = f"http://127.0.0.1:{port}"
        wanted = {
            "goog:chromeOptions": {"binary": CHROMIUM, "args": FLAGS},
            "goog:loggingPrefs": {"browser": "ALL"},
        }
        self.wait_for_driver()
        session = self.post("/session", capabilities={"alwaysMatch": wanted})
        self.address += f"/session/{session['sessionId']}"
        return self

    def __exit__(self, *error: object) -> None:
        try:
            self.request("", "DELETE")
        finally:
            self.driver.terminate()
            self.driver.wait()

    def wait_for_driver(self) -> None:
        for _ in range(300):
            try:
                self.request("/status", "GET")
            except urllib.error.URLError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError("chromedriver did not start within half a minute")

    def request(self, path: str, method: str, body: dict[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)["value"]

    def post(self, path: str, **body: Any) -> Any:
        return self.request(path, "POST", body)

    def open(self, path: Path) -> None:
        self.post("/url", url=path.resolve().as_uri())

    def run(self, script: str) -> Any:
        """Run JavaScript in the page, and return what it returns."""
        return self.post("/execute/sync", script=script, args=[])

    def devtools(self, command: str, **params: Any) -> Any:
        return self.post("/goog/cdp/execute", cmd=command, params=params)

    def resize(self, width: int, height: int = 900) -> None:
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )

    def prefer(self, **features: str) -> None:
        """Set what the reader prefers: ``prefer(color_scheme="dark", reduced_motion="reduce")``."""
        media = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in features.items()]
        self.devtools("Emulation.setEmulatedMedia", features=media)

    def console(self) -> list[str]:
        """Return what the page has written on the console since the last call."""
        return [entry["message"] for entry in self.post("/se/log", type="browser")]

    def screenshot(self, path: Path) -> None:
        """Save a picture of the whole page."""
        picture = self.devtools("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(picture["data"]))
