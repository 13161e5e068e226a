"""Portals of 开普 UCAP: rendered lists, the search behind them, and pages of a template (families.md §2.3)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flows.demo.server import Answering, Asked, Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

CHANNEL = "0123456789abcdef0123456789abcdef"
DOCUMENT = Page(b"PK\x03\x04 docx", content_type="application/octet-stream", etag="auto")
NAVIGATION = """<ul class="nav"><li><a href="/">首页</a></li>
<li><a href="/{site}/zfxxgk/zfxxgk_index.shtml">政府信息公开</a></li>
<li><a href="/{site}/zfxxgkzd/zfxxgk_list.shtml">政府信息公开制度</a></li>
<li><a href="/{site}/gknb/zfxxgk_gknbz.shtml">政府信息公开年报</a></li></ul>
<div class="links"><a href="http://www.upper.test/upper/gknb/202501/00000000000000000000000000000000.shtml">
上级市人民政府2024年政府信息公开工作年度报告</a></div>"""


@dataclass(frozen=True)
class Row:
    """One line of a list: the article's path, its title, its day; the documents that only the search names."""

    path: str
    title: str
    day: str
    documents: tuple[str, ...] = ()


def page(text: str, **more: Any) -> Page:
    return Page(text.encode(), **{"etag": "auto", **more})


def hashed(site: str, year: int) -> str:
    """The path of the report of a year, as most sites have it."""
    return f"/{site}/{year + 1}01/{hashlib.md5(f'{site}{year}'.encode()).hexdigest()}.shtml"


def rows_of(agency: str, site: str, years: Iterable[int]) -> list[Row]:
    return [Row(hashed(site, year), title(agency, year), f"{year + 1}-01-20") for year in years]


def without(rows: list[Row], removed: str | None) -> list[Row]:
    return [row for row in rows if row.path != removed]


def list_page(site: str, rows: list[Row], *, channel: str = "", script: str = "", column: str = "gknb_list") -> Page:
    shown = "".join(
        f'<li><a href="{row.path}" title="{row.title}" target="_blank">{row.title[:20]}…</a><span>{row.day}</span></li>'
        for row in rows
    )
    meta = f'<META NAME="channelid" content="{channel}">' if channel else ""
    return page(
        f'<html><head><meta charset="utf-8"><meta name="ColumnName" content="政府信息公开年报">{meta}</head><body>'
        f'{NAVIGATION.replace("{site}", site)}<ul class="{column}">{shown}</ul>{script}</body></html>'
    )


def tagged(row: Row, extra: str = "") -> Page:
    """An article with the standard tags beside the tags of the family."""
    return page(
        f'<html><head><meta name="ArticleTitle" content="{row.title}"><meta name="PubDate" content="{row.day} 10:00">'
        f'<meta name="ContentSource" content="县政府办"></head><body><UCAPTITLE>{row.title}</UCAPTITLE>'
        f'<div id="zoom"><UCAPCONTENT>{HEADINGS}{extra}</UCAPCONTENT></div></body></html>'
    )


def bare(row: Row, extra: str = "") -> Page:
    """An article that has nothing but the tags of the family."""
    return page(
        f"<html><head><title>庚省人民政府</title></head><body><h1>庚省人民政府</h1><UCAPTITLE>{row.title}</UCAPTITLE>"
        f"发布时间：<PUBLISHTIME>{row.day} 10:00</PUBLISHTIME> <span>来源：</span><span>省政府办公厅</span>"
        f"<UCAPCONTENT>{HEADINGS}{extra}</UCAPCONTENT></body></html>"
    )


def search(rows: list[Row], host: str, *, cap: int = 100, others: bool = True) -> Answering:
    """The search of one channel; it never gives more than `cap` rows a page, whatever is asked for."""
    results: list[dict[str, Any]] = [
        {
            "title": row.title, "subTitle": None, "url": f"//{host}{row.path}", "publishedTime": 1737338400000,
            "publishedTimeStr": f"{row.day} 10:00:00", "contentHtml": HEADINGS, "channelName": "政府信息公开年报",
            "resList": [
                {"id": number, "resName": path.rpartition("/")[2], "filePath": f"//{host}{path}", "size": 26624}
                for number, path in enumerate(row.documents)
            ],
            "domainMetaList": [{"resultList": [{"key": "source", "value": "县政府办"}]}],
        }
        for row in rows
    ]  # fmt: skip
    if others:
        number = f"//{host}/bing/c116116/202501/{'ab' * 16}.shtml"
        results.insert(1, {"title": "丙县政府网站2024年工作年度报表", "url": number, "publishedTimeStr": "2025-01-18"})
        results.insert(3, {"title": "关于报送2024年政府信息公开工作年度报告的通知", "url": number.replace("ab", "cd")})

    def answer(asked: Asked) -> Page:
        number, size = int(asked.form["page"]), min(int(asked.form["_pageSize"]), cap)
        part = results[(number - 1) * size : number * size]
        said = {"total": len(results), "page": number, "rows": size, "channelId": CHANNEL, "results": part}
        return page(json.dumps({"data": said}), content_type="application/json;charset=UTF-8")

    return answer


