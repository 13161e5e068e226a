"""Portals of 龙讯: rows by a label, rows in the page, and a page a year (families.md §2.6)."""

from __future__ import annotations

import json

from flows.demo.server import Answering, Asked, Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

AGENCY = "己县人民政府办公室"
NOTHING = "<div class='xxgk_nav_con'><p>暂无相关信息</p></div>"
DOCX = "/group6/M00/00/01/wKgBAGeO2024AAAA.docx"
UNNAMED = "/group6/M00/00/02/wKgBAGeO2023BBBB"


def html(text: str) -> Page:
    """A page as a servlet sends it: no validators, so that a second night compares bytes."""
    return Page(text.encode())


def article(heading: str, day: str, inside: str = "") -> Page:
    """An article without any of the standard tags."""
    return Page(
        f"""<html><head><title>{heading}_己县人民政府</title></head><body><div class="bar"><a href="/">首页</a>
        <a href="/public/column/1681?type=2">政府信息公开指南</a></div><h1 class="wztit">{heading}</h1>
        <div class="wzxx"><span class="fbsj">发布时间：{day} 10:00</span><span>来源：县政府办公室</span></div>
        <div class="wzcon j-fontContent">{HEADINGS}{inside}</div></body></html>""".encode(),
        etag="auto",
    )


def column(rows: str, script: str) -> Page:
    return html(
        f"""<html><head><meta name="SiteName" content="己县人民政府"><meta name="ColumnName" content="政府信息公开年报">
        </head><body><ul class="nav"><li><a href="/public/column/1681?type=2">政府信息公开指南</a></li>
        <li><a href="/public/column/1681?type=3&action=list">政府信息公开年报</a></li>
        <li><a href="/public/column/1681?type=4&catId=7023&action=list">政策文件</a></li></ul>
        <script>var tree={{siteId:678,organId:1681,type:4,id:"organ_class"}};</script>
        <div id="list">{rows}</div><script>{script}</script></body></html>"""
    )


def label(pages: list[list[str]], wrap: str, wanted: dict[str, str]) -> Answering:
    """The label: rows by page for those that ask with everything that the column says, an empty answer for others."""

    def answer(asked: Asked) -> Page:
        number = int(asked.form.get("pageIndex", "0"))
        if any(asked.form.get(name) != value for name, value in wanted.items()) or not 1 <= number <= len(pages):
            return html(NOTHING)
        return html(wrap.format("".join(pages[number - 1])))

    return answer


LABEL_YEARS = tuple(range(2013, 2025))
OTHERS = (
    '<li><a href="/public/1681/700000001.html" title="己县政府网站2024年工作年度报表">己县政府网站2024年工作年度报表'
    '</a><span class="date">2025-01-18</span></li>',
    '<li><a href="/public/1681/700000002.html" title="一图读懂己县2023年政府信息公开工作年度报告">一图读懂己县2023年…'
    '</a><span class="date">2024-02-01</span></li>',
    '<li><a href="http://www.other.test/public/9/700000003.html">己县教育局2022年政府信息公开工作年度报告'
    '</a><span class="date">2023-01-18</span></li>',
)


