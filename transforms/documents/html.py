"""HTML -> rows: tables with their spans, and every other visible line of text, in document order."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from lxml import etree

from transforms.documents.layouts import Layout, Layouts
from transforms.documents.model import OPENING_LINES, Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.shown import keep_what_shows
from transforms.documents.sniff import as_utf8
from transforms.documents.text import rows_of_text

# The characters by which html.xsl marks structure; its head says what each stands for.
_HOLDER, _HOLDER_END, _AROUND, _AROUND_END, _TABLE, _TABLE_END = "\ue000\ue001\ue002\ue003\ue004\ue005"
_ROW, _CELL, _SPAN, _LINE, _RAISED, _RAISED_END = "\ue006\ue007\ue008\ue009\ue00a\ue00b"
_PRE, _PRE_END, _TAB, _SPACE = "\ue00c\ue00d\ue00e\ue00f"
_PICTURE = _TAB  # inside a table
# A page may use them for glyphs of its own, or to pose as structure; written as a number as well.
# What stands there may have been a sign of a figure: it is shown as lost, not left out.
_LOST = "\ufffd".encode()
_RESERVED = re.compile(rb"\xee\x80[\x80-\x8f]")
_RESERVED_REFERENCE = re.compile(rb"&#(?:[xX]0*[eE]00[0-9a-fA-F]|0*573(?:4[4-9]|5[0-9]));?")

_SPACES = re.compile(r"[ \t\r\f\v\n]+")
_RAISED_TEXT = re.compile(f"{_RAISED}([^{_RAISED}{_RAISED_END}]*){_RAISED_END}")
_HOLDERS = re.compile(f"[{_HOLDER}{_HOLDER_END}{_TABLE}{_TABLE_END}{_PRE}{_PRE_END}]")
_STRUCTURE = re.compile("[\ue000-\ue00f]+")
_SPANS = re.compile(f"(?<={_CELL})(?:[cr][^{_SPAN}{_CELL}]*{_SPAN})+")
_ANY_TEXT = re.compile("[^\\s\ue000-\ue00f]")
_BEGINS = frozenset([_HOLDER, _TABLE, _PRE])
_DIGITS = re.compile(r"\s*(\d+)")
_LETTERS = re.compile(r"[\u4e00-\u9fff]{2}")
# A cell with nothing but a plain quantity: what differs from report to report where the layout is the same.
_FIGURE = re.compile(rf"(?<=[{_CELL}{_SPAN}])(0|[1-9][0-9]{{0,10}}(?:\.[0-9]+)?)(?=[{_CELL}{_ROW}]|\Z)", re.A)
_FIGURE_MARK = _HOLDER  # it does not occur inside a table
_LAYOUTS = Layouts()
_FAR_ABOVE = 6000  # characters; beyond them stands no title of this report
# Real forms have at most 16 columns and 30 rows; larger spans are mistakes or attacks and mean "to the end".
_MOST_COLUMNS = 64
_TITLE_META = ("articletitle", "title", "og:title", "dc.title")
_SOURCE_META = ("contentsource", "source", "author", "dc.publisher")
# Far more than the fifty tables of the longest page; a menu of a portal has some thousand lines.
_MOST_CELLS, _MOST_LINES = 200_000, 200_000
# Words that stand in a report and hardly anywhere else; portals name 行政复议 and 规章 in their menus as well.
_MARKS = re.compile(
    r"[总總][体體]情[况況]|主[动動]公[开開]政府信息(的)?(公[开開])?情[况況]|收到和[处處]理|行政[复複復][议議].{0,6}行政[诉訴][讼訟]"
    r"|主要[问問][题題]|需要[报報]告|第二十[条條]|勾稽[关關][系係]|予以公[开開]"
    # Headings and lines of reports before 2019.
    r"|依申请公开.{0,8}情况|收费及减免|存在的(主要)?(问题|不足)|信息公开(工作)?情况统计表|主动公开政府信息数|举报投诉数量|接受培训人员数"
)
_ENDS_INSIDE = re.compile(rb">[^<>]*[^<>\s][^<>]*\Z")
_XML_DECLARATION = re.compile(rb"\s*<\?xml[^>]*\?>")


def read_html(data: bytes) -> Document:
    """Rows and metadata of an HTML page. Raises UnreadableDocument when there is no element in it, or too many."""
    page = as_utf8(data).replace(b"\x00", b"")
    if declaration := _XML_DECLARATION.match(page):
        page = page[declaration.end() :]
    # Each pattern begins with a byte that is quickly looked for; together they would not.
    for pattern in (_RESERVED, _RESERVED_REFERENCE):
        if pattern.search(page):
            page = pattern.sub(_LOST, page)
    root = _parse(page)
    keep_what_shows(root, page)
    meta, headings, title = _head(root)
    _open_frames(root)
    try:
        text = _SPACES.sub(" ", str(_stylesheet()(root)))
    except etree.XSLTError:
        raise UnreadableDocument("The page is nested too deeply.") from None
    if text.count(_CELL) > _MOST_CELLS or text.count(_LINE) > _MOST_LINES:
        raise UnreadableDocument(f"The page has more than {_MOST_CELLS} cells or {_MOST_LINES} lines: it is no report.")
    begin, end = _content(text)
    report = _Report(text[begin:end])
    titles = [*(meta[name] for name in _TITLE_META if name in meta), *headings, title]
    return Document(
        rows=tuple(report.rows),
        above=_lines_above(text[:begin]),
        titles=tuple(t for t in titles if t),
        issuers=tuple(meta[name] for name in _SOURCE_META if name in meta),
        published_on=meta.get("pubdate"),
        # What is cut off behind the report is none of it.
        ends_abruptly=bool(_ENDS_INSIDE.search(page[-400:])) and not _ANY_TEXT.search(text, end),
        layouts=report.layouts,
    )


def _parse(page: bytes) -> etree._Element:
    # Plain elements: those of lxml.html are looked up in Python, one call for each.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(page, parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise UnreadableDocument(f"The page holds no readable markup ({error}).") from None
    if root is None:
        raise UnreadableDocument("The page holds no readable markup.")
    return root


@cache
def _stylesheet() -> etree.XSLT:
    return etree.XSLT(etree.XML(resources.files(__package__).joinpath("html.xsl").read_bytes()))


def _head(root: etree._Element) -> tuple[dict[str, str], list[str], str]:
    """Meta tags by name, the texts of the headings of the first two ranks, and the title of the window."""
    meta: dict[str, str] = {}
    headings: list[str] = []
    title = ""
    for element in root.iter("meta", "title", "h1", "h2"):
        if element.tag == "meta":
            name = (element.get("name") or element.get("property") or "").strip().lower()
            content = " ".join((element.get("content") or "").split())
            if name and content:
                meta.setdefault(name, content)
        elif element.tag == "title":
            title = title or " ".join((element.text or "").split())
        else:
            etree.strip_elements(element, "script", "style", with_tail=False)
            headings.append(" ".join("".join(map(str, element.itertext())).split()))
    return meta, headings, title


def _open_frames(root: etree._Element) -> None:
    """Make tables whose nested tables have more cells than they have themselves plain blocks: frames, not data."""
    for table in list(root.iter("table")):
        if next(table.iterdescendants("table"), None) is None:
            continue
        own = sum(1 for cell in table.iter("td", "th") if next(cell.iterancestors("table")) is table)
        if sum(1 for _ in table.iter("td", "th")) > 2 * own:
            table.tag = "div"


def _content(text: str) -> tuple[int, int]:
    """The smallest element that holds all headings and labels of a report: what stands around it is the page's."""
    marks = [mark.start() for mark in _MARKS.finditer(text)]
    first = next((at for at in marks if not _is_around(text, at)), None)
    if first is None:
        return 0, len(text)
    last = next(at for at in reversed(marks) if not _is_around(text, at))
    holders: list[int] = []  # where the elements begin that hold everything from the first mark on
    inner = 0  # elements that begin behind it
    for token in _HOLDERS.finditer(text):
        if token[0] in _BEGINS:
            if token.start() < first:
                holders.append(token.start())
            else:
                inner += 1
        elif inner:
            inner -= 1
        elif token.start() < last:
            holders.pop()
        else:
            return holders[-1], token.end()
    return 0, len(text)


