"""DOCX -> rows: tables with merged cells, content controls and tracked changes as a reader of the page sees them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from lxml import etree

from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.text import rows_of_text
from transforms.documents.word.docx_package import attribute, is_on, local, properties, read_parts, shown
from transforms.documents.word.docx_text import UNSEEN, Look, Piece, Styles, joined, read_paragraph
from transforms.identity.titles import parse_title

# Stand between a table and its rows, or a row and its cells, and are not shown themselves.
_WRAPS = frozenset(["sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "Choice"])
# Real forms have at most 16 columns; larger spans are mistakes or attacks.
_MOST_COLUMNS = 64
_DEEPEST_TABLE = 12
_OPENING_ROWS = 40


def read_docx(data: bytes) -> Document:
    """Rows of a Word document. Raises UnreadableDocument when it is no DOCX, is protected, too large or hostile."""
    parts = read_parts(data)
    rows = _Walk(Styles(parts.styles)).run(parts.body)
    return Document(rows=tuple(rows), titles=_titles(parts.core, rows))


def _titles(core: etree._Element | None, rows: Sequence[Row]) -> tuple[str, ...]:
    """The title in the document's properties, where it is a report's and its text has none or the same year.

    Last year's report is often this year's template, and its properties stay.
    """
    text = next((element.text for element in core if local(element) == "title"), None) if core is not None else None
    title = parse_title(" ".join((text or "").split()))
    if title is None:
        return ()
    lines = [cell.text for row in rows[:_OPENING_ROWS] for cell in row.cells]
    printed = [parse_title(line) for line in [*lines, *(a + b for a, b in pairwise(lines))]]
    with_year = [one for one in printed if one is not None and one.report_year is not None]
    said = any(one.agency_name or one.report_year != title.report_year for one in with_year)
    return () if said else (title.text,)


class _Walk:
    """One walk through a document, without recursion over its depth; collects lines and data tables as rows."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.rows: list[Row] = []
        self.lines: list[str] = []
        self.lines_before = 0
        self.tables = 0
        self.runs_on = False

    def run(self, body: etree._Element) -> list[Row]:
        stack: list[tuple[etree._Element | None, int]] = [(child, 0) for child in reversed(body)]
        while stack:
            element, depth = stack.pop()
            if element is None:  # the end of a cell of a framing table
                self.flush()
                continue
            kind = local(element)
            if kind == "p":
                stack.extend((child, depth) for box in reversed(self.paragraph(element)) for child in reversed(box))
            elif kind == "tbl":
                self.flush()
                if depth >= _DEEPEST_TABLE:
                    raise UnreadableDocument(f"Tables are nested more than {_DEEPEST_TABLE} deep.")
                for cell in reversed(self.table(element)):
                    stack.append((None, depth))
                    stack.extend((child, depth + 1) for child in reversed(cell))
            elif kind == "AlternateContent":
                stack.extend((child, depth) for child in shown(element))
            elif kind not in UNSEEN:
                stack.extend((child, depth) for child in reversed(element))
        self.flush()
        return self.rows

    def paragraph(self, element: etree._Element) -> list[etree._Element]:
        """Add the lines of a paragraph; returns its text boxes."""
        paragraph = read_paragraph(element, self.styles)
        # A tab before the first word is an indent; one between words parts columns.
        lines = [_without_indent(line) for line in joined(paragraph.pieces).split("\n")]
        if self.runs_on and self.lines:
            lines[0] = self.lines.pop() + lines[0]
        self.lines.extend(lines)
        self.runs_on = paragraph.runs_on
        return paragraph.boxes

    def flush(self) -> None:
        lines = [line for line in self.lines if line.strip()]
        self.lines.clear()
        self.runs_on = False
        if lines:
            self.rows.extend(rows_of_text(lines, first_line=self.lines_before + 1))
            self.lines_before += len(lines)

    def table(self, table: etree._Element) -> list[etree._Element]:
        """Add the rows of a data table; of a table that only frames others, return the cells instead."""
        rows = [(row, _members(row, "tc")) for row in _members(table, "tr")]
        own = sum(len(cells) for _, cells in rows)
        nested = sum(1 for _ in table.iter("{*}tc")) - own
        if nested > own:
            return [cell for _, cells in rows for cell in cells]
        self.tables += 1
        merged: set[int] = set()  # grid columns at which a cell of the row above goes on below
        for number, (row, members) in enumerate(rows, start=1):
            of_row = properties(row, "trPr")
            if "del" in of_row or is_on(of_row.get("hidden")):
                continue
            cells, merged = self.cells(members, _whole(of_row.get("gridBefore"), 0), f"row {number}", merged)
            if cells:
                self.rows.append(Row(tuple(cells), Mode.GRID, self.tables))
        return []

    def cells(
        self, members: Sequence[etree._Element], column: int, row: str, above: set[int]
    ) -> tuple[list[Cell], set[int]]:
        """The cells that begin in a row, each at its grid column, and the columns at which cells go on below."""
        cells: list[Cell] = []
        below: set[int] = set()
        for position, member in enumerate(members, start=1):
            own = properties(member, "tcPr")
            if "cellDel" in own:
                continue
            span = max(1, _whole(own.get("gridSpan"), 1))
            if cells and _goes_on(own.get("hMerge")):
                last = cells.pop()
                cells.append(Cell(last.text, last.locator, last.column, min(last.span + span, _MOST_COLUMNS)))
                column += span
                continue
            text = self.cell_text(member)
            # A merge that goes on is the cell above, not a blank one; without such a cell it is one of its own.
            goes_on = _goes_on(own.get("vMerge")) or _is_merged_by_change(own.get("cellMerge"))
            if not goes_on or (text and column not in above):
                cells.append(Cell(text, f"table {self.tables}, {row}, cell {position}", column, span))
            if "vMerge" in own or "cellMerge" in own:
                below.add(column)
            column += span
        return cells, below

    def cell_text(self, cell: etree._Element) -> str:
        """Text of a cell as printed, nested tables and text boxes included; paragraphs in it become lines."""
        pieces: list[Piece] = []
        stack = list(reversed(cell))
        while stack:
            element = stack.pop()
            kind = local(element)
            if kind == "p":
                paragraph = read_paragraph(element, self.styles)
                pieces += paragraph.pieces
                if paragraph.boxes or not paragraph.runs_on:
                    pieces.append(Piece("\n", Look()))
                stack.extend(child for box in reversed(paragraph.boxes) for child in reversed(box))
            elif kind == "AlternateContent":
                stack.extend(shown(element))
            elif kind == "tr" and ("del" in (of_row := properties(element, "trPr")) or is_on(of_row.get("hidden"))):
                continue
            elif kind not in UNSEEN:
                stack.extend(reversed(element))
        lines = [line.strip(" \t") for line in joined(pieces).split("\n")]
        return "\n".join(line for line in lines if line)


def _members(parent: etree._Element, name: str) -> list[etree._Element]:
    """Rows of a table or cells of a row, also those in content controls and insertions."""
    found = []
    stack = list(reversed(parent))
    while stack:
        element = stack.pop()
        kind = local(element)
        if kind == name:
            found.append(element)
        elif kind == "AlternateContent":
            stack.extend(shown(element))
        elif kind in _WRAPS:
            stack.extend(reversed(element))
    return found


def _goes_on(merge: etree._Element | None) -> bool:
    return merge is not None and attribute(merge, "val") != "restart"


def _is_merged_by_change(change: etree._Element | None) -> bool:
    """A tracked merge with the cell above."""
    return change is not None and attribute(change, "vMerge") == "cont"


def _whole(element: etree._Element | None, default: int) -> int:
    text = attribute(element, "val") if element is not None else None
    return min(int(text[:6]), _MOST_COLUMNS) if text and text.isdecimal() else default


def _without_indent(line: str) -> str:
    plain = line.lstrip(" \t")
    return line if "\t" in plain.rstrip("\t") else plain
