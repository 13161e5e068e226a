"""How a list goes on: one small pure function a kind of pager, and how a list's end is recognised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterator
from urllib.parse import urlsplit, urlunsplit

from spiders.reading.pages import Page, element_text
from spiders.reading.references import reference_of
from spiders.registry import Pager

# A page past the end is often a stub of a few hundred bytes with status 200 (families.md §2.1).
STUB_BYTES = 600

_TOTAL = (
    re.compile(r"createPageHTML\s*\(\s*(?:[\"'][A-Za-z_][\w-]{0,60}[\"']\s*,\s*)?[\"']?(\d{1,4})\b"),
    re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,4})\b"),
)
# A call that begins with the id of a box numbers the pages from 1: page 2 is stem_2.
_BOXED = re.compile(r"createPageHTML\s*\(\s*[\"'][A-Za-z_]")
_REFRESH = re.compile(r"<meta[^>]{0,80}http-equiv\s*=\s*[\"']?refresh[^>]{0,200}>", re.IGNORECASE)
_REFRESH_URL = re.compile(r"url\s*=\s*[\"']?\s*([^\"'>\s]*)", re.IGNORECASE)
_MOVED = re.compile(r"(?:window|self|document|top)?\.?\blocation(?:\.href)?\s*=\s*[\"']([^\"'\s]{1,500})[\"']")
_PAGE_ENDING = re.compile(r"\.([sj]?html?)$", re.IGNORECASE)
# 共3页, 第1/3页, 页次：1/3: what a list prints about itself.
_SAID_TOTAL = re.compile(r"共\s{0,3}(\d{1,4})\s{0,3}页|(?:第|页次[:：]?)\s{0,3}\d{1,4}\s{0,3}/\s{0,3}(\d{1,4})")
_BRACKETS = re.compile(r"[\[\]【】()（）\s]")
_NUMBER_ASKED = re.compile(r"\(\s*[\"']?(\d{1,4})\b")
_NEXT_WORDS = re.compile(r"^(?:下一?页|后一?页|下页|next|>|›|»|>>)\s*[>›»]*$", re.IGNORECASE)

NextPage = Callable[[Pager, dict[str, str], str, Page, int], str | None]


def total_pages(page: Page) -> int | None:
    """How many pages the list says it has (createPageHTML(N, …), countPage = N); None: it does not say."""
    for pattern in _TOTAL:
        match = pattern.search(page.text)
        if match:
            return max(1, int(match[1]))
    return None


def no_pages(pager: Pager, params: dict[str, str], first_url: str, page: Page, number: int) -> str | None:
    """`none`: one page is the whole list."""
    return None


def index_pages(pager: Pager, params: dict[str, str], first_url: str, page: Page, number: int) -> str | None:
    """`index_n`: index.html, index_1.html (page 2) …; `first` is the suffix of page 2 where the page does not tell."""
    suffix = (_usual_suffix(page) if pager.first is None else pager.first) + number - 1
    path = urlsplit(first_url).path
    folder, _, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        # The list is a folder: the page itself says how its index is called.
        match = re.search(r"createPageHTML\s*\([^)]{0,200}?[\"'](\w{1,40})[\"']\s*,\s*[\"'](\w{1,10})[\"']", page.text)
        stem, ending = (match[1], match[2]) if match else ("index", _ending_in(page, f"{folder}/{name}"))
        folder = f"{folder}/{name}" if name else folder
    stem = re.sub(r"_\d+$", "", stem)
    return _with_path(first_url, f"{folder}/{stem}_{suffix}.{ending}")


def _ending_in(page: Page, folder: str) -> str:
    """The ending that most pages below a folder have: a directory names its own pages as its articles."""
    paths = (urlsplit(url).path for url in map(page.absolute, (link.get("href", "") for link in page.links())) if url)
    endings = Counter(match[1] for path in paths if path.startswith(folder) and (match := _PAGE_ENDING.search(path)))
    return max(endings, key=endings.__getitem__, default="html")


def numbered_pages(pager: Pager, params: dict[str, str], first_url: str, page: Page, number: int) -> str | None:
    """`n`: 1.html, 2.html …, or list.htm, list/2.htm; `first` is the number of page 2 if not 2."""
    following = (2 if pager.first is None else pager.first) + number - 1
    path = urlsplit(first_url).path
    folder, _, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return _with_path(first_url, f"{folder}/{name + '/' if name else ''}{following}.html")
    if stem.isdigit():
        return _with_path(first_url, f"{folder}/{following}.{ending}")
    return _with_path(first_url, f"{folder}/{stem}/{following}.{ending}")


def query_pages(pager: Pager, params: dict[str, str], first_url: str, page: Page, number: int) -> str | None:
    """`query`: ?page=2 …; `params.page_parameter` names the parameter, `first` the value for page 2."""
    name = str(params.get("page_parameter", "page"))
    following = (2 if pager.first is None else pager.first) + number - 1
    parts = urlsplit(first_url)
    # The rest of the query stays as it is written: old sites escape it in GBK.
    asked, value = re.compile(rf"(^|&){re.escape(name)}=[^&]*"), f"{name}={following}"
    if asked.search(parts.query):
        query = asked.sub(lambda match: match[1] + value, parts.query)
    else:
        query = f"{parts.query}&{value}" if parts.query else value
    return urlunsplit(parts._replace(query=query))


def linked_pages(pager: Pager, params: dict[str, str], first_url: str, page: Page, number: int) -> str | None:
    """`next_link`: the link that says 下一页; none there, or one without an address, is the end."""
    for link in page.tree.iter("link", "a"):
        if link.get("rel") == "next" and "href" in link.attrib:
            return page.absolute(link.get("href", ""))
    return next(filter(None, map(page.absolute, _next_links(page))), None)


def _next_links(page: Page) -> Iterator[str]:
    """The addresses as written of the links that say 下一页."""
    for link in page.links():
        picture = next(link.iter("img"), None)
        said = (
            element_text(link)
            or link.get("title", "").strip()
            or (picture.get("alt", "") if picture is not None else "")
        )
        if _NEXT_WORDS.match(said.strip()):
            yield reference_of(link) or link.get("href", "")


def printed_pages(page: Page) -> int | None:
    """How many pages a list prints that it has (共3页, 第1/3页); None where it prints nothing, or several numbers."""
    said = {int(found[1] or found[2]) for found in _SAID_TOTAL.finditer(element_text(page.tree))}
    return said.pop() if len(said) == 1 else None


def goes_on(page: Page, number: int, asked: Container[str]) -> str | None:
    """How a page says that the list has more than the `number` pages that were read, or None.

    What it prints counts first; else its link 下一页, or the one that is called by the next number, unless that is one
    of the addresses that were `asked`.
    """
    printed = printed_pages(page)
    if printed is not None:
        return f"prints that it has {printed} pages" if printed > number else None
    for reference in _next_links(page):
        url = page.absolute(reference)
        called = _NUMBER_ASKED.search(reference) if url is None else None
        if (url is not None and url not in asked) or (called is not None and int(called[1]) == number + 1):
            return f"has a next page, {(url or reference)[:200]}"
    folder = page.url.rpartition("/")[0]
    for link in page.links():
        if _BRACKETS.sub("", element_text(link)) == str(number + 1):
            url = page.absolute(reference_of(link))
            if url is not None and url not in asked and url.startswith(folder):
                return f"has a page {number + 1}, {url[:200]}"
    return None


PAGERS: dict[str, NextPage] = {
    "none": no_pages,
    "index_n": index_pages,
    "n": numbered_pages,
    "query": query_pages,
    "next_link": linked_pages,
}


def next_page(
    pager: Pager, params: dict[str, str], first_url: str, page: Page, number: int, total: int | None
) -> str | None:
    """The address of the page after page `number` (counted from 1), or None at the end.

    Args:
        pager: the entry's pager.
        params: the entry's `list.params`.
        first_url: the address of page 1, as declared.
        page: the current page.
        number: its number.
        total: how many pages page 1 said there are; None when it did not say.
    """
    if number >= pager.max or (total is not None and number >= total and pager.kind != "next_link"):
        return None
    return PAGERS[pager.kind](pager, params, first_url, page, number)


def suffix_of_page_two(first_url: str, page: Page) -> int:
    """1 or 2: where the numbers of a list's indexes begin (families.md §2.1, §2.9), by its script and its links."""
    one, two = (index_pages(Pager("index_n", first=suffix), {}, first_url, page, 1) for suffix in (1, 2))
    linked = {page.absolute(link.get("href", "")) for link in page.links()}
    return 2 if two in linked and one not in linked else _usual_suffix(page)


