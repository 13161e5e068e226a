"""What earlier manifests say: the newest usable answer of each address, what is missing since when, how portals fared.

Only what a crawl needs of a row is kept, and only of the portals that it asks: an archive holds millions of rows.
"""

from __future__ import annotations

import datetime
import sys
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spiders.addresses import day_in
from spiders.archive import documents, manifest
from spiders.archive.pruning import pruned

_FINAL_STATUSES = frozenset({404, 410})
_HEADERS = ("etag", "last-modified", "content-type", "content-disposition")
_FINAL_CODES = frozenset({"foreign_host", "private_address", "robots", "too_large", "scheme"})
# These say nothing about the address that was asked.
_CODES_OF_THE_NIGHT = frozenset({"budget", "night_limit", "host_stopped", "challenge"})
# Two crawls of one night see one state of a portal: only another night counts as a second look.
NIGHT = datetime.timedelta(hours=8)
# An attachment that fails again and again costs its article's questions no more often than this.
MOST_DAYS_BETWEEN_TRIES = 30


@dataclass(frozen=True, slots=True)
class Stored:
    """The newest usable answer of one address of one portal. `asked_at` counts attempts that failed, too.

    `gone`: it answered 404 or 410 since, or with a page that is none. Of a `lost` one the archive no longer holds the
    bytes: it has no validators, so that a portal sends them again. `link_date` and `published_on` are the days that
    the list and the page print.
    """

    url: str
    sha256: str
    asked_at: datetime.datetime
    role: str = "article"
    headers: tuple[tuple[str, str], ...] = ()
    bytes: int | None = None
    published_on: str | None = None
    link_date: str | None = None
    link_text: str | None = None
    report_year: int | None = None
    parent_url: str | None = None
    article_url: str | None = None
    gone: bool = False
    lost: bool = False

    @property
    def etag(self) -> str | None:
        return None if self.lost else dict(self.headers).get("etag")

    @property
    def last_modified(self) -> str | None:
        return None if self.lost else dict(self.headers).get("last-modified")

    @property
    def day(self) -> datetime.date | None:
        """The day of publication: from the page, else from the list, else from the address."""
        for text in (self.published_on, self.link_date):
            try:
                return datetime.date.fromisoformat(text or "")
            except ValueError:
                continue
        return day_in(self.url)


@dataclass(frozen=True, slots=True)
class Absence:
    """Since when an article is missing: nights that saw it missing, the last of them, the last event about it."""

    nights: int = 0
    last_at: datetime.datetime | None = None
    event: str | None = None

    def another_night(self, now: datetime.datetime) -> bool:
        """True when `now` is another night than the last that saw it missing."""
        return self.last_at is None or now - self.last_at >= NIGHT


@dataclass(frozen=True)
class PortalHistory:
    """How a portal fared: its last outcome, whether it ever answered well, and what was used tonight."""

    last_outcome: str | None = None
    last_failure: bool = False
    last_reason: str | None = None
    ever_ok: bool = False
    last_listed: int = 0
    column_name: str | None = None
    recent: tuple[tuple[datetime.datetime, str, int], ...] = ()


@dataclass
class Knowledge:
    """Everything a crawl has to know about earlier ones; addresses are by portal id and address. `failed` are those of
    articles that never answered with one; broken attachments are by article, with how often they were asked in vain."""

    stored: dict[str, dict[str, Stored]] = field(default_factory=dict)
    missed: dict[tuple[str, str], datetime.datetime] = field(default_factory=dict)
    absences: dict[tuple[str, str], Absence] = field(default_factory=dict)
    rejected_links: set[tuple[str, str, str]] = field(default_factory=set)
    portals: dict[str, PortalHistory] = field(default_factory=dict)
    broken_attachments: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    lost: set[tuple[str, str]] = field(default_factory=set)
    failed: set[tuple[str, str]] = field(default_factory=set)

    def of(self, portal_id: str, url: str) -> Stored | None:
        """What is stored of an address for a portal."""
        return self.stored.get(portal_id, {}).get(url)

    def articles(self, portal_id: str) -> tuple[Stored, ...]:
        """All stored articles of a portal, listed today or not, in the order of their addresses."""
        found = [stored for stored in self.stored.get(portal_id, {}).values() if stored.role == "article"]
        return tuple(sorted(found, key=lambda stored: stored.url))

    def missed_at(self, portal_id: str, url: str) -> datetime.datetime | None:
        """When an address that never answered with a document last answered 404, 410 or with a page of nothing."""
        return self.missed.get((portal_id, url))

    def absence(self, portal_id: str, url: str) -> Absence:
        """Since when an article is missing."""
        return self.absences.get((portal_id, url), Absence())

    def history(self, portal_id: str) -> PortalHistory:
        """How a portal fared in earlier crawls."""
        return self.portals.get(portal_id, PortalHistory())

    def lacks_attachments(self, portal_id: str, article_url: str, now: datetime.datetime) -> bool:
        """True when an attachment of this article could not be fetched and is to be asked again, or when bytes of the
        article or of an attachment were lost from the archive.

        One that failed once is asked with its article at any time; then after two, four, eight days and so on.
        """
        if (portal_id, article_url) in self.lost:
            return True
        broken = self.broken_attachments.get(portal_id, {}).get(article_url)
        if not broken:
            return False
        stored, times = self.of(portal_id, article_url), min(broken.values())
        wait = datetime.timedelta(days=min(2 ** (times - 1), MOST_DAYS_BETWEEN_TRIES)) - NIGHT
        return stored is None or times == 1 or now - stored.asked_at >= wait


