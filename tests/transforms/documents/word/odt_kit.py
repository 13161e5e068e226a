"""OpenDocument texts built by hand: XML of paragraphs, spans and tables, and packages that hold it."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from lxml import etree

from tests.transforms.documents.word.docx_kit import HEAD, package
from tests.transforms.layouts import SECTIONS, Figures, html_tables

MEDIA_TYPE = "application/vnd.oasis.opendocument.text"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{_URN}:{name}:1.0"'
    for prefix, name in {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "svg": "svg-compatible",
        "meta": "meta",
    }.items()
)
NAMESPACES += ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xlink="http://www.w3.org/1999/xlink"'
COVERED = "<table:covered-table-cell/>"


def p(*inside: str, style: str = "") -> str:
    """A paragraph of spans, other elements and plain texts."""
    name = f' text:style-name="{style}"' if style else ""
    return f"<text:p{name}>{''.join(one if one.startswith('<') else escape(one) for one in inside)}</text:p>"


def span(text: str, style: str) -> str:
    return f'<text:span text:style-name="{style}">{text if text.startswith("<") else escape(text)}</text:span>'


def style(name: str, own: str, family: str = "text", above: str = "") -> str:
    """A style with these text properties."""
    parent = f' style:parent-style-name="{above}"' if above else ""
    return (
        f'<style:style style:name="{name}" style:family="{family}"{parent}><style:text-properties {own}/></style:style>'
    )


def td(content: str, columns: int = 1, rows: int = 1, own: str = "") -> str:
    """A cell with a text or with blocks, and the cells that it covers in its own row."""
    spans = f' table:number-columns-spanned="{columns}" table:number-rows-spanned="{rows}"'
    blocks = content if content.startswith("<") else p(content)
    cell = f"<table:table-cell{spans if columns * rows > 1 else ''}{own}>{blocks}</table:table-cell>"
    return cell + COVERED * (columns - 1)


def tr(*cells: str, own: str = "") -> str:
    return f"<table:table-row{own}>{''.join(cells)}</table:table-row>"


def table(*rows: str, columns: str = "<table:table-column/>") -> str:
    return f'<table:table table:name="表">{columns}{"".join(rows)}</table:table>'


def frame(content: str) -> str:
    """A text box."""
    return f"<draw:frame><draw:text-box>{content}</draw:text-box><svg:title>9</svg:title></draw:frame>"


def from_html(source: str) -> str:
    """The same table with the same spans: what spans cells in HTML covers them."""
    rows = []
    covered: dict[int, int] = {}  # grid column -> rows for which it is covered
    for row in etree.HTML(source).iter("tr"):
        cells = []
        column = 0
        below = {at: left - 1 for at, left in covered.items() if left > 1}
        for cell in row.iter("td"):
            while column in covered:
                cells.append(COVERED)
                column += 1
            across, down = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            cells.append(td("".join(map(str, cell.itertext())), across, down))
            if down > 1:
                below.update(dict.fromkeys(range(column, column + across), down - 1))
            column += across
        cells += [COVERED] * sum(1 for at in covered if at >= column)
        rows.append(tr(*cells))
        covered = below
    return table(*rows)


def blocks(figures: Figures, change: Callable[[str], str] = lambda tables: tables) -> str:
    """A whole report; ``change`` is applied to the XML of its tables."""
    two, three, four = (change(from_html(source)) for source in html_tables(figures))
    heading = '<text:h text:outline-level="1">{}</text:h>'.format
    return "".join(
        [
            p(figures.title),
            heading(SECTIONS[0]) + p(f"全年主动公开信息{figures.year}条。"),
            heading(SECTIONS[1]) + two + heading(SECTIONS[2]) + three + heading(SECTIONS[3]) + four,
            heading(SECTIONS[4]) + p("工作还有差距。") + heading(SECTIONS[5]) + p("无。"),
        ]
    )


def content(inside: str, styles: str = "") -> str:
    return (
        f"{HEAD}<office:document-content {NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{inside}</office:text></office:body></office:document-content>"
    )


def odt(inside: str, styles: str = "", common: str = "", title: str = "", header: str = "") -> bytes:
    """An OpenDocument text with these blocks; ``common`` are named styles, ``header`` stands on every page."""
    meta = f"<office:meta><dc:title>{escape(title)}</dc:title></office:meta>"
    masters = f"<office:master-styles><style:master-page><style:header>{header}</style:header></style:master-page>"
    return odt_package(
        {
            "content.xml": content(inside, styles),
            "styles.xml": f"{HEAD}<office:document-styles {NAMESPACES}><office:styles>{common}</office:styles>"
            f"{masters}</office:master-styles></office:document-styles>",
            "meta.xml": f"{HEAD}<office:document-meta {NAMESPACES}>{meta}</office:document-meta>",
        }
    )


def odt_package(members: dict[str, str | bytes]) -> bytes:
    """A package whose first member says, not compressed, that it is an OpenDocument text."""
    return package({"mimetype": MEDIA_TYPE, **members}, stored="mimetype")
