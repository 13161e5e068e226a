"""Reports of the demo as Word documents, written by hand: paragraphs and tables with merged cells in a ZIP archive."""

from __future__ import annotations

import io
import zipfile
from html import escape
from xml.etree import ElementTree

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_FORMATS = "http://schemas.openxmlformats.org"
_MAIN = f"{_FORMATS}/wordprocessingml/2006/main"
_TYPES = (
    f'{_HEAD}<Types xmlns="{_FORMATS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MEDIA_TYPE}.main+xml"/>'
    '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
    "</Types>"
)
_RELATIONS = (
    f'{_HEAD}<Relationships xmlns="{_FORMATS}/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{_FORMATS}/officeDocument/2006/relationships/officeDocument"'
    ' Target="word/document.xml"/>'
    f'<Relationship Id="r2" Type="{_FORMATS}/package/2006/relationships/metadata/core-properties"'
    ' Target="docProps/core.xml"/></Relationships>'
)
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
# The same bytes whenever they are written: a document that does not change is no revision.
_WRITTEN_AT = (2025, 1, 1, 0, 0, 0)


def word_document(title: str, body: str) -> bytes:
    """A Word document with the paragraphs and tables of ``body``, which is well-formed HTML, under its title."""
    blocks = ElementTree.fromstring(f"<body>{body.replace('&nbsp;', '')}</body>")
    inside = "".join(_table(block) if block.tag == "table" else _paragraph(_text(block)) for block in blocks)
    heading = _paragraph(title, '<w:jc w:val="center"/>')
    properties = (
        f'<cp:coreProperties xmlns:cp="{_FORMATS}/package/2006/metadata/core-properties"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></cp:coreProperties>'
    )
    members = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "docProps/core.xml": _HEAD + properties,
        "word/document.xml": (
            f'{_HEAD}<w:document xmlns:w="{_MAIN}"><w:body>{heading}{inside}<w:sectPr/></w:body></w:document>'
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, text in members.items():
            member = zipfile.ZipInfo(name, _WRITTEN_AT)
            package.writestr(member, text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _text(element: ElementTree.Element) -> str:
    return "".join(element.itertext()).strip()


def _paragraph(text: str, layout: str = "") -> str:
    own = f"<w:pPr>{layout}</w:pPr>" if layout else ""
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f"<w:p>{own}{run}</w:p>"


def _table(table: ElementTree.Element) -> str:
    """A table of HTML as Word keeps it: a cell that spans rows is repeated below as one that goes on."""
    rows = []
    above: dict[int, tuple[int, int]] = {}  # grid column -> (rows left, columns) of cells that go on
    width = 0
    for row in table.iter("tr"):
        cells = [(column, _cell("", span, "<w:vMerge/>")) for column, (_, span) in above.items()]
        taken = {column + i for column, (_, span) in above.items() for i in range(span)}
        below = {column: (left - 1, span) for column, (left, span) in above.items() if left > 1}
        column = 0
        for cell in row.iter("td"):
            while column in taken:
                column += 1
            span, height = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            cells.append((column, _cell(_text(cell), span, '<w:vMerge w:val="restart"/>' if height > 1 else "")))
            if height > 1:
                below[column] = (height - 1, span)
            column += span
        width = max(width, column)
        rows.append("<w:tr>" + "".join(text for _, text in sorted(cells)) + "</w:tr>")
        above = below
    grid = "<w:gridCol/>" * width
    look = f'<w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>'
    return f"<w:tbl>{look}<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"


def _cell(text: str, span: int, merge: str) -> str:
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    return f"<w:tc><w:tcPr>{spans}{merge}</w:tcPr>{_paragraph(text)}</w:tc>"
