"""The search of the information disclosure module, /module/xxgk/: posted fields, and rows of HTML by page number.

A column of the module is an empty shell: scripts, a frame with the tree of information types and the shell's own
address say which area and type the search is asked for (families.md §2.2 c). What is not said there may be declared.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode, urlsplit

from spiders.families.hanweb import jpage
from spiders.families.paging import Batch, read_numbered
from spiders.reading import pages
from spiders.reading.listing import Candidate, Listing, NotAReport, is_article_shaped
from spiders.reading.pagers import STUB_BYTES
from spiders.reading.pages import Page, element_text, xpath
from spiders.visiting.fetching import Link
from spiders.visiting.visit import ListFailed, Visit

DEFAULT_SEARCH = "/module/xxgk/search.jsp"
# What the shell's own script posts, in its order.
_FIELDS = (
    *("infotypeId", "jdid", "area", "divid", "vc_title", "vc_number", "sortfield", "currpage"),
    *("vc_filenumber", "vc_all", "texttype", "fbtime"),
)
# What an entry may declare of them.
PARAMS = ("infotypeId", "jdid", "area", "divid", "sortfield")
_READ = (*PARAMS, "texttype", "fbtime", "standardXxgk", "isAllList")

_ADDRESS = re.compile(r"/module/xxgk/(\w{1,60})\.jsp$")
_REFERENCE = re.compile(r"(?<![\w:/.~-])([\w:/.~-]{0,200}/module/xxgk/(search|tree)\.jsp)(?:\?([^\"'<>\s]{0,1000}))?")
# '…infotypeId='+a+'&area=…': what a script puts between two texts is not known.
_JOINED = re.compile(r"[\"']\s{0,9}\+\s{0,9}[\w.]{1,40}(?:\([\w.]{0,40}\))?(?:\s{0,9}\+\s{0,9}[\"'])?")
_NAMES = "|".join(_READ)
_QUOTED = re.compile(rf"\b({_NAMES})[\"']?\s{{0,9}}[:=]\s{{0,9}}[\"']([\w:,.-]{{1,100}})[\"']")
_IN_QUERY = re.compile(rf"[?&\"']({_NAMES})=([\w:,.-]{{1,100}})(?=[&\"'])")
# loadDynamic(address, divid, type, …, …, site, …) posts its arguments beside the address.
_LOAD = re.compile(r"loadDynamic\(\s{0,9}[\"'][^\"']{0,1000}[\"']((?:\s{0,9},\s{0,9}[\"'][\w:,.-]{0,100}[\"']){5,10})")
_ARGUMENT = re.compile(r"[\"']([\w:,.-]{0,100})[\"']")
_EMBEDDED = xpath("//script/text() | //script/@src | //iframe/@src | //frame/@src | //form/@action")
_INPUTS = xpath("//input[@name and @value]")
# A node of the tree: funclick('A0701', …)>政府信息公开年报<
_NODE = re.compile(r"funclick\(\s{0,9}\\?[\"']([\w-]{1,60})\\?[\"'][^<>]{0,300}>\s{0,20}([^<>]{1,60})")
_YEARLY = re.compile(r"年报(?!表)|年度报告")
_OTHER_YEARLY = re.compile(r"网站|法治|依法|财政|预算|统计公报")

_PAGES = re.compile(r"共\s?(\d{1,6})\s?页")
_ROWS = xpath(
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' tr_main_value_odd ')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' tr_main_value_even ')]"
)
_LINKS = xpath("//a[contains(concat(' ', normalize-space(@class), ' '), ' bt_link ')]")
_COLUMN = re.compile(r"/col/col([\w-]{1,60})/")


@dataclass(frozen=True)
class Search:
    """One search of the module: where it is asked, with which fields, and the tree that names its types."""

    reference: str
    fields: Mapping[str, str] = field(default_factory=dict)
    tree: str | None = None
    named: bool = True

    @property
    def is_named(self) -> bool:
        """True where not only a tree speaks of the module but the search itself, with what it needs."""
        return self.named and bool(self.fields.get("area") or self.fields.get("infotypeId"))

    def form(self, number: int, infotype: str = "") -> str:
        """The form for one page, counted from 1."""
        filled = {"jdid": "1", **self.fields, "currpage": str(number)}
        filled["infotypeId"] = filled.get("infotypeId") or infotype
        more = [name for name in filled if name not in _FIELDS]
        return urlencode([(name, filled.get(name, "")) for name in (*_FIELDS, *more)])


def is_module(url: str) -> bool:
    """True for an address of the module itself."""
    return _ADDRESS.search(urlsplit(url).path) is not None


def is_report_page(url: str) -> bool:
    """True for the address that answers with the report of a year itself."""
    found = _ADDRESS.search(urlsplit(url).path)
    return found is not None and found[1].lower() == "xxgkannualreport"


def search_of(page: Page, params: Mapping[str, str]) -> Search | None:
    """The search that a page's scripts, frames, forms or address name, or that the entry declares; None without one.

    Links are navigation and say nothing.

    Args:
        page: the shell, or the tree itself.
        params: the entry's `list.params`, which fill and overrule.
    """
    found: dict[str, str] = {}
    addresses: dict[str, str] = {}
    for text in _EMBEDDED(page.tree):
        if "/module/xxgk/" not in text:
            continue
        whole = _JOINED.sub("", html.unescape(text))
        for name, value in _said(whole, addresses):
            if value:
                found.setdefault(name, value)
    if is_module(page.url):
        addresses.setdefault(_name_of(page.url), page.url.partition("?")[0])
    declared = {name: params[name] for name in PARAMS if params.get(name)}
    if not addresses and not declared:
        return None
    for tag in _INPUTS(page.tree):
        if tag.get("name") in _READ and tag.get("value", "").strip():
            found.setdefault(tag.get("name", ""), tag.get("value", "").strip()[:100])
    for name, value in _of_address(page.url):
        found.setdefault(name, value)
    column = _COLUMN.search(page.url)
    if column:
        found.setdefault("divid", f"div{column[1]}")
    named = "search" in addresses or bool(declared)
    return Search(addresses.get("search", DEFAULT_SEARCH), {**found, **declared}, addresses.get("tree"), named)


def _said(text: str, addresses: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The fields that a script or an address says; the addresses of the module go into `addresses`."""
    for reference in _REFERENCE.finditer(text):
        name = reference[2]
        addresses.setdefault(name, reference[1] if name == "search" else reference[0])
        yield from _fields_of(reference[3] or "")
    for load in _LOAD.finditer(text):
        arguments = _ARGUMENT.findall(load[1])
        # A type of 0 is none.
        yield from (
            ("divid", arguments[0]),
            ("infotypeId", "" if arguments[1] == "0" else arguments[1]),
            ("jdid", arguments[4]),
        )
    yield from _QUOTED.findall(text)
    yield from _IN_QUERY.findall(text)


