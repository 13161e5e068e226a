"""Columns of static pages for scenarios: reports by year with look-alikes between them, cut into list pages."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from flows.demo.server import Page
from tests.portals.scenario import HEADINGS, Pages, Scenario, title

AGENCY = "甲县人民政府办公室"
YEARS = range(2024, 2016, -1)
# What else stands in such columns (families.md §1.5).
LOOK_ALIKES = (
    "甲县政府网站2024年工作年度报表",
    "一图读懂甲县人民政府办公室2024年政府信息公开工作年度报告",
    "甲县2024年法治政府建设年度报告",
    "甲县住房公积金2024年年度报告",
    "关于做好2024年政府信息公开工作年度报告编制工作的通知",
    "甲县政府信息公开指南",
)
NAVIGATION = (
    '<div class="nav"><a href="/">首页</a><a href="/zwgk/">政务公开</a><a href="/zwgk/zfxxgknb/">政府信息公开年报</a>'
    '<a href="http://www.gov.cn/">中国政府网</a><a href="javascript:void(0)">无障碍</a></div>'
)
Row = Callable[[str, str, str], str]
Frame = Callable[[str, int, int], str]
Article = Callable[[str, str], Page]


def html(text: str, encoding: str = "utf-8", **page: Any) -> Page:
    """A page that answers with an ETag unless told otherwise; with `last_modified="auto"` by a day of its content."""
    body = text.encode(encoding)
    if page.get("last_modified") == "auto":
        page |= {"etag": "", "last_modified": formatdate(1.7e9 + zlib.crc32(body) % 50_000_000, usegmt=True)}
    return Page(body, **{"etag": "auto", **page})


def item(address: str, heading: str, day: str) -> str:
    """A row of a list as most portals write it."""
    return f'<li><a href="{address}" title="{heading}">{heading}</a><span>{day}</span></li>'


def framed(rows: str, number: int, count: int) -> str:
    """A list page without any sign of how it goes on."""
    head = '<meta name="SiteIDCode" content="9900000001"><meta name="ColumnName" content="政府信息公开年报">'
    return f"<html><head>{head}</head><body>{NAVIGATION}<ul>{rows}</ul></body></html>"


def tagged(heading: str, day: str, body: str = f'<div id="zoom">{HEADINGS}</div>', **page: Any) -> Page:
    """An article with the standard tags (families.md §1.1)."""
    return html(
        f"""<html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{heading}">
        <meta name="PubDate" content="{day} 10:35"><meta name="ContentSource" content="县政府办公室"></head>
        <body>{NAVIGATION}{body}</body></html>""",
        **page,
    )


def article(opening: str, closing: str = "</div>", after: str = "", **page: Any) -> Article:
    """Tagged articles whose text stands in a container of their own."""
    return lambda heading, day: tagged(heading, day, f"{opening}{HEADINGS}{closing}{after}", **page)


@dataclass(frozen=True)
class Column:
    """A column of one agency's reports.

    Attributes:
        lists: the addresses of its list pages, in order.
        path: the address of a year's report.
        reference: that address as the list writes it.
        others: addresses of the look-alikes, a template with `{}`.
        row, frame, article: how a row, a list page around rows and an article are written.
        encoding: of list pages.
        more: further pages: attachments, what comes past the end.
    """

    lists: Sequence[str]
    path: Callable[[int], str]
    others: str
    reference: Callable[[str], str] = str
    row: Row = item
    frame: Frame = framed
    article: Article = tagged
    years: Sequence[int] = YEARS
    encoding: str = "utf-8"
    page: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Page] = field(default_factory=dict)

    @property
    def reports(self) -> tuple[str, ...]:
        return tuple(self.path(year) for year in self.years)

    def pages(self, host: str, removed: str | None) -> Pages:
        """The pages of the column, without the removed report; `{host}` in what is written is the portal's own."""
        shown = {year: self.path(year) for year in self.years if self.path(year) != removed}
        rows = [self.row(self.reference(path), title(AGENCY, year), day_of(year)) for year, path in shown.items()]
        for number, heading in enumerate(LOOK_ALIKES):
            rows.insert(number * 2 + 1, self.row(self.reference(self.others.format(number)), heading, "2025-01-18"))
        # Copies of government pages stand on hosts that nobody declared.
        rows.insert(3, self.row("http://copies.invalid/t20250101_1.html", title(AGENCY, 2010), "2025-01-01"))
        size = -(-len(rows) // len(self.lists))
        pages: dict[str, Page] = dict(self.more)
        for number, address in enumerate(self.lists):
            text = self.frame("".join(rows[number * size : (number + 1) * size]), number + 1, len(self.lists))
            pages[address] = html(text.replace("{host}", host), self.encoding, **self.page)
        for year, path in shown.items():
            written = self.article(title(AGENCY, year), day_of(year))
            pages[path] = Page(**{**vars(written), "body": written.body.replace(b"{host}", host.encode())})
        return pages

    def scenario(
        self,
        name: str,
        quirks: Sequence[str],
        pager: Mapping[str, Any] | None = None,
        attachments: Sequence[str] = (),
        **more: Any,
    ) -> Scenario:
        """This column as a portal; the report of 2023 is revised, the one of 2018 removed."""
        listed = {"url": self.lists[0], "pager": dict(pager or {"kind": "none"}), **dict(more.pop("listed", {}))}
        return Scenario(
            name=name, family="static_list", quirks=("flat", *quirks), listed=listed,
            pages=more.pop("pages", self.pages),
            reports=self.reports, attachments=tuple(attachments), revised=self.path(2023), removed=self.path(2018),
            **more,
        )  # fmt: skip


def day_of(year: int) -> str:
    """The day on which a year's report came out."""
    return f"{year + 1}-01-20"
