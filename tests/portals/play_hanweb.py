"""Portals of 大汉 JCMS: the jpage datastore, the search of the disclosure module, TrueCMS (families.md §2.2, §2.11)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from flows.demo import hanweb_pages
from flows.demo.hanweb_pages import PROXY, Column, Proxy, Record, article_path, datastore
from flows.demo.server import Asked, Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title
from tests.spiders.hanweb import module_pages
from tests.spiders.hanweb.module_pages import AREA, FRAME, JOINED, LOAD, TYPE, shell, truecms_path

AGENCY = "乙市人民政府办公室"
YEARS = range(2024, 2014, -1)
REPORTS = {year: article_path("1001", f"{year + 1}-01-20", 5000 + year) for year in YEARS}
REVISED, REMOVED = REPORTS[2022], REPORTS[2017]
FILE = "0123456789abcdef0123456789abcdef.pdf"
DOCUMENT = hanweb_pages.download_path(FILE)
ENCRYPTED = f"{PROXY}?columnid=a%2BB/c%3D%3D&unitid=Zm9v+YmFy&page=2"
# What else such columns hold: none of it is a report of this portal.
LOOK_ALIKES = (
    "乙市政府网站2024年工作年度报表",
    "一图读懂乙市2024年政府信息公开工作年度报告",
    "关于做好2024年政府信息公开工作年度报告编制工作的通知",
    "乙市2024年法治政府建设年度报告",
)
NUMBERED = {"pager": {"kind": "nextgroup"}}
NUMBERS = {"url": "/col/col1001/index.html", **NUMBERED}


def records(removed: str | None, reports: dict[int, str] = REPORTS) -> tuple[Record, ...]:
    """The reports, newest first, with look-alikes and a report on a clone between them."""
    found = [
        Record(path, title(AGENCY, year), f"{year + 1}-01-20") for year, path in reports.items() if path != removed
    ]
    others = [Record(article_path("1001", "2025-01-18", n), one, "2025-01-18") for n, one in enumerate(LOOK_ALIKES)]
    clone = Record("http://127.9.9.9/art/2025/1/20/art_1001_5.html", title("乙市清算局", 2024), "2025-01-20")
    return (*found[:2], *others, *found[2:], clone)


def column(removed: str | None, reports: dict[int, str] = REPORTS, **more: Any) -> Column:
    return Column("1001", "2002", records(removed, reports), **{"webid": "7", "per_page": 5, **more})


def article(record: Record, **more: str) -> Page:
    text = hanweb_pages.article_page(record.title, record.day, AGENCY, HEADINGS, site="乙市人民政府", **more)
    return Page(text.encode(), etag="auto")


def articles(one: Column) -> dict[str, Any]:
    """The pages of a column's records; the newest report offers a document."""
    shown: dict[str, Any] = {record.href: article(record) for record in one.records if record.href.startswith("/")}
    newest = one.records[0]
    name = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    document = Page(b"%PDF-1.4 x", content_type="application/octet-stream", headers=name, etag="auto")
    return {**shown, newest.href: article(newest, attachment=FILE), DOCUMENT: document}


def jpage(**proxy: Any) -> Callable[[str, str | None], Pages]:
    """A datastore whose dataproxy answers in a way of its own."""

    def pages(host: str, removed: str | None) -> Pages:
        one = column(removed)
        return hanweb_pages.jpage_pages([one], Proxy(**proxy)) | articles(one)

    return pages


def encrypted(host: str, removed: str | None) -> Pages:
    """The next address is encrypted and ends in a body of 54 bytes."""
    one = column(removed)
    first = f'<div id="x">{datastore(one.records[:9], ENCRYPTED)}</div>'.replace("&", "&amp;")
    last = ENCRYPTED.replace("page=2", "page=3")
    stub = b"<datastore>" + b" " * 31 + b"</datastore>"
    assert len(stub) == 54
    return articles(one) | {
        one.path: Page(f"<html><body><script>{first}</script></body></html>".encode(), etag="auto"),
        ENCRYPTED: Page(datastore(one.records[9:], last).encode(), content_type="text/xml", etag="auto"),
        last: Page(stub, content_type="text/xml"),
    }