def _is_around(text: str, at: int) -> bool:
    """Whether a place is inside a link, a menu or another element that is no part of a report."""
    return text.count(_AROUND, 0, at) > text.count(_AROUND_END, 0, at)


def _lines_above(text: str) -> tuple[str, ...]:
    """The last lines of the page above the report, cells of tables among them."""
    plain = _SPANS.sub("", text[-_FAR_ABOVE:]).replace(_AROUND, "").replace(_AROUND_END, "")
    return tuple(line for line in map(str.strip, _STRUCTURE.split(plain)) if line)[-OPENING_LINES:]


class _Report:
    """A report as html.xsl writes it, taken apart into rows; tables and lines are counted for the locators."""

    def __init__(self, text: str) -> None:
        self.rows: list[Row] = []
        self.layouts: dict[int, Layout] = {}
        self.tables = 0
        self.lines = 0
        flow, *tables = text.split(_TABLE)
        self.flow(flow)
        for part in tables:
            table, _, flow = part.partition(_TABLE_END)
            self.table(table)
            self.flow(flow)

    def flow(self, text: str) -> None:
        flow, *preformatted = text.split(_PRE)
        self.add_lines(_lines(flow))
        for part in preformatted:
            kept, _, flow = part.partition(_PRE_END)
            self.add_lines(kept.replace(_TAB, "\t").replace(_SPACE, " ").split(_LINE))
            self.add_lines(_lines(flow))

    def add_lines(self, lines: list[str]) -> None:
        if lines:
            self.rows.extend(rows_of_text(lines, first_line=self.lines + 1))
            self.lines += len(lines)

    def table(self, text: str) -> None:
        self.tables += 1
        # Breaks and spaces at either end of a cell show nothing.
        text = text.replace(f" {_LINE}", _LINE).replace(f"{_LINE} ", _LINE)
        while _LINE + _LINE in text:
            text = text.replace(_LINE + _LINE, _LINE)
        for mark in (_CELL, _SPAN, _ROW):
            text = text.replace(_LINE + mark, mark).replace(mark + _LINE, mark)
            text = text.replace(f" {mark}", mark).replace(f"{mark} ", mark)
        pieces = _FIGURE.split(text.rstrip(" " + _LINE))
        key = (self.tables, *pieces[::2])
        layout = _LAYOUTS.get(key) or _LAYOUTS.put(key, _laid_out(pieces, self.tables))
        if layout.rows:
            self.layouts[len(self.rows)] = layout
        self.rows += layout.filled(pieces[1::2])


