"""Table four: fifteen figures under a two-storey header, or three tables of five; fused headers need closing sums."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from transforms.documents.model import Cell, Mode
from transforms.forms import Form
from transforms.reading.placing import Placement, has_fillers, is_blank, place
from transforms.reading.printed import read_printed
from transforms.reading.result import CellPath
from transforms.reading.segments.found import Found, HeaderCell
from transforms.reading.sheet import Sheet

_Column = tuple[str, str]


def read_litigation(found: Sequence[Found], form: Form, sheet: Sheet) -> None:
    """Read all rows of table four that ``found`` holds into ``sheet``."""
    results = tuple(result.key for result in form.results)
    every = tuple((channel.key, result) for channel in form.channels for result in results)
    texts = [row for row in found if row.mode in (Mode.LINE, Mode.STREAM)]
    others = (row.values for row in texts if row.table == "application" and row.keys("outcome"))
    fillers = has_fillers(others, len(form.applicants))
    # A blank row right above or below the figures is a space.
    spaces = {id(one) for pair in pairwise(found) for one, two in (pair, pair[::-1]) if _is_space(one, two)}
    # Blank rows last: the cells beside a channel that heads a table of its own are blank as well.
    for row in sorted(found, key=lambda one: bool(one.meanings) and not _filled(one)):
        if row.table != "litigation" or not row.values or id(row) in spaces:
            continue
        if row.meanings:
            _read_labelled(row, every, results, sheet)
            continue
        columns, cells = _header(row, every, results)
        if columns is not None:
            placement = place(row.values, len(columns), row.mode, cells, fillers=fillers and row in texts)
            if not placement.failure and placement.unsure and len(columns) == len(every):
                _read_by_sums(columns, placement, row, form, sheet)
                continue
            if not placement.failure:
                _read(columns, placement, row, sheet)
                _doubt_order(columns, every, row, sheet)
                continue
            _unreadable(columns, placement, row, sheet)
        elif len(_filled(row)) == len(every) or len(row.values) == len(every):
            _read_by_sums(every, place(row.values, len(every), row.mode), row, form, sheet)
        elif row.channel and len(row.values) == len(results):
            block = tuple((row.channel, result) for result in results)
            _read_by_sums(block, place(row.values, len(results), row.mode), row, form, sheet)
        elif any(ch.isdigit() for cell in row.values for ch in cell.text):
            _unreadable(every, place(row.values, len(every), row.mode), row, sheet)


def _is_space(row: Found, beside: Found) -> bool:
    blank = row.table == beside.table and not row.meanings and not beside.meanings and not _filled(row)
    return blank and bool(_filled(beside)) and (row.grid, row.header) == (beside.grid, beside.header)


def _read_labelled(row: Found, every: tuple[_Column, ...], results: tuple[str, ...], sheet: Sheet) -> None:
    """A row that names its channel, its result or both: the other one is in the header."""
    channels = tuple(dict.fromkeys(channel for channel, _ in every))
    channel, result = next(iter(row.keys("channel")), None), next(iter(row.keys("result")), None)
    leaves = [h for h in row.header if h.meaning and h.meaning.kind == ("result" if channel else "channel")]
    keys = tuple(h.meaning.key for h in leaves if h.meaning)
    columns: tuple[_Column, ...] = ()
    if result and (channel or (row.channel and not keys)):
        columns, leaves = ((channel or row.channel or "", result),), []
    elif channel and sorted(keys) == sorted(results):
        columns = tuple((channel, key) for key in keys)
    elif result and sorted(keys) == sorted(channels):
        columns = tuple((key, result) for key in keys)
    if columns:
        placement = place(row.values, len(columns), row.mode, [leaf.cell for leaf in leaves])
        if not placement.failure:
            if _filled(row) or not any(_path(column) in sheet.cells for column in columns):
                _read(columns, placement, row, sheet)
            return
        _unreadable(columns, placement, row, sheet)
        return
    columns = tuple(one for one in every if channel in (None, one[0]) and result in (None, one[1]))
    _unreadable(columns, Placement(), row, sheet)


def _filled(row: Found) -> list[Cell]:
    return [cell for cell in row.values if not is_blank(cell)]


def _path(column: _Column) -> CellPath:
    return ("litigation", *column)


def _header(
    row: Found, every: tuple[_Column, ...], results: tuple[str, ...]
) -> tuple[tuple[_Column, ...] | None, tuple[Cell | None, ...]]:
    """Channel and result of each column as the header prints them; None when it does not settle them."""
    leaves = [h for h in row.header if h.meaning and h.meaning.kind == "result"]
    keys = tuple(h.meaning.key for h in leaves if h.meaning)
    if row.mode is Mode.GRID:
        placed = [(_channel_above(leaf, row.header), leaf) for leaf in leaves]
        columns = tuple((channel, leaf.meaning.key) for channel, leaf in placed if channel and leaf.meaning)
        whole = {(channel, result) for channel, _ in columns for result in results}
        if placed and len(columns) == len(placed) == len(whole) > len(results) and set(columns) == whole:
            ordered = sorted(zip(columns, leaves, strict=True), key=lambda pair: pair[1].cell.column)
            return tuple(c for c, _ in ordered), tuple(leaf.cell for _, leaf in ordered)
    channels = [h.meaning.key for h in row.header if h.meaning and h.meaning.kind == "channel"]
    if keys == results * 3 and [c for c, _ in every[:: len(results)]] == channels:
        return every, tuple(leaf.cell for leaf in leaves)
    if keys == results * 2 and channels == [c for c, _ in every[len(results) :: len(results)]]:
        return every[len(results) :], tuple(leaf.cell for leaf in leaves)
    if sorted(keys) == sorted(results) and len(channels) <= 1 and row.channel:
        return tuple((row.channel, key) for key in keys), tuple(leaf.cell for leaf in leaves)
    return None, ()


def _channel_above(leaf: HeaderCell, header: Sequence[HeaderCell]) -> str | None:
    above = [
        h.meaning.key
        for h in header
        if h.meaning and h.meaning.kind == "channel" and h.cell.column <= leaf.cell.column < h.cell.column + h.cell.span
    ]
    return above[-1] if above else None


def _read(columns: Sequence[_Column], placement: Placement, row: Found, sheet: Sheet) -> None:
    where = row.values[0].locator
    for number, (column, cell) in enumerate(zip(columns, placement.cells, strict=True), start=1):
        sheet.read(_path(column), cell, column[1], "", f"{where}, column {number}")


def _doubt_order(columns: Sequence[_Column], every: tuple[_Column, ...], row: Found, sheet: Sheet) -> None:
    """Columns of several channels in another order than the form's: sums do not see channels exchanged."""
    channels = {channel for channel, _ in columns}
    if len(channels) > 1 and list(columns) != [one for one in every if one[0] in channels]:
        message = "The header prints the columns in another order than the form, and no sum can confirm it."
        sheet.doubt("header_unusual", message, [_path(column) for column in columns], row.values[0].locator)


