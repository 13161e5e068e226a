"""Family `epoint`: 新点 portals, whose lists are JSON that is asked for by POST (families.md §2.10).

A list page (`/dynamic/zwgk/govInfoPub.html?categorynum=…`) is empty until its script has posted to
`<project>/rest/lightfrontaction/getgovinfolist`; which project and which site is said by `/js/webBuilderCommon.js`.
Pages are counted from 0 where that was seen. A server that counts from 1 is found out by what it answers, or the
entry says it: `pager.first` is the number of page 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from spiders.families.entries import Family, Node
from spiders.families.paging import Batch, read_numbered
from spiders.reading import data
from spiders.reading.listing import Item
from spiders.reading.pages import Page
from spiders.visiting.fetching import JSON, Link
from spiders.visiting.visit import ListFailed, Visit

SITE_SCRIPT = "/js/webBuilderCommon.js"
EXPECTED = "JSON with custom.data"
ACTION = "/rest/lightfrontaction/getgovinfolist"
DEFAULT_PROJECT = "/EWB-FRONT"
PAGE_SIZE = 15
# No page of a list has more; an answer that has is not read as one.
MAX_ROWS = 1000

_SITE = re.compile(r"\bsiteInfo[\"']?\s{0,20}[:=]\s{0,20}\{([^{}]{1,4000})\}")
_SAID = re.compile(
    r"\b(siteGuid|projectName|categorynum|deptcode)[\"']?\s{0,20}[:=]\s{0,20}(?:\"([\w/-]{1,80})\"|'([\w/-]{1,80})')"
)
_WHOLE_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:")
_COLUMN_FIELDS = ("deptcode", "categorynum")


@dataclass(frozen=True)
class Rows:
    """One page of a list: its rows, how many it holds with unreadable ones, how many the list says it has."""

    items: tuple[Item, ...]
    size: int
    total: int | None

    @property
    def references(self) -> frozenset[str]:
        """The addresses of the rows as written."""
        return frozenset(item.reference for item in self.items)


def said_in(text: str) -> dict[str, str]:
    """What a page or a script says of its site (`siteGuid`, `projectName`) and its column (`categorynum`, `deptcode`);
    within `siteInfo` before anywhere else."""
    site = _SITE.search(text)
    found: dict[str, str] = {}
    for part in (site[1] if site else "", text):
        for match in _SAID.finditer(part):
            found.setdefault(match[1], match[2] or match[3])
    return found


def asked_with(url: str, said: Mapping[str, str], params: Mapping[str, str]) -> dict[str, str]:
    """The fields that name a column: the entry's, else the address's, else the page's."""
    try:
        address = dict(parse_qsl(urlsplit(url).query, max_num_fields=100))
    except ValueError:
        address = {}
    sources = (params, address, said)
    return {name: next((source[name] for source in sources if source.get(name)), "") for name in _COLUMN_FIELDS}


def rows_in(text: str) -> Rows:
    """The rows of an answer.

    Raises:
        data.NotAList: when the answer is no list, has more rows than a page can have, or none that is one.
    """
    custom = data.read_object(text, EXPECTED).get("custom")
    if not isinstance(custom, dict):
        raise data.NotAList(f"expected {EXPECTED}, found {data.shown(text)}")
    total = data.count_in(custom, "total")
    if custom.get("data") is None and total == 0:
        return Rows((), 0, 0)
    rows = data.rows_in(custom, "data")
    if len(rows) > MAX_ROWS:
        raise data.NotAList(f"expected at most {MAX_ROWS} rows, found {len(rows)}")
    return Rows(data.items_of(rows, map(_item, rows)), len(custom["data"]), total)


def _item(row: Mapping[str, Any]) -> Item | None:
    # `title` may be cut to the width of the list.
    reference, title = data.address_in(row, "infourl", "visiturl", "linkurl"), data.text_in(row, "realtitle", "title")
    if not reference or not title:
        return None
    if not reference.startswith("/") and not _WHOLE_ADDRESS.match(reference):
        reference = f"/{reference}"
    return Item(reference, title, data.day_in(row, "infodate"))


