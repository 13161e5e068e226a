"""PDF as a browser prints it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.generator import cache

SECONDS_A_PAGE = 60


def absent() -> str | None:
    """Why nothing can be printed here, or None."""
    return None if shutil.which("chromium") else "Chromium is not installed"


def convert(pairs: Sequence[tuple[Path, Path]], target: str) -> None:
    """Print each page of HTML to the place beside it; what the browser does not print is not there."""
    assert target == "pdf"
    with tempfile.TemporaryDirectory(prefix="gongkai-browser-") as name:
        out = Path(name) / "page.pdf"
        for source, place in pairs:
            # Root has no sandbox; the pages are our own. No page may reach the network.
            command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
            command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={name}/profile"]
            try:
                subprocess.run(
                    [*command, f"--print-to-pdf={out}", source.as_uri()],
                    capture_output=True,
                    timeout=SECONDS_A_PAGE,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                continue
            if out.exists():
                cache.write(place, out.read_bytes())
                out.unlink()
