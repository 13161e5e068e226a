"""Tables without lines: figures in columns below the words of the known form, labels broken over lines made whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from transforms.documents.model import Cell, Mode, Row
from transforms.documents.pdf.lines import TextLine
from transforms.documents.pdf.writing import Run
from transforms.forms import forms
from transforms.reading.labels import meanings, section_of
from transforms.reading.printed import looks_like_value

# Rows of table three that must show all figures before their columns are believed.
_LEAST_ROWS = 3
# Lines that a label is broken over, above and below the line of its figures.
_MOST_PIECES = 4
_MOST_HEADER_LINES = 9
# Kinds of labels in the heads of tables.
_COLUMN_KINDS = frozenset({"info", "column"})


@dataclass(frozen=True)
class _Split:
    """A line as the words before its figures, and its figures."""

    line: TextLine
    labels: tuple[Run, ...]
    figures: tuple[Run, ...]


def rows_without_lines(lines: Sequence[TextLine], table: int) -> list[TextLine | Row]:
    """Lines of one column of a page, those of tables as rows; every other line as it was."""
    split = [_split(line) for line in lines]
    width = len(next(iter(forms().values())).applicants)
    found: list[TextLine | Row | None] = list(lines)
    complete = [n for n, one in enumerate(split) if len(one.figures) == width]
    if len(complete) >= _LEAST_ROWS and (bands := _bands([split[n] for n in complete])):
        _read_block(split, complete, bands, found, table)
    _read_headed_rows(split, found, table)
    for number, one in enumerate(split):
        if found[number] is one.line and len(one.figures) >= 5 and not one.labels:
            cells = [_cell(one.line, run, place) for place, run in enumerate(one.figures, start=1)]
            found[number] = Row(tuple(cells), Mode.GRID, table)
    return [item for item in found if item is not None]


def _split(line: TextLine) -> _Split:
    count = len(line.runs)
    while count and _is_figure(line.runs[count - 1].text):
        count -= 1
    return _Split(line, line.runs[:count], line.runs[count:])


def _is_figure(text: str) -> bool:
    return looks_like_value(text) and not text.strip().startswith(("(", "（"))


def _cell(line: TextLine, run: Run, column: int) -> Cell:
    doubt = line.doubt or next((glyph.doubt for glyph in run.glyphs if glyph.doubt), "")
    return Cell(run.text, f"{line.locator}, figure {column}", column=column, doubt=doubt)


def _bands(rows: Sequence[_Split]) -> list[tuple[float, float]] | None:
    """Left and right end of each column of figures; None where columns overlap."""
    columns = list(zip(*(row.figures for row in rows), strict=True))
    bands = [(min(r.box.left for r in column), max(r.box.right for r in column)) for column in columns]
    return bands if all(a[1] < b[0] for a, b in pairwise(bands)) else None


def _read_block(
    split: Sequence[_Split],
    complete: Sequence[int],
    bands: Sequence[tuple[float, float]],
    found: list[TextLine | Row | None],
    table: int,
) -> None:
    """Rows of table three: seven columns of figures, and labels left of them that may be broken over lines."""
    first, last = complete[0], complete[-1]
    rows = [n for n in range(first, last + 1) if _fits(split[n], bands)]
    labels: dict[int, tuple[str, str, set[int]]] = {}
    for place, number in enumerate(rows):
        above = rows[place - 1] if place else _header_end(split, first)
        below = rows[place + 1] if place + 1 < len(rows) else min(len(split), last + _MOST_PIECES + 1)
        if (label := _label(split, number, above, below, bands[0][0])) is not None:
            labels[number] = label
    labels = _in_order(labels)
    used = set[int]().union(*(lines for _, _, lines in labels.values())) if labels else set()
    for number in rows:
        line = split[number].line
        cells: list[Cell] = []
        if number in labels:
            cells.append(Cell(labels[number][0], line.locator, doubt=line.doubt))
        cells += _in_bands(split[number], bands)
        found[number] = Row(tuple(cells), Mode.GRID, table)
    for number in range(first, last + 1):
        if number not in rows and (number in used or _is_left_of(split[number], bands[0][0])):
            found[number] = None
    for number in used:
        if number not in rows:
            found[number] = None
    _read_header(split, first, bands, found, table)


def _fits(one: _Split, bands: Sequence[tuple[float, float]]) -> bool:
    """Whether every figure of a line stands in a column of its own."""
    if not one.figures or one.figures[0].box.right < bands[0][0]:
        return False
    places = [_band(run, bands) for run in one.figures]
    return None not in places and len(set(places)) == len(places)


def _band(run: Run, bands: Sequence[tuple[float, float]]) -> int | None:
    """The column that a figure overlaps, if it is only one; a short figure may stand beside the others' middle."""
    hits = [n for n, (left, right) in enumerate(bands) if run.box.left <= right and left <= run.box.right]
    return hits[0] if len(hits) == 1 else None


def _in_bands(one: _Split, bands: Sequence[tuple[float, float]]) -> list[Cell]:
    placed = {_band(run, bands): run for run in one.figures}
    return [
        _cell(one.line, placed[n], n + 1)
        if n in placed
        else Cell("", f"{one.line.locator}, column {n + 1}", column=n + 1, doubt=one.line.doubt)
        for n in range(len(bands))
    ]


