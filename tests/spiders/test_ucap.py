"""Channels, questions and answers of UCAP searches (families.md §2.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spiders.families import ucap
from spiders.reading import article, data, pagers
from spiders.reading.listing import Attachment
from spiders.reading.pages import Page, read_page
from spiders.registry import Pager

URL = "http://www.bing.test/bing/c116116/zfxxgk_gknbz.shtml"
CHANNEL = "0123456789abcdef0123456789abcdef"


def page(html: str) -> Page:
    return read_page(URL, f"<html><body>{html}</body></html>".encode())


def answered(*rows: Any, **more: Any) -> str:
    return json.dumps({"data": {"total": len(rows), "results": list(rows), **more}})


ROW = {"title": "丙县2024年政府信息公开工作年度报告", "url": "//www.bing.test/bing/c1/202501/ab.shtml"}


@pytest.mark.parametrize(
    ("html", "params", "own", "expected"),
    [
        (f"<meta name='channelid' content='{CHANNEL}'>", {}, True, CHANNEL),
        (f"<META CONTENT='{CHANNEL}' NAME='ChannelId'>", {}, True, CHANNEL),
        (f"<meta name='channelid' content='{CHANNEL}'>", {"channelid": "declared"}, True, "declared"),
        (f"<meta name='channelid' content='{CHANNEL}'>", {"channelid": "declared"}, False, CHANNEL),
        ("", {"channelid": "declared"}, False, "declared"),
        ("<meta name='channelid' content='../../etc?x=1'>", {}, True, None),
        ("<meta name='channelid' content=''>", {}, True, None),
        ("", {}, True, None),
    ],
)
def test_the_channel_is_the_pages_or_the_entrys(
    html: str, params: dict[str, str], own: bool, expected: str | None
) -> None:
    assert ucap.channel_of(page(html), params, own=own) == expected


def test_a_search_is_asked_as_its_pages_do() -> None:
    expected = f"/searchList/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=18&_template=index&page=3"
    assert ucap.request("/searchList", CHANNEL, 3) == expected
    assert ucap.request("/common/search/", "a", 1, 50).startswith("/common/search/a?") is True


def test_rows_have_title_address_day_and_documents() -> None:
    resources = [
        {"id": 7, "resName": "年报.docx", "filePath": "ab/files/1.docx", "size": 1},
        {"resName": "扫描件.jpg", "filePath": "ab/files/1.jpg"},
        {"url": "//www.bing.test/files/2.pdf"},
        None,
        "ab/files/3.pdf",
    ]
    row = ROW | {
        "title": "<em>丙县</em>2024年&quot;年报&quot; ",
        "publishedTimeStr": "2025-01-20 10:00:00",
        "resList": resources,
    }
    (item,), total = ucap.read_answer(answered(row))
    assert (item.title, item.reference, item.date, total) == ('丙县2024年"年报"', ROW["url"], "2025-01-20", 1)
    assert item.documents == (
        Attachment("ab/files/1.docx", "年报.docx"),
        Attachment("//www.bing.test/files/2.pdf", ""),
    )


@pytest.mark.parametrize(
    ("times", "day"),
    [
        # 16:30 in Greenwich is the next day in China.
        ({"publishedTime": 1737304200000}, "2025-01-20"),
        ({"publishedTime": 1737304200}, "2025-01-20"),
        ({"publishedTime": "1737304200000"}, "2025-01-20"),
        ({"publishedTimeStr": None, "publishedTime": 1737304200000}, "2025-01-20"),
        ({"publishedTimeStr": "昨天", "publishedTime": 0}, None),
        ({"publishedTime": -1}, None),
        ({"publishedTime": 10**400}, None),
        ({"publishedTime": 1e308}, None),
        ({"publishedTime": True}, None),
        ({"publishedTime": {"time": 1}}, None),
        ({}, None),
    ],
)
def test_days_are_those_of_china(times: dict[str, Any], day: str | None) -> None:
    (item,), _ = ucap.read_answer(answered(ROW | times))
    assert item.date == day


def test_infinite_times_are_no_days() -> None:
    text = answered(ROW | {"publishedTime": 0}).replace('"publishedTime": 0', '"publishedTime": 1e999')
    assert "1e999" in text
    assert ucap.read_answer(text)[0][0].date is None


@pytest.mark.parametrize("total", [None, -1, 0, 10**30, "many", True, 1.5, [3]])
def test_totals_that_cannot_be_are_none(total: Any) -> None:
    assert ucap.read_answer(answered(ROW, total=total))[1] is None


def test_rows_without_title_or_address_are_left_out() -> None:
    rows = [ROW, None, ROW | {"title": None}, ROW | {"url": ""}, ROW | {"url": 7}, {}]
    items, total = ucap.read_answer(answered(*rows))
    assert (len(items), total) == (1, 6)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<html><body>首页</body></html>", "found '<html>"),
        ('{"data": {"results": [{"ti', "found '{"),
        ("", "found ''"),
        ("[]", "found '[]'"),
        ('{"data": null}', "found nothing in data"),
        ('{"data": []}', "found a list in data"),
        ('{"data": {"total": 3}}', "expected a list of rows in results, found nothing"),
        ('{"data": {"results": "none"}}', "found a text"),
        ('{"data": {"results": ["a", "b"]}}', "expected objects in results, found a text"),
        ('{"data": {"results": [{"name": "a", "link": "b"}]}}', "found rows with link, name"),
        ("[" * 100_000, "found '[["),
        ('{"data": ' + '{"data":' * 50_000 + "1" + "}" * 50_001, "found '{"),
        ('{"data": ' + "9" * 10_000 + "}", "found '{"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_named(text: str, found: str) -> None:
    with pytest.raises(data.NotAList, match="expected") as error:
        ucap.read_answer(text)
    assert found in str(error.value)
    assert len(str(error.value)) < 500


def test_an_empty_channel_is_a_list() -> None:
    assert ucap.read_answer(answered()) == ((), 0)


BOXED = "<script>createPageHTML('page_div',3, 1,'newxxgk_list','shtml',41);</script>"


def test_templates_with_a_box_number_their_pages_from_one() -> None:
    url = "http://www.geng.test/hainan/zfxxgknb/newxxgk_list.shtml"
    assert pagers.total_pages(page(BOXED)) == 3
    assert pagers.index_pages(Pager("index_n"), {}, url, page(BOXED), 1) == url.replace(".shtml", "_2.shtml")
    assert pagers.index_pages(Pager("index_n"), {}, url, page(BOXED), 2) == url.replace(".shtml", "_3.shtml")
    plain = page("<script>createPageHTML(3, 0, 'index', 'html');</script>")
    assert pagers.index_pages(Pager("index_n"), {}, url, plain, 1) == url.replace(".shtml", "_1.shtml")


def test_own_tags_tell_title_and_day() -> None:
    read = article.read_article(
        page(
            "<h1>庚省人民政府</h1><UCAPTITLE>庚省2024年政府信息公开工作年度报告</UCAPTITLE>"
            "<PUBLISHTIME>2025-01-20 10:00</PUBLISHTIME><UCAPCONTENT><p>一、总体情况</p><p>二、主动公开政府信息情况</p>"
            "<p><a href='ab/files/1.docx'>附件</a></p></UCAPCONTENT>"
        )
    )
    assert (read.title, read.published_on) == ("庚省2024年政府信息公开工作年度报告", "2025-01-20")
    assert [one.url for one in read.attachments] == ["http://www.bing.test/bing/c116116/ab/files/1.docx"]