def _of_address(url: str) -> Iterator[tuple[str, str]]:
    """The fields in the address of a shell, which may call area and type by other names."""
    names = {"vc_xxgkarea": "area", "number": "infotypeId"}
    try:
        for name, value in parse_qsl(urlsplit(url).query, max_num_fields=50):
            if names.get(name, name) in _READ:
                yield names.get(name, name), value[:100]
    except ValueError:
        return


def _fields_of(query: str) -> list[tuple[str, str]]:
    try:
        return [(name, value[:100]) for name, value in parse_qsl(query, max_num_fields=50) if name in _READ]
    except ValueError:
        return []


def _name_of(url: str) -> str:
    found = _ADDRESS.search(urlsplit(url).path)
    return found[1].lower() if found else ""


def infotype_of(text: str) -> str:
    """The type of the annual reports in a tree of information types; "" when the tree names none, or several."""
    found: dict[str, str] = {}
    for node, label in _NODE.findall(text):
        label = "".join(html.unescape(label).split())
        if _YEARLY.search(label) and not _OTHER_YEARLY.search(label):
            found.setdefault(node, label)
    named = [node for node, label in found.items() if "公开" in label]
    best = named or list(found)
    return best[0] if len(best) == 1 else ""


async def read_search(visit: Visit, page: Page, search: Search) -> None:
    """Read the pages of a search to their end; of one that is not filtered by type only the column's own rows count.

    Raises:
        ListFailed: when the search lacks its parameters, cannot be asked or answers with something else.
        Stopped: when the portal is not to be asked further tonight.
    """
    infotype = await _infotype(visit, page, search)
    if not infotype and not search.fields.get("area"):
        sentence = "expected area or infotypeId in the page or in list.params, found neither"
        raise ListFailed("xxgk_parameters", f"xxgk_parameters: the search of {page.url}: {sentence}")
    asking = _Asking(visit, page, search, infotype)
    try:
        await read_numbered(visit, f"the search of {page.url}", asking.ask)
    finally:
        # What came before a fault is kept.
        visit.keep(_of_columns(visit, page, search, infotype, asking.read))


