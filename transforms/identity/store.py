"""Permanent ids of agencies and reports, with the evidence of each, in append-only files of the home."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from typing import Any


class IdentityDamaged(Exception):
    """A record of permanent ids cannot be read; the text says where."""


class IdentityNotWritten(OSError):
    """New ids could not be put on record; the text says what to do."""


def opaque_id(prefix: str, *evidence: str) -> str:
    """An id that says nothing and is always the same for the same evidence."""
    digest = hashlib.sha256("\x1f".join(evidence).encode()).digest()
    return prefix + base64.b32encode(digest)[:16].decode().lower()


class IdentityStore:
    """Ids by evidence. What is on record is found again; what is new is minted, and appended by ``save``.

    ``agencies``: (region, name key) -> id; ``reports``: (agency id, year, edition) -> id. Nothing is ever changed or
    removed, so that an id given once keeps its meaning whatever is inferred later. Raises IdentityDamaged when a
    record cannot be read.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "identity"
        self._new: dict[str, list[dict[str, Any]]] = {"agencies": [], "reports": []}
        self.agencies: dict[tuple[str, str], str] = {}
        self.reports: dict[tuple[str, int, str], str] = {}
        self._first_seen: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for row in _read(self._folder / "agencies.jsonl"):
            self.agencies[row["region"], row["name_key"]] = row["agency_id"]
            self._first_seen[row["name_key"]][row["region"]] = datetime.fromisoformat(row["first_seen"])
        for row in _read(self._folder / "reports.jsonl"):
            self.reports[row["agency_id"], row["report_year"], row["edition"]] = row["report_id"]
        self.aliases = _read(self._folder / "aliases.jsonl")

    def agency(self, region: str, key: str, evidence: dict[str, Any], seen: datetime) -> str:
        """Id of the agency with this name in this region."""
        known = self.agencies.get((region, key))
        if known is None:
            known = opaque_id("a", "agency", region, key)
            self.agencies[region, key] = known
            self._first_seen[key][region] = seen
            self._new["agencies"].append(
                {
                    "agency_id": known,
                    "region": region,
                    "name_key": key,
                    **evidence,
                    "first_seen": seen.isoformat(),
                }
            )
        return known

    def regions(self, key: str, until: datetime) -> list[str]:
        """Regions in which an agency of this name was known then: what is learned later moves nothing placed before."""
        return [region for region, seen in sorted(self._first_seen.get(key, {}).items()) if seen <= until]

    def report(self, agency_id: str, year: int, edition: str, evidence: dict[str, Any], seen: datetime) -> str:
        """Id of the report of an agency for a year, in the edition that its title declares (usually none)."""
        known = self.reports.get((agency_id, year, edition))
        if known is None:
            known = opaque_id("r", "report", agency_id, str(year), edition)
            self.reports[agency_id, year, edition] = known
            row = {"report_id": known, "agency_id": agency_id, "report_year": year, "edition": edition}
            self._new["reports"].append({**row, **evidence, "first_seen": seen.isoformat()})
        return known

    def save(self) -> None:
        """Append what was minted, before anything that refers to it is written.

        Raises IdentityNotWritten when the disk refuses; the records that there were stay as they are.
        """
        for name, rows in self._new.items():
            if rows:
                self._folder.mkdir(parents=True, exist_ok=True)
                _append(self._folder / f"{name}.jsonl", rows)
                rows.clear()


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    # Bytes, and no other line end than our own: a line may be torn within a character, a name may hold U+2028.
    # What stands behind the last line end was being written when the machine stopped: it is minted again, the same.
    lines = path.read_bytes().split(b"\n")[:-1]
    rows = []
    for number, line in enumerate(lines, start=1):
        try:
            if line.strip():
                rows.append(json.loads(line))
        except ValueError as error:
            raise IdentityDamaged(
                f"{path}, line {number}: expected one JSON object, found {line[:60]!r} ({error}). The ids of published "
                "reports rest on this file: restore it from a backup, or remove that line if it is no record."
            ) from error
    return rows


def _append(path: Path, rows: list[dict[str, Any]]) -> None:
    data = "".join(json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n" for row in rows).encode()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        kept = path.read_bytes().rfind(b"\n") + 1
        os.ftruncate(descriptor, kept)
        os.lseek(descriptor, kept, os.SEEK_SET)
        try:
            while data:
                data = data[os.write(descriptor, data) :]
            os.fsync(descriptor)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, kept)
            raise IdentityNotWritten(
                f"{path} could not be written: {error.strerror or error}. Check the free space and the rights of its "
                "folder, then run `gongkai normalize` again; nothing on record was changed."
            ) from error
    finally:
        os.close(descriptor)
