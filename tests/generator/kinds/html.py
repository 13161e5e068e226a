"""Reports as HTML pages: plain, pasted from a word processor or a spreadsheet, careless, or deeply nested."""

from __future__ import annotations

import random
from html import escape

from tests.generator.compose import Report
from tests.generator.layouts import Layout
from tests.generator.model import HEADER, LABEL, Beside, Block, Cell, PageBreak, Paragraph, Table, placed, width

FONTS = {
    "song": "'Noto Serif CJK SC', 'AR PL UMing CN', serif",
    "hei": "'WenQuanYi Zen Hei', 'Noto Sans CJK SC', sans-serif",
    "kai": "'AR PL UKai CN', 'Noto Serif CJK SC', serif",
}
# A missing edge in so many of a hundred.
GAPS_PERCENT = 15
_PAPER = {"A4": "210mm 297mm", "A3": "297mm 420mm", "Letter": "8.5in 11in", "16K": "184mm 260mm"}


def render_html(report: Report) -> bytes:
    """The page as a portal serves it, or as a browser would print it."""
    layout = report.layout
    rng = random.Random(report.key)
    body = "".join(_block(block, layout, rng) for block in report.blocks)
    if layout.markup == "nested":
        body = f"<table width=100%><tr><td><div class='content'><div>{body}</div></div></td></tr></table>"
    if layout.markup == "word":
        body = f"<div class=WordSection1 style='layout-grid:15.6pt'>{body}</div>"
    navigation = "<ul><li><a href='/'>首页</a></li><li><a href='/zfxxgk/'>政府信息公开</a></li></ul>"
    charset = layout.encoding if layout.encoding == "utf-8" else "gb2312"
    page = (
        f'<!DOCTYPE html>\n<html lang="zh"><head><meta charset="{charset}"><title>{escape(report.title)}</title>'
        f"<style>{_style(layout)}</style></head><body>{navigation if layout.metadata else ''}{body}</body></html>"
    )
    return page.encode(layout.encoding)


def _style(layout: Layout) -> str:
    sizes = _PAPER[layout.page].split()
    paper = " ".join(reversed(sizes) if layout.landscape else sizes)
    lines = {
        "full": "td,th{border:1px solid black}",
        "none": "",
        "horizontal": "td,th{border-top:1px solid black;border-bottom:1px solid black}",
        "patchy": "td,th{border:1px solid black}",
    }[layout.borders]
    return (
        f"@page{{size:{paper};margin:15mm}} body{{font-family:{FONTS[layout.font]};font-size:{layout.font_size}pt}} "
        f"table{{border-collapse:collapse;width:100%}} td,th{{padding:2px 3px;text-align:{layout.align}}} "
        f"{lines} h1{{text-align:center;font-size:1.5em}} td p,th p{{margin:0}}"
    )


def _block(block: Block, layout: Layout, rng: random.Random) -> str:
    if isinstance(block, Paragraph):
        return _paragraph(block, layout)
    if isinstance(block, PageBreak):
        return "<div style='page-break-before:always'></div>"
    if isinstance(block, Beside):
        cells = "".join(f"<td style='border:none'>{_table(table, layout, rng)}</td>" for table in block.tables)
        return f"<table style='border:none'><tr>{cells}</tr></table>"
    return _table(block, layout, rng)


def _paragraph(paragraph: Paragraph, layout: Layout) -> str:
    text = _text(paragraph.text)
    if paragraph.style == "title":
        return f"<h1>{text}</h1>" if layout.markup in ("plain", "headed") else f"<p align=center><b>{text}</b></p>"
    if paragraph.style == "heading" and layout.markup == "headed":
        return f"<h2>{text}</h2>"
    if layout.markup == "word":
        return f"<p class=MsoNormal style='text-indent:32.0pt'><span lang=EN-US>{text}</span><o:p></o:p></p>\n"
    return f"<p>{text}\n" if layout.markup == "sloppy" else f"<p>{text}</p>\n"


def _text(text: str) -> str:
    return escape(text).replace("\u00a0", "&nbsp;").replace("\n", "<br>")


def _table(table: Table, layout: Layout, rng: random.Random) -> str:
    rows: list[list[str]] = [[] for _ in table.rows]
    gaps = _missing_edges(table, layout, rng)
    for row, column, cell in placed(table):
        style = "".join(f"border-{side}:hidden;" for side in gaps.get((row, column), ()))
        rows[row].append(_cell(cell, layout, rng, style, table.header_rows > row))
    close = "" if layout.markup == "sloppy" else "</tr>"
    lines = [f"<tr>{''.join(cells)}{close}\n" for cells in rows]
    if layout.markup == "headed" and table.header_rows:
        head, body = "".join(lines[: table.header_rows]), "".join(lines[table.header_rows :])
        inner = f"<thead>{head}</thead><tbody>{body}</tbody>"
    else:
        inner = "".join(lines)
    opening = {
        "word": "<table class=MsoNormalTable border=1 cellspacing=0 cellpadding=0 style='border-collapse:collapse'>",
        "sloppy": "<TABLE BORDER=1 WIDTH=100%>",
        "spreadsheet": "<table border=0 cellpadding=0 cellspacing=0 width=720 style='width:540pt'>"
        + "<col width=72 style='width:54pt'>" * width(table),
    }.get(layout.markup, "<table>")
    return f"{opening}{inner}</table>\n"


def _cell(cell: Cell, layout: Layout, rng: random.Random, style: str, head: bool) -> str:
    spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
    spans += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
    look = f' style="{style}"' if style else ""
    text = _text(cell.text)
    if layout.markup == "word":
        inner = "".join(f"<span style='font-family:宋体'>{part}</span>" for part in _parts(cell, rng))
        inner = inner or "<span lang=EN-US><o:p>&nbsp;</o:p></span>"
        align = "center" if cell.role == HEADER else "left"
        return f"<td{spans}{look} valign=top><p class=MsoNormal align={align}>{inner}</p></td>"
    if layout.markup == "sloppy":
        return f"<TD{spans.replace(chr(34), '')}{look}>{text}"
    if layout.markup == "spreadsheet":
        return f"<td{spans}{look} class=xl65 height=19 style='height:14.25pt'>{text}</td>"
    tag = "th" if layout.markup == "headed" and (head or cell.role in (HEADER, LABEL)) else "td"
    lines = "".join(f"<p>{_text(line)}</p>" for line in cell.text.split("\n")) if rng.random() < 0.3 else text
    return f"<{tag}{spans}{look}>{lines}</{tag}>"


def _parts(cell: Cell, rng: random.Random) -> list[str]:
    """The text of a label in pieces, as word processors leave them; a figure stays in one piece."""
    lines = cell.text.split("\n")
    if cell.role == "figure" or len(cell.text) < 3:
        return [_text(cell.text)] if cell.text else []
    parts = []
    for at, line in enumerate(lines):
        cut = rng.randrange(len(line) + 1)
        parts += [("<br>" if at else "") + _text(line[:cut]), _text(line[cut:])]
    return [part for part in parts if part]


def _missing_edges(table: Table, layout: Layout, rng: random.Random) -> dict[tuple[int, int], list[str]]:
    """Sides without a border by the place of a cell, where the layout has gaps in its borders."""
    if layout.borders != "patchy":
        return {}
    sides = ("left", "right", "top", "bottom")
    return {
        (row, column): [side for side in sides if rng.randrange(200) < GAPS_PERCENT] for row, column, _ in placed(table)
    }
