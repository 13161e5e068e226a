"""HTML -> rows: tables with their spans, and every other visible line of text, in document order."""

from __future__ import annotations

import re

from lxml import etree, html

from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.sniff import decode
from transforms.documents.text import rows_of_text

_SKIP = {
    "script",
    "style",
    "noscript",
    "template",
    "head",
    "select",
    "option",
    "textarea",
    "svg",
    "iframe",
    "title",
}
_BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_DIGITS = re.compile(r"\s*(\d+)")
_SPACES = re.compile(r"[ \t\r\f\v\n]+")
# Real forms have at most 16 columns and 30 rows; larger spans are mistakes or attacks and mean "to the end".
_MOST_COLUMNS = 64
_TITLE_META = ("articletitle", "title", "og:title", "dc.title")
_SOURCE_META = ("contentsource", "source", "author", "dc.publisher")
_MARKS = re.compile(r"总体情况|主动公开政府信息|收到和处理|行政复议|主要问题|需要报告|第二十条|勾稽关系|予以公开")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_html(data: bytes) -> Document:
    """Rows and metadata of an HTML page. Raises UnreadableDocument when there is no element in it."""
    text = _XML_DECLARATION.sub("", decode(data)).replace("\x00", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise UnreadableDocument(f"The page holds no readable markup ({error}).") from None
    meta = _meta(root)
    found = root.find("body")
    body = found if found is not None else root
    walk = _Walk(_content(body))
    walk.run(body)
    titles = [meta[name] for name in _TITLE_META if name in meta]
    titles += [" ".join("".join(map(str, heading.itertext())).split()) for heading in root.iter("h1", "h2")]
    title = root.findtext(".//title")
    if title:
        titles.append(" ".join(title.split()))
    issuers = [meta[name] for name in _SOURCE_META if name in meta]
    return Document(
        rows=tuple(walk.rows),
        content=(walk.begin, walk.end or len(walk.rows)),
        titles=tuple(t for t in titles if t),
        issuers=tuple(issuers),
        published_on=meta.get("pubdate"),
    )


def _meta(root: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name, content)
    return found


def _content(body: html.HtmlElement) -> html.HtmlElement:
    """The smallest element that holds all headings and labels of a report: what stands around it is the page's."""
    chains: list[list[html.HtmlElement]] = []
    for element in body.iter():
        text = element.text
        tail = element.tail
        if text and _MARKS.search(text):
            chains.append([element, *element.iterancestors()])
        if tail and _MARKS.search(tail) and element is not body:
            chains.append(list(element.iterancestors()))
    if not chains:
        return body
    common = chains[0]
    for chain in chains[1:]:
        members = set(chain)
        common = [element for element in common if element in members]
    inside = next((e for e in common if e.tag in ("div", "td", "article", "section", "main", "body", "form")), body)
    return inside if body in [inside, *inside.iterancestors()] else body


class _Walk:
    """One walk through a page, without recursion over its depth; collects lines and data tables as rows."""

    def __init__(self, content: html.HtmlElement) -> None:
        self.content = content
        self.begin, self.end = 0, 0
        self.rows: list[Row] = []
        self.tables = 0
        self.lines: list[str] = []
        self.lines_before = 0
        self.line: list[str] = []

    def end_line(self) -> None:
        text = _SPACES.sub(" ", "".join(self.line)).strip()
        self.line.clear()
        if text:
            self.lines.append(text)

    def flush(self) -> None:
        self.end_line()
        self.add_lines(self.lines)
        self.lines.clear()

    def add_lines(self, lines: list[str]) -> None:
        self.rows.extend(rows_of_text(lines, first_line=self.lines_before + 1))
        self.lines_before += len(lines)

    def run(self, root: html.HtmlElement) -> None:
        stack: list[tuple[bool, html.HtmlElement]] = [(True, root)]
        while stack:
            opens, element = stack.pop()
            tag = element.tag
            if not opens:
                if tag in _BLOCK:
                    self.end_line()
                if element is self.content:
                    self.flush()
                    self.end = len(self.rows)
                if element.tail and element is not root:
                    self.line.append(element.tail)
                continue
            stack.append((False, element))
            if not isinstance(tag, str) or tag in _SKIP or _hidden(element):
                continue
            if element is self.content:
                self.flush()
                self.begin = len(self.rows)
            if tag == "table" and not _is_layout(element):
                self.flush()
                self.table(element)
                continue
            if tag == "pre":
                self.flush()
                self.add_lines(str(element.text_content()).splitlines())
                continue
            if tag in _BLOCK:
                self.end_line()
            if element.text:
                self.line.append(element.text)
            stack.extend((True, child) for child in reversed(element))
        self.flush()

    def table(self, table: html.HtmlElement) -> None:
        """Add the rows of a data table; each cell once, at the grid column where it begins."""
        self.tables += 1
        occupied: dict[int, int] = {}  # grid column -> rows that it is still taken for
        for number, row in enumerate(_own(table, "tr"), start=1):
            cells: list[Cell] = []
            column = 0
            taken = {c for c, left in occupied.items() if left > 0}
            occupied = {c: left - 1 for c, left in occupied.items() if left > 1}
            for position, cell in enumerate(_own(row, "td", "th"), start=1):
                while column in taken:
                    column += 1
                span = min(_span(cell, "colspan"), _MOST_COLUMNS)
                height = _span(cell, "rowspan")
                if not _hidden(cell):
                    where = f"table {self.tables}, row {number}, cell {position}"
                    cells.append(Cell(_cell_text(cell), where, column, span))
                if height > 1:
                    occupied.update(dict.fromkeys(range(column, column + span), height - 1))
                column += span
            if cells and not _hidden(row):
                self.rows.append(Row(tuple(cells), Mode.GRID, self.tables))


def _own(element: html.HtmlElement, *tags: str) -> list[html.HtmlElement]:
    """Descendants of these tags that do not belong to a nested table (or, for cells, a nested row)."""
    found = []
    stack = list(reversed(element))
    while stack:
        child = stack.pop()
        if child.tag in tags:
            found.append(child)
        elif isinstance(child.tag, str) and child.tag not in ("table", "td", "th", "script", "style"):
            stack.extend(reversed(child))
    return found


def _is_layout(table: html.HtmlElement) -> bool:
    """A table whose nested tables have more cells than it has itself is a frame, not data."""
    if table.find(".//table") is None:
        return False
    own = sum(len(_own(row, "td", "th")) for row in _own(table, "tr"))
    return sum(1 for _ in table.iter("td", "th")) - own > own


def _span(cell: html.HtmlElement, name: str) -> int:
    match = _DIGITS.match(cell.get(name) or "")
    return max(1, int(match.group(1)[:6])) if match else 1


def _hidden(element: html.HtmlElement) -> bool:
    if element.get("hidden") is not None:
        return True
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))


def _cell_text(cell: html.HtmlElement) -> str:
    """Text of a cell as printed; breaks and paragraphs inside it become line feeds."""
    if len(cell) == 0:
        return _SPACES.sub(" ", cell.text or "").strip(" ")
    parts: list[str] = []
    stack: list[tuple[str, html.HtmlElement]] = [("open", cell)]
    while stack:
        step, element = stack.pop()
        if step == "tail":
            if element.tag in _BLOCK:
                parts.append("\n")
            parts.append(_SPACES.sub(" ", element.tail or ""))
            continue
        if element is not cell:
            stack.append(("tail", element))
        if not isinstance(element.tag, str) or element.tag in _SKIP or _hidden(element):
            continue
        if element.tag in _BLOCK and parts:
            parts.append("\n")
        parts.append(_SPACES.sub(" ", element.text or ""))
        stack.extend(("open", child) for child in reversed(element))
    lines = [line.strip(" ") for line in "".join(parts).split("\n")]
    return "\n".join(line for line in lines if line)
