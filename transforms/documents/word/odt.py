"""ODT -> rows: tables with merged and repeated cells, and text as a reader of the page sees it."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.package import Package, attribute, local
from transforms.documents.word.lines import Lines, cell_text, titles_of_properties
from transforms.documents.word.looks import PLAIN, Piece
from transforms.documents.word.odt_text import PARAGRAPHS, Styles, is_unseen, read_paragraph

_CONTENT, _STYLES, _META, _MANIFEST = "content.xml", "styles.xml", "meta.xml", "META-INF/manifest.xml"
_GROUPS_OF_STYLES = frozenset(["styles", "automatic-styles"])
_CELLS = frozenset(["table-cell", "covered-table-cell"])
# Converted documents have a grid column for every edge of any row; larger spans are mistakes or attacks.
_MOST_COLUMNS = 256
_MOST_REPEATED_ROWS = 32
_MOST_CELLS = 200_000
_DEEPEST_TABLE = 12


def read_odt(data: bytes) -> Document:
    """Rows of an OpenDocument text. Raises UnreadableDocument when it is none, is protected, too large or hostile."""
    package = Package(data, "OpenDocument text")
    if b"encryption-data" in (package.read(_MANIFEST) or b""):
        raise UnreadableDocument("The OpenDocument text is protected by a password.")
    content = package.xml(_CONTENT)
    if content is None:
        raise UnreadableDocument(f"The package has no {_CONTENT}: it is no OpenDocument text.")
    body = next((text for one in content if local(one) == "body" for text in one if local(text) == "text"), None)
    if body is None:
        raise UnreadableDocument(f"{_CONTENT} has no text.")
    # Automatic styles of styles.xml are those of page headers, which are not read; their names occur here as well.
    common = package.xml(_STYLES)
    groups = [one for one in (common if common is not None else ()) if local(one) == "styles"]
    groups += [one for one in content if local(one) in _GROUPS_OF_STYLES]
    rows = _Walk(Styles(groups)).run(body)
    return Document(rows=tuple(rows), titles=titles_of_properties(_title(package), rows))


def _title(package: Package) -> str | None:
    """The title in the properties: a spare source, so that what is wrong with them is no harm."""
    try:
        meta = package.xml(_META)
    except UnreadableDocument:
        return None
    elements = meta.iter("{*}title") if meta is not None else ()
    return next(("".join(map(str, one.itertext())) for one in elements), None)


class _Walk:
    """One walk through a document, without recursion over its depth; collects lines and data tables as rows."""

    def __init__(self, styles: Styles) -> None:
        self.styles = styles
        self.lines = Lines()
        self.tables = 0
        self.cells = 0

    def run(self, body: etree._Element) -> list[Row]:
        stack: list[tuple[etree._Element | None, int]] = [(child, 0) for child in reversed(body)]
        while stack:
            element, depth = stack.pop()
            if element is None:  # the end of a cell of a framing table
                self.lines.flush()
                continue
            kind = local(element)
            if is_unseen(element):
                continue
            if kind in PARAGRAPHS:
                paragraph = read_paragraph(element, self.styles)
                self.lines.add(paragraph.pieces)
                stack.extend((child, depth) for box in reversed(paragraph.boxes) for child in reversed(box))
            elif kind == "table":
                self.lines.flush()
                if depth >= _DEEPEST_TABLE:
                    raise UnreadableDocument(f"Tables are nested more than {_DEEPEST_TABLE} deep.")
                for cell in reversed(self.table(element)):
                    stack.append((None, depth))
                    stack.extend((child, depth + 1) for child in reversed(cell))
            else:
                stack.extend((child, depth) for child in reversed(element))
        self.lines.flush()
        return self.lines.rows

    def table(self, table: etree._Element) -> list[etree._Element]:
        """Add the rows of a data table; of a table that only frames others, return the cells instead."""
        rows = [(row, [one for one in row if local(one) in _CELLS]) for row in _rows(table)]
        own = [cell for _, members in rows for cell in members if local(cell) == "table-cell"]
        if sum(1 for _ in table.iter("{*}table-cell")) - len(own) > len(own):
            return own
        self.tables += 1
        hidden = _hidden_columns(table)
        covered: dict[int, int] = {}  # grid column -> rows that a merged cell of a row above still covers
        number = 0
        for row, members in rows:
            for _ in range(min(_times(row, "number-rows-repeated"), _MOST_REPEATED_ROWS)):
                number += 1
                cells, covered = self.row(members, f"table {self.tables}, row {number}", covered)
                cells = [cell for cell in cells if not hidden.issuperset(range(cell.column, cell.column + cell.span))]
                if cells and not _is_collapsed(row):
                    self.lines.rows.append(Row(tuple(cells), Mode.GRID, self.tables))
        return []

    def row(
        self, members: Sequence[etree._Element], where: str, above: dict[int, int]
    ) -> tuple[list[Cell], dict[int, int]]:
        """The cells that begin in a row, each at its grid column, and what they and those above cover below."""
        cells: list[Cell] = []
        column = position = 0
        covered_until = 0
        below = {at: rows - 1 for at, rows in above.items() if rows > 1}
        for member in members:
            is_covered = local(member) == "covered-table-cell"
            text = self.cell_text(member)
            span = 1 if is_covered else min(_times(member, "number-columns-spanned"), _MOST_COLUMNS)
            height = 1 if is_covered else _times(member, "number-rows-spanned")
            for _ in range(_times(member, "number-columns-repeated")):
                if column >= _MOST_COLUMNS:
                    break
                doubt = ""
                if is_covered and text and column >= covered_until and column not in above:
                    doubt = "the table marks the cell as covered by another, and none covers it"
                if not is_covered or doubt:
                    position += 1
                    self.cells += 1
                    cells.append(Cell(text, f"{where}, cell {position}", column, span, doubt=doubt))
                if not is_covered:
                    covered_until = column + span
                    if height > 1:
                        below.update(dict.fromkeys(range(column, column + span), height - 1))
                column += 1
        if self.cells > _MOST_CELLS:
            raise UnreadableDocument(f"The tables have more than {_MOST_CELLS} cells.")
        return cells, below

    def cell_text(self, cell: etree._Element) -> str:
        """Text of a cell as printed, nested tables and text boxes included; paragraphs in it become lines."""
        pieces: list[Piece] = []
        stack = list(reversed(cell))
        while stack:
            element = stack.pop()
            if is_unseen(element) or _is_collapsed(element) or local(element) == "covered-table-cell":
                continue
            if local(element) in PARAGRAPHS:
                paragraph = read_paragraph(element, self.styles)
                pieces += [*paragraph.pieces, Piece("\n", PLAIN)]
                stack.extend(child for box in reversed(paragraph.boxes) for child in reversed(box))
            else:
                stack.extend(reversed(element))
        return cell_text(pieces)


def _rows(table: etree._Element) -> list[etree._Element]:
    """Rows of a table in their order, those in headers and groups too, not those of tables within."""
    found = []
    stack = list(reversed(table))
    while stack:
        element = stack.pop()
        kind = local(element)
        if kind == "table-row":
            found.append(element)
        elif kind in ("table-header-rows", "table-rows") or (
            kind == "table-row-group" and attribute(element, "display") != "false"
        ):
            stack.extend(reversed(element))
    return found


def _hidden_columns(table: etree._Element) -> set[int]:
    found: set[int] = set()
    at = 0
    stack = list(reversed(table))
    while stack:
        element = stack.pop()
        kind = local(element)
        if kind == "table-column":
            times = min(_times(element, "number-columns-repeated"), _MOST_COLUMNS)
            if _is_collapsed(element):
                found.update(range(at, at + times))
            at += times
        elif kind in ("table-header-columns", "table-columns", "table-column-group"):
            stack.extend(reversed(element))
    return found


def _is_collapsed(element: etree._Element) -> bool:
    return attribute(element, "visibility") in ("collapse", "filter")


def _times(element: etree._Element, name: str) -> int:
    text = attribute(element, name)
    return max(1, int(text[:6])) if text and text.isascii() and text.isdecimal() else 1
