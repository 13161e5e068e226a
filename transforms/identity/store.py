"""Permanent ids of agencies and reports, with the evidence of each, in append-only files of the home."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from transforms.identity.decisions import read_decisions
from transforms.identity.evidence import organisation_of
from transforms.identity.names import is_short_for
from transforms.identity.resolution import belonging

_LINES_AT_A_TIME = 10_000
_BLOCK_BYTES = 1 << 16


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
    removed, so that an id given once keeps its meaning whatever is inferred later: a name that is on record is looked
    up before any other evidence. ``decisions``: what a person settled. Raises IdentityDamaged when a record cannot be
    read, DecisionsError when the decisions cannot be followed.
    """

    def __init__(self, home: Path) -> None:
        self._folder = home / "identity"
        # As lines of the records: a first run mints some hundred thousand.
        self._new: dict[str, list[bytes]] = {"agencies": [], "reports": [], "codes": []}
        self.agencies: dict[tuple[str, str], str] = {}
        self.reports: dict[tuple[str, int, str], str] = {}
        self._first_seen: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for row in _read(self._folder / "agencies.jsonl"):
            self.agencies[row["region"], row["name_key"]] = row["agency_id"]
            self._first_seen[row["name_key"]][row["region"]] = datetime.fromisoformat(row["first_seen"])
        for row in _read(self._folder / "reports.jsonl"):
            # One text for all years of an agency: there are several times as many reports.
            self.reports[sys.intern(row["agency_id"]), row["report_year"], row["edition"]] = row["report_id"]
        self.aliases = list(_read(self._folder / "aliases.jsonl"))
        # Organisation code -> id of the agency -> when it was first seen with it.
        self._codes: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
        for row in _read(self._folder / "codes.jsonl"):
            self._codes[organisation_of(row["code"])][row["agency_id"]] = datetime.fromisoformat(row["first_seen"])
        self._bodies: _Bodies | None = None
        ids = {*self.agencies.values(), *(row["alias_id"] for row in self.aliases)}
        merged = {row["alias_id"]: (row["agency_id"], row["reason"]) for row in self.aliases}
        self.decisions = read_decisions(self._folder, ids, merged)
        self._merged: defaultdict[str, list[str]] = defaultdict(list)
        for alias in sorted(self.decisions.same_as):
            self._merged[self.decisions.current(alias)].append(alias)

    def current(self, agency_id: str) -> str:
        """The id of an agency after all merges."""
        return self.decisions.current(agency_id)

    def records(self, agency_id: str) -> list[dict[str, Any]]:
        """What was put on record of an agency, oldest first: names, regions, and the evidence of each."""
        return [row for row in _read(self._folder / "agencies.jsonl") if row["agency_id"] == agency_id]

    def known(self, region: str, key: str) -> str | None:
        """Id of the agency with this name in this region, if it is on record."""
        return self.agencies.get((region, key))

    def by_code(self, code: str, name: str, until: datetime) -> str | None:
        """Id of the only agency that was seen with a code then, if it has this name or a fuller or shorter one.

        A portal may print the code of the office that runs it with every body's documents: a code alone is no name.
        """
        found = [agency_id for agency_id, seen in self._codes[organisation_of(code)].items() if seen <= until]
        if len(found) != 1:
            return None
        names = self._on_record().names[found[0]]
        return found[0] if any(is_short_for(name, one) or is_short_for(one, name) for one in names) else None

    def by_body(self, key: tuple[int, str], until: datetime) -> str | None:
        """Id of the only agency that was known then as this body of this division, under whatever name."""
        found = {agency_id for agency_id, seen in self._on_record().ids[key] if seen <= until}
        return next(iter(found)) if len(found) == 1 else None

    def with_code(self, code: str) -> list[str]:
        """Ids of all agencies that were seen with a code."""
        return sorted(self._codes[organisation_of(code)])

    def codes(self) -> Iterable[str]:
        """Every organisation code that an agency was seen with."""
        return [code for code, ids in self._codes.items() if ids]

    def _on_record(self) -> _Bodies:
        if self._bodies is None:
            self._bodies = _Bodies()
            for row in chain(_read(self._folder / "agencies.jsonl"), map(json.loads, self._new["agencies"])):
                self._bodies.add(row)
        return self._bodies

    def has_code(self, agency_id: str, codes: Sequence[str], url: str, seen: datetime) -> None:
        """Record the codes that were seen with an agency."""
        for code in codes:
            known = self._codes[organisation_of(code)]
            if agency_id not in known:
                known[agency_id] = seen
                row = {"code": code, "agency_id": agency_id, "url": url, "first_seen": seen.isoformat()}
                self._new["codes"].append(_line(row))

    def agency(
        self, region: str, key: str, evidence: dict[str, Any], seen: datetime, same_as: str | None = None
    ) -> str:
        """Id of the agency with this name in this region; ``same_as``: the id on record of the body that it names."""
        known = self.agencies.get((region, key))
        if known is None:
            known = same_as or opaque_id("a", "agency", region, key)
            self.agencies[region, key] = known
            self._first_seen[key][region] = seen
            row = {"agency_id": known, "region": region, "name_key": key, **evidence, "first_seen": seen.isoformat()}
            self._new["agencies"].append(_line(row))
            if self._bodies is not None:
                self._bodies.add(row)
        return known

    def regions(self, key: str, until: datetime) -> list[str]:
        """Regions in which an agency of this name was known then: what is learned later moves nothing placed before."""
        return [region for region, seen in sorted(self._first_seen.get(key, {}).items()) if seen <= until]

    def report(self, agency_id: str, year: int, edition: str, evidence: dict[str, Any], seen: datetime) -> str:
        """Id of the report of an agency for a year, in the edition that its title declares (usually none).

        ``agency_id``: the id that stays; a report that is on record under one merged into it keeps its own id.
        """
        ids = (agency_id, *self._merged[agency_id]) if agency_id in self._merged else (agency_id,)
        known = next((self.reports[key] for one in ids if (key := (one, year, edition)) in self.reports), None)
        if known is None:
            known = opaque_id("r", "report", agency_id, str(year), edition)
            self.reports[agency_id, year, edition] = known
            row = {"report_id": known, "agency_id": agency_id, "report_year": year, "edition": edition}
            self._new["reports"].append(_line({**row, **evidence, "first_seen": seen.isoformat()}))
        return known

    def save(self) -> None:
        """Append what was minted, before anything that refers to it is written.

        Raises IdentityNotWritten when the disk refuses; the records that there were stay as they are.
        """
        for name, lines in self._new.items():
            if lines:
                self._folder.mkdir(parents=True, exist_ok=True)
                _append(self._folder / f"{name}.jsonl", lines)
                lines.clear()


