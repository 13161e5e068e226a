"""Family `auto`: the page tells which family it is, list by list, so that a hub may lead to several."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping

from spiders import addresses
from spiders.families.entries import Family, Node
from spiders.reading import pagers
from spiders.reading.pages import Page
from spiders.reading.signs import DEFAULT_FAMILY, family_of
from spiders.registry import FAMILIES as RULES
from spiders.registry import Pager, Portal
from spiders.visiting.visit import Visit

MOST_LINKS_OF_A_SHELL = 3


def family(known: Mapping[str, Family]) -> Family:
    """The family that asks which of the known ones a page belongs to."""

    async def read_list(visit: Visit, node: Node) -> None:
        page, answer = await visit.list_page(node.url, node.parent_url)
        if page is None:
            raise visit.list_failed(answer, f"the list {node.url}")
        declared = visit.portal
        inner = _framed(page)
        if inner is not None and addresses.declared(inner, declared.hosts):
            # The page is a shell around the list.
            node = dataclasses.replace(node, url=inner, parent_url=node.url)
            page, answer = await visit.list_page(node.url, node.parent_url)
            if page is None:
                raise visit.list_failed(answer, f"the list {node.url} within {node.parent_url}")
        visit.portal = as_found(declared, page, known)
        if node.parent_url in (None, declared.list_page.url):
            visit.notes.append(f"auto: {visit.portal.family}, {family_of(page).evidence}")
        try:
            await known[visit.portal.family].read_list(visit, node)
        finally:
            visit.portal = declared

    def parts(page: Page) -> Iterable[Page]:
        return known[family_of(page).family].parts(page)

    return Family(read_list, parts)


def as_found(portal: Portal, page: Page, known: Mapping[str, Family]) -> Portal:
    """The entry with the family, pager and parameters that a list page shows, where the entry declares none."""
    found = family_of(page).family
    declared = portal.list_page
    pager = declared.pager
    if pager.kind == "none" or pager.kind not in RULES[found].pagers:
        kind = pagers.pager_of(page) if found == DEFAULT_FAMILY else Pager(RULES[found].pagers[0])
        pager = dataclasses.replace(kind, max=pager.max)
    params = {**known[found].params_of(page), **declared.params}
    return dataclasses.replace(
        portal, family=found, list_page=dataclasses.replace(declared, pager=pager, params=params)
    )


def _framed(page: Page) -> str | None:
    """The address of the one frame of a page that has no links of its own to speak of."""
    frames = pagers.frames(page)
    few = next(itertools.islice(page.links(), MOST_LINKS_OF_A_SHELL, None), None) is None
    return frames[0] if len(frames) == 1 and few else None
