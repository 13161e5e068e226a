"""Word documents built by hand: XML of paragraphs, runs and tables, and packages that hold it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from html import escape

from lxml import etree

from tests.transforms.layouts import SECTIONS, Figures, html_tables

TRANSITIONAL = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
NAMESPACES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TRACKED = 'w:id="7" w:author="甲" w:date="2023-01-09T09:00:00Z"'


def run(text: str, look: str = "") -> str:
    """A run; ``look`` is the XML of its properties."""
    inside = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{inside}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def p(*runs: str, own: str = "") -> str:
    """A paragraph of runs or plain texts."""
    inside = "".join(one if one.startswith("<") else run(one) for one in runs)
    return f"<w:p>{f'<w:pPr>{own}</w:pPr>' if own else ''}{inside}</w:p>"


def tc(content: str, span: int = 1, own: str = "") -> str:
    """A cell with a text or with blocks; ``own`` are further properties."""
    spans = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
    blocks = content if content.startswith(("<w:p>", "<w:tbl>", "<w:sdt>")) else p(content)
    return f'<w:tc><w:tcPr><w:tcW w:w="{900 * span}" w:type="dxa"/>{spans}{own}</w:tcPr>{blocks}</w:tc>'


def tr(*cells: str, own: str = "") -> str:
    return f"<w:tr>{f'<w:trPr>{own}</w:trPr>' if own else ''}{''.join(cells)}</w:tr>"


def tbl(*rows: str) -> str:
    return f'<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/></w:tblPr><w:tblGrid/>{"".join(rows)}</w:tbl>'


def sdt(content: str) -> str:
    """A content control round runs, blocks, rows or cells."""
    return (
        '<w:sdt><w:sdtPr><w:alias w:val="9"/><w:rPr><w:b/></w:rPr></w:sdtPr>'
        f"<w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def inserted(content: str) -> str:
    return f"<w:ins {TRACKED}>{content}</w:ins>"


def deleted(text: str) -> str:
    return f"<w:del {TRACKED}><w:r><w:delText>{text}</w:delText></w:r></w:del>"


RESTART, GOES_ON = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"


def from_html(table: str) -> str:
    """The same table with the same spans: what spans rows in HTML goes on in merged cells below."""
    rows = []
    above: dict[int, tuple[int, int]] = {}  # grid column -> (rows left, columns) of what goes on below
    for row in etree.HTML(table).iter("tr"):
        cells: list[tuple[int, str]] = []
        below = {at: (left - 1, span) for at, (left, span) in above.items() if left > 1}
        taken = {column for at, (_, span) in above.items() for column in range(at, at + span)}
        column = 0
        for cell in row.iter("td"):
            while column in taken:
                column += 1
            span, height = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            cells.append((column, tc("".join(map(str, cell.itertext())), span, RESTART if height > 1 else "")))
            if height > 1:
                below[column] = (height - 1, span)
            column += span
        cells += [(at, tc("", span, GOES_ON)) for at, (_, span) in above.items()]
        rows.append(tr(*(cell for _, cell in sorted(cells))))
        above = below
    return tbl(*rows)


def blocks(figures: Figures, change: Callable[[str], str] = lambda tables: tables) -> str:
    """A whole report; ``change`` is applied to the XML of its tables."""
    two, three, four = (change(from_html(table)) for table in html_tables(figures))
    return "".join(
        [
            p(figures.title),
            p(SECTIONS[0]) + p(f"全年主动公开信息{figures.year}条。"),
            p(SECTIONS[1]) + two + p(SECTIONS[2]) + three + p(SECTIONS[3]) + four,
            p(SECTIONS[4]) + p("工作还有差距。") + p(SECTIONS[5]) + p("无。"),
        ]
    )


def document(content: str, namespace: str = TRANSITIONAL) -> str:
    return f'{HEAD}<w:document xmlns:w="{namespace}" {NAMESPACES}><w:body>{content}<w:sectPr/></w:body></w:document>'


def styles(*declared: str) -> str:
    return f'{HEAD}<w:styles xmlns:w="{TRANSITIONAL}">{"".join(declared)}</w:styles>'


def style(name: str, look: str, kind: str = "character", above: str = "") -> str:
    based = f'<w:basedOn w:val="{above}"/>' if above else ""
    return f'<w:style w:type="{kind}" w:styleId="{name}">{based}<w:rPr>{look}</w:rPr></w:style>'


def core(title: str) -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{escape(title)}</dc:title></cp:coreProperties>'
    )


def package(members: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED, stored: str = "") -> bytes:
    """A ZIP archive of these members; the one named ``stored`` is not compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name == stored else None)
    return buffer.getvalue()


def whole_docx(content: str) -> bytes:
    """A Word document with the declarations that a word processor asks for."""
    base = "http://schemas.openxmlformats.org"
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return package(
        {
            "[Content_Types].xml": f'{HEAD}<Types xmlns="{base}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'{HEAD}<Relationships xmlns="{base}/package/2006/relationships"><Relationship Id="rId1" '
            f'Type="{base}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>'
            "</Relationships>",
            "word/document.xml": document(content),
        }
    )


def docx(content: str, namespace: str = TRANSITIONAL, **parts: str) -> bytes:
    """A Word document with these blocks; ``styles``, ``core``, ``header`` … are further parts."""
    names = {"styles": "word/styles.xml", "core": "docProps/core.xml"}
    members: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "word/document.xml": document(content, namespace),
    }
    return package(members | {names.get(name, f"word/{name}.xml"): text for name, text in parts.items()})