SITE = "bing/c116116"
LIST = f"/{SITE}/zfxxgk_gknbz.shtml"


def searched(host: str, removed: str | None) -> Pages:
    """The page shows the newest three of eight; the search has them all, four a page."""
    rows = without(rows_of("丙县人民政府办公室", SITE, range(2024, 2016, -1)), removed)
    pages: dict[str, Page | Answering] = {row.path: tagged(row) for row in rows}
    pages[LIST] = list_page("bing", rows[:3], channel=CHANNEL)
    pages[f"/searchList/{CHANNEL}"] = search(rows, host, cap=4)
    return pages


HARBIN = [
    Row(f"/hebwcs/c112249/{year + 1}01/c01_103709{year % 10}.shtml", title("丁市人民政府", year), f"{year + 1}-01-20",
        ("/hebwcs/c112249/202501/files/5f9715351dfd4d45.docx",) if year == 2024 else ())
    for year in range(2024, 2019, -1)
]  # fmt: skip


def scripted(host: str, removed: str | None) -> Pages:
    """The page holds no rows: its script draws them from common/search, which alone names the attachments."""
    rows = without(HARBIN, removed)
    script = f"<script>var url = '/common/search/{CHANNEL}?_isAgg=true'; $.getJSON(url, draw);</script>"
    pages: dict[str, Page | Answering] = {row.path: tagged(row) for row in rows}
    pages["/hebwcs/c5546/zfxxgklby_nb.shtml"] = list_page("hebwcs", [], channel=CHANNEL, script=script)
    pages[f"/common/search/{CHANNEL}"] = search(rows, host)
    pages[HARBIN[0].documents[0]] = DOCUMENT
    return pages


def templated(host: str, removed: str | None) -> Pages:
    """No channel: the pages are the template's, numbered from 1 by its script."""
    rows = without(rows_of("庚省人民政府", "hainan/zfxxgknb", range(2024, 2016, -1)), removed)
    file = "files/7c6bc38fa8ef4c2e.docx"
    script = "<div id='page_div'></div><script>createPageHTML('page_div',3, 1,'newxxgk_list','shtml',8);</script>"
    pages: dict[str, Page | Answering] = {
        row.path: bare(
            row, f'<p><a href="{row.path.rpartition("/")[2][:-6]}/{file}">附件</a></p>' if not number else ""
        )
        for number, row in enumerate(rows)
    }
    for number in range(3):
        name = f"newxxgk_list{'' if number == 0 else f'_{number + 1}'}"
        pages[f"/hainan/zfxxgknb/{name}.shtml"] = list_page("hainan", rows[number * 3 : number * 3 + 3], script=script)
    pages[f"{hashed('hainan/zfxxgknb', 2024)[:-6]}/{file}"] = DOCUMENT
    return pages


YEARS = {2024: "c115539", 2023: "c114825", 2022: "2022nb", 2021: "2021nb"}
BODIES = ("辛市人民政府", "辛市公安局", "辛市民政局")


def of_year(year: int) -> list[Row]:
    return [
        Row(f"/xin/{YEARS[year]}/{year + 1}/1/{day}/{hashlib.md5(f'{body}{year}'.encode()).hexdigest()}.shtml",
            title(body, year), f"{year + 1}-01-{day}")
        for day, body in enumerate(BODIES, start=10)
    ]  # fmt: skip


def yearly(host: str, removed: str | None) -> Pages:
    """A column a year under another id; there is no search, and the second page has the name of the template."""
    nodes = "".join(f'<a href="/xin/{name}/zfxxgk_gknbz.shtml">{year}年</a>' for year, name in YEARS.items())
    pages: dict[str, Page | Answering] = {
        "/xin/xxgknb/jump.shtml": page(f"<html><body>{NAVIGATION.replace('{site}', 'xin')}{nodes}</body></html>")
    }
    for year, name in YEARS.items():
        rows = without(of_year(year), removed)
        pages |= {row.path: tagged(row) for row in rows}
        link = '<a href="zfxxgk_gknbz_2.shtml">下一页</a>' if year == 2023 else ""
        channel = hashlib.md5(name.encode()).hexdigest()
        pages[f"/xin/{name}/zfxxgk_gknbz.shtml"] = list_page("xin", rows[:2], channel=channel, script=link)
        pages[f"/xin/{name}/zfxxgk_gknbz_2.shtml"] = list_page("xin", rows[2:], channel=channel)
    return pages


