"""Reports as Word documents, their tables written as WordprocessingML so that every span is as laid out."""

from __future__ import annotations

import io
import random
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from tests.generator.compose import Report
from tests.generator.kinds.html import GAPS_PERCENT
from tests.generator.layouts import Layout
from tests.generator.model import Beside, Block, Cell, PageBreak, Paragraph, Table, placed, weights, width

FONTS = {"song": "Noto Serif CJK SC", "hei": "WenQuanYi Zen Hei", "kai": "AR PL UKai CN"}
PAPER_MM = {"A4": (210, 297), "A3": (297, 420), "Letter": (216, 279), "16K": (184, 260)}
_MARGIN_MM = 20
_TWIPS_A_MM = 56.7


def render_docx(report: Report) -> bytes:
    """The document as bytes; equal reports give equal parts (the container holds the time of writing)."""
    document = docx.Document()
    layout = report.layout
    _page(document, layout)
    rng = random.Random(report.key)
    for block in report.blocks:
        _add(document, block, layout, rng)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any, layout: Layout) -> None:
    section = document.sections[0]
    narrow, long = (Mm(side) for side in PAPER_MM[layout.page])
    section.page_width, section.page_height = (long, narrow) if layout.landscape else (narrow, long)
    section.orientation = WD_ORIENT.LANDSCAPE if layout.landscape else WD_ORIENT.PORTRAIT
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(_MARGIN_MM)
    normal = document.styles["Normal"]
    normal.font.name = FONTS[layout.font]
    normal.font.size = Pt(layout.font_size)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), FONTS[layout.font])


def _add(document: Any, block: Block, layout: Layout, rng: random.Random) -> None:
    if isinstance(block, Paragraph):
        paragraph = document.add_paragraph()
        run = paragraph.add_run(block.text)
        run.bold = block.style in ("title", "heading")
        if block.style == "title":
            paragraph.alignment = 1
            run.font.size = Pt(16)
    elif isinstance(block, PageBreak):
        document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    elif isinstance(block, Beside):
        _append(document, _beside(block, layout, rng))
    else:
        _append(document, _table(block, layout, rng, _text_width(layout)))


def _append(document: Any, table: Any) -> None:
    # The last element of a body is its section; a table must not touch the next one, or Word joins them.
    document.add_paragraph()._p.addprevious(table)


def _text_width(layout: Layout) -> int:
    """Twentieths of a point between the margins."""
    side = PAPER_MM[layout.page][1 if layout.landscape else 0]
    return int((side - 2 * _MARGIN_MM) * _TWIPS_A_MM)


def _element(name: str, **attributes: object) -> Any:
    element = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), str(value))
    return element


def _frame(widths: list[int], borders: str) -> Any:
    """An empty table with columns of these widths, in twentieths of a point."""
    table = OxmlElement("w:tbl")
    properties = _element("tblPr")
    properties.append(_element("tblW", w=sum(widths), type="dxa"))
    lines = _element("tblBorders")
    shown = {"none": (), "horizontal": ("top", "bottom", "insideH")}.get(
        borders, ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        lines.append(_element(side, val="single" if side in shown else "nil", sz=4, space=0, color="000000"))
    properties.append(lines)
    grid = _element("tblGrid")
    for twips in widths:
        grid.append(_element("gridCol", w=twips))
    table.append(properties)
    table.append(grid)
    return table


def _table(table: Table, layout: Layout, rng: random.Random, twips: int) -> Any:
    columns = width(table)
    shares = weights(table)
    widths = [int(twips * share / sum(shares)) for share in shares]
    frame = _frame(widths, layout.borders)
    owner: dict[tuple[int, int], tuple[Cell, bool]] = {}
    for row, column, cell in placed(table):
        for down in range(cell.rowspan):
            owner[row + down, column] = (cell, down == 0)
    for row in range(len(table.rows)):
        line = _element("tr")
        if row < table.header_rows and layout.break_inside == "header repeated":
            properties = _element("trPr")
            properties.append(_element("tblHeader"))
            line.append(properties)
        column = 0
        while column < columns:
            found = owner.get((row, column))
            cell, own = found or (Cell(""), True)
            # Rows that end early stay short, as word processors allow.
            if found is None and not any((row, later) in owner for later in range(column, columns)):
                break
            line.append(_cell(cell, own, layout, rng, sum(widths[column : column + cell.colspan])))
            column += cell.colspan
        frame.append(line)
    return frame


def _cell(cell: Cell, own: bool, layout: Layout, rng: random.Random, twips: int) -> Any:
    element = _element("tc")
    properties = _element("tcPr")
    properties.append(_element("tcW", w=twips, type="dxa"))
    if cell.colspan > 1:
        properties.append(_element("gridSpan", val=cell.colspan))
    if cell.rowspan > 1:
        properties.append(_element("vMerge", val="restart") if own else _element("vMerge"))
    if layout.borders == "patchy":
        lines = _element("tcBorders")
        for side in ("top", "left", "bottom", "right"):
            if rng.randrange(200) < GAPS_PERCENT:
                lines.append(_element(side, val="nil"))
        if len(lines):
            properties.append(lines)
    element.append(properties)
    element.append(_cell_paragraph(cell.text if own else "", layout))
    return element


def _cell_paragraph(text: str, layout: Layout) -> Any:
    paragraph = _element("p")
    properties = _element("pPr")
    properties.append(_element("jc", val=layout.align))
    paragraph.append(properties)
    run = _element("r")
    for at, line in enumerate(text.split("\n")):
        if at:
            run.append(_element("br"))
        piece = _element("t")
        piece.text = line
        piece.set(qn("xml:space"), "preserve")
        run.append(piece)
    paragraph.append(run)
    return paragraph


def _beside(block: Beside, layout: Layout, rng: random.Random) -> Any:
    """A table of one row whose cells hold the tables."""
    twips = _text_width(layout)
    each = twips // len(block.tables)
    outer = _frame([each] * len(block.tables), "none")
    row = _element("tr")
    for table in block.tables:
        cell = _element("tc")
        properties = _element("tcPr")
        properties.append(_element("tcW", w=each, type="dxa"))
        cell.append(properties)
        cell.append(_table(table, layout, rng, each - 200))
        cell.append(_element("p"))
        row.append(cell)
    outer.append(row)
    return outer
