"""Lists that come as JSON and are broken, endless, cut or something else: each is named, none is an empty success."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from flows.demo.server import Asked
from spiders.crawl import CrawlSummary
from tests.spiders.portal_kit import Nights, Page, PortalServer, article, entry, listing, outcome, row, rows_of, title

CHANNEL = "0123456789abcdef0123456789abcdef"
TEMPLATE = "/bing/c1/zfxxgk_gknbz.shtml"
SECOND = TEMPLATE.replace(".shtml", "_2.shtml")
SEARCH, OTHER_SEARCH = f"/searchList/{CHANNEL}", f"/common/search/{CHANNEL}"
API, INDEX = "/gkmlpt/api/all/2629", "/gkmlpt/index"
TREE = [{"id": 2629, "name": "政府信息公开年报", "jump_url": "", "children": []}]
CONFIG = (
    f"<html><body><script>window._CONFIG = {{SID: '900001', TREE: {json.dumps(TREE, ensure_ascii=False)}}};</script>"
)
HOME = "<!DOCTYPE html><html><body>" + "<p>欢迎访问丁市人民政府</p>" * 50 + "</body></html>"
YEARS = (2024, 2023)

Pages = dict[str, Any]


def post(year: int) -> str:
    return f"/gkmlpt/content/9/9{year}/post_9{year}.html"


def hashed(year: int) -> str:
    return f"/bing/c1/{year + 1}01/{year:032x}.shtml"


def answer(said: Any, **more: Any) -> Page:
    text = said if isinstance(said, str) else json.dumps(said)
    return Page(text.encode(), **{"content_type": "application/json", **more})


def column(*years: int, **more: Any) -> dict[str, Any]:
    found = [{"title": title("丁市", year), "url": post(year)} for year in years]
    return {"total": len(found), "articles": found, **more}


def results(*years: int, **more: Any) -> dict[str, Any]:
    found = [{"title": title("丙县", year), "url": hashed(year)} for year in years]
    return {"data": {"total": len(found), "results": found, **more}}


def endless(asked: Asked) -> Page:
    year = 2024 - int(asked.form["page"])
    return answer(column(year, total=10**6))


POSTS: Pages = {post(year): article(title("丁市", year)) for year in range(2010, 2025)}
HASHED: Pages = {hashed(year): article(title("丙县", year)) for year in range(2010, 2025)}


def shown(*years: int, cut: bool = False, script: str = "") -> Page:
    rows = [row(hashed(year), title("丙县", year)[:16] + "…" if cut else title("丙县", year)) for year in years]
    return listing(f"<meta name='channelid' content='{CHANNEL}'>", *rows, extra=script)


UCAP: dict[str, Pages] = {
    "search-500": {TEMPLATE: shown(*YEARS), SEARCH: Page(status=500)},
    "search-broken": {TEMPLATE: shown(*YEARS), SEARCH: answer('{"data": {"results": [{"ti')},
    "search-deep": {TEMPLATE: shown(*YEARS), SEARCH: answer('{"data":' * 50_000)},
    "search-null": {TEMPLATE: shown(*YEARS), SEARCH: answer({"data": None})},
    "search-403": {TEMPLATE: shown(*YEARS), SEARCH: Page(status=403), SECOND: shown(2022)},
    "search-knows-nothing": {TEMPLATE: shown(*YEARS), SEARCH: answer(results()), SECOND: shown(2022)},
    "search-lacks-one": {TEMPLATE: shown(*YEARS), SEARCH: answer(results(2023)), SECOND: shown(2022)},
    "search-of-everything": {
        TEMPLATE: shown(*YEARS),
        SECOND: shown(2022),
        SEARCH: answer({"data": {"total": 9, "results": [{"title": f"新闻{n}", "url": f"/n/{n}"} for n in range(9)]}}),
    },
    "cut-titles": {TEMPLATE: shown(*YEARS, cut=True), SEARCH: answer(results(*YEARS))},
    "other-scheme": {
        TEMPLATE: shown(*YEARS),
        SEARCH: lambda asked: answer(
            {
                "data": {
                    "results": [{"title": title("丙县", 2024), "url": f"https://{asked.headers['host']}{hashed(2024)}"}]
                }
            }
        ),
    },
    "nothing-404": {TEMPLATE: shown()},
    "nothing-empty": {TEMPLATE: shown(), SEARCH: answer(results())},
    "nothing-page": {TEMPLATE: shown(), SEARCH: Page(HOME.encode())},
    "nothing-counted": {TEMPLATE: shown(), SEARCH: answer(results(total=7))},
    "page-two-500": {
        TEMPLATE: shown(2024),
        SEARCH: lambda asked: answer(results(*YEARS, total=9)) if asked.form["page"] == "1" else Page(status=500),
    },
}
GKMLPT: dict[str, Pages] = {
    "api-page": {API: Page(HOME.encode())},
    "api-cut": {API: answer('{"total": 2, "articles": [{"title"')},
    "api-null": {API: answer(column(total=2, articles=None))},
    "api-none-of-five": {API: answer(column(total=5))},
    "api-empty": {API: answer(column())},
    "api-404": {},
    "api-huge-total": {API: answer(column(*YEARS, total=10**6))},
    "api-endless": {API: endless},
    "api-second-500": {
        API: lambda asked: answer(column(2024, total=2)) if asked.form["page"] == "1" else Page(status=500)
    },
    "api-one-twice": {
        API: lambda asked: answer(column(*{"1": (2024, 2023), "2": (2023, 2022)}.get(asked.form["page"], ()), total=4))
    },
    "auto": {API: answer(column(*YEARS)), INDEX: Page(CONFIG.encode())},
    "auto-no-column": {API: answer(column(*YEARS)), INDEX: Page(CONFIG.replace("年报", "指南").encode())},
    "api-odd-rows": {
        API: answer(column(total=9, articles=[*column(*YEARS)["articles"], None, 7, {"title": None, "url": None}]))
    },
}


class Crawl:
    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.servers: dict[str, PortalServer] = {}
        entries = []
        for number, (name, pages) in enumerate((UCAP | GKMLPT).items(), start=1):
            server = PortalServer((HASHED if name in UCAP else POSTS) | pages, address=f"127.0.5.{number}")
            self.servers[name] = stack.enter_context(server)
            listed: dict[str, Any] = {"url": server.url(TEMPLATE if name in UCAP else INDEX)}
            family = "ucap" if name in UCAP else "auto" if name.startswith("auto") else "gkmlpt"
            if family == "gkmlpt":
                listed |= {"params": {"sid": "900001", "column": "2629"}, "pager": {"kind": "json", "max": 4}}
            entries.append(entry(name, server.host, family=family, list=listed))
        nights = Nights(folder)
        nights.declare(*entries)
        self.summary: CrawlSummary = nights.crawl()

    def articles(self, name: str) -> list[int]:
        rows = rows_of(self.summary, name, kind="fetch", role="article", outcome="stored")
        return sorted((found["report_year"] for found in rows), reverse=True)


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    with ExitStack() as stack:
        yield Crawl(tmp_path_factory.mktemp("json"), stack)


@pytest.mark.parametrize(
    ("name", "result", "reason", "years"),
    [
        # What the page itself shows is read although its search fails.
        ("search-500", "failed", "server_error: the search of channel", [2024, 2023]),
        ("search-broken", "failed", "not_a_list: page 1 of the search", [2024, 2023]),
        ("search-deep", "failed", "expected JSON with data.results, found", [2024, 2023]),
        ("search-null", "failed", "expected JSON with data.results, found nothing in data", [2024, 2023]),
        ("search-403", "ok", "ucap: refused: the search", [2024, 2023, 2022]),
        ("search-knows-nothing", "ok", "lacks 2 of 2 reports", [2024, 2023, 2022]),
        ("search-lacks-one", "ok", "lacks 1 of 2 reports", [2024, 2023, 2022]),
        ("search-of-everything", "ok", "lacks 2 of 2 reports", [2024, 2023, 2022]),
        ("cut-titles", "ok", None, [2024, 2023]),
        ("other-scheme", "ok", "lacks 1 of 2 reports", [2024, 2023]),
        ("nothing-404", "failed", "not_found: the search of channel", []),
        ("nothing-empty", "failed", "list_empty", []),
        ("nothing-page", "failed", "not_a_list: the search of channel", []),
        ("nothing-counted", "failed", "no_rows: the channel", []),
        ("page-two-500", "failed", "server_error: page 2 of the search", [2024, 2023]),
        ("api-page", "failed", "not_a_list: page 1 of the column 2629 of site 900001", []),
        ("api-cut", "failed", 'expected JSON with articles, found \'{"total"', []),
        ("api-null", "failed", "expected a list of rows in articles, found nothing", []),
        ("api-none-of-five", "failed", "says 5 rows and shows none", []),
        ("api-empty", "failed", "list_empty", []),
        ("api-404", "failed", "not_found: page 1 of the column", []),
        ("api-huge-total", "ok", "says 1000000 rows and gave 2", [2024, 2023]),
        ("api-endless", "ok", "read up to pager.max, 4 pages", [2023, 2022, 2021, 2020]),
        ("api-second-500", "failed", "server_error: page 2 of the column", [2024]),
        ("api-one-twice", "ok", "says 4 rows and gave 3", [2024, 2023, 2022]),
        ("auto", "ok", "auto: gkmlpt", [2024, 2023]),
        ("auto-no-column", "failed", "no_column: the catalogue", []),
        ("api-odd-rows", "ok", "says 9 rows and gave 2", [2024, 2023]),
    ],
)
def test_each_is_named(crawl: Crawl, name: str, result: str, reason: str | None, years: list[int]) -> None:
    found = outcome(crawl.summary, name)
    assert found.outcome == result, found.reason
    assert (reason is None and found.reason is None) or (reason or "-") in (found.reason or "")
    assert crawl.articles(name) == years


def test_a_refused_search_is_not_asked_elsewhere(crawl: Crawl) -> None:
    paths = [path.partition("?")[0] for path in crawl.servers["search-403"].paths()]
    assert SEARCH in paths
    assert OTHER_SEARCH not in paths


def test_a_complete_page_costs_one_question(crawl: Crawl) -> None:
    paths = [path.partition("?")[0] for path in crawl.servers["cut-titles"].paths()]
    assert paths == ["/robots.txt", TEMPLATE, SEARCH, hashed(2024), hashed(2023)]


def test_the_whole_title_of_the_search_stands_for_a_cut_one(crawl: Crawl) -> None:
    rows = rows_of(crawl.summary, "cut-titles", kind="fetch", role="article")
    assert {found["link_text"] for found in rows} == {title("丙县", year) for year in YEARS}


def test_a_row_with_another_scheme_is_the_article_of_the_page(crawl: Crawl) -> None:
    rows = rows_of(crawl.summary, "other-scheme", kind="fetch", role="article")
    assert sorted(found["url"] for found in rows) == sorted(crawl.servers["other-scheme"].url(hashed(y)) for y in YEARS)


def test_pages_that_repeat_end_a_column(crawl: Crawl) -> None:
    asked = [path for path in crawl.servers["api-huge-total"].paths() if path.startswith(API)]
    assert asked == [f"{API}?page=1&sid=900001", f"{API}?page=2&sid=900001"]
