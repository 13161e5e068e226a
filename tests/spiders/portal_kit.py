"""Pages, registries and crawls for the tests that run real spiders against loopback portals."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from flows.demo import hanweb_pages
from flows.demo.server import Page, PortalServer
from spiders.crawl import CrawlSummary, PortalOutcome, run_crawl

NIGHT_ONE = datetime.datetime(2026, 2, 1, 18, 0, tzinfo=datetime.UTC)
LIST = "/zfxxgknb/"


def title(agency: str, year: int) -> str:
    return f"{agency}{year}年政府信息公开工作年度报告"


def article(heading: str, *, extra: str = "", day: str = "2026-01-20", encoding: str = "utf-8", **page: Any) -> Page:
    html = f"""<html><head><meta name="ArticleTitle" content="{heading}"><meta name="PubDate" content="{day} 10:00">
    <meta name="ContentSource" content="县政府办公室"></head><body><div id="zoom"><p>一、总体情况</p>
    <p>二、主动公开政府信息情况</p><table><tr><td>1</td></tr></table></div>{extra}</body></html>"""
    return Page(html.encode(encoding), **{"etag": "auto", **page})


def hanweb_article(heading: str, *, day: str = "2026-01-20", attachment: str = "", **page: Any) -> Page:
    body = "<p>一、总体情况</p><p>二、主动公开政府信息情况</p><table><tr><td>1</td></tr></table>"
    html = hanweb_pages.article_page(heading, day, "市政府办公室", body, attachment=attachment)
    return Page(html.encode(), **{"etag": "auto", **page})


def row(address: str, heading: str, day: str = "2026-01-20") -> str:
    return f'<li><a href="{address}">{heading}</a><span>{day}</span></li>'


def listing(*rows: str, extra: str = "", **page: Any) -> Page:
    html = f"<html><head><meta charset='utf-8'></head><body><ul>{''.join(rows)}</ul>{extra}</body></html>"
    return Page(html.encode(), **{"etag": "auto", **page})


def entry(portal_id: str, host: str, **more: Any) -> dict[str, Any]:
    """A registry entry; `list` in `more` is merged into the list block."""
    listed = {"url": f"http://{host}{LIST}", **more.pop("list", {})}
    return {
        "id": portal_id, "body": "甲县人民政府", "region_code": "110101", "level": "county", "family": "static_list",
        "hosts": [host], "local": True, "list": listed, "politeness": {"delay_seconds": 0.02}, **more,
    }  # fmt: skip


class Nights:
    """A home with a registry, and crawls of it."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.registry = folder / "registry"
        self.registry.mkdir(parents=True)

    def declare(self, *entries: Mapping[str, Any]) -> None:
        text = yaml.safe_dump(list(map(dict, entries)), allow_unicode=True, sort_keys=False)
        (self.registry / "test.yaml").write_text(text, encoding="utf-8")

    def crawl(self, days_later: float = 0, **options: Any) -> CrawlSummary:
        as_of = NIGHT_ONE + datetime.timedelta(days=days_later)
        options.setdefault("contact", None)
        loud = options.pop("loud", False)
        settings = {"DOWNLOAD_TIMEOUT": 2, "DNS_TIMEOUT": 5, **options.pop("scrapy_settings", {})}
        summary = run_crawl(
            self.home, self.registry, as_of=as_of, timeout_seconds=60, scrapy_settings=settings, **options
        )
        (log,) = summary.logs if options.get("processes", 1) == 1 else summary.logs[:1]
        assert not log.exists() or loud, log.read_text(encoding="utf-8")
        return summary


def outcome(summary: CrawlSummary, portal_id: str) -> PortalOutcome:
    (found,) = [portal for portal in summary.portals if portal.portal_id == portal_id]
    return found


def rows_of(summary: CrawlSummary, portal_id: str, **wanted: Any) -> list[dict[str, Any]]:
    return [
        found
        for found in summary.rows()
        if found.get("portal_id") == portal_id and all(found.get(key) == value for key, value in wanted.items())
    ]


__all__ = [
    "LIST", "NIGHT_ONE", "Nights", "Page", "PortalServer", "article", "entry", "hanweb_article", "listing", "outcome",
    "row", "rows_of", "title",
]  # fmt: skip
