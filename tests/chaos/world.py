"""Portals that change from night to night and fail at times, drawn from a seed, and a record of what they delivered."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from flows.demo import hanweb_pages
from flows.demo import reports as demo
from flows.demo.server import Answering, Asked, Page, PortalServer
from flows.demo.word import MEDIA_TYPE, word_document
from tests.spiders.portal_kit import LIST, entry, listing, row
from tests.spiders.test_crawl_faults import CHALLENGE

COLUMN = "1229001"
# How a portal fares in a night, by how often; all but the first are its faults.
MOODS = {
    "healthy": 10, "unavailable": 1, "closed": 1, "challenge": 1, "challenge-later": 1, "list-empty": 1, "list-gone": 1,
    "articles-fail": 3, "slow": 1,
}  # fmt: skip
SLOW_SECONDS = 0.1
# What an article gives that fails: in the place of a page, or of a part of it.
FAILURES = ("status 500", "status 404", "truncated")


@dataclass
class Item:
    """A report on a portal: its number in addresses, how often it was revised, which edition is attached (0: none)."""

    report: demo.Report
    number: int
    revision: int = 1
    attached: int = 0
    there: bool = True

    @property
    def name(self) -> str:
        return f"{self.report.agency.key}-{self.report.year}"


@dataclass(frozen=True)
class Delivered:
    """An answer that went out whole: what it shows (portal, report, part, revision), and its hash."""

    shows: tuple[str, str, str, int]
    sha256: str


@dataclass
class Portal:
    """One portal: ``city`` is a flat list with ETags and attachments, ``county`` GBK with a visit counter, ``zone``
    a Hanweb column with Word documents."""

    kind: str
    portal_id: str
    server: PortalServer
    unpublished: list[demo.Report]
    items: list[Item] = field(default_factory=list)
    mood: str = "healthy"

    @property
    def there(self) -> list[Item]:
        return [item for item in self.items if item.there]

    def entry(self) -> dict[str, Any]:
        """Its registry entry."""
        more: dict[str, Any] = {"body": None, "politeness": {"delay_seconds": 0.0}, "level": self.kind}
        if self.kind == "zone":
            url = f"http://{self.server.host}{hanweb_pages.column_path(COLUMN)}"
            more |= {"family": "hanweb", "list": {"url": url, "pager": {"kind": "nextgroup"}}}
        return entry(self.portal_id, self.server.host, **more)


@dataclass
class World:
    """The portals of a trial; ``delivered`` is what went out, in the nights since the caller emptied it."""

    rng: random.Random
    portals: list[Portal] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    numbers: int = 100

    # What changes ------------------------------------------------------------------------------------------------

    def change(self) -> list[str]:
        """One night's news; what happened, in words."""
        news = []
        for _ in range(self.rng.choice((0, 1, 1, 2, 3))):
            portal = self.rng.choice(self.portals)
            what = self.rng.choice((publish, revise, revise, withdraw, move, attach))
            if item := what(self, portal):
                news.append(f"{what.__name__} {item.name} r{item.revision}")
        return news

    def number(self) -> int:
        self.numbers += 1
        return self.numbers

    def shows(self, shown: tuple[str, str, str, int]) -> bool:
        """Whether a portal still has what it once delivered."""
        portal_id, name, part, revision = shown
        for portal in self.portals:
            for item in portal.there:
                if (portal.portal_id, item.name) == (portal_id, name):
                    return revision == (item.attached if part == "attachment" else item.revision)
        return False

    # How portals fare --------------------------------------------------------------------------------------------

    def fare(self, healthy: bool) -> dict[str, str]:
        """Show tonight's pages, each portal in a mood of its own unless all are ``healthy``; the faults by portal."""
        for portal in self.portals:
            before, drawn = portal.mood, self.rng.choices(list(MOODS), list(MOODS.values()))[0]
            portal.mood = "healthy" if healthy else drawn
            if portal.mood == "closed" != before:
                portal.server.__exit__(None, None, None)
            if before == "closed" != portal.mood:
                address, port = portal.server.host.split(":")
                portal.server = PortalServer(address=address, port=int(port)).__enter__()
            portal.server.pages = self._pages(portal)
        return {portal.kind: portal.mood for portal in self.portals if portal.mood != "healthy"}

    def _pages(self, portal: Portal) -> dict[str, Page | Answering]:
        lists, articles = (zone_pages if portal.kind == "zone" else flat_pages)(portal)
        pages: dict[str, Page | Answering] = {
            path: self._noted((portal.portal_id, *shown), page) for path, (shown, page) in articles.items()
        }
        pages |= lists
        order = list(articles)
        self.rng.shuffle(order)
        match portal.mood:
            case "unavailable":
                return {path: Page(status=503) for path in (*pages, "/robots.txt")}
            case "challenge":
                return pages | {path: Page(CHALLENGE, status=412) for path in lists}
            case "challenge-later":
                return pages | {path: Page(CHALLENGE) for path in order[len(order) // 2 :]}
            case "list-empty":
                empty = Portal(portal.kind, portal.portal_id, portal.server, [])
                return pages | (zone_pages if portal.kind == "zone" else flat_pages)(empty)[0]
            case "list-gone":
                return {path: page for path, page in pages.items() if path not in lists}
            case "articles-fail":
                return pages | {path: _failing(articles[path][1], self.rng.choice(FAILURES)) for path in order[::2]}
            case "slow":
                return {path: _slow(page) for path, page in pages.items()}
        return pages

    def _noted(self, shows: tuple[str, str, str, int], page: Page) -> Answering:
        def answer(asked: Asked) -> Page:
            body = page.body.replace(b"{visits}", str(asked.visit).encode())
            self.delivered.append(Delivered(shows, hashlib.sha256(body).hexdigest()))
            return replace(page, body=body)

        return answer


@contextmanager
def world(rng: random.Random) -> Iterator[World]:
    """Three portals with two reports each, up until the context ends."""
    found = World(rng)
    try:
        for place, (kind, portal_id) in enumerate(zip(("city", "county", "zone"), demo.PORTALS, strict=True), start=1):
            server = PortalServer(address=f"127.0.9.{place}").__enter__()
            pool = demo.reports(portal_id)[: {"city": 10, "county": 5, "zone": 4}[kind]]
            portal = Portal(kind, portal_id, server, pool)
            found.portals.append(portal)
            for _ in range(2):
                publish(found, portal)
        yield found
    finally:
        for portal in found.portals:
            if portal.mood != "closed":
                portal.server.__exit__(None, None, None)


# News --------------------------------------------------------------------------------------------------------------


def publish(world: World, portal: Portal) -> Item | None:
    """A new report, or one that comes back."""
    gone = [item for item in portal.items if not item.there]
    if gone and (not portal.unpublished or world.rng.random() < 0.5):
        gone[0].there = True
        return gone[0]
    if not portal.unpublished:
        return None
    report = portal.unpublished.pop(world.rng.randrange(len(portal.unpublished)))
    portal.items.append(Item(report, world.number()))
    return portal.items[-1]


def revise(world: World, portal: Portal) -> Item | None:
    item = world.rng.choice(portal.there) if portal.there else None
    if item:
        item.revision += 1
    return item


def withdraw(world: World, portal: Portal) -> Item | None:
    item = world.rng.choice(portal.there) if len(portal.there) > 1 else None
    if item:
        item.there = False
    return item


def move(world: World, portal: Portal) -> Item | None:
    item = world.rng.choice(portal.there) if portal.there else None
    if item:
        item.number = world.number()
    return item


def attach(world: World, portal: Portal) -> Item | None:
    item = world.rng.choice(portal.there) if portal.there and portal.kind == "city" else None
    if item:
        item.attached = item.revision
    return item


# Pages -------------------------------------------------------------------------------------------------------------

# Pages of lists by path, and of articles and attachments with what they show (report, part, revision).
Shown = dict[str, tuple[tuple[str, str, int], Page]]


def flat_pages(portal: Portal) -> tuple[dict[str, Page | Answering], Shown]:
    city = portal.kind == "city"
    charset = "utf-8" if city else "gb18030"
    rows, found = [], Shown()
    for item in sorted(portal.there, key=lambda item: item.report.published_on, reverse=True):
        address = f"t{item.report.published_on:%Y%m%d}_{item.number}.html"
        rows.append(row(address, item.report.title, str(item.report.published_on)))
        below = "" if city else '<div class="hits">浏览次数：{visits}</div>'
        if item.attached:
            below = f'<div class="fujian"><a href="P{item.number}.docx">附件.docx</a></div>'
            document = word_document(item.report.title, revised(demo.body(item.report, 1), item.attached))
            page = Page(document, content_type=MEDIA_TYPE, etag="auto")
            found[f"{LIST}P{item.number}.docx"] = (item.name, "attachment", item.attached), page
        html = revised(demo.page(item.report, 1, below, charset), item.revision)
        page = Page(html.encode(charset), content_type="text/html", etag="auto" if city else "")
        found[LIST + address] = (item.name, "page", item.revision), page
    return {LIST: listing(*rows)}, found


def zone_pages(portal: Portal) -> tuple[dict[str, Page | Answering], Shown]:
    records, found = [], Shown()
    for item in sorted(portal.there, key=lambda item: item.report.published_on, reverse=True):
        title, day = item.report.title, str(item.report.published_on)
        path = hanweb_pages.article_path(COLUMN, day, item.number)
        body = revised(demo.body(item.report, 1), item.revision)
        attachment = ""
        if item.report.year % 2:
            attachment = hashlib.sha256(f"{title}{item.number}".encode()).hexdigest()[:32] + ".docx"
            page = Page(word_document(title, body), content_type=MEDIA_TYPE, etag="auto")
            found[hanweb_pages.download_path(attachment)] = (item.name, "document", item.revision), page
            body = f"<p>现公布{title}，全文见附件。</p>"
        html = hanweb_pages.article_page(title, day, item.report.agency.name, body, attachment=attachment)
        found[path] = (item.name, "page", item.revision), Page(html.encode(), etag="auto")
        records.append(hanweb_pages.Record(path, title, day))
    return hanweb_pages.jpage_pages([hanweb_pages.Column(COLUMN, "4467021", tuple(records))]), found


def revised(html: str, revision: int) -> str:
    """What a report says after so many revisions."""
    return html if revision == 1 else html.replace("按月巡检", f"按月巡检，本报告系第{revision}稿")


def _failing(page: Page, how: str) -> Page:
    kind, _, status = how.partition(" ")
    return replace(page, truncate=len(page.body) // 3) if kind == "truncated" else Page(status=int(status))


def _slow(page: Page | Answering) -> Page | Answering:
    if isinstance(page, Page):
        return replace(page, delay_seconds=SLOW_SECONDS)
    return lambda asked: replace(page(asked), delay_seconds=SLOW_SECONDS)
