"""Hanweb portals of the crawl tests by name: pages and `list` block of each, quirks and faults included."""

from __future__ import annotations

import dataclasses
from typing import Any

from flows.demo import hanweb_pages
from flows.demo.hanweb_pages import PROXY, UNIT, Column, Proxy, Record, article_path, datastore
from flows.demo.server import Asked
from tests.spiders.hanweb import module_pages
from tests.spiders.hanweb.module_pages import FRAME, JOINED, LOAD, MESSAGES, SEARCH, TYPE
from tests.spiders.portal_kit import Page, hanweb_article, listing, row, title

Pages = dict[str, Any]
NUMBERED = {"pager": {"kind": "nextgroup"}}
UNITS = {"pager": {"kind": "json"}}
FILE = "0123456789abcdef0123456789abcdef.pdf"
HOME = Page(("<html><body>" + "<p>欢迎访问乙市人民政府</p>" * 100 + "</body></html>").encode())
ENCRYPTED = f"{PROXY}?columnid=a%2BB/c%3D%3D&unitid=Zm9v+YmFy&page=2"
NAV = "/col/col84241/index.html"


def reports(count: int, columnid: str = "1001", year: int = 2024) -> tuple[Record, ...]:
    """Reports, newest first; the last one is a look-alike."""
    day = f"{year + 1}-01-20"
    found = [Record(article_path(columnid, day, n), title(f"乙{n}局", year), day) for n in range(1, count)]
    return (*found, Record(article_path(columnid, day, count), f"乙市政府网站{year}年工作年度报表", day))


def column(count: int, columnid: str = "1001", year: int = 2024, per_page: int = 5) -> Column:
    return Column(columnid, f"9{columnid}", reports(count, columnid, year), webid="7", per_page=per_page)


def articles(*columns: Column) -> Pages:
    return {record.href: hanweb_article(record.title, day=record.day) for one in columns for record in one.records}


def jpage(*columns: Column, html: str = "", **proxy: Any) -> Pages:
    return hanweb_pages.jpage_pages(columns, Proxy(**proxy), html=html) | articles(*columns)


def jpaas(*columns: Column, html: str = "", **more: Any) -> Pages:
    return hanweb_pages.jpaas_pages(columns, html=html, **more) | articles(*columns)


def linked(records: tuple[Record, ...]) -> str:
    return "<ul>" + "".join(row(record.href, record.title, record.day) for record in records) + "</ul>"


def encrypted() -> Pages:
    whole = column(7)
    first = f'<div id="x">{datastore(whole.records[:5], ENCRYPTED)}</div>'.replace("&", "&amp;")
    return articles(whole) | {
        whole.path: Page(f"<html><body><script>{first}</script></body></html>".encode(), etag="auto"),
        ENCRYPTED: Page(datastore(whole.records[5:], None).encode(), content_type="text/xml", etag="auto"),
    }


def boxed_news() -> str:
    news = "".join(
        f"<record><![CDATA[<a href='/art/2026/1/1/art_5_{n}.html'>乙市新闻{n}</a>]]></record>" for n in range(9)
    )
    box = f"<div id='55'><script><datastore><recordset>{news}</recordset></datastore></script></div>"
    return box + "<script>$('#55').jpage({totalRecord:4895,perPage:9});</script>"


def loop() -> Pages:
    whole = column(7)

    def again(asked: Asked) -> Page:
        number = int(asked.form.get("page", "1")) + 1
        return Page(datastore(whole.records[:5], f"{PROXY}?page={number}").encode(), content_type="text/xml")

    return jpage(whole) | {PROXY: again}


def unit_boxes() -> Pages:
    news = tuple(Record(f"/art/2026/1/{n}/art_5_{n}.html", f"乙市新闻{n}", "2026-01-01") for n in range(1, 20))
    box = Column("5", "news", news, webid="7")
    page = jpaas(box)[box.path].body.decode()
    return jpaas(box) | jpaas(column(20), box, html=page[page.index("<script") : page.index("</body>")])


