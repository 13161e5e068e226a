"""DOCX -> rows: tables with merged cells, content controls and tracked changes as a reader of the page sees them."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.package import attribute, local
from transforms.documents.word.docx_package import is_on, properties, read_parts, shown
from transforms.documents.word.docx_text import UNSEEN, Styles, read_paragraph
from transforms.documents.word.lines import Lines, cell_text, titles_of_properties
from transforms.documents.word.looks import PLAIN, Piece

# Stand between a table and its rows, or a row and its cells, and are not shown themselves.
_WRAPS = frozenset(["sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml", "Choice"])
# Real forms have at most 16 columns; larger spans are mistakes or attacks.
_MOST_COLUMNS = 64
_DEEPEST_TABLE = 12


def read_docx(data: bytes) -> Document:
    """Rows of a Word document. Raises UnreadableDocument when it is no DOCX, is protected, too large or hostile."""
    parts = read_parts(data)
    rows = _Walk(Styles(parts.styles)).run(parts.body)
    core = parts.core if parts.core is not None else ()
    title = next((element.text for element in core if local(element) == "title"), None)
    return Document(rows=tuple(rows), titles=titles_of_properties(title, rows))


class _Walk:
    """One walk through a document, without recursion over its depth; collects lines and data tables as rows."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.lines = Lines()
        self.tables = 0

    def run(self, body: etree._Element) -> list[Row]:
        stack: list[tuple[etree._Element | None, int]] = [(child, 0) for child in reversed(body)]
        while stack:
            element, depth = stack.pop()
            if element is None:  # the end of a cell of a framing table
                self.lines.flush()
                continue
            kind = local(element)
            if kind == "p":
                stack.extend((child, depth) for box in reversed(self.paragraph(element)) for child in reversed(box))
            elif kind == "tbl":
                self.lines.flush()
                if depth >= _DEEPEST_TABLE:
                    raise UnreadableDocument(f"Tables are nested more than {_DEEPEST_TABLE} deep.")
                for cell in reversed(self.table(element)):
                    stack.append((None, depth))
                    stack.extend((child, depth + 1) for child in reversed(cell))
            elif kind == "AlternateContent":
                stack.extend((child, depth) for child in shown(element))
            elif kind not in UNSEEN:
                stack.extend((child, depth) for child in reversed(element))
        self.lines.flush()
        return self.lines.rows

    def paragraph(self, element: etree._Element) -> list[etree._Element]:
        """Add the lines of a paragraph; returns its text boxes."""
        paragraph = read_paragraph(element, self.styles)
        self.lines.add(paragraph.pieces, paragraph.runs_on)
        return paragraph.boxes

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
                self.lines.rows.append(Row(tuple(cells), Mode.GRID, self.tables))
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
                    pieces.append(Piece("\n", PLAIN))
                stack.extend(child for box in reversed(paragraph.boxes) for child in reversed(box))
            elif kind == "AlternateContent":
                stack.extend(shown(element))
            elif kind == "tr" and ("del" in (of_row := properties(element, "trPr")) or is_on(of_row.get("hidden"))):
                continue
            elif kind not in UNSEEN:
                stack.extend(reversed(element))
        return cell_text(pieces)


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
