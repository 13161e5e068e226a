"""Lines of text as cells: labels broken over several of them, and rows written in one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from transforms.documents.model import Cell, Mode, Row
from transforms.reading.labels import Meaning, meanings, section_of
from transforms.reading.printed import looks_like_value, read_printed
from transforms.reading.segments.kinds import HEADER_KINDS

# A channel of table four has five figures; fewer may be a date or the number of a page.
_FEWEST_ALONE = 5
_MOST_FIGURES = 15
_WIDE_GAP = re.compile(r"\s{2,}")
_REMARK = re.compile(r"^[(（](?![一二三四五六七八九十\d]+[)）])[^()（）]{2,}[)）]$")
# Labels broken over lines: the longest of the forms takes five in the narrowest columns that were seen.
_MOST_PIECES = 6
_LONGEST_LABEL = 90
# Labels of a row and its groups, and fifteen figures.
_LONGEST_LINE = 400


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
    """A line such as ``行政许可 12``, ``0 0 0 0 0`` or ``自然人 法人或其他组织 总计`` as a row.

    White space cannot show blank cells, so the count must fit.
    """
    if len(cell.text) > _LONGEST_LINE:
        return None
    words = cell.text.split()
    values = list(takewhile(lambda word: read_printed(word).state != "text", reversed(words)))[::-1]
    label = words[: len(words) - len(values)]
    if len(words) < 2 or len(values) > _MOST_FIGURES:
        return None
    if not values:
        texts = _header(cell.text)
    elif not label:
        texts = values if len(values) >= _FEWEST_ALONE else []
    elif (len(values) > 1 or any(ch.isdigit() for ch in values[0])) and (labels := _labels(label)):
        texts = [*labels, *values]
    else:
        return None
    if not texts:
        return None
    cells = (Cell(one, f"{cell.locator}, figure {i}", column=i, doubt=cell.doubt) for i, one in enumerate(texts))
    return Row(tuple(cells), Mode.BARE)


def _header(text: str) -> list[str]:
    """The labels of a header that stand in one line; none if anything else stands there."""
    for labels in (_WIDE_GAP.split(text.strip()), text.split()):
        if len(labels) > 1 and all(any(m.kind in HEADER_KINDS for m in meanings(label)) for label in labels):
            return labels
    return []


def begun_above(lines: Sequence[Cell], row: Row) -> tuple[int, Row]:
    """How many of the lines above begin the label of a row in one line, and the row with its whole label."""
    first = row.cells[0]
    if not meanings(first.text) and first.text.strip() and not looks_like_value(first.text):
        text = first.text
        for taken, above in enumerate(reversed(lines[-_MOST_PIECES + 1 :]), start=1):
            text = above.text + text
            if any(m.kind in ("row", "outcome", "channel", "result") for m in meanings(text)):
                return taken, row._replace(cells=(first._replace(text=text), *row.cells[1:]))
    return 0, row


def _labels(words: Sequence[str]) -> list[str] | None:
    """The label of a row of figures, behind those of its groups if they stand in the same line; None if it is none."""
    for start in range(len(words)):
        label = " ".join(words[start:])
        if any(m.kind in ("row", "outcome") for m in meanings(label)):
            groups = _groups(words[:start])
            return None if groups is None else [*groups, label]
    return None


def _groups(words: Sequence[str]) -> list[str] | None:
    """The words as labels of groups, one or several words each; None if something else is among them."""
    for end in range(1, len(words) + 1):
        group = " ".join(words[:end])
        if any(m.kind == "group" for m in meanings(group)):
            rest = _groups(words[end:])
            return None if rest is None else [group, *rest]
    return None if words else []


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
