"""Rows of a list page to candidates, and how a list goes on and ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from spiders.families.entries import Node, linked_lists, years_of
from spiders.reading import listing, pagers
from spiders.reading.listing import ListingRules, is_article_shaped, read_listing
from spiders.reading.pages import Page, absolute, read_page
from spiders.registry import Pager

SHARED = Path(os.environ.get("GONGKAI_SHARED", Path(__file__).resolve().parents[3] / "shared"))
HOST = "www.a.gov.cn"
REPORT = "甲县人民政府办公室2024年政府信息公开工作年度报告"


def page(html: str, url: str = f"http://{HOST}/zwgk/zfxxgknb/") -> Page:
    return read_page(url, html.encode())


def rows(html: str, **rules: str) -> listing.Listing:
    return read_listing(page(html), ListingRules(hosts=(HOST,), **rules))


def test_a_trs_list() -> None:
    found = rows(
        f"""<ul><li><a href="./202501/t20250120_1.html" title="{REPORT}">
        甲县人民政府办公室2024年政府信息公开…</a><span>2025-01-20</span></li>
        <li><a href="./202501/t20250118_2.html">甲县政府网站2024年工作年度报表</a><span>2025-01-18</span></li></ul>"""
    )
    (candidate,) = found.candidates
    assert candidate.url == f"http://{HOST}/zwgk/zfxxgknb/202501/t20250120_1.html"
    assert candidate.link_text == REPORT, "the title attribute, because the text is cut"
    assert candidate.link_date == "2025-01-20"
    assert candidate.report_year == 2024
    assert candidate.certain
    (refused,) = found.rejected
    assert refused.reason.startswith("website_report:")
    assert refused.link_date == "2025-01-18"


def test_tables_definition_lists_and_div_rows() -> None:
    found = rows(
        """<table><tr><td><a href="show.asp?id=33">辛县2012年政府信息公开工作年度报告</a></td><td>2013-3-1</td></tr>
        <tr><td><a href="show.asp?id=34">壬县2012年政府信息公开工作年度报告</a></td><td>2013年12月31日</td></tr></table>
        <dl><dd><a href="/n1/c123/content.html">癸部2013年政府信息公开工作年度报告</a><em>2014/02/03</em></dd></dl>
        <div class=list><div class=row><div>
        <a href="/c/2025-01-02/66509.shtml">子县2024年政府信息公开工作年度报告</a></div>
        <div>2025-01-02</div></div></div>"""
    )
    assert [(c.link_date, c.report_year) for c in found.candidates] == [
        ("2013-03-01", 2012),
        ("2013-12-31", 2012),
        ("2014-02-03", 2013),
        ("2025-01-02", 2024),
    ]


def test_navigation_is_no_article() -> None:
    found = rows(
        """<a href="/zwgk/zfxxgknb/">政府信息公开年报</a><a href="/zwgk/nb.html">政府信息公开工作年度报告</a>
        <a href="/2023n/">2023年政府信息公开工作年度报告</a><a href="/zwgk/zfxxgkzn/">政府信息公开指南</a>
        <a href="javascript:void(0)">2022年政府信息公开工作年度报告</a><a href="">2021年政府信息公开年报</a>"""
    )
    assert found.candidates == ()
    assert found.rejected == ()


def test_a_report_title_at_an_unknown_shape_is_followed() -> None:
    (candidate,) = rows('<a href="Pages_183_59307.aspx">姚安县农业农村局2021年政府信息公开年度报告</a>').candidates
    assert candidate.report_year == 2021


@pytest.mark.parametrize(
    "address",
    [
        "http://evil.example/zwgk/t20250120_1.html",
        f"http://{HOST}.evil.example/t20250120_1.html",
        f"http://{HOST}:8080/t20250120_1.html",
        f"http://{HOST}@evil.example/t20250120_1.html",
        "//a.gov.cn/t20250120_1.html",
    ],
)
def test_links_to_other_hosts_are_named_and_not_followed(address: str) -> None:
    found = rows(f'<a href="{address}">{REPORT}</a>')
    assert found.candidates == ()
    assert found.rejected[0].reason.startswith("foreign_host:")


def test_a_cut_title_of_article_shape_is_followed_uncertainly() -> None:
    (candidate,) = rows('<a href="t20250120_1.html">甲县人民政府办公室2024年政府信息公开...</a>').candidates
    assert not candidate.certain


def test_overrides() -> None:
    html = f"""<div class="r"><a href="/x/1.html">{REPORT}</a><i>2020-01-01</i><b>2025-02-03</b></div>
    <div><a href="/x/2.html">{REPORT}</a></div><div class="r"><a href="/y/3.html">{REPORT}</a></div>"""
    found = rows(html, row="div.r", date="b", article_re=r"/x/\d+\.html$")
    assert [(c.url, c.link_date) for c in found.candidates] == [(f"http://{HOST}/x/1.html", "2025-02-03")]
    hub = rows('<a href="/bm/1.html">县财政局</a><a href="/zz/2.html">其他</a>', title_re="局$", article_re="/bm/")
    assert [c.link_text for c in hub.candidates] == ["县财政局"]


def test_impossible_days_and_hostile_rows_do_no_harm() -> None:
    assert listing.date_in("2025-02-30 2025-02-28") == "2025-02-28"
    assert listing.date_in("12025-02-281") is None
    assert rows('<a href="http://[bad/">' + REPORT + "</a>").candidates == ()
    assert rows("<li>" * 300 + f'<a href="t20250120_1.html">{REPORT}</a>').candidates


ARTICLES_WITHOUT_SHAPE = {
    # A folder: its title decides.
    "https://www.bjdx.gov.cn/bjsdxqrmzf/zwfw/zfxxgk/dxqzf69/2291822/2291824/2292928/index.html",
    # Lists, whatever the table says.
    "http://www.shuyang.gov.cn/shuyang/xxgknb/list.shtml",
    "https://www.suqian.gov.cn/cnsq/gknb/xxgknb2019_list.shtml",
}
# A list that was published as an article.
LISTS_WITH_A_SHAPE = {"http://www.gansu.gov.cn/gsszf/c100262/202012/275599.shtml"}


@pytest.mark.skipif(not SHARED.exists(), reason=f"no {SHARED}: set GONGKAI_SHARED")
def test_addresses_that_were_seen_are_told_apart() -> None:
    lines = (SHARED / "portals" / "reports-seen.tsv").read_text(encoding="utf-8").splitlines()[1:]
    seen = [(fields[3], fields[4]) for fields in (line.split("\t") for line in lines)]
    assert {url for kind, url in seen if kind == "article" and not is_article_shaped(url)} == ARTICLES_WITHOUT_SHAPE
    assert {url for kind, url in seen if kind == "list" and is_article_shaped(url)} == LISTS_WITH_A_SHAPE


@pytest.mark.parametrize(
    "path",
    [
        "/zwgk/202501/t20250120_1001.html", "/2021n/t803352.shtml", "/xxgk/content/post_8001.html",
        "/columns/0772e821-5733-421d-82e7-f545c5729b9e/202302/13/67eb2365-22bc-45b5-be58-199b9683883a.html",
        "/nw12344/20230331/0123456789abcdef0123456789abcdef.html", "/txxgknb_17198/20200617/t0035_1372757.html",
        "/info/1648/47211.htm", "/2025/01-15/3112532.html", "/web/zwgkx/2024/2025012014471234567/index.shtml",
        "/c/2023-01-29/6650991.shtml", "/contents/10994/273839.html", "/govinfo/123/4567.html",
        "/doc/2025/01/17/4480534.shtml", "/zwgk/gknb/bmnb/1619593655548706818.html", "/nb/2022/164188259818612.html",
        "/cms/html/npszf/2013-01-25/1779102018.html", "/n2588020/n2588072/c2602201/content.html", "/xxgknb/33.jhtml",
        "/show.asp?id=33", "/show.php?cat=1&id=33", "/index.php?m=content&a=show&id=5", "/wzxxgknb/2022/320800.pdf",
    ],
)  # fmt: skip
def test_shapes_of_articles(path: str) -> None:
    assert is_article_shaped(f"http://{HOST}{path}")


@pytest.mark.parametrize(
    "path",
    [
        "/zfxxgknb/", "/zfxxgknb/index_2.shtml", "/zfxxgknb.htm", "/zfxxgknb/3.htm", "/list/xxgknb/auto/124.html",
        "/zfxxgk/zfxxgknb/szfnb/2022n/1.html", "/jxsrmzf/xxgkn142/pc/list.html", "/Category_598/Index.aspx",
        "/columns/29527d47-65f0-4e58-9a95-804549f339e9/index.html", "/nw12344/index_2.html", "/xxgknb/index_2.jhtml",
        "/InfoPublic.aspx?cid=1019&pid=971&page=2", "/list.asp?page=2", "/list.asp?id=4", "/zfxxgkml/?gk=4",
        "/110016/zfxxgknb/list.shtml", "/web/zwgkx/2010zfxxgk_148535/2025/index.shtml",
    ],
)  # fmt: skip
def test_shapes_of_lists(path: str) -> None:
    assert not is_article_shaped(f"http://{HOST}{path}")


def test_a_hostile_address_takes_no_minutes() -> None:
    began = time.process_time()
    assert not is_article_shaped(f"http://{HOST}" + "/?a&" * 100_000)
    for hostile in ("/?a&", "/content1_a", "/art/2024/a", "_a", "/a-", "/0", "?id"):
        assert not is_article_shaped(f"http://{HOST}/content1" + hostile * (1900 // len(hostile)) + "!")
    assert time.process_time() - began < 1


FOLDER, INDEX = f"http://{HOST}/nb/", f"http://{HOST}/nb/index.shtml"


@pytest.mark.parametrize(
    ("pager", "params", "first_url", "number", "expected"),
    [
        (Pager("index_n"), {}, FOLDER, 1, "/nb/index_1.html"),
        (Pager("index_n"), {}, INDEX, 1, "/nb/index_1.shtml"),
        (Pager("index_n"), {}, INDEX, 2, "/nb/index_2.shtml"),
        (Pager("index_n", first=2), {}, INDEX, 1, "/nb/index_2.shtml"),
        (Pager("index_n", first=2), {}, INDEX, 2, "/nb/index_3.shtml"),
        (Pager("n"), {}, f"http://{HOST}/nb/1.html", 1, "/nb/2.html"),
        (Pager("n"), {}, f"http://{HOST}/nb.htm", 1, "/nb/2.htm"),
        (Pager("n", first=1), {}, f"http://{HOST}/nb.htm", 1, "/nb/1.htm"),
        (Pager("query"), {}, f"http://{HOST}/l.asp", 1, "/l.asp?page=2"),
        (Pager("query"), {}, f"http://{HOST}/l.asp?c=%D0%C5&page=1&x", 1, "/l.asp?c=%D0%C5&page=2&x"),
        (Pager("index_n", first=2), {}, f"http://{HOST}/nb/pc/list.html", 1, "/nb/pc/list_2.html"),
        (Pager("index_n", first=2), {}, f"http://{HOST}/nb/index.jhtml", 1, "/nb/index_2.jhtml"),
        (Pager("query"), {"page_parameter": "p"}, f"http://{HOST}/l.asp?c=1&p=1", 2, "/l.asp?c=1&p=3"),
        (Pager("none"), {}, FOLDER, 1, None),
        (Pager("index_n", max=2), {}, FOLDER, 2, None),
    ],
)
def test_next_addresses(
    pager: Pager, params: dict[str, str], first_url: str, number: int, expected: str | None
) -> None:
    found = pagers.next_page(pager, params, first_url, page("<p>"), number, None)
    assert found == (f"http://{HOST}{expected}" if expected else None)


def test_a_folder_takes_its_index_name_from_the_page() -> None:
    listed = page('<script>createPageHTML(3, 0, "default", "shtml");</script>', FOLDER)
    assert pagers.total_pages(listed) == 3
    first = pagers.next_page(Pager("index_n"), {}, FOLDER, listed, 1, 3)
    assert first == f"{FOLDER}default_1.shtml"
    assert pagers.next_page(Pager("index_n"), {}, FOLDER, listed, 3, 3) is None, "the page said there are three"
    began = time.process_time()
    pagers.next_page(Pager("index_n"), {}, FOLDER, page("<p>" + "createPageHTML(" * 50_000), 1, None)
    assert time.process_time() - began < 5
    silent = page('<a href="/">x</a><a href="1/t1.shtml">1</a><a href="t2.shtml">2</a><a href="/a.htm">3</a>', FOLDER)
    assert pagers.next_page(Pager("index_n"), {}, FOLDER, silent, 1, None) == f"{FOLDER}index_1.shtml"


def test_the_next_link_is_followed_by_its_words() -> None:
    listed = page('<a href="nb/1.htm">1</a><a href="javascript:go()">下一页</a><a href="nb/2.htm">下页</a>', FOLDER)
    assert pagers.next_page(Pager("next_link"), {}, FOLDER, listed, 1, None) == f"{FOLDER}nb/2.htm"
    assert pagers.next_page(Pager("next_link"), {}, FOLDER, page("<a href=x>首页</a>"), 1, None) is None
    drawn = page('<a href="2.htm"><img src="n.gif" alt="下一页"></a>', FOLDER)
    assert pagers.next_page(Pager("next_link"), {}, FOLDER, drawn, 1, None) == f"{FOLDER}2.htm"
    assert pagers.total_pages(page("<script>var countPage = 7//共7页</script>")) == 7
    assert pagers.total_pages(page("<p>共7页</p>")) is None


def test_totals_and_where_pages_begin() -> None:
    assert pagers.total_pages(page("<script>createPageHTML('page_div', 7, 1, 'index', 'shtml', 99);</script>")) == 7
    assert pagers.total_pages(page('<script>createPageHTML("7", 0, "index", "html");</script>')) == 7
    assert pagers.total_pages(page("<script>createPageHTML(99999999999, 0)</script>")) is None
    assert (
        pagers.suffix_of_page_two(FOLDER, page('<a href="index.html">1</a><a href="index_2.html">2</a>', FOLDER)) == 2
    )
    assert (
        pagers.suffix_of_page_two(FOLDER, page('<a href="index_1.html">2</a><a href="index_2.html">3</a>', FOLDER)) == 1
    )
    assert pagers.suffix_of_page_two(INDEX, page('<a href="index_2.shtml">2</a>', INDEX)) == 2
    assert pagers.suffix_of_page_two(INDEX, page('<a href="index_9.shtml">尾页</a>', INDEX)) == 1
    boxed = page("<script>createPageHTML('page-div', 3, 1, 'index', 'html');</script>")
    assert pagers.suffix_of_page_two(FOLDER, boxed) == 2


def test_a_list_shows_its_pager() -> None:
    script = '<script>createPageHTML(3, 0, "index", "html");</script>'
    assert pagers.pager_of(page(script, FOLDER)) == Pager("index_n")
    assert pagers.pager_of(page(f'{script}<a href="index_2.html">2</a>', FOLDER)) == Pager("index_n", first=2)
    assert pagers.pager_of(page('<a href="2.html">下一页</a>', FOLDER)) == Pager("next_link")
    assert pagers.pager_of(page('<a href="2.html">关于</a>', FOLDER)) == Pager("none")


def test_pages_that_lead_elsewhere() -> None:
    assert pagers.moved_to(page('<meta http-equiv="refresh" content="0; url=2025/">', FOLDER)) == f"{FOLDER}2025/"
    assert pagers.moved_to(page('<meta http-equiv="refresh" content="600"><a href="x">x</a>')) is None
    assert pagers.moved_to(page('<script>window.location.href = "/new/";</script>')) == f"http://{HOST}/new/"
    assert pagers.moved_to(page('<script>location="/new/";</script><a href="x">x</a>')) is None, "a page of its own"
    assert pagers.moved_to(page('<script>if (location.href == "/new/") {}</script>')) is None
    shell = page('<iframe src="list.jsp"></iframe><iframe src="list.jsp"></iframe><frame src="javascript:0">', FOLDER)
    assert pagers.frames(shell) == (f"{FOLDER}list.jsp",)


def test_past_the_end() -> None:
    elsewhere = page('<meta http-equiv="refresh" content="0;url=/404.html">' + "x" * 900)
    assert pagers.is_past_the_end(200, b"x" * 5000, elsewhere)
    again = page('<meta http-equiv="refresh" content="600;url=/nb/index_1.html"><a href="1.html">1</a>')
    assert pagers.is_past_the_end(200, b"x" * 5000, again) is None, "a list that refreshes itself"
    refresh = page('<meta http-equiv="refresh" content="0;url=./">')
    assert pagers.is_past_the_end(200, b"x" * 5000, refresh)
    assert pagers.is_past_the_end(404, b"", None)
    assert pagers.is_past_the_end(200, b"<p>none</p>", page("<p>none</p>"))
    full = f'<a href="t20250120_1.html">{REPORT}</a>'
    assert pagers.is_past_the_end(200, full.encode(), page(full)) is None
    assert pagers.is_past_the_end(500, b"", None) is None, "a fault is not the end"


def test_year_nodes_carry_their_years() -> None:
    navigation = page(
        """<a href="2024nb/">2024年</a><a href="./2023/">２０２３年度</a><a href="gknb2022/">更多</a>
        <a href="2024nb/">2024年</a><a href="http://b.cn/2021nb/">2021年</a><a href="/about/">关于</a>"""
    )
    base = f"http://{HOST}/zwgk/zfxxgknb/"
    assert linked_lists(navigation, r"(20\d\d)年|gknb(?P<year>20\d\d)", (HOST,)) == [
        (f"{base}2024nb/", 2024),
        (f"{base}2023/", 2023),
        (f"{base}gknb2022/", 2022),
    ]


def test_a_page_of_a_year_that_links_itself_is_a_list_of_its_years() -> None:
    bar = page('<a href="?year=2024">2024年</a><a href="/site/tpl/8">2023年</a>', f"http://{HOST}/site/tpl/7?year=2024")
    assert linked_lists(bar, r"^(20\d\d)年$", (HOST,)) == [
        (f"http://{HOST}/site/tpl/7?year=2024", 2024),
        (f"http://{HOST}/site/tpl/8", 2023),
    ]


def test_addresses_of_years() -> None:
    assert years_of("http://a/{year+1}/{year}.pdf", 2023, 2024) == [
        Node("http://a/2025/2024.pdf", 2024),
        Node("http://a/2024/2023.pdf", 2023),
    ]
    assert years_of("http://a/{year-1}n/{year+12}", None, 2007) == []
    assert years_of("http://a/{year-1}n/{years}", 2024, 2024) == [Node("http://a/2023n/{years}", 2024)]


@pytest.mark.parametrize(
    "around", ["<div>{}</div>", "<p>{}</p>", "<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>"]
)
def test_a_page_of_thousands_of_links_takes_no_minutes(around: str) -> None:
    links = "".join(f'<a href="t20250120_{n}.html">甲{n}局2024年政府信息公开工作年度报告</a>' for n in range(3000))
    began = time.process_time()
    assert len(rows(around.format(links)).candidates) == 3000
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    ("reference", "encoding", "expected"),
    [
        ("t.html;jsessionid=A1.n2?id=3#top", "utf-8", "http://a.gov.cn/x/t.html?id=3"),
        ("show.php?PHPSESSID=q1&id=3", "utf-8", "http://a.gov.cn/x/show.php?id=3"),
        ("show.php?id=3&PHPSESSID=q1", "utf-8", "http://a.gov.cn/x/show.php?id=3"),
        ("t.html?t=1769900000123&id=3&_=0.8124577301", "utf-8", "http://a.gov.cn/x/t.html?id=3"),
        ("t.html?id=1769900000123&t=3&time=0.5", "utf-8", "http://a.gov.cn/x/t.html?id=1769900000123&t=3&time=0.5"),
        ("?sid=3", "utf-8", "http://a.gov.cn/x/y.htm?sid=3"),
        (r".\2025\t.html?f=a\b", "utf-8", r"http://a.gov.cn/x/2025/t.html?f=a\b"),
        ("down.asp?f=年报.doc&x=%C4", "gb18030", "http://a.gov.cn/x/down.asp?f=%C4%EA%B1%A8.doc&x=%C4"),
        ("down.asp?f=年报.doc", "utf-8-sig", "http://a.gov.cn/x/down.asp?f=年报.doc"),
        ("年报.doc", "gb18030", "http://a.gov.cn/x/年报.doc"),
        ("javascript:void(0)", "utf-8", None),
    ],
)
def test_addresses_are_read_as_browsers_do_and_without_sessions(
    reference: str, encoding: str, expected: str | None
) -> None:
    assert absolute("http://a.gov.cn/x/y.htm", reference, encoding) == expected
