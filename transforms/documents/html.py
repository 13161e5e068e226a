"""HTML -> rows: tables with their spans, and every other visible line of text, in document order."""

from __future__ import annotations

import re
from typing import Any, cast

from lxml import etree

from transforms.documents.model import Cell, Document, Mode, Row, UnreadableDocument
from transforms.documents.sniff import decode
from transforms.documents.text import rows_of_text

# Never shown as text, or chosen by the reader of the page; `head` is read for its metas before.
_UNSHOWN = ("script", "style", "noscript", "template", "head", "select", "textarea", "svg", "iframe", "title")
_BLOCK = frozenset(
    (
        "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption "
        "figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot "
        "th thead tr ul"
    ).split()
)
_HOLDERS = frozenset(["article", "body", "div", "form", "main", "pre", "section", "table", "td"])
_WRAPS = frozenset(["b", "center", "div", "em", "font", "p", "span", "strong", "u"])
_RAISED = frozenset(["sup", "sub"])
# Marks of footnotes and struck figures are no digits of the figure beside them.
_APART = frozenset(["sup", "sub", "s", "strike", "del"])
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_DIGITS = re.compile(r"\s*(\d+)")
_SPACES = re.compile(r"[ \t\r\f\v\n]+")
# Real forms have at most 16 columns and 30 rows; larger spans are mistakes or attacks and mean "to the end".
_MOST_COLUMNS = 64
_TITLE_META = ("articletitle", "title", "og:title", "dc.title")
_SOURCE_META = ("contentsource", "source", "author", "dc.publisher")
# Words that stand in a report and hardly anywhere else; portals name 行政复议 and 规章 in their menus as well.
_MARKS = re.compile(
    r"总体情况|主动公开政府信息(公开)?情况|收到和处理|行政复议.{0,4}行政诉讼|主要问题|需要报告|第二十[条條]|勾稽[关關]系|予以公[开開]"
)
_MARKED_TEXT = etree.XPath(
    "descendant::text()["
    + " or ".join(
        f"contains(., '{mark}')" for mark in ("情况", "收到", "诉讼", "问题", "报告", "第二十", "勾稽", "予以")
    )
    + "]",
    smart_strings=True,
)
# What stands in these is no part of a report, whatever words it has.
_AROUND = frozenset(["a", "nav", "header", "footer", "aside", "select", "option"])
_ENDS_INSIDE = re.compile(r">[^<>]*[^<>\s][^<>]*\Z")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def read_html(data: bytes) -> Document:
    """Rows and metadata of an HTML page. Raises UnreadableDocument when there is no element in it."""
    text = _XML_DECLARATION.sub("", decode(data)).replace("\x00", "")
    # Plain elements: those of lxml.html are looked up in Python, one call for each.
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(text.encode("utf-8", errors="replace"), parser)
    except (etree.ParserError, etree.XMLSyntaxError, AssertionError) as error:
        raise UnreadableDocument(f"The page holds no readable markup ({error}).") from None
    if root is None:
        raise UnreadableDocument("The page holds no readable markup.")
    meta = _meta(root)
    title = root.findtext(".//title")
    _drop_hidden(root, text)
    found = root.find("body")
    body = found if found is not None else root
    walk = _Walk(_content(body))
    walk.run(body)
    titles = [meta[name] for name in _TITLE_META if name in meta]
    titles += [" ".join("".join(map(str, heading.itertext())).split()) for heading in root.iter("h1", "h2")]
    if title:
        titles.append(" ".join(title.split()))
    issuers = [meta[name] for name in _SOURCE_META if name in meta]
    return Document(
        rows=tuple(walk.rows),
        content=(walk.begin, walk.end or len(walk.rows)),
        titles=tuple(t for t in titles if t),
        issuers=tuple(issuers),
        published_on=meta.get("pubdate"),
        ends_abruptly=bool(_ENDS_INSIDE.search(text[-200:])),
    )


