"""Table three: outcomes by label, applicants by the printed header, lost labels where order and sums agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from transforms.documents.model import Cell, Mode
from transforms.forms import Form
from transforms.reading.placing import Placement, is_blank, place
from transforms.reading.result import MISSING, CellPath
from transforms.reading.segments.found import Found, HeaderCell
from transforms.reading.sheet import Sheet


@dataclass(frozen=True)
class _Header:
    """Applicant of each column (None: a column the form does not have) and, in a grid, its header cell."""

    columns: tuple[str | None, ...]
    cells: tuple[Cell | None, ...]
    known: bool
    usual: bool = True


def read_application(found: Sequence[Found], form: Form, sheet: Sheet) -> None:
    """Read all rows of table three that ``found`` holds into ``sheet``."""
    rows = [f for f in found if f.table == "application"]
    starts = _learned_starts(rows, form)
    unsure = not _has_complete_row(rows, form)
    headers = _Headers(form)
    keyed: list[tuple[str | None, Found]] = [(_outcome(row, form), row) for row in rows]
    lengths = _lengths(keyed, form)
    for key, row in keyed:
        if key is not None:
            alike = lengths.get(_kind(key, row, form), Counter({len(row.values): 1}))
            fillers = row.mode is not Mode.GRID and len(row.values) < max(alike)
            odd = len(row.values) != alike.most_common(1)[0][0]
            _read_row(key, row, headers.of(row), form, starts, fillers, odd, unsure, sheet)
        elif row.keys("group") and any(not is_blank(cell) for cell in row.values):
            sheet.doubt(
                "figures_on_group",
                f"The group heading {row.label_cells[0].text[:20]!r} carries figures that the form does not have.",
                locator=row.label_cells[0].locator,
            )
    _read_unlabelled(keyed, headers, form, sheet)
    _doubt_whole_table(rows, headers, form, sheet)


def _doubt_whole_table(rows: Sequence[Found], headers: _Headers, form: Form, sheet: Sheet) -> None:
    """Where the columns of the table as a whole are in question, rows that seem to fit are as well."""
    outcomes = {path[1] for path in sheet.cells if path[0] == "application"}
    paths = [p for p, cell in sheet.cells.items() if p[0] == "application" and cell.value is not None]
    lost = {o for o in outcomes if sheet.cells.get(_path(o, "total"), MISSING).state == "unreadable"}
    read = {path[1] for path in paths}
    used = [headers.of(row) for row in rows if row.keys("outcome")]
    unusual = any(header.known and not header.usual for header in used)
    if unusual and not (
        all(_row_closes(outcome, form, sheet) for outcome in read)
        and _stands_under(rows, headers)
        and not any(_fits_the_form(row, headers.of(row), form, sheet) for row in rows)
    ):
        message = "The header prints the columns in another order than the form, and the figures do not confirm it."
        sheet.doubt("header_unusual", message, paths)
    elif len(lost) > len(read):
        message = "Most rows of this table have lost cells; rows with as many cells as columns may have as well."
        sheet.doubt("rows_damaged", message, paths)


def _stands_under(rows: Sequence[Found], headers: _Headers) -> bool:
    """Whether the figures of a grid stand right under their header cells; sums do not see columns exchanged."""
    for row in rows:
        header = headers.of(row)
        if row.mode is not Mode.GRID or not header.cells or not row.keys("outcome"):
            continue
        columns = [cell.column for cell in header.cells if cell is not None]
        if len(row.values) == len(columns) and [cell.column for cell in row.values] != columns:
            return False
    return True


def _fits_the_form(row: Found, header: _Header, form: Form, sheet: Sheet) -> bool:
    """Whether a row of text closes as well, with other figures, in the form's own order of columns.

    Asked where 总计 does not stand last: then lines of a header of several storeys may have been read as one.
    """
    outcome = _outcome(row, form)
    if row.mode is Mode.GRID or outcome is None or header.usual or header.columns[-1] == "total":
        return False
    cells = [sheet.cells.get(_path(outcome, column)) for column in header.columns if column]
    values = [cell.value or Decimal(0) if cell else Decimal(0) for cell in cells]
    printed = [
        sheet.cells.get(_path(outcome, applicant.key), MISSING).value or Decimal(0) for applicant in form.applicants
    ]
    return values != printed and sum(values[:-1], Decimal(0)) == values[-1]


def _path(outcome: str, applicant: str) -> CellPath:
    return ("application", outcome, applicant)


def _outcome(found: Found, form: Form) -> str | None:
    keys = found.keys("outcome")
    if not keys:
        return None
    own = [row.key for row in form.outcomes if row.key in keys]
    if own:
        return own[0]
    # A row of another form counts only with figures of its own: its heading stands in this form as a group.
    return next(iter(sorted(keys))) if any(not is_blank(cell) for cell in found.values) else None


class _Headers:
    """Headers of table three, each worked out once: all rows below it share it."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self._known: dict[tuple[int, bool], tuple[Found, _Header]] = {}

    def of(self, found: Found) -> _Header:
        key = (id(found.header), found.mode is Mode.GRID)
        if key not in self._known:
            # The row is kept with its header, so that the identity of the header stays its own.
            self._known[key] = (found, _header(found, self._form))
        return self._known[key][1]


