"""Entry modes that need no CMS: a list a year by its address, and an address that is the report itself."""

from __future__ import annotations

from flows.demo.server import Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

YEARS = (2024, 2023, 2021)
BODIES = ("发展和改革局", "教育局", "财政局")


def html(text: str) -> Page:
    return Page(f"<html><head><meta charset='utf-8'></head><body>{text}</body></html>".encode(), etag="auto")


def article(heading: str, day: str) -> Page:
    tags = f'<meta name="ArticleTitle" content="{heading}"><meta name="PubDate" content="{day}">'
    return html(f'{tags}<div id="zoom">{HEADINGS}</div>')


def address(year: int, number: int) -> str:
    return f"/zwgk/{year}nb/{year + 1}01/t{year + 1}0120_{number}.html"


def lists(host: str, removed: str | None) -> Pages:
    """A folder a year with two pages; 2022 has none, and no year is linked from anywhere."""
    pages: dict[str, Page] = {}
    for year in YEARS:
        rows = ['<li><a href="/zwgk/zfwz/t20250118_9.html">癸县政府网站年度工作报表</a><span>2025-01-18</span></li>']
        for number, body in enumerate(BODIES):
            path = address(year, number)
            if path == removed:
                continue
            rows.append(f'<li><a href="{path}">{title(f"癸县{body}", year)}</a><span>{year + 1}-01-20</span></li>')
            pages[path] = article(title(f"癸县{body}", year), f"{year + 1}-01-20")
        script = '<script>createPageHTML(2, 0, "index", "html");</script>'
        pages[f"/zwgk/{year}nb/"] = html(f"<ul>{''.join(rows[:2])}</ul>{script}")
        pages[f"/zwgk/{year}nb/index_1.html"] = html(f"<ul>{''.join(rows[2:])}</ul>{script}")
    return pages


def alone(host: str, removed: str | None) -> Pages:
    """The column page is the report, with its document in a box beside it."""
    return {
        "/zwgk/xxgknb/index.html": html(
            f'<h1>{title("癸县人民政府", 2024)}</h1><div id="zoom">{HEADINGS}</div><div class="xgfj">'
            '<a href="./P020250120400.docx">年度报告.docx</a></div><a href="/zwgk/2023nb/">2023年</a>'
        ),
        "/zwgk/xxgknb/P020250120400.docx": Page(b"PK\x03\x04 report", content_type="application/msword", etag="auto"),
    }


SCENARIOS = [
    Scenario(
        name="year-template",
        family="static_list",
        quirks=("year_template", "trs_index_n", "look_alikes", "year_page_missing_years"),
        pages=lists,
        listed={"url": "/zwgk/{year}nb/", "entry": "year_template", "pager": {"kind": "index_n"}},
        reports=tuple(address(year, number) for year in YEARS for number in range(len(BODIES))),
        revised=address(2023, 1),
        removed=address(2021, 2),
        entry={"expect": {"first_year": 2021}},
    ),
    Scenario(
        name="direct",
        family="static_list",
        quirks=("direct", "attachment_beside", "no_meta_tags"),
        pages=alone,
        listed={"url": "/zwgk/xxgknb/index.html", "entry": "direct"},
        reports=("/zwgk/xxgknb/index.html",),
        attachments=("/zwgk/xxgknb/P020250120400.docx",),
        revised="/zwgk/xxgknb/index.html",
        removed=None,
    ),
]
