"""PDF reports drawn with reportlab by the tests themselves: text by text and line by line, in many ways."""

from __future__ import annotations

import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from tests.transforms.layouts import SECTIONS, Figures, html_tables

FONT = "STSong-Light"
_TD = re.compile(r"<td(?P<attributes>[^>]*)><p>(?P<text>.*?)</p></td>", re.S)


@dataclass(frozen=True)
class Box:
    """A cell of a table: its first row and column, how many it covers, and its text."""

    row: int
    column: int
    rows: int
    columns: int
    text: str


@dataclass(frozen=True)
class Style:
    """How a report is drawn.

    ``rulings``: lines, bars (thin filled rectangles), boxes (a rectangle a cell), one (all lines in one path), dashes,
    dots, level (no upright lines) or none. ``lost``: share of the edges between cells that are not drawn.
    """

    rulings: str = "lines"
    lost: float = 0.0
    seed: int = 0
    size: float = 9
    across: str = "middle"
    down: str = "middle"
    page: tuple[float, float] = (595, 842)
    margin: float = 50
    turned: int = 0
    rotate: int = 0
    cut_rows: bool = False
    head_again: bool = False
    numbers: str = ""
    doubled: bool = False
    padding: float = 3
    thickness: float = 0.5
    origin: tuple[float, float] = (0, 0)
    words: dict[str, str] = field(default_factory=dict)


def boxes_of(table: str) -> list[Box]:
    """Cells of an HTML table of the layouts with their places in the grid."""
    found: list[Box] = []
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(table.split("<tr>")[1:]):
        column = 0
        for cell in _TD.finditer(row):
            while (number, column) in taken:
                column += 1
            spans = dict(re.findall(r'(\w+)="(\d+)"', cell["attributes"]))
            rows, columns = int(spans.get("rowspan", 1)), int(spans.get("colspan", 1))
            taken |= {(r, c) for r in range(number, number + rows) for c in range(column, column + columns)}
            found.append(Box(number, column, rows, columns, unescape(cell["text"]).replace("\xa0", "")))
            column += columns
    return found


def widths_of(boxes: list[Box], width: float) -> list[float]:
    """Widths of the columns of the three tables as offices set them: labels wide, figures narrow."""
    count = max(box.column + box.columns for box in boxes)
    known: dict[int, list[float]] = {4: [3, 2, 2, 2], 10: [1, 1.6, 4.4, *[1.3] * 7], 15: [1.0] * 15}
    shares = known.get(count, [1.0] * count)
    return [width * share / sum(shares) for share in shares]