def _header(found: Found, form: Form) -> _Header:
    default = tuple(applicant.key for applicant in form.applicants)
    labels = [h for h in found.header if h.meaning and h.meaning.kind == "applicant"]
    unknown = [h for h in found.header if h.meaning is None]
    keys = [h.meaning.key for h in labels if h.meaning]
    if found.mode is Mode.GRID and labels:
        # Left of the applicants stand the corner and the labels of the rows, however the page cuts them.
        first = min(h.cell.column for h in labels)
        others = [h for h in unknown if h.cell.span == 1 and h.cell.column > first]
        # Figures right below the applicants, one each, know of no other column: the edge of a seal in a scan is none.
        if [cell.column for cell in found.values] == sorted(h.cell.column for h in labels):
            others = []
        leaves: list[HeaderCell] = sorted([*labels, *others], key=lambda h: h.cell.column)
        columns = tuple(h.meaning.key if h.meaning else None for h in leaves)
        cells = tuple(h.cell for h in leaves)
    else:
        columns, cells = tuple(_reading_order(found.header, found.mode)), ()
    if sorted(key for key in columns if key) == sorted(default) and len(set(keys)) == len(keys):
        return _Header(columns, cells, True, usual=columns == default)
    return _Header(default, (), False)


def _reading_order(header: Sequence[HeaderCell], mode: Mode) -> list[str]:
    """Columns of a header written line by line.

    A header of several storeys prints 自然人 and 总计 on other lines than the kinds of organisation, so that only
    the order among these can be read; a flat one, without 法人或其他组织 above, is taken as it stands. Lines that
    leave blank what merged cells cover, as Markdown does, give each its own column.
    """
    applicants = [h for h in header if h.meaning and h.meaning.kind == "applicant"]
    if mode is Mode.LINE and len({h.cell.column for h in applicants}) == len(applicants):
        applicants.sort(key=lambda h: h.cell.column)
    order = [h.meaning.key for h in applicants if h.meaning]
    if not any(h.meaning and h.meaning.kind == "organisations" for h in header):
        return order
    organisations = [key for key in order if key.startswith("org_")]
    return [
        *(key for key in order if key == "natural_person"),
        *organisations,
        *(key for key in order if key == "total"),
    ]


class _Extent(NamedTuple):
    """Columns of a row of text: its label, its first figure, its last cell (blank ones of merged columns count)."""

    label: int
    start: int
    end: int


def _learned_starts(rows: Sequence[Found], form: Form) -> tuple[_Extent, ...]:
    """What complete rows show of the columns of a table in lines: all figures side by side, or right below a header."""
    width = len(form.applicants)
    learned: dict[_Extent, None] = {}
    for row in rows:
        if row.mode is not Mode.LINE or not row.label_cells:
            continue
        filled = [cell for cell in row.values if not is_blank(cell)]
        below = row.values[-width:] if _below_header(row, width) else filled
        if len(below) == width:
            first, last = below[0].column, below[-1].column
            if last - first == width - 1:
                learned[_Extent(row.label_cells[0].column, first, row.values[-1].column)] = None
    return tuple(learned)


def _below_header(row: Found, width: int) -> bool:
    """Whether the last cells of a row stand below a header that prints a cell for each column, as Markdown has to."""
    if len(row.values) < width:
        return False
    ends = [h.cell.column for h in row.header if h.meaning and h.meaning.key in ("natural_person", "total")]
    return (
        len(ends) == 2 and ends[1] - ends[0] == width - 1 and [row.values[-width].column, row.values[-1].column] == ends
    )


