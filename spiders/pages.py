"""Bytes of a page to text and a tree, whatever is claimed about its encoding (families.md §1.4)."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from urllib.parse import urljoin

from parsel import Selector

_META_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_\-]+)", re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_META_SEARCHED_BYTES = 4096
_DOCUMENT_MAGIC = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"Rar!")
_IMAGE_MAGIC = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*")


@dataclass(frozen=True)
class Page:
    """A page as read: the address its relative links stand on, its text, its tree and the encoding used."""

    url: str
    text: str
    tree: Selector
    encoding: str

    def absolute(self, reference: str) -> str | None:
        """An address in the page made absolute, without fragment; None for one that is not http(s)."""
        reference = reference.strip()
        if not reference or reference.startswith("#"):
            return None
        try:
            url = urljoin(self.url, reference).split("#", 1)[0]
        except ValueError:
            return None
        return url if url.lower().startswith(("http://", "https://")) else None


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
    # A page of nothing still is a tree: lxml refuses the empty document.
    tree = Selector(text=text.replace("\x00", "") or "<html></html>", type="html")
    base = tree.css("base::attr(href)").get()
    try:
        based = urljoin(url, base.strip()) if base else url
    except ValueError:
        based = url
    return Page(based if based.startswith(("http://", "https://")) else url, text, tree, encoding)


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


def element_text(node: Selector) -> str:
    """All text below an element with white space collapsed; scripts and styles left out."""
    parts = node.xpath(".//text()[not(ancestor::script or ancestor::style)]").getall()
    return " ".join(" ".join(parts).split())
