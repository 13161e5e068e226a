"""Which kind of document some bytes are, and which characters they stand for; never told from a name."""

from __future__ import annotations

import codecs
import re

from transforms.documents.containers import OLE, ZIP, ole_kind, zip_kind
from transforms.documents.model import UnreadableDocument

RTF, MHTML, WORD_XML = "application/rtf", "message/rfc822", "application/vnd.ms-wordml"
_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"{\\rtf", RTF),
    (b"PK\x03\x04", ZIP),
    (b"PK\x05\x06", ZIP),
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"Rar!", "application/vnd.rar"),
    (b"7z\xbc\xaf", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
)
_LOOK_INSIDE = {ZIP: zip_kind, OLE: ole_kind}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HTML = re.compile(rb"<\s*(?:!doctype\s+html|html|head|body|table|tr|td|div|p|span|meta|article)\b", re.I)
# What Word 2003 writes in front of a document that is saved as one file of XML.
_PROGRAM = re.compile(rb"""<\?mso-application\s+progid\s*=\s*["']Word\.Document["']|<w:wordDocument\b""")
# A page saved with its pictures begins with the headers of a message; its markup may be encoded.
_MESSAGE = re.compile(rb"\s*(?:[A-Za-z-]+:[^\n]*\n(?:[ \t]+[^\n]*\n)*)*?Content-Type:\s*(?:multipart/|text/html)", re.I)
_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]+)""", re.I)
# What servers call these is a subset of what they send.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "big5": "big5hkscs",
}
# Encodings of Python that no page is in; some take time with the square of the length, some know no replacement.
_OF_NO_PAGE = frozenset(["idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"])
_COMMON = re.compile("[的一是在和公开政府信息年度报告]")


def media_type(data: bytes) -> str:
    """Media type of ``data`` by its bytes: HTML, text, or one of the binary kinds; octet-stream if unknown."""
    head = data[:4096]
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            look_inside = _LOOK_INSIDE.get(kind)
            return look_inside(data) if look_inside else kind
    if head.startswith(b"BM") and head[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "image/webp"
    if any(head.startswith(bom) for bom, _ in _BOMS):
        return _text_kind(decode(data)[:65536].encode())
    if b"\x00" in head:
        return "application/octet-stream"
    return _text_kind(data[:65536])


def _text_kind(start: bytes) -> str:
    if _PROGRAM.search(start[:4096]):
        return WORD_XML
    if _MESSAGE.match(start[:4096]):
        return MHTML
    return "text/html" if _HTML.search(start) else "text/plain"


def as_utf8(data: bytes) -> bytes:
    """A text or HTML document in UTF-8 without byte order mark, whatever it came in; errors as ``decode``."""
    if not any(data.startswith(bom) for bom, _ in _BOMS):
        try:
            data.decode("utf-8")
            return data
        except UnicodeDecodeError:
            pass
    return decode(data).encode("utf-8", errors="replace")


def decode(data: bytes) -> str:
    """The characters of a text or HTML document in any declared or wrongly declared encoding.

    Order: byte order mark, UTF-8 if it fits, the declared encoding, GB 18030; the one with the fewest characters
    that could not be decoded wins. Raises UnreadableDocument when none gives text.
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return data.decode(name, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(data[:4096])
    name = declared.group(1).decode("ascii").lower() if declared else ""
    names = [_WIDER.get(name, name)] if name and name.replace("-", "_") not in _OF_NO_PAGE else []
    candidates: list[tuple[float, str]] = []
    for name in dict.fromkeys([*names, "gb18030", "utf-8", "big5hkscs"]):
        try:
            text = data.decode(name, errors="replace")
        except LookupError:  # an encoding that does not exist was declared
            continue
        common = len(_COMMON.findall(text))
        candidates.append((text.count("\ufffd") - common, text))
    if not candidates:
        raise UnreadableDocument("No known encoding fits these bytes.")
    # A truncated multi-byte character at the end must not lose the whole document: few losses are accepted.
    text = min(candidates, key=lambda c: c[0])[1]
    if text.count("\ufffd") > max(20, len(text) // 20):
        raise UnreadableDocument("More than one character in twenty could not be decoded in any known encoding.")
    return text
