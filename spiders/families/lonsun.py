"""Family `lonsun`: 龙讯 portals, whose column pages fetch their rows from a label (families.md §2.6).

A column page (`/public/column/<organId>?type=3`) says in a script what its rows are asked with, and how many pages
there are; the label `/site/label/8888` answers each page with a piece of HTML. Pages that show their first rows
themselves are not asked for them again, and the pages of a year (`/site/tpl/<id>`) have no label at all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from spiders.families import static_list
from spiders.families.entries import Family, Node
from spiders.families.paging import Batch, read_numbered
from spiders.reading import data
from spiders.reading.listing import Listing
from spiders.reading.pages import Page, css, parse
from spiders.visiting.fetching import Answer, Link
from spiders.visiting.visit import ListFailed, Visit

DEFAULT_LABEL = "/site/label/8888"
# What the label sends in the place of rows when there are none.
NO_ROWS = "暂无相关信息"
# 3 is the annual report, 2 the guide, 4 the catalogue.
ANNUAL_REPORTS = "3"
PAGE_SIZE = 15
# Titles are cut at a length that the page names; shorter than this some lose what they are.
TITLE_LENGTH = 80
# Both templates of rows.
ROWS = ".xxgk_nav_con a, .xxgk_navli a"

_LABEL = re.compile(r"[\"'](/[\w/.-]{0,80}site/label/\d{1,12})\b")
_OBJECT = re.compile(r"\{([^{}]{10,4000})\}")
_PAIR = re.compile(r"\b(\w{1,40})[\"']?\s{0,20}:\s{0,20}(?:\"([^\"\n]{0,500})\"|'([^'\n]{0,500})'|(\d{1,12})(?![\w.]))")
_PAGE_COUNT = re.compile(r"\bpageCount[\"']?\s{0,20}:\s{0,20}[\"']?(\d{1,9})\b")
_TOTAL = re.compile(r"\b(?:total|totalCount|recordCount)[\"']?\s{0,20}:\s{0,20}[\"']?(\d{1,9})\b")
_COLUMN = re.compile(r"/public/column/(\d{1,12})")
# What a page's script may say about its rows; the rest of the request is the same everywhere.
_FROM_SCRIPT = (
    "labelName", "siteId", "pageSize", "fuzzySearch", "fromCode", "keyWords", "sortType", "searchType", "specialCatIds",
    "length", "organId", "type", "catId", "catIds", "cId", "result", "file",
)  # fmt: skip
_FROM_ADDRESS = ("organId", "type", "catId")
_NUMBERS = ("siteId", "organId", "type", "pageSize", "length")


class NotRows(Exception):
    """An answer of a label that is no piece of HTML; the text says what was found."""


@dataclass(frozen=True)
class Label:
    """What a column's rows are asked with: the label, its fields, how many pages and rows the page says there are."""

    reference: str
    fields: dict[str, str]
    pages: int | None = None
    total: int | None = None

    def request(self, number: int) -> str:
        """The reference for one page of rows, counted from 1."""
        joint = "&" if "?" in self.reference else "?"
        return f"{self.reference}{joint}{urlencode({**self.fields, 'pageIndex': str(number)})}"


def label_of(page: Page, params: Mapping[str, str]) -> Label | None:
    """The label of a column page; None where neither the page nor the entry names site and organ.

    Args:
        page: the column page.
        params: the entry's `list.params`, which overrule what the page says.
    """
    said = _script_of(page.text)
    fields = {
        "IsAjax": "1",
        "dataType": "html",
        "labelName": "publicInfoList",
        "siteId": "",
        "pageSize": str(PAGE_SIZE),
        "pageIndex": "1",
        "action": "list",
        "isDate": "true",
        "dateFormat": "yyyy-MM-dd",
        "length": str(TITLE_LENGTH),
        "organId": "",
        "type": ANNUAL_REPORTS,
        "catId": "",
        "cId": "",
        "result": NO_ROWS,
    }
    fields.update({name: said[name] for name in _FROM_SCRIPT if _fits(name, said.get(name))})
    address = _address_of(page.url)
    fields.update({name: address[name] for name in _FROM_ADDRESS if _fits(name, address.get(name))})
    fields.update({name: params[name] for name in (*_FROM_ADDRESS, "siteId", "file") if name in params})
    fields["pageSize"] = params.get("perpage") or fields["pageSize"]
    fields["length"] = str(max(TITLE_LENGTH, int(fields["length"])))
    if not fields["siteId"] or not fields["organId"]:
        return None
    own, label = said.get("", ""), _LABEL.search(page.text)
    return Label(
        reference=label[1] if label else DEFAULT_LABEL,
        fields=fields,
        pages=pages_in(own) or pages_in(page.text),
        total=_number(_TOTAL, own),
    )


def pages_in(text: str) -> int | None:
    """How many pages a column page or an answer of its label says there are."""
    return _number(_PAGE_COUNT, text)


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(match[1]) if match else None


