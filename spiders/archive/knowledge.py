"""What earlier manifests say is stored: the latest row of each address, and how each portal fared."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spiders.archive import documents, manifest

_FINAL_STATUSES = frozenset({404, 410})


@dataclass(frozen=True)
class Stored:
    """The newest usable row of one address of one portal. `asked_at` counts attempts that failed, too.

    Of a `lost` one the archive no longer holds the bytes: it has no validators, so that a portal sends them again.
    """

    row: dict[str, Any]
    asked_at: datetime.datetime
    gone: bool = False
    lost: bool = False

    @property
    def url(self) -> str:
        return str(self.row["url"])

    @property
    def sha256(self) -> str:
        return str(self.row["sha256"])

    @property
    def etag(self) -> str | None:
        return None if self.lost else (self.row.get("headers") or {}).get("etag")

    @property
    def last_modified(self) -> str | None:
        return None if self.lost else (self.row.get("headers") or {}).get("last-modified")

    @property
    def published_on(self) -> datetime.date | None:
        """The day of publication: from the page, else from the list."""
        for key in ("published_on", "link_date"):
            try:
                return datetime.date.fromisoformat(self.row.get(key) or "")
            except ValueError:
                continue
        return None


@dataclass(frozen=True)
class PortalHistory:
    """How a portal fared: its last outcome, whether it ever answered well, and what was used tonight."""

    last_outcome: str | None = None
    last_failure: bool = False
    last_reason: str | None = None
    ever_ok: bool = False
    last_listed: int = 0
    recent: tuple[tuple[datetime.datetime, str, int], ...] = ()


@dataclass
class Knowledge:
    """Everything a crawl has to know about earlier ones."""

    stored: dict[tuple[str, str], Stored] = field(default_factory=dict)
    rejected_links: set[tuple[str, str, str]] = field(default_factory=set)
    portals: dict[str, PortalHistory] = field(default_factory=dict)
    broken_attachments: dict[str, dict[str, set[str]]] = field(default_factory=dict)
    lost: set[tuple[str, str]] = field(default_factory=set)

    def of(self, portal_id: str, url: str) -> Stored | None:
        """What is stored of an address for a portal."""
        return self.stored.get((portal_id, url))

    def articles(self, portal_id: str) -> tuple[Stored, ...]:
        """All stored articles of a portal, listed today or not, in the order of their addresses."""
        found = [
            stored
            for (portal, _), stored in self.stored.items()
            if portal == portal_id and stored.row["role"] == "article"
        ]
        return tuple(sorted(found, key=lambda stored: stored.url))

    def history(self, portal_id: str) -> PortalHistory:
        """How a portal fared in earlier crawls."""
        return self.portals.get(portal_id, PortalHistory())

    def lacks_attachments(self, portal_id: str, article_url: str) -> bool:
        """True when an attachment of this article could not be fetched and may be there now, or when bytes of the
        article or of an attachment were lost from the archive."""
        return (
            bool(self.broken_attachments.get(portal_id, {}).get(article_url)) or (portal_id, article_url) in self.lost
        )


def learn(home: Path) -> Knowledge:
    """Read all manifests of a home.

    Raises:
        ArchiveError: when a manifest holds a line that is no JSON object.
    """
    knowledge = _learn(manifest.rows(home))
    for key, stored in knowledge.stored.items():
        if not _is_whole(home, stored):
            knowledge.stored[key] = replace(stored, lost=True)
            if not stored.gone:
                knowledge.lost.add((key[0], stored.row.get("article_url") or key[1]))
    return knowledge


def _is_whole(home: Path, stored: Stored) -> bool:
    """Whether the archive holds the bytes, by their number: reading all of them every night would cost too much."""
    try:
        size = documents.document_path(home, stored.sha256).stat().st_size
    except FileNotFoundError:
        return False
    return stored.row.get("bytes") in (None, size)


def _learn(rows: Iterable[dict[str, Any]]) -> Knowledge:
    knowledge = Knowledge()
    clock = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for row in rows:
        kind = row.get("kind")
        if kind == "crawl":
            clock = _moment(row.get("as_of"))
        elif kind == "fetch" and row.get("portal_id") and row.get("url"):
            _learn_fetch(knowledge, row)
        elif kind == "link":
            knowledge.rejected_links.add((row["portal_id"], row["url"], row["link_text"]))
        elif kind == "portal":
            _learn_portal(knowledge, row, clock)
    return knowledge


def _learn_fetch(knowledge: Knowledge, row: dict[str, Any]) -> None:
    key = (row["portal_id"], row["url"])
    asked_at = _moment(row["fetched_at"])
    usable = row["outcome"] in ("stored", "unchanged", "rejected") and row.get("sha256")
    gone = row.get("status") in _FINAL_STATUSES
    if usable:
        knowledge.stored[key] = Stored(row, asked_at)
    elif gone and key in knowledge.stored:
        knowledge.stored[key] = Stored(knowledge.stored[key].row, asked_at, gone=True)
    if row["role"] == "attachment" and row.get("article_url"):
        broken = knowledge.broken_attachments.setdefault(row["portal_id"], {}).setdefault(row["article_url"], set())
        if usable or gone or _is_final(row.get("reason")):
            broken.discard(row["url"])
        else:
            broken.add(row["url"])


def _is_final(reason: str | None) -> bool:
    return (reason or "").split(":", 1)[0] in (
        "foreign_host",
        "private_address",
        "robots",
        "too_large",
        "scheme",
    )


def _learn_portal(knowledge: Knowledge, row: dict[str, Any], clock: datetime.datetime) -> None:
    if row["outcome"] == "skipped":
        return
    before = knowledge.portals.get(row["portal_id"], PortalHistory())
    ok = row["outcome"] in ("ok", "budget")
    listed = row.get("listed", 0)
    knowledge.portals[row["portal_id"]] = PortalHistory(
        last_outcome=row["outcome"],
        last_failure=bool(row.get("failure")),
        last_reason=row.get("reason"),
        ever_ok=before.ever_ok or ok,
        last_listed=listed if row["outcome"] == "ok" else before.last_listed,
        recent=(*before.recent, (clock, row["outcome"], row.get("requests", 0)))[-10:],
    )


def _moment(text: str | None) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text or "0001-01-01T00:00:00+00:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
