"""The records of XLS and ET files: what they hide, how they write numbers, and texts that go on in the next record."""

from __future__ import annotations

import struct

import pytest

from tests.transforms.documents.ole_kit import ole
from transforms.documents.spreadsheet.workbook import read_workbook
from transforms.documents.spreadsheet.xls_strings import look_of_font, marked_strings
from transforms.documents.word.looks import PLAIN, Look

CODE = '0"件"'
TWO_THOUSAND, NINETY_FIVE = 0x600, 0x500


def record(kind: int, layout: str, *values: object) -> bytes:
    body = struct.pack("<" + layout, *values)
    return struct.pack("<HH", kind, len(body)) + body


def begin(version: int, kind: int) -> bytes:
    return record(0x809, "HHHHII", version, kind, 0, 0, 0, 0)


END = record(0x0A, "")


def number(row: int, column: int, style: int, value: float) -> bytes:
    return record(0x203, "HHHd", row, column, style, value)


@pytest.mark.parametrize("version", [NINETY_FIVE, TWO_THOUSAND])
def test_records_of_both_versions(version: int) -> None:
    new = version == TWO_THOUSAND
    text = CODE.encode("utf-16-le" if new else "gbk")
    length = struct.pack("<HB", len(CODE), 1) if new else struct.pack("<B", len(text))
    body = struct.pack("<H", 164) + length + text
    head = begin(version, 5) + record(0x41E, f"{len(body)}s", body)
    head += record(0xE0, "HH16x", 0, 0) + record(0xE0, "HH16x", 0, 164)
    name = b"\1\0a" if new else b"\1a"
    at = len(head) + len(record(0x85, "IBB3s" if new else "IBB2s", 0, 0, 0, name)) + len(END)
    head += record(0x85, "IBB3s" if new else "IBB2s", at, 0, 0, name) + END
    sheet = begin(version, 0x10) + number(0, 0, 0, 7.0) + number(0, 1, 1, 7.0) + number(0, 2, 0, 7.0)
    sheet += record(0xBD, "HHHIHIH", 1, 0, 1, 9 << 2 | 2, 0, 9 << 2 | 2, 1) + number(2, 0, 0, 4711.0)
    hidden_row = record(0x208, "HHHHHHHH", 2, 0, 3, 0, 0, 0, 0x20, 0)
    hidden_column = record(0x7D, "HHHHH", 2, 2, 9, 0, 1)
    data = ole({"Workbook" if new else "Book": head + sheet + hidden_row + hidden_column + END})
    assert [[cell.text for cell in row.cells] for row in read_workbook(data).rows] == [["7", "7件"], ["9件", "9"]]


RAISED = Look(raised=True)
# The font with the number 4 does not exist: numbers from 5 on mean one place less.
FONTS = [PLAIN, RAISED, Look(struck=True), PLAIN, RAISED]


def string(text: str, *runs: tuple[int, int], wide: bool = True, extension: bytes = b"") -> bytes:
    flags = wide | (4 if extension else 0) | (8 if runs else 0)
    head = struct.pack("<HB", len(text), flags) + (struct.pack("<H", len(runs)) if runs else b"")
    head += struct.pack("<I", len(extension)) if extension else b""
    body = text.encode("utf-16-le" if wide else "latin-1")
    return head + body + b"".join(struct.pack("<HH", *one) for one in runs) + extension


STRINGS = [
    string("行政许可"),
    string("3451", (3, 1), wide=False),
    string("12345", (0, 2), (2, 0), extension=b"reading"),
    string("3451", (3, 5)),
    string("345", (1, 0), wide=False),
]


def test_marked_texts_are_printed_without_their_marks() -> None:
    table = struct.pack("<II", 9, len(STRINGS)) + b"".join(STRINGS)
    assert {at: text.strip() for at, text in marked_strings([table], FONTS).items()} == {1: "345", 2: "345", 3: "345"}
    assert marked_strings([table], [PLAIN]) == {}


def test_texts_go_on_in_the_next_record() -> None:
    head = struct.pack("<II", 9, 3)
    first = string("行政许可3451", (7, 1))
    parts = [head + first[:9], b"\1" + first[9:17], b"\1" + first[17:-2], first[-2:] + STRINGS[1] + STRINGS[0]]
    assert {at: text.strip() for at, text in marked_strings(parts, FONTS).items()} == {0: "行政许可345", 1: "345"}


@pytest.mark.parametrize("cut", [4, 9, 12, 20, 30])
def test_texts_that_are_cut_off_are_damage(cut: int) -> None:
    table = struct.pack("<II", 9, len(STRINGS)) + b"".join(STRINGS)
    with pytest.raises((IndexError, struct.error)):
        marked_strings([table[:cut]], FONTS)


def test_looks_of_fonts() -> None:
    assert look_of_font(struct.pack("<HHHHH", 200, 8, 0, 400, 1)) == Look(raised=True, struck=True)
    assert look_of_font(struct.pack("<HHHHH", 200, 2, 0, 700, 0)) == PLAIN
