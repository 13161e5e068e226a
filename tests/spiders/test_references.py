"""Links whose address is not where they lead: scripts, viewers, rows with the title in another cell, pages that only
send their reader on; and documents without a name of one."""

from __future__ import annotations

import base64
import datetime
from pathlib import Path

import pytest

from spiders import addresses
from spiders.reading.article import read_article
from spiders.reading.listing import FOLDER, ListingRules, read_listing
from spiders.reading.pages import parse, read_page
from spiders.reading.references import behind_viewer, reference_of
from tests.spiders.portal_kit import LIST, Nights, Page, PortalServer, article, entry, listing, outcome, row, title

URL = "http://www.a.gov.cn/zfxxgk/nb/index.html"
RULES = ListingRules(hosts=("www.a.gov.cn",))
REPORT = title("甲县", 2025)
NUMBERED = base64.b64encode(b"http://www.a.gov.cn/up/1.pdf").decode()


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ('<a href="t1.html" onclick="count()">x</a>', "t1.html"),
        ("""<a href="javascript:void(0)" onclick="window.open('t20260120_1.html')">x</a>""", "t20260120_1.html"),
        ("""<a href="#" onclick="location.href='/art/2026/art_1.html'">x</a>""", "/art/2026/art_1.html"),
        ("""<a onclick="show('/up/1.pdf', '年报')">x</a>""", "/up/1.pdf"),
        ("""<a href="javascript:openUrl('http://www.a.gov.cn/x')">x</a>""", "http://www.a.gov.cn/x"),
        ("""<a href="javascript:down('x.pdf')">x</a>""", ""),
        ("""<a href="javascript:go('12', 'top')">x</a>""", ""),
        ("""<a href="#top">x</a>""", ""),
    ],
)
def test_scripts_name_the_address_that_they_open(link: str, expected: str) -> None:
    assert reference_of(next(parse(link).iter("a"))) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.cn/pdfjs/web/viewer.html?file=%2Fup%2F1.pdf", "http://a.cn/up/1.pdf"),
        ("http://a.cn/pdfjs/web/viewer.html?file=../../up/1.pdf#page=2", "http://a.cn/up/1.pdf"),
        ("http://a.cn/pdfjs/web/viewer.html?file=%2Fdown%3Fid%3D3", "http://a.cn/down?id=3"),
        (f"http://a.cn/onlinePreview?url={NUMBERED}", "http://www.a.gov.cn/up/1.pdf"),
        ("http://a.cn/viewer.html?file=ftp://b/1.pdf", "http://a.cn/viewer.html?file=ftp://b/1.pdf"),
        ("http://a.cn/viewer.html?file=12", "http://a.cn/viewer.html?file=12"),
        ("http://a.cn/download.jsp?file=/up/1.pdf", "http://a.cn/download.jsp?file=/up/1.pdf"),
        ("http://a.cn/preview/1.pdf?path=/x/y", "http://a.cn/preview/1.pdf?path=/x/y"),
    ],
)
def test_a_viewer_s_document_stands_on_the_viewer(url: str, expected: str) -> None:
    assert behind_viewer(url) == expected


def listed(html: str) -> list[tuple[str, str]]:
    found = read_listing(read_page(URL, html.encode()), RULES)
    return [
        (candidate.url.partition("/nb/")[2] or candidate.url, candidate.link_text) for candidate in found.candidates
    ]


def test_a_title_beside_its_link_counts() -> None:
    table = f"""<table><tr><td>1</td><td>{REPORT}</td><td>2026-01-20</td><td><a href="t20260120_1.html">查看</a>
    <a href="P1.pdf">PDF下载</a></td></tr><tr><td>2</td><td>甲县招商项目</td><td><a href="t20260120_2.html">查看</a>
    </td></tr></table><a href="t20260120_3.html">查看</a>"""
    assert listed(table) == [("t20260120_1.html", REPORT), ("P1.pdf", REPORT)]


def test_a_cut_title_is_whole_somewhere_around() -> None:
    cut = "甲县2025年政府信…"
    rows = f"""<ul><li title="{REPORT}"><a href="gk/1.htm">{cut}</a></li>
    <li><a href="gk/2.htm"><b title="{REPORT}">{cut}</b></a></li><li title="甲县要闻"><a href="gk/3.htm">{cut}</a></li>
    <li><a href="gk/4.htm">甲县2025年政府信息公开工作…</a></li>
    <li><a href="gk/">甲县2025年政府信息公开工作…</a></li></ul>"""
    assert [url for url, _ in listed(rows)] == ["gk/1.htm", "gk/2.htm", "gk/4.htm"]


def test_scripted_links_and_viewers_of_a_list() -> None:
    rows = f"""<li><a href="javascript:;" onclick="window.open('t20260120_1.html')">{REPORT}</a></li>
    <li><a href="/pdfjs/web/viewer.html?file=/zfxxgk/nb/2.pdf">{REPORT}</a></li>"""
    assert listed(rows) == [("t20260120_1.html", REPORT), ("2.pdf", REPORT)]


