"""Table three: outcomes by label, applicants by the printed header, lost labels where order and sums agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from difflib import SequenceMatcher

from transforms.documents.model import Mode
from transforms.forms import Form
from transforms.reading.application.extents import Extent, is_longer, learned_starts, start_of
from transforms.reading.application.headers import Header, Headers
from transforms.reading.labels import core
from transforms.reading.placing import Placement, is_blank, is_crowded, place
from transforms.reading.result import MISSING, CellPath
from transforms.reading.segments.found import Found
from transforms.reading.sheet import Sheet

# Share of a label that a misprint leaves; 8.属于行政查询事项 and 8.属于正在调查处理的事项 have .53 in common.
_LIKE = 0.6


def read_application(found: Sequence[Found], form: Form, sheet: Sheet) -> None:
    """Read all rows of table three that ``found`` holds into ``sheet``."""
    rows = [f for f in found if f.table == "application"]
    starts = learned_starts(rows, form)
    unsure = not _has_complete_row(rows, form)
    headers = Headers(form)
    keyed: list[tuple[str | None, Found]] = [(_outcome(row, form), row) for row in rows]
    lengths = _lengths(keyed, form)
    crowded = _crowded_alone(rows, form)
    for key, row in keyed:
        if key is not None:
            alike = lengths.get(_kind(key, row, form), Counter({len(row.values): 1}))
            fillers = row.mode is not Mode.GRID and len(row.values) < max(alike)
            odd = len(row.values) != alike.most_common(1)[0][0]
            _read_row(key, row, headers.of(row), form, starts, fillers, odd, unsure, sheet)
            if row in crowded and _row_closes(key, form, sheet):
                _doubt_columns(key, row, form, sheet)
        elif row.keys("group") and any(not is_blank(cell) for cell in row.values):
            sheet.doubt(
                "figures_on_group",
                f"The group heading {row.label_cells[0].text[:20]!r} carries figures that the form does not have.",
                locator=row.label_cells[0].locator,
            )
    _read_unlabelled(keyed, headers, form, sheet)
    _doubt_whole_table(rows, headers, form, sheet)


def _doubt_whole_table(rows: Sequence[Found], headers: Headers, form: Form, sheet: Sheet) -> None:
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


def _stands_under(rows: Sequence[Found], headers: Headers) -> bool:
    """Whether the figures of a grid stand right under their header cells; sums do not see columns exchanged."""
    for row in rows:
        header = headers.of(row)
        if row.mode is not Mode.GRID or not header.cells or not row.keys("outcome"):
            continue
        columns = [cell.column for cell in header.cells if cell is not None]
        if len(row.values) == len(columns) and [cell.column for cell in row.values] != columns:
            return False
    return True


def _fits_the_form(row: Found, header: Header, form: Form, sheet: Sheet) -> bool:
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
    header: Header,
    form: Form,
    starts: Sequence[Extent],
    fillers: bool,
    odd: bool,
    unsure: bool,
    sheet: Sheet,
) -> None:
    paths = [_path(outcome, applicant.key) for applicant in form.applicants]
    where = found.label_cells[0].locator
    raw = " | ".join(cell.text for cell in found.values)
    if not found.values:
        if found.between and found.mode in (Mode.GRID, Mode.LINE):
            message = f"{found.between[:30]!r} stands in the place of the figures."
            sheet.unreadable("text_before_figures", message, paths, found.between, where)
        return
    if found.between and not all(is_blank(cell) for cell in found.values):
        sheet.doubt(
            "text_before_figures",
            f"{found.between[:30]!r} stands between the label and its figures.",
            paths,
            where,
        )
    start = start_of(found, starts) if found.mode is Mode.LINE else None
    placement = place(found.values, len(header.columns), found.mode, header.cells, start, fillers)
    if is_longer(found, starts):
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
        # A row of zeros closes wherever its blanks are: then it must at least be as long as those like it.
        blank = len(found.values) > len(filled) and len(found.values) != len(header.columns)
        blank = blank or any(cell is None or is_blank(cell) for cell in placement.cells)
        zeros = blank and not sheet.cells[paths[-1]].value
        if (odd and zeros) or not _row_closes(outcome, form, sheet):
            _doubt_columns(outcome, found, form, sheet)
    elif not header.known and not _row_closes(outcome, form, sheet):
        figures = [p for p in paths if p in sheet.cells and sheet.cells[p].value is not None]
        sheet.doubt("header_unknown", "No header names the columns; the form's order was taken.", figures, where)


def _crowded_alone(rows: Sequence[Found], form: Form) -> list[Found]:
    """Rows with a blank cell among as many figures as columns, where most others have none.

    Merged columns leave blanks in all rows alike. In one row alone the blank may be a column, and one of the figures
    a cell too many: both ways its sum is right.
    """
    crowded = [row for row in rows if row.mode is not Mode.GRID and is_crowded(row.values, len(form.applicants))]
    return crowded if 2 * len(crowded) < sum(bool(row.values) for row in rows) else []


def _doubt_columns(outcome: str, found: Found, form: Form, sheet: Sheet) -> None:
    paths = [_path(outcome, applicant.key) for applicant in form.applicants]
    figures = [p for p in paths if p in sheet.cells and sheet.cells[p].value is not None]
    message = "The columns of these figures were counted over blanks."
    sheet.doubt("columns_unsure", message, figures, found.label_cells[0].locator)


def _blank_others(paths: Sequence[CellPath], placement: Placement, header: Header, where: str, sheet: Sheet) -> None:
    by_key = dict(zip(header.columns, placement.cells, strict=True))
    for path in paths:
        cell = by_key.get(path[2])
        if cell is not None and is_blank(cell):
            sheet.read(path, cell, path[2], "", where)


def _read_cells(outcome: str, header: Header, placement: Placement, where: str, sheet: Sheet) -> None:
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


def _read_unlabelled(keyed: Sequence[tuple[str | None, Found]], headers: Headers, form: Form, sheet: Sheet) -> None:
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


def _is_like(printed: str, outcome: str, form: Form) -> bool:
    """Whether what is printed may be the label of an outcome in which some characters were lost or mistaken."""
    words = core(printed).words
    spellings = (core(one).words for row in form.outcomes if row.key == outcome for one in row.spellings)
    return not words or any(SequenceMatcher(None, words, one).ratio() >= _LIKE for one in spellings)


def _place_run(
    run: list[Found],
    previous: str | None,
    following: str | None,
    order: list[str],
    read: set[str],
    headers: Headers,
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
            if row.lead and not _is_like(row.lead, key, form):
                paths = [_path(key, applicant.key) for applicant in form.applicants]
                message = f"The label says {row.lead[:30]!r}; the row was placed by order."
                sheet.doubt("label_unknown", message, paths, row.values[0].locator)
            elif not _row_closes(key, form, sheet):
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
