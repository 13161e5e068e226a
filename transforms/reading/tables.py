"""The three tables of a report, read from labelled groups of cells; known layouts by the plan of an earlier reading."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from transforms.documents.model import Mode, Row
from transforms.forms import Form
from transforms.reading.application import read_application
from transforms.reading.disclosure import find_fused, read_disclosure
from transforms.reading.litigation import read_litigation
from transforms.reading.result import CellPath
from transforms.reading.segments.found import KnownTable, Segments, TableApart
from transforms.reading.segments.kinds import TABLE_OF_SECTION
from transforms.reading.sheet import Sheet


class _Step(NamedTuple):
    """A printed cell, as the number of its table and its number there, and the path it belongs to."""

    table: int | None
    cell: int
    path: CellPath
    column: str
    header_text: str
    place: str


_YEAR = re.compile(r"^(20\d\d)\s*年?度?$")
# By form and layout; None where figures had a say in what stands where.
_plans: dict[tuple[str, tuple[TableApart, ...]], tuple[_Step, ...] | None] = {}
_MOST_PLANS = 300


def read_tables(segments: Segments, form: Form, sheet: Sheet) -> None:
    """Read everything that ``segments`` found of the three tables of ``form`` into ``sheet``."""
    tables = segments.known_tables
    key = (form.name, tuple(table.apart for table in tables or ()))
    plan = _plans.get(key) if tables else None
    if tables and plan is not None:
        cells = [table.cells for table in tables]
        for table, number, path, column, header_text, place in plan:
            sheet.fill(path, cells[table][number] if table is not None else None, column, header_text, place)
    else:
        sheet.by_layout = True
        read_disclosure(segments.found, form, sheet)
        read_application(segments.found, form, sheet)
        read_litigation(segments.found, form, sheet)
        if tables and key not in _plans:
            if len(_plans) >= _MOST_PLANS:
                _plans.clear()
            _plans[key] = _plan(tables, sheet)
    _doubt_strays(segments, sheet)
    find_fused([text for _, text in segments.texts], form, sheet)


def _doubt_strays(segments: Segments, sheet: Sheet) -> None:
    """Figures that stand in another section than most of their table: a summary or an annex prints the same labels."""
    sections: dict[str, set[str | None]] = {}
    for part in segments.parts:
        for one in part.apart.found if isinstance(part, KnownTable) else (part,):
            if one.meanings and one.values:
                sections.setdefault(one.table, set()).add(one.section)
    for section, table in TABLE_OF_SECTION.items():
        if section not in sections.get(table, ()) or len(sections[table]) < 2:
            continue
        strays = (one for one in segments.found if one.table == table and one.section != section)
        places = {cell.locator for one in strays for cell in one.values}
        paths = [path for path, cell in sheet.cells.items() if path[0] == table and cell.locator in places]
        if paths:
            message = "These figures stand in another section than the rest of their table."
            sheet.doubt("stands_apart", message, paths, sheet.cells[paths[0]].locator)


def doubt_years(rows: Sequence[Row], sheet: Sheet) -> None:
    """Figures of a table whose columns are years: a comparison prints labels of the form over columns of its own."""
    places: set[str] = set()
    of_years: int | None = None
    for row in rows:
        if row.mode is not Mode.GRID:
            continue
        if _are_years(row):
            of_years = row.table
        elif row.table == of_years:
            # On a sheet the next table stands below: after a line of its own.
            if sum(bool(cell.text.strip()) for cell in row.cells) < 2:
                of_years = None
            places |= {cell.locator for cell in row.cells}
    if paths := [path for path, cell in sheet.cells.items() if cell.locator in places] if places else []:
        message = "The columns of this table are years."
        sheet.doubt("header_unknown", message, paths, sheet.cells[paths[0]].locator)


def _are_years(row: Row) -> bool:
    """Whether a row has nothing but years, one after the other, behind its first cell."""
    last = row.cells[-1].text if row.cells else ""
    if "20" not in last and last.strip():
        return False  # as of nearly every row
    texts = [cell.text.strip() for cell in row.cells if cell.text.strip()]
    if len(texts) > 1 and not _YEAR.match(texts[0]):
        texts = texts[1:]
    years = [int(match[1]) for text in texts if (match := _YEAR.match(text))]
    steps = {after - before for before, after in pairwise(years)}
    return len(texts) == len(years) > 1 and steps in ({1}, {-1})


def _plan(tables: Sequence[KnownTable], sheet: Sheet) -> tuple[_Step, ...] | None:
    """What was done to fill ``sheet``, for other figures in the same layout; None if these figures had a say in it."""
    places = {id(cell): (at, number) for at, table in enumerate(tables) for number, cell in enumerate(table.cells)}
    paths = {read.path for read in sheet.log}
    printed = [read.cell for read in sheet.log if read.cell is not None]
    if not sheet.by_layout or len(paths) != len(sheet.log) or any(id(cell) not in places for cell in printed):
        return None
    steps = []
    for path, cell, column, header_text, place in sheet.log:
        table, number = places[id(cell)] if cell is not None else (None, 0)
        steps.append(_Step(table, number, path, column, header_text, place))
    return tuple(steps)
