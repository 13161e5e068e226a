"""Rows of a list page to candidates, and how a list goes on and ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from spiders.families.entries import linked_lists
from spiders.reading import listing, pagers
from spiders.reading.listing import ListingRules, is_article_shaped, read_listing
from spiders.reading.pages import Page, read_page
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


@pytest.mark.skipif(not SHARED.exists(), reason=f"no {SHARED}: set GONGKAI_SHARED")
def test_most_addresses_seen_have_a_known_shape() -> None:
    lines = (SHARED / "portals" / "reports-seen.tsv").read_text(encoding="utf-8").splitlines()[1:]
    fields = [line.split("\t") for line in lines]
    articles = [field[4] for field in fields if field[3] == "article"]
    shaped = [url for url in articles if is_article_shaped(url)]
    assert len(shaped) / len(articles) > 0.9
    plain = [f[4] for f in fields if f[3] == "list" and f[5] in ("trs_wcm", "sh_hash")]
    assert not [url for url in plain if is_article_shaped(url)], "a list directory is no article"


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


def test_the_next_link_is_followed_by_its_words() -> None:
    listed = page('<a href="nb/1.htm">1</a><a href="javascript:go()">下一页</a><a href="nb/2.htm">下页</a>', FOLDER)
    assert pagers.next_page(Pager("next_link"), {}, FOLDER, listed, 1, None) == f"{FOLDER}nb/2.htm"
    assert pagers.next_page(Pager("next_link"), {}, FOLDER, page("<a href=x>首页</a>"), 1, None) is None
    assert pagers.total_pages(page("<script>var countPage = 7//共7页</script>")) == 7
    assert pagers.total_pages(page("<p>共7页</p>")) is None


def test_past_the_end() -> None:
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


@pytest.mark.parametrize(
    "around", ["<div>{}</div>", "<p>{}</p>", "<ul><li>{}</li></ul>", "<table><tr><td>{}</td></tr></table>"]
)
def test_a_page_of_thousands_of_links_takes_no_minutes(around: str) -> None:
    links = "".join(f'<a href="t20250120_{n}.html">甲{n}局2024年政府信息公开工作年度报告</a>' for n in range(3000))
    began = time.perf_counter()
    assert len(rows(around.format(links)).candidates) == 3000
    assert time.perf_counter() - began < 5
