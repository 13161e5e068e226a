"""Family `hanweb`: column pages of 大汉 JCMS and JPaaS, whose lists stand in scripts (families.md §2.2).

What a page holds decides how it is read: the datastore of jpage (jpage, datastores) goes on by its next-page link or by
windows of the dataproxy, the unit of JPaaS (jpaas) by numbered JSON, the search of the disclosure module (xxgk) by
posted numbers, TrueCMS (truecms) by windows of JSONP; links in the HTML itself always count. The entry's pager says how
far: `none` is the first page, `nextgroup` and `json` go on; the pagers of plain HTML lists are walked as such.
"""

from __future__ import annotations

from collections.abc import Iterable

from spiders.families import static_list, year_page
from spiders.families.entries import Family, Node
from spiders.families.hanweb import datastores, jpaas, jpage, truecms, xxgk
from spiders.reading.pages import Page
from spiders.visiting.visit import ListFailed, Visit


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
    if xxgk.is_report_page(node.url):
        await year_page.read_list(visit, node)
        return
    page, answer = await visit.list_page(node.url, node.parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the list {node.url}")
    before, whole = visit.offered, visit.whole_list_read
    await _read_page(visit, page)
    if visit.offered == before and whole and not visit.whole_list_read:
        sentence = f"expected reports, found none in the part that was read ({visit.notes.pop()})"
        raise ListFailed("list_empty", f"list_empty: {node.url}: {sentence}")


async def _read_page(visit: Visit, page: Page) -> None:
    before = visit.offered
    visit.read_rows(page)
    in_page = visit.offered
    params, kind = visit.portal.list_page.params, visit.portal.list_page.pager.kind
    messages = truecms.column_of(page, params)
    if messages is not None:
        await truecms.read_column(visit, page, messages)
        return
    columns, units = jpage.columns(page.text, page.url, params), jpaas.units(page, params)
    search = xxgk.search_of(page, params)
    searched = search is not None and search.is_named
    if kind == "json" and not units and columns:
        visit.notes.append(f"pager: {page.url} has a jpage datastore and no JPaaS unit; the datastore was read")
    if kind == "nextgroup" and not columns and units:
        visit.notes.append(f"pager: {page.url} has a JPaaS unit and no jpage datastore; the unit was read")
    failed: list[ListFailed] = []
    # A page may carry both; the declared pager says which of them is the list.
    if columns and not (kind == "json" and units):
        failed += await datastores.read_columns(visit, page, columns, only_boxes=searched)
    if units and not (kind == "nextgroup" and columns):
        failed += await jpaas.read_units(visit, page, units)
    if failed:
        visit.notes.extend(str(error) for error in failed[1:])
        raise failed[0]
    if visit.offered > in_page:
        return
    if search is not None and (in_page == before or searched):
        await xxgk.read_search(visit, page, search)
    elif not columns and not units and in_page == before:
        visit.notes.append(
            f"hanweb: {page.url} has neither a jpage datastore nor a JPaaS unit, nor the module's search"
        )


FAMILY = Family(read_list, parts_of)