class _Bodies:
    """The agencies on record by what their names tell now: the gazetteer may know more than when they were minted."""

    def __init__(self) -> None:
        self.ids: defaultdict[tuple[int, str], list[tuple[str, datetime]]] = defaultdict(list)
        self.names: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, row: dict[str, Any]) -> None:
        name, seen = row.get("name") or row["name_key"], datetime.fromisoformat(row["first_seen"])
        region = row["region"].ljust(6, "0") if row["region"] else None
        # Records of before have no year: the report is of the year before it was found.
        told = belonging(name, region, row.get("report_year") or seen.year - 1, row.get("codes") or ())
        self.names[row["agency_id"]].append(name)
        if told.key is not None:
            self.ids[told.key].append((row["agency_id"], seen))


def _read(path: Path) -> Iterator[dict[str, Any]]:
    if not path.exists():
        return
    # Bytes, and no other line end than our own: a line may be torn within a character, a name may hold U+2028.
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            # It was being written when the machine stopped: what it told is minted again, the same.
            if not line.endswith(b"\n"):
                return
            try:
                if line.strip():
                    yield json.loads(line)
            except ValueError as error:
                raise IdentityDamaged(
                    f"{path}, line {number}: expected one JSON object, found {line[:60]!r} ({error}). The ids of "
                    "published reports rest on this file: restore it from a backup, or remove that line if it is no "
                    "record."
                ) from error


def _line(row: dict[str, Any]) -> bytes:
    return (json.dumps(row, ensure_ascii=False, sort_keys=True) + "\n").encode()


def _append(path: Path, lines: Sequence[bytes]) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        kept = _end_of_last_line(descriptor)
        os.ftruncate(descriptor, kept)
        os.lseek(descriptor, kept, os.SEEK_SET)
        try:
            for begin in range(0, len(lines), _LINES_AT_A_TIME):
                data = b"".join(lines[begin : begin + _LINES_AT_A_TIME])
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


def _end_of_last_line(descriptor: int) -> int:
    end = os.lseek(descriptor, 0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - _BLOCK_BYTES)
        if (at := os.pread(descriptor, end - begin, begin).rfind(b"\n")) >= 0:
            return begin + at + 1
        end = begin
    return 0