def html_list(host: str, removed: str | None) -> Pages:
    """The datastore and its dataproxy are empty, the list stands in the HTML."""
    one = column(removed)
    rows = "".join(f'<li><a href="{r.href}" title="{r.title}">{r.title}</a> {r.day}</li>' for r in one.records)
    pages = hanweb_pages.jpage_pages(
        [dataclasses.replace(one, records=())], Proxy(silent=True), html=f"<ul>{rows}</ul>"
    )
    page = pages[one.path]
    assert isinstance(page, Page)
    body = page.body.replace(b"totalRecord:0", f"totalRecord:{len(one.records)}".encode())
    return pages | articles(one) | {one.path: dataclasses.replace(page, body=body)}


NEWER = {
    year: f"/art/{year + 1}/art_{year:024x}.html"
    if year % 2
    else f"/col/col{year}/art/{year + 1}/art_0f0e0d0c-0b0a-4909-8807-06050403{year}.html"
    for year in range(2024, 2020, -1)
}


def year_columns(host: str, removed: str | None) -> Pages:
    """A column of its own for each year under a stable navigation, with addresses that name no column."""
    pages: dict[str, Any] = {}
    links = []
    for year, path in NEWER.items():
        shown = {year: path} if path != removed else {}
        one = Column(str(93000 + year), "2002", records(None, shown)[:2], per_page=5)
        pages |= hanweb_pages.jpage_pages([one]) | {row.href: article(row) for row in one.records}
        links.append(f'<li><a href="{one.path}">{year}年</a></li>')
    links.append('<li><a href="/col/col84242/index.html">政府信息公开指南</a></li>')
    navigation = f"<html><body><ul>{''.join(links)}</ul></body></html>"
    return pages | {"/col/col84241/index.html": Page(navigation.encode(), etag="auto")}


def search(*parts: str, infotype: str = "", mixed: bool = False, **more: Any) -> Callable[[str, str | None], Pages]:
    """A shell of the disclosure module with its search, whose articles are tables without standard tags."""

    def pages(host: str, removed: str | None) -> Pages:
        one = column(removed)
        others = [
            Record(
                article_path("3003", f"{year + 1}-01-10", year), title("乙市丙镇人民政府", year), f"{year + 1}-01-10"
            )
            for year in YEARS
        ]
        page = shell(one, *parts, infotype=infotype)
        shown = module_pages.xxgk_pages(one, page, others if mixed else (), **more)
        tables = {record.href: table_article(record) for record in one.records if record.href.startswith("/")}
        return shown | tables | {record.href: table_article(record) for record in others}

    return pages


def table_article(record: Record) -> Page:
    """An article of the disclosure module: a table of particulars and the text, no standard tags."""
    text = f"""<html><head><meta charset="utf-8"><title>{record.title}</title></head><body><table class="xxgk_table">
    <tr><td>索引号</td><td>014001303/2025-00001</td><td>发布机构</td><td>{AGENCY}</td></tr>
    <tr><td>标题</td><td>{record.title}</td><td>发布日期：</td><td>{record.day}</td></tr></table>
    <div class="bt_content">{HEADINGS}</div></body></html>"""
    return Page(text.encode(), etag="auto")


REPORT = "/module/xxgk/xxgkAnnualReport.jsp"
YEARLY = {year: f"{REPORT}?area={AREA}&fbtime={year}" for year in range(2024, 2016, -1)}


def report_of_a_year(host: str, removed: str | None) -> Pages:
    """One address answers with the report of the year that is asked for; other years are a shell without a report."""

    def answer(asked: Asked) -> Page:
        year = int(asked.form.get("fbtime") or 0)
        path = YEARLY.get(year)
        if path and path == removed:
            return Page(b"<html><body>404</body></html>", status=404)
        if path is None or asked.form.get("area") != AREA:
            return Page("<html><body><h3>信息公开年度报告</h3><p>暂无相关信息</p></body></html>".encode())
        return table_article(Record(path, title(AGENCY, year), f"{year + 1}-01-20"))

    return {REPORT: answer} | {path: answer for path in YEARLY.values() if path != removed}


UUID = "754f6db5-d294-46d5-b25c-da3a86d102cd"
MESSAGES = {year: f"/yszf/gknb/content/{year:08x}-d294-46d5-b25c-da3a86d102cd.html" for year in range(2024, 2008, -1)}


