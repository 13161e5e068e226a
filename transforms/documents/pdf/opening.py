"""Opens a PDF within limits; every way in which that can fail becomes one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium

from transforms.documents.model import UnreadableDocument
from transforms.documents.pdf.fonts import stand_in

# Real reports have up to sixty pages and about a thousand characters and lines a page.
MOST_PAGES = 300
MOST_CHARACTERS = 400_000
MOST_OBJECTS = 400_000
_REASONS = {
    pdfium.FPDF_ERR_PASSWORD: "The PDF is encrypted and asks for a password: an unprotected copy is needed.",
    pdfium.FPDF_ERR_SECURITY: "The PDF is protected in a way that is not supported: an unprotected copy is needed.",
    # Nothing failed and there is no document: so ends a file whose catalogue cannot be reached.
    pdfium.FPDF_ERR_SUCCESS: "The PDF is damaged: its structure cannot be read; fetch it again.",
    pdfium.FPDF_ERR_FORMAT: "The PDF is damaged or cut off: its structure cannot be read; fetch it again.",
}


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """The document in ``data``. Raises UnreadableDocument when it is damaged, protected, empty or too long."""
    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise UnreadableDocument(_REASONS.get(code, f"The PDF cannot be opened ({error}).")) from None
    try:
        pages = len(pdf)
        if pages == 0:
            raise UnreadableDocument("The PDF has no pages.")
        if pages > MOST_PAGES:
            raise UnreadableDocument(f"The PDF has {pages} pages; a report has at most {MOST_PAGES}.")
        with stand_in():
            yield pdf
    finally:
        pdf.close()


@contextmanager
def opened_page(pdf: pypdfium2.PdfDocument, index: int) -> Iterator[pypdfium2.PdfPage | None]:
    """One page; None when it cannot be loaded."""
    try:
        page = pdf[index]
    except pypdfium2.PdfiumError:
        yield None
        return
    try:
        yield page
    finally:
        page.close()