def labelled(host: str, removed: str | None) -> Pages:
    """Rows come by the label alone: five a page, three pages, look-alikes and a link to another host between."""
    paths = {f"/public/1681/71{year}.html": year for year in reversed(LABEL_YEARS)}
    shown = {path: year for path, year in paths.items() if path != removed}
    rows = [
        f'<li><a href="{path}" title="{title(AGENCY, year)}">{title(AGENCY, year)[:14]}…</a>'
        f'<span class="date">{year + 1}-01-20</span></li>'
        for path, year in shown.items()
    ]
    rows[2:2], rows[9:9] = OTHERS[:2], OTHERS[2:]
    pages = [rows[:5], rows[5:10], rows[10:]]
    script = (
        "var opt={siteId:678,organId:1681,pageSize:5,pageIndex:1,pageCount:3,length:46,catId:'',"
        "file:'/xxgk/publicInfoList_newest2020'};"
    )
    wanted = {
        "labelName": "publicInfoList", "siteId": "678", "organId": "1681", "type": "3", "pageSize": "5",
        "length": "80", "file": "/xxgk/publicInfoList_newest2020",
    }  # fmt: skip
    inside = {2024: f'<p>附件：<a href="{DOCX}">下载</a></p>', 2023: f'<p><a href="{UNNAMED}">年度报告全文.pdf</a></p>'}
    return {
        "/public/column/1681?type=3&action=list": column("", script),
        "/site/label/8888": label(pages, '<div class="xxgk_nav_con"><ul>{}</ul></div>', wanted),
        DOCX: Page(b"PK\x03\x04 report", content_type="application/octet-stream", etag="auto"),
        UNNAMED: Page(b"%PDF-1.4 report", content_type="application/octet-stream"),
        **{
            path: article(title(AGENCY, year), f"{year + 1}-01-20", inside.get(year, ""))
            for path, year in shown.items()
        },
    }


BUREAUS = ("财政局", "教育局", "民政局", "水利局", "司法局", "统计局", "审计局")


def shown_rows(host: str, removed: str | None) -> Pages:
    """The page shows its first rows itself; further ones come by a label with a number of its own, and where the list
    ends the page says too little."""
    paths = {f"/zwgk/public/143/5956{number}.html": name for number, name in enumerate(BUREAUS)}
    shown = {path: name for path, name in paths.items() if path != removed}
    rows = [
        f'<div class="xxgk_navli"><ul class="clearfix"><li class="mc"><a href="{path}" '
        f'title="{title(f"相山区{name}", 2024)}">{title(f"相山区{name}", 2024)}</a></li>'
        '<li class="rq">2025-01-21</li></ul></div>'
        for path, name in shown.items()
    ]
    rows.insert(
        1,
        '<div class="xxgk_navli"><ul class="clearfix"><li class="mc"><a href="/zwgk/public/143/59569.html">'
        '关于做好2024年政府信息公开工作年度报告编制的通知</a></li><li class="rq">2024-12-30</li></ul></div>',
    )
    pages = [rows[:3], rows[3:6], rows[6:]]
    data = {"labelName": "publicInfoList", "siteId": "4704161", "pageSize": "3", "organId": "143", "cId": ""}
    data |= {"type": "3", "catId": "", "result": "暂无相关信息", "file": "/xsxxgk/publicInfoList-xs"}
    script = (
        '$(function(){Ls.pagination("#page_public_info",function(pageIndex){Ls.ajax({dataType:"html",'
        f'url:"/site/label/165919",data:{json.dumps(data, ensure_ascii=False)[:-1]},"pageIndex":pageIndex}}}})}},'
        "{currPage:1,pageCount:1||0})});"
    )
    wanted = {name: data[name] for name in ("siteId", "organId", "type", "file")}
    heading = '<html><body><div class="xxgk_nav_con">{}</div></body></html>'
    return {
        "/zwgk/public/column/143?type=3&action=list": column(
            f'<div class="xxgk_nav_con">{"".join(pages[0])}</div>', script
        ),
        "/site/label/165919": label(pages, heading, wanted),
        **{path: article(title(f"相山区{name}", 2024), "2025-01-21") for path, name in shown.items()},
    }


YEAR_PAGES = {2024: "/site/tpl/7931?nav=4&year=2024", 2023: "/site/tpl/7741?nav=4&year=2023", 2022: "/site/tpl/6611"}


def years(host: str, removed: str | None) -> Pages:
    """A page a year, each with a number of its own, and no label: they link one another, themselves
    included."""
    bar = "".join(f'<li><a href="{path}">{year}年</a></li>' for year, path in YEAR_PAGES.items())
    pages: dict[str, Page | Answering] = {}
    for year, path in YEAR_PAGES.items():
        rows = []
        for number, name in enumerate(("省教育厅", "省财政厅")):
            address = f"/public/{1680 + number}/5654{year}{number}.html"
            if address != removed:
                rows.append(f'<li><a target="_blank" href="http://{host}{address}">{title(name, year)}</a></li>')
                pages[address] = article(title(name, year), f"{year + 1}-01-25")
        rows.append(
            f'<li><a href="https://mwr.other.test/gk/{year}/t{year}0101_1.html">{title("省水利厅", year)}</a></li>'
        )
        pages[path] = html(f"<html><body><ul>{bar}</ul><ul class='list'>{''.join(rows)}</ul></body></html>")
    return pages