def _usual_suffix(page: Page) -> int:
    return 2 if _BOXED.search(page.text) else 1


def moved_to(page: Page) -> str | None:
    """Where a page sends its reader by a refresh or, if it has no links of its own, by a script; None: nowhere."""
    refresh = _REFRESH.search(page.text[:4096])
    target = _REFRESH_URL.search(refresh[0]) if refresh else None
    if target is None and next(page.links(), None) is None:
        target = _MOVED.search(page.text[:65_536])
    return page.absolute(target[1]) if target is not None else None


def frames(page: Page) -> tuple[str, ...]:
    """The addresses of a page's frames, each once."""
    found = (page.absolute(frame.get("src", "")) for frame in page.tree.iter("iframe", "frame"))
    return tuple(dict.fromkeys(url for url in found if url is not None))


def is_past_the_end(status: int, body: bytes, page: Page | None) -> str | None:
    """Why a page after the first is past the end of the list, or None if it is one of its pages."""
    if status in (404, 410):
        return f"status {status}"
    if page is not None:
        refresh = _REFRESH.search(page.text[:4096])
        target = _REFRESH_URL.search(refresh[0]) if refresh else None
        # Any other target only where nothing else stands on the page: lists refresh themselves, too.
        starts = ("./", ".", "", "../", "/", "index.html", "./index.html")
        if target is not None and (target[1] in starts or next(page.links(), None) is None):
            return "a refresh to the beginning of the list"
    if status == 200 and len(body) < STUB_BYTES and (page is None or next(page.links(), None) is None):
        return f"a stub of {len(body)} bytes"
    return None


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=path, query="", fragment=""))


def pager_of(page: Page) -> Pager:
    """The pager that a plain list page shows: numbered indexes by its scripts, a link that says 下一页, or none."""
    total = total_pages(page)
    if total is not None and total > 1:
        return Pager("index_n", first=2 if suffix_of_page_two(page.url, page) == 2 else None)
    if linked_pages(Pager(), {}, page.url, page, 1) is not None:
        return Pager("next_link")
    return Pager("none")
