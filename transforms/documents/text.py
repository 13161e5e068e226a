"""Plain text -> rows: tab-separated, piped rows, one cell a line with or without pipes, Markdown; also mixed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from transforms.documents.model import Cell, Document, Mode, Row
from transforms.documents.sniff import decode

_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$")
_HEADING_MARK = re.compile(r"^\s*#{1,6}\s+")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")
_FIGURE_LINE = re.compile(r"^[\s|]*[+\-−]?[\d.,]+[\s|]*$")
_ENDS_INSIDE = re.compile(r"[^\s|]\Z")


def read_text(data: bytes) -> Document:
    """Rows of a text file in any encoding. Raises UnreadableDocument when the bytes are no text."""
    text = decode(data)
    return Document(rows=tuple(rows_of_text(text.splitlines())), ends_abruptly=bool(_ENDS_INSIDE.search(text[-1:])))


def rows_of_text(lines: Iterable[str], first_line: int = 1) -> Iterator[Row]:
    """Rows of consecutive lines; ``first_line`` is the number of the first, for locators."""
    lines = list(lines)
    one_cell_a_line = _prefers_single_cells(lines)
    single = Mode.STREAM if one_cell_a_line and any("|" in line for line in lines) else Mode.BARE
    leading = _begin_with_pipes(lines)
    gap = 0
    open_cell = False  # the line before is a cell whose closing pipe is still to come
    for number, line in enumerate(lines, start=first_line):
        if not line.strip():
            gap += 1
            continue
        if _RULE.match(line):
            continue
        if "\t" in line.strip("\n"):
            yield _row([part.strip(" ") for part in line.split("\t")], number)
            open_cell = False
        elif "|" in line:
            parts = [_plain(part) for part in line.split("|")]
            filled = sum(bool(part) for part in parts)
            if filled > 1 or not one_cell_a_line:
                yield _row(_without_outer_pipes(parts, leading), number)
            else:
                # The first pipe of a line that has nothing before it closes the cell of the line before.
                closes = open_cell and not parts[0]
                cells = parts[1:] if closes else parts
                yield from _stream(cells[:-1] if not cells[-1] else cells, number, gap)
            open_cell = bool(parts[-1]) and filled == 1
        else:
            yield Row((Cell(_plain(line), f"line {number}", gap=gap),), single)
            open_cell = True
        gap = 0


def _prefers_single_cells(lines: list[str]) -> bool:
    """Whether pipes part cells that stand on lines of their own, rather than the cells of one line."""
    single = sum(1 for line in lines if _FIGURE_LINE.match(line))
    rows = sum(1 for line in lines if sum(bool(part.strip()) for part in line.split("|")) > 1)
    return single > rows


def _plain(text: str) -> str:
    return _EMPHASIS.sub(r"\1", _HEADING_MARK.sub("", text)).strip(" ")


def _begin_with_pipes(lines: list[str]) -> bool:
    """Whether rows open with a pipe; else an empty text before the first pipe is a blank cell."""
    rows = [line.lstrip() for line in lines if line.count("|") > 1]
    return 2 * sum(line.startswith("|") for line in rows) > len(rows)


def _without_outer_pipes(parts: list[str], leading: bool) -> list[str]:
    if leading and len(parts) > 1 and not parts[0]:
        parts = parts[1:]
    return parts[:-1] if len(parts) > 1 and not parts[-1] else parts


def _row(parts: list[str], number: int) -> Row:
    cells = (
        Cell(text, f"line {number}, cell {position}", column=position) for position, text in enumerate(parts, start=1)
    )
    return Row(tuple(cells), Mode.LINE)


def _stream(parts: list[str], number: int, gap: int) -> Iterator[Row]:
    for position, text in enumerate(parts, start=1):
        yield Row((Cell(text, f"line {number}, cell {position}", gap=gap),), Mode.STREAM)
