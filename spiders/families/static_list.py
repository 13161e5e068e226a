"""Family `static_list`: TRS-style directories and look-alikes, whose lists are plain HTML (families.md §2.1,
§4).

Entry modes `flat` and `year_nodes` (spiders.families.entries); how a list goes on is its pager's
(spiders.pagers).
"""

from __future__ import annotations

from typing import ClassVar

from spiders import pagers
from spiders.families import entries
from spiders.families.spider import PortalSpider
from spiders.families.visit import Family, Visit


async def crawl(visit: Visit) -> None:
    """Read the lists of a portal, then its articles; raises as `entries.crawl` does."""
    await entries.crawl(visit, _read_list)


async def _read_list(visit: Visit, first_url: str, parent_url: str | None) -> None:
    declared = visit.portal.list_page
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
        following = pagers.next_page(declared.pager, declared.params, first_url, page, number, total)
        if following is None:
            if declared.pager.kind != "none" and number >= declared.pager.max:
                visit.notes.append(f"pager: the list was read up to pager.max, {number} pages")
            return
        if following in asked:
            visit.notes.append(f"pager: page {number} leads back to {following}, so the list ended there")
            return
        url, parent_url, number = following, url, number + 1


class StaticListSpider(PortalSpider):
    """`scrapy crawl static_list -a portal=ID`: the selected portals of this family."""

    name = "static_list"
    families = ("static_list",)
    crawlers: ClassVar[dict[str, Family]] = {"static_list": crawl}
