"""Table three without upright lines: outcomes by their labels, seven columns of figures below the applicants."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from transforms.documents.model import Cell, UnreadableDocument
from transforms.documents.pdf.lines import is_page_number
from transforms.documents.pdf.unruled.labels import Labelled, figure_lines, labels_in
from transforms.documents.pdf.unruled.sheet import Sheet
from transforms.documents.pdf.unruled.words import Column, Split, figure_cells, is_figure, joined, key_of, named_columns
from transforms.documents.pdf.writing import Run
from transforms.forms import forms
from transforms.reading.labels import meanings, section_of

# So many labels of the form in its order are no sentence that speaks of them.
_LEAST_LABELS = 3
# So many labels without any figure are a table that was left blank.
_LEAST_BLANK = 15
# Lines below the last row that may hold the rest of its figures.
_MOST_BELOW = 2
# A few dashes or 无 may stand in a label.
_LEAST_FIGURES = 4
_MOST_HEADER_LINES = 24


def read_application(sheet: Sheet) -> None:
    """Find the rows of table three and their header in the lines of a sheet."""
    split = sheet.split
    known = [form for form in forms().values() if not form.legacy]
    width = len(known[0].applicants)
    rows = labels_in(split, "outcome", [form.outcomes for form in known])
    if len(rows) < _LEAST_LABELS or not (any(row.figures is not None for row in rows) or _is_blank(split, rows)):
        return
    _refuse_two_reports(split, rows)
    previous = None
    for part in _parts(split, rows, width):
        header = _header_lines(split, part[0], previous)
        columns = _columns(split, part, header, width)
        if columns is None:
            return
        for number, row in enumerate(part):
            is_last = number + 1 == len(part)
            after = min(row.end + _MOST_BELOW, len(split)) if is_last else part[number + 1].start
            _put_row(sheet, row, after, columns)
            if not is_last:
                # Between two rows stand the other words of the labels of their groups.
                sheet.take(n for n in range(row.end, after) if _is_left_of(split[n], columns[0].left))
        _put_header(sheet, header, columns)
        previous = part[-1]


def _is_blank(split: Sequence[Split], rows: Sequence[Labelled]) -> bool:
    """Whether a table of labels without any figure is one left blank: no figure stands anywhere down to its end."""
    if len(rows) < _LEAST_BLANK:
        return False
    after = (number for number in range(rows[-1].end, len(split)) if section_of(split[number].line.text))
    return not any(one.figures for one in split[rows[0].start : next(after, len(split))] if not _is_number(one))


def _is_number(one: Split) -> bool:
    return not one.labels and is_page_number(one.line.text)


def _refuse_two_reports(split: Sequence[Split], rows: Sequence[Labelled]) -> None:
    """Rows that show figures before their label as well: another year's beside them."""
    doubled = [row for row in rows if sum(is_figure(run.text) for run in split[row.start].labels) >= _LEAST_FIGURES]
    if len(doubled) >= _LEAST_LABELS:
        page = split[doubled[0].start].line.page
        raise UnreadableDocument(f"Two reports stand side by side on page {page}; each is needed by itself.")


def _parts(split: Sequence[Split], rows: Sequence[Labelled], width: int) -> Iterator[list[Labelled]]:
    """Rows whose columns stand in the same places: a table that goes on behind a break may be set anew."""
    part: list[Labelled] = []
    columns: list[Column] | None = None
    for row in rows:
        if part and _has_header(split[part[-1].end : row.start]):
            yield part
            part, columns = [], None
        if row.figures is not None and len(split[row.figures].figures) == width:
            figures = split[row.figures].figures
            own = [Column(run.box.left, run.box.right) for run in figures]
            both = own if columns is None else _together(columns, own)
            if both is None:
                yield part
                part, both = [], own
            columns = both
        part.append(row)
    if part:
        yield part


def _has_header(lines: Sequence[Split]) -> bool:
    return any(m.kind == "applicant" for one in lines for run in one.runs for m in meanings(run.text))


def _together(first: Sequence[Column], second: Sequence[Column]) -> list[Column] | None:
    """Columns wide enough for the figures of both; None where they overlap."""
    both = [Column(min(a.left, b.left), max(a.right, b.right)) for a, b in zip(first, second, strict=True)]
    return both if all(a.right < b.left for a, b in pairwise(both)) else None


def _header_lines(split: Sequence[Split], first: Labelled, previous: Labelled | None) -> range:
    """Lines above the first row that may be its header."""
    start = first.start
    least = max(previous.end if previous else 0, first.start - _MOST_HEADER_LINES)
    while start > least and not section_of(split[start - 1].line.text) and not split[start - 1].figures:
        start -= 1
    return range(start, first.start)


def _columns(split: Sequence[Split], part: Sequence[Labelled], header: range, width: int) -> list[Column] | None:
    """Places of the columns: of rows that show every figure, else of the words of the header."""
    found: list[Column] | None = None
    for row in part:
        if row.figures is None or len(figures := split[row.figures].figures) != width:
            continue
        own = [Column(run.box.left, run.box.right) for run in figures]
        found = own if found is None else _together(found, own)
    if found is None:
        named = named_columns(_leaves(split, header), "applicant")
        found = [column for column, _ in named] if len({key for _, key in named}) == len(named) == width else None
    return found


def _leaves(split: Sequence[Split], header: range) -> list[Run]:
    """Words of a header but those that stand over several columns."""
    runs = [run for number in header for run in split[number].runs]
    wide = ("applicants", "organisations", "corner")
    return [run for run in runs if not any(m.kind in wide for m in meanings(run.text))]


def _put_row(sheet: Sheet, row: Labelled, after: int, columns: Sequence[Column]) -> None:
    split = sheet.split
    line = split[row.start].line
    figures = figure_lines(split, row, after)
    cells = figure_cells([split[number] for number in figures], columns)
    sheet.take([*range(row.start, row.end), *figures])
    sheet.put(row.start, [Cell(row.text, line.locator, doubt=line.doubt), *cells])


def _is_left_of(one: Split, left: float) -> bool:
    return not one.figures and all(run.box.right < left for run in one.labels)


def _put_header(sheet: Sheet, header: range, columns: Sequence[Column]) -> None:
    """The applicants above the columns, each word over its column; left as lines where one is not."""
    split = sheet.split
    leaves = _leaves(split, header)
    named = [column for column, _ in named_columns(leaves, "applicant")]
    texts = [column.text for column in named] if len(named) == len(columns) else _nearest(leaves, columns)
    if not texts:
        return
    where = split[header[0]].line.locator
    sheet.take(header)
    sheet.put(header[0], [Cell(text, f"{where}, header {n}", column=n) for n, text in enumerate(texts, start=1)])


def _nearest(leaves: Sequence[Run], columns: Sequence[Column]) -> list[str]:
    """The applicant above each column, of the words whose middle is nearest to it; empty where one is not named."""
    above: list[list[Run]] = [[] for _ in columns]
    for run in sorted(leaves, key=lambda run: run.box.top):
        middle = (run.box.left + run.box.right) / 2
        distances = [abs((column.left + column.right) / 2 - middle) for column in columns]
        above[distances.index(min(distances))].append(run)
    found = []
    for runs in above:
        # Words of the corner may stand over the first column.
        texts = [joined(runs[begin:]) for begin in range(len(runs))]
        found.append(next((text for text in texts if key_of(text, "applicant")), ""))
    return found if all(found) else []