def _script_of(text: str) -> dict[str, str]:
    """The script object that says most about the rows, as written pairs; its text stands under the empty name."""
    best: dict[str, str] = {}
    for match in _OBJECT.finditer(text):
        if "siteId" not in match[1] and "organId" not in match[1]:
            continue
        pairs = {pair[1]: pair[2] or pair[3] or pair[4] or "" for pair in _PAIR.finditer(match[1])}
        # Other labels (trees, counters, boxes) name the site and the organ as well.
        if "list" not in pairs.get("labelName", "list").lower():
            continue
        if _worth(pairs) > _worth(best):
            best = {**pairs, "": match[1]}
    return best


def _worth(pairs: Mapping[str, str]) -> tuple[int, int]:
    # Trees and search boxes name a site, too; the template of the rows is named by the list alone.
    named = sum(bool(pairs.get(name)) for name in ("siteId", "organId", "pageSize", "pageIndex", "type"))
    return int(bool(pairs.get("file"))), named


def _address_of(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    try:
        found = dict(parse_qsl(parts.query, max_num_fields=100))
    except ValueError:
        found = {}
    column = _COLUMN.search(parts.path)
    return {"organId": column[1], **found} if column else found


def _fits(name: str, value: str | None) -> bool:
    """True for a value that can be one of this field: numbers are numbers, and nothing says nothing."""
    return bool(value) and (name not in _NUMBERS or re.fullmatch(r"[0-9]{1,12}", value or "") is not None)


def rows_in(text: str) -> str:
    """The HTML of rows in a label's answer.

    Raises:
        NotRows: when the answer is JSON, or a whole page without rows in the place of a piece of one.
    """
    text = text.strip()
    if text.startswith(("{", "[")):
        raise NotRows(f"expected HTML with rows, found {data.shown(text)}")
    head = text[:2000].lower()
    if ("<html" in head or "<!doctype" in head) and not css(ROWS)(parse(text)):
        raise NotRows(f"expected a piece of HTML with rows, found a whole page {data.shown(text)}")
    return text


async def read_list(visit: Visit, node: Node) -> None:
    """Read a column: what its page shows, and page by page what its label has beyond that.

    Raises:
        ListFailed: when the column or its label cannot be read.
        Stopped: when the portal is not to be asked further tonight.
    """
    if visit.portal.list_page.pager.kind not in ("json", "none"):
        await static_list.read_list(visit, node)
        return
    page, answer = await visit.list_page(node.url, node.parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the list {node.url}")
    rows = visit.read_rows(page)
    label = label_of(page, visit.portal.list_page.params)
    if label is not None:
        await _Walk(visit, page, label, rows).read()
    elif not rows.candidates:
        visit.notes.append(
            f"lonsun: {page.url} shows no report and does not name siteId and organId; declare them in list.params"
        )


class _Walk:
    """A column while its pages are read."""

    def __init__(self, visit: Visit, page: Page, label: Label, rows: Listing) -> None:
        self.visit, self.page, self.label = visit, page, label
        judged = {row.url for row in rows.candidates} | {row.url for row in rows.rejected}
        # Only rows in the place of the list count as its first page: boxes beside it show reports as well.
        self.shown = Batch(rows, 0, label.total, _references(page) & judged)
        self.said = label.pages
        self.known: set[str] = set()
        self.pages = 0
        self._full = False

    async def read(self) -> None:
        pager = self.visit.portal.list_page.pager
        await read_numbered(self.visit, f"the list {self.page.url}", self._ask)
        if pager.kind != "none" and self.said is not None and self.pages < min(self.said, pager.max):
            self.visit.notes.append(f"pager: the list {self.page.url} says {self.said} pages and gave {self.pages}")
            self.visit.whole_list_read = False

    async def _ask(self, number: int) -> Batch | None:
        if number == 1 and self.shown.references:
            return self._count(self.shown.rows, self.shown.references)
        # One page may be no more than where the script begins to count: it is believed when it is not full.
        if number > 1 and self.said is not None and number > self.said and not (self.said <= 1 and self._full):
            return None
        where = f"page {number} of the rows of {self.page.url}"
        url = self.page.absolute(self.label.request(number)) or self.page.url
        text = self._text(await self.visit.ask_list(Link(url, parent_url=self.page.url)), number, where)
        if text is None:
            return None
        try:
            part = Page(self.page.url, text, parse(f"<div>{rows_in(text)}</div>"), "utf-8")
        except NotRows as error:
            raise ListFailed("not_rows", f"not_rows: {where}, {url}: {error}") from error
        self.said = pages_in(text) or self.said
        return self._count(self.visit.read_rows(part), _references(part) or _references(part, "a"))

    def _text(self, answer: Answer, number: int, where: str) -> str | None:
        if answer.outcome != "failed":
            return self.visit.text_of(answer)
        if answer.code == "empty" or (number > 1 and answer.code == "not_found"):
            return None
        raise self.visit.list_failed(answer, where)

    def _count(self, rows: Listing, keys: frozenset[str]) -> Batch:
        self.pages += bool(keys - self.known)
        self.known |= keys
        self._full = len(keys) >= int(self.label.fields["pageSize"])
        return Batch(rows, len(keys), self.label.total, keys)


def _references(page: Page, where: str = ROWS) -> frozenset[str]:
    """The addresses of the rows of a page."""
    found = (page.absolute(link.get("href") or "") for link in css(where)(page.tree))
    return frozenset(url for url in found if url is not None)


FAMILY = Family(read_list)
