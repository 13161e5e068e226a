"""Paragraphs outside of tables -> rows of text, and the title that a document's properties may give."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from transforms.documents.model import Row
from transforms.documents.text import rows_of_text
from transforms.documents.word.looks import Piece, joined
from transforms.identity.titles import parse_title

_OPENING_ROWS = 40


class Lines:
    """The rows of a document in its order: those of tables are appended, paragraphs are gathered until one comes."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._lines: list[str] = []
        self._before = 0
        self._runs_on = False

    def add(self, pieces: Sequence[Piece], runs_on: bool = False) -> None:
        """Add the lines of a paragraph; where it ``runs_on`` the next one continues its last line."""
        # A tab before the first word is an indent; one between words parts columns.
        lines = [_without_indent(line) for line in joined(pieces).split("\n")]
        if self._runs_on and self._lines:
            lines[0] = self._lines.pop() + lines[0]
        self._lines.extend(lines)
        self._runs_on = runs_on

    def flush(self) -> None:
        """Turn what was gathered into rows: before a table, and at the end."""
        lines = [line for line in self._lines if line.strip()]
        self._lines.clear()
        self._runs_on = False
        if lines:
            self.rows.extend(rows_of_text(lines, first_line=self._before + 1))
            self._before += len(lines)


def _without_indent(line: str) -> str:
    plain = line.lstrip(" \t")
    return line if "\t" in plain.rstrip("\t") else plain


def cell_text(pieces: Sequence[Piece]) -> str:
    """Text of a cell as printed; paragraphs in it, which end in line feeds, become lines."""
    lines = [line.strip(" \t") for line in joined(pieces).split("\n")]
    return "\n".join(line for line in lines if line)


def titles_of_properties(text: str | None, rows: Sequence[Row]) -> tuple[str, ...]:
    """The title in the document's properties, where it is a report's and its text has none or the same year.

    Last year's report is often this year's template, and its properties stay.
    """
    title = parse_title(" ".join((text or "").split()))
    if title is None:
        return ()
    lines = [cell.text for row in rows[:_OPENING_ROWS] for cell in row.cells]
    printed = [parse_title(line) for line in [*lines, *(a + b for a, b in pairwise(lines))]]
    with_year = [one for one in printed if one is not None and one.report_year is not None]
    said = any(one.agency_name or one.report_year != title.report_year for one in with_year)
    return () if said else (title.text,)
