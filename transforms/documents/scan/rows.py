"""Pages as they were read -> rows of a document: tables that run on over pages are one, wrapped lines are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from transforms.documents.model import Cell, Mode, Row
from transforms.documents.scan.pages import ReadLine, ReadPage, ReadTable, ReadWord
from transforms.documents.scan.unruled.tables import Carried, Stretch, rows_without_rulings
from transforms.documents.scan.vocabulary import corrected_label, corrected_line, is_label
from transforms.reading.labels import section_of
from transforms.reading.printed import looks_like_value

# Columns of two tables are the same when their edges differ by no more than this part of the width.
_SAME_EDGE = 0.012
# In heights of the type: a line that ends so near to the margin runs on in one that begins so near to it.
_NEAR_MARGIN = 1.6
_INDENT = 0.9
_PARAGRAPH_INDENT = 3.0
_WORDS_APART = 2.0
# Lines of one paragraph are set in type of one size; of what is not recognised a text keeps nothing.
_SAME_TYPE = 0.25
_NOT_RECOGNISED = "?"
_SHORTEST_FULL_LINE = 18
_HEADING = re.compile(r"^[（(]?[一二三四五六七八九十]{1,2}[、.)）]")
_PAGE_NUMBER = re.compile(r"^[-—–\s·.]*\d{1,3}[-—–\s·.]*$|^第?\d{1,3}页?[/共]?\d{0,3}页?$")
_NO_RULINGS = "it stands in no ruled cell, so that its column was not seen"
_A_ROW = "a row of a table without rulings"

_Anything = ReadTable | ReadLine | Row


class _Part(NamedTuple):
    """A table with its page and the run of tables that it belongs to."""

    page: int
    number_on_page: int
    table: ReadTable
    run: int


def rows_of_pages(pages: Iterable[ReadPage]) -> tuple[Row, ...]:
    """Rows of all pages in reading order."""
    parts = list(_unruled(pages))
    tables = _runs_of_tables(parts)
    edges = {
        run: _joined_edges([part.table for part in members])
        for run, members in groupby(tables.values(), key=lambda part: part.run)
    }
    rows: list[Row] = []
    kept: _Part | None = None  # the part before, when the next one goes on with its last row
    for (page, kind), members in groupby(enumerate(parts), key=lambda entry: (entry[1][0], type(entry[1][1]))):
        if kind is ReadLine:
            rows += _lines([part for _, (_, part) in members if isinstance(part, ReadLine)], page)
            continue
        if kind is Row:
            rows += [part for _, (_, part) in members if isinstance(part, Row)]
            continue
        for index, _ in members:
            part = tables[index]
            new = _table_rows(part, edges[part.run])
            if kept is not None and kept.run == part.run and new:
                _join_halves(rows, new, kept.table.open_bottom or part.table.open_top)
            rows += new
            kept = part
    return tuple(rows)


def _unruled(pages: Iterable[ReadPage]) -> Iterator[tuple[int, _Anything]]:
    """Parts of all pages with the page; lines that are rows of tables without rulings as rows.

    Such tables have numbers below 0.
    """
    carried: Carried | None = None
    table = 0
    for page, (parts, width) in enumerate(pages, start=1):
        for kind, members in groupby(parts, key=type):
            if kind is ReadTable:
                carried = None
                yield from ((page, part) for part in members)
                continue
            lines = [part for part in members if isinstance(part, ReadLine)]
            found, carried = rows_without_rulings(Stretch(lines, page, width), carried, table - 1)
            table = min([table, *(part.table for part in found if isinstance(part, Row))])
            yield from ((page, part) for part in found)


def _runs_of_tables(parts: Sequence[tuple[int, _Anything]]) -> dict[int, _Part]:
    """Tables by their index in ``parts``; one that goes on with the last table of the page before is of its run."""
    tables: dict[int, _Part] = {}
    last: _Part | None = None
    runs = on_page = 0
    since: list[str] = []
    for index, (page, part) in enumerate(parts):
        if not isinstance(part, ReadTable):
            since.append("".join(word.text for word in part.words) if isinstance(part, ReadLine) else _A_ROW)
            continue
        on_page = on_page + 1 if last is not None and last.page == page else 1
        goes_on = (
            last is not None
            and last.page < page
            and all(_PAGE_NUMBER.match(text) for text in since)
            and _are_alike(last.table.lines, part.lines)
        )
        runs += not goes_on
        last = tables[index] = _Part(page, on_page, part, runs)
        since = []
    return tables


def _are_alike(first: Sequence[float], second: Sequence[float]) -> bool:
    """Whether all edges of the one are edges of the other."""
    fewer, more = sorted((first, second), key=len)
    return all(any(abs(edge - other) <= _SAME_EDGE for other in more) for edge in fewer)


def _joined_edges(tables: Iterable[ReadTable]) -> list[float]:
    edges: list[float] = []
    for edge in sorted(edge for table in tables for edge in table.lines):
        if not edges or edge - edges[-1] > _SAME_EDGE:
            edges.append(edge)
    return edges


def _table_rows(part: _Part, edges: Sequence[float]) -> list[Row]:
    columns = [min(range(len(edges)), key=lambda i: abs(edges[i] - edge)) for edge in part.table.lines]
    rows: list[Row] = []
    for number, members in groupby(part.table.cells, key=lambda cell: cell.place.row):
        cells = []
        for position, cell in enumerate(members, start=1):
            where = f"page {part.page}, table {part.number_on_page}, row {number + 1}, cell {position}"
            first, end = columns[cell.place.column], columns[cell.place.column + cell.place.span]
            cells.append(Cell(cell.text, where, first, max(1, end - first), doubt=cell.doubt))
        rows.append(Row(tuple(cells), Mode.GRID, part.run))
    return rows


def _join_halves(before: list[Row], after: list[Row], is_open: bool) -> None:
    """Make one row of the last row of a page and the first of the next, where a page break has cut it."""
    upper = next(row for row in reversed(before) if row.mode is Mode.GRID)
    lower = after[0]
    below = {cell.column: cell for cell in lower.cells}
    shared = [cell for cell in upper.cells if cell.column in below]
    others = [cell for cell in lower.cells if cell.column not in {c.column for c in upper.cells}]
    if len(shared) != len(upper.cells) or any(cell.text for cell in others):
        return
    pairs = [(cell, below[cell.column]) for cell in upper.cells]
    both = [(first, second) for first, second in pairs if first.text and second.text]
    # Of a row that was cut each figure stands on one side, and a label on both only if its halves make one.
    if any(
        looks_like_value(first.text)
        or looks_like_value(second.text)
        or is_label(first.text)
        or not is_label(corrected_label(first.text + second.text))
        for first, second in both
    ):
        return
    if both or is_open:
        cells = tuple(_joined_cell(first, second) for first, second in pairs)
        before[before.index(upper)] = upper._replace(cells=cells)
        del after[0]


def _joined_cell(upper: Cell, lower: Cell) -> Cell:
    both = upper.text and lower.text
    text = corrected_label(upper.text + lower.text) if both else upper.text or lower.text
    doubt = "; ".join(dict.fromkeys(doubt for doubt in (upper.doubt, lower.doubt) if doubt))
    return upper._replace(text=text, doubt=doubt, locator=upper.locator if upper.text else lower.locator)


def _lines(lines: Sequence[ReadLine], page: int) -> Iterator[Row]:
    """Lines of text; those that a margin has broken are one, figures that stand alone are doubtful."""
    stretches = [stretch for line in lines for stretch in _stretches(line)]
    full = [one for one in stretches if len(one.text) >= _SHORTEST_FULL_LINE]
    left = min((line.left for line in full), default=0.0)
    right = max((line.right for line in full), default=0.0)
    texts: list[tuple[int, str, str]] = []
    runs_on, height = False, 0.0
    for number, line in enumerate(stretches, start=1):
        text = "".join(line.text.split())
        if text == _NOT_RECOGNISED:
            continue
        doubt = line.doubt or (_NO_RULINGS if looks_like_value(text) else "")
        alike = abs(line.bottom - line.top - height) <= _SAME_TYPE * height
        if runs_on and alike and line.left <= left + _INDENT and not _HEADING.match(text):
            first, before, _ = texts.pop()
            texts.append((first, before + text, ""))
        else:
            texts.append((number, text, doubt))
        height = line.bottom - line.top
        is_full = len(line.text) >= _SHORTEST_FULL_LINE and line.right >= right - _NEAR_MARGIN
        begins = line.left <= left + _PARAGRAPH_INDENT and not section_of(corrected_line(text))
        runs_on = is_full and begins and text[-1:] not in "。；：:"
    for number, text, doubt in texts:
        yield Row((Cell(corrected_line(text), f"page {page}, line {number}", doubt=doubt),), Mode.BARE)


def _stretches(line: ReadLine) -> Iterator[ReadWord]:
    """A line as one word, or as several where they stand far apart."""
    joined = line.words[0]
    for word in line.words[1:]:
        if word.left - joined.right > _WORDS_APART:
            yield joined
            joined = word
        else:
            doubt = joined.doubt or word.doubt
            top, bottom = min(joined.top, word.top), max(joined.bottom, word.bottom)
            joined = ReadWord(joined.text + word.text, joined.left, top, word.right, bottom, doubt)
    yield joined
