"""Reports as PDF laid out by reportlab: fonts, borders with gaps, tables that run over pages."""

from __future__ import annotations

import io
import random
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.platypus import Flowable, LongTable, SimpleDocTemplate, Spacer
from reportlab.platypus import PageBreak as NewPage
from reportlab.platypus import Paragraph as Lines
from reportlab.platypus.doctemplate import LayoutError

from tests.generator.compose import Report
from tests.generator.kinds.docx import PAPER_MM
from tests.generator.kinds.html import GAPS_PERCENT
from tests.generator.layouts import Layout
from tests.generator.model import Beside, Block, PageBreak, Paragraph, Table, placed, weights, width

# TrueType fonts that reportlab can embed; where one is absent, the reader's own Song face is referred to.
_FONT_FILES = {
    "song": "/usr/share/fonts/truetype/arphic/uming.ttc",
    "hei": "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "kai": "/usr/share/fonts/truetype/arphic/ukai.ttc",
}
# What a face has no glyph for (the minus sign) is set in this one; office suites do likewise.
_SPARE_FONT_FILE = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
_MARGIN = 18 * mm
_ALIGN = {"left": TA_LEFT, "center": TA_CENTER, "right": TA_RIGHT}


def render_pdf(report: Report) -> bytes:
    """The document as bytes; page numbers stand at the foot of every page.

    A cell that spans rows cannot be cut by the end of a page: the pages are as long as the longest of them needs.
    """
    for longer in (1.0, 1.5, 2.5, 4.0):
        try:
            return _rendered(report, longer)
        except (LayoutError, TypeError):  # saying which cell is too long, reportlab itself may fail
            continue
    raise ValueError(f"{report.title}: a cell is longer than four pages.")


def _rendered(report: Report, longer: float) -> bytes:
    layout = report.layout
    size = (PAPER_MM[layout.page][0] * mm, PAPER_MM[layout.page][1] * mm)
    width, height = landscape(size) if layout.landscape else size
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=(width, height * longer),
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
        invariant=1,
        title=report.title,
    )
    rng = random.Random(report.key)
    story: list[Flowable] = []
    for block in report.blocks:
        story += _flowables(block, layout, rng, document.width)

    def foot(canvas: Any, template: Any) -> None:
        canvas.setFont(_font(layout.font), 9)
        canvas.drawCentredString(template.pagesize[0] / 2, 10 * mm, f"— {canvas.getPageNumber()} —")

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def missing_fonts() -> list[str]:
    """The files that are embedded and not installed; each is referred to by another name instead."""
    return [file for file in _FONT_FILES.values() if not Path(file).exists()]


@cache
def _font(name: str) -> str:
    try:
        if Path(_FONT_FILES[name]).exists():
            pdfmetrics.registerFont(TTFont(name, _FONT_FILES[name]))
            return name
    except TTFError:
        # A file of another make under the same name; the fallback below needs no file.
        pass
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


def _markup(text: str, layout: Layout) -> str:
    """Text as markup of reportlab; what the layout's face lacks is set in another that has it."""
    face, spare = pdfmetrics.getFont(_font(layout.font)), _spare_font()
    if spare is None or not isinstance(face, TTFont):
        return escape(text)
    lacking = {character for character in text if character > " " and ord(character) not in face.face.charToGlyph}
    return "".join(f'<font name="{spare}">{c}</font>' if c in lacking else escape(c) for c in text)


@cache
def _spare_font() -> str | None:
    if not Path(_SPARE_FONT_FILE).exists():
        return None
    pdfmetrics.registerFont(TTFont("spare", _SPARE_FONT_FILE))
    return "spare"


def _style(layout: Layout, scale: float = 1.0, align: int = TA_LEFT) -> ParagraphStyle:
    size = layout.font_size * scale
    return ParagraphStyle(
        "own", fontName=_font(layout.font), fontSize=size, leading=size * 1.3, alignment=align, wordWrap="CJK"
    )


def _flowables(block: Block, layout: Layout, rng: random.Random, room: float) -> list[Flowable]:
    if isinstance(block, Paragraph):
        title = block.style == "title"
        style = _style(layout, 1.5 if title else 1.0, TA_CENTER if title else TA_LEFT)
        return [Lines(_markup(block.text, layout), style), Spacer(1, 4)]
    if isinstance(block, PageBreak):
        return [NewPage()]
    if isinstance(block, Beside):
        each = room / len(block.tables)
        inner = [[_table(table, layout, rng, each - 6) for table in block.tables]]
        return [LongTable(inner, colWidths=[each] * len(block.tables)), Spacer(1, 6)]
    return [_table(block, layout, rng, room), Spacer(1, 6)]


def _table(table: Table, layout: Layout, rng: random.Random, room: float) -> LongTable:
    columns = width(table)
    style = _style(layout, min(1.0, room / columns / layout.font_size / 2.2), _ALIGN[layout.align])
    texts: list[list[Any]] = [[""] * columns for _ in table.rows]
    commands: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
    for row, column, cell in placed(table):
        texts[row][column] = (
            Lines(_markup(cell.text, layout).replace("\n", "<br/>"), style) if cell.text.strip() else ""
        )
        place = (column, row), (column + cell.colspan - 1, row + cell.rowspan - 1)
        if place[0] != place[1]:
            commands.append(("SPAN", *place))
        for side in ("LINEABOVE", "LINEBELOW", "LINEBEFORE", "LINEAFTER"):
            upright = side in ("LINEBEFORE", "LINEAFTER")
            drawn = layout.borders == "full" or (layout.borders == "horizontal" and not upright)
            drawn = drawn or (layout.borders == "patchy" and rng.randrange(100) >= GAPS_PERCENT)
            if drawn:
                commands.append((side, *place, 0.5, colors.black))
    again = table.header_rows if layout.break_inside == "header repeated" else 0
    shares = weights(table)
    made = LongTable(texts, colWidths=[room * share / sum(shares) for share in shares], repeatRows=again)
    made.setStyle(commands)
    return made
