"""Family `static_list`: directories of plain HTML, TRS and its look-alikes (families.md §2.1, §2.5, §2.7 to §2.9,
§2.12 to §2.15).

How a list goes on is its pager's (spiders.reading.pagers); here is when it ends, and where it stands when its address
only leads to it.
"""

from __future__ import annotations

import dataclasses

from spiders import addresses
from spiders.families import entries
from spiders.families.entries import Family, Node
from spiders.reading import listing, pagers, pages
from spiders.reading.listing import Listing
from spiders.reading.pages import Page
from spiders.registry import Pager
from spiders.visiting.fetching import Answer
from spiders.visiting.visit import ListFailed, Visit

# 上一页, 尾页, 12 and the like.
MOST_CHARACTERS_OF_A_PAGE_LINK = 4
# A shell holds the list in a frame or two beside its navigation.
MOST_FRAMES = 4


async def read_list(visit: Visit, node: Node) -> None:
    """Read a list and the pages after it, by the entry's pager."""
    await read_pages(visit, node, visit.portal.list_page.pager)


async def read_pages(visit: Visit, node: Node, pager: Pager) -> None:
    """Read a list and the pages after it, until its pager or the list itself ends; and the lists that it leads to.

    Raises:
        ListFailed: when a page of the list cannot be read, is no page of HTML, or when the list was read in part and
            showed nothing.
        Stopped: when the portal is not to be asked further tonight.
    """
    where = f"the list {node.url}"
    url, page = _html(*await visit.list_page(node.url, node.parent_url), where)
    rows = visit.read_rows(page)
    inner = _leads_to(visit, page, rows)
    if not inner and rows.links == 0:
        reason = f"not_a_list: {where}: expected links, found a page without any; a script may write its rows"
        # Of one list among several nobody would miss the reports; an entry's only list fails for having none.
        if node.parent_url is not None:
            raise ListFailed("not_a_list", reason)
        visit.notes.append(reason)
    if not inner or _addresses(rows):
        await _read_on(visit, pager, url, page, rows)
    failed: list[ListFailed] = []
    for address in inner:
        try:
            url, page = _html(*await visit.list_page(address, node.url), f"{where}, which leads to {address}")
            await _read_on(visit, pager, url, page, visit.read_rows(page))
        except ListFailed as error:
            # An address of a year that is not there is a year without reports; a list that a page links is missing.
            missing = error.code == "not_found"
            failed.append(ListFailed("dead_link", f"dead_link: {error}") if missing else error)
    if failed:
        visit.notes.extend(str(error) for error in failed[1:])
        raise failed[0]


def _leads_to(visit: Visit, page: Page, rows: Listing) -> tuple[str, ...]:
    """The lists to which a list leads: the links of the entry's year_link_re that nobody has followed, because a year
    may be a hub of its own (families.md §1.6); of a page without reports a refresh, or its frames."""
    declared, hosts = visit.portal.list_page, visit.portal.hosts
    found: list[str] = []
    if declared.year_link_re is not None:
        found += [url for url, _ in entries.linked_lists(page, declared.year_link_re, hosts)]
    if not rows.candidates:
        moved = pagers.moved_to(page)
        if moved is not None and not addresses.declared(moved, hosts):
            reason = f"foreign_host: the list {page.url} leads to {moved}, which is not a declared host"
            raise ListFailed("foreign_host", reason)
        frames = [url for url in pagers.frames(page) if addresses.declared(url, hosts)]
        found += [moved] if moved is not None else frames[:MOST_FRAMES]
    fresh = tuple(dict.fromkeys(url for url in found if url not in visit.list_urls and url not in visit.candidates))
    visit.list_urls.update(fresh)
    return fresh


