"""Portals of JPaaS, the newer Hanweb: units that answer with JSON (families.md §2.2 b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.demo import hanweb_pages
from flows.demo.hanweb_pages import Record
from flows.demo.server import Page
from tests.portals.play_hanweb import AGENCY, DOCUMENT, REMOVED, REPORTS, REVISED, articles, column
from tests.portals.scenario import HEADINGS, Pages, Scenario


def jpaas(**more: Any) -> Callable[[str, str | None], Pages]:
    """A column whose unit answers in a way of its own."""

    def pages(host: str, removed: str | None) -> Pages:
        one = column(removed)
        return hanweb_pages.jpaas_pages([one], **more) | articles(one) | viewer(one.records[1])

    return pages


VIEWED = "/picture/-1/0f0e0d0c0b0a49098807060504030201.pdf"


def viewer(record: Record) -> dict[str, Any]:
    """An article that shows a document in a viewer, which names it in an attribute."""
    shown = f'{HEADINGS}<div id="pdfshow" data-value="{VIEWED}"></div>'
    text = hanweb_pages.article_page(record.title, record.day, AGENCY, shown)
    document = Page(b"%PDF-1.4 viewed", content_type="application/pdf", etag="auto")
    return {record.href: Page(text.encode(), etag="auto"), VIEWED: document}


def scenario(name: str, pages: Callable[[str, str | None], Pages], *quirks: str, **params: str) -> Scenario:
    listed = {"url": "/col/col1001/index.html", "pager": {"kind": "json"}, "params": params}
    return Scenario(
        name=name, family="jpaas", quirks=quirks, pages=pages, listed=listed, reports=tuple(REPORTS.values()),
        attachments=(DOCUMENT, VIEWED), revised=REVISED, removed=REMOVED,
    )  # fmt: skip


SCENARIOS = [
    scenario("jpaas", jpaas(), "jpaas_unit", "attachment_viewer", "etag", perpage="4"),
    scenario("jpaas-stays", jpaas(heeds_pages=False), "jpaas_ignores_page", perpage="30"),
]