class Drawing:
    """Pages of a report; y grows downwards from the top margin."""

    def __init__(self, style: Style, title: str = "") -> None:
        from reportlab.pdfbase import pdfmetrics
        from reportlab.pdfbase.cidfonts import UnicodeCIDFont
        from reportlab.pdfgen.canvas import Canvas

        pdfmetrics.registerFont(UnicodeCIDFont(FONT))
        self.style = style
        self.random = random.Random(style.seed)
        self.buffer = io.BytesIO()
        self.width, self.height = style.page if style.turned % 180 == 0 else style.page[::-1]
        # reportlab swaps the sides of a page that is to be shown turned.
        pagesize = style.page if style.rotate % 180 == 0 else style.page[::-1]
        self.canvas: Any = Canvas(self.buffer, pagesize=pagesize, pageCompression=0)
        self.canvas.setTitle(title)
        self.string_width = pdfmetrics.stringWidth
        self.pages = 0
        self.y = 0.0
        self.begin_page()

    @property
    def bottom(self) -> float:
        return self.height - self.style.margin

    def begin_page(self) -> None:
        self.pages += 1
        if self.style.rotate:
            self.canvas.setPageRotation(self.style.rotate)
        page_width, page_height = self.style.page
        if self.style.turned == 90:
            self.canvas.transform(0, 1, -1, 0, page_width, 0)
        elif self.style.turned == 270:
            self.canvas.transform(0, -1, 1, 0, 0, page_height)
        elif self.style.turned == 180:
            self.canvas.transform(-1, 0, 0, -1, page_width, page_height)
        self.canvas.translate(*self.style.origin)
        self.y = self.style.margin

    def end_page(self) -> None:
        if self.style.numbers:
            text = self.style.numbers.format(self.pages)
            self.text(self.width / 2 - 10, self.height - self.style.margin / 2, text)
        self.canvas.showPage()

    def next_page(self) -> None:
        self.end_page()
        self.begin_page()

    def done(self) -> bytes:
        self.end_page()
        self.canvas.save()
        return self.buffer.getvalue()

    def text(self, x: float, y: float, text: str, size: float = 0) -> None:
        """A line of text with its baseline at ``y``."""
        for shift in (0, 0.25) if self.style.doubled else (0,):
            self.canvas.setFont(FONT, size or self.style.size)
            self.canvas.drawString(x + shift, self.height - y, text)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        style, canvas = self.style, self.canvas
        low, high = self.height - y0, self.height - y1
        if style.rulings == "none" or (style.rulings == "level" and x0 == x1):
            return
        if style.rulings == "bars":
            half = style.thickness / 2
            canvas.rect(x0 - half, high - half, x1 - x0 + 2 * half, low - high + 2 * half, stroke=0, fill=1)
            return
        canvas.setLineWidth(style.thickness)
        if style.rulings == "dashes":
            canvas.setDash(3, 2)
        if style.rulings == "dots":
            count = int(max(x1 - x0, y1 - y0) / 2)
            for n in range(count + 1):
                canvas.rect(x0 + (x1 - x0) * n / count, low + (high - low) * n / count, 0.6, 0.6, stroke=0, fill=1)
            return
        canvas.line(x0, low, x1, high)
        canvas.setDash()

    def paragraph(self, text: str) -> None:
        size = 11.0
        each = int((self.width - 2 * self.style.margin) / size)
        for start in range(0, len(text), each):
            self.y += size * 1.6
            if self.y > self.bottom:
                self.next_page()
                self.y += size * 1.6
            self.text(self.style.margin, self.y, text[start : start + each], size)

    def wrapped(self, text: str, width: float) -> list[str]:
        text = self.style.words.get(text, text)
        lines = [""]
        for character in text:
            if character == "\n":
                lines.append("")
                continue
            if lines[-1] and self.string_width(lines[-1] + character, FONT, self.style.size) > width:
                lines.append("")
            lines[-1] += character
        return lines if text else []

    def table(self, boxes: list[Box], head: int = 0) -> None:
        """A table at the present height, over as many pages as it needs; ``head`` rows may be repeated."""
        _Table(self, boxes, head).draw()


