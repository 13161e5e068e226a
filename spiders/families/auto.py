"""Family `auto`: the page tells which family it is, list by list, so that a hub may lead to several."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from spiders.families.entries import Family, Node, whole_page
from spiders.reading import pagers
from spiders.reading.pages import Page
from spiders.reading.signs import DEFAULT_FAMILY, family_of
from spiders.registry import FAMILIES as RULES
from spiders.registry import Pager, Portal
from spiders.visiting.visit import Visit


def family(known: Mapping[str, Family]) -> Family:
    """The family that asks which of the known ones a page belongs to."""

    async def read_list(visit: Visit, node: Node) -> None:
        page, answer = await visit.list_page(node.url, node.parent_url)
        if page is None:
            raise visit.list_failed(answer, f"the list {node.url}")
        declared = visit.portal
        visit.portal = as_found(declared, page)
        if node.url == declared.list_page.url:
            visit.notes.append(f"auto: {visit.portal.family}, {family_of(page).evidence}")
        try:
            await known[visit.portal.family].read_list(visit, node)
        finally:
            visit.portal = declared

    def parts(page: Page) -> Iterable[Page]:
        return known.get(family_of(page).family, Family(read_list, whole_page)).parts(page)

    return Family(read_list, parts)


def as_found(portal: Portal, page: Page) -> Portal:
    """The entry with the family, pager and parameters that a list page shows, where the entry declares none."""
    found = family_of(page).family
    declared = portal.list_page
    pager = declared.pager
    if pager.kind == "none" or pager.kind not in RULES[found].pagers:
        kind = pagers.pager_of(page) if found == DEFAULT_FAMILY else Pager(RULES[found].pagers[0])
        pager = dataclasses.replace(kind, max=pager.max)
    return dataclasses.replace(portal, family=found, list_page=dataclasses.replace(declared, pager=pager))
