"""Portals of static directories: TRS and its look-alikes (families.md §2.1, §2.5, §2.7 to §2.9, §2.12 to §2.15)."""

from __future__ import annotations

from flows.demo.server import Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

AGENCY = "甲县人民政府办公室"


def html(text: str) -> Page:
    return Page(text.encode(), etag="auto")


def tagged(heading: str, day: str, extra: str = "") -> Page:
    """An article with the standard tags and the body of TRS."""
    return html(
        f"""<html><head><meta name="ArticleTitle" content="{heading}"><meta name="PubDate" content="{day} 10:35">
        <meta name="ContentSource" content="县政府办公室"></head><body><div id="zoom"><div class="TRS_Editor">{HEADINGS}
        </div></div>{extra}</body></html>"""
    )


def trs(host: str, removed: str | None) -> Pages:
    """Five reports a page, two pages, attachments beside the text, look-alikes between."""
    paths = {year: f"/zwgk/zfxxgknb/{year + 1}01/t{year + 1}0120_{year}1.html" for year in range(2017, 2025)}
    shown = {year: path for year, path in sorted(paths.items(), reverse=True) if path != removed}
    rows = [
        f'<li><a href=".{path.removeprefix("/zwgk/zfxxgknb")}" title="{title(AGENCY, year)}">'
        f"{title(AGENCY, year)[:18]}…</a><span>{year + 1}-01-20</span></li>"
        for year, path in shown.items()
    ]
    rows.insert(
        1, '<li><a href="./202501/t20250118_9.html">甲县政府网站2024年工作年度报表</a><span>2025-01-18</span></li>'
    )
    script = '<script>var countPage = 2; createPageHTML(2, 0, "index", "html");</script>'

    def list_page(part: list[str]) -> Page:
        head = "<html><head><meta name='ColumnName' content='政府信息公开年报'></head><body>"
        return html(f"{head}<ul id='list'>{''.join(part)}</ul>{script}</body></html>")

    extra = '<div class="fujian">附件：<a href="./P020250120000001.pdf">年度报告.pdf</a></div>'
    pages: dict[str, Page] = {
        "/zwgk/zfxxgknb/": list_page(rows[:5]),
        "/zwgk/zfxxgknb/index_1.html": list_page(rows[5:]),
        "/zwgk/zfxxgknb/202501/P020250120000001.pdf": Page(b"%PDF-1.4 x", content_type="application/pdf", etag="auto"),
    }
    for year, path in shown.items():
        pages[path] = tagged(title(AGENCY, year), f"{year + 1}-01-20", extra if year == 2024 else "")
    return pages


SCENARIOS = [
    Scenario(
        name="trs",
        family="static_list",
        quirks=("flat", "trs_index_n", "trs_attachment", "utf8_meta_tags", "title_attribute", "look_alikes", "etag"),
        pages=trs,
        listed={"url": "/zwgk/zfxxgknb/", "pager": {"kind": "index_n"}},
        reports=tuple(f"/zwgk/zfxxgknb/{year + 1}01/t{year + 1}0120_{year}1.html" for year in range(2017, 2025)),
        attachments=("/zwgk/zfxxgknb/202501/P020250120000001.pdf",),
        revised="/zwgk/zfxxgknb/202401/t20240120_20231.html",
        removed="/zwgk/zfxxgknb/201901/t20190120_20181.html",
    ),
]