def _start(found: Found, learned: Sequence[_Extent]) -> int | None:
    """Column of the first figure of a row: that of rows whose label stands alike, or else which end alike.

    Rows of a whole grid end in one column, and so do their figures begin; where labels and figures move together, a
    row ends as far behind its label as the others. None where the rows do not agree.
    """
    label, end = found.label_cells[0].column, found.values[-1].column
    alike = {row.start for row in learned if row.label == label}
    if not alike:
        alike = {row.start for row in learned if row.end == end}
        alike |= {label + row.start - row.label for row in learned if end - label == row.end - row.label}
    return alike.pop() if len(alike) == 1 else None


def _is_longer(found: Found, learned: Sequence[_Extent]) -> bool:
    """Whether a row ends behind every complete row whose label stands alike: it has got a cell too many."""
    if found.mode is not Mode.LINE or not found.label_cells or not found.values:
        return False
    ends = [row.end for row in learned if row.label == found.label_cells[0].column]
    return bool(ends) and found.values[-1].column > max(ends)


def _lengths(keyed: Sequence[tuple[str | None, Found]], form: Form) -> dict[tuple[int, str], Counter[int]]:
    """How many cells rows have whose labels stand alike in the form, blank ones of merged columns counted."""
    lengths: dict[tuple[int, str], Counter[int]] = {}
    for key, row in keyed:
        if key and row.mode is not Mode.BARE:
            lengths.setdefault(_kind(key, row, form), Counter())[len(row.values)] += 1
    return lengths


def _kind(outcome: str, row: Found, form: Form) -> tuple[int, str]:
    """Column of the label and its group: among rows of one kind merged cells leave the same number of blanks."""
    if row.mode is Mode.GRID:
        return (row.label_cells[0].column, "grid")
    if row.mode is not Mode.LINE:
        return (0, "")
    outer = outcome in ("received_new", "carried_in", "carried_out")
    group = next((label.group for label in form.outcomes if label.key == outcome), None)
    return (row.label_cells[0].column, "outer" if outer else group or "inner")


def _has_complete_row(rows: Sequence[Found], form: Form) -> bool:
    return any(
        sum(not is_blank(cell) for cell in row.values) == len(form.applicants)
        or row.mode is Mode.GRID
        or (len(row.values) == len(form.applicants) and not is_blank(row.values[-1]))
        for row in rows
    )


def _read_row(
    outcome: str,
    found: Found,
    header: _Header,
    form: Form,
    starts: Sequence[_Extent],
    fillers: bool,
    odd: bool,
    unsure: bool,
    sheet: Sheet,
) -> None:
    paths = [_path(outcome, applicant.key) for applicant in form.applicants]
    where = found.label_cells[0].locator
    raw = " | ".join(cell.text for cell in found.values)
    if not found.values:
        return
    if found.between and not all(is_blank(cell) for cell in found.values):
        sheet.doubt(
            "text_before_figures",
            f"{found.between[:30]!r} stands between the label and its figures.",
            paths,
            where,
        )
    start = _start(found, starts) if found.mode is Mode.LINE else None
    placement = place(found.values, len(header.columns), found.mode, header.cells, start, fillers)
    if _is_longer(found, starts):
        placement = replace(placement, unsure=True)
    filled = [cell for cell in found.values if not is_blank(cell)]
    lost = placement.failure is None and unsure and len(filled) == 1
    if placement.failure or lost:
        reason = placement.failure or "one figure in the row, and no row of the table shows which column it is in"
        if lost:
            _blank_others(paths, placement, header, where, sheet)
        sheet.unreadable("columns_lost", f"{reason}.", paths, raw, where)
        return
    _read_cells(outcome, header, placement, where, sheet)
    if placement.unsure:
        figures = [p for p in paths if p in sheet.cells and sheet.cells[p].value is not None]
        # A row of zeros closes wherever its blanks are: then it must at least be as long as those like it.
        blank = len(found.values) > len(filled) and len(found.values) != len(header.columns)
        blank = blank or any(cell is None or is_blank(cell) for cell in placement.cells)
        zeros = blank and not sheet.cells[paths[-1]].value
        if (odd and zeros) or not _row_closes(outcome, form, sheet):
            sheet.doubt("columns_unsure", "The columns of these figures were counted over blanks.", figures, where)
    elif not header.known and not _row_closes(outcome, form, sheet):
        figures = [p for p in paths if p in sheet.cells and sheet.cells[p].value is not None]
        sheet.doubt("header_unknown", "No header names the columns; the form's order was taken.", figures, where)


