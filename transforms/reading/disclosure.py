"""Table two: rows by their labels, columns by the header of their block, money in the unit of its key."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.documents.model import Cell, Mode
from transforms.forms import Form, forms
from transforms.reading.labels import core
from transforms.reading.placing import Placement, is_blank, place
from transforms.reading.result import VALUE, CellPath
from transforms.reading.segments.found import Found, HeaderCell
from transforms.reading.sheet import Sheet

_IN_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
# The columns of F2019 that speak of the year before are labels of the form.
_OTHER_TIME = re.compile(r"上年|上一年|去年|前年|往年|历年|累计|上半年|下半年|季度|同比")
_FUSED = re.compile(r"^\d{2,}")


def read_disclosure(found: Sequence[Found], form: Form, sheet: Sheet) -> None:
    """Read all rows of table two that ``found`` holds into ``sheet``."""
    rows = [f for f in found if f.table == "disclosure"]
    longest = _longest_rows(rows, form)
    for number, row in enumerate(rows):
        following = rows[number + 1] if number + 1 < len(rows) else None
        if keys := row.keys("row"):
            _read_row(next(iter(keys)), row, following, form, longest, sheet)
        elif row.keys("extra"):
            if any(not is_blank(cell) for cell in row.values):
                sheet.doubt(
                    "extra_row",
                    f"The form has no row {row.label_cells[0].text[:20]!r}; its figures are left out.",
                    locator=row.label_cells[0].locator,
                )
        elif not row.meanings:
            _read_unlabelled(row, rows[number - 1] if number else None, following, form, sheet)


def _path(row: str, column: str) -> CellPath:
    return ("disclosure", f"{row}_{column}", VALUE)


def _layouts(row: str) -> dict[str, tuple[str, ...]]:
    """Columns of a row in each form that prints it."""
    return {
        form.name: tuple(column.key for column in block.columns)
        for form in forms().values()
        for block in form.disclosure
        for label in block.rows
        if label.key == row
    }


def _columns(row: str, found: Found, form: Form) -> tuple[tuple[str | None, ...], bool, tuple[str, ...]]:
    """Columns of a row as its header prints them, whether the header was used, and columns whose header is twice.

    None is a column that the form does not have: a remark, a running number, the year before.
    """
    layouts = _layouts(row)
    known = {column for layout in layouts.values() for column in layout}
    printed = [cell.meaning.key if cell.meaning else None for cell in found.header]
    fallback = layouts.get(form.name) or next(iter(layouts.values()))
    named = [key for key in printed if key]
    if printed and all(key in known for key in printed) and len(set(printed)) == len(printed):
        return tuple(named), True, ()
    if (not found.header or named) and (not named or any(key not in known for key in named)):
        by_count = [layout for layout in layouts.values() if len(layout) == len(found.values)]
        return (by_count[0] if len(by_count) == 1 and form.name not in layouts else fallback), False, ()
    if len(printed) > len(fallback) and sorted(named) == sorted(fallback):
        return tuple(printed), True, ()
    for layout in [fallback, *layouts.values()]:
        if len(layout) == len(printed) and _agrees(printed, layout):
            doubled = {key for key in named if named.count(key) > 1}
            return layout, True, tuple(c for c, key in zip(layout, printed, strict=True) if key in doubled)
    return fallback, False, ()


def _agrees(printed: Sequence[str | None], layout: Sequence[str]) -> bool:
    """A header whose first labels are cut or doubled still fits a layout at the labels that stand once."""
    return all(
        key is None or key == column or printed.count(key) > 1 for key, column in zip(printed, layout, strict=True)
    )


def _longest_rows(rows: Sequence[Found], form: Form) -> dict[int, int]:
    """Number of columns -> most cells of a row of text with so many, blank ones of merged columns counted."""
    longest: dict[int, int] = {}
    for row in rows:
        if row.mode in (Mode.LINE, Mode.STREAM) and (keys := row.keys("row")):
            width = len(_columns(next(iter(keys)), row, form)[0])
            longest[width] = max(longest.get(width, 0), len(row.values))
    return longest


def _read_row(
    row: str, found: Found, following: Found | None, form: Form, longest: dict[int, int], sheet: Sheet
) -> None:
    if not found.values and not found.header:
        return  # a word such as 规章 in a menu or a sentence: a row stands under the header of its block
    columns, by_header, doubled = _columns(row, found, form)
    paths = [_path(row, column) for column in columns if column]
    where = found.label_cells[0].locator
    raw = " | ".join(cell.text for cell in found.values)
    if not found.values and following is not None and following.keys("sub"):
        sheet.unreadable("sub_rows", "Only sub-rows of this row have figures; they are not added up.", paths, "", where)
        return
    if found.between:
        sheet.unreadable(
            "text_before_figures",
            f"{found.between[:30]!r} stands between the label and the figures: they may belong to a sub-row.",
            paths,
            raw,
            where,
        )
        return
    if not found.values:
        if found.mode is not Mode.GRID and all(sheet.cells.get(path) is None for path in paths):
            for number, column in enumerate(columns, start=1):
                if column:
                    sheet.read(_path(row, column), None, column, "", f"{where}, column {number}")
            sheet.doubt("no_figures", "The label is printed, no cell behind it shows.", paths, where)
        return
    header: list[Cell | None] = [h.cell for h in found.header] if by_header else []
    start = _start(found, by_header)
    shorter = found.mode is not Mode.GRID and len(found.values) < longest.get(len(columns), 0)
    placement = place(found.values, len(columns), found.mode, header, start, fillers=shorter)
    if placement.failure:
        sheet.unreadable("columns_lost", f"{placement.failure}.", paths, raw, where)
        return
    for number, (column, cell) in enumerate(zip(columns, placement.cells, strict=True)):
        if column is None:
            continue
        text = (_header_text(found.header, number) if by_header else "") + _unit_beside(found)
        sheet.read(_path(row, column), cell, column, text, f"{where}, column {number + 1}")
    if placement.unsure or (by_header and len(columns) < _most_columns(row) and _is_beside(found, placement)):
        figures = [path for path in paths if sheet.cells[path].value is not None]
        sheet.doubt("columns_unsure", "The columns of these figures were counted over blanks.", figures, where)
    other_time = [h.meaning is None and bool(_OTHER_TIME.search(core(h.cell.text).all_words)) for h in found.header]
    if any(other_time) and None not in columns:
        below = [one for one, other in zip(paths, other_time, strict=False) if other]
        message = "The header speaks of another time than the year of the report."
        sheet.doubt("header_unknown", message, below if len(paths) == len(other_time) else paths, where)
    if doubled:
        twice = [_path(row, column) for column in doubled]
        sheet.doubt(
            "header_twice",
            "Two columns carry the same header; they were read in the form's order.",
            twice,
            where,
        )


def _start(found: Found, by_header: bool) -> int | None:
    """In lines with separators: the first header's place in its line, where the label stands just before it."""
    if not by_header or found.mode is not Mode.LINE:
        return None
    first = found.header[0].cell.column
    in_line = all(h.cell.column == first + number for number, h in enumerate(found.header))
    return first if in_line and found.label_cells[0].column == first - 1 else None