def years() -> Pages:
    newer, older = column(7, "93261", 2024), column(7, "84999", 2023)
    links = f'<a href="{newer.path}">2024年</a> <a href="/col/col1/index.html">关于</a>'
    hidden = f"<datastore><record><![CDATA[<a href='{older.path}'>2023年</a>]]></record></datastore>"
    navigation = listing(links, extra=f"<div id='1'><script>{hidden}</script></div>")
    return jpage(newer, older, links=False) | {NAV: navigation}


def downloads() -> Pages:
    whole = column(2)
    href = f"{hanweb_pages.DOWNLOAD}?classid=0&filename={FILE}"
    name = {"Content-Disposition": f'attachment; filename="{FILE}"'}
    return jpage(whole) | {
        whole.records[0].href: hanweb_article(whole.records[0].title, attachment=FILE),
        href: Page(b"%PDF-1.4 report", content_type="application/octet-stream", headers=name, etag="auto"),
    }


def xxgk(
    one: Column, *parts: str, infotype: str = "", html: str = "", others: tuple[Record, ...] = (),
    later: Page | None = None, **more: Any,
) -> Pages:  # fmt: skip
    page = module_pages.shell(one, *parts, html.replace("{", "{{").replace("}", "}}"), infotype=infotype)
    pages = module_pages.xxgk_pages(one, page, others, **more)
    found = pages[SEARCH]

    def search(asked: Asked) -> Page:
        return later if later and asked.form["currpage"] != "1" else found(asked)

    rows = {record.href: hanweb_article(record.title, day=record.day) for record in others}
    return pages | articles(one) | rows | {SEARCH: search}


def truecms(one: Column, **more: Any) -> Pages:
    return module_pages.truecms_pages("zf", one, **more) | articles(one)


