"""Workbooks built by hand: sheets of values with merged, hidden and formatted cells, and packages that hold them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from lxml import etree

from tests.transforms.documents.word.docx_kit import HEAD, package
from tests.transforms.layouts import (
    SECTIONS,
    Figures,
    application_header,
    application_rows,
    disclosure_rows,
    html_tables,
    litigation_header,
    litigation_row,
)
from transforms.documents.spreadsheet.workbook import letters

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
Value = str | float | None


@dataclass
class Sheet:
    """Rows of values (None: no cell), ranges such as ``A1:C1``, numbers from 0 of what is hidden, formats of cells."""

    rows: Sequence[Sequence[Value]]
    merged: Sequence[str] = ()
    hidden_rows: Sequence[int] = ()
    hidden_columns: Sequence[int] = ()
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)
    name: str = "统计表"
    state: str = "visible"
    formulas: Mapping[tuple[int, int], str] = field(default_factory=dict)


def xlsx(*sheets: Sheet, **parts: str) -> bytes:
    """A workbook with these sheets."""
    codes = sorted({code for sheet in sheets for code in sheet.formats.values()})
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(sheets) + 1)]
    overrides = "".join(_override(f"/{name}", "worksheet") for name in names)
    listed = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" state="{sheet.state}" r:id="rId{n}"/>'
        for n, sheet in enumerate(sheets, start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{LINKS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    links += f'<Relationship Id="rIdS" Type="{LINKS}/styles" Target="styles.xml"/>'
    rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types">{rels}'
        f"{_override('/xl/workbook.xml', 'sheet.main')}{overrides}{_override('/xl/styles.xml', 'styles')}</Types>",
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>',
        "xl/styles.xml": _styles(codes),
    }
    members |= {name: _sheet(sheet, codes) for name, sheet in zip(names, sheets, strict=True)}
    return package({**members, **parts})


def _override(part: str, kind: str) -> str:
    name = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
    return f'<Override PartName="{part}" ContentType="{name}"/>'


def _styles(codes: Sequence[str]) -> str:
    formats = "".join(f'<numFmt numFmtId="{164 + n}" formatCode="{escape(code)}"/>' for n, code in enumerate(codes))
    used = "".join(f'<xf numFmtId="{164 + n}" fontId="0" fillId="0" borderId="0" xfId="0"/>' for n in range(len(codes)))
    plain = '<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    declared = f'<numFmts count="{len(codes)}">{formats}</numFmts>' if codes else ""
    return (
        f'{HEAD}<styleSheet xmlns="{MAIN}">{declared}<fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
        f'<borders count="1"><border/></borders><cellStyleXfs count="1">{plain}</cellStyleXfs>'
        f'<cellXfs count="{len(codes) + 1}">{plain}{used}</cellXfs></styleSheet>'
    )


def _sheet(sheet: Sheet, codes: Sequence[str]) -> str:
    columns = "".join(f'<col min="{c + 1}" max="{c + 1}" hidden="1" width="9"/>' for c in sheet.hidden_columns)
    rows = []
    for number, row in enumerate(sheet.rows):
        cells = "".join(_cell(sheet, codes, number, column, value) for column, value in enumerate(row))
        hidden = ' hidden="1"' if number in sheet.hidden_rows else ""
        rows.append(f'<row r="{number + 1}"{hidden}>{cells}</row>')
    merged = "".join(f'<mergeCell ref="{one}"/>' for one in sheet.merged)
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}">{f"<cols>{columns}</cols>" if columns else ""}'
        f"<sheetData>{''.join(rows)}</sheetData>{f'<mergeCells>{merged}</mergeCells>' if merged else ''}</worksheet>"
    )


def _cell(sheet: Sheet, codes: Sequence[str], row: int, column: int, value: Value) -> str:
    address = f"{letters(column)}{row + 1}"
    code = sheet.formats.get((row, column))
    style = f' s="{codes.index(code) + 1}"' if code else ""
    formula = sheet.formulas.get((row, column))
    if formula is not None:
        return f'<c r="{address}"{style}><f>{formula}</f>{"" if value is None else f"<v>{value}</v>"}</c>'
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{address}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{address}"{style}><v>{value}</v></c>'


def typed(text: str, as_text: bool = False) -> Value:
    """A figure as a number, as people type it, or as text; nothing for a blank."""
    if as_text or not text.strip():
        return text or None
    try:
        return float(text)
    except ValueError:
        return text


def laid_out(figures: Figures, as_text: bool = False) -> tuple[list[list[Value]], list[str]]:
    """Rows and merged ranges of a whole report on one sheet, spans as in the official form."""
    rows: list[list[Value]] = []
    merged: list[str] = []
    two, three, four = html_tables(figures)
    parts = [figures.title, SECTIONS[0], f"全年主动公开信息{figures.year}条。", SECTIONS[1], two, SECTIONS[2], three]
    for part in [*parts, SECTIONS[3], four, SECTIONS[4], "工作还有差距。", SECTIONS[5], "无。"]:
        if part.startswith("<"):
            add_table(part, rows, merged, as_text)
        else:
            rows.append([part])
    return rows, merged


def add_table(table: str, rows: list[list[Value]], merged: list[str], as_text: bool = False) -> None:
    """Add a table of HTML below ``rows``, and the ranges that its spans make to ``merged``."""
    taken: set[tuple[int, int]] = set()
    for element in etree.HTML(table).iter("tr"):
        at = len(rows)
        values: dict[int, Value] = {}
        column = 0
        for cell in element.iter("td"):
            while (at, column) in taken:
                column += 1
            span, height = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            values[column] = typed("".join(map(str, cell.itertext())), as_text)
            taken |= {(at + y, column + x) for y in range(height) for x in range(span)}
            if span * height > 1:
                merged.append(f"{letters(column)}{at + 1}:{letters(column + span - 1)}{at + height}")
            column += span
        rows.append([values.get(n) for n in range(max(values, default=-1) + 1)])


def plain_rows(figures: Figures) -> list[list[Value]]:
    """Rows of a whole report without merged cells: labels and figures side by side, groups in cells of their own."""
    width = 3 + len(figures.form.applicants)
    three = [[""] * (width - len(row)) + row for row in application_rows(figures)]
    natural, *_, total = (applicant.label for applicant in figures.form.applicants)
    header = application_header(figures)
    three = [header[0], ["", "", "", natural, *header[2], total], *three]
    rows = [[figures.title], [SECTIONS[0]], [SECTIONS[1]], *disclosure_rows(figures), [SECTIONS[2]], *three]
    rows += [[SECTIONS[3]], litigation_header(figures)[2], litigation_row(figures), [SECTIONS[5]]]
    return [[typed(text) for text in row] for row in rows]
