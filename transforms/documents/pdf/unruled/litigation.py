"""Table four without upright lines: results below their channels, one row of figures or one for each channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from transforms.documents.model import Cell
from transforms.documents.pdf.unruled.labels import labels_in
from transforms.documents.pdf.unruled.sheet import Sheet
from transforms.documents.pdf.unruled.words import Column, Split, blank_cell, figure_cells, named_columns
from transforms.forms import Form, forms
from transforms.reading.labels import meanings, section_of

# A line of so many words is one of the results, not of the channels above them.
_LEAST_WORDS = 4


def read_litigation(sheet: Sheet) -> None:
    """Find table four in the lines of a sheet, behind its heading."""
    split = sheet.split
    form = next(form for form in forms().values() if not form.legacy)
    starts = [number for number, one in enumerate(split) if section_of(one.line.text) == "4" and sheet.is_free(number)]
    if not starts:
        return
    start = starts[-1] + 1
    end = next((n for n in range(start, len(split)) if section_of(split[n].line.text) in ("5", "6")), len(split))
    if not _read_labelled(sheet, range(start, end), form):
        _read_rows(sheet, range(start, end), form)


def _read_labelled(sheet: Sheet, lines: range, form: Form) -> bool:
    """Rows that begin with their channel below the results, or with their result below the channels."""
    split = sheet.split[lines.start : lines.stop]
    for kind, labels, above, names in (
        ("channel", form.channels, "result", form.results),
        ("result", form.results, "channel", form.channels),
    ):
        rows = [row for row in labels_in(split, kind, [labels]) if row.figures is not None]
        if len(rows) != len(labels):
            continue
        header = range(rows[0].start)
        words = [run for n in header for run in split[n].runs if run.box.left > rows[0].left]
        columns = named_columns(words, above)
        if sorted(key for _, key in columns) != sorted(name.key for name in names):
            continue
        places = [column for column, _ in columns]
        sheet.take(lines.start + n for n in header)
        where = split[0].line.locator
        sheet.put(
            lines.start,
            [Cell(column.text, f"{where}, header {n}", column=n) for n, column in enumerate(places, start=1)],
        )
        for row in rows:
            one = split[row.figures or 0]
            line = split[row.start].line
            sheet.take(range(lines.start + row.start, lines.start + row.end))
            sheet.put(lines.start + row.start, [Cell(row.text, line.locator), *figure_cells([one], places)])
        return True
    return False


def _read_rows(sheet: Sheet, lines: range, form: Form) -> None:
    """Rows of figures without labels, each below the results of one channel or of all."""
    split = sheet.split
    begin = lines.start
    for leaves in _leaf_lines(split, lines):
        below = leaves.stop
        number = below if below < lines.stop and split[below].figures and not split[below].labels else None
        if _read_row(sheet, range(begin, leaves.start), leaves, number, form):
            begin = below if number is None else below + 1
    for number in lines:
        one = split[number]
        if sheet.is_free(number) and len(one.figures) >= _LEAST_WORDS and not one.labels:
            sheet.put(number, figure_cells([one], [Column(run.box.left, run.box.right) for run in one.figures]))


def _leaf_lines(split: Sequence[Split], lines: range) -> Iterator[range]:
    """Stretches of lines between figures that hold the results: their words, and shorter lines among these."""
    own: list[int] = []
    for number in [*lines, lines.stop]:
        ends = number == lines.stop or split[number].figures
        if not ends and len(split[number].labels) >= _LEAST_WORDS:
            own.append(number)
        elif own and (ends or number - own[-1] > 1):
            yield range(own[0], own[-1] + 1)
            own = []


def _read_row(sheet: Sheet, above: range, lines: range, number: int | None, form: Form) -> bool:
    """Read the results in ``lines`` and the figures in line ``number``, None where all cells are blank."""
    split = sheet.split
    results = [result.key for result in form.results]
    named = named_columns([run for n in lines for run in split[n].labels], "result")
    blocks = len(named) // len(results)
    if blocks not in (1, len(form.channels)) or [key for _, key in named] != results * blocks:
        return False
    columns = [column for column, _ in named]
    where = split[lines.start].line.locator
    if blocks > 1 and (channels := _channels(split, above, columns)):
        sheet.take(above)
        sheet.put(above.start, channels)
    sheet.take(lines)
    sheet.put(
        lines.start, [Cell(column.text, f"{where}, header {n}", column=n) for n, column in enumerate(columns, start=1)]
    )
    if number is None:
        sheet.put(lines.start, [blank_cell(split[lines.stop - 1].line, n + 1) for n in range(len(columns))])
    else:
        sheet.put(number, figure_cells([split[number]], columns))
    return True


def _channels(split: Sequence[Split], header: range, columns: Sequence[Column]) -> list[Cell]:
    """The channels above the results, each over the columns of its own; empty where not all are found in order."""
    words = [run for n in header for run in split[n].labels]
    words = [run for run in words if not any(m.kind == "suits" for m in meanings(run.text))]
    named = named_columns(words, "channel")
    blocks = len(columns) // len(named) if named else 0
    if len({key for _, key in named}) != len(named) or blocks * len(named) != len(columns):
        return []
    cells = []
    for number, (column, _) in enumerate(named):
        own = columns[number * blocks : (number + 1) * blocks]
        if not own[0].left - 1 <= (column.left + column.right) / 2 <= own[-1].right + 1:
            return []
        where = f"{split[header[0]].line.locator}, channel {number + 1}"
        cells.append(Cell(column.text, where, column=number * blocks + 1, span=blocks))
    return cells
