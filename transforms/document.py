"""What is known of a document that was read: its row of ``document``, from the reading or from the lake."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from transforms import READER_VERSION
from transforms.batch import ReadFile
from transforms.content import Fingerprint, figures_hash
from transforms.redaction import redacted

# Of a document that could not be had, or not be read here: no reader's version, so that it is read again next time.
ABSENT = "absent"


@dataclass(slots=True)
class Document:
    """The columns of ``document``; ``report_year`` and ``first_seen`` are known once it has its place."""

    sha256: str
    report_year: int
    media_type: str
    bytes: int
    outcome: str
    reason: str | None
    reader_version: str
    form: str | None
    title: str | None
    agency_name: str | None
    agency_type: str | None
    scope: str
    printed_year: int | None
    edition: str | None
    published_on: dt.date | None
    content_hash: str
    figures: int
    doubtful_cells: int
    trust_reasons: str | None
    issuer: str | None = None
    codes: str | None = None
    figures_hash: str | None = None
    text_letters: int | None = None
    text_bits: int | None = None
    text_band_1: int | None = None
    text_band_2: int | None = None
    text_band_3: int | None = None
    text_band_4: int | None = None
    text_band_5: int | None = None
    text_band_6: int | None = None
    first_seen: dt.datetime | None = None

    def row(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in _NAMES}


_NAMES = tuple(field.name for field in fields(Document))


def document_of_row(row: Mapping[str, Any]) -> Document:
    """A document as the lake has it."""
    return Document(**{name: row[name] for name in _NAMES})


def document_of(read: ReadFile, text: Fingerprint | None) -> Document:
    """A document as it was read just now; ``text``: the fingerprint of what it says, if that is to be compared."""
    reading = read.reading
    return Document(
        sha256=reading.sha256,
        report_year=0,
        media_type=reading.media_type,
        bytes=read.bytes,
        outcome=reading.outcome,
        reason=reading.reason,
        # What could not be had or read here is tried again by the next run.
        reader_version=ABSENT if read.error or reading.lacks_program else READER_VERSION,
        form=reading.form,
        # Redacted here, for what is placed by them must be placed the same when they come back from the lake.
        title=redacted(reading.title) if reading.title else None,
        agency_name=redacted(reading.agency_name) if reading.agency_name else None,
        agency_type=reading.agency_type,
        scope=reading.scope,
        printed_year=reading.report_year,
        edition=reading.edition,
        published_on=parse_date(reading.published_on),
        content_hash=read.content_hash,
        figures=sum(1 for cell in reading.cells.values() if cell.value is not None),
        doubtful_cells=read.doubtful_cells,
        trust_reasons=read.trust_reasons,
        issuer=redacted(reading.issuer) if reading.issuer else None,
        codes=" ".join(reading.codes) or None,
        figures_hash=figures_hash(reading),
        **_of_text(text),
    )


def _of_text(text: Fingerprint | None) -> dict[str, Any]:
    if text is None:
        return {}
    of_bands = {f"text_band_{number}": band for number, band in enumerate(text.bands, start=1)}
    return {"text_letters": text.letters, "text_bits": text.bits, **of_bands}


def parse_date(text: str | None) -> dt.date | None:
    """A date as sources print it (2025-01-20 10:35, 2025/1/20, 2025年1月20日); None when it is none."""
    if not text:
        return None
    parts = [part for part in "".join(c if c.isdigit() else " " for c in text).split() if part]
    try:
        return dt.date(int(parts[0]), int(parts[1]), int(parts[2]))
    except (ValueError, IndexError):
        return None
