"""Column and article pages laid out as a Hanweb portal does, with the answers behind their lists.

Two layouts: the datastore of jpage with its dataproxy, and the unit of JPaaS with its JSON. Both answer as real
servers do, quirks included, so that the demo and the tests of the spiders stand on the same portal.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from flows.demo.server import Answering, Asked, Page

PROXY = "/module/web/jpage/dataproxy.jsp"
UNIT = "/api-gateway/jpaas-publish-server/front/page/build/unit"
DOWNLOAD = "/module/download/downfile.jsp"


@dataclass(frozen=True)
class Record:
    """One line of a list: the article's path, its title and its day (YYYY-MM-DD)."""

    href: str
    title: str
    day: str


@dataclass(frozen=True)
class Column:
    """One column of a site and its list, newest first.

    Attributes:
        columnid: number of the column, in its address and its articles'.
        unitid: number of the list within the page.
        records: everything the column holds.
        webid: number of the site.
        webname: the site's name, in titles and parameters.
        per_page: records a page shows.
        note: HTML at the foot of the page.
    """

    columnid: str
    unitid: str
    records: tuple[Record, ...]
    webid: str = "1"
    webname: str = "演示市人民政府"
    per_page: int = 15
    note: str = ""

    @property
    def path(self) -> str:
        """The address of the column page."""
        return column_path(self.columnid)


@dataclass(frozen=True)
class Proxy:
    """How a dataproxy answers.

    Attributes:
        path: its address.
        links: whether each datastore names the next one.
        first: the number of page 1: servers count from 0 or from 1.
        knows_windows: whether startrecord and endrecord count; they are ignored if not.
        cap: the most records of one window, whatever was asked for; None is no limit.
        silent: whether it answers with an empty datastore to everything.
        stray: markup between records, as some templates leave it.
        quote: the quotation mark around addresses.
    """

    path: str = PROXY
    links: bool = True
    first: int = 0
    knows_windows: bool = True
    cap: int | None = None
    silent: bool = False
    stray: str = ""
    quote: str = "'"


DEFAULT_PROXY = Proxy()


def column_path(columnid: str) -> str:
    """The address of a column page."""
    return f"/col/col{columnid}/index.html"


def article_path(columnid: str, day: str, number: int) -> str:
    """The address of an article, as /art/YYYY/M/D/art_<column>_<number>.html."""
    year, month, day_of_month = (int(part) for part in day.split("-"))
    return f"/art/{year}/{month}/{day_of_month}/art_{columnid}_{number}.html"


def download_path(attachment: str) -> str:
    """The address of a document that an article offers for download."""
    return f"{DOWNLOAD}?classid=0&filename={quote(attachment)}"


def jpage_pages(
    columns: Sequence[Column], proxy: Proxy = DEFAULT_PROXY, *, html: str = ""
) -> dict[str, Page | Answering]:
    """Column pages with their datastores, and the one dataproxy behind them, by path.

    Args:
        columns: the columns of one site.
        proxy: how its dataproxy answers.
        html: more of each column page, beside the list.
    """
    found: dict[str, Page | Answering] = {column.path: _jpage_column(column, proxy, html) for column in columns}
    found[proxy.path] = lambda asked: _proxy_answer(columns, proxy, asked)
    return found


def _jpage_column(column: Column, proxy: Proxy, html: str) -> Page:
    unit, first = column.unitid, column.records[: column.per_page]
    following = _next_link(column, proxy, 1)
    parameters = f"{{columnid:{column.columnid},unitid:'{unit}',webid:{column.webid},webname:'{column.webname}'}}"
    inside = f"""<div id="{unit}"><script type="text/xml">{datastore(first, following, proxy)}</script></div>
<script>var param_{unit}={parameters};
$('#{unit}').jpage({{totalRecord:{len(column.records)},perPage:{column.per_page},groupSize:3,
proxyUrl:'{proxy.path}',ajaxParam:param_{unit}}});</script>{html}"""
    return Page(_column_page(column, inside).encode("utf-8"), etag="auto")


def jpaas_pages(columns: Sequence[Column], *, heeds_pages: bool = True, html: str = "") -> dict[str, Page | Answering]:
    """Column pages with their units, and the JSON behind them, by path.

    Args:
        columns: the columns of one site.
        heeds_pages: whether the number in paramJson counts; every answer is page 1 if not.
        html: more of each column page, beside the list.
    """
    found: dict[str, Page | Answering] = {column.path: _jpaas_column(column, html) for column in columns}
    found[UNIT] = lambda asked: _unit_answer(columns, asked, heeds_pages)
    return found


