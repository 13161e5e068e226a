"""Lines of text as cells: labels broken over several of them, and rows written in one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from transforms.documents.model import Cell, Mode, Row
from transforms.reading.labels import Meaning, core, meanings, section_of
from transforms.reading.printed import looks_like_value

_INLINE = re.compile(r"^(?P<label>.*?[^\d\s.,+\-])\s+(?P<values>[+\-−]?[\d,.]+(?:\s+(?:[+\-−]?[\d,.]+|[-—–/]))*)\s*$")
_REMARK = re.compile(r"^[(（](?![一二三四五六七八九十\d]+[)）])[^()（）]{2,}[)）]$")
# Labels broken over lines: the longest of the forms takes five in the narrowest columns that were seen.
_MOST_PIECES = 6
_LONGEST_LABEL = 90


def longest_label(cells: Sequence[Cell], start: int) -> tuple[int, frozenset[Meaning]]:
    """End and meanings of the longest run of lines from ``start`` that makes a label of a form."""
    best: tuple[int, frozenset[Meaning]] = (start, frozenset())
    joined = ""
    for end in range(start, min(start + _MOST_PIECES, len(cells))):
        piece = cells[end].text
        if not piece.strip() or looks_like_value(piece) or section_of(piece):
            break
        joined += piece
        if len(joined) > _LONGEST_LABEL and end > start:
            break
        found = meanings(joined)
        # A longer run that means the same is taken only for the remark in brackets that belongs to the label.
        begun = "".join(c.text for c in cells[start : best[0]])
        if found and (found != best[1] or _unclosed(begun) or (best[0] == end and _REMARK.match(piece.strip()))):
            best = (end + 1, found)
    return best


def _unclosed(text: str) -> bool:
    return text.count("(") + text.count("（") > text.count(")") + text.count("）")


def inline_row(cell: Cell) -> Row | None:
    """A line such as ``行政许可 12`` as a row; white space cannot show blank cells, so the count must fit."""
    match = _INLINE.match(cell.text)
    if not match or not any(m.kind in ("row", "outcome") for m in meanings(match["label"])):
        return None
    if not core(match["label"]).all_words:
        return None
    texts = [match["label"], *match["values"].split()]
    cells = (Cell(text, f"{cell.locator}, figure {i}", column=i, doubt=cell.doubt) for i, text in enumerate(texts))
    return Row(tuple(cells), Mode.BARE)


def rows_in_one(row: Row) -> list[Row]:
    """A table row that prints several labels in lines of one cell, and their figures so beside them, as those rows.

    Writers do so, and so does a table that has lost the line between two rows. Blank lines do not show: where a cell
    has another number of lines than there are labels, which figure is whose is in doubt.
    """
    first, *others = row.cells
    labels = first.text.split("\n")
    if len(labels) < 2 or not all(any(m.kind in ("row", "outcome") for m in meanings(text)) for text in labels):
        return [row]
    rows = []
    for number, label in enumerate(labels):
        cells = [first._replace(text=label, locator=f"{first.locator}, line {number + 1}")]
        for cell in others:
            lines = cell.text.split("\n")
            if len(lines) == len(labels):
                cells.append(cell._replace(text=lines[number], locator=f"{cell.locator}, line {number + 1}"))
            else:
                doubt = f"it stands beside {len(labels)} labels" if cell.text.strip() else ""
                cells.append(cell._replace(locator=f"{cell.locator}, beside {label}", doubt=doubt or cell.doubt))
        rows.append(row._replace(cells=tuple(cells)))
    return rows
