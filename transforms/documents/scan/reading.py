"""Scans -> documents: page images and PDFs of page images; says what to install where the recognition is absent."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from transforms.documents.model import Document, MissingProgram, UnreadableDocument
from transforms.workers import allow

if TYPE_CHECKING:
    from transforms.documents.scan.cleaning import Pixels

# What a document may take: loading the network, and each page of it.
_SECONDS_TO_BEGIN = 20.0
_SECONDS_A_PAGE = 8.0
_INSTALL = (
    "Reading scans needs the extra packages of text recognition: pip install 'gongkai[ocr]' installs them; the next "
    "run reads the document."
)


def read_image(data: bytes) -> Document:
    """Rows of a PNG, JPEG, TIFF (all its pages), GIF, BMP or WEBP.

    Raises UnreadableDocument when it is broken, too large, blank, or when the packages for it are not installed.
    """
    _require()
    from transforms.documents.scan.images import image_pages, pages_of_image

    _allow_for(pages_of_image(data))
    return read_scanned_pages(image_pages(data))


def read_scanned_pdf(data: bytes) -> Document:
    """Rows of a PDF whose pages are pictures. Raises UnreadableDocument as ``read_image``."""
    _require()
    from transforms.documents.scan.images import pages_of_pdf, pdf_pages

    _allow_for(pages_of_pdf(data))
    return read_scanned_pages(pdf_pages(data))


def read_scanned_pages(pages: Iterable[Pixels]) -> Document:
    """Rows of pages given as arrays of 0 (black) to 255: height × width, or height × width × 3 as RGB.

    Raises UnreadableDocument when nothing is on them, or when the packages for it are not installed.
    """
    _require()
    import cv2

    from transforms.documents.scan.pages import read_pages
    from transforms.documents.scan.rows import rows_of_pages

    # As with the network: as many workers as cores run already.
    cv2.setNumThreads(1)
    rows = rows_of_pages(read for image in pages for read in read_pages(image))
    if not rows:
        raise UnreadableDocument("No text was recognised on the scanned pages.")
    return Document(rows=rows)


def _allow_for(pages: int) -> None:
    allow(_SECONDS_TO_BEGIN + pages * _SECONDS_A_PAGE)


def _require() -> None:
    """Raise MissingProgram when one of the packages is absent: the core of gongkai is installed without them."""
    for name in ("cv2", "onnxruntime", "PIL", "pypdfium2", "rapidfuzz", "rapidocr"):
        if find_spec(name) is None:
            raise MissingProgram(_INSTALL)
