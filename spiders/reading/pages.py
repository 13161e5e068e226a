"""Bytes of a page to text and a tree, whatever is claimed about its encoding (families.md §1.4)."""

from __future__ import annotations

import codecs
import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urljoin

from cssselect import HTMLTranslator
from lxml import etree

Element = etree._Element

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META_SEARCHED_BYTES = 4096
_ASCII = "".join(map(chr, range(0x21, 0x7F)))
_SESSION_IN_PATH = re.compile(r";jsessionid=[^/;#]*", re.IGNORECASE)
_SESSION_IN_QUERY = re.compile(r"(?:^|&)(?:jsessionid|phpsessid|aspsessionid\w*)=[^&#]*", re.IGNORECASE)
# The moment of the visit or a number at random, against caches: milliseconds since 1970, 0.123….
_VISIT_IN_QUERY = re.compile(
    r"(?:^|&)(?:_|_?t|ts|v|r|rnd|rand|random|time|timestamp)=(?:1[5-9]\d{11}|0\.\d{6,})(?=&|$)", re.IGNORECASE
)
_DOCUMENT_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"Rar!")
_IMAGE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


def xpath(expression: str) -> Callable[[Element], list[Any]]:
    """An XPath expression for nodes or texts, compiled: reading one costs more than asking a page with it."""
    return cast("Callable[[Element], list[Any]]", etree.XPath(expression, smart_strings=False))


@functools.lru_cache(maxsize=256)
def css(selector: str, axis: str = "descendant-or-self::") -> Callable[[Element], list[Element]]:
    """A CSS selector, compiled: called with an element it finds what matches in it, itself included.

    The XPath axis `self::` asks only whether the element itself matches.
    """
    return xpath(HTMLTranslator().css_to_xpath(selector, axis))


_TEXTS = xpath(".//text()")
_SHOWN_TEXTS = xpath(".//text()[not(ancestor::script or ancestor::style)]")
_WHOLE_TEXT = xpath("string()")
_IDS_AND_CLASSES = xpath("//@id | //@class")


@dataclass(frozen=True)
class Page:
    """A page as read: the address its relative links stand on, its text, its tree and the encoding used."""

    url: str
    text: str
    tree: Element
    encoding: str

    @functools.cached_property
    def names(self) -> frozenset[str]:
        """All ids and classes of the page."""
        return frozenset(" ".join(_IDS_AND_CLASSES(self.tree)).split())

    def links(self) -> Iterator[Element]:
        """All links that have an address, in the order of the page."""
        return (link for link in self.tree.iter("a") if "href" in link.attrib)

    def absolute(self, reference: str) -> str | None:
        """An address in the page made absolute, without fragment; None for one that is not http(s)."""
        return absolute(self.url, reference, self.encoding)


def absolute(base_url: str, reference: str, encoding: str = "utf-8") -> str | None:
    """An address made absolute as browsers do, without fragment and session; None for one that is not http(s).

    Args:
        base_url: the address on which a relative one stands.
        reference: the address as written. Backslashes in its path are slashes.
        encoding: of the page in which it stands; what its query holds beyond ASCII is escaped in it.
    """
    reference = reference.strip()
    if not reference or reference.startswith("#"):
        return None
    path, mark, query = reference.partition("?")
    if not query.isascii() and not encoding.startswith("utf"):
        query = quote(query, _ASCII, encoding, "replace")
    try:
        url = urljoin(base_url, path.replace("\\", "/") + mark + query).split("#", 1)[0]
    except ValueError:
        return None
    return _without_session(url) if url.lower().startswith(("http://", "https://")) else None


def _without_session(url: str) -> str:
    """The address without the number that a server gives each visitor or visit: it is another one every night."""
    path, _, query = url.partition("?")
    path = _SESSION_IN_PATH.sub("", path)
    query = _VISIT_IN_QUERY.sub("", _SESSION_IN_QUERY.sub("", query)).removeprefix("&")
    return f"{path}?{query}" if query else path