def _meta(root: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter("meta"):
        name = (element.get("name") or element.get("property") or "").strip().lower()
        content = " ".join((element.get("content") or "").split())
        if name and content:
            found.setdefault(name, content)
    return found


def _content(body: etree._Element) -> etree._Element:
    """The smallest element that holds all headings and labels of a report: what stands around it is the page's."""
    chains: list[list[etree._Element]] = []
    for text in cast(list[Any], _MARKED_TEXT(body)):
        element = text.getparent()
        if _MARKS.search(text):
            chains.append(list(element.iterancestors()) if text.is_tail else [element, *element.iterancestors()])
    chains = [chain for chain in chains if not any(e.tag in _AROUND for e in chain)]
    if not chains:
        return body
    common = chains[0]
    for chain in chains[1:]:
        members = set(chain)
        common = [element for element in common if element in members]
    inside = next((e for e in common if e.tag in _HOLDERS), body)
    return inside if body in [inside, *inside.iterancestors()] else body


class _Walk:
    """One walk through a page, without recursion over its depth; collects lines and data tables as rows."""

    def __init__(self, content: etree._Element) -> None:
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

    def run(self, root: etree._Element) -> None:
        stack: list[tuple[bool, etree._Element]] = [(True, root)]
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
            if element is self.content:
                self.flush()
                self.begin = len(self.rows)
            if tag == "table" and not _is_layout(element):
                self.flush()
                self.table(element)
                continue
            if tag == "pre":
                self.flush()
                self.add_lines("".join(map(str, element.itertext())).splitlines())
                continue
            if tag in _BLOCK:
                self.end_line()
            elif tag in _APART:
                self.line.append(" ")
            if element.text:
                self.line.append(element.text)
            stack.extend((True, child) for child in reversed(element))
        self.flush()

    def table(self, table: etree._Element) -> None:
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
                if column >= _MOST_COLUMNS:
                    break
                span = min(_span(cell, "colspan"), _MOST_COLUMNS)
                height = _span(cell, "rowspan")
                where = f"table {self.tables}, row {number}, cell {position}"
                cells.append(Cell(_cell_text(cell), where, column, span))
                if height > 1:
                    occupied.update(dict.fromkeys(range(column, column + span), height - 1))
                column += span
            if cells:
                self.rows.append(Row(tuple(cells), Mode.GRID, self.tables))


def _own(element: etree._Element, *tags: str) -> list[etree._Element]:
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


def _is_layout(table: etree._Element) -> bool:
    """A table whose nested tables have more cells than it has itself is a frame, not data."""
    if table.find(".//table") is None:
        return False
    own = sum(len(_own(row, "td", "th")) for row in _own(table, "tr"))
    return sum(1 for _ in table.iter("td", "th")) - own > own


def _span(cell: etree._Element, name: str) -> int:
    match = _DIGITS.match(cell.get(name) or "")
    return max(1, int(match.group(1)[:6])) if match else 1


_STYLED_AWAY = etree.XPath("//*[@hidden or contains(@style, ':')][not(self::html or self::body)]")


def _drop_hidden(root: etree._Element, page: str) -> None:
    """Take out of the tree what the page does not show; the text behind an element stays."""
    etree.strip_elements(root, *_UNSHOWN, with_tail=False)
    lowered = page.lower()
    if "hidden" not in lowered and "none" not in lowered:
        return
    for element in cast(list[etree._Element], _STYLED_AWAY(root)):
        if element.get("hidden") is None and not _HIDDEN.search(element.get("style") or ""):
            continue
        parent = element.getparent()
        if parent is None:
            continue
        if element.tail:
            before = element.getprevious()
            if before is not None:
                before.tail = (before.tail or "") + element.tail
            else:
                parent.text = (parent.text or "") + element.tail
        parent.remove(element)


def _cell_text(cell: etree._Element) -> str:
    """Text of a cell as printed; breaks and paragraphs inside it become line feeds."""
    inner = cell
    # Nearly every cell is text in a paragraph or a few nested spans: straight to it.
    while len(inner) == 1 and not (inner.text and inner.text.strip()):
        child = inner[0]
        if child.tag not in _WRAPS or (child.tail and child.tail.strip()):
            break
        inner = child
    if len(inner) == 0:
        return _SPACES.sub(" ", inner.text or "").strip(" ")
    parts: list[str] = []
    stack: list[tuple[str, etree._Element]] = [("open", cell)]
    while stack:
        step, element = stack.pop()
        if step == "tail":
            if element.tag in _BLOCK or element.tag in _APART:
                parts.append("\n" if element.tag in _BLOCK else " ")
            parts.append(_SPACES.sub(" ", element.tail or ""))
            continue
        if element is not cell:
            stack.append(("tail", element))
        if element.tag in _BLOCK and parts:
            parts.append("\n")
        if element.tag in _APART:
            if element.tag in _RAISED and "".join(parts).strip():
                continue
            parts.append(" ")
        parts.append(_SPACES.sub(" ", element.text or ""))
        stack.extend(("open", child) for child in reversed(element))
    lines = [line.strip(" ") for line in "".join(parts).split("\n")]
    return "\n".join(line for line in lines if line)
