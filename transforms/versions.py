"""Documents of one report in time -> its versions: what the source said, whichever rendition was read for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from transforms.identity.store import opaque_id
from transforms.manifest import Fetch

_OUTCOMES = ("parsed", "no_tables", "out_of_format", "unreadable")


@dataclass(frozen=True)
class Read:
    """What versions need to know of a document that was read."""

    sha256: str
    outcome: str
    content_hash: str
    doubtful_cells: int
    figures: int

    @property
    def quality(self) -> tuple[int, int, int]:
        """Order of renditions by how well they were read: outcome, then fewest doubts, then most figures."""
        return (_OUTCOMES.index(self.outcome), self.doubtful_cells, -self.figures)


@dataclass(slots=True)
class Version:
    """One state of what the source says."""

    version_id: str
    version_no: int
    content_hash: str
    fetch: Fetch
    first_seen: datetime
    last_seen: datetime
    publication: str = ""


@dataclass
class _Publication:
    """A page and its attachments: the newest document of each address."""

    newest: dict[str, tuple[Fetch, Read]] = field(default_factory=dict)

    def best(self) -> tuple[Fetch, Read]:
        return min(self.newest.values(), key=lambda pair: (pair[1].quality, pair[0].source))


@dataclass
class _Change:
    """What one crawl brought for a publication: its first document, and whether it may say something else."""

    first: Fetch
    may_be_new: bool = False


def versions_of(report_id: str, fetches: Sequence[Fetch], reads: Mapping[str, Read]) -> list[Version]:
    """Versions of a report, oldest first, from its documents on declared hosts in the order of time.

    A new version begins when the content at an address changes, or when another publication of the report says
    something else; not when a further rendition of the same publication appears, and never for a copy.
    """
    publications: dict[str, _Publication] = {}
    versions: list[Version] = []
    for crawl in _crawls(fetches):
        changed: dict[str, _Change] = {}
        for fetch in crawl:
            publication = publications.setdefault(fetch.publication, _Publication())
            before = publication.newest.get(fetch.source)
            read = reads[fetch.sha256]
            revised = before is not None and before[1].content_hash != read.content_hash
            new_page = not publication.newest
            publication.newest[fetch.source] = (fetch, read)
            change = changed.setdefault(fetch.publication, _Change(fetch))
            change.may_be_new = change.may_be_new or revised or new_page
        for key in sorted(changed, key=lambda k: (publications[k].best()[0].published_on or "", k)):
            _extend(report_id, versions, key, publications[key].best(), changed[key])
    return versions


def _crawls(fetches: Sequence[Fetch]) -> Iterable[list[Fetch]]:
    """Fetches of one crawl together: a page and its attachments change at once.

    Attachments that a killed crawl left without their page count as fetched by the crawl that brought the page, as if
    nothing had happened: the ids of versions do not tell of it.
    """
    crawls: dict[str, list[Fetch]] = {}
    pages = {fetch.source for fetch in fetches if not fetch.article_url}
    waiting: defaultdict[str, list[Fetch]] = defaultdict(list)
    come: set[str] = set()
    for fetch in fetches:
        if fetch.article_url in pages and fetch.article_url not in come:
            waiting[fetch.article_url].append(fetch)
            continue
        crawl = crawls.setdefault(fetch.crawl_id, [])
        crawl.append(fetch)
        if not fetch.article_url:
            come.add(fetch.source)
            crawl += waiting.pop(fetch.source, ())
    return crawls.values()


def _extend(
    report_id: str, versions: list[Version], publication: str, best: tuple[Fetch, Read], change: _Change
) -> None:
    fetch, read = best
    current = versions[-1] if versions else None
    if current is not None and current.content_hash == read.content_hash:
        current.last_seen = max(current.last_seen, fetch.fetched_at)
    elif current is not None and not change.may_be_new:
        # A rendition that reads better takes over the version of its own publication, whichever is current now:
        # what the source says did not change.
        own = next((version for version in reversed(versions) if version.publication == publication), None)
        if own is not None:
            own.last_seen = max(own.last_seen, fetch.fetched_at)
            own.content_hash, own.fetch = read.content_hash, fetch
    else:
        number = len(versions) + 1
        # The id rests on the document seen first, not on the one read best, which another reader may judge otherwise.
        version_id = opaque_id("v", "version", report_id, str(number), change.first.sha256)
        seen = fetch.fetched_at
        versions.append(Version(version_id, number, read.content_hash, fetch, seen, seen, publication))
