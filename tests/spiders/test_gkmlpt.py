"""Columns, addresses and rows of the disclosure catalogue of Guangdong (families.md §2.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spiders.families import gkmlpt
from spiders.families.gkmlpt import Column, column_of
from spiders.reading import article, data
from spiders.reading.listing import Attachment
from spiders.reading.pages import read_page

TITLE = "丁市2024年政府信息公开工作年度报告"
ROW: dict[str, Any] = {"title": TITLE, "url": "http://www.ding.test/gkmlpt/content/9/9001/post_9001.html"}


def config(*tree: Any, sid: str = "'900001'") -> str:
    return f"<script>window._CONFIG = {{ SID: {sid}, TREE: {json.dumps(list(tree))}, SERVICE_AREA_ID: 9 }};</script>"


def node(number: int, name: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {"id": number, "name": name, "parent": 0, "jump_url": "", "children": list(children), **more}


@pytest.mark.parametrize(
    ("list_url", "expected"),
    [
        ("http://a.test/gkmlpt/annualreport#2629", "http://a.test/gkmlpt/api/all/2629?page=1&sid=175"),
        ("http://a.test/gkmlpt/index", "http://a.test/gkmlpt/api/all/2629?page=1&sid=175"),
        ("http://a.test/lhq/gkmlpt/index?x=1", "http://a.test/lhq/gkmlpt/api/all/2629?page=1&sid=175"),
        ("https://a.test:8443/", "https://a.test:8443/gkmlpt/api/all/2629?page=1&sid=175"),
    ],
)
def test_what_stands_before_the_catalogue_is_kept(list_url: str, expected: str) -> None:
    assert Column("175", "2629").request(list_url, 1) == expected


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ([node(5, "机构职能"), node(2629, "政府信息公开年报")], "2629"),
        ([node(1, "法定主动公开内容", node(7, "政府信息公开 年度报告"))], "7"),
        ([node(1, "信息公开年报", node(2, "2024年信息公开年报"))], "1"),
        ([node(3, "年报"), node(4, "政府信息公开年报")], "4"),
        ([node(3, "政府网站年报"), node(4, "年度报告")], "4"),
        ([node(3, "信息公开年报", jump_url="http://www.other.test/"), node(4, "年度报告")], "4"),
        ([None, 7, {"id": "8", "name": "信息公开年报"}], "8"),
        ([{"id": 8, "name": None, "children": "none"}], None),
        ([node(5, "法治政府建设年度报告"), node(6, "信息公开指南")], None),
        ([], None),
    ],
)
def test_the_column_is_read_from_the_tree(tree: list[Any], expected: str | None) -> None:
    assert column_of(config(*tree)) == (Column("900001", expected) if expected else None)


def test_entry_and_fragment_overrule_the_tree() -> None:
    text = config(node(2629, "政府信息公开年报"))
    assert column_of(text, "http://a.test/gkmlpt/annualreport#77") == Column("900001", "77")
    assert column_of(text, "http://a.test/gkmlpt/annualreport#top") == Column("900001", "2629")
    assert column_of(text, "http://a.test/gkmlpt/annualreport#77", {"sid": "1", "column": "2"}) == Column("1", "2")
    assert column_of("", "http://a.test/gkmlpt/annualreport#77", {"sid": "1"}) == Column("1", "77")


@pytest.mark.parametrize(
    "text",
    [
        "",
        '<script>window._CONFIG = {SID: \'1\', TREE: [{"id": 1, "name": "信息公开年报"</script>',
        f"<script>SID: '1', TREE: {'[' * 100_000}</script>",
        "<script>SID: '1', TREE: 7</script>",
        config(node(1, "信息公开年报"), sid="'abc'"),
    ],
)
def test_pages_that_name_no_column_give_none(text: str) -> None:
    assert column_of(text) is None


def test_a_deep_tree_is_walked_without_recursion() -> None:
    deep = node(1, "信息公开年报")
    for number in range(2, 300):
        deep = node(number, "栏目", deep)
    assert column_of(config(deep)) == Column("900001", "1")


def test_rows_have_title_address_day_and_documents() -> None:
    attachment = {
        "id": 1,
        "name": "年报.docx",
        "type": "doc",
        "size": "1",
        "url": "http://www.ding.test/attachment/1.docx",
    }
    pictures = {"name": "扫描件.png", "url": "http://www.ding.test/attachment/2.png"}
    # Half past four in the afternoon in Greenwich is the next day in China.
    times = {"create_time": 1355328000, "display_publish_time": 1737304200, "created_at": "2012-12-12 10:00:00"}
    row = ROW | times | {"attachment": [attachment, pictures, None, 7, {"url": None}]}
    (item,) = gkmlpt.read_items({"articles": [row]})
    assert (item.title, item.reference, item.date) == (TITLE, ROW["url"], "2025-01-20")
    assert item.documents == (Attachment("http://www.ding.test/attachment/1.docx", "年报.docx"),)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"display_publish_time": None, "created_at": "2025-01-20 10:00:00"}, "2025-01-20"),
        ({"display_publish_time": "1737304200"}, "2025-01-20"),
        ({"display_publish_time": 0, "create_time": -5}, None),
        ({"display_publish_time": 99999999999999999999}, None),
    ],
)
def test_the_day_that_is_shown_counts(more: dict[str, Any], expected: str | None) -> None:
    assert gkmlpt.read_items({"articles": [ROW | more]})[0].date == expected


def test_another_address_stands_in_for_an_empty_one() -> None:
    (item,) = gkmlpt.read_items({"articles": [ROW | {"url": "", "post_url": "http://www.ding.test/post_1.html"}]})
    assert item.reference == "http://www.ding.test/post_1.html"


@pytest.mark.parametrize(
    "answer", [{}, {"articles": None}, {"articles": {"0": ROW}}, {"articles": [[ROW]]}, {"articles": [{}]}]
)
def test_what_is_no_list_is_named(answer: dict[str, Any]) -> None:
    with pytest.raises(data.NotAList, match=r"expected .* found "):
        gkmlpt.read_items(answer)


def test_the_table_of_an_article_tells_title_source_and_day() -> None:
    html = f"""<html><head><title>丁市政府信息公开目录</title></head><body><table>
    <tr><td>索引号:</td><td>1</td><td>发布机构:</td><td>丁市人民政府办公室</td></tr>
    <tr><td>成文日期:</td><td>2025-01-10</td><td>文号:</td><td></td></tr><tr><td>名称：</td><td>{TITLE}</td></tr>
    <tr><td>主题词:</td><td></td><td>发布日期:</td><td>2025-01-20</td></tr></table>
    <div class="article-content"><p>一、总体情况</p><table><tr><td>名称</td><td>来源</td></tr></table></div></body>"""
    read = article.read_article(read_page("http://www.ding.test/a/post_1.html", html.encode()))
    assert (read.title, read.content_source, read.published_on) == (TITLE, "丁市人民政府办公室", "2025-01-20")