def _html(page: Page | None, answer: Answer, where: str) -> tuple[str, Page]:
    """The page of an answer with the address at which it was in the end.

    Raises:
        ListFailed: when the answer brought no page, or something else than HTML.
    """
    if page is None:
        raise Visit.list_failed(answer, where)
    body = answer.body or b""
    begins = body[:100].lstrip(b"\xef\xbb\xbf \t\r\n")[:20]
    if begins[:1] in (b"{", b"[") or not pages.looks_like_html(body, answer.content_type):
        kind = answer.content_type.split(";")[0].strip() or "no content type"
        raise ListFailed("not_html", f"not_html: {where}: expected HTML, found {kind} that begins {begins!r}")
    url = answer.final_url or answer.link.url
    return pages.absolute(url, url) or url, page


async def _read_on(visit: Visit, pager: Pager, first_url: str, page: Page, rows: Listing) -> None:
    """Read the pages after the first, whose rows are kept already, and say what was not read."""
    params = visit.portal.list_page.params
    guessed = pager.kind == "index_n" and pager.first is None
    first = pagers.suffix_of_page_two(first_url, page) if guessed else pager.first
    pager = dataclasses.replace(pager, first=first)
    total = pagers.total_pages(page)
    seen, asked, linked = {_addresses(rows)}, {first_url}, _linked(page)
    url, number = first_url, 1
    while (following := pagers.next_page(pager, params, first_url, page, number, total)) is not None:
        if following in asked:
            # Many a last page calls itself the next one.
            if following != url:
                visit.notes.append(f"pager: page {number} leads back to {following}, so the list ended there")
            break
        asked.add(following)
        next_page, answer = await visit.list_page(following, url)
        if pagers.is_past_the_end(answer.status or 0, answer.body or b"", next_page):
            shown = None
        else:
            _, next_page = _html(next_page, answer, f"page {number + 1} of the list, {following}")
            rows = visit.rows_of(next_page)
            shown = _addresses(rows)
        # Some servers answer every number with the first or the last page, or with one that lists nothing.
        empty = next_page is None or shown is None or not (shown or _lists(next_page, linked))
        if next_page is None or shown is None or (shown in seen and (shown or empty)) or (empty and total is None):
            if number == 1 and guessed and (total or pagers.printed_pages(page) or 1) > 1:
                # The list says that it goes on: then its page 2 is index_2 instead of index_1, or the other way.
                pager, guessed = dataclasses.replace(pager, first=1 if first == 2 else 2), False
                continue
            if shown and total is None:
                visit.notes.append(f"pager: page {number + 1} repeats an earlier page, so the list ended there")
            break
        visit.keep(rows)
        seen.add(shown)
        linked |= _linked(next_page)
        url, page, number = following, next_page, number + 1
    further = dataclasses.replace(pager, max=number + 1)
    if number >= pager.max and pagers.next_page(further, params, first_url, page, number, total) not in (None, url):
        visit.notes.append(f"pager: the list was read up to pager.max, {number} pages")
    elif total is not None and number < total:
        visit.notes.append(f"pager: {first_url} says {total} pages and gave {number}")
    elif (more := pagers.goes_on(page, number, asked)) is not None:
        visit.notes.append(f"pager: {url} {more}, and pager {pager.kind} gave {number}")
    else:
        return
    visit.whole_list_read = False
    if not visit.candidates:
        sentence = f"expected links to reports, found none on the {number} pages that were read"
        raise ListFailed("list_empty", f"list_empty: the list {first_url}: {sentence}")


def _addresses(rows: Listing) -> frozenset[str]:
    """What a page lists, reports or not."""
    return frozenset([row.url for row in rows.candidates] + [row.url for row in rows.rejected])


def _linked(page: Page) -> frozenset[str]:
    """The addresses that a page links by more than a number or an arrow."""
    links = (link for link in page.links() if len(listing.link_text(link)) > MOST_CHARACTERS_OF_A_PAGE_LINK)
    return frozenset(url for url in (page.absolute(link.get("href", "")) for link in links) if url is not None)


def _lists(page: Page, linked: frozenset[str]) -> bool:
    """True for a page without reports that links something new: it is one of the list's pages, which holds other
    things. One past the end has the links that all pages have."""
    return bool(_linked(page) - linked)


FAMILY = Family(read_list)