def _laid_out(pieces: list[str], table: int) -> Layout:
    """The layout of a table, given as text and figure in turn; each cell once, at the grid column where it begins."""
    marked = [f"{_FIGURE_MARK}{at // 2}" if at % 2 else piece for at, piece in enumerate(pieces)]
    rows: list[Row] = []
    spots: list[list[tuple[int, int]]] = []
    heights: list[list[int]] = []
    occupied: dict[int, int] = {}  # grid column -> rows that it is still taken for
    for number, row in enumerate("".join(marked).split(_ROW)[1:], start=1):
        taken = occupied
        occupied = {column: left - 1 for column, left in taken.items() if left > 1}
        cells: list[Cell] = []
        figures: list[tuple[int, int]] = []
        tall: list[int] = []
        column = 0
        for position, cell in enumerate(row.split(_CELL)[1:], start=1):
            span = height = 1
            if _SPAN in cell:
                *spans, cell = cell.split(_SPAN)
                span, height = min(_span("c", spans), _MOST_COLUMNS), _span("r", spans)
            while column in taken:
                column += 1
            if column >= _MOST_COLUMNS:
                break
            if cell.startswith(_FIGURE_MARK):
                figures.append((len(cells), int(cell[1:])))
            cells.append(Cell(_printed(cell), f"table {table}, row {number}, cell {position}", column, span))
            tall.append(height)
            if height > 1:
                occupied.update(dict.fromkeys(range(column, column + span), height - 1))
            column += span
        if cells:
            rows.append(Row(tuple(cells), Mode.GRID, table))
            spots.append(figures)
            heights.append(tall)
    if any(height > 1 for tall in heights for height in tall):
        _doubt_shared(rows, heights)
    return Layout(rows, spots)


def _doubt_shared(rows: list[Row], heights: list[list[int]]) -> None:
    """Doubt figures that stand beside the labels of several rows, and those whose label stands beside several rows."""
    has_label = [any(_is_label(cell) for cell in row.cells) for row in rows]
    has_figure = [any(cell.text and not _is_label(cell) for cell in row.cells) for row in rows]
    for at, (row, tall) in enumerate(zip(rows[:-1], heights, strict=False)):
        labels = [height for cell, height in zip(row.cells, tall, strict=True) if _is_label(cell)]
        below = bool(labels) and min(labels) > 1 and has_figure[at + 1] and not has_label[at + 1]
        cells = []
        for cell, height in zip(row.cells, tall, strict=True):
            if labels and cell.text and not _is_label(cell):
                if height > 1 and any(has_label[at + 1 : at + height]):
                    cell = cell._replace(doubt="it stands beside several rows")
                elif below:
                    cell = cell._replace(doubt="its label stands beside further figures")
            cells.append(cell)
        rows[at] = row._replace(cells=tuple(cells))


def _is_label(cell: Cell) -> bool:
    return not cell.text.startswith(_FIGURE_MARK) and bool(_LETTERS.search(cell.text))


def _lines(flow: str) -> list[str]:
    """The lines of running text, without blank ones."""
    text = flow.replace(_HOLDER, _LINE).replace(_HOLDER_END, _LINE).replace(_AROUND, "").replace(_AROUND_END, "")
    return [line for line in map(str.strip, text.split(_LINE)) if line]


def _span(kind: str, spans: list[str]) -> int:
    match = next((_DIGITS.match(span[1:]) for span in spans if span.startswith(kind)), None)
    return max(1, int(match[1][:6])) if match else 1


def _printed(text: str) -> str:
    """Text of a cell as printed; breaks and paragraphs inside it are line feeds.

    A picture that stands alone may show a figure: it is no blank, and no figure either.
    """
    if _PICTURE in text:
        text = text.replace(_PICTURE, "")
        if not _ANY_TEXT.search(text):
            return "\ufffd"
    while (raised := _RAISED_TEXT.search(text)) is not None:
        # A raised mark behind a figure is a footnote; alone in its cell it is the figure.
        before = text[: raised.start()]
        kept = "" if before.replace(_LINE, " ").strip() else raised[1]
        text = f"{before} {kept} {text[raised.end() :]}"
    if _LINE not in text:
        return text.strip(" ")
    return "\n".join(filter(None, (line.strip(" ") for line in text.split(_LINE))))
