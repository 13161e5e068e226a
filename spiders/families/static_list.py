"""Family `static_list`: TRS-style directories and look-alikes, whose lists are plain HTML (families.md §2.1,
§4).

Entry modes `flat` and `year_nodes` (spiders.families.entries); how a list goes on is its pager's
(spiders.reading.pagers).
"""

from __future__ import annotations

from spiders.families.entries import Family, Node
from spiders.reading import pagers
from spiders.registry import Pager
from spiders.visiting.visit import Visit


async def read_list(visit: Visit, node: Node) -> None:
    """Read a list and the pages after it, by the entry's pager."""
    await read_pages(visit, node, visit.portal.list_page.pager)


async def read_pages(visit: Visit, node: Node, pager: Pager) -> None:
    """Read a list and the pages after it, until its pager or the list itself ends.

    Raises:
        ListFailed: when a page of the list cannot be read.
        Stopped: when the portal is not to be asked further tonight.
    """
    params = visit.portal.list_page.params
    first_url, parent_url = node.url, node.parent_url
    url, number, total = first_url, 1, None
    asked: set[str] = set()
    seen: list[frozenset[str]] = []
    while True:
        asked.add(url)
        page, answer = await visit.list_page(url, parent_url)
        if number > 1:
            body = answer.body or b""
            if pagers.is_past_the_end(answer.status or 0, body, page):
                return
        if page is None:
            where = f"page {number} of the list, {url}" if number > 1 else f"the list {url}"
            raise visit.list_failed(answer, where)
        if number == 1:
            total = pagers.total_pages(page)
        rows = visit.read_rows(page)
        offered = frozenset([row.url for row in rows.candidates] + [row.url for row in rows.rejected])
        if offered and offered in seen:
            # Some servers answer every page number with the first or the last page.
            if total is None:
                visit.notes.append(f"pager: page {number} repeats an earlier page, so the list ended there")
            return
        seen.append(offered)
        following = pagers.next_page(pager, params, first_url, page, number, total)
        if following is None:
            if pager.kind != "none" and number >= pager.max:
                visit.notes.append(f"pager: the list was read up to pager.max, {number} pages")
                visit.whole_list_read = False
            return
        if following in asked:
            visit.notes.append(f"pager: page {number} leads back to {following}, so the list ended there")
            return
        url, parent_url, number = following, url, number + 1


FAMILY = Family(read_list)
