"""Lists of 新点: what pages, scripts and answers say, and what comes of answers that are no lists."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from flows.demo.server import Answering, Asked
from spiders.crawl import CrawlSummary
from spiders.declaring.suggestion import suggest
from spiders.families import epoint
from spiders.reading import data
from tests.spiders.portal_kit import Nights, Page, PortalServer, article, entry, outcome, rows_of, title

GUID = "11111111-2222-3333-4444-555555555555"
REPORT = title("庚市人民政府", 2024)
ACTION = "/EWB-FRONT/rest/lightfrontaction/getgovinfolist"
LIST = "/dynamic/zwgk/govInfoPub.html?categorynum=003&deptcode=033"


def answer(rows: Any, total: Any = 1) -> str:
    return json.dumps({"custom": {"total": total, "data": rows}, "status": {"code": 1}})


def row(**more: Any) -> dict[str, Any]:
    return {
        "infourl": "/a/1.html?deptcode=033",
        "title": "庚市…",
        "realtitle": REPORT,
        "infodate": "2025-01-20",
        **more,
    }


def test_a_row() -> None:
    found = epoint.rows_in(answer([row()], total="21"))
    (item,) = found.items
    assert (item.reference, item.title, item.date) == ("/a/1.html?deptcode=033", REPORT, "2025-01-20")
    assert (found.size, found.total) == (1, 21)


@pytest.mark.parametrize(
    ("change", "reference", "text", "day"),
    [
        ({"realtitle": None}, "/a/1.html?deptcode=033", "庚市…", "2025-01-20"),
        ({"realtitle": "  "}, "/a/1.html?deptcode=033", "庚市…", "2025-01-20"),
        ({"realtitle": "<i>2024</i>年&nbsp;年报"}, "/a/1.html?deptcode=033", "2024年 年报", "2025-01-20"),
        ({"realtitle": "甲&amp;乙"}, "/a/1.html?deptcode=033", "甲&乙", "2025-01-20"),
        ({"infourl": "zw/1.html"}, "/zw/1.html", REPORT, "2025-01-20"),
        ({"infourl": "", "visiturl": "http://b.test/1.html"}, "http://b.test/1.html", REPORT, "2025-01-20"),
        ({"infodate": "2025-01-20 09:30:00"}, "/a/1.html?deptcode=033", REPORT, "2025-01-20"),
        ({"infodate": None}, "/a/1.html?deptcode=033", REPORT, None),
        ({"infodate": 1737338400000}, "/a/1.html?deptcode=033", REPORT, "2025-01-20"),
        ({"infodate": "2025-13-45"}, "/a/1.html?deptcode=033", REPORT, None),
        ({"infourl": "/a/\ud800.html"}, "/a/?.html", REPORT, "2025-01-20"),
    ],
)  # fmt: skip
def test_rows_as_servers_write_them(change: dict[str, Any], reference: str, text: str, day: str | None) -> None:
    (item,) = epoint.rows_in(answer([row(**change)])).items
    assert (item.reference, item.title, item.date) == (reference, text, day)


@pytest.mark.parametrize(
    "total", [None, -1, True, 1.5, "viele", "9" * 30, 10**30, [], {"total": 1}], ids=lambda total: str(total)[:12]
)
def test_a_total_that_is_no_number_is_none(total: Any) -> None:
    assert epoint.rows_in(answer([row()], total=total)).total is None


def test_rows_that_cannot_be_read_are_counted() -> None:
    found = epoint.rows_in(answer([row(), None, "x", row(infourl=None), row(realtitle="", title=7)]))
    assert (len(found.items), found.size) == (1, 5)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<html><body>登录</body></html>", "<html>"),
        ("", "''"),
        ("[" * 100_000, "[[["),
        ('{"custom":' * 50_000, "custom"),
        ('{"total":' + "9" * 5000 + "}", "999"),
        ("[]", "[]"),
        ("null", "null"),
        ('{"custom":null,"status":{"code":0,"text":"参数错误"}}', "参数错误"),
        ('{"custom":{"total":3,"data":null}}', "nothing"),
        ('{"custom":{"total":3,"data":"[]"}}', "a text"),
        ('{"custom":{"total":3,"data":{"0":{}}}}', "an object"),
        ('{"custom":{"total":3,"data":[1,2,3]}}', "a number"),
        ('{"custom":{"total":3,"data":[{"name":"x"}]}}', "name"),
        (answer([row()] * (epoint.MAX_ROWS + 1)), "1001"),
    ],
    ids=lambda text: text[:24],
)
def test_what_is_no_list_is_named(text: str, found: str) -> None:
    with pytest.raises(data.NotAList, match="expected") as raised:
        epoint.rows_in(text)
    assert found in str(raised.value)
    assert len(str(raised.value)) < 250


def test_an_empty_list_is_one() -> None:
    assert epoint.rows_in(answer([], total=0)) == epoint.Rows((), 0, 0)
    assert epoint.rows_in(answer(None, total=0)) == epoint.Rows((), 0, 0)


def test_what_a_site_script_says() -> None:
    script = f"""var siteGuid = "other";var siteInfo={{"siteGuid":"{GUID}",'projectName':'/EWB_YK_Mid'}};"""
    assert epoint.said_in(script) == {"siteGuid": GUID, "projectName": "/EWB_YK_Mid"}
    assert epoint.said_in(f'$.ajax({{data:JSON.stringify({{"siteGuid":"{GUID}"}})}})') == {"siteGuid": GUID}
    assert epoint.said_in("<html>404</html>") == {}
    assert epoint.said_in("var siteInfo={" + "x" * 100_000) == {}


def test_a_column_is_named_by_the_entry_then_the_address_then_the_page() -> None:
    said = {"categorynum": "page", "deptcode": "page"}
    url = "http://a.test/list.html?categorynum=address"
    assert epoint.asked_with(url, said, {}) == {"categorynum": "address", "deptcode": "page"}
    assert epoint.asked_with(url, said, {"categorynum": "entry"}) == {"categorynum": "entry", "deptcode": "page"}
    assert epoint.asked_with("http://a.test/", {}, {}) == {"categorynum": "", "deptcode": ""}


def replies(*bodies: str | Page, numbers: bool = False, wrapped: bool = False) -> Answering:
    """Bodies by page number; the last one for all further numbers."""

    def reply(asked: Asked) -> Page:
        said = json.loads(asked.posted)
        if wrapped and "params" not in said:
            return Page(b'{"custom":null}', content_type="application/json")
        number = said.get("params", said)["pageIndex"]
        body = bodies[min(number, len(bodies) - 1)]
        return body if isinstance(body, Page) else Page(body.encode(), content_type="application/json")

    return reply


def rows(first: int, last: int, total: Any = None) -> str:
    numbers = range(first, last)
    found = [row(infourl=f"/a/b/{10000 + number}.html", realtitle=title(f"第{number}局", 2024)) for number in numbers]
    return answer(found, total)


ARTICLES = {f"/a/b/{10000 + number}.html": article(title(f"第{number}局", 2024)) for number in range(6)}
EMPTY_LIST = Page(b"<html><body><div id='data'></div></body></html>")
HTML = "<html><body>" + "网站维护" * 200 + "</body></html>"
# What the action answers, the outcome, how many reports are listed, and words of the reason.
ANSWERS: dict[str, tuple[Page | Answering, str, int, str]] = {
    "html": (Page(HTML.encode()), "failed", 0, "not_a_list: page 0 of the list"),
    "deep": (Page(b"[" * 200_000), "failed", 0, "not_a_list"),
    "nulls": (replies('{"custom":{"total":null,"data":null}}'), "failed", 0, "not_a_list"),
    "huge-total": (replies(rows(0, 3, 10**40), rows(3, 3)), "ok", 3, ""),
    "down": (Page(b"", status=503), "failed", 0, "server_error: page 0 of the list"),
    "not-found": (Page(b"", status=404), "failed", 0, "not_found: page 0 of the list"),
    "empty": (replies(answer([], 0)), "failed", 0, "list_empty"),
    "repeats": (replies(rows(0, 3, 99)), "ok", 3, "says 99 rows and gave 3"),
    "html-later": (replies(rows(0, 3, 6), HTML), "failed", 3, "not_a_list: page 1 of the list"),
    "404-past-end": (replies(rows(0, 3), Page(b"", status=404)), "ok", 3, ""),
    "short": (replies(rows(0, 3, 6), rows(3, 5, 6), rows(5, 5, 6)), "ok", 5, "says 6 rows and gave 5"),
    "zero-is-empty": (replies(answer([], 6), rows(0, 3, 6), rows(3, 6, 6)), "ok", 6, ""),
    "zero-fails": (replies(Page(b"", status=500), rows(0, 3, 6), rows(3, 6, 6)), "ok", 6, ""),
    "wrapped": (replies(rows(0, 3, 3), wrapped=True), "ok", 3, "declare wrapped: true"),
    "unreadable": (replies(answer([row(infourl="/a/b/10000.html"), None, 7], 3)), "ok", 1, "2 rows of"),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrawlSummary]:
    with ExitStack() as stack:
        nights, entries = Nights(tmp_path_factory.mktemp("epoint")), []
        for number, (name, (said, *_)) in enumerate(ANSWERS.items(), start=1):
            pages = {LIST: EMPTY_LIST, ACTION: said, **ARTICLES}
            server = stack.enter_context(PortalServer(pages, address=f"127.0.5.{number}"))
            listed = {"url": server.url(LIST), "params": {"siteGuid": GUID}}
            entries.append(entry(name, server.host, family="epoint", list=listed))
        server = stack.enter_context(PortalServer({"/nb.html": EMPTY_LIST}, address="127.0.5.99"))
        listed = {"url": server.url("/nb.html"), "params": {"siteGuid": GUID}}
        entries.append(entry("no-column", server.host, family="epoint", list=listed))
        nights.declare(*entries)
        yield nights.crawl()


@pytest.mark.parametrize("name", ANSWERS)
def test_what_comes_of_an_answer(night: CrawlSummary, name: str) -> None:
    _, expected, listed, words = ANSWERS[name]
    found = outcome(night, name)
    assert (found.outcome, found.listed) == (expected, listed), found.reason
    assert words in (found.reason or ""), found.reason
    assert words or found.reason is None, found.reason
    stored = rows_of(night, name, kind="fetch", role="article", outcome="stored")
    assert len(stored) == listed


def test_a_column_without_a_name_is_not_asked_for(night: CrawlSummary) -> None:
    assert (outcome(night, "no-column").reason or "").startswith("no_column: the list http://127.0.5.99")


def test_a_suggested_entry_names_the_site_that_a_script_told() -> None:
    script = Page(f'var siteInfo={{"siteGuid":"{GUID}","projectName":"EWB-FRONT"}}'.encode())
    told = Page(b"<html><body><script src='/js/webBuilderCommon.js'></script></body></html>")
    pages: dict[str, Page | Answering] = {
        LIST: told,
        "/js/webBuilderCommon.js": script,
        ACTION: replies(rows(0, 2, 2)),
        **ARTICLES,
    }
    with PortalServer(pages, address="127.0.5.98") as server:
        found = suggest(server.url(LIST), scrapy_settings={"DOWNLOAD_TIMEOUT": 2})
    assert found.entry["family"] == "epoint"
    assert found.entry["list"]["params"] == {"siteGuid": GUID}
    assert len(found.trial.reports) == 2
