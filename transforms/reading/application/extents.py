"""Where rows of text stand in table three: what complete ones show of the columns of the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transforms.documents.model import Mode
from transforms.forms import Form
from transforms.reading.placing import is_blank
from transforms.reading.segments.found import Found


class Extent(NamedTuple):
    """Columns of a row of text: its label, its first figure, its last cell (blank ones of merged columns count)."""

    label: int
    start: int
    end: int


def learned_starts(rows: Sequence[Found], form: Form) -> tuple[Extent, ...]:
    """What complete rows show of the columns of a table in lines: all figures side by side, or right below a header."""
    width = len(form.applicants)
    learned: dict[Extent, None] = {}
    for row in rows:
        if row.mode is not Mode.LINE or not row.label_cells:
            continue
        filled = [cell for cell in row.values if not is_blank(cell)]
        below = row.values[-width:] if _below_header(row, width) else filled
        if len(below) == width:
            first, last = below[0].column, below[-1].column
            if last - first == width - 1:
                learned[Extent(row.label_cells[0].column, first, row.values[-1].column)] = None
    return tuple(learned)


def _below_header(row: Found, width: int) -> bool:
    """Whether the last cells of a row stand below a header that prints a cell for each column, as Markdown has to."""
    if len(row.values) < width:
        return False
    ends = [h.cell.column for h in row.header if h.meaning and h.meaning.key in ("natural_person", "total")]
    return (
        len(ends) == 2 and ends[1] - ends[0] == width - 1 and [row.values[-width].column, row.values[-1].column] == ends
    )


def start_of(found: Found, learned: Sequence[Extent]) -> int | None:
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


def is_longer(found: Found, learned: Sequence[Extent]) -> bool:
    """Whether a row ends behind every complete row whose label stands alike: it has got a cell too many."""
    if found.mode is not Mode.LINE or not found.label_cells or not found.values:
        return False
    ends = [row.end for row in learned if row.label == found.label_cells[0].column]
    return bool(ends) and found.values[-1].column > max(ends)