CONTENT_YEARS = tuple(range(2018, 2025))


def content(host: str, removed: str | None) -> Pages:
    """A column of contents: plain HTML with the page in the query; past the end it shows the last page."""
    shown = {f"/content/article/8991{year}": year for year in reversed(CONTENT_YEARS)}
    rows = [
        f'<li><a href="{path}">{title("广丰区人民政府", year)}</a><span>{year + 1}-01-19</span></li>'
        for path, year in shown.items()
        if path != removed
    ]
    pages = [rows[:3], rows[3:6], rows[6:]]

    def column_page(asked: Asked) -> Page:
        number = min(int(asked.form.get("pageIndex", "1")), len(pages))
        return html(f"<html><body><ul class='navjz'>{''.join(pages[number - 1])}</ul></body></html>")

    articles = {path: article(title("广丰区人民政府", year), f"{year + 1}-01-19") for path, year in shown.items()}
    return {"/content/column/6788": column_page, **{path: page for path, page in articles.items() if path != removed}}


SCENARIOS = [
    Scenario(
        name="lonsun",
        family="lonsun",
        quirks=(
            "flat", "title_attribute", "look_alikes", "attachment_in_body", "no_meta_tags", "lonsun_label",
            "lonsun_page_count", "lonsun_article", "lonsun_attachment",
        ),
        pages=labelled,
        listed={"url": "/public/column/1681?type=3&action=list"},
        reports=tuple(f"/public/1681/71{year}.html" for year in LABEL_YEARS),
        attachments=(DOCX, UNNAMED),
        revised="/public/1681/712023.html",
        removed="/public/1681/712019.html",
    ),
    Scenario(
        name="lonsun-shown",
        family="lonsun",
        quirks=("flat", "look_alikes", "lonsun_navli", "lonsun_rows_shown", "lonsun_page_count_too_small"),
        pages=shown_rows,
        listed={"url": "/zwgk/public/column/143?type=3&action=list"},
        reports=tuple(f"/zwgk/public/143/5956{number}.html" for number in range(len(BUREAUS))),
        revised="/zwgk/public/143/59563.html",
        removed="/zwgk/public/143/59565.html",
    ),
    Scenario(
        name="lonsun-auto",
        family="auto",
        quirks=("auto_sniffs", "lonsun_navli"),
        pages=shown_rows,
        listed={"url": "/zwgk/public/column/143?type=3&action=list"},
        reports=tuple(f"/zwgk/public/143/5956{number}.html" for number in range(len(BUREAUS))),
        revised="/zwgk/public/143/59561.html",
        removed="/zwgk/public/143/59566.html",
    ),
    Scenario(
        name="lonsun-content",
        family="lonsun",
        quirks=("flat", "lonsun_content_column"),
        pages=content,
        listed={"url": "/content/column/6788?pageIndex=1", "pager": {"kind": "query"},
                "params": {"page_parameter": "pageIndex"}},
        reports=tuple(f"/content/article/8991{year}" for year in CONTENT_YEARS),
        revised="/content/article/89912020",
        removed="/content/article/89912018",
    ),
    Scenario(
        name="lonsun-years",
        family="lonsun",
        quirks=("year_nodes_changing", "lonsun_year_pages"),
        pages=years,
        listed={"url": YEAR_PAGES[2024], "entry": "year_nodes", "year_link_re": r"^(20\d\d)年$"},
        reports=tuple(f"/public/{1680 + number}/5654{year}{number}.html" for year in YEAR_PAGES for number in (0, 1)),
        revised="/public/1680/565420230.html",
        removed="/public/1681/565420221.html",
    ),
]  # fmt: skip