async def read_list(visit: Visit, node: Node) -> None:
    """Read a column: the links of its page, and page by page the rows of its list.

    Raises:
        ListFailed: when the page cannot be read, the column has no name, or the list answers with something else.
        Stopped: when the portal is not to be asked further tonight.
    """
    page, answer = await visit.list_page(node.url, node.parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the list {node.url}")
    visit.read_rows(page)
    params, said = visit.portal.list_page.params, said_in(page.text)
    if not (params.get("siteGuid") or said.get("siteGuid")) or not (params.get("endpoint") or said.get("projectName")):
        said = {**await _site_of(visit, page), **said}
    form = {**asked_with(page.url, said, params), "siteGuid": params.get("siteGuid") or said.get("siteGuid", "")}
    if not form["categorynum"] and not form["deptcode"]:
        sentence = "neither the page nor the entry names categorynum or deptcode; declare it in list.params"
        raise ListFailed("no_column", f"no_column: the list {page.url}: {sentence}")
    if not form["siteGuid"]:
        sentence = f"neither {SITE_SCRIPT} nor the entry names siteGuid; declare it in list.params"
        raise ListFailed("no_site", f"no_site: the list {page.url}: {sentence}")
    project = "/" + said.get("projectName", DEFAULT_PROJECT).strip("/")
    await _List(visit, page, params.get("endpoint") or f"{project}{ACTION}", form).read()


async def _site_of(visit: Visit, page: Page) -> dict[str, str]:
    """What the site's own script says; nothing where there is none."""
    url = page.absolute(SITE_SCRIPT)
    if url is None:
        return {}
    answer = await visit.ask_list(Link(url, parent_url=page.url))
    return {} if answer.outcome == "failed" else said_in(visit.text_of(answer))


class _List:
    """A list while its pages are read; the first answer settles how the server counts and wants to be asked."""

    def __init__(self, visit: Visit, page: Page, endpoint: str, form: Mapping[str, str]) -> None:
        self.visit, self.page, self.form = visit, page, form
        self.url = page.absolute(endpoint) or page.url
        params, first = visit.portal.list_page.params, visit.portal.list_page.pager.first
        self.size = int(params.get("perpage") or PAGE_SIZE)
        self.wrapped = {"true": (True,), "false": (False,)}.get(params.get("wrapped", ""), (False, True))
        # The number of the first page; a second one is tried where the entry does not say it.
        self.firsts = (0, 1) if first is None else (max(0, first - 1),)
        self.unread = 0
        self.first: frozenset[str] = frozenset()

    async def read(self) -> None:
        await read_numbered(self.visit, f"the list {self.page.url}", self._ask, first=0)
        if self.unread:
            self.visit.notes.append(f"epoint: {self.unread} rows of {self.url} have no address or no title")

    async def _ask(self, number: int) -> Batch | None:
        rows = await self._begin() if number == 0 else await self._rows(number + self.firsts[0], self.wrapped[0])
        if number == 1 and len(self.firsts) > 1 and rows is not None and rows.references == self.first:
            # Of a server that counts from 1 the pages 0 and 1 are the same.
            self.firsts = (1,)
            rows = await self._rows(2, self.wrapped[0])
        if rows is None:
            return None
        self.unread += rows.size - len(rows.items)
        kept = self.visit.read_items(rows.items, self.page.url)
        return Batch(kept, rows.size, rows.total, rows.references)

    async def _begin(self) -> Rows | None:
        """The first page, by whatever way of asking brings rows; the other ways are not tried any more."""
        failed: ListFailed | None = None
        empty: Rows | None = None
        for wrapped in self.wrapped:
            for first in self.firsts:
                try:
                    rows = await self._rows(first, wrapped)
                except ListFailed as error:
                    failed = failed or error
                    if error.code not in ("not_a_list", "server_error"):
                        raise
                    continue
                if rows is not None and rows.size:
                    self._settle(first, wrapped, rows)
                    return rows
                empty = empty or rows
        if empty is None and failed is not None:
            raise failed
        return empty

    def _settle(self, first: int, wrapped: bool, rows: Rows) -> None:
        if wrapped != self.wrapped[0]:
            self.visit.notes.append(f"epoint: {self.url} answers to wrapped parameters; declare wrapped: true")
        self.firsts = self.firsts if first == self.firsts[0] else (first,)
        self.wrapped, self.first = (wrapped,), rows.references

    async def _rows(self, number: int, wrapped: bool) -> Rows | None:
        """One page by the server's own number; None for one past the end."""
        fields = {**self.form, "pageIndex": number, "pageSize": self.size}
        form = json.dumps({"params": fields} if wrapped else fields, separators=(",", ":"))
        link = Link(self.url, parent_url=self.page.url, form=form, form_type=JSON)
        answer = await self.visit.ask_list(link)
        where = f"page {number} of the list {self.page.url}, {self.url}"
        if answer.outcome == "failed":
            if number > self.firsts[0] and answer.code in ("empty", "not_found"):
                return None
            raise self.visit.list_failed(answer, where)
        try:
            return rows_in(self.visit.text_of(answer))
        except data.NotAList as error:
            raise ListFailed("not_a_list", f"not_a_list: {where}: {error}") from error


FAMILY = Family(read_list)