def _blank_others(paths: Sequence[CellPath], placement: Placement, header: _Header, where: str, sheet: Sheet) -> None:
    by_key = dict(zip(header.columns, placement.cells, strict=True))
    for path in paths:
        cell = by_key.get(path[2])
        if cell is not None and is_blank(cell):
            sheet.read(path, cell, path[2], "", where)


def _read_cells(outcome: str, header: _Header, placement: Placement, where: str, sheet: Sheet) -> None:
    for number, (column, cell) in enumerate(zip(header.columns, placement.cells, strict=True), start=1):
        if column is None:
            if cell is not None and not is_blank(cell):
                sheet.doubt(
                    "extra_column",
                    f"The form has no such column; {cell.text!r} is left out.",
                    locator=cell.locator,
                )
            continue
        sheet.read(_path(outcome, column), cell, column, "", f"{where}, column {number}")


def _row_closes(outcome: str, form: Form, sheet: Sheet) -> bool:
    """Whether the total of a row is its sum, which only the right columns give; rows of zeros close in any order."""
    sheet.by_layout = False
    readings = [sheet.cells.get(_path(outcome, applicant.key)) for applicant in form.applicants]
    values = [reading.value if reading else None for reading in readings]
    total = values[-1]
    return total is not None and sum((v for v in values[:-1] if v is not None), Decimal(0)) == total


def _read_unlabelled(keyed: Sequence[tuple[str | None, Found]], headers: _Headers, form: Form, sheet: Sheet) -> None:
    """Rows without a label of the form, by their order between labelled rows, if as many rows as labels are lost."""
    order = [row.key for row in form.outcomes]
    read = {key for key, row in keyed if key and row.values}
    run: list[Found] = []
    previous: str | None = None
    for key, row in [*keyed, (None, None)]:
        if row is not None and not row.meanings:
            run.append(row)
            continue
        if row is not None and (key is None or not row.values):
            continue
        if run:
            _place_run(run, previous, key, order, read, headers, form, sheet)
            run = []
        previous = key


def _place_run(
    run: list[Found],
    previous: str | None,
    following: str | None,
    order: list[str],
    read: set[str],
    headers: _Headers,
    form: Form,
    sheet: Sheet,
) -> None:
    width = len(form.applicants)
    rows = [row for row in run if sum(not is_blank(cell) for cell in row.values) == width]
    start = order.index(previous) + 1 if previous in order else 0
    end = order.index(following) if following in order else (len(order) if previous == order[-2] else start)
    lost = [key for key in order[start:end] if key not in read]
    if rows and len(rows) == len(lost):
        for key, row in zip(lost, rows, strict=True):
            header = headers.of(row)
            placement = place(row.values, len(header.columns), row.mode, header.cells)
            if placement.failure:
                paths = [_path(key, applicant.key) for applicant in form.applicants]
                raw = " | ".join(cell.text for cell in row.values)
                sheet.unreadable("columns_lost", f"{placement.failure}.", paths, raw, row.values[0].locator)
                continue
            _read_cells(key, header, placement, row.values[0].locator, sheet)
            if not _row_closes(key, form, sheet):
                paths = [_path(key, applicant.key) for applicant in form.applicants]
                sheet.doubt(
                    "label_lost",
                    "The row has lost its label; it was placed by order, and its sum does not confirm it.",
                    paths,
                    row.values[0].locator,
                )
        sheet.doubt(
            "labels_detached",
            f"{len(rows)} rows of table three stand apart from their labels; placed by the form's order.",
            locator=rows[0].values[0].locator,
        )
        return
    left = [row for row in run if any(ch.isdigit() for cell in row.values for ch in cell.text)]
    if rows or (left and len(left[0].values) > 1):
        paths = [_path(key, a.key) for key in lost for a in form.applicants]
        first = (rows or left)[0].values
        text = " | ".join(cell.text for cell in first)[:60]
        sheet.doubt("left_over", f"Figures in table three belong to no label: {text}", paths, first[0].locator)
