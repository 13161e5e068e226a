"""Family `hanweb`: column pages of 大汉 JCMS and JPaaS, whose lists stand in scripts (families.md §2.2).

What a page holds decides how it is read: the datastore of jpage (spiders.families.jpage) goes on by its next-page
link or by windows of the dataproxy, the unit of JPaaS (spiders.families.jpaas) by numbered JSON; links in the HTML
itself always count. The entry's pager says how far: `none` is the first page, `nextgroup` and `json` go on; the
pagers of plain HTML lists are walked as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from spiders.families import jpaas, jpage, static_list
from spiders.families.entries import Family, Node
from spiders.reading.pagers import STUB_BYTES
from spiders.reading.pages import Page
from spiders.visiting.fetching import Answer, Link
from spiders.visiting.visit import ListFailed, Visit

_XXGK = re.compile(r"/module/xxgk/\w+\.jsp")
_XXGK_SEARCH = re.compile(r"/module/xxgk/search\.jsp")
XXGK_SENTENCE = (
    "the list comes from the information disclosure module (/module/xxgk/), which this version does not read"
)


def parts_of(page: Page) -> Iterable[Page]:
    """The page, and the records of its datastores: both may link the years."""
    yield page
    for store in jpage.stores(page.text):
        yield jpage.page_of(store.records, page.url)


async def read_list(visit: Visit, node: Node) -> None:
    """Read a column: what its page shows, and what its datastores and units hold beyond that.

    Raises:
        ListFailed: when the column, its dataproxy or its unit cannot be read.
        Stopped: when the portal is not to be asked further tonight.
    """
    if visit.portal.list_page.pager.kind not in ("nextgroup", "json", "none"):
        await static_list.read_list(visit, node)
        return
    url, parent_url = node.url, node.parent_url
    if _XXGK.search(urlsplit(url).path):
        raise ListFailed("xxgk_module", f"xxgk_module: {url}: {XXGK_SENTENCE}")
    page, answer = await visit.list_page(url, parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the list {url}")
    before = visit.offered
    visit.read_rows(page)
    params, kind = visit.portal.list_page.params, visit.portal.list_page.pager.kind
    columns, units = jpage.columns(page.text, page.url, params), jpaas.units(page, params)
    if kind == "json" and not units and columns:
        visit.notes.append(f"pager: {url} has a jpage datastore and no JPaaS unit; the datastore was read")
    if kind == "nextgroup" and not columns and units:
        visit.notes.append(f"pager: {url} has a JPaaS unit and no jpage datastore; the unit was read")
    failed: list[ListFailed] = []
    # A page may carry both; the declared pager says which of them is the list.
    if columns and not (kind == "json" and units):
        failed += await _read_columns(visit, page, columns)
    if units and not (kind == "nextgroup" and columns):
        failed += await _read_units(visit, page, units)
    if failed:
        visit.notes.extend(str(error) for error in failed[1:])
        raise failed[0]
    if visit.offered > before:
        return
    listless = not columns and not units
    # Navigation bars link the module, too; only a list of its own asks its search.
    if (_XXGK if listless else _XXGK_SEARCH).search(page.text):
        raise ListFailed("xxgk_module", f"xxgk_module: {url}: {XXGK_SENTENCE}")
    if listless:
        visit.notes.append(f"hanweb: {url} has neither a jpage datastore nor a JPaaS unit")


class _Walk:
    """One datastore while it is read on: the records known, and the ways that are left to ask for more."""

    def __init__(self, visit: Visit, page: Page, column: jpage.Column) -> None:
        self.page, self.column = page, column
        self.params = visit.portal.list_page.params
        self.known: set[str] = set()
        self.batches = 0
        self.missed: tuple[str, ...] = ()
        self._asked: set[str] = set()
        self._following = column.store.next_reference
        # A server that writes the next address is not asked for page numbers of our own.
        self._ways = ["link", "window"] if self._following else ["window", "page"]
        self._number: int | None = None
        self._repeats_left = 1
        # Without a total, only a unit that the entry names is asked for what the page does not show.
        self._open_end = column.call.total is None and not column.store.records and "unitid" in self.params

    def question(self) -> Link | None:
        """What to ask next; None at the end: all records are known, or there is no way left."""
        total = self.column.call.total
        while self._ways and (total is None or len(self.known) < total):
            link = self._link(self._ways[0])
            if link is not None and link.key not in self._asked:
                self._asked.add(link.key)
                return link
            self._ways.pop(0)
        return None

    def take(self, stores: Iterable[jpage.Store], *, asked: bool = True) -> tuple[str, ...]:
        """The records that were not known yet; an answer without any closes the way it came by."""
        stores = tuple(stores)
        records = dict.fromkeys(record for store in stores for record in store.records)
        fresh = tuple(record for record in records if record not in self.known)
        self.known.update(fresh)
        self.batches += bool(fresh)
        if asked:
            self._following = next((s.next_reference for s in reversed(stores) if s.next_reference), None)
            if self._number is not None:
                self._number += 1
            if not fresh:
                self._close()
        return fresh

    def _close(self) -> None:
        # Numbers count from 0 or from 1: one page that is known already is no end.
        if self._ways[0] == "page" and self._repeats_left:
            self._repeats_left -= 1
        else:
            self._ways.pop(0)

    def _link(self, way: str) -> Link | None:
        if way == "link":
            return self._to(self._following, None) if self._following else None
        if self.column.call.total is None and not self._open_end:
            return None
        self.missed = self.column.missing()
        if self.missed:
            return None
        if way == "window":
            return self._to(*self.column.window_request(len(self.known)), post=self.params.get("method") != "GET")
        if self._number is None:
            self._number = len(self.known) // self.column.per_page
        return self._to(*self.column.page_request(self._number), post=self.params.get("method") == "POST")

    def _to(self, reference: str, form: str | None, *, post: bool = False) -> Link | None:
        if form is not None and not post:
            reference, form = f"{reference}{'&' if '?' in reference else '?'}{form}", None
        url = self.page.absolute(reference)
        return Link(url, parent_url=self.page.url, form=form) if url is not None else None


async def _read_columns(visit: Visit, page: Page, columns: tuple[jpage.Column, ...]) -> list[ListFailed]:
    walks = []
    for column in columns:
        walk = _Walk(visit, page, column)
        walks.append((walk, visit.rows_of(jpage.page_of(walk.take([column.store], asked=False), page.url))))
    # Boxes beside the list have datastores of their own: where one shows reports, the others are left alone; where
    # none does, those that show nothing yet are asked, or the first.
    silent = [(walk, rows) for walk, rows in walks if not walk.known]
    chosen = [(walk, rows) for walk, rows in walks if rows.candidates] or silent or walks[:1]
    failed = []
    for walk, rows in chosen:
        visit.keep(rows)
        try:
            await _follow(visit, walk)
        except ListFailed as error:
            failed.append(error)
    return failed


async def _follow(visit: Visit, walk: _Walk) -> None:
    """Read a datastore on until it ends.

    Raises:
        ListFailed: when the dataproxy is down, answers with something else, or a datastore is cut short.
    """
    page, pager, total = walk.page, visit.portal.list_page.pager, walk.column.call.total
    most = 1 if pager.kind == "none" else pager.max
    cut = None if walk.column.store.complete else page.url
    while (link := walk.question()) is not None and walk.batches < most:
        answer = await visit.ask_list(link)
        stores = _stores_of(visit, answer, f"the records after {len(walk.known)} of the list {page.url}, {link.url}")
        visit.read_rows(jpage.page_of(walk.take(stores), page.url))
        if not all(store.complete for store in stores):
            cut = link.url
    if cut:
        raise ListFailed("truncated", f"truncated: the datastore at {cut} stops before its end")
    known = len(walk.known)
    if pager.kind != "none" and link is not None:
        visit.notes.append(f"pager: the list was read up to pager.max, {most} pages")
    elif pager.kind != "none" and total is not None and known < total:
        why = f"; {', '.join(walk.missed)} must be in list.params" if walk.missed else ""
        visit.notes.append(f"pager: the list says {total} records and gave {known}{why}")


def _stores_of(visit: Visit, answer: Answer, where: str) -> tuple[jpage.Store, ...]:
    """The datastores of a dataproxy's answer; none for the stubs that mark an end."""
    if answer.outcome == "failed" or answer.body is None:
        # No content is an end, and a form that the server does not take closes one way of asking.
        if answer.code in ("empty", "status"):
            return ()
        raise visit.list_failed(answer, where)
    stores = jpage.stores(visit.text_of(answer))
    if not stores and len(answer.body) >= STUB_BYTES:
        sentence = f"expected a datastore, found {len(answer.body)} bytes without one"
        raise ListFailed("no_datastore", f"no_datastore: {where}: {sentence}")
    return stores


async def _read_units(visit: Visit, page: Page, units: tuple[jpaas.Unit, ...]) -> list[ListFailed]:
    failed = []
    for unit in units:
        try:
            await _read_unit(visit, page, unit, alone=len(units) == 1)
        except ListFailed as error:
            failed.append(error)
    return failed


async def _read_unit(visit: Visit, page: Page, unit: jpaas.Unit, *, alone: bool) -> None:
    """Read the pages of a unit until one is empty or brings nothing new.

    Raises:
        ListFailed: when the unit cannot be asked or answers with something else than its JSON.
    """
    declared = visit.portal.list_page
    size = int(declared.params.get("perpage") or jpaas.PAGE_SIZE)
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
            html = jpaas.answered_html(visit.text_of(answer))
        except jpaas.NotAUnit as error:
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
                visit.notes.append(f"pager: {where} repeats the first, which is full; the rest was not shown")
            return
        seen |= offered
    if declared.pager.kind != "none":
        visit.notes.append(f"pager: the list was read up to pager.max, {most} pages")


FAMILY = Family(read_list, parts_of)
