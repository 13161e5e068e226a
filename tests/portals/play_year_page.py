"""Portals that answer with a report a year at an address that has the year in it (families.md §1.6, §4)."""

from __future__ import annotations

from flows.demo.server import Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

AGENCY = "壬县人民政府"


def report(year: int, *, etag: str = "auto", extra: str = "") -> Page:
    """The page of a year: navigation over the years, the report inline."""
    years = "".join(f'<li><a href="/zwgk/nb/{other}.html">{other}年</a></li>' for other in range(2015, 2026))
    return Page(
        f"""<html><head><title>{title(AGENCY, year)}</title></head><body><ul class="years">{years}</ul>
        <h2>{title(AGENCY, year)}</h2><div class="xxgk_content">{HEADINGS}</div>{extra}
        <p>发布日期：{year + 1}-01-20</p></body></html>""".encode(),
        etag=etag,
    )


HTML_YEARS = (2024, 2023, 2022, 2020, 2019)


def html_pages(host: str, removed: str | None) -> Pages:
    """A page a year from 2018 on; 2025 is not out yet, and 2021 and 2018 were never shown."""
    pages: dict[str, Page] = {f"/zwgk/nb/{year}.html": report(year) for year in HTML_YEARS}
    pages["/zwgk/nb/2023.html"] = report(
        2023, extra='<div class="fujian">附件：<a href="/zwgk/nb/files/2023.doc">年度报告.doc</a></div>'
    )
    pages["/zwgk/nb/files/2023.doc"] = Page(b"\xd0\xcf\x11\xe0 report", content_type="application/msword")
    return {path: page for path, page in pages.items() if path != removed}


PDF_YEARS = tuple(range(2017, 2025))


def documents(host: str, removed: str | None) -> Pages:
    """A document a year, in the folder of the year in which it came out."""
    pages = {
        f"/wzxxgknb/{year + 1}/320800.pdf": Page(
            f"%PDF-1.5 {title(AGENCY, year)}".encode(),
            content_type="application/pdf",
            etag="auto",
        )
        for year in PDF_YEARS
    }
    return {path: page for path, page in pages.items() if path != removed}


SHOWN_YEARS = (2022, 2023, 2024)


def newest(host: str, removed: str | None) -> Pages:
    """One script for all years: for one that it does not have it shows the newest it has, with status 200."""
    pages = {f"/xxgknb.jsp?nbYear={year}": report(min(year, 2024), etag="") for year in range(2022, 2026)}
    return {path: page for path, page in pages.items() if path != removed}


FRAME = "/public/column/13071?type=3&nav=5&sub=1&timeFrame={}&hasContent=true"


def frames(host: str, removed: str | None) -> Pages:
    """A column of 龙讯 whose years are a parameter: it shows the report itself, or that there is none."""
    bar = "".join(f'<li><a href="{FRAME.format(year)}">{year}年</a></li>' for year in range(2021, 2026))

    def column(inside: str) -> Page:
        head = '<meta name="ColumnName" content="政府信息公开年报"><title>政府信息公开年报</title>'
        return Page(f"<html><head>{head}</head><body><ul>{bar}</ul>{inside}</body></html>".encode())

    inside = {2024: '<a href="/group6/M00/00/01/nb2024.docx">下载</a>'}
    pages = {
        FRAME.format(year): column(
            f'<h1 class="wztit">{title(AGENCY, year)}</h1><span class="fbsj">发布时间：{year + 1}-01-22 10:00</span>'
            f'<div class="wzcon j-fontContent">{HEADINGS}{inside.get(year, "")}</div>'
        )
        for year in SHOWN_YEARS
    }
    for year in (2021, 2025):
        pages[FRAME.format(year)] = column('<div class="xxgk_nav_con">暂无相关信息</div>')
    pages["/group6/M00/00/01/nb2024.docx"] = Page(b"PK\x03\x04 report", content_type="application/octet-stream")
    return {path: page for path, page in pages.items() if path != removed}


SCENARIOS = [
    Scenario(
        name="year-page",
        family="year_page",
        quirks=("year_page_html", "year_page_missing_years", "attachment_beside", "no_meta_tags"),
        pages=html_pages,
        listed={"url": "/zwgk/nb/{year}.html", "entry": "year_template"},
        reports=tuple(f"/zwgk/nb/{year}.html" for year in HTML_YEARS),
        attachments=("/zwgk/nb/files/2023.doc",),
        revised="/zwgk/nb/2022.html",
        removed="/zwgk/nb/2019.html",
        entry={"expect": {"first_year": 2018}},
    ),
    Scenario(
        name="year-page-pdf",
        family="year_page",
        quirks=("year_page_pdf", "year_page_missing_years"),
        pages=documents,
        listed={"url": "/wzxxgknb/{year+1}/320800.pdf", "entry": "year_template"},
        reports=tuple(f"/wzxxgknb/{year + 1}/320800.pdf" for year in PDF_YEARS),
        revised="/wzxxgknb/2024/320800.pdf",
        removed="/wzxxgknb/2020/320800.pdf",
        entry={"expect": {"first_year": 2015}},
    ),
    Scenario(
        name="year-page-newest",
        family="year_page",
        quirks=("year_page_html", "year_page_repeats_newest"),
        pages=newest,
        listed={"url": "/xxgknb.jsp?nbYear={year}", "entry": "year_template"},
        reports=tuple(f"/xxgknb.jsp?nbYear={year}" for year in SHOWN_YEARS),
        revised="/xxgknb.jsp?nbYear=2023",
        removed="/xxgknb.jsp?nbYear=2022",
        entry={"expect": {"first_year": 2022}},
    ),
    Scenario(
        name="year-page-frames",
        family="year_page",
        quirks=("year_page_html", "year_page_time_frames", "lonsun_article", "lonsun_attachment"),
        pages=frames,
        listed={"url": FRAME.format("{year}"), "entry": "year_template"},
        reports=tuple(FRAME.format(year) for year in SHOWN_YEARS),
        attachments=("/group6/M00/00/01/nb2024.docx",),
        revised=FRAME.format(2023),
        removed=FRAME.format(2022),
        entry={"expect": {"first_year": 2021}},
    ),
]
