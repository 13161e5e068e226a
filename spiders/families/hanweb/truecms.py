"""TrueCMS columns: the first screen stands in the page, hidden, and JSONP brings the windows after it.

The page calls jpage as Hanweb's do, with records of its own making and another address to ask, which answers only to
a request that names the page it comes from (families.md §2.11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from spiders.families.hanweb import jpage
from spiders.reading.pages import Element, Page, css
from spiders.visiting.fetching import Link
from spiders.visiting.visit import ListFailed, Visit

# Every site answers to so few records, whatever its limit.
FEW_RECORDS = 10

_ENDPOINT = re.compile(r"(?<![\w:/.~-])[\w:/.~-]{0,200}/messageController/getMessage\.do", re.IGNORECASE)
_COLUMN = re.compile(r"\bcolumnId[\"']?\s{0,9}:\s{0,9}[\"']([\w-]{1,64})[\"']")
_JSONP = re.compile(r"[\w$.]{0,100}\s{0,9}\((.*)\)\s{0,9};?", re.DOTALL)


class NotMessages(Exception):
    """An answer that is not the endpoint's; the text says what was found."""


@dataclass(frozen=True)
class Column:
    """One column: where and for what the endpoint is asked, and what the page says of the list."""

    endpoint: str
    columnid: str
    total: int | None = None
    per_page: int = jpage.DEFAULT_PER_PAGE
    group: int = jpage.DEFAULT_GROUP

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """(records, perpage) of a request: as the page's own script asks, and smaller ones where that is too much."""
        asked = [(self.per_page * self.group, self.per_page), (self.per_page, self.per_page)]
        few = (FEW_RECORDS, FEW_RECORDS)
        return tuple(dict.fromkeys([*asked, few] if self.per_page > FEW_RECORDS else asked))

    def request(self, received: int, window: tuple[int, int]) -> str:
        """The reference for the window behind the first `received` records."""
        records, per_page = window
        query = {
            "startrecord": received + 1, "endrecord": received + records, "perpage": per_page,
            "columnId": self.columnid, "callback": "cb",
        }  # fmt: skip
        return f"{self.endpoint}?{urlencode(query)}"


def column_of(page: Page, params: Mapping[str, str]) -> Column | None:
    """The column of a page whose script, or whose entry's `proxy`, names the endpoint; None for other pages."""
    named = _ENDPOINT.search(params.get("proxy", "")) or _ENDPOINT.search(page.text)
    if named is None:
        return None
    columnid = _COLUMN.search(page.text)
    call = next((call for call in jpage.calls(page.text) if _ENDPOINT.search(call.proxy or "")), jpage.Call())
    return Column(
        endpoint=named[0],
        columnid=params.get("columnid") or (columnid[1] if columnid else ""),
        total=call.total,
        per_page=min(max(int(params.get("perpage") or call.per_page or jpage.DEFAULT_PER_PAGE), 1), 300),
        group=min(max(call.group or jpage.DEFAULT_GROUP, 1), 10),
    )


def first_screen(page: Page) -> frozenset[str]:
    """The addresses that the hidden first screen links."""
    hidden = css("#initData")(page.tree)
    return _addresses(page, hidden[0]) if hidden else frozenset()


def _addresses(page: Page, node: Element) -> frozenset[str]:
    links = (page.absolute(link.get("href", "")) for link in node.iter("a") if "href" in link.attrib)
    return frozenset(address for address in links if address)


def records_of(text: str) -> tuple[str, ...]:
    """The records in an answer, as HTML.

    Raises:
        NotMessages: when it is neither JSON nor JSONP with a text in `result`.
    """
    text = text.strip()
    wrapped = _JSONP.fullmatch(text)
    try:
        said: Any = json.loads(wrapped[1] if wrapped else text)
    except (ValueError, RecursionError) as error:
        raise NotMessages(f"expected JSONP with result, found {jpage.shown(text)}") from error
    result = said.get("result", 0) if isinstance(said, dict) else 0
    if result is None:
        return ()
    if not isinstance(result, str):
        raise NotMessages(f"expected JSONP with a text in result, found {jpage.shown(text)}")
    return tuple(record for store in jpage.stores(result) for record in store.records)


async def read_column(visit: Visit, page: Page, column: Column) -> None:
    """Read the windows behind the first screen, which the page's own rows are, until they bring nothing new.

    A window that brings nothing is asked for again, smaller: limits differ from site to site.

    Raises:
        ListFailed: when the endpoint answers with something else, or is off and the page itself shows nothing.
        Stopped: when the portal is not to be asked further tonight.
    """
    known, windows, batches, why = set(first_screen(page)), list(column.windows), 0, ""
    pager = visit.portal.list_page.pager
    most = 0 if pager.kind == "none" else pager.max - 1
    if not column.columnid and most:
        sentence = "expected columnId in the page or columnid in list.params, found neither"
        raise ListFailed("truecms_parameters", f"truecms_parameters: {page.url}: {sentence}")
    while windows and batches < most and (column.total is None or len(known) < column.total):
        url = page.absolute(column.request(len(known), windows[0])) or page.url
        where = f"the records after {len(known)} of the list {page.url}, {url}"
        answer = await visit.ask_list(Link(url, parent_url=page.url))
        if answer.outcome == "failed" or answer.body is None:
            if answer.code not in ("empty", "not_found", "status"):
                raise visit.list_failed(answer, where)
            if len(windows) == 1 and not known:
                raise visit.list_failed(answer, where)
            why = f"; {answer.reason}"
            windows.pop(0)
            continue
        try:
            part = jpage.page_of(records_of(visit.text_of(answer)), page.url)
        except NotMessages as error:
            raise ListFailed("not_messages", f"not_messages: {where}: {error}") from error
        fresh = _addresses(part, part.tree) - known
        if not fresh:
            windows.pop(0)
            continue
        visit.read_rows(part)
        known |= fresh
        batches, why = batches + 1, ""
    if not most:
        return
    if batches >= most:
        visit.notes.append(f"pager: the list was read up to pager.max, {pager.max} pages")
        visit.whole_list_read = False
    elif column.total is not None and len(known) < column.total:
        visit.notes.append(f"pager: the list says {column.total} records and gave {len(known)}{why}")
        visit.whole_list_read = False
