"""Table two without upright lines: the rows of each block below the line of its headers."""

from __future__ import annotations

from collections.abc import Sequence

from transforms.documents.model import Cell
from transforms.documents.pdf.unruled.labels import Labelled, figure_lines, labels_in
from transforms.documents.pdf.unruled.sheet import Sheet
from transforms.documents.pdf.unruled.words import (
    Column,
    Split,
    columns_of,
    figure_cells,
    joined,
    key_of,
    named_columns,
)
from transforms.documents.pdf.writing import Run
from transforms.forms import forms
from transforms.reading.labels import core, meanings, section_of

_MOST_HEADER_LINES = 6
_INFO = "信息内容"


def read_disclosure(sheet: Sheet) -> None:
    """Find the blocks of table two, each a header that begins with 信息内容 and its rows, in the lines of a sheet."""
    split = sheet.split
    orders = [[row for block in form.disclosure for row in block.rows] for form in forms().values() if not form.legacy]
    rows = labels_in(split, "row", orders)
    heads = [(number, info) for number in range(len(split)) if (info := _info(split, number)) is not None]
    for place, (number, info) in enumerate(heads):
        end = heads[place + 1][0] if place + 1 < len(heads) else len(split)
        own = [row for row in rows if number < row.start < end]
        if own:
            _read_block(sheet, number, info, own, end)


def _info(split: Sequence[Split], number: int) -> Column | None:
    """信息内容 that begins on a line; it may be broken over lines or by spaces."""
    runs = split[number].runs
    for place, run in enumerate(runs):
        if not (text := core(run.text).all_words) or not _INFO.startswith(text):
            continue
        below = [other for one in split[number + 1 : number + 3] for other in one.labels if _overlap(run, other)]
        for words in ((run,), tuple(runs[place : place + 2]), (run, *below[:1]), (run, *below[:2])):
            if key_of(joined(words), "info"):
                return Column(run.box.left, max(word.box.right for word in words), words)
    return None


def _overlap(first: Run, second: Run) -> bool:
    return first.box.left < second.box.right and second.box.left < first.box.right


def _read_block(sheet: Sheet, number: int, info: Column, rows: Sequence[Labelled], end: int) -> None:
    split = sheet.split
    header = _header_lines(split, number, rows[0])
    words = [run for n in header for run in split[n].runs if run.box.left > info.right]
    columns = _columns(words)
    complete = [split[row.figures].figures for row in rows if row.figures is not None]
    if not all(key_of(column.text, "column") for column in columns):
        return  # headers that run into one another: a figure's column cannot be told
    if not columns or any(len(figures) > len(columns) for figures in complete):
        return
    where = split[number].line.locator
    sheet.take(n for n in header if not _is_item(split[n]))
    cells = [Cell(column.text, f"{where}, header {n}", column=n) for n, column in enumerate(columns, start=1)]
    sheet.put(number, [Cell(info.text, where), *cells])
    for place, row in enumerate(rows):
        line = split[row.start].line
        figures = figure_lines(split, row, rows[place + 1].start if place + 1 < len(rows) else end)
        sheet.take([*range(row.start, row.end), *figures])
        cells = figure_cells([split[number] for number in figures], columns)
        sheet.put(row.start, [Cell(row.text, line.locator, doubt=line.doubt), *cells])
    _put_other_rows(sheet, range(rows[0].end, min(rows[-1].end + 3, end)), columns)


def _header_lines(split: Sequence[Split], number: int, first: Labelled) -> list[int]:
    """Lines of a header: that of 信息内容, those down to the first row, and those close above."""
    found = list(range(number, first.start))
    size = split[number].line.size
    top = split[number].line.box.top
    for above in range(number - 1, max(-1, number - _MOST_HEADER_LINES), -1):
        line = split[above].line
        is_close = line.page == split[number].line.page and top - line.box.top < 1.6 * size
        if not is_close or split[above].figures or section_of(line.text) or _is_item(split[above]):
            break
        found.insert(0, above)
        top = line.box.top
    return found


def _is_item(one: Split) -> bool:
    return any(m.kind == "item" for run in one.runs for m in meanings(run.text))


def _columns(words: Sequence[Run]) -> list[Column]:
    """The columns that words of a header name; those that no form knows are columns as well."""
    named = [column for column, _ in named_columns(words, "column")]
    left = [run for run in words if not any(run in column.runs for column in named)]
    return sorted([*named, *columns_of(left)])


def _put_other_rows(sheet: Sheet, lines: range, columns: Sequence[Column]) -> None:
    """Rows that the form does not have, between those of the block or right below."""
    split = sheet.split
    for number in lines:
        one = split[number]
        if not sheet.is_free(number) or len(one.figures) != len(columns) or not one.labels:
            continue
        text = joined(one.labels)
        if key_of(text, "outcome") or section_of(text):
            return
        sheet.put(number, [Cell(text, one.line.locator, doubt=one.line.doubt), *figure_cells([one], columns)])
