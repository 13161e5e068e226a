"""What pages print about themselves, and documents that only a list names."""

from __future__ import annotations

import time

import pytest

from spiders.reading import article, listing, metadata
from spiders.reading.listing import Attachment, Item, ListingRules
from spiders.reading.pages import read_page

URL = "http://www.a.test/zwgk/post_10001.html"
TITLE = "甲县2024年政府信息公开工作年度报告"


def printed(html: str) -> dict[str, str]:
    return metadata.printed(read_page(URL, f"<html><body>{html}</body></html>".encode()))


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<table><tr><td>发布机构:</td><td>甲县政府办</td></tr></table>", {"source": "甲县政府办"}),
        ("<table><tr><th>名　称：</th><td><b>年报</b></td></tr></table>", {"title": "年报"}),
        ("<dl><dt>发布日期</dt><dd>2025-01-20</dd></dl>", {"day": "2025-01-20"}),
        ("<p><span>来源：</span>甲县政府办</p>", {"source": "甲县政府办"}),
        ("<p><span>来源：甲县政府办</span></p>", {"source": "甲县政府办"}),
        ("<p><b>来源</b>：甲县政府办</p>", {"source": "甲县政府办"}),
        ("<p><span>发布时间：<i>2025-01-20</i></span></p>", {"day": "2025-01-20"}),
        # However the characters of a label are written and parted.
        ("<table><tr><td><b>发布</b>机构：</td><td>甲县政府办</td></tr></table>", {"source": "甲县政府办"}),
        ("<table><tr><td>来&nbsp;&ensp;源</td><td>甲县政府办</td></tr></table>", {"source": "甲县政府办"}),
        ("<table><tr><td>&#26469;&#x6E90;</td><td>甲县政府办</td></tr></table>", {"source": "甲县政府办"}),
        # The likelier label counts, wherever it stands.
        (
            "<p><span>来源：本站</span></p><table><tr><td>发布机构</td><td>甲县政府办</td></tr></table>",
            {"source": "甲县政府办"},
        ),
        ("<UCAPTITLE>年报</UCAPTITLE><p><span>名称：</span>别的</p>", {"title": "年报"}),
        # The head of a table and an empty cell are no values.
        ("<table><tr><th>名称</th><th>来源</th></tr></table>", {}),
        ("<table><tr><td>名称:</td><td></td><td>文号:</td><td>1</td></tr></table>", {}),
        ("<table><tr><td>发布机构:</td><td>文号:</td></tr></table>", {}),
        ("<table><tr><td>规章名称</td><td>2</td></tr></table>", {}),
        ("<p><span>来源：</span></p><p>甲县政府办</p>", {}),
        (f"<p><span>来源：</span>{'很' * 500}</p>", {}),
        (f"<table><tr><td>来源</td><td>{'很' * 500}</td></tr></table>", {}),
    ],
)
def test_labels_and_their_values(html: str, expected: dict[str, str]) -> None:
    assert printed(html) == expected


def test_standard_tags_come_first() -> None:
    html = f"""<html><head><meta name="ContentSource" content="县政府办"></head><body><h1>{TITLE}</h1>
    <table><tr><td>发布机构</td><td>别处</td><td>发布日期</td><td>2025-01-20</td></tr></table></body></html>"""
    read = article.read_article(read_page(URL, html.encode()))
    assert (read.title, read.content_source, read.published_on) == (TITLE, "县政府办", "2025-01-20")


@pytest.mark.parametrize("unit", ["<span>来源：</span>", "<td>来源", "<b>来源</b><div>", "<i>发 <b></b>"])
def test_hostile_pages_take_no_time(unit: str) -> None:
    page = read_page(URL, f"<html><body>{unit * 30_000}{'<p>很</p>' * 30_000}</body></html>".encode())
    began = time.process_time()
    metadata.printed(page)
    assert time.process_time() - began < 5


def test_documents_stand_on_the_address_of_their_row() -> None:
    documents = (
        Attachment("files/1.docx", "年报"),
        Attachment("//files.a.test/2.pdf", ""),
        Attachment("javascript:void(0)", ""),
    )
    item = Item("/zwgk/202501/post_10001.html", TITLE, "2025-01-20", documents)
    rules = ListingRules(hosts=("www.a.test",))
    (candidate,) = listing.read_items([item, item], "http://www.a.test/list.html", rules).candidates
    assert [one.url for one in candidate.documents] == [
        "http://www.a.test/zwgk/202501/files/1.docx",
        "http://files.a.test/2.pdf",
    ]


def test_documents_of_list_and_article_are_joined_once() -> None:
    linked = tuple(Attachment(f"http://www.a.test/{number}.pdf", "页面") for number in range(3))
    named = (Attachment("http://www.a.test/1.pdf", "列表"), Attachment("http://www.a.test/9.pdf", "列表"))
    found = article.joined(linked, named)
    assert [one.url.rpartition("/")[2] for one in found] == ["0.pdf", "1.pdf", "2.pdf", "9.pdf"]
    assert found[1].link_text == "页面"
    many = tuple(Attachment(f"http://www.a.test/x{number}.pdf", "") for number in range(50))
    assert len(article.joined(linked, many)) == article.MAX_ATTACHMENTS
