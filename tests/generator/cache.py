"""Rendered documents kept outside the checkout, each under a name made from its content and the code that renders."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path


@cache
def folder() -> Path:
    """Where rendered documents are kept: GONGKAI_GENERATOR_CACHE, else a folder in the user's cache."""
    user = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("GONGKAI_GENERATOR_CACHE") or user / "gongkai-generator")


@cache
def code_version() -> str:
    """Changes whenever the code that renders does, or the fonts that are installed do."""
    fonts = sorted(path.name for path in Path("/usr/share/fonts").rglob("*.tt?"))
    digest = hashlib.sha256(" ".join(fonts).encode())
    for path in sorted((Path(__file__).parent / "kinds").glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def place(kind: str, key: str, suffix: str) -> Path:
    """Where the document of a kind for a report of this key is, or is to be written."""
    path = folder() / f"{kind}-{code_version()}" / f"{key}{suffix}"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def write(path: Path, data: bytes) -> None:
    """Write whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(data)
    part.replace(path)