def learn(home: Path, portal_ids: Container[str] | None = None) -> Knowledge:
    """Read all manifests of a home.

    Args:
        home: the home folder.
        portal_ids: of which portals; None is all.

    Raises:
        ArchiveError: when a manifest holds a line that is no JSON object.
    """
    knowledge = _learn(manifest.rows(home), portal_ids)
    elsewhere = pruned(home)
    for portal_id, addresses in knowledge.stored.items():
        for url, stored in addresses.items():
            if not _is_whole(home, stored):
                # Its bytes are not there to be read again when the portal says that nothing changed.
                addresses[url] = replace(stored, lost=True)
                if not stored.gone and stored.sha256 not in elsewhere:
                    knowledge.lost.add((portal_id, stored.article_url or url))
    return knowledge


def _is_whole(home: Path, stored: Stored) -> bool:
    """Whether the archive holds the bytes, by their number: reading all of them every night would cost too much."""
    path = documents.document_path(home, stored.sha256)
    try:
        return stored.bytes in (None, path.stat().st_size)
    except FileNotFoundError:
        pass
    try:
        # It was read back before the plain file went.
        return documents.packed_path(path).stat().st_size > 0
    except FileNotFoundError:
        return False


def _learn(rows: Iterable[dict[str, Any]], portal_ids: Container[str] | None = None) -> Knowledge:
    knowledge = Knowledge()
    clock = datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for row in rows:
        kind = row.get("kind")
        if kind == "crawl":
            clock = _moment(row.get("as_of"))
            continue
        portal_id = row.get("portal_id")
        if not portal_id or (portal_ids is not None and portal_id not in portal_ids):
            continue
        if kind == "fetch" and row.get("url"):
            _learn_fetch(knowledge, row)
        elif kind == "link":
            knowledge.rejected_links.add((portal_id, row["url"], row["link_text"]))
        elif kind in ("sighting", "event"):
            _learn_absence(knowledge, row)
        elif kind == "portal":
            _learn_portal(knowledge, row, clock)
    return knowledge


def _learn_fetch(knowledge: Knowledge, row: dict[str, Any]) -> None:
    portal_id, url = sys.intern(row["portal_id"]), row["url"]
    addresses = knowledge.stored.setdefault(portal_id, {})
    asked_at = _moment(row["fetched_at"])
    code = (row.get("reason") or "").split(":", 1)[0]
    usable = row["outcome"] in ("stored", "unchanged", "rejected") and row.get("sha256") and code != "other_year"
    # A page that answers 200 and says that there is nothing is as gone as a 404 (families.md §3), and so is the page of
    # a year that shows another year's report.
    gone = row.get("status") in _FINAL_STATUSES or code in ("soft_404", "other_year")
    if usable:
        addresses[url] = _stored(row, asked_at)
        knowledge.missed.pop((portal_id, url), None)
        knowledge.failed.discard((portal_id, url))
    elif gone and url in addresses:
        addresses[url] = replace(addresses[url], asked_at=asked_at, gone=True)
    elif gone:
        knowledge.missed[portal_id, url] = asked_at
    if row["role"] == "article" and url not in addresses and code not in _CODES_OF_THE_NIGHT:
        knowledge.failed.add((portal_id, url))
    if row["role"] == "attachment" and row.get("article_url"):
        broken = knowledge.broken_attachments.setdefault(portal_id, {}).setdefault(row["article_url"], {})
        if usable or gone or code in _FINAL_CODES:
            broken.pop(url, None)
        elif code in _CODES_OF_THE_NIGHT:
            broken.setdefault(url, 1)
        else:
            broken[url] = min(broken.get(url, 0) + 1, 16)


def _stored(row: dict[str, Any], asked_at: datetime.datetime) -> Stored:
    headers = row.get("headers") or {}
    parent, article = row.get("parent_url"), row.get("article_url")
    return Stored(
        url=row["url"],
        sha256=row["sha256"],
        asked_at=asked_at,
        role=sys.intern(row["role"]),
        headers=tuple((name, headers[name]) for name in _HEADERS if headers.get(name)),
        bytes=row.get("bytes"),
        published_on=row.get("published_on"),
        link_date=row.get("link_date"),
        link_text=row.get("link_text"),
        report_year=row.get("report_year"),
        parent_url=sys.intern(parent) if parent else None,
        article_url=sys.intern(article) if article else None,
    )


def _learn_absence(knowledge: Knowledge, row: dict[str, Any]) -> None:
    key = (row["portal_id"], row["url"])
    before = knowledge.absences.get(key, Absence())
    if row["kind"] == "event":
        knowledge.absences[key] = replace(before, event=row["event"])
    elif row["seen"]:
        knowledge.absences[key] = Absence(event=before.event)
    else:
        knowledge.absences[key] = Absence(before.nights + 1, _moment(row["at"]), before.event)


def _learn_portal(knowledge: Knowledge, row: dict[str, Any], clock: datetime.datetime) -> None:
    if row["outcome"] == "skipped":
        return
    before = knowledge.portals.get(row["portal_id"], PortalHistory())
    ok = row["outcome"] in ("ok", "budget")
    # A crawl of some years reads the lists of these alone: what it counts is nothing to hold a whole list against.
    settled = row["outcome"] == "ok" and not row.get("of_some_years")
    knowledge.portals[row["portal_id"]] = PortalHistory(
        last_outcome=row["outcome"],
        last_failure=bool(row.get("failure")),
        last_reason=row.get("reason"),
        ever_ok=before.ever_ok or ok,
        last_listed=row.get("listed", 0) if settled else before.last_listed,
        column_name=(row.get("column_name") or before.column_name) if settled else before.column_name,
        recent=(*before.recent, (clock, row["outcome"], row.get("requests", 0)))[-10:],
    )


def _moment(text: str | None) -> datetime.datetime:
    moment = datetime.datetime.fromisoformat(text or "0001-01-01T00:00:00+00:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