async def _infotype(visit: Visit, page: Page, search: Search) -> str:
    if search.fields.get("infotypeId"):
        return search.fields["infotypeId"]
    if _name_of(page.url) == "tree":
        return infotype_of(page.text)
    url = page.absolute(search.tree or "")
    if url is None:
        return ""
    # Without the tree the whole area is read, which costs more and finds the same.
    tree, _answer = await visit.list_page(url, page.url)
    return "" if tree is None else infotype_of(tree.text)


class _Asking:
    """The pages of one search while they are read."""

    def __init__(self, visit: Visit, page: Page, search: Search, infotype: str) -> None:
        self._visit, self._page, self._search, self._infotype = visit, page, search, infotype
        self._pages: int | None = None
        self._seen: set[str] = set()
        self.read: list[Listing] = []

    async def ask(self, number: int) -> Batch | None:
        """One page of the search; None past its end."""
        if self._pages is not None and number > self._pages:
            return None
        url = self._page.absolute(self._search.reference) or self._page.url
        where = f"page {number} of the search {url} for {self._page.url}"
        form = self._search.form(number, self._infotype)
        answer = await self._visit.ask_list(Link(url, parent_url=self._page.url, form=form))
        if answer.outcome == "failed" or answer.body is None:
            if number > 1 and answer.code in ("empty", "not_found"):
                return self._end(where)
            raise self._visit.list_failed(answer, where)
        encoding = self._visit.portal.article.encoding
        # Addresses of rows stand on the page into which the script puts them.
        found = pages.read_page(self._page.url, answer.body, answer.content_type, encoding)
        links = (found.absolute(link.get("href", "")) for link in found.links())
        shown = [address for address in links if address]
        said = _PAGES.search(element_text(found.tree))
        rows = len(_ROWS(found.tree) or _LINKS(found.tree) or [to for to in shown if said and is_article_shaped(to)])
        if not rows and said is None:
            if len(answer.body) < STUB_BYTES:
                return self._end(where)
            sentence = f"expected rows tr_main_value or 共N页, found {jpage.shown(found.text)}"
            raise ListFailed("no_rows", f"no_rows: {where}: {sentence}")
        self._pages = (int(said[1]) or None) if said else self._pages
        for link in found.links():
            # The whole title of a link that is cut.
            if link.get("mc") and not link.get("title"):
                link.set("title", link.get("mc", ""))
        listing = self._visit.rows_of(found)
        self.read.append(listing)
        if not rows or self._seen.issuperset(shown):
            return self._end(where)
        self._seen.update(shown)
        return Batch(listing, rows, references=frozenset(shown))

    def _end(self, where: str) -> Batch | None:
        """The end of the search; one that comes before the number of pages that it says is noted."""
        if self._pages is not None:
            self._visit.notes.append(f"pager: {where} shows nothing new, and the search says {self._pages} pages")
            self._visit.whole_list_read = False
        return None


def _of_columns(visit: Visit, page: Page, search: Search, infotype: str, read: list[Listing]) -> Listing:
    """The rows that belong to the column, where it is known and the search is not filtered."""
    candidates = {row.url: row for listing in read for row in listing.candidates}
    rejected = {row.url: row for listing in read for row in listing.rejected}
    declared = visit.portal.list_page.params.get("columnid")
    named = _COLUMN.search(page.url)
    known = {search.fields.get("divid", "").removeprefix("div"), named[1] if named else ""}
    columns = {declared} if declared else known

    def own(row: Candidate | NotAReport) -> bool:
        return jpage.column_of(row.url) in (None, *columns)

    # Where the column shows nothing of its own, its articles carry another one's number.
    shows_own = any(jpage.column_of(address) in columns for address in candidates)
    if declared or (not infotype and shows_own):
        left_out = sum(not own(row) for row in candidates.values())
        if left_out:
            visit.notes.append(f"hanweb: the search of {page.url} shows {left_out} reports of other columns, left out")
        candidates = {url: row for url, row in candidates.items() if own(row)}
        rejected = {url: row for url, row in rejected.items() if own(row)}
    return Listing(tuple(candidates.values()), tuple(rejected.values()), sum(listing.links for listing in read))