def test_a_report_s_title_on_a_folder_is_named() -> None:
    found = read_listing(
        read_page(URL, f'<a href="2025/">{REPORT}</a><a href="/nb/">政府信息公开年报</a>'.encode()), RULES
    )
    assert not found.candidates
    assert [(one.url[-5:], one.reason) for one in found.rejected] == [("2025/", FOLDER)]


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (
            '<div class="fujian"><a href="/file/show/33">2025年年报</a><a href="/help/">年报说明</a></div>',
            ["/file/show/33"],
        ),
        ('<p>附件：<a href="/common/down?id=33">附表</a></p>', ["/common/down?id=33"]),
        ('<a href="/f/33" download="年报.docx">点击下载</a>', ["/f/33"]),
        ('<object data="P1.pdf"></object>', ["/zfxxgk/nb/P1.pdf"]),
        ("""<script>PDFObject.embed("/up/1.pdf", "#pdf");</script>""", ["/up/1.pdf"]),
        ("""<p>附件：<a href="javascript:;" onclick="down('/up/1.pdf')">年报.pdf</a></p>""", ["/up/1.pdf"]),
        ('<p>附件：<a href="/pdfjs/web/viewer.html?file=/up/1.pdf">年报.pdf</a></p>', ["/up/1.pdf"]),
        ('<iframe src="/pdfjs/web/viewer.html?file=%2Fdown%3Fid%3D3"></iframe>', ["/down?id=3"]),
        ('<p><a href="/info/1/2.htm">上一篇</a><a href="/down/">下载中心</a></p>', []),
        ('<div class="fujian"><a href="/a/1">关于我们</a></div><div class="fj"><a href="P1.jpg">附件</a></div>', []),
    ],
)
def test_documents_are_found_wherever_they_are_named(inside: str, expected: list[str]) -> None:
    text = f'<meta name="ArticleTitle" content="{REPORT}"><div id="zoom"><p>一、总体情况</p><p>概述</p></div>{inside}'
    found = read_article(read_page(URL, text.encode())).attachments
    assert [attachment.url.removeprefix("http://www.a.gov.cn") for attachment in found] == expected


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("/nb/202601/t20260120_12.html", "2026-01-20"),
        ("/art/2026/1/20/art_1_2.html", "2026-01-20"),
        ("/c/2026-01-20/665.shtml", "2026-01-20"),
        ("/nw1/20260120/3f.html", "2026-01-20"),
        ("/columns/x/202601/20/y.html", "2026-01-20"),
        ("/nb/t20261399_12.html", None),
        ("/20260/12.html", None),
    ],
)
def test_days_of_addresses(path: str, day: str | None) -> None:
    assert addresses.day_in(f"http://a.gov.cn{path}") == (datetime.date.fromisoformat(day) if day else None)


def test_a_page_that_sends_its_reader_on_is_followed_once(tmp_path: Path) -> None:
    one, two, three, four = (f"t20260120_{n}.html" for n in (1, 2, 3, 4))
    pages = {
        LIST: listing(*(row(name, title(f"甲{name[-6]}局", 2025)) for name in (one, two, three, four))),
        LIST + one: Page(b'<meta http-equiv="refresh" content="0;url=/zt/1.html">'),
        LIST + two: Page(b'<script>window.location.href="/zt/2.html"</script>', etag="auto"),
        LIST + three: Page(b'<meta http-equiv="refresh" content="0;url=/zt/3.html">'),
        LIST + four: Page(b'<meta http-equiv="refresh" content="0;url=http://elsewhere.invalid/1.html">'),
        "/zt/1.html": article(title("甲1局", 2025)),
        "/zt/2.html": article(title("甲2局", 2025)),
        "/zt/3.html": Page(b'<meta http-equiv="refresh" content="0;url=/zt/1.html">'),
    }
    with PortalServer(pages, address="127.0.4.8") as server:
        nights = Nights(tmp_path)
        nights.declare(entry("a", server.host))
        first = nights.crawl()
        articles = {found["url"][-6]: found for found in first.rows() if found.get("role") == "article"}
        assert {number: found["outcome"] for number, found in articles.items()} == {
            "1": "stored", "2": "stored", "3": "failed", "4": "failed",
        }  # fmt: skip
        assert articles["1"]["final_url"] == server.url("/zt/1.html")
        assert articles["3"]["reason"].startswith("soft_404: ")
        assert articles["4"]["reason"].startswith("foreign_host: ")
        server.pages["/zt/2.html"] = article(title("甲2局", 2025), extra="更正")
        second = nights.crawl(1, recheck=True)
        found = outcome(second, "a")
        assert (found.outcome, found.stored, found.unchanged, found.vanished) == ("ok", 1, 1, ())
