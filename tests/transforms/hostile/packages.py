"""Hostile packages: Word, OpenDocument and Excel files in ZIP, compound files, and archives."""

from __future__ import annotations

import io
import struct
import zipfile

from tests.transforms.documents.ole_kit import ole
from tests.transforms.documents.spreadsheet import xlsx_kit
from tests.transforms.documents.spreadsheet.xlsx_kit import Sheet, xlsx
from tests.transforms.documents.word import docx_kit, odt_kit
from tests.transforms.documents.word.docx_kit import document, docx, package
from tests.transforms.layouts import html_page, plain_figures

_MB = 1024 * 1024


def _with(whole: bytes, **parts: str | bytes) -> bytes:
    """A package with more parts."""
    out = io.BytesIO(whole)
    with zipfile.ZipFile(out, "a") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _programs(folder: str) -> dict[str, bytes]:
    return {f"{folder}/vbaProject.bin": ole({"VBA": b"Sub AutoOpen()\r\nShell"})}


# Word --------------------------------------------------------------------------------------------------------------


def docx_bomb() -> bytes:
    return package({"word/document.xml": b"<w:t>" + b" " * (80 * _MB)})


def docx_spans() -> bytes:
    cell = '<w:tc><w:tcPr><w:gridSpan w:val="2147483647"/></w:tcPr><w:p/></w:tc>'
    return docx(docx_kit.tbl(*[docx_kit.tr(cell * 50)] * 200))


def docx_one_paragraph() -> bytes:
    return docx(docx_kit.p(*[docx_kit.run("规章 0 ")] * 300_000))


def docx_relations_in_a_ring() -> bytes:
    relation = '<Relationship Id="a" Type="x/officeDocument" Target="_rels/.rels"/>'
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return _with(docx(docx_kit.p("x")), **{"_rels/.rels": f'<Relationships xmlns="{space}">{relation}</Relationships>'})


def docx_styles_in_a_ring() -> bytes:
    ring = [docx_kit.style(f"s{n}", "<w:vanish/>", above=f"s{(n + 1) % 2000}") for n in range(2000)]
    text = docx_kit.run("规章", '<w:rStyle w:val="s0"/>')
    return docx(docx_kit.p(text), styles=docx_kit.styles(*ring))


def docx_entries_over_each_other() -> bytes:
    """A thousand entries of the directory that point at the same packed bytes."""
    data = package({"a": b" " * _MB, "word/document.xml": document(docx_kit.p("x"))})
    end = data.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", data, end + 16)[0]
    first = data[start : data.index(b"PK\x01\x02", start + 4)]
    directory = data[start:end] + first * 1000
    tail = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1002, 1002, len(directory), start, 0)
    return data[:start] + directory + tail


def docx_with_macros() -> bytes:
    return _with(docx(docx_kit.blocks(plain_figures())), **_programs("word"))


def docx_elsewhere(address: str) -> bytes:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    kinds = ("attachedTemplate", "image", "aFChunk", "oleObject", "subDocument", "frame", "hyperlink")
    related = "".join(
        f'<Relationship Id="r{n}" Type="x/{kind}" Target="{address}/{kind}" TargetMode="External"/>'
        for n, kind in enumerate(kinds)
    )
    text = docx_kit.p(f'<w:r><w:fldSimple w:instr="INCLUDETEXT &quot;{address}/t&quot;"/></w:r>')
    content = text + '<w:altChunk r:id="r2" xmlns:r="x"/>' + docx_kit.blocks(plain_figures())
    relations = f'<Relationships xmlns="{space}">{related}</Relationships>'
    names = ("word/_rels/document.xml.rels", "word/_rels/settings.xml.rels")
    return _with(docx(content), **dict.fromkeys(names, relations))


def docx_type_elsewhere(address: str) -> bytes:
    entities = f'<!ENTITY % p SYSTEM "{address}/b"> %p; <!ENTITY x SYSTEM "{address}/c">'
    kind = f'<!DOCTYPE w SYSTEM "{address}/a.dtd" [{entities}]>'
    return package({"word/document.xml": kind + "<w>&x;</w>"})


# OpenDocument ------------------------------------------------------------------------------------------------------


def odt_spaces() -> bytes:
    return odt_kit.odt(odt_kit.p('<text:s text:c="2000000000"/>规章') * 1000)


def odt_repeated() -> bytes:
    many = ' table:number-columns-repeated="2147483647"'
    row = odt_kit.tr(odt_kit.td("5", own=many), own=' table:number-rows-repeated="2147483647"')
    return odt_kit.odt(odt_kit.table(*[row] * 100))


def odt_spans() -> bytes:
    most = ' table:number-columns-spanned="2147483647" table:number-rows-spanned="2147483647"'
    row = odt_kit.tr(odt_kit.td("规章", own=most))
    return odt_kit.odt(odt_kit.table(*[row] * 100))


def odt_elsewhere(address: str) -> bytes:
    image = f'<draw:frame><draw:image xlink:href="{address}/a.png"/></draw:frame>'
    section = f'<text:section><text:section-source xlink:href="{address}/b.odt"/></text:section>'
    return odt_kit.odt(odt_kit.p(image) + section + odt_kit.blocks(plain_figures()))


# Excel -------------------------------------------------------------------------------------------------------------

_SHEET = "xl/worksheets/sheet1.xml"


