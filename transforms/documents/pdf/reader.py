"""A PDF from its bytes to rows: pages in order, tables in their lines, lines of text between them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from transforms.documents.model import OPENING_LINES, Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.pdf.lines import TextLine, paragraphs, text_lines, without_page_numbers
from transforms.documents.pdf.opening import opened, opened_page
from transforms.documents.pdf.page import Page, read_page
from transforms.documents.pdf.shapes import Box, Glyph
from transforms.documents.pdf.tables.cells import cells_of
from transforms.documents.pdf.tables.grid import Lines, Table, TableCell, TooManyLines, lines_of, tables_of
from transforms.documents.pdf.tables.joining import PageTable, goes_on, rows_of_tables
from transforms.documents.pdf.unruled.rows import rows_without_lines
from transforms.identity.titles import parse_title
from transforms.reading.labels import meanings, section_of

_NO_TEXT = "The PDF shows no text."
# Three figures in one line of one cell: the lines of this table do not part its columns.
_SEVERAL_FIGURES = re.compile(r"(?:^|\s)[\d.,]+[ ]+[\d.,]+[ ]+[\d.,]+(?:\s|$)")


@dataclass(frozen=True)
class _PageParts:
    """Lines of a page by column of text, and its tables, each with the height at which it begins."""

    columns: list[list[TextLine]]
    tables: list[tuple[Box, PageTable]]


def has_text_layer(data: bytes) -> bool:
    """Whether any page shows text of its own, neither an image nor put there by text recognition.

    Raises UnreadableDocument as ``read_pdf`` does, but for a missing text layer.
    """
    with opened(data) as pdf:
        for index in range(len(pdf)):
            with opened_page(pdf, index) as page:
                if page is None:
                    continue
                read = read_page(page, index + 1)
                if not read.is_image and not read.doubt and any(glyph.text != " " for glyph in read.glyphs):
                    return True
    return False


def read_pdf(data: bytes) -> Document:
    """Rows of a PDF; of one whose pages are all images by text recognition.

    Raises UnreadableDocument when it is damaged, protected, too large or empty.
    """
    pages: list[_PageParts] = []
    unread: list[str] = []
    images = 0
    with opened(data) as pdf:
        for page in _pages(pdf, unread):
            if page.is_image:
                images += 1
                unread.append(f"Page {page.number} is an image without a text layer; what it shows is not read.")
            pages.append(_parts(page, unread))
        info = pdf.get_metadata_dict(skip_empty=True)
    if images and images == len(pages):
        return _read_as_scan(data)
    if not any(part.columns or part.tables for part in pages):
        raise UnreadableDocument(unread[0] if unread else _NO_TEXT)
    rows = list(_rows(_without_page_numbers(pages)))
    return Document(rows=tuple(rows), titles=_titles(info.get("Title", ""), rows), unread=tuple(unread))


def _read_as_scan(data: bytes) -> Document:
    # What recognises text takes a second to load, and most PDFs do without.
    from transforms.documents.scan.reading import read_scanned_pdf

    return read_scanned_pdf(data)


def _pages(pdf: object, unread: list[str]) -> Iterator[Page]:
    characters = objects = 0
    for index in range(len(pdf)):  # type: ignore[arg-type]
        with opened_page(pdf, index) as page:
            if page is None:
                unread.append(f"Page {index + 1} is damaged and cannot be read.")
                continue
            read = read_page(page, index + 1, characters, objects)
        characters += len(read.glyphs)
        objects += read.objects
        yield read


def _parts(page: Page, unread: list[str]) -> _PageParts:
    try:
        lines = lines_of(page.strokes, page.em)
    except TooManyLines:
        unread.append(f"Page {page.number} holds a drawing of more lines than a table has; only its text is read.")
        lines = Lines([], [])
    tables = tables_of(lines, page.em)
    inside, outside = _apart(page.glyphs, tables)
    read: list[tuple[Box, PageTable]] = []
    for table, glyphs in zip(tables, inside, strict=True):
        cells = cells_of(table, glyphs, _strikes(table, page), page.em)
        if len(cells) < 2 or any(_SEVERAL_FIGURES.search(cell.text) for cell in cells):
            outside += glyphs
            continue
        if page.doubt:
            cells = [cell._replace(doubt=page.doubt) for cell in cells]
        read.append((table.box, PageTable(page.number, len(read) + 1, tuple(table.xs), tuple(cells), page.em)))
    _refuse_two_reports(read, page.number)
    columns = text_lines(outside, page.number, page.height, page.em, page.doubt)
    _refuse_two_columns(columns, page.number)
    return _PageParts(columns, read)


def _apart(glyphs: Sequence[Glyph], tables: Sequence[Table]) -> tuple[list[list[Glyph]], list[Glyph]]:
    """Glyphs inside each table, the smallest that holds them, and those outside of all."""
    inside: list[list[Glyph]] = [[] for _ in tables]
    outside: list[Glyph] = []
    order = sorted(range(len(tables)), key=lambda n: tables[n].box.width * tables[n].box.height)
    boxes = [(inside[n], tables[n].box) for n in order]
    for glyph in glyphs:
        _, west, north, east, south, _, _ = glyph
        x, y = (west + east) / 2, (north + south) / 2
        for own, (left, top, right, bottom) in boxes:
            if left <= x <= right and top <= y <= bottom:
                own.append(glyph)
                break
        else:
            outside.append(glyph)
    return inside, outside


def _strikes(table: Table, page: Page) -> list[Box]:
    """Level lines inside a table that are none of its own: drawn through or under its text."""
    near = 0.3 * page.em
    west, north, east, south = table.box
    found = []
    for stroke in page.strokes:
        left, top, right, bottom = stroke
        y = (top + bottom) / 2
        if right - left <= bottom - top or not (north <= y <= south and west <= left <= east):
            continue
        below = bisect_right(table.ys, y)
        if y - table.ys[below - 1] > near and (below == len(table.ys) or table.ys[below] - y > near):
            found.append(Box(*stroke))
    return found


def _labels(cells: Sequence[TableCell]) -> set[str]:
    """Keys of the rows that a table has; 其他 and 总计 stand in the headers of table four as well."""
    found = (meanings(cell.text) for cell in cells)
    return {m.key for means in found if all(m.kind in ("outcome", "row") for m in means) for m in means}


def _refuse_two_reports(tables: Sequence[tuple[Box, PageTable]], page: int) -> None:
    """Two reports side by side: which of them is asked for cannot be told, and their rows must not mix."""
    for (first, one), (second, other) in combinations(tables, 2):
        beside = first.top < second.bottom and second.top < first.bottom
        if beside and len(_labels(one.cells) & _labels(other.cells)) >= 2:
            raise UnreadableDocument(f"Two reports stand side by side on page {page}; each is needed by itself.")


def _refuse_two_columns(columns: Sequence[Sequence[TextLine]], page: int) -> None:
    sections = [{section for line in column if (section := section_of(line.text))} for column in columns]
    if any(len(one & other) >= 2 for one, other in combinations(sections, 2)):
        raise UnreadableDocument(f"Two reports stand side by side on page {page}; each is needed by itself.")


def _without_page_numbers(pages: Sequence[_PageParts]) -> list[_PageParts]:
    kept = without_page_numbers([[line for column in page.columns for line in column] for page in pages])
    found = []
    for page, lines in zip(pages, kept, strict=True):
        shown = set(map(id, lines))
        columns = [[line for line in column if id(line) in shown] for column in page.columns]
        found.append(_PageParts([column for column in columns if column], page.tables))
    return found


def _rows(pages: Sequence[_PageParts]) -> Iterator[Row]:
    """Rows of all pages in reading order; a table that goes on over a page break is one."""
    lines: list[TextLine] = []
    parts: list[PageTable] = []
    tables = 0

    def text() -> Iterator[Row]:
        for paragraph in paragraphs(lines):
            doubt = next((line.doubt for line in paragraph if line.doubt), "")
            joined = "".join(line.text for line in paragraph)
            yield Row((Cell(joined, paragraph[0].locator, doubt=doubt),), Mode.BARE)
        lines.clear()

    def table() -> Iterator[Row]:
        nonlocal tables
        if parts:
            tables += 1
            yield from rows_of_tables(parts, tables, _is_label)
            parts.clear()

    for item in _with_unruled(pages):
        if isinstance(item, PageTable):
            if lines or (parts and not goes_on(parts[-1], item)):
                yield from text()
                yield from table()
            parts.append(item)
            continue
        yield from table()
        if isinstance(item, TextLine):
            lines.append(item)
        else:
            yield from text()
            yield item
    yield from text()
    yield from table()


def _with_unruled(pages: Sequence[_PageParts]) -> Iterator[TextLine | PageTable | Row]:
    """Lines, tables and rows without lines in reading order; what stands between two tables is read as a whole."""
    stretch: list[TextLine] = []
    for page in pages:
        for item in _in_order(page):
            if isinstance(item, TextLine):
                stretch.append(item)
                continue
            yield from rows_without_lines(stretch)
            stretch = []
            yield item
    yield from rows_without_lines(stretch)


def _is_label(text: str) -> bool:
    return any(meaning.kind in ("outcome", "row", "item") for meaning in meanings(text))


def _in_order(page: _PageParts) -> Iterator[TextLine | PageTable]:
    """Lines and tables of a page in the order in which they are read."""
    waiting = list(page.tables)
    for column in page.columns:
        for line in column:
            while waiting and _stands_before(waiting[0][0], line, len(page.columns) == 1):
                yield waiting.pop(0)[1]
            yield line
    for _, table in waiting:
        yield table


def _stands_before(table: Box, line: TextLine, alone: bool) -> bool:
    beside = alone or (table.left < line.box.right and line.box.left < table.right)
    return beside and (table.top + table.bottom) / 2 < (line.box.top + line.box.bottom) / 2


def _titles(text: str, rows: Sequence[Row]) -> tuple[str, ...]:
    """The title in the properties, where it names a body and a year and the pages print no title of their own."""
    title = parse_title(" ".join(text.split()))
    if title is None or not title.agency_name or not title.report_year:
        return ()
    lines = [cell.text for row in rows[:OPENING_LINES] for cell in row.cells]
    printed = [one for line in lines if (one := parse_title(line)) is not None]
    return () if any(one.agency_name or one.report_year for one in printed) else (title.text,)