def decode(body: bytes, content_type: str = "", declared: str | None = None) -> tuple[str, str]:
    """Bytes to (text, encoding).

    The order: an entry's own encoding; a BOM; bytes that are valid UTF-8, because text in GBK almost never
    is; the HTTP header; the page's meta tag; and of all these and gb18030 the one that leaves the fewest
    replacements. gb2312 and gbk are read as gb18030, which contains them.
    """
    if declared:
        return body.decode(declared, "replace"), declared
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace"), name
    try:
        return body.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    candidates: list[str] = []
    header = _HEADER_CHARSET.search(content_type)
    meta = _META_CHARSET.search(body[:_META_SEARCHED_BYTES])
    for name in (header[1] if header else "", meta[1].decode("ascii") if meta else "", "utf-8", "gb18030"):
        known = _known(name)
        if known and known not in candidates:
            candidates.append(known)
    decoded = [(body.decode(name, "replace"), name) for name in candidates]
    # min keeps the first of equals, so a declaration that fits as well as another wins.
    return min(decoded, key=lambda pair: pair[0].count("\ufffd"))


def _known(name: str) -> str | None:
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return None
    # latin-1 never fails and never is what a Chinese page holds; error pages declare it.
    if found in ("iso8859-1", "cp1252", "ascii", "utf-8-sig"):
        return None
    return "gb18030" if found in ("gb2312", "gbk", "gb18030", "hz") else found


def read_page(url: str, body: bytes, content_type: str = "", declared: str | None = None) -> Page:
    """The page at an address; its base is `<base href>` where that is http(s), else the address."""
    text, encoding = decode(body, content_type, declared)
    tree = parse(text)
    base = next((tag.get("href") for tag in tree.iter("base") if tag.get("href") is not None), None)
    try:
        based = urljoin(url, base.strip()) if base else url
    except ValueError:
        based = url
    return Page(based if based.startswith(("http://", "https://")) else url, text, tree, encoding)


def parse(text: str) -> Element:
    """The tree of an HTML text. A page of nothing still is a tree: lxml refuses the empty document."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True)
    data = text.strip().replace("\x00", "").encode("utf-8", "replace")
    # What holds no element, such as a comment alone, comes back as None.
    root = cast("Element | None", etree.fromstring(data, parser)) if data else None
    return etree.fromstring(b"<html/>", parser) if root is None else root


def looks_like_html(body: bytes, content_type: str = "") -> bool:
    """True when the bytes are to be read as a page: by their beginning first, by the declared type after."""
    if is_document(body) or body.startswith(_IMAGE_MAGIC):
        return False
    head = body[:1024].lstrip().lower()
    if b"<html" in head or b"<!doctype" in head or head.startswith(b"<"):
        return True
    kind = content_type.split(";")[0].strip().lower()
    return kind in ("", "text/html", "application/xhtml+xml", "text/plain")


def is_document(body: bytes) -> bool:
    """True when the bytes begin as PDF, ZIP (docx, xlsx, ofd), OLE (doc, wps, xls), RTF or RAR do."""
    return body.startswith(_DOCUMENT_MAGIC)


def is_image(body: bytes) -> bool:
    """True when the bytes begin as a picture does."""
    return body.startswith(_IMAGE_MAGIC)


def element_text(node: Element) -> str:
    """All text below an element with white space collapsed; scripts and styles left out."""
    if len(node) == 0 and node.tag not in ("script", "style"):
        return " ".join((node.text or "").split())
    # The question for the ancestors of each text costs several times what the texts do.
    texts = _TEXTS if next(node.iter("script", "style"), None) is None else _SHOWN_TEXTS
    return " ".join(" ".join(texts(node)).split())


def whole_text(node: Element) -> str:
    """All text below an element as it stands, scripts and styles included."""
    return str(_WHOLE_TEXT(node))
