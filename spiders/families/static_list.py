"""Family `static_list`: TRS-style directories and look-alikes, whose lists are plain HTML (families.md §2.1,
§4).

Entry modes: `flat`, the list is at the declared address; `year_nodes`, that address is a navigation page
whose links lead to one list a year.
"""

from __future__ import annotations

import re
from typing import ClassVar

from spiders import guards, listing, pagers, titles
from spiders.families.spider import PortalSpider
from spiders.families.visit import Family, ListFailed, Visit
from spiders.pages import Page


async def crawl(visit: Visit) -> None:
    """Read the lists of a portal, then its articles.

    Raises:
        ListFailed: when a list cannot be read and there is nothing else to do.
        Stopped: when the portal is not to be asked further tonight.
    """
    declared = visit.portal.list_page
    if declared.entry == "year_nodes":
        await _read_year_nodes(visit)
    else:
        await _read_list(visit, declared.url, None)
    await visit.read_articles()


async def _read_year_nodes(visit: Visit) -> None:
    declared = visit.portal.list_page
    page, answer = await visit.list_page(declared.url)
    if page is None:
        raise visit.list_failed(answer, f"the navigation page {declared.url}")
    nodes = year_nodes(page, declared.year_link_re or "", visit.portal.hosts)
    if not nodes:
        raise ListFailed("list_changed", f"list_changed: no link on {declared.url} matches year_link_re")
    # A node is no article and no candidate, whatever its link says.
    visit.list_urls.update(url for url, _ in nodes)
    failed = []
    for url, year in nodes:
        if not visit.night.wants(year):
            visit.whole_list_read = False
            continue
        try:
            await _read_list(visit, url, declared.url)
        except ListFailed as error:
            failed.append(error)
    if failed and not visit.candidates:
        raise failed[0]
    if failed:
        visit.result.outcome = "failed"
        visit.notes.extend(str(error) for error in failed)


def year_nodes(page: Page, year_link_re: str, hosts: tuple[str, ...]) -> list[tuple[str, int | None]]:
    """(address, year or None) of the links of a navigation page that match, in the order of the page, each
    once.

    The expression is searched in the link's text and, failing that, in its address; the year is its group
    `year`, else its first group, else the one year in what matched, else in the text.
    """
    expression = re.compile(year_link_re)
    found: dict[str, int | None] = {}
    for link in page.tree.xpath("//a[@href]"):
        url = page.absolute(link.attrib["href"])
        if url is None or url == page.url or url in found or not guards.declared(url, hosts):
            continue
        text = listing.link_text(link)
        match = expression.search(titles.normal(text)) or expression.search(url)
        if match is None:
            continue
        named = match.groupdict().get("year") or (match[1] if expression.groups else None) or match[0]
        found[url] = titles.report_year(named) or titles.report_year(text)
    return list(found.items())


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
