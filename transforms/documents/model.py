"""What every kind of document becomes before it is read: rows of cells in document order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple


class Mode(Enum):
    """How far the boundaries of cells and rows can be trusted."""

    GRID = "grid"  # a table row with real cells and spans
    LINE = "line"  # one row a line, cells between separators: a blank cell shows
    STREAM = "stream"  # one cell a line with separators: a blank cell shows, the end of a row does not
    BARE = "bare"  # a line of text: it may be a sentence or one cell; a blank cell does not show


class Cell(NamedTuple):
    """One printed cell or line. ``column`` and ``span`` are grid columns; ``gap`` counts blank lines before it.

    ``doubt`` says why the text may not be what is printed (recognised from an image, cut by a ruling); empty: it is.
    """

    text: str
    locator: str
    column: int = 0
    span: int = 1
    gap: int = 0
    doubt: str = ""


class Row(NamedTuple):
    """Cells that stand in one row; in STREAM and BARE a row has a single cell."""

    cells: tuple[Cell, ...]
    mode: Mode
    table: int = 0


@dataclass(frozen=True)
class Document:
    """A document as rows, with the titles and names that its own metadata give, best first.

    ``content`` are the first row of the report itself and the one behind its last, where the rest is a page around it.
    """

    rows: tuple[Row, ...]
    content: tuple[int, int] | None = None
    titles: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    published_on: str | None = None
    ends_abruptly: bool = False

    @property
    def report_rows(self) -> tuple[Row, ...]:
        return self.rows[self.content[0] : self.content[1]] if self.content else self.rows


class UnreadableDocument(ValueError):
    """The bytes cannot be turned into rows; the message says why in one sentence."""
