"""Reports as workbooks: all on one sheet, or a table on each; counts as numbers where they are plainly written."""

from __future__ import annotations

import io
import re
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter

from tests.generator.compose import Report
from tests.generator.layouts import Layout
from tests.generator.model import FIGURE, Beside, Paragraph, Table, placed, width

_PLAIN_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_NAMES = ("主动公开", "依申请公开", "复议诉讼", "其他")


def render_xlsx(report: Report) -> bytes:
    """The workbook as bytes."""
    layout = report.layout
    book = Workbook()
    sheet = book.active
    row, tables = 1, 0
    for block in report.blocks:
        if isinstance(block, Paragraph):
            sheet.cell(row, 1, block.text).font = Font(bold=block.style != "body")
            row += 1
            continue
        if not isinstance(block, Table | Beside):
            continue
        column = 1
        height = 0
        for table in block.tables if isinstance(block, Beside) else (block,):
            _write(sheet, table, row, column, layout)
            column += width(table) + 1
            height = max(height, len(table.rows))
        row += height + 1
        tables += 1
        if layout.sheets == "one a table" and tables < len(_NAMES):
            sheet, row = book.create_sheet(_NAMES[tables]), 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write(sheet: Any, table: Table, top: int, left: int, layout: Layout) -> None:
    line = Side(style="thin")
    sides = {"full": ("left", "right", "top", "bottom"), "horizontal": ("top", "bottom")}.get(layout.borders, ())
    border = Border(**dict.fromkeys(sides, line))
    for row, column, cell in placed(table):
        own = sheet.cell(top + row, left + column)
        number = cell.role == FIGURE and _PLAIN_NUMBER.fullmatch(cell.text)
        # An empty cell of a workbook is one that is not there.
        own.value = (float(cell.text) if "." in cell.text else int(cell.text)) if number else cell.text or None
        own.alignment = Alignment(horizontal=layout.align, vertical="center", wrap_text=True)
        own.border = border
        if cell.rowspan > 1 or cell.colspan > 1:
            sheet.merge_cells(
                start_row=top + row,
                start_column=left + column,
                end_row=top + row + cell.rowspan - 1,
                end_column=left + column + cell.colspan - 1,
            )
        sheet.column_dimensions[get_column_letter(left + column)].width = 14
