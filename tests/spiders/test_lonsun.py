"""Lists of 龙讯: what column pages say of their rows, and what comes of answers of a label that are no rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from urllib.parse import parse_qsl, urlsplit

import pytest

from flows.demo.server import Answering, Asked
from spiders.crawl import CrawlSummary
from spiders.families import lonsun
from spiders.reading.listing import ListingRules, is_article_shaped, read_listing
from spiders.reading.pages import Page as Read
from spiders.reading.pages import read_page
from tests.spiders.portal_kit import Nights, Page, PortalServer, article, entry, outcome, rows_of, title

URL = "https://www.a.gov.cn/public/column/1681?type=3&action=list"
OPT = "var opt={siteId:678,organId:1681,pageSize:12,pageIndex:1,pageCount:4,file:'/xxgk/list_newest2020'};"


def column(script: str, url: str = URL, rows: str = "") -> Read:
    return read_page(url, f"<html><body><div id='list'>{rows}</div><script>{script}</script></body></html>".encode())


def fields_of(script: str, url: str = URL, **params: str) -> dict[str, str]:
    label = lonsun.label_of(column(script, url), params)
    assert label is not None
    return label.fields


def test_what_a_column_says() -> None:
    label = lonsun.label_of(column(OPT), {})
    assert label is not None
    assert (label.reference, label.pages, label.total) == ("/site/label/8888", 4, None)
    asked = dict(parse_qsl(urlsplit(label.request(3)).query, keep_blank_values=True))
    assert asked["result"] == lonsun.NO_ROWS
    assert {name: asked[name] for name in ("siteId", "organId", "type", "pageSize", "pageIndex", "length", "file")} == {
        "siteId": "678", "organId": "1681", "type": "3", "pageSize": "12", "pageIndex": "3", "length": "80",
        "file": "/xxgk/list_newest2020",
    }  # fmt: skip


def test_the_call_of_a_pagination_is_read_as_well() -> None:
    script = """Ls.pagination("#page",function(pageIndex,pageSize){Ls.ajax({dataType:"html",url:"/site/label/165919",
    data:{"siteId":"44432","pageSize":"16",pageIndex:pageIndex,"organId":"9","type":"3","catId":"","length":"100",
    "labelName":"publicInfoList","file":"/x/publicInfoList"}})},{currPage:1,pageCount:25 || 0})"""
    label = lonsun.label_of(column(script), {})
    assert label is not None
    assert (label.reference, label.pages) == ("/site/label/165919", 25)
    # The address names the organ of the page; longer titles than ours are welcome.
    wanted = {"siteId": "44432", "organId": "1681", "pageSize": "16", "length": "100"}
    assert {name: label.fields[name] for name in wanted} == wanted


def test_the_entry_overrules_the_address_and_the_address_the_script() -> None:
    assert fields_of(OPT, URL.replace("type=3", "type=4&catId=77"))["type"] == "4"
    assert fields_of(OPT, URL.replace("type=3", "type=4&catId=77"))["catId"] == "77"
    found = fields_of(OPT, organId="9", siteId="8", type="2", catId="", file="/own", perpage="50")
    assert [found[name] for name in ("organId", "siteId", "type", "catId", "file", "pageSize")] == [
        "9", "8", "2", "", "/own", "50",
    ]  # fmt: skip


def test_other_objects_that_name_a_site_are_not_the_list() -> None:
    others = """var tree={siteId:1,organId:2,type:4,pageSize:99};
    Ls.ajax({data:{labelName:"publicCatalogTree",siteId:3,organId:4,pageSize:88,file:"/tree"}});"""
    for script in (others + OPT, OPT + others):
        assert [fields_of(script)[name] for name in ("siteId", "pageSize", "file")] == [
            "678", "12", "/xxgk/list_newest2020",
        ]  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        "",
        "var opt={organId:1681};",
        "var opt={siteId:'abc',organId:1681};",
        "var opt={siteId:" + "9" * 40 + ",organId:1};",
        "var opt={" + "siteId:1," * 2000 + "}",
        "{" * 100_000,
        "{siteId" + "x" * 100_000,
        "siteId:1,organId:2",
    ],
    ids=lambda script: script[:30],
)
def test_a_column_that_names_no_site_has_no_label(script: str) -> None:
    assert lonsun.label_of(column(script), {}) is None


def test_numbers_that_are_none_are_left_out() -> None:
    found = fields_of("var opt={siteId:678,organId:'x',pageSize:'viele',length:'lang',type:'drei',file:'/f'};")
    assert [found[name] for name in ("organId", "pageSize", "length", "type")] == ["1681", "15", "80", "3"]


@pytest.mark.parametrize(
    "text",
    [
        '{"status":0,"desc":"error"}',
        "[]",
        "<!DOCTYPE html><html><body>首页</body></html>",
        "<HTML><body></body></HTML>",
    ],
)
def test_what_is_no_piece_of_html_is_named(text: str) -> None:
    with pytest.raises(lonsun.NotRows, match="expected"):
        lonsun.rows_in(text)


@pytest.mark.parametrize(
    "text",
    ["", "暂无相关信息", "<ul></ul>", "<html><body><div class='xxgk_navli'><a href='/1'>x</a></div></body></html>"],
)
def test_no_rows_and_rows_in_a_page_are_an_answer(text: str) -> None:
    assert lonsun.rows_in(text) == text


def test_a_row_that_is_a_list_of_its_own_has_the_day_beside_its_link() -> None:
    html = f"""<div class="xxgk_navli"><ul><li class="mc"><a href="/public/1/71.html">{title("甲县", 2024)}</a></li>
    <li class="rq">2025-01-21</li></ul></div><ul><li><a href="/public/1/72.html">{title("甲县", 2023)}</a></li>
    <li><a href="/public/1/73.html">{title("甲县", 2022)}</a><span>2023-01-22</span></li></ul>"""
    found = read_listing(read_page(URL, html.encode()), ListingRules(hosts=("www.a.gov.cn",)))
    assert [one.link_date for one in found.candidates] == ["2025-01-21", None, "2023-01-22"]
    assert is_article_shaped("https://www.a.gov.cn/zwgk/public/143/71.html")


LIST = "/public/column/1681?type=3&action=list"
OPTIONS = "<script>var opt={siteId:678,organId:1681,pageSize:3,pageIndex:1,pageCount:%s,file:'/f'};</script>"
ARTICLES = {f"/public/1681/{1000 + number}.html": article(title(f"第{number}局", 2024)) for number in range(12)}


def rows(first: int, last: int, end: str = "") -> str:
    links = "".join(
        f'<li><a href="/public/1681/{1000 + number}.html">{title(f"第{number}局", 2024)}</a></li>'
        for number in range(first, last)
    )
    return f"<div class='xxgk_nav_con'><ul>{links}</ul></div>{end}"


def label(*answers: str | Page) -> Answering:
    """Answers by page number; the last one for all further numbers."""

    def answer(asked: Asked) -> Page:
        said = answers[min(int(asked.form["pageIndex"]), len(answers)) - 1]
        return said if isinstance(said, Page) else Page(said.encode())

    return answer


NONE = "暂无相关信息"
WHOLE = "<html><head><title>首页</title></head><body>" + "新闻" * 500 + "</body></html>"
# What the column page says, what its label answers, the outcome, how many reports are listed, words of the reason.
ANSWERS: dict[str, tuple[str, Page | Answering, str, int, str]] = {
    "no-count": ("null", label(rows(0, 3), rows(3, 6), rows(6, 7), NONE), "ok", 7, ""),
    "count-in-answer": ("1", label(rows(0, 3, "pageCount: 2 || 0"), rows(3, 5), rows(5, 9)), "ok", 5, ""),
    "starts-at-one": ("1", label(rows(0, 3), rows(3, 5), rows(5, 9)), "ok", 5, ""),
    "one-page": ("1", label(rows(0, 2), rows(3, 5)), "ok", 2, ""),
    "gives-less": ("4", label(rows(0, 3), rows(3, 5), NONE), "ok", 5, "says 4 pages and gave 2"),
    "repeats": ("4", label(rows(0, 3)), "ok", 3, "says 4 pages and gave 1"),
    "404-past-end": ("null", label(rows(0, 3), Page(b"", status=404)), "ok", 3, ""),
    "empty-body": ("null", label(rows(0, 3), Page(b"")), "ok", 3, ""),
    "huge-count": ("999999999", label(rows(0, 3), rows(3, 4), NONE), "ok", 4, "says 999999999 pages and gave 2"),
    "nothing": ("0", label(NONE), "failed", 0, "list_empty"),
    "json": ("2", Page(b'{"status":0}'), "failed", 0, "not_rows: page 1 of the rows of http://127.0.6."),
    "home-page": ("2", Page(WHOLE.encode()), "failed", 0, "not_rows: page 1"),
    "home-page-later": ("3", label(rows(0, 3), WHOLE), "failed", 3, "not_rows: page 2"),
    "down": ("2", Page(b"", status=503), "failed", 0, "server_error: page 1 of the rows"),
    "down-later": ("2", label(rows(0, 3), Page(b"", status=503)), "failed", 3, "server_error: page 2 of the rows"),
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrawlSummary]:
    with ExitStack() as stack:
        nights, entries = Nights(tmp_path_factory.mktemp("lonsun")), []
        pages: dict[str, Page | Answering]
        for number, (name, (count, said, *_)) in enumerate(ANSWERS.items(), start=1):
            pages = {LIST: Page((OPTIONS % count).encode()), "/site/label/8888": said, **ARTICLES}
            server = stack.enter_context(PortalServer(pages, address=f"127.0.6.{number}"))
            entries.append(entry(name, server.host, family="lonsun", list={"url": server.url(LIST)}))
        pages = {"/site/tpl/7": Page(b"<html><body></body></html>")}
        server = stack.enter_context(PortalServer(pages, address="127.0.6.99"))
        entries.append(entry("no-label", server.host, family="lonsun", list={"url": server.url("/site/tpl/7")}))
        nights.declare(*entries)
        yield nights.crawl()


@pytest.mark.parametrize("name", ANSWERS)
def test_what_comes_of_an_answer(night: CrawlSummary, name: str) -> None:
    _, _, expected, listed, words = ANSWERS[name]
    found = outcome(night, name)
    assert (found.outcome, found.listed) == (expected, listed), found.reason
    assert words in (found.reason or ""), found.reason
    assert words or found.reason is None, found.reason
    assert len(rows_of(night, name, kind="fetch", role="article", outcome="stored")) == listed


def test_a_page_without_rows_and_label_says_what_to_declare(night: CrawlSummary) -> None:
    found = outcome(night, "no-label")
    assert found.outcome == "failed"
    assert "list_empty" in (found.reason or "")
    assert "declare them in list.params" in (found.reason or "")
