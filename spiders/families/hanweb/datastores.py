"""The asking behind a jpage datastore: by its next-page link, by windows of the dataproxy, by page numbers.

What pages and answers say is read in spiders.families.hanweb.jpage (families.md §2.2 a).
"""

from __future__ import annotations

from collections.abc import Iterable

from spiders.families.hanweb import jpage
from spiders.reading.pagers import STUB_BYTES
from spiders.reading.pages import Page
from spiders.visiting.fetching import Answer, Link
from spiders.visiting.visit import ListFailed, Visit


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


async def read_columns(
    visit: Visit, page: Page, columns: tuple[jpage.Column, ...], *, only_boxes: bool = False
) -> list[ListFailed]:
    """Read the datastores of a column page to their ends; what fails is returned, the others are read all the same.

    Args:
        visit: the portal's visit.
        page: the column page.
        columns: its datastores.
        only_boxes: the page's list is elsewhere, so that only datastores that show reports count.

    Raises:
        Stopped: when the portal is not to be asked further tonight.
    """
    walks = []
    for column in columns:
        walk = _Walk(visit, page, column)
        walks.append((walk, visit.rows_of(jpage.page_of(walk.take([column.store], asked=False), page.url))))
    # Boxes beside the list have datastores of their own: where one shows reports, the others are left alone; where
    # none does, those that show nothing yet are asked, or the first.
    silent = [(walk, rows) for walk, rows in walks if not walk.known]
    others = [] if only_boxes else silent or walks[:1]
    chosen = [(walk, rows) for walk, rows in walks if rows.candidates] or others
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
    in_html = 0 if walk.known else _rows_in_html(visit, walk)
    if total is not None and 0 < total <= in_html:
        return
    while (link := walk.question()) is not None and walk.batches < most:
        answer = await visit.ask_list(link)
        stores = _stores_of(visit, answer, f"the records after {len(walk.known)} of the list {page.url}, {link.url}")
        visit.read_rows(jpage.page_of(walk.take(stores), page.url))
        if not all(store.complete for store in stores):
            cut = link.url
    if cut:
        raise ListFailed("truncated", f"truncated: the datastore at {cut} stops before its end")
    if pager.kind == "none":
        return
    if link is not None:
        visit.notes.append(f"pager: the list was read up to pager.max, {most} pages")
        visit.whole_list_read = False
    elif total is not None and len(walk.known) + in_html < total:
        why = f"; {', '.join(walk.missed)} must be in list.params" if walk.missed else ""
        visit.notes.append(f"pager: the list says {total} records and gave {len(walk.known)}{why}")
        visit.whole_list_read = False


def _rows_in_html(visit: Visit, walk: _Walk) -> int:
    """How many of the column's own articles stand in the HTML: some servers leave the datastore empty."""
    rows = visit.rows_of(walk.page)
    found = [row.url for row in rows.candidates] + [row.url for row in rows.rejected]
    return [jpage.column_of(url) for url in found].count(walk.column.form.get("columnid") or "")


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
