"""Family `ucap`: 开普 UCAP portals, rendered lists with a search behind them that answers with JSON (families.md §2.3).

The page of a list shows its first rows. What it does not show comes from the search of its channel, or where that is
not to be had from the pages that the portal rendered, `<template>_2.shtml` and on. Articles are always fetched: the
page is the evidence, the text that the search repeats is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from spiders.families import static_list
from spiders.families.entries import Family, Node
from spiders.families.paging import Batch, read_numbered
from spiders.reading import article, data, pagers
from spiders.reading.listing import Attachment, Item, Listing
from spiders.reading.pages import Page
from spiders.registry import Pager
from spiders.visiting.fetching import Answer, Link
from spiders.visiting.visit import ListFailed, Visit

EXPECTED = "JSON with data.results"
PAGE_SIZE = 18
# Where portals have their search; a page whose scripts name one has that one.
SEARCHES = ("/searchList", "/common/search")
# A portal without a search says so in these ways; anything else is a fault of this night.
_NO_SEARCH = ("not_found", "refused", "robots", "status", "empty")

_CHANNEL = re.compile(r"[0-9A-Za-z_-]{1,64}")
_NAMED_SEARCH = re.compile(r"[\"'=(\s](?:https?://[\w.:-]{1,100})?(/(?:searchList|common/search|search))/")
_SEARCH_KEY = "ucap_search"
_NAMES_OF_DOCUMENTS = ("name", "title", "resName", "fileName", "filename")


@dataclass(frozen=True)
class _List:
    """One list while it is read: its page, the rows that the page shows, its channel."""

    node: Node
    page: Page
    shown: Listing
    channel: str


def channel_of(page: Page, params: Mapping[str, str], *, own: bool = True) -> str | None:
    """The channel that a list page belongs to, by its meta tag; None: the page does not say.

    Args:
        page: the list page.
        params: the entry's `list.params`; a declared `channelid` overrules, or only fills where
        own: is false: the page is one of several lists of the entry.
    """
    declared = params.get("channelid")
    said = article.meta_tags(page).get("channelid", "")
    named = said if _CHANNEL.fullmatch(said) else None
    return (declared or named) if own else (named or declared)


def request(search: str, channel: str, number: int, page_size: int = PAGE_SIZE) -> str:
    """The reference that asks a search for one page of a channel, counted from 1."""
    query = {"_isAgg": "true", "_isJson": "true", "_pageSize": page_size, "_template": "index", "page": number}
    return f"{search.rstrip('/')}/{channel}?{urlencode(query)}"


def read_answer(text: str) -> tuple[tuple[Item, ...], int | None]:
    """The rows of a search's answer with the documents that they name, and how many the whole channel has.

    Raises:
        data.NotAList: when the answer is no JSON with rows in data.results.
    """
    said = data.read_object(text, EXPECTED).get("data")
    if not isinstance(said, dict):
        raise data.NotAList(f"expected {EXPECTED}, found {data.kind_of(said)} in data")
    rows = data.rows_in(said, "results")
    items = data.items_of(rows, map(_item, rows))
    total = data.count_in(said, "total")
    # A total below what is shown is none.
    return items, total if total is not None and total >= len(items) else None


async def read_list(visit: Visit, node: Node) -> None:
    """Read what the page of a list shows, and what its search or the pages behind it hold beyond that.

    Raises:
        ListFailed: when the page, its search or a page behind it cannot be read.
        Stopped: when the portal is not to be asked further tonight.
    """
    declared = visit.portal.list_page
    if declared.pager.kind not in ("json", "none"):
        await static_list.read_list(visit, node)
        return
    page, answer = await visit.list_page(node.url, node.parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the list {node.url}")
    shown = visit.rows_of(page)
    if shown.candidates and (declared.pager.kind == "none" or pagers.total_pages(page) == 1):
        visit.keep(shown)
        return
    channel = channel_of(page, declared.params, own=node.url == declared.url)
    try:
        # The rows of a search have whole titles: they are kept before those of the page.
        complete = channel is not None and await _read_search(visit, _List(node, page, shown, channel))
    finally:
        visit.keep(shown)
    if not complete and shown.candidates and declared.pager.kind != "none":
        await static_list.read_pages(visit, node, _rendered(page, node.url, declared.pager))


async def _read_search(visit: Visit, listed: _List) -> bool:
    """Read a channel by its search; False when there is none, or one that is not the list of the page.

    Raises:
        ListFailed: when the search fails and the page shows nothing, or answers with something that is no list.
    """
    found = await _first_page(visit, listed)
    if found is None:
        return False
    search, first = found
    size = int(visit.portal.list_page.params.get("perpage") or PAGE_SIZE)
    shown = [row.url for row in listed.shown.candidates] + [row.url for row in listed.shown.rejected]
    known = {_without_scheme(url): url for url in shown}
    found_urls: set[str] = set()

    async def ask(number: int) -> Batch | None:
        link = _link(listed, search, number, size)
        where = f"page {number} of the search of channel {listed.channel}, {link.url}"
        if number == 1:
            answer = first
        else:
            answer = await visit.ask_list(link)
            if answer.outcome == "failed":
                if answer.code in ("not_found", "empty"):
                    return None
                raise visit.list_failed(answer, where)
        items, total = _answered(visit, answer, where)
        placed = [_as_shown(item, listed.page, known) for item in items]
        found_urls.update(item.reference for item in placed)
        references = frozenset(item.reference for item in items)
        return Batch(visit.read_items(placed, listed.page.url), len(items), total, references)

    whole = await read_numbered(visit, f"the channel {listed.channel} of {listed.node.url}", ask)
    count = len(listed.shown.candidates)
    missing = sum(row.url not in found_urls for row in listed.shown.candidates)
    # Boxes beside the list show some reports of other columns. A search that lacks all of the page's, or knows less
    # than the page, is not its list.
    if missing and (not whole or missing == count or len(found_urls) < count):
        lacks = f"lacks {missing} of {count} reports that {listed.node.url} shows"
        visit.notes.append(f"ucap: the search of channel {listed.channel} {lacks}; the rendered pages were read, too")
        return False
    return True


async def _first_page(visit: Visit, listed: _List) -> tuple[str, Answer] | None:
    """The search that answers for this portal, and its first page; None: there is none and the page shows rows."""
    params = visit.portal.list_page.params
    learned = params.get("search") or visit.learned.get(_SEARCH_KEY)
    if learned == "" and listed.shown.candidates:
        return None
    size = int(params.get("perpage") or PAGE_SIZE)
    why = ""
    for search in (learned,) if learned else _searches(listed.page):
        link = _link(listed, search, 1, size)
        answer = await visit.ask_list(link)
        where = f"the search of channel {listed.channel}, {link.url}"
        if answer.outcome != "failed" and not _is_page(visit.text_of(answer)):
            visit.learned[_SEARCH_KEY] = search
            return search, answer
        if answer.outcome == "failed":
            failed = visit.list_failed(answer, where)
        else:
            # A page in the place of JSON is how some servers say 404.
            failed = ListFailed("not_a_list", f"not_a_list: {where}: expected {EXPECTED}, found a page")
        if not listed.shown.candidates and failed.code != "not_found":
            raise failed
        if answer.outcome == "failed" and answer.code not in _NO_SEARCH:
            raise failed
        why = str(failed)
        if answer.code in ("refused", "robots"):
            # The next one would be refused as well, and each refusal counts against the host. It may answer another
            # night: what the pages do not show is not gone.
            visit.whole_list_read = visit.whole_list_read and pagers.total_pages(listed.page) is not None
            break
    if not listed.shown.candidates:
        raise ListFailed(why.partition(":")[0], why)
    if learned is None:
        # One channel without a search says nothing where another has one.
        visit.learned[_SEARCH_KEY] = ""
    advice = "an entry with pager index_n does not ask for it"
    visit.notes.append(f"ucap: {why}; the rendered pages were read instead ({advice})")
    return None


def _answered(visit: Visit, answer: Answer, where: str) -> tuple[tuple[Item, ...], int | None]:
    try:
        return read_answer(visit.text_of(answer))
    except data.NotAList as error:
        raise ListFailed("not_a_list", f"not_a_list: {where}: {error}") from error


def _searches(page: Page) -> tuple[str, ...]:
    named = _NAMED_SEARCH.search(page.text)
    return tuple(dict.fromkeys(([named[1]] if named else []) + list(SEARCHES)))


def _link(listed: _List, search: str, number: int, size: int) -> Link:
    reference = request(search, listed.channel, number, size)
    return Link(listed.page.absolute(reference) or reference, parent_url=listed.page.url)


def _rendered(page: Page, list_url: str, pager: Pager) -> Pager:
    """How the pages behind a list page are called: as its script or its next link says, else by its template."""
    if pagers.total_pages(page) is not None:
        return Pager("index_n", pager.first, pager.max)
    if pagers.linked_pages(pager, {}, list_url, page, 1) is not None:
        return Pager("next_link", max=pager.max)
    if not re.search(r"\.s?html?$", urlsplit(list_url).path):
        return Pager("none")
    return Pager("index_n", 2 if pager.first is None else pager.first, pager.max)


def _is_page(text: str) -> bool:
    return text[:200].lstrip("\ufeff \t\r\n").startswith("<")


def _as_shown(item: Item, page: Page, known: Mapping[str, str]) -> Item:
    """A row under the address that the page links it by: searches name some with another scheme."""
    url = page.absolute(item.reference)
    shown = known.get(_without_scheme(url)) if url else None
    return Item(shown, item.title, item.date, item.documents) if shown else item


def _without_scheme(url: str) -> str:
    return url.partition("://")[2]


def _item(row: Mapping[str, Any]) -> Item | None:
    reference, title = data.address_in(row, "url"), data.text_in(row, "title", "subTitle")
    if not reference or not title:
        return None
    return Item(reference, title, data.day_in(row, "publishedTimeStr", "publishedTime"), tuple(_documents(row)))


def _documents(row: Mapping[str, Any]) -> Iterator[Attachment]:
    """The documents among a row's resources. Which field holds the address differs: the first that can be one."""
    found = row.get("resList")
    for one in found[: article.MAX_ATTACHMENTS] if isinstance(found, list) else ():
        if not isinstance(one, dict):
            continue
        name = data.text_in(one, *_NAMES_OF_DOCUMENTS)
        for key in one:
            reference = data.address_in(one, key)
            if key not in _NAMES_OF_DOCUMENTS and "/" in reference and article.is_document_link(reference, name):
                yield Attachment(reference, name)
                break


FAMILY = Family(read_list)
