"""How a portal is entered, whatever its family: which of its pages are lists, by the entry mode (contract §6)."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from spiders import addresses
from spiders.reading import listing, titles
from spiders.reading.listing import Candidate
from spiders.reading.pages import Page
from spiders.visiting.visit import ListFailed, Visit

# 条例 of 2007 came into force in May 2008: no report is older.
FIRST_REPORT_YEAR = 2008
# A province's hub links some hundred bodies; a page that links thousands of lists is none.
MOST_NODES = 500
_YEAR_FIELD = re.compile(r"\{year([+-]\d)?\}")


@dataclass(frozen=True)
class Node:
    """One list of a portal: its address, the report year it is known to be for, the page that linked it."""

    url: str
    year: int | None = None
    parent_url: str | None = None


def whole_page(page: Page) -> Iterable[Page]:
    """The page as it is."""
    return (page,)


@dataclass(frozen=True)
class Family:
    """How the portals of a family are read.

    Attributes:
        read_list: reads one list, all its pages; raises ListFailed or Stopped.
        parts: the parts of a page in which links may stand, for families that hide some in scripts.
        params_of: what a list page says of the parameters that an entry of this family has to declare.
    """

    read_list: Callable[[Visit, Node], Awaitable[None]]
    parts: Callable[[Page], Iterable[Page]] = whole_page
    params_of: Callable[[Page], Mapping[str, str]] = lambda page: {}


async def read_lists(visit: Visit, family: Family) -> None:
    """Read the lists of a portal by its entry mode.

    A list that fails, or fails half-way, makes the portal's outcome `failed` (`refused_by_robots` when only
    robots.txt stood in the way, `challenge` when a host of several met us with one); what was listed stays.

    Raises:
        ListFailed: when a list cannot be read and there is nothing else to do.
        Stopped: when the portal is not to be asked further tonight.
    """
    failed: list[ListFailed] = []
    for node in (await _nodes(visit, family))[: visit.night.sample]:
        if not visit.night.wants(node.year):
            visit.whole_list_read = False
            continue
        try:
            await family.read_list(visit, node)
        except ListFailed as error:
            failed.append(error)
    if failed and visit.portal.list_page.entry == "year_template" and any(e.code != "not_found" for e in failed):
        failed = [error for error in failed if error.code != "not_found"]
    elif failed and visit.portal.list_page.entry == "year_template" and visit.candidates:
        # A year without a page is a year without reports.
        failed = []
    if failed and not visit.candidates:
        raise failed[0]
    if failed:
        visit.whole_list_read = False
        codes = {error.code for error in failed}
        only_robots = codes == {"robots"}
        visit.result.outcome = "challenge" if "challenge" in codes else "refused_by_robots" if only_robots else "failed"
        visit.result.reason = "; ".join(str(error) for error in failed)


async def _nodes(visit: Visit, family: Family) -> list[Node]:
    declared = visit.portal.list_page
    if declared.entry == "direct":
        visit.offer(Candidate(declared.url, "", None, None, declared.url, certain=False))
        return []
    if declared.entry == "year_template":
        return years_of(declared.url, visit.portal.expect.first_year, visit.night.as_of.year - 1)
    if declared.entry in ("year_nodes", "hub"):
        return await _linked(visit, family)
    return [Node(declared.url)]


def years_of(template: str, first_year: int | None, last_year: int) -> list[Node]:
    """The address of each report year, newest first; `{year+1}` in the template is the year of publication."""

    def filled(year: int) -> str:
        return _YEAR_FIELD.sub(lambda match: str(year + int(match[1] or 0)), template)

    return [Node(filled(year), year) for year in range(last_year, (first_year or FIRST_REPORT_YEAR) - 1, -1)]


async def _linked(visit: Visit, family: Family) -> list[Node]:
    declared = visit.portal.list_page
    page, answer = await visit.list_page(declared.url)
    if page is None:
        raise visit.list_failed(answer, f"the navigation page {declared.url}")
    nodes: dict[str, Node] = {}
    parts = list(family.parts(page))
    for part in parts:
        for linked, year in linked_lists(part, declared.year_link_re or "", visit.portal.hosts):
            # The page itself was fetched by the address that is declared.
            url = declared.url if linked == page.url else linked
            nodes.setdefault(url, Node(url, year, declared.url))
    # A node is no article and no candidate, whatever its link says.
    visit.list_urls.update(nodes)
    if declared.entry == "hub":
        # Some bodies' reports are linked from the hub itself.
        for part in parts:
            visit.read_rows(part)
    if not nodes and not visit.candidates:
        raise ListFailed("list_changed", f"list_changed: no link on {declared.url} matches year_link_re")
    if len(nodes) > MOST_NODES:
        visit.notes.append(f"entry: {declared.url} links {len(nodes)} lists; the first {MOST_NODES} were read")
        visit.whole_list_read = False
    return list(nodes.values())[:MOST_NODES]


def linked_lists(page: Page, year_link_re: str, hosts: tuple[str, ...]) -> list[tuple[str, int | None]]:
    """(address, year or None) of the links of a navigation page that match, in the order of the page, each
    once.

    The expression is searched in the link's text and, failing that, in its address; the year is its group
    `year`, else its first group, else the one year in what matched, else in the text. A page that links itself as
    one of the years is the list of that year, too.
    """
    expression = re.compile(year_link_re)
    found: dict[str, int | None] = {}
    for link in page.links():
        url = page.absolute(link.get("href", ""))
        if url is None or url in found or not addresses.declared(url, hosts):
            continue
        text = listing.link_text(link)
        match = expression.search(titles.normal(text)) or expression.search(url)
        if match is None:
            continue
        named = match.groupdict().get("year") or (match[1] if expression.groups else None) or match[0]
        found[url] = titles.report_year(named) or titles.report_year(text)
    return list(found.items())
