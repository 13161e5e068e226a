"""Column pages of the disclosure module and of TrueCMS, with the answers of real servers behind their lists."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from flows.demo.hanweb_pages import Column, Record, datastore
from flows.demo.server import Asked, Page

SEARCH = "/module/xxgk/search.jsp"
TREE = "/module/xxgk/tree.jsp"
MESSAGES = "/truecms/messageController/getMessage.do"
AREA = "014001303"
TYPE = "A0701"
LOAD = (
    "<script>loadDynamic('{search}?infotypeId={infotype}&vc_title=&vc_number=&area={area}', 'div{column}', '0', '0',"
    " '950', '2', '', '');</script>"
)
FRAME = '<iframe src="{tree}?standardXxgk=1&amp;area={area}&amp;divid=div{column}"></iframe>'
# The type comes from the tree, the area stands in the script.
JOINED = (
    "<script>function funclick(a, b) {{ loadDynamic('{search}?standardXxgk=1&infotypeId='+a+'&vc_title='"
    "+encodeURI(b)+'&area={area}', 'div{column}', '0', '0', '950', '2', '', ''); }}</script>"
)
NODES = f"""<script>d.html("<a onclick=\\"funclick(\\'A01\\',\\'\\')\\">政府文件</a>
<a onclick=\\"funclick(\\'W02\\',\\'\\')\\">政府网站工作年度报表</a>
<a onclick=\\"funclick(\\'{TYPE}\\',\\'\\')\\">政府信息公开年报</a>");</script>"""


def shell(column: Column, *parts: str, area: str = AREA, infotype: str = "") -> Page:
    """The empty column page around a search; `parts` are the templates above."""
    told = {"search": SEARCH, "tree": TREE, "area": area, "infotype": infotype, "column": column.columnid}
    inside = "".join(part.format(**told) for part in parts)
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="ColumnName" content="政府信息公开年报">
</head><body><div class="nav"><a href="/">首页</a><a href="{TREE}?area=99&divid=div9">信息公开目录</a></div>
<div id="div{column.columnid}"></div>{inside}</body></html>"""
    return Page(html.encode(), etag="auto")


def xxgk_pages(column: Column, page: Page, others: Sequence[Record] = (), **more: Any) -> dict[str, Any]:
    """A shell, its tree and its search: of the type the column's records, without it those of the whole area.

    Args:
        column: the column.
        page: its shell.
        others: records of other columns of the area.
        more: how the search answers.
    """
    return {
        column.path: page,
        TREE: Page(f"<html><body>{NODES}</body></html>".encode()),
        SEARCH: lambda asked: _found(column, others, asked, **more),
    }


def _found(column: Column, others: Sequence[Record], asked: Asked, *, past: str = "repeat") -> Page:
    form = asked.form
    if asked.method != "POST" or form.get("area") != AREA or form.get("divid") != f"div{column.columnid}":
        return Page(b"<html><body>error</body></html>", status=500)
    mixed = [record for pair in itertools.zip_longest(others, column.records) for record in pair if record]
    records = list(column.records) if form.get("infotypeId") == TYPE else mixed
    size = column.per_page
    pages = max(1, -(-len(records) // size))
    number = int(form.get("currpage") or 1)
    if past != "empty":
        # The last page again past the end, or every time the first.
        number = min(number, pages) if past == "repeat" else 1
    rows = "".join(_row(record, n) for n, record in enumerate(records[(number - 1) * size : number * size], start=1))
    bar = f'<td align="right">&nbsp;&nbsp;共{pages}页&nbsp;<a href="javascript:void(0)">下一页</a></td>'
    html = f'<table class="tb_title"><tr>{bar}</tr></table><table><tr><td>索引号</td><td>名称</td></tr>{rows}</table>'
    return Page(html.encode())


def _row(record: Record, number: int) -> str:
    kind = "odd" if number % 2 else "even"
    link = f'<a class="bt_link" href="{record.href}" target="_blank" mc="{record.title}">{record.title[:14]}…</a>'
    return f'<tr class="tr_main_value_{kind}"><td>{number}</td><td>{link}</td><td>{record.day}</td></tr>'


def truecms_path(name: str) -> str:
    """The address of a TrueCMS column."""
    return f"/{name}/gknb/gknb.html"


def truecms_pages(name: str, column: Column, *, total: str | None = None, **more: Any) -> dict[str, Any]:
    """A TrueCMS column, its first screen and its endpoint. `columnid` is a uuid.

    Args:
        name: the folder of the site.
        column: the column; a page shows `per_page` records, the first screen three of them.
        total: how many records the page says there are; as many as there are when it is None.
        more: `cap`, the most records of one answer; `beyond`, what comes for more: "empty" or "404"; `off`.
    """
    first = "".join(f"<ul>{_line(record)}</ul>" for record in column.records[: column.per_page * 3])
    said = len(column.records) if total is None else total
    template = "<datastore><totalrecord>${totalRecord}</totalrecord><recordset><#list all as m><record><![CDATA[<li>"
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="ColumnName" content="政府信息公开年报">
</head><body><div id="initData" style="display:none">{first}</div><div id="msgList"></div>
<script>$('#msgList').jpage({{cache:false, dataStore:initData, totalRecord:"{said}", dataBefore:'<ul>',
contentTemplate:'{template}<a href="${{(m.htmlPath)!}}">${{(m.msgTitle)!}}</a></li>]]></record></#list></recordset>
</datastore>', proxyUrl:'{MESSAGES}', perPage:{column.per_page}, groupSize:3,
ajaxParam:{{ columnId:'{column.columnid}' }} }});</script></body></html>"""
    path = truecms_path(name)
    return {
        path: Page(html.encode(), etag="auto"),
        MESSAGES: lambda asked: _messages(column, path, asked, **more),
    }


def _messages(
    column: Column, path: str, asked: Asked, *, cap: int = 1000, beyond: str = "empty", off: bool = False
) -> Page:
    if off or not asked.headers.get("referer", "").endswith(path):
        return Page(b"<html><body>404</body></html>", status=404 if off else 403)
    form = asked.form
    start, end = int(form["startrecord"]), int(form["endrecord"])
    wanted = end - start + 1
    if wanted > cap and beyond == "404":
        return Page(b"", status=404)
    known = form["columnId"] == column.columnid and wanted <= cap
    store = datastore(column.records[start - 1 : end] if known else (), None)
    said = f"{form['callback']}({json.dumps({'result': store}, ensure_ascii=False)})"
    return Page(said.encode(), content_type="text/javascript; charset=utf-8")


def _line(record: Record) -> str:
    return f'<li><a href="{record.href}" title="{record.title}">{record.title}</a><span>{record.day}</span></li>'
