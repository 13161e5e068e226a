"""XLS and ET -> the looks of their sheets: what the records of the workbook say beside the values."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator

from transforms.documents.model import UnreadableDocument
from transforms.documents.spreadsheet.looks import BUILT_IN, GENERAL, UNKNOWN, Looks
from transforms.documents.spreadsheet.xls_strings import look_of_font, marked_strings
from transforms.documents.word.looks import Look

# Records of [MS-XLS] 2.4, by their type.
_BOUND_SHEET, _XF, _FORMAT, _PASSWORD = 0x85, 0xE0, 0x41E, 0x2F
_BOF, _EOF, _ROW, _COLUMNS = 0x809, 0x0A, 0x208, 0x7D
_CELLS = frozenset([0x203, 0x27E, 0x06])  # NUMBER, RK, FORMULA: row, column and format stand first in each
_CELLS_IN_A_ROW = 0xBD  # MULRK
_FONT, _SHARED_TEXTS, _GOES_ON, _SHARED_TEXT = 0x31, 0xFC, 0x3C, 0xFD
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x20, 0x01
_VERSION_8 = 0x600
_LARGEST_STREAM_BYTES = 64 * 1024 * 1024


def looks_of_xls(data: bytes) -> list[Looks]:
    """Looks of the sheets of a workbook, in its order. Raises UnreadableDocument for one with a password."""
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(data)) as file:
            name = "Workbook" if file.exists("Workbook") else "Book"
            stream = file.openstream(name).read(_LARGEST_STREAM_BYTES)
    except MemoryError:
        raise
    except Exception as error:  # the library checks little of what it is given: anything may come of damaged bytes
        raise UnreadableDocument(f"The workbook is damaged: its stream cannot be read ({error}).") from None
    try:
        return _looks(stream)
    except (struct.error, IndexError) as error:
        raise UnreadableDocument(f"The workbook is damaged: a record is too short ({error}).") from None


def _looks(stream: bytes) -> list[Looks]:
    own: dict[int, str] = {}
    fonts: list[Look] = []
    texts: list[bytes] = []
    before = 0
    styles: list[int] = []
    sheets: list[int] = []
    (version,) = struct.unpack_from("<H", stream, 4)
    for kind, body in _records(stream, 0):
        if kind == _PASSWORD:
            raise UnreadableDocument("The workbook is protected by a password.")
        if kind == _FORMAT:
            number, code = _format(body) if version == _VERSION_8 else _old_format(body)
            own[number] = code
        elif kind == _XF:
            styles.append(struct.unpack_from("<H", body, 2)[0])
        elif kind == _BOUND_SHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == _FONT:
            fonts.append(look_of_font(body))
        elif kind == _SHARED_TEXTS or (kind == _GOES_ON and before == _SHARED_TEXTS):
            texts.append(body)
        before = before if kind == _GOES_ON else kind
    formats = [own.get(number) or BUILT_IN.get(number, UNKNOWN) for number in styles]
    marked = marked_strings(texts, fonts) if texts else {}
    return [_sheet(stream, at, formats, marked) for at in sheets]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Records of one part of the stream, charts within it left out."""
    depth = 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        body = stream[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        elif depth <= 1:
            yield kind, body


def _format(body: bytes) -> tuple[int, str]:
    """Number and text of a format; its characters are of one byte or two."""
    number, length, flags = struct.unpack_from("<HHB", body)
    if flags & 1:
        return number, body[5 : 5 + 2 * length].decode("utf-16-le", errors="replace")
    return number, body[5 : 5 + length].decode("latin-1")


def _old_format(body: bytes) -> tuple[int, str]:
    """Number and text of a format before Excel 97: its characters are in the encoding of the machine."""
    number, length = struct.unpack_from("<HB", body)
    return number, body[3 : 3 + length].decode("gb18030", errors="replace")


def _sheet(stream: bytes, at: int, formats: list[str], marked: dict[int, str]) -> Looks:
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    of_cells: dict[tuple[int, int], str] = {}
    texts: dict[tuple[int, int], str] = {}

    def note(row: int, column: int, style: int) -> None:
        code = formats[style] if style < len(formats) else UNKNOWN
        if code != GENERAL:
            of_cells[row, column] = code

    for kind, body in _records(stream, at):
        if kind in _CELLS:
            note(*struct.unpack_from("<HHH", body))
        elif kind == _CELLS_IN_A_ROW:
            row, first = struct.unpack_from("<HH", body)
            for number, (style,) in enumerate(struct.iter_unpack("<H4x", body[4 : 4 + (len(body) - 6) // 6 * 6])):
                note(row, first + number, style)
        elif kind == _SHARED_TEXT:
            row, column, _, number = struct.unpack_from("<HHHI", body)
            if number in marked:
                texts[row, column] = marked[number]
        elif kind == _ROW:
            if body[12] & _HIDDEN_ROW:
                hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS and body[8] & _HIDDEN_COLUMN:
            first, last = struct.unpack_from("<HH", body)
            hidden_columns.update(range(first, min(last, 255) + 1))
    return Looks(frozenset(hidden_rows), frozenset(hidden_columns), of_cells, texts)
