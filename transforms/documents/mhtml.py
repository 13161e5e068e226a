"""MHTML (a page saved with its pictures, often named .doc) -> rows of its page."""

from __future__ import annotations

import dataclasses
import email
import re
from email.errors import CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect
from email.message import Message

from transforms.documents.html import read_html
from transforms.documents.model import Document, UnreadableDocument

_MOST_PARTS = 2000
# Parameters of a header are parsed in time with the square of their number.
_LONGEST_HEAD_BYTES = 64 * 1024
_BODY = re.compile(rb"\n\r?\n")


def read_mhtml(data: bytes) -> Document:
    """Rows of the page that a saved message holds. Raises UnreadableDocument when there is none."""
    if data.count(b"\n--") > _MOST_PARTS:
        raise UnreadableDocument(f"The saved page has more than {_MOST_PARTS} parts.")
    data = data.lstrip()
    if not _BODY.search(data[:_LONGEST_HEAD_BYTES]):
        raise UnreadableDocument("The saved page has no body, or a head that is longer than any.")
    try:
        message = email.message_from_bytes(data)
        # Pages of headers and footers follow the page that they belong to.
        page = next((part for part in message.walk() if part.get_content_type() == "text/html"), None)
    except RecursionError:
        raise UnreadableDocument("The parts of the saved page are nested too deeply.") from None
    content = page.get_payload(decode=True) if page is not None else None
    if page is None or not isinstance(content, bytes) or not content.strip():
        raise UnreadableDocument("The saved page has no part with HTML: it is damaged or incomplete.")
    document = read_html(_in_utf8(content, page.get_content_charset()))
    return dataclasses.replace(document, ends_abruptly=True) if _is_cut(message) else document


def _in_utf8(content: bytes, charset: str | None) -> bytes:
    """The page in UTF-8 where its own header names a character set that fits; else as it is."""
    try:
        return content.decode(charset).encode() if charset else content
    except (LookupError, UnicodeError):
        return content


def _is_cut(message: Message) -> bool:
    cut = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect)
    return any(isinstance(defect, cut) for defect in message.defects)
