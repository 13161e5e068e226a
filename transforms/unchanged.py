"""Whether a normalize has anything to do: what the lake was made from and what it is, remembered beside it."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from transforms import READER_VERSION
from transforms.lake import UNFINISHED

_REMEMBERED = ".settled.json"


def software() -> str:
    """A hash of the reader, of what it is declared by and of the library that writes the lake."""
    found = hashlib.sha256(f"{READER_VERSION} {pa.__version__}\n".encode())
    package = Path(__file__).parent
    _add(found, package, (path for path in package.rglob("*") if path.suffix in (".parquet", ".py", ".yaml")))
    return found.hexdigest()


def state(home: Path, recorded: Iterable[object]) -> str:
    """A hash of the software, of what the manifests ``recorded``, of the ids on record and of every part of the lake.

    The lake is hashed by its bytes and not by times and sizes, so that a damaged part is never taken for a whole one.
    """
    found = hashlib.sha256(software().encode())
    for entry in recorded:
        found.update(f"{entry!r}\n".encode())
    _add(found, home, (path for kind in ("*.jsonl", "*.yaml") for path in (home / "identity").glob(kind)))
    _add(found, home, (home / "lake").glob("*/*/*.parquet"))
    return found.hexdigest()


def recall(home: Path, now: str) -> dict[str, Any] | None:
    """What the last run had to say of the same state; None when it was another, or a run was stopped since."""
    if (home / "lake" / UNFINISHED).exists():
        return None
    try:
        remembered = json.loads((home / "lake" / _REMEMBERED).read_text("utf-8"))
        if remembered["state"] != now:
            return None
        said: dict[str, Any] = remembered["said"]
        return said
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def remember(home: Path, now: str, said: Mapping[str, Any]) -> None:
    """Keep what a run that has nothing to do on this state shall say; only for one without problems."""
    path = home / "lake" / _REMEMBERED
    beside = path.with_suffix(".writing")
    beside.write_text(json.dumps({"state": now, "said": said}, ensure_ascii=False, sort_keys=True), "utf-8")
    os.replace(beside, path)


def _add(found: hashlib._Hash, root: Path, files: Iterable[Path]) -> None:
    for path in sorted(files):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        found.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
