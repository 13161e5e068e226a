"""What the crawls left behind: the documents, the fetch rows and registry entries of all manifests of a home."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple, cast


class Fetch(NamedTuple):
    """One document that was fetched or ingested; the fields are those of a manifest's fetch row.

    A tuple, as ``Placement``, for each is put on disk and brought back several times (transforms/lake/workspace.py).
    """

    crawl_id: str
    portal_id: str | None
    role: str
    url: str | None
    fetched_at: datetime
    sha256: str
    title: str | None
    link_text: str | None
    published_on: str | None
    report_year: int | None
    article_url: str | None
    declared_host: bool
    body: str | None
    region_code: str | None
    level: str | None
    repeats: bool = False

    @property
    def source(self) -> str:
        """Address of the document, or its file name when it was ingested without one."""
        return self.url or self.link_text or self.sha256

    @property
    def publication(self) -> str:
        """Address of the page that the document belongs to: a page and its attachments are one publication.

        A file that was ingested without an address is one by itself: many have the same name.
        """
        return self.article_url or self.url or self.sha256


@dataclass(frozen=True, slots=True)
class AddressEvent:
    """What a crawl judged of an address whose report it no longer found, or found again: fields of an event row."""

    portal_id: str
    url: str
    event: str
    happened_at: datetime
    moved_to: str | None


def manifest_rows(home: Path, portals: dict[str, dict[str, Any]], events: list[AddressEvent]) -> Iterator[Fetch]:
    """Every fetch of a document that the crawls and ingests of a home recorded, manifest by manifest.

    ``portals`` gains the newest entry of every portal crawled, by id, and ``events`` what crawls judged of addresses.
    A ``.part`` of a crawl that was killed counts as far as it goes; its incomplete last line is ignored.
    """
    folder = home / "raw" / "manifests"
    for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.part")]):
        for row in _rows(path):
            if row.get("kind") == "crawl":
                portals.update({entry["id"]: entry for entry in row.get("portals", ())})
            elif row.get("kind") == "fetch" and _is_document(row):
                yield _fetch(row)
            elif row.get("kind") == "event":
                events.append(_event(row))


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    # Read as bytes: a line cut off by a kill may end inside a character.
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict):
                yield row


def _is_document(row: dict[str, Any]) -> bool:
    kept = row.get("outcome") in ("stored", "unchanged") and row.get("sha256")
    return bool(kept) and row.get("role") in ("article", "attachment", "ingested")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)


def _event(row: dict[str, Any]) -> AddressEvent:
    return AddressEvent(row["portal_id"], row["url"], row["event"], _moment(row["at"]), row.get("moved_to"))


def _fetch(row: dict[str, Any]) -> Fetch:
    return Fetch(
        crawl_id=row["crawl_id"],
        portal_id=row.get("portal_id"),
        role=row["role"],
        url=row.get("url"),
        fetched_at=_moment(row["fetched_at"]),
        sha256=row["sha256"],
        title=row.get("title"),
        link_text=row.get("link_text"),
        published_on=row.get("published_on") or row.get("link_date"),
        report_year=row.get("report_year"),
        article_url=row.get("article_url"),
        declared_host=bool(row.get("declared_host", True)),
        body=row.get("body"),
        region_code=row.get("region_code"),
        level=row.get("level"),
        repeats=row["outcome"] == "unchanged",
    )


def document_path(home: Path, sha256: str) -> Path:
    """Where the raw archive keeps the bytes of a document."""
    return home / "raw" / "documents" / sha256[:2] / sha256


def is_held(path: Path) -> bool:
    """Whether the archive has a file of this document, compressed (``<path>.zst``) or not."""
    return path.exists() or _packed(path).exists()


def opened(path: Path) -> IO[bytes]:
    """The bytes of a document as they were fetched, whether the archive keeps it compressed or not.

    Raises OSError when there is none, here or, where it is damaged, when it is read.
    """
    try:
        return path.open("rb")
    except FileNotFoundError as absent:
        try:
            packed = _packed(path).open("rb")
        except OSError:
            raise absent from None
        # Not for who reads single files: it takes a tenth of a second to load.
        import pyarrow as pa

        return cast(IO[bytes], pa.CompressedInputStream(packed, "zstd"))


def _packed(path: Path) -> Path:
    return path.with_name(f"{path.name}.zst")