def _jpaas_column(column: Column, html: str) -> Page:
    query = {
        "webId": column.webid, "tplSetId": "tpl1", "pageType": "column", "tagId": column.unitid, "editType": "null",
        "pageId": column.columnid, "parseType": "bulidstatic",
    }  # fmt: skip
    said = json.dumps(query, ensure_ascii=False).replace('"', "'")
    inside = f'<script src="/images/AuthorizedRead/unitbuild.js" url="{UNIT}" queryData="{said}"></script>{html}'
    return Page(_column_page(column, inside).encode("utf-8"), etag="auto")


def article_page(
    title: str,
    published: str,
    source: str,
    body: str,
    *,
    attachment: str = "",
    label: str = "",
    note: str = "",
    site: str = "",
) -> str:
    """One article, with its marks around the text.

    Args:
        title: of the article.
        published: its day (YYYY-MM-DD).
        source: who issued it.
        body: HTML of the text.
        attachment: file name of a document that is offered for download; "" for none.
        label: what the link to it says; "" is its file name.
        note: HTML at the foot.
        site: the site's name.
    """
    link = ""
    if attachment:
        href = escape(download_path(attachment))
        picture = '<img src="/module/jslib/icons/word.png">'
        link = f'<p>附件：<a href="{href}">{picture}{escape(label or attachment)}</a></p>'
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(title)}</title>
<meta name="SiteName" content="{escape(site)}">
<meta name="ArticleTitle" content="{escape(title)}">
<meta name="PubDate" content="{published} 09:00:00">
<meta name="ContentSource" content="{escape(source)}">
</head><body><div id="zoom"><meta name="ContentStart">
{body}
{link}<meta name="ContentEnd"></div>
{note}
</body></html>
"""


def datastore(records: Sequence[Record], following: str | None, proxy: Proxy = DEFAULT_PROXY) -> str:
    """Records and the link to the next ones, as pages and dataproxy write them."""
    lines = "\n".join(f"<record><![CDATA[{_row(record, proxy.quote)}]]></record>{proxy.stray}" for record in records)
    group = f'<nextgroup><![CDATA[<a href="{following}"></a>]]></nextgroup>\n' if following else ""
    return f"<datastore>\n{group}<recordset>\n{lines}\n</recordset></datastore>"


def _row(record: Record, mark: str = '"') -> str:
    title = escape(record.title)
    return (
        f'<li><a href={mark}{record.href}{mark} title={mark}{title}{mark} target="_blank">{title}</a>'
        f"<span>{record.day}</span></li>"
    )


def _next_link(column: Column, proxy: Proxy, number: int) -> str | None:
    """The link to the page behind `number` pages; None behind the last one."""
    if not proxy.links or number * column.per_page >= len(column.records):
        return None
    return (
        f"{proxy.path}?page={number + proxy.first}&appid=1&webid={column.webid}&path=/&columnid={column.columnid}"
        f"&unitid={column.unitid}&webname={quote(column.webname)}&permissiontype=0"
    )


def _proxy_answer(columns: Sequence[Column], proxy: Proxy, asked: Asked) -> Page:
    form = asked.form
    named = (form.get("columnid"), form.get("unitid"))
    column = next((column for column in columns if (column.columnid, column.unitid) == named), None)
    if proxy.silent or column is None:
        return _xml(datastore((), None))
    if proxy.knows_windows and "startrecord" in form:
        start, end = int(form["startrecord"]) - 1, int(form["endrecord"])
        shown = column.records[start : min(end, start + (proxy.cap or len(column.records)))]
        return _xml(datastore(shown, None, proxy))
    number = max(0, int(form.get("page", proxy.first)) - proxy.first)
    shown = column.records[number * column.per_page : (number + 1) * column.per_page]
    return _xml(datastore(shown, _next_link(column, proxy, number + 1), proxy))


def _xml(text: str) -> Page:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return Page((head + text).encode("utf-8"), content_type="text/xml; charset=UTF-8", etag="auto")


def _unit_answer(columns: Sequence[Column], asked: Asked, heeds_pages: bool) -> Page:
    records = next((column.records for column in columns if column.columnid == asked.form.get("pageId")), ())
    wanted = json.loads(asked.form.get("paramJson") or "{}") if heeds_pages else {}
    number, size = int(wanted.get("pageNo", 1)), int(wanted.get("pageSize", 15))
    rows = "".join(_row(record) for record in records[(number - 1) * size : number * size])
    said = {"success": True, "code": "200", "data": {"html": f"<ul>{rows}</ul>" if rows else ""}}
    return Page(json.dumps(said, ensure_ascii=False).encode("utf-8"), content_type="application/json", etag="auto")


def _column_page(column: Column, inside: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>政府信息公开年报_{escape(column.webname)}</title>
<meta name="SiteName" content="{escape(column.webname)}">
<meta name="ColumnName" content="政府信息公开年报">
<meta name="ColumnType" content="信息公开">
</head><body>
<div class="nav"><a href="/">首页</a> 政府信息公开年报</div>
{inside}
{column.note}
</body></html>
"""
