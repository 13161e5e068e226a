"""Portals of the disclosure catalogue of Guangdong, columns as JSON (families.md §2.4)."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from flows.demo.server import Answering, Asked, Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

CHINA = datetime.timezone(datetime.timedelta(hours=8))


@dataclass(frozen=True)
class Row:
    """One row of a column: number and title of the article, its day, documents that its row names."""

    number: int
    title: str
    day: str
    documents: tuple[str, ...] = ()
    prefix: str = ""

    @property
    def path(self) -> str:
        return f"{self.prefix}/gkmlpt/content/{self.number // 1000}/{self.number // 10}/post_{self.number}.html"


def rows_of(agency: str, years: range, prefix: str = "") -> list[Row]:
    return [Row(9_000 + year % 100, title(agency, year), f"{year + 1}-01-21", (), prefix) for year in years]


def article(row: Row, host: str, agency: str, *, linked: str = "") -> Page:
    """An article: a table about it, the text, and the text once more in the script."""
    link = f'<p><a href="http://{host}{linked}">年报.docx</a></p>' if linked else ""
    detail = json.dumps({"id": row.number, "title": row.title, "content": HEADINGS + link}).replace("<", r"\u003c")
    html = f"""<html><head><title>{row.title} - 丁市政府信息公开目录</title></head><body><div class="classify">
    <table><tr><td>索引号:</td><td>00000000X/2025-{row.number}</td><td>分类:</td><td>政府信息公开年报</td></tr>
    <tr><td>发布机构:</td><td>{agency}</td><td>成文日期:</td><td>2012-12-12</td></tr>
    <tr><td>名称:</td><td colspan="3">{row.title}</td></tr>
    <tr><td>文号:</td><td></td><td>发布日期:</td><td>{row.day}</td></tr><tr><td>主题词:</td><td></td></tr></table></div>
    <div class="article-content">{HEADINGS}{link}</div>
    <script>window._CONFIG = {{SID:'900001', DETAIL: {detail}}};</script></body></html>"""
    return Page(html.encode(), etag="auto")


def seconds(day: str) -> int:
    """Half an hour after midnight in China: the day before by the clock of Greenwich."""
    return int(datetime.datetime.fromisoformat(f"{day}T00:30:00").replace(tzinfo=CHINA).timestamp())


def column(rows: list[Row], host: str, *, size: int = 100, counted: bool = True, jump: str = "") -> Answering:
    """The column's rows, `size` a page; page 0 is page 1, and past the end is a 404.

    Not all columns are `counted`; `jump` is an address of another host that one row has.
    """
    articles: list[dict[str, Any]] = [
        {
            "id": row.number, "title": row.title, "publisher": "丁市人民政府办公室", "document_number": "",
            "identifier": f"00000000X/2025-{row.number}", "created_at": "2012-12-12 10:00:00",
            "create_time": seconds("2012-12-12"), "first_publish_time": seconds(row.day),
            "display_publish_time": seconds(row.day), "url": f"http://{host}{row.path}", "post_url": "",
            "is_expired": 0, "relation": None, "abstract": None,
            "attachment": [
                {"id": 1, "name": path.rpartition("/")[2], "type": "doc", "mime": "application/msword",
                 "size": "26624", "url": f"http://{host}{path}"}
                for path in row.documents
            ],
        }
        for row in rows
    ]  # fmt: skip
    notice = f"http://{host}/gkmlpt/content/9/900/post_8001.html"
    articles.insert(1, {"id": 8001, "title": "丁市政府网站2024年工作年度报表", "url": notice, "attachment": []})
    if jump:
        articles.insert(2, {"id": 8002, "title": title("丁市某局", 2024), "url": jump, "attachment": None})

    def answer(asked: Asked) -> Page:
        number = max(1, int(asked.form["page"]))
        part = articles[(number - 1) * size : number * size]
        if not part:
            return Page(b"<html><body>404</body></html>", status=404)
        total = len(articles) if counted else None
        said = {"classify": {"id": 2629, "post_count": total}, "total": total, "articles": part}
        return Page(json.dumps(said).encode(), content_type="application/json", etag="auto")

    return answer


CITY = rows_of("丁市人民政府办公室", range(2024, 2018, -1))
ONLY_IN_THE_ROW = "/attachment/0/1/1/9001.docx"
IN_BOTH = "/attachment/0/1/1/9002.pdf"


def city(host: str, removed: str | None) -> Pages:
    """Three rows a page; a row that leads elsewhere; attachments that only the row names, or the page as well."""
    rows = [row for row in CITY if row.path != removed]
    pages: dict[str, Page | Answering] = {
        row.path: article(row, host, "丁市人民政府办公室", linked=IN_BOTH if row is CITY[0] else "") for row in rows
    }
    named = [Row(row.number, row.title, row.day, (ONLY_IN_THE_ROW, IN_BOTH) if row is CITY[0] else ()) for row in rows]
    pages["/gkmlpt/api/all/2629"] = column(named, host, size=3, jump="http://www.other.test/a/post_1.html")
    pages[ONLY_IN_THE_ROW] = Page(b"PK\x03\x04 docx", content_type="application/octet-stream", etag="auto")
    pages[IN_BOTH] = Page(b"%PDF-1.4 x", content_type="application/pdf", etag="auto")
    return pages


DEPARTMENT = rows_of("戊区教育局", range(2024, 2020, -1), "/wqjyj")


def department(host: str, removed: str | None) -> Pages:
    """One of several departments on a host; its column does not count its rows, and page 2 is a 404."""
    rows = [row for row in DEPARTMENT if row.path != removed]
    pages: dict[str, Page | Answering] = {row.path: article(row, host, "戊区教育局") for row in rows}
    pages["/wqjyj/gkmlpt/api/all/5011"] = column(rows, host, counted=False)
    return pages


SCENARIOS = [
    Scenario(
        name="gkmlpt-city",
        family="gkmlpt",
        quirks=(
            "gkmlpt_api", "gkmlpt_page_zero", "gkmlpt_epoch_times", "gkmlpt_external_jump", "gkmlpt_attachments",
            "gkmlpt_detail", "gkmlpt_table", "look_alikes", "no_meta_tags",
        ),
        pages=city,
        listed={"url": "/gkmlpt/annualreport#2629", "params": {"sid": "900001", "column": "2629"}},
        reports=tuple(row.path for row in CITY),
        attachments=(ONLY_IN_THE_ROW, IN_BOTH),
        revised=CITY[1].path,
        removed=CITY[4].path,
    ),
    Scenario(
        name="gkmlpt-department",
        family="gkmlpt",
        quirks=("gkmlpt_api", "gkmlpt_prefix", "gkmlpt_404_past_end", "gkmlpt_table"),
        pages=department,
        listed={"url": "/wqjyj/gkmlpt/index", "params": {"sid": "755325", "column": "5011"}},
        reports=tuple(row.path for row in DEPARTMENT),
        revised=DEPARTMENT[0].path,
        removed=DEPARTMENT[3].path,
    ),
]  # fmt: skip
