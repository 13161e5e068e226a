"""How a portal is entered, whatever its family: one list at the declared address, or one list a year behind it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable

from spiders import guards, listing, titles
from spiders.families.visit import ListFailed, Visit
from spiders.pages import Page

# Reads one list: (visit, its address, the page that linked it); raises ListFailed or Stopped.
ReadList = Callable[[Visit, str, str | None], Awaitable[None]]
# The parts of a page in which links may stand, for families that hide some in scripts.
Parts = Callable[[Page], Iterable[Page]]


def whole_page(page: Page) -> Iterable[Page]:
    """The page as it is."""
    return (page,)


async def crawl(visit: Visit, read_list: ReadList, parts: Parts = whole_page) -> None:
    """Read the lists of a portal by its entry mode (`flat`, `year_nodes`), then its articles.

    A list that fails, or fails half-way, makes the portal's outcome `failed` (`refused_by_robots` when only
    robots.txt stood in the way); the articles that were listed are read all the same.

    Raises:
        ListFailed: when a list cannot be read and there is nothing else to do.
        Stopped: when the portal is not to be asked further tonight.
    """
    declared = visit.portal.list_page
    failed: list[ListFailed] = []
    nodes: list[tuple[str, int | None]] = [(declared.url, None)]
    parent_url = None
    if declared.entry == "year_nodes":
        nodes, parent_url = await _nodes(visit, parts), declared.url
    for url, year in nodes:
        if not visit.night.wants(year):
            visit.whole_list_read = False
            continue
        try:
            await read_list(visit, url, parent_url)
        except ListFailed as error:
            failed.append(error)
    if failed and not visit.candidates:
        raise failed[0]
    if failed:
        visit.whole_list_read = False
        only_robots = all(error.code == "robots" for error in failed)
        visit.result.outcome = "refused_by_robots" if only_robots else "failed"
        visit.result.reason = "; ".join(str(error) for error in failed)
    await visit.read_articles()


async def _nodes(visit: Visit, parts: Parts) -> list[tuple[str, int | None]]:
    declared = visit.portal.list_page
    page, answer = await visit.list_page(declared.url)
    if page is None:
        raise visit.list_failed(answer, f"the navigation page {declared.url}")
    nodes: dict[str, int | None] = {}
    for part in parts(page):
        for url, year in year_nodes(part, declared.year_link_re or "", visit.portal.hosts):
            nodes.setdefault(url, year)
    if not nodes:
        raise ListFailed("list_changed", f"list_changed: no link on {declared.url} matches year_link_re")
    # A node is no article and no candidate, whatever its link says.
    visit.list_urls.update(nodes)
    return list(nodes.items())


def year_nodes(page: Page, year_link_re: str, hosts: tuple[str, ...]) -> list[tuple[str, int | None]]:
    """(address, year or None) of the links of a navigation page that match, in the order of the page, each
    once.

    The expression is searched in the link's text and, failing that, in its address; the year is its group
    `year`, else its first group, else the one year in what matched, else in the text.
    """
    expression = re.compile(year_link_re)
    found: dict[str, int | None] = {}
    for link in page.links():
        url = page.absolute(link.get("href", ""))
        if url is None or url == page.url or url in found or not guards.declared(url, hosts):
            continue
        text = listing.link_text(link)
        match = expression.search(titles.normal(text)) or expression.search(url)
        if match is None:
            continue
        named = match.groupdict().get("year") or (match[1] if expression.groups else None) or match[0]
        found[url] = titles.report_year(named) or titles.report_year(text)
    return list(found.items())
