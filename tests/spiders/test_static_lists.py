"""Static lists that end early, stand elsewhere or are no lists: found, failed or noted, never an empty success."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from spiders.crawl import CrawlSummary, PortalOutcome
from tests.spiders.portal_kit import (
    LIST,
    Nights,
    Page,
    PortalServer,
    article,
    entry,
    listing,
    outcome,
    row,
    rows_of,
    title,
)

BY_NUMBER = {"kind": "index_n", "max": 3}
MOVED = "/new/nb/"
PATHS = {year: f"t{year}0120_{year}.html" for year in range(2018, 2025)}
NAVIGATION = "".join(f'<a href="/{word}/">{word}</a>' for word in ("zwgk", "hdjl", "fwdt")) + "<p>&nbsp;</p>" * 90


def reports(*years: int, extra: str = "", folder: str = LIST) -> Page:
    return listing(*(row(f"{folder}{PATHS[year]}", title("甲县", year)) for year in years), extra=extra)


def total(pages: int) -> str:
    return f'<script>createPageHTML({pages}, 0, "index", "html");</script>'


def plain(text: str) -> Page:
    return Page(f"<html><body>{text}</body></html>".encode())


EMPTY = plain(f"<p>暂无信息</p>{NAVIGATION}")
# Of each portal: its list pages, the pager of its entry, and what the reason of its row holds.
PORTALS: dict[str, tuple[Mapping[str, Page], Mapping[str, Any]]] = {
    "longer": (
        {LIST: reports(2024, 2023), **{f"{LIST}index_{n}.html": reports(2023 - n) for n in (1, 2, 3, 4)}}, BY_NUMBER
    ),
    "whole": ({LIST: reports(2024, 2023), f"{LIST}index_1.html": reports(2022)}, BY_NUMBER),
    "short": ({LIST: reports(2024, extra=total(3)), f"{LIST}index_1.html": reports(2023)}, BY_NUMBER),
    "unread": ({LIST: reports(2024, extra=total(3))}, {"kind": "none"}),
    "unread-empty": ({LIST: plain(NAVIGATION + total(3))}, {"kind": "none"}),
    "short-empty": ({LIST: plain(NAVIGATION + total(3))}, BY_NUMBER),
    "soft-404": ({LIST: reports(2024), **{f"{LIST}index_{n}.html": EMPTY for n in range(1, 9)}}, BY_NUMBER),
    "last-is-next": (
        {LIST: reports(2024, extra='<a href="2.html">下一页</a>'),
         f"{LIST}2.html": reports(2023, extra='<a href="2.html">下一页</a>')}, {"kind": "next_link"}
    ),
    "scripted-next": (
        {LIST: reports(2024, extra='<a href="javascript:toPage(2)">下一页</a>')}, {"kind": "next_link"}
    ),
    "undeclared-next": ({LIST: reports(2024, extra='<a href="2.html">下一页</a>'), f"{LIST}2.html": reports(2023)},
                        {"kind": "none"}),
    "undeclared-numbers": (
        {LIST: reports(2024, extra='<a href="./">1</a><a href="list_2.html">[2]</a><a href="/x/3.html">3</a>')},
        {"kind": "none"}
    ),
    "opened-next": (
        {LIST: reports(2024, extra="""<a href="#" onclick="location.href='2.html'">下一页</a>"""),
         f"{LIST}2.html": reports(2023, extra='<a href="#">下一页</a>')}, {"kind": "next_link"}
    ),
    "last-by-script": (
        {LIST: reports(2024, extra='<a href="javascript:void(0)">下一页</a><a href="javascript:toPage(1)">下页</a>')},
        {"kind": "next_link"}
    ),
    "printed": (
        {LIST: reports(2024, extra="共<b>2</b>页"), f"{LIST}index_2.html": reports(2023, extra="共2页")}, BY_NUMBER
    ),
    "printed-more": ({LIST: reports(2024, extra="第1/3页")}, BY_NUMBER),
    "others-between": (
        {LIST: reports(2024, extra='<a href="2.html">下一页</a>'),
         f"{LIST}2.html": plain(f'<a href="zcjd.htm">一项政策的说明</a>{NAVIGATION}<a href="3.html">下一页</a>'),
         f"{LIST}3.html": reports(2023)}, {"kind": "next_link"}
    ),
    "off-host-next": (
        {LIST: reports(2024, extra='<a href="http://elsewhere.invalid/2.html">下一页</a>')}, {"kind": "next_link"}
    ),
    "json": ({LIST: Page(b'{"rows": []}', content_type="text/html")}, {"kind": "none"}),
    "pdf": ({LIST: Page(b"%PDF-1.4", content_type="application/pdf")}, {"kind": "none"}),
    "json-later": (
        {LIST: reports(2024), f"{LIST}index_1.html": Page(b'\xef\xbb\xbf[{"code": 500}]' + b" " * 900)}, BY_NUMBER
    ),
    "bare": ({LIST: plain('<div id="app"></div>')}, {"kind": "none"}),
    "bare-year": (
        {LIST: plain('<a href="2024/">2024年</a><a href="2023/">2023年</a>'), f"{LIST}2024/": reports(2024),
         f"{LIST}2023/": plain('<div id="app"></div>')}, {"kind": "none"}
    ),
    "year-and-sections": (
        {LIST: plain('<a href="2024/">2024年</a>'),
         f"{LIST}2024/": reports(2024, extra='<a href="/s2/">部门</a><a href="/zfxxgknb/2024/">2024年</a>'),
         "/s2/": reports(2023, extra='<a href="/s3/">乡镇</a>')}, {"kind": "none"}
    ),
    "section-fails": (
        {LIST: plain('<a href="2024/">2024年</a>'),
         f"{LIST}2024/": plain('<a href="/s1/">部门</a><a href="/s2/">街道</a><a href="/s3/">乡镇</a>'),
         "/s2/": reports(2024), "/s3/": Page(b"[]")}, {"kind": "none"}
    ),
    "refreshed": (
        {LIST: plain(f'<meta http-equiv="refresh" content="0;url={MOVED}">'), MOVED: reports(2024),
         f"{MOVED}index_1.html": reports(2023)}, BY_NUMBER
    ),
    "scripted": ({LIST: plain(f"<script>window.location.href='{MOVED}'</script>"), MOVED: reports(2024)}, BY_NUMBER),
    "moved-off-host": (
        {LIST: plain('<meta http-equiv="refresh" content="0;url=http://elsewhere.invalid/">')}, {"kind": "none"}
    ),
    "frame-fails": ({LIST: plain(f'{NAVIGATION}<iframe src="/gone.html"></iframe>')}, {"kind": "none"}),
    "redirected": (
        {LIST: Page(redirect=MOVED), MOVED: reports(2024), f"{MOVED}index_1.html": reports(2023)}, BY_NUMBER
    ),
}  # fmt: skip


class Lists:
    def __init__(self, nights: Nights, servers: Mapping[str, PortalServer]) -> None:
        nights.declare(*(self._entry(name, server) for name, server in servers.items()))
        self.summary: CrawlSummary = nights.crawl()
        self.asked = {
            name: [path for path in server.paths() if path != "/robots.txt"] for name, server in servers.items()
        }
        # Page 2 loses its report: only a list that was read whole can say so.
        for name in ("longer", "whole"):
            pages = dict(servers[name].pages)
            pages[f"{LIST}index_1.html"] = reports(2018 if name == "longer" else 2023)
            servers[name].pages = pages
        self.later: CrawlSummary = nights.crawl(1)

    @staticmethod
    def _entry(name: str, server: PortalServer) -> dict[str, Any]:
        pages, pager = PORTALS[name]
        articles = {f"{LIST}{path}": article(title("甲县", year)) for year, path in PATHS.items()}
        server.pages = {**articles, **pages}
        sections = dict.fromkeys(("year-and-sections", "section-fails"), r"(20\d\d)年|/s\d/")
        links = {"bare-year": r"(20\d\d)年", **sections}.get(name)
        years = {"entry": "year_nodes", "year_link_re": links} if links else {}
        return entry(name, server.host, list={"pager": dict(pager), **years})

    def of(self, name: str) -> PortalOutcome:
        return outcome(self.summary, name)

    def stored(self, name: str) -> set[int]:
        rows = rows_of(self.summary, name, kind="fetch", role="article", outcome="stored")
        return {year for year, path in PATHS.items() if any(one["url"].endswith(path) for one in rows)}

    def lists(self, name: str) -> list[str]:
        return [path for path in self.asked[name] if "/t20" not in path]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lists]:
    with contextlib.ExitStack() as stack:
        servers = {
            name: stack.enter_context(PortalServer(address=f"127.0.9.{number}"))
            for number, name in enumerate(PORTALS, 1)
        }
        yield Lists(Nights(tmp_path_factory.mktemp("static")), servers)


@pytest.mark.parametrize(
    ("name", "years", "note"),
    [
        ("longer", {2024, 2023, 2022, 2021}, "pager: the list was read up to pager.max, 3 pages"),
        ("whole", {2024, 2023, 2022}, None),
        ("short", {2024, 2023}, " says 3 pages and gave 2"),
        ("unread", {2024}, " says 3 pages and gave 1"),
        ("soft-404", {2024}, None),
        ("last-is-next", {2024, 2023}, None),
        ("scripted-next", {2024}, "has a next page, javascript:toPage(2), and pager next_link gave 1"),
        ("undeclared-next", {2024}, "/2.html, and pager none gave 1"),
        ("undeclared-numbers", {2024}, "has a page 2, http"),
        ("opened-next", {2024, 2023}, None),
        ("last-by-script", {2024}, None),
        ("printed", {2024, 2023}, None),
        ("printed-more", {2024}, "prints that it has 3 pages, and pager index_n gave 1"),
        ("others-between", {2024, 2023}, None),
        ("year-and-sections", {2024, 2023}, None),
        ("refreshed", {2024, 2023}, None),
        ("scripted", {2024}, None),
        ("redirected", {2024, 2023}, None),
    ],
)
def test_lists_that_are_read(lists: Lists, name: str, years: set[int], note: str | None) -> None:
    found = lists.of(name)
    assert found.outcome == "ok", found.reason
    assert lists.stored(name) == years
    assert (found.reason is None) if note is None else (note in (found.reason or "")), found.reason


@pytest.mark.parametrize(
    ("name", "years", "reason"),
    [
        ("unread-empty", set(), "list_empty: the list http"),
        ("short-empty", set(), "list_empty: the list http"),
        ("off-host-next", {2024}, "foreign_host: page 2 of the list"),
        ("json", set(), "not_html: the list http"),
        ("pdf", set(), "expected HTML, found application/pdf that begins b'%PDF-1.4'"),
        ("json-later", {2024}, "not_html: page 2 of the list"),
        ("bare", set(), "not_a_list: the list http"),
        ("bare-year", {2024}, "not_a_list: the list http"),
        ("section-fails", {2024}, "/s1/: status 404; not_html: the list http"),
        ("moved-off-host", set(), "foreign_host: the list http"),
        ("frame-fails", set(), "dead_link: not_found: the list http"),
    ],
)
def test_lists_that_fail_say_where_and_what(lists: Lists, name: str, years: set[int], reason: str) -> None:
    found = lists.of(name)
    assert (found.outcome, found.failure) == ("failed", True)
    assert reason in (found.reason or "")
    assert lists.stored(name) == years, "what was listed before is read all the same"


def test_no_more_is_asked_than_tells_the_end(lists: Lists) -> None:
    assert lists.lists("soft-404") == [LIST, f"{LIST}index_1.html"]
    assert lists.lists("longer") == [LIST, f"{LIST}index_1.html", f"{LIST}index_2.html"]
    # The list says three pages: index_1 is not there, so index_2 is tried once.
    assert lists.lists("short") == [LIST, f"{LIST}index_1.html", f"{LIST}index_2.html"]
    assert lists.lists("short-empty") == [LIST, f"{LIST}index_1.html", f"{LIST}index_2.html"]
    assert lists.lists("last-is-next") == [LIST, f"{LIST}2.html"]


def test_only_a_list_that_was_read_whole_says_what_is_missing(lists: Lists) -> None:
    assert [one["url"][-18:] for one in rows_of(lists.later, "whole", kind="sighting")] == ["20220120_2022.html"]
    assert rows_of(lists.later, "longer", kind="sighting") == []
