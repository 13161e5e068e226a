"""Reports as plain text and Markdown: what copies, search engines and converters make of tables."""

from __future__ import annotations

from tests.generator.compose import Report
from tests.generator.model import Beside, Block, PageBreak, Paragraph, Table, expanded

# Ways of printing a row from the texts of its own cells; those with a line break in a label are in `_broken`.
_ROWS = {
    "piped rows": lambda cells: " | ".join(cells) + " |\n",
    "leading pipes": lambda cells: "| " + " | ".join(cells) + "\n",
    "piped cells": lambda cells: "".join(f"{cell} |\n" for cell in cells),
    "alternating": lambda cells: "".join(f"{cell}\n|\n" for cell in cells),
    "bare lines": lambda cells: "".join(f"{cell}\n\n" for cell in cells if cell.strip()),
    "single lines": lambda cells: "".join(f"{cell}\n" for cell in cells if cell.strip()),
    "tabbed": lambda cells: "\t".join(cells) + "\n",
    "spaced": lambda cells: "   ".join(cell for cell in cells if cell.strip()) + "\n",
}
# Where a line break is the only border between cells, or ends a row, labels are not broken.
_UNBROKEN = ("single lines", "tabbed", "spaced")
_TIGHT = ("tabbed", "spaced")


def render_text(report: Report) -> bytes:
    """Plain text in the style of the layout's ``text``."""
    style = report.layout.text
    out: list[str] = []
    for block in report.blocks:
        if isinstance(block, Paragraph):
            out.append(block.text + ("\n\n" if style == "bare lines" else "\n"))
        elif isinstance(block, Table):
            out += (_ROWS[style](_cells(row, style)) for row in (tuple(c.text for c in r) for r in block.rows))
        elif isinstance(block, Beside):
            # A copy takes tables that stand side by side one after the other.
            for table in block.tables:
                out += (_ROWS[style](_cells(tuple(c.text for c in row), style)) for row in table.rows)
        elif isinstance(block, PageBreak):
            out.append("\f")
    return "".join(out).encode(report.layout.encoding)


def _cells(texts: tuple[str, ...], style: str) -> list[str]:
    cells = [text.replace("\n", "" if style in _UNBROKEN else "\n") for text in texts]
    if style in _TIGHT:
        # Tabs and runs of spaces are the borders here and cannot stand inside a cell.
        cells = [cell.replace("\t", " ").strip(" ") for cell in cells]
    return cells


def render_markdown(report: Report) -> bytes:
    """Markdown tables; cells under a span are empty."""
    out: list[str] = []
    for block in _flat(report.blocks):
        if isinstance(block, Paragraph):
            marks = {"title": "# ", "heading": "## "}.get(block.style, "")
            out.append(f"{marks}{block.text}\n\n")
        elif isinstance(block, Table):
            rows = [[text.strip().replace("\n", "<br>").replace("|", "\\|") for text in row] for row in expanded(block)]
            lines = [f"| {' | '.join(row)} |\n" for row in rows]
            out += [lines[0], "|" + "---|" * len(rows[0]) + "\n", *lines[1:], "\n"]
    return "".join(out).encode("utf-8")


def _flat(blocks: tuple[Block, ...]) -> list[Block]:
    flat: list[Block] = []
    for block in blocks:
        flat += block.tables if isinstance(block, Beside) else [block]
    return flat
