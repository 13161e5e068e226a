"""Documents taken out of the archive because a second one holds them: `raw/pruned.jsonl` has a line of each."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from spiders.archive.documents import document_path, packed_path, standing, sync


def ledger_path(home: Path) -> Path:
    """Where the lines stand."""
    return home / "raw" / "pruned.jsonl"


def pruned(home: Path) -> dict[str, dict[str, Any]]:
    """The documents that were pruned and are not back: sha256 -> its line (`sha256`, `mirror`, `pruned_at`)."""
    found = {row["sha256"]: row for row in _rows(ledger_path(home))}
    return {sha256: row for sha256, row in found.items() if not standing(document_path(home, sha256)).exists()}


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return
    for line in lines[:-1]:  # what follows the last line's end was cut off by a kill
        try:
            row = json.loads(line)
        except ValueError:
            continue
        if isinstance(row, dict) and isinstance(row.get("sha256"), str):
            yield row


def prune(home: Path, sha256s: Iterable[str], mirror: str, pruned_at: str) -> Iterator[str]:
    """Delete documents which the caller has just found whole in the second archive; gives the sha256 of each.

    All of them are on record (fsync) before the first goes, so that none is ever taken for lost.

    Raises:
        OSError: when the disk refuses; what is not yet deleted stands.
    """
    chosen = list(sha256s)
    rows = [{"sha256": sha256, "mirror": mirror, "pruned_at": pruned_at} for sha256 in chosen]
    path = ledger_path(home)
    # A line that a kill cut off must not swallow the next one.
    torn = path.exists() and not path.read_bytes().endswith(b"\n")
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" * torn + "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
        file.flush()
        os.fsync(file.fileno())
    sync(path.parent)
    for sha256 in chosen:
        plain = document_path(home, sha256)
        plain.unlink(missing_ok=True)
        packed_path(plain).unlink(missing_ok=True)
        yield sha256
