"""A first look at portals: the first page of a list and a report or two, asked as politely as in any night.

Nothing of it stays: the pages go to an archive of their own that is thrown away when the look is over.
"""

from __future__ import annotations

import contextlib
import datetime
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spiders import archive, registry
from spiders.crawl import PortalOutcome, Progress, run_crawl
from spiders.reading import pages
from spiders.reading.pages import Page
from spiders.reading.signs import Sniffed, family_of
from spiders.registry import Portal

# Lists of years and reports that a look asks for.
SAMPLE = 2


@dataclass(frozen=True)
class SavedAnswer:
    """One answer as it came: what was asked (address, and the form behind `#post:`), its bytes, its type."""

    key: str
    body: bytes
    content_type: str = ""


@dataclass(frozen=True)
class Trial:
    """What a look at a portal brought. `lists`, `articles`, `attachments` and `rejected` are manifest rows.

    `page` is the page at the declared address, None when it brought no page; `sniffed` is the family that it shows.
    """

    portal: Portal
    outcome: PortalOutcome
    lists: tuple[dict[str, Any], ...] = ()
    articles: tuple[dict[str, Any], ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()
    rejected: tuple[dict[str, Any], ...] = ()
    answers: tuple[SavedAnswer, ...] = ()
    page: Page | None = None
    sniffed: Sniffed | None = None
    reports: tuple[Mapping[str, Any], ...] = field(default=())


def look(
    portals: Path | None,
    portal_ids: Iterable[str] = (),
    *,
    contact: str | None = None,
    on_progress: Progress | None = None,
    scrapy_settings: Mapping[str, object] | None = None,
) -> Iterator[Trial]:
    """Look at the selected entries of a registry, one trial each, in registry order.

    Raises:
        RegistryError, UnknownPortal, MissingContact: as `run_crawl` does.
    """
    selected = registry.select(registry.load(portals), portal_ids)
    with tempfile.TemporaryDirectory(prefix="gongkai-look-") as folder:
        home = Path(folder)
        summary = run_crawl(
            home,
            portals,
            portal_ids=[portal.id for portal in selected],
            contact=contact,
            on_progress=on_progress,
            sample=SAMPLE,
            scrapy_settings=scrapy_settings,
        )
        rows = list(summary.rows())
        for portal, outcome in zip(selected, summary.portals, strict=True):
            yield _trial(home, portal, outcome, [row for row in rows if row.get("portal_id") == portal.id])


def look_at(entry: Mapping[str, Any], **options: Any) -> Trial:
    """Look at one entry that no registry holds yet; options and errors as `look`."""
    import yaml

    with tempfile.TemporaryDirectory(prefix="gongkai-look-") as folder:
        Path(folder, "entry.yaml").write_text(yaml.safe_dump([dict(entry)], allow_unicode=True), "utf-8")
        (trial,) = look(Path(folder), **options)
        return trial


def _trial(home: Path, portal: Portal, outcome: PortalOutcome, rows: list[dict[str, Any]]) -> Trial:
    fetched = [row for row in rows if row["kind"] == "fetch"]
    usable = [row for row in fetched if row["sha256"] and row["outcome"] != "failed"]
    answers = []
    for row in usable:
        with contextlib.suppress(FileNotFoundError, ValueError):
            kind = (row.get("headers") or {}).get("content-type", "")
            answers.append(SavedAnswer(row["url"], archive.read(home, row["sha256"]), kind))
    page = _first_page(portal, fetched, answers)
    return Trial(
        portal=portal,
        outcome=outcome,
        lists=tuple(row for row in fetched if row["role"] == "list"),
        articles=tuple(row for row in fetched if row["role"] == "article"),
        attachments=tuple(row for row in fetched if row["role"] == "attachment"),
        rejected=tuple(row for row in rows if row["kind"] == "link"),
        answers=tuple(answers),
        page=page,
        sniffed=family_of(page) if page is not None else None,
        reports=tuple(row for row in rows if row["kind"] == "candidate"),
    )


def _first_page(portal: Portal, fetched: list[dict[str, Any]], answers: list[SavedAnswer]) -> Page | None:
    if not fetched or not answers:
        return None
    first = fetched[0]
    found = next((answer for answer in answers if answer.key == first["url"]), None)
    if found is None or not pages.looks_like_html(found.body, found.content_type):
        return None
    return pages.read_page(first["final_url"] or first["url"], found.body, found.content_type, portal.article.encoding)


def today() -> str:
    """The day of a look, as evidence names it."""
    return datetime.date.today().isoformat()
