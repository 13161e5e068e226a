"""A laid-out document before it is rendered: paragraphs and tables of cells with spans, whatever the kind of file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

HEADER, LABEL, FIGURE, FILLER = "header", "label", "figure", "filler"


class Cell(NamedTuple):
    """``text`` may hold line breaks; ``path`` is the PATH of a figure."""

    text: str
    colspan: int = 1
    rowspan: int = 1
    role: str = LABEL
    path: str | None = None


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows of own cells (those under a span are not repeated); the first ``header_rows`` may be printed again."""

    rows: tuple[Row, ...]
    header_rows: int = 0


@dataclass(frozen=True)
class Beside:
    """Tables that stand side by side."""

    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Paragraph:
    """``style``: title, heading, body, note or page number."""

    text: str
    style: str = "body"


@dataclass(frozen=True)
class PageBreak:
    """The following stands on a new page."""


Block = Table | Beside | Paragraph | PageBreak


class Placed(NamedTuple):
    """A cell at its place in the grid."""

    row: int
    column: int
    cell: Cell


def placed(table: Table) -> Iterator[Placed]:
    """Every own cell with its place, spans from above and from the left taken into account."""
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(table.rows):
        column = 0
        for cell in row:
            while (at, column) in taken:
                column += 1
            yield Placed(at, column, cell)
            taken |= {(at + down, column + right) for down in range(cell.rowspan) for right in range(cell.colspan)}
            column += cell.colspan


def width(table: Table) -> int:
    """Columns of the grid."""
    return max(place.column + place.cell.colspan for place in placed(table))


def expanded(table: Table) -> list[list[str]]:
    """Texts by row and column, empty under a span; a row ends where its last cell does."""
    texts: list[dict[int, str]] = [{} for _ in table.rows]
    for row, column, cell in placed(table):
        for below in texts[row : row + cell.rowspan]:
            below |= dict.fromkeys(range(column, column + cell.colspan), "")
        texts[row][column] = cell.text
    return [[row.get(column, "") for column in range(max(row, default=-1) + 1)] for row in texts]


def weights(table: Table) -> list[float]:
    """How wide the columns are in proportion: those of labels wider than those of figures."""
    found = [1.0] * width(table)
    for _, column, cell in placed(table):
        if cell.colspan == 1 and cell.role == LABEL:
            found[column] = max(found[column], min(len(cell.text), 12) / 4)
    return found
