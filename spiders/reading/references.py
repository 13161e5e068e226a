"""Where a link leads when its address does not say: scripts that open an address, viewers around a document."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import unquote, urljoin, urlsplit

from spiders.reading.pages import Element

DOCUMENT_ENDING = re.compile(r"\.(?:pdf|docx?|wps|xlsx?|et|rtf|zip|rar|ofd)(?:$|[?&#])", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*(?:javascript:|#|$)", re.IGNORECASE)
_QUOTED = re.compile(r"[\"']([^\"'\s<>]{1,500})[\"']")
# These take an address; what other functions take may be a name.
_OPENS = re.compile(r"window\.open\s*\(|location(?:\.href)?\s*=|location\.(?:replace|assign)\s*\(", re.IGNORECASE)
_PAGE_OR_DOCUMENT = re.compile(
    r"\.(?:s?html?|jhtml|jspx?|aspx?|php|do|pdf|docx?|wps|xlsx?|rtf|zip|rar|ofd)(?:$|[?#])|^https?://", re.IGNORECASE
)
_MOST_SCRIPT_CHARACTERS = 1000
_VIEWER = re.compile(r"viewer|pdfjs|pdf\.js|preview", re.IGNORECASE)
_VIEWED = re.compile(r"[?&](?:file|url|src|pdfurl|path)=([^&#]{1,2000})", re.IGNORECASE)


def reference_of(link: Element) -> str:
    """The address of a link as written: its own, or the one that its script opens; empty: there is none."""
    reference = str(link.get("href", ""))
    if not _SCRIPT.match(reference):
        return reference
    for script in (reference, str(link.get("onclick", ""))):
        script = script[:_MOST_SCRIPT_CHARACTERS]
        opens = _OPENS.search(script) is not None
        for quoted in _QUOTED.findall(script):
            if _PAGE_OR_DOCUMENT.search(quoted) and (opens or "/" in quoted):
                return str(quoted)
    return ""


def behind_viewer(url: str) -> str:
    """The document that a viewer's address names (`viewer.html?file=…`), absolute; another address as it is.

    What a viewer is given stands on the viewer's own address.
    """
    try:
        path = urlsplit(url).path
        found = _VIEWED.search(url) if _VIEWER.search(path) and not DOCUMENT_ENDING.search(path) else None
        if found is None:
            return url
        viewed = _plain(unquote(found[1]))
        if not DOCUMENT_ENDING.search(viewed) and "/" not in viewed:
            return url
        inner = urljoin(url, viewed)
    except ValueError:
        return url
    return inner if inner.lower().startswith(("http://", "https://")) else url


def _plain(viewed: str) -> str:
    """What a viewer is given; some are given it in base64."""
    if not viewed.startswith(("aHR0c", "Lz")):
        return viewed
    try:
        return base64.b64decode(viewed.replace(" ", "+"), validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return viewed
