"""Whether a document holds the statistics form of 2014, which of its rows that is, and whose figures they are."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from transforms.documents.model import Document, Mode, Row
from transforms.glyphs import simplified
from transforms.reading.legacy.entries import Entry, entries_of
from transforms.reading.legacy.lines import lines_named

_YEAR = r"(?:19|20)\d{2}"
_TITLE = re.compile(
    rf"^(?:附(?:件|表)?\d{{0,2}}[:：.、]?)?(?P<name>[\u4e00-\u9fff]*?)(?P<year>{_YEAR})?(?:年度?)?(?:的)?"
    rf"政[府务]信息公开(?:工作)?情况统计(?:年)?(?:报)?表(?:[(（](?P<other>{_YEAR})?[^()（）]*[)）])?$"
)
_YEAR_BELOW = re.compile(rf"^[(（]?(?:统计年度[:：]?)?({_YEAR})年?度?[)）]?$")
# Words of the form that no later one has.
_WORDS = re.compile(
    "公开政府信息数|收到申请数|申请办结数|申请答复数|按时办结|维持具体行政行为|依法纠错|其他情形数|举报投诉数|培训"
)
_ENOUGH_WORDS = 3
_LONGEST_TITLE = 50
_ENOUGH_LABELS = 5
# Between two lines of the form stand at most its headings, a page number and the head that a new page repeats.
_LONGEST_HOLE = 4
_FAR_BELOW = 4


@dataclass(frozen=True)
class Statistics:
    """The form as found: its entries, the numbers of its rows, its title with what that names, the other rows."""

    entries: tuple[Entry, ...]
    rows: frozenset[int]
    title: str | None
    agency_name: str | None
    year: int | None

    def rest(self, document: Document) -> Document:
        """The document without the rows of the form."""
        kept = tuple(row for number, row in enumerate(document.rows) if number not in self.rows)
        return replace(document, rows=kept, layouts={})


def find_statistics(document: Document) -> Statistics | None:
    """The statistics form in a document: by its title, or by five of its labels with cells; None without."""
    rows = document.rows
    at, match = _title(rows)
    named = sum(bool(lines_named(cell.text)) for row in rows for cell in row.cells if not cell.text.isdigit())
    if at is None and named < _ENOUGH_LABELS and not _many_inline(rows):
        return None
    entries = entries_of(rows)
    with_cells = {entry.lines for entry in entries if entry.lines and entry.has_cells}
    if len(with_cells) < (_ENOUGH_LABELS if at is None else 1):
        return None
    taken = _rows_of_form(entries, rows, at)
    inside = tuple(entry for entry in entries if taken.issuperset(entry.rows[:1]))
    title = " ".join(rows[at].cells[0].text.split()) if at is not None else None
    name = match["name"] if match else ""
    year = (match["year"] or match["other"] or _year_below(rows, at)) if match and at is not None else None
    return Statistics(inside, frozenset(taken), title, name or None, int(year) if year else None)


def _title(rows: Sequence[Row]) -> tuple[int | None, re.Match[str] | None]:
    """Row of the title of the form, and the title taken apart."""
    for number, row in enumerate(rows):
        filled = [cell.text for cell in row.cells if cell.text.strip()]
        if len(filled) != 1 or len(filled[0]) > _LONGEST_TITLE or "表" not in filled[0]:
            continue
        if match := _TITLE.match("".join(simplified(filled[0]).split())):
            return number, match
    return None, None


def _many_inline(rows: Sequence[Row]) -> bool:
    """Whether lines may hold labels and figures together: looked at closely only where some of their words are."""
    return sum(row.mode is Mode.BARE and bool(_WORDS.search(row.cells[0].text)) for row in rows) >= _ENOUGH_WORDS


def _year_below(rows: Sequence[Row], title: int) -> str | None:
    for row in rows[title + 1 : title + 1 + _FAR_BELOW]:
        for cell in row.cells:
            if match := _YEAR_BELOW.match("".join(simplified(cell.text).split())):
                return match[1]
    return None


def _rows_of_form(entries: Sequence[Entry], rows: Sequence[Row], title: int | None) -> set[int]:
    """Rows of the form: from the title or the first label with a cell to the last, where they stand close together.

    A single line of a narrative that names a figure in the same words is left to the text.
    """
    tables = {entry.table for entry in entries if entry.mode is Mode.GRID and entry.lines and entry.has_cells}
    taken = {number for number, row in enumerate(rows) if row.mode is Mode.GRID and row.table in tables}
    apart = [entry for entry in entries if entry.lines and entry.mode is not Mode.GRID]
    with_cells = sorted(entry.rows[0] for entry in apart if entry.has_cells)
    for first, last in _runs(sorted({row for entry in apart for row in entry.rows})):
        figures = bisect_right(with_cells, last) - bisect_left(with_cells, first)
        if figures >= _ENOUGH_LABELS or (title is not None and figures and 0 <= first - title <= _FAR_BELOW + 1):
            taken.update(range(first, last + 1))
    if title is not None:
        first = min((row for row in taken if row > title), default=title)
        taken.update(range(title, first) if first - title <= _FAR_BELOW + 1 else [title])
    return taken


def _runs(marks: Sequence[int]) -> list[tuple[int, int]]:
    """First and last of the numbers of rows that stand together without a long hole."""
    ends = [at for at, (one, two) in enumerate(pairwise(marks)) if two - one > _LONGEST_HOLE + 1]
    firsts = [0, *(at + 1 for at in ends)]
    return [(marks[a], marks[b]) for a, b in zip(firsts, [*ends, len(marks) - 1], strict=True)] if marks else []
