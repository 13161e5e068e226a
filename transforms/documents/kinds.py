"""Which function reads which kind of document: one line a kind, loaded when the first of its kind is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pkgutil import resolve_name
from typing import cast

from transforms.documents.model import Document

_OOXML = "application/vnd.openxmlformats-officedocument"
# Media type -> function(data: bytes) -> Document, which raises UnreadableDocument. By name: a page of HTML must not
# wait for the libraries of other kinds to load.
_READERS = {
    "text/html": "transforms.documents.html:read_html",
    "text/plain": "transforms.documents.text:read_text",
    f"{_OOXML}.wordprocessingml.document": "transforms.documents.word.docx:read_docx",
    **dict.fromkeys(
        ("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp"),
        "transforms.documents.scan.reading:read_image",
    ),
}


@cache
def reader_of(kind: str) -> Callable[[bytes], Document] | None:
    """The function that reads documents of a media type; None for a kind that is not read."""
    name = _READERS.get(kind)
    return cast(Callable[[bytes], Document], resolve_name(name)) if name else None