def _worksheet(rows: str, before: str = "", after: str = "") -> bytes:
    sheet = f'<worksheet xmlns="{xlsx_kit.MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return xlsx(Sheet([["x"]]), **{_SHEET: f"{xlsx_kit.HEAD}{sheet}"})


def xlsx_dimension() -> bytes:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return _worksheet(row, '<dimension ref="A1:XFD1048576"/><cols><col min="1" max="16384" width="9"/></cols>')


def xlsx_merged_whole() -> bytes:
    row = '<row r="1"><c r="A1"><v>1</v></c></row>'
    return _worksheet(row, after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>')


def xlsx_merged_often() -> bytes:
    ranges = "".join(f'<mergeCell ref="A{n}:XFD{n + 9}"/>' for n in range(1, 200_000, 10))
    return _worksheet('<row r="1"><c r="A1"><v>1</v></c></row>', after=f"<mergeCells>{ranges}</mergeCells>")


def xlsx_billion_cells() -> bytes:
    far = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in (1, 65_536, 1_048_576))
    return _worksheet(far, '<dimension ref="A1:XFD1048576"/>')


def xlsx_shared_text() -> bytes:
    """One long text in many cells: what it takes depends on whether each cell gets a copy."""
    row = "<row>" + '<c t="s"><v>0</v></c>' * 50 + "</row>"
    text = f'<sst xmlns="{xlsx_kit.MAIN}"><si><t>{"规" * _MB}</t></si></sst>'
    sheet = f'{xlsx_kit.HEAD}<worksheet xmlns="{xlsx_kit.MAIN}"><sheetData>{row * 400}</sheetData></worksheet>'
    return xlsx(Sheet([["x"]]), **{_SHEET: sheet, "xl/sharedStrings.xml": text})


def xlsx_bomb() -> bytes:
    return _worksheet(" " * (80 * _MB))


def xlsx_with_macros() -> bytes:
    return _with(xlsx(Sheet(*xlsx_kit.laid_out(plain_figures()))), **_programs("xl"))


def xlsx_thousand_sheets() -> bytes:
    return xlsx(*(Sheet([["x", "1"]] * 20, name=f"s{n}") for n in range(1000)))


def xlsx_elsewhere(address: str) -> bytes:
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    link = f'<Relationship Id="r9" Type="x/externalLinkPath" Target="{address}/a.xlsx" TargetMode="External"/>'
    relations = f'<Relationships xmlns="{space}">{link}</Relationships>'
    rows, merged = xlsx_kit.laid_out(plain_figures())
    return xlsx(Sheet(rows, merged), **{"xl/externalLinks/_rels/externalLink1.xml.rels": relations})


def xls(*records: tuple[int, bytes]) -> bytes:
    """A workbook of old: its globals, then these records, then its end."""
    begin = (0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    parts = [begin, *records, (0x0A, b"")]
    return ole({"Workbook": b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in parts)})


def xls_protected() -> bytes:
    return xls((0x2F, struct.pack("<H", 1) + bytes(52)))


def xls_strings_without_end() -> bytes:
    return xls((0xFC, struct.pack("<II", 2**32 - 1, 2**32 - 1)))


def xls_dimensions() -> bytes:
    sheet = (0x85, struct.pack("<IBBBB", 60, 0, 0, 1, 0) + b"a")
    return xls(sheet, (0x200, struct.pack("<IIHHH", 0, 2**32 - 1, 0, 65_535, 0)))


def ole_sectors_in_a_ring() -> bytes:
    data = bytearray(ole({"WordDocument": bytes(8000)}))
    # The table of sectors lies in the first of them: each sector is followed by itself.
    for at in range(1, 128):
        struct.pack_into("<I", data, 512 + 4 * at, at)
    return bytes(data)


def ole_protected() -> bytes:
    return ole({"EncryptionInfo": bytes(200), "EncryptedPackage": bytes(5000)})


def doc_protected() -> bytes:
    """The head of a Word file that says that the rest is encrypted."""
    head = struct.pack("<HHHHHH", 0xA5EC, 0x00C1, 0, 0x804, 0, 0x0100) + bytes(4000)
    return ole({"WordDocument": head, "1Table": bytes(4096)})


def doc_of_noise() -> bytes:
    return ole({"WordDocument": struct.pack("<HH", 0xA5EC, 0xC1) + b"\xff" * 8000, "1Table": b"\xff" * 8000})


# Archives ----------------------------------------------------------------------------------------------------------


def zip_bomb() -> bytes:
    return package({"报告.html": b" " * (80 * _MB)})


def zip_of_bombs() -> bytes:
    """As 42.zip: archives in archives, each of which holds sixteen more."""
    inner = package({"0": b"\0" * (60 * _MB)})
    for _ in range(4):
        inner = package({f"{n}.zip": inner for n in range(16)})
    return inner


def zip_of_a_bomb_of_word() -> bytes:
    return package({"报告.docx": docx_bomb()})


def zip_many_names() -> bytes:
    return package({str(number): "" for number in range(10_000)}, zipfile.ZIP_STORED)


def zip_protected() -> bytes:
    locked = bytearray(package({"报告.html": html_page(plain_figures())}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.find(mark) + offset] |= 1
    return bytes(locked)


def zip_directory_far_away() -> bytes:
    return b"PK\x03\x04" + bytes(100) + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, 2**32 - 2, 2**32 - 2, 0)


def zip_within(name: str, data: bytes) -> bytes:
    return package({name: data})