def _most_columns(row: str) -> int:
    return max(map(len, _layouts(row).values()))


def _is_beside(found: Found, placement: Placement) -> bool:
    """Whether a figure does not stand below its header, where a table in lines has lost a cell of that."""
    if found.mode is not Mode.LINE or len(found.values) <= len(found.header):
        return False
    placed = zip(found.header, placement.cells, strict=True)
    return any(cell is not None and not is_blank(cell) and cell.column != h.cell.column for h, cell in placed)


def _unit_beside(found: Found) -> str:
    """What brackets in the label of a row may say of its unit: 行政事业性收费（元）."""
    return "".join(_IN_BRACKETS.findall("".join(cell.text for cell in found.label_cells)))


def _header_text(header: Sequence[HeaderCell], number: int) -> str:
    return header[number].cell.text if number < len(header) else ""


def _read_unlabelled(found: Found, before: Found | None, after: Found | None, form: Form, sheet: Sheet) -> None:
    """A row without its label: the one row of the form that is missing between its neighbours, else left over."""
    order = [row.key for block in form.disclosure for row in block.rows]
    previous = next(iter(before.keys("row")), None) if before else None
    following = next(iter(after.keys("row")), None) if after else None
    start = order.index(previous) + 1 if previous in order else 0
    end = order.index(following) if following in order else start
    figures = [cell for cell in found.values if not is_blank(cell)]
    # Header labels of the block must stand directly above, so that the row cannot come from elsewhere.
    if end - start == 1 and found.header and found.mode in (Mode.GRID, Mode.LINE) and not found.lead:
        row = order[start]
        columns, by_header, _ = _columns(row, found, form)
        values = found.values[1:] if is_blank(found.values[0]) else found.values
        placement = place(values, len(columns), found.mode, [h.cell for h in found.header] if by_header else [])
        if by_header and not placement.failure and len(figures) == len(columns):
            for number, (column, cell) in enumerate(zip(columns, placement.cells, strict=True)):
                if column:
                    sheet.read(_path(row, column), cell, column, _header_text(found.header, number), "")
            paths = [_path(row, column) for column in columns if column]
            sheet.doubt("label_lost", "The row has lost its label; told by its neighbours.", paths, figures[0].locator)
            return
    if any(ch.isdigit() for cell in figures for ch in cell.text) and not found.lead:
        text = " | ".join(cell.text for cell in figures)[:60]
        sheet.doubt("left_over", f"Figures in table two belong to no label: {text}", locator=figures[0].locator)


def find_fused(texts: Sequence[str], form: Form, sheet: Sheet) -> None:
    """Cells run together in one line of text (规章000) cannot be told apart: named, not read."""
    for block in form.disclosure:
        for label in block.rows:
            paths = [_path(label.key, column.key) for column in block.columns]
            if any(path in sheet.cells for path in paths):
                continue
            for text in texts:
                if figures := _fused_figures(text, label.spellings):
                    sheet.unreadable(
                        "cells_fused",
                        f"{label.label} is followed by {figures}: several cells in one.",
                        paths,
                        figures,
                        f"text {label.label}",
                    )
                    break


def _fused_figures(text: str, spellings: Sequence[str]) -> str | None:
    if "第二十条" not in text and len(text) > 60:
        return None
    words = core(text).words
    for spelling in spellings:
        _, label, rest = words.partition(core(spelling).words)
        if label and (match := _FUSED.match(rest)):
            return match.group()
    return None
