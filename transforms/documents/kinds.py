"""Which function reads which kind of document: one line a kind, loaded when the first of its kind is read."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pkgutil import resolve_name
from typing import cast

from transforms.documents.containers import DOC, DOCX, ODT, OFD, OLE, PROTECTED, XLS, XLSX, ZIP
from transforms.documents.model import Document
from transforms.documents.sniff import MHTML, RTF, WORD_XML

Reader = Callable[[bytes], Document]
# Media type -> function(data: bytes) -> Document, which raises UnreadableDocument. By name: a page of HTML must not
# wait for the libraries of other kinds to load.
_READERS = {
    "text/html": "transforms.documents.html:read_html",
    "text/plain": "transforms.documents.text:read_text",
    "application/pdf": "transforms.documents.pdf.reader:read_pdf",
    MHTML: "transforms.documents.mhtml:read_mhtml",
    DOCX: "transforms.documents.word.docx:read_docx",
    ODT: "transforms.documents.word.odt:read_odt",
    **dict.fromkeys((DOC, RTF, WORD_XML), "transforms.documents.word.office:read_by_office"),
    **dict.fromkeys((XLSX, XLS), "transforms.documents.spreadsheet.workbook:read_workbook"),
    ZIP: "transforms.documents.archive:read_archive",
    **dict.fromkeys(
        ("image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"),
        "transforms.documents.scan.reading:read_image",
    ),
}
_REFUSALS = {
    PROTECTED: "The document is protected by a password.",
    OLE: "The OLE compound file is damaged, or holds neither a Word text nor an Excel workbook.",
    OFD: "It is an OFD document (GB/T 33190), which this version does not read; a PDF or Word copy can be read.",
}


@cache
def reader_of(kind: str) -> Reader | None:
    """The function that reads documents of a media type; None for a kind that is not read."""
    name = _READERS.get(kind)
    return cast(Reader, resolve_name(name)) if name else None


def refusal(kind: str) -> str:
    """Why documents of a media type without a reader are not read: one sentence."""
    return _REFUSALS.get(kind) or f"Documents of type {kind} are not read by this version."