def truecms(name: str, per_page: int = 2, **more: Any) -> Callable[[str, str | None], Pages]:
    """A TrueCMS column whose endpoint answers in a way of its own."""

    def pages(host: str, removed: str | None) -> Pages:
        one = Column(UUID, "", records(removed, MESSAGES), per_page=per_page)
        return module_pages.truecms_pages(name, one, **more) | {
            record.href: article(record) for record in one.records if record.href.startswith("/")
        }

    return pages


def hanweb(name: str, pages: Callable[[str, str | None], Pages], *quirks: str, **more: Any) -> Scenario:
    """A portal with the reports of REPORTS, the newest with a document, unless `more` says otherwise."""
    told: dict[str, Any] = {
        "listed": NUMBERS, "reports": tuple(REPORTS.values()), "attachments": (DOCUMENT,), "revised": REVISED,
        "removed": REMOVED, **more,
    }  # fmt: skip
    return Scenario(name=name, family="hanweb", quirks=quirks, pages=pages, **told)


def messages(name: str, pages: Callable[[str, str | None], Pages], *quirks: str, **listed: Any) -> Scenario:
    return hanweb(
        name, pages, *quirks, listed={"url": truecms_path(name), **NUMBERED, **listed},
        reports=tuple(MESSAGES.values()), attachments=(), revised=MESSAGES[2020], removed=MESSAGES[2012],
    )  # fmt: skip


STRAY = "</ul><table><tr></tr></table><ul>"
SCENARIOS = [
    hanweb("jpage", jpage(stray=STRAY), "jpage_nextgroup", "jpage_stray_markup", "hanweb_download", "etag", "flat"),
    hanweb("jpage-windows", jpage(links=False, quote='"'), "jpage_window", "jpage_quotes", "look_alikes"),
    hanweb(
        "jpage-windows-get", jpage(links=False), "jpage_window_get",
        listed={**NUMBERS, "params": {"method": "GET", "perpage": "3"}},
    ),
    hanweb("jpage-numbers", jpage(links=False, knows_windows=False), "jpage_page_only"),
    hanweb("jpage-capped", jpage(links=False, cap=4), "jpage_capped"),
    hanweb("jpage-encrypted", encrypted, "jpage_encrypted", "jpage_short_body"),
    hanweb("jpage-html", html_list, "jpage_empty_but_html", listed={**NUMBERS, "params": {"webid": "7"}}),
    hanweb(
        "hanweb-years", year_columns, "hanweb_newer_addresses", "year_nodes_changing",
        listed={**NUMBERED, "entry": "year_nodes", "url": "/col/col84241/index.html", "year_link_re": r"^(20\d\d)年$"},
        reports=tuple(NEWER.values()), attachments=(), revised=NEWER[2023], removed=NEWER[2022],
    ),
    hanweb("xxgk", search(LOAD, infotype=TYPE), "xxgk_search", "no_meta_tags", attachments=()),
    hanweb("xxgk-tree", search(FRAME, JOINED, past="empty"), "xxgk_tree", attachments=()),
    hanweb("xxgk-mixed", search(LOAD, mixed=True), "xxgk_not_filtered", attachments=()),
    hanweb(
        "xxgk-declared", search(), "xxgk_search", attachments=(),
        listed={**NUMBERS, "params": {"area": AREA, "infotypeId": TYPE, "jdid": "2"}},
    ),
    hanweb(
        "xxgk-years", report_of_a_year, "xxgk_annual_report", "xxgk_empty_year", "year_template",
        listed={"entry": "year_template", "url": f"{REPORT}?area={AREA}&fbtime={{year}}"},
        reports=tuple(YEARLY.values()), attachments=(), revised=YEARLY[2022], removed=YEARLY[2019],
        entry={"expect": {"first_year": 2017}},
    ),
    messages("truecms", truecms("truecms"), "truecms"),
    messages("truecms-few", truecms("truecms-few", cap=2), "truecms_capped"),
    messages("truecms-404", truecms("truecms-404", cap=2, beyond="404"), "truecms_capped"),
    messages("truecms-off", truecms("truecms-off", per_page=15, off=True, total=""), "truecms_off"),
]  # fmt: skip
