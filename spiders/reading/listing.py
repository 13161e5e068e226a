"""Rows of a list page to candidates: which links are reports, and what is printed beside them."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from spiders import addresses
from spiders.reading import references, titles
from spiders.reading.pages import Element, Page, absolute, css, element_text, xpath

# Shapes of article addresses by family and look-alike (families.md §2); path and query are searched.
ARTICLE_SHAPE = re.compile(
    r"""/t\d{8}_\d+(?:_\w+)?\.s?html?            # TRS: tYYYYMMDD_id
    | /t\d{5,}\.s?html?                          # TRS, older
    | /t\d{4}_\d+\.s?html?                       # Shanghai departments: t0035_id
    | /[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\.s?html?
    | /(?:doc_)?[0-9a-f]{24,40}\.s?html?          # hashes; doc_: Shandong channels
    | /\d{5,}\.s?html? | /\d+\.jhtml             # numeric ids; JEECMS
    | /\d{4}[-/]?\d\d[-/]?\d\d/\d+\.s?html?      # dated directories
    | /\d{12,}/index\.s?html?                    # Liaoning
    | /c\d+/content\.s?html? | /(?:content|post|article|art|c|i|doc|show)[_-]?\d+(?:_\w+)?\.s?html?
    | /[a-z]{2,20}-?(?:content|show)-\d+(?:-\d+)?\.html?
    | /art/\d{4}/(?:[\w-]+/)*art_[\w-]+\.s?html?  # Hanweb: art_<column>_<id>, art_<hash>, art_<uuid>
    | /content(?:/post)?_\d+ | /(?:contents|govinfo)/\d+/\d+\.html?
    | /info/\d+/\d+\.htm | /show/[0-9a-f]{3,}(?:\.html?|$) | /pages_\d+_\d+\.aspx
    | /public/\d+/\d+\.s?html?                   # Lonsun: organ and id
    | /[\w-]*(?:show|view|detail|content|news|article)\.(?:asp|aspx|php|jsp|do|xp|thtml)\?
    """,
    re.IGNORECASE | re.VERBOSE,
)
# A script is asked for one article by its id, or for the report of a year; one that is called a list lists.
ARTICLE_QUERY = re.compile(
    r"(?:^|&)(?:(?:id|nid|aid|newsid|docid|articleid|infoid)=[\w-]|(?:fbtime|nbyear|timeframe)=20\d\d)", re.IGNORECASE
)
_LIST_SCRIPT = re.compile(r"(?:list|ndbg)\.\w+$", re.IGNORECASE)
# What is longer is no address of an article, and the shapes would be sought in it for seconds.
MAX_ADDRESS_CHARACTERS = 2000
_FOLDER = re.compile(r"(?:/|/(?:index|list|default|column)(?:[_-]?\d+)?\.\w+)$", re.IGNORECASE)
_DATE = re.compile(r"(?<!\d)(20\d\d)\s*[-./年]\s*(1[0-2]|0?[1-9])\s*[-./月]\s*(3[01]|[12]\d|0?[1-9])(?!\d)")
_CUT = re.compile(r"(?:…|\.{2,})\s*$")
# Tables print the title in one cell and the link in another.
_SAYS_NOTHING = re.compile(
    r"[\[【(（]?(?:点击|立即|在线)?(?:查看|查阅|浏览|阅读|打开|下载|预览|详情|详细|全文|原文|正文|附件)"
    r"(?:全文|原文|正文|详情|详细|内容|报告|附件|下载)?[\]】)）]?(?:[>»]+)?|(?:pdf|word|html|网页|文字|图片)(?:版|格式)?(?:下载)?",
    re.IGNORECASE,
)
# A row is a small thing around its link; a whole page is none.
_ROW_TAGS = ("li", "tr", "dd", "dt", "p", "td")
_MAX_ROW_CHARACTERS = 400
MOST_LINKS_OF_A_ROW = 8
MOST_TEXTS_OF_A_ROW = 20
FOLDER = "folder: the address is a folder's; an entry whose reports stand in folders says so by article_re"
_TEXTS_BESIDE_LINKS = xpath(".//text()[not(ancestor::a or ancestor::script)]")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A link to a document that belongs to an article."""

    url: str
    link_text: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link offered as a report. `link_date` is YYYY-MM-DD or None; `certain` is false for cut text.

    With `only_year` the page is the report of `report_year` or none: one of another year is not taken for it.
    `documents` are attachments that the list names; the article may link more.
    """

    url: str
    link_text: str
    link_date: str | None
    report_year: int | None
    parent_url: str
    certain: bool = True
    only_year: bool = False
    documents: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Item:
    """One row of a list that comes as data: the address as written, its title, the day (YYYY-MM-DD) or None.

    The addresses of `documents` are as written, too; they stand on the row's own.
    """

    reference: str
    title: str
    date: str | None = None
    documents: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class NotAReport:
    """A link in the place of a report that is something else; `reason` is 'code: sentence'."""

    url: str
    link_text: str
    link_date: str | None
    parent_url: str
    reason: str


@dataclass(frozen=True)
class Listing:
    """What one list page holds, in the order of the page, each address once. `links` counts all its links."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[NotAReport, ...]
    links: int


@dataclass(frozen=True)
class ListingRules:
    """How the rows of a portal's list are found and judged; None means the family's own way."""

    hosts: tuple[str, ...]
    row: str | None = None
    date: str | None = None
    article_re: str | None = None
    title_re: str | None = None


def read_listing(page: Page, rules: ListingRules, not_articles: Iterable[str] = ()) -> Listing:
    """Judge every link of a list page.

    A link is a candidate when its title is a report's and its address can be an article's: it matches
    `article_re`, or without one it has a known shape or is at least no folder. A bare name (no year, no
    agency) is what every navigation bar links as well, so it needs a known shape. Links to undeclared hosts
    are rejected by name.

    Args:
        page: the list page.
        rules: the portal's own rules.
        not_articles: addresses that are list pages themselves.
    """
    judged = _Judged(page.url, rules, not_articles)
    for link, row in _links(page, rules.row):
        url = page.absolute(references.reference_of(link))
        if url is None:
            continue
        url = references.behind_viewer(url)
        text = link_text(link)
        if _SAYS_NOTHING.fullmatch(text):
            text = _title_beside(_row_of(link) if row is None else row, rules) or text
        # Most links of a page are navigation; what stands beside them is not looked for.
        judged.judge(url, text, functools.partial(_date_beside, link, row, rules.date))
    return judged.listing()


def read_items(items: Iterable[Item], page_url: str, rules: ListingRules, not_articles: Iterable[str] = ()) -> Listing:
    """Judge the rows of a list that comes as data, as `read_listing` judges links.

    Args:
        items: the rows.
        page_url: the page that they stand for; relative addresses stand on it.
        rules: the portal's own rules; its CSS says nothing here.
        not_articles: addresses that are list pages themselves.
    """
    judged = _Judged(page_url, rules, not_articles)
    for item in items:
        url = absolute(page_url, item.reference)
        if url is not None:
            documents = tuple(_placed(item.documents, url))
            judged.judge(url, " ".join(item.title.split()), functools.partial(_as_given, item.date), documents)
    return judged.listing()


def _as_given(date: str | None) -> str | None:
    return date


def _placed(documents: Iterable[Attachment], url: str) -> Iterable[Attachment]:
    for document in documents:
        placed = absolute(url, document.url)
        if placed is not None:
            yield Attachment(placed, document.link_text)


def _date_beside(link: Element, row: Element | None, date_css: str | None) -> str | None:
    return _row_date(_row_of(link) if row is None else row, date_css)


class _Judged:
    """The rows of one list page while they are judged, each address once."""

    def __init__(self, page_url: str, rules: ListingRules, not_articles: Iterable[str]) -> None:
        self._page_url, self._rules = page_url, rules
        self._own = {page_url, *not_articles}
        self._candidates: dict[str, Candidate] = {}
        self._rejected: dict[str, NotAReport] = {}
        self._links = 0

    def judge(
        self, url: str, text: str, date: Callable[[], str | None], documents: tuple[Attachment, ...] = ()
    ) -> None:
        rules = self._rules
        self._links += 1
        if url in self._own or url in self._candidates or not text:
            return
        shaped = is_article_shaped(url, rules.article_re)
        if rules.article_re is not None and not shaped:
            return
        verdict = titles.classify(text, rules.title_re)
        may_be = shaped or ((not verdict.cut or verdict.code == "cut") and _may_be_article(url, verdict))
        follow = (verdict.accepted or verdict.cut) and may_be
        worth_naming = not verdict.accepted and verdict.reason and _worth_naming(verdict, shaped, rules)
        # A whole title at the address of a folder: a report that stands there, or the list of another body.
        is_folder = not follow and verdict.accepted and None not in (verdict.report_year, verdict.agency_name)
        if not follow and not worth_naming and not is_folder:
            return
        if follow and addresses.declared(url, rules.hosts):
            year, certain = verdict.report_year, verdict.accepted
            self._candidates[url] = Candidate(
                url, text, date(), year, self._page_url, certain=certain, documents=documents
            )
            self._rejected.pop(url, None)
        elif follow:
            sentence = f"foreign_host: {addresses.host_key(url) or 'no host'} is not a declared host of this portal"
            self._rejected.setdefault(url, NotAReport(url, text, date(), self._page_url, sentence))
        elif verdict.reason or is_folder:
            reason = verdict.reason or FOLDER
            self._rejected.setdefault(url, NotAReport(url, text, date(), self._page_url, reason))

    def listing(self) -> Listing:
        return Listing(tuple(self._candidates.values()), tuple(self._rejected.values()), self._links)


def is_article_shaped(url: str, article_re: str | None = None) -> bool:
    """True when an address looks like one article: by the entry's expression, else by known shapes."""
    if article_re is not None:
        return re.search(article_re, url) is not None
    if len(url) > MAX_ADDRESS_CHARACTERS:
        return False
    parts = urlsplit(url)
    local = parts.path + (f"?{parts.query}" if parts.query else "")
    if ARTICLE_SHAPE.search(local) or references.DOCUMENT_ENDING.search(local):
        return True
    return bool(ARTICLE_QUERY.search(parts.query)) and not _LIST_SCRIPT.search(parts.path)


def link_text(link: Element) -> str:
    """What a link says: its text, or its title attribute when the text is cut or empty; spaces collapsed."""
    text = element_text(link)
    attribute = " ".join((link.get("title") or "").split())
    if not attribute and _CUT.search(text):
        attribute = _title_around(link, _CUT.sub("", text))
    if attribute and (not text or _CUT.search(text) or (len(attribute) > len(text) and text in attribute)):
        return attribute
    return text or attribute


def _title_around(link: Element, beginning: str) -> str:
    """The title attribute that goes on where a cut text ends: of something in the link, or of the row around it."""
    around = link.getparent()
    for node in (*link.iterdescendants(), *([around] if around is not None else [])):
        said = " ".join((node.get("title") or "").split())
        if beginning and said.startswith(beginning):
            return said
    return ""


def _title_beside(row: Element, rules: ListingRules) -> str | None:
    """The title of a report among the texts of a row that are no links, each judged by itself."""
    if row.tag == "a":
        return None
    for said in _TEXTS_BESIDE_LINKS(row)[:MOST_TEXTS_OF_A_ROW]:
        text = " ".join(said.split())
        if len(text) > 4 and titles.classify(text, rules.title_re).accepted:
            return text
    return None


def date_in(text: str) -> str | None:
    """The first calendar day 20XX-M-D (also with 年月日, dots or slashes) in a text, as YYYY-MM-DD."""
    for match in _DATE.finditer(text):
        try:
            return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
        except ValueError:
            continue
    return None


def _links(page: Page, row_css: str | None) -> Iterable[tuple[Element, Element | None]]:
    """The links of a page, each with its row where the entry says what a row is."""
    if row_css is not None:
        for row in css(row_css)(page.tree):
            for link in row.iter("a"):
                if "href" in link.attrib or "onclick" in link.attrib:
                    yield link, row
        return
    for link in page.tree.iter("a"):
        if "href" in link.attrib or "onclick" in link.attrib:
            yield link, None


def _row_of(link: Element) -> Element:
    """The smallest list row around a link; a table cell gives way to its table row."""
    for ancestor in link.iterancestors():
        name = ancestor.tag
        if name == "td":
            continue
        if has_more_links(ancestor, MOST_LINKS_OF_A_ROW):
            break
        if name in _ROW_TAGS:
            return _whole_row(ancestor)
        # A row built of div: it has this one link and a day.
        if name == "div" and not has_more_links(ancestor, 1):
            if date_in(element_text(ancestor)[:_MAX_ROW_CHARACTERS]):
                return ancestor
            continue
        if name in ("ul", "ol", "table", "body", "div"):
            break
    return link


def _whole_row(row: Element) -> Element:
    """The row, or the list around it: Lonsun makes each row a list with the day in an item beside the link's."""
    around = row.getparent()
    if row.tag != "li" or around is None or has_more_links(around, 1) or date_in(_beginning(row)):
        return row
    return around if date_in(_beginning(around)) else row


def _beginning(row: Element) -> str:
    return element_text(row)[:_MAX_ROW_CHARACTERS]


def has_more_links(node: Element, most: int) -> bool:
    """True when an element holds more than so many links; a page of thousands is not counted to its end."""
    return next(itertools.islice(node.iter("a"), most, None), None) is not None


def _row_date(row: Element, date_css: str | None) -> str | None:
    if date_css is not None:
        found = css(date_css)(row)
        return date_in(element_text(found[0])) if found else None
    # The link's own text may hold a day, too; what stands beside it counts first.
    beside = " ".join(_TEXTS_BESIDE_LINKS(row))
    return date_in(beside[:_MAX_ROW_CHARACTERS]) or date_in(element_text(row)[:_MAX_ROW_CHARACTERS])


def _may_be_article(url: str, verdict: titles.TitleVerdict) -> bool:
    """A reportlike title at an address of no known shape: not a folder, and not a bare column name."""
    named = verdict.report_year is not None or verdict.agency_name is not None
    return named and not _FOLDER.search(urlsplit(url).path)


def _worth_naming(verdict: titles.TitleVerdict, shaped: bool, rules: ListingRules) -> bool:
    """Navigation is not named in the manifest; what stands where a report could stand is."""
    if rules.row is not None or rules.article_re is not None:
        return True
    return shaped and verdict.code != "empty"
