"""The JPaaS unit of newer Hanweb pages: a script tag that names an address, and the JSON that answers there.

What pages and answers say comes first, the asking after it (families.md §2.2 b).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from spiders.families.hanweb import jpage
from spiders.reading.pages import Page, xpath
from spiders.visiting.fetching import Link
from spiders.visiting.visit import ListFailed, Visit

PAGE_SIZE = 15
# A column has one list and some boxes around it; more units than this are no column page.
MAX_UNITS = 8

_PAIR = re.compile(r"[\"'](\w{1,60})[\"']\s*:\s*(?:'([^']{0,500})'|\"([^\"]{0,500})\"|([\w.-]{1,100}))")
_UNITS = xpath("//*[@querydata]")


class NotAUnit(Exception):
    """An answer that is not a unit's JSON; the text says what was found."""


@dataclass(frozen=True)
class Unit:
    """One unit of a page: its address as written, and the query that the page sends along, in its order."""

    reference: str
    query: tuple[tuple[str, str], ...]

    @property
    def tag(self) -> str:
        """The name of the unit within its page."""
        return dict(self.query).get("tagId", "")

    def request(self, number: int, page_size: int = PAGE_SIZE) -> str:
        """The reference for one page, counted from 1; the page number counts only inside `paramJson`."""
        wanted = json.dumps({"pageNo": number, "pageSize": page_size}, separators=(",", ":"))
        joint = "&" if "?" in self.reference else "?"
        return f"{self.reference}{joint}{urlencode([*self.query, ('paramJson', wanted)])}"


def units(page: Page, params: Mapping[str, str] | None = None) -> tuple[Unit, ...]:
    """The units of a page in order, at most MAX_UNITS; those of the column where the page tells them apart.

    Args:
        page: the column page.
        params: the entry's `list.params`; `tagId` there selects one unit.
    """
    found: dict[Unit, None] = {}
    # The HTML parser writes attribute names small.
    for tag in _UNITS(page.tree):
        reference = (tag.attrib.get("url") or "").strip()
        pairs = _PAIR.findall(tag.attrib.get("querydata") or "")
        query = tuple((name, single or double or bare) for name, single, double, bare in pairs if name != "paramJson")
        if reference and query and page.absolute(reference):
            found.setdefault(Unit(reference, query))
    wanted = (params or {}).get("tagId")
    if wanted:
        return tuple(unit for unit in found if unit.tag == wanted)[:MAX_UNITS]
    of_column = [unit for unit in found if dict(unit.query).get("pageType") == "column"]
    return tuple(of_column or found)[:MAX_UNITS]


def answered_html(text: str) -> str:
    """The HTML in a unit's answer; empty past the end of the list.

    Raises:
        NotAUnit: when the answer is no JSON, says that it failed, or has no HTML where it belongs.
    """
    try:
        said: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAUnit(f"expected JSON with data.html, found {jpage.shown(text)}") from error
    if not isinstance(said, dict):
        raise NotAUnit(f"expected JSON with data.html, found {jpage.shown(text)}")
    data = said.get("data")
    if data is None and said.get("success") is not False:
        return ""
    if said.get("success") is False or not isinstance(data, dict):
        raise NotAUnit(f"expected JSON with data.html, found {jpage.shown(text)}")
    found = data.get("html")
    if found is not None and not isinstance(found, str):
        raise NotAUnit(f"expected text in data.html, found {type(found).__name__}")
    return found or ""


async def read_units(visit: Visit, page: Page, units: tuple[Unit, ...]) -> list[ListFailed]:
    """Read the units of a column page to their ends; what fails is returned, the others are read all the same.

    Raises:
        Stopped: when the portal is not to be asked further tonight.
    """
    failed = []
    for unit in units:
        try:
            await _read_unit(visit, page, unit, alone=len(units) == 1)
        except ListFailed as error:
            failed.append(error)
    return failed


async def _read_unit(visit: Visit, page: Page, unit: Unit, *, alone: bool) -> None:
    """Read the pages of a unit until one is empty or brings nothing new.

    Raises:
        ListFailed: when the unit cannot be asked or answers with something else than its JSON.
    """
    declared = visit.portal.list_page
    size = int(declared.params.get("perpage") or PAGE_SIZE)
    most = 1 if declared.pager.kind == "none" else declared.pager.max
    seen: set[str] = set()
    for number in range(1, most + 1):
        url = page.absolute(unit.request(number, size)) or page.url
        where = f"page {number} of the unit {unit.tag or unit.reference} of {page.url}"
        answer = await visit.ask_list(Link(url, parent_url=page.url))
        if answer.outcome == "failed":
            if number > 1 and answer.code in ("empty", "not_found"):
                return
            raise visit.list_failed(answer, where)
        try:
            html = answered_html(visit.text_of(answer))
        except NotAUnit as error:
            raise ListFailed("not_a_unit", f"not_a_unit: {where}: {error}") from error
        part = jpage.page_of((html,), page.url)
        rows = visit.rows_of(part)
        if not alone and number == 1 and not rows.candidates:
            return
        visit.keep(rows)
        offered = {row.url for row in rows.candidates} | {row.url for row in rows.rejected}
        offered = offered or {link.get("href", "") for link in part.links() if part.absolute(link.get("href", ""))}
        if not offered - seen:
            if number == 2 and len(seen) >= size and offered:
                sentence = "repeats the first, which is full; a larger list.params.perpage may show the rest"
                visit.notes.append(f"pager: {where} {sentence}")
                visit.whole_list_read = False
            return
        seen |= offered
    if declared.pager.kind != "none":
        visit.notes.append(f"pager: the list was read up to pager.max, {most} pages")
        visit.whole_list_read = False