def contents(host: str, removed: str | None) -> Pages:
    """The articles are folders with a content page; the search gives way to a page of the site, with status 200."""
    rows = [
        Row(f"/csrc/c100028/c74{year}1/content.shtml", title("壬监管局", year), f"{year + 1}-01-20")
        for year in range(2024, 2018, -1)
    ]
    rows = without(rows, removed)
    home = page("<!DOCTYPE html><html><body>" + "<p>您访问的页面不存在</p>" * 30 + "</body></html>")
    pages: dict[str, Page | Answering] = {row.path: tagged(row) for row in rows}
    pages["/csrc/c100028/common_zfxxgknb.shtml"] = list_page("csrc", rows[:4], channel=CHANNEL)
    pages["/csrc/c100028/common_zfxxgknb_2.shtml"] = list_page("csrc", rows[4:], channel=CHANNEL)
    pages[f"/searchList/{CHANNEL}"] = home
    pages[f"/common/search/{CHANNEL}"] = home
    return pages


def rendered(host: str, removed: str | None) -> Pages:
    """The page says that it is the only one: its search is not asked."""
    rows = without(rows_of("癸县统计局", "gui/c128570", range(2024, 2019, -1)), removed)
    script = "<script>createPageHTML('page_div',1, 1,'zfxxgk_gknbz','shtml',5);</script>"
    pages: dict[str, Page | Answering] = {row.path: tagged(row) for row in rows}
    pages["/gui/c128570/zfxxgk_gknbz.shtml"] = list_page("gui", rows, channel=CHANNEL, script=script)
    return pages


SCENARIOS = [
    Scenario(
        name="ucap-search-list",
        family="ucap",
        quirks=("flat", "ucap_html", "ucap_search_list", "ucap_protocol_relative", "ucap_capped", "look_alikes"),
        pages=searched,
        listed={"url": LIST},
        reports=tuple(hashed(SITE, year) for year in range(2017, 2025)),
        revised=hashed(SITE, 2023),
        removed=hashed(SITE, 2018),
    ),
    Scenario(
        name="ucap-common-search",
        family="ucap",
        quirks=("flat", "ucap_common_search", "ucap_protocol_relative", "ucap_c01", "ucap_res_list"),
        pages=scripted,
        listed={"url": "/hebwcs/c5546/zfxxgklby_nb.shtml", "pager": {"kind": "json"}},
        reports=tuple(row.path for row in HARBIN),
        attachments=HARBIN[0].documents,
        revised=HARBIN[1].path,
        removed=HARBIN[4].path,
    ),
    Scenario(
        name="ucap-template",
        family="ucap",
        quirks=("flat", "ucap_static_pages", "ucap_custom_tags", "ucap_attachment", "no_meta_tags"),
        pages=templated,
        listed={"url": "/hainan/zfxxgknb/newxxgk_list.shtml"},
        reports=tuple(hashed("hainan/zfxxgknb", year) for year in range(2017, 2025)),
        attachments=(f"{hashed('hainan/zfxxgknb', 2024)[:-6]}/files/7c6bc38fa8ef4c2e.docx",),
        revised=hashed("hainan/zfxxgknb", 2020),
        removed=hashed("hainan/zfxxgknb", 2017),
    ),
    Scenario(
        name="ucap-years",
        family="ucap",
        quirks=("year_nodes_changing", "ucap_year_nodes", "ucap_dated", "ucap_no_search", "ucap_static_pages"),
        pages=yearly,
        listed={"url": "/xin/xxgknb/jump.shtml", "entry": "year_nodes", "year_link_re": r"(20\d{2})年"},
        reports=tuple(row.path for year in YEARS for row in of_year(year)),
        revised=of_year(2023)[1].path,
        removed=of_year(2021)[0].path,
    ),
    Scenario(
        name="ucap-content",
        family="ucap",
        quirks=("flat", "ucap_content_page", "ucap_soft_404_search"),
        pages=contents,
        listed={"url": "/csrc/c100028/common_zfxxgknb.shtml"},
        reports=tuple(f"/csrc/c100028/c74{year}1/content.shtml" for year in range(2019, 2025)),
        revised="/csrc/c100028/c7420231/content.shtml",
        removed="/csrc/c100028/c7420191/content.shtml",
    ),
    Scenario(
        name="ucap-rendered",
        family="ucap",
        quirks=("flat", "ucap_html", "ucap_one_page", "etag"),
        pages=rendered,
        listed={"url": "/gui/c128570/zfxxgk_gknbz.shtml"},
        reports=tuple(hashed("gui/c128570", year) for year in range(2020, 2025)),
        revised=hashed("gui/c128570", 2022),
        removed=hashed("gui/c128570", 2020),
    ),
]