def _unreadable(columns: Sequence[_Column], placement: Placement, row: Found, sheet: Sheet) -> None:
    sheet.unreadable(
        "columns_lost",
        f"{placement.failure or 'the header does not name the columns'}.",
        [_path(column) for column in columns],
        " | ".join(cell.text for cell in row.values),
        row.values[0].locator,
    )


def _read_by_sums(columns: Sequence[_Column], placement: Placement, row: Found, form: Form, sheet: Sheet) -> None:
    """Without a complete header the form's order is taken for each block whose printed total is its sum."""
    sheet.by_layout = False
    width = len(form.results)
    if placement.failure:
        _unreadable(columns, placement, row, sheet)
        return
    for start in range(0, len(columns), width):
        block = columns[start : start + width]
        cells = placement.cells[start : start + width]
        part = Placement(cells)
        printed = [read_printed(cell.text if cell else "") for cell in cells]
        values = [one.value for one in printed]
        none = all(one.state in ("blank", "dash", "not_applicable") for one in printed)
        closes = values[-1] is not None and sum((v for v in values[:-1] if v), Decimal(0)) == values[-1]
        if none or closes:
            where = row.values[0].locator
            for number, (column, cell) in enumerate(zip(block, cells, strict=True), start=start + 1):
                sheet.read(_path(column), cell, column[1], "", f"{where}, column {number}")
        else:
            _unreadable(block, part, row, sheet)
