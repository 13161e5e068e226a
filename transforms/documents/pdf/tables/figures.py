"""Figures that a narrow column breaks over lines, made whole where nothing else can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from transforms.documents.pdf.shapes import Glyph
from transforms.documents.pdf.tables.grid import Table, TableCell
from transforms.documents.pdf.writing import lines_of_glyphs
from transforms.reading.labels import meanings
from transforms.reading.printed import read_printed

_BEGIN = re.compile(r"^[+\-−＋－]?[\d,，.．]+$")
_REST = re.compile(r"^[\d,，.．]+$")
_DASHES = re.compile(r"^[-—–－\n]+$")
# What no figure ends with or begins with.
_CUT = re.compile(r"[,，.．]\n|\n[,，.．]")
BROKEN = "is broken over lines that have room for more"
# In sizes of the text: a broken line leaves no room for one more digit beside the margins of its cell …
_MARGINS = 1.3
_WIDE = "\u2e80"
# … and lines of one cell follow one another within this.
_PITCH = 1.9


def figures_made_whole(
    table: Table, cells: Sequence[TableCell], numbers: Sequence[int], inside: Mapping[int, list[Glyph]]
) -> Iterator[TableCell]:
    """The cells, those whose lines are one broken figure in one line; in doubt where its lines are not full.

    ``numbers``: the number of each cell, by which ``inside`` has its glyphs. Where rows have lost the line between
    them, two figures stand above one another in every column, or two labels: those stay apart.
    """
    single = {cell.row for cell in cells if _is_figure(cell.text) or _is_row_label(cell.text)}
    several = {cell.row for cell in cells if sum(bool(meanings(line)) for line in cell.text.split("\n")) > 1}
    for cell, number in zip(cells, numbers, strict=True):
        lines = cell.text.split("\n")
        one_row = cell.row in single or _CUT.search(cell.text)
        may_be_one = len(lines) > 1 and one_row and cell.row not in several and _BEGIN.match(lines[0])
        *middle, last = lines[1:] or [""]
        ends = _is_end(last) or (bool(middle) and _is_counter(last))
        if len(lines) > 1 and cell.row not in several and _DASHES.match(cell.text):
            yield cell._replace(text="".join(lines))
        elif may_be_one and all(map(_REST.match, middle)) and ends:
            why = "" if _fills(table, cell, inside[number]) else BROKEN
            yield cell._replace(text="".join(lines), doubt=cell.doubt or why)
        else:
            yield cell


def _is_figure(text: str) -> bool:
    return bool(_BEGIN.match(text)) or _is_end(text)


def _is_end(text: str) -> bool:
    """Whether a line is the last digits of a figure, with its counter or without."""
    return bool(_REST.match(text)) or (text[:1].isdigit() and read_printed(text).unit is not None)


def _is_counter(text: str) -> bool:
    return not text[:1].isdigit() and read_printed(f"1{text}").unit is not None


def _is_row_label(text: str) -> bool:
    return any(meaning.kind in ("outcome", "row") for meaning in meanings(text))


def _fills(table: Table, cell: TableCell, glyphs: Sequence[Glyph]) -> bool:
    """Whether no line but the last has room for one more digit, and the lines stand close."""
    # Spaces around a figure take up room as well.
    lines = [line for line in lines_of_glyphs(glyphs) if any(glyph.text != " " for glyph in line)]
    room = table.xs[cell.column + cell.span] - table.xs[cell.column]
    for line, below in pairwise(lines):
        digit = max(glyph.right - glyph.left for glyph in line)
        size = digit if line[-1].text >= _WIDE else 2 * digit
        if room - (line[-1].right - line[0].left) > digit + _MARGINS * size:
            return False
        if below[0].top - line[0].top > _PITCH * size:
            return False
    return True