class _Table:
    def __init__(self, drawing: Drawing, boxes: list[Box], head: int) -> None:
        style = drawing.style
        self.drawing, self.boxes, self.head, self.style = drawing, boxes, head, style
        widths = widths_of(boxes, drawing.width - 2 * style.margin)
        self.xs = [style.margin + sum(widths[:n]) for n in range(len(widths) + 1)]
        self.count = max(box.row + box.rows for box in boxes)
        self.leading = style.size * 1.25
        self.lines = {b: drawing.wrapped(b.text, self.box_width(b) - 2 * style.padding) for b in boxes}
        heights = [self.leading + 2 * style.padding] * self.count
        for box in sorted(boxes, key=lambda b: b.rows):
            needed = len(self.lines[box]) * self.leading + 2 * style.padding
            inside = sum(heights[box.row : box.row + box.rows])
            if needed > inside:
                heights[box.row + box.rows - 1] += needed - inside
        self.heights = heights
        edges = self.edges()
        self.lost = set(drawing.random.sample(edges, round(style.lost * len(edges)))) if style.lost else set()

    def box_width(self, box: Box) -> float:
        return self.xs[box.column + box.columns] - self.xs[box.column]

    def edges(self) -> list[tuple[Box, str]]:
        """Edges between cells of one row or column; those of the outer frame are never lost."""
        last = len(self.xs) - 1
        found = [(box, "right") for box in self.boxes if box.column + box.columns < last]
        return found + [(box, "below") for box in self.boxes if box.row + box.rows < self.count]

    def draw(self) -> None:
        """Rows to pages, each page's rows in one go, so that merged cells end where the page ends."""
        drawing, row = self.drawing, 0
        while row < self.count:
            end, used, cut = row, 0.0, None
            if row and self.style.head_again:
                used = sum(self.heights[: self.head])
            while end < self.count and drawing.y + used + self.heights[end] <= drawing.bottom:
                used += self.heights[end]
                end += 1
            room = drawing.bottom - drawing.y - used
            if end < self.count and self.style.cut_rows and room > self.leading + self.style.padding:
                cut = int((room - self.style.padding) / self.leading)
            if end == row and cut is None:
                drawing.next_page()
                continue
            if row and self.style.head_again:
                self.rows(0, self.head, 0, None)
            self.rows(row, end, 0, cut)
            if cut is not None:
                drawing.next_page()
                self.rows(end, end, cut, -1)
                end += 1
            elif end < self.count:
                drawing.next_page()
            row = end

    def rows(self, first: int, end: int, skip: int, cut: int | None) -> None:
        """Rows ``first`` to ``end``; ``cut``: so many lines of the next row as well; -1: what is left of the row."""
        heights = self.heights[first:end]
        shown = end
        if cut is not None:
            rest = self.heights[end] - skip * self.leading if cut < 0 else cut * self.leading + self.style.padding
            heights = [*heights, max(rest, self.leading)]
            shown = end + 1
        top = self.drawing.y
        ys = {first + n: top + sum(heights[:n]) for n in range(len(heights) + 1)}
        for box in self.boxes:
            begin, stop = max(box.row, first), min(box.row + box.rows, shown)
            if begin >= stop:
                continue
            x0, x1 = self.xs[box.column], self.xs[box.column + box.columns]
            self.frame(box, x0, ys[begin], x1, ys[stop], begin == first, stop == shown)
            if box.row >= first or (cut == -1 and box.row == end):
                is_cut = cut is not None and box.row == end
                lines = self.lines[box]
                if is_cut:
                    lines = lines[skip:] if cut == -1 else lines[:cut]
                self.write(box, lines, x0, ys[begin], x1, ys[stop])
        self.drawing.y = top + sum(heights)

    def frame(self, box: Box, x0: float, y0: float, x1: float, y1: float, first: bool, last: bool) -> None:
        drawing = self.drawing
        if self.style.rulings == "boxes":
            drawing.canvas.setLineWidth(self.style.thickness)
            gap = 0.6
            drawing.canvas.rect(x0 + gap, drawing.height - y1 + gap, x1 - x0 - 2 * gap, y1 - y0 - 2 * gap)
            return
        if first:
            drawing.line(x0, y0, x1, y0)
        if box.column == 0:
            drawing.line(x0, y0, x0, y1)
        if (box, "right") not in self.lost:
            drawing.line(x1, y0, x1, y1)
        if last or (box, "below") not in self.lost:
            drawing.line(x0, y1, x1, y1)

    def write(self, box: Box, lines: list[str], x0: float, y0: float, x1: float, y1: float) -> None:
        style, drawing = self.style, self.drawing
        high = len(lines) * self.leading
        start = {"top": y0 + style.padding, "bottom": y1 - style.padding - high}.get(style.down, (y0 + y1 - high) / 2)
        for number, line in enumerate(lines):
            width = drawing.string_width(line, FONT, style.size)
            x = {"left": x0 + style.padding, "right": x1 - style.padding - width}.get(
                style.across, (x0 + x1 - width) / 2
            )
            drawing.text(x, start + number * self.leading + 0.95 * style.size, line)


def tables(figures: Figures) -> Iterator[tuple[str, list[Box], int]]:
    """Heading, cells and number of header rows of each of the three tables."""
    for heading, table, head in zip(SECTIONS[1:4], html_tables(figures), (0, 3, 3), strict=True):
        yield heading, boxes_of(table), head


def report(figures: Figures, style: Style | None = None) -> bytes:
    """A whole report as a PDF."""
    drawing = Drawing(style or Style())
    drawing.y += 20
    drawing.text(drawing.style.margin, drawing.y, figures.title, 14)
    drawing.paragraph(SECTIONS[0])
    drawing.paragraph(f"本年度主动公开信息{figures.year}条。" + "工作有序开展，制度逐步完善，渠道不断拓宽。" * 8)
    for heading, boxes, head in tables(figures):
        drawing.paragraph(heading)
        drawing.y += 6
        drawing.table(boxes, head)
    for heading, text in ((SECTIONS[4], "工作还有差距。"), (SECTIONS[5], "无。")):
        drawing.paragraph(heading)
        drawing.paragraph(text)
    return drawing.done()
