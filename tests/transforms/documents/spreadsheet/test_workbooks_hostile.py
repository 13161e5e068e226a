"""Workbooks that are damaged, protected, hostile or none: `unreadable` with the reason, soon."""

from __future__ import annotations

import random
import struct

import pytest

from tests.transforms.documents.ole_kit import ole
from tests.transforms.documents.spreadsheet.xlsx_kit import HEAD, MAIN, Sheet, laid_out, xlsx
from tests.transforms.documents.word.test_docx_hostile import unreadable
from tests.transforms.layouts import make_figures
from transforms.reading import read_document

SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(scope="module")
def whole() -> bytes:
    return xlsx(Sheet(*laid_out(make_figures(1))))


def with_part(name: str, text: str) -> bytes:
    return xlsx(Sheet([["x"]]), **{name: text})


def worksheet(rows: str) -> str:
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9, 0.99])
def test_truncated(whole: bytes, share: float) -> None:
    unreadable(whole[: int(len(whole) * share)])


def test_parts_that_are_missing_or_no_xml() -> None:
    unreadable(with_part("xl/workbook.xml", ""), "XML")
    unreadable(with_part(SHEET, worksheet("<row r='1'>")[:-20]), "XML")
    unreadable(with_part(SHEET, worksheet('<row r="1"><c r="!"><v>1</v></c></row>')), "address")
    unreadable(with_part("xl/styles.xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"), "document type")


@pytest.mark.parametrize("address", ["XFD1048576", "A1048576", "XFD1", "ZZ9999"])
def test_a_cell_far_away_makes_no_cells_between(address: str) -> None:
    far = f'<row r="{"".join(filter(str.isdigit, address))}"><c r="{address}"><v>1</v></c></row>'
    unreadable(with_part(SHEET, worksheet('<row r="1"><c r="A1"><v>1</v></c></row>' + far)), "larger than")


@pytest.mark.parametrize("value", ["1e999", "-1e999", "NaN", "1e308", "9" * 5000, "x"])
def test_numbers_that_are_none(value: str) -> None:
    reading = read_document(with_part(SHEET, worksheet(f'<row r="1"><c r="A1"><v>{value}</v></c></row>')))
    assert "please report it" not in str(reading.reason)


def test_columns_declared_without_end() -> None:
    columns = '<col min="1" max="16384" hidden="1"/>' * 200_000
    sheet = worksheet("").replace("<sheetData>", f"<cols>{columns}</cols><sheetData>")
    unreadable(with_part(SHEET, sheet), "larger than")


def test_bombs() -> None:
    unreadable(with_part(SHEET, worksheet(" " * (40 * 1024 * 1024))), "larger than")
    unreadable(with_part(SHEET, worksheet("<row/>" * 700_000)), "more than")


def test_a_damaged_byte_anywhere_is_named_or_harmless(whole: bytes) -> None:
    rng = random.Random(7)
    before = read_document(whole)
    for _ in range(100):
        damaged = bytearray(whole)
        for _ in range(rng.choice([1, 1, 4])):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        reading = read_document(bytes(damaged))
        if reading.outcome == "parsed":
            assert reading.cells == before.cells
        else:
            assert reading.outcome in ("unreadable", "out_of_format")
            assert "please report it" not in str(reading.reason), reading.reason


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_workbooks_of_old_that_are_damaged_or_protected() -> None:
    begin, end = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)), record(0x0A, b"")
    unreadable(ole({"Workbook": begin + record(0x2F, bytes(6)) + end}), "password")
    unreadable(ole({"Workbook": begin + record(0xE0, b"\1") + end}), "too short")
    unreadable(ole({"Workbook": b"\xff" * 5000}))
    unreadable(ole({"Book": b""}), "no visible sheet")


def test_every_sheet_is_hidden() -> None:
    unreadable(xlsx(Sheet(*laid_out(make_figures(1)), state="hidden")), "no visible sheet")