def _header_end(split: Sequence[_Split], first: int) -> int:
    """Number of the line above which nothing belongs to the label of the first row."""
    for number in range(first - 1, max(-1, first - _MOST_PIECES - 1), -1):
        if any(m.kind in ("applicant", "organisations") for run in split[number].line.runs for m in meanings(run.text)):
            return number
    return first - 1


def _label(
    split: Sequence[_Split], number: int, above: int, below: int, left: float
) -> tuple[str, str, set[int]] | None:
    """Label of the row on a line from the words left of its figures, on this line and on those around.

    Returns the label, the key of its outcome and the lines it stands on; None where no or several labels fit.
    """
    fits: dict[str, tuple[int, str, set[int]]] = {}
    for start in range(number, max(above, number - _MOST_PIECES), -1):
        for end in range(number + 1, min(below, number + _MOST_PIECES) + 1):
            lines = [n for n in range(start, end) if n == number or not split[n].figures]
            for text in _joined(split, lines, left):
                for key in {m.key for m in meanings(text) if m.kind == "outcome"}:
                    if key not in fits or len(lines) < fits[key][0]:
                        fits[key] = (len(lines), text, set(lines))
    if len(fits) != 1:
        return None
    (key, (_, text, lines_used)) = next(iter(fits.items()))
    return text, key, lines_used


def _joined(split: Sequence[_Split], lines: Sequence[int], left: float) -> list[str]:
    """Words of these lines left of the figures: all of them, and only the rightmost of each line."""
    words = [[run for run in split[n].labels if run.box.right < left] for n in lines]
    every = "".join(run.text for runs in words for run in runs)
    rightmost = "".join(runs[-1].text for runs in words if runs)
    begins = [runs[-1].box.left for runs in words if runs]
    usual = median(begins) if begins else 0.0
    # Words of a group's label stand further left than the label of the row.
    inner = "".join(runs[-1].text for runs in words if runs and runs[-1].box.left >= usual - runs[-1].box.height)
    return [text for text in dict.fromkeys((every, rightmost, inner)) if text]


def _in_order(labels: dict[int, tuple[str, str, set[int]]]) -> dict[int, tuple[str, str, set[int]]]:
    """Labels that stand in the order of a form, each once; where they do not, none of them is believed."""
    keys = [key for _, key, _ in labels.values()]
    for form in forms().values():
        order = [outcome.key for outcome in form.outcomes]
        places = [order.index(key) for key in keys if key in order]
        if len(places) == len(keys) and all(a < b for a, b in pairwise(places)):
            return labels
    return {}


def _is_left_of(one: _Split, left: float) -> bool:
    return not one.figures and all(run.box.right < left for run in one.labels)


def _read_header(
    split: Sequence[_Split],
    first: int,
    bands: Sequence[tuple[float, float]],
    found: list[TextLine | Row | None],
    table: int,
) -> None:
    """The applicants above the columns, each word over the middle of its column; left as lines where one is not."""
    start = first
    while start and first - start < _MOST_HEADER_LINES and not section_of(split[start - 1].line.text):
        start -= 1
    columns: list[list[Run]] = [[] for _ in bands]
    for one in split[start:first]:
        for run in one.line.runs:
            middle = (run.box.left + run.box.right) / 2
            nearest = min(range(len(bands)), key=lambda n: abs(sum(bands[n]) / 2 - middle))
            columns[nearest].append(run)
    cells = []
    for number, runs in enumerate(columns):
        texts = ["".join(run.text for run in runs[begin:]) for begin in range(len(runs))]
        named = next((t for t in texts if any(m.kind == "applicant" for m in meanings(t))), None)
        if named is None:
            return
        cells.append(Cell(named, f"{split[start].line.locator}, header {number + 1}", column=number + 1))
    found[start:first] = [None] * (first - start)
    found[start] = Row(tuple(cells), Mode.GRID, table)


def _read_headed_rows(split: Sequence[_Split], found: list[TextLine | Row | None], table: int) -> None:
    """Rows of table two below a line of its column headers, each figure under the only header that it overlaps."""
    header: list[Run] = []
    for number, one in enumerate(split):
        if found[number] is not one.line:
            header = []
            continue
        runs = one.line.runs
        kinds = [{m.kind for m in meanings(run.text)} & _COLUMN_KINDS for run in runs]
        if len(runs) > 1 and all(kinds) and "info" in kinds[0]:
            header = list(runs)
            found[number] = Row(tuple(_cell(one.line, run, n) for n, run in enumerate(runs)), Mode.GRID, table)
            continue
        if not header or not one.figures or len(one.labels) != 1:
            if not one.figures and (len(runs) > 1 or not meanings(one.line.text)):
                header = []
            continue
        row = _under(one, header[1:])
        if row is not None:
            found[number] = Row((_cell(one.line, one.labels[0], 0), *row), Mode.GRID, table)


def _under(one: _Split, header: Sequence[Run]) -> list[Cell] | None:
    placed: dict[int, Run] = {}
    for run in one.figures:
        hits = [n for n, h in enumerate(header) if run.box.left < h.box.right and h.box.left < run.box.right]
        if len(hits) != 1 or hits[0] in placed:
            return None
        placed[hits[0]] = run
    return [
        _cell(one.line, placed[n], n + 1)
        if n in placed
        else Cell("", f"{one.line.locator}, column {n + 1}", column=n + 1, doubt=one.line.doubt)
        for n in range(len(header))
    ]
