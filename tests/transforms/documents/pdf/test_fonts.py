"""Text in fonts that a PDF names and does not hold is read, wherever it is read; pages are drawn as before."""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2
import pytest

from tests.transforms.documents.pdf.stand_in_font import FILE, font
from transforms.documents.pdf.fonts import stand_in
from transforms.documents.pdf.opening import opened, opened_page
from transforms.documents.pdf.page import Page, read_page

TEXT = "二主动公开政府信息情况12345请"
# Object 5 of each is the font; of the last, PDFium knows by heart how wide its letters are.
_COMPOSITE = "<</Type/Font/Subtype/Type0/BaseFont/{name}/Encoding/{encoding}/DescendantFonts[6 0 R]{unicode}>>"
_DESCENDANT = (
    "<</Type/Font/Subtype/CIDFontType2/BaseFont/{name}/DW 1000/FontDescriptor 7 0 R"
    "/CIDSystemInfo<</Registry(Adobe)/Ordering({ordering})/Supplement 0>>>>"
)
_DESCRIPTOR = (
    "<</Type/FontDescriptor/FontName/{name}/Flags 4/FontBBox[0 -140 1000 860]/ItalicAngle 0/Ascent 860/Descent -140"
    "/CapHeight 700/StemV 80>>"
)
_TURN = "0 1 -1 0 595 0 cm\n"


def composite(name: str, *, by_number: bool, each: bool, turn: bool = False) -> bytes:
    """A page with TEXT in a font that is not in the file; ``by_number``: the PDF alone knows what its numbers mean.

    ``each``: every character is a text of its own, as word processors write them.
    """
    codes = [number if by_number else ord(character) for number, character in enumerate(TEXT, start=1)]
    texts = [[code] for code in codes] if each else [codes]
    shown = "".join(
        f"BT /F1 10 Tf 1 0 0 1 {50 + 12 * at} 500 Tm <{''.join(f'{code:04x}' for code in text)}> Tj ET\n"
        for at, text in enumerate(texts)
    )
    pairs = "".join(f"<{code:04x}> <{ord(character):04x}>\n" for code, character in zip(codes, TEXT, strict=True))
    meaning = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange "
        f"<0000> <ffff> endcodespacerange {len(codes)} beginbfchar\n{pairs}endbfchar endcmap end end"
    )
    said = {"name": name, "encoding": "Identity-H" if by_number else "UniGB-UCS2-H"}
    said |= {"ordering": "Identity" if by_number else "GB1", "unicode": "/ToUnicode 8 0 R" if by_number else ""}
    fonts = [part.format(**said) for part in (_COMPOSITE, _DESCENDANT, _DESCRIPTOR)]
    return pdf((_TURN if turn else "") + shown, [*fonts, stream(meaning)])


def stream(content: str) -> str:
    return f"<</Length {len(content)}>>stream\n{content}\nendstream"


def pdf(content: str, objects: Sequence[str]) -> bytes:
    """A PDF of one page; the first of ``objects`` is its font F1."""
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>"
    out, places = b"%PDF-1.5\n", []
    pages = "<</Type/Pages/Kids[3 0 R]/Count 1>>"
    every = ["<</Type/Catalog/Pages 2 0 R>>", pages, page, stream(content), *objects]
    for number, one in enumerate(every, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{one}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"xref\n0 {len(every) + 1}\n0000000000 65535 f \n{table}trailer<</Size {len(every) + 1}/Root 1 0 R>>\n"
    return out + f"{end}startxref\n{len(out)}\n%%EOF".encode()


def read(data: bytes) -> Page:
    with opened(data) as document, opened_page(document, 0) as page:
        assert page is not None
        return read_page(page, 1)


@pytest.mark.parametrize("turn", [False, True], ids=["upright", "turned"])
@pytest.mark.parametrize("each", [False, True], ids=["one text", "a text each"])
@pytest.mark.parametrize(("name", "by_number"), [("SimSun", False), ("SimSun", True), ("ABCDEF+F3", True)])
def test_no_character_is_lost_and_each_is_as_wide_as_the_pdf_says(
    name: str, by_number: bool, each: bool, turn: bool
) -> None:
    page = read(composite(name, by_number=by_number, each=each, turn=turn))
    assert "".join(glyph.text for glyph in page.glyphs) == TEXT
    apart = 12 if each else 10
    assert [round(glyph.left) for glyph in page.glyphs] == [50 + apart * at for at in range(len(TEXT))]
    assert {round(glyph.right - glyph.left, 1) for glyph in page.glyphs} == {10.0}
    assert page.em == pytest.approx(10, abs=0.2)


def test_of_standard_fonts_the_widths_are_those_that_pdfium_knows() -> None:
    page = read(pdf("BT /F1 10 Tf 50 500 Td (1i) Tj ET\n", ["<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]))
    assert [round(glyph.right - glyph.left, 2) for glyph in page.glyphs] == [5.56, 2.22]


def test_pages_are_drawn_with_the_letters_that_there_are_before_and_after_the_stand_in() -> None:
    data = composite("SimSun", by_number=False, each=True)

    def ink() -> int:
        document = pypdfium2.PdfDocument(data)
        drawn = document[0].render(scale=2).to_numpy()
        document.close()
        return int((drawn < 128).sum())

    before = ink()
    read(data)
    assert ink() == before > 50, "five digits at least"
    with stand_in():
        assert ink() < 50, "of the stand-in nothing is to be seen"
    assert ink() == before


def test_the_font_is_what_its_maker_makes() -> None:
    assert FILE.read_bytes() == font()
