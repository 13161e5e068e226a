"""What every kind of document becomes before it is read: rows of cells in document order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from transforms.documents.layouts import Layout


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


# Lines in which the title and the period are looked for: a real report has them on its first page.
OPENING_LINES = 40


@dataclass(frozen=True)
class Document:
    """A document as rows, with the titles and names that its own metadata give, best first.

    ``rows`` are those of the report itself; ``above`` the last lines of the page around it that stand before it.
    ``layouts`` are the tables whose layout is known, by the number of their first row. ``unread`` says of each part
    that could not be read which and why, in one sentence.
    """

    rows: tuple[Row, ...]
    above: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    issuers: tuple[str, ...] = ()
    published_on: str | None = None
    ends_abruptly: bool = False
    layouts: Mapping[int, Layout] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


class UnreadableDocument(ValueError):
    """The bytes cannot be turned into rows; the message says why in one sentence."""


class MissingProgram(UnreadableDocument):
    """A program or library that reads this kind is not installed here: where it is, the document can be read."""
