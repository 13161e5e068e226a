"""Portals of JPaaS, the newer Hanweb: units that answer with JSON (families.md §2.2 b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flows.demo import hanweb_pages
from tests.portals.play_hanweb import DOCUMENT, REMOVED, REPORTS, REVISED, articles, column
from tests.portals.scenario import Pages, Scenario


def jpaas(**more: Any) -> Callable[[str, str | None], Pages]:
    """A column whose unit answers in a way of its own."""

    def pages(host: str, removed: str | None) -> Pages:
        one = column(removed)
        return hanweb_pages.jpaas_pages([one], **more) | articles(one)

    return pages


def scenario(name: str, pages: Callable[[str, str | None], Pages], *quirks: str, **params: str) -> Scenario:
    listed = {"url": "/col/col1001/index.html", "pager": {"kind": "json"}, "params": params}
    return Scenario(
        name=name, family="jpaas", quirks=quirks, pages=pages, listed=listed, reports=tuple(REPORTS.values()),
        attachments=(DOCUMENT,), revised=REVISED, removed=REMOVED,
    )  # fmt: skip


SCENARIOS = [
    scenario("jpaas", jpaas(), "jpaas_unit", "etag", perpage="4"),
    scenario("jpaas-stays", jpaas(heeds_pages=False), "jpaas_ignores_page", perpage="30"),
]
