"""The pictures of an article whose report, or its tables, are pictures only (families.md §1.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from spiders.reading.pages import Element, Page, whole_text

# A report of a county has ten to thirty printed pages.
MAX_PAGE_IMAGES = 40
SMALLEST_PIXELS = 200
# Longer texts are reports in words, whose pictures are photographs and charts, unless they lack the tables of the form
# since 2019: these are the headings above them (specification §1).
FEW_CHARACTERS = 500
MOST_CHARACTERS_READ = 200_000
HEADINGS_OF_TABLES = ("主动公开政府信息情况", "收到和处理政府信息公开申请情况", "行政复议、行政诉讼情况")

_READABLE = re.compile(r"\.(?:jpe?g|png|bmp|webp|tiff?)$", re.IGNORECASE)
_ORNAMENT = re.compile(
    r"(?:^|[/_.-])(?:icons?|logo|qr(?:code)?|ewm|erweima|share|weixin|wechat|weibo|banner|loading|blank|spacer|print"
    r"|close|arrow|btn|button|filetype\w{0,20}|emotion|emoji)\d{0,4}(?=[/_.-])",
    re.IGNORECASE,
)
# Pages that load their pictures late name them in an attribute of their own.
_SOURCES = ("data-src", "data-original", "original", "src")
_PIXELS = re.compile(r"\s*(\d{1,5})\s*(?:px)?\s*$", re.IGNORECASE)


def page_images(page: Page, body: Element | None) -> tuple[str, ...]:
    """The addresses of the pictures that stand for a report's pages or tables, in their order, each once.

    There are none where the body has a table, and none where it is a long text that lacks no table. Ornaments are left
    out by their names and by the size that the page gives them.

    Args:
        page: the article.
        body: the element that holds its text; where it is not known, paragraphs of the page are looked at.
    """
    root = page.tree if body is None else body
    if next(root.iter("img"), None) is None or next(root.iter("table"), None) is not None:
        return ()
    text = "".join(whole_text(root).split())[:MOST_CHARACTERS_READ]
    if len(text) > FEW_CHARACTERS and sum(heading in text for heading in HEADINGS_OF_TABLES) < 2:
        return ()
    found: dict[str, None] = {}
    for picture in root.iter("img"):
        if body is None and next(picture.iterancestors("p"), None) is None:
            continue
        if not _is_small(picture) and (url := next(_addresses(page, picture), None)) is not None:
            found.setdefault(url)
        if len(found) == MAX_PAGE_IMAGES:
            break
    return tuple(found)


def _addresses(page: Page, picture: Element) -> Iterator[str]:
    for name in _SOURCES:
        url = page.absolute(picture.get(name, ""))
        if url is not None:
            path = urlsplit(url).path
            if _READABLE.search(path) and not _ORNAMENT.search(path):
                yield url


def _is_small(picture: Element) -> bool:
    """True when the page itself shows the picture too small to be read."""
    sizes = [_PIXELS.match(picture.get(name, "")) for name in ("width", "height")]
    return any(int(size[1]) < SMALLEST_PIXELS for size in sizes if size is not None)
