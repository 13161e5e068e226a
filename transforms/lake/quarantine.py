"""Documents that broke the reader, and the way back: which are to be read again although the reader is the same."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from transforms.lake.parts import batches, years

# What workers, reader and office say of a document that cost a process its time, its memory or its life, or met a fault
# of ours. Any other unreadable document was looked at to its end, and reads the same however often it is tried.
_BROKE = re.compile(
    r"Reading (?:took longer|needed more) than |The reader (?:was ended by|ended with status|failed on) "
    r"|The document is nested too deeply\.|LibreOffice (?:took longer than|broke off) "
)
_WAITING = ".read-again.json"


class NotQuarantined(Exception):
    """A document that is to be read again is none of those in quarantine."""


@dataclass(frozen=True)
class Quarantined:
    """A document in quarantine; ``waiting``: the next normalize reads it again. ``first_seen`` is in UTC."""

    sha256: str
    reason: str
    reader_version: str
    media_type: str
    bytes: int
    first_seen: datetime
    report_year: int
    source_url: str | None
    waiting: bool


def broke(reason: str | None) -> bool:
    """Whether the reason of an unreadable document says that it broke the reader."""
    return reason is not None and _BROKE.match(reason) is not None


def quarantined(home: Path) -> list[Quarantined]:
    """The documents in quarantine, oldest first.

    Raises lake.CorruptPart or lake.OutdatedPart for a part that cannot be read: `gongkai normalize` makes it anew.
    """
    columns = ["sha256", "reason", "reader_version", "media_type", "bytes", "first_seen", "report_year", "outcome"]
    found = [
        row
        for year in years(home, "document")
        for batch in batches(home, "document", year, columns)
        for row in batch.to_pylist()
        if row.pop("outcome") == "unreadable" and broke(row["reason"])
    ]
    sources = _sources(home, {row["report_year"] for row in found}, {row["sha256"] for row in found})
    waiting = read_again(home)
    lines = [
        Quarantined(**row, source_url=sources.get(row["sha256"]), waiting=row["sha256"] in waiting) for row in found
    ]
    return sorted(lines, key=lambda line: (line.first_seen, line.sha256))


def _sources(home: Path, of_years: Iterable[int], wanted: set[str]) -> dict[str, str | None]:
    """Where documents were first fetched from, as far as the lake has them with a report."""
    found: dict[str, str | None] = {}
    for year in of_years:
        for batch in batches(home, "report_document", year, ["sha256", "source_url"]):
            for row in batch.to_pylist():
                if row["sha256"] in wanted:
                    found.setdefault(row["sha256"], row["source_url"])
    return found


def retry(home: Path, chosen: Iterable[str] = ()) -> list[str]:
    """Have documents read again by the next normalize; asked twice, they are still read once. The caller has the lock.

    Args:
        home: the home folder.
        chosen: sha256 of documents, or their first digits as far as they are told apart; none is all in quarantine.

    Returns:
        The sha256 of all that were chosen.

    Raises:
        NotQuarantined: when one is none, or several, of those in quarantine; nothing is written then.
    """
    known = [line.sha256 for line in quarantined(home)]
    wanted = [_one(text.lower(), known) for text in chosen] or known
    if wanted:
        _write(home, read_again(home) | set(wanted))
    return wanted


def _one(text: str, known: list[str]) -> str:
    found = [sha256 for sha256 in known if text and sha256.startswith(text)]
    if len(found) != 1:
        raise NotQuarantined(
            f"{text!r} names {len(found) or 'none'} of the {len(known)} documents in quarantine; "
            "`gongkai quarantine list` has them."
        )
    return found[0]


def read_again(home: Path) -> frozenset[str]:
    """The documents that are to be read again, by sha256; a damaged list counts as none, and can be asked for anew."""
    try:
        return frozenset(str(sha256) for sha256 in json.loads((home / "lake" / _WAITING).read_text("utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return frozenset()


def was_read_again(home: Path) -> None:
    """Forget what was to be read again, once the lake has what came of it."""
    (home / "lake" / _WAITING).unlink(missing_ok=True)


def _write(home: Path, waiting: Iterable[str]) -> None:
    path = home / "lake" / _WAITING
    beside = path.with_suffix(".writing")
    beside.write_text(json.dumps(sorted(waiting)), "utf-8")
    os.replace(beside, path)
