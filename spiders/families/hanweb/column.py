"""Family `hanweb`: column pages of 大汉 JCMS and JPaaS, whose lists stand in scripts (families.md §2.2).

What a page holds decides how it is read: the datastore of jpage (jpage, datastores) goes on by its next-page
link or by windows of the dataproxy, the unit of JPaaS (jpaas) by numbered JSON; links in the HTML
itself always count. The entry's pager says how far: `none` is the first page, `nextgroup` and `json` go on; the
pagers of plain HTML lists are walked as such.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from spiders.families import static_list
from spiders.families.entries import Family, Node
from spiders.families.hanweb import datastores, jpaas, jpage
from spiders.reading.pages import Page
from spiders.visiting.visit import ListFailed, Visit

_XXGK = re.compile(r"/module/xxgk/\w+\.jsp")
_XXGK_SEARCH = re.compile(r"/module/xxgk/search\.jsp")
XXGK_SENTENCE = (
    "the list comes from the information disclosure module (/module/xxgk/), which this version does not read"
)


def parts_of(page: Page) -> Iterable[Page]:
    """The page, and the records of its datastores: both may link the years."""
    yield page
    for store in jpage.stores(page.text):
        yield jpage.page_of(store.records, page.url)


async def read_list(visit: Visit, node: Node) -> None:
    """Read a column: what its page shows, and what its datastores and units hold beyond that.

    Raises:
        ListFailed: when the column, its dataproxy or its unit cannot be read.
        Stopped: when the portal is not to be asked further tonight.
    """
    if visit.portal.list_page.pager.kind not in ("nextgroup", "json", "none"):
        await static_list.read_list(visit, node)
        return
    url, parent_url = node.url, node.parent_url
    if _XXGK.search(urlsplit(url).path):
        raise ListFailed("xxgk_module", f"xxgk_module: {url}: {XXGK_SENTENCE}")
    page, answer = await visit.list_page(url, parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the list {url}")
    before = visit.offered
    visit.read_rows(page)
    params, kind = visit.portal.list_page.params, visit.portal.list_page.pager.kind
    columns, units = jpage.columns(page.text, page.url, params), jpaas.units(page, params)
    if kind == "json" and not units and columns:
        visit.notes.append(f"pager: {url} has a jpage datastore and no JPaaS unit; the datastore was read")
    if kind == "nextgroup" and not columns and units:
        visit.notes.append(f"pager: {url} has a JPaaS unit and no jpage datastore; the unit was read")
    failed: list[ListFailed] = []
    # A page may carry both; the declared pager says which of them is the list.
    if columns and not (kind == "json" and units):
        failed += await datastores.read_columns(visit, page, columns)
    if units and not (kind == "nextgroup" and columns):
        failed += await jpaas.read_units(visit, page, units)
    if failed:
        visit.notes.extend(str(error) for error in failed[1:])
        raise failed[0]
    if visit.offered > before:
        return
    listless = not columns and not units
    # Navigation bars link the module, too; only a list of its own asks its search.
    if (_XXGK if listless else _XXGK_SEARCH).search(page.text):
        raise ListFailed("xxgk_module", f"xxgk_module: {url}: {XXGK_SENTENCE}")
    if listless:
        visit.notes.append(f"hanweb: {url} has neither a jpage datastore nor a JPaaS unit")


FAMILY = Family(read_list, parts_of)