MESSAGES_OF = {**NUMBERED, "url": module_pages.truecms_path("zf")}
SCENARIOS: dict[str, tuple[Pages, dict[str, Any]]] = {
    "links": (jpage(column(12), stray="<table><tr></tr></table>"), NUMBERED),
    "windows": (jpage(column(31), links=False, quote='"'), NUMBERED),
    "capped": (jpage(column(17), links=False, cap=4), NUMBERED),
    "numbers": (jpage(column(12), links=False, knows_windows=False), NUMBERED),
    "numbers-from-1": (jpage(column(12), links=False, knows_windows=False, first=1), NUMBERED),
    "windows-get": (jpage(column(12), links=False), {**NUMBERED, "params": {"method": "GET", "perpage": "3"}}),
    "other-path": (jpage(column(12), path="/module/jslib/jquery/jpage/morecolumndataproxy.jsp"), NUMBERED),
    "declared": (
        jpage(column(12)) | {column(1).path: listing("<p>loading</p>")},
        {**NUMBERED, "params": {"columnid": "1001", "unitid": "91001", "webid": "7"}},
    ),
    "encrypted": (encrypted(), NUMBERED),
    "stub": (jpage(column(7)) | {PROXY: Page(b"<datastore>" + b" " * 31 + b"</datastore>")}, NUMBERED),
    "no-content": (jpage(column(7)) | {PROXY: Page(b"")}, NUMBERED),
    "html-list": (
        jpage(column(7), silent=True)
        | {column(7).path: listing(linked(reports(7)), extra="<script>$('#91001').jpage({totalRecord:7});</script>")},
        {**NUMBERED, "params": {"webid": "7"}},
    ),
    "down": (jpage(column(7)) | {PROXY: Page(b"broken", status=500)}, NUMBERED),
    "gone": (jpage(column(7)) | {PROXY: Page(b"", status=404)}, NUMBERED),
    "home-page": (jpage(column(7)) | {PROXY: HOME}, NUMBERED),
    "leads-away": (jpage(column(7), links=False) | {PROXY: Page(redirect="http://127.0.4.1:9/x")}, NUMBERED),
    "cut": (
        jpage(column(7))
        | {PROXY: Page(datastore(reports(7)[5:], None).encode()[:-60], content_type="text/xml")},
        NUMBERED,
    ),
    "loop": (loop(), NUMBERED),
    "boxes": (jpage(column(8), html=boxed_news()), NUMBERED),
    "three-pages": (jpage(column(31)), {"pager": {"kind": "nextgroup", "max": 3}}),
    "first-page": (jpage(column(12)), {"pager": {"kind": "none"}}),
    "robots": (
        jpage(column(7)) | {"/robots.txt": Page(b"User-agent: *\nDisallow: /module/\n", content_type="text/plain")},
        NUMBERED,
    ),
    "challenge": (jpage(column(7)) | {PROXY: Page(b"<script>$_ts.nsd=1</script>", status=412)}, NUMBERED),
    "years": (
        years(),
        {**NUMBERED, "entry": "year_nodes", "url": NAV, "year_link_re": r"^(20\d\d)年$"},
    ),
    "downloads": (downloads(), NUMBERED),
    "unit": (jpaas(column(20)), UNITS),
    "unit-boxes": (unit_boxes(), UNITS),
    "unit-one-page": (jpaas(column(20)), {"pager": {"kind": "none"}}),
    "unit-stays": (jpaas(column(20), heeds_pages=False), UNITS),
    "unit-short": (jpaas(column(4), heeds_pages=False), UNITS),
    "unit-refused": (jpaas(column(4), html=linked(reports(3))) | {UNIT: Page(b"no", status=403)}, UNITS),
    "unit-login": (jpaas(column(4)) | {UNIT: HOME}, UNITS),
    "moved-to-unit": (jpaas(column(4)), NUMBERED),
    "xxgk": (
        {column(1).path: listing("<iframe src='/module/xxgk/tree.jsp'></iframe><a href='/'>首页</a>")},
        NUMBERED,
    ),
    "xxgk-boxes": (
        {column(1).path: listing(boxed_news(), extra="<script>$.post('/module/xxgk/search.jsp');</script>")},
        NUMBERED,
    ),
    "empty-column": (
        {column(1).path: listing("<a href='/module/xxgk/subjects.jsp'>公开</a>", extra=boxed_news())},
        NUMBERED,
    ),
    "xxgk-address": ({}, {"url": "/module/xxgk/xxgkAnnualReport.jsp?area=1&fbtime=2022"}),
    "xxgk-search": (xxgk(column(12), LOAD, infotype=TYPE, html=boxed_news()), NUMBERED),
    "xxgk-tree": (xxgk(column(12), FRAME, JOINED, others=reports(9, "3003")), NUMBERED),
    "xxgk-own-column": (xxgk(column(12), LOAD, others=reports(9, "3003")), NUMBERED),
    "xxgk-other-number": (xxgk(dataclasses.replace(column(12, "3003"), columnid="1001"), LOAD), NUMBERED),
    "xxgk-ends-early": (xxgk(column(12), LOAD, infotype=TYPE, later=Page(b"<table></table>")), NUMBERED),
    "xxgk-repeats": (xxgk(column(12), LOAD, infotype=TYPE, past="first"), NUMBERED),
    "xxgk-breaks": (xxgk(column(12), LOAD, infotype=TYPE, later=Page(b"", status=500)), NUMBERED),
    "xxgk-home-page": (xxgk(column(12), LOAD, infotype=TYPE) | {SEARCH: HOME}, NUMBERED),
    "xxgk-first-page": (xxgk(column(12), LOAD, infotype=TYPE), {"pager": {"kind": "none"}}),
    "truecms-some": (truecms(column(17, per_page=2), off=True), MESSAGES_OF),
    "truecms-none": (truecms(column(12, per_page=0), off=True), MESSAGES_OF),
    "truecms-login": (truecms(column(12, per_page=2)) | {MESSAGES: HOME}, MESSAGES_OF),
    "truecms-refuses": (truecms(column(12, per_page=2)) | {MESSAGES: Page(b"no", status=403)}, MESSAGES_OF),
    "truecms-short": (truecms(column(31, per_page=2)), {**MESSAGES_OF, "pager": {"kind": "nextgroup", "max": 3}}),
    "truecms-nameless": (truecms(dataclasses.replace(column(12, per_page=2), columnid="")), MESSAGES_OF),
    "plain": ({column(1).path: listing("<a href='/'>首页</a>")}, NUMBERED),
}  # fmt: skip
