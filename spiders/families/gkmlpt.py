"""Family `gkmlpt`: the disclosure catalogue of Guangdong, whose columns come as JSON (families.md §2.4).

The entry declares the column and the number of the site. Without them, as with `family: auto`, they are read from the
catalogue's own page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urlencode, urlsplit, urlunsplit

from spiders.families.entries import Family, Node
from spiders.families.paging import Batch, read_numbered
from spiders.reading import article, data
from spiders.reading.listing import Attachment, Item
from spiders.reading.pages import Page
from spiders.visiting.fetching import Link
from spiders.visiting.visit import ListFailed, Visit

EXPECTED = "JSON with articles"
# The day that the platform shows comes first; the others are when a row was made.
DAYS = ("display_publish_time", "first_publish_time", "create_time", "created_at")

_SITE = re.compile(r"\bSID[\"']?\s*:\s*[\"']?(\d{1,12})\b")
_TREE = re.compile(r"\bTREE[\"']?\s*:\s*(?=\[)")
_FRAGMENT = re.compile(r"\d{1,12}")
# The column of the reports, by the likelier name; returns of websites and other bodies' reports are other columns.
_COLUMN_NAMES = (re.compile(r"信息公开.{0,10}(?:年报|年度报告)"), re.compile(r"^(?:工作)?(?:年报|年度报告)$"))
_OTHER_COLUMNS = re.compile(r"网站|报表|制度|指南|法治|事业单位")
_MOST_COLUMNS = 20_000


@dataclass(frozen=True)
class Column:
    """One column of one site, by the numbers that the platform asks with."""

    sid: str
    column: str

    def request(self, list_url: str, number: int) -> str:
        """The address of one page of the column, counted from 1.

        Args:
            list_url: a page of the catalogue; scheme, host and what stands before /gkmlpt are kept, because
                departments share a host.
            number: the page.
        """
        parts = urlsplit(list_url)
        prefix, found, _ = parts.path.partition("/gkmlpt")
        path = f"{prefix if found else ''}/gkmlpt/api/all/{self.column}"
        query = urlencode({"page": number, "sid": self.sid})
        return urlunsplit(parts._replace(path=path, query=query, fragment=""))


def column_of(text: str, list_url: str = "", params: Mapping[str, str] | None = None) -> Column | None:
    """The column of annual reports, as the script of a catalogue's page has it; None: the page does not say.

    Args:
        text: the page, with `window._CONFIG`.
        list_url: its address; the fragment of /gkmlpt/annualreport#N is the column.
        params: `sid` and `column` of the entry, which overrule.
    """
    params = params or {}
    site = _SITE.search(text)
    sid = params.get("sid") or (site[1] if site else None)
    fragment = urldefrag(list_url).fragment
    column = params.get("column") or (fragment if _FRAGMENT.fullmatch(fragment) else None) or _annual_column(text)
    return Column(sid, column) if sid and column else None


def read_items(answer: Mapping[str, Any]) -> tuple[Item, ...]:
    """The rows of a column's page, with the attachments that only they name.

    Raises:
        data.NotAList: when the answer holds no rows.
    """
    rows = data.rows_in(answer, "articles")
    return data.items_of(rows, map(_item, rows))


async def read_list(visit: Visit, node: Node) -> None:
    """Read a column, page by page.

    Raises:
        ListFailed: when a page cannot be asked or is no list.
        Stopped: when the portal is not to be asked further tonight.
    """
    column = await _column(visit, node)
    page_url = urldefrag(node.url).url

    async def ask(number: int) -> Batch | None:
        url = column.request(node.url, number)
        answer = await visit.ask_list(Link(url, parent_url=page_url))
        where = f"page {number} of the column {column.column} of site {column.sid}, {url}"
        if answer.outcome == "failed":
            # The platform has no page behind the last one, also where the total promises it.
            if number > 1 and answer.code in ("not_found", "empty"):
                return None
            raise visit.list_failed(answer, where)
        try:
            said = data.read_object(visit.text_of(answer), EXPECTED)
            items = read_items(said)
        except data.NotAList as error:
            raise ListFailed("not_a_list", f"not_a_list: {where}: {error}") from error
        total = data.count_in(said, "total")
        references = frozenset(item.reference for item in items)
        # A total below what is shown is none.
        total = total if total is not None and total >= len(items) else None
        return Batch(visit.read_items(items, page_url), len(items), total, references)

    await read_numbered(visit, f"the column {column.column} of {page_url}", ask)


async def _column(visit: Visit, node: Node) -> Column:
    params = visit.portal.list_page.params
    if params.get("sid") and params.get("column"):
        return Column(params["sid"], params["column"])
    page, answer = await visit.list_page(urldefrag(node.url).url, node.parent_url)
    if page is None:
        raise visit.list_failed(answer, f"the catalogue {node.url}")
    found = column_of(page.text, node.url, params)
    if found is None:
        sentence = "expected window._CONFIG with SID and a column of annual reports in TREE, found none"
        advice = "declare sid and column in list.params"
        raise ListFailed("no_column", f"no_column: the catalogue {node.url}: {sentence}; {advice}")
    return found


def _item(row: Mapping[str, Any]) -> Item | None:
    reference, title = data.address_in(row, "url", "post_url"), data.text_in(row, "title")
    if not reference or not title:
        return None
    return Item(reference, title, data.day_in(row, *DAYS), tuple(_documents(row.get("attachment"))))


def _documents(found: Any) -> Iterator[Attachment]:
    for one in found[: article.MAX_ATTACHMENTS] if isinstance(found, list) else ():
        if not isinstance(one, dict):
            continue
        url, name = data.address_in(one, "url"), data.text_in(one, "name")
        if url and article.is_document_link(url, name):
            yield Attachment(url, name)


def _annual_column(text: str) -> str | None:
    tree = _TREE.search(text)
    if tree is None:
        return None
    try:
        found, _ = json.JSONDecoder().raw_decode(text, tree.end())
    except (ValueError, RecursionError):
        return None
    names = [(id_, name) for id_, name in _columns(found) if not _OTHER_COLUMNS.search(name)]
    return next((id_ for wanted in _COLUMN_NAMES for id_, name in names if wanted.search(name)), None)


def _columns(tree: list[Any]) -> Iterator[tuple[str, str]]:
    """(number, name) of the columns of a tree, a parent before its children; those that jump elsewhere are left out."""
    waiting = list(reversed(tree))
    for _ in range(_MOST_COLUMNS):
        if not waiting:
            return
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        children = node.get("children")
        waiting.extend(reversed(children) if isinstance(children, list) else ())
        number = data.count_in(node, "id")
        if number is not None and not data.address_in(node, "jump_url"):
            yield str(number), "".join(data.text_in(node, "name").split())


def params_of(page: Page) -> dict[str, str]:
    """`sid` and `column` as a catalogue's page says them; empty when it does not."""
    column = column_of(page.text, page.url)
    return {"sid": column.sid, "column": column.column} if column else {}


FAMILY = Family(read_list, params_of=params_of)
