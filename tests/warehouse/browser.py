"""A page in headless Chromium, asked over its debugging port: what it shows, and what a click does."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect
from websockets.sync.connection import Connection

SECONDS = 60

needs_chromium = pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")


class Navigated(Exception):
    """The page that was asked went away for another one."""


class Page:
    """An open page; ``trouble`` collects exceptions, console errors and refusals of its policy."""

    def __init__(self, socket: Connection) -> None:
        self.socket = socket
        self.trouble: list[str] = []
        self.requests: list[str] = []
        self._number = 0
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        self.socket.send(json.dumps({"id": self._number, "method": method, "params": parameters}))
        while True:
            said = json.loads(self.socket.recv(timeout=SECONDS))
            if said.get("id") == self._number:
                if said.get("error", {}).get("message") == "Inspected target navigated or closed":
                    raise Navigated
                assert "error" not in said, said
                return said["result"]
            self._note(said)

    def _note(self, said: dict[str, Any]) -> None:
        what = said.get("params", {})
        if said["method"] == "Runtime.exceptionThrown":
            self.trouble.append(json.dumps(what["exceptionDetails"])[:500])
        elif said["method"] == "Log.entryAdded" and what["entry"]["level"] in ("error", "warning"):
            self.trouble.append(what["entry"]["text"])
        elif said["method"] == "Runtime.consoleAPICalled" and what["type"] in ("error", "warning"):
            self.trouble.append(json.dumps(what["args"])[:500])
        elif said["method"] == "Network.requestWillBeSent":
            self.requests.append(what["request"]["url"])

    def open(self, address: str, width: int = 1280, height: int = 900) -> None:
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 640
        )
        self.call("Page.navigate", url=address)
        self.until("document.readyState === 'complete'")

    def run(self, code: str) -> Any:
        """The value of an expression on the page."""
        said = self.call("Runtime.evaluate", expression=code, returnByValue=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"]
        return said["result"].get("value")

    def until(self, code: str) -> None:
        last = time.monotonic() + SECONDS
        while not self._holds(code):
            assert time.monotonic() < last, f"it never came to pass: {code}"
            time.sleep(0.05)

    def _holds(self, code: str) -> bool:
        try:
            return bool(self.run(code))
        except Navigated:  # just now: the next page may be asked
            return False

    def pdf(self) -> bytes:
        return base64.b64decode(self.call("Page.printToPDF")["data"])


@contextlib.contextmanager
def browser(folder: Path) -> Iterator[Page]:
    """A Chromium of its own, which finds no host but this machine."""
    profile = folder / "profile"
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", f"--user-data-dir={profile}", "about:blank"]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        last = time.monotonic() + SECONDS
        port = profile / "DevToolsActivePort"
        while not (port.exists() and port.read_text().count("\n")):
            assert running.poll() is None, "Chromium ended before it could be asked"
            assert time.monotonic() < last, "Chromium did not start"
            time.sleep(0.05)
        number = port.read_text().splitlines()[0]
        with urllib.request.urlopen(f"http://127.0.0.1:{number}/json", timeout=SECONDS) as answer:
            target = next(one for one in json.load(answer) if one["type"] == "page")
        with connect(target["webSocketDebuggerUrl"], max_size=None, proxy=None) as socket:
            yield Page(socket)
    finally:
        running.terminate()
        try:
            running.wait(timeout=10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait(timeout=10)
