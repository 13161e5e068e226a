"""XLSX, XLS and ET -> rows: the cells of visible sheets as a reader of the sheet sees them."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Iterator, Sequence
from typing import Any

from transforms.documents.containers import XLSX, zip_kind
from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.spreadsheet.looks import GENERAL, MOST_CELLS, Looks, displayed

_Place = tuple[int, int]


def read_workbook(data: bytes) -> Document:
    """Rows of all visible sheets. Raises UnreadableDocument for a workbook that is damaged, protected or too large.

    Hidden sheets, rows and columns are left out; numbers are written as their formats show them.
    """
    import python_calamine

    looks = _looks(data)
    rows: list[Row] = []
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            (number, sheet.name)
            for number, sheet in enumerate(workbook.sheets_metadata)
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            and sheet.visible == python_calamine.SheetVisibleEnum.Visible
        ]
        for number, name in visible:
            own = looks.get(name, Looks()) if isinstance(looks, dict) else looks[number]
            rows += _rows(workbook.get_sheet_by_index(number), name, own, number + 1)
    except python_calamine.PasswordError:
        raise UnreadableDocument("The workbook is protected by a password.") from None
    except (python_calamine.CalamineError, IndexError, OSError) as error:
        raise UnreadableDocument(f"The workbook is damaged ({error}).") from None
    if not visible:
        raise UnreadableDocument("The workbook has no visible sheet.")
    return Document(rows=tuple(rows))


def _looks(data: bytes) -> dict[str, Looks] | list[Looks]:
    if zip_kind(data) == XLSX:
        from transforms.documents.spreadsheet.xlsx import looks_of_xlsx

        return looks_of_xlsx(data)
    from transforms.documents.spreadsheet.xls import looks_of_xls

    return looks_of_xls(data)


def _rows(sheet: Any, name: str, looks: Looks, table: int) -> Iterator[Row]:
    """Rows of a sheet; cells that a merged one covers are none of their own."""
    last_row, last_column = sheet.end or (0, 0)
    if (last_row + 1) * (last_column + 1) > MOST_CELLS:
        raise UnreadableDocument(f"The sheet {name} is larger than that of any report.")
    values: list[list[Any]] = sheet.to_python(skip_empty_area=False)
    width = max(map(len, values), default=0)
    columns = [column for column in range(width) if column not in looks.hidden_columns]
    merged, covered = _merged(sheet.merged_cell_ranges or [], looks, len(values), width)
    for at, row in enumerate(values):
        if at in looks.hidden_rows:
            continue
        cells = []
        for column in columns:
            if (at, column) in covered:
                continue
            source, span = merged.get((at, column), ((at, column), 1))
            text, doubt = _shown(values, source, looks) if column < len(row) else ("", "")
            where = f"sheet {name}, row {at + 1}, column {letters(column)}"
            cells.append(Cell(text, where, column, span, doubt=doubt))
        if cells:
            yield Row(tuple(cells), Mode.GRID, table)


def _merged(
    ranges: Sequence[tuple[_Place, _Place]], looks: Looks, height: int, width: int
) -> tuple[dict[_Place, tuple[_Place, int]], set[_Place]]:
    """Where merged cells are seen: place -> (place of their value, columns); and the places that they cover."""
    seen: dict[_Place, tuple[_Place, int]] = {}
    covered: set[_Place] = set()
    for (top, left), (bottom, right) in ranges:
        rows = [row for row in range(top, min(bottom, height - 1) + 1) if row not in looks.hidden_rows]
        columns = [column for column in range(left, min(right, width - 1) + 1) if column not in looks.hidden_columns]
        if rows and columns:
            covered.update((row, column) for row in rows for column in columns)
            seen[rows[0], columns[0]] = ((top, left), columns[-1] - columns[0] + 1)
    return seen, covered - seen.keys()


def _shown(values: list[list[Any]], place: _Place, looks: Looks) -> tuple[str, str]:
    """Text of a value as the sheet shows it, and why it may be another, if so."""
    row, column = place
    value = values[row][column] if column < len(values[row]) else ""
    if place in looks.texts:
        return looks.texts[place].strip(), ""
    if place in looks.uncomputed:
        return "", "the cell holds a formula whose result was not stored"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return (value.strip() if isinstance(value, str) else _not_a_figure(value)), ""
    code = looks.formats.get(place, GENERAL)
    text = displayed(value, code)
    if text is None:
        return displayed(value, GENERAL) or "", f"how the sheet shows this number is not known (its format is {code!r})"
    return text.strip(), ""


def _not_a_figure(value: Any) -> str:
    """Dates, times and truth values: never digits alone, which could be taken for a figure."""
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def letters(column: int) -> str:
    """Name of a column, from 0: A, B … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
